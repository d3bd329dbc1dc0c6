#!/usr/bin/env python3
"""A month of mornings: 30 invented papers on this machine, one edition a day, and what became of it.

    python3 examples/morning/morning.py --digest target/release/digest

Serves RSS, Atom, JSON Feed and pages on loopback, with teasers, moved feeds, servers that fail for a day and answers of 304, and runs
`digest run` each morning as cron would, at the time of that morning. Mails become files in the folder `mornings` (--folder). Nothing
leaves this machine. It ends with 1 if a morning went wrong: no mail, a second mail, a sentence sent twice, a quotation that
`digest verify` does not find.
"""

import argparse
import datetime
import html
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time

from events import Event

FIRST = datetime.date(2026, 9, 1)
NAMES = """Aville Courier|Northern Post|Harbour Gazette|The Lantern|Coast Daily|Field Notes|Tide Table|Evening Bell|Valley Voice|Iron Gate
Morning Star of Oster|The Ferry|Islander|Salt and Wind|Market Square|The Ledger|Hill Country|Sound Observer|Old Town News|The Beacon
Riverside|Pilot|The Mill|Northern Light|Quay Street|The Anchor|Sunday Paper|Border Post|The Clerk|Wendham Weekly""".replace("\n", "|").split("|")


class World:
    """All that has happened until a day, and the papers' answers on it."""

    def __init__(self, papers, days, events_a_day):
        self.papers = NAMES[:papers]
        self.today = 0
        self.asked = 0
        self.unchanged = 0
        self.events = []
        for day in range(days):
            weekday = (FIRST + datetime.timedelta(days=day)).weekday()
            first = day * events_a_day
            self.events += [Event(first + i, day, weekday, self.papers) for i in range(events_a_day)]

    def articles(self, number):
        """(id, day, headline, paragraphs, section) of a paper, the newest first."""
        paper, found = self.papers[number], []
        for event in self.events:
            if paper not in event.papers:
                continue
            for later in range(2 if event.goes_on else 1):
                if event.day + later <= self.today:
                    found.append((f"{event.number}-{later}", event.day + later, *event.tell(paper, later == 1), event.section))
        return sorted(found, key=lambda article: -article[1])[:20]

    def fails(self, number):
        """Each day another paper's server is down."""
        return self.today > 0 and number == self.today * 7 % len(self.papers)


def published(day):
    return datetime.datetime.combine(FIRST + datetime.timedelta(days=day), datetime.time(3), datetime.timezone.utc)


def feed(world, number, base):
    """The feed of a paper: a third of them each RSS, Atom and JSON Feed; every other one has teasers only."""
    name, items = world.papers[number], []
    for key, day, headline, paragraphs, _ in world.articles(number):
        text = f"<p>{html.escape(paragraphs[0][:60])} …</p>" if number % 2 else "".join(f"<p>{html.escape(p)}</p>" for p in paragraphs)
        items.append((f"{base}/{number}/{key}.html", headline, text, published(day)))
    if number % 3 == 2:
        entries = [{"id": url, "url": url, "title": title, "content_html": text, "date_published": when.isoformat()} for url, title, text, when in items]
        return "application/feed+json", json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": name, "items": entries})
    if number % 3 == 1:
        entries = "".join(
            f"<entry><id>{url}</id><title>{html.escape(title)}</title><link href='{url}'/><published>{when.isoformat()}</published>"
            f"<updated>{when.isoformat()}</updated><content type='html'>{html.escape(text)}</content></entry>"
            for url, title, text, when in items
        )
        return "application/atom+xml", f"<feed xmlns='http://www.w3.org/2005/Atom'><id>{base}/{number}</id><title>{name}</title>{entries}</feed>"
    entries = "".join(
        f"<item><guid>{url}</guid><title>{html.escape(title)}</title><link>{url}</link><pubDate>{when:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description>{html.escape(text)}</description></item>"
        for url, title, text, when in items
    )
    return "application/rss+xml", f"<rss version='2.0'><channel><title>{name}</title>{entries}</channel></rss>"


def page(world, number, key):
    for known, _, headline, paragraphs, section in world.articles(number):
        if known == key:
            text = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
            name = html.escape(world.papers[number])
            return (
                f"<html lang=en><head><title>{html.escape(headline)} | {name}</title></head><body><nav><a href=/>Home</a> <a href=/{section}>{section}</a>"
                f"</nav><main><article><h1>{html.escape(headline)}</h1>{text}</article></main><footer>{name}. All rights reserved.</footer></body></html>"
            )
    return None


class Answers(http.server.BaseHTTPRequestHandler):
    """What the papers' servers say."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        world = self.server.world
        world.asked += 1
        number, _, rest = self.path.lstrip("/").partition("/")
        if not number.isdigit() or int(number) >= len(world.papers):
            return self.say(404, "text/plain", "nothing here")
        number = int(number)
        if world.fails(number):
            return self.say(500, "text/plain", "down for today")
        if rest == "old-feed":
            return self.say(301, "text/plain", "", {"Location": f"/{number}/feed"})
        if rest == "feed":
            kind, body = feed(world, number, self.server.base)
            tag = f'"{hash(body)}"'
            if self.headers.get("If-None-Match") == tag:
                world.unchanged += 1
                return self.say(304, kind, "", {"ETag": tag})
            return self.say(200, kind, body, {"ETag": tag})
        body = page(world, number, rest.removesuffix(".html"))
        return self.say(200, "text/html; charset=utf-8", body) if body else self.say(404, "text/plain", "nothing here")

    def say(self, status, kind, body, headers={}):
        body = body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def config(world, base):
    text = "version = 1\n[newsletter]\nname = 'mornings'\ntitle = 'A month of mornings'\n[fetch]\nallow_private = true\nretries = 0\n"
    text += "per_host = 8\n[mail]\nfrom = 'Mornings <me@example.org>'\nto = ['me@example.org']\ntransport = 'file'\n[store]\npath = 'digest.db'\n"
    for number, name in enumerate(world.papers):
        path = "old-feed" if number % 5 == 4 else "feed"
        text += f"[[source]]\nname = \"{name}\"\nfeed = '{base}/{number}/{path}'\n"
    return text


def sentences(report):
    stories = [story for section in report["edition"]["sections"] for story in section["stories"]]
    return len(stories), [sentence["text"] for story in stories for sentence in story["sentences"]]


def one_morning(digest, folder, world, day, sent):
    """Runs it twice, as somebody who presses the key again; gives the line to show, and what went wrong."""
    world.today = day
    now = (published(day) + datetime.timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    run = lambda *arguments: subprocess.run([digest, "--config", folder / "config.toml", *arguments], capture_output=True, text=True, timeout=300)
    shown = run("run", "--dry-run", "--now", now, "--format", "json")
    count, texts = sentences(json.loads(shown.stdout))
    before, started = len(list((folder / "mail").glob("*.eml"))), time.monotonic()
    ran = run("run", "--now", now)
    took = time.monotonic() - started
    mails = len(list((folder / "mail").glob("*.eml")))
    again = run("run", "--now", now)
    verified = run("verify")
    wrong = []
    if ran.returncode not in (0, 1):
        wrong.append(f"run ended with {ran.returncode}: {ran.stderr.strip()}")
    if mails != before + 1:
        wrong.append(f"{mails - before} mails in place of one")
    if len(list((folder / "mail").glob("*.eml"))) != mails or again.returncode not in (0, 1):
        wrong.append("the second run was not silent")
    if verified.returncode != 0:
        wrong.append(f"verify: {verified.stderr.strip() or verified.stdout.strip()}")
    twice = [text for text in texts if text in sent]
    if twice:
        wrong.append(f"sent before: {twice[0]}")
    sent.update(texts)
    date = FIRST + datetime.timedelta(days=day)
    return f"{date:%a %d %b}  {count:3} stories  {len(texts):3} sentences  {took:5.1f} s", wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--digest", default="digest", help="the program")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--papers", type=int, default=30)
    parser.add_argument("--events", type=int, default=14, help="events a day")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("mornings"), help="for config, state and mails; must not be there")
    arguments = parser.parse_args()
    world = World(min(arguments.papers, len(NAMES)), arguments.days, arguments.events)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.world, server.base = world, f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    arguments.folder.mkdir(parents=True)
    (arguments.folder / "config.toml").write_text(config(world, server.base))
    sent, failed = set(), 0
    for day in range(arguments.days):
        line, wrong = one_morning(arguments.digest, arguments.folder, world, day, sent)
        print(line, flush=True)
        for words in wrong:
            print(f"  wrong: {words}", flush=True)
        failed += bool(wrong)
    server.shutdown()
    print(f"{arguments.days} mornings, {failed} of them wrong; {len(sent)} sentences, none of them twice" if not failed else f"{failed} mornings went wrong")
    print(f"{world.asked} requests, {world.unchanged} of them answered with 304")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
