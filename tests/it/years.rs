//! A store that lasts: damage, old backups and full disks cost no reader a mail and bring none twice; who asks is forgotten.
//!
//! `DIGEST_DAMAGE_SEEDS=20 cargo test --test it years::a_page -- --nocapture` makes the table of docs/RELIABILITY.md.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use newsdigest::store::{Excerpt, Store};
use serde_json::Value;
use sqlx::sqlite::SqlitePool;

use crate::contract::{article, time};
use crate::daily::{MONDAY, READERS, TUESDAY, config, feed};
use crate::support::program::Program;
use crate::support::skip::skip;
use crate::support::smtp::{Server, Taken};
use crate::support::web::{Answer, Web};

const WEDNESDAY: &str = "2026-10-21T05:00:00Z";
const THURSDAY: &str = "2026-10-22T05:00:00Z";
const FRIDAY: &str = "2026-10-23T05:00:00Z";
const STORE: &str = "state/digest/digest.db";

struct Fixture {
    web: Web,
    mail: Server,
    program: Program,
}

impl Fixture {
    async fn new(more: &str) -> Self {
        let (web, mail) = (Web::start(), Server::start().await);
        let program = Program::new(&config(&[("News", web.url("/feed"))], mail.port, more));
        Self { web, mail, program }
    }

    /// A feed of Monday's, Tuesday's, Wednesday's topics.
    fn has(&self, topics: &[&str]) -> &Self {
        self.web.on("/feed", Answer::Body("application/rss+xml", feed(topics).into_bytes()));
        self
    }

    /// Aville on Monday, Beton on Tuesday; Cedar is to come.
    async fn two_days(more: &str) -> Self {
        let fixture = Self::new(more).await;
        fixture.has(&["Aville"]).program.run(&["--now", MONDAY]).ends(0);
        fixture.has(&["Beton", "Aville"]).program.run(&["--now", TUESDAY]).ends(0);
        assert_eq!(fixture.mail.count(), 6);
        fixture.has(&["Cedar", "Beton", "Aville"]);
        fixture
    }

    fn store(&self) -> std::path::PathBuf {
        self.program.path(STORE)
    }

    async fn change(&self, statement: &'static str) {
        let pool = SqlitePool::connect(&format!("sqlite://{}", self.store().display())).await.unwrap();
        sqlx::query(statement).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// Cedar came once to each reader since `before` mails, and nothing of the days before.
    #[track_caller]
    fn sent_cedar_alone(&self, before: usize) {
        let taken = self.mail.taken().split_off(before);
        assert_eq!(copies(&taken), READERS.map(|reader| (reader.to_owned(), 1)).into());
        for mail in &taken {
            let text = text_of(mail);
            assert!(text.contains("Cedar") && !text.contains("Aville") && !text.contains("Beton"), "{text}");
        }
    }
}

fn text_of(mail: &Taken) -> String {
    let message = mail_parser::MessageParser::default().parse(&mail.bytes).unwrap();
    message.body_text(0).unwrap().into_owned()
}

fn copies(taken: &[Taken]) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for mail in taken {
        *copies.entry(mail.to.clone()).or_default() += 1;
    }
    copies
}

fn contains(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_is_given_what_is_known_and_forgotten_to_the_last_byte() {
    let fixture = Fixture::two_days("").await;
    let program = &fixture.program;
    let export = || -> Value {
        serde_json::from_str(&program.run(&["store", "export", "anna@example.org"]).ends(0).stdout).unwrap()
    };
    let known = export();
    assert_eq!(known["deliveries"].as_array().unwrap().len(), 2, "{known}");
    assert_eq!((&known["deliveries"][0]["state"], &known["erased"]), (&"sent".into(), &Value::Null));
    assert!(contains(&fs::read(fixture.store()).unwrap(), "anna@"));
    assert_eq!(known["address"], "anna@example.org");
    program.run(&["store", "erase", "Anna@Example.ORG"]).ends(0);
    for (path, bytes) in program.files() {
        let is_state = path.starts_with(program.path("state"));
        let bytes = bytes.to_ascii_lowercase();
        assert!(!is_state || !contains(&bytes, "anna"), "{}", path.display());
        assert!(!is_state || path.is_dir() || contains(&bytes, "bert@") || !path.ends_with("digest.db"));
    }
    let known = export();
    assert!(known["deliveries"].as_array().unwrap().is_empty() && known["erased"].is_string(), "{known}");
    // She still stands in the list.
    let ran = program.run(&["--now", WEDNESDAY]).ends(1);
    assert!(ran.stderr.contains("erased") && !ran.stderr.contains("anna"), "{}", ran.stderr);
    let taken = fixture.mail.taken().split_off(6);
    assert_eq!(taken.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), &READERS[1..]);
    let refused = program.run(&["edition", "resend", "--to", "anna@example.org"]).ends(2);
    assert!(refused.stderr.contains("--undo"), "{}", refused.stderr);
    program.run(&["store", "erase", "--undo", "anna@example.org"]).ends(0);
    program.run(&["edition", "resend", "--to", "anna@example.org"]).ends(0);
    assert_eq!(fixture.mail.count(), 9);
    program.run(&["store", "check"]).ends(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_asks_before_it_sends() {
    let fixture = Fixture::new("").await;
    let program = &fixture.program;
    fixture.has(&["Aville"]).program.run(&["--now", MONDAY]).ends(0);
    program.run(&["store", "backup", "monday.db"]).ends(0);
    let again = program.run(&["store", "backup", "monday.db"]).ends(2);
    assert!(again.stderr.contains("there already"), "{}", again.stderr);
    fixture.has(&["Beton", "Aville"]).program.run(&["--now", TUESDAY]).ends(0);
    program.run(&["--now", THURSDAY]).ends(0);
    fs::copy(program.path("monday.db"), fixture.store()).unwrap();
    let news = feed(&["Cedar", "Beton", "Aville"]).replacen("Sun, 18 Oct", "Thu, 22 Oct", 1);
    fixture.web.on("/feed", Answer::Body("application/rss+xml", news.into_bytes()));
    for arguments in [vec!["--now", FRIDAY], vec!["deliver", "--now", FRIDAY], vec!["compose", "--now", FRIDAY]] {
        let asked = program.run(&arguments).ends(2).stderr;
        assert!(asked.contains("restored from a backup") && asked.contains("digest-20261020T050000Z"), "{asked}");
        assert!(asked.contains("--since 2026-10-20T05:00:00Z"), "{asked}");
    }
    assert_eq!(fixture.mail.count(), 6, "nothing is sent before it is asked");
    program.run(&["--now", FRIDAY, "--since", "2026-10-20T05:00:00Z"]).ends(0);
    fixture.sent_cedar_alone(6);
    program.run(&["--now", "2026-10-24T05:00:00Z"]).ends(0);
    assert_eq!(fixture.mail.count(), 9, "Beton left on Tuesday");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_removed_is_a_store_of_the_day_before() {
    let fixture = Fixture::new("").await;
    fixture.has(&["Aville"]).program.run(&["--now", MONDAY]).ends(0);
    let monday = fs::read(fixture.store()).unwrap();
    let log = fixture.store().with_extension("db-wal");
    assert!(!log.exists(), "at the end of a run everything is in the one file");
    fixture.has(&["Beton", "Aville"]).program.run(&["--now", TUESDAY]).ends(0);
    // Killed on Tuesday before anything of the log was in the file; then the log went.
    fs::write(fixture.store(), monday).unwrap();
    fixture.has(&["Cedar", "Beton", "Aville"]);
    let asked = fixture.program.run(&["--now", WEDNESDAY]).ends(2).stderr;
    assert!(asked.contains("digest-20261020T050000Z"), "{asked}");
    assert_eq!(fixture.mail.count(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_broken_json_costs_itself_alone_and_is_named() {
    for (statement, table, code) in [
        ("UPDATE articles SET article = substr(article, 1, 40)", "articles", 1),
        (
            "UPDATE editions SET edition = '{' || edition WHERE composed = (SELECT max(composed) FROM editions)",
            "editions",
            1,
        ),
        ("UPDATE editions SET edition = ''", "editions", 1),
        ("UPDATE letters SET letter = 'x'", "letters", 0),
        ("INSERT INTO ratings VALUES ('digest', 'a story', 1, 'no rating')", "ratings", 1),
        ("INSERT INTO drafts VALUES ('digest', 'a draft', 'no edition', '[]', 1)", "drafts", 1),
        ("UPDATE sources SET memory = 'no memory'", "", 0),
    ] {
        let fixture = Fixture::two_days("").await;
        fixture.change(statement).await;
        let ran = fixture.program.run(&["--now", WEDNESDAY]);
        assert_eq!(ran.code, code, "{statement}: {}", ran.stderr);
        assert!(
            code == 0 || ran.stderr.contains("cannot be read") && ran.stderr.contains("store check"),
            "{}",
            ran.stderr
        );
        fixture.sent_cedar_alone(6);
        assert!(fixture.program.run(&["status"]).code < 2, "{statement}");
        let checked = fixture.program.run(&["store", "check"]);
        let is_named = table.is_empty() || table == "drafts" && code == 1 && checked.code == 0;
        assert!(is_named || checked.code == 1 && checked.stdout.contains(table), "{statement}: {checked:?}");
        let next = fixture.program.run(&["--now", THURSDAY]);
        assert!(next.code < 2, "{statement}: {}", next.stderr);
        assert_eq!(fixture.mail.count(), 9, "{statement}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_tells_of_runs_that_did_not_end_well() {
    let fixture = Fixture::new("").await;
    fixture.web.on("/feed", Answer::Status(500, Vec::new()));
    let ran = fixture.program.run(&[]);
    assert!(ran.code > 0, "{ran:?}");
    let status = fixture.program.run(&["status"]).stdout;
    assert!(status.contains(&format!("ended with {}: ", ran.code)) && status.contains("500"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_cut_off_or_is_no_store_names_its_path_and_the_remedy() {
    let fixture = Fixture::two_days("").await;
    fixture.program.run(&["store", "backup", "tuesday.db"]).ends(0);
    let whole = fs::read(fixture.store()).unwrap();
    let half = whole[..whole.len() / 2].to_vec();
    for (bytes, words) in [(Vec::new(), "cut off"), (half, "damaged"), (vec![b'x'; 8192], "damaged")] {
        fs::write(fixture.store(), &bytes).unwrap();
        for arguments in [
            vec!["--now", WEDNESDAY],
            vec!["status"],
            vec!["verify"],
            vec!["run", "--dry-run", "--now", WEDNESDAY],
            vec!["explain"],
            vec!["store", "prune"],
            vec!["store", "backup", "new.db"],
        ] {
            let ran = fixture.program.run(&arguments);
            assert_eq!(ran.code, 3, "{words} {arguments:?}: {ran:?}");
            let (path, hint) = (ran.stderr.contains("digest/digest.db"), ran.stderr.contains("backup"));
            assert!(path && hint && ran.stderr.contains(words), "{arguments:?}: {}", ran.stderr);
        }
        let checked = fixture.program.run(&["store", "check"]);
        assert!(checked.code == 1 || checked.code == 3, "{checked:?}");
        assert_eq!(fixture.mail.count(), 6, "nothing is sent from what cannot be read");
        assert_eq!(fs::read(fixture.store()).unwrap(), bytes, "and nothing is written to it");
    }
    fs::copy(fixture.program.path("tuesday.db"), fixture.store()).unwrap();
    fixture.program.run(&["--now", WEDNESDAY]).ends(0);
    fixture.sent_cedar_alone(6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_newer_version_is_left_as_it_is() {
    let fixture = Fixture::two_days("").await;
    fixture
        .change(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'later', TRUE, x'00', 0)",
        )
        .await;
    let before = fs::read(fixture.store()).unwrap();
    for arguments in [
        vec!["--now", WEDNESDAY],
        vec!["run", "--dry-run"],
        vec!["status"],
        vec!["verify"],
        vec!["explain"],
        vec!["store", "check"],
        vec!["store", "prune"],
        vec!["store", "erase", "anna@example.org"],
    ] {
        let ran = fixture.program.run(&arguments);
        assert!(ran.code == 3 && ran.stderr.contains("newer version"), "{arguments:?}: {ran:?}");
    }
    assert_eq!(fs::read(fixture.store()).unwrap(), before);
    assert_eq!(fixture.mail.count(), 6);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_store_is_that_store_and_a_folder_is_none() {
    let fixture = Fixture::two_days("[store]\npath = 'real.db'\n").await;
    let program = &fixture.program;
    let config = fs::read_to_string(program.path("config.toml")).unwrap();
    std::os::unix::fs::symlink("real.db", program.path("link.db")).unwrap();
    program.write("config.toml", &config.replace("real.db", "link.db"));
    program.run(&["--now", WEDNESDAY]).ends(0);
    fixture.sent_cedar_alone(6);
    assert!(!program.path("link.db.lock.run").exists(), "two locks would let two runs send at once");
    program.write("config.toml", &config.replace("real.db", "mail"));
    fs::create_dir(program.path("mail")).unwrap();
    for arguments in [vec!["--now", THURSDAY], vec!["status"], vec!["store", "check"], vec!["explain"]] {
        let said = program.run(&arguments).ends(3).stderr;
        assert!(said.contains("`mail`") && said.contains("directory"), "{arguments:?}: {said}");
    }
}

/// Bytes in a page of the store.
const PAGE: usize = 4096;

/// The pages of the tree whose root is page `root`, its own first.
fn pages(file: &[u8], root: usize) -> Vec<usize> {
    let page = &file[(root - 1) * PAGE..root * PAGE];
    let head = if root == 1 { 100 } else { 0 };
    let number = |at: usize| u32::from_be_bytes(page[at..at + 4].try_into().unwrap()) as usize;
    let mut found = vec![root];
    if page[head] == 2 || page[head] == 5 {
        let cells = usize::from(u16::from_be_bytes([page[head + 3], page[head + 4]]));
        let cell = |i: usize| usize::from(u16::from_be_bytes([page[head + 12 + 2 * i], page[head + 13 + 2 * i]]));
        let children = (0..cells).map(|i| number(cell(i))).chain([number(head + 8)]);
        found.extend(children.flat_map(|child| pages(file, child)));
    }
    found
}

/// Tables and indexes by name, with the pages of each.
async fn trees(store: &Path) -> Vec<(String, Vec<usize>)> {
    let pool = SqlitePool::connect(&format!("sqlite://{}", store.display())).await.unwrap();
    let roots =
        "SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0 UNION ALL SELECT 'sqlite_schema', 1 ORDER BY 2";
    let roots: Vec<(String, i64)> = sqlx::query_as(roots).fetch_all(&pool).await.unwrap();
    pool.close().await;
    let file = fs::read(store).unwrap();
    let pages = |(name, root): (String, i64)| (name, pages(&file, usize::try_from(root).unwrap()));
    roots.into_iter().map(pages).collect()
}

/// `file` with sixteen bytes of one of `pages` flipped.
fn flipped(file: &[u8], pages: &[usize], seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut file = file.to_vec();
    let page = pages[random.usize(..pages.len())];
    for _ in 0..16 {
        file[(page - 1) * PAGE + random.usize(..PAGE)] ^= random.u8(1..);
    }
    file
}

/// Puts a store in place as it was after a run, with no log, and the lock file that the run left.
fn put(fixture: &Fixture, file: &[u8], lock: &[u8]) {
    let _ = fs::remove_file(fixture.store().with_extension("db-wal"));
    fs::write(fixture.store(), file).unwrap();
    fs::write(fixture.store().with_extension("db.lock.run"), lock).unwrap();
}

/// Bytes of one page of each table and index, flipped: the run either goes well or names the file and the remedy; no reader gets
/// anything twice; and the morning after the backup was put back is a morning like any other.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "a larger form is asked for by the environment")]
async fn a_page_with_flipped_bytes_brings_nothing_twice() {
    let seeds: u64 = std::env::var("DIGEST_DAMAGE_SEEDS").map_or(1, |seeds| seeds.parse().unwrap());
    let fixture = Fixture::two_days("").await;
    fixture.program.run(&["store", "backup", "tuesday.db"]).ends(0);
    fixture.program.run(&["gather", "--now", TUESDAY]).ends(0);
    let whole = fs::read(fixture.store()).unwrap();
    let lock = fs::read(fixture.store().with_extension("db.lock.run")).unwrap();
    let trees = trees(&fixture.store()).await;
    // Of each tree: found by `store check`, runs that went well, that named a problem, that refused.
    let mut table: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for seed in 0..seeds {
        for (name, pages) in &trees {
            put(&fixture, &flipped(&whole, pages, seed * 1000 + pages[0] as u64), &lock);
            let label = format!("{name}, seed {seed}");
            let (checked, ran) = a_damaged_morning(&fixture, &label);
            let row = table.entry(name).or_default();
            row[0] += usize::from(checked != 0);
            row[1 + usize::try_from(ran.min(2)).unwrap()] += 1;
        }
    }
    for (name, [found, well, warned, refused]) in table {
        println!("| `{name}` | {found} | {well} | {warned} | {refused} |");
    }
    put(&fixture, &fs::read(fixture.program.path("tuesday.db")).unwrap(), &lock);
    let before = fixture.mail.count();
    fixture.program.run(&["--now", WEDNESDAY]).ends(0);
    fixture.sent_cedar_alone(before);
}

/// Exit codes of `store check` and of Wednesday's run, which brings nothing that was there before, and Thursday's nothing at all.
fn a_damaged_morning(fixture: &Fixture, label: &str) -> (i32, i32) {
    let before = fixture.mail.count();
    let checked = fixture.program.run(&["store", "check"]);
    let ran = fixture.program.run(&["--now", WEDNESDAY]);
    let label = format!("{label}: exit {}\n{}", ran.code, ran.stderr);
    assert!((0..=3).contains(&ran.code), "{label}");
    assert!(ran.code < 3 || ran.stderr.contains("digest.db") && ran.stderr.contains("backup"), "{label}");
    let taken = fixture.mail.taken().split_off(before);
    assert!(copies(&taken).values().all(|copies| *copies == 1), "{label}");
    for mail in &taken {
        let text = text_of(mail);
        assert!(!text.contains("Aville") && !text.contains("Beton"), "sent again: {label}\n{text}");
    }
    if ran.code < 2 {
        let next = fixture.program.run(&["--now", THURSDAY]);
        assert!(next.code != 0 || fixture.mail.count() == before + taken.len(), "{label}: {next:?}");
    }
    (checked.code, ran.code)
}

/// A disk of some size for the state, which is full at another step each time; then it has room.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_at_any_step_costs_no_mail_and_brings_none_twice() {
    let mount = |size: usize, program: &Program, arguments: &[&str]| {
        let digest = env!("CARGO_BIN_EXE_digest");
        let run = format!("{digest} {}", arguments.join(" "));
        let script = format!(
            "mkdir -p state && mount -t tmpfs -o size={size}k none state && mkdir state/digest && chmod 700 state/digest || exit 99
             {run} 2> first.txt; echo $? > first.code; mount -o remount,size=64m state
             {run} 2> second.txt; echo $? > second.code; {digest} store check > check.txt; cp state/digest/digest.db* ."
        );
        let folder = program.path(".");
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", &script]).current_dir(&folder).env_clear();
        command
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", &folder)
            .env("XDG_STATE_HOME", program.path("state"));
        command.status().is_ok_and(|status| status.code() == Some(0))
    };
    let read = |program: &Program, name: &str| fs::read_to_string(program.path(name)).unwrap();
    let (mut full, mut well) = (0, 0);
    for size in [8, 32, 64, 100, 140, 160, 180, 190, 200, 220, 240, 280, 320, 400, 600, 1000, 4000] {
        let fixture = Fixture::new("").await;
        fixture.has(&["Aville", "Beton"]);
        if !mount(size, &fixture.program, &["run", "--now", MONDAY]) {
            skip("no tmpfs can be mounted in a namespace of our own");
            return;
        }
        let (code, words) = (read(&fixture.program, "first.code"), read(&fixture.program, "first.txt"));
        println!("{size} kB: exit {} {words}", code.trim());
        if code.trim() == "0" {
            well += 1;
        } else {
            full += 1;
            assert!(words.contains("full") || words.contains("No space"), "{size}: {words}");
        }
        let second = read(&fixture.program, "second.txt");
        assert_eq!(read(&fixture.program, "second.code").trim(), "0", "{size}: {second}");
        assert!(read(&fixture.program, "check.txt").contains("whole"), "{size}");
        assert_eq!(fixture.mail.copies(), READERS.map(|reader| (reader.to_owned(), 1)), "{size}: {words}\n{second}");
    }
    assert!(full > 3 && well > 1, "{full} full, {well} well");
}

/// On a full disk the replies that are kept for `--offline` give way.
#[tokio::test(flavor = "multi_thread")]
async fn kept_replies_give_way_to_the_store() {
    let fixture = Fixture::new("").await;
    fixture.has(&["Aville", "Beton"]);
    let digest = env!("CARGO_BIN_EXE_digest");
    let script = format!(
        "mkdir -p state && mount -t tmpfs -o size=900k none state && mkdir -p state/digest/digest.replies || exit 99
         chmod 700 state/digest; dd if=/dev/zero of=state/digest/digest.replies/old bs=1k count=800 2>/dev/null
         touch -d 2026-10-19 state/digest/digest.replies/old
         {digest} run --now {MONDAY}"
    );
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &script]).current_dir(fixture.program.path(".")).env_clear();
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", fixture.program.path("."));
    let ran = command.env("XDG_STATE_HOME", fixture.program.path("state")).output();
    let Some(ran) = ran.ok().filter(|ran| ran.status.code() != Some(99) && ran.status.code() != Some(1)) else {
        skip("no tmpfs can be mounted in a namespace of our own");
        return;
    };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(fixture.mail.copies(), READERS.map(|reader| (reader.to_owned(), 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_edition_with_nothing_to_say_had_is_not_read_for_ever() {
    let fixture = Fixture::new("[[rule]]\nname = \"none\"\ndrop = { title = \"makes news\" }\n").await;
    fixture.has(&["Aville", "Beton"]);
    let decided = |now: &str| {
        let ran = fixture.program.run(&["run", "--report", "json", "--now", now]).ends(0);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        report["edition"]["decisions"].as_array().unwrap().len()
    };
    assert_eq!((decided(MONDAY), decided(TUESDAY)), (2, 2), "a rule that drops by mistake can be corrected");
    decided(THURSDAY);
    assert_eq!(decided(FRIDAY), 0);
    assert_eq!(fixture.mail.count(), 0);
}

#[tokio::test]
async fn an_excerpt_has_what_the_next_edition_needs_and_no_texts_that_are_done_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digest.db");
    let store = Store::open(&path).await.unwrap();
    store.save_articles("morning", &[article("old", "old"), article("used", "used")], time(1)).await.unwrap();
    crate::contract::put(&store, 2, &["x@example.org"], &["old", "used"]).await.unwrap();
    for day in 3..6 {
        crate::contract::put(&store, day, &[], &[]).await.unwrap();
    }
    store.save_articles("morning", &[article("new", "new")], time(20)).await.unwrap();
    store.save_articles("evening", &[article("other", "other")], time(20)).await.unwrap();
    store.close().await;
    let before = fs::read(&path).unwrap();
    let part = Excerpt { newsletter: "morning", from: time(10), again: None };
    let copy = Store::excerpt(&path, &part).await.unwrap();
    let known = copy.known_articles("morning", &["old", "used", "new", "other"]).await.unwrap();
    assert_eq!(known.len(), 3, "that it was seen is known: {known:?}");
    let again = [article("old", "old"), article("new", "new"), article("fresh", "fresh")];
    assert_eq!(copy.save_articles("morning", &again, time(21)).await.unwrap(), [false, false, true]);
    assert_eq!(crate::contract::ids(&copy.unused_articles("morning", None).await.unwrap()), ["new", "fresh"]);
    assert!(copy.article("morning", "old").await.unwrap().is_none());
    assert_eq!(copy.last_edition("morning").await.unwrap().unwrap().id, crate::contract::edition(5).id);
    copy.close().await;
    let again = Excerpt { newsletter: "morning", from: time(1), again: Some(time(1)) };
    let copy = Store::excerpt(&path, &again).await.unwrap();
    assert!(copy.article("morning", "old").await.unwrap().is_some());
    assert_eq!((fs::read(&path).unwrap(), files(folder.path())), (before, 1));
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}
