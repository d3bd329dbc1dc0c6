//! The archive as a daily run makes it, and as a reader sees it in a browser.

use std::fs;
use std::path::PathBuf;

use dom_query::Document;
use newsdigest::model::Edition;
use serde_json::Value;

use crate::publish::{archive, checked_links, config, edition, files, text, with_everything};
use crate::support::chromium::Chromium;
use crate::support::program::Program;
use crate::support::skip::skip;
use crate::support::web::{Answer, Web};

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe-core/axe.min.js");

fn daily_config(more: &str) -> String {
    config(more).replace("[publish]", "[[source]]\nname = 'Notes'\nfiles = 'notes/*.txt'\n[publish]")
}

/// A newsletter of one note a day.
fn daily(more: &str) -> Program {
    let program = Program::new(&daily_config(more));
    write_note(
        &program,
        "bridge",
        "The old bridge over the Wend opened again on Monday. Masons had worked on it for a year.",
    );
    program
}

fn write_note(program: &Program, name: &str, said: &str) {
    program.write(
        &format!("notes/{name}.txt"),
        &format!("News of the {name}\n\n{said}\nThe council pays for all of it.\n"),
    );
}

/// The mail that was sent last, as it left, unfolded.
fn mail(program: &Program) -> String {
    let mut mails: Vec<PathBuf> =
        fs::read_dir(program.path("mail")).unwrap().map(|file| file.unwrap().path()).collect();
    mails.sort();
    fs::read_to_string(mails.last().unwrap()).unwrap().replace("=\r\n", "").replace("=3D", "=")
}

#[test]
fn a_run_publishes_each_edition_and_the_mail_leads_to_its_page() {
    let program = daily("url = 'https://news.example.org/digest'\nkeep_text = true");
    program.run(&["run", "--now", "2026-10-19T05:00:00Z"]).ends(0);
    let pages = |program: &Program| -> Vec<String> {
        files(program).into_keys().filter(|path| path.starts_with("editions/") && path.ends_with(".html")).collect()
    };
    assert_eq!(pages(&program).len(), 1);
    let mail_of_monday = mail(&program);
    assert!(
        mail_of_monday.contains(&format!("https://news.example.org/digest/{}", pages(&program)[0])),
        "{mail_of_monday}"
    );
    // The text of the article, the quoted sentences marked.
    let page = Document::from(text(&program, &pages(&program)[0]));
    let marked: Vec<String> = page.select("details mark").iter().map(|mark| mark.text().to_string()).collect();
    assert!(marked.contains(&"The old bridge over the Wend opened again on Monday.".to_owned()), "{marked:?}");
    // The next day, and a day without news.
    write_note(
        &program,
        "ferry",
        "The ferry to Lund sails twice a day from Tuesday. It takes forty minutes and thirty cars.",
    );
    program.run(&["run", "--now", "2026-10-20T05:00:00Z"]).ends(0);
    assert_eq!(pages(&program).len(), 2);
    let report = program.run(&["run", "--now", "2026-10-21T05:00:00Z", "--report", "json"]).ends(0).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["archive"]["written"], 0, "{report}");
    let (dead, links) = checked_links(&program);
    assert!(dead.is_empty() && links > 20, "{links} links, dead: {dead:?}");
    // Made by the runs, it is what is made at once.
    let ran = program.run(&["publish", "--all", "-v", "--now", "2026-10-21T05:00:00Z"]).ends(0);
    assert!(ran.stderr.contains("2 editions, 0 files written"), "{}", ran.stderr);
}

#[test]
fn without_the_setting_the_text_of_an_article_is_not_shown_and_without_a_url_there_is_no_link() {
    let program = daily("");
    program.run(&["run", "--now", "2026-10-19T05:00:00Z"]).ends(0);
    for (path, bytes) in files(&program) {
        assert!(!String::from_utf8_lossy(&bytes).contains("<details"), "{path}");
    }
    assert!(!mail(&program).contains("View in browser"));
    // Set later, all pages are made anew.
    program.write("config.toml", &daily_config("keep_text = true"));
    program.run(&["publish", "--now", "2026-10-19T06:00:00Z"]).ends(0);
    assert!(files(&program).values().any(|bytes| String::from_utf8_lossy(bytes).contains("<details")));
}

#[test]
fn an_archive_that_cannot_be_made_never_stops_the_mail() {
    let program = daily("");
    program.write("site/letter.txt", "mine");
    let ran = program.run(&["run", "--now", "2026-10-19T05:00:00Z"]).ends(1);
    assert!(ran.stderr.contains("the archive was not brought up to date"), "{}", ran.stderr);
    assert!(ran.stderr.contains("`letter.txt`") && ran.stderr.contains("hint:"), "{}", ran.stderr);
    assert!(mail(&program).contains("The old bridge over the Wend"));
    assert_eq!(files(&program).len(), 1, "nothing was written");
    // A file in the folder's place.
    fs::remove_dir_all(program.path("site")).unwrap();
    program.write("site", "mine");
    write_note(
        &program,
        "ferry",
        "The ferry to Lund sails twice a day from Tuesday. It takes forty minutes and thirty cars.",
    );
    program.run(&["run", "--now", "2026-10-20T05:00:00Z"]).ends(1);
    assert!(mail(&program).contains("ferry to Lund"));
    // Once there is room, all of it is made.
    fs::remove_file(program.path("site")).unwrap();
    program.run(&["run", "--now", "2026-10-20T06:00:00Z"]).ends(0);
    assert_eq!(files(&program).keys().filter(|path| path.ends_with(".epub")).count(), 2);
}

/// The archive behind a web server, in a browser; `None` where there is none.
fn open(program: &Program) -> Option<(Web, Chromium)> {
    let Some(chromium) = Chromium::start() else {
        skip("chromium is not installed");
        return None;
    };
    let web = Web::start();
    for (path, bytes) in files(program) {
        let kind = match path.rsplit_once('.').unwrap().1 {
            "html" => "text/html",
            "css" => "text/css",
            "js" => "text/javascript",
            _ => "application/octet-stream",
        };
        web.on(&format!("/{path}"), Answer::Body(kind, bytes));
    }
    Some((web, chromium))
}

#[test]
fn the_archive_is_searched_and_read_in_a_browser() {
    let mut editions: Vec<Edition> = (0..40).map(edition).collect();
    editions[3].sections[0].stories[0].headline = "Café <b>owners</b> meet in Zürich".into();
    let program = archive("", &editions);
    let Some((web, mut chromium)) = open(&program) else { return };
    let found = "new Promise(done => { let frames = 0; const look = () => { const items = [...document.querySelectorAll('#found li')];
        const said = document.getElementById('count').textContent;
        if (said !== '' && FOUND) done(items.map(item => item.querySelector('a').getAttribute('href') + ' ' + item.innerText).join('\\n') + said);
        else if (++frames > 600) done('nothing after ten seconds'); else requestAnimationFrame(look); }; look(); })";
    let page = web.url("/index.html");
    let answer = chromium.visit(&format!("{page}?q=cafe+ZURICH"), &found.replace("FOUND", "items.length === 1"));
    let answer = answer.as_str().unwrap();
    assert!(answer.starts_with(&format!("editions/{}.html#s1", editions[3].id)), "{answer}");
    assert!(answer.contains("Café <b>owners</b> meet"), "a headline stays text: {answer}");
    let none = chromium.visit(&format!("{page}?q=nowhere-to-be-found"), &found.replace("FOUND", "items.length === 0"));
    assert_eq!(none, "Nothing found.");
    // On a phone and a desk, by day and night, nothing is wider than the window.
    let edition = web.url(&format!("/editions/{}.html", editions[3].id));
    for (width, dark) in [(320, false), (375, true), (1280, false)] {
        chromium.resize(width, 800, dark);
        for url in [&page, &edition] {
            let wide = chromium.visit(url, "document.documentElement.scrollWidth");
            assert!(wide.as_u64().unwrap() <= u64::from(width), "{url} at {width}: {wide}");
            let colour = chromium.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor");
            assert_eq!(colour == "rgb(27, 29, 33)", dark, "{colour}");
        }
    }
}

#[test]
fn axe_finds_nothing_on_the_archive() {
    let Ok(axe) = fs::read_to_string(AXE) else {
        skip("axe-core is not in target/axe-core: .ci/run fetches it");
        return;
    };
    let program = archive("", &[with_everything(edition(0)), edition(1), edition(70)]);
    let Some((web, mut chromium)) = open(&program) else { return };
    let run = "axe.run(document).then(all => all.violations.map(one => `${one.id}: ${one.nodes[0].html}`))";
    for (width, dark) in [(375, true), (1280, false)] {
        chromium.resize(width, 800, dark);
        for path in ["/index.html?q=harbour".to_owned(), format!("/editions/{}.html", edition(0).id)] {
            chromium.visit(&web.url(&path), &format!("{axe};1"));
            assert_eq!(chromium.evaluate(run), serde_json::json!([]), "{path} at {width}");
        }
    }
}
