//! The queries of the outbox.
//!
//! Finished deliveries cost nothing: each query walks an index of open or refused deliveries, or asks for one by its id.
//! SQLite takes such an index only for a query that repeats its condition (`state IN (...)`), and joins as written
//! after `CROSS JOIN`: else it begins with all editions. `tests/it/plans.rs` reads every plan.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use super::sources::get;
use crate::model::{Delivery, DeliveryCounts, PendingDelivery, PlannedDelivery, Recipient, Refusal};
use crate::store::outbox::{count, parse_state};
use crate::store::{Error, from_millis, to_millis};

impl Sqlite {
    pub(in crate::store) async fn recover(&self) -> Result<u64, Error> {
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

    pub(in crate::store) async fn pending(
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

    pub(in crate::store) async fn next_due(
        &self,
        newsletter: &str,
        resend_unknown: bool,
    ) -> Result<Option<Timestamp>, Error> {
        let query = sqlx::query(
            "SELECT min(coalesce(d.not_before, 0)) AS due FROM deliveries d CROSS JOIN editions e ON e.id = d.edition
             WHERE d.state IN ('waiting', 'trying', 'unknown') AND (d.state = 'waiting' OR d.state = 'unknown' AND ?)
             AND e.newsletter = ?",
        );
        let row = query.bind(resend_unknown).bind(newsletter).fetch_one(&self.pool).await;
        let due: Option<i64> = get(&row.map_err(Error::database("read the outbox"))?, "due")?;
        Ok(due.map(from_millis))
    }

    pub(in crate::store) async fn give_up(
        &self,
        newsletter: &str,
        before: Timestamp,
        after: Duration,
    ) -> Result<u64, Error> {
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

    pub(in crate::store) async fn counts(&self, edition: &str) -> Result<DeliveryCounts, Error> {
        let query = sqlx::query("SELECT state, n FROM delivery_counts WHERE edition = ?").bind(edition);
        counts(&query.fetch_all(&self.pool).await.map_err(Error::database("count the outbox"))?)
    }

    pub(in crate::store) async fn open_counts(&self, newsletter: &str) -> Result<DeliveryCounts, Error> {
        let query = sqlx::query(
            "SELECT c.state, sum(c.n) AS n FROM open_editions o CROSS JOIN editions e ON e.id = o.edition
             CROSS JOIN delivery_counts c ON c.edition = o.edition
             WHERE e.newsletter = ? AND c.state IN ('waiting', 'trying', 'unknown') GROUP BY c.state",
        );
        let rows = query.bind(newsletter).fetch_all(&self.pool).await;
        counts(&rows.map_err(Error::database("count the outbox"))?)
    }

    pub(in crate::store) async fn refused(&self, edition: &str, limit: u32) -> Result<Vec<PendingDelivery>, Error> {
        let query = sqlx::query("SELECT * FROM deliveries WHERE edition = ? AND state = 'refused' ORDER BY id LIMIT ?");
        let rows = query.bind(edition).bind(limit).fetch_all(&self.pool).await;
        rows.map_err(Error::database("read deliveries"))?.iter().map(pending).collect()
    }

    pub(in crate::store) async fn delivery(
        &self,
        edition: &str,
        address: &str,
    ) -> Result<Option<PendingDelivery>, Error> {
        let query = sqlx::query("SELECT * FROM deliveries WHERE edition = ? AND address = ?");
        let row = query.bind(edition).bind(address).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read a delivery"))?.as_ref().map(pending).transpose()
    }

    pub(in crate::store) async fn first_delivery(&self, edition: &str) -> Result<Option<PendingDelivery>, Error> {
        let query = sqlx::query("SELECT * FROM deliveries WHERE edition = ? ORDER BY address LIMIT 1");
        let row = query.bind(edition).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read a delivery"))?.as_ref().map(pending).transpose()
    }

    pub(in crate::store) async fn resend(
        &self,
        edition: &str,
        delivery: &PlannedDelivery,
        now: Timestamp,
    ) -> Result<PendingDelivery, Error> {
        let query = sqlx::query(
            "INSERT INTO deliveries (edition, changed, address, name, language, letter, message_id, unsubscribe)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (edition, address)
             DO UPDATE SET state = 'waiting', not_before = NULL, changed = excluded.changed RETURNING *",
        );
        let Recipient { address, name, language } = &delivery.recipient;
        let query = query.bind(edition).bind(to_millis(now)).bind(address).bind(name).bind(language);
        let query = query.bind(&delivery.template).bind(&delivery.message_id).bind(&delivery.unsubscribe);
        pending(&query.fetch_one(&self.writer).await.map_err(Error::database("send an edition again"))?)
    }

    pub(in crate::store) async fn refusals(&self, newsletter: &str, times: u32) -> Result<Vec<Refusal>, Error> {
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
        count(&mut counts, get(row, "state")?, get(row, "n")?);
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
