#!/usr/bin/env python3
"""Runs the cases from the field that concern sentences: folders of ../shared/cases, with what is expected and what was found.

    cargo build && python3 benches/cases_sentences.py [target/debug/digest]

Looks in $DIGEST_CASES or ../shared/cases and says so when they are not there. Expected are counts of sentences as a reader of the
language makes them; where the folder's own count differs, it stands behind them. Exit 1 when one differs. Standard library only.
"""
import json, os, pathlib, subprocess, sys

DIGEST = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else 'target/debug/digest').resolve()
CASES = pathlib.Path(os.environ.get('DIGEST_CASES', '../shared/cases'))
COUNTS = {
    '03-footnote-marks': {'a.txt': 6, 'b.txt': 6, 'c.txt': 7, 'dagger.html': 6, 'sup-digit.html': 6, 'sup-plain.html': 6,
                          'unicode-sup.html': 6, 'wiki.html': 6},
    '14-indic-abbrev': {'hi.txt': 5, 'mr.txt': 5, 'ta.txt': 4, 'bn.txt': 4, 'ar.txt': 4, 'ur.txt': 4},
    # pl: `w 2020 r. | Warszawa` and `br. | Koniec` both end sentences; fr: six full stops end one.
    '15-euro-abbrev': {'de.txt': 6, 'fr.txt': 6, 'pl.txt': 6, 'ru.txt': 5, 'uk.txt': 4, 'tr.txt': 4, 'es.txt': 6, 'nl.txt': 5},
    '19-fullwidth-decimal': {'ja.txt': 3, 'zh.txt': 3},
    '20-cjk-quotes': {'ja.txt': 7, 'zh.txt': 6},
    '21-other-stops': {'el.txt': 4, 'km.txt': 3, 'bo.txt': 3, 'am.txt': 4, 'hy.txt': 4, 'my.txt': 3, 'is.txt': 4},
    '27-hard-wrapped': {'de.txt': 3, 'en.txt': 3},
    '34-quote-in-word': {'en.txt': 3, 'de.txt': 3, 'he.txt': 3},
}
# Counts of the folders where they differ from a reader's.
OTHER = {('15-euro-abbrev', 'fr.txt'): 7, ('15-euro-abbrev', 'pl.txt'): 5}


def sentences(file):
    """All sentences that the command finds in a file; a name of two letters is its language."""
    language = ['--language', file.stem] if len(file.stem) == 2 else []
    done = subprocess.run([DIGEST, 'summarize', '--all', '--format', 'json', *language, file], capture_output=True, text=True, timeout=60)
    return [sentence['text'] for sentence in json.loads(done.stdout)['sentences']] if done.stdout.strip() else []


def main():
    if not CASES.is_dir():
        print(f'skipped: no cases in {CASES}')
        return 0
    wrong = 0
    for folder, files in COUNTS.items():
        for name, expected in files.items():
            found = sentences(CASES / folder / name) if (CASES / folder / name).exists() else None
            if found is None:
                continue
            wrong += len(found) != expected
            other = f' (the folder says {OTHER[folder, name]})' if (folder, name) in OTHER else ''
            print(f'{"ok   " if len(found) == expected else "WRONG"} {folder}/{name}: expected {expected}{other}, found {len(found)}')
            if len(found) != expected:
                print(*(f'        | {sentence!r}' for sentence in found), sep='\n')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
