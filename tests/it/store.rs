//! The promise of the store: what belongs together is written together, nothing is offered twice, a dry run leaves no
//! trace, and only its owner can read it.

#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

use std::collections::BTreeMap;
use std::path::Path;

use newsdigest::model::{DeliveryChange, DeliveryState, scope_key};
use newsdigest::store::{self, Error, Store};

use crate::contract::{article, edition, fresh, ids, put, time, write};

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
    let _lock = store::lock(folder.path().join("state/digest.db")).unwrap();
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
const UNCOUNTED: [&str; 25] = [
    "DROP INDEX arrivals_unused",
    "DROP INDEX articles_texts",
    "ALTER TABLE arrivals DROP COLUMN published",
    "ALTER TABLE arrivals DROP COLUMN skipped",
    "ALTER TABLE arrivals DROP COLUMN closed",
    "ALTER TABLE arrivals DROP COLUMN offered",
    "CREATE INDEX arrivals_unused ON arrivals (newsletter, seen) WHERE edition IS NULL",
    "DROP TABLE upkeep",
    "DROP TABLE troubles",
    "DROP TABLE erased_addresses",
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
