//! How a run writes down what becomes of its deliveries: often, and as cheaply as the promise allows.

use std::collections::HashSet;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Executor};

use super::Sqlite;
use crate::model::DeliveryChange;
use crate::store::outbox::state_name;
use crate::store::{Durability, Error, to_millis};

/// A connection of its own to the store, for the changes of one delivery run.
#[derive(Debug)]
pub(in crate::store) struct Journal {
    connection: SqliteConnection,
    /// The connection's setting.
    durability: Durability,
}

impl Sqlite {
    pub(in crate::store) async fn journal(&self) -> Result<Journal, Error> {
        let connection = self.writer.acquire().await.map_err(Error::database("open"))?.detach();
        Ok(Journal { connection, durability: Durability::PowerCut })
    }
}

impl Journal {
    pub(in crate::store) async fn apply(
        &mut self,
        changes: &[DeliveryChange],
        durability: Durability,
    ) -> Result<(), Error> {
        self.write(changes, durability).await.map_err(Error::database("record a delivery"))
    }

    pub(in crate::store) async fn close(mut self) -> Result<(), Error> {
        let fails = Error::database("record a delivery");
        let done = self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await.map(drop);
        match done {
            Ok(()) => self.connection.close().await.map_err(fails),
            Err(error) => Err(fails(error)),
        }
    }

    async fn write(&mut self, changes: &[DeliveryChange], durability: Durability) -> Result<(), sqlx::Error> {
        if self.durability != durability {
            // In WAL mode FULL syncs the log at each commit, NORMAL only before it is copied into the database.
            let level = match durability {
                Durability::PowerCut => "PRAGMA synchronous = FULL",
                Durability::Crash => "PRAGMA synchronous = NORMAL",
            };
            self.connection.execute(level).await?;
            self.durability = durability;
        }
        let mut steps = steps(changes);
        match (steps.pop(), steps.is_empty()) {
            (None, _) => Ok(()),
            // The usual case, in one round trip: a statement by itself is a transaction.
            (Some(step), true) => apply(&mut self.connection, step).await,
            (Some(last), false) => {
                let mut write = self.connection.begin_with("BEGIN IMMEDIATE").await?;
                for step in steps.into_iter().chain([last]) {
                    apply(&mut *write, step).await?;
                }
                write.commit().await
            }
        }
    }
}

/// `changes` as JSON for one statement each: as few as possible, no delivery twice in one.
fn steps(changes: &[DeliveryChange]) -> Vec<String> {
    let mut steps: Vec<(HashSet<i64>, Vec<serde_json::Value>)> = Vec::new();
    for change in changes {
        let (id, row) = row(change);
        match steps.last_mut() {
            Some((ids, rows)) if !ids.contains(&id) => {
                ids.insert(id);
                rows.push(row);
            }
            _ => steps.push((HashSet::from([id]), vec![row])),
        }
    }
    steps.into_iter().map(|(_, rows)| serde_json::Value::from(rows).to_string()).collect()
}

/// The delivery a change is about, and the columns it sets: id, state, time, signature, hash, answer, not before,
/// attempts to add.
fn row(change: &DeliveryChange) -> (i64, serde_json::Value) {
    match change {
        DeliveryChange::Trying { id, signature, hash, now } => {
            (*id, serde_json::json!([id, "trying", to_millis(*now), signature, hash, null, null, 0]))
        }
        DeliveryChange::Answered { id, state, answer, not_before, counts, now } => {
            let (state, attempts) = (state_name(*state), i32::from(*counts));
            let not_before = not_before.map(to_millis);
            (*id, serde_json::json!([id, state, to_millis(*now), null, null, answer, not_before, attempts]))
        }
        DeliveryChange::Kept { id, state, now } => {
            (*id, serde_json::json!([id, state_name(*state), to_millis(*now), null, null, null, null, 0]))
        }
    }
}

async fn apply(write: impl sqlx::SqliteExecutor<'_>, step: String) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "UPDATE deliveries SET state = j.value ->> 1, changed = j.value ->> 2,
         signature = coalesce(signature, j.value ->> 3), hash = coalesce(hash, j.value ->> 4),
         answer = coalesce(j.value ->> 5, answer), not_before = j.value ->> 6, attempts = attempts + (j.value ->> 7)
         FROM json_each(?) j WHERE deliveries.id = j.value ->> 0",
    );
    query.bind(step).execute(write).await?;
    Ok(())
}
