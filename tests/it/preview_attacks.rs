//! Who may not come in to the preview page, and what may not come out of it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::preview::{CONFIG, Page, newsletter};

async fn code(request: reqwest::RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
    (status, problem["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_opening_address_opens_once_and_the_cookie_stays_with_us() {
    let page = Page::serve(&newsletter(), &["--port", "0"]);
    let shell = || page.client.get(&page.root);
    assert_eq!(code(shell()).await, refused(401, "no_session"), "no cookie");
    let wrong = format!("{}?token={}", page.root, "0".repeat(32));
    assert_eq!(code(page.client.get(&wrong)).await, refused(401, "no_session"), "a guess");
    let opened = page.client.get(&page.opening).send().await.unwrap();
    let cookie = opened.headers()["set-cookie"].to_str().unwrap().to_owned();
    let path = page.root.strip_prefix(&page.origin()).unwrap();
    assert!(cookie.ends_with(&format!("; HttpOnly; SameSite=Strict; Path={path}")), "{cookie}");
    let port = page.origin().rsplit(':').next().unwrap().to_owned();
    assert!(cookie.starts_with(&format!("digest-{port}=")), "{cookie}");
    assert_eq!(code(page.client.get(&page.opening)).await, refused(401, "no_session"), "spent");
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(shell().header("Cookie", pair).send().await.unwrap().status(), 200);
    assert_eq!(code(shell().header("Cookie", format!("{pair}0"))).await, refused(401, "no_session"));
    // Another server on this machine would be asked for another path: the cookie alone opens nothing elsewhere.
    let elsewhere = page.client.get(format!("{}/state", page.origin())).header("Cookie", pair);
    assert_eq!(code(elsewhere).await, refused(404, "not_found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_name_and_another_page_are_refused() {
    let page = Page::open(&newsletter()).await;
    let port = page.origin().rsplit(':').next().unwrap().to_owned();
    for host in [
        "evil.example",
        "localhost",
        "127.0.0.1",
        "evil.example:80",
        &format!("localhost:{port}"),
        &format!("127.0.0.1.evil.example:{port}"),
    ] {
        for path in ["", "state", "assets/core.js"] {
            let got = code(page.ask(Method::GET, path).header("Host", host)).await;
            assert_eq!(got, refused(403, "wrong_host"), "{host} {path}");
        }
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(code(page.ask(Method::GET, "state").header("Sec-Fetch-Site", site)).await, refused(403, "origin"));
    }
    let body = json!({ "changes": [] }).to_string();
    for origin in ["https://evil.example", "null", "http://127.0.0.1", &format!("http://localhost:{port}")] {
        let request = page.client.post(format!("{}compose", page.root)).header("Cookie", &page.cookie);
        let request = request.header("X-Digest-Token", &page.token).header("Origin", origin).body(body.clone());
        assert_eq!(code(request).await, refused(403, "origin"), "{origin}");
    }
    let bare = || page.client.post(format!("{}compose", page.root)).header("Cookie", &page.cookie).body(body.clone());
    assert_eq!(code(bare()).await, refused(403, "origin"), "no origin at all");
    let own = || bare().header("Origin", page.origin());
    assert_eq!(code(own()).await, refused(403, "token"), "the cookie alone does not write");
    assert_eq!(code(own().header("X-Digest-Token", "0")).await, refused(403, "token"));
    assert_eq!(code(own().header("X-Digest-Token", &page.token)).await.0, 200);
    let preflight =
        page.client.request(Method::OPTIONS, format!("{}compose", page.root)).header("Cookie", &page.cookie);
    let answer = preflight.header("Origin", "https://evil.example").send().await.unwrap();
    assert!(!answer.headers().keys().any(|name| name.as_str().starts_with("access-control")), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn get_changes_nothing() {
    let program = newsletter();
    let page = Page::open(&program).await;
    let before = program.files();
    for path in ["compose", "patch", "write", "undo", "test", "gather", "ways", "rule", "causes", "ask", "read"] {
        let query = format!("{path}?base=x&changes=[]&to=me@example.org");
        assert_eq!(page.ask(Method::GET, &query).send().await.unwrap().status(), 405, "{path}");
    }
    let id = page.compose(&json!([])).await["id"].clone();
    for path in ["state", "controls", &format!("mail/{}.html", id.as_str().unwrap())] {
        page.text(path).await;
        let posted = page.post_raw(path, &json!({})).await;
        assert_eq!(posted.status(), 405, "{path}");
    }
    assert_eq!(program.files(), before, "no file changed, and none is new");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_may_frame_us_and_the_mail_may_do_nothing() {
    let page = Page::open(&newsletter()).await;
    let id = page.compose(&json!([])).await["id"].as_str().unwrap().to_owned();
    let policy = async |path: &str| {
        let answer = page.ask(Method::GET, path).send().await.unwrap();
        let headers = answer.headers().clone();
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        assert_eq!(headers.get_all("content-security-policy").iter().count(), 1);
        headers["content-security-policy"].to_str().unwrap().to_owned()
    };
    for path in ["", "state", "assets/views.js", "nothing"] {
        let policy = policy(path).await;
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
    let mail = policy(&format!("mail/{id}.html")).await;
    assert!(mail.starts_with("sandbox allow-same-origin; default-src 'none'"), "{mail}");
    assert!(!mail.contains("script") && mail.contains("frame-ancestors 'self'"), "{mail}");
    let html = page.text(&format!("mail/{id}.html")).await;
    assert!(!html.contains("<script"), "a title is text");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_or_not_ours_to_change_is_refused() {
    let program = newsletter();
    let page = Page::open(&program).await;
    let long = page.ask(Method::POST, "compose").body(format!("{{\"tab\":\"{}\"}}", "x".repeat(70_000)));
    assert_eq!(long.send().await.unwrap().status(), 413);
    assert_eq!(page.ask(Method::POST, "compose").body("{").send().await.unwrap().status(), 400);
    let many: Vec<Value> = (0..201).map(|place| json!({ "rule": place.to_string(), "remove": true })).collect();
    assert_eq!(page.refused("compose", &json!({ "changes": many })).await.0, 422);
    for key in ["mail.from", "store.path", "fetch.allow_private", "ping.url", "newsletter.template"] {
        let change = json!({ "changes": [{ "key": key, "value": "x" }] });
        assert_eq!(page.refused("compose", &change).await, refused(422, "config"), "{key}");
    }
    let command = json!({ "changes": [{ "source": "Coast Daily", "key": "command", "value": ["/bin/sh"] }] });
    assert_eq!(page.refused("compose", &command).await.0, 422);
    for path in ["mail/../state", "mail/00.html", "story/00/00", "assets/../../Cargo.toml", "assets/x"] {
        assert_eq!(
            page.ask(Method::GET, path).send().await.unwrap().status().is_success(),
            path.ends_with("state"),
            "{path}"
        );
    }
    let told = [page.text("state").await, page.text("controls").await].concat();
    for secret in ["digest.db", "coast.xml", "transport", "digest@example.org"] {
        assert!(!told.contains(secret), "`{secret}` is nobody's business");
    }
    assert_eq!(fs::read_to_string(program.path("config.toml")).unwrap(), CONFIG);
}
