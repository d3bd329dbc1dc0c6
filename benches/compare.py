#!/usr/bin/env python3
"""Two binaries of digest side by side, in one run on one machine: CPU seconds, memory, and the ratio.

    python3 benches/compare.py BEFORE AFTER [--rounds 3] [--scale 1.0]

Four tasks: raw text to three sentences; 10,000 articles into stories; 300 feeds of 20 full-text entries gathered and composed; an
edition for 20,000 readers, delivered. Both binaries do each task in turn, round by round; the best round of each counts.
Inputs are made up here, with a fixed seed; the servers are in this process, on loopback, and their time is not counted.
`--scale 0.01` shows in a minute that everything works.
"""
import argparse, asyncio, http.server, json, os, pathlib, random, subprocess, sys, tempfile, threading, time

NOW = '2026-11-03T05:00:00Z'
WORDS = [''.join(random.Random(number).choices('bcdfghklmnprstvw', k=2)) + random.Random(number + 1).choice('aeiou') +
         ''.join(random.Random(number + 2).choices('aeioulnrst', k=1 + number % 5)) for number in range(6000)]


def prose(draw, sentences):
    """Sentences of words whose frequencies fall as those of a language do."""
    line = lambda: ' '.join(WORDS[min(int(draw.paretovariate(0.9)), len(WORDS)) - 1] for _ in range(draw.randint(8, 24)))
    return ' '.join(line().capitalize() + '.' for _ in range(sentences))


def measured(command, folder, stdin=None):
    """CPU seconds and peak megabytes of one run."""
    start = time.time()
    with open(stdin or os.devnull, 'rb') as given, open(folder / 'stdout', 'wb') as out, open(folder / 'stderr', 'wb') as err:
        process = subprocess.Popen(command, stdin=given, stdout=out, stderr=err, cwd=folder)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f'{" ".join(map(str, command))} ended with {process.returncode}:\n{(folder / "stderr").read_text()}')
    return {'cpu': used.ru_utime + used.ru_stime, 'mb': used.ru_maxrss / 1024, 'wall': time.time() - start}


class Texts:
    name = 'raw text to three sentences'

    def __init__(self, scale, folder):
        draw, self.file = random.Random(1), folder / 'texts.jsonl'
        lines = (json.dumps({'id': str(number), 'text': prose(draw, 40)}) for number in range(max(1, int(4000 * scale))))
        self.file.write_text('\n'.join(lines) + '\n')

    def run(self, digest, folder):
        return measured([digest, 'summarize', '--jsonl', '--sentences', '3'], folder, self.file)


class Stories:
    name = '10,000 articles into stories'

    def __init__(self, scale, folder):
        draw, self.file = random.Random(2), folder / 'articles.jsonl'
        lines = []
        for number in range(max(2, int(10000 * scale))):
            if number % 4 == 0:
                title, text = prose(draw, 1), prose(draw, 12)
            lines.append(json.dumps({'id': str(number), 'language': 'en', 'title': title, 'text': text + ' ' + prose(draw, 3 + number % 4)}))
        self.file.write_text('\n'.join(lines) + '\n')

    def run(self, digest, folder):
        return measured([digest, 'group', '--jsonl'], folder, self.file)


class Morning:
    name = '300 feeds of 20 entries'

    def __init__(self, scale, folder):
        draw, self.count = random.Random(3), max(1, int(300 * scale))
        feeds = {}
        for number in range(self.count):
            items = ''.join(
                f'<item><title>{prose(draw, 1)}</title><link>https://example.org/{number}/{entry}</link><guid>{number}-{entry}</guid>'
                f'<pubDate>Mon, 02 Nov 2026 10:{entry:02}:00 GMT</pubDate><content:encoded><![CDATA[<p>{prose(draw, 8)}</p><p>{prose(draw, 8)}</p>]]>'
                '</content:encoded></item>' for entry in range(20))
            feeds[f'/{number}'] = (f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
                                   f'<title>Feed {number}</title>{items}</channel></rss>').encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                body = feeds.get(self.path)
                self.send_response(200 if body else 404)
                self.send_header('Content-Type', 'application/rss+xml')
                self.send_header('Content-Length', str(len(body or b'')))
                self.end_headers()
                self.wfile.write(body or b'')

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.port = server.server_address[1]

    def run(self, digest, folder):
        sources = ''.join(f'[[source]]\nname = "{number}"\nfeed = "http://127.0.0.1:{self.port}/{number}"\n' for number in range(self.count))
        (folder / 'config.toml').write_text(
            '[fetch]\nallow_private = true\nper_host = 32\n[mail]\nfrom = "a@example.org"\nto = ["b@example.org"]\ntransport = "file"\n'
            '[mail.file]\nfolder = "out"\n[store]\npath = "digest.db"\n' + sources)
        return measured([digest, '--config', 'config.toml', 'run', '--now', NOW], folder)


class Mails:
    name = '20,000 mails'

    def __init__(self, scale, folder):
        self.count, started = max(1, int(20000 * scale)), threading.Event()

        async def answer(reader, writer):
            writer.write(b'220 sink\r\n')
            while line := await reader.readline():
                word = line[:4].upper()
                if word == b'EHLO':
                    writer.write(b'250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n')
                elif word == b'DATA':
                    writer.write(b'354 go on\r\n')
                    await reader.readuntil(b'\r\n.\r\n')
                    writer.write(b'250 taken\r\n')
                else:
                    writer.write(b'221 bye\r\n' if word == b'QUIT' else b'250 ok\r\n')
            writer.close()

        async def serve():
            server = await asyncio.start_server(answer, '127.0.0.1', 0, limit=1 << 24)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await server.serve_forever()

        threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
        started.wait()
        draw = random.Random(4)
        self.feed = '<rss version="2.0"><channel><title>Feed</title>' + ''.join(
            f'<item><title>{prose(draw, 1)}</title><guid>{entry}</guid><pubDate>Mon, 02 Nov 2026 10:{entry:02}:00 GMT</pubDate>'
            f'<description>{prose(draw, 12)}</description></item>' for entry in range(12)) + '</channel></rss>'

    def run(self, digest, folder):
        (folder / 'feed.xml').write_text(self.feed)
        (folder / 'readers.csv').write_text('email\n' + ''.join(f'reader{number}@example.org\n' for number in range(self.count)))
        (folder / 'key').write_text('0123456789abcdef')
        (folder / 'config.toml').write_text(
            '[[source]]\nname = "S"\nfeed = "feed.xml"\nfull_text = "never"\n[mail]\nfrom = "a@example.org"\nrecipients = "readers.csv"\n'
            'unsubscribe_url = "https://example.org/leave?t={token}"\nunsubscribe_secret_file = "key"\n'
            f'[mail.smtp]\nhost = "127.0.0.1"\nport = {self.port}\nsecurity = "none"\nconnections = 10\n[store]\npath = "digest.db"\n')
        return measured([digest, '--config', 'config.toml', 'run', '--now', NOW], folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('before', type=pathlib.Path)
    parser.add_argument('after', type=pathlib.Path)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--scale', type=float, default=1.0)
    given = parser.parse_args()
    print('| task | before, CPU s | after, CPU s | after : before | memory before, MB | after, MB | wall before, s | after, s |')
    print('|---|---|---|---|---|---|---|---|')
    for task in (Texts, Stories, Morning, Mails):
        with tempfile.TemporaryDirectory() as place:
            inputs, rounds = task(given.scale, pathlib.Path(place)), ((given.before, []), (given.after, []))
            for _ in range(given.rounds):
                for digest, found in rounds:
                    with tempfile.TemporaryDirectory() as folder:
                        found.append(inputs.run(digest.resolve(), pathlib.Path(folder)))
            best = [min(found, key=lambda cost: cost['cpu']) for _, found in rounds]
        (one, two), ratio = best, best[1]['cpu'] / best[0]['cpu']
        print(f"| {task.name} | {one['cpu']:.2f} | {two['cpu']:.2f} | {ratio:.2f} | {one['mb']:.0f} | {two['mb']:.0f} | "
              f"{one['wall']:.1f} | {two['wall']:.1f} |", flush=True)


main()
