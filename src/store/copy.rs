//! A store's rows, carried from one place to another, between engines or not.
//!
//! Both engines have the same tables and columns, of whole numbers and text alone. What an engine counts for itself
//! (SQLite's `delivery_counts` and `open_editions`) or holds for the moment (PostgreSQL's claims) is not carried.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::postgres::{OneState, Postgres};
use super::sqlite::Sqlite;
use super::{Engine, Error, Location, Store};

/// Rows written in one statement.
const TOGETHER: usize = 500;

/// A table that is carried.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Its columns; whether they hold text.
    pub(super) columns: &'static [(&'static str, bool)],
    /// All its rows in an order that is the same in both engines.
    pub(super) read: &'static str,
    /// Writes the rows of a JSON array of objects: in SQLite.
    pub(super) write_sqlite: &'static str,
    /// The same in PostgreSQL.
    pub(super) write_postgres: &'static str,
    /// Takes all its rows out of the SQLite database `old`.
    pub(super) take: &'static str,
}

/// Its statements are put together from the names when the program is compiled.
macro_rules! table {
    ($name:ident by $order:literal: $first:ident $kind:ident $(, $column:ident $others:ident)* $(,)?) => {
        Table {
            name: stringify!($name),
            columns: &[(stringify!($first), is_text!($kind)) $(, (stringify!($column), is_text!($others)))*],
            read: concat!("SELECT ", stringify!($first) $(, ", ", stringify!($column))*,
                " FROM ", stringify!($name), " ORDER BY ", $order),
            write_sqlite: concat!("INSERT INTO ", stringify!($name), " (", stringify!($first) $(, ", ", stringify!($column))*,
                ") SELECT j.value ->> '", stringify!($first), "'" $(, ", j.value ->> '", stringify!($column), "'")*,
                " FROM json_each(?) j WHERE true"),
            write_postgres: concat!("INSERT INTO ", stringify!($name), " (", stringify!($first) $(, ", ", stringify!($column))*,
                ") SELECT ", stringify!($first) $(, ", ", stringify!($column))*,
                " FROM json_populate_recordset(NULL::", stringify!($name), ", $1::json)"),
            take: concat!("INSERT INTO ", stringify!($name), " (", stringify!($first) $(, ", ", stringify!($column))*,
                ") SELECT ", stringify!($first) $(, ", ", stringify!($column))*, " FROM old.", stringify!($name)),
        }
    };
}

macro_rules! is_text {
    (text) => {
        true
    };
    (number) => {
        false
    };
}

/// In an order in which every row finds those it refers to.
pub(super) static TABLES: [Table; 14] = [
    table!(sources by "key": key text, checked number, last_success number, last_new_entry number, failures number,
        first_failure number, problem text, not_before number, moved_to text, moved_times number, memory text),
    table!(site_lines by "source, line": source text, line number, pages number),
    table!(articles by "id": id text, first_seen number, hash text, article text),
    table!(editions by "id": id text, newsletter text, composed number, edition text, released number),
    table!(drafts by "newsletter": newsletter text, id text, edition text, used text, told number),
    table!(arrivals by "newsletter, article": newsletter text, article text, source text, seen number, edition text,
        published number, skipped number, closed number, offered number),
    table!(unscoped_arrivals by "newsletter, source, article": newsletter text, source text, article text, seen number,
        edition text),
    table!(letters by "edition, language": edition text, language text, letter text),
    table!(ratings by "newsletter, story": newsletter text, story text, rated number, rating text),
    DELIVERIES,
    table!(refused_addresses by "newsletter, address": newsletter text, address text, times number, answer text),
    table!(upkeep by "what": what text, done number),
    table!(troubles by "newsletter, began": newsletter text, began number, exit number, words text),
    table!(erased_addresses by "hash": hash text, salt text, erased number),
];

const DELIVERIES: Table = table!(deliveries by "id": id number, edition text, address text, name text, language text,
    letter text, message_id text, unsubscribe text, state text, attempts number, answer text, not_before number,
    changed number, signature text, hash text);

/// A value: all that the tables hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    Number(Option<i64>),
    Text(Option<String>),
}

/// The values of a row, in the order of the columns.
pub(super) type Values = Vec<Value>;

/// How many rows of each table were copied and compared.
pub type Copied = Vec<(&'static str, u64)>;

/// Copies the whole store at `from` into the one at `to`, which holds nothing yet, and compares both row by row. The original
/// stays as it is; no run may write to either meanwhile.
///
/// # Errors
/// When one of them cannot be opened, read or written, the new one holds something, or a row is not the same in both.
pub async fn copy(from: &Location, to: &Location) -> Result<Copied, Error> {
    let (from, to) = (Store::view(from).await?, Store::open(to).await?);
    let copied = copy_all(&from.engine, &to.engine).await;
    from.close().await;
    to.close().await;
    copied
}

async fn copy_all(from: &Engine, to: &Engine) -> Result<Copied, Error> {
    let mut from = Reader::new(from).await?;
    for table in &TABLES {
        if Reader::new(to).await?.rows(table).next().await.transpose()?.is_some() {
            return Err(Error::NotEmpty { table: table.name });
        }
    }
    let mut copied = Vec::new();
    for table in &TABLES {
        let mut rows = from.rows(table).ready_chunks(TOGETHER);
        while let Some(rows) = rows.next().await {
            let json = json(table, rows)?;
            match to {
                Engine::Sqlite(sqlite) => sqlite.put_rows(table, &json).await?,
                Engine::Postgres(postgres) => postgres.put_rows(table, &json).await?,
            }
        }
        drop(rows);
        let mut written = Reader::new(to).await?;
        copied.push((table.name, compare(from.rows(table), written.rows(table), table.name).await?));
    }
    if let Engine::Postgres(postgres) = to {
        postgres.count_on().await?;
    }
    Ok(copied)
}

/// Copies what an edition is composed of: everything but the deliveries, which may be a million.
pub(super) async fn for_composing(from: &Postgres, to: &Sqlite) -> Result<(), Error> {
    let mut from = Reader::Postgres(from.one_state().await?);
    for table in TABLES.iter().filter(|table| table.name != DELIVERIES.name) {
        let mut rows = from.rows(table).ready_chunks(TOGETHER);
        while let Some(rows) = rows.next().await {
            to.put_rows(table, &json(table, rows)?).await?;
        }
    }
    Ok(())
}

/// A store of which one state is read, whatever is written meanwhile.
pub(super) enum Reader {
    /// It is locked, or nobody else's.
    Sqlite(Sqlite),
    Postgres(OneState),
}

impl Reader {
    pub(super) async fn new(engine: &Engine) -> Result<Self, Error> {
        Ok(match engine {
            Engine::Sqlite(sqlite) => Self::Sqlite(sqlite.clone()),
            Engine::Postgres(postgres) => Self::Postgres(postgres.one_state().await?),
        })
    }

    /// All rows of `table`, in its order.
    pub(super) fn rows<'a>(&'a mut self, table: &'static Table) -> Rows<'a> {
        match self {
            Self::Sqlite(sqlite) => sqlite.rows(table),
            Self::Postgres(state) => state.rows(table),
        }
    }
}

pub(super) type Rows<'a> = BoxStream<'a, Result<Values, Error>>;

fn json(table: &Table, rows: Vec<Result<Values, Error>>) -> Result<String, Error> {
    let row = |row: Result<Values, Error>| -> Result<serde_json::Value, Error> {
        let names = table.columns.iter().map(|(name, _)| (*name).to_owned());
        Ok(names.zip(row?.iter().map(|value| serde_json::json!(value))).collect())
    };
    let rows: Vec<serde_json::Value> = rows.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(serde_json::Value::from(rows).to_string())
}

/// Whether both give the same rows; how many.
async fn compare(mut from: Rows<'_>, mut to: Rows<'_>, table: &'static str) -> Result<u64, Error> {
    let mut row = 0;
    loop {
        let both = (from.next().await.transpose()?, to.next().await.transpose()?);
        match both {
            (None, None) => return Ok(row),
            (one, other) if one == other => row += 1,
            _ => return Err(Error::Differs { table, row: row + 1 }),
        }
    }
}
