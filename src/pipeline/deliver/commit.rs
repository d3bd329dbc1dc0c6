use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::store::{Change, Error, Store};

/// Commits that are shared: whoever comes while one is being written goes into the next.
pub(super) struct Commits<'a> {
    store: &'a Store,
    waiting: Mutex<Vec<(Vec<Change>, oneshot::Sender<bool>)>>,
    writing: tokio::sync::Mutex<()>,
    failure: Mutex<Option<Error>>,
}

impl<'a> Commits<'a> {
    pub(super) fn new(store: &'a Store) -> Self {
        Self { store, waiting: Mutex::default(), writing: tokio::sync::Mutex::default(), failure: Mutex::default() }
    }

    /// Returns when `changes` would survive a power cut; false if they could not be written.
    pub(super) async fn commit(&self, changes: Vec<Change>) -> bool {
        if changes.is_empty() {
            return true;
        }
        let (done, is_done) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((changes, done));
        {
            let _turn = self.writing.lock().await;
            // Whoever is ready now goes along: a commit costs the same for one change or for twenty.
            tokio::task::yield_now().await;
            let batch = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
            self.write(batch).await;
        }
        is_done.await.unwrap_or(false)
    }

    async fn write(&self, batch: Vec<(Vec<Change>, oneshot::Sender<bool>)>) {
        if batch.is_empty() {
            return;
        }
        let (changes, waiting): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let written = self.store.apply(&changes.concat()).await;
        let is_written = written.is_ok();
        if let Err(error) = written {
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
        for done in waiting {
            let _ = done.send(is_written); // whoever waited may be gone
        }
    }

    /// Why a commit failed, if one did.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
