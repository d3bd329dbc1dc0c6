use super::{Error, Store};
use crate::model::Rating;

impl Store {
    /// Remembers what the reader of `newsletter` said of a story, in place of what was said of it before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn rate(&self, newsletter: &str, rating: &Rating) -> Result<(), Error> {
        on_engine!(self, engine => engine.rate(newsletter, rating).await)
    }

    /// All that was said, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn ratings(&self, newsletter: &str) -> Result<Vec<Rating>, Error> {
        self.readable(on_engine!(self, engine => engine.ratings(newsletter).await)?)
    }

    /// Forgets all that was said; says how many ratings went.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_ratings(&self, newsletter: &str) -> Result<u64, Error> {
        on_engine!(self, engine => engine.forget_ratings(newsletter).await)
    }
}
