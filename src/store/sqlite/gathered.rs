//! Results of gathering, written many sources a commit.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::types::Json;

use super::Sqlite;
use super::articles::save_all;
use crate::store::gathered::A_WEEK;
use crate::store::{Error, GatheredSource, SourceRecord, to_millis};

/// By the week: each morning would else write every row again.
const OFFERED: &str = "UPDATE arrivals SET offered = ?1 WHERE newsletter = ?2
    AND article IN (SELECT value FROM json_each(?3)) AND coalesce(offered, seen) < ?1 - ?4";

impl Sqlite {
    pub(in crate::store) async fn save_sources(
        &self,
        newsletter: &str,
        sources: &[GatheredSource],
        now: Timestamp,
    ) -> Result<Vec<usize>, Error> {
        let action = "save what the sources brought";
        let mut write = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(Error::database(action))?;
        let mut counts = Vec::with_capacity(sources.len());
        for source in sources {
            let new = save_all(&mut write, &self.seen, newsletter, &source.articles, now).await?;
            let count = new.into_iter().filter(|new| *new).count();
            if !source.offered.is_empty() {
                let query = sqlx::query(OFFERED).bind(to_millis(now)).bind(newsletter).bind(Json(&source.offered));
                query.bind(A_WEEK).execute(&mut *write).await.map_err(Error::database(action))?;
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
            counts.push(count);
        }
        write.commit().await.map_err(Error::database(action))?;
        Ok(counts)
    }
}

async fn put_record(
    write: &mut SqliteConnection,
    key: &str,
    record: &SourceRecord,
    last_new_entry: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "INSERT OR REPLACE INTO sources (key, checked, last_success, last_new_entry, failures, first_failure,
         problem, not_before, moved_to, moved_times, memory) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let query = query
        .bind(key)
        .bind(record.checked.map(to_millis))
        .bind(record.last_success.map(to_millis))
        .bind(last_new_entry.map(to_millis))
        .bind(record.failures)
        .bind(record.first_failure.map(to_millis))
        .bind(&record.problem)
        .bind(record.not_before.map(to_millis))
        .bind(&record.moved_to)
        .bind(record.moved_times)
        .bind(&record.memory);
    query.execute(write).await.map(drop)
}

/// Puts `lines` in place of those that were there. Most were: a page of the file without a change is not written.
async fn put_lines(write: &mut SqliteConnection, key: &str, lines: &[(u64, u32)]) -> Result<(), sqlx::Error> {
    let lines = Json(lines.iter().map(|(line, pages)| (line.cast_signed(), *pages)).collect::<Vec<_>>());
    let gone = sqlx::query(
        "DELETE FROM site_lines WHERE source = ? AND line NOT IN (SELECT j.value ->> 0 FROM json_each(?) j)",
    );
    gone.bind(key).bind(&lines).execute(&mut *write).await?;
    let new = sqlx::query(
        "INSERT INTO site_lines (source, line, pages)
         SELECT ?, j.value ->> 0, j.value ->> 1 FROM json_each(?) j WHERE true
         ON CONFLICT (source, line) DO UPDATE SET pages = excluded.pages WHERE pages <> excluded.pages",
    );
    new.bind(key).bind(&lines).execute(write).await.map(drop)
}
