//! `[publish]`: where the archive of all editions is made, and what it shows.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The archive of all editions, as files for any web server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Publish {
    /// Folder of the archive, which holds nothing else; relative to the config.
    pub folder: PathBuf,
    /// Where this folder stands on the web: mails link to their page there, and feeds name their own address.
    pub url: Option<String>,
    /// Show the kept text of the articles that are quoted, with the quoted sentences marked. Only where you may.
    pub keep_text: bool,
}

impl Default for Publish {
    fn default() -> Self {
        Self { folder: "site".into(), url: None, keep_text: false }
    }
}
