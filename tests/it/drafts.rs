//! A draft leaves only when its publisher approves it: composed, announced, edited, approved for a later hour, sent once.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::program::{Program, Ran};
use crate::support::smtp::{Act, Server, Step, Taken};

const MORNING: &str = "2026-10-19T05:00:00Z";
const READERS: [&str; 2] = ["anna@example.org", "bert@example.org"];
const EDITOR: &str = "mira@example.org";

const HALL: &str = "The town of Aville opened its new market hall on Sunday evening after years of work. Builders needed \
                    forty months because the old cellar had to be drained twice. Farmers bring fruit from eleven villages.";
const COMET: &str = "A comet that pupils found on photographs will be visible without a telescope this winter. Astronomers \
                     computed its orbit from thirty exposures. It last passed the sun when mammoths lived.";
const BIRDS: &str = "Storm petrels steer by smell, as trackers weighing half a gram have shown. Birds without their sense of \
                     smell flew in wide loops until it came back. The longest flight covered three thousand kilometres.";

fn config(port: u16) -> String {
    let to = READERS.map(|reader| format!("\"{reader}\"")).join(", ");
    format!(
        "version = 1\n[newsletter]\napprove = true\neditor = \"{EDITOR}\"\n\
         [[source]]\nname = \"News\"\nfiles = \"*.md\"\n\
         [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [{to}]\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nconnections = 1\ntimeout = \"5s\"\n"
    )
}

fn program(port: u16) -> Program {
    let program = Program::new(&config(port));
    for (name, title, text) in
        [("hall", "A market hall opens", HALL), ("comet", "A comet comes", COMET), ("birds", "Petrels smell", BIRDS)]
    {
        program.write(&format!("{name}.md"), &format!("{title}\n\n{text}\n"));
    }
    program
}

fn status(program: &Program) -> serde_json::Value {
    serde_json::from_str(&program.run(&["status", "--json"]).stdout).unwrap()
}

/// Mails to readers; those to the editor left out.
fn to_readers(server: &Server) -> Vec<Taken> {
    server.taken().into_iter().filter(|taken| taken.to != EDITOR).collect()
}

fn text_of(mail: &Taken) -> String {
    let message = mail_parser::MessageParser::default().parse(&mail.bytes).unwrap();
    message.body_text(0).unwrap().into_owned()
}

fn html_of(mail: &Taken) -> String {
    let message = mail_parser::MessageParser::default().parse(&mail.bytes).unwrap();
    message.body_html(0).unwrap().into_owned()
}

/// The number that a draft shows before this headline.
fn number(shown: &Ran, headline: &str) -> String {
    let line = shown.stdout.lines().find(|line| line.contains(headline)).unwrap();
    line.split_whitespace().next().unwrap().to_owned()
}

/// Changes of the publisher: the market hall goes, petrels lead, and each kind of own words is there.
fn edit(program: &Program) {
    let shown = program.run(&["edit"]).ends(0);
    let (hall, comet, birds) = (number(&shown, "market hall"), number(&shown, "comet"), number(&shown, "Petrels"));
    program.write("hello.txt", "Good morning\r\nto all of you.\r\n\r\nTwo stories go on.\r\n");
    let (moved, note) = (format!("{birds}:{comet}"), format!("{comet}:Look to the east."));
    let changes = ["edit", "--drop", &hall, "--lead", &birds, "--move", &moved, "--note", &note];
    let words = ["--introduction", "@hello.txt", "--author", "Mira", "--advertisement", "Books by the yard."];
    let link = ["--url", "https://books.example/", "--link", "To the shop"];
    let shown = program.run(&[&changes[..], &words, &link].concat()).ends(0);
    for line in ["introduction by Mira: Good morning to all of you. ¶ Two stories go on.", "leads", "note: Look to"] {
        assert!(shown.stdout.contains(line), "{line}: {}", shown.stdout);
    }
    assert!(!shown.stdout.contains("market hall"), "{}", shown.stdout);
}

const OWN_WORDS: [&str; 4] =
    ["Good morning to all of you.", "Two stories go on.", "Look to the east.", "Books by the yard."];

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_edited_approved_for_a_later_hour_and_sent_once() {
    let server = Server::start().await;
    let program = program(server.port);
    program.run(&["--now", MORNING]).ends(0);
    assert_eq!(server.copies(), [(EDITOR.to_owned(), 1)]);
    let taken = server.taken();
    let told = &taken[0];
    assert!(told.header("Subject").unwrap().starts_with("Draft: "), "{:?}", told.header("Subject"));
    let command =
        format!("digest --config '{}' approve", program.path("config.toml").canonicalize().unwrap().display());
    assert!(text_of(told).contains(&command) && html_of(told).contains(&command), "{}", text_of(told));

    for command in [&["--now", "2026-10-19T06:00:00Z"][..], &["compose"]] {
        let again = program.run(command).ends(1);
        assert!(again.stderr.contains("nobody has approved it"), "{}", again.stderr);
    }
    let delivered = program.run(&["deliver", "--verbose", "--report", "json"]).ends(0);
    assert!(delivered.stderr.contains("waits for `digest approve`"), "{}", delivered.stderr);
    assert!(delivered.stdout.contains("\"draft\":\"digest-20261019T050000Z\""), "{}", delivered.stdout);
    assert_eq!(server.copies(), [(EDITOR.to_owned(), 1)]);
    let before = program.run(&["edit"]).ends(0);
    program.run(&["edit", "--drop", "1", "--drop", "9"]).ends(2);
    assert_eq!(program.run(&["edit"]).ends(0).stdout, before.stdout);
    edit(&program);

    program.run(&["approve", "--at", "soon"]).ends(2);
    program.run(&["approve", "--at", "10:00", "--now", "2026-10-19T07:00:00Z"]).ends(0);
    program.run(&["approve", "--now", "2026-10-19T07:00:00Z"]).ends(2);
    program.run(&["deliver", "--now", "2026-10-19T08:00:00Z"]).ends(75);
    assert_eq!(to_readers(&server), []);
    assert_eq!(status(&program)["released"], "2026-10-19T10:00:00Z");
    for _ in 0..2 {
        program.run(&["deliver", "--now", "2026-10-19T10:00:00Z"]).ends(0);
        assert_eq!(to_readers(&server).iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), READERS);
    }
    let mails = to_readers(&server);
    let mail = &mails[0];
    assert_ne!(mail.header("Message-ID"), told.header("Message-ID"));
    assert!(mail.header("Subject").unwrap().starts_with("Petrels smell"), "{:?}", mail.header("Subject"));
    assert!(mail.header("Date").unwrap().contains("19 Oct 2026 10:00"), "{:?}", mail.header("Date"));
    for part in [text_of(mail), html_of(mail)] {
        for words in OWN_WORDS.iter().chain(&["From the editor", "Our note", "Advertisement", "To the shop"]) {
            assert!(part.contains(words), "{words}: {part}");
        }
        assert!(!part.contains("market hall") && !part.contains("digest approve"), "{part}");
    }
    let proof = program.run(&["verify"]).ends(0);
    assert!(proof.stdout.contains("4 paragraphs of the publisher's own"), "{}", proof.stdout);
    // What was dropped is not offered again.
    program.run(&["--now", "2026-10-20T05:00:00Z"]).ends(0);
    assert_eq!(server.taken().len(), 1 + READERS.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_shown_accounted_for_and_proven_before_it_leaves() {
    let server = Server::start().await;
    let program = program(server.port);
    let dry = program.run(&["--dry-run", "--now", MORNING]).ends(0);
    assert!(dry.stderr.contains("once `digest approve` says so"), "{}", dry.stderr);
    program.run(&["--now", MORNING]).ends(0);
    edit(&program);
    let id = status(&program)["draft"]["id"].as_str().unwrap().to_owned();
    assert_eq!(status(&program)["draft"]["told"], true);
    let told = program.run(&["status"]).ends(1);
    assert!(told.stdout.contains(&format!("draft {id}: 2 stories")), "{}", told.stdout);

    let files = program.files();
    for template in ["default", "plain"] {
        program.write(
            "other.toml",
            &config(server.port).replace("approve =", &format!("template = '{template}'\napprove =")),
        );
        for format in ["text", "html", "md", "json"] {
            let shown = program.run(&["--config", "other.toml", "run", "--dry-run", "--format", format]).ends(1);
            assert!(shown.stderr.contains("nobody has approved it"), "{}", shown.stderr);
            for words in OWN_WORDS {
                let line = shown.stdout.lines().find(|line| line.contains(words));
                let line = line.unwrap_or_else(|| panic!("{words} is missing: {}", shown.stdout));
                // The marks of a quotation in Markdown and in the text part.
                assert!(!line.starts_with("> ") && (format != "text" || !line.starts_with(' ')), "{line}");
            }
            assert!(!shown.stdout.contains("opened its new market hall"), "{}", shown.stdout);
        }
    }
    std::fs::remove_file(program.path("other.toml")).unwrap();
    assert!(program.files() == files, "looking changes nothing");

    let proof = program.run(&["verify", &id]).ends(0);
    assert!(proof.stdout.contains("4 paragraphs of the publisher's own"), "{}", proof.stdout);
    let account = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&program.run(&[&["explain", "--json"], arguments].concat()).ends(0).stdout).unwrap()
    };
    let check = |account: serde_json::Value| {
        assert_eq!(account["edition"], id.as_str());
        assert_eq!((&account["counts"]["seen"], &account["counts"]["withdrawn"]), (&3.into(), &1.into()));
        let dropped = account["decisions"].as_array().unwrap().iter().find(|one| one["title"] == "A market hall opens");
        assert!(dropped.unwrap()["why"].as_str().unwrap().contains("its publisher took it out"), "{dropped:?}");
        assert_eq!(account["stories"].as_array().unwrap().len(), 2);
    };
    check(account(&[]));
    check(account(&["--edition", &id]));
    program.run(&["approve"]).ends(0);
    check(account(&["--edition", &id]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_cannot_be_proven_is_not_sent_and_says_which_sentence() {
    let server = Server::start().await;
    let program = program(server.port);
    program.run(&["--now", MORNING]).ends(0);
    let draft: serde_json::Value = serde_json::from_str(&program.run(&["explain", "--json"]).stdout).unwrap();
    let id = draft["edition"].as_str().unwrap();
    let sentence = draft["stories"][0]["sentences"][0]["text"].as_str().unwrap();
    program.run(&["verify", id]).ends(0);
    let forged = sentence.replacen(' ', " not ", 1);
    change(&program, format!("UPDATE drafts SET edition = replace(edition, '{sentence}', '{forged}')")).await;
    for ran in [program.run(&["approve"]).ends(3), program.run(&["verify", id]).ends(1)] {
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains(&forged), "{} {}", ran.stdout, ran.stderr);
    }
    program.run(&["deliver"]).ends(0);
    assert_eq!(to_readers(&server), []);
    // Without that story it can be.
    let shown = program.run(&["edit"]).ends(0);
    let story = number(&shown, draft["stories"][0]["headline"].as_str().unwrap());
    program.run(&["edit", "--drop", &story]).ends(0);
    program.run(&["approve"]).ends(0);
    program.run(&["deliver"]).ends(0);
    assert_eq!(to_readers(&server).len(), READERS.len());
}

/// Changes the store behind the program's back.
async fn change(program: &Program, sql: String) {
    let path = program.files().into_keys().find(|path| path.ends_with("digest.db")).unwrap();
    let pool = sqlx::sqlite::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discarded_draft_gives_its_articles_back() {
    let server = Server::start().await;
    let program = program(server.port);
    program.run(&["edit"]).ends(2);
    program.run(&["--now", MORNING]).ends(0);
    program.run(&["approve", "--discard"]).ends(0);
    program.run(&["approve"]).ends(2);
    program.run(&["--now", "2026-10-19T06:00:00Z"]).ends(0);
    assert_eq!(server.copies(), [(EDITOR.to_owned(), 2)]);
    assert!(program.run(&["edit"]).ends(0).stdout.contains("A comet comes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_who_was_not_reached_is_told_again() {
    let refuses = Arc::new(AtomicBool::new(true));
    let still_refuses = Arc::clone(&refuses);
    let server = Server::scripted(move |step| match step {
        Step::Rcpt(..) if still_refuses.load(Ordering::SeqCst) => Act::Say("550 no such user"),
        _ => Act::Go,
    })
    .await;
    let program = program(server.port);
    let ran = program.run(&["--now", MORNING]).ends(1);
    assert!(ran.stderr.contains(EDITOR) && ran.stderr.contains("no such user"), "{}", ran.stderr);
    assert!(program.run(&["status"]).ends(1).stdout.contains("could not be told"));
    refuses.store(false, Ordering::SeqCst);
    for _ in 0..2 {
        program.run(&["--now", "2026-10-19T06:00:00Z"]).ends(1);
    }
    assert_eq!(server.copies(), [(EDITOR.to_owned(), 1)]);
    program.write("config.toml", &config(server.port).replace(EDITOR, "nobody"));
    assert!(program.run(&["status"]).ends(2).stderr.contains("`editor` is no mail address"));
}

/// Kills the program at a later moment each time until `is_done`; after each time `holds`.
fn killed_until(program: &Program, arguments: &[&str], is_done: impl Fn() -> bool, holds: impl Fn()) {
    let mut patience = 0;
    while !is_done() {
        let mut child = program.start(arguments);
        let mut polls = 0;
        while polls < patience && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
            polls += 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        holds();
        patience = 2 * patience + 500;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_step_nothing_leaves_unapproved_or_twice() {
    let silent = Arc::new(AtomicBool::new(true));
    let keeps_silent = Arc::clone(&silent);
    let server = Server::scripted(move |step| match step {
        Step::Dot(..) if keeps_silent.load(Ordering::SeqCst) => Act::TakeAndSilent,
        _ => Act::Go,
    })
    .await;
    let program = program(server.port);
    let killed_after = |count: usize, arguments: &[&str]| {
        let mut child = program.start(arguments);
        while server.taken().len() < count && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let nobody_got_it = || {
        program.run(&["deliver", "--now", MORNING]);
        assert_eq!(to_readers(&server), []);
    };
    // While the editor is told: the next run tells again.
    killed_after(1, &["--now", MORNING]);
    silent.store(false, Ordering::SeqCst);
    program.run(&["--now", MORNING]).ends(1);
    assert_eq!(server.copies(), [(EDITOR.to_owned(), 2)]);

    // While it is composed, sooner or later.
    program.run(&["approve", "--discard"]).ends(0);
    let told = || status(&program)["draft"]["told"] == true;
    killed_until(&program, &["--now", MORNING], told, nobody_got_it);

    // While it is edited: all changes are made or none.
    let shown = || program.run(&["edit"]).ends(0).stdout;
    let drop = number(&program.run(&["edit"]), "market hall");
    let change = ["edit", "--drop", &drop, "--introduction", "Good morning."];
    let is_edited = || shown().contains("Good morning.");
    killed_until(&program, &change, is_edited, || {
        assert_eq!(shown().contains("Good morning."), !shown().contains("market hall"));
        nobody_got_it();
    });

    // While it is approved: either the draft stands and nothing leaves, or it is in the outbox and waits for its hour.
    let approve = ["approve", "--at", "2026-10-19T06:00:00Z", "--now", MORNING];
    killed_until(&program, &approve, || program.run(&["edit"]).code != 0, nobody_got_it);

    // While the first reader's answer is awaited: that copy comes again, under its Message-ID, and no other.
    let before = server.taken().len();
    silent.store(true, Ordering::SeqCst);
    killed_after(before + 1, &["deliver", "--now", "2026-10-19T06:00:00Z"]);
    silent.store(false, Ordering::SeqCst);
    program.run(&["deliver", "--now", "2026-10-19T06:01:00Z"]);
    program.run(&["deliver", "--now", "2026-10-21T06:00:00Z"]).ends(0);
    let copies = to_readers(&server);
    let of = |reader: &str| copies.iter().filter(|mail| mail.to == reader).collect::<Vec<_>>();
    let (first, second) = (of(READERS[0]), of(READERS[1]));
    assert_eq!((first.len(), second.len()), (2, 1), "{:?}", server.copies());
    assert_eq!(first[0], first[1]);
    program.run(&["verify"]).ends(0);
    program.run(&["--now", "2026-10-21T07:00:00Z"]).ends(0);
    assert_eq!(to_readers(&server).len(), 3);
}
