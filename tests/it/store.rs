//! The promise of the store: what belongs together is written together, nothing is offered twice, a dry run leaves no
//! trace, and only its owner can read it.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use newsdigest::model::{Article, DeliveryChange, DeliveryState, Edition, PlannedDelivery, Recipient, scope_key};
use newsdigest::store::{self, Draft, Durability, Error, GatheredSource, NewEdition, NewTemplate, SourceRecord, Store};

fn time(day: u8) -> Timestamp {
    format!("2026-01-{day:02}T06:00:00Z").parse().unwrap()
}

fn article(id: &str, text: &str) -> Article {
    Article { id: id.into(), source: "wire".into(), title: "A title".into(), text: text.into(), ..Article::default() }
}

fn edition(day: u8) -> Edition {
    Edition {
        id: format!("morning-202601{day:02}T060000Z"),
        newsletter: "morning".into(),
        title: "Morning".into(),
        language: "en".into(),
        timezone: "UTC".into(),
        composed: time(day),
        since: None,
        sections: vec![],
        ..Edition::default()
    }
}

fn delivery(address: &str) -> PlannedDelivery {
    PlannedDelivery {
        recipient: Recipient { address: address.into(), ..Recipient::default() },
        template: "en".into(),
        message_id: format!("<{address}>"),
        unsubscribe: None,
    }
}

async fn put(store: &Store, day: u8, addresses: &[&str], used: &[&str]) -> Result<(), store::Error> {
    let templates = [NewTemplate { language: "en".into(), template: "words".into() }];
    let deliveries: Vec<_> = addresses.iter().map(|address| delivery(address)).collect();
    let used: Vec<String> = used.iter().map(|&id| id.to_owned()).collect();
    let edition = edition(day);
    let new = NewEdition { edition: &edition, templates: &templates, used: &used };
    store.store_edition(&new, deliveries).await
}

async fn write(store: &Store, changes: &[DeliveryChange]) {
    let mut journal = store.journal().await.unwrap();
    journal.apply(changes, Durability::PowerCut).await.unwrap();
}

async fn fresh() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("state/digest.db")).await.unwrap();
    (folder, store)
}

fn ids(articles: &[Article]) -> Vec<&str> {
    articles.iter().map(|article| article.id.as_str()).collect()
}

#[tokio::test]
async fn an_article_is_new_once_and_used_once_in_each_newsletter() {
    let (_folder, store) = fresh().await;
    let (a, b) = (article("a", "one"), article("b", "two"));
    assert_eq!(store.save_articles("morning", &[a.clone(), b.clone()], time(1)).await.unwrap(), [true, true]);
    assert_eq!(store.save_articles("morning", &[b.clone(), a.clone()], time(2)).await.unwrap(), [false, false]);
    assert_eq!(store.save_articles("evening", std::slice::from_ref(&a), time(2)).await.unwrap(), [true]);
    put(&store, 3, &[], &["a"]).await.unwrap();
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["b"]);
    assert_eq!(ids(&store.unused_articles("morning", Some(time(2))).await.unwrap()), [""; 0]);
    let evening = store.unused_articles("evening", None).await.unwrap();
    assert_eq!(ids(&evening), ["a"]);
    assert_eq!((evening[0].first_seen, evening[0].source.as_str()), (Some(time(2)), "wire"));
    assert_eq!(store.known_articles("morning", &["a", "b"]).await.unwrap().len(), 2);
    assert_eq!(store.known_articles("evening", &["a", "b"]).await.unwrap().into_iter().collect::<Vec<_>>(), ["a"]);
}

#[tokio::test]
async fn a_text_may_change_until_an_edition_uses_it() {
    let (_folder, store) = fresh().await;
    store.save_articles("morning", &[article("a", "teaser")], time(1)).await.unwrap();
    store.save_articles("morning", &[article("a", "the whole text")], time(2)).await.unwrap();
    assert_eq!(store.article("morning", "a").await.unwrap().unwrap().text, "the whole text");
    put(&store, 3, &[], &["a"]).await.unwrap();
    store.save_articles("morning", &[article("a", "corrected")], time(4)).await.unwrap();
    let kept = store.article("morning", "a").await.unwrap().unwrap();
    assert_eq!((kept.text.as_str(), kept.first_seen), ("the whole text", Some(time(1))));
    assert_eq!(store.article("morning", "none").await.unwrap(), None);
}

#[tokio::test]
async fn pruned_texts_go_but_do_not_come_back_as_new() {
    let (_folder, store) = fresh().await;
    let three = [article("old", "x"), article("used", "y")];
    store.save_articles("morning", &three, time(1)).await.unwrap();
    store.save_articles("morning", &[article("young", "z")], time(9)).await.unwrap();
    put(&store, 2, &[], &["used"]).await.unwrap();
    assert_eq!(store.prune(time(5)).await.unwrap(), 1);
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["young"]);
    assert!(store.article("morning", "used").await.unwrap().is_some());
    assert_eq!(store.save_articles("morning", &[article("old", "x")], time(10)).await.unwrap(), [false]);
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["young"]);
    assert_eq!(store.message_template(&edition(2).id, "en").await.unwrap(), None);
}

#[tokio::test]
async fn an_edition_is_stored_whole_or_not_at_all() {
    let (_folder, store) = fresh().await;
    store.save_articles("morning", &[article("a", "x"), article("b", "y")], time(1)).await.unwrap();
    put(&store, 2, &["x@example.org", "y@example.org", "x@example.org"], &["a"]).await.unwrap();
    // The same edition again: refused, and nothing of it stays.
    assert!(put(&store, 2, &["z@example.org"], &["b"]).await.is_err());
    assert_eq!(store.open_counts("morning").await.unwrap().waiting, 2);
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["b"]);
    put(&store, 3, &[], &[]).await.unwrap();
    assert_eq!(store.last_edition("morning").await.unwrap().unwrap(), edition(3));
    assert_eq!(store.last_edition("evening").await.unwrap(), None);
    assert_eq!(store.edition(&edition(2).id).await.unwrap().unwrap(), edition(2));
    assert_eq!(store.editions_since("morning", time(3)).await.unwrap(), [edition(3)]);
    assert_eq!(store.message_template(&edition(2).id, "en").await.unwrap().as_deref(), Some("words"));
}

#[tokio::test]
async fn a_source_is_remembered_until_it_is_forgotten() {
    let (_folder, store) = fresh().await;
    let record = SourceRecord {
        checked: Some(time(2)),
        last_success: Some(time(1)),
        last_new_entry: None,
        failures: 2,
        first_failure: Some(time(2)),
        problem: Some("500".into()),
        not_before: Some(time(3)),
        moved_to: Some("https://example.org/new".into()),
        moved_times: 1,
        memory: "{\"etag\":\"x\"}".into(),
    };
    let brought = |place: &str, record: &SourceRecord| GatheredSource {
        key: format!("feed https://{place}/"),
        record: Some(record.clone()),
        ..GatheredSource::default()
    };
    let both = [brought("example.org", &record), brought("example.net", &SourceRecord::default())];
    assert_eq!(store.save_sources("morning", &both, time(2)).await.unwrap(), [0, 0]);
    assert_eq!(store.source("feed https://example.org/").await.unwrap(), Some(record.clone()));
    let all = store.sources().await.unwrap();
    assert_eq!(all[0], ("feed https://example.net/".to_owned(), SourceRecord::default()));
    assert_eq!(all.len(), 2);
    assert!(store.forget_source("feed https://example.org/").await.unwrap());
    assert!(!store.forget_source("feed https://example.org/").await.unwrap());
    assert_eq!(store.source("feed https://example.org/").await.unwrap(), None);
}

#[tokio::test]
async fn a_delivery_goes_from_waiting_to_its_answer() {
    let (_folder, store) = fresh().await;
    put(&store, 2, &["x@example.org", "y@example.org"], &[]).await.unwrap();
    let now = time(2);
    let rows = store.pending("morning", now, 0, 10, true).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(store.pending("evening", now, 0, 10, true).await.unwrap().is_empty());
    let trying = |hash: &str| DeliveryChange::Trying { id: rows[0].id, signature: None, hash: hash.into(), now };
    write(&store, &[trying("first")]).await;
    assert_eq!(store.pending("morning", now, 0, 10, true).await.unwrap().len(), 1);
    let answered = |state, not_before| DeliveryChange::Answered {
        id: rows[0].id,
        state,
        answer: "451 later".into(),
        not_before,
        counts: true,
        now,
    };
    write(&store, &[answered(DeliveryState::Waiting, Some(time(3)))]).await;
    assert_eq!(store.pending("morning", now, 0, 10, true).await.unwrap().len(), 1);
    let due = store.pending("morning", time(3), 0, 10, true).await.unwrap();
    assert_eq!((due.len(), due[0].delivery.attempts, due[0].hash.as_deref()), (2, 1, Some("first")));
    write(&store, &[trying("second"), answered(DeliveryState::Unknown, None)]).await;
    let unknown = &store.pending("morning", time(3), 0, 1, true).await.unwrap()[0];
    assert_eq!(unknown.delivery.state, DeliveryState::Unknown);
    assert_eq!((unknown.hash.as_deref(), unknown.delivery.answer.as_deref()), (Some("first"), Some("451 later")));
    assert_eq!(store.pending("morning", time(3), 0, 10, true).await.unwrap().len(), 2);
    assert_eq!(store.pending("morning", time(3), 0, 10, false).await.unwrap().len(), 1);
    assert_eq!(store.next_due("morning", true).await.unwrap(), Some(Timestamp::UNIX_EPOCH));
    assert_eq!(store.next_due("evening", true).await.unwrap(), None);
}

#[tokio::test]
async fn an_address_refused_by_several_editions_is_listed() {
    let (_folder, store) = fresh().await;
    for day in 1..=3 {
        put(&store, day, &["good@example.org", "gone@example.org", "back@example.org"], &[]).await.unwrap();
        for row in store.pending("morning", time(day), 0, 10, true).await.unwrap() {
            let address = row.delivery.recipient.address.as_str();
            let refused = address == "gone@example.org" || address == "back@example.org" && day < 3;
            let state = if refused { DeliveryState::Refused } else { DeliveryState::Sent };
            let (answer, now) = (format!("day {day}"), time(day));
            let change = DeliveryChange::Answered { id: row.id, state, answer, not_before: None, counts: true, now };
            write(&store, &[change]).await;
        }
    }
    let refusals = store.refusals("morning", 2).await.unwrap();
    assert_eq!(refusals.len(), 1);
    assert_eq!((refusals[0].address.as_str(), refusals[0].times), ("gone@example.org", 3));
    assert_eq!(refusals[0].answer.as_deref(), Some("day 3"));
    assert!(store.refusals("morning", 4).await.unwrap().is_empty());
    assert!(store.refusals("evening", 2).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_earlier_store_is_counted_once_as_if_it_had_counted_all_along() {
    let (folder, store) = fresh().await;
    let path = folder.path().join("state/digest.db");
    for day in 1..=4 {
        put(&store, day, &["good@example.org", "gone@example.org", "back@example.org", "late@example.org"], &[])
            .await
            .unwrap();
        for row in store.pending("morning", time(day), 0, 9, true).await.unwrap() {
            let address = row.delivery.recipient.address.as_str();
            if address == "late@example.org" {
                let trying = DeliveryChange::Trying { id: row.id, signature: None, hash: "x".into(), now: time(day) };
                write(&store, &[trying]).await;
                continue;
            }
            let refused = address == "gone@example.org" || address == "back@example.org" && day < 4;
            let state = if refused { DeliveryState::Refused } else { DeliveryState::Sent };
            let (answer, now) = (format!("day {day}"), time(day));
            let change = DeliveryChange::Answered { id: row.id, state, answer, not_before: None, counts: true, now };
            write(&store, &[change]).await;
        }
        assert_eq!(store.recover().await.unwrap(), u64::from(day));
    }
    let known = async |store: &Store| {
        let mut counts = Vec::new();
        for day in 1..=4 {
            counts.push(store.counts(&edition(day).id).await.unwrap());
        }
        (counts, store.open_counts("morning").await.unwrap(), store.refusals("morning", 1).await.unwrap())
    };
    let before = known(&store).await;
    assert_eq!((before.1.unknown, before.2.len(), before.2[0].times), (4, 1, 4));
    store.close().await;
    change(&path, &UNCOUNTED).await;
    assert_eq!(known(&Store::open(&path).await.unwrap()).await, before);
}

/// Every file below `folder` with its bytes.
fn contents(folder: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(contents(&path));
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    files
}

#[tokio::test]
async fn a_snapshot_holds_everything_and_leaves_the_original_as_it_was() {
    let (folder, store) = fresh().await;
    let path = folder.path().join("state/digest.db");
    store.save_articles("morning", &[article("a", "x")], time(1)).await.unwrap();
    // Not closed: the article is in the write-ahead log only.
    let before = contents(folder.path());
    assert!(before.keys().any(|path| path.to_string_lossy().ends_with("-wal")));
    let copy = Store::snapshot(&path).await.unwrap();
    assert_eq!(ids(&copy.unused_articles("morning", None).await.unwrap()), ["a"]);
    copy.save_articles("morning", &[article("b", "y")], time(2)).await.unwrap();
    copy.close().await;
    assert_eq!(contents(folder.path()), before);
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["a"]);
}

#[tokio::test]
async fn a_snapshot_of_nothing_is_empty_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let copy = Store::snapshot(&folder.path().join("state/digest.db")).await.unwrap();
    copy.save_articles("morning", &[article("a", "x")], time(1)).await.unwrap();
    copy.close().await;
    assert!(contents(folder.path()).is_empty() && !folder.path().join("state").exists());
}

#[test]
fn only_one_run_holds_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/digest.db");
    let first = store::lock(&path).unwrap();
    let second = store::lock(&path).unwrap_err();
    assert!(second.is_busy() && second.to_string().contains("another run"), "{second}");
    drop(first);
    store::lock(&path).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store) = fresh().await;
    store.save_articles("morning", &[article("a", "x")], time(1)).await.unwrap();
    let _lock = store::lock(&folder.path().join("state/digest.db")).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("state")), 0o700);
    let files = contents(folder.path());
    assert_eq!(files.len(), 4, "{:?}", files.keys());
    for path in files.keys() {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn what_was_committed_is_there_after_the_program_died() {
    let (folder, store) = fresh().await;
    let path = folder.path().join("state/digest.db");
    put(&store, 2, &["x@example.org"], &[]).await.unwrap();
    std::mem::forget(store); // never closed, as after kill -9
    let copy = Store::snapshot(&path).await.unwrap();
    assert_eq!(copy.open_counts("morning").await.unwrap().waiting, 1);
}

#[tokio::test]
async fn a_file_that_is_no_store_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digest.db");
    std::fs::write(&path, "this is no database, and long enough to be looked at as one\n".repeat(100)).unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(error.is_corrupt() && !error.is_busy() && !error.is_full(), "{error:?}");
}

async fn change(path: &Path, statements: &[&'static str]) {
    let pool = sqlx::sqlite::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    for statement in statements {
        sqlx::query(*statement).execute(&pool).await.unwrap();
    }
    pool.close().await;
}

/// The statements that make a store one of the version before deliveries were counted as they change, and before drafts.
const UNCOUNTED: [&str; 15] = [
    "DROP TABLE drafts",
    "ALTER TABLE editions DROP COLUMN released",
    "DROP TRIGGER counts_added",
    "DROP TRIGGER counts_opened",
    "DROP TRIGGER deliveries_added",
    "DROP TRIGGER deliveries_moved",
    "DROP TRIGGER deliveries_removed",
    "DROP TRIGGER deliveries_refused",
    "DROP TRIGGER deliveries_sent",
    "DROP TABLE open_editions",
    "DROP TABLE delivery_counts",
    "DROP TABLE refused_addresses",
    "DROP INDEX deliveries_refused",
    "CREATE INDEX deliveries_address ON deliveries (address, id)",
    "DELETE FROM _sqlx_migrations WHERE version >= 5",
];

/// The statements that then make it one of the version before ids named their source.
const UNSCOPED: [&str; 2] = ["DROP TABLE unscoped_arrivals", "DELETE FROM _sqlx_migrations WHERE version >= 4"];

#[tokio::test]
async fn a_store_that_was_cut_off_or_is_newer_names_its_backup() {
    let (folder, store) = fresh().await;
    let path = folder.path().join("state/digest.db");
    store.close().await;
    std::fs::write(&path, "").unwrap();
    for error in [Store::open(&path).await.unwrap_err(), Store::snapshot(&path).await.unwrap_err()] {
        assert!(matches!(error, Error::Truncated { backup: None, .. }), "{error:?}");
        assert!(error.hint().unwrap().contains("from your backup"));
    }
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0, "it is not silently a new store");
    std::fs::remove_file(&path).unwrap();

    let store = Store::open(&path).await.unwrap();
    store.save_articles("morning", &[article("url:a.example/1", "one")], time(1)).await.unwrap();
    store.close().await;
    change(&path, &UNCOUNTED).await;
    change(&path, &UNSCOPED).await;
    Store::open(&path).await.unwrap().close().await;
    let backup = path.with_extension("db.backup");
    assert_eq!(Store::open(&backup).await.unwrap().unused_articles("morning", None).await.unwrap().len(), 1);
    change(
        &path,
        &["INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
           VALUES (9999, 'later', TRUE, x'00', 0)"],
    )
    .await;
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(&error, Error::Newer { backup: Some(named), .. } if *named == backup), "{error:?}");
    std::fs::write(&path, "").unwrap();
    let hint = Store::open(&path).await.unwrap_err().hint().unwrap();
    assert!(hint.contains(&format!("cp {}", backup.display())), "{hint}");
}

#[tokio::test]
async fn what_was_seen_before_ids_named_their_source_stays_seen_and_proven() {
    let (folder, store) = fresh().await;
    let path = folder.path().join("state/digest.db");
    let old = ["url:a.example/1", "guid:feed https://a.example/feed:7", "text:abc"];
    let articles = old.map(|id| article(id, id));
    store.save_articles("morning", &articles, time(1)).await.unwrap();
    put(&store, 2, &[], &old[..1]).await.unwrap();
    store.close().await;
    change(&path, &UNCOUNTED).await;
    change(&path, &UNSCOPED).await;

    let store = Store::open(&path).await.unwrap();
    let key = scope_key("feed https://a.example/feed");
    let new = ["url:a.example/1", "guid:7", "text:abc"].map(|id| format!("{key}:{id}"));
    let ids: Vec<&str> = new.iter().map(String::as_str).collect();
    store.adopt_articles("morning", "another", "feed https://a.example/feed").await.unwrap();
    store.adopt_articles("evening", "wire", "feed https://a.example/feed").await.unwrap();
    assert!(store.known_articles("morning", &ids).await.unwrap().is_empty(), "nobody adopts what another brought");
    for _ in 0..2 {
        store.adopt_articles("morning", "wire", "feed https://a.example/feed").await.unwrap();
        assert_eq!(store.known_articles("morning", &ids).await.unwrap().len(), 3);
    }
    let waiting = store.unused_articles("morning", None).await.unwrap();
    assert_eq!(waiting.iter().map(|article| article.id.as_str()).collect::<Vec<_>>(), [old[1], old[2]]);
    assert_eq!(store.article("morning", old[0]).await.unwrap().unwrap().text, old[0]);
}

#[tokio::test]
async fn a_draft_becomes_an_edition_once_and_leaves_when_it_may() {
    let (_folder, store) = fresh().await;
    store.save_articles("morning", &[article("a", "one")], time(1)).await.unwrap();
    let mut draft = Draft { edition: edition(1), used: vec!["a".into()], told: false };
    store.save_draft(&draft).await.unwrap();
    draft.told = true;
    store.save_draft(&draft).await.unwrap();
    assert_eq!(store.draft("morning").await.unwrap(), Some(draft.clone()));
    assert_eq!(store.draft("evening").await.unwrap(), None);
    let id = draft.edition.id.as_str();
    assert_eq!(store.edition_or_draft("morning", id).await.unwrap().as_ref(), Some(&draft.edition));
    assert_eq!(store.edition_or_draft("evening", id).await.unwrap(), None);
    assert_eq!(store.edition(id).await.unwrap(), None);
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["a"], "free until it is approved");

    let new = NewEdition { edition: &draft.edition, templates: &[], used: &draft.used };
    let approve = || store.approve_draft(&new, [delivery("anna@a.example")], time(9));
    assert!(approve().await.unwrap());
    assert!(!approve().await.unwrap(), "it is approved once");
    assert_eq!(store.draft("morning").await.unwrap(), None);
    assert!(store.unused_articles("morning", None).await.unwrap().is_empty());
    assert_eq!(store.released(id).await.unwrap(), Some(time(9)));
    let due = async |day| store.pending("morning", time(day), 0, 10, true).await.unwrap().len();
    assert_eq!((due(8).await, due(9).await), (0, 1));
    assert_eq!(store.next_due("morning", true).await.unwrap(), Some(time(9)));
    // Mail is given up by the time since when it could leave, not since it was composed.
    let hour = std::time::Duration::from_secs(3600);
    assert_eq!(store.give_up("morning", time(9), hour).await.unwrap(), 0);
    assert_eq!(store.give_up("morning", time(10), hour).await.unwrap(), 1);
}

#[tokio::test]
async fn a_discarded_draft_leaves_its_articles() {
    let (_folder, store) = fresh().await;
    store.save_articles("morning", &[article("a", "one")], time(1)).await.unwrap();
    let draft = Draft { edition: edition(1), used: vec!["a".into()], told: true };
    store.save_draft(&draft).await.unwrap();
    store.discard_draft("evening").await.unwrap();
    assert_eq!(store.draft("morning").await.unwrap(), Some(draft.clone()));
    store.discard_draft("morning").await.unwrap();
    assert_eq!(store.draft("morning").await.unwrap(), None);
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["a"]);
    let new = NewEdition { edition: &draft.edition, templates: &[], used: &draft.used };
    assert!(!store.approve_draft(&new, [delivery("anna@a.example")], time(2)).await.unwrap());
    assert_eq!(store.edition(&draft.edition.id).await.unwrap(), None);
}
