use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use sqlx::postgres::{PgConnection, PgRow};

use super::{Postgres, get, text, texts};
use crate::model::{Article, scope_key};
use crate::store::{Error, Repeated, Rows, from_millis, to_millis};

/// Articles saved in one statement.
const TOGETHER: usize = 100;

impl Postgres {
    /// The edition that used an article.
    pub(in crate::store) async fn used_in(&self, article: &str) -> Result<Option<String>, Error> {
        let query = sqlx::query("SELECT edition FROM arrivals WHERE article = $1 AND edition IS NOT NULL LIMIT 1");
        let row = query.bind(text(article)).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read arrivals"))?.map(|row| get(&row, "edition")).transpose()
    }

    pub(in crate::store) async fn save_articles(
        &self,
        newsletter: &str,
        articles: &[Article],
        now: Timestamp,
    ) -> Result<Vec<bool>, Error> {
        let action = "save articles";
        let mut write = self.pool.begin().await.map_err(Error::database(action))?;
        let new = save_all(&mut write, newsletter, articles, now).await?;
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
             WHERE r.newsletter = $1 AND r.seen >= $2 AND a.article IS NOT NULL AND r.edition IS NULL
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
             WHERE r.newsletter = $1 AND r.seen >= $2 AND a.article IS NOT NULL ORDER BY r.seen, a.id",
        );
        let query = query.bind(newsletter).bind(to_millis(since));
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read articles"))?;
        Ok(rows.iter().map(arrived).collect())
    }

    pub(in crate::store) async fn repeated(&self, newsletter: &str, since: Timestamp) -> Result<Vec<Repeated>, Error> {
        let query = sqlx::query(
            "SELECT r.article, u.edition, max(u.seen) AS seen FROM arrivals r
             JOIN articles a ON a.id = r.article JOIN articles b ON b.hash = a.hash AND b.id <> a.id
             JOIN arrivals u ON u.article = b.id AND u.newsletter = r.newsletter
             WHERE r.newsletter = $1 AND r.edition IS NULL AND r.closed = 0 AND u.edition IS NOT NULL AND u.seen >= $2
             GROUP BY r.article, u.edition ORDER BY r.article, u.edition",
        );
        let query = query.bind(newsletter).bind(to_millis(since));
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read articles"))?;
        let repeated = |row: &PgRow| {
            let (article, edition) = (get(row, "article")?, get(row, "edition")?);
            Ok(Repeated { article, edition, seen: from_millis(get(row, "seen")?) })
        };
        rows.iter().map(repeated).collect()
    }

    pub(in crate::store) async fn articles(&self, newsletter: &str, ids: &[&str]) -> Result<Rows<Article>, Error> {
        let query = sqlx::query(
            "SELECT a.id, a.article, r.source, r.seen FROM arrivals r JOIN articles a ON a.id = r.article
             WHERE r.newsletter = $1 AND a.article IS NOT NULL AND r.article = ANY($2)",
        );
        let rows = query.bind(newsletter).bind(texts(ids.iter().copied())).fetch_all(&self.pool).await;
        let rows = rows.map_err(Error::database("read articles"))?;
        Ok(rows.iter().map(arrived).collect())
    }

    pub(in crate::store) async fn article(&self, newsletter: &str, id: &str) -> Result<Option<Article>, Error> {
        let query = sqlx::query(
            "SELECT a.id, a.article, r.source, r.seen FROM articles a JOIN arrivals r ON r.article = a.id
             WHERE r.newsletter = $1 AND a.id = $2 AND a.article IS NOT NULL",
        );
        let row = query.bind(newsletter).bind(text(id)).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read an article"))?.as_ref().map(arrived).transpose()
    }

    pub(in crate::store) async fn stored_article(
        &self,
        newsletter: &str,
        id: &str,
    ) -> Result<Option<(Article, String)>, Error> {
        let Some(article) = self.article(newsletter, id).await? else { return Ok(None) };
        let query = sqlx::query("SELECT hash FROM articles WHERE id = $1").bind(text(id));
        let row = query.fetch_one(&self.pool).await.map_err(Error::database("read an article"))?;
        Ok(Some((article, get(&row, "hash")?)))
    }

    pub(in crate::store) async fn known_articles(
        &self,
        newsletter: &str,
        ids: &[&str],
    ) -> Result<HashSet<String>, Error> {
        let query = sqlx::query_scalar("SELECT article FROM arrivals WHERE newsletter = $1 AND article = ANY($2)");
        let known = query.bind(newsletter).bind(texts(ids.iter().copied())).fetch_all(&self.pool).await;
        let known: HashSet<String> = known.map_err(Error::database("read articles"))?.into_iter().collect();
        // By the names they were asked by.
        Ok(ids.iter().filter(|id| known.contains(&*text(id))).map(|&id| id.to_owned()).collect())
    }

    pub(in crate::store) async fn adopt_articles(
        &self,
        newsletter: &str,
        source: &str,
        scope: &str,
    ) -> Result<(), Error> {
        let action = "adopt articles";
        let query = sqlx::query_scalar("SELECT count(*) FROM unscoped_arrivals WHERE newsletter = $1 AND source = $2");
        let query = query.bind(newsletter).bind(source);
        let count: i64 = query.fetch_one(&self.pool).await.map_err(Error::database(action))?;
        if count == 0 {
            return Ok(());
        }
        let mut write = self.pool.begin().await.map_err(Error::database(action))?;
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
    "INSERT INTO articles (id, first_seen, hash, article)
     SELECT $3::text || ':' || replace(u.article, $4::text, 'guid:'), a.first_seen, a.hash, NULL
     FROM unscoped_arrivals u JOIN articles a ON a.id = u.article WHERE u.newsletter = $1 AND u.source = $2
     ON CONFLICT DO NOTHING",
    "INSERT INTO arrivals (newsletter, article, source, seen, edition)
     SELECT u.newsletter, $3::text || ':' || replace(u.article, $4::text, 'guid:'), u.source, u.seen, u.edition
     FROM unscoped_arrivals u WHERE u.newsletter = $1 AND u.source = $2 ON CONFLICT DO NOTHING",
    "DELETE FROM unscoped_arrivals WHERE newsletter = $1 AND source = $2 AND $3::text <> '' AND $4::text <> ''",
];

/// Saves `articles`, says for each whether it is new to `newsletter`.
pub(super) async fn save_all(
    write: &mut PgConnection,
    newsletter: &str,
    articles: &[Article],
    now: Timestamp,
) -> Result<Vec<bool>, Error> {
    let mut new = HashSet::new();
    for articles in articles.chunks(TOGETHER) {
        new.extend(save(write, newsletter, articles, now).await?);
    }
    // Of two articles with one id the first is the new one.
    Ok(articles.iter().map(|article| new.remove(&*text(&article.id))).collect())
}

/// Saves `articles`; answers the ids of those that are new to `newsletter`.
async fn save(
    write: &mut PgConnection,
    newsletter: &str,
    articles: &[Article],
    now: Timestamp,
) -> Result<HashSet<String>, Error> {
    let failed = || Error::database("save articles");
    // In the order of their ids, so that two machines do not wait for each other; and of two with one id the last, since a
    // statement may change a row once.
    let by_id: BTreeMap<_, _> = articles.iter().map(|article| (text(&article.id), article)).collect();
    let (mut ids, mut hashes, mut jsons, mut sources) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (id, article) in by_id {
        jsons.push(serde_json::to_string(article).map_err(Error::broken("article", &id))?);
        hashes.push(article.hash());
        sources.push(text(&article.source).into_owned());
        ids.push(id.into_owned());
    }
    let stored = sqlx::query(
        "INSERT INTO articles AS a (id, first_seen, hash, article)
         SELECT j.id, $1, j.hash, j.article FROM UNNEST($2::text[], $3::text[], $4::text[]) AS j (id, hash, article)
         ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, article = excluded.article
         WHERE a.article IS NOT NULL AND a.hash <> excluded.hash AND NOT EXISTS
         (SELECT 1 FROM arrivals r WHERE r.article = a.id AND r.edition IS NOT NULL)",
    );
    let stored = stored.bind(to_millis(now)).bind(&ids).bind(hashes).bind(jsons);
    stored.execute(&mut *write).await.map_err(failed())?;
    let arrived = sqlx::query_scalar(
        "INSERT INTO arrivals (newsletter, article, source, seen)
         SELECT $1, j.id, j.source, $2 FROM UNNEST($3::text[], $4::text[]) AS j (id, source)
         ON CONFLICT DO NOTHING RETURNING article",
    );
    let arrived = arrived.bind(newsletter).bind(to_millis(now)).bind(&ids).bind(sources);
    let new: Vec<String> = arrived.fetch_all(write).await.map_err(failed())?;
    Ok(new.into_iter().collect())
}

/// An article as its newsletter sees it: with that newsletter's name of the source and its own first sight.
fn arrived(row: &PgRow) -> Result<Article, Error> {
    let (id, json): (String, String) = (get(row, "id")?, get(row, "article")?);
    let mut article: Article = serde_json::from_str(&json).map_err(Error::broken("article", &id))?;
    article.id = id;
    article.source = get(row, "source")?;
    article.first_seen = Some(from_millis(get(row, "seen")?));
    Ok(article)
}
