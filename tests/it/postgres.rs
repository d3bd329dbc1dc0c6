//! The promises of a store that machines share: each thing to do is done by one of them, and what a dead one left is found.

use std::collections::BTreeSet;
use std::time::Duration;

use newsdigest::model::{DeliveryChange, DeliveryState, PendingDelivery};
use newsdigest::store::{Durability, Error, GatheredSource, SourceRecord, Store};

use crate::contract::{article, edition, put, time};
use crate::daily::feed;
use crate::support::postgres::Database;
use crate::support::program::Program;
use crate::support::smtp::Server;
use crate::support::web::Web;

const MONDAY: &str = "2026-10-19T05:00:00Z";
const LONG: Duration = Duration::from_secs(3600);

async fn claim(store: &Store, limit: u32) -> Vec<PendingDelivery> {
    store.pending("morning", time(9), 0, limit, true).await.unwrap()
}

/// Commits `changes`; the deliveries that are no longer this worker's.
async fn apply(store: &Store, changes: &[DeliveryChange]) -> Vec<i64> {
    let mut journal = store.journal().await.unwrap();
    let mut taken_over: Vec<i64> = journal.apply(changes, Durability::PowerCut).await.unwrap().into_iter().collect();
    taken_over.sort_unstable();
    taken_over
}

fn trying(id: i64, hash: &str) -> DeliveryChange {
    DeliveryChange::Trying { id, signature: Some(format!("signed {hash}")), hash: hash.into(), now: time(9) }
}

fn answered(id: i64, state: DeliveryState) -> DeliveryChange {
    DeliveryChange::Answered { id, state, answer: "250 ok".into(), not_before: None, counts: true, now: time(9) }
}

/// The store of another machine whose clock or process has stopped: whatever it claims has run out at once.
async fn dead(database: &Database) -> Store {
    database.open().await.with_lease(Duration::ZERO)
}

fn addresses(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("reader{number}@example.org")).collect()
}

#[tokio::test]
async fn each_delivery_is_claimed_by_one_worker() {
    let Some(database) = Database::new().await else { return };
    let readers = addresses(1000);
    put(&database.open().await, 2, &readers.iter().map(String::as_str).collect::<Vec<_>>(), &[]).await.unwrap();
    let work = async || {
        let store = database.open().await;
        let (mut mine, mut after) = (Vec::new(), 0);
        loop {
            let page = store.pending("morning", time(9), after, 7, true).await.unwrap();
            let Some(last) = page.last() else { return mine };
            after = last.id;
            mine.extend(page.into_iter().map(|pending| pending.id));
        }
    };
    let (a, b, c, d) = tokio::join!(work(), work(), work(), work());
    let all = [a, b, c, d].concat();
    assert_eq!(all.len(), 1000);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 1000, "nothing is claimed twice");
}

#[tokio::test]
async fn a_claim_that_ran_out_frees_what_was_not_begun_and_nothing_else() {
    let Some(database) = Database::new().await else { return };
    let (gone, other) = (dead(&database).await, database.open().await);
    put(&other, 2, &["a@example.org", "b@example.org", "c@example.org"], &[]).await.unwrap();
    let claimed = claim(&gone, 10).await;
    let ids: Vec<i64> = claimed.iter().map(|pending| pending.id).collect();
    // One is being tried, one was answered, one was not begun.
    assert!(apply(&gone, &[trying(ids[0], "first"), trying(ids[1], "second")]).await.is_empty());
    assert!(apply(&gone, &[answered(ids[1], DeliveryState::Sent)]).await.is_empty());
    let free = claim(&other, 10).await;
    assert_eq!(free.iter().map(|pending| pending.id).collect::<Vec<_>>(), [ids[2]]);
    assert_eq!(free[0].delivery.state, DeliveryState::Waiting, "it was never handed over");
    assert_eq!(other.recover().await.unwrap(), 1);
    let unknown = &claim(&other, 10).await[0];
    assert_eq!((unknown.id, unknown.delivery.state), (ids[0], DeliveryState::Unknown));
    assert_eq!((unknown.hash.as_deref(), unknown.signature.as_deref()), (Some("first"), Some("signed first")));
    assert_eq!(unknown.delivery.attempts, 0);
    // Whoever was thought dead hears that it must not begin what is another's now.
    assert_eq!(apply(&gone, &[trying(ids[0], "other"), trying(ids[2], "other")]).await, [ids[0], ids[2]]);
    assert!(apply(&other, &[trying(ids[0], "again")]).await.is_empty());
    assert_eq!(claim(&gone, 10).await, []);
    assert_eq!(other.recover().await.unwrap(), 0, "a claim that holds is nobody's to end");
    let counts = other.counts(&edition(2).id).await.unwrap();
    assert_eq!((counts.sent, counts.trying, counts.waiting, counts.unknown), (1, 1, 1, 0));
}

#[tokio::test]
async fn an_answer_that_comes_late_counts_unless_somebody_tries_again() {
    let Some(database) = Database::new().await else { return };
    let (slow, other) = (dead(&database).await, database.open().await);
    put(&other, 2, &["a@example.org", "b@example.org"], &[]).await.unwrap();
    let ids: Vec<i64> = claim(&slow, 10).await.iter().map(|pending| pending.id).collect();
    apply(&slow, &[trying(ids[0], "x"), trying(ids[1], "y")]).await;
    assert_eq!(other.recover().await.unwrap(), 2);
    let again = claim(&other, 1).await;
    apply(&other, &[trying(again[0].id, "x")]).await;
    let late = [answered(ids[0], DeliveryState::Sent), answered(ids[1], DeliveryState::Sent)];
    assert_eq!(apply(&slow, &late).await, [ids[0]]);
    let counts = other.counts(&edition(2).id).await.unwrap();
    assert_eq!((counts.sent, counts.trying), (1, 1));
    // Committed twice, as after a connection that broke in between, it is the same.
    assert!(apply(&other, &[answered(ids[0], DeliveryState::Unknown)]).await.is_empty());
    assert_eq!(apply(&other, &[answered(ids[0], DeliveryState::Unknown)]).await, [ids[0]]);
    assert_eq!(claim(&other, 10).await[0].delivery.attempts, 1);
}

#[tokio::test]
async fn what_another_machine_tries_is_due_when_its_claim_runs_out() {
    let Some(database) = Database::new().await else { return };
    let (one, other) = (database.open().await.with_lease(LONG), database.open().await);
    put(&one, 2, &["a@example.org"], &[]).await.unwrap();
    assert_eq!(other.next_due("morning", true).await.unwrap(), Some(jiff::Timestamp::UNIX_EPOCH));
    let ids: Vec<i64> = claim(&one, 10).await.iter().map(|pending| pending.id).collect();
    let later = other.next_due("morning", true).await.unwrap().unwrap();
    assert!(later > time(9), "{later}");
    assert_eq!(one.next_due("morning", true).await.unwrap(), Some(jiff::Timestamp::UNIX_EPOCH));
    let mut journal = one.journal().await.unwrap();
    journal.apply(&[trying(ids[0], "x")], Durability::PowerCut).await.unwrap();
    assert_eq!(other.give_up("morning", time(9), LONG).await.unwrap(), 0, "what is being tried is not given up");
    let state = DeliveryState::Waiting;
    journal.apply(&[DeliveryChange::Kept { id: ids[0], state, now: time(9) }], Durability::PowerCut).await.unwrap();
    assert_eq!(claim(&one, 10).await.len(), 1);
    assert_eq!(claim(&other, 10).await.len(), 0);
    journal.close().await.unwrap();
    assert_eq!(claim(&other, 10).await.len(), 1, "a run that ends lets go what it did not begin");
}

#[tokio::test]
async fn each_source_is_asked_by_one_machine_and_not_again_at_once() {
    let Some(database) = Database::new().await else { return };
    let (one, other) = (database.open().await, database.open().await);
    let key = |name: &str| format!("morning feed {name}");
    assert!(one.claim_source(&key("a"), LONG).await.unwrap());
    assert!(!other.claim_source(&key("a"), LONG).await.unwrap());
    assert!(other.claim_source(&key("b"), Duration::ZERO).await.unwrap());
    assert!(one.claim_source(&key("b"), LONG).await.unwrap(), "its claim ran out");
    let done = |name: &str, failures| GatheredSource {
        key: key(name),
        record: Some(SourceRecord { failures, ..SourceRecord::default() }),
        articles: vec![article(name, "text")],
        offered: Vec::new(),
        site_lines: None,
    };
    assert_eq!(one.save_sources("morning", &[done("a", 0), done("b", 1)], time(1)).await.unwrap(), [1, 1]);
    assert!(!other.claim_source(&key("a"), LONG).await.unwrap(), "it was asked a moment ago");
    assert!(other.claim_source(&key("b"), LONG).await.unwrap(), "it failed, and may be asked again");
    database.execute("UPDATE claims SET done = done - 61000").await;
    assert!(other.claim_source(&key("a"), LONG).await.unwrap());
    assert!(other.forget_source(&key("a")).await.unwrap());
    assert!(one.claim_source(&key("a"), LONG).await.unwrap(), "what is forgotten is asked at once");
}

#[tokio::test]
async fn an_edition_is_composed_by_one_machine() {
    let Some(database) = Database::new().await else { return };
    let (one, other) = (database.open().await, database.open().await);
    assert!(other.claim_source("morning feed a", LONG).await.unwrap());
    assert!(other.claim_source("morning-2 feed a", LONG).await.unwrap());
    assert!(!one.claim_composing("morning", LONG).await.unwrap(), "somebody still asks its sources");
    other
        .save_sources("morning", &[GatheredSource { key: "morning feed a".into(), ..Default::default() }], time(1))
        .await
        .unwrap();
    assert!(one.claim_composing("morning", LONG).await.unwrap());
    assert!(!other.claim_composing("morning", LONG).await.unwrap());
    assert!(other.claim_composing("evening", LONG).await.unwrap());
    let error = put(&other, 2, &["a@example.org"], &[]).await.unwrap_err();
    assert!(matches!(error, Error::Claimed { .. }) && error.is_busy(), "{error:?}");
    assert_eq!(other.last_edition("morning").await.unwrap(), None);
    put(&one, 2, &["a@example.org"], &[]).await.unwrap();
    let workers = other.workers().await.unwrap();
    assert_eq!(workers.len(), 2);
    assert!(workers.iter().all(|worker| worker.composes && worker.lease.is_some()), "{workers:?}");
    assert_eq!(workers.iter().map(|worker| worker.sources).sum::<u64>(), 1);
    one.release_composing("morning").await.unwrap();
    assert!(other.claim_composing("morning", LONG).await.unwrap());
    one.close().await;
    assert_eq!(other.workers().await.unwrap().len(), 1, "who is done is gone");
}

#[tokio::test]
async fn machines_that_begin_at_once_make_the_tables_once() {
    let Some(database) = Database::new().await else { return };
    let stores = futures_util::future::join_all((0..6).map(|_| database.open())).await;
    stores[0].save_articles("morning", &[article("a", "x")], time(1)).await.unwrap();
    assert_eq!(stores[5].unused_articles("morning", None).await.unwrap().len(), 1);
    database
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'later', TRUE, '', 0)",
        )
        .await;
    let error = Store::open(database.location()).await.unwrap_err();
    assert!(matches!(&error, Error::NewerDatabase { .. }), "{error:?}");
}

#[tokio::test]
async fn a_snapshot_holds_what_an_edition_is_composed_of() {
    let Some(database) = Database::new().await else { return };
    assert!(Store::snapshot(database.location()).await.unwrap().sources().await.unwrap().is_empty());
    let store = database.open().await;
    store.save_articles("morning", &[article("a", "x"), article("b", "y")], time(1)).await.unwrap();
    put(&store, 2, &["x@example.org"], &["a"]).await.unwrap();
    let copy = Store::snapshot(database.location()).await.unwrap();
    assert_eq!(
        copy.unused_articles("morning", None).await.unwrap(),
        store.unused_articles("morning", None).await.unwrap()
    );
    assert_eq!(copy.last_edition("morning").await.unwrap(), Some(edition(2)));
    copy.save_articles("morning", &[article("c", "z")], time(3)).await.unwrap();
    assert_eq!(store.unused_articles("morning", None).await.unwrap().len(), 1);
    let (before, last) = Store::before(database.location(), "morning", None, jiff::SignedDuration::from_hours(240))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((before.unused_articles("morning", None).await.unwrap().len(), last), (2, edition(2)));
}

#[tokio::test]
async fn a_database_that_is_not_there_is_worth_another_try() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("postgres:///digest?host={}&user=digest", folder.path().display());
    let location = newsdigest::store::Location::named(&url).unwrap();
    let error = Store::open(location).await.unwrap_err();
    assert!(error.is_busy() && !error.is_corrupt() && !error.is_full(), "{error:?}");
}

/// A config whose store is `database`, with `sources` feeds on `web`.
fn config(database: &Database, web: &Web, sources: usize, smtp_port: u16, readers: usize) -> String {
    let sources: String = (0..sources)
        .map(|number| {
            let url = web.url(&format!("/{number}.xml"));
            format!("[[source]]\nname = \"s{number}\"\nfeed = \"{url}\"\nfull_text = \"never\"\n")
        })
        .collect();
    let to = addresses(readers).iter().map(|address| format!("\"{address}\"")).collect::<Vec<_>>().join(", ");
    format!(
        "version = 1\n{sources}[fetch]\nallow_private = true\nretries = 0\n[store]\nurl = \"{}\"\n\
         [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [{to}]\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {smtp_port}\nsecurity = \"none\"\nconnections = 2\n",
        database.url
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn several_machines_share_a_morning() {
    let Some(database) = Database::new().await else { return };
    let web = Web::start();
    for number in 0..12 {
        web.feed(&format!("/{number}.xml"), &feed(&["Aville", "Beton", "Cedar"]));
    }
    let server = Server::start().await;
    let config = config(&database, &web, 12, server.port, 40);
    let machines: Vec<Program> = (0..3).map(|_| Program::new(&config)).collect();
    let ran = tokio::task::spawn_blocking(move || {
        let running: Vec<_> = machines.iter().map(|machine| machine.start(&["run", "--now", MONDAY])).collect();
        let codes: Vec<_> = running.into_iter().map(|mut child| child.wait().unwrap().code().unwrap()).collect();
        // Whoever ended while another still sent is asked to come again.
        assert!(codes.iter().all(|code| [0, 75].contains(code)) && codes.contains(&0), "{codes:?}");
        let status = machines[0].run(&["status", "--json"]).ends(0);
        let again = machines[1].run(&["run", "--now", MONDAY]).ends(0);
        let dry = machines[2].run(&["run", "--dry-run", "--now", MONDAY]).ends(0);
        (status.stdout, again.stderr, dry.stderr)
    });
    let (status, ..) = ran.await.unwrap();
    let copies = server.copies();
    assert_eq!(copies.len(), 40);
    assert!(copies.iter().all(|(_, count)| *count == 1), "{copies:?}");
    for number in 0..12 {
        // Once in the morning, and once by the dry run, which asks for itself.
        assert_eq!(web.hits(&format!("/{number}.xml")), 2, "{number}");
    }
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["mail"]["sent"], 40);
    let message_ids: BTreeSet<_> = server.taken().iter().map(|taken| taken.header("Message-ID")).collect();
    assert_eq!(message_ids.len(), 40);
    let store = database.open().await;
    assert_eq!(store.editions_since("digest", jiff::Timestamp::UNIX_EPOCH).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_copied_there_and_back_is_the_same() {
    let Some(database) = Database::new().await else { return };
    let program = Program::new("version = 1\n");
    let first = program.path("first.db");
    let store = Store::open(&first).await.unwrap();
    for day in 1..=28 {
        let ids = [format!("a{day}"), format!("b{day}")];
        let articles = ids.each_ref().map(|id| article(id, "Text with \"quotes\", ümlauts and a 😀."));
        store.save_articles("morning", &articles, time(day)).await.unwrap();
        put(&store, day, &["x@example.org", "gone@example.org", "y@example.org"], &[&ids[0]]).await.unwrap();
        for row in store.pending("morning", time(day), 0, 10, true).await.unwrap() {
            let is_gone = row.delivery.recipient.address == "gone@example.org";
            let is_last = day == 28 && row.delivery.recipient.address == "y@example.org";
            let state = if is_gone { DeliveryState::Refused } else { DeliveryState::Sent };
            let change = if is_last { trying(row.id, "hash") } else { answered(row.id, state) };
            apply(&store, &[trying(row.id, "hash"), change]).await;
        }
    }
    let known = async |store: &Store| {
        let (counts, refusals) =
            (store.counts(&edition(28).id).await.unwrap(), store.refusals("morning", 1).await.unwrap());
        let articles = store.unused_articles("morning", None).await.unwrap();
        (counts, refusals, articles, store.editions_since("morning", time(1)).await.unwrap())
    };
    let before = known(&store).await;
    assert_eq!((before.1[0].times, before.2.len()), (28, 28));
    store.close().await;
    let (first, second) = (first.display().to_string(), program.path("second.db").display().to_string());
    let url = database.url.clone();
    let copied = tokio::task::spawn_blocking(move || {
        let there = program.run(&["store", "copy", &first, &url]).ends(0);
        let back = program.run(&["store", "copy", &url, &second]).ends(0);
        let onto = program.run(&["store", "copy", &first, &url]).ends(3);
        let same = program.run(&["store", "copy", &first, &first]).ends(2);
        let secret = program.run(&["store", "copy", &first, "postgres://me:hunter2@127.0.0.1:1/x"]).ends(2);
        (program, second, [there.stdout + &there.stderr, back.stderr, onto.stderr, same.stderr, secret.stderr])
    });
    let (_program, second, [there, _, onto, same, secret]) = copied.await.unwrap();
    assert!(there.contains("deliveries: 84 rows, the same in both"), "{there}");
    assert!(onto.contains("not empty") && same.contains("same store"), "{onto}{same}");
    assert!(secret.contains("password_file") && !secret.contains("hunter2"), "{secret}");
    let (shared, second) = (database.open().await, Store::open(std::path::Path::new(&second)).await.unwrap());
    assert_eq!(known(&shared).await, before);
    assert_eq!(known(&second).await, before);
    // What was being handed over is unknown in both, and a new edition is numbered after the old ones.
    assert_eq!((shared.recover().await.unwrap(), second.recover().await.unwrap()), (1, 1));
    put(&shared, 29, &["x@example.org"], &[]).await.unwrap();
    assert!(shared.pending("morning", time(29), 84, 10, true).await.unwrap().len() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_of_the_store_is_told_to_nobody() {
    let program = Program::new(
        "version = 1\n[store]\nurl = \"postgres://me:hunter2@127.0.0.1:1/digest\"\n[mail]\nfrom = \"a@a.example\"\n",
    );
    program.write(
        "other.toml",
        "version = 1\n[store]\nurl = \"postgres:///digest?host=/nowhere&user=me\"\npassword_file = \"secret\"\n",
    );
    program.write("secret", "hunter2\n");
    tokio::task::spawn_blocking(move || {
        for (arguments, code) in [
            (&["status"][..], 2),
            (&["check"], 2),
            (&["--config", "other.toml", "-vv", "status"], 75),
            (&["--config", "other.toml", "-vv", "deliver"], 2),
        ] {
            let ran = program.run(arguments);
            assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{arguments:?}: {ran:?}");
            assert_eq!(ran.code, code, "{arguments:?}: {ran:?}");
        }
    })
    .await
    .unwrap();
}
