use std::fs::OpenOptions;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};

use super::Sqlite;
use super::open::{BUSY_TIMEOUT, connection, not_truncated, private};
use super::sources::get;
use crate::store::Error;

/// As many findings of SQLite's own check are told.
const FINDINGS: &str = "PRAGMA integrity_check(20)";

impl Sqlite {
    /// The faults that SQLite finds in the file; nothing if it is whole.
    pub(in crate::store) async fn integrity(&self) -> Vec<String> {
        match sqlx::query_scalar::<_, String>(FINDINGS).fetch_all(&self.pool).await {
            Ok(findings) => findings.into_iter().filter(|finding| finding != "ok").collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    /// Rows of a table of articles or editions that cannot be read, and why.
    pub(in crate::store) async fn unreadable(&self, table: &str) -> Result<Vec<(String, String)>, Error> {
        let (ids, row) = match table {
            "articles" => ("SELECT id FROM articles ORDER BY id", "SELECT article FROM articles WHERE id = ?"),
            "editions" => ("SELECT id FROM editions ORDER BY id", "SELECT edition FROM editions WHERE id = ?"),
            _ => return Ok(Vec::new()),
        };
        let ids = sqlx::query_scalar::<_, String>(ids).fetch_all(&self.pool).await;
        let mut unreadable = Vec::new();
        for id in ids.map_err(Error::database("read its ids"))? {
            if let Err(error) = sqlx::query(row).bind(&id).fetch_one(&self.pool).await {
                unreadable.push((id, error.to_string()));
            }
        }
        Ok(unreadable)
    }

    /// The edition that used an article.
    pub(in crate::store) async fn used_in(&self, article: &str) -> Result<Option<String>, Error> {
        let query = sqlx::query("SELECT edition FROM arrivals WHERE article = ? AND edition IS NOT NULL LIMIT 1");
        let row = query.bind(article).fetch_optional(&self.pool).await.map_err(Error::database("read arrivals"))?;
        row.as_ref().map(|row: &SqliteRow| get(row, "edition")).transpose()
    }

    /// Writes the store at `path` as it is now into a new file, whatever others write meanwhile: whole or not at all.
    pub(in crate::store) async fn backup(path: &Path, to: &Path) -> Result<(), Error> {
        not_truncated(path)?;
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
        let pool = connection(options.busy_timeout(BUSY_TIMEOUT)).await?;
        let mut name = to.as_os_str().to_owned();
        name.push(".part");
        let part = Path::new(&name);
        let made = private(OpenOptions::new().create(true).truncate(true).write(true)).open(part);
        made.map_err(Error::file("create", part))?;
        let copied = sqlx::query("VACUUM INTO ?").bind(part.to_string_lossy().into_owned()).execute(&pool).await;
        pool.close().await;
        let copied = copied.map(drop).map_err(Error::database("be copied"));
        let copied = copied.and_then(|()| std::fs::rename(part, to).map_err(Error::file("write", to)));
        if copied.is_err() {
            // Half a copy is of no use; what cannot be removed is in nobody's way.
            let _ = std::fs::remove_file(part);
        }
        copied
    }
}
