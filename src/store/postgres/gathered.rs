//! Results of gathering, written many sources a commit.

use jiff::Timestamp;
use sqlx::postgres::PgConnection;

use super::articles::save_all;
use super::{Postgres, text, texts};
use crate::store::error::is_worth_another_try;
use crate::store::gathered::A_WEEK;
use crate::store::{Error, GatheredSource, SourceRecord, to_millis};

/// How often a transaction is tried that met another one.
const TRIES: usize = 5;

/// By the week: each morning would else write every row again.
const OFFERED: &str = "UPDATE arrivals SET offered = $1 WHERE newsletter = $2 AND article = ANY($3)
    AND coalesce(offered, seen) < $1 - $4";

impl Postgres {
    pub(in crate::store) async fn save_sources(
        &self,
        newsletter: &str,
        sources: &[GatheredSource],
        now: Timestamp,
    ) -> Result<Vec<usize>, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_to_save(newsletter, sources, now).await {
                Err(Error::Database { source, .. }) if tries < TRIES && is_worth_another_try(&source) => {}
                done => return done,
            }
        }
    }

    async fn try_to_save(
        &self,
        newsletter: &str,
        sources: &[GatheredSource],
        now: Timestamp,
    ) -> Result<Vec<usize>, Error> {
        let action = "save what the sources brought";
        let mut write = self.pool.begin().await.map_err(Error::database(action))?;
        let mut counts = Vec::with_capacity(sources.len());
        for source in sources {
            let new = save_all(&mut write, newsletter, &source.articles, now).await?;
            let count = new.into_iter().filter(|new| *new).count();
            if !source.offered.is_empty() {
                let query = sqlx::query(OFFERED).bind(to_millis(now)).bind(newsletter);
                let query = query.bind(texts(source.offered.iter().map(String::as_str))).bind(A_WEEK);
                query.execute(&mut *write).await.map_err(Error::database(action))?;
            }
            if let Some(lines) = &source.site_lines {
                put_lines(&mut write, &source.key, lines)
                    .await
                    .map_err(Error::database("write the lines of a site"))?;
            }
            if let Some(record) = &source.record {
                let last_new_entry = if count > 0 { Some(now) } else { record.last_new_entry };
                let written = put_record(&mut write, &source.key, record, last_new_entry).await;
                written.map_err(Error::database("write a source"))?;
            }
            let is_done = source.record.as_ref().is_some_and(|record| record.failures == 0);
            self.release_source(&mut write, &source.key, is_done).await?;
            counts.push(count);
        }
        write.commit().await.map_err(Error::database(action))?;
        Ok(counts)
    }
}

async fn put_record(
    write: &mut PgConnection,
    key: &str,
    record: &SourceRecord,
    last_new_entry: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "INSERT INTO sources (key, checked, last_success, last_new_entry, failures, first_failure,
         problem, not_before, moved_to, moved_times, memory) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (key) DO UPDATE SET checked = excluded.checked, last_success = excluded.last_success,
         last_new_entry = excluded.last_new_entry, failures = excluded.failures, first_failure = excluded.first_failure,
         problem = excluded.problem, not_before = excluded.not_before, moved_to = excluded.moved_to,
         moved_times = excluded.moved_times, memory = excluded.memory",
    );
    let query = query
        .bind(key)
        .bind(record.checked.map(to_millis))
        .bind(record.last_success.map(to_millis))
        .bind(last_new_entry.map(to_millis))
        .bind(i64::from(record.failures))
        .bind(record.first_failure.map(to_millis))
        .bind(record.problem.as_deref().map(text))
        .bind(record.not_before.map(to_millis))
        .bind(record.moved_to.as_deref().map(text))
        .bind(i64::from(record.moved_times))
        .bind(text(&record.memory));
    query.execute(write).await.map(drop)
}

/// Puts `lines` in place of those that were there. Most were: what did not change is not written.
async fn put_lines(write: &mut PgConnection, key: &str, lines: &[(u64, u32)]) -> Result<(), sqlx::Error> {
    let (hashes, pages): (Vec<i64>, Vec<i64>) =
        lines.iter().map(|(line, pages)| (line.cast_signed(), i64::from(*pages))).unzip();
    let gone = sqlx::query("DELETE FROM site_lines WHERE source = $1 AND NOT line = ANY($2)");
    gone.bind(key).bind(&hashes).execute(&mut *write).await?;
    let new = sqlx::query(
        "INSERT INTO site_lines AS s (source, line, pages)
         SELECT DISTINCT ON (j.line) $1, j.line, j.pages FROM UNNEST($2::bigint[], $3::bigint[]) AS j (line, pages)
         ORDER BY j.line ON CONFLICT (source, line) DO UPDATE SET pages = excluded.pages WHERE s.pages <> excluded.pages",
    );
    new.bind(key).bind(&hashes).bind(&pages).execute(write).await.map(drop)
}
