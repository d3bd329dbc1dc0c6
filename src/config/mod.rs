//! One `config.toml` → one checked [`Config`]: schema, loading, checking.
//!
//! The file is read once. A mistake is reported with file, line, column and the nearest known key, all at once,
//! and then nothing is done. Each module owns its `Options`; this one composes them, resolves what
//! is relative to the file, and checks what serde cannot: addresses, patterns, files that must be there.
//!
//! To add a setting: a documented field of that module's `Options` and a line in the reference `config.toml`; the test
//! `the_reference_names_every_key` fails until both agree.

mod amend;
mod check;
mod diagnostic;
mod edit;
mod file;
mod locate;
mod newsletter;
mod overlay;
mod position;
mod publish;
mod recover;
mod several;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::fetch::plain;
use crate::render::Templates;
use crate::source::Source;
use crate::story::{Limits, Rules, SourcePolicy};
use crate::{fetch, send, store, story, summary};

pub use amend::{Change, Setting, amend};
pub(crate) use diagnostic::did_you_mean;
pub use diagnostic::{Diagnostic, Mistakes};
pub use edit::{NewSource, add_sources};
pub use file::{Changed, File, changed, file_schema, fixed, schema, tunable};
pub use locate::{candidates, find, usual_folder};
pub use newsletter::{Hooks, Newsletter, Ping, WhenEmpty};
pub use overlay::{Overlay, overlays};
pub use publish::Publish;
pub use several::newsletters;

/// A config that passed every check: what the user asked for.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file, as the user knows it.
    pub path: PathBuf,
    /// The folder that relative paths count from.
    pub base: PathBuf,
    /// `[newsletter]`.
    pub newsletter: Newsletter,
    /// Its time zone.
    pub timezone: TimeZone,
    /// `[[source]]` with `[defaults]` applied, in the order of the file.
    pub sources: Vec<Source>,
    /// `[[section]]`: most stories in full of each that has a limit of its own.
    pub section_limits: BTreeMap<String, usize>,
    /// `[[rule]]`, compiled.
    pub rules: Rules,
    /// `[summary]`.
    pub summary: summary::Options,
    /// `[stories]`.
    pub stories: story::Options,
    /// `[fetch]`.
    pub fetch: fetch::Options,
    /// `[mail]`; `None`: the edition can be looked at but not sent.
    pub mail: Option<send::Options>,
    /// `[store]`: where the state is.
    pub store: store::Location,
    /// Days that `[store]` keeps things; 0: for ever.
    pub keep_days: u32,
    /// `[rating]`.
    pub rating: Option<send::RatingOptions>,
    /// `[publish]`; `None`: there is no archive.
    pub publish: Option<Publish>,
    /// `[ping]`.
    pub ping: Option<Ping>,
    /// `[hooks]`.
    pub hooks: Option<Hooks>,
}

impl Config {
    /// Reads and checks the config at `path`.
    ///
    /// # Errors
    /// All mistakes found, with their places.
    pub fn load(path: &Path) -> Result<Self, Mistakes> {
        Self::load_one(path, None)
    }

    /// The same of the newsletter of this name, for a config that has several.
    ///
    /// # Errors
    /// All mistakes found, with their places; there is none of that name.
    pub fn load_one(path: &Path, newsletter: Option<&str>) -> Result<Self, Mistakes> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Mistakes {
            path: shown,
            text: String::new(),
            diagnostics: vec![Diagnostic::at(None, format!("cannot read the config: {}", plain(&error.to_string())))],
        })?;
        Self::parse_one(&text, path, newsletter)
    }

    /// The settings of the config at `path` that are not as they come, with what [`overlays`] say; and the names of those.
    ///
    /// # Errors
    /// All mistakes found, with their places.
    pub fn changed(path: &Path, newsletter: Option<&str>) -> Result<(Vec<Changed>, Vec<String>), Mistakes> {
        Self::load_one(path, newsletter)?;
        let overlays = overlays(path)?;
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let own = several::of_one(&text, newsletter).ok().flatten();
        let text = overlay::merged(own.as_deref().unwrap_or(&text), &overlays);
        let file = File::read(&text).unwrap_or_default();
        Ok((changed(&file), overlays.into_iter().map(|overlay| overlay.name).collect()))
    }

    /// Checks the config `text` as if it stood at `path`: with what [`overlays`] say of that place.
    ///
    /// ```
    /// let wrong = "version = 1\n[summary]\nsentenses = 3\n";
    /// let mistakes = newsdigest::Config::parse(wrong, "config.toml".as_ref()).unwrap_err();
    /// let report = mistakes.report(false);
    /// assert!(report.contains("config.toml:3") && report.contains("sentences"), "{report}");
    /// ```
    ///
    /// # Errors
    /// All mistakes found, with their places.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Mistakes> {
        Self::parse_one(text, path, None)
    }

    fn parse_one(text: &str, path: &Path, newsletter: Option<&str>) -> Result<Self, Mistakes> {
        let own = several::of_one(text, newsletter).map_err(|mistake| Mistakes {
            path: path.display().to_string(),
            text: text.to_owned(),
            diagnostics: vec![mistake],
        })?;
        let text = own.as_deref().unwrap_or(text);
        let mistakes = |diagnostics| Mistakes { path: path.display().to_string(), text: text.to_owned(), diagnostics };
        let base = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let overlays = overlays(path)?;
        if overlays.is_empty() {
            return recover::check(text, path, &base).map_err(mistakes);
        }
        let text = overlay::merged(text, &overlays);
        let names = overlays.iter().map(|overlay| overlay.name.as_str());
        let shown = std::iter::once(path.display().to_string().as_str()).chain(names).collect::<Vec<_>>().join(" + ");
        let mistakes = |diagnostics| Mistakes { path: shown.clone(), text: text.clone(), diagnostics };
        recover::check(&text, path, &base).map_err(mistakes)
    }

    /// The template: a built-in name, or a folder's path.
    pub fn template(&self) -> String {
        let name = &self.newsletter.template;
        let is_builtin = Templates::names().any(|known| known == name);
        if is_builtin { name.clone() } else { self.base.join(name).display().to_string() }
    }

    /// How composing treats each source: in the order of their sections, then of the file.
    pub fn source_policies(&self) -> Vec<SourcePolicy> {
        let policy = |source: &Source| SourcePolicy {
            name: source.name.clone(),
            section: source.section.clone(),
            weight: source.weight,
            max_stories: source.max_stories,
            sentences: source.sentences,
            words: source.words,
        };
        let place = |policy: &SourcePolicy| {
            let section = policy.section.as_deref().unwrap_or_default();
            let sections = &self.newsletter.sections;
            sections.iter().position(|known| known == section).unwrap_or(sections.len())
        };
        let mut all: Vec<SourcePolicy> = self.sources.iter().map(policy).collect();
        all.sort_by_key(place);
        all
    }

    /// The section of each source that stands in one.
    pub fn sections_of_sources(&self) -> BTreeMap<String, String> {
        sections_of(&self.sources)
    }

    /// How much an edition may hold.
    pub fn limits(&self) -> Limits {
        let quota = |number: usize| (number > 0).then_some(number);
        Limits {
            max_stories: self.newsletter.max_stories,
            reading_minutes: self.newsletter.reading_minutes,
            max_per_source: quota(self.newsletter.max_per_source),
            max_per_section: quota(self.newsletter.max_per_section),
            max_more: self.newsletter.max_more,
            sections: self.section_limits.clone(),
            first_hours: self.newsletter.first_hours,
            ..Limits::default()
        }
    }
}

fn sections_of(sources: &[Source]) -> BTreeMap<String, String> {
    sources.iter().filter_map(|source| Some((source.name.clone(), source.section.clone()?))).collect()
}
