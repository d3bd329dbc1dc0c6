use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::{MOST_BREAKS, Terms};
use crate::send::{self, Copies, Delivery, Letter, Sealed, Signer};
use crate::store::{Error, Pending, Store};

/// How many deliveries are read at once.
const PAGE: u32 = 256;

/// How many messages are made and marked as being tried at once.
const CLAIM: usize = 64;

/// How many letters are kept at hand; an edition has one a language.
const LETTERS: usize = 16;

/// A delivery and its message, or why there can be none.
pub(super) type Made = (Pending, Result<Sealed, send::Error>);

/// The outbox as a queue: read page by page, made into messages, and marked as being tried before they are given out.
///
/// Many are marked at once, because that is what has to be on the disk before the server hears of a message. What is
/// marked and not given out when the run ends is put back. Under `at-most-once` and under a rate each is marked alone:
/// there a marked message that a crash leaves behind would be a gap, or would hang for long.
pub(super) struct Queue<'a> {
    store: &'a Store,
    terms: &'a Terms,
    signer: Option<Arc<Signer>>,
    /// Marked, not given out yet.
    ready: Mutex<VecDeque<(Pending, Sealed)>>,
    /// Held by whoever fills `ready`.
    pub(super) filling: tokio::sync::Mutex<()>,
    rows: tokio::sync::Mutex<Rows>,
    breaks: Mutex<HashMap<i64, u32>>,
    failure: Mutex<Option<Error>>,
}

/// Where in the outbox we are.
#[derive(Default)]
struct Rows {
    page: VecDeque<Pending>,
    after: i64,
    letters: HashMap<(String, String), Arc<Copies>>,
}

impl<'a> Queue<'a> {
    pub(super) fn new(store: &'a Store, terms: &'a Terms, signer: Option<Arc<Signer>>) -> Self {
        Self {
            store,
            terms,
            signer,
            ready: Mutex::default(),
            filling: tokio::sync::Mutex::default(),
            rows: tokio::sync::Mutex::default(),
            breaks: Mutex::default(),
            failure: Mutex::default(),
        }
    }

    /// Begins again at the head of the outbox.
    pub(super) async fn restart(&self) {
        let mut rows = self.rows.lock().await;
        rows.after = 0;
        rows.page.clear();
    }

    /// Whether messages are marked one by one.
    pub(super) fn is_careful(&self) -> bool {
        self.terms.delivery == Delivery::AtMostOnce || self.terms.rate.is_some()
    }

    /// A marked message, and whether it is time to mark more.
    pub(super) fn pop(&self) -> Option<((Pending, Sealed), bool)> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        let first = ready.pop_front()?;
        Some((first, ready.len() < CLAIM / 2 && !self.is_careful()))
    }

    /// Keeps marked messages until somebody takes them.
    pub(super) fn push(&self, marked: impl IntoIterator<Item = (Pending, Sealed)>) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).extend(marked);
    }

    /// Takes back what was marked and not given out.
    pub(super) fn leftovers(&self) -> VecDeque<(Pending, Sealed)> {
        std::mem::take(&mut *self.ready.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The next deliveries that are due at `now`, made into messages; none at the end, or when the store cannot be read.
    pub(super) async fn make(&self, now: Timestamp, again: bool) -> Vec<Made> {
        let most = if self.is_careful() { 1 } else { CLAIM };
        match self.read(now, again, most).await {
            Ok(due) if due.len() == 1 => due.into_iter().map(|due| seal(due, self.signer.as_deref())).collect(),
            Ok(due) => {
                let signer = self.signer.clone();
                let seal = move || due.into_par_iter().map(|due| seal(due, signer.as_deref())).collect();
                // Signatures take a millisecond each: not on the thread the conversations need.
                tokio::task::spawn_blocking(seal).await.unwrap_or_default()
            }
            Err(error) => {
                self.failed().get_or_insert(error);
                Vec::new()
            }
        }
    }

    async fn read(&self, now: Timestamp, again: bool, most: usize) -> Result<Vec<Due>, Error> {
        let mut rows = self.rows.lock().await;
        let mut due = Vec::new();
        while due.len() < most {
            if let Some(row) = rows.page.pop_front() {
                if !self.is_hopeless(row.id) {
                    let letter = self.letter(&mut rows, &row).await?;
                    due.push((row, letter));
                }
                continue;
            }
            let page = self.store.pending(&self.terms.newsletter, now, rows.after, PAGE, again).await?;
            let Some(last) = page.last() else { break };
            rows.after = last.id;
            rows.page.extend(page);
        }
        Ok(due)
    }

    async fn letter(&self, rows: &mut Rows, pending: &Pending) -> Result<Result<Arc<Copies>, send::Error>, Error> {
        let key = (pending.delivery.edition.clone(), pending.letter.clone());
        if let Some(letter) = rows.letters.get(&key) {
            return Ok(Ok(Arc::clone(letter)));
        }
        let json = self.store.letter(&key.0, &key.1).await?.unwrap_or_default();
        if rows.letters.len() >= LETTERS {
            rows.letters.clear();
        }
        let copies = Letter::from_json(&json).map(|letter| Arc::new(Copies::new(letter)));
        Ok(copies.inspect(|copies| drop(rows.letters.insert(key, Arc::clone(copies)))))
    }

    /// The connection broke while this delivery was tried.
    pub(super) fn broke(&self, id: i64) {
        *self.breaks.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default() += 1;
    }

    fn is_hopeless(&self, id: i64) -> bool {
        self.breaks.lock().unwrap_or_else(PoisonError::into_inner).get(&id).is_some_and(|&breaks| breaks >= MOST_BREAKS)
    }

    /// Why the store could not be read, if so.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failed().take()
    }

    fn failed(&self) -> MutexGuard<'_, Option<Error>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A delivery with the letter it needs.
type Due = (Pending, Result<Arc<Copies>, send::Error>);

fn seal((pending, letter): Due, signer: Option<&Signer>) -> Made {
    let sealed = letter.and_then(|letter| letter.copy_for(&pending, signer));
    (pending, sealed)
}
