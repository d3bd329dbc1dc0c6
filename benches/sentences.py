#!/usr/bin/env python3
"""Prints how well sentences are split: the table "Sentences" of docs/QUALITY.md.

usage: sentences.py [target/release/digest ...] [--data ../shared/data] [--tools ../shared/tools]

One column a program, so that before and after stand in one run. Rules: single cases, exact, by language and in all. Corpora: running
text, F1 of breaks, macro over the corpora. Speed: megabytes a CPU second of ten megabytes of running text without spaces.
"""
import argparse, collections, importlib.util, json, os, resource, subprocess, sys


def lines(path):
    return [json.loads(line) for line in open(path, encoding="utf8")]


def split(program, records):
    """The sentences of each record."""
    asked = "\n".join(json.dumps({"id": number, "text": record["text"], "language": record["language"]})
                      for number, record in enumerate(records))
    told = subprocess.run([program, "summarize", "--jsonl", "--all", "--no-clean"], input=asked.encode(), stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in told.decode().splitlines()]


def speed(program, word):
    """Megabytes a CPU second."""
    text = (word * 200 + "\n") * (3_000_000 // (200 * len(word.encode())))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, "summarize", "--no-clean", "--threads", "1", "-"], input=text.encode(), stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return len(text.encode()) / 1e6 / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", default=["target/release/digest"])
    parser.add_argument("--data", default=os.environ.get("DIGEST_DATA", "../shared/data"))
    parser.add_argument("--tools", default="../shared/tools")
    options = parser.parse_args()
    if not os.path.isdir(options.data):
        print(f"skipped: no data in {options.data}")
        return
    spec = importlib.util.spec_from_file_location("scorer", os.path.join(options.tools, "score_segmentation.py"))
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    rules = lines(f"{options.data}/segmentation/rules.dev.jsonl")
    corpora = lines(f"{options.data}/segmentation/corpora.dev.jsonl")
    rows = collections.defaultdict(list)
    for program in options.programs:
        found = split(program, rules)
        by_language = scorer.score(rules, found, lambda case: case["language"])
        by_set = scorer.score(rules, found, lambda case: case["set"])
        share = lambda cell: f"{100 * cell['exact'] / cell['items']:.1f}"
        rows["rules, exact, %"].append(share(by_language["ALL"]))
        rows["golden rules of 48"].append(str(by_set["grs"]["exact"]))
        worst = sorted((100 * cell["exact"] / cell["items"], language) for language, cell in by_language.items())[:3]
        rows["worst languages"].append(", ".join(f"{language} {value:.1f}" for value, language in worst))
        by_corpus = scorer.score(corpora, split(program, corpora), lambda case: case["corpus"])
        each = {name: cell["F1"] for name, cell in by_corpus.items() if name != "ALL"}
        rows["corpora, macro F1"].append(f"{sum(each.values()) / len(each):.2f}")
        for name in sorted(each):
            rows[f"corpus {name}"].append(f"{each[name]:.2f}")
        for name, word in {"Thai": "สภาเมืองลงมติ", "Lao": "ສະພາເມືອງລົງມະຕິ", "Khmer": "ក្រុមប្រឹក្សាទីក្រុង"}.items():
            rows[f"{name}, MB a CPU second"].append(f"{speed(program, word):.1f}")
    print("| | " + " | ".join(map(os.path.basename, options.programs)) + " |\n|---" * 1 + "|---" * len(options.programs) + "|")
    for name, cells in rows.items():
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    sys.exit(main())
