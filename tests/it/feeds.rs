//! Feeds, and each kind of source, as they are read.
//!
//! `tests/fixtures/feeds` holds a folder a case: `input.*` is the document, `expected.json` the feed and the problems
//! it must become, read as if it came from `https://base.example/feed`. To add a case, add a folder; the test prints
//! what it got where the two differ.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use newsdigest::fetch::{Http, Options as FetchOptions};
use newsdigest::source::feed::{self, Error};
use newsdigest::source::{Defaults, Gathered, Memory, Options, Outcome, Source, gather};
use tokio::time::Instant;

use crate::support::web::{Answer, Web, rss};

#[test]
fn each_feed_becomes_what_its_folder_says() {
    let mut wrong = Vec::new();
    for folder in fs::read_dir("tests/fixtures/feeds").unwrap().map(|folder| folder.unwrap().path()) {
        let is_input = |path: &std::path::PathBuf| path.file_stem().is_some_and(|stem| stem == "input");
        let input = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).find(is_input).unwrap();
        let (feed, problems) = feed::parse(&fs::read(input).unwrap(), None, Some("https://base.example/feed")).unwrap();
        let problems: Vec<_> = problems.into_iter().map(|problem| problem.what).collect();
        let found = serde_json::json!({ "feed": feed, "problems": problems });
        let expected = fs::read_to_string(folder.join("expected.json")).unwrap_or_default();
        if serde_json::from_str::<serde_json::Value>(&expected).ok().as_ref() != Some(&found) {
            wrong.push(format!("{}:\n{found:#}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_feed_is_refused_and_a_page_names_its_feeds() {
    let page =
        b"<!doctype html><html><head><link rel=alternate type=application/atom+xml href=/atom.xml></head></html>";
    let error = feed::parse(page, Some("text/html"), Some("https://example.org/blog")).unwrap_err();
    assert!(error.to_string().contains("`https://example.org/atom.xml`"), "{error}");
    let laughs =
        b"<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss><channel><title>&b;</title></channel></rss>";
    assert_eq!(feed::parse(laughs, None, None).unwrap_err(), Error::Hostile);
    assert_eq!(feed::parse(b" \n", None, None).unwrap_err(), Error::Empty);
    for junk in [b"hello".as_slice(), b"<svg></svg>", b"{}", b"[1,", b"\xff\xfe\0", &[b'['; 100_000], &[b'<'; 100_000]]
    {
        assert!(feed::parse(junk, None, None).is_err());
    }
}

#[test]
fn a_feed_nested_without_end_or_with_countless_attributes_is_read_at_once() {
    let deep = format!("<rss><channel><title>t</title>{}", "<a>".repeat(100_000));
    let many: String = (0..100_000).map(|n| format!(" a{n}='1' xmlns:n{n}='u{n}'")).collect();
    for text in [deep, format!("<rss{many}><channel><title>t</title></channel></rss>")] {
        assert_eq!(feed::parse(text.as_bytes(), None, None).unwrap().0.title.as_deref(), Some("t"));
    }
}

#[test]
fn no_repetition_costs_more_than_its_length() {
    let entities: String = (0..10_000).map(|number| format!("&e{number};")).collect();
    let repeated =
        ["<a \"", "<a", "<", "&", "&a", "&#", "<![CDATA[", "<!--", "<?", "<!", "</", "<item>", "<item", "]]>", "<b>"];
    let texts = repeated.iter().map(|piece| piece.repeat(60_000 / piece.len())).chain([entities]);
    for text in texts {
        for (before, after) in
            [("<description>", "</description>"), ("<link href='", "'/>"), ("<title>", "</title>"), ("", "")]
        {
            let document = format!("<rss><channel><item>{before}{text}{after}</item></channel></rss>");
            let started = Instant::now();
            let _ = feed::parse(document.as_bytes(), None, None);
            let took = started.elapsed();
            assert!(took < Duration::from_secs(2), "{before}{}: {took:?}", &text[..10]);
        }
    }
}

async fn run(web: &Web, source: &str, folder: &Path, memory: &Memory) -> Gathered {
    let options: Options = toml::from_str(&source.replace("WEB", web.url("").trim_end_matches('/'))).unwrap();
    let source = Source::new(&options, &Defaults::default(), folder).unwrap();
    let limits = FetchOptions {
        timeout: SignedDuration::from_secs(1),
        allow_private: true,
        retries: 0,
        ..FetchOptions::default()
    };
    gather(&source, memory, now(), &Http::new(&limits).unwrap()).await
}

fn now() -> Timestamp {
    "2026-11-03T00:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn a_feed_is_read_once_and_then_only_asked_whether_it_changed() {
    let web = Web::start();
    let source = "name = 'a'\nfeed = 'WEB/feed'\nmax_entries = 2\nlanguage = 'en'";
    web.feed("/feed", &rss("a", 3));
    let first = run(&web, source, Path::new(""), &Memory::default()).await;
    assert_eq!((first.outcome, first.entries.len(), first.problems.len()), (Outcome::Fresh, 2, 0));
    assert_eq!(first.entries[0].title.as_deref(), Some("a 1"));
    assert_eq!(first.entries[0].language.as_deref(), Some("en"));
    let second = run(&web, source, Path::new(""), &first.memory).await;
    assert_eq!((second.outcome, second.entries.len()), (Outcome::Unchanged, 0));
    // A server that forgot its validators, or makes up new ones, is seen through.
    web.on("/feed", Answer::Cached("text/xml", rss("a", 3).into_bytes(), "\"v2\""));
    assert_eq!(run(&web, source, Path::new(""), &second.memory).await.outcome, Outcome::Unchanged);
    // Another address under the same name is another source.
    web.feed("/other", &rss("b", 1));
    let moved = run(&web, &source.replace("feed'", "other'"), Path::new(""), &second.memory).await;
    assert_eq!((moved.outcome, moved.entries.len()), (Outcome::Fresh, 1));
}

#[tokio::test]
async fn an_entry_appeared_when_its_feed_says_but_not_after_now_and_of_others_nothing_is_said() {
    let web = Web::start();
    let entry = |dates: &str| format!("<entry><title>x</title><id>{dates}</id>{dates}</entry>");
    let entries = entry("<published>2026-11-01T00:00:00Z</published><updated>2026-11-02T00:00:00Z</updated>")
        + &entry("<updated>2026-11-02T00:00:00Z</updated>")
        + &entry("<published>2031-01-01T00:00:00Z</published>")
        + &entry("<updated>2031-01-01T00:00:00Z</updated>")
        + &entry("<published>some day</published>")
        + &entry("");
    let feed = format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>{entries}</feed>");
    web.feed("/feed", &feed);
    let gathered = run(&web, "name = 'a'\nfeed = 'WEB/feed'", Path::new(""), &Memory::default()).await;
    let dates: Vec<_> = gathered.entries.iter().map(|entry| entry.published.map(|date| date.to_string())).collect();
    let (first, second, now) = ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z");
    let expected = [Some(first), Some(second), Some(now), Some(now), None, None];
    assert_eq!(dates, expected.map(|date| date.map(str::to_owned)));
}

#[tokio::test]
async fn a_source_that_fails_says_why_and_forgets_nothing() {
    let web = Web::start();
    web.feed("/feed", &rss("a", 1)).on("/hang", Answer::Hang).on("/500", Answer::Status(500, vec![]));
    web.on("/junk", Answer::Body("text/xml", b"\0garbage".to_vec()));
    let page = b"<html><head><link rel=alternate type=application/rss+xml href=/feed></head></html>";
    web.on("/page", Answer::Cached("text/html", page.to_vec(), "\"p\""));
    for (path, what) in
        [("hang", "no complete answer"), ("500", "status 500"), ("junk", "not a feed"), ("page", "/feed`")]
    {
        let source = format!("name = 'bad'\nfeed = 'WEB/{path}'");
        let gathered = run(&web, &source, Path::new(""), &Memory::default()).await;
        assert_eq!(gathered.outcome, Outcome::Failed, "{path}");
        assert_eq!(gathered.problems[0].subject, "bad");
        assert!(gathered.problems[0].to_string().contains(what), "{}", gathered.problems[0]);
        assert!(gathered.memory.validators.is_empty() && gathered.memory.hash.is_none());
    }
}

#[tokio::test]
async fn a_busy_source_is_left_in_peace_as_long_as_it_asks() {
    let web = Web::start();
    web.on("/feed", Answer::Status(429, vec![("retry-after", "3600".into())]));
    let source = "name = 'a'\nfeed = 'WEB/feed'";
    let first = run(&web, source, Path::new(""), &Memory::default()).await;
    assert_eq!(first.memory.not_before.unwrap().to_string(), "2026-11-03T01:00:00Z");
    let second = run(&web, source, Path::new(""), &first.memory).await;
    assert_eq!((second.outcome, web.hits("/feed")), (Outcome::Waiting, 1));
    web.on("/feed", Answer::Status(410, vec![]));
    let gone = run(&web, source, Path::new(""), &Memory::default()).await;
    assert!(gone.memory.gone && gone.problems[0].hint.as_deref().unwrap().contains("remove"));
}

#[tokio::test]
async fn a_feed_that_moved_for_good_is_asked_at_its_new_place_after_three_times() {
    let web = Web::start();
    web.on("/old", Answer::Redirect(301, "/new".into())).feed("/new", &rss("a", 1));
    let source = "name = 'a'\nfeed = 'WEB/old'";
    let mut memory = Memory::default();
    for round in 1..=5 {
        let gathered = run(&web, source, Path::new(""), &memory).await;
        assert_eq!(gathered.problems.len(), usize::from(round == 3), "round {round}: {:?}", gathered.problems);
        memory = gathered.memory;
    }
    assert_eq!(web.hits("/old"), 3);
}

#[tokio::test]
async fn a_page_is_one_entry_with_its_document() {
    let web = Web::start();
    web.on("/page", Answer::Body("text/html; charset=utf-8", b"<p>x".to_vec()));
    let gathered = run(&web, "name = 'a'\npage = 'WEB/page'", Path::new(""), &Memory::default()).await;
    let document = gathered.entries[0].document.as_ref().unwrap();
    assert_eq!(document.media_type.as_deref(), Some("text/html; charset=utf-8"));
    assert_eq!(
        (document.url.as_deref(), gathered.entries[0].url()),
        (Some(web.url("/page").as_str()), Some(web.url("/page").as_str()))
    );
}

#[tokio::test]
async fn a_sitemap_index_gives_the_newest_pages() {
    let web = Web::start();
    let index: String = ["a", "b", "none"]
        .iter()
        .map(|name| format!("<sitemap><loc>{}</loc></sitemap>", web.url(&format!("/{name}.xml"))))
        .collect();
    web.on("/sitemap.xml", Answer::Body("text/xml", format!("<sitemapindex>{index}</sitemapindex>").into_bytes()));
    for (name, day) in [("a", 1), ("b", 2)] {
        let map = format!(
            "<urlset><url><loc>https://example.org/{name}</loc><lastmod>2026-11-0{day}</lastmod></url></urlset>"
        );
        web.on(&format!("/{name}.xml"), Answer::Body("text/xml", map.into_bytes()));
    }
    let gathered =
        run(&web, "name = 'a'\nsitemap = 'WEB/sitemap.xml'\nmax_entries = 1", Path::new(""), &Memory::default()).await;
    assert_eq!(gathered.entries.len(), 1);
    assert_eq!(gathered.entries[0].url(), Some("https://example.org/b"));
    assert_eq!(gathered.entries[0].published, None);
    assert!(gathered.problems[0].what.contains("none.xml"));
}

#[tokio::test]
async fn files_mails_and_local_feeds_are_read_beside_the_config() {
    let web = Web::start();
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    for sub in ["notes/deep", "mail/new", "mail/cur"] {
        fs::create_dir_all(at(sub)).unwrap();
    }
    fs::write(at("notes/b.md"), "# B").unwrap();
    fs::write(at("notes/deep/a.html"), "<p>A").unwrap();
    fs::write(at("mail/new/1.host"), "Subject: x\n\ny").unwrap();
    fs::write(at("feed.xml"), rss("local", 2)).unwrap();
    fs::write(
        at("old.mbox"),
        "From a Mon Nov  2 10:00:00 2026\nSubject: 1\n\none\n\nFrom here on it is text.\n>From there, too.\n\nFrom b Mon Nov  2 10:00:00 2026\nSubject: 2\n\ntwo\n",
    )
    .unwrap();
    let read = async |source: &str| run(&web, source, folder.path(), &Memory::default()).await;
    let mails = read("name = 'a'\nfiles = '*.mbox'").await.entries;
    assert_eq!(mails.len(), 2);
    assert!(mails[0].document.as_ref().unwrap().bytes.ends_with(b"From here on it is text.\nFrom there, too.\n\n"));
    assert!(mails[1].document.as_ref().unwrap().bytes.starts_with(b"Subject: 2"));
    let files = read("name = 'a'\nfiles = 'notes/**/*.*'").await;
    let types: Vec<_> = files.entries.iter().map(|entry| entry.document.clone().unwrap().media_type.unwrap()).collect();
    assert_eq!(types, ["text/markdown", "text/html"]);
    assert!(files.entries.iter().all(|entry| entry.published.is_none() && entry.updated.is_some()));
    assert_eq!(read("name = 'a'\nmaildir = 'mail'").await.entries.len(), 1);
    assert_eq!(read("name = 'a'\nfeed = 'feed.xml'").await.entries.len(), 2);
    for source in ["name = 'a'\nfiles = 'none/*.md'", "name = 'a'\nmaildir = 'notes'", "name = 'a'\nfeed = 'none.xml'"]
    {
        assert_eq!(read(source).await.outcome, Outcome::Failed, "{source}");
    }
}

#[tokio::test]
async fn a_commands_output_is_a_feed_a_page_or_a_text() {
    let web = Web::start();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("feed.xml"), rss("printed", 2)).unwrap();
    fs::write(folder.path().join("note.txt"), "Just a note.").unwrap();
    let read = async |command: &str| {
        run(&web, &format!("name = 'a'\ncommand = {command}"), folder.path(), &Memory::default()).await
    };
    assert_eq!(read("['cat', 'feed.xml']").await.entries.len(), 2);
    let note = read("['cat', 'note.txt']").await.entries.remove(0).document.unwrap();
    assert_eq!((note.bytes.as_slice(), note.media_type.as_deref()), (b"Just a note.".as_slice(), None));
    let failed = read("['cat', 'none.txt']").await;
    assert!(failed.outcome == Outcome::Failed && failed.problems[0].cause.as_deref().unwrap().contains("none.txt"));
    assert!(read("['no-such-program-here']").await.problems[0].what.contains("could not be started"));
}
