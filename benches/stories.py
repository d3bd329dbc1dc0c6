#!/usr/bin/env python3
"""All figures of stories, the honest ones first: by topics and sources that the coefficients were not fitted on, a set written
after they were fixed, copies, hand-labelled pairs, false stories, summaries, peers; then what the fit has seen itself.

    cargo build --release --bin digest --example stories && python3 benches/stories.py [target/release/digest]

Reads the evaluation data from $DIGEST_DATA or ../shared/data and says so when it is not there; the third set is
tests/fixtures/stories/third.jsonl. Needs numpy and scipy (fit_stories.py, peers); summaries need rouge-score and the example.
How time and memory grow is in growth_stories.py.
"""
import collections, itertools, json, math, os, pathlib, random, re, resource, subprocess, sys, time

DIGEST = sys.argv[1] if len(sys.argv) > 1 else 'target/release/digest'
DATA = pathlib.Path(os.environ.get('DIGEST_DATA', '../shared/data'))


def read(path):
    return [json.loads(line) for line in open(path, encoding='utf-8')]


def group(records):
    lines = ''.join(json.dumps(record) + '\n' for record in records)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    answer = subprocess.run([DIGEST, 'group', '--jsonl'], input=lines, text=True, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {'wall_s': round(time.time() - start, 2), 'cpu_s': round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
            'peak_mb': after.ru_maxrss // 1024}
    return [json.loads(line) for line in answer.stdout.splitlines()], cost


def members(labels):
    found = collections.defaultdict(set)
    for key, label in labels.items():
        found[label].add(key)
    return found


def pairs(labels):
    return {frozenset(pair) for group in members(labels).values() for pair in itertools.combinations(group, 2)}


def f1(right, said, wanted):
    precision, recall = right / said if said else 0, right / wanted if wanted else 0
    return round(200 * precision * recall / (precision + recall), 2) if right else 0.0


def clusters(gold, found):
    gold_sets, found_sets = members(gold), members(found)
    overlap = [len(gold_sets[gold[key]] & found_sets[found[key]]) for key in gold]
    precision = sum(n / len(found_sets[found[key]]) for n, key in zip(overlap, gold)) / len(gold)
    recall = sum(n / len(gold_sets[gold[key]]) for n, key in zip(overlap, gold)) / len(gold)
    a, b = pairs(gold), pairs(found)
    return {'articles': len(gold), 'stories': len(gold_sets), 'found': len(found_sets),
            'b_cubed': round(200 * precision * recall / (precision + recall), 2), 'pairwise': f1(len(a & b), len(b), len(a))}


def stories(records):
    answers, _ = group(records)
    gold = {record['id']: record['story'] for record in records}
    return clusters(gold, {answer['id']: answer['story'] for answer in answers})


def duplicates():
    records = read(DATA / 'duplicates/dev.jsonl')
    ignored = {frozenset((row['a'], row['b'])) for row in read(DATA / 'duplicates/dev.ignore_pairs.jsonl')}
    answers, _ = group(records)
    wanted = pairs({record['id']: record['group'] for record in records}) - ignored
    said = pairs({answer['id']: answer.get('duplicate_of', answer['id']) for answer in answers}) - ignored
    return {'f1': f1(len(wanted & said), len(said), len(wanted)), 'wrong': len(said - wanted), 'missed': len(wanted - said)}


def labelled_pairs(language):
    """Area under the curve of the probability, over pairs that people called one event or not."""
    rows = [row for row in read(DATA / 'clusters/pairs.dev.jsonl') if row['language'] == language]
    side = lambda row, of: {'id': row[f'{of}_url'], 'language': language, 'title': row[f'{of}_title'], 'text': row[f'{of}_text']}
    articles = {record['id']: record for row in rows for record in (side(row, 'a'), side(row, 'b'))}
    lines = ''.join(json.dumps(record) + '\n' for record in articles.values())
    answer = subprocess.run([DIGEST, 'group', '--pairs'], input=lines, text=True, capture_output=True, check=True)
    said = {frozenset((row['a'], row['b'])): row['probability'] for row in map(json.loads, answer.stdout.splitlines())}
    one, two = ([said.get(frozenset((row['a_url'], row['b_url'])), 0) for row in rows if (row['label'] == 'OK') == same]
                for same in (True, False))
    wins = sum((a > b) + (a == b) / 2 for a in one for b in two)
    return {'pairs': len(rows), 'auc': round(wins / (len(one) * len(two)), 3), 'never_compared': (one + two).count(0)}


def summaries(name, words):
    """ROUGE-1 F1 of one summary a story, its articles apart; English with the Porter stemmer, else words of letters and digits."""
    from rouge_score import rouge_scorer
    plain = type('Words', (), {'tokenize': lambda self, text: re.findall(r'[^\W_]+', text.lower())})()
    records = read(DATA / f'summaries/{name}.dev.jsonl')
    told = [dict(id=r['id'], language=r['language'], docs=r.get('docs') or r['text'].split('\n')) for r in records]
    lines = ''.join(json.dumps(record) + '\n' for record in told)
    example = pathlib.Path(DIGEST).parent / 'examples/stories'
    answer = subprocess.run([example, str(words)], input=lines, text=True, capture_output=True, check=True)
    total = 0
    for record, said in zip(records, map(json.loads, answer.stdout.splitlines())):
        english = record['language'] == 'en'
        scorer = rouge_scorer.RougeScorer(['rouge1'], use_stemmer=english, tokenizer=None if english else plain)
        total += max(scorer.score(reference, said['summary'])['rouge1'].fmeasure for reference in record.get('refs') or [record['summary']])
    return {'stories': len(records), 'rouge1': round(100 * total / len(records), 1)}


def one_day(announcements):
    """Unrelated articles (but for a few) as if all of one day: how many land in a story of several."""
    records = read(DATA / 'summaries/bbc.dev.jsonl')
    day = [dict(id=r['id'], title=r['title'], language='en', published='2026-03-01',
                text=r['text'].split('\n')[0][:200] if announcements else r['text']) for r in records]
    answers, _ = group(day)
    sizes = collections.Counter(answer['story'] for answer in answers)
    return {'articles': len(day), 'in_stories_of_several': sum(n for n in sizes.values() if n > 1), 'largest': max(sizes.values())}


def third():
    """The set that was written after the coefficients were fixed: figures, and the pairs that are wrong."""
    records = read(pathlib.Path(__file__).parent.parent / 'tests/fixtures/stories/third.jsonl')
    answers, _ = group(records)
    gold = {record['id']: record['story'] for record in records}
    found = {answer['id']: answer['story'] for answer in answers}
    print('third set             ', clusters(gold, found))
    language = {record['id']: record['language'] for record in records}
    one_language = [pair for pair in pairs(gold) if len({language[key] for key in pair}) == 1]
    print('  pairs of one language found', f'{len(set(one_language) & pairs(found))} of {len(one_language)}')
    for what, wrong in (('joined', pairs(found) - pairs(gold)), ('parted', pairs(gold) - pairs(found))):
        print(f'  wrongly {what}:', '; '.join(sorted(' + '.join(sorted(pair)) for pair in wrong)))


def likeness(records):
    """Peer: cosines of TF-IDF over lower-case words, title twice."""
    import numpy
    words = [collections.Counter(re.findall(r'[^\W_]+', f'{r["title"]} {r["title"]} {r["text"]}'.lower())) for r in records]
    frequency = collections.Counter(word for counts in words for word in counts)
    place = {word: number for number, word in enumerate(frequency)}
    matrix = numpy.zeros((len(records), len(place)), dtype=numpy.float32)
    for row, counts in zip(matrix, words):
        for word, count in counts.items():
            row[place[word]] = (1 + math.log(count)) * math.log((1 + len(records)) / (.5 + frequency[word]))
    matrix /= numpy.linalg.norm(matrix, axis=1, keepdims=True) + 1e-9
    return matrix @ matrix.T


def peer(records, topic):
    """Average linkage over TF-IDF cosines, its threshold chosen on the other four folds of topics."""
    import numpy
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform
    topics = sorted({topic(record) for record in records})
    random.Random(0).shuffle(topics)
    fold = {name: number % 5 for number, name in enumerate(topics)}
    of_fold = [[r for r in records if fold[topic(r)] == number] for number in range(5)]

    def tree(part):
        distance = numpy.clip(1 - likeness(part), 0, 1)
        numpy.fill_diagonal(distance, 0)
        return linkage(squareform(distance, checks=False), 'average')

    def score(parts, threshold):
        gold, found = {}, {}
        for number, (part, made) in enumerate(parts):
            for record, label in zip(part, fcluster(made, 1 - threshold, 'distance')):
                gold[record['id']], found[record['id']] = record['story'], (number, label)
        return clusters(gold, found), gold, found

    trees, gold, found = [(part, tree(part)) for part in of_fold], {}, {}
    for number in range(5):
        rest = [made for other, made in enumerate(trees) if other != number]
        best = max((t / 50 for t in range(2, 40)), key=lambda t: sum(score(rest, t)[0][k] for k in ('b_cubed', 'pairwise')))
        _, right, said = score([trees[number]], best)
        gold.update(right)
        found.update({key: (number, label) for key, label in said.items()})
    return clusters(gold, found)


def peer_copies():
    """Peer: half of the shorter text's word triples stand in the longer one."""
    records = read(DATA / 'duplicates/dev.jsonl')
    ignored = {frozenset((row['a'], row['b'])) for row in read(DATA / 'duplicates/dev.ignore_pairs.jsonl')}
    triples, holders = {}, collections.defaultdict(set)
    for record in records:
        words = re.findall(r'[^\W_]+', record['text'].lower())
        triples[record['id']] = set(zip(words, words[1:], words[2:]))
        for triple in triples[record['id']]:
            holders[triple].add(record['id'])
    near = {frozenset(pair) for ids in holders.values() if len(ids) < 60 for pair in itertools.combinations(ids, 2)}
    inside = lambda a, b: len(triples[a] & triples[b]) >= .5 * max(1, min(len(triples[a]), len(triples[b])))
    said = {pair for pair in near if inside(*pair)} - ignored
    wanted = pairs({record['id']: record['group'] for record in records}) - ignored
    return {'f1': f1(len(wanted & said), len(said), len(wanted)), 'wrong': len(said - wanted), 'missed': len(wanted - said)}


def main():
    os.environ.setdefault('RAYON_NUM_THREADS', '1')
    if not DATA.is_dir():
        print(f'skipped: no evaluation data in {DATA}; only the third set is measured')
        return third()
    fit = subprocess.run([sys.executable, pathlib.Path(__file__).parent / 'fit_stories.py', DIGEST, DATA], text=True,
                         capture_output=True, check=True).stdout.splitlines()
    print(*(line for line in fit if 'as fitted' not in line), sep='\n')
    third()
    dev, alike = read(DATA / 'clusters/stories.dev.jsonl'), read(DATA / 'clusters/lookalikes.dev.jsonl')
    print('copies                ', duplicates())
    print('pairs, Russian        ', labelled_pairs('ru'))
    print('pairs, English        ', labelled_pairs('en'))
    print('one day, texts        ', one_day(False))
    print('one day, short        ', one_day(True))
    print('peer, by topic        ', peer(dev, lambda record: re.sub(r'^(ecb-\d+)-.*', r'\1', record['story'])))
    print('peer, look-alikes     ', peer(alike, lambda record: record['set']))
    print('peer, titles alone    ', peer([dict(r, text='') for r in dev], lambda r: re.sub(r'^(ecb-\d+)-.*', r'\1', r['story'])))
    print('peer, copies          ', peer_copies())
    try:
        print('cstnews, 140 words    ', summaries('cstnews', 140))
        print('opinosis, 25 words    ', summaries('opinosis', 25))
    except (ImportError, FileNotFoundError) as missing:
        print(f'skipped: summaries ({missing})')
    print('With the coefficients in use, which have seen it:')
    print('stories               ', stories(dev))
    for part in sorted({record['set'] for record in dev}):
        print(f'  only {part:16}', stories([record for record in dev if record['set'] == part]))
    print('  titles alone        ', stories([dict(record, text='') for record in dev]))
    print('look-alikes           ', stories(alike))
    print(*(line for line in fit if 'as fitted' in line), sep='\n')


if __name__ == '__main__':
    main()
