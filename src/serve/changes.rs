//! A list of changes as the page sends it → the config's text with them. Only what can be tuned can be changed.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::config::{self, Change, Config, Setting};
use crate::serve::controls::{CONTROLS, Kind, kind};
use crate::serve::problem::Problem;
use crate::story::{Patterns, Rule};

/// Changes in one list.
const MOST_CHANGES: usize = 200;
/// Bytes of one pattern.
const LONGEST_PATTERN: usize = 2_000;
/// Bytes of a name or a word.
const LONGEST_WORD: usize = 1_000;

/// One change, as it stands in the page's list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Asked {
    /// `table.key`, or with `source` one of its keys.
    pub(super) key: Option<String>,
    /// The source that is changed.
    pub(super) source: Option<String>,
    /// The rule that is changed.
    pub(super) rule: Option<String>,
    /// The new value; of a rule the whole rule.
    pub(super) value: Option<Value>,
    /// The key is taken out, so that its default counts.
    pub(super) unset: bool,
    /// The rule is taken out.
    pub(super) remove: bool,
}

impl Asked {
    /// Its name on the page: the key, the source and its key, or the rule.
    fn id(&self) -> String {
        match (&self.rule, &self.source, &self.key) {
            (Some(rule), ..) => format!("rule {rule}"),
            (_, Some(source), key) => format!("{source} {}", key.as_deref().unwrap_or_default()),
            (.., key) => key.clone().unwrap_or_default(),
        }
    }
}

/// `problem` with the name of the change that makes it, where one does by itself.
pub(super) fn blamed(problem: Problem, text: &str, asked: &[Asked], path: &Path) -> Problem {
    let is_wrong = |one: &&Asked| match changed(text, std::slice::from_ref(*one)) {
        Ok(text) => Config::parse(&text, path).is_err(),
        Err(_) => true,
    };
    match asked.iter().take(MOST_CHANGES).find(is_wrong) {
        Some(one) => problem.key(one.id()),
        None => problem,
    }
}

/// `text` with what `asked` changes.
pub(super) fn changed(text: &str, asked: &[Asked]) -> Result<String, Problem> {
    if asked.len() > MOST_CHANGES {
        return Err(Problem::input(format!("at most {MOST_CHANGES} changes at a time")));
    }
    if asked.is_empty() {
        return Ok(text.to_owned());
    }
    let schema = config::schema();
    let changes: Result<Vec<Change>, Problem> = asked.iter().map(|one| change(&schema, one)).collect();
    Ok(config::amend(text, &changes?)?)
}

fn change(schema: &Value, asked: &Asked) -> Result<Change, Problem> {
    match (&asked.rule, &asked.source, &asked.key) {
        (Some(name), None, None) => rule(name, asked),
        (None, Some(source), Some(key)) => {
            let kind = match key.as_str() {
                "weight" => Kind::Float,
                "max_stories" => Kind::Integer,
                _ => return Err(Problem::input(format!("`{key}` of a source is not changed here")).key(key)),
            };
            let value = value(&kind, key, asked)?;
            Ok(Change::Source { name: source.clone(), key: key.clone(), value })
        }
        (None, None, Some(key)) => {
            let known = CONTROLS.iter().any(|control| control.key == key);
            let (Some((table, name)), Some(kind), true) = (key.split_once('.'), kind(schema, key), known) else {
                return Err(Problem::input(format!("`{key}` is not changed here")).key(key));
            };
            let value = value(&kind, key, asked)?;
            Ok(Change::Key { table: table.to_owned(), key: name.to_owned(), value })
        }
        _ => Err(Problem::input("a change names a key, a source and its key, or a rule")),
    }
}

fn value(kind: &Kind, key: &str, asked: &Asked) -> Result<Option<Setting>, Problem> {
    let wrong = |what: &str| Problem::input(format!("`{key}` is {what}")).key(key);
    let Some(value) = asked.value.as_ref().filter(|_| !asked.unset) else {
        return if asked.unset { Ok(None) } else { Err(wrong("changed to nothing")) };
    };
    let whole = |number: f64| number.fract() == 0.0 && (0.0..=1e9).contains(&number);
    let setting = match (kind, value) {
        (Kind::Integer, Value::Number(number)) => {
            let number =
                number.as_f64().filter(|number| whole(*number)).ok_or_else(|| wrong("a whole number from 0"))?;
            Setting::Integer(number as i64)
        }
        (Kind::Float | Kind::Order, Value::Number(number)) => {
            Setting::Float(number.as_f64().filter(|number| number.is_finite()).ok_or_else(|| wrong("a number"))?)
        }
        (Kind::Order, Value::String(word)) if word == "auto" => Setting::Text(word.clone()),
        (Kind::Bool, Value::Bool(yes)) => Setting::Bool(*yes),
        (Kind::Choice(words), Value::String(word)) if words.contains(word) => Setting::Text(word.clone()),
        (Kind::Words, Value::Array(words)) => {
            let word = |word: &Value| word.as_str().filter(|word| word.len() <= LONGEST_WORD).map(str::to_owned);
            let words: Option<Vec<String>> = words.iter().map(word).collect();
            Setting::List(words.filter(|words| words.len() <= 100).ok_or_else(|| wrong("a list of words"))?)
        }
        (Kind::Choice(words), _) => return Err(wrong(&format!("one of {}", words.join(", ")))),
        _ => return Err(wrong("of another type")),
    };
    Ok(Some(setting))
}

fn rule(name: &str, asked: &Asked) -> Result<Change, Problem> {
    if asked.remove {
        return Ok(Change::Rule { name: name.to_owned(), rule: None });
    }
    let rule = understood(asked.value.clone().unwrap_or_default()).map_err(|problem| problem.key(name))?;
    Ok(Change::Rule { name: name.to_owned(), rule: Some(Box::new(rule)) })
}

/// A rule as the page sends it.
pub(super) fn understood(value: Value) -> Result<Rule, Problem> {
    let pattern = |title: String| Problem::new(422, "pattern", title);
    let rule: Rule = serde_json::from_value(value).map_err(|error| pattern(error.to_string()))?;
    let lengths = |patterns: &Patterns| {
        let Patterns { title, text, author, tag, url, source, section, language, older_than } = patterns;
        let all = [title, text, author, tag, url, source, section, language, older_than];
        all.into_iter().flatten().map(String::len).max().unwrap_or(0)
    };
    let longest = [&rule.drop, &rule.keep, &rule.boost].into_iter().flatten().map(lengths).max().unwrap_or(0);
    if longest > LONGEST_PATTERN || rule.name.len() > LONGEST_WORD {
        return Err(pattern(format!("a pattern has at most {LONGEST_PATTERN} bytes")));
    }
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(asked: Value, expected: Result<&str, &str>) {
        let asked: Asked = serde_json::from_value(asked).unwrap();
        let text = "[newsletter]\nmax_stories = 12\n[[source]]\nname = 'A'\n";
        let got = changed(text, &[asked]).map_err(|problem| problem.title);
        match expected {
            Ok(line) => assert!(got.as_ref().is_ok_and(|text| text.lines().any(|one| one == line)), "{line}: {got:?}"),
            Err(words) => assert!(got.as_ref().is_err_and(|title| title.contains(words)), "{words}: {got:?}"),
        }
    }

    #[test]
    fn values_are_written_as_their_settings_are() {
        check(json!({"key": "newsletter.max_stories", "value": 13}), Ok("max_stories = 13"));
        check(json!({"key": "summary.redundancy", "value": 2}), Ok("redundancy = 2.0"));
        check(json!({"key": "summary.order", "value": "auto"}), Ok("order = \"auto\""));
        check(json!({"key": "stories.adds", "value": false}), Ok("adds = false"));
        check(json!({"key": "newsletter.sections", "value": ["B", "A"]}), Ok("sections = [\"B\", \"A\"]"));
        check(json!({"source": "A", "key": "weight", "value": 0.5}), Ok("weight = 0.5"));
    }

    #[test]
    fn what_is_not_tuned_is_not_changed() {
        for key in
            ["mail.from", "store.path", "fetch.timeout", "ping.url", "newsletter.name", "version", "rating.mailto"]
        {
            check(json!({"key": key, "value": "x"}), Err("not changed here"));
        }
        check(json!({"source": "A", "key": "command", "value": ["rm"]}), Err("not changed here"));
        check(json!({"source": "A", "key": "feed", "value": "x"}), Err("not changed here"));
        check(json!({"key": "newsletter.max_stories", "value": 1.5}), Err("whole number"));
        check(json!({"key": "newsletter.max_stories", "value": "x\n[mail]"}), Err("another type"));
        check(json!({"key": "newsletter.layout", "value": "round"}), Err("one of lead, equal"));
        check(json!({"rule": "r", "value": {"name": "r", "drop": {"title": "x".repeat(3000)}}}), Err("at most"));
    }
}
