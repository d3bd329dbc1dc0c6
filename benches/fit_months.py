#!/usr/bin/env python3
"""Writes src/text/dates/months.txt: names of the months, long and short, in all languages that write dates with them,
from CLDR (package babel) and from what feeds and pages write besides."""
import collections
import subprocess
import sys
from babel import Locale
LANGUAGES = '''af ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ka kk kn ky lt lv
mk ml mn mr ms nb ne nl nn pa pl pt ro ru sk sl sq sr sr_Latn sv sw ta te th tr uk ur uz'''.split()
# Spellings that CLDR lacks: old names, letters without their accents, forms that stand in dates.
MORE = {
    1: 'jänner jän janvier janv ene gen ian يناير tammi led', 2: 'fév fevrier feber febr helmi úno', 3: 'marz maerz mrz maalis bře mar',
    4: 'huhti dub nisan', 5: 'μαϊ μαι mayis touko kvě', 6: 'kesä čvn', 7: 'heinä čvc juil', 8: 'aout elo srp agus', 9: 'σεπτ sept sep set syys zář eylul',
    10: 'oct okt loka říj', 11: 'νοεμ noi nopember marras kasim', 12: 'decembre joulu pro desember aralik'}
# In two languages two months, or a weekday; the month that dates of news mean.
SETTLED = {'listopad': 11, 'listopada': 11, 'lis': 11, 'lip': 7, 'srpna': 8, 'srp': 8, 'říjen': 10, 'mar': 3, 'mai': 5, 'maj': 5, 'kvě': 5, 'ruj': 9, 'пра': 12}


def own(code):
    """The rows of one language, in a process of its own, since babel mixes the tables of languages read before."""
    locale = Locale.parse(code)
    for context in ('format', 'stand-alone'):
        for width in ('wide', 'abbreviated'):
            for number, word in locale.months[context][width].items():
                print(number, word.lower())


def main():
    months = collections.defaultdict(set)
    for code in LANGUAGES:
        rows = subprocess.run([sys.executable, __file__, code], check=True, capture_output=True, text=True).stdout
        for row in rows.splitlines():
            number, word = row.split(' ', 1)
            for part in ([word] if ' ' not in word else []):
                part = part.rstrip('.').replace('\u200c', '').replace('\u2019', "'")
                if len(part) >= 3 and not any(c.isdigit() for c in part) and '.' not in part:
                    months[part].add(int(number))
                    if code == 'he':
                        months['ב' + part].add(int(number))
    for number, words in MORE.items():
        for word in words.split():
            months[word].add(number)
    months.update({word: {number} for word, number in SETTLED.items()})
    clashes = {word for word, numbers in months.items() if len(numbers) > 1}
    print('# Made by benches/fit_months.py from CLDR (Unicode-3.0): the names of each month in about sixty languages.')
    for number in range(1, 13):
        print(number, ' '.join(sorted(word for word, numbers in months.items() if numbers == {number})))
    print('left out:', *sorted(clashes), file=sys.stderr)


own(sys.argv[1]) if len(sys.argv) > 1 else main()
