#!/usr/bin/env python3
"""Prints how well, how fast and how safely `digest read` reads: the section "Reading" of docs/QUALITY.md.

usage: reading.py [target/release/digest] [--data ../shared/data] [--tools ../shared/tools] [--readability FOLDER]
                  [--peer COMMAND]... [--only PART]

`--peer` names a program that reads the same JSON Lines (`id`, `url`, `html`) and answers `id` and `text`, set beside ours.

Parts: feeds attacks charset pages beside metadata cleaning sample words speed safety, then those that run another command of this
folder and take minutes: unseen (`fit_pages.py` and `fit_lines.py`, cross-validation; need numpy and lightgbm), hostile
(`cargo test --test it hostile::`) and morning (`cargo bench --bench gathering`).
"""
import argparse, collections, gzip, importlib.util, json, os, re, resource, subprocess, sys, tempfile, time

from segments import score as segments_score

WORD = re.compile(r"\w+")


def lines(path):
    return [json.loads(line) for line in open(path, encoding="utf8")]


def tool(options, name):
    spec = importlib.util.spec_from_file_location(name, os.path.join(options.tools, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(options, records, **environment):
    """The answers to `records`, and the CPU seconds they took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run([options.digest, "read", "--jsonl"], input="\n".join(map(json.dumps, records)).encode(),
                          stdout=subprocess.PIPE, env={**os.environ, **environment}).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return [json.loads(line) for line in told.decode().splitlines()], after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def one(options, path, *arguments):
    """Exit code, CPU seconds, and peak megabytes of reading one file, with what it printed."""
    process = subprocess.Popen([options.digest, "read", *arguments, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    told = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, told


def feeds(options):
    manifest = [entry for entry in lines(f"{options.data}/feeds/manifest.jsonl")
                if entry["kind"].startswith("feed-") or entry["kind"] in ("entities", "xml-attack")]
    codes, slowest, largest, answers = collections.Counter(), (0, ""), (0, ""), []
    for entry in manifest:
        code, seconds, megabytes, told = one(options, f"{options.data}/feeds/{entry['path']}")
        codes[code] += 1
        slowest, largest = max(slowest, (seconds, entry["path"])), max(largest, (megabytes, entry["path"]))
        answers.append(told)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(answers))
        file.flush()
        command = [sys.executable, f"{options.tools}/score_feeds.py", f"{options.data}/feeds", file.name]
        score = json.loads(subprocess.run(command, stdout=subprocess.PIPE).stdout.decode().splitlines()[-1])
    print("feeds:", ", ".join(f"{kind} {share}" for kind, share in sorted(score["by_kind"].items())))
    print(f"feeds: {len(manifest)} files, exit codes {dict(codes)}, slowest {slowest[0]:.2f} CPU s ({slowest[1]}), "
          f"largest {largest[0]:.0f} MB ({largest[1]})")


def attacks(options):
    met = total = 0
    for entry in lines(f"{options.data}/feeds/manifest.jsonl"):
        if entry["kind"] != "xml-attack":
            continue
        code, seconds, megabytes, told = one(options, f"{options.data}/feeds/{entry['path']}")
        wanted, rule, total = entry["expect"], entry["expect"]["rule"], total + 1
        safe = code in (0, 1) and seconds < wanted.get("max_seconds", 2) and megabytes < wanted.get("max_rss_mb", 200)
        safe &= "root:" not in told and len(told) < 10_000_000
        safe &= not rule.startswith("ok (title MARK)") or "MARK" in told
        met += safe
        if not safe:
            print("   ", entry["path"], rule, code, f"{seconds:.2f} s {megabytes:.0f} MB", told[:80])
    print(f"attacks: {met} of {total} as wanted")


def charset(options):
    met = total = 0
    letters = lambda text: {c for c in text if c.isalnum() and ord(c) > 127}
    for entry in lines(f"{options.data}/feeds/manifest.jsonl"):
        if entry["kind"] != "charset":
            continue
        total += 1
        _, _, _, told = one(options, f"{options.data}/feeds/{entry['path']}", "--no-clean")
        wanted, found = letters(entry["expect"].get("nonascii_first", "")), letters(json.dumps(json.loads(told), ensure_ascii=False))
        # Every sign the text begins with is there; a title that is left out may cost one.
        right = len(wanted - found) <= len(wanted) // 10 and json.loads(told).get("ok", False)
        met += right
        if not right:
            print("   ", entry["path"], "".join(sorted(wanted - found))[:40])
    print(f"charset: {met} of {total} = {met / total:.3f}")


def the_pages(options):
    gold = lines(f"{options.data}/extraction/pages.dev.jsonl")
    html = [gzip.open(f"{options.data}/extraction/{page['html_path']}", "rt", encoding="utf8", errors="replace").read() for page in gold]
    return gold, [dict(id=page["id"], url=page["url"], html=html) for page, html in zip(gold, html)]


def pages(options):
    gold, records = the_pages(options)
    answers, seconds = read(options, records, RAYON_NUM_THREADS="1")
    score = tool(options, "score_extraction")
    gold, given = {page["id"]: page["text"] or "" for page in gold}, {page["id"]: page["text"] for page in answers}
    found = score.score(gold, given)
    sure = [page["id"] for page in answers if page["confidence"] > 0.8]
    good = sum(score.score({key: gold[key]}, given)["page_f1"] >= 0.9 for key in sure)
    print(f"pages: F1 {found['f1']:.4f} (the trees have seen these; benches/fit_pages.py cross-validates), "
          f"{len(records) / seconds:.0f} pages per CPU second, confidence above 0.8: {good} of {len(sure)} reach .9")


def beside(options):
    """Pages and segments in one run: ours, each `--peer`, and trafilatura (Python) where it is installed."""
    gold, records = the_pages(options)
    segments = lines(f"{options.data}/extraction/segments.dev.jsonl")
    page = lambda path: gzip.open(f"{options.data}/extraction/{path}").read().decode("utf8", errors="replace")
    more = [dict(id=record["id"], url=record["url"], html=page(record["html_path"])) for record in segments]
    score, texts = tool(options, "score_extraction"), {page["id"]: page["text"] or "" for page in gold}

    def show(name, given, seconds):
        print(f"beside: {name}: pages F1 {score.score(texts, given)['f1']:.4f}, segments {segments_score(segments, given)}, "
              f"{len(records + more) / seconds:.0f} pages per CPU second")

    answers, seconds = read(options, records + more, RAYON_NUM_THREADS="1")
    show("ours (the trees have seen these)", {page["id"]: page.get("text") for page in answers}, seconds)
    for command in options.peer:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = subprocess.run(command.split(), input="\n".join(map(json.dumps, records + more)).encode(), stdout=subprocess.PIPE).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        given = {page["id"]: page["text"] for page in map(json.loads, told.decode().strip().split("\n"))}
        show(os.path.basename(command.split()[0]), given, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    try:
        import trafilatura
    except ImportError:
        print("skipped: trafilatura is not installed")
        return
    began = time.process_time()
    given = {record["id"]: trafilatura.extract(record["html"], include_comments=False) for record in records + more}
    show(f"trafilatura {trafilatura.__version__}", given, time.process_time() - began)


def metadata(options):
    gold, records = the_pages(options)
    answers = {page["id"]: page for page in read(options, records)[0]}
    words = lambda text: " ".join(WORD.findall((text or "").lower()))
    told = [page for page in gold if page["title"] is not None]
    for name, key, form in (("title", "title", words), ("author", "byline", words), ("date", "published", lambda day: (day or "")[:10])):
        known = [page for page in told if page[name] is not None]
        right = sum(form(page[name]) == form(answers[page["id"]].get(key)) for page in known)
        print(f"metadata: {name} {right} of {len(known)} = {right / len(known):.3f}")
    undated = [page for page in told if page["date"] is None]
    print(f"metadata: {sum(bool(answers[page['id']].get('published')) for page in undated)} of {len(undated)} undated pages dated")


def cleaning(options):
    score = tool(options, "score_cleaning").score
    host = lambda url: re.sub(r"^www\.", "", re.sub(r"^\w+://", "", url).split("/")[0])
    address = lambda url: url if "://" in url else "http://" + url
    for kind in ("crop", "body"):
        records = [record for record in lines(f"{options.data}/extraction/lines.dev.jsonl") if record["kind"] == kind]
        gold = {record["id"]: record for record in records}
        sites = collections.Counter(host(record["url"]) for record in records)
        siblings = {key: record for key, record in gold.items() if sites[host(record["url"])] > 1}
        bare = {page["id"]: page for page in read(options, [dict(id=r["id"], text=r["text"]) for r in records])[0]}
        known = {page["id"]: page for page in read(options, [dict(id=r["id"], text=r["text"], url=address(r["url"])) for r in records])[0]}
        print(f"cleaning: {kind}: line F1 {score(gold, bare)['line_f1']:.4f} alone (the trees have seen these); "
              f"of {len(siblings)} pages with others of their site {score(siblings, bare)['line_f1']:.4f} alone, "
              f"{score(siblings, known)['line_f1']:.4f} together")


def sample(options):
    gold = json.load(open(f"{options.data}/sample/scraped-article.gold.json"))
    text = open(f"{options.data}/sample/{gold['file']}", encoding="utf8").read()
    kept = {line.strip() for line in read(options, [dict(id=0, text=text)])[0][0]["text"].split("\n")}
    line = [line.strip() for line in text.split("\n") if line.strip()]
    count = lambda places: f"{sum(line[place] in kept for place in places)} of {len(places)}"
    print(f"sample: {count(gold['article'])} lines of the article, {count(gold['boilerplate'])} of boilerplate")


def words(options):
    for name in sorted(os.listdir(f"{options.data}/summaries")):
        if not name.endswith(".dev.jsonl"):
            continue
        records = [dict(id=at, text=record["text"]) for at, record in enumerate(lines(f"{options.data}/summaries/{name}"))]
        count = lambda text: len(WORD.findall(text))
        given = {page["id"]: count(page["text"]) + count(page["title"]) for page in read(options, records)[0]}
        kept, whole = sum(min(given[r["id"]], count(r["text"])) for r in records), sum(count(r["text"]) for r in records)
        print(f"words: {name.split('.')[0]} {kept / whole:.4f} of {whole} kept")


def speed(options):
    records = [dict(id=at, text=record["text"]) for name in ("cnndm", "klexikon")
               for at, record in enumerate(lines(f"{options.data}/summaries/{name}.dev.jsonl"))]
    size = sum(len(record["text"].encode()) for record in records) / 1e6
    seconds = read(options, records, RAYON_NUM_THREADS="1")[1]
    print(f"speed: plain text {size / seconds:.0f} MB per CPU second, language and headline found")


def safety(options):
    hard = {"20,000 nested elements": "<div>" * 20_000 + "text", "200,000 links": "<p>" + "<a href=/x>word</a> " * 200_000,
            "20 MB": "<p>" + "A sentence of words. " * 1_000_000, "50,000 paragraphs": "<p>Some words of a sentence, and more.</p>" * 50_000,
            "25,000 list items": "<ul>" + "<li><b>Some</b> words<i> of</i> it" * 8_000}
    for name, html in hard.items():
        with tempfile.NamedTemporaryFile("w", suffix=".html") as file:
            file.write("<html><body>" + html)
            file.flush()
            code, seconds, megabytes, told = one(options, file.name)
        answer = json.loads(told)
        said = answer.get("error") or f"{len(answer.get('text', ''))} characters"
        print(f"safety: {name}: {seconds:.2f} CPU s, {megabytes:.0f} MB, exit code {code}, {said}")


def relay(part, command):
    """Prints what another command says, a line of ours for each of its own."""
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = [line for line in run.stdout.decode().splitlines() if line.strip() and not line.startswith("   ")]
    for line in lines if run.returncode == 0 else [f"{' '.join(command)} failed"] + lines[-5:]:
        print(f"{part}: {line}")


def unseen(options):
    here = os.path.dirname(__file__)
    sets = [f"{options.data}/extraction/{name}.dev.jsonl" for name in ("pages", "segments")]
    relay("unseen pages", [sys.executable, f"{here}/fit_pages.py", *sets])
    more = ["--readability", options.readability] if options.readability else []
    relay("unseen lines", [sys.executable, f"{here}/fit_lines.py", options.data, *more])


def hostile(options):
    relay("hostile", ["cargo", "test", "--quiet", "--test", "hostile", "--", "--nocapture"])


def morning(options):
    relay("morning", ["cargo", "bench", "--quiet", "--bench", "gathering"])


def main():
    parts = [feeds, attacks, charset, pages, beside, metadata, cleaning, sample, words, speed, safety, unseen, hostile, morning]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("digest", nargs="?", default="target/release/digest")
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--tools", default="../shared/tools")
    parser.add_argument("--readability", help="test pages of Mozilla's Readability, for the lines of fit_lines.py")
    parser.add_argument("--peer", action="append", default=[], help="a program to set beside ours")
    parser.add_argument("--only", choices=[part.__name__ for part in parts])
    options = parser.parse_args()
    for part in parts:
        if options.only in (None, part.__name__):
            part(options)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
