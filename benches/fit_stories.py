#!/usr/bin/env python3
"""fit_stories.py DIGEST DATA_FOLDER: the coefficients of src/story/cluster/features.rs, and how well they do on topics, sources
and kinds of articles that they were not fitted on.

    cargo build --release && python3 benches/fit_stories.py target/release/digest ../shared/data

Fits a logistic regression (ridge, signs bounded) to what `digest group --pairs` says of labelled articles: as they are, with
few articles a story, cut short, titles alone; of articles that only look alike; and of unrelated articles taken for one day's.
Cross-validation comes first: five folds of topics, of sources (look-alikes: of kinds), three seeds; each pair is judged by a
model that saw no pair with its topic, source or kind. What the model has seen itself comes last. Needs numpy and scipy.
"""
import collections, heapq, json, math, pathlib, random, re, subprocess, sys

import numpy as np
from scipy.optimize import minimize

DIGEST, DATA = sys.argv[1], pathlib.Path(sys.argv[2])
SIGNS = {'lead': 1, 'names': 1, 'evidence': 1, 'number_clash': -1, 'name_clash': -1, 'far': -1, 'calendar_clash': -1,
         'calendar_same': 1, 'brevity': 1}
RIDGE, THRESHOLD, RELATIVE, LEAST, FOLDS, SEEDS = 0.03, 0.20, 0.5, 0.01, 5, range(3)


def read(path):
    return [json.loads(line) for line in open(DATA / path, encoding='utf-8')] if (DATA / path).exists() else []


def ask(records, *options):
    lines = ''.join(json.dumps(record) + '\n' for record in records)
    answer = subprocess.run([DIGEST, 'group', '--jsonl', *options], input=lines, text=True, capture_output=True, check=True)
    return [json.loads(line) for line in answer.stdout.splitlines()]


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


def day(name, characters):
    """Unrelated articles (but for a few) as if all of one day."""
    made = [dict(id=r['id'], story=r['id'], title=r['title'], language='en', published='2026-03-01', text=r['text'][:characters])
            for r in read(f'summaries/bbc.{name}.jsonl')]
    return made[:400] if name == 'train' else made[:500]


class View:
    """Labelled articles, and the numbers of every two that are worth a comparison."""

    def __init__(self, name, records, weight):
        self.name, self.records, self.weight = name, records, weight
        self.story = [record['story'] for record in records]
        place = {record['id']: number for number, record in enumerate(records)}
        rows = [row for row in ask(records, '--pairs') if not row['features']['only_names']]
        self.pairs = [(place[row['a']], place[row['b']]) for row in rows]
        self.numbers = np.array([[row['features'][term] for term in SIGNS] for row in rows]).reshape(len(rows), len(SIGNS))
        self.labels = np.array([self.story[a] == self.story[b] for a, b in self.pairs], float)
        sizes = collections.Counter(self.story)
        self.weights = np.array([5 / math.sqrt(sizes[self.story[a]] * sizes[self.story[b]]) for a, b in self.pairs]) * weight
        answers = ask(records)
        self.copy_of = [place[answer['duplicate_of']] if 'duplicate_of' in answer else None for answer in answers]

    def keys(self, kind):
        """What the articles are held back by: topic or source of stories, kind of look-alikes."""
        if not self.name.startswith('stories'):
            return [record.get('set') or 'one day' for record in self.records]
        if kind == 'topic':
            return [re.sub(r'^(ecb-\d+)-.*', r'\1', record['story']) for record in self.records]
        return [record.get('source') or record['id'] for record in self.records]

    def found(self, probability):
        """The stories that these probabilities make."""
        links = {pair: p for pair, p in zip(self.pairs, probability)
                 if p >= LEAST and self.copy_of[pair[0]] is None and self.copy_of[pair[1]] is None}
        originals = [place for place, of in enumerate(self.copy_of) if of is None]
        groups = link(originals, links)
        return [groups[place if of is None else of] for place, of in enumerate(self.copy_of)]

    def scores(self, probability):
        return scores(dict(enumerate(self.story)), dict(enumerate(self.found(probability))))


def views():
    for name, records, weight in (('stories', read('clusters/stories.dev.jsonl'), 1.0),
                                  ('look-alikes', read('clusters/lookalikes.dev.jsonl'), 0.5)):
        yield View(name, records, weight)
        for seed in range(3):
            yield View(f'{name}, few {seed}', few(records, seed), .4 * weight)
        for seed in range(2):
            yield View(f'{name}, short {seed}', short(records, seed), .5 * weight)
        yield View(f'{name}, titles alone', [dict(record, text='') for record in records], .3 * weight)
    yield View('one day, 200 characters', day('train', 200), .2)
    yield View('one day', day('train', None), .2)


def fit(numbers, labels, weights):
    scale = numbers.std(axis=0) + 1e-9
    x, y = numbers / scale, labels

    def loss(c):
        z = c[0] + x @ c[1:]
        p = 1 / (1 + np.exp(-z))
        value = np.sum(weights * (np.logaddexp(0, z) - y * z)) + np.sum(c[1:] ** 2) / (2 * RIDGE)
        slope = weights * (p - y)
        return value, np.concatenate([[slope.sum()], x.T @ slope + c[1:] / RIDGE])

    bounds = [(None, None)] + [(0, None) if sign > 0 else (None, 0) for sign in SIGNS.values()]
    found = minimize(loss, np.zeros(len(SIGNS) + 1), jac=True, bounds=bounds, method='L-BFGS-B').x
    return np.concatenate([found[:1], found[1:] / scale])


def judge(model, numbers):
    return 1 / (1 + np.exp(-(model[0] + numbers @ model[1:])))


def link(members, probability):
    """`linkage.rs` in Python: average linkage with the relative rule."""
    links, size, inside, held = {i: {} for i in members}, {i: 1 for i in members}, {i: 0.0 for i in members}, {i: [i] for i in members}
    heap, following = [], max(members, default=0) + 1
    for (a, b), p in probability.items():
        links[a][b] = links[b][a] = p
        if p >= THRESHOLD:
            heap.append((-p, min(a, b), max(a, b)))
    heapq.heapify(heap)
    tight = lambda g: inside[g] / max(1, size[g] * (size[g] - 1) / 2)
    while heap:
        mean, a, b = heapq.heappop(heap)
        if a not in held or b not in held:
            continue
        if min(size[a], size[b]) >= 2 and -mean < RELATIVE * math.sqrt(tight(a) * tight(b)):
            continue
        joined, following = following, following + 1
        size[joined], held[joined] = size[a] + size[b], held.pop(a) + held.pop(b)
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
            if value / (size[joined] * size[other]) >= THRESHOLD:
                heapq.heappush(heap, (-value / (size[joined] * size[other]), other, joined))
    return {i: group for group, found in enumerate(held.values()) for i in found}


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


def folds(all_views, kind, seed):
    chance, fold = random.Random(seed), {}
    for part in ('stories', 'look-alikes'):
        names = sorted({key for view in all_views if view.name.startswith(part) for key in view.keys(kind)})
        chance.shuffle(names)
        fold.update({(part, name): number % FOLDS for number, name in enumerate(names)})
    return lambda view: [fold.get((view.name.split(',')[0], key), -1) for key in view.keys(kind)]


def cross_validate(all_views, shown, kind):
    """Scores of the shown views, each pair judged by the model that saw neither article's fold."""
    numbers, labels, weights = (np.concatenate([getattr(view, what) for view in all_views]) for what in ('numbers', 'labels', 'weights'))
    results = collections.defaultdict(list)
    for seed in SEEDS:
        fold_of = folds(all_views, kind, seed)
        cached = {view.name: None for view in all_views}
        for view in all_views:
            held = fold_of(view)
            cached[view.name] = np.array([sorted((held[a], held[b])) for a, b in view.pairs]).reshape(-1, 2)
        held = np.concatenate([cached[view.name] for view in all_views])
        models = {}
        for a in range(FOLDS):
            for b in range(a, FOLDS):
                seen = ~np.isin(held, (a, b)).any(axis=1)
                models[a, b] = fit(numbers[seen], labels[seen], weights[seen])
        for view in shown:
            p = np.zeros(len(view.pairs))
            for pair, model in models.items():
                of = (cached[view.name] == pair).all(axis=1)
                p[of] = judge(model, view.numbers[of])
            results[view.name].append(view.scores(p))
    return {name: np.mean(found, axis=0) for name, found in results.items()}


def main():
    all_views = list(views())
    named = {view.name: view for view in all_views}
    stories = [named[name] for name in ('stories', 'stories, few 0', 'stories, short 0', 'stories, titles alone')]
    alike = [named[name] for name in ('look-alikes', 'look-alikes, short 0', 'look-alikes, titles alone')]
    print('B-cubed / pairwise F1')
    for kind, shown in (('topic', stories + alike), ('source', stories)):
        for name, (b_cubed, pairwise) in cross_validate(all_views, shown, kind).items():
            by = 'kind' if kind == 'topic' and name.startswith('look') else kind
            print(f'{name}, cross-validated by {by}: {b_cubed:.1f} / {pairwise:.1f}')
    model = fit(*(np.concatenate([getattr(view, what) for view in all_views]) for what in ('numbers', 'labels', 'weights')))
    print('coefficients:', f'{model[0]:.2f}', ', '.join(f'{name} {value:+.2f}' for name, value in zip(SIGNS, model[1:])))
    for characters in (200, None):
        view = View('one day', day('dev', characters), 0)
        sizes = collections.Counter(view.found(judge(model, view.numbers)))
        print(f'{len(view.records)} articles of one day, {characters or "all"} characters, in stories of several:', sum(n for n in sizes.values() if n > 1))
    for view in stories + alike:
        print(f'{view.name}, as fitted: %.1f / %.1f' % view.scores(judge(model, view.numbers)))


if __name__ == '__main__':
    main()
