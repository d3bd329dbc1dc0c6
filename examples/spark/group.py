#!/usr/bin/env python3
"""group.py INPUT.jsonl OUTPUT_FOLDER [PARTITIONS]: `digest group` over a partitioned data set with Spark.

Five steps, in which the texts pass through processes of their own:

1. `digest group --counts` counts the words of each part; the counts are added up and given to every worker.
2. `digest group --keys --frequencies` names the words by which each article is found. Articles that have words in common and are
   not more than DAYS apart are candidates.
3. What has MUCH in common is put into one part, as far as parts stay of one size; candidates of elsewhere are lent to it.
4. `digest group --pairs --frequencies` tells how probably two articles of a part are of one event.
5. What hangs together by probable pairs is put into one part, and `digest group --frequencies` makes stories of it.

Answers are lines {"id","story","duplicate_of"?} in OUTPUT_FOLDER/part-*; a story is named PART-NUMBER. Ids must be distinct.
`SPARK_MASTER` and `DIGEST` as in summarize.py. Needs `pip install pyspark` and Java 17."""
import collections
import heapq
import json
import os
import shlex
import subprocess
import sys
import tempfile
from datetime import date

os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

from pyspark import SparkConf, SparkContext, SparkFiles  # noqa: E402  (reads the variable above)

DIGEST = os.environ.get("DIGEST", "digest")
# Candidates have at least this in common (`digest` itself looks at pairs from 0.02 on) …
LEAST = 0.03
# … and are, of each article, the nearest this many.
NEAREST = 30
# From so much in common on, two articles are likely of one event.
MUCH = 0.1
# A key of more articles than this connects nobody by itself.
COMMON = 500
# Articles further apart tell no one event.
DAYS = 21
# The probability from which `digest group` links.
LINKED = 0.2


def piped(lines, *arguments):
    """The answers of `digest group` with these arguments to `lines`, one after the other."""
    with tempfile.TemporaryFile("w+", encoding="utf8") as text:
        text.writelines(line + "\n" for line in lines)
        text.seek(0)
        command = [*shlex.split(DIGEST), "group", *arguments]
        with subprocess.Popen(command, stdin=text, stdout=subprocess.PIPE, encoding="utf8") as process:
            yield from (line.rstrip("\n") for line in process.stdout)
    # A bad line is answered as bad and makes the exit code 1; only a higher one loses answers.
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")


def whole():
    return "--frequencies", SparkFiles.get("frequencies.jsonl")


def counted(line):
    """A count by what it counts."""
    count = json.loads(line)
    return tuple(count.pop(name, None) for name in ("stem", "word", "language")), count


def summed(one, other):
    return {name: one.get(name, 0) + other.get(name, 0) for name in one.keys() | other.keys()}


def day(record):
    try:
        return date.fromisoformat(str(record.get("published"))[:10]).toordinal()
    except ValueError:
        return None


def keyed(lines):
    """(key, (number, day, weight)) of each key of each article; `lines` are (number, line)."""
    numbered = list(lines)
    days = [day(json.loads(line)) for _, line in numbered]
    answers = piped([line for _, line in numbered], "--keys", *whole())
    for (number, _), when, answer in zip(numbered, days, answers):
        for key, weight in json.loads(answer)["keys"]:
            yield key, (number, when, weight)


def shared(entry):
    """((a, b), product) for every two articles of a key."""
    holders = sorted(entry[1])
    if len(holders) > COMMON:
        return
    for place, (b, b_day, b_weight) in enumerate(holders):
        for a, a_day, a_weight in holders[:place]:
            if a_day is None or b_day is None or abs(a_day - b_day) <= DAYS:
                yield (a, b), a_weight * b_weight


def nearest(entry):
    """The nearest candidates of one article, as (a, b, product)."""
    b, others = entry
    return [(a, b, product) for product, a in heapq.nlargest(NEAREST, others)]


def components(pairs):
    """The lowest article of each component, by article."""
    root = {}

    def find(article):
        while root.setdefault(article, article) != article:
            root[article] = root[root[article]]
            article = root[article]
        return article

    for a, b in pairs:
        a, b = sorted((find(a), find(b)))
        root[b] = a
    return {article: find(article) for article in root}


def packed(roots, count, parts):
    """The part of each article: components stay whole, and go where there is least."""
    sizes = {}
    for root in roots.values():
        sizes[root] = sizes.get(root, 0) + 1
    sizes.update((article, 1) for article in range(count) if article not in roots)
    heap, part = [(0, number) for number in range(parts)], {}
    for root, size in sorted(sizes.items(), key=lambda entry: (-entry[1], entry[0])):
        load, part[root] = heapq.heappop(heap)
        heapq.heappush(heap, (load + size, part[root]))
    return {article: part[roots.get(article, article)] for article in range(count)}


def linked(entry):
    """(a, b) of the probable pairs of a part; its lines are (number, line)."""
    lines = []
    for number, line in entry[1]:
        record = json.loads(line)
        record["id"] = number
        lines.append(json.dumps(record, ensure_ascii=False))
    for answer in piped(lines, "--pairs", *whole()):
        pair = json.loads(answer)
        if pair["probability"] >= LINKED:
            yield pair["a"], pair["b"]


def grouped(entry):
    part, lines = entry
    for answer in piped(lines, *whole()):
        answer = json.loads(answer)
        answer["story"] = f"{part}-{answer['story']}"
        yield json.dumps(answer, ensure_ascii=False)


def main(source, target, partitions="8"):
    parts = int(partitions)
    conf = SparkConf().setAppName("digest").setMaster(os.environ.get("SPARK_MASTER", "local-cluster[2,1,1024]"))
    conf = conf.set("spark.ui.enabled", "false").set("spark.pyspark.python", sys.executable)
    with SparkContext(conf=conf) as spark, tempfile.TemporaryDirectory() as folder:
        spark.setLogLevel("ERROR")
        lines = spark.textFile(source, parts)
        counts = lines.mapPartitions(lambda part: piped(part, "--counts")).map(counted).reduceByKey(summed, parts)
        path = os.path.join(folder, "frequencies.jsonl")
        with open(path, "w", encoding="utf8") as file:
            for (stem, word, language), count in counts.toLocalIterator():
                names = {name: value for name, value in (("stem", stem), ("word", word), ("language", language)) if value is not None}
                file.write(json.dumps({**names, **count}, ensure_ascii=False) + "\n")
        spark.addFile(path)
        numbered = lines.zipWithIndex().map(lambda entry: (entry[1], entry[0]))
        shares = numbered.mapPartitions(keyed).groupByKey(parts).flatMap(shared).reduceByKey(lambda one, other: one + other, parts)
        enough = shares.filter(lambda entry: entry[1] >= LEAST).map(lambda entry: (entry[0][1], (entry[1], entry[0][0])))
        candidates = enough.groupByKey(parts).flatMap(nearest).cache()
        close = candidates.filter(lambda pair: pair[2] >= MUCH).map(lambda pair: pair[:2])
        count = numbered.count()
        home = packed(components(close.toLocalIterator()), count, parts)
        guests = collections.defaultdict(set)
        for a, b, _ in candidates.toLocalIterator():
            if home[a] != home[b]:
                guests[b].add(home[a])
        places = spark.broadcast({number: [part, *guests.get(number, ())] for number, part in home.items()})
        lent = numbered.flatMap(lambda entry: [(part, entry) for part in places.value[entry[0]]])
        roots = components(lent.groupByKey(parts).flatMap(linked).toLocalIterator())
        sizes = collections.Counter(roots.values())
        print(f"{count} articles, {sum(map(len, guests.values()))} lent, {len(sizes)} groups of probable pairs, "
              f"the largest of {max(sizes.values(), default=1)}", file=sys.stderr)
        of = spark.broadcast(packed(roots, count, parts))
        numbered.map(lambda entry: (of.value[entry[0]], entry[1])).groupByKey(parts).flatMap(grouped).saveAsTextFile(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
