#!/usr/bin/env python3
"""All figures of stories: same-event clustering, near-duplicates, hand-labelled pairs, false stories, summaries, speed.

    cargo build --release --bin digest --example stories && python3 benches/stories.py [target/release/digest [ARTICLES…]]

Reads the evaluation data from $DIGEST_DATA or ../shared/data and says so when it is not there. The articles for speed are
made up here, with a fixed seed. Summaries need rouge-score; what is cross-validated is in fit_stories.py.
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


def made_up(count):
    chance = random.Random(1)
    syllable = lambda: chance.choice('bcdfglmnprst') + chance.choice('aeiou')
    words = [''.join(syllable() for _ in range(chance.randint(2, 4))) for _ in range(60_000)]
    usual = words[:20_000]
    topics = [[chance.choice(words) for _ in range(60)] for _ in range(200)]
    made = []
    while len(made) < count:
        event, topic = [chance.choice(words) for _ in range(40)], chance.choice(topics)
        event = [word.capitalize() if chance.random() < .4 else word for word in event]
        for _ in range(1 if chance.random() < .6 else chance.randint(2, 8)):
            text = [chance.choice(event) if chance.random() < .25 else chance.choice(topic) if chance.random() < .2
                    else chance.choice(usual) for _ in range(350)]
            made.append({'id': str(len(made)), 'source': f's{chance.randint(0, 99)}', 'language': 'en',
                         'published': f'2026-03-0{chance.randint(1, 3)}', 'title': ' '.join(chance.choices(event, k=5)),
                         'text': '. '.join(' '.join(text[n:n + 18]).capitalize() for n in range(0, 350, 18))})
    return made[:count]


def main():
    os.environ.setdefault('RAYON_NUM_THREADS', '1')
    if DATA.is_dir():
        dev = read(DATA / 'clusters/stories.dev.jsonl')
        print('stories       ', stories(dev))
        for part in sorted({record['set'] for record in dev}):
            print(f'  only {part:8}', stories([record for record in dev if record['set'] == part]))
        print('  titles alone', stories([dict(record, text='') for record in dev]))
        print('duplicates    ', duplicates())
        print('pairs, Russian', labelled_pairs('ru'))
        print('pairs, English', labelled_pairs('en'))
        print('cstnews, 140 w', summaries('cstnews', 140))
        print('opinosis, 25 w', summaries('opinosis', 25))
        print('one day, texts', one_day(False))
        print('one day, short', one_day(True))
    else:
        print(f'no evaluation data in {DATA}: only speed is measured')
    costs = []
    for count in [int(count) for count in sys.argv[2:]] or [1_000, 10_000, 100_000]:
        costs.append((count, group(made_up(count))[1]))
        print(f'{count:7} articles, one thread', costs[-1][1])
    for (less, few), (more, many) in zip(costs, costs[1:]):
        print(f'slope from {less} to {more}: {math.log(many["cpu_s"] / few["cpu_s"], more / less):.2f}')


if __name__ == '__main__':
    main()
