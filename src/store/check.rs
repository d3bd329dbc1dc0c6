//! Whether a store is whole: the engine's own check, and every value that can be read back as it was written.

use futures_util::StreamExt;
use serde::Serialize;

use super::copy::{Reader, TABLES, Table, Value};
use super::sqlite::Sqlite;
use super::{Engine, Error, Location, Store};
use crate::model::{Article, Edition, Rating};

/// One thing that is hurt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// In which table; `None`: of the file itself.
    pub table: Option<&'static str>,
    /// Which row.
    pub row: Option<String>,
    /// The edition that quotes it, if it is an article.
    pub edition: Option<String>,
    /// The damage.
    pub what: String,
}

impl Flaw {
    fn of_file(what: String) -> Self {
        Self { table: None, row: None, edition: None, what }
    }

    fn of_table(table: &'static str, what: String) -> Self {
        Self { table: Some(table), ..Self::of_file(what) }
    }
}

/// Everything that is hurt in the store at `location`, which is only read; none if it is whole.
///
/// # Errors
/// When there is nothing that could be read: it cannot be reached, was cut off to nothing, or a newer version wrote it.
pub async fn check(location: &Location) -> Result<Vec<Flaw>, Error> {
    let store = match Store::view(location).await {
        Err(error) if error.is_corrupt() => return Ok(vec![Flaw::of_file(words(&error))]),
        opened => opened?,
    };
    let mut flaws = Vec::new();
    if let Engine::Sqlite(sqlite) = &store.engine {
        flaws.extend(sqlite.integrity().await.into_iter().map(Flaw::of_file));
    }
    for table in &TABLES {
        let mut found = values(&store, table).await?;
        if let (Engine::Sqlite(sqlite), true) = (&store.engine, found.iter().any(|flaw| flaw.row.is_none())) {
            found.extend(one_by_one(sqlite, table.name).await);
        }
        flaws.extend(found);
    }
    for flaw in flaws.iter_mut().filter(|flaw| flaw.table == Some("articles")) {
        let Some(article) = &flaw.row else { continue };
        // The table that tells may be hurt itself.
        flaw.edition = on_engine!(store, engine => engine.used_in(article).await).unwrap_or(None);
    }
    store.close().await;
    Ok(flaws)
}

/// The unreadable rows of `table`, from its first row to the first that the engine cannot find.
async fn values(store: &Store, table: &'static Table) -> Result<Vec<Flaw>, Error> {
    let mut reader = Reader::new(&store.engine).await?;
    let mut rows = reader.rows(table);
    let mut flaws = Vec::new();
    while let Some(row) = rows.next().await {
        match row {
            Ok(row) => flaws.extend(broken(table.name, &row)),
            Err(error) => {
                flaws.push(Flaw::of_table(table.name, words(&error)));
                break;
            }
        }
    }
    Ok(flaws)
}

/// Rows of a table whose pages are hurt: each is asked for by itself, by its id out of the index.
async fn one_by_one(sqlite: &Sqlite, table: &'static str) -> Vec<Flaw> {
    let Ok(unreadable) = sqlite.unreadable(table).await else { return Vec::new() };
    let flaw = |(id, what)| Flaw { row: Some(id), ..Flaw::of_table(table, what) };
    unreadable.into_iter().map(flaw).collect()
}

/// The damage of one row, whose values stand in the order of its table's columns.
fn broken(table: &'static str, row: &[Value]) -> Option<Flaw> {
    let text = |place: usize| match row.get(place) {
        Some(Value::Text(Some(text))) => text.as_str(),
        _ => "",
    };
    let (name, what) = match table {
        "articles" if text(3).is_empty() => return None,
        "articles" => {
            let what = match serde_json::from_str::<Article>(text(3)) {
                Ok(article) if article.hash() == text(2) => return None,
                Ok(_) => "its text is not the one that was stored".to_owned(),
                Err(error) => error.to_string(),
            };
            (text(0).to_owned(), what)
        }
        "editions" => (text(0).to_owned(), serde_json::from_str::<Edition>(text(3)).err()?.to_string()),
        "drafts" => (text(1).to_owned(), serde_json::from_str::<Edition>(text(2)).err()?.to_string()),
        "letters" => {
            let what = serde_json::from_str::<serde::de::IgnoredAny>(text(2)).err()?.to_string();
            (format!("{} in `{}`", text(0), text(1)), what)
        }
        "ratings" => (text(1).to_owned(), serde_json::from_str::<Rating>(text(3)).err()?.to_string()),
        _ => return None,
    };
    Some(Flaw { row: Some(name), ..Flaw::of_table(table, what) })
}

/// An error with its causes, on one line.
fn words(error: &Error) -> String {
    use std::error::Error as _;
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}
