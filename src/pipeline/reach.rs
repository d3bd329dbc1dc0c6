//! Whether there is a network at all: a morning on which nobody could be reached is no quiet day.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;

use crate::fetch::{self, Error, Fetch, Reply, Request};

/// A fetcher that remembers whether anybody was reached.
pub(super) struct Reach<'a> {
    fetch: &'a dyn Fetch,
    tried: AtomicBool,
    reached: AtomicBool,
}

impl<'a> Reach<'a> {
    pub(super) fn new(fetch: &'a dyn Fetch) -> Self {
        Self { fetch, tried: AtomicBool::new(false), reached: AtomicBool::new(false) }
    }

    /// Somebody was asked, and there was no connection to anybody.
    pub(super) fn nobody(&self) -> bool {
        self.tried.load(Ordering::Relaxed) && !self.reached.load(Ordering::Relaxed)
    }
}

impl Fetch for Reach<'_> {
    fn fetch<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Reply, fetch::Error>> {
        Box::pin(async move {
            let reply = self.fetch.fetch(request).await;
            self.tried.store(true, Ordering::Relaxed);
            if !matches!(reply, Err(Error::Connect { answered: false, .. })) {
                self.reached.store(true, Ordering::Relaxed);
            }
            reply
        })
    }
}
