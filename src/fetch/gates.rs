use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// How many requests may be under way, in all and at one host.
#[derive(Debug)]
pub(super) struct Gates {
    all: Arc<Semaphore>,
    per_host: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// Hosts that asked to be left in peace, and until when.
    busy: Mutex<HashMap<String, Instant>>,
}

/// The right to ask one host; given back when dropped.
#[derive(Debug)]
pub(super) struct Pass {
    _host: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl Gates {
    pub(super) fn new(all: usize, per_host: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all.max(1))),
            per_host: per_host.max(1),
            hosts: Mutex::default(),
            busy: Mutex::default(),
        }
    }

    /// Waits until `host` may be asked.
    ///
    /// First for the host, then for a connection: those who queue at a slow host keep nobody else from theirs.
    pub(super) async fn enter(&self, host: &str) -> Pass {
        let gate = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            hosts.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(self.per_host))).clone()
        };
        // Neither semaphore is ever closed, so waiting always ends in a permit.
        Pass { _host: gate.acquire_owned().await.ok(), _all: self.all.clone().acquire_owned().await.ok() }
    }

    /// Asks nothing more of `host` for the next `wait`.
    pub(super) fn close(&self, host: &str, wait: Duration) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.insert(host.to_owned(), Instant::now() + wait);
    }

    /// How long `host` still wants to be left in peace.
    pub(super) fn closed(&self, host: &str) -> Option<Duration> {
        let busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let left = busy.get(host)?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}
