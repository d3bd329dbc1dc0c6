"""Runs the cases from the field: each folder of ../shared/cases that has a check here, in a copy of its own, with what is
expected and what was found.

    cargo build && python3 benches/cases.py [target/debug/digest [PART_OF_A_NAME…]]

Looks in $DIGEST_CASES or ../shared/cases and says so when they are not there. To add a case: a function named for its folder's
number that takes the copied folder and yields (what, expected, found), marked with @case.
"""
import contextlib, email, email.policy, functools, http.server, json, os, pathlib, re, shutil, subprocess, sys, tempfile, threading

DIGEST = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else 'target/debug/digest').resolve()
CASES = pathlib.Path(os.environ.get('DIGEST_CASES', '../shared/cases'))
NOW = '2026-11-27T12:00:00Z'
CHECKS = {}


def case(check):
    """Registers `case_16` for the folder that begins with `16-`."""
    CHECKS[check.__name__.removeprefix('case_')] = check
    return check


def digest(folder, *arguments, **more):
    """Runs the command in `folder`; its answer."""
    return subprocess.run([DIGEST, *arguments], cwd=folder, text=True, capture_output=True, timeout=120, **more)


def edition(folder, *sources, now=NOW):
    """The dry run's edition of these feeds, as JSON; of the folder's own config without any."""
    options = []
    if sources:
        feeds = ''.join(f'[[source]]\nname = "{name}"\nfeed = "{name}"\nfull_text = "never"\n' for name in sources)
        (folder / 'case.toml').write_text(feeds + '[store]\npath = "case.db"\n', encoding='utf-8')
        options = ['--config', 'case.toml']
    answer = digest(folder, *options, 'run', '--dry-run', '--format', 'json', '--now', now)
    return json.loads(answer.stdout)


def stories(shown):
    return [story for section in shown['edition']['sections'] for story in section['stories']]


def headlines(shown):
    """Of all stories and links."""
    sections = shown['edition']['sections']
    return sorted([story['headline'] for section in sections for story in section['stories']]
                  + [link['title'] for section in sections for link in section['more']])


@case
def case_16(folder):
    shown = edition(folder)
    yield 'three releases of three projects', ['v1.2.0', 'v1.2.0', 'v4.0.1'], headlines(shown)
    yield 'sources that lead', ['Gate motor', 'Mole cam', 'Tide clock'], sorted(
        place['source'] for section in shown['edition']['sections'] for story in section['stories'] for place in story['places'][:1]) + sorted(
        link['source'] for section in shown['edition']['sections'] for link in section['more'])


@case
def case_26(folder):
    for feed in sorted(folder.glob('*.xml')):
        shown = edition(folder, feed.name)
        yield f'{feed.name}: two texts without a word in common', 2, len(headlines(shown))
        (folder / 'case.db').unlink(missing_ok=True)
    for lines in ('g3.jsonl', 'g.jsonl'):
        records = [json.loads(line) for line in (folder / lines).read_text(encoding='utf-8').splitlines()]
        answers = [json.loads(line) for line in digest(folder, 'group', '--jsonl', lines).stdout.splitlines()]
        texts = {}
        for record, answer in zip(records, answers):
            texts.setdefault(answer['story'], set()).add(' '.join(record['text'].split()))
        # Of two equal short texts of usual words under bare numbers nobody can say whether they are one or a template.
        yield f'digest group {lines}: texts in one story', 1, max(map(len, texts.values()))


# Cases of feeds and mails.


def reading(number):
    """Registers a function that takes a [`Run`] in the copied folder and yields (expected, found)."""
    def register(function):
        def check(folder):
            for expected, found in function(Run(DIGEST, folder)):
                yield function.__name__.replace('_', ' '), expected, found
        CHECKS[number] = check
        return function
    return register


class Run:
    """The program, run in the copy of a case's folder."""

    def __init__(self, program, folder):
        self.program, self.folder = str(program), str(folder)

    def __call__(self, *arguments):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), done.returncode

    def read(self, name):
        """What `digest read` says of a file."""
        told = self("read", name)[0]
        return json.loads(told.splitlines()[0]) if told.strip() else {}

    def source(self, name):
        """Lets the config's only source read another file."""
        path = os.path.join(self.folder, "config.toml")
        text = open(path).read()
        open(path, "w").write(re.sub(r'^feed = ".*"$', f'feed = "{name}"', text, count=1, flags=re.M))

    def dry(self, now="2026-11-27T12:00:00Z"):
        """The text of the edition that would be sent."""
        return self("--dry-run", "--now", now)[0]

    def edition(self, now="2026-11-27T12:00:00Z"):
        """Its text part alone, without the mail's head."""
        return self("--dry-run", "--format", "text", "--now", now)[0].partition("\n\n")[2]

    def fresh(self):
        """Forgets earlier runs."""
        for name in os.listdir(self.folder):
            if name.startswith("state.db"):
                os.remove(os.path.join(self.folder, name))


def holds(text, *words):
    return [(f"holds {word!r}", f"holds {word!r}" if word in text else f"lacks {word!r}") for word in words]


def lacks(text, *words):
    return [(f"lacks {word!r}", f"holds {word!r}" if word in text else f"lacks {word!r}") for word in words]


def chosen(run, name):
    """All sentences that `digest summarize` finds in a file, in one line each."""
    told = run("summarize", "--all", "--format", "json", name)[0]
    found = json.loads(told) if told.strip() else {}
    return [" ".join(sentence["text"].split()) for sentence in found.get("sentences", [])]


@reading("01")
def titles_with_tags(run):
    for name in ("feed.atom", "feed.json"):
        feed = run.read(name)
        entries = json.dumps(feed["entries"], ensure_ascii=False)
        yield from holds(entries, "Why <img> needs a width and a height", "From Either<A, B> to Option<A>", "A bare <img> has no size")


@reading("06")
def entries_on_one_page(run):
    for day, now in (("day1.xml", "2026-11-26T12:00:00Z"), ("day2.xml", "2026-11-27T12:00:00Z")):
        shutil.copy(os.path.join(run.folder, day), os.path.join(run.folder, "feed.xml"))
        if day == "day1.xml":
            run("run", "--now", now)
    text = run.dry("2026-11-27T12:00:00Z")
    yield from holds(text, "November 27, 2026", "https://docs.example/notes#nov-27")


@reading("07")
def redirects_of_alerts(run):
    text = run.dry()
    yield from lacks(text, "google.com/url")
    yield from holds(text, "https://coast.example/news/harbour-wall?id=7")


@reading("08")
def frames_of_boards(run):
    text = run.dry()
    yield from lacks(text, "submitted by", "Article URL", "Comments", "Points:", "Fishermen want a crane")
    yield from holds(text, "A wall that mends itself", "Show: A tide clock", "Council votes to mend harbour wall", "Who closes the sea gate?")


@reading("09")
def posts_without_title(run):
    text = run.edition()
    yield from lacks(text, "Untitled", "#tide")
    yield ("the sea gate once", f"the sea gate {'once' if text.count('The sea gate stays closed until Sunday') == 1 else text.count('The sea gate stays closed until Sunday')}")


@reading("10")
def podcasts(run):
    for name, link in (("pod.xml", "https://cdn.example/ep/17-keeper.mp3"), ("emptylink.xml", "https://cdn.example/17.mp3"),
                       ("enc.atom", "https://cdn.example/17.mp3"), ("att.json", "https://tide.example/18")):
        run.fresh()
        run.source(name)
        yield from holds(run.dry(), link)


@reading("02")
def zones_by_name(run):
    for entry in run.read("feed.xml")["entries"]:
        wanted = re.search(r"\(want (\S+)\)", entry["title"])
        if wanted:
            yield (f"{entry['title'][0]}: {wanted[1]}", f"{entry['title'][0]}: {entry['published'] or entry['updated']}")


PARAGRAPHS = ("The old sea gate of the port", "The harbour office said", "Fishermen who had hoped", "A spokeswoman said the motor",
              "The gate was built in 1938", "Insurance companies have watched")


@reading("11")
def paragraphs_that_are_links(run):
    for page in sorted(pathlib.Path(run.folder).glob("*.html")):
        html = page.read_text(encoding="utf8")
        whole = [words for words in PARAGRAPHS if words in html]
        text = run.read(page.name).get("text", "")
        yield (f"{page.name}: {len(whole)} paragraphs", f"{page.name}: {sum(words in text for words in whole)} paragraphs")


@reading("12")
def large_first_letters(run):
    for page in sorted(pathlib.Path(run.folder).glob("*.html")):
        text = run.read(page.name).get("text", "")
        # Small capitals may be written as capitals.
        yield (f"{page.name}: the old sea gate", f"{page.name}: {text[:16].lower()}")


@reading("13")
def pages_without_markup_for_articles(run):
    for page in sorted(pathlib.Path(run.folder).glob("*.html")):
        # What a template holds that no script has shown is not on the page.
        count = 0 if page.name == "plain-template.html" else 6
        text = " ".join(run.read(page.name).get("text", "").split())
        yield (f"{page.name}: {count} paragraphs", f"{page.name}: {sum(words in text for words in PARAGRAPHS)} paragraphs")


@reading("31")
def readings_above_signs(run):
    yield from lacks(run.read("ruby.html").get("text", ""), "みなと", "ぼうはてい")
    yield from holds(run.read("ruby.html").get("text", ""), "港の古い防波堤を夏までに直す")
    yield from holds(run.read("inline.html").get("text", ""), "12 m2 large", "Unbelievable", "£4.5m")


@reading("22")
def sitemaps(run):
    with served(run.folder, 8765):
        for name, words in (("prefixed.xml", "wall.html"), ("prefindex.xml", "wall.html"), ("nons.xml", "wall.html"),
                            ("titles.xml", "Council votes to mend the wall"), ("titles2.xml", "Council votes to mend the wall"),
                            ("othernews.xml", "Council votes to mend the wall")):
            run.fresh()
            open(os.path.join(run.folder, "config.toml"), "w").write(
                f'[[source]]\nname = "Map"\nsitemap = "http://127.0.0.1:8765/{name}"\nallow_private = true\n[fetch]\nallow_private = true\n'
                '[mail]\nfrom = "D <d@example.org>"\nto = ["r@example.org"]\ntransport = "file"\n[mail.file]\nfolder = "out"\n[store]\npath = "state.db"\n')
            text, errors, _ = run("--dry-run", "--now", "2026-11-27T12:00:00Z")
            yield (f"{name}: {words}", f"{name}: {words}" if words in text else f"{name}: {errors.strip()[:100]}")


@reading("24")
def items_without_guid(run):
    for name, titles in (("same-link.xml", ("The Keeper", "The Gate", "The Tide")), ("frag-guid.xml", ("Release 16.1", "Release 16.2")),
                         ("no-link-no-guid.xml", ("The Keeper", "The Gate"))):
        run.fresh()
        run.source(name)
        yield from holds(run.dry("2026-11-28T12:00:00Z"), *titles)


@reading("17")
def rules_as_people_type(run):
    said = run("--dry-run", "--now", "2026-11-27T12:00:00Z")[1]
    rules = sorted(rule for rule in ("müller", "ligue", "werbung", "equipe", "breaking") if f"rule `{rule}` drops it" in said)
    yield (["breaking", "equipe", "ligue", "müller", "werbung"], rules)


@reading("28")
def a_day_of_23_hours(run):
    path = os.path.join(run.folder, "config.toml")
    text = open(path).read()
    for least, waits in (("20h", False), ("24h", True)):
        open(path, "w").write(re.sub(r'^min_interval = ".*"$', f'min_interval = "{least}"', text, flags=re.M))
        run.fresh()
        run("run", "--now", "2027-03-27T06:00:40Z")
        _, said, code = run("run", "-v", "--now", "2027-03-28T05:00:10Z")
        yield ((least, 0, waits), (least, code, "no edition before" in said))


def recipients(folder):
    """The To lines of the mails written so far."""
    mails = [email.message_from_bytes(mail.read_bytes(), policy=email.policy.default) for mail in pathlib.Path(folder, "out").glob("*.eml")]
    return sorted(str(mail["To"]) for mail in mails)


@reading("32")
def lists_of_recipients(run):
    template = open(os.path.join(run.folder, "config.toml")).read()
    joerg, ada = ["Jörg Müller <joerg@example.org>", "Zoé Petit <zoe@example.org>"], ["Ada <ada@example.org>"]
    for name, wanted in (("cp1252.csv", joerg), ("utf16.csv", joerg), ("utf8tab.csv", joerg), ("plain.csv", ada),
                         ("lf-cr.csv", ["Ada <ada@example.org>", "Bob <bob@example.org>"]), ("headers.csv", ["Ada Stone <ada@example.org>"]),
                         ("sepline.csv", ["Ada Stone <ada@example.org>"]), ("quoted-semi.csv", ['"Stone; Ada, Dr." <ada@example.org>'])):
        run.fresh()
        shutil.rmtree(os.path.join(run.folder, "out"), ignore_errors=True)
        leave = 'unsubscribe_mailto = "leave@example.org"\n'
        text = re.sub(r'^recipients = ".*"$', f'recipients = "{name}"', template, count=1, flags=re.M)
        open(os.path.join(run.folder, "config.toml"), "w").write(text.replace("[mail]\n", f"[mail]\n{leave}"))
        _, said, code = run("run", "--now", "2026-11-27T12:00:00Z")
        yield ((name, 0, wanted), (name, code, recipients(run.folder)))


@reading("33")
def lists_of_feeds(run):
    _, said, code = run("source", "import", "a.opml")
    config = open(os.path.join(run.folder, "config.toml")).read()
    yield (0, code)
    yield from holds(config, "one.example/rss.xml", "https://two.example/rss.xml", "eight.example/pod.xml", "https://nine.example/rss.xml")
    yield from lacks(config, "exec:", "feed:", "itpc:")
    yield from holds(said, "exec:")


@reading("04")
def flowed_lines(run):
    for name, count in (("flowed.eml", 3), ("flowed2.eml", 3), ("flowed-en.eml", 2), ("fixed.eml", 3)):
        found = chosen(run, name)
        yield (f"{name}: {count} sentences", f"{name}: {len(found)} sentences")


@reading("05")
def encoded_words(run):
    for name, words in (("q-split.eml", "Žvejai pasižadėjo saugoti uostą"), ("from-split.eml", "Café News"),
                        ("gb-split.eml", "渔民承诺保护港口"), ("iso2022.eml", "港の防波堤")):
        yield from holds(json.dumps(run.read(name), ensure_ascii=False), words)


@reading("18")
def preheaders(run):
    for name in ("issue.eml", "class.eml", "maxheight.eml"):
        yield from lacks(run.read(name).get("text", ""), "look behind the motor", "Unsubscribe")


@reading("23")
def armour_and_quotes(run):
    for name in ("mail.eml", "list-footer.eml"):
        text = "\n".join(chosen(run, name))
        yield from lacks(text, "PGP", "Hash:", "wrote:", "Does anybody know", "mailing list", "Quay Street")
        yield from holds(text, "The old wall of the harbour")


@reading("25")
def legacy_encodings(run):
    for name in sorted(os.listdir(run.folder)):
        if name.endswith(".want"):
            want = open(os.path.join(run.folder, name), encoding="utf8").read().strip()
            found = run.read(name.replace(".want", ".eml"))
            got = (found.get("title"), found.get("site"), want if found.get("text", "").startswith(want) else found.get("text", "")[:40])
            yield ((name, want, want, want), (name, *got))


@contextlib.contextmanager
def served(folder, port):
    """The files of a folder, on loopback."""
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def main():
    if not CASES.is_dir():
        print(f'no cases in {CASES}: nothing is checked')
        return 0
    wrong = 0
    for folder in sorted(CASES.iterdir()):
        check = CHECKS.get(folder.name.split('-')[0])
        if check is None or not all(part in folder.name for part in sys.argv[2:]):
            continue
        with tempfile.TemporaryDirectory() as temporary:
            copy = pathlib.Path(temporary) / folder.name
            shutil.copytree(folder, copy)
            os.chmod(copy, 0o755)
            try:
                for what, expected, found in check(copy):
                    right = expected == found
                    wrong += not right
                    print(f'{"ok   " if right else "WRONG"} {folder.name}: {what}: expected {expected}, found {found}')
            except Exception as error:
                wrong += 1
                print(f'WRONG {folder.name}: {type(error).__name__}: {error}')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
