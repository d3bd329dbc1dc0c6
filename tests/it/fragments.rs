//! Text fragments in a real browser: two hundred pages, each opened at the link of one of its sentences.
//!
//! The pages are made here: [`KINDS`] of sentences that are easily mistaken, each in four places. Each page goes through
//! the program's own reader, the link is made from the text it reads, and the browser must show the element that holds
//! the sentence: only one of them fits into its window.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Write as _;

use newsdigest::extract;
use newsdigest::model::Document;
use newsdigest::summary::text_fragment;

use crate::support::chromium::Chromium;
use crate::support::skip::skip;
use crate::support::web::{Answer, Web};

/// Resolves to whether the element that holds the sentence comes into sight.
const IN_SIGHT: &str = "new Promise(done => {
    let frames = 0;
    const look = () => {
        const box = document.getElementById('wanted').getBoundingClientRect();
        const seen = box.bottom > 0 && box.top < innerHeight;
        if (seen || ++frames > 60) done(seen && scrollY > 0); else requestAnimationFrame(look);
    };
    look();
})";

/// A sentence and what makes it hard.
struct Kind {
    name: &'static str,
    /// As it stands in the page's source.
    markup: &'static str,
    /// As the program reads it; `None`: the same.
    text: Option<&'static str>,
    /// Element around it, with attributes: `p`, `li`, `p dir="rtl"`.
    element: &'static str,
    /// Text before it in the element; several sentences for several copies of the page's trap.
    before: &'static str,
    /// Text after it in the element.
    after: &'static str,
    /// Elements earlier on the page that hold the sentence too, or parts of it.
    traps: &'static [&'static str],
    /// The anchor of the page's address.
    anchor: &'static str,
}

const PLAIN: Kind =
    Kind { name: "", markup: "", text: None, element: "p", before: "", after: "", traps: &[], anchor: "" };

const fn plain(name: &'static str, markup: &'static str) -> Kind {
    Kind { name, markup, ..PLAIN }
}

const fn read_as(name: &'static str, markup: &'static str, text: &'static str) -> Kind {
    Kind { name, markup, text: Some(text), ..PLAIN }
}

const KINDS: [Kind; 50] = [
    plain("commas", "The mayor, who came late, left early, alone, unseen."),
    plain("hyphens", "A well-known, long-awaited by-pass opens - at last."),
    plain("hyphen at a word's start", "He asked for -5 degrees and a -foo option."),
    read_as("ampersand", "Smith &amp; Sons &amp; Daughters sell R&amp;D.", "Smith & Sons & Daughters sell R&D."),
    plain("percent", "Rents rose 4.5 % or 100%25 of what was asked, %20 said."),
    plain("straight quotes", "\"It's done,\" she said, \"and 'twas easy.\""),
    plain("typographic quotes", "“It’s done,” she said, “and ‘twas’ easy.”"),
    plain("guillemets", "»Das ist gut«, sagte sie, ›wirklich gut‹."),
    plain("signs", "Is it (really) so [sic]; or not: who knows?!"),
    plain("signs of addresses", "Write to a/b#c?d=e+f@g.example or C:\\temp~1 now."),
    plain("an address", "See https://example.org/a,b?c=d&e=f#:~:text=x for more."),
    plain("a text directive", "The words :~:text=start,end are part of a link."),
    plain("numbers", "It cost 1,234.56 on 3/4/2026 at 10:30 in room B-12."),
    plain("abbreviations", "Dr. A. B. Kern of the U.S. Navy met Mr. Roe at 5 p.m. sharp."),
    plain("dashes", "The plan — if it is one – fails… or so they say."),
    read_as("named characters", "Caf&eacute; &mdash; 5 &euro; &hellip; &copy; Nordlicht.", "Café — 5 € … © Nordlicht."),
    plain("umlauts", "Über die Straße läuft ein süßer, größerer Äffchenjäger."),
    plain("French", "L’été dernier, l’œuvre d’Éloïse a été vendue à Besançon."),
    read_as(
        "no-break spaces",
        "Combien coûte&nbsp;: 3&nbsp;000&nbsp;euros&nbsp;? Vraiment&nbsp;!",
        "Combien coûte : 3 000 euros ? Vraiment !",
    ),
    plain("Polish", "Zażółć gęślą jaźń, powiedział Wójt w Łodzi."),
    plain("Turkish", "İstanbul'da ışıklar söndü ve ılık bir akşam başladı."),
    plain("Vietnamese", "Thủ tướng nói rằng cuộc đàm phán sẽ tiếp tục vào thứ hai."),
    plain("Greek", "Ο υπουργός είπε ότι οι συνομιλίες θα συνεχιστούν τη Δευτέρα."),
    plain("Russian", "Министр сказал, что переговоры продолжатся в понедельник."),
    plain("Chinese", "部长周一表示，谈判将在北京继续进行。"),
    plain("Japanese", "大臣は月曜日に、交渉は東京で続くと述べた。"),
    plain("Korean", "장관은 월요일에 서울에서 협상이 계속될 것이라고 말했다."),
    plain("Thai", "รัฐมนตรีกล่าวว่าการเจรจาจะดำเนินต่อไปในวันจันทร์"),
    plain("Hindi", "मंत्री ने कहा कि बातचीत सोमवार को जारी रहेगी।"),
    Kind {
        element: "p dir=\"rtl\"", ..plain("Arabic", "قال الوزير إن المحادثات ستستمر يوم الاثنين، كما كان متوقعا.")
    },
    Kind {
        element: "p dir=\"rtl\"", ..plain("Hebrew", "השר אמר כי השיחות יימשכו ביום שני, כצפוי.")
    },
    plain("mixed directions", "The word שלום means peace, and سلام does, too."),
    plain("pictures", "Rain 🌧️ today, sun ☀️ tomorrow 👩‍🚀 and 🇪🇺 flags."),
    plain("marks of their own", "Cafe\u{301} and nai\u{308}ve are written with marks of their own."),
    read_as(
        "inline markup",
        "The <b>harbour</b> of <a href=\"/x\">Port <i>Velmar</i></a>, once <em>closed</em>, is <code>open</code>.",
        "The harbour of Port Velmar, once closed, is open.",
    ),
    read_as(
        "markup inside a word",
        "The <b>un</b>believable <span>H</span>arbour re<i>open</i>ed at noon.",
        "The unbelievable Harbour reopened at noon.",
    ),
    read_as(
        "loose white space",
        "The  harbour\n    of   Port\tVelmar\n  is open again.",
        "The harbour of Port Velmar is open again.",
    ),
    Kind { element: "li", ..plain("a list", "Bring a tent, two ropes and a lamp.") },
    Kind { element: "blockquote", ..plain("a quotation", "We will be back, and sooner than you think.") },
    Kind { element: "h2", ..plain("a heading", "What comes next, and who pays") },
    plain(
        "a long sentence",
        "The committee that was set up in spring to look into the costs of the new bridge, which has been planned for \
         eleven years, said on Friday that none of its nine members had been told of the change.",
    ),
    plain(
        "a long sentence without spaces",
        "部长周一在北京表示谈判将继续进行并且各方同意在下个月之前提交新的提案以便在夏季峰会上讨论港口工人的工资和夜班\
         问题同时渔民协会要求政府对因港口关闭而造成的损失给予赔偿并呼吁尽快恢复北部码头的正常运营以及铁路运输和冷库。",
    ),
    Kind {
        traps: &["The committee that was set up in spring met again to talk about the costs of boats, and said so."],
        ..plain(
            "a long sentence that begins like another",
            "The committee that was set up in spring to look into the costs of the new bridge, which has been planned \
             for eleven years, said on Friday that none of its nine members had been told of the change.",
        )
    },
    Kind {
        before: "This time he was asked twice.",
        after: "Nobody believed him.",
        traps: &["At first he was asked once. He said no. Everybody believed him."],
        ..plain("said before", "He said no.")
    },
    Kind {
        before: "He was asked again.",
        after: "Then he left for good.",
        traps: &["He was asked again. He said no. Then he stayed."],
        ..plain("said before after the same words", "He said no.")
    },
    Kind {
        traps: &["He said no.", "He said no. But why?"],
        after: "And that was all.",
        ..plain("said before in elements of its own", "He said no.")
    },
    Kind {
        traps: &["Nobody knows whether he said yesterday that art, not money, counts."],
        ..plain("part of other words", "Art, not money, counts.")
    },
    Kind { traps: &["IT WORKS, AND IT HOLDS."], ..plain("said before in capitals", "It works, and it holds.") },
    Kind { anchor: "#top", ..plain("an anchor", "The page has an anchor of its own, which is kept.") },
    Kind { after: "What comes after is longer than what came before it.", ..plain("one word", "Why?") },
];

/// Sentences that have nothing to do with any other.
const FILLING: [&str; 8] = [
    "Orchards in the north started picking early this year.",
    "Inspectors found rust in two main cables of the old bridge.",
    "Singers from Ostrow took gold at the festival on Sunday.",
    "A school of forty animals swam past the lighthouse.",
    "The company blames weak orders from abroad.",
    "Crews with six helicopters stopped the flames.",
    "Visitors can walk among tulips until June.",
    "Ilse Dahl threw 84 metres in the final round.",
];

/// The page of a kind; `place` decides how much stands around the sentence.
fn page(kind: &Kind, place: usize) -> String {
    let filling = |number: usize| FILLING[number % FILLING.len()];
    let (before, after) = match place {
        0 => (String::new(), String::new()),
        1 => (String::new(), filling(5).to_owned()),
        2 => (filling(6).to_owned(), String::new()),
        _ => (filling(6).to_owned(), filling(5).to_owned()),
    };
    let own = |given: &str, filled: String| if given.is_empty() { filled } else { given.to_owned() };
    let around = |text: String| if text.is_empty() { text } else { format!(" {text} ") };
    let tag = kind.element.split(' ').next().unwrap();
    let (before, after) = (around(own(kind.before, before)), around(own(kind.after, after)));
    let wanted = format!("<{} id=\"wanted\">{before}{}{after}</{tag}>", kind.element, kind.markup);
    let wanted = if tag == "li" { format!("<ul><li>A rope.</li>{wanted}<li>A map.</li></ul>") } else { wanted };
    let mut page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>A page</title>\
                    <style>h1, h2, p, li, blockquote { margin: 1500px 0 }</style><body><article id=\"top\">"
        .to_owned();
    page.extend(kind.traps.iter().map(|trap| format!("<p>{trap}</p>")));
    let paragraph = |number: usize| format!("<p>{}</p>", filling(number));
    page.extend((0..place).map(paragraph));
    page.push_str(&wanted);
    page.extend((place..4).map(paragraph));
    page + "</article></body></html>"
}

/// The link to the sentence as the program makes it; else why it did not read the sentence.
fn link(kind: &Kind, html: &str, url: &str) -> Result<String, String> {
    let document = Document { bytes: html.as_bytes().to_vec(), media_type: Some("text/html".into()), url: None };
    let options = extract::Options { content_selector: Some("article".into()), ..extract::Options::default() };
    let text = extract::read(&document, &options).0.text;
    let sentence = kind.text.unwrap_or(kind.markup);
    let start = text.rfind(sentence).ok_or_else(|| format!("{sentence:?} was not read in {text:?}"))?;
    Ok(text_fragment(&format!("{url}{}", kind.anchor), &text, start..start + sentence.len()))
}

#[test]
fn links_scroll_to_the_element_that_holds_the_sentence() {
    let Some(mut chromium) = Chromium::start() else {
        skip("there is no Chromium to open the links with");
        return;
    };
    let web = Web::start();
    let (mut count, mut missed) = (0, Vec::new());
    for (number, kind) in KINDS.iter().enumerate() {
        for place in 0..4 {
            let (html, path) = (page(kind, place), format!("/{number}-{place}"));
            count += 1;
            match link(kind, &html, &web.url(&path)) {
                Err(unread) => missed.push(format!("{}, {place}: {unread}", kind.name)),
                Ok(link) => {
                    web.on(&path, Answer::Body("text/html; charset=utf-8", html.into_bytes()));
                    if chromium.visit(&link, IN_SIGHT) != true {
                        missed.push(format!("{}, {place}: {link}", kind.name));
                    }
                }
            }
        }
    }
    writeln!(std::io::stderr(), "{} of {count} links lead to their sentence", count - missed.len()).unwrap();
    assert_eq!(count, 200);
    assert!(100 * missed.len() <= count, "{}", missed.join("\n"));
}
