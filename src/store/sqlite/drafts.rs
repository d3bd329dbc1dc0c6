use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use super::editions::insert;
use super::sources::get;
use crate::model::PlannedDelivery;
use crate::store::{Draft, Error, NewEdition};

impl Sqlite {
    pub(in crate::store) async fn draft(&self, newsletter: &str) -> Result<Option<Draft>, Error> {
        let query = sqlx::query("SELECT id, edition, used, told FROM drafts WHERE newsletter = ?").bind(newsletter);
        let row = query.fetch_optional(&self.pool).await.map_err(Error::database("read the draft"))?;
        row.as_ref().map(draft).transpose()
    }

    pub(in crate::store) async fn save_draft(&self, draft: &Draft) -> Result<(), Error> {
        let Draft { edition, used, told } = draft;
        let broken = || Error::broken("draft", &edition.id);
        let query = sqlx::query(
            "INSERT INTO drafts (newsletter, id, edition, used, told) VALUES (?, ?, ?, ?, ?) ON CONFLICT (newsletter)
             DO UPDATE SET id = excluded.id, edition = excluded.edition, used = excluded.used, told = excluded.told",
        );
        let query = query
            .bind(&edition.newsletter)
            .bind(&edition.id)
            .bind(serde_json::to_string(edition).map_err(broken())?)
            .bind(serde_json::to_string(used).map_err(broken())?)
            .bind(i64::from(*told));
        query.execute(&self.writer).await.map_err(Error::database("save the draft"))?;
        Ok(())
    }

    pub(in crate::store) async fn discard_draft(&self, newsletter: &str) -> Result<(), Error> {
        let query = sqlx::query("DELETE FROM drafts WHERE newsletter = ?").bind(newsletter);
        query.execute(&self.writer).await.map_err(Error::database("discard the draft"))?;
        Ok(())
    }

    pub(in crate::store) async fn approve_draft(
        &self,
        new: &NewEdition<'_>,
        deliveries: impl IntoIterator<Item = PlannedDelivery, IntoIter: Send>,
        released: Timestamp,
    ) -> Result<bool, Error> {
        let action = "approve the draft";
        let mut write = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(Error::database(action))?;
        let query = sqlx::query("DELETE FROM drafts WHERE newsletter = ? AND id = ?");
        let query = query.bind(&new.edition.newsletter).bind(&new.edition.id);
        let gone = query.execute(&mut *write).await.map_err(Error::database(action))?.rows_affected();
        if gone == 0 {
            return Ok(false);
        }
        insert(&mut write, new, deliveries.into_iter(), Some(released)).await?;
        write.commit().await.map_err(Error::database(action))?;
        Ok(true)
    }
}

fn draft(row: &SqliteRow) -> Result<Draft, Error> {
    let id: String = get(row, "id")?;
    let (edition, used): (Vec<u8>, Vec<u8>) = (get(row, "edition")?, get(row, "used")?);
    let broken = || Error::broken("draft", &id);
    Ok(Draft {
        edition: serde_json::from_slice(&edition).map_err(broken())?,
        used: serde_json::from_slice(&used).map_err(broken())?,
        told: get::<i64>(row, "told")? != 0,
    })
}
