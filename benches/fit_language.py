#!/usr/bin/env python3
"""fit_language.py DATA OUT: fits src/text/language.weights from the evaluation data's `*.dev` and `*.train` files.

Multinomial naive Bayes over hashed character n-grams (1 to 4, inside words) and whole words, one signed byte a weight:
`weights[bucket * languages + language]`, the log probability less its mean over the languages, times SCALE.
Needs numpy. The Rust side is src/text/language/model.rs; both must hash alike.
"""
import json
import re
import sys

import numpy as np

LANGUAGES = "cs da de en es fi fr id it nl no pl pt sv tr ru uk".split()
BUCKETS, SMOOTHING, SCALE = 8192, 0.1, 12
WORD = re.compile(r"[^\W\d_]+")


def bucket(data, seed):
    value = (2166136261 ^ seed) & 0xFFFFFFFF
    for byte in data:
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    value ^= value >> 15
    value = (value * 0x2C1B3C6D) & 0xFFFFFFFF
    return (value ^ (value >> 12)) % BUCKETS


def features(text):
    for word in WORD.findall(text.lower()):
        padded = f" {word} "
        for size in (1, 2, 3, 4):
            for start in range(len(padded) - size + 1):
                gram = padded[start : start + size]
                if gram != " ":
                    yield bucket(gram.encode(), size)
        yield bucket(word.encode(), 9)


def rows(path, most=None):
    with open(path, encoding="utf8") as lines:
        return [json.loads(line) for _, line in zip(range(most or 10**9), lines)]


def main(data, out):
    counts = np.zeros((len(LANGUAGES), BUCKETS))

    def learn(language, text):
        if language in LANGUAGES:
            np.add.at(counts[LANGUAGES.index(language)], list(features(text)), 1)

    for row in rows(f"{data}/language/dev.jsonl"):
        if row["kind"] == "sentence":
            learn(row["language"], row["text"])
    for row in rows(f"{data}/segmentation/corpora.dev.jsonl"):
        learn(row["language"], row["text"])
    for name in ("cnndm.train", "orangesum.dev", "temario.dev", "klexikon.dev", "cstnews.dev"):
        for row in rows(f"{data}/summaries/{name}.jsonl", 60):
            learn(row["language"], row["text"][:1500])
    probability = np.log((counts + SMOOTHING) / (counts.sum(1, keepdims=True) + SMOOTHING * BUCKETS))
    weights = np.clip(np.rint((probability - probability.mean(0)) * SCALE), -127, 127).astype(np.int8)
    with open(out, "wb") as file:
        file.write(weights.T.tobytes())


main(*sys.argv[1:3])
