use sqlx::postgres::PgRow;

use super::{Postgres, get, number};
use crate::store::{Error, SourceRecord, from_millis};

impl Postgres {
    pub(in crate::store) async fn source(&self, key: &str) -> Result<Option<SourceRecord>, Error> {
        let row = sqlx::query("SELECT * FROM sources WHERE key = $1").bind(key).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read a source"))?.map(|row| record(&row)).transpose()
    }

    pub(in crate::store) async fn sources(&self) -> Result<Vec<(String, SourceRecord)>, Error> {
        let rows = sqlx::query("SELECT * FROM sources ORDER BY key").fetch_all(&self.pool).await;
        let rows = rows.map_err(Error::database("read the sources"))?;
        rows.iter().map(|row| Ok((get(row, "key")?, record(row)?))).collect()
    }

    pub(in crate::store) async fn site_lines(&self, key: &str) -> Result<Vec<(u64, u32)>, Error> {
        let rows = sqlx::query("SELECT line, pages FROM site_lines WHERE source = $1").bind(key).fetch_all(&self.pool);
        let rows = rows.await.map_err(Error::database("read the lines of a site"))?;
        rows.iter().map(|row| Ok((get::<i64>(row, "line")?.cast_unsigned(), number(row, "pages")?))).collect()
    }

    pub(in crate::store) async fn forget_source(&self, key: &str) -> Result<bool, Error> {
        let query = sqlx::query(
            "WITH lines AS (DELETE FROM site_lines WHERE source = $1),
                  claim AS (DELETE FROM claims WHERE kind = 'source' AND what = $1)
             DELETE FROM sources WHERE key = $1",
        );
        let done = query.bind(key).execute(&self.pool).await;
        Ok(done.map_err(Error::database("forget a source"))?.rows_affected() > 0)
    }
}

fn record(row: &PgRow) -> Result<SourceRecord, Error> {
    let time = |column| get::<Option<i64>>(row, column).map(|millis| millis.map(from_millis));
    Ok(SourceRecord {
        checked: time("checked")?,
        last_success: time("last_success")?,
        last_new_entry: time("last_new_entry")?,
        failures: number(row, "failures")?,
        first_failure: time("first_failure")?,
        problem: get(row, "problem")?,
        not_before: time("not_before")?,
        moved_to: get(row, "moved_to")?,
        moved_times: number(row, "moved_times")?,
        memory: get(row, "memory")?,
    })
}
