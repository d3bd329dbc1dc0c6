use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much of each story an edition shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// One lead story, or all alike.
    pub kind: LayoutKind,
    /// Most stories shown in full, the lead among them.
    pub fulls: usize,
    /// Sentences of the lead; the other full stories show at most two.
    pub lead_sentences: usize,
    /// Stories in full carry what another source adds; the lead always does.
    pub adds: bool,
    /// Names after "also in"; the rest is counted.
    pub also_in: usize,
    /// Addresses in the text part.
    pub text_links: TextLinks,
    /// Whose mail says how the sources did.
    pub source_health: SourceHealthFor,
}

impl Default for Layout {
    fn default() -> Self {
        let kind = LayoutKind::default();
        let (text_links, source_health) = (TextLinks::default(), SourceHealthFor::default());
        Self { kind, fulls: 5, lead_sentences: 3, adds: true, also_in: 8, text_links, source_health }
    }
}

/// One lead story, or all alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LayoutKind {
    /// One lead story, one full story a section, the others as one line each.
    #[default]
    Lead,
    /// Every story in full.
    Equal,
}

/// Whose mail says how the sources did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceHealthFor {
    /// Nobody's.
    None,
    /// The owner's: readers of a list can mend no source.
    #[default]
    Owner,
    /// Every reader's.
    All,
}

/// Addresses in the text part of a mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TextLinks {
    /// One a story, its headline's.
    #[default]
    One,
    /// Every sentence's own place as well.
    All,
}
