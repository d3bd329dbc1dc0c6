use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::fetch::Options;

/// How many requests may be under way, in all and at one host.
#[derive(Debug)]
pub(super) struct Gates {
    all: Arc<Semaphore>,
    per_host: usize,
    delay: Duration,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// When each host may be asked next, and how long it wants to be left in peace between two requests.
    turns: Mutex<HashMap<String, Turn>>,
}

#[derive(Debug, Clone, Copy)]
struct Turn {
    next: Instant,
    delay: Duration,
    /// It wants no request before.
    rests: Instant,
}

/// The right to ask one host; given back when dropped.
#[derive(Debug)]
pub(super) struct Pass {
    _host: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl Gates {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            all: Arc::new(Semaphore::new(options.connections.max(1))),
            per_host: options.per_host.max(1),
            delay: options.delay(),
            hosts: Mutex::default(),
            turns: Mutex::default(),
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
        let at_host = gate.acquire_owned().await.ok();
        sleep_until(self.turn(host)).await;
        Pass { _host: at_host, _all: self.all.clone().acquire_owned().await.ok() }
    }

    /// When `host` may be asked, its delay after whoever was let in last.
    fn turn(&self, host: &str) -> Instant {
        self.at(host, |turn| {
            let now = turn.next.max(turn.rests).max(Instant::now());
            turn.next = now + turn.delay;
            now
        })
    }

    /// Leaves `host` at least `delay` between two requests.
    pub(super) fn slow(&self, host: &str, delay: Duration) {
        self.at(host, |turn| turn.delay = turn.delay.max(delay));
    }

    /// Leaves `host` in peace for `wait`, since it said that we ask too much.
    pub(super) fn rest(&self, host: &str, wait: Duration) {
        self.at(host, |turn| turn.rests = Instant::now() + wait);
    }

    /// How long `host` must be left in peace yet.
    pub(super) fn resting(&self, host: &str) -> Duration {
        self.at(host, |turn| turn.rests.saturating_duration_since(Instant::now()))
    }

    fn at<T>(&self, host: &str, change: impl FnOnce(&mut Turn) -> T) -> T {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        change(turns.entry(host.to_owned()).or_insert(Turn { next: now, delay: self.delay, rests: now }))
    }
}
