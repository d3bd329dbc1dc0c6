use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use crate::store::{Error, SourceRecord, from_millis};

impl Sqlite {
    pub(in crate::store) async fn source(&self, key: &str) -> Result<Option<SourceRecord>, Error> {
        let row = sqlx::query("SELECT * FROM sources WHERE key = ?").bind(key).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read a source"))?.map(|row| record(&row)).transpose()
    }

    pub(in crate::store) async fn sources(&self) -> Result<Vec<(String, SourceRecord)>, Error> {
        let rows = sqlx::query("SELECT * FROM sources ORDER BY key").fetch_all(&self.pool).await;
        let rows = rows.map_err(Error::database("read the sources"))?;
        rows.iter().map(|row| Ok((get(row, "key")?, record(row)?))).collect()
    }

    pub(in crate::store) async fn site_lines(&self, key: &str) -> Result<Vec<(u64, u32)>, Error> {
        let rows = sqlx::query("SELECT line, pages FROM site_lines WHERE source = ?").bind(key).fetch_all(&self.pool);
        let rows = rows.await.map_err(Error::database("read the lines of a site"))?;
        rows.iter().map(|row| Ok((get::<i64>(row, "line")?.cast_unsigned(), get(row, "pages")?))).collect()
    }

    pub(in crate::store) async fn forget_source(&self, key: &str) -> Result<bool, Error> {
        let lines = sqlx::query("DELETE FROM site_lines WHERE source = ?").bind(key).execute(&self.writer).await;
        lines.map_err(Error::database("forget the lines of a site"))?;
        let done = sqlx::query("DELETE FROM sources WHERE key = ?").bind(key).execute(&self.writer).await;
        Ok(done.map_err(Error::database("forget a source"))?.rows_affected() > 0)
    }
}

fn record(row: &SqliteRow) -> Result<SourceRecord, Error> {
    let time = |column| get::<Option<i64>>(row, column).map(|millis| millis.map(from_millis));
    Ok(SourceRecord {
        checked: time("checked")?,
        last_success: time("last_success")?,
        last_new_entry: time("last_new_entry")?,
        failures: get(row, "failures")?,
        first_failure: time("first_failure")?,
        problem: get(row, "problem")?,
        not_before: time("not_before")?,
        moved_to: get(row, "moved_to")?,
        moved_times: get(row, "moved_times")?,
        memory: get(row, "memory")?,
    })
}

/// One column of a row.
pub(super) fn get<'r, T>(row: &'r SqliteRow, column: &'static str) -> Result<T, Error>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(Error::database("read a column"))
}
