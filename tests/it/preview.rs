//! The preview page shows the mail that a dry run shows with that config, and writes only the keys that were touched.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::preview::{CONFIG, NOW, Page, newsletter};
use crate::support::program::Program;
use crate::support::skip::skip;

/// Lists of changes of every kind.
fn change_lists() -> Vec<Value> {
    let ferry = json!({ "name": "ferries", "boost": { "text": r"(?i)\b(ferry|Fähre)\b" }, "by": 2.0 });
    vec![
        json!([]),
        json!([{ "key": "newsletter.max_stories", "value": 2 }]),
        json!([{ "key": "summary.sentences", "value": 1 }, { "key": "newsletter.layout", "value": "equal" }]),
        json!([{ "source": "Hill Post", "key": "weight", "value": 4.5 }, { "key": "newsletter.sections", "value": ["Hills", "Coast"] }]),
        json!([{ "rule": "ferries", "value": ferry }, { "rule": "deals", "remove": true }, { "key": "newsletter.max_stories", "value": 6 }]),
        json!([{ "key": "summary.redundancy", "unset": true }, { "key": "stories.cluster", "value": 1 }, { "key": "newsletter.max_stories", "value": 1 }]),
    ]
}

fn dry_run(program: &Program, format: &str) -> String {
    program.run(&["--dry-run", "--now", NOW, "--format", format]).ends(0).stdout
}

async fn write(page: &Page, changes: &Value) -> Value {
    let base = page.get("state").await["config"]["hash"].clone();
    let patch = page.post("patch", &json!({ "base": base, "changes": changes })).await;
    page.post("write", &json!({ "base": base, "changes": changes, "patch_hash": patch["patch_hash"] })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_what_a_dry_run_shows_with_that_config() {
    let program = newsletter();
    let page = Page::open(&program).await;
    for changes in change_lists() {
        let composed = page.compose(&changes).await;
        let id = composed["id"].as_str().unwrap();
        let mut shown = Vec::new();
        for form in ["html", "md", "eml"] {
            shown.push((form, page.text(&format!("mail/{id}.{form}")).await));
        }
        let is_empty = changes.as_array().unwrap().is_empty();
        if !is_empty {
            write(&page, &changes).await;
        }
        for (form, text) in shown {
            assert_eq!(text.trim_end(), dry_run(&program, form).trim_end(), "{form} of {changes}");
        }
        if !is_empty {
            page.post("undo", &json!({})).await;
        }
        assert_eq!(fs::read_to_string(program.path("config.toml")).unwrap(), CONFIG);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_change_there_is_no_difference_and_the_order_of_changes_does_not_matter() {
    let page = Page::open(&newsletter()).await;
    for changes in change_lists() {
        let one = page.compose(&changes).await;
        let mut reversed = changes.as_array().unwrap().clone();
        reversed.reverse();
        let other = page.compose(&reversed.into()).await;
        assert_eq!((&one["id"], &one["diff"]), (&other["id"], &other["diff"]), "{changes}");
        let is_empty = changes.as_array().unwrap().is_empty();
        assert_eq!(one["id"] == one["before"], is_empty, "{changes}");
        let kinds = ["in", "out", "forms", "sentences", "moved"];
        let differs = kinds.iter().any(|kind| !one["diff"][kind].as_array().unwrap().is_empty());
        assert_eq!(differs, !is_empty, "{changes}: {}", one["diff"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_says_what_comes_in_and_goes_out_and_why() {
    let page = Page::open(&newsletter()).await;
    let fewer = page.compose(&json!([{ "key": "newsletter.max_stories", "value": 3 }])).await;
    let out = fewer["diff"]["out"].as_array().unwrap();
    assert_eq!((out.len(), fewer["diff"]["in"].as_array().unwrap().len()), (1, 0), "{}", fewer["diff"]);
    assert!(out[0]["now"]["why"].as_str().unwrap().contains("`max_stories` = 3"), "{}", out[0]);
    let rule = json!({ "name": "school", "drop": { "title": "(?i)lighthouse" } });
    let dropped = page.compose(&json!([{ "rule": "school", "value": rule }])).await;
    assert_eq!(dropped["diff"]["out"][0]["now"]["kind"], "dropped", "{}", dropped["diff"]);
    assert_eq!(dropped["diff"]["in"][0]["was"]["kind"], "linked", "{}", dropped["diff"]);
    let more = page.compose(&json!([{ "key": "newsletter.layout", "value": "equal" }])).await;
    let more = page.compose(&json!([{ "key": "summary.sentences", "value": 1 }])).await["diff"]["sentences"].clone()
        == more["diff"]["sentences"];
    assert!(!more, "another layout and other sentences differ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_tells_why_each_of_its_sentences_was_taken() {
    let page = Page::open(&newsletter()).await;
    let composed = page.compose(&json!([])).await;
    let id = composed["id"].as_str().unwrap();
    let first = &composed["stories"][0];
    let story = page.get(&format!("story/{id}/{}", first["id"].as_str().unwrap())).await;
    let parts: f64 =
        story["ranking"]["parts"].as_array().unwrap().iter().map(|part| part["points"].as_f64().unwrap()).sum();
    assert!((parts - story["ranking"]["score"].as_f64().unwrap()).abs() < 1e-9, "the points add up");
    let article = &story["articles"][0];
    for sentence in story["sentences"].as_array().unwrap() {
        let (start, end) = (sentence["start"].as_u64().unwrap() as usize, sentence["end"].as_u64().unwrap() as usize);
        assert_eq!(&article["text"].as_str().unwrap()[start..end], sentence["text"].as_str().unwrap());
        assert_eq!(sentence["facts"].as_array().unwrap().len(), 5);
        assert!(!sentence["why"].as_str().unwrap().is_empty());
    }
    let taken: Vec<&Value> = story["sentences"].as_array().unwrap().iter().filter(|one| one["shown"] == true).collect();
    assert_eq!(taken.len(), first["sentences"].as_array().unwrap().len(), "those that stand in the mail are marked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_out_is_found_and_each_way_to_bring_it_in_works() {
    let page = Page::open(&newsletter()).await;
    let composed = page.compose(&json!([])).await;
    let id = composed["id"].as_str().unwrap();
    let all = page.get(&format!("entries/{id}")).await;
    assert_eq!(all["rows"].as_array().unwrap().len(), 7, "every entry has its row");
    let left = page.get(&format!("entries/{id}?kind=left_out&q=deals")).await;
    let row = &left["rows"][0];
    assert_eq!((&row["kind"], &row["hit"]["snippet"][1]), (&json!("dropped"), &json!("deals")), "{row}");
    let linked = page.get(&format!("entries/{id}?kind=linked")).await;
    for row in [row, &linked["rows"][0]] {
        let found = page.post("ways", &json!({ "article": row["article"] })).await;
        let ways = found["ways"].as_array().unwrap();
        assert!(!ways.is_empty() || row["kind"] == "dropped", "{row}");
        for way in ways {
            let with = page.compose(&json!([way["change"]])).await;
            let rows = page.get(&format!("entries/{}?kind=published", with["id"].as_str().unwrap())).await;
            let is_in = rows["rows"].as_array().unwrap().iter().any(|one| one["article"] == row["article"]);
            assert!(is_in, "{way}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_shows_its_hits_and_a_wrong_pattern_its_place() {
    let page = Page::open(&newsletter()).await;
    let rule = json!({ "name": "tools", "boost": { "title": r"(?i)\b(tram|deals)\b" }, "by": 5.0 });
    let hits = page.post("rule", &json!({ "rule": rule })).await;
    assert_eq!(hits["count"], 2, "{hits}");
    let found = |word: &str| {
        let all = hits["hits"].as_array().unwrap();
        all.iter().find(|hit| hit["snippet"][1] == word).unwrap_or_else(|| panic!("{word}: {hits}")).clone()
    };
    assert_eq!((&found("deals")["without"], &found("deals")["with"]), (&json!("dropped"), &json!("dropped")));
    assert_eq!(found("tram")["with"], "published");
    assert!(hits["toml"].as_str().unwrap().starts_with("[[rule]]\nname = \"tools\"\nboost = { title = '"), "{hits}");
    let wrong = json!({ "rule": { "name": "tools", "drop": { "title": "(ferry" } } });
    let answer = page.post_raw("rule", &wrong).await;
    let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!((&problem["code"], &problem["key"]), (&json!("pattern"), &json!("drop.title")));
    assert!(problem["detail"].as_str().unwrap().contains('^'), "{problem}");
    let huge = json!({ "rule": { "name": "huge", "drop": { "text": "(a{1000}){1000}" } } });
    assert_eq!(page.refused("rule", &huge).await, (422, "pattern".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_touches_only_the_lines_that_were_shown() {
    let program = newsletter();
    let path = program.path("config.toml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let page = Page::open(&program).await;
    let base = page.get("state").await["config"]["hash"].clone();
    let changes = json!([{ "key": "newsletter.max_stories", "value": 5 }, { "source": "Coast Daily", "key": "weight", "value": 0.5 }]);
    let patch = page.post("patch", &json!({ "base": base, "changes": changes })).await;
    let signs = |sign: &str| -> Vec<String> {
        let rows = patch["rows"].as_array().unwrap().iter().filter(|row| row["sign"] == sign);
        rows.map(|row| row["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(signs("-"), ["max_stories = 4                 # told in full"]);
    assert_eq!(signs("+"), ["max_stories = 5                 # told in full", "weight = 0.5"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), CONFIG, "looking at a patch writes nothing");
    let other = json!({ "base": base, "changes": [{ "key": "newsletter.max_stories", "value": 9 }], "patch_hash": patch["patch_hash"] });
    assert_eq!(page.refused("write", &other).await, (409, "stale_patch".to_owned()));
    page.post("write", &json!({ "base": base, "changes": changes, "patch_hash": patch["patch_hash"] })).await;
    let after = fs::read_to_string(&path).unwrap();
    let expected = CONFIG.replace("max_stories = 4 ", "max_stories = 5 ").replace(
        "section = \"Coast\"\nfull_text = \"never\"\n",
        "section = \"Coast\"\nfull_text = \"never\"\nweight = 0.5\n",
    );
    assert_eq!(after, expected);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640, "its mode stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_meanwhile_is_not_written_over() {
    let program = newsletter();
    let page = Page::open(&program).await;
    let base = page.get("state").await["config"]["hash"].clone();
    let changes = json!([{ "key": "newsletter.max_stories", "value": 5 }]);
    let patch = page.post("patch", &json!({ "base": base, "changes": changes })).await;
    let edited = CONFIG.replace("My morning paper", "My evening paper");
    program.write("config.toml", &edited);
    let body = json!({ "base": base, "changes": changes, "patch_hash": patch["patch_hash"] });
    assert_eq!(page.refused("write", &body).await, (409, "stale_base".to_owned()));
    assert_eq!(fs::read_to_string(program.path("config.toml")).unwrap(), edited);
}

/// Waits for the next event that is called `name`.
async fn hear(events: &mut reqwest::Response, name: &str) -> String {
    let mut heard = String::new();
    while !(heard.contains(&format!("event: {name}")) && heard.ends_with("\n\n")) {
        heard.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().expect("the events go on")));
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_config_keeps_the_last_good_edition_and_shows_its_place() {
    let program = newsletter();
    let page = Page::open(&program).await;
    let good = page.compose(&json!([])).await["id"].clone();
    let mut events = page.ask(Method::GET, "events").send().await.unwrap();
    program.write("config.toml", &CONFIG.replace("(?i)\\bdeals?\\b", "(deals"));
    let heard = hear(&mut events, "config").await;
    assert!(heard.contains("no regular expression"), "{heard}");
    let state = page.get("state").await;
    let error = &state["config"]["error"];
    assert_eq!(error["line"], 26, "{error}");
    assert!(error["detail"].as_str().unwrap().contains("^^"), "{error}");
    assert_eq!(page.compose(&json!([])).await["id"], good, "the last good edition stays");
    let body = json!({ "base": state["config"]["hash"], "changes": [], "patch_hash": "" });
    assert_eq!(page.refused("write", &body).await.0, 409);
    program.write("config.toml", &CONFIG.replace("max_stories = 4", "max_stories = 2"));
    hear(&mut events, "config").await;
    assert!(page.get("state").await["config"]["error"].is_null());
    assert_eq!(page.compose(&json!([])).await["stories"].as_array().unwrap().len(), 2, "and then the new one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_template_keeps_the_last_good_edition_and_shows_its_place() {
    let program = newsletter();
    program.run(&["template", "dump", "--to", "mine"]).ends(0);
    program.write("config.toml", &CONFIG.replace("max_stories = 4 ", "template = \"mine\"\nmax_stories = 4 "));
    let page = Page::open(&program).await;
    let good = page.compose(&json!([])).await["id"].clone();
    let subject = fs::read_to_string(program.path("mine/subject.txt")).unwrap();
    let mut events = page.ask(Method::GET, "events").send().await.unwrap();
    program.write("mine/subject.txt", "{{ edition.title \n");
    hear(&mut events, "config").await;
    let error = page.get("state").await["config"]["error"].clone();
    assert_eq!(error["code"], "template", "{error}");
    let detail = error["detail"].as_str().unwrap();
    assert!(detail.contains("subject.txt") && detail.contains('^'), "{error}");
    assert_eq!(page.compose(&json!([])).await["id"], good, "the last good edition stays");
    let body = json!({ "base": page.get("state").await["config"]["hash"], "changes": [], "patch_hash": "" });
    assert_eq!(page.refused("write", &body).await.0, 409);
    program.write("mine/subject.txt", &format!("New:{subject}"));
    hear(&mut events, "config").await;
    assert!(page.get("state").await["config"]["error"].is_null());
    assert!(page.compose(&json!([])).await["subject"].as_str().unwrap().starts_with("New:"), "and then the new one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_names_its_control() {
    let page = Page::open(&newsletter()).await;
    let good = page.compose(&json!([])).await["id"].clone();
    for (change, key) in [
        (json!({ "key": "summary.order", "value": 7.5 }), "summary.order"),
        (json!({ "key": "newsletter.max_stories", "value": 2.5 }), "newsletter.max_stories"),
        (json!({ "key": "newsletter.layout", "value": "diagonal" }), "newsletter.layout"),
    ] {
        let answer = page.post_raw("compose", &json!({ "changes": [change] })).await;
        let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!((&problem["code"], &problem["key"]), (&json!("config"), &json!(key)), "{problem}");
    }
    assert_eq!(page.compose(&json!([])).await["id"], good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_without_effect_says_what_stands_in_its_way() {
    let page = Page::open(&newsletter()).await;
    let causes = async |changes: Value| {
        let composed = page.compose(&changes).await;
        (composed["diff"].clone(), page.post("causes", &json!({ "tab": "test", "seq": 1, "changes": changes })).await)
    };
    let (_, found) = causes(
        json!([{ "key": "newsletter.max_per_source", "value": 1 }, { "key": "newsletter.max_stories", "value": 6 }]),
    )
    .await;
    assert_eq!(
        found["no_effect"],
        json!([{ "change": 1, "why": "`max_per_source` = 1 stands in the way" }]),
        "{found}"
    );
    let silent = json!({ "name": "whales", "drop": { "title": "whale" } });
    let twice = json!({ "name": "again", "drop": { "title": "(?i)deals" } });
    let (diff, found) = causes(json!([
        { "rule": "whales", "value": silent }, { "rule": "again", "value": twice }, { "key": "newsletter.max_stories", "value": 3 },
        { "key": "summary.damping", "value": 0.8 },
    ])).await;
    let why = |place: usize| {
        let all = found["no_effect"].as_array().unwrap();
        all.iter().find(|one| one["change"] == place).map(|one| one["why"].as_str().unwrap().to_owned())
    };
    assert_eq!(why(0).as_deref(), Some("no entry of this day matches"), "{found}");
    assert_eq!(why(1).as_deref(), Some("the entry that matches is decided the same without it"), "{found}");
    assert_eq!(why(2), None, "{found}");
    // Each difference has its cause.
    let out = format!("out {}", diff["out"][0]["headline"].as_str().unwrap());
    assert_eq!(found["of"][&out], json!([2]), "{found}");
    // Nobody waits for the causes of an older request.
    page.post("compose", &json!({ "tab": "test", "seq": 9, "changes": [] })).await;
    let late = json!({ "tab": "test", "seq": 8, "changes": [] });
    assert_eq!(page.refused("causes", &late).await, (409, "superseded".to_owned()));
}

/// A terminal's other side, which is asked for by a person; here by `script`.
#[test]
fn a_browser_that_cannot_be_opened_leaves_the_address() {
    if !std::path::Path::new("/usr/bin/script").exists() {
        skip("script is not installed");
        return;
    }
    let program = newsletter();
    let command = format!("PATH=/nowhere exec {} preview --port 0 --now {NOW}", env!("CARGO_BIN_EXE_digest"));
    let (mut child, line) =
        program.start_by(std::process::Command::new("/usr/bin/script").args(["-qfec", &command, "/dev/null"]));
    let said = line.contains("http://127.0.0.1:") && line.contains("?token=");
    let _ = child.kill();
    let _ = child.wait();
    assert!(said, "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_day_is_composed_again_of_what_it_had() {
    let program = newsletter();
    program.run(&["--now", NOW]).ends(0);
    let page = Page::open(&program).await;
    let next = page.compose(&json!([])).await;
    assert_eq!(next["stories"].as_array().unwrap().len(), 0, "all was told");
    let days = page.get("state").await["days"].clone();
    let day = days[1]["id"].as_str().unwrap();
    let past = page.post("compose", &json!({ "day": day, "changes": [] })).await;
    assert_eq!(past["stories"].as_array().unwrap().len(), 4, "{past}");
    assert_eq!(page.refused("compose", &json!({ "day": "no-such-day", "changes": [] })).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_mail_is_the_mail_that_is_shown_and_leaves_no_trace() {
    let program = newsletter();
    let page = Page::open(&program).await;
    let changed = page.compose(&json!([{ "key": "newsletter.max_stories", "value": 2 }])).await;
    let body = json!({ "id": changed["id"], "to": "me@example.org" });
    page.post("test", &body).await;
    let files: Vec<_> = fs::read_dir(program.path("mail")).unwrap().flatten().collect();
    assert_eq!(files.len(), 1);
    let mail = fs::read_to_string(files[0].path()).unwrap();
    assert!(mail.contains("me@example.org") && !mail.contains("reader@example.org"), "{mail}");
    assert!(!program.path("digest.db").exists(), "nothing is remembered of it");
    assert_eq!(page.refused("test", &body).await, (429, "too_soon".to_owned()));
    let nobody = json!({ "id": changed["id"], "to": "nobody" });
    assert_eq!(page.refused("test", &nobody).await, (422, "address".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_request_of_a_tab_gives_way() {
    let page = Page::open(&newsletter()).await;
    let ask = |seq: u64, stories: u64| json!({ "tab": "one", "seq": seq, "changes": [{ "key": "newsletter.max_stories", "value": stories }] });
    let newest = page.post("compose", &ask(7, 3)).await;
    assert_eq!(newest["seq"], 7);
    assert_eq!(page.refused("compose", &ask(6, 2)).await, (409, "superseded".to_owned()));
    let other = json!({ "tab": "two", "seq": 1, "changes": [] });
    page.post("compose", &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_gives_the_next_and_a_wrong_config_no_page() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let program = newsletter();
    let page = Page::serve(&program, &["--port", &port.to_string()]);
    let own: u16 = page.origin().rsplit(':').next().unwrap().parse().unwrap();
    assert!(own > port && own <= port.saturating_add(20), "{own} after {port}");
    program.write("config.toml", "version = 1\nnewsleter = 1\n");
    let ran = program.run(&["preview", "--no-open", "--port", "0"]).ends(2);
    assert!(ran.stderr.contains("newsleter"), "{}", ran.stderr);
}
