#!/usr/bin/env python3
"""Writes src/story/cluster/calendar.txt: names of months and weekdays from CLDR (package babel), one line a language and day or month."""
import subprocess
import sys
from babel import Locale
LANGUAGES = 'ar bg ca cs da de el en es et eu fa fi fr gl he hi hr hu hy id is it lt lv ms nb nl pl pt ro ru sk sl sr sv tr uk vi'.split()
AMBIGUOUS = {('en', 'may')}  # a verb as often as a month
def usable(word): return len(word) >= 3 and word.replace("'", '').isalpha()
def names(code):
    """Rows of one language; called in a process of its own, since babel mixes the tables of languages read before."""
    locale = Locale.parse(code)
    for kind, table, widths in (('month', locale.months, ('wide', 'abbreviated')), ('day', locale.days, ('wide',))):
        found = {}
        for context in ('format', 'stand-alone'):
            for width in widths:
                if width == 'abbreviated' and code != 'en':
                    continue  # Portuguese `mar` is the sea, Italian `set` a set.
                for number, word in table[context][width].items():
                    word = word.lower().rstrip('.')
                    word = word.removesuffix('-feira')
                    if usable(word) and (code, word) not in AMBIGUOUS:
                        found.setdefault(word, set()).add(number)
        if kind == 'month' and code == 'en':
            found['sept'] = {9}
        numbered = {}
        for word, numbers in found.items():
            if len(numbers) == 1:  # a word that means two of them says nothing
                numbered.setdefault(min(numbers) + (1 if kind == 'day' else 0), []).append(word)
        for number in sorted(numbered):
            print(f"{'no' if code == 'nb' else code} {kind} {number} {' '.join(sorted(numbered[number]))}")


if len(sys.argv) > 1:
    names(sys.argv[1])
else:
    print('# Made by benches/fit_calendar.py from CLDR (Unicode-3.0). Language, what, number (days from Monday), words.')
    for code in LANGUAGES:
        print(subprocess.run([sys.executable, __file__, code], check=True, capture_output=True, text=True).stdout, end='')
