//! What a daily run by cron or systemd never does: lose an entry, stay silent when nobody is mailed, or surprise.
//!
//! Each test by the real program: exit code, words, state, and the pings that a server counts.

#![allow(clippy::disallowed_methods, reason = "a test that waits reads the clock")]

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::program::{Program, Ran};
use crate::support::smtp::{Act, Server, Step};
use crate::support::web::{Answer, Web};
use crate::year::Dice;

const MONDAY: &str = "2026-10-19T05:00:00Z";
const TUESDAY: &str = "2026-10-20T05:00:00Z";
const WEDNESDAY: &str = "2026-10-21T05:00:00Z";

const NOTE: &str = "The harbour opens again\n\nThe harbour of Aville opens again on Monday after a strike of six days. Both \
                    sides accepted a mediator. Eleven ships wait outside.\n";
const OTHER: &str = "Geese return\n\nWild geese were counted on the marsh of Beton for the first time in forty years. The \
                     wardens had flooded two meadows for them.\n";

const MAIL: &str =
    "[mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.org\"]\ntransport = \"file\"\n";
const NOTES: &str = "[[source]]\nname = \"Notes\"\nfiles = \"*.txt\"\n";

fn item(title: &str, link: &str, text: &str) -> String {
    format!(
        "<item><title>{title}</title><link>{link}</link><pubDate>Sun, 18 Oct 2026 20:00:00 GMT</pubDate>\
         <description>{text}</description></item>"
    )
}

fn rss(items: &str) -> Answer {
    let feed = format!("<rss version=\"2.0\"><channel><title>News</title>{items}</channel></rss>");
    Answer::Body("application/rss+xml", feed.into_bytes())
}

/// Sources of the web by their paths, with a ping.
fn config(web: &Web, paths: &[&str], more: &str) -> String {
    let source = |path: &&str| {
        format!("[[source]]\nname = \"{}\"\nfeed = \"{}\"\nfull_text = \"never\"\n", &path[1..], web.url(path))
    };
    let sources: String = paths.iter().map(source).collect();
    for path in ["/ping", "/ping/start", "/ping/fail"] {
        web.on(path, Answer::Body("text/plain", b"OK".to_vec()));
    }
    format!("{sources}[fetch]\nallow_private = true\nretries = 0\n[ping]\nurl = \"{}\"\n{MAIL}{more}", web.url("/ping"))
}

/// (success, failure) pings so far.
fn pings(web: &Web) -> (usize, usize) {
    (web.hits("/ping"), web.hits("/ping/fail"))
}

fn mails(program: &Program, folder: &str) -> usize {
    std::fs::read_dir(program.path(folder)).map_or(0, Iterator::count)
}

/// One line, which holds this.
#[track_caller]
fn one_line(ran: &Ran, words: &str) {
    assert!(ran.stderr.contains(words) && ran.stderr.lines().count() == 1, "{words}:\n{}", ran.stderr);
}

#[test]
fn a_morning_on_which_no_source_answers_is_told_in_one_line_whatever_they_answered_before() {
    let web = Web::start();
    let story = item("Aville", "https://a.example/1", &NOTE[25..]);
    for warn_after in ["", "[defaults]\nwarn_after = 9\n"] {
        web.on("/one", rss(&story)).on("/two", rss(""));
        let program = Program::new(&config(&web, &["/one", "/two"], warn_after));
        program.run(&["--now", MONDAY]).ends(0);
        let well = pings(&web);
        web.on("/one", Answer::Status(500, Vec::new())).on("/two", Answer::Body("text/html", b"<p>Log in".to_vec()));
        one_line(&program.run(&["--now", TUESDAY]).ends(75), "none of 2 answered, so nothing new was read; `one`: ");
        assert_eq!(pings(&web), (well.0, well.1 + 1));
        one_line(&program.run(&["gather", "--now", TUESDAY]).ends(75), "none of 2");
        let quiet = program.run(&["--quiet", "--now", TUESDAY]).ends(75);
        assert_eq!(quiet.stderr, "");
        // One that answers again is enough for a quiet day.
        web.on("/two", rss(""));
        program.run(&["--now", WEDNESDAY]).ends(0);
        assert_eq!(pings(&web), (well.0 + 1, well.1 + 2));
        assert_eq!(mails(&program, "mail"), 1);
    }
}

#[test]
fn what_was_read_before_is_sent_though_no_source_answers_today() {
    let web = Web::start();
    web.on("/one", rss(&item("Aville", "https://a.example/1", &NOTE[25..])));
    let program = Program::new(&config(&web, &["/one"], ""));
    program.run(&["gather", "--now", MONDAY]).ends(0);
    web.on("/one", Answer::Status(503, Vec::new()));
    one_line(&program.run(&["--now", TUESDAY]).ends(1), "none of 1 answered");
    assert_eq!((mails(&program, "mail"), pings(&web)), (1, (1, 0)));
}

#[test]
fn a_host_that_wants_to_be_left_alone_costs_its_own_feeds_and_no_time() {
    let (busy, well) = (Web::start(), Web::start_on("127.0.0.2"));
    let paths = ["/f1", "/f2", "/f3", "/f4", "/f5", "/f6"];
    for path in paths {
        busy.on(path, Answer::Status(429, vec![("retry-after", "7200".into())]));
    }
    well.on("/well", rss(&item("Aville", "https://a.example/1", &NOTE[25..])));
    let source = format!("[[source]]\nname = \"Well\"\nfeed = \"{}\"\nfull_text = \"never\"\n", well.url("/well"));
    let text = config(&busy, &paths, &source).replace("retries = 0", "retries = 2\ndeadline = \"60s\"");
    let program = Program::new(&text);
    let began = Instant::now();
    let ran = program.run(&["--now", MONDAY]).ends(1);
    assert!(began.elapsed().as_secs() < 20, "it does not wait for the host: {:?}", began.elapsed());
    assert!(!ran.stderr.contains("the time for the whole run"), "{}", ran.stderr);
    assert!(ran.stderr.contains("was not asked: its host wants no requests for 2 hours"), "{}", ran.stderr);
    assert_eq!(mails(&program, "mail"), 1);
    let asked = || paths.iter().map(|path| busy.hits(path)).sum::<usize>();
    let first = asked();
    assert!(first < paths.len(), "{first}");
    // An hour later none of them is asked.
    program.run(&["gather", "--now", "2026-10-19T06:00:00Z"]).ends(0);
    assert_eq!(asked(), first);
}

#[test]
fn an_edition_is_not_used_up_by_a_list_without_readers() {
    let list = MAIL.replace("to = [\"anna@example.org\"]", "recipients = \"list.csv\"");
    let program = Program::new(&format!("{NOTES}{list}"));
    program.write("note.txt", NOTE);
    for (csv, code, words) in [
        ("", 1, "has no recipient, so no edition was made"),
        ("email,name\n", 1, "has no recipient, so no edition was made"),
        ("foo,bar\n1,2\n3,4\n", 2, "none of its 2 lines is a recipient"),
        ("PK\u{3}\u{4}", 2, "its only line is no recipient"),
    ] {
        program.write("list.csv", csv);
        let ran = program.run(&["--now", MONDAY]).ends(code);
        assert!(ran.stderr.contains("list.csv") && ran.stderr.contains(words), "{csv}: {}", ran.stderr);
    }
    program.write("list.csv", "email\nanna@example.org\nAnna@Example.org\n");
    program.run(&["--now", TUESDAY]).ends(0);
    assert_eq!(mails(&program, "mail"), 1, "the story was kept for its readers, and capitals make no second one");
}

#[test]
fn options_that_only_show_never_send() {
    let program = Program::new(&format!("{NOTES}{MAIL}"));
    program.write("note.txt", NOTE);
    let before = program.files();
    for arguments in [
        &["--format", "html"][..],
        &["--output", "x"],
        &["--open"],
        &["run", "--format", "html"],
        &["run", "--output", "x"],
        &["run", "--open"],
        &["run", "--open", "--dry-run"],
    ] {
        program.run(arguments).ends(2);
    }
    assert_eq!(program.files(), before);
}

#[test]
fn newsletters_in_one_store_that_start_at_once_are_both_sent_each_once_on_every_morning() {
    for is_one_file in [false, true] {
        let (program, mut dice) = (Program::new(""), Dice(4));
        let mail = |name| format!("{MAIL}[mail.file]\nfolder = \"mail-{name}\"\n");
        for name in ["a", "b"] {
            let text = format!("[newsletter]\nname = \"{name}\"\n{NOTES}{}[store]\npath = \"state.db\"\n", mail(name));
            program.write(&format!("{name}.toml"), &text);
        }
        let several = ["a", "b"].map(|name| {
            format!("[[newsletter]]\nname = \"{name}\"\n[newsletter.mail.file]\nfolder = \"mail-{name}\"\n")
        });
        program.write("both.toml", &format!("{NOTES}{MAIL}[store]\npath = \"state.db\"\n{}", several.concat()));
        for morning in 1..=30 {
            let text = [dice.sentence(), dice.sentence(), dice.sentence()].join(" ");
            program.write(&format!("{morning}.txt"), &format!("{} in {}\n\n{text}\n", dice.word(), dice.word()));
            let now = format!("2026-11-{morning:02}T05:00:00Z");
            let mut runs = ["a", "b"].map(|name| {
                let own = format!("{name}.toml");
                let config =
                    if is_one_file { ["-c", "both.toml", "--newsletter", name].to_vec() } else { vec!["-c", &own] };
                program.start(&[&config[..], &["run", "--now", &now]].concat())
            });
            for run in &mut runs {
                assert_eq!(run.wait().unwrap().code(), Some(0), "morning {morning}");
            }
            assert_eq!((mails(&program, "mail-a"), mails(&program, "mail-b")), (morning, morning));
        }
    }
}

#[test]
fn a_second_run_of_one_newsletter_does_not_wait() {
    let web = Web::start();
    web.on("/slow", Answer::Hang);
    let program = Program::new(&config(&web, &["/slow"], ""));
    let mut first = program.start(&["run", "--now", MONDAY]);
    while web.hits("/slow") == 0 {
        assert_eq!(first.try_wait().unwrap(), None, "it ended by itself");
    }
    let second = program.run(&["run", "--now", MONDAY]).ends(75);
    assert!(second.stderr.contains("another run"), "{}", second.stderr);
    kill_process(Pid::from_child(&first), Signal::TERM).unwrap();
    assert_eq!(first.wait().unwrap().code(), Some(75));
}

#[test]
fn runs_in_one_second_and_of_an_earlier_time_are_editions_of_their_own() {
    let program = Program::new(&format!("{NOTES}{MAIL}"));
    program.write("note.txt", NOTE);
    program.run(&["--now", TUESDAY]).ends(0);
    program.write("other.txt", OTHER);
    program.run(&["--now", TUESDAY]).ends(0);
    program.write(
        "third.txt",
        "Ice melts\n\nThe glacier lost nine metres of ice within a single warm summer. Nobody had measured as much.\n",
    );
    program.run(&["--now", MONDAY]).ends(0);
    assert_eq!(mails(&program, "mail"), 3);
}

#[test]
fn a_run_that_is_asked_to_end_while_it_gathers_says_so_and_mails_nobody() {
    let web = Web::start();
    web.on("/one", rss(&item("Aville", "https://a.example/1", &NOTE[25..]))).on("/slow", Answer::Hang);
    let program = Program::new(&config(&web, &["/one", "/slow"], ""));
    let mut command = Command::new(env!("CARGO_BIN_EXE_digest"));
    command
        .args(["run", "--now", MONDAY])
        .current_dir(program.path("."))
        .env_clear()
        .env("XDG_STATE_HOME", program.path("state"));
    let run =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0).spawn().unwrap();
    while web.hits("/slow") == 0 || web.hits("/one") == 0 {
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&run), Signal::TERM).unwrap();
    let ended = run.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), said.lines().count()), (Some(75), 1), "{said}");
    assert!(said.contains("asked to end before an edition was made"), "{said}");
    assert_eq!((mails(&program, "mail"), pings(&web)), (0, (0, 1)));
    web.on("/slow", rss(""));
    program.run(&["run", "--now", TUESDAY]).ends(0);
    assert_eq!((mails(&program, "mail"), pings(&web)), (1, (1, 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_refused_for_good_is_tried_once_a_morning_and_is_a_failure() {
    for (answer, code) in [
        ("535 5.7.8 bad credentials", 3),
        ("534 5.7.9 application-specific password required", 3),
        ("538 5.7.11 encryption required", 3),
        ("454 4.7.0 temporary failure", 75),
    ] {
        let server = Server::offering("250-localhost\r\n250 AUTH PLAIN\r\n", move |step| match step {
            Step::Auth(_) => Act::Say(answer),
            _ => Act::Go,
        })
        .await;
        let web = Web::start();
        let mail = MAIL.replace("transport = \"file\"\n", "");
        let smtp = format!(
            "[mail.smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nusername = \"anna\"\npassword_file = \"password\"\n",
            server.port
        );
        let text = config(&web, &[], "").replace(MAIL, "");
        let program = Program::new(&format!("{NOTES}{text}{mail}{smtp}"));
        program.write("password", "wrong\n");
        program.write("note.txt", NOTE);
        let ran = program.run(&["--quiet", "--now", MONDAY, "--deadline", "5s"]).ends(code);
        assert_eq!(ran.stderr.contains("does not accept the password"), code == 3, "{}", ran.stderr);
        assert_eq!(pings(&web), (0, 1), "{answer}");
        let tries = server.steps().iter().filter(|step| matches!(step, Step::Auth(_))).count();
        assert!(code == 75 || tries == 1, "{tries} tries");
        program.run(&["status"]).ends(75);
    }
}

#[test]
fn two_folders_made_by_init_have_nothing_in_common() {
    let program = Program::new("");
    let here = |folder: &str, arguments: &[&str]| {
        let state = program.path("state");
        crate::support::program::run_in(&program.path(folder), &state, arguments)
    };
    for folder in ["Harbour News", "science"] {
        std::fs::create_dir(program.path(folder)).unwrap();
        here(folder, &["init"]).ends(0);
        let text = std::fs::read_to_string(program.path(folder).join("config.toml")).unwrap();
        program.write(&format!("{folder}/config.toml"), &format!("{text}{NOTES}{MAIL}"));
        program.write(&format!("{folder}/note.txt"), NOTE);
        here(folder, &["run", "--now", MONDAY]).ends(0);
        assert_eq!(mails(&program, &format!("{folder}/mail")), 1, "it begins anew");
    }
    let status = here("Harbour News", &["status"]).ends(0).stdout;
    assert!(status.starts_with("harbour-news-20261019T050000Z: 1 "), "{status}");
}

#[test]
fn sources_are_added_in_either_style_of_the_config() {
    let web = Web::start();
    web.on("/feed", rss(&item("Aville", "https://a.example/1", "Text.")));
    let opml =
        "<opml version=\"2.0\"><body><outline text=\"Imported\" xmlUrl=\"https://b.example/feed\"/></body></opml>";
    for sources in [
        "source = []\n",
        "source = [\n  { name = \"X\", feed = \"x.xml\" }, # mine\n]\n",
        "[[source]]\nname = \"X\"\nfeed = \"x.xml\"\n",
    ] {
        let program = Program::new(sources);
        program.write("x.xml", "<rss/>");
        program.write("list.opml", opml);
        program.run(&["source", "add", &web.url("/feed"), "--allow-private"]).ends(0);
        program.run(&["source", "import", "list.opml"]).ends(0);
        let list = program.run(&["source", "list"]).ends(0).stdout;
        assert_eq!(list.lines().count(), sources.matches("name").count() + 2, "{sources}{list}");
    }
}

#[test]
fn a_list_of_several_is_refused_until_it_can_be_left() {
    let both = MAIL.replace("\"anna@example.org\"", "\"anna@example.org\", \"bert@example.org\"");
    let program = Program::new(&format!("{NOTES}{both}"));
    let refused = program.run(&["check", "--offline"]).ends(2);
    assert!(refused.stderr.contains("2 readers, and tells them no way to leave"), "{}", refused.stderr);
    assert!(refused.stderr.contains("hint: add `unsubscribe_mailto"), "{}", refused.stderr);
    program.write("config.toml", &format!("{NOTES}{both}unsubscribe_mailto = \"leave@example.org\"\n"));
    let fine = program.run(&["check", "--offline"]);
    assert!(!fine.stderr.contains("no way to leave"), "{}", fine.stderr);
}

#[test]
fn readers_of_a_list_see_nothing_that_is_the_owners() {
    let both = MAIL.replace("\"anna@example.org\"", "\"anna@example.org\", \"bert@example.org\"");
    let rating = "[rating]\nmailto = \"rate@example.org\"\nsecret_file = \"rating.key\"\n";
    for (owner, own) in [("", 0), ("owner = \"Bert@example.org\"\n", 1), ("owner = \"cleo@example.org\"\n", 0)] {
        let program =
            Program::new(&format!("{NOTES}{both}{owner}unsubscribe_mailto = \"leave@example.org\"\n{rating}"));
        program.write("rating.key", "0123456789abcdef0123456789abcdef");
        program.write("note.txt", NOTE);
        program.run(&["--now", MONDAY]).ends(0);
        program.run(&["verify"]).ends(0);
        let (mut health, mut rated) = (Vec::new(), Vec::new());
        for (path, bytes) in program.files().iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "eml"))
        {
            let message = mail_parser::MessageParser::default().parse(bytes).unwrap();
            let to = message.to().unwrap().first().unwrap().address().unwrap().to_owned();
            let html = message.body_html(0).unwrap();
            health.extend(html.contains("Source health").then(|| to.clone()));
            rated.extend(html.contains("rate@example.org").then_some(to));
            assert!(path.exists());
        }
        assert_eq!((health.len(), rated.len()), (own, own), "{owner}");
        assert!(health.iter().chain(&rated).all(|to| to == "bert@example.org"), "{health:?}");
    }
}

#[test]
fn entries_of_a_map_without_a_page_are_linked_or_named() {
    let web = Web::start();
    let paths = ["/read.html", "/gone.html", "/the-tide-returns.html", "/an-empty-page.html"];
    let urls: String = paths.iter().map(|path| format!("<url><loc>{}</loc></url>", web.url(path))).collect();
    web.on("/map.xml", Answer::Body("application/xml", format!("<urlset>{urls}</urlset>").into_bytes()));
    let page = format!("<html><title>Harbour</title><article><p>{}</p></article></html>", &NOTE[25..]);
    web.on("/read.html", Answer::Body("text/html", page.into_bytes()));
    web.on("/gone.html", Answer::Status(404, Vec::new())).on("/the-tide-returns.html", Answer::Status(403, Vec::new()));
    web.on(
        "/an-empty-page.html",
        Answer::Body("text/html", b"<html><body><script>x()</script></body></html>".to_vec()),
    );
    let map = format!("[[source]]\nname = \"Map\"\nsitemap = \"{}\"\n", web.url("/map.xml"));
    let program = Program::new(&format!("{map}{}", config(&web, &[], "")));
    let ran = program.run(&["--report", "json", "--now", MONDAY]).ends(1);
    assert!(ran.stderr.contains("gone.html") && ran.stderr.contains("404"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("teaser"), "{}", ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let decisions = report["edition"]["decisions"].as_array().unwrap();
    let titles: Vec<&str> = decisions.iter().map(|decision| decision["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 3, "{titles:?}");
    assert!(titles.contains(&"The tide returns") && titles.contains(&"An empty page"), "{titles:?}");
}

/// The titles of a feed of these items are those of the decisions, morning after morning.
#[track_caller]
fn all_are_decided(mornings: &[&[(&str, &str)]], expected: &[usize]) {
    let web = Web::start();
    let program = Program::new(&config(&web, &["/feed"], ""));
    let texts = [
        &NOTE[25..],
        &OTHER[14..],
        "The glacier lost nine metres of ice within one summer. Nobody had measured as much before.",
    ];
    let mut found = Vec::new();
    for (day, morning) in mornings.iter().enumerate() {
        let items = morning.iter().map(|(title, attributes)| {
            let day = u32::from(title.as_bytes()[0] - b'A');
            let text = texts[title.len() % texts.len()].replace("the", &format!("the {title}"));
            format!(
                "<item><title>{title}</title>{attributes}<pubDate>{:02} Oct 2026 20:00:00 GMT</pubDate><description>{text}</description></item>",
                15 + day
            )
        });
        web.on("/feed", rss(&items.collect::<String>()));
        let now = format!("2026-10-{:02}T05:00:00Z", 19 + day);
        let ran = program.run(&["--report", "json", "--now", &now]);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        found.push(report["edition"]["decisions"].as_array().map_or(0, Vec::len));
    }
    assert_eq!(found, expected);
}

#[test]
fn every_entry_is_decided_on_whatever_its_id_says() {
    const LINK: &str = "<link>https://a.example/x</link>";
    const BOTH: &str = "<link>https://a.example/x</link><guid>https://a.example/x</guid>";
    const GUID: &str = "<guid isPermaLink=\"false\">g</guid>";
    const ANCHOR: &str = "<link>https://a.example/x#b</link>";
    let (a, b, c) = ("Aaa", "Bbbb", "Ccccc");
    for id in [LINK, BOTH, GUID] {
        all_are_decided(&[&[(a, id), (b, id), (c, id)]], &[3]);
        all_are_decided(&[&[(a, id)], &[(b, id)], &[(b, id)], &[(c, id)]], &[1, 1, 0, 1]);
        all_are_decided(&[&[(a, id)], &[(b, id), (a, id)], &[(c, id), (b, id), (a, id)]], &[1, 1, 1]);
        all_are_decided(&[&[(a, id), (a, id)], &[(a, id)]], &[1, 0]);
    }
    all_are_decided(&[&[(a, LINK)], &[(b, ANCHOR), (a, LINK)]], &[1, 1]);
}

#[test]
fn a_store_that_cannot_be_opened_is_a_failure_that_is_heard() {
    let web = Web::start();
    web.on("/one", rss(""));
    let program = Program::new(&config(&web, &["/one"], "[store]\npath = \"state.db\"\n"));
    program.write("state.db", &"this is no store ".repeat(500));
    program.run(&["--now", MONDAY]).ends(3);
    assert_eq!(pings(&web), (0, 1));
}

/// The commands of a crontab, as `/bin/sh` gets them from cron.
fn commands(crontab: &str) -> Vec<String> {
    let lines = crontab.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| line.splitn(6, ' ').last().unwrap().replace("/usr/local/bin/digest", env!("CARGO_BIN_EXE_digest")))
        .collect()
}

#[test]
fn what_the_guide_lets_paste_sees_one_store_wherever_it_runs() {
    let program = Program::new("");
    let home = program.path("home");
    program.write("home/.config/digest/config.toml", &format!("{NOTES}{MAIL}"));
    program.write("home/.config/digest/note.txt", NOTE);
    for (name, text) in
        [("crontab", "[ \"$1\" = -l ] || cat > \"$HOME/crontab\""), ("systemctl", ":"), ("loginctl", ":")]
    {
        let path = format!("bin/{name}");
        program.write(&path, &format!("#!/bin/sh\n{text}\n"));
        std::fs::set_permissions(program.path(&path), std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    std::fs::create_dir_all(home.join(".cargo/bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_digest"), home.join(".cargo/bin/digest")).unwrap();
    let shell = |path: &str, command: &str| {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", command]).current_dir("/").env_clear().env("HOME", &home).env("PATH", path);
        let ran = shell.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(0), "{command}: {said}");
        said
    };
    let by_hand = format!("{}:{}:/usr/bin:/bin", home.join(".cargo/bin").display(), program.path("bin").display());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let (readme, guide) = (read("README.md"), read("docs/guide/operating.md"));
    shell(&by_hand, readme.lines().find(|line| line.starts_with("(crontab -l")).unwrap());
    let unit = guide.split("```sh\n").find(|block| block.starts_with("mkdir -p ~/.config/systemd/user")).unwrap();
    shell(&by_hand, unit.split("```").next().unwrap());
    let service = std::fs::read_to_string(home.join(".config/systemd/user/digest.service")).unwrap();
    let start = service.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let pasted = commands(&std::fs::read_to_string(home.join("crontab")).unwrap());
    assert_eq!(pasted.len(), 1);
    for command in pasted.into_iter().chain(commands(&read("examples/crontab"))).chain([start.to_owned()]) {
        assert_eq!(shell("/usr/bin:/bin", &command), "", "{command}");
    }
    assert_eq!(mails(&program, "home/.config/digest/mail"), 1);
    let status = shell(&by_hand, "digest status");
    assert!(status.contains(": 1 story, ") && status.contains("1 sent, 0 waiting"), "{status}");
}
