//! `[newsletter]`: what the publication is called, how long it may be, when it comes.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Layout, LayoutKind, Pictures, SourceHealthFor, TextLinks};

/// The publication's name, length and schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Newsletter {
    /// Identifies it in the store, in List-Id and in file names: lower-case letters, digits and hyphens.
    pub name: String,
    /// The title that readers see.
    pub title: String,
    /// BCP 47 language of dates and labels; articles keep their own.
    pub language: String,
    /// IANA time zone of dates.
    pub timezone: String,
    /// Sections in this order; sections not named here follow in the order of the sources.
    pub sections: Vec<String>,
    /// Most stories published in full.
    pub max_stories: usize,
    /// Most stories published in full from one source; 0 is no limit.
    pub max_per_source: usize,
    /// Most stories published in full in one section; 0 is no limit.
    pub max_per_section: usize,
    /// Longest edition, in minutes at 230 words a minute; 0 is no limit.
    pub reading_minutes: u32,
    /// Links to what did not fit, in one section.
    pub max_more: usize,
    /// `lead`: one lead story, one full story a section, the others as one line each; `equal`: every story in full.
    pub layout: LayoutKind,
    /// Most stories shown in full with `layout = "lead"`, the lead among them.
    pub fulls: usize,
    /// Addresses in the text part: `one` a story, or `all`, every sentence's own place as well.
    pub text_links: TextLinks,
    /// Whose mail says how the sources did: `none`, the `owner`'s, or `all`.
    pub source_health: SourceHealthFor,
    /// Pictures inside the mail: `none`, or the `lead` story's, fetched once when the edition is composed.
    pub images: Pictures,
    /// Largest picture in kilobytes of 1,000 bytes; a larger one is left out.
    pub max_image_kb: usize,
    /// Tallest mail on a phone, in CSS pixels at a width of 375; links go first. 0 is no limit.
    pub max_height: u32,
    /// Largest HTML part in kilobytes of 1,000 bytes; Gmail clips a mail near 102.
    pub max_html_kb: usize,
    /// Whether an edition without news is sent.
    pub when_empty: WhenEmpty,
    /// No edition sooner than this after the last one ("20h").
    #[serde(serialize_with = "jiff::fmt::serde::duration::friendly::compact::required")]
    #[serde(deserialize_with = "crate::text::dates::length::deserialize")]
    #[schemars(with = "String")]
    pub min_interval: SignedDuration,
    /// Hours that the first edition looks back; older articles of a source are not published, but its newest are.
    pub first_hours: u32,
    /// A built-in template (`default`, `plain`) or a folder beside the config.
    pub template: String,
    /// The subject, as a template has it (`{{ edition.title }}: {{ edition.lead }}`); unset: the template's own.
    pub subject: Option<String>,
    /// Every edition waits as a draft until `digest approve`.
    pub approve: bool,
    /// Who gets the draft by mail; unset: `[mail] from`.
    pub editor: Option<String>,
}

impl Default for Newsletter {
    fn default() -> Self {
        Self {
            name: "digest".into(),
            title: "Digest".into(),
            language: "en".into(),
            timezone: "UTC".into(),
            sections: Vec::new(),
            max_stories: 12,
            max_per_source: 4,
            max_per_section: 0,
            reading_minutes: 6,
            max_more: 30,
            layout: LayoutKind::Lead,
            fulls: 5,
            text_links: TextLinks::One,
            source_health: SourceHealthFor::Owner,
            images: Pictures::None,
            max_image_kb: 300,
            max_height: 3600,
            max_html_kb: 95,
            when_empty: WhenEmpty::Skip,
            min_interval: SignedDuration::ZERO,
            first_hours: 48,
            template: "default".into(),
            subject: None,
            approve: false,
            editor: None,
        }
    }
}

impl Newsletter {
    /// How much of each story is shown.
    pub fn layout(&self) -> Layout {
        let (text_links, source_health) = (self.text_links, self.source_health);
        Layout { kind: self.layout, fulls: self.fulls, text_links, source_health, ..Layout::default() }
    }
}

/// Whether an edition without news is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WhenEmpty {
    /// Send nothing.
    #[default]
    Skip,
    /// Send an edition that says so.
    Send,
}

/// `[ping]`: a URL that hears of the start, the success and the failure of each `digest run` (healthchecks.io and its kin);
/// not of `gather`, `compose` and `deliver` alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ping {
    /// Asked with GET: `URL/start` at the start, `URL` after success, `URL/fail` after failure.
    pub url: String,
}

/// `[hooks]`: programs and their arguments; no shell is involved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Hooks {
    /// Runs when a new edition stands in the outbox, before it is sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after_compose: Vec<String>,
    /// Runs when mail was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after_deliver: Vec<String>,
}
