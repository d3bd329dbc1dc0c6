use super::Sqlite;
use super::sources::get;
use crate::model::Rating;
use crate::store::{Error, Rows, to_millis};

impl Sqlite {
    pub(in crate::store) async fn rate(&self, newsletter: &str, rating: &Rating) -> Result<(), Error> {
        let json = serde_json::to_string(rating).map_err(Error::broken("rating", &rating.story))?;
        let query =
            sqlx::query("INSERT OR REPLACE INTO ratings (newsletter, story, rated, rating) VALUES (?, ?, ?, ?)");
        let query = query.bind(newsletter).bind(&rating.story).bind(to_millis(rating.rated)).bind(json);
        query.execute(&self.writer).await.map_err(Error::database("save a rating"))?;
        Ok(())
    }

    pub(in crate::store) async fn ratings(&self, newsletter: &str) -> Result<Rows<Rating>, Error> {
        let query = sqlx::query("SELECT story, rating FROM ratings WHERE newsletter = ? ORDER BY rated, story");
        let rows = query.bind(newsletter).fetch_all(&self.pool).await.map_err(Error::database("read ratings"))?;
        let rating = |row| -> Result<Rating, Error> {
            let (story, json): (String, Vec<u8>) = (get(row, "story")?, get(row, "rating")?);
            serde_json::from_slice(&json).map_err(Error::broken("rating", &story))
        };
        Ok(rows.iter().map(rating).collect())
    }

    pub(in crate::store) async fn forget_ratings(&self, newsletter: &str) -> Result<u64, Error> {
        let query = sqlx::query("DELETE FROM ratings WHERE newsletter = ?").bind(newsletter);
        Ok(query.execute(&self.writer).await.map_err(Error::database("forget ratings"))?.rows_affected())
    }
}
