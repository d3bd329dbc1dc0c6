use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests may be under way, in all and at one host.
#[derive(Debug)]
pub(super) struct Gates {
    all: Arc<Semaphore>,
    per_host: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// The right to ask one host; given back when dropped.
#[derive(Debug)]
pub(super) struct Pass {
    _host: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl Gates {
    pub(super) fn new(all: usize, per_host: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all.max(1))), per_host: per_host.max(1), hosts: Mutex::default() }
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
}
