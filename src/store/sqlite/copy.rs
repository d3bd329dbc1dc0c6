use futures_util::StreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query};

use super::Sqlite;
use crate::store::Error;
use crate::store::copy::{Rows, Table, Value, Values};

impl Sqlite {
    /// A store of its own that is gone when it is closed.
    pub(in crate::store) async fn temporary() -> Result<Self, Error> {
        Self::snapshot(std::path::Path::new("")).await
    }

    /// All rows of `table`, in its order.
    pub(in crate::store) fn rows(&self, table: &'static Table) -> Rows<'_> {
        let rows = query(table.read).fetch(&self.pool);
        rows.map(|row| values(&row.map_err(Error::database("read a table"))?, table)).boxed()
    }

    /// Writes `rows`, a JSON array of objects.
    pub(in crate::store) async fn put_rows(&self, table: &'static Table, rows: &str) -> Result<(), Error> {
        let done = query(table.write_sqlite).bind(rows).execute(&self.writer).await;
        done.map(drop).map_err(Error::database("write a table"))
    }
}

fn values(row: &SqliteRow, table: &Table) -> Result<Values, Error> {
    let value = |(place, (_, is_text)): (usize, &(_, bool))| {
        if *is_text { row.try_get(place).map(Value::Text) } else { row.try_get(place).map(Value::Number) }
    };
    let values: Result<Values, sqlx::Error> = table.columns.iter().enumerate().map(value).collect();
    values.map_err(Error::database("read a column"))
}
