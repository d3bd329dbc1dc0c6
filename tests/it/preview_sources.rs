//! On the preview page a source is asked alone, and selectors are tried on a page of it: bounded, by the rules of fetching.

#![allow(clippy::unwrap_used, reason = "tests")]

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::preview::{CONFIG, Page, newsletter};
use crate::support::program::Program;
use crate::support::web::{Answer, Web};

const ARTICLE: &str = "The weir above Brekke was opened on Friday, so that salmon can reach the upper river again. \
    Anglers had asked for it since the mill closed. \
    A counter under water shall say how many fish pass by night.";
const SECOND: &str = "Divers will look at the gravel in spring, when the young fish leave it. \
    The town pays for the counter, a club of anglers for the divers. \
    If it goes well, two more weirs further up are opened next year.";

fn page() -> String {
    format!(
        "<html><head><title>Weir at Brekke is open</title></head><body><nav><a href='/'>All news</a></nav>\
         <article class='text'><h1>Weir at Brekke is open</h1><p>{ARTICLE}</p><p>{SECOND}</p></article>\
         <aside class='box'><p>Rivers of the region in pictures, every week in your letter box.</p></aside></body></html>"
    )
}

fn feed(web: &Web) -> String {
    let link = web.url("/weir");
    format!(
        "<rss version=\"2.0\"><channel><title>River</title><item><title>Weir at Brekke is open</title><link>{link}</link>\
         <guid>{link}</guid><pubDate>Sat, 17 Oct 2026 18:00:00 GMT</pubDate><description>Salmon again.</description></item></channel></rss>"
    )
}

/// The newsletter with a source on `web`, which `more` says more about.
fn with_river(web: &Web, fetch: &str, more: &str) -> Program {
    web.feed("/feed", &feed(web)).on("/weir", Answer::Body("text/html", page().into_bytes()));
    web.on("/robots.txt", Answer::Status(404, Vec::new()));
    let program = newsletter();
    let source = format!("[[source]]\nname = \"River\"\nfeed = \"{}\"\n{more}\n[[rule]]", web.url("/feed"));
    program.write(
        "config.toml",
        &format!("{}\n[fetch]\nhost_delay = \"0s\"\n{fetch}\n", CONFIG.replace("[[rule]]", &source)),
    );
    program
}

/// Waits for the event that a source was asked.
async fn heard(mut events: Response) {
    let mut heard = String::new();
    while !(heard.contains("event: source") && heard.ends_with("\n\n")) {
        heard.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().expect("the events go on")));
    }
}

async fn row(page: &Page, name: &str) -> Value {
    let id = page.compose(&json!([])).await["id"].as_str().unwrap().to_owned();
    let found = page.get(&format!("sources/{id}")).await;
    found["sources"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
}

async fn ask(page: &Page, name: &str) -> Value {
    let events = page.ask(Method::GET, "events").send().await.unwrap();
    assert_eq!(page.post_raw("ask", &json!({ "source": name })).await.status(), 202);
    heard(events).await;
    row(page, name).await["asked"].clone()
}

/// The id of the river's article, and of the edition that has it.
async fn article(page: &Page) -> (Value, Value) {
    let id = page.compose(&json!([])).await["id"].clone();
    let found = page.get(&format!("entries/{}?source=River", id.as_str().unwrap())).await;
    (id, found["rows"][0]["article"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_source_is_asked_alone() {
    let web = Web::start();
    let program = with_river(&web, "", "allow_private = true");
    let page = Page::open(&program).await;
    let files = program.files();
    let before = web.hits("/feed");
    assert!(row(&page, "River").await["asked"].is_null());
    let asked = ask(&page, "River").await;
    assert_eq!((&asked["failed"], &asked["entries"]), (&json!(false), &json!(1)), "{asked}");
    assert_eq!(asked["read"][0]["title"], "Weir at Brekke is open");
    assert!(asked["read"][0]["words"].as_u64().unwrap() > 30, "its page was read: {asked}");
    assert_eq!(web.hits("/feed"), before + 1);
    assert_eq!(program.files(), files, "nothing of it is stored");
    assert_eq!(page.refused("ask", &json!({ "source": "Nobody" })).await, (404, "gone".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_hangs_says_so_in_its_row_and_the_page_goes_on() {
    let web = Web::start();
    let program = with_river(&web, "deadline = \"2s\"", "allow_private = true");
    web.on("/feed", Answer::Hang);
    let page = Page::open(&program).await;
    let events = page.ask(Method::GET, "events").send().await.unwrap();
    assert_eq!(page.post_raw("ask", &json!({ "source": "River" })).await.status(), 202);
    let changed = page.compose(&json!([{ "key": "newsletter.max_stories", "value": 2 }])).await;
    assert_eq!(changed["stories"].as_array().unwrap().len(), 2, "behind one that hangs nobody waits");
    heard(events).await;
    let row = row(&page, "River").await;
    assert_eq!(row["asked"]["failed"], true, "{row}");
    assert!(row["asked"]["problems"][0].as_str().is_some_and(|why| why.contains("2 s")), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_on_this_machine_is_not_asked_unless_the_config_lets_it() {
    let web = Web::start();
    let page = Page::open(&with_river(&web, "", "")).await;
    let asked = ask(&page, "River").await;
    assert_eq!(asked["failed"], true, "{asked}");
    assert!(asked["problems"][0].as_str().unwrap().contains("private"), "{asked}");
    assert!(web.all().is_empty(), "{:?}", web.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_stands_beside_what_is_read_of_it_and_selectors_are_tried() {
    let web = Web::start();
    let program = with_river(&web, "", "allow_private = true");
    let page = Page::open(&program).await;
    let (id, article) = article(&page).await;
    let before = web.hits("/weir");
    let read = async |content: &str, remove: &str| {
        page.post(
            "read",
            &json!({ "id": id, "article": article, "content_selector": content, "remove_selectors": remove }),
        )
        .await
    };
    let kept = |found: &Value, kept: bool| -> Vec<String> {
        let lines = found["lines"].as_array().unwrap().iter().filter(|line| line["kept"] == kept);
        lines.map(|line| line["text"].as_str().unwrap().to_owned()).collect()
    };
    let as_it_is = read("", "").await;
    assert_eq!(kept(&as_it_is, true), [ARTICLE, SECOND], "{as_it_is}");
    let rest =
        ["All news", "Weir at Brekke is open", "Rivers of the region in pictures, every week in your letter box."];
    assert_eq!(kept(&as_it_is, false), rest);
    assert_eq!(
        (&as_it_is["kept"], &as_it_is["toml"], &as_it_is["lines"][1]["headline"]),
        (&json!(2), &json!(""), &json!(true))
    );
    let chosen = read("article p + p", "").await;
    assert_eq!(
        (kept(&chosen, true), &chosen["toml"]),
        (vec![SECOND.to_owned()], &json!("content_selector = \"article p + p\""))
    );
    let removed = read("article", "h1, p:first-of-type").await;
    assert_eq!(kept(&removed, true), [SECOND]);
    assert_eq!(removed["toml"], "content_selector = \"article\"\nremove_selectors = [\"h1, p:first-of-type\"]");
    let nothing = read(".none", "").await;
    assert!(nothing["problems"][0].as_str().unwrap().contains("`.none`"), "{nothing}");
    assert_eq!(web.hits("/weir"), before + 1, "the page is asked for once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_selector_is_shown_with_its_place_and_a_page_that_hangs_is_given_up() {
    let web = Web::start();
    let page = Page::open(&with_river(&web, "deadline = \"3s\"", "allow_private = true")).await;
    let (id, article) = article(&page).await;
    for (key, field) in [("content_selector", "a[["), ("remove_selectors", "p > > a")] {
        let answer = page.post_raw("read", &json!({ "id": id, "article": article, key: field })).await;
        assert_eq!(answer.status(), 422);
        let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!((&problem["code"], &problem["key"]), (&json!("selector"), &json!(key)));
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(&format!("line 1: {field}\n")) && detail.ends_with('^'), "{detail}");
    }
    let long = "a ".repeat(600) + "a";
    for (wrong, expected) in [
        (json!({ "id": id, "article": article, "content_selector": long }), (422, "selector")),
        (json!({ "id": id, "article": "x" }), (404, "gone")),
        (json!({ "id": "x", "article": article }), (404, "gone")),
        (json!({ "id": id, "article": article, "url": "http://127.0.0.1/" }), (400, "body")),
    ] {
        assert_eq!(page.refused("read", &wrong).await, (expected.0, expected.1.to_owned()), "{wrong}");
    }
    web.on("/weir", Answer::Hang);
    assert_eq!(page.refused("read", &json!({ "id": id, "article": article })).await, (422, "page".to_owned()));
    page.compose(&json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_selector_in_the_file_keeps_the_last_good_edition() {
    let web = Web::start();
    let program = with_river(&web, "", "allow_private = true");
    let page = Page::open(&program).await;
    let good = page.compose(&json!([])).await["id"].clone();
    let mut events = page.ask(Method::GET, "events").send().await.unwrap();
    let text = std::fs::read_to_string(program.path("config.toml")).unwrap();
    program.write(
        "config.toml",
        &text.replace("allow_private = true", "allow_private = true\ncontent_selector = \"a[[\""),
    );
    let mut heard = String::new();
    while !heard.contains("event: config") {
        heard.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
    }
    let error = page.get("state").await["config"]["error"].clone();
    assert!(error["title"].as_str().unwrap().contains("`a[[` is no CSS selector"), "{error}");
    assert!(error["detail"].as_str().unwrap().contains("^^^"), "{error}");
    assert_eq!(page.compose(&json!([])).await["id"], good);
}
