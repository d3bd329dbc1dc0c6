"""Time and memory that inputs of one repeated shape cost.

    cargo build --release
    python3 benches/input_cost.py [--program target/release/digest] [--kb 64,128,256,1024] [--seconds 2] [--mb 300]
                                  [--only WORD] [--small] [--table]

Each family is run at growing sizes, the large ones at the size in their name. A family is bad when a run takes more than
--seconds of the processor or --mb of memory (400 for the large ones), when twice the size takes more than three times as
long (from 0.2 s on), when the program is killed or panics, or when it neither answers nor says why not. --small takes
two sizes and no large ones: for each change. --table prints Markdown. Exit code 1 when a family is bad.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SENTENCE = "The council voted on Monday to rebuild the old harbour bridge over the next three years. "
P = f"<p>{SENTENCE}</p>"
MAIL = "From: a@example.org\nTo: b@example.org\nSubject: s\nDate: Mon, 23 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
FEED = '<rss version="2.0"><channel><title>t</title>%s</channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>%s</feed>'
JSON = '{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[%s]}'


def times(unit, size):
    return unit * (size // len(unit.encode()))


def page(unit, before="<html><body><article>" + P * 5, after=P + "</article></body></html>"):
    return lambda n: ("html", before + times(unit, n) + after)


def text(unit, before="The council voted. ", after=""):
    return lambda n: ("txt", before + times(unit, n) + after)


def feed(unit, before="", after="", frame=FEED):
    return lambda n: ("xml", frame % (before + times(unit, n) + after))


def mail(unit, kind="text/html", before=P * 5, after=""):
    return lambda n: ("eml", MAIL + f"Content-Type: {kind}\n\n" + before + times(unit, n) + after)


def content(unit, before=P * 5):
    item = "<item><title>a</title><link>https://a.example/1</link><description><![CDATA["
    return feed(unit, item + before, "]]></description></item>")


def numbered(unit, size):
    one = len(unit % 100_000)
    return "".join(unit % i for i in range(size // one))


def words(n):
    return " ".join(f"w{i}a" for i in range(n))


FAMILIES = {
    # Pages.
    **{f"page: unclosed {tag}": page(f"<{tag}></a>") for tag in
       ["svg", "canvas", "template", "noscript", "script", "style", "title", "textarea", "iframe", "math", "xmp", "select",
        "button", "a", "b", "nobr", "form", "frameset", "plaintext", "noembed", "object", "details", "ruby"]},
    **{f"page: nested {tag}": page(f"<{tag}>") for tag in
       ["div", "span", "ul><li", "table><tr><td", "blockquote", "b", "a href=/x", "section", "font", "dl><dt", "p", "h2"]},
    "page: b in p, unclosed": lambda n: ("html", P * 5 + numbered("<p><b id=%d>x</p>", n)),
    "page: attributes": lambda n: ("html", "<p " + numbered("a%d=1 ", n) + ">" + P),
    "page: classes": lambda n: ("html", f'<div class="{numbered("c%d ", n)}">' + P * 6 + "</div>"),
    "page: paragraphs": page("<p>a b"), "page: breaks": page("a<br>"), "page: rows": page("<tr><td>a</td></tr>", "<table>", "</table>"),
    "page: list items": page("<li>a b", P * 5 + "<ul>"), "page: headings": page("<h2>A b</h2>"), "page: rules": page("<hr>"),
    "page: entities": page("&amp;"), "page: numbers of letters": page("&#x41;"), "page: bare ampersands": page("& "),
    "page: comments": page("<!-- >"), "page: bad comments": page("<!-->"), "page: declarations": page("<!x>"),
    "page: cdata": page("<![CDATA[</p>"), "page: less-than": page("< "), "page: end tags": page("</b></i></x>"),
    "page: one long word": page("x"), "page: blanks": page(" "), "page: zero width": page("\u200b"), "page: marks": page("e\u0301\u0301"),
    "page: links": page("<a href=/x>y</a> "), "page: long address": lambda n: ("html", f'<a href="/{times("a/../", n)}">x</a>' + P * 6),
    "page: long base": lambda n: ("html", f'<base href="https://a.example/{times("a/", n)}">' + '<a href="b">x</a>' * 50 + P * 6),
    "page: pictures": page('<figure><img src=/a.png alt="b c"><figcaption>d e</figcaption></figure>'),
    "page: deep text": lambda n: ("html", "<div>" * 500 + times("word and more words. ", n) + "</div>" * 500),
    "page: deep paragraphs": lambda n: ("html", "<div>" * 500 + times(P, n) + "</div>" * 500),
    "page: title bars": lambda n: ("html", "<title>" + times("a | b - c ", n) + "</title>" + P * 6),
    "page: title dashes": lambda n: ("html", "<title>" + times("a – b: c » ", n) + "</title><h1>a – b</h1>" + P * 6),
    "page: og title": lambda n: ("html", f'<meta property="og:title" content="{times("a | b ", n)}"><title>a | b</title>' + P * 6),
    "page: metas": lambda n: ("html", numbered('<meta name="author" content="A %d">', n) + P * 6),
    "page: bylines": lambda n: ("html", numbered('<span class="author" rel="author">Ann %d</span>', n) + P * 6),
    "page: dates": lambda n: ("html", numbered("<time>2026-11-%d</time>", n) + P * 6),
    "page: date words": page("Monday 3 November 2026 10:00 "),
    "page: ld+json nested": lambda n: ("html", '<script type="application/ld+json">' + "[" * (n // 2) + "]" * (n // 2) + "</script>" + P * 6),
    "page: ld+json graph": lambda n: ("html", '<script type="application/ld+json">{"@graph":[' + ",".join(['{"@type":"Article"}'] * (n // 20)) + "]}</script>" + P * 6),
    "page: ld+json blocks": page('<script type="application/ld+json">{"@type":"Article"}</script>'),
    "page: hidden": page('<div style="display:none">a</div>'), "page: same sentence": page(P),
    "page: code": page("<pre>a\n b</pre>"), "page: definition": page("<dt>a<dd>b"),
    # Feeds, and what answers where a feed was expected.
    **{f"feed: html instead, {tag}": (lambda n, tag=tag: ("xml", "<html><body>" + times(f"<{tag}>", n))) for tag in ["DIV", "section", "p", "b", "svg"]},
    "feed: html instead, b in p": lambda n: ("xml", "<html><body>" + numbered("<p><b id=%d>x</p>", n)),
    "feed: comments in title": feed("<!-- >", "<item><title><![CDATA[", "]]></title></item>"),
    "feed: escaped title": feed("&amp;lt;b&amp;gt;", "<item><title>", "</title></item>"),
    "feed: cdata in unclosed": feed("<a><![CDATA[</a>", "<item>", "</item>"), "feed: unclosed": feed("<a>"),
    "feed: end tags": feed("</a>"), "feed: namespaces": lambda n: ("xml", FEED % ("<item " + numbered('xmlns:a%d="b" ', n) + "/>")),
    "feed: nested namespaces": feed('<a xmlns:b="c">'), "feed: attributes": lambda n: ("xml", FEED % ("<item " + numbered('a%d="b" ', n) + "/>")),
    "feed: empty items": feed("<item/>"), "feed: items": feed("<item><title>a</title></item>"), "feed: entries": feed("<entry><title>a</title></entry>", frame=ATOM),
    "feed: same guid": feed("<item><guid>a</guid><title>b</title></item>"), "feed: links": feed("<link>https://a.example/</link>", "<item>", "</item>"),
    "feed: categories": lambda n: ("xml", FEED % ("<item><title>a</title>" + numbered("<category>c%d</category>", n) + "</item>")),
    "feed: authors": lambda n: ("xml", ATOM % ("<entry><title>a</title>" + numbered("<author><name>n%d</name></author>", n) + "</entry>")),
    "feed: dates": feed("<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate>", "<item><title>a</title>", "</item>"), "feed: one date": feed("Mon ", "<item><title>a</title><pubDate>", "</pubDate></item>"),
    "feed: own entity": lambda n: ("xml", '<!DOCTYPE rss [<!ENTITY a "' + "A" * 499 + '">]>' + FEED % ("<item><title>x</title><description>" + times("&a;", n) + "</description></item>")),
    "feed: entity in entity": lambda n: ("xml", "<!DOCTYPE rss [<!ENTITY a0 'A'>" + "".join(f"<!ENTITY a{i + 1} '&a{i};&a{i};&a{i};&a{i};'>" for i in range(n // 40)) + "]>" + FEED % f"<item><title>&a{n // 40 - 1};</title></item>"),
    "feed: many entities": lambda n: ("xml", "<!DOCTYPE rss [" + numbered("<!ENTITY a%d 'A'>", n) + "]>" + FEED % "<item><title>&a1;</title></item>"),
    "feed: instructions": feed("<?a b?>"), "feed: svg in entry": content("<svg></a>"), "feed: div in entry": content("<div>"), "feed: table in entry": content("<table><tr><td>"),
    "feed: links in entry": content("<a href=/x>y z</a> "), "feed: paragraphs in entry": content("<p>a"), "feed: blanks in entry": content(" "), "feed: dots in entry": content(". "),
    "json: empty items": lambda n: ("json", JSON % ",".join(["{}"] * (n // 3))), "json: items": lambda n: ("json", JSON % ",".join(['{"id":"1","title":"a"}'] * (n // 23))),
    "json: nested": lambda n: ("json", '{"version":"https://jsonfeed.org/version/1.1","x":' + "[" * (n // 2) + "]" * (n // 2) + "}"),
    "json: keys": lambda n: ("json", '{"version":"https://jsonfeed.org/version/1.1",' + numbered('"k%d":1,', n) + '"items":[]}'), "json: escapes": lambda n: ("json", JSON % ('{"id":"1","title":"' + times("\\u0041", n) + '"}')),
    "json: tags": lambda n: ("json", JSON % ('{"id":"1","title":"a","tags":[' + ",".join(['"a"'] * (n // 4)) + "]}")),
    "sitemap: addresses": lambda n: ("xml", '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' + numbered("<url><loc>https://a.example/%d</loc></url>", n) + "</urlset>"),
    # Texts.
    **{f"text: {name}": text(unit) for name, unit in {
        "dots": ". ", "questions": "? ", "marks": "!.", "em space": "Aaa.\u2003", "quotes": "“ ”", "open quotes": "“a ", "brackets": "(a) ", "open brackets": "(",
        "square brackets": "[1] ", "initials": "A. B. ", "one word": "x", "lines": "A\n", "blank lines": "\n\n", "numbers": "1. ", "dates": "1.1.2026 ", "thai": "สภาเมืองลงมติ",
        "arabic": "صوت المجلس على البناء. ", "hindi": "परिषद ने मतदान किया। ", "japanese": "市議会は橋の再建を決めた。", "japanese without stops": "市議会は橋の再建を決めた", "chinese": "市议会投票决定",
        "khmer": "ក្រុមប្រឹក្សា", "korean": "시의회가 투표했다. ", "emoji": "👩\u200d🚀 ", "flags": "🇩🇪", "joiners": "a\u200d", "hyphens": "a-", "soft hyphens": "a\u00ad", "apostrophes": "a'", "slashes": "a/b ",
        "addresses": "https://a.example/b ", "mails": "a@b.example ", "commas": "a, ", "semicolons": "a; ", "ellipses": "a… ", "three dots": "a... ", "dashes": "– a ", "bullets": "* a\n", "tabs": "a\tb\n", "capitals": "ABC ",
        "abbreviations": "e.g. Mr. Dr. ", "same sentence": "The river rose again on Monday. ", "quoted lines": "> a\n", "signs": "&<>\"' ", "returns": "a\r", "nulls": "\0", "greek": "Συμβούλιο. ", "carets": "^_` ", "ordinals": "1st 2nd "}.items()},
    "text: sentences": lambda n: ("txt", numbered("The river of town %d rose. ", n)), "text: lists": lambda n: ("txt", numbered("- entry %d of a list\n", n)), "text: headings": lambda n: ("txt", numbered("# Part %d\n\nIt rose.\n\n", n)),
    "text: two giants": lambda n: ("txt", words(n // 14) + ". " + words(n // 14) + ". " + "A river rose. " * 50),
    "text: long words": lambda n: ("txt", numbered("antidisestablishmentarianism%d ", n) + "."),
    # Mails.
    **{f"mail: {name}": mail(unit) for name, unit in {"svg": "<svg></a>", "div": "<div>", "tables": "<table><tr><td>", "links": "<a href=https://a.example/x>y z</a> ", "cells": "<td>a", "headings": "<h2><a href=https://a.example/x>Head line</a></h2><p>a</p>"}.items()},
    **{f"mail: plain {name}": mail(unit, "text/plain", SENTENCE) for name, unit in {"quotes": "> a\n", "addresses": "https://a.example/x\n", "dashes": "-- \n", "items": "Head line\nhttps://a.example/x\n\n", "dots": ". ", "rules": "-----\n"}.items()},
    "mail: parts": mail("--b\nContent-Type: text/plain\n\nx\n", 'multipart/mixed; boundary="b"', "", "--b--\n"),
    "mail: boundaries": mail("--b\n", 'multipart/mixed; boundary="b"', "", "--b--\n"),
    "mail: nested": lambda n: ("eml", "".join(MAIL + f'Content-Type: multipart/mixed; boundary="b{i}"\n\n--b{i}\n' for i in range(n // 200)) + "x"),
    "mail: mail in mail": lambda n: ("eml", times(MAIL + "Content-Type: message/rfc822\n\n", n) + "x"),
    "mail: headers": lambda n: ("eml", times("X-A: b\n", n) + MAIL + "Content-Type: text/plain\n\nx"), "mail: one header": lambda n: ("eml", "X-A: " + times("b\n ", n) + "\n" + MAIL + "\nx"),
    "mail: addresses": lambda n: ("eml", "Cc: " + times("a@b.example, ", n) + "\n" + MAIL + "\nx"), "mail: comments": lambda n: ("eml", "Cc: " + times("(", n) + "\n" + MAIL + "\nx"),
    "mail: encoded words": lambda n: ("eml", "Subject: " + times("=?utf-8?q?a?= ", n) + "\n" + MAIL + "\nx"), "mail: half encoded words": lambda n: ("eml", "Subject: " + times("=?utf-8?q?", n) + "\n" + MAIL + "\nx"),
    "mail: parameters": lambda n: ("eml", MAIL + "Content-Type: text/plain; " + numbered("a*%d=b; ", n) + "\n\nx"),
    "mail: quoted-printable": lambda n: ("eml", MAIL + "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n" + P + times("=3D=\n", n)), "mail: mailbox": lambda n: ("mbox", times("From a@b Mon Nov 23 10:00:00 2026\n" + MAIL + "\nx\n\n", n)),
}


LARGE = {
    "5 MB of text in 512 levels of div": lambda: ("html", "<div>" * 512 + times("word and more words. ", 5_000_000) + "</div>" * 512),
    "5 MB of paragraphs in 512 levels of div": lambda: ("html", "<div>" * 512 + times(P, 5_000_000) + "</div>" * 512),
    "a million &amp;": lambda: page("&amp;")(5_000_000), "a million paragraphs": lambda: page("<p>a")(4_000_000), "a million words in tags of their own": lambda: page("<i>a</i> ")(9_000_000),
    "8 MB of nested tables": lambda: page("<table><tr><td>")(8_000_000), "1 MB of title": lambda: ("html", "<title>" + times("a | b - c ", 1_000_000) + "</title>" + P * 6),
    "13 MB of empty JSON items": lambda: ("json", JSON % ",".join(["{}"] * 4_300_000)), "13 MB of empty items": lambda: feed("<item/>")(13_000_000), "13 MB of items": lambda: feed("<item><title>a</title></item>")(13_000_000),
    "12 MB of entities": lambda: ("xml", '<!DOCTYPE rss [<!ENTITY a "' + "A" * 499 + '">]>' + FEED % ("<item><title>x</title><description>" + times("&a;", 12_000_000) + "</description></item>")),
    "14 MB of open elements": lambda: feed("<a>")(14_000_000), "14 MB of one entry": lambda: content(P)(14_000_000), "14 MB of escaped markup": lambda: feed("&lt;p&gt;a", "<item><title>a</title><description>", "</description></item>")(14_000_000),
    "14 MB of svg": lambda: page("<svg><p>")(14_000_000), "14 MB of script": lambda: page("<script>a</script>")(14_000_000), "14 MB of comments": lambda: page("<!-- a -->")(14_000_000), "14 MB of blanks": lambda: page(" ")(14_000_000),
    "two sentences of 150,000 words": lambda: ("txt", words(150_000) + ". " + words(150_000) + ". " + "A river rose. " * 50), "14 MB of full stops": lambda: text(". ")(14_000_000), "14 MB of sentences": lambda: ("txt", numbered("The river of town %d rose. ", 14_000_000)),
    "14 MB of lines": lambda: text("a b\n")(14_000_000), "14 MB of Thai": lambda: text("สภาเมืองลงมติ")(14_000_000), "14 MB of one word": lambda: text("x")(14_000_000),
    "14 MB of mail": lambda: mail(P)(14_000_000), "14 MB of parts": lambda: mail("--b\nContent-Type: text/plain\n\nx\n", 'multipart/mixed; boundary="b"', "", "--b--\n")(14_000_000), "14 MB of a newsletter": lambda: mail("<h2><a href=https://a.example/x>Head line</a></h2><p>a b c</p>")(14_000_000),
    "14 MB of plain mail": lambda: mail("Head line\nhttps://a.example/x\n\n", "text/plain", SENTENCE)(14_000_000),
    "5,000 near-duplicates": lambda: ("group", "".join(json.dumps({"id": i, "title": f"Aville rebuilds bridge {i}", "text": SENTENCE * 6 + f"It was vote {i}."}) + "\n" for i in range(5_000))),
    "5,000 articles of few words": lambda: ("group", "".join(json.dumps({"id": i, "title": f"a{i}", "text": f"b{i} c."}) + "\n" for i in range(5_000))),
    "5,000 empty articles": lambda: ("group", '{"id":1}\n' * 5_000),
}


def run(program, folder, kind, body, seconds):
    path = Path(folder) / f"in.{kind}"
    path.write_bytes(body.encode())
    command = {"txt": ["summarize", "--format", "json"], "group": ["group"]}.get(kind, ["read"])
    # What never ends must not keep the measurement.
    limit = ["timeout", "-s", "KILL", str(20 * seconds + 20)]
    with open(Path(folder) / "out", "wb") as out, open(Path(folder) / "err", "wb") as err:
        child = subprocess.Popen([*limit, program, *command, str(path)], stdout=out, stderr=err)
        _, status, used = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    said = (Path(folder) / "err").read_text(errors="replace")
    answered = (Path(folder) / "out").stat().st_size > 0
    faults = []
    if code < 0 or code > 128:
        faults.append("killed")
    if "panicked" in said:
        faults.append("panicked")
    if not answered and not said.strip():
        faults.append("no answer and no reason")
    refused = not answered or b'"ok":false' in (Path(folder) / "out").read_bytes()[:4096]
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, faults, refused


def measure(program, folder, name, makers, limits):
    row, faults = [], []
    for make in makers:
        seconds, mb, met, refused = run(program, folder, *make(), limits[0])
        row.append((seconds, mb, refused))
        faults += met
        if seconds > limits[0]:
            faults.append(f"{seconds:.1f} s")
        if mb > limits[1]:
            faults.append(f"{mb:.0f} MB")
        if faults:
            break
    if not faults and len(row) > 2 and row[2][0] > 0.2 and row[2][0] > 3 * max(row[1][0], 0.02):
        faults.append(f"x{row[2][0] / max(row[1][0], 0.02):.1f} for twice the size")
    return name, row, faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/digest")
    parser.add_argument("--kb", default="64,128,256,1024")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--mb", type=float, default=300)
    parser.add_argument("--only", default="")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--table", action="store_true")
    args = parser.parse_args()
    sizes = [64, 256] if args.small else [int(kb) for kb in args.kb.split(",")]
    bad = 0
    runs = [(name, [lambda make=make, kb=kb: make(kb * 1024) for kb in sizes], (args.seconds, args.mb)) for name, make in FAMILIES.items()]
    if not args.small:
        runs += [(name, [make], (args.seconds, 400)) for name, make in LARGE.items()]
    runs = [one for one in runs if args.only in one[0]]
    with tempfile.TemporaryDirectory() as folder:
        for name, makers, limits in runs:
            name, row, faults = measure(args.program, folder, name, makers, limits)
            bad += bool(faults)
            cells = [f"{seconds:.2f} s {mb:.0f} MB{' refused' if refused else ''}" for seconds, mb, refused in row]
            if args.table:
                print(f"| {name} | {' | '.join(cells)} | {', '.join(faults) or 'ok'} |", flush=True)
            elif faults or not args.small:
                print(f"{'BAD' if faults else 'ok '} {name:36} {'  '.join(cells)}  {', '.join(faults)}", flush=True)
    print(f"{len(runs)} families, {bad} bad")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
