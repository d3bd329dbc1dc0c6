use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Edits, Layout, OwnWords, Picture, Story};

/// One dated number of a newsletter: all that its mail says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// `<newsletter>-<composed as UTC, 20260102T030405Z>`; unique in the store.
    pub id: String,
    /// `[newsletter] name`.
    pub newsletter: String,
    /// `[newsletter] title`.
    pub title: String,
    /// BCP 47 language of its labels and dates.
    pub language: String,
    /// IANA name of the zone its dates are written in.
    pub timezone: String,
    /// The run's `now`.
    pub composed: Timestamp,
    /// When the edition before it was composed; `None` for the first.
    pub since: Option<Timestamp>,
    /// In the order of the config; never an empty one.
    pub sections: Vec<Section>,
    /// How the sources did; only the owner's copy says it.
    pub health: SourceHealth,
    /// How much of each story is shown.
    #[serde(default)]
    pub layout: Layout,
    /// Articles that were read for it and are neither in a story nor linked.
    #[serde(default)]
    pub left_out: usize,
    /// The publisher's own words, set apart from everything quoted.
    #[serde(default, skip_serializing_if = "OwnWords::is_empty")]
    pub own: OwnWords,
    /// The publisher's changes to it while it was a draft.
    #[serde(default, skip_serializing_if = "Edits::is_empty")]
    pub edits: Edits,
    /// The lead story's picture; `None` where it has none, or none is wished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

impl Edition {
    /// All stories in their order.
    pub fn stories(&self) -> impl Iterator<Item = &Story> {
        self.sections.iter().flat_map(|section| &section.stories)
    }

    /// Ids of the articles that its stories name or quote, in order.
    pub fn articles(&self) -> std::collections::BTreeSet<&str> {
        let places = self.stories().flat_map(|story| &story.places).map(|place| place.article.as_str());
        let quoted = self.stories().flat_map(|story| &story.sentences).map(|sentence| sentence.article.as_str());
        places.chain(quoted).collect()
    }

    /// How many stories are published in full.
    pub fn story_count(&self) -> usize {
        self.stories().count()
    }

    /// How many articles are only linked.
    pub fn more_count(&self) -> usize {
        self.sections.iter().map(|section| section.more.len()).sum()
    }

    /// It is not as it was composed: its publisher changed it.
    pub fn is_edited(&self) -> bool {
        !self.own.is_empty() || !self.edits.is_empty()
    }

    /// Nothing is published and nothing is linked.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Minutes to read the edition itself (its headlines and sentences), at least 1.
    pub fn reading_minutes(&self) -> u32 {
        reading_minutes(self.stories().map(Story::word_count).sum())
    }
}

/// Words a reader takes in a minute: Brysbaert 2019, silent reading of English prose (238), rounded down.
pub const WORDS_A_MINUTE: usize = 230;

/// Words of `text`; in a script without spaces, twelve signs count as one.
pub fn word_count(text: &str) -> usize {
    text.split_whitespace().count().max(text.chars().count() / 12)
}

/// Minutes to read so many words, at least 1.
pub fn reading_minutes(words: usize) -> u32 {
    u32::try_from(words.div_ceil(WORDS_A_MINUTE)).unwrap_or(u32::MAX).max(1)
}

/// Stories under one head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Its head; empty for sources without a section.
    pub name: String,
    /// Published in full, best first.
    pub stories: Vec<Story>,
    /// Stories that are only linked, best first.
    pub more: Vec<MoreLink>,
}

/// A story that is only named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreLink {
    /// Id of the story it leads to.
    #[serde(default)]
    pub story: String,
    /// Headline.
    pub title: String,
    /// Name of its source.
    pub source: String,
    /// Where it stands.
    pub url: Option<String>,
    /// Only a teaser of it was there to be read.
    #[serde(default)]
    pub teaser: bool,
    /// Its page is for subscribers only.
    #[serde(default)]
    pub paywalled: bool,
}

/// How the sources did in the gathering before this edition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceHealth {
    /// Sources in the config.
    pub asked: usize,
    /// Sources that answered.
    pub answered: usize,
    /// The others that are past `warn_after`.
    pub failed: Vec<FailedSource>,
}

/// A source the reader should hear about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedSource {
    /// Its name in the config.
    pub name: String,
    /// The cause, for a reader.
    pub reason: String,
    /// Since when; `None` if it never answered.
    pub since: Option<Timestamp>,
}
