#!/usr/bin/env python3
"""A year of mornings, pruned daily, and a store of ten years: how large the store is, and what is kept.

    python3 benches/years.py year [--digest target/release/digest] [--days 365] [--papers 30]
    python3 benches/years.py decade [--digest target/release/digest] [--years 10]

`year` serves the invented papers of `examples/morning` on loopback and runs `digest run` on each morning of the year. It prints the
size of the store by month, and ends with 1 if a morning went wrong, an entry was published twice, or one of the last 30 editions does
not verify. `decade` makes three real weeks, and fills the tables of a store directly with what ten years of a hundred feeds leave behind
when they are pruned: editions, what was published, what was seen in the last year, the mails of a year. Then it times the program on it
beside the same program on the three weeks alone.
"""

import argparse
import datetime
import hashlib
import http.server
import json
import pathlib
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE / "examples/morning"))
from morning import Answers, World, config, published  # noqa: E402

DAY = 86_400_000

# New ones a feed a day: those of the half-year of 100 feeds that was simulated before (128,464 entries).
ENTRIES = 7.1

# Real mornings, of which a morning looks back on fourteen.
REAL = 21


class Lately(World):
    """The papers show what happened within the last fortnight, so that a day of the year's end costs no more than one of its beginning.

    What goes on does so one to thirteen days later: the program has to know fourteen days of its past (`remember_days`).
    """

    def __init__(self, papers, days, events_a_day):
        super().__init__(papers, days, events_a_day)
        self.everything = self.events
        self.turn(0)

    def turn(self, day):
        self.events = [event for event in self.everything if day - 14 <= event.day <= day]
        self.today = day

    def articles(self, number):
        paper, found = self.papers[number], []
        for event in self.events:
            for later in range(2 if event.goes_on else 1) if paper in event.papers else ():
                day = event.day + later * lag(event.number)
                if day <= self.today:
                    found.append((f"{event.number}-{later}", day, *event.tell(paper, later == 1), event.section))
        return sorted(found, key=lambda article: -article[1])[:20]


def lag(event):
    return 1 + event % 13


def serve(papers, days, events):
    world = Lately(papers, days, events)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.world, server.base = world, f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return world, server.base


def now_of(day):
    return (published(day) + datetime.timedelta(hours=2)).isoformat().replace("+00:00", "Z")


def call(digest, folder, *arguments, timeout=600):
    """What it said, its seconds, and its peak in MB."""
    began = time.monotonic()
    process = subprocess.Popen([digest, "--config", folder / "config.toml", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err, time.monotonic() - began


def stories(store):
    """Each story of each edition, in their order, with the edition's id."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
        for edition, text in db.execute("SELECT id, edition FROM editions ORDER BY composed"):
            for section in json.loads(text)["sections"]:
                for story in section["stories"]:
                    yield edition, story


def updates(store):
    """By how many days later an event goes on: how often that was told, and how often as an update."""
    found = {}
    for _, story in stories(store):
        event, _, later = story["url"].rsplit("/", 1)[1].removesuffix(".html").partition("-")
        if later == "1":
            counts = found.setdefault((lag(int(event)) + 5) // 6, [0, 0])
            counts[0] += 1
            counts[1] += story["update"] is not None
    return ", ".join(f"{6 * group - 5} to {6 * group} days later {known} of {all_}" for group, (all_, known) in sorted(found.items()))


def year(options):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="digest-year-"))
    world, base = serve(options.papers, options.days, options.events)
    (folder / "config.toml").write_text(config(world, base).replace("path = 'digest.db'", f"path = 'digest.db'\nkeep_days = {options.keep}"))
    wrong, seconds, month = 0, [], None
    print("| month | mornings | seconds each | store MB | editions MB | texts |\n| --- | --- | --- | --- | --- | --- |")

    def line():
        store = folder / "digest.db"
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
            editions, texts = db.execute("SELECT (SELECT sum(length(edition)) FROM editions), (SELECT count(article) FROM articles)").fetchone()
        print(f"| {month} | {len(seconds)} | {sum(seconds) / len(seconds):.1f} | {store.stat().st_size / 1e6:.1f} | {(editions or 0) / 1e6:.1f} | {texts} |", flush=True)

    for day in range(options.days):
        world.turn(day)
        if month != published(day).strftime("%Y-%m"):
            if month:
                line()
            month, seconds = published(day).strftime("%Y-%m"), []
        code, _, err, took = call(options.digest, folder, "run", "--now", now_of(day))
        seconds.append(took)
        if code not in (0, 1):
            wrong += 1
            print(f"wrong on day {day}: {code} {err.strip()}", flush=True)
    line()
    editions, sentences, articles, soon = {}, {}, {}, 0
    for edition, story in stories(folder / "digest.db"):
        editions[edition] = None
        for sentence in story["sentences"]:
            before = sentences.setdefault(sentence["text"], [])
            soon += bool(before) and before[-1] != edition and list(editions).index(edition) - list(editions).index(before[-1]) <= 14
            before.append(edition)
            articles.setdefault(sentence["article"], set()).add(edition)
    again = [article for article, of in articles.items() if len(of) > 1]
    unproven = 0
    for edition in list(editions)[-30:]:
        code, out, err, _ = call(options.digest, folder, "verify", edition)
        unproven += code != 0
        if code:
            print(f"wrong: {edition}: {out.strip()[:300]} {err.strip()}")
    mails = len(list((folder / "mail").glob("*.eml")))
    print(f"{options.days} mornings of {options.papers} papers, {wrong} of them wrong; {mails} mails, {len(editions)} editions, {len(sentences)} sentences: "
          f"{soon} twice within 14 days; {len(articles)} articles: {len(again)} in two editions; {unproven} of the last 30 editions do not verify")
    print(f"told as updates: {updates(folder / 'digest.db')}")
    code, out, _, _ = call(options.digest, folder, "store", "check")
    print(f"store check: {out.strip()}")
    shutil.rmtree(folder)
    return 1 if wrong or soon or again or unproven or code else 0


def article(model, number):
    """A text of its own, as long as a short article of a real feed (3.4 kB of JSON), and its hash."""
    made = dict(model, title=f"{model['title']} {number}", text=(f"Report {number}. " + model["text"] + "\n\n") * 9)
    made["text"], made["parts"] = made["text"][:2900].strip(), []
    return hashlib.sha256(f"{made['title']}\0{made['text']}".encode()).hexdigest(), json.dumps(made)


def fill(store, years, feeds):
    """What `years` of mornings before the first one leave in a pruned store, in the size and shape of the real rows in it."""
    chance = random.Random(7)
    db = sqlite3.connect(store)
    for pragma in "journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF":
        db.execute(f"PRAGMA {pragma}")
    newsletter, edition, first = db.execute("SELECT newsletter, edition, min(composed) OVER () FROM editions ORDER BY length(edition) DESC LIMIT 1").fetchone()
    letters = db.execute("SELECT language, letter FROM letters ORDER BY length(letter) DESC LIMIT 1").fetchone()
    model = json.loads(db.execute("SELECT article FROM articles WHERE article IS NOT NULL ORDER BY length(article) DESC LIMIT 1").fetchone()[0])
    hexes = lambda words: "".join(f"{chance.getrandbits(64):016x}" for _ in range(words))
    shown = sum(len(section["stories"]) for section in json.loads(edition)["sections"])
    for ago in range(1, int(years * 365) + 1):
        at = first - ago * DAY
        name = f"{newsletter}-{datetime.datetime.fromtimestamp(at / 1000, datetime.timezone.utc):%Y%m%dT%H%M%SZ}"
        db.execute("INSERT INTO editions (id, newsletter, composed, edition) VALUES (?, ?, ?, ?)", (name, newsletter, at, edition.replace(json.loads(edition)["id"], name)))
        if ago <= 365:
            db.execute("INSERT INTO letters VALUES (?, ?, ?)", (name, *letters))
            db.execute("INSERT INTO deliveries (edition, address, letter, message_id, state, changed) VALUES (?, 'me@example.org', ?, ?, 'sent', ?)",
                       (name, letters[0], f"<{hexes(2)}@example.org>", at))
        # Two articles a story were published, which is known for ever; that others were seen is known for a year.
        for number in range(int(feeds * ENTRIES) if ago <= 365 else shown * 2):
            is_shown = number < shown * 2
            key = f"{hexes(1)}:url:papers.example/{number % feeds}/{hexes(2)}.html"
            hash_, text = article(model, f"{ago}-{number}") if ago <= 14 or ago <= 365 and is_shown else (hexes(4), None)
            db.execute("INSERT INTO articles VALUES (?, ?, ?, ?)", (key, at, hash_, text))
            db.execute("INSERT INTO arrivals (newsletter, article, source, seen, edition, published) VALUES (?, ?, ?, ?, ?, ?)",
                       (newsletter, key, f"Paper {number % feeds}", at, name, int(is_shown)))
    db.commit()
    db.execute("VACUUM")
    db.execute("PRAGMA journal_mode = WAL")
    db.close()


def unprune(store):
    """As if a year of texts had never been pruned; how many."""
    with sqlite3.connect(store) as db:
        model = json.loads(db.execute("SELECT article FROM articles WHERE article IS NOT NULL LIMIT 1").fetchone()[0])
        rows = db.execute("SELECT id FROM articles WHERE article IS NULL ORDER BY first_seen DESC LIMIT ?", (int(365 * 100 * ENTRIES),)).fetchall()
        db.executemany("UPDATE articles SET hash = ?, article = ? WHERE id = ?", ((*article(model, id_), id_) for (id_,) in rows))
        return len(rows)


def measured(digest, folder, *arguments):
    """Milliseconds (the best of five) and peak MB of a command, by a process that only starts it."""
    best, peak = None, 0
    for _ in range(5):
        code = (
            "import resource, subprocess, sys, time; b = time.monotonic(); c = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode;"
            "print(time.monotonic() - b, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, c)"
        )
        command = [sys.executable, "-c", code, digest, "--config", folder / "config.toml", *arguments]
        took, kilobytes, _ = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        best, peak = min(best or 9e9, float(took) * 1000), max(peak, int(kilobytes) / 1000)
    return best, peak


def decade(options):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="digest-decade-"))
    world, base = serve(options.papers, REAL + 13, options.events)
    (folder / "config.toml").write_text(config(world, base))
    for day in range(REAL):
        world.turn(day)
        code, _, err, _ = call(options.digest, folder, "run", "--now", now_of(day))
        assert code in (0, 1), err
    young, store = folder / "young", folder / "digest.db"
    young.mkdir()
    for path in [*folder.glob("digest.*"), folder / "config.toml"]:
        (shutil.copytree if path.is_dir() else shutil.copy)(path, young / path.name)
    fill(store, options.years, options.feeds)
    with sqlite3.connect(store) as db:
        editions, size = db.execute("SELECT count(*), avg(length(edition)) FROM editions").fetchone()
        known, texts = db.execute("SELECT count(*), count(article) FROM articles").fetchone()
    print(f"{options.years} years: {store.stat().st_size / 1e6:.0f} MB, {editions} editions of {size / 1000:.1f} kB, {known} articles known, {texts} texts\n")
    print("| command | three weeks: ms | MB | ten years: ms | MB |\n| --- | --- | --- | --- | --- |")
    for arguments in (["status"], ["verify"], ["edition", "list"], ["explain", "--json"], ["run", "--dry-run", "--offline", "--now", now_of(REAL)]):
        one, other = measured(options.digest, young, *arguments), measured(options.digest, folder, *arguments)
        print(f"| `{' '.join(arguments)}` | {one[0]:.0f} | {one[1]:.0f} | {other[0]:.0f} | {other[1]:.0f} |", flush=True)
    mornings = []
    for day in range(REAL, REAL + 12):
        world.turn(day)
        places = (young, folder) if day % 2 else (folder, young)
        took = {}
        for place in places:
            code, _, err, took[place] = call(options.digest, place, "run", "--now", now_of(day))
            assert code in (0, 1), err
        mornings.append((took[young] * 1000, took[folder] * 1000))
    print(f"| `run`, with the first upkeep of a filled store | {mornings[0][0]:.0f} | | {mornings[0][1]:.0f} | |")
    one, other = (statistics.median(column) for column in zip(*mornings[1:]))
    ratio = statistics.median(old / young for young, old in mornings[1:])
    print(f"| `run`, median of {len(mornings) - 1} mornings | {one:.0f} | | {other:.0f} (each {ratio:.2f} times that of three weeks) | |\n")
    world.turn(REAL + 12)
    writer = subprocess.Popen([options.digest, "--config", folder / "config.toml", "run", "--now", now_of(REAL + 12)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    code, _, err, took = call(options.digest, folder, "store", "backup", str(folder / "copy.db"))
    ended = "it was still running" if writer.poll() is None else "it ended first"
    writer.wait()
    with sqlite3.connect(folder / "copy.db") as db:
        whole = db.execute("PRAGMA quick_check").fetchone()[0]
    print(f"backup while a run writes ({ended}): {took:.1f} s, exit {code} {err.strip()}, quick_check of the copy: {whole}", flush=True)
    code, out, err, took = call(options.digest, folder, "store", "check")
    print(f"store check: {took:.1f} s, {out.strip()[-300:]}", flush=True)
    texts, size = unprune(store), store.stat().st_size / 1e6
    code, out, err, took = call(options.digest, folder, "store", "prune")
    print(f"{texts} texts that nobody pruned: {size:.0f} MB; `store prune`: {took:.1f} s, {store.stat().st_size / 1e6:.0f} MB; {err.strip() or out.strip()}")
    shutil.rmtree(folder)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=["year", "decade"])
    parser.add_argument("--digest", default=str(HERE / "target/release/digest"))
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--papers", type=int, default=30)
    parser.add_argument("--events", type=int, default=14)
    parser.add_argument("--keep", type=int, default=365)
    parser.add_argument("--years", type=float, default=10)
    parser.add_argument("--feeds", type=int, default=100)
    options = parser.parse_args()
    options.digest = str(pathlib.Path(options.digest).resolve())
    return year(options) if options.what == "year" else decade(options)


if __name__ == "__main__":
    sys.exit(main())
