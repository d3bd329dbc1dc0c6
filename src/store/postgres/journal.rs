//! Changes of deliveries. A worker changes those that name it as their owner, and no others.

use std::collections::HashSet;
use std::time::Duration;

use sqlx::Connection;
use sqlx::Postgres as Driver;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnection;
use tokio::time::{Instant, sleep, timeout};

use super::claims::millis;
use super::{Postgres, text};
use crate::model::{DeliveryChange, DeliveryState};
use crate::store::error::is_worth_another_try;
use crate::store::outbox::state_name;
use crate::store::{Error, to_millis};

/// How long a database that restarts is waited for: an answer that is not written down is a second copy.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long one commit may take; a network that swallowed it does not say so.
const LONGEST_COMMIT: Duration = Duration::from_secs(20);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// How often the list of workers hears of this one.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// The connection of one delivery run.
#[derive(Debug)]
pub(in crate::store) struct Journal {
    store: Postgres,
    connection: Option<PoolConnection<Driver>>,
    /// Deliveries brought to an end that the list of workers does not know of.
    untold: u64,
    told: Instant,
}

impl Postgres {
    pub(in crate::store) async fn journal(&self) -> Result<Journal, Error> {
        self.register().await?;
        Ok(Journal { store: self.clone(), connection: None, untold: 0, told: Instant::now() })
    }
}

impl Journal {
    /// Commits `changes`, all or none; names those deliveries of them that are not this worker's any more.
    pub(in crate::store) async fn apply(&mut self, changes: &[DeliveryChange]) -> Result<HashSet<i64>, Error> {
        let steps = steps(changes);
        // A change that was committed although its answer was lost finds nothing to do the second time.
        let taken = self.again_and_again(&steps).await?;
        self.untold += changes.iter().filter(|change| is_end(change)).count() as u64;
        if self.told.elapsed() >= HEARTBEAT {
            self.tell().await;
        }
        Ok(changes.iter().map(id_of).filter(|id| !taken.contains(id)).collect())
    }

    /// Lets go what was claimed and not begun.
    pub(in crate::store) async fn close(mut self) -> Result<(), Error> {
        self.tell().await;
        let query = sqlx::query(
            "UPDATE deliveries SET owner = NULL, lease = NULL
             WHERE state IN ('waiting', 'trying', 'unknown') AND state <> 'trying' AND owner = $1",
        );
        let done = query.bind(&*self.store.worker).execute(&self.store.pool).await;
        done.map(drop).map_err(Error::database("let deliveries go"))
    }

    async fn again_and_again(&mut self, steps: &[Step]) -> Result<HashSet<i64>, Error> {
        let begun = Instant::now();
        loop {
            let error = match timeout(LONGEST_COMMIT, self.write(steps)).await {
                Ok(Ok(taken)) => return Ok(taken),
                Ok(Err(error)) => error,
                Err(_) => sqlx::Error::PoolTimedOut,
            };
            if let Some(connection) = self.connection.take() {
                // Whatever state it is in, nobody else is to have it.
                drop(connection.detach());
            }
            if !is_worth_another_try(&error) || begun.elapsed() >= PATIENCE {
                return Err(Error::Database { action: "record a delivery", source: error });
            }
            tracing::debug!(%error, "the database is asked again");
            sleep(PAUSE).await;
        }
    }

    async fn write(&mut self, steps: &[Step]) -> Result<HashSet<i64>, sqlx::Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.store.pool.acquire().await?),
        };
        if let [step] = steps {
            // The usual case, in one round trip: a statement by itself is a transaction.
            return Ok(step.apply(connection, &self.store).await?.into_iter().collect());
        }
        let mut taken = HashSet::new();
        let mut write = connection.begin().await?;
        for step in steps {
            taken.extend(step.apply(&mut write, &self.store).await?);
        }
        write.commit().await?;
        Ok(taken)
    }

    async fn tell(&mut self) {
        let query = sqlx::query("UPDATE workers SET seen = digest_now(), done = done + $2 WHERE id = $1");
        let query = query.bind(&*self.store.worker).bind(i64::try_from(self.untold).unwrap_or(0));
        match timeout(LONGEST_COMMIT, query.execute(&self.store.pool)).await {
            Ok(Ok(_)) => self.untold = 0,
            Ok(Err(error)) => tracing::debug!(%error, "the list of workers is not up to date"),
            Err(_) => {}
        }
        self.told = Instant::now();
    }
}

/// Changes of different deliveries, a list for each column.
#[derive(Default)]
struct Step {
    ids: Vec<i64>,
    states: Vec<&'static str>,
    changed: Vec<i64>,
    signatures: Vec<Option<String>>,
    hashes: Vec<Option<String>>,
    answers: Vec<Option<String>>,
    not_before: Vec<Option<i64>>,
    attempts: Vec<i64>,
}

impl Step {
    fn push(&mut self, change: &DeliveryChange) {
        self.ids.push(id_of(change));
        let (state, now) = match change {
            DeliveryChange::Trying { now, .. } => (DeliveryState::Trying, now),
            DeliveryChange::Answered { state, now, .. } | DeliveryChange::Kept { state, now, .. } => (*state, now),
        };
        self.states.push(state_name(state));
        self.changed.push(to_millis(*now));
        let (signature, hash) = match change {
            DeliveryChange::Trying { signature, hash, .. } => (signature.clone(), Some(hash.clone())),
            _ => (None, None),
        };
        self.signatures.push(signature);
        self.hashes.push(hash);
        let (answer, not_before, counts) = match change {
            DeliveryChange::Answered { answer, not_before, counts, .. } => {
                (Some(text(answer).into_owned()), not_before.map(to_millis), *counts)
            }
            _ => (None, None, false),
        };
        self.answers.push(answer);
        self.not_before.push(not_before);
        self.attempts.push(i64::from(counts));
    }

    /// Applies it; answers the deliveries that were this worker's.
    async fn apply(&self, write: &mut PgConnection, store: &Postgres) -> Result<Vec<i64>, sqlx::Error> {
        let query = sqlx::query_scalar(
            // An answer that came when the lease was over still counts, if nobody tries again.
            "UPDATE deliveries d SET state = j.state, changed = j.changed, signature = coalesce(d.signature, j.signature),
                 hash = coalesce(d.hash, j.hash), answer = coalesce(j.answer, d.answer), not_before = j.not_before,
                 attempts = d.attempts + j.attempts, owner = CASE WHEN j.state = 'trying' THEN d.owner END,
                 lease = CASE WHEN j.state = 'trying' THEN digest_now() + $10 END
             FROM UNNEST($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                 $8::bigint[]) AS j (id, state, changed, signature, hash, answer, not_before, attempts)
             WHERE d.id = j.id AND
                 (d.owner = $9 OR d.owner IS NULL AND d.state = 'unknown' AND j.state IN ('sent', 'refused'))
             RETURNING d.id",
        );
        let query = query.bind(&self.ids).bind(&self.states).bind(&self.changed).bind(&self.signatures);
        let query = query.bind(&self.hashes).bind(&self.answers).bind(&self.not_before).bind(&self.attempts);
        query.bind(&*store.worker).bind(millis(store.lease)).fetch_all(write).await
    }
}

/// As few as possible, no delivery twice in one.
fn steps(changes: &[DeliveryChange]) -> Vec<Step> {
    let mut steps: Vec<(HashSet<i64>, Step)> = Vec::new();
    for change in changes {
        let is_new = |(ids, _): &(HashSet<i64>, Step)| !ids.contains(&id_of(change));
        if !steps.last().is_some_and(is_new) {
            steps.push(Default::default());
        }
        if let Some((ids, step)) = steps.last_mut() {
            ids.insert(id_of(change));
            step.push(change);
        }
    }
    steps.into_iter().map(|(_, step)| step).collect()
}

fn id_of(change: &DeliveryChange) -> i64 {
    match change {
        DeliveryChange::Trying { id, .. } | DeliveryChange::Answered { id, .. } | DeliveryChange::Kept { id, .. } => {
            *id
        }
    }
}

/// Whether nothing more is to be done for the delivery.
fn is_end(change: &DeliveryChange) -> bool {
    use DeliveryState::{Refused, Sent};
    matches!(change, DeliveryChange::Answered { state: Sent | Refused, .. })
}
