#!/usr/bin/env python3
"""rouge_parity.py DIGEST DATA.jsonl [WORDS]: the largest difference between `digest evaluate` and the package rouge-score.

Every article's ROUGE-1, ROUGE-2 and ROUGE-Lsum are compared, unrounded; English by rouge-score's own words, other languages by
runs of letters and digits; no stemming. Needs `pip install rouge-score`. Exits 1 above 1e-6."""
import json
import re
import subprocess
import sys
import tempfile

from rouge_score import rouge_scorer

MEASURES = ["rouge1", "rouge2", "rougeLsum"]


class UnicodeWords:
    def tokenize(self, text):
        return re.findall(r"[^\W_]+", text.lower())


def main(digest, data, words="60"):
    with open(data, encoding="utf8") as lines:
        records = [json.loads(line) for line in lines]
    with tempfile.NamedTemporaryFile("w+", suffix=".jsonl") as predictions:
        subprocess.run([digest, "summarize", "--jsonl", "--words", words, data], stdout=predictions, check=True)
        command = [digest, "evaluate", "--each", "--data", data, "--predictions", predictions.name]
        ours = [json.loads(line) for line in subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.splitlines()]
        predictions.seek(0)
        summaries = [json.loads(line)["summary"] for line in predictions]
    assert len(ours) == len(summaries) == len(records)
    scorers = {
        "en": rouge_scorer.RougeScorer(MEASURES),
        "": rouge_scorer.RougeScorer(MEASURES, tokenizer=UnicodeWords()),
    }
    worst = 0.0
    for record, summary, our in zip(records, summaries, ours):
        scorer = scorers.get(record.get("language", "en"), scorers[""])
        for measure in MEASURES:
            references = record.get("refs") or [record["summary"]]
            theirs = max(scorer.score(reference, summary)[measure].fmeasure for reference in references)
            worst = max(worst, abs(theirs - our[measure]))
    print(f"{len(records)} articles, largest difference {worst:.1e}")
    return worst > 1e-6


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
