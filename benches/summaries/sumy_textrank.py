"""JSON Lines on stdin -> seconds that sumy's TextRank takes for three sentences of each text, imports not counted.

Sentences and words are cut by regular expressions, which is faster than the tokenizer sumy would load.
"""
import json
import re
import sys
import time

from sumy.nlp.stemmers import Stemmer
from sumy.parsers.plaintext import PlaintextParser
from sumy.summarizers.text_rank import TextRankSummarizer
from sumy.utils import get_stop_words


class Tokenizer:
    def to_sentences(self, paragraph):
        return tuple(re.split(r"(?<=[.!?])\s+", paragraph))

    def to_words(self, sentence):
        return tuple(re.findall(r"[^\W\d_]+", sentence))


texts = [json.loads(line)["text"] for line in sys.stdin]
summarizer = TextRankSummarizer(Stemmer("english"))
summarizer.stop_words = get_stop_words("english")
started = time.perf_counter()
for text in texts:
    summarizer(PlaintextParser.from_string(text, Tokenizer()).document, 3)
print(time.perf_counter() - started)
