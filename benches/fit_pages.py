#!/usr/bin/env python3
"""Fits src/extract/page.weights.json, the trees that tell an article's lines from the rest of a page.

usage: fit_pages.py PAGES.jsonl [SEGMENTS.jsonl] [--out src/extract/page.weights.json] [--folds 10] [--features FILE]

PAGES.jsonl holds {"id","url","text","html_path"} (the page gzipped beside it), SEGMENTS.jsonl {"id","url","html_path","with",
"without"}: pieces of text that belong to the article, and that do not. Features come from `cargo run --release --example
line_features`, or from FILE that holds its answers. Prints the F1 of scrapinghub's article-extraction-benchmark and the figures of
the segments in cross-validation by site (the honest ones), then of the whole set (which the trees have seen); writes only with
--out. Needs numpy and lightgbm.
"""
import argparse, bisect, gzip, hashlib, json, os, re, statistics, subprocess, sys
from collections import Counter

import lightgbm
import numpy

from segments import score as segments_score, single

WORD = re.compile(r"\w+")
TREES = dict(objective="binary", learning_rate=0.08, num_leaves=8, max_depth=3, min_data_in_leaf=30, feature_fraction=0.2,
             lambda_l2=2.0, bagging_fraction=0.8, bagging_freq=1, verbose=-1, num_threads=2, seed=1, deterministic=True)
ROUNDS = 120
# As in src/extract/html/main_text.rs.
THRESHOLD, PROMISING, LOWEST = 0.55, 0.7, 0.3
# Features by their places: the logarithm of the words, a first word that points elsewhere, the share inside links.
WORDS, RELATED, LINKED = 1, 21, 153
# What the labelled segments of one page weigh together.
SEGMENTS = 15.0


def labels(lines, gold):
    """How much of each line is the article's: long lines by shared runs of three words, short ones by their place among those."""
    words = [word.lower() for word in WORD.findall(gold)]
    places = {}
    for at in range(len(words) - 2):
        places.setdefault(tuple(words[at:at + 3]), []).append(at)
    tokens = [[word.lower() for word in WORD.findall(line)] for line in lines]
    label, found = [0.0] * len(lines), []
    for line, own in enumerate(tokens):
        if len(own) >= 6:
            runs = [tuple(own[at:at + 3]) for at in range(len(own) - 2)]
            label[line] = sum(run in places for run in runs) / len(runs)
            first = next((places[run] for run in runs if run in places), None)
            if label[line] > 0.5 and first:
                found.append((line, first))
    sequence = [(line, at[0]) for line, at in found if len(at) == 1] or [(line, at[0]) for line, at in found]
    anchors = dict(rising(sequence))
    copies, order = {" ".join(tokens[line]) for line in anchors}, sorted(anchors)
    for line, own in enumerate(tokens):
        if len(own) >= 6 and line not in anchors and " ".join(own) in copies:
            label[line] = 0.0  # a teaser of the article on its own page
        if 0 < len(own) < 6:
            label[line] = float(bool(anchors) and between(line, own, words, anchors, order, tokens))
    return label, [len(own) for own in tokens]


def rising(sequence):
    """The longest run of lines that stand in the article's order."""
    tails, ends, before = [], [], []
    for at, (_, place) in enumerate(sequence):
        length = bisect.bisect_left(tails, place)
        tails[length:length + 1], ends[length:length + 1] = [place], [at]
        before.append(ends[length - 1] if length else -1)
    chosen, at = [], ends[-1] if ends else -1
    while at >= 0:
        chosen.append(sequence[at])
        at = before[at]
    return chosen[::-1]


def between(line, own, words, anchors, order, tokens):
    """A short line stands in the article between the long lines around it."""
    after = bisect.bisect_left(order, line)
    low = anchors[order[after - 1]] + len(tokens[order[after - 1]]) - 2 if after else 0
    high = anchors[order[after]] + 2 if after < len(order) else len(words)
    low = low if after else max(0, high - 40)
    high = high if after < len(order) else min(high, low + 60)
    window = words[max(0, low):high]
    return any(window[at:at + len(own)] == own for at in range(len(window) - len(own) + 1))


def segment_labels(lines, record):
    """1 for lines of segments that belong to the article, 0 for those that do not, -1 for all others."""
    lines = [single(line) for line in lines]
    starts, joined = [], ""
    for line in lines:
        starts.append(len(joined))
        joined += line + " "
    label = [-1] * len(lines)
    for name, value in (("without", 0), ("with", 1)):
        for segment in map(single, record[name]):
            places = [found.start() for found in re.finditer(re.escape(segment), joined)] if len(segment) >= 4 else []
            # A piece of the article that stands in several places may be its teaser in the others.
            for place in places[:4] if value == 0 or len(places) == 1 else []:
                for line, start in enumerate(starts):
                    if start < place + len(segment) and start + len(lines[line]) > place:
                        label[line] = value if label[line] in (-1, value) else -2
    return [max(one, -1) for one in label]


def fit(pages):
    rows = numpy.vstack([page["rows"] for page in pages])
    share = numpy.concatenate([page["label"] for page in pages])
    weight = numpy.concatenate([page["weight"] for page in pages])
    both = numpy.r_[weight * share, weight * (1 - share)]
    use = both > 1e-6
    truth = numpy.r_[numpy.ones(len(share)), numpy.zeros(len(share))]
    return lightgbm.train(TREES, lightgbm.Dataset(numpy.vstack([rows, rows])[use], truth[use], weight=both[use]), ROUNDS)


def shingles(text):
    words = WORD.findall(text or "")
    return Counter(tuple(words[at:at + 4]) for at in range(max(1, len(words) - 3)) if words[at:at + 4])


def score(gold, answers):
    """F1 of mean precision and mean recall over runs of four words, as scrapinghub's benchmark counts."""
    precision, recall = [], []
    for key, text in gold.items():
        wanted, given = shingles(text), shingles(answers.get(key))
        both = sum((wanted & given).values())
        if given:
            precision.append(both / sum(given.values()))
        recall.append(both / max(1, sum(wanted.values())))
    precision, recall = statistics.mean(precision), statistics.mean(recall)
    return 2 * precision * recall / (precision + recall)


def answers(pages, probabilities):
    """The text of each page, as src/extract/html/main_text.rs chooses it."""
    given = {}
    for page, found in zip(pages, probabilities):
        least = cut(page, found)
        given[page["id"]] = "\n".join(line for line, sure in zip(page["lines"], found) if sure >= least)
    return given


def judge(model, page):
    """The probabilities of a page's lines; none for those that lead away, as src/extract/html/features.rs tells them."""
    rows = page["rows"]
    away = (rows[:, RELATED] > 0) & (rows[:, LINKED] >= 0.5) & (numpy.expm1(rows[:, WORDS]) <= 30.5)
    return numpy.where(away, 0.0, model.predict(rows))


def cut(page, probabilities):
    """The least probability of a line that is kept, as src/extract/html/main_text.rs finds it."""
    words = numpy.array([len(WORD.findall(line)) for line in page["lines"]], float)
    order = numpy.argsort(-probabilities, kind="stable")
    both, kept = numpy.cumsum((words * probabilities)[order]), numpy.cumsum(words[order])
    promised = 2 * both / numpy.maximum(kept + both[-1], 1e-9)
    best = promised.argmax()
    return min(max(probabilities[order][best], LOWEST), THRESHOLD) if promised[best] < PROMISING else THRESHOLD


def confidence(page, probabilities):
    """The confidence that src/extract/html/main_text.rs tells for a page whose lines are this likely."""
    words = numpy.array([len(WORD.findall(line)) for line in page["lines"]], float)
    kept = probabilities >= cut(page, probabilities)
    likely, both = (words * probabilities).sum(), (words * probabilities)[kept].sum()
    expected = 2 * both / max(1e-9, words[kept].sum() + likely)
    return 0.8 + (expected - 0.97) / 0.03 * 0.2 if expected >= 0.97 else expected - 0.17


def flat(node):
    if "leaf_value" in node:
        return [-1, float("%.4g" % node["leaf_value"])]
    left, right = flat(node["left_child"]), flat(node["right_child"])
    return [node["split_feature"], float("%.6g" % node["threshold"]), len(left)] + left + right


def html(path):
    page = gzip.open(path).read()
    named = re.search(rb"charset=[\"']?([\w-]+)", page[:3000])
    for name in [named.group(1).decode()] if named else []:
        try:
            return page.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass
    return page.decode("utf8", errors="replace")


def read(paths, features):
    """The records of the files, and those of their pages that have lines."""
    records, asked = [], []
    for path in paths:
        for line in open(path, encoding="utf8"):
            record = json.loads(line)
            records.append(record)
            asked.append(dict(id=record["id"], url=record["url"], html=html(os.path.join(os.path.dirname(path), record["html_path"]))))
    command = ["cargo", "run", "--quiet", "--release", "--example", "line_features"]
    told = open(features, "rb").read() if features else subprocess.run(
        command, input="\n".join(map(json.dumps, asked)).encode(), stdout=subprocess.PIPE, check=True).stdout
    by_id, known = {record["id"]: record for record in records}, []
    for page in map(json.loads, told.decode().splitlines()):
        if not page["lines"]:
            continue
        record = by_id[page["id"]]
        words = numpy.array([len(WORD.findall(line)) for line in page["lines"]], float)
        weight = numpy.sqrt(words + 1)
        if "text" in record:
            label = numpy.array(labels(page["lines"], record["text"] or "")[0])
            weight = weight / weight.sum() * 40 * len(words) ** 0.25
        else:
            label = numpy.array(segment_labels(page["lines"], record), float)
            weight = numpy.where(label >= 0, weight, 0)
            weight, label = weight / max(weight.sum(), 1e-9) * SEGMENTS, numpy.maximum(label, 0)
        host = re.sub(r"^\w+::?(//)?(www\.)?", "", record["url"]).split("/")[0]
        known.append(dict(id=page["id"], site=".".join(host.split(".")[-2:]), lines=page["lines"], label=label, weight=weight,
                          rows=numpy.array(page["features"], dtype=numpy.float32)))
    return records, known


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages")
    parser.add_argument("segments", nargs="?")
    parser.add_argument("--out")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--features")
    options = parser.parse_args()
    records, pages = read([path for path in (options.pages, options.segments) if path], options.features)
    gold = {record["id"]: record["text"] or "" for record in records if "text" in record}
    segments = [record for record in records if "with" in record]
    fold = [int(hashlib.md5(page["site"].encode()).hexdigest(), 16) % options.folds for page in pages]
    found = [None] * len(pages)
    for part in range(options.folds):
        model = fit([page for page, own in zip(pages, fold) if own != part])
        for at, page in enumerate(pages):
            if fold[at] == part:
                found[at] = judge(model, page)
    given = answers(pages, found)
    print(f"cross-validated by site, {options.folds} folds: F1 {score(gold, given):.4f}")
    if segments:
        print(f"the same, segments: {segments_score(segments, given)}")
    sure = [page["id"] for page, own in zip(pages, found) if page["id"] in gold and confidence(page, own) > 0.8]
    good = sum(score({key: gold[key]}, given) >= 0.9 for key in sure)
    print(f"the same, confidence above 0.8: {good} of {len(sure)} reach an F1 of .9")
    model = fit(pages)
    print(f"seen: F1 {score(gold, answers(pages, [judge(model, page) for page in pages])):.4f}")
    if options.out:
        trees = [flat(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]]
        data = {"format": 1, "features": pages[0]["rows"].shape[1], "trees": trees}
        open(options.out, "w").write(json.dumps(data, separators=(",", ":")))
        print(f"{options.out}: {len(trees)} trees")


if __name__ == "__main__":
    sys.exit(main())
