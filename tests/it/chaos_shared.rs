//! The promise of the outbox where several machines send one edition: processes are killed at random, and the database is
//! restarted and killed beneath them. Nobody is left out, each copy is the same to the byte, and a second one comes only where
//! an answer was lost.
//!
//! `DIGEST_CHAOS_READERS` makes it larger than at every change, and `DIGEST_CHAOS_SEEDS` longer; each seed prints a line of the
//! table in `docs/RELIABILITY.md`.

#![expect(clippy::disallowed_methods, reason = "a larger form is asked for by the environment")]

use std::collections::HashMap;
use std::io::Write as _;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use crate::chaos::{CONNECTIONS, draw, fault, fill, start};
use crate::support::postgres::Cluster;
use crate::support::skip::skip;
use crate::support::smtp::Server;

const PROCESSES: usize = 4;

/// The blows at the senders and at their database.
struct Storm {
    readers: usize,
    kills: usize,
    restarts: usize,
    database_kills: usize,
}

#[derive(Clone, Copy)]
enum Blow {
    Sender,
    Restart,
    Database,
}

impl Storm {
    /// Its blows: those at the database stand between the others.
    fn blows(&self) -> Vec<Blow> {
        let mut blows = vec![Blow::Sender; self.kills];
        let at_database = [vec![Blow::Restart; self.restarts], vec![Blow::Database; self.database_kills]].concat();
        for (place, blow) in at_database.iter().enumerate().rev() {
            blows.insert((place + 1) * self.kills / (at_database.len() + 1), *blow);
        }
        blows
    }
}

async fn off_the_runtime(mut cluster: Cluster, blow: fn(&mut Cluster)) -> Cluster {
    let struck = tokio::task::spawn_blocking(move || {
        blow(&mut cluster);
        cluster
    });
    struck.await.unwrap()
}

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The senders at work; one that ends is started again.
struct Senders<'a> {
    running: Vec<Child>,
    url: &'a str,
    port: u16,
}

impl<'a> Senders<'a> {
    fn new(url: &'a str, port: u16) -> Self {
        Self { running: (0..PROCESSES).map(|_| start(url, port)).collect(), url, port }
    }

    fn kill(&mut self, which: usize) {
        let victim = &mut self.running[which];
        victim.kill().unwrap();
        victim.wait().unwrap();
        *victim = start(self.url, self.port);
    }

    fn start_again_those_that_ended(&mut self) {
        for sender in &mut self.running {
            if sender.try_wait().unwrap().is_some() {
                *sender = start(self.url, self.port);
            }
        }
    }

    /// Waits until all of them find nothing left to do.
    fn finish(&mut self) {
        let last = Instant::now() + Duration::from_secs(180);
        while !self.running.is_empty() {
            assert!(Instant::now() < last, "it never ends");
            self.running.retain_mut(|sender| match sender.wait().unwrap().code() {
                Some(75) => {
                    *sender = start(self.url, self.port);
                    true
                }
                _ => false,
            });
        }
    }
}

async fn check(seed: u64, storm: &Storm) {
    let Some(mut cluster) = Cluster::start(true) else {
        skip("no PostgreSQL server is installed");
        return;
    };
    let database = cluster.database().await;
    fill(database.location(), storm.readers).await;
    let draws = Arc::new(AtomicU64::new(seed));
    let faults = Arc::clone(&draws);
    let server = Server::scripted(move |step| fault(step, draw(&faults) % 1000)).await;
    let moments = AtomicU64::new(seed + 1000);
    let begun = Instant::now();
    let mut senders = Senders::new(&database.url, server.port);
    let blows = storm.blows();
    let share = storm.readers / (blows.len() + 1);
    for blow in blows {
        // After so many messages rather than after a time: the same on a slow machine.
        let goal = server.count() + share / 2 + usize::try_from(draw(&moments)).unwrap_or(0) % share.max(1);
        while server.count() < goal.min(storm.readers * 9 / 10) {
            senders.start_again_those_that_ended();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        cluster = match blow {
            Blow::Sender => {
                senders.kill(usize::try_from(draw(&moments) % PROCESSES as u64).unwrap());
                cluster
            }
            Blow::Restart => off_the_runtime(cluster, Cluster::restart).await,
            Blow::Database => off_the_runtime(cluster, Cluster::kill).await,
        };
    }
    let (url, port) = (database.url.clone(), server.port);
    let running = std::mem::take(&mut senders.running);
    tokio::task::spawn_blocking(move || Senders { running, url: &url, port }.finish()).await.unwrap();
    judge(seed, storm, &server, begun);
}

fn judge(seed: u64, storm: &Storm, server: &Server, begun: Instant) {
    let mut copies: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    for taken in server.taken() {
        copies.entry(taken.to).or_default().push(taken.bytes);
    }
    let good = storm.readers - storm.readers.saturating_sub(7).div_ceil(20);
    let lost = good.saturating_sub(copies.len());
    let changed = copies.values().filter(|copies| copies.iter().any(|copy| *copy != copies[0])).count();
    let twice: usize = copies.values().map(|copies| copies.len() - 1).sum();
    let unanswered = server.unanswered();
    let Storm { readers, kills, restarts, database_kills } = storm;
    let seconds = begun.elapsed().as_secs();
    let _ = writeln!(
        std::io::stderr(),
        "| {seed} | {readers} | {kills} | {restarts} | {database_kills} | {lost} | {twice} | {unanswered} | {changed} | {seconds} |"
    );
    assert_eq!((lost, changed), (0, 0), "seed {seed}");
    assert_eq!(copies.len(), good, "seed {seed}: somebody was written to for nothing");
    let most = unanswered + (kills + restarts + database_kills) * CONNECTIONS;
    assert!(twice <= most, "seed {seed}: {twice} copies too many, at most {most} are explained");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn senders_on_many_machines_leave_nobody_out() {
    let storm = match asked("DIGEST_CHAOS_READERS").and_then(|readers| usize::try_from(readers).ok()) {
        Some(readers) => Storm { readers, kills: 60, restarts: 5, database_kills: 2 },
        None => Storm { readers: 400, kills: 8, restarts: 1, database_kills: 1 },
    };
    for seed in 1..=asked("DIGEST_CHAOS_SEEDS").unwrap_or(1) {
        check(seed, &storm).await;
    }
}
