//! Good manners towards sites from run to run: the real program, against a real web server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use crate::support::program::{Program, Ran};
use crate::support::web::{Answer, Web, rss};

/// One source, the feed of `web`.
fn program(web: &Web, more: &str) -> Program {
    let source = format!("[[source]]\nname = \"News\"\nfeed = \"{}\"\n{more}\n", web.url("/feed"));
    Program::new(&format!("version = 1\n{source}[fetch]\nallow_private = true\ntimeout = \"5s\"\nretries = 0\n"))
}

/// A program that asks for the feed only.
fn feed_only(web: &Web) -> Program {
    program(web, "full_text = \"never\"")
}

/// Gathers at `time` of 2 November 2026.
fn gather(program: &Program, time: &str) -> Ran {
    program.run(&["-v", "gather", "--now", &format!("2026-11-{time}:00Z")])
}

fn said(web: &Web, path: &str, header: &str) -> Vec<Option<String>> {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
    web.headers(path).iter().map(|headers| headers.get(header).map(text)).collect()
}

#[test]
fn who_says_when_to_come_again_is_left_in_peace_till_then() {
    let dated = ("date", "Mon, 02 Nov 2026 05:00:00 GMT".to_owned());
    let seconds = vec![("retry-after", "3600".into())];
    let date = vec![("retry-after", "Mon, 02 Nov 2026 06:00:00 GMT".into()), dated];
    for (status, headers) in [(429, seconds.clone()), (503, seconds), (429, date.clone()), (503, date)] {
        let web = Web::start();
        let program = feed_only(&web);
        web.feed("/feed", &rss("a", 1));
        gather(&program, "01T05:00").ends(0);
        web.on("/feed", Answer::Status(status, headers));
        for time in ["02T05:00", "02T05:01", "02T05:59"] {
            gather(&program, time).ends(75);
        }
        assert_eq!(web.hits("/feed"), 2, "{status}: it is not asked before");
        web.feed("/feed", &rss("a", 2));
        gather(&program, "02T06:01").ends(0);
        assert_eq!(web.hits("/feed"), 3, "{status}: then it is");
        gather(&program, "02T06:02").ends(0);
        assert_eq!(web.hits("/feed"), 4, "{status}: and from now on as before");
    }
}

#[test]
fn a_permanent_redirect_is_learned_when_it_was_said_three_times() {
    for status in [301, 308] {
        let web = Web::start();
        let program = feed_only(&web);
        web.on("/feed", Answer::Redirect(status, "/new".into())).feed("/new", &rss("a", 1));
        for day in 1..=5 {
            let told = gather(&program, &format!("0{day}T05:00")).stderr.contains(&format!("`{}`", web.url("/new")));
            assert_eq!(told, day == 3, "{status}, day {day}: it is told once, when it is learned");
        }
        assert_eq!((web.hits("/feed"), web.hits("/new")), (3, 5), "{status}");
    }
}

#[test]
fn a_redirect_for_now_or_to_changing_places_is_never_learned() {
    let web = Web::start();
    let program = feed_only(&web);
    web.feed("/a", &rss("a", 1)).feed("/b", &rss("a", 1));
    let row = [(302, "/a"), (307, "/a"), (301, "/a"), (301, "/b"), (301, "/a"), (302, "/a"), (301, "/a"), (301, "/a")];
    web.row("/feed", row.map(|(status, to)| Answer::Redirect(status, to.into())).to_vec());
    for day in 1..=8 {
        assert!(!gather(&program, &format!("0{day}T05:00")).ends(0).stderr.contains("moved"), "day {day}");
    }
    assert_eq!(web.hits("/feed"), 8);
}

#[test]
fn a_place_that_was_learned_and_is_no_more_is_forgotten() {
    let web = Web::start();
    let program = feed_only(&web);
    web.on("/feed", Answer::Redirect(301, "/new".into())).feed("/new", &rss("a", 1));
    for day in 1..=4 {
        gather(&program, &format!("0{day}T05:00"));
    }
    web.on("/new", Answer::Status(404, vec![])).feed("/feed", &rss("a", 2));
    gather(&program, "05T05:00");
    assert_eq!(web.hits("/feed"), 3);
    gather(&program, "06T05:00").ends(0);
    assert_eq!(web.hits("/feed"), 4, "back to the address of the config");
}

#[test]
fn what_is_gone_for_good_is_told_and_not_asked_for_a_week() {
    let web = Web::start();
    let program = feed_only(&web);
    web.on("/feed", Answer::Status(410, vec![]));
    let told = gather(&program, "01T05:00").ends(75).stderr;
    assert!(told.contains("410") && told.contains("gone for good: remove the source"), "{told}");
    for day in 2..=7 {
        gather(&program, &format!("0{day}T05:00"));
    }
    assert_eq!(web.hits("/feed"), 1);
    gather(&program, "08T05:01");
    assert_eq!(web.hits("/feed"), 2, "some come back");
}

#[test]
fn a_server_that_changes_its_validators_gives_nothing_new() {
    let web = Web::start();
    let program = feed_only(&web);
    let cached = |etag| Answer::Cached("text/xml", rss("a", 1).into_bytes(), etag);
    let plain = Answer::Body("text/xml", rss("a", 1).into_bytes());
    // The last answer says that nothing changed, and by the way that the tag did.
    let renamed = Answer::Status(304, vec![("etag", "\"5\"".into())]);
    let row = [cached("\"1\""), cached("W/\"2\""), cached("\"3\""), plain.clone(), plain, cached("\"4\""), renamed];
    web.row("/feed", row.to_vec());
    for day in 1..=8 {
        let ran = gather(&program, &format!("0{day}T05:00")).ends(0);
        assert_eq!(ran.stderr.contains("unchanged"), day > 1, "day {day}: {}", ran.stderr);
    }
    let expected = [None, Some("\"1\""), Some("W/\"2\""), Some("\"3\""), None, None, Some("\"4\""), Some("\"5\"")];
    assert_eq!(said(&web, "/feed", "if-none-match"), expected.map(|tag| tag.map(str::to_owned)));
    let dated: Vec<bool> = said(&web, "/feed", "if-modified-since").iter().map(Option::is_some).collect();
    assert_eq!(dated, [false, true, true, true, false, false, true, true]);
}

#[test]
fn a_tag_that_compression_changed_is_sent_with_and_without_the_change() {
    let web = Web::start();
    let program = feed_only(&web);
    web.on("/feed", Answer::Cached("text/xml", rss("a", 1).into_bytes(), "W/\"v1-gzip\""));
    for day in ["01T05:00", "02T05:00"] {
        gather(&program, day).ends(0);
    }
    assert_eq!(said(&web, "/feed", "if-none-match")[1].as_deref(), Some("W/\"v1-gzip\", W/\"v1\""));
}

#[test]
fn a_feed_is_asked_for_by_its_user_and_its_pages_only_where_robots_txt_lets_us() {
    let web = Web::start();
    let program = program(&web, "");
    let item = |path: &str| {
        format!("<item><title>{path}</title><link>{}</link><description>Few words.</description></item>", web.url(path))
    };
    let items = item("/closed/1") + &item("/open/1");
    let feed = format!("<rss version='2.0'><channel><title>News</title>{items}</channel></rss>");
    let page = "<p>The council voted on Monday to rebuild the old harbour bridge over the next three years.</p>";
    web.on("/robots.txt", Answer::Body("text/plain", b"User-agent: *\nDisallow: /feed\nDisallow: /closed".to_vec()))
        .on("/feed", Answer::Body("text/xml", feed.into_bytes()))
        .on("/open/1", Answer::Body("text/html", page.repeat(9).into_bytes()))
        .on("/closed/1", Answer::Body("text/html", page.repeat(9).into_bytes()));
    gather(&program, "02T05:00");
    let hits = ["/feed", "/robots.txt", "/open/1", "/closed/1"].map(|path| web.hits(path));
    assert_eq!(hits, [1, 1, 1, 0]);
}

#[test]
fn a_page_that_is_busy_is_asked_for_again_when_it_said() {
    let web = Web::start();
    let program = program(&web, "");
    let item =
        format!("<item><title>One</title><link>{}</link><description>Few words.</description></item>", web.url("/1"));
    web.feed("/feed", &format!("<rss version='2.0'><channel><title>News</title>{item}</channel></rss>"));
    for status in [503, 429] {
        web.on("/1", Answer::Status(status, vec![("retry-after", "3600".into())]));
        let before = web.hits("/1");
        let hour = if status == 503 { 5 } else { 7 };
        for time in [format!("02T0{hour}:00"), format!("02T0{hour}:10"), format!("02T0{hour}:59")] {
            gather(&program, &time).ends(0);
        }
        assert_eq!(web.hits("/1"), before + 1, "{status}");
    }
    let page = "<p>The council voted on Monday to rebuild the old harbour bridge over the next three years.</p>";
    web.on("/1", Answer::Body("text/html", page.repeat(9).into_bytes()));
    for time in ["02T08:01", "02T08:02"] {
        gather(&program, time).ends(0);
    }
    assert_eq!(web.hits("/1"), 3, "what was read is not asked for again");
}
