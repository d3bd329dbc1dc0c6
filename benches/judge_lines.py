#!/usr/bin/env python3
"""How well the lines of pasted text are told apart on sites the trees have not seen, alone and with the memory of a site.

usage: judge_lines.py ../shared/data [--folds 10] [--features FILE]

The trees of src/extract/clean.weights.json come from the research in `recipes/cleaning.md`: they were trained on the pages of
`extraction/lines.dev.jsonl` and four times as many others. So their figures there (`benches/reading.py`) are of what they have
seen. This trains trees of the same kind on these pages alone, without those of a fold of sites, judges the fold, and chooses
lines as src/extract/clean/mod.rs and recurring.rs do (but for the rules against appeals, which the research found neutral).
Features come from `cargo run --release --example line_features`, or from FILE that holds its answers. Needs numpy and lightgbm.
"""
import argparse, collections, hashlib, json, os, re, statistics, subprocess, sys

import lightgbm
import numpy

TREES = dict(objective="binary", learning_rate=0.12, num_leaves=8, max_depth=3, min_data_in_leaf=40, feature_fraction=0.35,
             lambda_l2=1.0, verbose=-1, num_threads=2, seed=1, deterministic=True)
ROUNDS = 150
CLEAN = ("cnndm", "bbc", "orangesum", "temario")
CLEAN_TEXTS = 60
RECURS, SAME_ARTICLE = -4.0, 0.7


def host(url):
    return re.sub(r"^www\.", "", re.sub(r"^(\w+:)?//", "", url).split("/")[0])


def fold(name, folds):
    return int(hashlib.md5(name.encode()).hexdigest(), 16) % folds


def key(line):
    return "".join(sign for sign in line.lower() if sign.isalpha())


def read(options):
    """The labelled pages and clean texts, each with its lines and their features."""
    pages = [json.loads(line) for line in open(f"{options.data}/extraction/lines.dev.jsonl", encoding="utf8")]
    for page in pages:
        page["site"] = ".".join(host(page["url"]).split(".")[-2:])
    for name in CLEAN:
        for at, line in zip(range(CLEAN_TEXTS), open(f"{options.data}/summaries/{name}.dev.jsonl", encoding="utf8")):
            text = json.loads(line)["text"]
            pages.append(dict(id=f"{name}-{at}", kind="clean", site=f"{name}-{at}", text=text))
    records = "\n".join(json.dumps(dict(id=page["id"], text=page["text"])) for page in pages)
    command = ["cargo", "run", "--quiet", "--release", "--example", "line_features"]
    told = open(options.features, "rb").read() if options.features else subprocess.run(
        command, input=records.encode(), stdout=subprocess.PIPE, check=True).stdout
    for page, line in zip(pages, told.decode().split("\n")):
        answer, raw = json.loads(line), page["text"].split("\n")
        page["places"] = [at for at, line in enumerate(raw) if any(sign.isalnum() for sign in line)]
        page["rows"] = numpy.array(answer["features"], dtype=numpy.float32).reshape(len(page["places"]), -1)
        page["words"] = numpy.array([len(raw[at].split()) for at in page["places"]])
        page["keys"] = [key(raw[at]) for at in page["places"]]
        clean, kept = page["kind"] == "clean", set(page.get("kept_lines", ()))
        page["kept"] = set(page["places"]) if clean else kept - set(page["ignore_lines"])
        page["truth"] = numpy.array([clean or at in kept for at in page["places"]], float)
        weight = 10 / max(1, len(page["places"])) ** 0.5 * (0.3 if clean else 1.5 if page["src"] == "scrapinghub" else 1)
        page["weight"] = numpy.array([weight * (at not in page.get("ignore_lines", ())) for at in page["places"]])
    return [page for page in pages if page["places"]]


def judge(pages, folds):
    """Gives each page the probabilities of trees that saw no page of its site."""
    for part in range(folds):
        known = [page for page in pages if fold(page["site"], folds) != part]
        data = lightgbm.Dataset(numpy.vstack([page["rows"] for page in known]), numpy.concatenate([page["truth"] for page in known]),
                                weight=numpy.concatenate([page["weight"] for page in known]))
        model = lightgbm.train(TREES, data, ROUNDS)
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
    odds = numpy.log(numpy.maximum(page["sure"], 1e-9) / numpy.maximum(1 - page["sure"], 1e-9))
    return 1 / (1 + numpy.exp(-(odds + RECURS * recurs)))


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
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--features")
    options = parser.parse_args()
    weights = os.path.join(os.path.dirname(__file__), "../src/extract/clean.weights.json")
    cuts = json.load(open(weights, encoding="utf8"))["decode"]
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
    clean = [page for page in pages if page["kind"] == "clean"]
    words = lambda page, kept: sum(int(count) for at, count in zip(page["places"], page["words"]) if at in kept)
    share = sum(words(page, alone(page)) for page in clean) / sum(int(page["words"].sum()) for page in clean)
    print(f"clean: {share:.4f} of the words of {len(clean)} clean texts not seen are kept")


if __name__ == "__main__":
    sys.exit(main())
