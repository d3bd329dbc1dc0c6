use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::fetch::Options;

/// How many requests may be under way, in all and at one host.
#[derive(Debug)]
pub(super) struct HostLimiter {
    all: Arc<Semaphore>,
    per_host: usize,
    delay: Duration,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// When each host may be asked next, and the delay it wants between two requests.
    turns: Mutex<HashMap<String, Turn>>,
}

#[derive(Debug, Clone, Copy)]
struct Turn {
    next: Instant,
    delay: Duration,
    /// It wants no request before.
    cooldown_ends: Instant,
}

/// The right to ask one host; given back when dropped.
#[derive(Debug)]
pub(super) struct Pass {
    _host: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl HostLimiter {
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
    ///
    /// # Errors
    /// The host wants to be left alone for this long, which is more than `longest`.
    pub(super) async fn enter(&self, host: &str, longest: Duration) -> Result<Pass, Duration> {
        let gate = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            hosts.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(self.per_host))).clone()
        };
        // Neither semaphore is ever closed, so waiting always ends in a permit.
        let at_host = gate.acquire_owned().await.ok();
        loop {
            // Whoever was in before may have been told to stay away, also while we wait for our turn.
            let cooldown = self.cooldown(host);
            if cooldown > longest {
                return Err(cooldown);
            }
            let turn = self.turn(host);
            sleep_until(turn).await;
            if self.cooldown(host).is_zero() {
                return Ok(Pass { _host: at_host, _all: self.all.clone().acquire_owned().await.ok() });
            }
        }
    }

    /// When `host` may be asked, its delay after whoever was let in last.
    fn turn(&self, host: &str) -> Instant {
        self.at(host, |turn| {
            let now = turn.next.max(turn.cooldown_ends).max(Instant::now());
            turn.next = now + turn.delay;
            now
        })
    }

    /// Keeps at least `delay` between two requests to `host`.
    pub(super) fn set_delay(&self, host: &str, delay: Duration) {
        self.at(host, |turn| turn.delay = turn.delay.max(delay));
    }

    /// Makes no request to `host` for `wait`, since it said that we ask too much.
    pub(super) fn cool_down(&self, host: &str, wait: Duration) {
        self.at(host, |turn| turn.cooldown_ends = Instant::now() + wait);
    }

    /// How long `host` must not be asked yet.
    fn cooldown(&self, host: &str) -> Duration {
        self.at(host, |turn| turn.cooldown_ends.saturating_duration_since(Instant::now()))
    }

    fn at<T>(&self, host: &str, change: impl FnOnce(&mut Turn) -> T) -> T {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        change(turns.entry(host.to_owned()).or_insert(Turn { next: now, delay: self.delay, cooldown_ends: now }))
    }
}
