"""What a machine bears: readers, history, writes, several machines. One table a command; python3, strace, Postfix's smtp-sink and
PostgreSQL.

    python3 benches/scale.py readers [--most 1000000] [--deliver 100000]
    python3 benches/scale.py history
    python3 benches/scale.py writes
    python3 benches/scale.py shared [--deliver 5000]

`--digest` may name several programs (an earlier build beside this one): each gets its rows, in one run on one machine.
CPU seconds and peak memory are those of the program alone, as the system accounts for them.
"""

import argparse
import collections
import contextlib
import http.server
import json
import os
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SINK = "/usr/sbin/smtp-sink"

CONFIG = """version = 1
[newsletter]
name = "scale"
title = "Scale"
[mail]
from = "Scale <scale@example.org>"
recipients = "readers.csv"
[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
connections = 10
[store]
path = "state/digest.db"
[fetch]
allow_private = true
"""

NOTES = """[[source]]
name = "notes"
files = "notes/*.md"
"""

NOTES_TEXT = (
    """# The bridge is open again

The old bridge over the Wend opened again on Monday. Masons had worked on it for a year. The town paid for its stones, and
the region for the road. Children were the first to cross it in the morning.
""",
    """# Bakers bake with less salt

From May on, rolls hold a third less salt, the guild of bakers decided in Harburg. Doctors had asked for it since the
spring. Of forty customers who tasted both kinds, six noticed a difference.
""",
)


class Place:
    """A folder with a config, in which the program runs."""

    def __init__(self, program, folder, port=1, config=NOTES):
        self.program, self.folder = program, Path(folder)
        self.write("config.toml", CONFIG.format(port=port) + config)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def readers(self, count):
        lines = (f"reader{number * 7919 % count}@example.org,Reader {number}\n" for number in range(count))
        with open(self.folder / "readers.csv", "w") as file:
            file.write("email,name\n")
            file.writelines(lines)

    def note(self, number):
        self.write(f"notes/{number}.md", NOTES_TEXT[number - 1])

    def size(self):
        """Megabytes of the store, once what is still in its log is written back."""
        if not self.store.exists():
            return 0
        with contextlib.closing(sqlite3.connect(self.store)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.store.stat().st_size / 1e6

    @property
    def store(self):
        return self.folder / "state" / "digest.db"

    def run(self, *arguments, codes=(0,), timeout=3600, before=()):
        """CPU seconds, wall seconds and peak megabytes of one run."""
        command = [*before, self.program, *arguments]
        begin = time.monotonic()
        child = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        code = os.waitstatus_to_exitcode(status)
        if code not in codes:
            sys.exit(f"{' '.join(command)} ended with {code}:\n{said}")
        return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024

    def milliseconds(self, *arguments, codes=(0,), times=7):
        """The median of several runs: milliseconds of CPU and of waiting for it."""
        runs = [self.run(*arguments, codes=codes) for _ in range(times)]
        return tuple(1000 * statistics.median(run[part] for run in runs) for part in (0, 1))


@contextlib.contextmanager
def sink():
    """A mail server that takes everything, on loopback; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = os.environ.get("USER", "root")
    server = subprocess.Popen([SINK, "-u", user, f"127.0.0.1:{port}", "256"])
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.05)
    try:
        yield port
    finally:
        server.kill()
        server.wait()


def readers(args):
    print("| program | readers | enqueue CPU s | peak MB | store MB | `status` ms | deliver CPU ms a mail | mails a second | nothing to send, ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for count in (count for count in (10_000, 100_000, 1_000_000) if count <= args.most):
        for program in args.digest:
            if count > args.most_before and program != args.digest[-1]:
                continue
            with tempfile.TemporaryDirectory() as folder, sink() as port:
                place = Place(program, folder, port)
                place.note(1)
                place.readers(count)
                place.run("gather")
                cpu, _, memory = place.run("compose")
                size = place.size()
                status = place.milliseconds("status", codes=(75,))[1]
                row = f"| {name(program)} | {count:,} | {cpu:.1f} | {memory:.0f} | {size:.0f} | {status:.0f} |"
                if count <= args.deliver:
                    cpu, wall, _ = place.run("deliver")
                    nothing = place.milliseconds("deliver")[1]
                    row += f" {1000 * cpu / count:.2f} | {count / wall:,.0f} | {nothing:.0f} |"
                else:
                    row += " | | |"
                print(row, flush=True)


def history(args):
    print("| program | past editions of 10,000 | a morning: compose and deliver 10,000, CPU s | nothing to send, ms | `status` ms |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    for editions in (0, 180):
        for program in args.digest:
            with tempfile.TemporaryDirectory() as folder, sink() as port:
                place = Place(program, folder, port)
                place.note(1)
                place.readers(10_000)
                for act in ("gather", "compose", "deliver"):
                    place.run(act)
                repeat_history(place.store, editions)
                place.note(2)
                cpu = sum(place.run(act)[0] for act in ("gather", "compose", "deliver"))
                nothing, status = (place.milliseconds(act)[1] for act in ("deliver", "status"))
                print(f"| {name(program)} | {editions} | {cpu:.1f} | {nothing:.0f} | {status:.0f} |", flush=True)


def repeat_history(store, editions):
    """Puts copies of the one edition in `store` before it, each sent to everybody, as many mornings would have."""
    with contextlib.closing(sqlite3.connect(store)) as database, database:
        database.execute("PRAGMA cache_size = -400000")
        (edition, composed), = database.execute("SELECT id, composed FROM editions").fetchall()
        names = [row[1] for row in database.execute("PRAGMA table_info(deliveries)") if row[1] not in ("id", "edition")]
        for day in range(1, editions + 1):
            copy = f"past-{day}-{edition}"
            database.execute(
                "INSERT INTO editions (id, newsletter, composed, edition) SELECT ?, newsletter, ?, replace(edition, id, ?)"
                " FROM editions WHERE id = ?",
                (copy, composed - day * 86_400_000, copy, edition),
            )
            columns = ", ".join(names)
            database.execute(
                f"INSERT INTO deliveries (edition, {columns}) SELECT ?, {columns} FROM deliveries WHERE edition = ?",
                (copy, edition),
            )


def writes(args):
    print("| program | morning of 100 feeds | syncs | sleeps | MB written to the store | MB kept | written for one kept |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for program in args.digest:
        with tempfile.TemporaryDirectory() as folder, feeds() as port:
            urls = (f"http://127.0.0.1:{port}/{number}" for number in range(100))
            sources = (f'[[source]]\nname = "{number}"\nfeed = "{url}"\n' for number, url in enumerate(urls))
            place = Place(program, folder, config="per_host = 32\n" + "".join(sources))
            place.readers(1)
            for day in (1, 2):
                Feed.day = day
                before = place.size()
                trace = place.folder / "trace"
                calls = "fsync,fdatasync,pwrite64,write,nanosleep,clock_nanosleep"
                place.run("gather", before=("strace", "-f", "-y", "-qq", "-e", f"trace={calls}", "-o", str(trace)))
                counts, written = calls_of(trace)
                kept = place.size() - before
                print(
                    f"| {name(program)} | {'first' if day == 1 else 'second'} | {counts['fsync'] + counts['fdatasync']} |"
                    f" {counts['sleep']} | {written:.1f} | {kept:.1f} | {written / kept:.1f} |",
                    flush=True,
                )


def calls_of(trace):
    """How often the store was synced, how often its connections slept, and the megabytes written to it."""
    counts, written = collections.Counter(), 0
    for line in trace.read_text(errors="replace").splitlines():
        call = re.match(r"\d+ +(\w+)\((.*)", line)
        if not call:
            continue
        name, rest = call.groups()
        is_store = "/state/digest.db" in rest.split(">")[0]
        if name.endswith("nanosleep"):
            counts["sleep"] += 1
        elif is_store and name in ("fsync", "fdatasync"):
            counts[name] += 1
        elif is_store and (done := re.search(r"= (\d+)$", line)):
            written += int(done[1])
    return counts, written / 1e6


class Feed(http.server.BaseHTTPRequestHandler):
    """A feed of thirty entries, three of them new each day."""

    protocol_version = "HTTP/1.1"
    day = 1

    def do_GET(self):
        number = int(self.path.strip("/") or 0)
        entries = "".join(self.entry(number, entry) for entry in range(3 * self.day, 3 * self.day + 30))
        body = f'<rss version="2.0"><channel><title>Feed {number}</title>{entries}</channel></rss>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @staticmethod
    def entry(number, entry):
        paragraph = (
            "<p>On day {day} the council of town {number} spoke of plan {entry} and its new bridge, which is to carry {day}00"
            " cars an hour once it stands, as those who planned it say.</p>"
        )
        text = "".join(paragraph.format(day=day, number=number, entry=entry) for day in range(30))
        return (
            f"<item><title>Story {entry} of feed {number}</title><guid>{number}-{entry}</guid>"
            f"<description><![CDATA[{text}]]></description></item>"
        )

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def feeds():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


NAMES = {}


@contextlib.contextmanager
def cluster():
    """A PostgreSQL of our own in a temporary folder, on a socket, waiting for the disk; the URL of its database."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])).parent
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-"))
    other = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def do(*command):
        subprocess.run([*other, *command], cwd="/", check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    control = (str(programs / "pg_ctl"), "-D", data, "-w")
    do(str(programs / "initdb"), "-D", data, "-U", "digest", "-A", "trust", "-E", "UTF8", "--locale=C")
    do(*control, "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses=''", "start")
    try:
        do(str(programs / "createdb"), "-h", str(folder), "-U", "digest", "digest")
        yield f"postgres:///digest?host={folder}&user=digest"
    finally:
        do(*control, "-m", "fast", "stop")
        shutil.rmtree(folder)


def shared(args):
    """Processes that deliver one edition together, and one alone from a file."""
    print("| store | processes | mails | seconds | mails a second | twice | CPU ms a mail, all processes | `status` ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    count, program = args.deliver, args.digest[-1]
    for processes in (0, 1, 2, 4, 8):
        with contextlib.ExitStack() as stack:
            folder, port = stack.enter_context(tempfile.TemporaryDirectory()), stack.enter_context(sink())
            place = Place(program, folder, port)
            if processes:
                config = (place.folder / "config.toml").read_text()
                url = stack.enter_context(cluster())
                place.write("config.toml", config.replace('path = "state/digest.db"', f'url = "{url}"'))
            place.note(1)
            place.readers(count)
            place.run("gather")
            place.run("compose")
            begin = time.monotonic()
            command = [program, "deliver", "--report", "json"]
            running = [
                subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                for _ in range(processes or 1)
            ]
            sent = sum(json.loads(child.stdout.read())["delivered"]["sent"] for child in running)
            cpu = 0
            for child in running:
                _, _, used = os.wait4(child.pid, 0)
                cpu += used.ru_utime + used.ru_stime
            wall = time.monotonic() - begin
            status = place.milliseconds("status", codes=(0, 75), times=3)[1]
            print(
                f"| {'PostgreSQL' if processes else 'SQLite'} | {processes or 1} | {sent:,} | {wall:.1f} | {sent / wall:,.0f} "
                f"| {sent - count} | {1000 * cpu / sent:.2f} | {status:.0f} |",
                flush=True,
            )


def name(program):
    return NAMES[program]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=("readers", "history", "writes", "shared"))
    parser.add_argument("--digest", nargs="+", default=["target/release/digest"], help="an earlier one first")
    parser.add_argument("--most", type=int, default=1_000_000, help="readers")
    parser.add_argument("--most-before", type=int, default=100_000, help="readers of all programs but the last")
    parser.add_argument("--deliver", type=int, default=100_000, help="readers to whom mail is sent")
    args = parser.parse_args()
    args.digest = [str(Path(program).resolve()) for program in args.digest]
    NAMES.update(zip(args.digest, ["before", "now"] if len(args.digest) == 2 else ["now"]))
    {"readers": readers, "history": history, "writes": writes, "shared": shared}[args.table](args)


if __name__ == "__main__":
    main()
