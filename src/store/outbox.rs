//! The outbox: every copy of every edition, from "waiting" to the server's answer.
//!
//! The order of commits is the promise: [`DeliveryChange::Trying`](crate::model::DeliveryChange::Trying) before a message
//! is handed over, [`DeliveryChange::Answered`](crate::model::DeliveryChange::Answered) before the next one is. Whatever was
//! `trying` when a program died is `unknown` at the next start.
//!
//! Finished deliveries cost nothing: each query walks an index of open or refused deliveries, or asks for one by its id.
//! SQLite takes such an index only for a query that repeats its condition (`state IN (...)`), and joins as written
//! after `CROSS JOIN`: else it begins with all editions. `tests/it/plans.rs` reads every plan.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;

use super::sources::get;
use super::{Error, Store, from_millis, to_millis};
use crate::model::{Delivery, DeliveryCounts, DeliveryState, PendingDelivery, Recipient, Refusal};

impl Store {
    /// Turns what was being handed over when a program died into `unknown`. Call it under the run lock, at the start
    /// of a delivery. Returns how many there were. It is no attempt: that we died says nothing of the recipient, who
    /// must not wait longer for it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn recover(&self) -> Result<u64, Error> {
        let query = sqlx::query(
            "UPDATE deliveries SET state = 'unknown', answer = 'the program ended before the answer came'
             WHERE state IN ('waiting', 'trying', 'unknown') AND state = 'trying'",
        );
        let done = query.execute(&self.writer).await.map_err(Error::database("recover the outbox"))?;
        let closed = sqlx::query(
            "DELETE FROM open_editions WHERE NOT EXISTS (SELECT 1 FROM delivery_counts c
             WHERE c.edition = open_editions.edition AND c.n > 0 AND c.state IN ('waiting', 'trying', 'unknown'))",
        );
        closed.execute(&self.writer).await.map_err(Error::database("recover the outbox"))?;
        Ok(done.rows_affected())
    }

    /// At most `limit` deliveries of `newsletter` that are due at `now`, after the place `after`, in their order.
    /// `unknown` ones are among them only if `resend_unknown`: sending those may give a reader a second copy.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn pending(
        &self,
        newsletter: &str,
        now: Timestamp,
        after: i64,
        limit: u32,
        resend_unknown: bool,
    ) -> Result<Vec<PendingDelivery>, Error> {
        let query = sqlx::query(
            // Two halves, each in the order of the index, merged: nothing is sorted, and the walk ends with the page.
            "SELECT d.* FROM deliveries d CROSS JOIN editions e ON e.id = d.edition
             WHERE d.state IN ('waiting', 'trying', 'unknown') AND d.state = 'waiting'
             AND d.id > ?1 AND e.newsletter = ?2 AND coalesce(d.not_before, 0) <= ?3
             UNION ALL SELECT d.* FROM deliveries d CROSS JOIN editions e ON e.id = d.edition
             WHERE d.state IN ('waiting', 'trying', 'unknown') AND d.state = 'unknown' AND ?4
             AND d.id > ?1 AND e.newsletter = ?2 AND coalesce(d.not_before, 0) <= ?3 ORDER BY id LIMIT ?5",
        );
        let query = query.bind(after).bind(newsletter).bind(to_millis(now)).bind(resend_unknown).bind(limit);
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read the outbox"))?;
        rows.iter().map(pending).collect()
    }

    /// When the next delivery of `newsletter` is due; `None` if none is waiting.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_due(&self, newsletter: &str, resend_unknown: bool) -> Result<Option<Timestamp>, Error> {
        let query = sqlx::query(
            "SELECT min(coalesce(d.not_before, 0)) AS due FROM deliveries d CROSS JOIN editions e ON e.id = d.edition
             WHERE d.state IN ('waiting', 'trying', 'unknown') AND (d.state = 'waiting' OR d.state = 'unknown' AND ?)
             AND e.newsletter = ?",
        );
        let row = query.bind(resend_unknown).bind(newsletter).fetch_one(&self.pool).await;
        let due: Option<i64> = get(&row.map_err(Error::database("read the outbox"))?, "due")?;
        Ok(due.map(from_millis))
    }

    /// Gives up what of `newsletter` could leave since a time before `before` and still waits. Returns how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn give_up(&self, newsletter: &str, before: Timestamp, after: Duration) -> Result<u64, Error> {
        let query = sqlx::query(
            "UPDATE deliveries SET state = 'refused', answer = 'gave up after ' || ? || ' hours: ' ||
             coalesce(answer, 'never tried') WHERE state IN ('waiting', 'trying', 'unknown') AND state <> 'trying' AND EXISTS
             (SELECT 1 FROM editions e WHERE e.id = deliveries.edition AND e.newsletter = ?
             AND coalesce(e.released, e.composed) < ?)",
        );
        let hours = i64::try_from(after.as_secs() / 3600).unwrap_or(i64::MAX);
        let done = query.bind(hours).bind(newsletter).bind(to_millis(before)).execute(&self.writer).await;
        Ok(done.map_err(Error::database("give up old mail"))?.rows_affected())
    }

    /// How many deliveries of `edition` stand where.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn counts(&self, edition: &str) -> Result<DeliveryCounts, Error> {
        let query = sqlx::query("SELECT state, n FROM delivery_counts WHERE edition = ?").bind(edition);
        counts(&query.fetch_all(&self.pool).await.map_err(Error::database("count the outbox"))?)
    }

    /// How many deliveries of `newsletter` are to be sent or without an answer; what is done with is not counted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_counts(&self, newsletter: &str) -> Result<DeliveryCounts, Error> {
        let query = sqlx::query(
            "SELECT c.state, sum(c.n) AS n FROM open_editions o CROSS JOIN editions e ON e.id = o.edition
             CROSS JOIN delivery_counts c ON c.edition = o.edition
             WHERE e.newsletter = ? AND c.state IN ('waiting', 'trying', 'unknown') GROUP BY c.state",
        );
        let rows = query.bind(newsletter).fetch_all(&self.pool).await;
        counts(&rows.map_err(Error::database("count the outbox"))?)
    }

    /// The first `limit` deliveries of `edition` that were refused for good, in their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refused(&self, edition: &str, limit: u32) -> Result<Vec<PendingDelivery>, Error> {
        let query = sqlx::query("SELECT * FROM deliveries WHERE edition = ? AND state = 'refused' ORDER BY id LIMIT ?");
        let rows = query.bind(edition).bind(limit).fetch_all(&self.pool).await;
        rows.map_err(Error::database("read deliveries"))?.iter().map(pending).collect()
    }

    /// Addresses that the last editions of `newsletter` they were sent were refused for good, `times` or more in a row.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refusals(&self, newsletter: &str, times: u32) -> Result<Vec<Refusal>, Error> {
        let query = sqlx::query(
            "SELECT address, times, answer FROM refused_addresses WHERE newsletter = ? AND times >= ? ORDER BY address",
        );
        let rows = query.bind(newsletter).bind(times).fetch_all(&self.pool).await;
        let rows = rows.map_err(Error::database("read refusals"))?;
        let refusal = |row: &SqliteRow| {
            Ok(Refusal { address: get(row, "address")?, times: get(row, "times")?, answer: get(row, "answer")? })
        };
        rows.iter().map(refusal).collect()
    }
}

fn counts(rows: &[SqliteRow]) -> Result<DeliveryCounts, Error> {
    let mut counts = DeliveryCounts::default();
    for row in rows {
        let n = u64::try_from(get::<i64>(row, "n")?).unwrap_or(0);
        *match parse_state(get(row, "state")?) {
            DeliveryState::Waiting => &mut counts.waiting,
            DeliveryState::Trying => &mut counts.trying,
            DeliveryState::Sent => &mut counts.sent,
            DeliveryState::Refused => &mut counts.refused,
            DeliveryState::Unknown => &mut counts.unknown,
        } = n;
    }
    Ok(counts)
}

fn pending(row: &SqliteRow) -> Result<PendingDelivery, Error> {
    let delivery = Delivery {
        edition: get(row, "edition")?,
        recipient: Recipient {
            address: get(row, "address")?,
            name: get(row, "name")?,
            language: get(row, "language")?,
        },
        message_id: get(row, "message_id")?,
        state: parse_state(get(row, "state")?),
        attempts: get(row, "attempts")?,
        answer: get(row, "answer")?,
        not_before: get::<Option<i64>>(row, "not_before")?.map(from_millis),
    };
    Ok(PendingDelivery {
        id: get(row, "id")?,
        delivery,
        template: get(row, "letter")?,
        unsubscribe: get(row, "unsubscribe")?,
        signature: get(row, "signature")?,
        hash: get(row, "hash")?,
    })
}

pub(super) const fn state_name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => "waiting",
        DeliveryState::Trying => "trying",
        DeliveryState::Sent => "sent",
        DeliveryState::Refused => "refused",
        DeliveryState::Unknown => "unknown",
    }
}

/// The table holds no other word, its CHECK sees to that.
fn parse_state(name: &str) -> DeliveryState {
    match name {
        "trying" => DeliveryState::Trying,
        "sent" => DeliveryState::Sent,
        "refused" => DeliveryState::Refused,
        "unknown" => DeliveryState::Unknown,
        _ => DeliveryState::Waiting,
    }
}
