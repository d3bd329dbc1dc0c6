#!/usr/bin/env python3
"""Fits the second half of the trees in src/extract/boilerplate.weights.json, and tells how well the lines of pasted text are told
apart on sites that trees have not seen, alone and with the memory of a site.

usage: fit_lines.py ../shared/data [--readability FOLDER] [--out src/extract/boilerplate.weights.json] [--folds 10] [--features FILE]

The first half ("trees") comes from earlier research: they were trained on the pages of
`extraction/lines.dev.jsonl` and four times as many others, so their figures there (`benches/reading.py`) are of what they have
seen. The other half ("more_trees") is fitted here, on these pages and on the test pages of Mozilla's Readability (its folder
`test/test-pages`, each with a source.html and an expected.html), which write lines in other ways. A line's log-odds are the mean
of both halves.

The cross-validation trains without a fold of sites, judges the fold with the fitted half alone, and chooses lines as
src/extract/boilerplate/mod.rs and recurring.rs do (but for the rules against appeals, which the research found neutral). It writes
only with --out. Features come from `cargo run --release --example line_features`, or from FILE that holds its answers. Needs
numpy and lightgbm.
"""
import argparse, collections, hashlib, itertools, json, os, re, statistics, subprocess, sys

import lightgbm
import numpy

from fit_pages import flat, labels

TREES = dict(objective="binary", learning_rate=0.1, num_leaves=8, max_depth=3, min_data_in_leaf=100, feature_fraction=0.2,
             lambda_l2=10.0, bagging_fraction=0.6, bagging_freq=1, verbose=-1, num_threads=2, seed=1, deterministic=True)
ROUNDS = 300
CLEAN = ("cnndm", "bbc", "orangesum", "temario")
CLEAN_TEXTS = 60
# How much a page of a kind or from a source counts.
WEIGHTS = dict(clean=0.3, scrapinghub=1.5, readability=0.5)
RECURS, RICH, POOR, SAME_ARTICLE, RICH_SHARE, POOR_SHARE = -6.0, 0.5, -2.5, 0.7, 0.5, 0.15


def host(url):
    return re.sub(r"^www\.", "", re.sub(r"^(\w+:)?//", "", url).split("/")[0])


def fold(name, folds):
    return int(hashlib.md5(name.encode()).hexdigest(), 16) % folds


def key(line):
    return "".join(sign for sign in line.lower() if sign.isalpha())


def exported(records):
    """What `line_features` answers to each of `records`."""
    command = ["cargo", "run", "--quiet", "--release", "--example", "line_features"]
    told = subprocess.run(command, input="\n".join(map(json.dumps, records)).encode(), stdout=subprocess.PIPE, check=True).stdout
    return told.decode().splitlines()


def read(options):
    """The labelled pages and clean texts, each with its lines and their features."""
    pages = [json.loads(line) for line in open(f"{options.data}/extraction/lines.dev.jsonl", encoding="utf8")]
    for page in pages:
        page["site"] = ".".join(host(page["url"]).split(".")[-2:])
    for name in CLEAN:
        for at, line in zip(range(CLEAN_TEXTS), open(f"{options.data}/summaries/{name}.dev.jsonl", encoding="utf8")):
            text = json.loads(line)["text"]
            pages.append(dict(id=f"{name}-{at}", kind="clean", site=f"{name}-{at}", text=text))
    if options.readability:
        pages += readability(options.readability)
    told = open(options.features, encoding="utf8").read().splitlines() if options.features else exported(
        [dict(id=page["id"], text=page["text"]) for page in pages])
    for page, line in zip(pages, told):
        answer, raw = json.loads(line)["features"], page["text"].split("\n")
        places = [at for at, line in enumerate(raw) if any(sign.isalnum() for sign in line)]
        # Lines of comments are passed over before lines are judged.
        page["places"] = [at for at, row in zip(places, answer) if row]
        page["rows"] = numpy.array([row for row in answer if row], dtype=numpy.float32).reshape(len(page["places"]), -1)
        page["words"] = numpy.array([len(raw[at].split()) for at in page["places"]])
        page["keys"] = [key(raw[at]) for at in page["places"]]
        clean, kept, ignored = page["kind"] == "clean", set(page.get("kept_lines", ())), set(page.get("ignore_lines", ()))
        page["kept"] = set(places) if clean else kept - ignored
        page["truth"] = numpy.array([clean or at in kept for at in page["places"]], float)
        weight = 10 / max(1, len(page["places"])) ** 0.5 * WEIGHTS.get(page["kind"], 1) * WEIGHTS.get(page.get("src"), 1)
        page["weight"] = numpy.array([weight * (at not in ignored) for at in page["places"]])
    return [page for page in pages if page["places"]]


def readability(folder):
    """The test pages of Readability: the lines of each source, and which of them its expected text holds."""
    names = sorted(name for name in os.listdir(folder) if os.path.exists(os.path.join(folder, name, "expected.html")))
    html = lambda name, file: open(os.path.join(folder, name, file), encoding="utf8", errors="replace").read()
    records = [dict(id=name, html=html(name, file)) for name in names for file in ("source.html", "expected.html")]
    lines = [[line.replace("\n", " ") for line in json.loads(answer)["lines"]] for answer in exported(records)]
    pages = []
    for name, source, expected in zip(names, lines[::2], lines[1::2]):
        share, _ = labels(source, "\n".join(expected))
        kept = [at for at, share in enumerate(share) if share > 0.5]
        if kept:
            pages.append(dict(id=name, kind="readability", site=name, text="\n".join(source), kept_lines=kept, ignore_lines=[]))
    return pages


def fit(pages):
    data = lightgbm.Dataset(numpy.vstack([page["rows"] for page in pages]), numpy.concatenate([page["truth"] for page in pages]),
                            weight=numpy.concatenate([page["weight"] for page in pages]))
    return lightgbm.train(TREES, data, ROUNDS)


def judge(pages, folds):
    """Gives each page the probabilities of trees that saw no page of its site."""
    for part in range(folds):
        model = fit([page for page in pages if fold(page["site"], folds) != part])
        for page in pages:
            if fold(page["site"], folds) == part:
                page["sure"] = model.predict(page["rows"])


def remembered(page, others):
    """The probabilities after the memory of the lines of `others`, pages of the same site."""
    seen = set().union(*others) - {""}
    recurs = numpy.array([key in seen for key in page["keys"]])
    article = (page["sure"] >= 0.5) * page["words"]
    if (article * recurs).sum() > SAME_ARTICLE * article.sum():
        return page["sure"]
    if not recurs.any():
        return page["sure"]
    likely, shift = numpy.minimum(page["words"], 80) * page["sure"], numpy.where(recurs, RECURS, 0)
    runs = [list(run) for again, run in itertools.groupby(range(len(recurs)), lambda line: recurs[line]) if not again]
    mass = [likely[run].sum() for run in runs]
    for run, own in zip(runs, mass):
        shift[run] = RICH if own >= RICH_SHARE * max(mass) else POOR if own < POOR_SHARE * max(mass) else 0
    odds = numpy.log(numpy.maximum(page["sure"], 1e-9) / numpy.maximum(1 - page["sure"], 1e-9))
    return 1 / (1 + numpy.exp(-(odds + shift)))


def choose(page, sure, cuts):
    if (sure < cuts["clear"]).sum() < max(cuts["clear_min"], cuts["clear_share"] * len(sure)):
        return set(page["places"])
    return {at for at, sure in zip(page["places"], sure) if sure >= cuts["threshold"]} or set(page["places"])


def score(pages, chosen):
    """Mean over pages of the F1 over lines."""
    each = []
    for page in pages:
        kept = chosen(page) - set(page["ignore_lines"])
        each.append(2 * len(kept & page["kept"]) / max(1, len(kept) + len(page["kept"])))
    return statistics.mean(each)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data")
    parser.add_argument("--readability")
    parser.add_argument("--out")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--features")
    options = parser.parse_args()
    weights = json.load(open(os.path.join(os.path.dirname(__file__), "../src/extract/boilerplate.weights.json"), encoding="utf8"))
    cuts = weights["decode"]
    pages = read(options)
    judge(pages, options.folds)
    sites = collections.defaultdict(dict)
    for page in pages:
        if page["kind"] == "body":
            sites[host(page["url"])][page["url"]] = set(page["keys"])
    alone = lambda page: choose(page, page["sure"], cuts)
    others = lambda page: [keys for url, keys in sites[host(page["url"])].items() if url != page["url"]]
    together = lambda page: choose(page, remembered(page, others(page)), cuts)
    for kind in ("crop", "body"):
        some = [page for page in pages if page["kind"] == kind]
        siblings = [page for page in some if others(page)]
        print(f"{kind}: line F1 {score(some, alone):.4f} on {len(some)} pages of sites not seen; of {len(siblings)} pages with another "
              f"of their site {score(siblings, alone):.4f} alone, {score(siblings, together):.4f} together")
    silver = [page for page in pages if page["kind"] == "readability"]
    if silver:
        print(f"readability: line F1 {score(silver, alone):.4f} on {len(silver)} pages not seen")
    clean = [page for page in pages if page["kind"] == "clean"]
    words = lambda page, kept: sum(int(count) for at, count in zip(page["places"], page["words"]) if at in kept)
    share = sum(words(page, alone(page)) for page in clean) / sum(int(page["words"].sum()) for page in clean)
    print(f"clean: {share:.4f} of the words of {len(clean)} clean texts not seen are kept")
    if options.out:
        weights["more_trees"] = [flat(tree["tree_structure"]) for tree in fit(pages).dump_model()["tree_info"]]
        open(options.out, "w", encoding="utf8").write(json.dumps(weights, ensure_ascii=False, separators=(",", ":")))
        print(f"{options.out}: {len(weights['more_trees'])} trees")


if __name__ == "__main__":
    sys.exit(main())
