//! The file as it is written: each table is some module's `Options`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::diagnostic::{Diagnostic, from_toml};
use crate::config::{Hooks, Newsletter, Ping, Publish};
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
    /// The sections that are more than a name.
    pub section: Vec<source::SectionOptions>,
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
    /// The archive of all editions.
    pub publish: Option<Publish>,
    /// Who hears of each run.
    pub ping: Option<Ping>,
    /// Programs of the user's own that hear of a run.
    pub hooks: Option<Hooks>,
}

impl File {
    /// Reads `text`.
    ///
    /// # Errors
    /// The first thing that is no TOML, no known key or of the wrong type.
    pub(super) fn read(text: &str) -> Result<Self, Diagnostic> {
        toml::from_str(text).map_err(|error| from_toml(&error, text))
    }
}

/// The JSON Schema of one newsletter's config.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}

/// The JSON Schema of a config file, for editors: [`schema`], or several newsletters that each have tables of their own.
pub fn file_schema() -> serde_json::Value {
    let mut schema = schema();
    let one = schema["properties"]["newsletter"].clone();
    let several = serde_json::json!({
        "description": "Several newsletters: each may have tables of its own and name its `sources`.",
        "type": "array",
        "items": { "type": "object" },
    });
    schema["properties"]["newsletter"] = serde_json::json!({ "anyOf": [one, several] });
    schema
}

/// The settings of the config `text` that can be tuned, with defaults filled in: `newsletter`, `summary`, `stories`, the rules, and of each
/// source its name, section, weight and `max_stories`. No places, secrets or mail.
///
/// # Errors
/// As a config has them that cannot be read.
pub fn tunable(text: &str) -> Result<serde_json::Value, Diagnostic> {
    let file = File::read(text)?;
    let source = |options: &source::Options| {
        let weight = options.weight.unwrap_or(file.defaults.weight);
        serde_json::json!({
            "name": options.name, "section": options.section, "weight": weight, "max_stories": options.max_stories,
        })
    };
    Ok(serde_json::json!({
        "newsletter": file.newsletter,
        "summary": file.summary,
        "stories": file.stories,
        "rule": file.rule,
        "source": file.source.iter().map(source).collect::<Vec<_>>(),
    }))
}

/// Everything in the config `text` that [`tunable`] leaves out: what an edition's articles and its mail depend on.
///
/// # Errors
/// As a config has them that cannot be read.
pub fn fixed(text: &str) -> Result<toml::Table, Diagnostic> {
    let at = |error: toml::de::Error| from_toml(&error, text);
    let mut table: toml::Table = toml::from_str(text).map_err(at)?;
    for key in ["newsletter", "summary", "stories", "rule"] {
        table.remove(key);
    }
    let sources = table.get_mut("source").and_then(toml::Value::as_array_mut);
    for source in sources.into_iter().flatten().filter_map(toml::Value::as_table_mut) {
        for key in ["weight", "max_stories", "section"] {
            source.remove(key);
        }
    }
    Ok(table)
}

/// A setting that is not as it comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// With its tables: `mail.smtp.host`.
    pub key: String,
    /// Its value.
    pub value: toml::Value,
    /// Its value otherwise; `None` for what has no default.
    pub default: Option<toml::Value>,
}

/// The settings of `file` that are not as they come, by their keys; of sources, sections and rules only how many there are.
pub fn changed(file: &File) -> Vec<Changed> {
    let unset = File { mail: Some(send::Options::default()), ..File::default() };
    let table = |file: &File| toml::Table::try_from(file).unwrap_or_default();
    let mut found = Vec::new();
    differ(&table(file), &table(&unset), "", &mut found);
    found
}

fn differ(table: &toml::Table, unset: &toml::Table, before: &str, found: &mut Vec<Changed>) {
    for (key, value) in table {
        let (key, default) = (format!("{before}{key}"), unset.get(key));
        match (value, default) {
            (toml::Value::Table(table), Some(toml::Value::Table(unset))) => {
                differ(table, unset, &format!("{key}."), found);
            }
            (toml::Value::Table(table), None) => differ(table, &toml::Table::new(), &format!("{key}."), found),
            (toml::Value::Array(all), _) if before.is_empty() => {
                let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
                found.extend((count > 0).then(|| Changed { key, value: count.into(), default: None }));
            }
            _ if default != Some(value) => found.push(Changed { key, value: value.clone(), default: default.cloned() }),
            _ => {}
        }
    }
}
