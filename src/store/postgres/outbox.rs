//! The queries of the outbox.
//!
//! A delivery is claimed when it is read: its row names the worker until the lease ends. One that is `trying` is its worker's
//! until then; afterwards nobody knows whether the server took it, and it is `unknown`. The claim of one that was not begun
//! ends without a trace. Each query walks the index of the open deliveries, or asks for one by its id.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::postgres::PgRow;

use super::claims::millis;
use super::{Postgres, get, number, text};
use crate::model::{Delivery, DeliveryCounts, PendingDelivery, PlannedDelivery, Recipient, Refusal};
use crate::store::outbox::{count, parse_state};
use crate::store::{Error, from_millis, to_millis};

impl Postgres {
    pub(in crate::store) async fn recover(&self) -> Result<u64, Error> {
        let query = sqlx::query(
            "WITH lost AS MATERIALIZED (SELECT id FROM deliveries WHERE state IN ('waiting', 'trying', 'unknown')
                 AND state = 'trying' AND coalesce(lease, 0) <= digest_now() ORDER BY id FOR UPDATE SKIP LOCKED)
             UPDATE deliveries d SET state = 'unknown', owner = NULL, lease = NULL,
                 answer = 'the program ended before the answer came' FROM lost WHERE d.id = lost.id",
        );
        let done = query.execute(&self.pool).await.map_err(Error::database("recover the outbox"))?;
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
        self.register().await?;
        let query = sqlx::query(
            // Materialized: the rows are locked and counted once, whatever the plan.
            "WITH due AS MATERIALIZED (SELECT id FROM deliveries WHERE state IN ('waiting', 'trying', 'unknown')
                 AND state <> 'trying' AND (state = 'waiting' OR $5) AND id > $3 AND coalesce(not_before, 0) <= $2
                 AND (owner IS NULL OR owner = $6 OR lease <= digest_now())
                 AND edition = ANY (ARRAY (SELECT e.id FROM editions e WHERE e.newsletter = $1))
                 ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED)
             UPDATE deliveries d SET owner = $6, lease = digest_now() + $7 FROM due WHERE d.id = due.id RETURNING d.*",
        );
        let query = query.bind(newsletter).bind(to_millis(now)).bind(after).bind(i64::from(limit));
        let query = query.bind(resend_unknown).bind(&*self.worker).bind(millis(self.lease));
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read the outbox"))?;
        let mut claimed: Vec<PendingDelivery> = rows.iter().map(pending).collect::<Result<_, _>>()?;
        claimed.sort_by_key(|pending| pending.id);
        Ok(claimed)
    }

    pub(in crate::store) async fn next_due(
        &self,
        newsletter: &str,
        resend_unknown: bool,
    ) -> Result<Option<Timestamp>, Error> {
        let query = sqlx::query_scalar(
            "SELECT min(CASE WHEN owner <> $3 AND lease > digest_now() OR state = 'trying' THEN coalesce(lease, 0)
                             ELSE coalesce(not_before, 0) END)
             FROM deliveries WHERE state IN ('waiting', 'trying', 'unknown') AND (state <> 'unknown' OR $2)
             AND (state <> 'trying' OR $2) AND edition = ANY (ARRAY (SELECT e.id FROM editions e WHERE e.newsletter = $1))",
        );
        let query = query.bind(newsletter).bind(resend_unknown).bind(&*self.worker);
        let due: Option<i64> = query.fetch_one(&self.pool).await.map_err(Error::database("read the outbox"))?;
        Ok(due.map(from_millis))
    }

    pub(in crate::store) async fn give_up(
        &self,
        newsletter: &str,
        before: Timestamp,
        after: Duration,
    ) -> Result<u64, Error> {
        let query = sqlx::query(
            "WITH old AS MATERIALIZED (SELECT id FROM deliveries WHERE state IN ('waiting', 'trying', 'unknown')
                 AND state <> 'trying' AND (owner IS NULL OR owner = $4 OR lease <= digest_now())
                 AND edition = ANY (ARRAY (SELECT e.id FROM editions e WHERE e.newsletter = $2
                     AND coalesce(e.released, e.composed) < $3))
                 ORDER BY id FOR UPDATE SKIP LOCKED)
             UPDATE deliveries d SET state = 'refused', owner = NULL, lease = NULL, answer = 'gave up after ' || $1::text ||
                 ' hours: ' || coalesce(d.answer, 'never tried') FROM old WHERE d.id = old.id",
        );
        let hours = (after.as_secs() / 3600).to_string();
        let query = query.bind(hours).bind(newsletter).bind(to_millis(before)).bind(&*self.worker);
        let done = query.execute(&self.pool).await.map_err(Error::database("give up old mail"))?;
        Ok(done.rows_affected())
    }

    pub(in crate::store) async fn counts(&self, edition: &str) -> Result<DeliveryCounts, Error> {
        let query = sqlx::query("SELECT state, count(*) AS n FROM deliveries WHERE edition = $1 GROUP BY state");
        let rows = query.bind(edition).fetch_all(&self.pool).await;
        counts(&rows.map_err(Error::database("count the outbox"))?)
    }

    pub(in crate::store) async fn open_counts(&self, newsletter: &str) -> Result<DeliveryCounts, Error> {
        let query = sqlx::query(
            "SELECT state, count(*) AS n FROM deliveries WHERE state IN ('waiting', 'trying', 'unknown')
             AND edition = ANY (ARRAY (SELECT e.id FROM editions e WHERE e.newsletter = $1)) GROUP BY state",
        );
        let rows = query.bind(newsletter).fetch_all(&self.pool).await;
        counts(&rows.map_err(Error::database("count the outbox"))?)
    }

    pub(in crate::store) async fn refused(&self, edition: &str, limit: u32) -> Result<Vec<PendingDelivery>, Error> {
        let query =
            sqlx::query("SELECT * FROM deliveries WHERE edition = $1 AND state = 'refused' ORDER BY id LIMIT $2");
        let rows = query.bind(edition).bind(i64::from(limit)).fetch_all(&self.pool).await;
        rows.map_err(Error::database("read deliveries"))?.iter().map(pending).collect()
    }

    pub(in crate::store) async fn delivery(
        &self,
        edition: &str,
        address: &str,
    ) -> Result<Option<PendingDelivery>, Error> {
        let query = sqlx::query("SELECT * FROM deliveries WHERE edition = $1 AND address = $2");
        let row = query.bind(text(edition)).bind(text(address)).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read a delivery"))?.as_ref().map(pending).transpose()
    }

    pub(in crate::store) async fn first_delivery(&self, edition: &str) -> Result<Option<PendingDelivery>, Error> {
        let query = sqlx::query("SELECT * FROM deliveries WHERE edition = $1 ORDER BY address LIMIT 1");
        let row = query.bind(text(edition)).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read a delivery"))?.as_ref().map(pending).transpose()
    }

    pub(in crate::store) async fn resend(
        &self,
        edition: &str,
        delivery: &PlannedDelivery,
        now: Timestamp,
    ) -> Result<PendingDelivery, Error> {
        self.register().await?;
        let query = sqlx::query(
            "INSERT INTO deliveries AS d
             (edition, changed, address, name, language, letter, message_id, unsubscribe, owner, lease)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, digest_now() + $10) ON CONFLICT (edition, address) DO UPDATE
             SET state = 'waiting', not_before = NULL, changed = excluded.changed, owner = excluded.owner,
                 lease = excluded.lease
             WHERE d.owner IS NULL OR d.owner = $9 OR d.lease <= digest_now() RETURNING d.*",
        );
        let Recipient { address, name, language } = &delivery.recipient;
        let query = query.bind(text(edition)).bind(to_millis(now)).bind(text(address)).bind(name.as_deref().map(text));
        let query = query.bind(language.as_deref().map(text)).bind(&delivery.template).bind(&delivery.message_id);
        let query = query.bind(&delivery.unsubscribe).bind(&*self.worker).bind(millis(self.lease));
        let row = query.fetch_optional(&self.pool).await.map_err(Error::database("send an edition again"))?;
        pending(&row.ok_or(Error::Claimed { action: "send this copy" })?)
    }

    pub(in crate::store) async fn refusals(&self, newsletter: &str, times: u32) -> Result<Vec<Refusal>, Error> {
        let query = sqlx::query(
            "SELECT address, times, answer FROM refused_addresses WHERE newsletter = $1 AND times >= $2 ORDER BY address",
        );
        let rows = query.bind(newsletter).bind(i64::from(times)).fetch_all(&self.pool).await;
        let rows = rows.map_err(Error::database("read refusals"))?;
        let refusal = |row: &PgRow| {
            Ok(Refusal { address: get(row, "address")?, times: number(row, "times")?, answer: get(row, "answer")? })
        };
        rows.iter().map(refusal).collect()
    }
}

fn counts(rows: &[PgRow]) -> Result<DeliveryCounts, Error> {
    let mut counts = DeliveryCounts::default();
    for row in rows {
        count(&mut counts, get(row, "state")?, get(row, "n")?);
    }
    Ok(counts)
}

fn pending(row: &PgRow) -> Result<PendingDelivery, Error> {
    let delivery = Delivery {
        edition: get(row, "edition")?,
        recipient: Recipient {
            address: get(row, "address")?,
            name: get(row, "name")?,
            language: get(row, "language")?,
        },
        message_id: get(row, "message_id")?,
        state: parse_state(get(row, "state")?),
        attempts: number(row, "attempts")?,
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
