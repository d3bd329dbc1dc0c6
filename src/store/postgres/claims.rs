//! Claims on what is not a delivery, and the list of those who work.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgRow};

use super::{Postgres, get};
use crate::store::{Error, Worker, from_millis};

/// A source that somebody has asked within this time is not asked again: machines that begin by one timetable do not begin
/// in the same second.
const JUST_DONE: Duration = Duration::from_secs(60);

/// Workers that did not sign off are forgotten after this long.
const GONE: Duration = Duration::from_secs(24 * 3600);

impl Postgres {
    pub(in crate::store) async fn claim_source(&self, key: &str, lease: Duration) -> Result<bool, Error> {
        self.register().await?;
        let query = sqlx::query(
            "INSERT INTO claims AS c (kind, what, owner, lease) VALUES ('source', $1, $2, digest_now() + $3)
             ON CONFLICT (kind, what) DO UPDATE SET owner = excluded.owner, lease = excluded.lease
             WHERE (c.owner IS NULL OR c.owner = $2 OR c.lease <= digest_now())
             AND coalesce(c.done, 0) <= digest_now() - $4",
        );
        let query = query.bind(key).bind(&*self.worker).bind(millis(lease)).bind(millis(JUST_DONE));
        let done = query.execute(&self.pool).await.map_err(Error::database("claim a source"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends the claim on the source `key` with the transaction `write`; one that is not done may be asked again at once.
    pub(super) async fn release_source(&self, write: &mut PgConnection, key: &str, is_done: bool) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE claims SET owner = NULL, lease = NULL, done = CASE WHEN $3 THEN digest_now() ELSE done END
             WHERE kind = 'source' AND what = $1 AND owner = $2",
        );
        let done = query.bind(key).bind(&*self.worker).bind(is_done).execute(write).await;
        done.map(drop).map_err(Error::database("end a claim"))
    }

    pub(in crate::store) async fn claim_composing(&self, newsletter: &str, lease: Duration) -> Result<bool, Error> {
        self.register().await?;
        let query = sqlx::query(
            // Keys of sources begin with their newsletter.
            "INSERT INTO claims AS c (kind, what, owner, lease)
             SELECT 'compose', $1, $2, digest_now() + $3 WHERE NOT EXISTS
             (SELECT 1 FROM claims s WHERE s.kind = 'source' AND starts_with(s.what, $1 || ' ')
              AND s.owner <> $2 AND s.lease > digest_now())
             ON CONFLICT (kind, what) DO UPDATE SET owner = excluded.owner, lease = excluded.lease
             WHERE c.owner IS NULL OR c.owner = $2 OR c.lease <= digest_now()",
        );
        let query = query.bind(newsletter).bind(&*self.worker).bind(millis(lease));
        let done = query.execute(&self.pool).await.map_err(Error::database("claim the composing"))?;
        Ok(done.rows_affected() == 1)
    }

    pub(in crate::store) async fn release_composing(&self, newsletter: &str) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE claims SET owner = NULL, lease = NULL, done = digest_now()
             WHERE kind = 'compose' AND what = $1 AND owner = $2",
        );
        let done = query.bind(newsletter).bind(&*self.worker).execute(&self.pool).await;
        done.map(drop).map_err(Error::database("end a claim"))
    }

    /// Fails if another worker has claimed the composing of `newsletter`; else nobody can until `write` ends.
    pub(super) async fn hold_composing(&self, write: &mut PgConnection, newsletter: &str) -> Result<(), Error> {
        let query = sqlx::query_scalar(
            "SELECT owner IS NOT NULL AND owner <> $2 AND lease > digest_now() FROM claims
             WHERE kind = 'compose' AND what = $1 FOR UPDATE",
        );
        let taken = query.bind(newsletter).bind(&*self.worker).fetch_optional(write).await;
        let taken: Option<bool> = taken.map_err(Error::database("claim the composing"))?;
        if taken == Some(true) { Err(Error::Claimed { action: "store the edition" }) } else { Ok(()) }
    }

    /// Puts this program into the list of workers, once.
    pub(super) async fn register(&self) -> Result<(), Error> {
        let register = async || {
            let query = sqlx::query(
                "WITH gone AS (DELETE FROM workers WHERE seen < digest_now() - $2)
                 INSERT INTO workers (id, started, seen) VALUES ($1, digest_now(), digest_now()) ON CONFLICT DO NOTHING",
            );
            let done = query.bind(&*self.worker).bind(millis(GONE)).execute(&self.pool).await;
            done.map(drop).map_err(Error::database("sign on"))
        };
        self.registered.get_or_try_init(register).await.map(drop)
    }

    pub(in crate::store) async fn workers(&self) -> Result<Vec<Worker>, Error> {
        let query = sqlx::query(
            "WITH held AS (SELECT owner, count(*) AS n, min(lease) AS lease FROM deliveries
                  WHERE state IN ('waiting', 'trying', 'unknown') AND owner IS NOT NULL GROUP BY owner),
                  claimed AS (SELECT owner, count(*) FILTER (WHERE kind = 'source') AS sources,
                      bool_or(kind = 'compose') AS composes, min(lease) AS lease
                      FROM claims WHERE owner IS NOT NULL GROUP BY owner)
             SELECT w.id, w.started, w.seen, w.done, coalesce(h.n, 0) AS deliveries, coalesce(c.sources, 0) AS sources,
                 coalesce(c.composes, false) AS composes, least(h.lease, c.lease) AS lease
             FROM workers w LEFT JOIN held h ON h.owner = w.id LEFT JOIN claimed c ON c.owner = w.id
             ORDER BY w.started, w.id",
        );
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read the workers"))?;
        rows.iter().map(worker).collect()
    }
}

fn worker(row: &PgRow) -> Result<Worker, Error> {
    let count = |column| get::<i64>(row, column).map(|n| u64::try_from(n).unwrap_or(0));
    let (started, seen): (i64, i64) = (get(row, "started")?, get(row, "seen")?);
    let done = count("done")?;
    let seconds = Duration::from_millis(u64::try_from(seen - started).unwrap_or(0)).as_secs_f64();
    Ok(Worker {
        name: get(row, "id")?,
        started: from_millis(started),
        seen: from_millis(seen),
        done,
        rate: if seconds > 0.0 { done as f64 / seconds } else { 0.0 },
        deliveries: count("deliveries")?,
        sources: count("sources")?,
        composes: get(row, "composes")?,
        lease: get::<Option<i64>>(row, "lease")?.map(from_millis),
    })
}

/// A length of time as it is added to stored times.
pub(super) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4)
}
