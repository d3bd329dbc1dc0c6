use serde::{Deserialize, Serialize};

/// Changes of the publisher in which stories an edition has, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edits {
    /// Id of the story that leads; `None`: the one with the highest score.
    pub lead: Option<String>,
    /// Ids of the stories and links that were taken out.
    pub dropped: Vec<String>,
    /// Ids of the stories that were moved.
    pub moved: Vec<String>,
}

impl Edits {
    /// Nothing was changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
