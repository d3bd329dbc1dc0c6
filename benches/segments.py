"""Scores the main text of pages by labelled segments: which must be in it, and which must not."""
import re


def single(text):
    """`text` with single spaces."""
    return re.sub(r"\s+", " ", text or "").strip()


def score(records, given):
    """Precision, recall and F1 over segments, as trafilatura's evaluation counts."""
    found = wrong = missed = 0
    for record in records:
        text = single(given.get(record["id"]))
        held = sum(single(segment) in text for segment in record["with"])
        found, missed = found + held, missed + len(record["with"]) - held
        wrong += sum(single(segment) in text for segment in record["without"])
    return "precision {:.4f}, recall {:.4f}, F1 {:.4f}".format(
        found / max(1, found + wrong), found / max(1, found + missed), 2 * found / max(1, 2 * found + wrong + missed))
