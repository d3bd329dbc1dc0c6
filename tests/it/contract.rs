//! The promises that a store keeps whichever engine holds it: each is run on both.

use jiff::{SignedDuration, Timestamp};
use newsdigest::model::{Article, DeliveryChange, DeliveryState, Edition, PlannedDelivery, Recipient};
use newsdigest::store::{
    self, Cutoffs, Draft, Durability, GatheredSource, NewEdition, NewTemplate, Pruned, SourceRecord, Store,
};

use crate::support::postgres::Database;

/// One test an engine of each promise.
macro_rules! on_both_engines {
    ($($promise:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $promise() {
                let (_folder, store) = super::fresh().await;
                super::$promise(store).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $promise() {
                let Some(database) = super::Database::new().await else { return };
                super::$promise(database.open().await).await;
            })*
        }
    };
}

on_both_engines!(
    an_article_is_new_once_and_used_once_in_each_newsletter,
    a_text_may_change_until_an_edition_uses_it,
    pruned_texts_go_but_do_not_come_back_as_new,
    an_edition_is_stored_whole_or_not_at_all,
    a_source_is_remembered_until_it_is_forgotten,
    a_delivery_goes_from_waiting_to_its_answer,
    one_copy_is_sent_again_beside_the_others,
    an_address_refused_by_several_editions_is_listed,
    a_draft_becomes_an_edition_once_and_leaves_when_it_may,
    a_discarded_draft_leaves_its_articles,
    ratings_are_kept_the_last_word_counts,
    what_strangers_say_is_kept_whatever_it_holds,
    a_headline_that_comes_again_under_another_id_is_known,
    lines_of_a_site_are_replaced,
);

pub(crate) fn time(day: u8) -> Timestamp {
    format!("2026-01-{day:02}T06:00:00Z").parse().unwrap()
}

pub(crate) fn article(id: &str, text: &str) -> Article {
    Article { id: id.into(), source: "wire".into(), title: "A title".into(), text: text.into(), ..Article::default() }
}

pub(crate) fn edition(day: u8) -> Edition {
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

pub(crate) fn delivery(address: &str) -> PlannedDelivery {
    PlannedDelivery {
        recipient: Recipient { address: address.into(), ..Recipient::default() },
        template: "en".into(),
        message_id: format!("<{address}>"),
        unsubscribe: None,
    }
}

pub(crate) async fn put(store: &Store, day: u8, addresses: &[&str], used: &[&str]) -> Result<(), store::Error> {
    let templates = [NewTemplate { language: "en".into(), template: "words".into() }];
    let deliveries: Vec<_> = addresses.iter().map(|address| delivery(address)).collect();
    let used: Vec<String> = used.iter().map(|&id| id.to_owned()).collect();
    let edition = edition(day);
    let new = NewEdition { edition: &edition, templates: &templates, used: &used };
    store.store_edition(&new, deliveries).await
}

pub(crate) async fn write(store: &Store, changes: &[DeliveryChange]) {
    let mut journal = store.journal().await.unwrap();
    journal.apply(changes, Durability::PowerCut).await.unwrap();
}

pub(crate) async fn fresh() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("state/digest.db")).await.unwrap();
    (folder, store)
}

pub(crate) fn ids(articles: &[Article]) -> Vec<&str> {
    articles.iter().map(|article| article.id.as_str()).collect()
}

async fn an_article_is_new_once_and_used_once_in_each_newsletter(store: Store) {
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

async fn a_text_may_change_until_an_edition_uses_it(store: Store) {
    store.save_articles("morning", &[article("a", "teaser")], time(1)).await.unwrap();
    store.save_articles("morning", &[article("a", "the whole text")], time(2)).await.unwrap();
    assert_eq!(store.article("morning", "a").await.unwrap().unwrap().text, "the whole text");
    put(&store, 3, &[], &["a"]).await.unwrap();
    store.save_articles("morning", &[article("a", "corrected")], time(4)).await.unwrap();
    let kept = store.article("morning", "a").await.unwrap().unwrap();
    assert_eq!((kept.text.as_str(), kept.first_seen), ("the whole text", Some(time(1))));
    assert_eq!(store.article("morning", "none").await.unwrap(), None);
}

async fn pruned_texts_go_but_do_not_come_back_as_new(store: Store) {
    let three = [article("old", "x"), article("used", "y")];
    store.save_articles("morning", &three, time(1)).await.unwrap();
    store.save_articles("morning", &[article("young", "z")], time(9)).await.unwrap();
    put(&store, 2, &[], &["used"]).await.unwrap();
    let cutoffs = Cutoffs { texts: time(5), all: time(5), published: time(5), within: None };
    let lately = Cutoffs { within: Some(SignedDuration::from_secs(1)), ..cutoffs };
    assert_eq!(store.prune("morning", &lately).await.unwrap(), Pruned::default(), "of age for longer than that");
    let gone = Pruned { texts: 2, mails: 1, deliveries: 0 };
    assert_eq!(store.prune("morning", &cutoffs).await.unwrap(), gone, "what no story names goes, used or not");
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["young"]);
    assert_eq!(store.save_articles("morning", &[article("old", "x")], time(10)).await.unwrap(), [false]);
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["young"]);
    assert_eq!(store.message_template(&edition(2).id, "en").await.unwrap(), None);
}

async fn an_edition_is_stored_whole_or_not_at_all(store: Store) {
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

async fn a_source_is_remembered_until_it_is_forgotten(store: Store) {
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

async fn a_delivery_goes_from_waiting_to_its_answer(store: Store) {
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

async fn an_address_refused_by_several_editions_is_listed(store: Store) {
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

async fn one_copy_is_sent_again_beside_the_others(store: Store) {
    put(&store, 3, &["b@x", "a@x"], &[]).await.unwrap();
    let id = edition(3).id;
    assert_eq!(store.first_delivery(&id).await.unwrap().unwrap().delivery.recipient.address, "a@x");
    assert_eq!(store.delivery(&id, "friend@x").await.unwrap(), None);
    let answered = |id: i64, state| DeliveryChange::Answered {
        id,
        state,
        answer: "250 yes".into(),
        not_before: None,
        counts: true,
        now: time(3),
    };
    let trying = |id: i64, hash: &str| DeliveryChange::Trying { id, signature: None, hash: hash.into(), now: time(3) };
    // A new reader, and the same a second time: the first hash stays.
    for attempts in 0..2 {
        let copy = store.resend(&id, &delivery("friend@x"), time(3)).await.unwrap();
        assert_eq!((copy.delivery.state, copy.delivery.attempts), (DeliveryState::Waiting, attempts));
        assert_eq!(copy.hash.as_deref(), (attempts > 0).then_some("one"));
        write(&store, &[trying(copy.id, if attempts > 0 { "two" } else { "one" })]).await;
        write(&store, &[answered(copy.id, DeliveryState::Sent)]).await;
    }
    let counts = store.counts(&id).await.unwrap();
    assert_eq!((counts.sent, counts.waiting), (1, 2), "the others wait as before");
    let friend = store.delivery(&id, "friend@x").await.unwrap().unwrap();
    assert_eq!((friend.delivery.attempts, friend.hash.as_deref()), (2, Some("one")));
}

async fn a_draft_becomes_an_edition_once_and_leaves_when_it_may(store: Store) {
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

async fn a_discarded_draft_leaves_its_articles(store: Store) {
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

async fn ratings_are_kept_the_last_word_counts(store: Store) {
    let rating = |story: &str, day, liked| newsdigest::model::Rating {
        story: story.into(),
        headline: "A headline".into(),
        liked,
        rated: time(day),
        sources: vec!["wire".into()],
        terms: vec!["bridge".into()],
    };
    let all = [rating("b", 1, true), rating("a", 2, true), rating("b", 3, false)];
    for rating in &all {
        store.rate("morning", rating).await.unwrap();
    }
    assert_eq!(store.ratings("morning").await.unwrap(), [all[1].clone(), all[2].clone()]);
    assert!(store.ratings("evening").await.unwrap().is_empty());
    assert_eq!(store.forget_ratings("morning").await.unwrap(), 2);
    assert!(store.ratings("morning").await.unwrap().is_empty());
}

/// A character that one engine does not take must not cost what came with it.
async fn what_strangers_say_is_kept_whatever_it_holds(store: Store) {
    let odd = Article { title: "a\0b".into(), ..article("guid:x\0y", "text\0text \u{1f600} \"quoted\" \\u0000") };
    assert_eq!(
        store.save_articles("morning", &[odd.clone(), article("b", "plain")], time(1)).await.unwrap(),
        [true; 2]
    );
    assert_eq!(store.save_articles("morning", std::slice::from_ref(&odd), time(2)).await.unwrap(), [false]);
    let known = store.known_articles("morning", &[&odd.id, "c"]).await.unwrap();
    assert_eq!(known.into_iter().collect::<Vec<_>>(), [odd.id.as_str()]);
    let kept = store.article("morning", &odd.id).await.unwrap().unwrap();
    assert_eq!((kept.title, kept.text), (odd.title, odd.text));
    put(&store, 2, &["x@example.org"], &[&odd.id]).await.unwrap();
    assert_eq!(ids(&store.unused_articles("morning", None).await.unwrap()), ["b"]);
    let row = &store.pending("morning", time(2), 0, 10, true).await.unwrap()[0];
    let (answer, now) = ("550 no\0such user".to_owned(), time(2));
    let state = DeliveryState::Refused;
    write(&store, &[DeliveryChange::Answered { id: row.id, state, answer, not_before: None, counts: true, now }]).await;
    let refused = store.refused(&edition(2).id, 10).await.unwrap();
    assert!(refused[0].delivery.answer.as_deref().unwrap().starts_with("550 no"));
}

async fn a_headline_that_comes_again_under_another_id_is_known(store: Store) {
    store.save_articles("morning", &[article("old", "same"), article("other", "different")], time(1)).await.unwrap();
    put(&store, 2, &[], &["old"]).await.unwrap();
    store.save_articles("morning", &[article("new", "same")], time(3)).await.unwrap();
    let repeated = store.repeated("morning", time(1)).await.unwrap();
    let wanted = store::Repeated { article: "new".into(), edition: edition(2).id, seen: time(1) };
    assert_eq!(repeated, [wanted]);
    assert!(store.repeated("morning", time(2)).await.unwrap().is_empty());
    assert!(store.repeated("evening", time(1)).await.unwrap().is_empty());
}

async fn lines_of_a_site_are_replaced(store: Store) {
    let lines = |lines: &[(u64, u32)]| GatheredSource {
        key: "morning feed x".into(),
        site_lines: Some(lines.to_vec()),
        ..GatheredSource::default()
    };
    store.save_sources("morning", &[lines(&[(1, 1), (u64::MAX, 2)])], time(1)).await.unwrap();
    store.save_sources("morning", &[lines(&[(u64::MAX, 3), (7, 1)])], time(2)).await.unwrap();
    let mut kept = store.site_lines("morning feed x").await.unwrap();
    kept.sort_unstable();
    assert_eq!(kept, [(7, 1), (u64::MAX, 3)]);
    assert!(store.site_lines("morning feed y").await.unwrap().is_empty());
}
