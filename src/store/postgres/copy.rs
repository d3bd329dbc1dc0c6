use futures_util::StreamExt;
use sqlx::postgres::PgRow;
use sqlx::{Postgres as Driver, Row, Transaction, query};

use super::Postgres;
use crate::store::Error;
use crate::store::copy::{Rows, Table, Value, Values};

impl Postgres {
    /// Its state of now, to be read table by table.
    pub(in crate::store) async fn one_state(&self) -> Result<OneState, Error> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        Ok(OneState(self.pool.begin_with(begin).await.map_err(Error::database("read a table"))?))
    }

    /// Writes `rows`, a JSON array of objects.
    pub(in crate::store) async fn put_rows(&self, table: &'static Table, rows: &str) -> Result<(), Error> {
        let done = query(table.write_postgres).bind(rows).execute(&self.pool).await;
        done.map(drop).map_err(Error::database("write a table"))
    }

    /// Lets the next delivery get a number after those that were copied.
    pub(in crate::store) async fn count_on(&self) -> Result<(), Error> {
        let query = query(
            "SELECT setval(pg_get_serial_sequence('deliveries', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM deliveries), false)",
        );
        query.execute(&self.pool).await.map(drop).map_err(Error::database("number the deliveries"))?;
        let analyzed = sqlx::query("ANALYZE").execute(&self.pool).await;
        analyzed.map(drop).map_err(Error::database("look at its tables"))
    }
}

/// A transaction that sees what was there when it began.
pub(in crate::store) struct OneState(Transaction<'static, Driver>);

impl OneState {
    /// All rows of `table`, in its order.
    pub(in crate::store) fn rows(&mut self, table: &'static Table) -> Rows<'_> {
        let rows = query(table.read).fetch(&mut *self.0);
        rows.map(|row| values(&row.map_err(Error::database("read a table"))?, table)).boxed()
    }
}

fn values(row: &PgRow, table: &Table) -> Result<Values, Error> {
    let value = |(place, (_, is_text)): (usize, &(_, bool))| {
        if *is_text { row.try_get(place).map(Value::Text) } else { row.try_get(place).map(Value::Number) }
    };
    let values: Result<Values, sqlx::Error> = table.columns.iter().enumerate().map(value).collect();
    values.map_err(Error::database("read a column"))
}
