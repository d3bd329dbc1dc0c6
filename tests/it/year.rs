//! An account over many mornings: every entry that a generator makes is in exactly one decision, and no sentence is sent twice.
//!
//! Thirty sources, of which some give all their entries one link or one guid, tell them apart by anchors alone, republish them
//! under new guids every day, edit them, or announce every one with the same stock text. A few mornings in every test run; a
//! year by `DIGEST_MORNINGS=365 cargo test --test it -- --nocapture year::`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::support::program::Program;

const SOURCES: usize = 30;
/// Entries a feed shows.
const SHOWN: usize = 6;
const FEW_MORNINGS: usize = 8;
const STOCK: &str = "This release contains small corrections. Thanks to everybody who reported a mistake.";

#[derive(Clone, Copy, PartialEq, Debug)]
enum Habit {
    Plain,
    OneLink,
    OneGuid,
    Anchors,
    NewGuids,
    Edits,
    StockText,
}

const HABITS: [Habit; 7] =
    [Habit::Plain, Habit::OneLink, Habit::OneGuid, Habit::Anchors, Habit::NewGuids, Habit::Edits, Habit::StockText];

/// Numbers that look random and are the same every time (a linear congruential generator, Knuth's constants).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    pub(crate) fn word(&mut self) -> String {
        const ONSETS: [&str; 16] = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "br", "st", "kl"];
        (0..3).map(|_| format!("{}{}", ONSETS[self.below(16)], ["a", "e", "i", "o", "u"][self.below(5)])).collect()
    }

    pub(crate) fn sentence(&mut self) -> String {
        let [a, b, c, d] = std::array::from_fn(|_| self.word());
        match self.below(4) {
            0 => format!("The council of {a} voted on {b} to rebuild the {c} behind the {d} market."),
            1 => format!("Divers from {a} found {b} stones and a {c} bell near the island of {d}."),
            2 => format!("A {a} with two {b} wings was seen over {c} for the first time since the {d} winter."),
            _ => format!("Nobody in {a} had expected that the {b} would cost more than {c} and {d} together."),
        }
    }
}

struct Item {
    title: String,
    number: usize,
    text: String,
    published: Timestamp,
}

struct Generator {
    dice: Dice,
    sources: Vec<Vec<Item>>,
    /// Of every entry's title the morning on which it appeared.
    truth: BTreeMap<String, usize>,
}

fn habit(source: usize) -> Habit {
    HABITS[source % HABITS.len()]
}

impl Generator {
    fn new() -> Self {
        Self { dice: Dice(21), sources: (0..SOURCES).map(|_| Vec::new()).collect(), truth: BTreeMap::new() }
    }

    /// Adds none, one or two entries to each source on the evening before.
    fn wakes(&mut self, morning: usize, now: Timestamp) {
        for source in 0..SOURCES {
            if habit(source) == Habit::Edits {
                for item in self.sources[source].iter_mut().rev().take(2) {
                    let _ = write!(item.text, " {}", self.dice.sentence());
                }
            }
            for _ in 0..[0, 1, 1, 2][self.dice.below(4)] {
                let number = self.sources[source].len();
                let title = if habit(source) == Habit::StockText {
                    format!("Tool {source} {number}.{source}.0")
                } else {
                    format!("{} {} in {}", self.dice.word(), self.dice.word(), self.dice.word())
                };
                let text = if habit(source) == Habit::StockText {
                    STOCK.to_owned()
                } else {
                    (0..4).map(|_| self.dice.sentence()).collect::<Vec<_>>().join(" ")
                };
                let published = now - 10.hours() + i64::try_from(number % 60).unwrap().minutes();
                assert_eq!(self.truth.insert(title.clone(), morning), None, "a title is one entry's");
                self.sources[source].push(Item { title, number, text, published });
            }
        }
    }

    fn feed(&self, source: usize, morning: usize) -> String {
        let items: String =
            self.sources[source].iter().rev().take(SHOWN).map(|item| item.xml(source, morning)).collect();
        format!("<rss version=\"2.0\"><channel><title>Source {source}</title>{items}</channel></rss>")
    }
}

impl Item {
    fn xml(&self, source: usize, morning: usize) -> String {
        let Self { title, number, text, published } = self;
        let site = format!("https://s{source}.example");
        let (link, guid) = match habit(source) {
            Habit::OneLink => (format!("{site}/notes"), String::new()),
            Habit::OneGuid => (format!("{site}/notes"), "notes".to_owned()),
            Habit::Anchors => (format!("{site}/notes#n{number}"), String::new()),
            Habit::NewGuids => (format!("{site}/{number}"), format!("{number}-{morning}")),
            Habit::Plain | Habit::Edits | Habit::StockText => (format!("{site}/{number}"), format!("{number}")),
        };
        let guid = if guid.is_empty() { guid } else { format!("<guid isPermaLink=\"false\">{guid}</guid>") };
        let date = published.strftime("%a, %d %b %Y %H:%M:%S GMT");
        format!(
            "<item><title>{title}</title><link>{link}</link>{guid}<pubDate>{date}</pubDate>\
             <description>{text}</description></item>"
        )
    }
}

fn config() -> String {
    let source = |number| format!("[[source]]\nname = \"S{number}\"\nfeed = \"{number}.xml\"\nfull_text = \"never\"\n");
    let sources: String = (0..SOURCES).map(source).collect();
    format!(
        "{sources}[mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"reader@example.org\"]\ntransport = \"file\"\n"
    )
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long the test may last")]
fn every_entry_is_in_exactly_one_decision_and_no_sentence_is_sent_twice() {
    let mornings = std::env::var("DIGEST_MORNINGS").map_or(FEW_MORNINGS, |number| number.parse().unwrap());
    let program = Program::new(&config());
    let mut generator = Generator::new();
    let mut decided: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    let mut sent: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let first: Timestamp = "2026-01-01T05:00:00Z".parse().unwrap();
    for morning in 0..mornings {
        let now = first + i64::try_from(morning * 24).unwrap().hours();
        generator.wakes(morning, now);
        for source in 0..SOURCES {
            program.write(&format!("{source}.xml"), &generator.feed(source, morning));
        }
        let ran = program.run(&["run", "--report", "json", "--now", &now.to_string()]).ends(0);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        for decision in report["edition"]["decisions"].as_array().unwrap() {
            let kind = decision["outcome"]["kind"].as_str().unwrap().to_owned();
            assert!(decision["url"].is_string(), "{decision}");
            decided.entry(decision["title"].as_str().unwrap().to_owned()).or_default().push((morning, kind));
        }
        let explained = program.run(&["edition", "show", "--format", "json"]).ends(0).stdout;
        for sentence in sentences(&serde_json::from_str(&explained).unwrap()) {
            sent.entry(sentence).or_default().push(morning);
        }
    }
    let wrong: Vec<_> =
        generator.truth.iter().filter(|(title, morning)| !is_once(decided.get(*title), **morning)).collect();
    let twice: Vec<_> =
        sent.iter().filter(|(sentence, on)| on.len() > 1 && !STOCK.contains(sentence.as_str())).collect();
    let (entries, count) = (generator.truth.len(), sent.len());
    println!(
        "{mornings} mornings, {entries} entries, {} not decided on once; {count} sentences, {} twice",
        wrong.len(),
        twice.len()
    );
    let shown: Vec<_> = wrong.iter().take(5).map(|(title, morning)| (title, morning, decided.get(*title))).collect();
    assert!(wrong.is_empty(), "{shown:?}");
    assert!(twice.is_empty(), "{twice:?}");
    assert!(
        decided.keys().all(|title| generator.truth.contains_key(title)),
        "nothing is decided on that no source said"
    );
}

/// Decided on once, on its morning; what comes again under another guid or with more text may be found to say nothing new.
fn is_once(decisions: Option<&Vec<(usize, String)>>, morning: usize) -> bool {
    let Some(((on, _), later)) = decisions.and_then(|decisions| decisions.split_first()) else { return false };
    *on == morning && later.is_empty()
}

fn sentences(edition: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let sections = edition.pointer("/edition/sections").or_else(|| edition.get("sections"));
    for section in sections.and_then(Value::as_array).into_iter().flatten() {
        let stories = section["stories"].as_array().into_iter().flatten();
        let all = stories.flat_map(|story| story["sentences"].as_array().into_iter().flatten());
        found.extend(all.map(|sentence| sentence["text"].as_str().unwrap().to_owned()));
    }
    assert!(!found.is_empty(), "{edition}");
    found
}
