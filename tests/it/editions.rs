//! Editions that follow each other: nothing is told twice, what goes on is an update, and every entry is accounted for.
//!
//! `fixtures/editions` holds a folder a day with what the sources answered on it: a strike that goes on, a comet that
//! its source republishes with a new guid every day, a retelling that says nothing new.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;

use newsdigest::send::{RatingLinks, RatingOptions};
use serde_json::Value;

use crate::support::program::Program;

const CONFIG: &str = r#"
version = 1
[[source]]
name = "Wire"
feed = "wire.xml"
full_text = "never"
[[source]]
name = "Coast"
feed = "coast.xml"
full_text = "never"
[mail]
from = "Digest <digest@example.org>"
to = ["reader@example.org"]
transport = "file"
"#;

/// The program after some editions.
struct Fixture {
    program: Program,
}

impl Fixture {
    fn new() -> Self {
        Self { program: Program::new(CONFIG) }
    }

    /// Puts in what the sources answer on `day`.
    fn answers(&self, day: &str) -> &Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/editions").join(day);
        for name in ["wire.xml", "coast.xml"] {
            self.program.write(name, &std::fs::read_to_string(folder.join(name)).unwrap());
        }
        self
    }

    /// The mails that a run at `now` would send; then runs it.
    fn edition(&self, now: &str) -> Value {
        let shown = self.program.run(&["run", "--dry-run", "--format", "json", "--now", now]).ends(0);
        self.program.run(&["run", "--now", now]).ends(0);
        serde_json::from_str(&shown.stdout).unwrap_or(Value::Null)
    }
}

fn stories(shown: &Value) -> Vec<&Value> {
    let sections = shown["edition"]["sections"].as_array().map(Vec::as_slice).unwrap_or_default();
    sections.iter().flat_map(|section| section["stories"].as_array().unwrap()).collect()
}

fn headlines(shown: &Value) -> Vec<&str> {
    stories(shown).iter().map(|story| story["headline"].as_str().unwrap()).collect()
}

fn sentences(shown: &Value) -> Vec<String> {
    let all = stories(shown).into_iter().flat_map(|story| story["sentences"].as_array().unwrap());
    all.map(|sentence| sentence["text"].as_str().unwrap().to_owned()).collect()
}

/// (headline, kind of its decision), sorted.
fn decisions(shown: &Value) -> BTreeSet<(String, String)> {
    let decision = |decision: &Value| {
        (decision["title"].as_str().unwrap().to_owned(), decision["outcome"]["kind"].as_str().unwrap().to_owned())
    };
    shown["decisions"].as_array().unwrap().iter().map(decision).collect()
}

#[test]
fn nothing_is_told_twice_and_what_goes_on_is_an_update() {
    let fixture = Fixture::new();
    let monday = fixture.answers("1-monday").edition("2026-10-19T05:00:00Z");
    assert_eq!(stories(&monday).len(), 2, "{:?}", headlines(&monday));
    let strike =
        stories(&monday).into_iter().find(|story| story["headline"].as_str().unwrap().contains("Velmar")).unwrap();
    let named = strike["places"].as_array().unwrap().len() + strike["also_in"].as_array().unwrap().len();
    assert_eq!(named, 2, "both sources are named");

    let tuesday = fixture.answers("2-tuesday").edition("2026-10-20T05:00:00Z");
    let updates: Vec<&Value> = stories(&tuesday).into_iter().filter(|story| !story["update"].is_null()).collect();
    assert_eq!(updates.len(), 1, "{:?}", headlines(&tuesday));
    assert_eq!(updates[0]["update"]["edition"], monday["edition"]["id"]);
    assert_eq!(headlines(&tuesday).len(), 2, "the strike and the bridge: {:?}", headlines(&tuesday));
    let nothing_new = ("Comet found by pupils in Ostrel".to_owned(), "nothing_new".to_owned());
    assert!(decisions(&tuesday).contains(&nothing_new), "a new guid is no news: {:?}", decisions(&tuesday));

    let wednesday = fixture.answers("3-wednesday").edition("2026-10-21T05:00:00Z");
    assert!(stories(&wednesday).is_empty(), "a retelling is left out: {:?}", headlines(&wednesday));

    let twice = fixture.program.run(&["run", "--now", "2026-10-21T05:00:00Z"]).ends(0);
    assert_eq!(twice.stdout, "");

    let friday = fixture.answers("4-friday").edition("2026-10-23T05:00:00Z");
    assert_eq!(headlines(&friday), ["Bakery of Unterwald feeds eleven villages"]);

    let mut all: Vec<String> = [&monday, &tuesday, &wednesday, &friday].into_iter().flat_map(sentences).collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "no sentence is sent twice");
}

#[test]
fn a_late_run_covers_the_time_since_the_last_edition() {
    let fixture = Fixture::new();
    fixture.answers("1-monday").edition("2026-10-19T05:00:00Z");
    for (day, now) in [("2-tuesday", "2026-10-20T05:00:00Z"), ("3-wednesday", "2026-10-21T05:00:00Z")] {
        fixture.answers(day).program.run(&["gather", "--now", now]).ends(0);
    }
    let friday = fixture.answers("4-friday").edition("2026-10-23T05:00:00Z");
    let told = headlines(&friday).join("\n");
    assert!(told.contains("Halden bridge") && told.contains("Unterwald") && told.contains("Velmar"), "{told}");
    assert!(!told.contains("Comet"), "{told}");
}

#[test]
fn every_sentence_of_an_edition_is_proven_and_every_entry_accounted_for() {
    let fixture = Fixture::new();
    let monday = fixture.answers("1-monday").edition("2026-10-19T05:00:00Z");
    assert_eq!(monday["decisions"].as_array().unwrap().len(), 3);
    let proof = fixture.program.run(&["verify"]).ends(0);
    let count = sentences(&monday).len();
    assert!(proof.stdout.contains(&format!("{count} of {count} sentences proven")), "{}", proof.stdout);
    assert!(
        proof.stdout.contains("the mail in `en` quotes ") && !proof.stdout.contains("quotes 0"),
        "{}",
        proof.stdout
    );
    fixture.program.run(&["verify", "no-such-edition"]).ends(2);
}

#[tokio::test]
async fn a_mail_that_says_something_else_is_found() {
    let fixture = Fixture::new();
    fixture.answers("1-monday").edition("2026-10-19T05:00:00Z");
    let path = fixture.program.path("state/digest/digest.db");
    let store = newsdigest::store::Store::snapshot(&path).await.unwrap();
    let edition = store.last_edition("digest").await.unwrap().unwrap();
    let sentence = edition.stories().flat_map(|story| &story.sentences).next().unwrap().text.clone();
    let word = sentence.split(' ').next_back().unwrap();
    let changed = sentence.replace(word, "never.");
    for (language, template) in store.message_templates(&edition.id).await.unwrap() {
        let mail = newsdigest::send::MessageTemplate::from_json(&template).unwrap();
        assert_eq!(
            newsdigest::render::prove_mail(&edition, &mail.html, &mail.text).flaws,
            Vec::<String>::new(),
            "{language}"
        );
        let text = mail.text.replace('\n', " ").replace("    ", "").replace(&sentence, &changed);
        assert!(text.contains(&changed), "{text}");
        let flaws = newsdigest::render::prove_mail(&edition, &mail.html, &text).flaws;
        assert!(flaws.iter().any(|flaw| flaw.contains(&sentence)), "{flaws:?}");
    }
}

#[test]
fn explain_accounts_for_every_entry_of_the_last_edition() {
    let limits =
        "[newsletter]\nmax_stories = 1\nmax_more = 1\n[[rule]]\nname = \"no comets\"\ndrop = { title = 'Comet' }\n";
    let fixture = Fixture { program: Program::new(&format!("{CONFIG}{limits}")) };
    fixture.answers("1-monday").edition("2026-10-19T05:00:00Z");
    let shown = fixture.answers("2-tuesday").edition("2026-10-20T05:00:00Z");
    let ran = fixture.program.run(&["explain", "--dropped", "--json"]).ends(0);
    let account: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(account["edition"], shown["edition"]["id"]);
    let counts = account["counts"].as_object().unwrap();
    let of = |name: &str| counts.get(name).and_then(Value::as_u64).unwrap_or(0);
    let outcomes = ["published", "linked", "dropped", "over_limit", "duplicate", "too_old", "nothing_new"];
    assert_eq!(of("seen"), outcomes.map(of).iter().sum::<u64>(), "{counts:?}");
    assert_eq!(of("seen"), shown["decisions"].as_array().unwrap().len() as u64);
    assert!(of("published") >= 1 && of("linked") >= 1 && of("dropped") == 1, "{counts:?}");
    let dropped = account["decisions"].as_array().unwrap();
    assert_eq!(dropped.len() as u64, of("seen") - of("published") - of("linked"));
    assert!(dropped.iter().all(|decision| !decision["why"].as_str().unwrap().is_empty()));
    let monday = fixture.program.run(&["explain", "--json", "--edition", "digest-20261019T050000Z"]).ends(0);
    assert!(monday.stdout.contains("closes Port Velmar harbour"), "{}", monday.stdout);
    fixture.program.run(&["explain", "--edition", "digest-none"]).ends(2);
}

/// A feed of these (title, link, guid, day of October 2026, text).
fn feed(items: &[(String, String, String, u32, String)]) -> String {
    let item = |(title, link, guid, day, text): &(String, String, String, u32, String)| {
        let tag = |name: &str, value: &str| {
            if value.is_empty() { String::new() } else { format!("<{name}>{value}</{name}>") }
        };
        let date = if *day == 0 { String::new() } else { format!("{day} Oct 2026 04:00:00 GMT") };
        let parts = [("title", title), ("link", link), ("pubDate", &date), ("description", text)];
        let parts: String = parts.map(|(name, value)| tag(name, value)).concat();
        format!("<item>{parts}<guid isPermaLink=\"false\">{guid}</guid></item>")
    };
    let items: String = items.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Bad</title><link>https://bad.example/</link>{items}</channel></rss>")
}

/// Forty entries about forty things, as `host` announces them on a day.
fn forty(host: &str, day: u32) -> String {
    let word = |seed: u32| -> String {
        let mixed = (seed + 1).wrapping_mul(0x9E37_79B1);
        [8, 13, 19, 24].map(|shift| ["ba", "ke", "li", "mo", "nu", "ra", "se"][(mixed >> shift) as usize % 7]).concat()
    };
    let entry = |number: u32| {
        let sentence = |place: u32| {
            let [one, two, three] = [0, 1, 2].map(|salt| word(100 * number + 3 * place + salt));
            format!("The {one} of {two} met {three} there.")
        };
        let text: Vec<String> = (0..9).map(sentence).collect();
        let (link, guid) = (format!("https://{host}/{day}/{number}"), format!("{host}-{day}-{number}"));
        (format!("{} {}", word(100 * number + 60), word(100 * number + 61)), link, guid, day, text.join(" "))
    };
    feed(&(0..40).map(entry).collect::<Vec<_>>())
}

fn one_feed(more: &str) -> Fixture {
    let config = CONFIG.replace("[[source]]\nname = \"Coast\"\nfeed = \"coast.xml\"\nfull_text = \"never\"\n", "");
    Fixture { program: Program::new(&format!("{config}[defaults]\nmax_entries = 2000\n{more}")) }
}

#[test]
fn a_feed_that_announces_everything_again_under_new_ids_and_hosts_brings_nothing_new() {
    let fixture = one_feed("");
    fixture.program.write("wire.xml", &forty("bad.example", 18));
    let first = fixture.edition("2026-10-19T05:00:00Z");
    let linked = first["edition"]["sections"][0]["more"].as_array().map_or(0, Vec::len);
    assert!(stories(&first).len() + linked > 20, "{:?}", headlines(&first));
    for (host, day) in [("bad.example", 19), ("bad.example", 20), ("renamed.example", 21)] {
        fixture.program.write("wire.xml", &forty(host, day));
        let now = format!("2026-10-{}T05:00:00Z", day + 1);
        let shown = fixture.edition(&now);
        assert!(headlines(&shown).is_empty(), "{host} on {day}: {:?}", headlines(&shown));
        assert!(decisions(&shown).iter().all(|(_, outcome)| outcome == "nothing_new"), "{:?}", decisions(&shown));
    }
}

#[test]
fn entries_without_date_title_text_or_language_and_a_thousand_copies_do_no_harm() {
    let fixture = one_feed("");
    let own = |text: &str| text.to_owned();
    let link = |number: usize| format!("https://bad.example/{number}");
    let text = "Orchards in the north started picking early this year. The frost of May spared the blossoms. Presses run at night.";
    let mut items = vec![
        (own("Orchards"), link(1), own("1"), 18, own("")),
        (own("Ä"), link(2), own("2"), 0, own("")),
        (own(""), link(3), own("3"), 18, own("A text without any headline stands here. It has two sentences.")),
        (own(""), own(""), own("4"), 0, own("")),
        (own("No date"), own(""), own("5"), 0, own("Nobody knows when this was written. It has no date.")),
        (own("?!"), link(6), own("6"), 18, own("…")),
        (own("Numbers"), link(7), own("7"), 18, own("1 2 3 4 5 6 7 8 9 0")),
    ];
    items.extend((10..1010).map(|number| (own("Early apples"), link(number), number.to_string(), 18, own(text))));
    fixture.program.write("wire.xml", &feed(&items));
    let shown = fixture.edition("2026-10-19T05:00:00Z");
    let told = headlines(&shown);
    assert_eq!(told.iter().filter(|headline| **headline == "Early apples").count(), 1, "{told:?}");
    assert!(told.len() <= 7, "{told:?}");
    let ran = fixture.program.run(&["run", "--dry-run", "--now", "2026-10-19T06:00:00Z"]).ends(0);
    let mut said: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("warning")).collect();
    let count = said.len();
    said.sort_unstable();
    said.dedup();
    assert_eq!(said.len(), count, "each problem is named once: {}", ran.stderr);
}

#[test]
fn a_clock_that_runs_backward_neither_repeats_nor_blocks() {
    let fixture = Fixture { program: Program::new(&format!("{CONFIG}[newsletter]\nmin_interval = \"20h\"\n")) };
    let ahead = fixture.answers("1-monday").edition("2031-01-01T05:00:00Z");
    assert_eq!(stories(&ahead).len(), 2);
    let back = fixture.answers("2-tuesday").edition("2026-10-20T05:00:00Z");
    assert!(headlines(&back).iter().any(|headline| headline.contains("Halden")), "{:?}", headlines(&back));
    assert!(!headlines(&back).iter().any(|headline| headline.contains("Comet")), "{:?}", headlines(&back));
    let sent = sentences(&ahead);
    assert!(sentences(&back).iter().all(|sentence| !sent.contains(sentence)), "no sentence is sent twice");
}

#[test]
fn two_editions_of_one_second_have_two_names() {
    let fixture = Fixture::new();
    let now = "2026-10-20T05:00:00Z";
    let first = fixture.answers("1-monday").edition(now);
    let second = fixture.answers("2-tuesday").edition(now);
    assert!(!stories(&second).is_empty());
    assert_ne!(first["edition"]["id"], second["edition"]["id"]);
}

fn preferences(fixture: &Fixture) -> Value {
    serde_json::from_str(&fixture.program.run(&["explain", "--preferences", "--json"]).ends(0).stdout).unwrap()
}

#[test]
fn a_rating_moves_what_comes_next_and_can_be_forgotten() {
    let fixture = Fixture::new();
    let usual = fixture.answers("1-monday").edition("2026-10-19T05:00:00Z");
    assert_eq!(preferences(&fixture)["ratings"].as_array().unwrap().len(), 0);
    fixture.program.run(&["rate", "no such story", "+"]).ends(2);
    fixture.program.run(&["rate", "velmar"]).ends(2);
    fixture.program.run(&["rate", "velmar", "+"]).ends(0);
    fixture.program.run(&["rate", "Comet", "-"]).ends(0);
    fixture.program.run(&["rate", "Comet", "-"]).ends(0);
    let learned = preferences(&fixture);
    assert_eq!(learned["ratings"].as_array().unwrap().len(), 2, "a story is rated once: {learned}");
    assert_eq!(learned["preferences"]["sources"]["Coast"], 0.1, "{learned}");
    assert!(learned["preferences"]["terms"].as_object().unwrap().values().any(|weight| *weight == -0.1), "{learned}");

    fixture.answers("2-tuesday").edition("2026-10-20T05:00:00Z");
    let account: Value = serde_json::from_str(&fixture.program.run(&["explain", "--json"]).ends(0).stdout).unwrap();
    let parts = account["rankings"].as_array().unwrap().iter().flat_map(|ranking| ranking["parts"].as_array().unwrap());
    let terms: Vec<&Value> = parts.filter(|part| part["name"] == "preferences").collect();
    assert!(!terms.is_empty() && terms.iter().all(|part| part["points"].as_f64().unwrap().abs() <= 1.0), "{account}");
    assert!(!usual.to_string().contains("preferences"), "off unless used");

    fixture.program.run(&["rate", "--reset"]).ends(0);
    assert_eq!(preferences(&fixture)["preferences"]["sources"], serde_json::json!({}));
}

#[test]
fn a_link_in_the_mail_rates_by_answer_and_a_forged_one_does_not() {
    let rating = "[rating]\nmailto = \"me@example.org\"\nsecret_file = \"rating.key\"\n";
    let fixture = Fixture { program: Program::new(&format!("{CONFIG}{rating}")) };
    fixture.program.write("rating.key", "0123456789abcdef0123456789abcdef");
    let shown = fixture.answers("1-monday").edition("2026-10-19T05:00:00Z");
    let rate = &stories(&shown)[0]["rate"];
    let link = rate["more"].as_str().unwrap();
    let mail = fixture.program.files().into_iter().find(|(path, _)| path.extension().is_some_and(|end| end == "eml"));
    let message =
        mail_parser::MessageParser::default().parse(&mail.unwrap().1).unwrap().body_html(0).unwrap().into_owned();
    assert!(message.contains(link) && message.contains("More like this: "), "{message}");

    let subject = link.split_once("subject=").unwrap().1;
    let subject = percent_encoding::percent_decode_str(subject).decode_utf8().unwrap().into_owned();
    let answer = |subject: &str| format!("From: me@example.org\r\nTo: me@example.org\r\nSubject: {subject}\r\n\r\n");
    fixture.program.write("answer.eml", &answer(&subject));
    fixture.program.write("forged.eml", &answer(&subject.replace(" + ", " - ")));
    let ran = fixture.program.run(&["rate", "--from-mail", "answer.eml", "forged.eml"]).ends(1);
    assert!(ran.stderr.contains("forged.eml") && !ran.stderr.contains("answer.eml"), "{}", ran.stderr);
    // A signed vote for a story called "Comet" is none for the story whose headline holds that word.
    let secret_file = fixture.program.path("rating.key");
    let links = RatingLinks::new(&RatingOptions { mailto: "me@example.org".into(), secret_file }).unwrap();
    let newsletter = subject.split(' ').nth(1).unwrap();
    let link = links.link(newsletter, "Comet", true);
    let vote = percent_encoding::percent_decode_str(link.split_once("subject=").unwrap().1)
        .decode_utf8()
        .unwrap()
        .into_owned();
    fixture.program.write("other.eml", &answer(&vote));
    let ran = fixture.program.run(&["rate", "--from-mail", "other.eml"]).ends(1);
    assert!(ran.stderr.contains("its story is forgotten"), "{}", ran.stderr);
    let learned = preferences(&fixture);
    assert_eq!(learned["ratings"].as_array().unwrap().len(), 1);
    assert_eq!(learned["ratings"][0]["liked"], true);
}
