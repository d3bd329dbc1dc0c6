//! The third act: everything in the outbox that is due is handed over, and each answer is kept.
//!
//! The order of steps is the promise: a delivery is committed as *trying* before its message is handed
//! over, and its answer is committed before the same connection gets the next message. So a program killed at any
//! moment leaves at most one message a connection whose answer is lost, and every other is known to be sent or not.
//!
//! That is fast because many messages are made and marked as *trying* at once (`queue`), and commits are shared:
//! while one is being written, the other connections' changes gather for the next (`commit`).

mod commit;
mod policy;
mod queue;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::model::{DeliveryChange, DeliveryState, PendingDelivery, Problem, Recipient, SendOutcome};
use crate::send::{self, Delivery, PreparedMessage, Signer, Transport};
use crate::store::{self, Store};

use commit::Commits;
pub use policy::DeliveryPolicy;
use queue::{Marked, Queue};

/// Refusals listed one by one; of more only the number is given.
const MAX_LISTED_REFUSALS: usize = 20;

/// A delivery whose connection broke this often in one run is left for the next.
const MOST_BREAKS: u32 = 3;

/// The state of the outbox after a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Accepted in this run.
    pub sent: u64,
    /// Refused for good in this run, or given up.
    pub refused: u64,
    /// Still to be sent.
    pub waiting: u64,
    /// Handed over without an answer: still to be sent again, or left at that (`at-most-once`).
    pub unknown: u64,
    /// Why the run ended early: the server wants nothing from us at all.
    pub stopped: Option<String>,
    /// Problems to report to the user.
    pub problems: Vec<Problem>,
    /// Whether there is mail that a later run will send.
    pub unfinished: bool,
}

impl DeliveryReport {
    /// Somebody who should have got the mail will not.
    pub fn left_out(&self) -> bool {
        self.refused > 0 || !self.unfinished && self.unknown > 0
    }
}

/// Sends what is pending. Call it under the run lock; on a shared store any number of machines may do so at once. `cancel` becomes true when the program is asked to end.
///
/// # Errors
/// When the store cannot be read or written. What was sent until then is recorded, but for the messages in hand:
/// those are sent again by the next run.
pub async fn deliver(
    store: &Store,
    transport: &dyn Transport,
    signer: Option<Arc<Signer>>,
    policy: &DeliveryPolicy,
    cancel: &watch::Receiver<bool>,
) -> Result<DeliveryReport, store::Error> {
    let store = &store.with_lease(policy.lease());
    let lost = store.recover().await?;
    let gone =
        store.give_up(&policy.newsletter, earlier(policy.now, policy.give_up_after), policy.give_up_after).await?;
    let run = Run {
        store,
        transport,
        policy,
        cancel,
        started: Instant::now(),
        queue: Queue::new(store, policy, signer),
        commits: Commits::new(store.journal().await?),
        state: Mutex::new(State { refused: gone, unknown: lost, ..State::default() }),
    };
    let swept = run.sweep_until_done().await;
    transport.close().await;
    if let Err(error) = swept {
        // What was claimed is let go as far as that goes; why the run failed is what counts.
        let _ = run.commits.close().await;
        return Err(error);
    }
    run.outcome().await
}

/// Leaves out the `recipients` whose last editions were all refused for good, and tells who they are.
///
/// # Errors
/// When the store cannot be read.
pub async fn skip_refused(
    store: &Store,
    newsletter: &str,
    options: &send::Options,
    mut recipients: Vec<Recipient>,
) -> Result<(Vec<Recipient>, Vec<Problem>), store::Error> {
    if options.skip_after_refusals == 0 {
        return Ok((recipients, Vec::new()));
    }
    let refusals = store.refusals(newsletter, options.skip_after_refusals).await?;
    let mut refused: BTreeMap<_, _> = refusals.into_iter().map(|refusal| (refusal.address.clone(), refusal)).collect();
    let mut problems = Vec::new();
    recipients.retain(|recipient| {
        let Some(refusal) = refused.remove(&recipient.address) else { return true };
        let what = format!("skipped: its last {} editions were refused for good", refusal.times);
        let problem = Problem::new(&recipient.address, what).because(refusal.answer.unwrap_or_default());
        problems.push(problem.hint("take it off the list, or set `skip_after_refusals = 0` under [mail]"));
        false
    });
    Ok((recipients, problems))
}

struct Run<'a> {
    store: &'a Store,
    transport: &'a dyn Transport,
    policy: &'a DeliveryPolicy,
    cancel: &'a watch::Receiver<bool>,
    started: Instant,
    queue: Queue<'a>,
    commits: Commits,
    state: Mutex<State>,
}

/// The connections' shared progress.
#[derive(Default)]
struct State {
    sent: u64,
    refused: u64,
    unknown: u64,
    tried: u64,
    /// In a row, over all connections.
    down: u32,
    last_down: String,
    stopped: Option<String>,
    refusals: Vec<Problem>,
    changed: Option<Problem>,
    next_slot: Option<Instant>,
}

impl Run<'_> {
    /// Goes through the outbox until nothing is due any more, or will be soon.
    async fn sweep_until_done(&self) -> Result<(), store::Error> {
        loop {
            let tried = self.state().tried;
            if self.store.is_shared() {
                let lost = self.store.recover().await?;
                self.state().unknown += lost;
            }
            self.queue.restart().await;
            join_all((0..self.policy.connections.max(1)).map(|_| self.work())).await;
            self.put_back().await;
            if let Some(error) = self.queue.failure().or_else(|| self.commits.failure()) {
                return Err(error);
            }
            if self.is_over() {
                return Ok(());
            }
            let Some(due) = self.store.next_due(&self.policy.newsletter, self.resend_unknown()).await? else {
                return Ok(());
            };
            let wait = due.duration_since(self.now()).try_into().unwrap_or(Duration::ZERO);
            if wait.is_zero() && self.state().tried == tried || wait > self.patience() {
                return Ok(());
            }
            self.pause(wait).await;
        }
    }

    /// One connection's worth of work: message after message until there is none.
    async fn work(&self) {
        while let Some(Marked { pending, prepared, .. }) = self.next().await {
            let answer = self.hand_over(&prepared).await;
            let down = matches!(answer, SendOutcome::Unavailable(_));
            if self.commits.commit(vec![self.judge(&pending, answer)]).await.is_none() {
                return;
            }
            if down {
                let pause = self.policy.pause / 20 * 2_u32.saturating_pow(self.state().down.saturating_sub(1).min(6));
                self.pause(pause).await;
            }
        }
    }

    /// Hands a message over. Where others take over what nobody answers for, it is left in time.
    async fn hand_over(&self, prepared: &PreparedMessage) -> SendOutcome {
        let sending = self.transport.send(&prepared.message);
        if !self.store.is_shared() {
            return sending.await;
        }
        let late = |_| SendOutcome::Unknown("the server took too long".to_owned());
        tokio::time::timeout(self.policy.longest_send, sending).await.unwrap_or_else(late)
    }

    /// The next message to hand over, marked as being tried; `None` when there is none, or no time for it.
    async fn next(&self) -> Option<Marked> {
        loop {
            let marked = self.next_marked().await?;
            if marked.begin_by.is_none_or(|latest| Instant::now() < latest) {
                return Some(marked);
            }
            self.commits.commit(vec![self.kept(&marked.pending)]).await?;
        }
    }

    async fn next_marked(&self) -> Option<Marked> {
        if self.is_over() || !self.wait_for_slot().await {
            return None;
        }
        if let Some((first, is_low)) = self.queue.pop() {
            // Whoever sees that few are left marks more, while the others go on.
            if is_low && let Ok(_turn) = self.queue.filling.try_lock() {
                let marked = self.mark().await?;
                self.queue.push(marked);
            }
            return Some(first);
        }
        // One by one, everybody marks their own.
        let turn = if self.queue.is_careful() { None } else { Some(self.queue.filling.lock().await) };
        if self.is_over() {
            return None;
        }
        if let Some((first, _)) = self.queue.pop() {
            return Some(first);
        }
        let mut marked = self.mark().await?.into_iter();
        let first = marked.next();
        self.queue.push(marked);
        drop(turn);
        first
    }

    /// Makes the next messages and commits that they are being tried; `None` if the store fails.
    async fn mark(&self) -> Option<Vec<Marked>> {
        loop {
            let made = self.queue.make(self.now(), self.resend_unknown()).await;
            if made.is_empty() {
                return Some(Vec::new());
            }
            // From before the lease begins, so that it ends before the lease does.
            let begin_by = self.store.is_shared().then(|| Instant::now() + self.policy.begin_within());
            let (mut changes, mut marked) = (Vec::with_capacity(made.len()), Vec::with_capacity(made.len()));
            for (pending, prepared) in made {
                match prepared {
                    Ok(prepared) => {
                        self.check_bytes(&pending, &prepared);
                        changes.push(self.trying(&pending, &prepared));
                        marked.push(Marked { pending, prepared, begin_by });
                    }
                    Err(error) => changes.push(self.judge(&pending, SendOutcome::Refused(error.to_string()))),
                }
            }
            let taken_over = self.commits.commit(changes).await?;
            marked.retain(|marked| !taken_over.contains(&marked.pending.id));
            if !marked.is_empty() {
                return Some(marked);
            }
        }
    }

    /// Deliveries marked and not begun return to their former state.
    async fn put_back(&self) {
        // If this fails, the next run finds them as after a crash, and sends them.
        self.commits.commit(self.queue.leftovers().iter().map(|marked| self.kept(&marked.pending)).collect()).await;
    }

    fn kept(&self, pending: &PendingDelivery) -> DeliveryChange {
        DeliveryChange::Kept { id: pending.id, state: pending.delivery.state, now: self.now() }
    }

    /// Says so if a message is not what it was at its first try.
    fn check_bytes(&self, pending: &PendingDelivery, prepared: &PreparedMessage) {
        if pending.hash.as_ref().is_some_and(|hash| *hash != prepared.hash) {
            let problem = Problem::new(&pending.delivery.edition, "a second copy differs from the first")
                .hint("the program was upgraded between the two; the Message-ID is the same");
            self.state().changed.get_or_insert(problem);
        }
    }

    fn trying(&self, pending: &PendingDelivery, prepared: &PreparedMessage) -> DeliveryChange {
        self.state().tried += 1;
        let (signature, hash) = (prepared.signature.clone(), prepared.hash.clone());
        DeliveryChange::Trying { id: pending.id, signature, hash, now: self.now() }
    }

    /// The meaning of an answer for a delivery and for the run.
    fn judge(&self, pending: &PendingDelivery, answer: SendOutcome) -> DeliveryChange {
        let (id, now, attempts) = (pending.id, self.now(), pending.delivery.attempts);
        let mut state = self.state();
        state.down = if matches!(answer, SendOutcome::Unavailable(_)) { state.down + 1 } else { 0 };
        let later = |longest| Some(now + self.backoff(id, attempts).min(longest));
        let (stands, words, not_before, counts) = match answer {
            SendOutcome::Accepted(words) => {
                state.sent += 1;
                (DeliveryState::Sent, words, None, true)
            }
            SendOutcome::Deferred(words) => (DeliveryState::Waiting, words, later(4 * HOUR), true),
            SendOutcome::Unavailable(words) => {
                state.last_down.clone_from(&words);
                self.queue.broke(id);
                (pending.delivery.state, words, None, false)
            }
            SendOutcome::Refused(words) => {
                state.refused += 1;
                if state.refusals.len() < MAX_LISTED_REFUSALS {
                    let address = &pending.delivery.recipient.address;
                    state.refusals.push(Problem::new(address, "the mail was refused for good").because(&words));
                }
                (DeliveryState::Refused, words, None, true)
            }
            SendOutcome::Unknown(words) => {
                state.unknown += 1;
                (DeliveryState::Unknown, words, later(24 * HOUR), true)
            }
            SendOutcome::Abort(words) => {
                state.stopped.get_or_insert_with(|| words.clone());
                (pending.delivery.state, words, None, false)
            }
        };
        if let Some(progress) = &self.policy.progress {
            progress.send_replace(state.sent + state.refused);
        }
        DeliveryChange::Answered { id, state: stands, answer: words, not_before, counts, now }
    }

    /// Six times longer each time, and up to half as long again, so that what was deferred together does not come back
    /// together. By the delivery, not by chance: a run can be repeated.
    fn backoff(&self, id: i64, attempts: u32) -> Duration {
        let pause = self.policy.pause.saturating_mul(6_u32.saturating_pow(attempts.min(8)));
        let spread = id.unsigned_abs().wrapping_add(u64::from(attempts)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56;
        pause + pause / 512 * u32::try_from(spread).unwrap_or(0)
    }

    /// No further message is to be begun.
    fn is_over(&self) -> bool {
        let state = self.state();
        let down = state.down > 4 + u32::try_from(self.policy.connections).unwrap_or(100);
        down || state.stopped.is_some() || *self.cancel.borrow() || self.started.elapsed() >= self.policy.deadline
    }

    /// How long it is worth waiting for a delivery that is not due yet.
    fn patience(&self) -> Duration {
        self.policy.patience.min(self.policy.deadline.saturating_sub(self.started.elapsed()))
    }

    /// Whether messages whose answer was lost are to be sent again.
    fn resend_unknown(&self) -> bool {
        self.policy.delivery == Delivery::AtLeastOnce
    }

    fn now(&self) -> Timestamp {
        self.policy.now + self.started.elapsed()
    }

    /// Waits, but not when the program is asked to end.
    async fn pause(&self, time: Duration) {
        let mut cancel = self.cancel.clone();
        let cancelled = async {
            if cancel.wait_for(|&cancelled| cancelled).await.is_err() {
                std::future::pending::<()>().await; // nobody is left who could cancel
            }
        };
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = cancelled => {}
        }
    }

    /// Waits until the rate allows one more message; false when the run is over by then.
    async fn wait_for_slot(&self) -> bool {
        let Some(rate) = self.policy.rate.filter(|rate| *rate > 0.0) else { return true };
        let slot = {
            let mut state = self.state();
            let slot = state.next_slot.unwrap_or(self.started).max(Instant::now());
            state.next_slot = Some(slot + Duration::from_secs_f64((1.0 / rate).min(3600.0)));
            slot
        };
        self.pause(slot.saturating_duration_since(Instant::now())).await;
        !self.is_over()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    async fn outcome(self) -> Result<DeliveryReport, store::Error> {
        let resend_unknown = self.resend_unknown();
        self.commits.close().await?;
        let left = self.store.open_counts(&self.policy.newsletter).await?;
        let State { sent, refused, unknown, down, last_down, stopped, refusals, changed, .. } = self.state.into_inner();
        let mut problems = refusals;
        let untold = refused.saturating_sub(problems.len() as u64);
        if untold > 0 {
            problems.push(Problem::new("mail", format!("{untold} more recipients were refused for good or given up")));
        }
        problems.extend(changed);
        if let Some(words) = &stopped {
            let hint = "fix [mail] in the config; the mail stays in the outbox for the next run";
            problems.push(Problem::new("mail", "the mail server takes nothing from us").because(words).hint(hint));
        } else if down > 0 {
            problems.push(Problem::new("mail", "the mail server cannot be used now").because(last_down));
        }
        let unknown = if resend_unknown { left.unknown } else { unknown };
        // What another machine is trying is not done with either.
        let waiting = left.waiting + left.trying;
        let unfinished = waiting > 0 || resend_unknown && unknown > 0;
        Ok(DeliveryReport { sent, refused, waiting, unknown, stopped, problems, unfinished })
    }
}

const HOUR: Duration = Duration::from_secs(3600);

fn earlier(now: Timestamp, time: Duration) -> Timestamp {
    now.checked_sub(time).unwrap_or(Timestamp::MIN)
}
