//! Changes to a config's text: only the keys that are touched, with every comment and the order as they were.
//!
//! A key that is there keeps its place and the comment behind it; one that is not is added at the end of its table, a
//! table at the end of the file. The order of the changes does not matter.

use toml_edit::{Array, ArrayOfTables, Document, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::config::diagnostic::Diagnostic;
use crate::story::{Patterns, Rule};

/// One change of a config.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A key of a table at the top; without a value it is taken out, and its default counts.
    Key {
        /// `newsletter`, `summary`, `stories`.
        table: String,
        /// Its key.
        key: String,
        /// The new value.
        value: Option<Setting>,
    },
    /// A key of the source with this name.
    Source {
        /// Its name.
        name: String,
        /// Its key.
        key: String,
        /// The new value.
        value: Option<Setting>,
    },
    /// The rule with this name becomes this one, which is added if there is none; without one it is taken out.
    Rule {
        /// Its name.
        name: String,
        /// The rule as it is to be.
        rule: Option<Box<Rule>>,
    },
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// A word.
    Text(String),
    /// Words.
    List(Vec<String>),
}

impl From<&Setting> for Value {
    fn from(setting: &Setting) -> Self {
        match setting {
            Setting::Integer(number) => (*number).into(),
            Setting::Float(number) => (*number).into(),
            Setting::Bool(yes) => (*yes).into(),
            Setting::Text(text) => text.as_str().into(),
            Setting::List(texts) => texts.iter().map(String::as_str).collect::<Array>().into(),
        }
    }
}

impl Change {
    /// The thing changed; of two changes to one thing only one counts.
    fn target(&self) -> (u8, &str, &str) {
        match self {
            Self::Key { table, key, .. } => (0, table, key),
            Self::Source { name, key, .. } => (1, name, key),
            Self::Rule { name, .. } => (2, name, ""),
        }
    }
}

/// `text` with `changes`.
///
/// # Errors
/// The text is no TOML, a source is not in it, or two changes are about one thing.
pub fn amend(text: &str, changes: &[Change]) -> Result<String, Diagnostic> {
    let mut changes: Vec<&Change> = changes.iter().collect();
    changes.sort_by(|a, b| a.target().cmp(&b.target()));
    if let Some(pair) = changes.windows(2).find(|pair| pair[0].target() == pair[1].target()) {
        let (_, name, key) = pair[0].target();
        return Err(Diagnostic::at(None, format!("two changes of `{name}` {key}")));
    }
    let mut text = text.to_owned();
    for change in &changes {
        if let Change::Rule { name, rule: None } = change {
            text = without_rule(&text, name)?;
        }
    }
    let mut document: DocumentMut = text.parse().map_err(|error| no_toml(&error))?;
    for change in changes {
        match change {
            Change::Key { table, key, value } => {
                if value.is_none() && !document.contains_key(table) {
                    continue;
                }
                let table = document.entry(table).or_insert_with(|| Table::new().into());
                if let Some(table) = table.as_table_like_mut() {
                    set(table, key, value.as_ref().map(Value::from));
                }
            }
            Change::Source { name, key, value } => {
                let missing = || Diagnostic::at(None, format!("no `[[source]]` in the file is called `{name}`"));
                let source = named(&mut document, "source", name).ok_or_else(missing)?;
                set(source, key, value.as_ref().map(Value::from));
            }
            Change::Rule { rule: None, .. } => {}
            Change::Rule { name, rule: Some(rule) } => match named(&mut document, "rule", name) {
                Some(table) => write_rule(table, rule),
                None => add_rule(&mut document, rule),
            },
        }
    }
    Ok(document.to_string())
}

fn no_toml(error: &toml_edit::TomlError) -> Diagnostic {
    Diagnostic::at(error.span(), error.message().to_owned())
}

/// Puts `value` at `key`, behind it the comment that stood there; a value that is the same stays as it was written.
fn set(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    let Some(mut value) = value else {
        table.remove(key);
        return;
    };
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) if is_same(old, &value) => {}
        Some(old) => {
            let (was, is) = (old.clone().decorated("", "").to_string(), value.to_string());
            *value.decor_mut() = old.decor().clone();
            if let Some(behind) = old.decor().suffix().and_then(|suffix| suffix.as_str()) {
                value.decor_mut().set_suffix(aligned(behind, was.chars().count(), is.chars().count()));
            }
            *old = value;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

/// The comment `behind` a value, in the column where it stood, as far as the new value leaves room.
fn aligned(behind: &str, was: usize, is: usize) -> String {
    let comment = behind.trim_start_matches(' ');
    let blanks = behind.len() - comment.len();
    if !comment.starts_with('#') || blanks < 2 {
        return behind.to_owned();
    }
    format!("{}{comment}", " ".repeat((blanks + was).saturating_sub(is).max(1)))
}

fn is_same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Integer(old), Value::Float(new)) => old.value().to_string() == new.value().to_string(),
        (Value::String(old), Value::String(new)) => old.value() == new.value(),
        _ => old.clone().decorated("", "").to_string() == new.clone().decorated("", "").to_string(),
    }
}

/// The table called `name` in the array `kind`.
fn named<'a>(document: &'a mut DocumentMut, kind: &str, name: &str) -> Option<&'a mut dyn TableLike> {
    let is_it = |table: &dyn TableLike| table.get("name").and_then(Item::as_str) == Some(name);
    match document.get_mut(kind)? {
        Item::ArrayOfTables(tables) => {
            tables.iter_mut().find(|table| is_it(*table)).map(|table| table as &mut dyn TableLike)
        }
        Item::Value(Value::Array(tables)) => tables
            .iter_mut()
            .filter_map(Value::as_inline_table_mut)
            .find(|table| is_it(*table))
            .map(|table| table as &mut dyn TableLike),
        _ => None,
    }
}

fn verbs(rule: &Rule) -> [(&'static str, &Option<Patterns>); 3] {
    [("drop", &rule.drop), ("keep", &rule.keep), ("boost", &rule.boost)]
}

/// The patterns that are given, by their keys in the config.
fn patterns(patterns: &Patterns) -> Vec<(String, Option<String>)> {
    let all = serde_json::to_value(patterns).unwrap_or_default();
    let all = all.as_object().cloned().unwrap_or_default();
    all.into_iter().map(|(key, value)| (key, value.as_str().map(str::to_owned))).collect()
}

fn write_rule(table: &mut dyn TableLike, rule: &Rule) {
    set(table, "name", Some(rule.name.as_str().into()));
    for (verb, conditions) in verbs(rule) {
        let Some(conditions) = conditions else {
            table.remove(verb);
            continue;
        };
        if table.get(verb).is_none() {
            table.insert(verb, Item::Value(InlineTable::new().into()));
        }
        let Some(written) = table.get_mut(verb).and_then(Item::as_table_like_mut) else { continue };
        for (key, pattern) in patterns(conditions) {
            set(written, &key, pattern.map(Value::from));
        }
    }
    set(table, "by", rule.by.map(Value::from));
}

fn add_rule(document: &mut DocumentMut, rule: &Rule) {
    let mut table = Table::new();
    write_rule(&mut table, rule);
    table.fmt();
    match document.entry("rule").or_insert_with(|| ArrayOfTables::new().into()) {
        Item::ArrayOfTables(tables) => tables.push(table),
        Item::Value(Value::Array(tables)) => tables.push(table.into_inline_table()),
        _ => {}
    }
}

/// `text` without the lines of the rule called `name`; the comments around it stay.
fn without_rule(text: &str, name: &str) -> Result<String, Diagnostic> {
    let document = Document::parse(text.to_owned()).map_err(|error| no_toml(&error))?;
    let is_it = |table: &dyn TableLike| table.get("name").and_then(Item::as_str) == Some(name);
    let span = match document.get("rule") {
        Some(Item::ArrayOfTables(tables)) => tables.iter().find(|table| is_it(*table)).and_then(table_lines),
        Some(Item::Value(Value::Array(tables))) => {
            let place = tables.iter().position(|value| value.as_inline_table().is_some_and(|table| is_it(table)));
            let mut document: DocumentMut = text.parse().map_err(|error| no_toml(&error))?;
            let tables = document.get_mut("rule").and_then(Item::as_array_mut);
            if let (Some(place), Some(tables)) = (place, tables) {
                tables.remove(place);
            }
            return Ok(document.to_string());
        }
        _ => None,
    };
    let Some((start, end)) = span else { return Ok(text.to_owned()) };
    let end = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
    let after = &text[end..];
    // One blank line goes with it.
    let after = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n')).unwrap_or(after);
    Ok(format!("{}{after}", &text[..start]))
}

/// The first byte of a table's head, and the last of what stands in it.
fn table_lines(table: &Table) -> Option<(usize, usize)> {
    let start = table.span()?.start;
    let ends = table.iter().filter_map(|(_, item)| match item {
        Item::Table(inner) => table_lines(inner).map(|(_, end)| end),
        item => item.span().map(|span| span.end),
    });
    let starts = table.span()?.end;
    Some((start, ends.chain([starts]).max()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# mine\nversion = 1\n[newsletter] # facts\nmax_stories = 12   # told in full\n# sentences = 3\n\n\
        [[source]]\nname = 'A'\nfeed = 'x'\n\n# Rules\n[[rule]]\nname = 'deals'\ndrop = { title = 'deal' } # spam\n\n\
        # more rules\n[[rule]]\nname = 'always'\nkeep = { source = 'A' }\n\n# [[rule]]\n# name = 'example'\n\n\
        [stories]\ncluster = 0.2 # tight\n";

    fn key(table: &str, key: &str, value: Setting) -> Change {
        Change::Key { table: table.into(), key: key.into(), value: Some(value) }
    }

    fn rule(name: &str, title: &str) -> Change {
        let boost = Some(Patterns { title: Some(title.into()), ..Patterns::default() });
        let rule = Rule { name: name.into(), boost, by: Some(2.0), ..Rule::default() };
        Change::Rule { name: name.into(), rule: Some(Box::new(rule)) }
    }

    /// The lines that went and those that came.
    fn lines<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
        let only = |one: &'a str, other: &str| {
            let mut rest: Vec<&str> = other.lines().collect();
            let lines = one.lines().filter(|line| match rest.iter().position(|known| known == line) {
                Some(place) => {
                    rest.remove(place);
                    false
                }
                None => !line.is_empty(),
            });
            lines.collect()
        };
        (only(before, after), only(after, before))
    }

    #[test]
    fn only_the_touched_lines_change() {
        let changes = [
            key("newsletter", "max_stories", Setting::Integer(13)),
            key("stories", "cluster", Setting::Float(0.2)),
            key("summary", "redundancy", Setting::Float(0.0)),
            Change::Source { name: "A".into(), key: "weight".into(), value: Some(Setting::Float(0.5)) },
            rule("ferries", r"(?i)\bferry\b"),
        ];
        let after = amend(TEXT, &changes).unwrap();
        let (gone, new) = lines(TEXT, &after);
        assert_eq!(gone, ["max_stories = 12   # told in full"], "{after}");
        let ferry = r"boost = { title = '(?i)\bferry\b' }";
        let wanted = [
            "max_stories = 13   # told in full",
            "weight = 0.5",
            "[[rule]]",
            "name = \"ferries\"",
            ferry,
            "by = 2.0",
            "[summary]",
            "redundancy = 0.0",
        ];
        assert_eq!(new, wanted, "{after}");
        let mut other = changes.clone();
        other.reverse();
        assert_eq!(amend(TEXT, &other).unwrap(), after, "the order of the changes does not matter");
    }

    #[test]
    fn a_rule_is_changed_and_taken_out_without_the_words_around_it() {
        let gone = Change::Rule { name: "deals".into(), rule: None };
        let after = amend(TEXT, &[gone]).unwrap();
        let (lost, new) = lines(TEXT, &after);
        assert_eq!(lost, ["name = 'deals'", "drop = { title = 'deal' } # spam", "[[rule]]"], "{after}");
        assert!(new.is_empty() && after.contains("# Rules\n") && after.contains("# more rules\n[[rule]]"), "{after}");
        let gone = Change::Rule { name: "always".into(), rule: None };
        let after = amend(TEXT, &[gone]).unwrap();
        assert!(after.contains("# more rules\n# [[rule]]\n# name = 'example'\n"), "{after}");
        let after = amend(TEXT, &[rule("deals", "sale")]).unwrap();
        let (lost, new) = lines(TEXT, &after);
        assert_eq!(lost, ["drop = { title = 'deal' } # spam"], "{after}");
        assert_eq!(new, ["boost = { title = \"sale\" }", "by = 2.0"], "{after}");
    }

    #[test]
    fn a_key_is_taken_out_and_two_changes_of_one_key_are_a_mistake() {
        let out = Change::Key { table: "stories".into(), key: "cluster".into(), value: None };
        let shorter = amend(TEXT, &[key("newsletter", "max_stories", Setting::Integer(6))]).unwrap();
        assert!(shorter.contains("max_stories = 6    # told in full"), "{shorter}");
        assert!(!amend(TEXT, std::slice::from_ref(&out)).unwrap().contains("cluster"));
        assert!(amend(TEXT, &[out, key("stories", "cluster", Setting::Float(0.3))]).is_err());
        let nobody = Change::Source { name: "B".into(), key: "weight".into(), value: None };
        assert!(amend(TEXT, &[nobody]).is_err());
    }

    #[test]
    fn inline_tables_and_dotted_keys_stay_what_they_are() {
        let text = "newsletter.max_stories = 4\nstories = { cluster = 0.3 }\nrule = [{ name = 'a', drop = { title = 'x' } }]\n";
        let changes = [
            key("newsletter", "max_stories", Setting::Integer(5)),
            key("stories", "cluster", Setting::Float(0.4)),
            rule("b", "y"),
            Change::Rule { name: "a".into(), rule: None },
        ];
        let after = amend(text, &changes).unwrap();
        assert!(
            after.starts_with("newsletter.max_stories = 5\nstories = { cluster = 0.4 }\nrule = [{ name"),
            "{after}"
        );
        assert!(after.contains("\"b\"") && !after.contains("'a'"), "{after}");
    }
}
