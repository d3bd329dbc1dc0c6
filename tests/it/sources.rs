//! The shapes in which sources come: what becomes of a board, an alert, a podcast, a microblog, a changelog, a press room, a
//! roundup. Each is gathered from a server on loopback or a file, and read to its articles.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;

use jiff::Timestamp;
use newsdigest::fetch::{Http, Options as FetchOptions};
use newsdigest::model::Article;
use newsdigest::pipeline::inspect;
use newsdigest::source::{Defaults, Memory, Options, Outcome, Source, gather};
use tempfile::TempDir;

use crate::support::web::{Answer, Web};

fn now() -> Timestamp {
    "2026-11-28T00:00:00Z".parse().unwrap()
}

fn http() -> Http {
    Http::new(&FetchOptions { allow_private: true, retries: 0, ..FetchOptions::default() }).unwrap()
}

/// The articles of the source that the TOML `options` describe, with paths beside `folder`.
async fn read(options: &str, folder: &TempDir) -> Vec<Article> {
    let source =
        Source::new(&toml::from_str::<Options>(options).unwrap(), &Defaults::default(), folder.path()).unwrap();
    let http = http();
    let inspected = inspect(&source, now(), usize::MAX, (&http, &http), None).await;
    assert_eq!(inspected.gathered.outcome, Outcome::Fresh, "{:?}", inspected.gathered.problems);
    inspected.sample
}

/// The articles of a feed that is never followed to its pages.
async fn feed(text: &str) -> Vec<Article> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("feed.xml"), text).unwrap();
    read("name = 'a'\nfeed = 'feed.xml'\nfull_text = 'never'", &folder).await
}

fn rss(items: &str) -> String {
    format!("<rss version='2.0'><channel><title>t</title><link>https://a.example/</link>{items}</channel></rss>")
}

fn told(articles: &[Article]) -> Vec<(&str, &str, Option<&str>)> {
    articles.iter().map(|article| (article.title.as_str(), article.text.as_str(), article.url.as_deref())).collect()
}

#[tokio::test]
async fn of_a_board_the_headlines_are_told_and_not_its_frame() {
    let board = rss(
        "<item><title>A clock for the tide</title><link>https://a.example/clock</link><description>&lt;p&gt;Article URL: \
         &lt;a href='https://a.example/clock'>https://a.example/clock&lt;/a>&lt;/p>&lt;p># Comments: 34&lt;/p></description></item>\
         <item><title>Who shuts the gate?</title><link>https://a.example/gate</link><description>&lt;div>&lt;p>I never saw it shut. \
         Who decides that?&lt;/p>&lt;/div> submitted by &lt;a href='https://b.example/u/k'>/u/k&lt;/a> &lt;a \
         href='https://b.example/l'>[link]&lt;/a> &lt;a href='https://b.example/c'>[comments]&lt;/a></description></item>",
    );
    assert_eq!(
        told(&feed(&board).await),
        [
            ("A clock for the tide", "", Some("https://a.example/clock")),
            ("Who shuts the gate?", "I never saw it shut. Who decides that?", Some("https://a.example/gate")),
        ]
    );
}

#[tokio::test]
async fn a_post_without_a_title_says_its_text_once() {
    let posts = rss(
        "<item><guid>https://a.example/1</guid><description>&lt;p>The gate stays shut until Sunday. The tide is high, says the \
         office. &lt;a href='https://a.example/t'>#&lt;span>tide&lt;/span>&lt;/a>&lt;/p></description></item>\
         <item><title>Good morning from the tower!</title><link>https://a.example/2</link><description>Good morning from the \
         tower!</description></item>",
    );
    assert_eq!(
        told(&feed(&posts).await),
        [
            ("The gate stays shut until Sunday", "The tide is high, says the office.", Some("https://a.example/1")),
            ("Good morning from the tower!", "", Some("https://a.example/2")),
        ]
    );
}

#[tokio::test]
async fn an_entry_leads_to_a_page_of_the_web_or_to_what_can_be_heard() {
    let entry = |rest: &str| {
        format!("<item><title>The keeper</title><description>She shut the gate by hand.</description>{rest}</item>")
    };
    let sound =
        "<guid isPermaLink='false'>17</guid><enclosure url='https://c.example/17.mp3' type='audio/mpeg' length='1'/>";
    for (rest, url) in [
        (sound.to_owned(), Some("https://c.example/17.mp3")),
        (format!("<link></link>{sound}"), Some("https://c.example/17.mp3")),
        (
            "<link>https://www.google.com/url?sa=t&amp;url=https://a.example/p%3Fid%3D7&amp;ct=ga</link>".into(),
            Some("https://a.example/p?id=7"),
        ),
        ("<link>mailto:a@a.example?cc=b@b.example</link>".into(), None),
        ("<link>https://a.example/notes?utm_source=rss#nov-27</link>".into(), Some("https://a.example/notes#nov-27")),
    ] {
        let read = feed(&rss(&entry(&rest))).await;
        assert_eq!(read[0].url.as_deref(), url, "{rest}");
    }
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"https://a.example/18","title":"From Either<A, B> to Option<A>","content_text":"Why <img> needs a width."}]}"#;
    assert_eq!(
        told(&feed(json).await),
        [("From Either<A, B> to Option<A>", "Why <img> needs a width.", Some("https://a.example/18"))]
    );
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><entry><title>Why &lt;img&gt; needs a width</title>\
        <link href='https://a.example/1'/><id>1</id><summary>A bare &lt;img&gt; has no size.</summary></entry></feed>";
    assert_eq!(
        told(&feed(atom).await),
        [("Why <img> needs a width", "A bare <img> has no size.", Some("https://a.example/1"))]
    );
}

const PAGE: &str = "<p>The council of Northport voted on Thursday to rebuild the old quay by next summer, and to borrow four \
    million for it.</p><p>Work begins in March, when the boats are ashore anyway, and it ends in July before the ferries \
    come.</p><p>Two members of the opposition voted against it, since they would have preferred a cheaper quay of timber.</p>";

fn page(title: &str, date: &str) -> Answer {
    let html = format!(
        "<!DOCTYPE html><html><head><title>{title}</title><meta property='article:published_time' content='{date}'></head>\
         <body><article><h1>{title}</h1>{PAGE}</article></body></html>"
    );
    Answer::Body("text/html", html.into_bytes())
}

#[tokio::test]
async fn a_page_of_links_is_the_articles_it_links() {
    let web = Web::start();
    let list = "<html><body><nav><a href='/about-the-whole-harbour'>About the harbour and us</a></nav><main><ul>\
        <li><h3><a href='/press/quay-is-rebuilt'>The quay is rebuilt by summer</a></h3></li>\
        <li><h3><a href='/press/gone-for-good'>This page is gone for good</a></h3></li></ul></main>\
        <footer><a href='/imprint-and-more-of-it'>Who is behind this site</a></footer></body></html>";
    web.on("/press", Answer::Cached("text/html", list.into(), "\"1\""));
    web.on("/press/quay-is-rebuilt", page("Quay of Northport to be rebuilt", "2026-11-26T08:00:00Z"));
    web.on("/press/gone-for-good", Answer::Status(410, vec![]));
    let folder = TempDir::new().unwrap();
    let options = format!("name = 'a'\nlisting = '{}'\nallow_private = true", web.url("/press"));
    let read = read(&options, &folder).await;
    let titles: Vec<&str> = read.iter().map(|article| article.title.as_str()).collect();
    assert_eq!(titles, ["Quay of Northport to be rebuilt", "This page is gone for good"]);
    assert_eq!(read[0].published.map(|date| date.to_string()).as_deref(), Some("2026-11-26T08:00:00Z"));
    assert!(read[0].text.contains("Work begins in March") && read[1].text.is_empty() && read[1].teaser);
    assert_eq!(web.hits("/about-the-whole-harbour") + web.hits("/imprint-and-more-of-it"), 0);
}

#[tokio::test]
async fn a_listing_without_articles_says_what_to_do_and_one_that_is_no_page_fails() {
    let web = Web::start();
    web.on("/empty", Answer::Body("text/html", b"<p>Nothing here.</p>".to_vec()))
        .on("/gone", Answer::Status(404, vec![]));
    let folder = TempDir::new().unwrap();
    for (path, more, outcome, hint) in [
        ("/empty", "", Outcome::Fresh, Some("link_selector")),
        ("/empty", "link_selector = '.none'", Outcome::Failed, None),
        ("/gone", "", Outcome::Failed, None),
    ] {
        let options = format!("name = 'a'\nlisting = '{}'\nallow_private = true\n{more}", web.url(path));
        let source = Source::new(&toml::from_str(&options).unwrap(), &Defaults::default(), folder.path()).unwrap();
        let gathered = gather(&source, &Memory::default(), now(), &http()).await;
        assert_eq!((gathered.outcome, gathered.problems.len()), (outcome, 1), "{path} {more}");
        assert!(hint.is_none_or(|hint| gathered.problems[0].hint.as_deref().is_some_and(|found| found.contains(hint))));
    }
}

#[tokio::test]
async fn a_roundup_is_its_items_and_its_links_are_not_followed() {
    let web = Web::start();
    let folder = TempDir::new().unwrap();
    let item = |name: &str| {
        format!(
            "<h2>News of the {name} today</h2><p>The {name} was shut on Monday, and nobody knows for how long.</p><p><a \
             href='{}'>Read more</a></p>",
            web.url(&format!("/{name}"))
        )
    };
    let body = format!(
        "{}{}{}<p><a href='{}'>Unsubscribe</a></p>",
        item("gate"),
        item("quay"),
        item("lamp"),
        web.url("/leave")
    );
    let mail = format!(
        "From: Letter <post@letter.example>\nSubject: The week\nDate: Fri, 27 Nov 2026 07:00:00 +0000\nMessage-ID: \
         <1@letter.example>\nContent-Type: text/html; charset=utf-8\n\n{body}"
    );
    fs::write(folder.path().join("week.eml"), mail).unwrap();
    let read = read("name = 'a'\nfiles = '*.eml'", &folder).await;
    let titles: Vec<&str> = read.iter().map(|article| article.title.as_str()).collect();
    assert_eq!(titles, ["News of the gate today", "News of the quay today", "News of the lamp today"]);
    assert_eq!(read[1].text, "The quay was shut on Monday, and nobody knows for how long.");
    assert_eq!(read[1].url, Some(web.url("/quay")));
    assert_eq!((read[1].byline.as_deref(), read[1].teaser), (Some("Letter"), true));
    assert_eq!(web.all(), Vec::<String>::new());
}
