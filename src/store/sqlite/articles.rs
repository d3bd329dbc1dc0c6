use std::collections::HashSet;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::Sqlite;
use super::excerpt::Seen;
use super::sources::get;
use crate::model::{Article, scope_key};
use crate::store::{Error, Repeated, Rows, from_millis, to_millis};

/// Articles saved in one statement.
const TOGETHER: usize = 100;

impl Sqlite {
    pub(in crate::store) async fn save_articles(
        &self,
        newsletter: &str,
        articles: &[Article],
        now: Timestamp,
    ) -> Result<Vec<bool>, Error> {
        let action = "save articles";
        let mut write = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(Error::database(action))?;
        let new = save_all(&mut write, &self.seen, newsletter, articles, now).await?;
        write.commit().await.map_err(Error::database(action))?;
        Ok(new)
    }

    pub(in crate::store) async fn unused_articles(
        &self,
        newsletter: &str,
        since: Option<Timestamp>,
    ) -> Result<Rows<Article>, Error> {
        let query = sqlx::query(
            "SELECT a.id, a.article, r.source, r.seen FROM arrivals r JOIN articles a ON a.id = r.article
             WHERE r.newsletter = ? AND r.seen >= ? AND a.article IS NOT NULL AND r.edition IS NULL
             AND r.closed = 0 ORDER BY r.seen, a.id",
        );
        let query = query.bind(newsletter).bind(since.map_or(i64::MIN, to_millis));
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read articles"))?;
        Ok(rows.iter().map(arrived).collect())
    }

    pub(in crate::store) async fn recent_articles(
        &self,
        newsletter: &str,
        since: Timestamp,
    ) -> Result<Rows<Article>, Error> {
        let query = sqlx::query(
            "SELECT a.id, a.article, r.source, r.seen FROM arrivals r JOIN articles a ON a.id = r.article
             WHERE r.newsletter = ? AND r.seen >= ? AND a.article IS NOT NULL ORDER BY r.seen, a.id",
        );
        let query = query.bind(newsletter).bind(to_millis(since));
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read articles"))?;
        Ok(rows.iter().map(arrived).collect())
    }

    pub(in crate::store) async fn repeated(&self, newsletter: &str, since: Timestamp) -> Result<Vec<Repeated>, Error> {
        let query = sqlx::query(
            // In this order: the few that wait, then by key. SQLite itself would read all arrivals for each of them.
            "SELECT r.article, u.edition, max(u.seen) AS seen FROM arrivals r INDEXED BY arrivals_unused
             CROSS JOIN articles a ON a.id = r.article CROSS JOIN articles b ON b.hash = a.hash AND b.id <> a.id
             CROSS JOIN arrivals u ON u.article = b.id AND u.newsletter = r.newsletter
             WHERE r.newsletter = ? AND r.edition IS NULL AND r.closed = 0 AND u.edition IS NOT NULL AND u.seen >= ?
             GROUP BY r.article, u.edition ORDER BY r.article, u.edition",
        );
        let query = query.bind(newsletter).bind(to_millis(since));
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read articles"))?;
        let repeated = |row: &SqliteRow| {
            let (article, edition) = (get(row, "article")?, get(row, "edition")?);
            Ok(Repeated { article, edition, seen: from_millis(get(row, "seen")?) })
        };
        rows.iter().map(repeated).collect()
    }

    pub(in crate::store) async fn articles(&self, newsletter: &str, ids: &[&str]) -> Result<Rows<Article>, Error> {
        let query = sqlx::query(
            "SELECT a.id, a.article, r.source, r.seen FROM arrivals r JOIN articles a ON a.id = r.article
             WHERE r.newsletter = ? AND a.article IS NOT NULL AND r.article IN (SELECT value FROM json_each(?))",
        );
        let rows = query.bind(newsletter).bind(sqlx::types::Json(ids)).fetch_all(&self.pool).await;
        let rows = rows.map_err(Error::database("read articles"))?;
        Ok(rows.iter().map(arrived).collect())
    }

    pub(in crate::store) async fn article(&self, newsletter: &str, id: &str) -> Result<Option<Article>, Error> {
        let query = sqlx::query(
            "SELECT a.id, a.article, r.source, r.seen FROM articles a JOIN arrivals r ON r.article = a.id
             WHERE r.newsletter = ? AND a.id = ? AND a.article IS NOT NULL",
        );
        let row = query
            .bind(newsletter)
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::database("read an article"))?;
        row.as_ref().map(arrived).transpose()
    }

    pub(in crate::store) async fn stored_article(
        &self,
        newsletter: &str,
        id: &str,
    ) -> Result<Option<(Article, String)>, Error> {
        let Some(article) = self.article(newsletter, id).await? else { return Ok(None) };
        let query = sqlx::query("SELECT hash FROM articles WHERE id = ?").bind(id);
        let row = query.fetch_one(&self.pool).await.map_err(Error::database("read an article"))?;
        Ok(Some((article, get(&row, "hash")?)))
    }

    pub(in crate::store) async fn known_articles(
        &self,
        newsletter: &str,
        ids: &[&str],
    ) -> Result<HashSet<String>, Error> {
        let query = sqlx::query_scalar(
            "SELECT article FROM arrivals WHERE newsletter = ? AND article IN (SELECT value FROM json_each(?))",
        );
        let known: Vec<String> = query
            .bind(newsletter)
            .bind(sqlx::types::Json(ids))
            .fetch_all(&self.pool)
            .await
            .map_err(Error::database("read articles"))?;
        let seen = ids.iter().filter(|id| self.seen.contains(id)).map(|id| (*id).to_owned());
        Ok(known.into_iter().chain(seen).collect())
    }

    pub(in crate::store) async fn adopt_articles(
        &self,
        newsletter: &str,
        source: &str,
        scope: &str,
    ) -> Result<(), Error> {
        let action = "adopt articles";
        let query = sqlx::query_scalar("SELECT count(*) FROM unscoped_arrivals WHERE newsletter = ? AND source = ?");
        let query = query.bind(newsletter).bind(source);
        let count: i64 = query.fetch_one(&self.pool).await.map_err(Error::database(action))?;
        if count == 0 {
            return Ok(());
        }
        let mut write = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(Error::database(action))?;
        for statement in ADOPT {
            let query = sqlx::query(statement).bind(newsletter).bind(source);
            let query = query.bind(scope_key(scope)).bind(format!("guid:{scope}:"));
            query.execute(&mut *write).await.map_err(Error::database(action))?;
        }
        write.commit().await.map_err(Error::database(action))
    }
}

/// New ids for what was stored under the old ones: known, without a text of their own. The old rows stay, since editions
/// name them.
const ADOPT: [&str; 3] = [
    "INSERT OR IGNORE INTO articles (id, first_seen, hash, article)
     SELECT ?3 || ':' || replace(u.article, ?4, 'guid:'), a.first_seen, a.hash, NULL
     FROM unscoped_arrivals u JOIN articles a ON a.id = u.article WHERE u.newsletter = ?1 AND u.source = ?2",
    "INSERT OR IGNORE INTO arrivals (newsletter, article, source, seen, edition)
     SELECT u.newsletter, ?3 || ':' || replace(u.article, ?4, 'guid:'), u.source, u.seen, u.edition
     FROM unscoped_arrivals u WHERE u.newsletter = ?1 AND u.source = ?2",
    "DELETE FROM unscoped_arrivals WHERE newsletter = ?1 AND source = ?2 AND ?3 <> '' AND ?4 <> ''",
];

/// Saves `articles`, says for each whether it is new to `newsletter`.
pub(super) async fn save_all(
    write: &mut SqliteConnection,
    seen: &Seen,
    newsletter: &str,
    articles: &[Article],
    now: Timestamp,
) -> Result<Vec<bool>, Error> {
    let mut new = HashSet::new();
    for articles in articles.chunks(TOGETHER) {
        new.extend(save(write, seen, newsletter, articles, now).await?);
    }
    // Of two articles with one id the first is the new one.
    Ok(articles.iter().map(|article| new.remove(&article.id)).collect())
}

/// Saves `articles`; answers the ids of those that are new to `newsletter`.
async fn save(
    write: &mut SqliteConnection,
    seen: &Seen,
    newsletter: &str,
    articles: &[Article],
    now: Timestamp,
) -> Result<HashSet<String>, Error> {
    let failed = || Error::database("save articles");
    let mut rows = Vec::with_capacity(articles.len());
    for article in articles.iter().filter(|article| !seen.contains(&article.id)) {
        let json = serde_json::to_string(article).map_err(Error::broken("article", &article.id))?;
        rows.push((&article.id, article.hash(), json, &article.source));
    }
    let rows = sqlx::types::Json(rows);
    let stored = sqlx::query(
        "INSERT INTO articles (id, first_seen, hash, article)
         SELECT j.value ->> 0, ?, j.value ->> 1, j.value ->> 2 FROM json_each(?) j WHERE true
         ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, article = excluded.article
         WHERE articles.article IS NOT NULL AND articles.hash <> excluded.hash AND NOT EXISTS
         (SELECT 1 FROM arrivals r WHERE r.article = articles.id AND r.edition IS NOT NULL)",
    );
    stored.bind(to_millis(now)).bind(&rows).execute(&mut *write).await.map_err(failed())?;
    let arrived = sqlx::query_scalar(
        "INSERT INTO arrivals (newsletter, article, source, seen)
         SELECT ?, j.value ->> 0, j.value ->> 3, ? FROM json_each(?) j WHERE true
         ON CONFLICT DO NOTHING RETURNING article",
    );
    let arrived = arrived.bind(newsletter).bind(to_millis(now)).bind(&rows);
    let new: Vec<String> = arrived.fetch_all(write).await.map_err(failed())?;
    Ok(new.into_iter().collect())
}

/// An article as its newsletter sees it: with that newsletter's name of the source and its own first sight.
fn arrived(row: &SqliteRow) -> Result<Article, Error> {
    let (id, json): (String, Vec<u8>) = (get(row, "id")?, get(row, "article")?);
    let mut article: Article = serde_json::from_slice(&json).map_err(Error::broken("article", &id))?;
    article.id = id;
    article.source = get(row, "source")?;
    article.first_seen = Some(from_millis(get(row, "seen")?));
    Ok(article)
}
