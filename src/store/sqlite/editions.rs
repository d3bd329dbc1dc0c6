use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::Sqlite;
use super::sources::get;
use crate::model::{Edition, PlannedDelivery};
use crate::store::editions::recipient_row;
use crate::store::{Error, NewEdition, Rows, from_millis, to_millis};

/// Deliveries stored in one statement.
const TOGETHER: usize = 500;

impl Sqlite {
    pub(in crate::store) async fn store_edition(
        &self,
        new: &NewEdition<'_>,
        deliveries: impl IntoIterator<Item = PlannedDelivery, IntoIter: Send>,
    ) -> Result<(), Error> {
        let action = "store the edition";
        let mut write = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(Error::database(action))?;
        insert(&mut write, new, deliveries.into_iter(), None).await?;
        write.commit().await.map_err(Error::database(action))
    }

    /// The last few, the last first.
    pub(in crate::store) async fn last_editions(&self, newsletter: &str) -> Result<Rows<Edition>, Error> {
        let query = sqlx::query(
            "SELECT id, edition FROM editions WHERE newsletter = ? ORDER BY composed DESC, id DESC LIMIT 3",
        );
        let rows = query.bind(newsletter).fetch_all(&self.pool).await.map_err(Error::database("read an edition"))?;
        Ok(rows.iter().map(edition).collect())
    }

    pub(in crate::store) async fn edition(&self, id: &str) -> Result<Option<Edition>, Error> {
        let row = sqlx::query("SELECT id, edition FROM editions WHERE id = ?").bind(id);
        let row = row.fetch_optional(&self.pool).await.map_err(Error::database("read an edition"))?;
        row.as_ref().map(edition).transpose()
    }

    /// Takes back `edition` of `newsletter` and all that came after it: only for a copy.
    pub(in crate::store) async fn take_back(&self, newsletter: &str, edition: &Edition) -> Result<(), Error> {
        let composed = to_millis(edition.composed);
        let forget = [
            "DELETE FROM arrivals WHERE newsletter = ? AND seen > ? AND edition IS NOT ?",
            "UPDATE arrivals SET edition = NULL, published = 0 WHERE newsletter = ? AND edition IN
             (SELECT id FROM editions WHERE composed >= ? OR id = ?)",
            "DELETE FROM editions WHERE newsletter = ? AND (composed >= ? OR id = ?)",
        ];
        for query in forget {
            let query = sqlx::query(query).bind(newsletter).bind(composed).bind(&edition.id);
            query.execute(&self.writer).await.map_err(Error::database("read an edition"))?;
        }
        Ok(())
    }

    pub(in crate::store) async fn released(&self, id: &str) -> Result<Option<Timestamp>, Error> {
        let row = sqlx::query("SELECT released FROM editions WHERE id = ?").bind(id).fetch_optional(&self.pool).await;
        let Some(row) = row.map_err(Error::database("read an edition"))? else { return Ok(None) };
        Ok(get::<Option<i64>>(&row, "released")?.map(from_millis))
    }

    pub(in crate::store) async fn editions_since(
        &self,
        newsletter: &str,
        since: Timestamp,
    ) -> Result<Rows<Edition>, Error> {
        let query = sqlx::query(
            "SELECT id, edition FROM editions WHERE newsletter = ? AND composed >= ? ORDER BY composed, id",
        );
        let query = query.bind(newsletter).bind(to_millis(since));
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read editions"))?;
        Ok(rows.iter().map(edition).collect())
    }

    pub(in crate::store) async fn released_editions(
        &self,
        newsletter: &str,
        now: Timestamp,
    ) -> Result<Vec<(String, Timestamp)>, Error> {
        let query = sqlx::query(
            "SELECT id, composed FROM editions WHERE newsletter = ? AND (released IS NULL OR released <= ?)
             ORDER BY composed, id",
        );
        let query = query.bind(newsletter).bind(to_millis(now));
        let rows = query.fetch_all(&self.pool).await.map_err(Error::database("read editions"))?;
        rows.iter().map(|row| Ok((get(row, "id")?, from_millis(get(row, "composed")?)))).collect()
    }

    pub(in crate::store) async fn message_template(
        &self,
        edition: &str,
        language: &str,
    ) -> Result<Option<String>, Error> {
        let query = sqlx::query("SELECT letter FROM letters WHERE edition = ? AND language = ?");
        let row = query.bind(edition).bind(language).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read a template"))?.map(|row| get(&row, "letter")).transpose()
    }

    pub(in crate::store) async fn message_templates(&self, edition: &str) -> Result<Vec<(String, String)>, Error> {
        let query = sqlx::query("SELECT language, letter FROM letters WHERE edition = ? ORDER BY language");
        let rows = query.bind(edition).fetch_all(&self.pool).await.map_err(Error::database("read the templates"))?;
        rows.iter().map(|row| Ok((get(row, "language")?, get(row, "letter")?))).collect()
    }
}

fn edition(row: &SqliteRow) -> Result<Edition, Error> {
    let (id, json): (String, Vec<u8>) = (get(row, "id")?, get(row, "edition")?);
    serde_json::from_slice(&json).map_err(Error::broken("edition", &id))
}

/// Writes all of `new`: the edition, its templates, its `deliveries`, and which articles are used now. Nothing of it may
/// leave before it is `released`; `None`: it may since it was composed.
pub(super) async fn insert(
    write: &mut SqliteConnection,
    new: &NewEdition<'_>,
    deliveries: impl Iterator<Item = PlannedDelivery> + Send,
    released: Option<Timestamp>,
) -> Result<(), Error> {
    insert_edition(&mut *write, new.edition, released).await?;
    insert_contents(&mut *write, new).await?;
    insert_deliveries(&mut *write, new.edition, deliveries, released).await?;
    for id in new.used {
        let query = sqlx::query("UPDATE arrivals SET edition = ? WHERE newsletter = ? AND article = ?");
        let query = query.bind(&new.edition.id).bind(&new.edition.newsletter).bind(id);
        query.execute(&mut *write).await.map_err(Error::database("store the edition"))?;
    }
    let query = sqlx::query(
        "UPDATE arrivals SET published = 1 WHERE newsletter = ? AND article IN (SELECT value FROM json_each(?))",
    );
    let query = query.bind(&new.edition.newsletter).bind(sqlx::types::Json(new.edition.articles()));
    query.execute(write).await.map(drop).map_err(Error::database("store the edition"))
}

async fn insert_edition(
    write: &mut SqliteConnection,
    edition: &Edition,
    released: Option<Timestamp>,
) -> Result<(), Error> {
    let json = serde_json::to_string(edition).map_err(Error::broken("edition", &edition.id))?;
    let query =
        sqlx::query("INSERT INTO editions (id, newsletter, composed, edition, released) VALUES (?, ?, ?, ?, ?)");
    let query = query.bind(&edition.id).bind(&edition.newsletter).bind(to_millis(edition.composed)).bind(json);
    query.bind(released.map(to_millis)).execute(write).await.map_err(Error::database("store the edition"))?;
    Ok(())
}

async fn insert_contents(write: &mut SqliteConnection, new: &NewEdition<'_>) -> Result<(), Error> {
    for template in new.templates {
        let query = sqlx::query("INSERT INTO letters (edition, language, letter) VALUES (?, ?, ?)");
        let query = query.bind(&new.edition.id).bind(&template.language).bind(&template.template);
        query.execute(&mut *write).await.map_err(Error::database("store a template"))?;
    }
    Ok(())
}

async fn insert_deliveries(
    write: &mut SqliteConnection,
    edition: &Edition,
    mut deliveries: impl Iterator<Item = PlannedDelivery> + Send,
    released: Option<Timestamp>,
) -> Result<(), Error> {
    loop {
        let rows: Vec<_> = deliveries.by_ref().take(TOGETHER).map(recipient_row).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let query = sqlx::query(
            "INSERT INTO deliveries
             (edition, changed, not_before, address, name, language, letter, message_id, unsubscribe)
             SELECT ?, ?, ?, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5
             FROM json_each(?) j WHERE true ON CONFLICT DO NOTHING",
        );
        let query = query.bind(&edition.id).bind(to_millis(edition.composed)).bind(released.map(to_millis));
        let query = query.bind(sqlx::types::Json(rows));
        query.execute(&mut *write).await.map_err(Error::database("store a recipient"))?;
    }
}
