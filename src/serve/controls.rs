//! Every setting that can be tuned, as a control: range, step and label by hand, all else from the config's own schema.

use serde_json::{Value, json};

use crate::config;
use crate::serve::problem::Problem;
use crate::serve::workbench::Current;

/// A setting's control.
pub(super) struct Control {
    /// `table.key` in the config.
    pub(super) key: &'static str,
    group: &'static str,
    label: &'static str,
    /// Smallest and largest value of its slider, and its step; nothing for what is no number.
    range: Option<(f64, f64, f64)>,
    /// The meaning of 0, where it has one.
    zero: Option<&'static str>,
}

const LENGTH: &str = "Length, at most";
const SENTENCES: &str = "Sentences";
const STORIES: &str = "Stories";
const SHAPE: &str = "Shape";

const fn number(
    key: &'static str,
    group: &'static str,
    label: &'static str,
    range: (f64, f64, f64),
    zero: Option<&'static str>,
) -> Control {
    Control { key, group, label, range: Some(range), zero }
}

const fn choice(key: &'static str, group: &'static str, label: &'static str) -> Control {
    Control { key, group, label, range: None, zero: None }
}

const NO_LIMIT: Option<&str> = Some("no limit");

pub(super) const CONTROLS: [Control; 26] = [
    number("newsletter.max_stories", LENGTH, "Stories", (1.0, 40.0, 1.0), None),
    number("summary.sentences", LENGTH, "Sentences a story", (1.0, 12.0, 1.0), None),
    number("newsletter.reading_minutes", LENGTH, "Minutes to read", (0.0, 30.0, 1.0), NO_LIMIT),
    number("newsletter.max_per_source", LENGTH, "Stories a source", (0.0, 20.0, 1.0), NO_LIMIT),
    number("newsletter.max_per_section", LENGTH, "Stories a section", (0.0, 20.0, 1.0), NO_LIMIT),
    number("newsletter.max_more", LENGTH, "Links a section", (0.0, 60.0, 1.0), None),
    number("newsletter.max_height", LENGTH, "Height on a phone", (0.0, 12000.0, 100.0), NO_LIMIT),
    number("newsletter.max_html_kb", LENGTH, "Kilobytes", (20.0, 300.0, 5.0), None),
    choice("newsletter.layout", SHAPE, "Layout"),
    number("newsletter.fulls", SHAPE, "Stories in full", (1.0, 20.0, 1.0), None),
    choice("newsletter.text_links", SHAPE, "Links in plain text"),
    choice("newsletter.sections", SHAPE, "Sections"),
    choice("summary.method", SENTENCES, "Ranked by"),
    number("summary.words", SENTENCES, "Words a story", (20.0, 400.0, 5.0), None),
    number("summary.share", SENTENCES, "Share of the text", (0.02, 1.0, 0.02), None),
    number("summary.order", SENTENCES, "Reading order", (0.0, 1.0, 0.05), None),
    number("summary.title", SENTENCES, "Headline’s words", (0.0, 5.0, 0.1), Some("ignored")),
    number("summary.redundancy", SENTENCES, "Avoid repeating", (0.0, 6.0, 0.1), Some("ignored")),
    number("summary.damping", SENTENCES, "Walk follows", (0.0, 1.0, 0.05), None),
    number("stories.cluster", STORIES, "Group articles at", (0.0, 1.0, 0.05), None),
    number("stories.duplicate", STORIES, "Same text at", (0.05, 1.0, 0.05), None),
    number("stories.new", STORIES, "News in an update", (0.0, 1.0, 0.05), None),
    number("stories.remember_days", STORIES, "Days remembered", (0.0, 90.0, 1.0), None),
    number("newsletter.first_hours", STORIES, "First edition’s hours", (1.0, 336.0, 1.0), None),
    choice("stories.adds", STORIES, "Add another source"),
    choice("stories.disagreements", STORIES, "Show other numbers"),
];

/// How a control is operated, and how its value is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Integer,
    Float,
    Bool,
    Words,
    /// A number, or the text decides.
    Order,
    Choice(Vec<String>),
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Words => "words",
            Self::Order => "order",
            Self::Choice(_) => "choice",
        }
    }
}

/// The definition that a part of the schema refers to.
fn resolved<'a>(schema: &'a Value, mut part: &'a Value) -> &'a Value {
    while let Some(name) = part["$ref"].as_str().and_then(|place| place.strip_prefix("#/$defs/")) {
        part = &schema["$defs"][name];
    }
    part
}

/// The schema's part for `table.key`.
fn property<'a>(schema: &'a Value, key: &str) -> &'a Value {
    let (table, key) = key.split_once('.').unwrap_or_default();
    &resolved(schema, &schema["properties"][table])["properties"][key]
}

/// The kind of the setting `key`, by the schema.
pub(super) fn kind(schema: &Value, key: &str) -> Option<Kind> {
    let part = resolved(schema, property(schema, key));
    if part["anyOf"].is_array() {
        return Some(Kind::Order);
    }
    let choices = part["oneOf"].as_array().or_else(|| part["enum"].as_array());
    if let Some(choices) = choices {
        let word = |choice: &Value| choice["const"].as_str().or_else(|| choice.as_str()).map(str::to_owned);
        return Some(Kind::Choice(choices.iter().filter_map(word).collect()));
    }
    let kind = part["type"].as_str().or_else(|| part["type"][0].as_str())?;
    match kind {
        "integer" => Some(Kind::Integer),
        "number" => Some(Kind::Float),
        "boolean" => Some(Kind::Bool),
        "array" => Some(Kind::Words),
        _ => None,
    }
}

/// `value` without the keys that say nothing.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(said.map(|(key, value)| (key.clone(), without_nulls(value))).collect())
        }
        Value::Array(all) => all.iter().map(without_nulls).collect(),
        value => value.clone(),
    }
}

/// All controls with their values by the file, the weights of the sources, and the rules.
pub(super) fn controls(current: &Current) -> Result<Value, Problem> {
    let schema = config::schema();
    let values = config::tunable(&current.text)?;
    let defaults = config::tunable("")?;
    let written: toml::Table = toml::from_str(&current.text).unwrap_or_default();
    let at = |all: &Value, key: &str| {
        let (table, key) = key.split_once('.').unwrap_or_default();
        all[table][key].clone()
    };
    let one = |control: &Control| {
        let (table, key) = control.key.split_once('.').unwrap_or_default();
        let kind = kind(&schema, control.key);
        let (min, max, step) = control.range.unwrap_or_default();
        json!({
            "key": control.key, "group": control.group, "label": control.label, "zero": control.zero,
            "help": property(&schema, control.key)["description"],
            "type": kind.as_ref().map(Kind::name),
            "choices": if let Some(Kind::Choice(words)) = &kind { Some(words) } else { None },
            "min": min, "max": max, "step": step,
            "default": at(&defaults, control.key), "value": at(&values, control.key),
            "set": written.get(table).and_then(|table| table.get(key)).is_some(),
        })
    };
    Ok(json!({
        "controls": CONTROLS.iter().map(one).collect::<Vec<_>>(),
        "sources": values["source"],
        "rules": without_nulls(&values["rule"]),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not tuned on an edition: what the newsletter is called, when it comes, who lets it leave and what is fetched for it.
    const FACTS: [&str; 13] = [
        "name",
        "title",
        "language",
        "timezone",
        "when_empty",
        "min_interval",
        "template",
        "subject",
        "approve",
        "editor",
        "source_health",
        "images",
        "max_image_kb",
    ];

    #[test]
    fn every_setting_has_its_control() {
        let schema = config::schema();
        for table in ["newsletter", "summary", "stories"] {
            let keys = resolved(&schema, &schema["properties"][table])["properties"].as_object().unwrap();
            for key in keys.keys().filter(|key| table != "newsletter" || !FACTS.contains(&key.as_str())) {
                let full = format!("{table}.{key}");
                let control = CONTROLS.iter().find(|control| control.key == full);
                let control = control.unwrap_or_else(|| panic!("`{full}` has no control: add it to the table"));
                let kind = kind(&schema, &full).unwrap_or_else(|| panic!("`{full}` has no kind"));
                let is_number = matches!(kind, Kind::Integer | Kind::Float | Kind::Order);
                assert_eq!(control.range.is_some(), is_number, "the range of `{full}`, which is {kind:?}");
                assert!(property(&schema, &full)["description"].is_string(), "`{full}` has a description");
            }
        }
        let known = CONTROLS.iter().all(|control| kind(&schema, control.key).is_some());
        assert!(known, "every control is of a setting");
    }

    #[test]
    fn defaults_lie_in_their_ranges() {
        let defaults = config::tunable("").unwrap();
        for control in &CONTROLS {
            let (table, key) = control.key.split_once('.').unwrap();
            let (Some(value), Some((min, max, _))) = (defaults[table][key].as_f64(), control.range) else { continue };
            assert!((min..=max).contains(&value), "{} = {value}", control.key);
        }
    }
}
