use jiff::Timestamp;
use sqlx::postgres::{PgConnection, PgRow};

use super::{Postgres, get, text, texts};
use crate::model::{Edition, PlannedDelivery};
use crate::store::editions::recipient_row;
use crate::store::{Error, NewEdition, Rows, from_millis, to_millis};

/// Deliveries stored in one statement.
const TOGETHER: usize = 1000;

impl Postgres {
    pub(in crate::store) async fn store_edition(
        &self,
        new: &NewEdition<'_>,
        deliveries: impl Iterator<Item = PlannedDelivery> + Send,
    ) -> Result<(), Error> {
        let failed = || Error::database("store the edition");
        let mut write = self.pool.begin().await.map_err(failed())?;
        self.hold_composing(&mut write, &new.edition.newsletter).await?;
        let many = insert(&mut write, new, deliveries, None).await?;
        write.commit().await.map_err(failed())?;
        if many {
            // Else the first claims would be planned as for the table of before. Without it they are slower, not wrong.
            let analyzed = sqlx::query("ANALYZE deliveries").execute(&self.pool).await;
            let _ = analyzed.inspect_err(|error| tracing::debug!(%error, "cannot analyze the deliveries"));
        }
        Ok(())
    }

    /// The last few, the last first.
    pub(in crate::store) async fn last_editions(&self, newsletter: &str) -> Result<Rows<Edition>, Error> {
        let query = sqlx::query(
            "SELECT id, edition FROM editions WHERE newsletter = $1 ORDER BY composed DESC, id DESC LIMIT 3",
        );
        let rows = query.bind(newsletter).fetch_all(&self.pool).await.map_err(Error::database("read an edition"))?;
        Ok(rows.iter().map(edition).collect())
    }

    pub(in crate::store) async fn edition(&self, id: &str) -> Result<Option<Edition>, Error> {
        let row = sqlx::query("SELECT id, edition FROM editions WHERE id = $1").bind(text(id));
        let row = row.fetch_optional(&self.pool).await.map_err(Error::database("read an edition"))?;
        row.as_ref().map(edition).transpose()
    }

    pub(in crate::store) async fn released(&self, id: &str) -> Result<Option<Timestamp>, Error> {
        let row = sqlx::query("SELECT released FROM editions WHERE id = $1").bind(id).fetch_optional(&self.pool).await;
        let Some(row) = row.map_err(Error::database("read an edition"))? else { return Ok(None) };
        Ok(get::<Option<i64>>(&row, "released")?.map(from_millis))
    }

    pub(in crate::store) async fn editions_since(
        &self,
        newsletter: &str,
        since: Timestamp,
    ) -> Result<Rows<Edition>, Error> {
        let query = sqlx::query(
            "SELECT id, edition FROM editions WHERE newsletter = $1 AND composed >= $2 ORDER BY composed, id",
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
            "SELECT id, composed FROM editions WHERE newsletter = $1 AND (released IS NULL OR released <= $2)
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
        let query = sqlx::query("SELECT letter FROM letters WHERE edition = $1 AND language = $2");
        let row = query.bind(edition).bind(language).fetch_optional(&self.pool).await;
        row.map_err(Error::database("read a template"))?.map(|row| get(&row, "letter")).transpose()
    }

    pub(in crate::store) async fn message_templates(&self, edition: &str) -> Result<Vec<(String, String)>, Error> {
        let query = sqlx::query("SELECT language, letter FROM letters WHERE edition = $1 ORDER BY language");
        let rows = query.bind(edition).fetch_all(&self.pool).await.map_err(Error::database("read the templates"))?;
        rows.iter().map(|row| Ok((get(row, "language")?, get(row, "letter")?))).collect()
    }
}

fn edition(row: &PgRow) -> Result<Edition, Error> {
    let (id, json): (String, String) = (get(row, "id")?, get(row, "edition")?);
    serde_json::from_str(&json).map_err(Error::broken("edition", &id))
}

/// Writes all of `new`: the edition, its templates, its `deliveries`, and which articles are used now. Nothing of it may
/// leave before it is `released`; `None`: it may since it was composed. Whether the deliveries are many.
pub(super) async fn insert(
    write: &mut PgConnection,
    new: &NewEdition<'_>,
    deliveries: impl Iterator<Item = PlannedDelivery> + Send,
    released: Option<Timestamp>,
) -> Result<bool, Error> {
    insert_edition(&mut *write, new.edition, released).await?;
    insert_contents(&mut *write, new).await?;
    let many = insert_deliveries(&mut *write, new.edition, deliveries, released).await?;
    let used = sqlx::query("UPDATE arrivals SET edition = $1 WHERE newsletter = $2 AND article = ANY($3)");
    let used = used.bind(&new.edition.id).bind(&new.edition.newsletter);
    let used = used.bind(texts(new.used.iter().map(String::as_str)));
    used.execute(&mut *write).await.map_err(Error::database("store the edition"))?;
    let query = sqlx::query("UPDATE arrivals SET published = 1 WHERE newsletter = $1 AND article = ANY($2)");
    let query = query.bind(&new.edition.newsletter).bind(texts(new.edition.articles()));
    query.execute(write).await.map_err(Error::database("store the edition"))?;
    Ok(many)
}

async fn insert_edition(write: &mut PgConnection, edition: &Edition, released: Option<Timestamp>) -> Result<(), Error> {
    let json = serde_json::to_string(edition).map_err(Error::broken("edition", &edition.id))?;
    let query =
        sqlx::query("INSERT INTO editions (id, newsletter, composed, edition, released) VALUES ($1, $2, $3, $4, $5)");
    let query = query.bind(&edition.id).bind(&edition.newsletter).bind(to_millis(edition.composed)).bind(json);
    query.bind(released.map(to_millis)).execute(write).await.map_err(Error::database("store the edition"))?;
    Ok(())
}

async fn insert_contents(write: &mut PgConnection, new: &NewEdition<'_>) -> Result<(), Error> {
    for template in new.templates {
        let query = sqlx::query("INSERT INTO letters (edition, language, letter) VALUES ($1, $2, $3)");
        let query = query.bind(&new.edition.id).bind(&template.language).bind(&template.template);
        query.execute(&mut *write).await.map_err(Error::database("store a template"))?;
    }
    Ok(())
}

/// Stores `deliveries` in their order; whether they are many.
async fn insert_deliveries(
    write: &mut PgConnection,
    edition: &Edition,
    mut deliveries: impl Iterator<Item = PlannedDelivery> + Send,
    released: Option<Timestamp>,
) -> Result<bool, Error> {
    let mut statements = 0;
    loop {
        let mut rows = Columns::default();
        deliveries.by_ref().take(TOGETHER).for_each(|delivery| rows.push(delivery));
        if rows.addresses.is_empty() {
            return Ok(statements > 1);
        }
        statements += 1;
        let query = sqlx::query(
            "INSERT INTO deliveries
             (edition, changed, not_before, address, name, language, letter, message_id, unsubscribe)
             SELECT $1, $2, $9, j.address, j.name, j.language, j.letter, j.message_id, j.unsubscribe
             FROM UNNEST($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
             WITH ORDINALITY AS j (address, name, language, letter, message_id, unsubscribe, place)
             ORDER BY j.place ON CONFLICT DO NOTHING",
        );
        let query = query.bind(&edition.id).bind(to_millis(edition.composed)).bind(rows.addresses).bind(rows.names);
        let query = query.bind(rows.languages).bind(rows.letters).bind(rows.message_ids).bind(rows.unsubscribes);
        let query = query.bind(released.map(to_millis));
        query.execute(&mut *write).await.map_err(Error::database("store a recipient"))?;
    }
}

/// Planned deliveries, a list for each column.
#[derive(Default)]
struct Columns {
    addresses: Vec<String>,
    names: Vec<Option<String>>,
    languages: Vec<Option<String>>,
    letters: Vec<String>,
    message_ids: Vec<String>,
    unsubscribes: Vec<Option<String>>,
}

impl Columns {
    fn push(&mut self, delivery: PlannedDelivery) {
        let (address, name, language, letter, message_id, unsubscribe) = recipient_row(delivery);
        let own = |given: String| if given.contains('\0') { text(&given).into_owned() } else { given };
        self.addresses.push(own(address));
        self.names.push(name.map(own));
        self.languages.push(language.map(own));
        self.letters.push(own(letter));
        self.message_ids.push(own(message_id));
        self.unsubscribes.push(unsubscribe.map(own));
    }
}
