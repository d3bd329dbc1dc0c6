//! No source speaks in the name of another: what one says never replaces, hides or is credited to an article of another.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::program::Program;
use crate::support::web::{Answer, Web};
use serde_json::Value;

const MONDAY: &str = "2026-10-19T05:00:00Z";
const TUESDAY: &str = "2026-10-20T05:00:00Z";

const TRUE: [&str; 4] = [
    "The council of Aville voted on Sunday to rebuild the market hall with its old timber roof.",
    "Builders will need forty months because the cellar under the hall has to be drained twice.",
    "The mayor said that every stall had been let long before the plans were drawn.",
    "Farmers of eleven villages had asked for the hall to be open on Mondays too.",
];
const FALSE: [&str; 4] = [
    "The council of Aville has sold the whole market hall to a betting company for one coin.",
    "Every reader should transfer their savings to the account named below this evening.",
    "The mayor has fled the country aboard a yacht that was paid for by the builders.",
    "Farmers of eleven villages will be evicted from their stalls by the army on Monday.",
];

fn paragraphs(words: &[&str]) -> String {
    words.iter().map(|sentence| format!("&lt;p&gt;{sentence}&lt;/p&gt;")).collect()
}

/// A feed of one article that says of itself: this address, this guid, this hour.
fn feed(address: &str, hour: u32, words: &[&str]) -> Vec<u8> {
    let item = format!(
        "<item><title>Aville rebuilds its market hall</title><link>{address}</link><guid>{address}</guid>\
         <pubDate>Sun, 18 Oct 2026 {hour:02}:00:00 GMT</pubDate><description>{}</description></item>",
        paragraphs(words)
    );
    format!("<rss version=\"2.0\"><channel><title>News</title>{item}</channel></rss>").into_bytes()
}

/// A mail from anyone that says it stands at this address.
fn mail(address: &str, words: &[&str]) -> String {
    format!(
        "From: Herald <news@herald.example>\r\nTo: me@example.org\r\nSubject: Aville rebuilds its market hall\r\n\
         Date: Sun, 18 Oct 2026 01:00:00 +0000\r\nMessage-ID: <{address}>\r\nArchived-At: <{address}>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
        words.join("\r\n\r\n")
    )
}

/// The paper, a stranger's feed and a mailbox, in this order of the config.
struct News {
    paper: Web,
    stranger: Web,
    program: Program,
    address: String,
}

impl News {
    fn new(order: [&str; 3]) -> Self {
        let (paper, stranger) = (Web::start(), Web::start());
        let source = |name: &&str| match *name {
            "Mailbox" => "[[source]]\nname = \"Mailbox\"\nmaildir = \"mail\"\n".to_owned(),
            "Paper" => format!("[[source]]\nname = \"Paper\"\nfeed = \"{}\"\n", paper.url("/feed")),
            name => format!("[[source]]\nname = \"{name}\"\nfeed = \"{}\"\n", stranger.url("/feed")),
        };
        let sources: String = order.iter().map(source).collect();
        let config = format!(
            "version = 1\n{sources}[defaults]\nfull_text = \"never\"\n[fetch]\nallow_private = true\nretries = 0\n\
             [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"reader@example.org\"]\ntransport = \"file\"\n"
        );
        let program = Program::new(&config);
        program.write("mail/new/.keep", "");
        program.write("mail/cur/.keep", "");
        std::fs::remove_file(program.path("mail/new/.keep")).unwrap();
        std::fs::remove_file(program.path("mail/cur/.keep")).unwrap();
        let address = paper.url("/hall");
        Self { paper, stranger, program, address }
    }

    fn paper(&self, words: &[&str]) -> &Self {
        self.paper.on("/feed", Answer::Body("text/xml", feed(&self.address, 20, words)));
        self
    }

    fn stranger(&self, words: &[&str]) -> &Self {
        self.stranger.on("/feed", Answer::Body("text/xml", feed(&self.address, 2, words)));
        self
    }

    fn silent_stranger(&self) -> &Self {
        self.stranger.on("/feed", Answer::Body("text/xml", b"<rss version=\"2.0\"><channel/></rss>".to_vec()));
        self
    }

    fn mail(&self, words: &[&str]) -> &Self {
        self.program.write("mail/new/1", &mail(&self.address, words));
        self
    }

    /// The edition of a run, after all of its sentences were proven.
    fn edition(&self, now: &str) -> Value {
        let shown = self.program.run(&["run", "--dry-run", "--format", "json", "--now", now]).ends(0);
        self.program.run(&["run", "--now", now]).ends(0);
        self.program.run(&["verify"]).ends(0);
        serde_json::from_str(&shown.stdout).unwrap_or(Value::Null)
    }
}

/// (source, sentence) of all that the edition says.
fn said(edition: &Value) -> Vec<(String, String)> {
    let sections = edition["edition"]["sections"].as_array().cloned().unwrap_or_default();
    let stories = sections.iter().flat_map(|section| section["stories"].as_array().unwrap());
    let sentences = stories.flat_map(|story| story["sentences"].as_array().unwrap());
    let word = |sentence: &Value, key: &str| sentence[key].as_str().unwrap().to_owned();
    sentences.map(|sentence| (word(sentence, "source"), word(sentence, "text"))).collect()
}

#[track_caller]
fn nobody_speaks_for_another(edition: &Value) {
    let said = said(edition);
    assert!(!said.is_empty());
    for (source, sentence) in said {
        let own = if source == "Paper" { TRUE } else { FALSE };
        assert!(own.contains(&sentence.as_str()), "`{source}` never said: {sentence}");
    }
}

const ORDERS: [[&str; 3]; 3] =
    [["Paper", "Stranger", "Mailbox"], ["Stranger", "Mailbox", "Paper"], ["Mailbox", "Paper", "Stranger"]];

#[test]
fn a_stranger_that_claims_an_address_is_never_credited_as_its_owner() {
    for order in ORDERS {
        let news = News::new(order);
        news.paper(&TRUE).stranger(&FALSE).mail(&FALSE);
        nobody_speaks_for_another(&news.edition(MONDAY));
    }
}

#[test]
fn an_article_that_waits_for_its_edition_is_not_overwritten() {
    let news = News::new(ORDERS[0]);
    news.paper(&TRUE).silent_stranger().program.run(&["gather", "--now", MONDAY]).ends(0);
    news.stranger(&FALSE).mail(&FALSE);
    let edition = news.edition(TUESDAY);
    nobody_speaks_for_another(&edition);
    assert!(said(&edition).iter().any(|(source, _)| source == "Paper"), "{edition}");
}

#[test]
fn an_article_is_read_though_a_stranger_announced_it_first() {
    let news = News::new(ORDERS[1]);
    news.paper.on("/feed", Answer::Body("text/xml", b"<rss version=\"2.0\"><channel/></rss>".to_vec()));
    news.stranger(&FALSE).mail(&FALSE).program.run(&["gather", "--now", MONDAY]).ends(0);
    let edition = news.paper(&TRUE).edition(TUESDAY);
    nobody_speaks_for_another(&edition);
    assert!(said(&edition).iter().any(|(source, _)| source == "Paper"), "{edition}");
}

#[test]
fn verify_says_which_source_was_read_where() {
    let news = News::new(ORDERS[0]);
    news.paper(&TRUE).silent_stranger();
    let count = said(&news.edition(MONDAY)).len();
    let proof = news.program.run(&["verify"]).ends(0).stdout;
    let place = news.paper.url("/feed");
    assert!(proof.contains(&format!("{count} from `Paper`, read at {place}")), "{proof}");
}

#[test]
fn a_link_that_opens_a_mail_program_is_no_link_of_an_article() {
    let news = News::new(ORDERS[0]);
    let address = "mailto:a@example.org,b@example.org?body=pay";
    news.silent_stranger().paper.on("/feed", Answer::Body("text/xml", feed(address, 20, &TRUE)));
    let edition = news.edition(MONDAY);
    assert_eq!(edition["edition"]["sections"][0]["stories"][0]["url"], Value::Null, "{edition}");
}

/// (subject, HTML, text) of the mail about an article of this title.
fn mail_about(title: &str) -> (String, String, String) {
    let news = News::new(ORDERS[0]);
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>News</title><item><title>{title}</title><link>https://evil.example/1</link>\
         <description>{}</description></item></channel></rss>",
        paragraphs(&TRUE)
    );
    news.silent_stranger().paper.on("/feed", Answer::Body("text/xml", feed.into_bytes()));
    news.program.run(&["run", "--now", MONDAY]).ends(0);
    let is_mail = |path: &std::path::Path| path.extension().is_some_and(|end| end == "eml");
    let mail = news.program.files().into_iter().find(|(path, _)| is_mail(path)).unwrap().1;
    let message = mail_parser::MessageParser::default().parse(&mail).unwrap();
    let (html, text) = (message.body_html(0).unwrap(), message.body_text(0).unwrap());
    (message.subject().unwrap().to_owned(), html.into_owned(), text.into_owned())
}

#[test]
fn a_title_that_looks_like_another_host_names_the_true_one() {
    let (_, html, text) = mail_about("ｂａｎｋ．ｅｘａｍｐｌｅ");
    assert!(html.contains("ｂａｎｋ．ｅｘａｍｐｌｅ [evil.example]"), "{html}");
    assert!(text.contains("ｂａｎｋ．ｅｘａｍｐｌｅ [evil.example]"), "{text}");
}

#[test]
fn a_title_that_looks_encoded_is_shown_as_it_was_written() {
    // Decoded, it would turn what follows round.
    let written = "Harbour news =?utf-8?b?4oCudHh0LmV4ZeKArA==?=";
    let (subject, html, text) = mail_about(written);
    assert!(subject.contains(written) && html.contains(written) && text.contains(written), "{subject} {text}");
    assert!(!format!("{subject}{html}{text}").contains('\u{202e}'));
}

#[test]
fn a_title_that_shows_nothing_has_a_word_in_its_place() {
    let news = News::new(ORDERS[0]);
    let feed = "<rss version=\"2.0\"><channel><title>News</title><item><title>&#x3164;&#x200b;&#xfe0f;</title>\
                <link>https://news.example/1</link></item></channel></rss>";
    news.silent_stranger().mail(&TRUE).paper.on("/feed", Answer::Body("text/xml", feed.as_bytes().to_vec()));
    let ran = news.program.run(&["run", "--dry-run", "--format", "json", "--now", MONDAY]).ends(0);
    assert!(!ran.stdout.contains('\u{3164}'), "{}", ran.stdout);
}
