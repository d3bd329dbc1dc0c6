#!/usr/bin/env python3
"""How fast `digest preview` answers, and what its page costs: on real articles, of which the newsletter has 100 and 1,000.

    python3 benches/preview.py target/release/digest

A change is asked of it as its page does: one setting after another, each value once, so that nothing is answered from what
was composed before. The first paint is that of the page beside that of an empty one, in Chromium, each in a new window;
the page is open already, as it is when somebody reloads it. Needs the evaluation data (DIGEST_DATA, else ../shared/data).
"""
import http.server, itertools, json, os, pathlib, re, shutil, statistics, subprocess, sys, tempfile, threading, time
import urllib.error, urllib.request

DIGEST = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else 'target/release/digest').resolve()
DATA = pathlib.Path(os.environ.get('DIGEST_DATA', '../shared/data'))
SOURCES, PAINTS, NOW = 20, 15, '2026-10-18T06:30:00Z'
CHANGES = ([{'key': 'newsletter.max_stories', 'value': value} for value in range(3, 33)] +
           [{'key': 'newsletter.reading_minutes', 'value': value} for value in range(1, 16)] +
           [{'key': 'summary.sentences', 'value': value} for value in range(1, 11)] +
           [{'key': 'summary.redundancy', 'value': value / 10} for value in range(21, 36)] +
           [{'key': 'newsletter.max_per_source', 'value': value} for value in range(1, 11)] +
           [{'source': f'Source {value}', 'key': 'weight', 'value': 0.5} for value in range(10)] +
           [{'rule': 'tried', 'value': {'name': 'tried', 'boost': {'text': f'(?i)\\b({word})\\b'}, 'by': 2.0}}
            for word in 'police school water market president health team music border weather'.split()])


def articles(count):
    read = lambda name: (json.loads(line) for line in open(DATA / name, encoding='utf-8'))
    rows = itertools.chain(read('clusters/stories.dev.jsonl'), read('summaries/cnndm.dev.jsonl'))
    for row in itertools.islice(rows, count):
        yield row.get('title') or row['text'].split('. ')[0][:90], row['text']


def newsletter(folder, count):
    """A folder with a config and feeds of `count` articles, which are whole in their feeds."""
    shown = lambda text: text.replace('&', '&amp;').replace('<', '&lt;')
    feeds = [[] for _ in range(SOURCES)]
    for number, (title, text) in enumerate(articles(count)):
        body = ''.join(f'<p>{shown(part)}</p>' for part in text.split('\n') if part.strip())
        feeds[number % SOURCES].append(
            f'<item><title>{shown(title)}</title><link>https://news.example/{number}</link><guid>{number}</guid>'
            f'<pubDate>Sat, 17 Oct 2026 {number % 24:02}:00:00 GMT</pubDate><description>{shown(body)}</description></item>')
    config = 'version = 1\n[newsletter]\nmax_stories = 12\nreading_minutes = 20\n[defaults]\nmax_entries = 1000\nfull_text = "never"\n'
    for number, items in enumerate(feeds):
        (folder / f'{number}.xml').write_text(f'<rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>')
        config += f'[[source]]\nname = "Source {number}"\nfeed = "{number}.xml"\n'
    (folder / 'config.toml').write_text(config + f'[store]\npath = "{folder}/digest.db"\n')


class Preview:
    def __init__(self, folder):
        command = [DIGEST, 'preview', '--no-open', '--port', '0', '--now', NOW]
        begun = time.monotonic()
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.opening = self.process.stdout.readline().strip()
        self.ready = time.monotonic() - begun
        self.root = self.opening.split('?')[0]

    def open(self):
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None
        try:
            urllib.request.build_opener(Stay).open(self.opening)
        except urllib.error.HTTPError as answer:
            self.cookie = answer.headers['Set-Cookie'].split(';')[0]
        self.token = re.search(r'digest-token" content="(\w+)', self.get('').decode())[1]

    def get(self, path, body=None):
        headers = {'Cookie': self.cookie}
        if body is not None:
            headers |= {'Origin': '/'.join(self.root.split('/')[:3]), 'X-Digest-Token': self.token}
            body = json.dumps(body).encode()
        return urllib.request.urlopen(urllib.request.Request(self.root + path, body, headers)).read()

    def size(self):
        """Bytes of the page and of all that it loads, as they are sent."""
        shell = self.get('')
        names = re.findall(r'(?:href|src)="(assets/[^"]+)"', shell.decode())
        return len(shell) + sum(len(self.get(name)) for name in names)

    def recompose(self):
        times = []
        self.get('compose', {'tab': 'bench', 'seq': 0, 'changes': []})
        for number, change in enumerate(CHANGES):
            begun = time.perf_counter()
            self.get('compose', {'tab': 'bench', 'seq': number + 1, 'changes': [change]})
            times.append((time.perf_counter() - begun) * 1e3)
        return sorted(times)

    def memory(self):
        status = pathlib.Path(f'/proc/{self.process.pid}/status').read_text()
        return [int(re.search(rf'{field}:\s+(\d+)', status)[1]) / 1024 for field in ('VmHWM', 'VmRSS')]


class Chromium:
    """A browser without a window, driven over a pipe."""

    def __init__(self, program):
        self.profile = tempfile.mkdtemp()
        reads, self.write = os.pipe()
        self.read, writes = os.pipe()
        arguments = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
                     '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', f'--user-data-dir={self.profile}']
        command = f'exec "$0" "$@" 3<&{reads} 4>&{writes}'
        self.process = subprocess.Popen(['/bin/bash', '-c', command, program, '--remote-debugging-pipe', *arguments],
                                        pass_fds=(reads, writes), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(reads), os.close(writes)
        self.stream, self.count, self.session = os.fdopen(self.read, 'rb'), 0, None

    def call(self, method, **params):
        self.count += 1
        message = {'id': self.count, 'method': method, 'params': params}
        os.write(self.write, json.dumps(message | ({'sessionId': self.session} if self.session else {})).encode() + b'\0')
        while True:
            answer = json.loads(b''.join(iter(lambda: self.stream.read(1), b'\0')))
            if answer.get('id') == self.count:
                return answer['result']

    def paint(self, url, there):
        """Milliseconds from the request to the first paint, and until `there` holds."""
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        self.session = self.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        self.call('Page.navigate', url=url)
        script = (f"new Promise(done => {{ const look = () => {{ let now; try {{ now = {there}; }} catch {{ }} const first = "
                  "performance.getEntriesByName('first-contentful-paint')[0]; "
                  "if (now && first) done([first.startTime, performance.now()]); else requestAnimationFrame(look); }; look(); })")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = self.call('Runtime.evaluate', expression=script, awaitPromise=True, returnByValue=True)
            if answer['result'].get('value'):
                break
        self.session = None
        self.call('Target.closeTarget', targetId=target)
        return answer['result']['value']

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class Empty(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = b'<!doctype html><title>empty</title><p>x'
        self.send_response(200)
        self.send_header('Content-Type', 'text/html')
        self.send_header('Content-Length', str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


def paints(preview):
    program = next((path for path in ('/usr/bin/chromium', '/usr/bin/chromium-browser') if os.path.exists(path)), None)
    if program is None:
        print('skipped: chromium is not installed')
        return
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Empty)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    chromium = Chromium(program)
    own, empty = [], []
    chromium.paint(preview.opening, "app.result && document.querySelector('#overlay button')")
    for _ in range(PAINTS):
        own.append(chromium.paint(preview.root, "app.result && document.querySelector('#overlay button')"))
        empty.append(chromium.paint(f'http://127.0.0.1:{server.server_port}/', 'document.body.firstChild'))
    chromium.close()
    middle = lambda rows, place: statistics.median(row[place] for row in rows)
    print(f'first paint {middle(own, 0):.0f} ms (worst {max(row[0] for row in own):.0f}), the mail with its buttons after '
          f'{middle(own, 1):.0f} ms; of an empty page {middle(empty, 0):.0f} ms')


def main():
    if not (DATA / 'clusters/stories.dev.jsonl').exists():
        print('skipped: the evaluation data is not there')
        return
    for count in (100, 1000):
        with tempfile.TemporaryDirectory() as temporary:
            newsletter(pathlib.Path(temporary), count)
            for kind in ('http', 'paint') if count == 100 else ('http',):
                preview = Preview(temporary)
                try:
                    if kind == 'paint':
                        paints(preview)
                        continue
                    preview.open()
                    times = preview.recompose()
                    most, now = preview.memory()
                    at = lambda share: times[min(len(times) - 1, int(share * len(times)))]
                    if count == 100:
                        print(f'the page: {preview.size()} bytes')
                    print(f'{count} articles: ready after {preview.ready:.1f} s; recomposed {len(times)} times, half within {at(0.5):.0f} ms, '
                          f'95 % within {at(0.95):.0f} ms, worst {times[-1]:.0f} ms; memory {now:.0f} MB, at most {most:.0f} MB')
                finally:
                    preview.process.terminate()
                    preview.process.wait()


if __name__ == '__main__':
    main()
