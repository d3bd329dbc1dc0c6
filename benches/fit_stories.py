#!/usr/bin/env python3
"""fit_stories.py DIGEST DATA_FOLDER: the coefficients of src/story/cluster/pairs.rs, and how well they do on topics they were not fitted on.

    cargo build --release && python3 benches/fit_stories.py target/release/digest ../shared/data

Fits a logistic regression (ridge, signs bounded) to what `digest group --pairs` says of labelled articles: as they are, with
few articles a story, and cut short; and of unrelated articles taken for one day's. Then cross-validates by topic, five folds,
three seeds: each pair is judged by models that saw no pair with its topic. Needs numpy and scipy.
"""
import collections, heapq, itertools, json, math, pathlib, random, re, subprocess, sys

import numpy as np
from scipy.optimize import minimize

DIGEST, DATA = sys.argv[1], pathlib.Path(sys.argv[2])
NAMES = ['lead', 'title', 'names', 'numbers', 'weekday_clash', 'calendar_same', 'calendar_clash', 'recency', 'far', 'brevity']
SIGNS = [1, 1, 1, 1, -1, 1, -1, 1, -1, 1]
RIDGE, THRESHOLD, RELATIVE = 0.01, 0.25, 0.5


def read(path):
    return [json.loads(line) for line in open(path, encoding='utf-8')]


def pairs(records):
    """(id, id, numbers) of every two that are worth a comparison."""
    lines = ''.join(json.dumps(record) + '\n' for record in records)
    answer = subprocess.run([DIGEST, 'group', '--pairs', '--jsonl'], input=lines, text=True, capture_output=True, check=True)
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    return [(row['a'], row['b'], [row['features'][name] for name in NAMES]) for row in rows]


def topic(story):
    return re.sub(r'^(ecb-\d+)-.*', r'\1', story)


def few(records, seed):
    """A story keeps one article (35 %), two (15 %), three or four (20 %), or all."""
    chance, stories, kept = random.Random(seed), collections.defaultdict(list), []
    for record in records:
        stories[record['story']].append(record)
    for _, members in sorted(stories.items()):
        draw = chance.random()
        keep = 1 if draw < .35 else 2 if draw < .5 else chance.randint(3, 4) if draw < .7 else len(members)
        kept += chance.sample(members, min(keep, len(members)))
    return kept


def short(records, seed):
    """Of 40 % only the title is left, or 200 characters."""
    chance = random.Random(seed)
    cut = lambda record: dict(record, text=record['text'][:chance.choice([0, 200])]) if chance.random() < .4 else record
    return [cut(record) for record in records]


def views(records):
    yield 1.0, records
    for seed in range(6):
        yield .4, few(records, seed)
    for seed in range(4):
        yield .5 if seed < 2 else .3, short(records, seed)
    day = [dict(id=r['id'], story=r['id'], language='en', title=r['title'], text=r['text'][:200], published='2026-03-01')
           for r in read(DATA / 'summaries/bbc.train.jsonl')[:400]] if (DATA / 'summaries/bbc.train.jsonl').exists() else []
    yield .2, day


def table(records):
    """Numbers, labels, weights and topics of all pairs of all views."""
    numbers, labels, weights, topics = [], [], [], []
    for weight, view in views(records):
        story = {record['id']: record['story'] for record in view}
        sizes = collections.Counter(story.values())
        for a, b, row in pairs(view):
            numbers.append(row)
            labels.append(story[a] == story[b])
            weights.append(weight * 5 / math.sqrt(sizes[story[a]] * sizes[story[b]]))
            topics.append((topic(story[a]), topic(story[b])))
    return np.array(numbers), np.array(labels, float), np.array(weights), topics


def fit(numbers, labels, weights):
    scale = numbers.std(axis=0) + 1e-9
    x, y = numbers / scale, labels

    def loss(c):
        z = c[0] + x @ c[1:]
        p = 1 / (1 + np.exp(-z))
        value = np.sum(weights * (np.logaddexp(0, z) - y * z)) + np.sum(c[1:] ** 2) / (2 * RIDGE)
        slope = weights * (p - y)
        return value, np.concatenate([[slope.sum()], x.T @ slope + c[1:] / RIDGE])

    bounds = [(None, None)] + [(0, None) if sign > 0 else (None, 0) for sign in SIGNS]
    found = minimize(loss, np.zeros(len(NAMES) + 1), jac=True, bounds=bounds, method='L-BFGS-B').x
    return np.concatenate([found[:1], found[1:] / scale])


def link(ids, probability):
    """`linkage.rs` in Python: average linkage with the relative rule."""
    links, size, inside, members = {i: {} for i in ids}, {i: 1 for i in ids}, {i: 0.0 for i in ids}, {i: [i] for i in ids}
    heap = []
    for (a, b), p in probability.items():
        links[a][b] = links[b][a] = p
        heap.append((-p, str(a), str(b), a, b))
    heap = [entry for entry in heap if -entry[0] >= THRESHOLD]
    heapq.heapify(heap)
    tight = lambda g: inside[g] / max(1, size[g] * (size[g] - 1) / 2)
    next_group = 0
    while heap:
        mean, _, _, a, b = heapq.heappop(heap)
        if a not in members or b not in members:
            continue
        if min(size[a], size[b]) >= 2 and -mean < RELATIVE * math.sqrt(tight(a) * tight(b)):
            continue
        joined, next_group = next_group, next_group + 1
        size[joined], members[joined] = size[a] + size[b], members.pop(a) + members.pop(b)
        inside[joined] = inside[a] + inside[b] + links[a].get(b, 0)
        sums = collections.defaultdict(float)
        for old in (a, b):
            for other, value in links.pop(old).items():
                if other not in (a, b):
                    sums[other] += value
                    links[other].pop(old)
        links[joined] = dict(sums)
        for other, value in sums.items():
            links[other][joined] = value
            mean = value / (size[joined] * size[other])
            if mean >= THRESHOLD:
                heapq.heappush(heap, (-mean, str(other), str(joined), other, joined))
    return {i: group for group, found in enumerate(members.values()) for i in found}


def scores(gold, found):
    """B-cubed and pairwise F1."""
    groups, stories = collections.defaultdict(set), collections.defaultdict(set)
    for i in gold:
        groups[found[i]].add(i)
        stories[gold[i]].add(i)
    shared = {i: len(groups[found[i]] & stories[gold[i]]) for i in gold}
    f1 = lambda p, r: 200 * p * r / (p + r) if p + r else 0
    b_cubed = f1(np.mean([shared[i] / len(groups[found[i]]) for i in gold]), np.mean([shared[i] / len(stories[gold[i]]) for i in gold]))
    count = lambda sets: sum(len(s) * (len(s) - 1) / 2 for s in sets)
    both = sum(n * (n - 1) / 2 for n in collections.Counter((found[i], gold[i]) for i in gold).values())
    return b_cubed, f1(both / count(groups.values()), both / count(stories.values()))


def cross_validate(records, data):
    numbers, labels, weights, topics = data
    story = {record['id']: record['story'] for record in records}
    whole, names = pairs(records), sorted({topic(s) for s in story.values()})
    rows, results = np.array([row for _, _, row in whole]), []
    for seed in range(3):
        fold = dict(zip(random.Random(seed).sample(names, len(names)), itertools.cycle(range(5))))
        models = []
        for held in range(5):
            seen = np.array([fold.get(a) != held and fold.get(b) != held for a, b in topics])
            models.append(fit(numbers[seen], labels[seen], weights[seen]))
        said = [1 / (1 + np.exp(-(model[0] + rows @ model[1:]))) for model in models]
        probability = {}
        for n, (a, b, _) in enumerate(whole):
            judges = {fold[topic(story[a])], fold[topic(story[b])]}
            p = float(np.mean([said[judge][n] for judge in judges]))
            if p >= .05:
                probability[a, b] = p
        results.append(scores(story, link([record['id'] for record in records], probability)))
    return np.mean(results, axis=0)


def main():
    records = read(DATA / 'clusters/stories.dev.jsonl')
    data = table(records)
    model = fit(*data[:3])
    print('coefficients:', f'{model[0]:.2f}', ', '.join(f'{name} {value:+.2f}' for name, value in zip(NAMES, model[1:])))
    print('cross-validated by topic, B-cubed / pairwise F1: %.1f / %.1f' % tuple(cross_validate(records, data)))


if __name__ == '__main__':
    main()
