#!/usr/bin/env python3
"""Runs the cases from the field: each folder of ../shared/cases that has a check here, in a copy of its own, with what is
expected and what was found.

    cargo build && python3 benches/cases.py [target/debug/digest [PART_OF_A_NAME…]]

Looks in $DIGEST_CASES or ../shared/cases and says so when they are not there. To add a case: a function named for its folder's
number that takes the copied folder and yields (what, expected, found), marked with @case.
"""
import json, os, pathlib, shutil, subprocess, sys, tempfile

DIGEST = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else 'target/debug/digest').resolve()
CASES = pathlib.Path(os.environ.get('DIGEST_CASES', '../shared/cases'))
NOW = '2026-11-27T12:00:00Z'
CHECKS = {}


def case(check):
    """Registers `case_16` for the folder that begins with `16-`."""
    CHECKS[check.__name__.removeprefix('case_')] = check
    return check


def digest(folder, *arguments, **more):
    """Runs the command in `folder`; its answer."""
    return subprocess.run([DIGEST, *arguments], cwd=folder, text=True, capture_output=True, timeout=120, **more)


def edition(folder, *sources, now=NOW):
    """The dry run's edition of these feeds, as JSON; of the folder's own config without any."""
    options = []
    if sources:
        feeds = ''.join(f'[[source]]\nname = "{name}"\nfeed = "{name}"\nfull_text = "never"\n' for name in sources)
        (folder / 'case.toml').write_text(feeds + '[store]\npath = "case.db"\n', encoding='utf-8')
        options = ['--config', 'case.toml']
    answer = digest(folder, *options, 'run', '--dry-run', '--format', 'json', '--now', now)
    return json.loads(answer.stdout)


def stories(shown):
    return [story for section in shown['edition']['sections'] for story in section['stories']]


def headlines(shown):
    """Of all stories and links."""
    sections = shown['edition']['sections']
    return sorted([story['headline'] for section in sections for story in section['stories']]
                  + [link['title'] for section in sections for link in section['more']])


@case
def case_16(folder):
    shown = edition(folder)
    yield 'three releases of three projects', ['v1.2.0', 'v1.2.0', 'v4.0.1'], headlines(shown)
    yield 'sources that lead', ['Gate motor', 'Mole cam', 'Tide clock'], sorted(
        place['source'] for section in shown['edition']['sections'] for story in section['stories'] for place in story['places'][:1]) + sorted(
        link['source'] for section in shown['edition']['sections'] for link in section['more'])


@case
def case_26(folder):
    for feed in sorted(folder.glob('*.xml')):
        shown = edition(folder, feed.name)
        yield f'{feed.name}: two texts without a word in common', 2, len(headlines(shown))
        (folder / 'case.db').unlink(missing_ok=True)
    for lines, expected in (('g3.jsonl', 3), ('g.jsonl', 3)):
        answer = digest(folder, 'group', '--jsonl', lines)
        yield f'digest group {lines}', expected, len({json.loads(line)['story'] for line in answer.stdout.splitlines()})


def main():
    if not CASES.is_dir():
        print(f'no cases in {CASES}: nothing is checked')
        return 0
    wrong = 0
    for folder in sorted(CASES.iterdir()):
        check = CHECKS.get(folder.name.split('-')[0])
        if check is None or not all(part in folder.name for part in sys.argv[2:]):
            continue
        with tempfile.TemporaryDirectory() as temporary:
            copy = pathlib.Path(temporary) / folder.name
            shutil.copytree(folder, copy)
            os.chmod(copy, 0o755)
            try:
                for what, expected, found in check(copy):
                    right = expected == found
                    wrong += not right
                    print(f'{"ok   " if right else "WRONG"} {folder.name}: {what}: expected {expected}, found {found}')
            except Exception as error:
                wrong += 1
                print(f'WRONG {folder.name}: {type(error).__name__}: {error}')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
