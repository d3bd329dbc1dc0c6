//! The memory of gathering from run to run, against a real web server and a real store.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use newsdigest::config::Config;
use newsdigest::fetch::{Http, Options};
use newsdigest::model::Article;
use newsdigest::pipeline::gather;
use newsdigest::store::Store;
use tokio::time::Instant;

use crate::support::web::{Answer, Web};

const TEXT: [&str; 4] = [
    "The council of Harwick voted on Monday evening to rebuild the old harbour bridge over the next three years.",
    "The bridge, which was closed to lorries in March, carries about nine thousand cars a day across the harbour.",
    "Engineers told the council that the bridge would have to be closed for good if the wall was not repaired.",
    "The council said that the work on the bridge would begin in spring and that the harbour would stay open.",
];
const APPEAL: &str = "Our reporters work for you every single day of the year, and every gift keeps the news of the harbour free for all.";

/// A feed that announces `entries` in few words each.
fn feed(web: &Web, entries: &[usize]) -> String {
    let item = |entry: &usize| {
        let link = web.url(&format!("/{entry}"));
        format!("<item><title>Harwick {entry}</title><link>{link}</link><description>A bridge ...</description></item>")
    };
    let items: String = entries.iter().map(item).collect();
    format!("<rss version='2.0'><channel><title>Harbour</title>{items}</channel></rss>")
}

/// A page as pasted text, with the site's template around the article.
fn page(web: &Web, entry: usize) {
    let (town, work) = [("Harwick", "bridge"), ("Ashford", "theatre"), ("Milton", "lighthouse")][entry - 1];
    let article = TEXT.map(|line| line.replace("Harwick", town).replace("bridge", work));
    let text = format!("Home\nNews\nLog in\n{}\n{APPEAL}\nRead more\nPrivacy policy", article.join("\n"));
    web.on(&format!("/{entry}"), Answer::Body("text/plain", text.into_bytes()));
}

struct Fixture {
    config: Config,
    store: Store,
    _folder: tempfile::TempDir,
}

impl Fixture {
    async fn new(web: &Web) -> Self {
        let source = format!("[[source]]\nname = 'a'\nfeed = '{}'\nallow_private = true\n", web.url("/feed"));
        let text = format!("version = 1\n[newsletter]\nname = 'n'\ntitle = 'N'\n{source}");
        let config =
            Config::parse(&text, Path::new("config.toml")).unwrap_or_else(|wrong| panic!("{}", wrong.report(false)));
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("digest.db")).await.unwrap();
        Self { config, store, _folder: folder }
    }

    /// Gathers, and returns all articles, by their titles.
    async fn gather(&self) -> Vec<Article> {
        let options = Options { retries: 0, timeout: SignedDuration::from_secs(5), ..Options::default() };
        let now = "2026-11-03T00:00:00Z".parse().unwrap();
        gather(&self.config, &[], &self.store, &Http::new(&options).unwrap(), now, &|_| ()).await.unwrap();
        let mut articles = self.store.unused_articles(&self.config.newsletter.name, None).await.unwrap();
        articles.sort_by(|one, other| one.title.cmp(&other.title));
        articles
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_stood_on_other_pages_of_a_source_are_its_template() {
    let web = Web::start();
    let fixture = Fixture::new(&web).await;
    (1..=3).for_each(|entry| page(&web, entry));
    web.on("/feed", Answer::Body("text/xml", feed(&web, &[1]).into_bytes()));
    let first = fixture.gather().await;
    assert!(first[0].text.contains(APPEAL), "one page alone tells nothing of its site: {}", first[0].text);
    // One page a run: what is known of the site comes from the store.
    for entry in [2, 3] {
        web.on("/feed", Answer::Body("text/xml", feed(&web, &[entry]).into_bytes()));
        let articles = fixture.gather().await;
        let text = &articles[entry - 1].text;
        assert!(text.starts_with("The council of") && text.ends_with("stay open.") && !text.contains(APPEAL), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_could_not_be_had_is_asked_for_again_though_the_feed_did_not_change() {
    let web = Web::start();
    let fixture = Fixture::new(&web).await;
    let xml = feed(&web, &[1]);
    web.on("/feed", Answer::Cached("text/xml", xml.into_bytes(), "\"v1\"")).on("/1", Answer::Status(500, vec![]));
    assert!(fixture.gather().await[0].teaser);
    assert!(fixture.gather().await[0].teaser, "it fails once more");
    page(&web, 1);
    let read = fixture.gather().await;
    assert_eq!((read.len(), read[0].title.as_str(), read[0].teaser), (1, "Harwick 1", false));
    assert!(read[0].text.contains("nine thousand cars"), "{}", read[0].text);
    fixture.gather().await;
    assert_eq!(web.hits("/1"), 3, "what was read is not asked for again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_from_the_future_came_now() {
    let folder = tempfile::tempdir().unwrap();
    let mail = |year: u32| {
        format!("From: a@example.org\r\nSubject: {year}\r\nDate: 2 Nov {year} 10:00:00 +0000\r\n\r\n{}", TEXT[0])
    };
    let mails = [2025, 2031].map(|year| std::fs::write(folder.path().join(format!("{year}.eml")), mail(year)));
    assert!(mails.iter().all(Result::is_ok));
    let text = "version = 1\n[newsletter]\nname = 'n'\n[[source]]\nname = 'a'\nfiles = '*.eml'\n";
    let config = Config::parse(text, &folder.path().join("config.toml")).unwrap();
    let store = Store::open(&folder.path().join("digest.db")).await.unwrap();
    let now = "2026-11-03T00:00:00Z".parse().unwrap();
    gather(&config, &[], &store, &Http::new(&Options::default()).unwrap(), now, &|_| ()).await.unwrap();
    let mut articles = store.unused_articles("n", None).await.unwrap();
    articles.sort_by(|one, other| one.title.cmp(&other.title));
    let dates: Vec<_> = articles.iter().map(|article| article.published.unwrap().to_string()).collect();
    assert_eq!(dates, ["2025-11-02T10:00:00Z", "2026-11-03T00:00:00Z"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_gone_is_not_asked_for_again() {
    let web = Web::start();
    let fixture = Fixture::new(&web).await;
    let xml = feed(&web, &[1]);
    web.on("/feed", Answer::Cached("text/xml", xml.into_bytes(), "\"v1\"")).on("/1", Answer::Status(404, vec![]));
    for _ in 0..3 {
        assert!(fixture.gather().await[0].teaser);
    }
    assert_eq!(web.hits("/1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_that_hang_are_waited_for_all_at_once() {
    let web = Web::start();
    web.on("/hang", Answer::Hang).on("/feed", Answer::Body("text/xml", feed(&web, &[]).into_bytes()));
    let source = |number: usize| {
        let path = if number.is_multiple_of(70) { "/hang" } else { "/feed" };
        format!("[[source]]\nname = '{number}'\nfeed = '{}'\nallow_private = true\n", web.url(path))
    };
    let text: String = (0..280).map(source).collect();
    let config = Config::parse(&format!("version = 1\n{text}"), Path::new("config.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("digest.db")).await.unwrap();
    let options = Options { per_host: 32, timeout: SignedDuration::from_secs(10), ..Options::default() };
    let now = "2026-11-03T00:00:00Z".parse().unwrap();
    let started = Instant::now();
    let gathered = gather(&config, &[], &store, &Http::new(&options).unwrap(), now, &|_| ()).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert_eq!(gathered.health.answered, 276);
    let names: Vec<String> = gathered.sources.into_iter().map(|source| source.name).collect();
    assert_eq!(names, (0..280).map(|number| number.to_string()).collect::<Vec<_>>(), "told in the order of the config");
}
