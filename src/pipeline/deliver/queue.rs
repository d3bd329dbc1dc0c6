use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tokio::time::Instant;

use super::{DeliveryPolicy, MOST_BREAKS};
use crate::model::PendingDelivery;
use crate::send::{self, Delivery, MessageBuilder, MessageTemplate, PreparedMessage, Signer};
use crate::store::{Error, Store};

/// How many deliveries are read at once; of those that are marked one by one, fewer: other machines cannot take what is read.
const PAGE: u32 = 256;
const CAREFUL_PAGE: u32 = 16;

/// How many messages are made and marked as being tried at once.
const CLAIM: usize = 64;

/// How many message templates are kept at hand; an edition has one a language.
const TEMPLATES: usize = 16;

/// A delivery that is marked as being tried, and its message.
pub(super) struct Marked {
    pub(super) pending: PendingDelivery,
    pub(super) prepared: PreparedMessage,
    /// Not to be begun later: another machine may take it over then. `None` where there is no other.
    pub(super) begin_by: Option<Instant>,
}

/// A delivery and its message, or why there can be none.
pub(super) type Made = (PendingDelivery, Result<PreparedMessage, send::Error>);

/// The outbox as a queue: read page by page, made into messages, and marked as being tried before they are given out.
///
/// Many are marked at once, because that is what has to be on the disk before the server hears of a message. What is
/// marked and not given out when the run ends is put back. Under `at-most-once` and under a rate each is marked alone:
/// there a marked message that a crash leaves behind would be a gap, or would hang for long.
pub(super) struct Queue<'a> {
    store: &'a Store,
    policy: &'a DeliveryPolicy,
    signer: Option<Arc<Signer>>,
    /// Marked, not given out yet.
    ready: Mutex<VecDeque<Marked>>,
    /// Held by whoever fills `ready`.
    pub(super) filling: tokio::sync::Mutex<()>,
    rows: tokio::sync::Mutex<Rows>,
    breaks: Mutex<HashMap<i64, u32>>,
    failure: Mutex<Option<Error>>,
}

/// Where in the outbox we are.
#[derive(Default)]
struct Rows {
    page: VecDeque<PendingDelivery>,
    after: i64,
    builders: HashMap<(String, String), Arc<MessageBuilder>>,
}

impl<'a> Queue<'a> {
    pub(super) fn new(store: &'a Store, policy: &'a DeliveryPolicy, signer: Option<Arc<Signer>>) -> Self {
        Self {
            store,
            policy,
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
        self.policy.delivery == Delivery::AtMostOnce || self.policy.rate.is_some()
    }

    /// A marked message, and whether it is time to mark more.
    pub(super) fn pop(&self) -> Option<(Marked, bool)> {
        let mut ready = self.ready.lock();
        let first = ready.pop_front()?;
        Some((first, ready.len() < CLAIM / 2 && !self.is_careful()))
    }

    /// Keeps marked messages until somebody takes them.
    pub(super) fn push(&self, marked: impl IntoIterator<Item = Marked>) {
        self.ready.lock().extend(marked);
    }

    /// Takes back what was marked and not given out.
    pub(super) fn leftovers(&self) -> VecDeque<Marked> {
        std::mem::take(&mut *self.ready.lock())
    }

    /// The next deliveries that are due at `now`, made into messages; none at the end, or when the store cannot be read.
    pub(super) async fn make(&self, now: Timestamp, resend_unknown: bool) -> Vec<Made> {
        let most = if self.is_careful() { 1 } else { CLAIM };
        match self.read(now, resend_unknown, most).await {
            Ok(due) if due.len() == 1 => due.into_iter().map(|due| prepare(due, self.signer.as_deref())).collect(),
            Ok(due) => {
                let signer = self.signer.clone();
                let prepare = move || due.into_par_iter().map(|due| prepare(due, signer.as_deref())).collect();
                // Signatures take a millisecond each: not on the thread the conversations need.
                tokio::task::spawn_blocking(prepare).await.unwrap_or_default()
            }
            Err(error) => {
                self.failed().get_or_insert(error);
                Vec::new()
            }
        }
    }

    async fn read(&self, now: Timestamp, resend_unknown: bool, most: usize) -> Result<Vec<Due>, Error> {
        let mut rows = self.rows.lock().await;
        let mut due = Vec::new();
        while due.len() < most {
            if let Some(row) = rows.page.pop_front() {
                if !self.is_hopeless(row.id) {
                    let builder = self.builder(&mut rows, &row).await?;
                    due.push((row, builder));
                }
                continue;
            }
            let page = if self.is_careful() { CAREFUL_PAGE } else { PAGE };
            let page = self.store.pending(&self.policy.newsletter, now, rows.after, page, resend_unknown).await?;
            let Some(last) = page.last() else { break };
            rows.after = last.id;
            rows.page.extend(page);
        }
        Ok(due)
    }

    async fn builder(
        &self,
        rows: &mut Rows,
        pending: &PendingDelivery,
    ) -> Result<Result<Arc<MessageBuilder>, send::Error>, Error> {
        let key = (pending.delivery.edition.clone(), pending.template.clone());
        if let Some(builder) = rows.builders.get(&key) {
            return Ok(Ok(Arc::clone(builder)));
        }
        let json = self.store.message_template(&key.0, &key.1).await?.unwrap_or_default();
        if rows.builders.len() >= TEMPLATES {
            rows.builders.clear();
        }
        let builder = MessageTemplate::from_json(&json).map(|template| Arc::new(MessageBuilder::new(template)));
        Ok(builder.inspect(|builder| drop(rows.builders.insert(key, Arc::clone(builder)))))
    }

    /// The connection broke while this delivery was tried.
    pub(super) fn broke(&self, id: i64) {
        *self.breaks.lock().entry(id).or_default() += 1;
    }

    fn is_hopeless(&self, id: i64) -> bool {
        self.breaks.lock().get(&id).is_some_and(|&breaks| breaks >= MOST_BREAKS)
    }

    /// Why the store could not be read, if so.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failed().take()
    }

    fn failed(&self) -> MutexGuard<'_, Option<Error>> {
        self.failure.lock()
    }
}

/// A delivery with the builder of its message.
type Due = (PendingDelivery, Result<Arc<MessageBuilder>, send::Error>);

fn prepare((pending, builder): Due, signer: Option<&Signer>) -> Made {
    let prepared = builder.and_then(|builder| builder.prepare(&pending, signer));
    (pending, prepared)
}
