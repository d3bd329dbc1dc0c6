//! The outbox: every copy of every edition, from "waiting" to the server's answer.
//!
//! The order of commits is the promise: [`DeliveryChange::Trying`](crate::model::DeliveryChange::Trying) before a message
//! is handed over, [`DeliveryChange::Answered`](crate::model::DeliveryChange::Answered) before the next one is. Whatever was
//! `trying` when a program died is `unknown` at the next start.

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
             WHERE state = 'trying'",
        );
        let done = query.execute(&self.pool).await.map_err(Error::database("recover the outbox"))?;
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
            "SELECT d.* FROM deliveries d JOIN editions e ON e.id = d.edition
             WHERE d.id > ? AND (d.state = 'waiting' OR d.state = 'unknown' AND ?) AND e.newsletter = ?
             AND coalesce(d.not_before, 0) <= ? ORDER BY d.id LIMIT ?",
        );
        let query = query.bind(after).bind(resend_unknown).bind(newsletter).bind(to_millis(now)).bind(limit);
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read the outbox"))?;
        rows.iter().map(pending).collect()
    }

    /// When the next delivery of `newsletter` is due; `None` if none is waiting.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_due(&self, newsletter: &str, resend_unknown: bool) -> Result<Option<Timestamp>, Error> {
        let query = sqlx::query(
            "SELECT min(coalesce(d.not_before, 0)) AS due FROM deliveries d JOIN editions e ON e.id = d.edition
             WHERE (d.state = 'waiting' OR d.state = 'unknown' AND ?) AND e.newsletter = ?",
        );
        let row = query.bind(resend_unknown).bind(newsletter).fetch_one(&self.pool).await;
        let due: Option<i64> = get(&row.map_err(Error::database("read the outbox"))?, "due")?;
        Ok(due.map(from_millis))
    }

    /// Gives up what of `newsletter` was composed before `before` and still waits. Returns how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn give_up(&self, newsletter: &str, before: Timestamp, after: Duration) -> Result<u64, Error> {
        let query = sqlx::query(
            "UPDATE deliveries SET state = 'refused', answer = 'gave up after ' || ? || ' hours: ' ||
             coalesce(answer, 'never tried') WHERE state IN ('waiting', 'unknown')
             AND edition IN (SELECT id FROM editions WHERE newsletter = ? AND composed < ?)",
        );
        let hours = i64::try_from(after.as_secs() / 3600).unwrap_or(i64::MAX);
        let done = query.bind(hours).bind(newsletter).bind(to_millis(before)).execute(&self.pool).await;
        Ok(done.map_err(Error::database("give up old mail"))?.rows_affected())
    }

    /// How many deliveries of `newsletter` (of one `edition`, if given) stand where.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn counts(&self, newsletter: &str, edition: Option<&str>) -> Result<DeliveryCounts, Error> {
        let query = sqlx::query(
            "SELECT d.state, count(*) AS n FROM deliveries d JOIN editions e ON e.id = d.edition
             WHERE e.newsletter = ?1 AND (?2 IS NULL OR e.id = ?2) GROUP BY d.state",
        );
        let rows = query.bind(newsletter).bind(edition).fetch_all(&self.pool).await;
        let mut counts = DeliveryCounts::default();
        for row in rows.map_err(Error::database("count the outbox"))? {
            let n = u64::try_from(get::<i64>(&row, "n")?).unwrap_or(0);
            *match parse_state(get(&row, "state")?) {
                DeliveryState::Waiting => &mut counts.waiting,
                DeliveryState::Trying => &mut counts.trying,
                DeliveryState::Sent => &mut counts.sent,
                DeliveryState::Refused => &mut counts.refused,
                DeliveryState::Unknown => &mut counts.unknown,
            } = n;
        }
        Ok(counts)
    }

    /// The deliveries of `edition` that stand at `state`, in their order, after place `after`, at most `limit`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deliveries(
        &self,
        edition: &str,
        state: DeliveryState,
        after: i64,
        limit: u32,
    ) -> Result<Vec<PendingDelivery>, Error> {
        let query =
            sqlx::query("SELECT * FROM deliveries WHERE edition = ? AND state = ? AND id > ? ORDER BY id LIMIT ?");
        let query = query.bind(edition).bind(state_name(state)).bind(after).bind(limit);
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read deliveries"))?;
        rows.iter().map(pending).collect()
    }

    /// Addresses that the last `times` editions of `newsletter` they were sent were refused for good, each time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refusals(&self, newsletter: &str, times: u32) -> Result<Vec<Refusal>, Error> {
        let query = sqlx::query(
            "SELECT address, count(*) AS n, sum(state = 'refused') AS refused, max(answer) FILTER (WHERE place = 1)
             AS answer FROM (SELECT d.address, d.state, d.answer, row_number() OVER
               (PARTITION BY d.address ORDER BY d.id DESC) AS place
               FROM deliveries d JOIN editions e ON e.id = d.edition
               WHERE e.newsletter = ?1 AND d.state IN ('sent', 'refused') AND d.address IN
                 (SELECT address FROM deliveries WHERE state = 'refused'))
             WHERE place <= ?2 GROUP BY address HAVING n = ?2 AND refused = ?2 ORDER BY address",
        );
        let rows = query.bind(newsletter).bind(times).fetch_all(&self.pool).await;
        let rows = rows.map_err(Error::database("read refusals"))?;
        let refusal = |row: &SqliteRow| {
            Ok(Refusal { address: get(row, "address")?, times: get(row, "refused")?, answer: get(row, "answer")? })
        };
        rows.iter().map(refusal).collect()
    }
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
