#!/usr/bin/env python3
"""Reads a morning of forty invented sources, one of each shape people subscribe to, and prints the edition to be read by eye.

    cargo build && python3 benches/morning.py [target/debug/digest] [--format text]

The sources stand in tests/fixtures/morning, a folder each, and are served from an address of loopback each, so that each is a
site of its own. `{name}` in a file is the address of the folder `name`, `{me}` that of its own.
"""
import functools, http.server, pathlib, re, shutil, subprocess, sys, tempfile, threading

HERE = pathlib.Path(__file__).resolve().parent.parent
DIGEST = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else 'target/debug/digest').resolve()
MORE = sys.argv[2:] or ['--format', 'text']
TEXT = {'.xml', '.rss', '.atom', '.json', '.html', '.eml', '.toml', '.txt'}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / 'morning'
        shutil.copytree(HERE / 'tests/fixtures/morning', folder)
        sites = {}
        for number, site in enumerate(sorted(path for path in folder.iterdir() if path.is_dir())):
            handler = functools.partial(Quiet, directory=site)
            server = http.server.ThreadingHTTPServer((f'127.0.0.{number + 2}', 0), handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            sites[site.name] = f'http://{server.server_address[0]}:{server.server_address[1]}'
        for path in folder.rglob('*'):
            if path.is_file() and path.suffix in TEXT:
                me = path.relative_to(folder).parts[0]
                known = {**sites, 'me': sites.get(me, ''), 'folder': str(folder)}
                text = path.read_bytes().decode('latin-1')
                path.write_bytes(re.sub(r'\{(\w+)\}', lambda found: known.get(found[1], found[0]), text).encode('latin-1'))
        command = [DIGEST, 'run', '--dry-run', '--now', '2026-11-27T09:00:00Z', *MORE]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        shown = done.stdout
        for name, address in sites.items():
            shown = shown.replace(address, '{' + name + '}')
        print(shown)
        print(done.stderr, file=sys.stderr)
        return done.returncode


if __name__ == '__main__':
    sys.exit(main())
