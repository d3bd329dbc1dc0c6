use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{MOST_BREAKS, Terms};
use crate::send::{self, Letter};
use crate::store::{Error, Pending, Store};

/// How many deliveries are read at once.
const PAGE: u32 = 256;

/// How many letters are kept at hand; an edition has one a language.
const LETTERS: usize = 16;

/// The outbox as a queue, read page by page, with the letters its deliveries need.
pub(super) struct Queue<'a> {
    store: &'a Store,
    terms: &'a Terms,
    inner: Mutex<Inner>,
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Inner {
    rows: VecDeque<Pending>,
    after: i64,
    at_end: bool,
    letters: HashMap<(String, String), Arc<Letter>>,
    breaks: HashMap<i64, u32>,
    failure: Option<Error>,
}

impl<'a> Queue<'a> {
    pub(super) fn new(store: &'a Store, terms: &'a Terms) -> Self {
        Self { store, terms, inner: Mutex::default(), reading: tokio::sync::Mutex::default() }
    }

    /// Begins again at the head of the outbox.
    pub(super) fn restart(&self) {
        let mut inner = self.inner();
        (inner.after, inner.at_end) = (0, false);
        inner.rows.clear();
    }

    /// The next delivery that is due at `now`; `None` at the end, or when the store cannot be read.
    pub(super) async fn next(&self, now: Timestamp, again: bool) -> Option<Pending> {
        let _turn = self.reading.lock().await;
        loop {
            let after = {
                let mut inner = self.inner();
                if let Some(row) = inner.rows.pop_front() {
                    if inner.breaks.get(&row.id).is_none_or(|&breaks| breaks < MOST_BREAKS) {
                        return Some(row);
                    }
                    continue;
                }
                if inner.at_end || inner.failure.is_some() {
                    return None;
                }
                inner.after
            };
            let page = self.store.pending(&self.terms.newsletter, now, after, PAGE, again).await;
            let mut inner = self.inner();
            match page {
                Ok(rows) => {
                    inner.at_end = rows.is_empty();
                    inner.after = rows.last().map_or(after, |row| row.id);
                    inner.rows.extend(rows);
                }
                Err(error) => inner.failure = Some(error),
            }
        }
    }

    /// The letter of a delivery; `None` when the store cannot be read.
    pub(super) async fn letter(&self, pending: &Pending) -> Option<Result<Arc<Letter>, send::Error>> {
        let key = (pending.delivery.edition.clone(), pending.letter.clone());
        if let Some(letter) = self.inner().letters.get(&key) {
            return Some(Ok(Arc::clone(letter)));
        }
        let read = self.store.letter(&key.0, &key.1).await;
        let mut inner = self.inner();
        let letter = match read {
            Ok(json) => Letter::from_json(&json.unwrap_or_default()),
            Err(error) => {
                inner.failure = Some(error);
                return None;
            }
        };
        if inner.letters.len() >= LETTERS {
            inner.letters.clear();
        }
        Some(letter.map(|letter| Arc::clone(inner.letters.entry(key).or_insert(Arc::new(letter)))))
    }

    /// The connection broke while this delivery was tried.
    pub(super) fn broke(&self, id: i64) {
        *self.inner().breaks.entry(id).or_default() += 1;
    }

    /// Why the store could not be read, if so.
    pub(super) fn failure(&self) -> Option<Error> {
        self.inner().failure.take()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
