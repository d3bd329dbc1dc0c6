use jiff::Timestamp;
use sqlx::Executor;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use super::sources::get;
use crate::model::Refusal;
use crate::store::outbox::parse_state;
use crate::store::{Cutoffs, ErasedAddress, Error, Pruned, ReaderDelivery, Trouble, from_millis, to_millis};

impl Sqlite {
    pub(in crate::store) async fn prune(&self, newsletter: &str, cutoffs: &Cutoffs) -> Result<Pruned, Error> {
        const TEXTS: &str =
            "UPDATE articles SET article = NULL WHERE article IS NOT NULL AND first_seen >= ?5 AND first_seen < ?1
             AND EXISTS (SELECT 1 FROM arrivals r WHERE r.newsletter = ?3 AND r.article = articles.id)
             AND NOT EXISTS (SELECT 1 FROM arrivals r WHERE r.article = articles.id AND
                 (r.edition IS NULL AND r.closed = 0 AND (r.newsletter <> ?3 OR r.seen >= ?2)
                 OR r.published = 1 AND (r.newsletter <> ?3 OR EXISTS
                     (SELECT 1 FROM editions e WHERE e.id = r.edition AND e.composed >= ?4))))";
        let failed = || Error::database("prune");
        let mut write = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        let (all, published) = (to_millis(cutoffs.all), to_millis(cutoffs.published));
        let mut texts = 0;
        for (from, before) in cutoffs.seen() {
            let query = sqlx::query(TEXTS).bind(to_millis(before)).bind(all).bind(newsletter).bind(published);
            texts += query.bind(to_millis(from)).execute(&mut *write).await.map_err(failed())?.rows_affected();
        }
        let from = to_millis(cutoffs.from(cutoffs.all));
        let mails = sqlx::query(
            "DELETE FROM letters WHERE edition IN
             (SELECT id FROM editions WHERE newsletter = ? AND composed < ? AND composed >= ?)
             AND edition NOT IN (SELECT o.edition FROM open_editions o)",
        );
        let mails = mails.bind(newsletter).bind(all).bind(from).execute(&mut *write).await.map_err(failed())?;
        let deliveries = sqlx::query(
            "DELETE FROM deliveries WHERE edition IN
             (SELECT id FROM editions WHERE newsletter = ? AND composed < ? AND composed >= ?)
             AND state IN ('sent', 'refused')",
        );
        let deliveries =
            deliveries.bind(newsletter).bind(all).bind(from).execute(&mut *write).await.map_err(failed())?;
        write.commit().await.map_err(failed())?;
        let count = |done: sqlx::sqlite::SqliteQueryResult| done.rows_affected();
        Ok(Pruned { texts, mails: count(mails), deliveries: count(deliveries) })
    }

    pub(in crate::store) async fn compact(&self) -> Result<(), Error> {
        let failed = || Error::database("give its room back");
        self.writer.execute("VACUUM").await.map_err(failed())?;
        self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.map(drop).map_err(failed())
    }

    pub(in crate::store) async fn forget_articles(&self, newsletter: &str, span: i64) -> Result<u64, Error> {
        let failed = || Error::database("forget old articles");
        let mut write = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        let arrivals = sqlx::query(
            "WITH last AS (SELECT source, max(coalesce(offered, seen)) AS at FROM arrivals WHERE newsletter = ?1
                 GROUP BY source)
             DELETE FROM arrivals WHERE newsletter = ?1 AND published = 0 AND (edition IS NOT NULL OR closed = 1)
             AND coalesce(offered, seen) < (SELECT l.at FROM last l WHERE l.source = arrivals.source) - ?2",
        );
        let gone = arrivals.bind(newsletter).bind(span).execute(&mut *write).await.map_err(failed())?.rows_affected();
        if gone > 0 {
            let articles = sqlx::query(
                "DELETE FROM articles WHERE article IS NULL
                 AND NOT EXISTS (SELECT 1 FROM arrivals r WHERE r.article = articles.id)",
            );
            articles.execute(&mut *write).await.map_err(failed())?;
        }
        write.commit().await.map_err(failed())?;
        Ok(gone)
    }

    pub(in crate::store) async fn last_done(&self, what: &str) -> Result<Option<Timestamp>, Error> {
        let query = sqlx::query_scalar("SELECT done FROM upkeep WHERE what = ?").bind(what);
        let done: Option<i64> = query.fetch_optional(&self.pool).await.map_err(Error::database("read its upkeep"))?;
        Ok(done.map(from_millis))
    }

    pub(in crate::store) async fn set_done(&self, what: &str, now: Timestamp) -> Result<(), Error> {
        let query = sqlx::query(
            "INSERT INTO upkeep (what, done) VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET done = excluded.done",
        );
        let done = query.bind(what).bind(to_millis(now)).execute(&self.writer).await;
        done.map(drop).map_err(Error::database("note its upkeep"))
    }

    pub(in crate::store) async fn skip_articles(
        &self,
        newsletter: &str,
        now: Timestamp,
        before: Timestamp,
    ) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE arrivals INDEXED BY arrivals_unused SET closed = coalesce(skipped < ?, 0), skipped = coalesce(skipped, ?)
             WHERE newsletter = ? AND edition IS NULL AND closed = 0",
        );
        let query = query.bind(to_millis(before)).bind(to_millis(now)).bind(newsletter);
        query.execute(&self.writer).await.map(drop).map_err(Error::database("mark articles"))
    }

    pub(in crate::store) async fn close_articles(&self, newsletter: &str, ids: &[&str]) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE arrivals SET closed = 1 WHERE newsletter = ? AND article IN (SELECT value FROM json_each(?))",
        );
        let done = query.bind(newsletter).bind(sqlx::types::Json(ids)).execute(&self.writer).await;
        done.map(drop).map_err(Error::database("mark articles"))
    }

    pub(in crate::store) async fn note_trouble(
        &self,
        newsletter: &str,
        trouble: &Trouble,
        keep: u32,
    ) -> Result<(), Error> {
        let failed = || Error::database("note a run");
        let query = sqlx::query(
            "INSERT INTO troubles (newsletter, began, exit, words) VALUES (?, ?, ?, ?)
             ON CONFLICT (newsletter, began) DO UPDATE SET exit = excluded.exit, words = excluded.words",
        );
        let query = query.bind(newsletter).bind(to_millis(trouble.began)).bind(trouble.exit).bind(&trouble.words);
        query.execute(&self.writer).await.map_err(failed())?;
        let old = sqlx::query(
            "DELETE FROM troubles WHERE newsletter = ?1 AND began < (SELECT min(began) FROM
             (SELECT began FROM troubles WHERE newsletter = ?1 ORDER BY began DESC LIMIT ?2))",
        );
        old.bind(newsletter).bind(keep).execute(&self.writer).await.map(drop).map_err(failed())
    }

    pub(in crate::store) async fn troubles(&self, newsletter: &str, since: Timestamp) -> Result<Vec<Trouble>, Error> {
        let query = sqlx::query(
            "SELECT began, exit, words FROM troubles WHERE newsletter = ? AND began >= ? ORDER BY began DESC",
        );
        let rows = query.bind(newsletter).bind(to_millis(since)).fetch_all(&self.pool).await;
        let trouble = |row: &SqliteRow| {
            let (began, words) = (from_millis(get(row, "began")?), get(row, "words")?);
            Ok(Trouble { began, exit: get(row, "exit")?, words })
        };
        rows.map_err(Error::database("read the runs"))?.iter().map(trouble).collect()
    }

    pub(in crate::store) async fn reader(
        &self,
        address: &str,
    ) -> Result<(Vec<ReaderDelivery>, Vec<(String, Refusal)>), Error> {
        let failed = || Error::database("read a reader's data");
        let query = sqlx::query("SELECT * FROM deliveries WHERE +address = ? COLLATE NOCASE ORDER BY id").bind(address);
        let rows = query.fetch_all(&self.pool).await.map_err(failed())?;
        let query = sqlx::query("SELECT * FROM refused_addresses WHERE address = ? COLLATE NOCASE ORDER BY newsletter")
            .bind(address);
        let refusals = query.fetch_all(&self.pool).await.map_err(failed())?;
        let refusal = |row: &SqliteRow| {
            let refusal =
                Refusal { address: get(row, "address")?, times: get(row, "times")?, answer: get(row, "answer")? };
            Ok((get(row, "newsletter")?, refusal))
        };
        let deliveries: Result<_, Error> = rows.iter().map(delivered).collect();
        let refusals: Result<_, Error> = refusals.iter().map(refusal).collect();
        Ok((deliveries?, refusals?))
    }

    pub(in crate::store) async fn erase(&self, address: &str, erased: Option<&ErasedAddress>) -> Result<(), Error> {
        let failed = || Error::database("forget a reader");
        self.writer.execute("PRAGMA secure_delete = ON").await.map_err(failed())?;
        let mut write = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        for statement in [
            "DELETE FROM deliveries WHERE +address = ? COLLATE NOCASE",
            "DELETE FROM refused_addresses WHERE address = ? COLLATE NOCASE",
            // The words of a problem may name a reader.
            "DELETE FROM troubles WHERE instr(lower(words), lower(?)) > 0",
        ] {
            sqlx::query(statement).bind(address).execute(&mut *write).await.map_err(failed())?;
        }
        if let Some(ErasedAddress { hash, salt, erased }) = erased {
            let query = sqlx::query("INSERT INTO erased_addresses (hash, salt, erased) VALUES (?, ?, ?)");
            let query = query.bind(hash).bind(salt).bind(to_millis(*erased));
            query.execute(&mut *write).await.map_err(failed())?;
        }
        write.commit().await.map_err(failed())?;
        self.compact().await
    }

    pub(in crate::store) async fn unerase(&self, hash: &str) -> Result<(), Error> {
        let done = sqlx::query("DELETE FROM erased_addresses WHERE hash = ?").bind(hash).execute(&self.writer).await;
        done.map(drop).map_err(Error::database("take back an erasure"))
    }

    pub(in crate::store) async fn erased(&self) -> Result<Vec<ErasedAddress>, Error> {
        let rows = sqlx::query("SELECT hash, salt, erased FROM erased_addresses ORDER BY hash").fetch_all(&self.pool);
        let rows = rows.await.map_err(Error::database("read the erased addresses"))?;
        let erased = |row: &SqliteRow| {
            let erased = from_millis(get(row, "erased")?);
            Ok(ErasedAddress { hash: get(row, "hash")?, salt: get(row, "salt")?, erased })
        };
        rows.iter().map(erased).collect()
    }
}

fn delivered(row: &SqliteRow) -> Result<ReaderDelivery, Error> {
    Ok(ReaderDelivery {
        edition: get(row, "edition")?,
        name: get(row, "name")?,
        language: get(row, "language")?,
        message_id: get(row, "message_id")?,
        unsubscribe: get(row, "unsubscribe")?,
        state: parse_state(get(row, "state")?),
        answer: get(row, "answer")?,
        changed: from_millis(get(row, "changed")?),
    })
}
