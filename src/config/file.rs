//! The file as it is written: each table is some module's `Options`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::diagnostic::{Diagnostic, from_toml};
use crate::config::{Newsletter, Ping};
use crate::{fetch, send, source, store, story, summary};

/// The version this program writes and reads.
pub(super) const VERSION: u32 = 1;

/// One newsletter's config.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    /// Version of this format: 1.
    pub version: Option<u32>,
    /// The publication's name, length and schedule.
    pub newsletter: Newsletter,
    /// Defaults of every source.
    pub defaults: source::Defaults,
    /// The sources.
    pub source: Vec<source::Options>,
    /// Rules that drop, keep and boost stories.
    pub rule: Vec<story::Rule>,
    /// How sentences are chosen.
    pub summary: summary::Options,
    /// How articles become stories.
    pub stories: story::Options,
    /// How much of the network's time and size one run may take.
    pub fetch: fetch::Options,
    /// Who sends, who gets it, by which way.
    pub mail: Option<send::Options>,
    /// Where the state is.
    pub store: store::Options,
    /// Links in the mail that rate a story by answering.
    pub rating: Option<send::RatingOptions>,
    /// Who hears of each run.
    pub ping: Option<Ping>,
}

impl File {
    /// Reads `text`.
    ///
    /// # Errors
    /// The first thing that is no TOML, no known key or of the wrong type.
    pub(super) fn read(text: &str) -> Result<Self, Diagnostic> {
        toml::from_str(text).map_err(|error| from_toml(&error))
    }
}

/// The JSON Schema of the config, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}
