use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::SqliteConnection;
use sqlx::types::Json;
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

/// All that came since ?2, that waits, and that those editions had.
const ARRIVALS: &str = "INSERT INTO arrivals
    (newsletter, article, source, seen, edition, published, skipped, closed, offered)
    SELECT newsletter, article, source, seen, edition, published, skipped, closed, offered FROM old.arrivals
    WHERE newsletter = ?1 AND (seen >= ?2 OR edition IS NULL AND closed = 0 OR edition IN (SELECT id FROM editions))";

/// The others, from ?3 on in their order.
const SEEN: &str = "SELECT max(article), json_group_array(article) FROM (SELECT article FROM old.arrivals
    WHERE newsletter = ?1 AND article > ?3
    AND NOT coalesce(seen >= ?2 OR edition IS NULL AND closed = 0 OR edition IN (SELECT id FROM editions), 0)
    ORDER BY article LIMIT 10000)";

/// Hashes of all that came since ?1; texts of what waits, of what was published since, and of all that editions since ?2 had.
const ARTICLES: &str = "INSERT INTO articles (id, first_seen, hash, article)
    WITH recent AS (SELECT id, composed >= ?2 AS again FROM editions WHERE composed >= ?1)
    SELECT a.id, a.first_seen, a.hash,
        CASE WHEN r.edition IS NULL AND r.closed = 0 OR r.published = 1 OR e.again THEN a.article END
    FROM arrivals r LEFT JOIN recent e ON e.id = r.edition CROSS JOIN old.articles a ON a.id = r.article
    WHERE r.seen >= ?1 OR e.id IS NOT NULL OR r.edition IS NULL AND r.closed = 0";

/// Articles of which no more is needed than that they were seen, which is known for ever: after years they are hundreds of
/// thousands, so they are held by hashes of their ids.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<HashSet<u64>>);

impl Seen {
    pub(super) fn contains(&self, article: &str) -> bool {
        self.0.contains(&hash(article))
    }
}

fn hash(article: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    article.hash(&mut hasher);
    hasher.finish()
}

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
            let mut copy = Self::temporary().await?;
            let taken = copy.take(path, part).await;
            if stamps(path).is_ok_and(|now| now == before) {
                copy.seen = taken?;
                return Ok(copy);
            }
        }
        Self::snapshot(path).await
    }

    async fn take(&self, path: &Path, part: &Excerpt<'_>) -> Result<Seen, Error> {
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

async fn take(write: &mut SqliteConnection, part: &Excerpt<'_>) -> Result<Seen, sqlx::Error> {
    let mut write = write.begin().await?;
    for table in TABLES.iter().filter(|table| WHOLE.contains(&table.name)) {
        (&mut *write).execute(table.take).await?;
    }
    let from = to_millis(part.from);
    sqlx::query(EDITIONS).bind(part.newsletter).bind(from).execute(&mut *write).await?;
    sqlx::query(ARRIVALS).bind(part.newsletter).bind(from).execute(&mut *write).await?;
    sqlx::query(ARTICLES).bind(from).bind(part.again.map_or(i64::MAX, to_millis)).execute(&mut *write).await?;
    let (mut seen, mut next) = (HashSet::new(), Some(String::new()));
    while let Some(after) = next {
        let query = sqlx::query_as(SEEN).bind(part.newsletter).bind(from).bind(after);
        let (last, articles): (_, Json<Vec<String>>) = query.fetch_one(&mut *write).await?;
        seen.extend(articles.iter().map(|article| hash(article)));
        next = last;
    }
    write.commit().await?;
    Ok(Seen(Arc::new(seen)))
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
