use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Characters of one paragraph, note or block that a mail shows; the rest would be cut.
pub const MAX_OWN_CHARS: usize = 4_000;

/// Words of the publisher in an edition. None of them stands inside a quotation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnWords {
    /// Before the first story.
    pub intro: Option<Intro>,
    /// Notes under stories, by the story's id.
    pub notes: BTreeMap<String, String>,
    /// A block somebody paid for, marked as such.
    pub advertisement: Option<Advertisement>,
}

impl OwnWords {
    /// The publisher says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The introduction of an edition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Intro {
    /// Paragraphs, separated by empty lines.
    pub text: String,
    /// Who wrote it.
    pub author: Option<String>,
}

/// A block somebody paid for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Advertisement {
    /// Its words.
    pub text: String,
    /// Words of its link; the host is named behind them if they do not name it.
    pub link: Option<String>,
    /// Where the link goes.
    pub url: Option<String>,
}
