#!/usr/bin/env python3
"""How time and memory of `digest group` grow with the number of articles, on varied and on templated texts made up here.

    cargo build --release --bin digest && python3 benches/growth_stories.py [target/release/digest [ARTICLES…]]

Varied: events of one to eight articles out of sixty thousand words. Templated: release notes, status pages and weather, of
which every text shares all but its names and numbers with hundreds of others. Seeds are fixed. Memory is the peak of the
process, and beside it what it takes more than the input has bytes.
"""
import json, math, os, random, resource, subprocess, sys, time

DIGEST = sys.argv[1] if len(sys.argv) > 1 else 'target/release/digest'
COUNTS = [int(count) for count in sys.argv[2:]] or [1_000, 3_000, 10_000, 30_000, 100_000]


def word(chance, least=2, most=4):
    return ''.join(chance.choice('bcdfglmnprst') + chance.choice('aeiou') for _ in range(chance.randint(least, most)))


def varied(count):
    chance = random.Random(1)
    words = [word(chance) for _ in range(60_000)]
    usual = words[:20_000]
    topics = [[chance.choice(words) for _ in range(60)] for _ in range(200)]
    made = 0
    while made < count:
        event, topic = [chance.choice(words) for _ in range(40)], chance.choice(topics)
        event = [w.capitalize() if chance.random() < .4 else w for w in event]
        for _ in range(1 if chance.random() < .6 else chance.randint(2, 8)):
            text = [chance.choice(event) if chance.random() < .25 else chance.choice(topic) if chance.random() < .2
                    else chance.choice(usual) for _ in range(350)]
            made += 1
            yield {'source': f's{chance.randint(0, 99)}', 'published': f'2026-03-0{chance.randint(1, 3)}',
                   'title': ' '.join(chance.choices(event, k=5)),
                   'text': '. '.join(' '.join(text[n:n + 18]).capitalize() for n in range(0, 350, 18))}


def templated(count):
    chance = random.Random(2)
    name = lambda: word(chance, 3, 5).capitalize()
    number = lambda: chance.randint(1, 90)
    for made in range(count):
        who, where, source = name(), name(), f's{made % 300}'
        kind = made % 3
        if kind == 0:
            title, text = f'{who} {number()}.{number()}.{number()}', (
                f'We are happy to announce the release of {who} {number()}.{number()}. This release fixes {number()} bugs and '
                f'adds support for {where}. As always, thank you to everyone who contributed code, reported problems or helped '
                'with translations. Downloads are available for Linux, macOS and Windows. See the changelog for the full list.')
        elif kind == 1:
            title, text = f'{who}: elevated error rates in {where}', (
                f'We are investigating elevated error rates of {who} in {where}. About {number()} percent of requests failed since '
                f'{number() % 24}:{number() % 60:02}. Our engineers are looking into it and the next update will be posted within '
                'the hour. We apologise for the inconvenience and thank you for your patience.')
        else:
            title, text = f'Weather for {where}', (
                f'The high in {where} will be {number()} degrees and the low {number()} degrees. Winds blow from the west at '
                f'{number()} kilometres an hour. Expect light rain in the evening and clear skies after midnight. Have a nice day.')
        yield {'source': source, 'published': f'2026-03-0{1 + made % 3}', 'title': title, 'text': text}


def run(articles, threads):
    lines = ''.join(json.dumps({'id': str(n), 'language': 'en', **article}) + '\n' for n, article in enumerate(articles))
    environment = dict(os.environ, **({'RAYON_NUM_THREADS': str(threads)} if threads else {}))
    script = ('import resource,subprocess,sys;p=subprocess.run([sys.argv[1],"group","--jsonl"],stdout=subprocess.PIPE);'
              'u=resource.getrusage(resource.RUSAGE_CHILDREN);print(u.ru_utime+u.ru_stime,u.ru_maxrss,len(set(l.split(b"\\"story\\":")[1] for l in p.stdout.splitlines())))')
    start = time.time()
    answer = subprocess.run([sys.executable, '-c', script, DIGEST], input=lines, text=True, capture_output=True, env=environment, check=True)
    cpu, peak, stories = answer.stdout.split()
    return float(cpu), time.time() - start, int(peak) * 1024, len(lines), int(stories)


def main():
    for name, make in (('varied', varied), ('templated', templated)):
        print(f'{name:10} articles   CPU s  wall s  cores  peak MB  kB an article  beside the input  stories  slope')
        before = None
        for count in COUNTS:
            cpu, wall, peak, size, stories = run(make(count), None)
            slope = f'{math.log(cpu / before[1], count / before[0]):.2f}' if before else ''
            print(f'{"":10} {count:8} {cpu:7.2f} {wall:7.2f} {cpu / wall:6.2f} {peak / 1e6:8.0f} {peak / count / 1e3:14.1f}'
                  f' {(peak - size) / count / 1e3:17.1f} {stories:8} {slope:>6}', flush=True)
            before = count, cpu


if __name__ == '__main__':
    main()
