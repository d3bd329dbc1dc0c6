"""A morning of 50 good feeds and 50 sources that do harm, as `digest run` lives through it.

    cargo build --release
    python3 benches/hostile_run.py [--program target/release/digest] [--deadline 30] [--memory 1024]

The program runs with `ulimit -v` of --memory MiB, which its readers inherit; meanwhile the memory of all its processes
is added up. Printed: exit code, seconds, memory, the good feeds that are missing in the edition, and the harmful
sources that were read without a word. Exit code 1 when a good one is missing, the run is late, or it did not end with 1.
Linux, loopback only.
"""

import argparse
import email
import gzip
import http.server
import importlib.util
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from email.policy import default as policy
from pathlib import Path

spec = importlib.util.spec_from_file_location("input_cost", Path(__file__).with_name("input_cost.py"))
cost = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cost)

NOW = "2026-10-19T05:00:00Z"
MB = 1_000_000


def good(number):
    item = (
        f"<item><title>Town{number} opens gate{number}</title><link>https://news{number}.example/1</link><description>Workers{number}"
        f" of the town{number} opened the gate{number} near quay{number} on Sunday after years. The keeper{number} said that"
        f" barge{number} passed first. Everybody near mill{number} came to see boat{number} leave.</description></item>"
    )
    return cost.FEED % item


def entry(text, title="a", link="https://a.example/1"):
    return cost.FEED % f"<item><title>{title}</title><link>{link}</link><description><![CDATA[{text}]]></description></item>"


def one(family, size):
    return (cost.LARGE[family]() if size is None else cost.FAMILIES[family](size))[1]


def pages_behind(base):
    items = "".join(f"<item><title>p{i}</title><link>{base}/page{i}</link></item>" for i in range(20))
    return cost.FEED % items


def bodies(base):
    """What the web server answers: path -> bytes; and which key of a source asks for it."""
    feeds = {
        "many items": one("13 MB of items", None), "empty items": one("13 MB of empty items", None),
        "empty JSON items": one("13 MB of empty JSON items", None), "escaped markup": one("14 MB of escaped markup", None),
        "one entry": one("14 MB of one entry", None), "open elements": one("14 MB of open elements", None),
        "entities": one("12 MB of entities", None), "entities in entities": one("feed: entity in entity", 4 * MB),
        "html, div": one("feed: html instead, DIV", 14 * MB), "html, b in p": one("feed: html instead, b in p", 14 * MB),
        "html, svg": one("feed: html instead, svg", 14 * MB), "cdata": one("feed: cdata in unclosed", 14 * MB),
        "comments in title": one("feed: comments in title", 14 * MB), "namespaces": one("feed: nested namespaces", 14 * MB),
        "attributes": one("feed: attributes", 14 * MB), "nested JSON": one("json: nested", 14 * MB),
        "long guid": cost.FEED % f"<item><guid>{'x' * 14 * MB}</guid><title>a</title></item>",
        "svg in entry": entry("<svg></a>" * (14 * MB // 9)), "div in entry": entry("<div>" * (14 * MB // 5)),
        "dots in entry": entry(". " * (7 * MB)), "pages behind": pages_behind(base),
        "long address": entry("a", link=f"{base}/{'x/' * 6 * MB}"), "garbage": "\x01\x02 nothing at all", "empty": "",
    }
    pages = {
        "page paragraphs": one("a million paragraphs", None), "page deep text": one("5 MB of text in 512 levels of div", None),
        "page tables": one("8 MB of nested tables", None), "page entities": one("a million &amp;", None),
        "page script": "<p>a</p><script>" + "x" * 14 * MB, "page nothing": " " * 14 * MB,
    }
    maps = {"sitemap addresses": cost.FAMILIES["sitemap: addresses"](14 * MB)[1],
            "sitemap circle": f"<sitemapindex><sitemap><loc>{base}/sitemap circle</loc></sitemap></sitemapindex>".replace("p c", "p%20c")}
    lists = {"listing links": cost.FAMILIES["page: links"](14 * MB)[1]}
    return {"feed": feeds, "page": pages, "sitemap": maps, "listing": lists}


ODD = ["hang", "drip", "broken", "circle", "500", "404", "bomb", "four times zipped", "endless", "endless head", "no HTTP"]
FILES = {
    "Thai": ("txt", "14 MB of Thai"), "giants": ("txt", "two sentences of 150,000 words"), "one word": ("txt", "14 MB of one word"),
    "parts": ("eml", "14 MB of parts"),
}
COMMANDS = {"command endless": ["yes"], "command silent": ["sleep", "600"]}


class Site(http.server.BaseHTTPRequestHandler):
    answers = {}

    def log_message(self, *_):
        pass

    def do_GET(self):
        name = self.path.strip("/").replace("%20", " ").replace("+", " ")
        try:
            self.answer(name)
        except OSError:
            pass  # The other side has had enough.

    def answer(self, name):
        if name in self.answers:
            return self.whole(self.answers[name], "gzip")
        if name.startswith("page"):
            return self.whole(self.answers["page paragraphs"], "gzip")
        if name == "bomb":
            return self.whole(gzip.compress(gzip.compress(b"\0" * 200 * MB)), "gzip, gzip")
        if name == "four times zipped":
            return self.whole(b"x", "gzip, gzip, gzip, gzip, gzip")
        if name == "circle":
            return self.head(302, {"Location": self.path})
        if name in ("500", "404"):
            return self.head(int(name), {})
        if name == "no HTTP":
            return self.wfile.write(b"\xff" * 1000)
        if name == "endless head":
            while True:
                self.wfile.write(b"X-A: " + b"x" * 10_000 + b"\r\n")
        self.head(200, {"Content-Type": "text/xml", **({"Content-Length": "999999"} if name == "broken" else {})})
        if name == "broken":
            self.wfile.write(b"<rss>")
        while name == "endless":
            self.wfile.write(b"<item>" * 10_000)
        while name in ("hang", "drip"):
            time.sleep(0.2)
            if name == "drip":
                self.wfile.write(b"<")

    def head(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def whole(self, body, coding):
        self.head(200, {"Content-Encoding": coding, "Content-Length": str(len(body))})
        self.wfile.write(body)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256


def sources(folder, base):
    listed = {}
    for kind, of_kind in bodies(base).items():
        for name, body in of_kind.items():
            Site.answers[name] = gzip.compress(body.encode(), 1)
            listed[name] = f'{kind} = "{base}/{name.replace(" ", "%20")}"'
    for name in ODD:
        listed[name] = f'feed = "{base}/{name.replace(" ", "%20")}"'
    for name, (kind, family) in FILES.items():
        (folder / f"{name}.{kind}").write_text(one(family, None))
        listed[name] = f'files = "{name}.{kind}"'
    mails = folder / "mails" / "new"
    mails.mkdir(parents=True)
    (folder / "mails" / "cur").mkdir()
    for number in range(4):
        (mails / str(number)).write_text(one("14 MB of a newsletter", None))
    listed["mails"] = 'maildir = "mails"'
    for name, command in COMMANDS.items():
        listed[name] = f"command = {command}".replace("'", '"')
    return listed


def memory(root):
    """Memory of a process and all below it, in MiB, and that of the process alone."""
    parents, sizes = {}, {}
    for entry in os.listdir("/proc"):
        try:
            fields = Path(f"/proc/{int(entry)}/stat").read_text().rpartition(")")[2].split()
            parents[int(entry)], sizes[int(entry)] = int(fields[1]), int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
        except (ValueError, OSError):
            continue
    def below(pid):
        while pid and pid != root:
            pid = parents.get(pid)
        return pid == root
    return sum(size for pid, size in sizes.items() if below(pid)), sizes.get(root, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/digest")
    parser.add_argument("--deadline", type=int, default=30)
    parser.add_argument("--memory", type=int, default=1024)
    args = parser.parse_args()
    server = Server(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bad = sources(folder, base)
        for number in range(50):
            Site.answers[f"Good{number}"] = gzip.compress(good(number).encode())
        config = "version = 1\n"
        # One good, one bad: none may have to wait for the others.
        for number, (one_bad, place) in enumerate(bad.items()):
            config += f'[[source]]\nname = "Bad {one_bad}"\n{place}\nmax_entries = 30\n'
            if number < 50:
                config += f'[[source]]\nname = "Good{number}"\nfeed = "{base}/Good{number}"\nfull_text = "never"\n'
        config += '[newsletter]\nmax_stories = 200\nmax_html_kb = 2000\nreading_minutes = 0\nmax_height = 0\n[fetch]\nallow_private = true\nper_host = 32\nretries = 0\n'
        config += '[mail]\nfrom = "Digest <digest@example.org>"\nto = ["anna@example.org"]\ntransport = "file"\n'
        (folder / "config.toml").write_text(config)
        program = str(Path(args.program).resolve())
        limited = ["sh", "-c", f'ulimit -v {args.memory * 1024}; exec "$@"', "sh", program]
        started = time.monotonic()
        with open(folder / "err", "wb") as err:
            run = subprocess.Popen([*limited, "run", "--deadline", f"{args.deadline}s", "--now", NOW], cwd=folder, stdout=err, stderr=err,
                                   env={"HOME": name, "PATH": "/usr/bin:/bin", "XDG_STATE_HOME": name, "MALLOC_ARENA_MAX": "2"})
        most = alone = 0
        while run.poll() is None:
            now, own = memory(run.pid)
            most, alone = max(most, now), max(alone, own)
            time.sleep(0.1)
        seconds = time.monotonic() - started
        said = (folder / "err").read_text(errors="replace")
        mails = [email.message_from_bytes(mail.read_bytes(), policy=policy) for mail in folder.rglob("*.eml") if mail.parent.name == "mail"]
        edition = mails[0].get_body(("plain",)).get_content() if mails else ""
        missing = [number for number in range(50) if f"gate{number} " not in edition.replace("\n", " ")]
        silent = [name for name in bad if f"Bad {name}:" not in said]
        print(f"{len(bad)} harmful sources, 50 good ones: exit code {run.returncode}, {seconds:.1f} s, "
              f"{most:.0f} MiB in all processes, {alone:.0f} MiB in the main one")
        print(f"good ones missing: {missing or 'none'}; harmful ones read without a word: {silent or 'none'}")
        if os.environ.get("SHOW"):
            print(said)
        server.shutdown()
        late = seconds > args.deadline + 2
        sys.exit(1 if missing or late or run.returncode != 1 else 0)


if __name__ == "__main__":
    main()
