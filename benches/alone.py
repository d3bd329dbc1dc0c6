#!/usr/bin/env python3
"""alone.py DIGEST DATA_FOLDER [BEFORE]: can summaries be read alone, by people's annotation (GUM, `alone/dev.jsonl`)?

Ours, those of the program BEFORE if one is given, and other extractive systems, for 3 and 5 sentences and for 60 and 120 words.
broken: summaries with a pronoun or opening connective that refers to what is left out; wide: with `this plan` and `also` as well;
prominence: mean of 1/rank of the chosen sentences; ROUGE against the best of five one-sentence summaries. Then the genres, and ours
minus BEFORE with 95 % intervals by paired bootstrap over texts. All but summa choose among the sentences that `digest` found.
Needs numpy, rouge-score, sumy and summa, and the scorer of the data, `../tools/score_alone.py` beside DATA_FOLDER."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

import summaries as peers

BUDGETS = {
    "3 sentences": ["--sentences", "3"],
    "5 sentences": ["--sentences", "5"],
    "60 words": ["--words", "60"],
    "120 words": ["--words", "120"],
}
COLUMNS = {"broken": "broken", "wide": "broken_wide", "prominence": "prominence", "R-1": "rouge1_fmax", "R-2": "rouge2_fmax"}


def digest(program, records, options):
    """The chosen sentences of each text, as spans of characters."""
    with tempfile.NamedTemporaryFile("w", encoding="utf8", suffix=".jsonl") as file:
        for record in records:
            file.write(json.dumps({key: record[key] for key in ("id", "text", "title", "language")}) + "\n")
        file.flush()
        answer = subprocess.run([program, "summarize", "--jsonl", "--no-clean", *options, file.name], stdout=subprocess.PIPE, check=True)
    spans = []
    for record, line in zip(records, answer.stdout.splitlines()):
        text = record["text"].encode()
        place = lambda at: len(text[:at].decode())
        spans.append([{"start": place(s["start"]), "end": place(s["end"])} for s in json.loads(line)["sentences"]])
    return spans


def peer(name, records, split, budget):
    """The sentences that a peer chooses, as spans."""
    chosen = []
    for record, spans in zip(records, split):
        sentences = [record["text"][s["start"] : s["end"]] for s in spans]
        if name == "summa":
            sentences, order = peers.summa(record["text"], "en")
        else:
            order = peers.PEERS[name](sentences, "en")
        lines = peers.fill(list(order), sentences, budget).split("\n")
        places = [(record["text"].find(line), len(line)) for line in lines]
        chosen.append([{"start": at, "end": at + length} for at, length in places if at >= 0 and length])
    return chosen


def table(rows, records, scorer):
    """One line a system and a group of genres."""
    groups = {"all": records, "written": [r for r in records if r["genre"] in scorer.WRITTEN], "other": [r for r in records if r["genre"] not in scorer.WRITTEN]}
    print(f"{'':16s} {'':8s} " + " ".join(f"{column:>10s}" for column in COLUMNS))
    for system, scores in rows.items():
        for group, members in groups.items():
            ids = {record["id"] for record in members}
            picked = [row for row in scores if row["id"] in ids]
            values = [np.mean([row[key] for row in picked]) for key in COLUMNS.values()]
            print(f"{system:16s} {group:8s} " + " ".join(f"{v:10.3f}" if c == "prominence" else f"{v:10.1f}" for c, v in zip(COLUMNS, values)), flush=True)


def main(program, folder, before=None):
    sys.path.insert(0, os.path.join(folder, "..", "tools"))
    import score_alone as scorer

    with open(os.path.join(folder, "alone", "dev.jsonl"), encoding="utf8") as lines:
        records = [json.loads(line) for line in lines]
    split = digest(program, records, ["--all"])
    systems = {"digest": lambda options: digest(program, records, options)}
    if before:
        systems["before"] = lambda options: digest(before, records, options)
    systems["lead"] = lambda options: digest(program, records, ["--method", "lead", *options])
    for name in peers.PEERS:
        systems[name] = lambda options, name=name: peer(name, records, split, options)
    rows = {system: [] for system in systems}
    for options in BUDGETS.values():
        for system, choose in systems.items():
            scores = [scorer.score(record, spans) for record, spans in zip(records, choose(options))]
            rows[system] += [{**score, "id": record["id"]} for record, score in zip(records, scores)]
    print(f"mean of {', '.join(BUDGETS)}; n = {len(records)}")
    table(rows, records, scorer)
    print("\nby genre: broken, wide, prominence" + (" (before in brackets)" if before else ""))
    for genre in sorted({record["genre"] for record in records}):
        ids = {record["id"] for record in records if record["genre"] == genre}
        mean = lambda system, key: np.mean([row[key] for row in rows[system] if row["id"] in ids])
        cells = [f"{mean('digest', key):.3g}" + (f" ({mean('before', key):.3g})" if before else "") for key in list(COLUMNS.values())[:3]]
        print(f"  {genre:14s} {len(ids):3d}  " + "  ".join(cells))
    if before:
        print("\nours minus before")
        for column, key in COLUMNS.items():
            of = lambda system: np.array([row[key] for row in rows[system]]).reshape(len(BUDGETS), -1).mean(0)
            difference = of("digest") - of("before")
            low, high = peers.interval(difference)
            print(f"  {column:10s} {difference.mean():+.3f} [{low:+.3f}, {high:+.3f}]")


if __name__ == "__main__":
    main(*sys.argv[1:])
