use std::path::Path;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Executor};

use super::Sqlite;
use super::open::{is_older, not_truncated, stamps};
use crate::store::copy::TABLES;
use crate::store::{Error, Excerpt, to_millis};

/// How often a file that changes while it is read is read again, before all of it is copied.
const TRIES: usize = 3;

/// Tables of which an edition needs every row.
const WHOLE: [&str; 6] = ["sources", "site_lines", "drafts", "unscoped_arrivals", "ratings", "erased_addresses"];

/// Editions since ?2, and the last few.
const EDITIONS: &str = "INSERT INTO editions (id, newsletter, composed, edition, released)
    SELECT id, newsletter, composed, edition, released FROM old.editions WHERE newsletter = ?1
    AND (composed >= ?2 OR id IN (SELECT id FROM old.editions WHERE newsletter = ?1 ORDER BY composed DESC, id DESC LIMIT 3))";

/// That an article was seen is known for ever.
const ARRIVALS: &str = "INSERT INTO arrivals
    (newsletter, article, source, seen, edition, published, skipped, closed, offered)
    SELECT newsletter, article, source, seen, edition, published, skipped, closed, offered FROM old.arrivals
    WHERE newsletter = ?1";

/// Hashes of all that came since ?1; texts of what waits, of what was published since, and of all that editions since ?2 had.
const ARTICLES: &str = "INSERT INTO articles (id, first_seen, hash, article)
    WITH recent AS (SELECT id, composed >= ?2 AS again FROM editions WHERE composed >= ?1)
    SELECT a.id, a.first_seen, a.hash,
        CASE WHEN r.edition IS NULL AND r.closed = 0 OR r.published = 1 OR e.again THEN a.article END
    FROM arrivals r LEFT JOIN recent e ON e.id = r.edition CROSS JOIN old.articles a ON a.id = r.article
    WHERE r.seen >= ?1 OR e.id IS NOT NULL OR r.edition IS NULL AND r.closed = 0";

impl Sqlite {
    /// A private copy of `part` of the store at `path`.
    pub(in crate::store) async fn excerpt(path: &Path, part: &Excerpt<'_>) -> Result<Self, Error> {
        not_truncated(path)?;
        if !path.exists() {
            return Self::temporary().await;
        }
        for _ in 0..TRIES {
            let before = stamps(path).map_err(Error::file("open", path))?;
            // What is in a log only can be read with traces beside it alone; and an older store is made a new one first.
            let has_log = before.1.is_some_and(|(length, _)| length > 0);
            if has_log || is_old(path).await? {
                return Self::snapshot(path).await;
            }
            let copy = Self::temporary().await?;
            let taken = copy.take(path, part).await;
            if stamps(path).is_ok_and(|now| now == before) {
                return taken.map(|()| copy);
            }
        }
        Self::snapshot(path).await
    }

    async fn take(&self, path: &Path, part: &Excerpt<'_>) -> Result<(), Error> {
        let failed = || Error::database("be read");
        let mut write = self.writer.acquire().await.map_err(failed())?;
        let attached = sqlx::query("ATTACH ? AS old").bind(address(path)).execute(&mut *write).await;
        attached.map_err(failed())?;
        // Rows that are left out are missed by none of those that are read.
        (&mut *write).execute("PRAGMA foreign_keys = OFF").await.map_err(failed())?;
        let taken = take(&mut write, part).await.map_err(failed());
        (&mut *write).execute("DETACH old").await.map_err(failed())?;
        taken
    }
}

async fn take(write: &mut SqliteConnection, part: &Excerpt<'_>) -> Result<(), sqlx::Error> {
    let mut write = write.begin().await?;
    for table in TABLES.iter().filter(|table| WHOLE.contains(&table.name)) {
        (&mut *write).execute(table.take).await?;
    }
    let from = to_millis(part.from);
    sqlx::query(EDITIONS).bind(part.newsletter).bind(from).execute(&mut *write).await?;
    sqlx::query(ARRIVALS).bind(part.newsletter).execute(&mut *write).await?;
    sqlx::query(ARTICLES).bind(from).bind(part.again.map_or(i64::MAX, to_millis)).execute(&mut *write).await?;
    write.commit().await
}

/// Whether an earlier version of the program wrote it.
async fn is_old(path: &Path) -> Result<bool, Error> {
    let view = Sqlite::view(path).await?;
    // An older one is opened as a copy.
    let is_old = view.is_copy() || is_older(&view.pool).await?;
    view.close().await;
    Ok(is_old)
}

/// The file to be read where it lies, without a trace.
fn address(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?mode=ro&immutable=1")
}
