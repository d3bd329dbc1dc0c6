//! Sources of texts without end take no more of an edition than one line each.

use std::fmt::Write;

use crate::support::program::Program;
use crate::support::web::{Answer, Web};

const NOW: &str = "2026-10-19T05:00:00Z";
/// Sources with news.
const GOOD: usize = 10;

fn giants() -> Vec<(&'static str, String)> {
    let clause = |number: usize| format!("and at gate {number} the council of the old town voted about nothing");
    vec![
        ("untitled sentence", (0..3_000).map(clause).collect::<Vec<_>>().join(" ")),
        ("one word", format!("The council voted. {}", "x".repeat(130_000))),
        ("Thai", format!("The council voted. {}", "สภาเมืองลงมติ".repeat(4_000))),
        ("Chinese", "议会周一投票重建老港桥".repeat(3_000)),
        ("no stops", "word and more words ".repeat(8_000)),
        ("dots", ". ".repeat(60_000)),
        ("lines", "a\n".repeat(20_000)),
        ("commas", "harbour bridge, ".repeat(9_000)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_without_end_leave_room_for_the_news() {
    let web = Web::start();
    let mut config = "version = 1\n".to_owned();
    for (name, _) in giants() {
        write!(config, "[[source]]\nname = '{name}'\nfiles = '{name}.txt'\n").expect("a string has room");
    }
    for number in 0..GOOD {
        let item = format!(
            "<item><title>Town{number} opens gate{number}</title><link>https://news{number}.example/1</link>\
             <pubDate>Sun, 18 Oct 2026 20:00:00 GMT</pubDate><description>Workers{number} of town{number} opened the \
             gate{number} near quay{number} on Sunday after years. The keeper{number} said that barge{number} passed first. \
             Everybody near mill{number} came to see boat{number} leave.</description></item>"
        );
        let feed = format!("<rss version=\"2.0\"><channel><title>N</title>{item}</channel></rss>");
        web.on(&format!("/{number}"), Answer::Body("text/xml", feed.into_bytes()));
        let url = web.url(&format!("/{number}"));
        write!(config, "[[source]]\nname = 'News{number}'\nfeed = '{url}'\nfull_text = 'never'\n")
            .expect("a string has room");
    }
    config += "[fetch]\nallow_private = true\n[mail]\nfrom = 'D <d@example.org>'\nto = ['a@example.org']\ntransport = 'file'\n";
    let program = Program::new(&config);
    giants().iter().for_each(|(name, text)| program.write(&format!("{name}.txt"), text));
    let ran = program.run(&["--dry-run", "--now", NOW]);
    assert!(matches!(ran.code, 0 | 1), "{}", ran.stderr);
    let missing: Vec<usize> = (0..GOOD).filter(|number| !ran.stdout.contains(&format!("gate{number}"))).collect();
    assert!(missing.is_empty(), "{missing:?} are missing in {}", ran.stdout);
    let longest = ran.stdout.split_whitespace().map(str::len).max().unwrap_or(0);
    assert!(longest < 2_000, "a word of {longest} bytes");
}
