//! The engine of a database that machines share: PostgreSQL.
//!
//! No two of them may do the same: each thing to do is claimed in one statement, and the claim stands with
//! its owner and a lease in a row, by the database's clock. No lock outlives its transaction. Every commit is on the disk
//! (`synchronous_commit`): an answer that a database forgets would be a second copy.

mod articles;
mod claims;
mod copy;
mod drafts;
mod editions;
mod gathered;
mod journal;
mod open;
mod outbox;
mod ratings;
mod sources;
mod upkeep;

use std::borrow::Cow;

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::Error;

pub(super) use copy::OneState;
pub(super) use journal::Journal;
pub(super) use open::Postgres;

/// One column of a row.
fn get<'r, T>(row: &'r PgRow, column: &'static str) -> Result<T, Error>
where
    T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    row.try_get(column).map_err(Error::database("read a column"))
}

/// A number that was stored as one of 64 bits.
fn number(row: &PgRow, column: &'static str) -> Result<u32, Error> {
    Ok(u32::try_from(get::<i64>(row, column)?).unwrap_or(u32::MAX))
}

/// Text as PostgreSQL takes it: all but the character of number 0, which servers and feeds may say.
fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

fn texts<'a>(all: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    all.into_iter().map(|one| text(one).into_owned()).collect()
}
