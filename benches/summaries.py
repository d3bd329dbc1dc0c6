#!/usr/bin/env python3
"""summaries.py DIGEST DATA_FOLDER [SET…]: ROUGE of the defaults beside other extractive systems, on the dev sets.

Each set has its budget; a sentence that does not fit is passed over, one is always given. All systems choose among the
sentences that `digest` found (summa finds its own). English is scored with rouge-score and its Porter stemmer, other languages by
runs of letters and digits. For each peer: its R-1/R-2, then ours minus theirs with 95 % intervals by paired bootstrap; a star marks
an interval that does not hold zero.
Needs numpy, rouge-score, sumy and summa."""
import json
import os
import re
import subprocess
import sys

import numpy as np
from rouge_score import rouge_scorer
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
from sumy.utils import get_stop_words

SETS = {
    "cnndm": ["--words", "60"],
    "orangesum": ["--words", "60"],
    "orangesum, one sentence": ["--sentences", "1"],
    "temario": ["--words", "180"],
    "cstnews": ["--words", "140"],
    "klexikon": ["--words", "300"],
    "opinosis": ["--words", "25"],
    "sumpubmed": ["--words", "250"],
    "qmsum": ["--words", "100"],
    "bbc": ["--share", "0.4"],
}
NAMES = {"en": "english", "fr": "french", "pt": "portuguese", "de": "german"}
SLOW = 200  # sentences of one text from which the peers that take quadratic time in Python are left out


class UnicodeWords:
    def tokenize(self, text):
        return re.findall(r"[^\W_]+", text.lower())

    def to_words(self, sentence):
        """What sumy asks its own tokenizer for."""
        return tuple(re.findall(r"[^\W\d_](?:[^\W\d_]|['-])*", sentence))


def scorer(language):
    measures = ["rouge1", "rouge2", "rougeLsum"]
    if language == "en":
        return rouge_scorer.RougeScorer(measures, use_stemmer=True)
    return rouge_scorer.RougeScorer(measures, tokenizer=UnicodeWords())


def rouge(records, summaries):
    """F1 x 100, one row an article."""
    scores = []
    for record, summary in zip(records, summaries):
        references = record.get("refs") or [record["summary"]]
        each = [scorers[record["language"]].score(reference, summary) for reference in references]
        scores.append([max(score[measure].fmeasure for score in each) * 100 for measure in each[0]])
    return np.array(scores)


def interval(values, draws=2000):
    picks = np.random.default_rng(0).integers(0, len(values), (draws, len(values)))
    return np.percentile(values[picks].mean(1), [2.5, 97.5], axis=0)


def digest(program, data, options):
    answer = subprocess.run([program, "summarize", "--jsonl", *options, data], stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in answer.stdout.splitlines()]


def fill(order, sentences, budget):
    """The summary of the best sentences that fit, in the order of the text."""
    kind, size = budget[0], float(budget[1])
    words = [len(sentence.split()) for sentence in sentences]
    limit = {"--sentences": size, "--words": len(order), "--share": np.ceil(len(sentences) * size - 1e-9)}[kind]
    room, chosen = size if kind == "--words" else float("inf"), []
    for i in order:
        if len(chosen) < max(limit, 1) and words[i] <= room:
            chosen.append(i)
            room -= words[i]
    return "\n".join(sentences[i] for i in sorted(chosen or list(order[:1])))


class Rows:
    """Unit TF-IDF rows of one text: stop words out, stems, idf inside the text."""

    def __init__(self, sentences, language):
        name = NAMES[language]
        stop, stem = get_stop_words(name), Stemmer(name)
        terms = [[stem(w) for w in re.findall(r"[^\W\d_]\w*", s.lower()) if w not in stop] for s in sentences]
        number = {}
        for term in (term for sentence in terms for term in sentence):
            number.setdefault(term, len(number))
        rows = np.zeros((len(sentences), max(len(number), 1)))
        for i, sentence in enumerate(terms):
            for term in sentence:
                rows[i, number[term]] += 1
        rows *= np.log(1 + len(sentences) / np.maximum((rows > 0).sum(0), 1))
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.where(norms > 0, norms, 1)
        self.similarity = rows @ rows.T
        np.fill_diagonal(self.similarity, 0)


def textrank(sentences, language):
    """PageRank over TF-IDF cosines (Mihalcea and Tarau 2004), damping 0.85."""
    similarity, n = Rows(sentences, language).similarity, len(sentences)
    sums = similarity.sum(1, keepdims=True)
    walk = np.where(sums > 0, similarity / np.where(sums > 0, sums, 1), 1 / n)
    rank = np.full(n, 1 / n)
    for _ in range(60):
        rank = 0.15 / n + 0.85 * walk.T @ rank
    return np.argsort(-rank, kind="stable")


def pacsum(sentences, language):
    """Directed centrality over TF-IDF (Zheng and Lapata 2019): similar sentences after it count for it, those before it against
    it (weights 1 and -0.5, no threshold: of the weights tried, those with the best mean on these sets)."""
    similarity = Rows(sentences, language).similarity
    return np.argsort(-(np.triu(similarity).sum(1) - 0.5 * np.tril(similarity).sum(1)), kind="stable")


def sumy(summarizer):
    def order(sentences, language):
        name = NAMES[language]
        made = summarizer(Stemmer(name))
        made.stop_words = get_stop_words(name)
        objects = [Sentence(sentence, UnicodeWords()) for sentence in sentences]
        ratings = made.rate_sentences(ObjectDocumentModel([Paragraph(objects)])) if hasattr(made, "rate_sentences") else None
        if ratings is None:
            rows = [made._to_words_set(sentence) for sentence in objects]
            frequencies, inverse = made._compute_tf(rows), made._compute_idf(rows)
            matrix = made._create_matrix(rows, made.threshold, frequencies, inverse)
            ratings = dict(zip(objects, made.power_method(matrix, made.epsilon)))
        return sorted(range(len(objects)), key=lambda i: -ratings[objects[i]])

    return order


def summa(text, language):
    from summa import summarizer

    ranked = summarizer.summarize(text, ratio=1.0, language=NAMES[language], scores=True)
    sentences = [sentence for sentence, _ in ranked]
    order = sorted(range(len(ranked)), key=lambda i: -ranked[i][1])
    return sentences, order


PEERS = {
    "PacSum": pacsum,
    "TextRank": textrank,
    "sumy LexRank": sumy(LexRankSummarizer),
    "sumy TextRank": sumy(TextRankSummarizer),
    "summa": None,
}


def peer(name, records, split, budget):
    summaries = []
    for record, sentences in zip(records, split):
        if len(sentences) > SLOW and name not in ("PacSum", "TextRank"):
            return None
        if name == "summa":
            sentences, order = summa(record["text"], record["language"])
        else:
            order = PEERS[name](sentences, record["language"])
        summaries.append(fill(list(order), sentences, budget) if sentences else ".")
    return summaries


def main(program, folder, *wanted):
    means = {}
    for name, budget in SETS.items():
        base = name.split(",")[0]
        if wanted and base not in wanted:
            continue
        data = os.path.join(folder, f"{base}.dev.jsonl")
        with open(data, encoding="utf8") as lines:
            records = [json.loads(line) for line in lines]
        for record in records:
            scorers.setdefault(record["language"], scorer(record["language"]))
        split = [[s["text"] for s in line["sentences"]] for line in digest(program, data, ["--all", "--no-clean"])]
        ours = rouge(records, [line["summary"] for line in digest(program, data, budget)])
        low, high = interval(ours)
        print(f"\n{name} ({' '.join(budget)[2:]}), n = {len(records)}: R-1/R-2/R-Lsum", flush=True)
        print(f"  {'digest':14s} " + "  ".join(f"{m:5.2f} [{a:5.2f}, {b:5.2f}]" for m, a, b in zip(ours.mean(0), low, high)))
        lead = [line["summary"] for line in digest(program, data, ["--no-clean", "--method", "lead", *budget])]
        for peer_name in ["lead", *PEERS]:
            summaries = lead if peer_name == "lead" else peer(peer_name, records, split, budget)
            if summaries is None:
                print(f"  {peer_name:14s} left out: texts of over {SLOW} sentences")
                continue
            theirs = rouge(records, summaries)
            difference = ours - theirs
            low, high = interval(difference)
            shown = "  ".join(
                f"{m:+5.2f} [{a:+5.2f}, {b:+5.2f}]{'*' if a > 0 or b < 0 else ' '}" for m, a, b in zip(difference.mean(0), low, high)
            )
            print(f"  {peer_name:14s} {theirs.mean(0)[0]:5.2f}/{theirs.mean(0)[1]:5.2f}  ours: {shown}", flush=True)
            means.setdefault(peer_name, {})[name] = (theirs.mean(0)[0], ours.mean(0)[0])
    print("\nmean R-1 over the sets a peer ran on: theirs, ours")
    for peer_name, pairs in means.items():
        values = np.array([pair for key, pair in pairs.items() if key not in ("bbc", "orangesum, one sentence")])
        if len(values):
            print(f"  {peer_name:14s} {values[:, 0].mean():.2f}  {values[:, 1].mean():.2f}  ({len(values)} sets)")


scorers = {}
if __name__ == "__main__":
    main(*sys.argv[1:])
