use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::model::DeliveryChange;
use crate::store::{Durability, Error, Journal};

/// An answer may wait so long until it survives a power cut, too.
const SYNC_WITHIN: Duration = Duration::from_millis(100);

/// Commits that are shared: whoever comes while one is being written goes into the next.
///
/// Before a message is handed over, that it is being tried is on the disk. Its answer is safe from the death of this
/// program at once, and on the disk within [`SYNC_WITHIN`]: a disk that takes 5 ms to sync would else set the pace.
pub(super) struct Commits {
    waiting: Mutex<Vec<Waiting>>,
    writing: tokio::sync::Mutex<Writing>,
    failure: Mutex<Option<Error>>,
}

/// Deliveries that another machine has taken over.
type TakenOver = Arc<HashSet<i64>>;

/// Changes, and who waits for them.
type Waiting = (Vec<DeliveryChange>, oneshot::Sender<Option<TakenOver>>);

struct Writing {
    journal: Journal,
    synced: Instant,
}

impl Commits {
    pub(super) fn new(journal: Journal) -> Self {
        let writing = tokio::sync::Mutex::new(Writing { journal, synced: Instant::now() });
        Self { waiting: Mutex::default(), writing, failure: Mutex::default() }
    }

    /// Returns when `changes` are committed, with the deliveries that another machine has taken over (those of others who
    /// commit at the same time included); `None` if they could not be.
    pub(super) async fn commit(&self, changes: Vec<DeliveryChange>) -> Option<TakenOver> {
        if changes.is_empty() {
            return Some(TakenOver::default());
        }
        let (done, is_done) = oneshot::channel();
        self.waiting.lock().push((changes, done));
        {
            let mut turn = self.writing.lock().await;
            // Whoever is ready now goes along: a commit costs the same for one change or for twenty.
            tokio::task::yield_now().await;
            let batch = std::mem::take(&mut *self.waiting.lock());
            self.write(&mut turn, batch).await;
        }
        is_done.await.unwrap_or(None)
    }

    async fn write(&self, writing: &mut Writing, batch: Vec<Waiting>) {
        if batch.is_empty() {
            return;
        }
        let (changes, waiting): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let changes = changes.concat();
        let is_begun = changes.iter().any(|change| matches!(change, DeliveryChange::Trying { .. }));
        let is_due = is_begun || writing.synced.elapsed() >= SYNC_WITHIN;
        let durability = if is_due { Durability::PowerCut } else { Durability::Crash };
        let written = writing.journal.apply(&changes, durability).await;
        if is_due {
            writing.synced = Instant::now();
        }
        let taken_over = match written {
            Ok(taken_over) => Some(Arc::new(taken_over)),
            Err(error) => {
                self.failed().get_or_insert(error);
                None
            }
        };
        for done in waiting {
            let _ = done.send(taken_over.clone()); // whoever waited may be gone
        }
    }

    /// Why a commit failed, if one did.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failed().take()
    }

    /// Brings everything to the disk.
    pub(super) async fn close(self) -> Result<(), Error> {
        self.writing.into_inner().journal.close().await
    }

    fn failed(&self) -> MutexGuard<'_, Option<Error>> {
        self.failure.lock()
    }
}
