use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One rating of a story by its reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// Id of the story.
    pub story: String,
    /// Its headline.
    pub headline: String,
    /// More of this; else less.
    pub liked: bool,
    /// When.
    pub rated: Timestamp,
    /// Names of the sources that published it.
    pub sources: Vec<String>,
    /// Its terms, in lower case.
    pub terms: Vec<String>,
}
