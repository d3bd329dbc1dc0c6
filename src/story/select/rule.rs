//! Named rules: what is never published, always published, published earlier.
//!
//! Precedence is fixed, whatever the order in the file: `drop`, then `keep`, then `boost`. An article that any rule
//! drops is gone. A kept article's story is published whatever the quotas and budgets say (it still must be new and not too
//! old). A boosted article's story moves up by the rule's `by`. Patterns are regular expressions of the `regex` crate,
//! whose matching time is linear in the text; all patterns of one rule must match. Pattern and text are compared as people
//! type them ([`Typed`]): a no-break space is a space.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Article;
use crate::text::Typed;
use crate::text::dates::length;

/// One `[[rule]]`: a name and exactly one of `drop`, `keep`, `boost`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// Its name in reports; must be given and unique.
    pub name: String,
    /// Matching articles are never published.
    pub drop: Option<Patterns>,
    /// Matching articles are published even when a quota or a budget is full.
    pub keep: Option<Patterns>,
    /// Stories of matching articles move up by `by`.
    pub boost: Option<Patterns>,
    /// How far a boost moves, in points of the story's score (one more source is worth about 1); default 1, may be
    /// negative.
    pub by: Option<f64>,
}

/// The conditions on an article; every pattern given must match.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Patterns {
    /// Regular expression found in the headline.
    pub title: Option<String>,
    /// Regular expression found in the text.
    pub text: Option<String>,
    /// Regular expression found in the byline.
    pub author: Option<String>,
    /// Regular expression found in one of the tags.
    pub tag: Option<String>,
    /// Regular expression found in the URL.
    pub url: Option<String>,
    /// Regular expression found in the source's name.
    pub source: Option<String>,
    /// Regular expression found in the name of its section.
    pub section: Option<String>,
    /// Regular expression found in the language code.
    pub language: Option<String>,
    /// Published longer ago than this: `36h`, `3 days`, `2w`.
    pub older_than: Option<String>,
}

/// A rule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule `{name}`: `{field}`: {message}")]
pub struct RuleError {
    /// Which rule, counted from 0 in the order given.
    pub rule: usize,
    /// Its name; empty if it has none.
    pub name: String,
    /// Which key inside it (`name`, `drop.title`, `by`); empty when the rule as a whole is wrong.
    pub field: String,
    /// The mistake; for a pattern, the message of the `regex` crate, which may have several lines.
    pub message: String,
}

/// Rules ready for use.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The section of each source that has one.
    sections: BTreeMap<String, String>,
    drop: Vec<Compiled>,
    keep: Vec<Compiled>,
    boost: Vec<Compiled>,
}

/// A rule's pattern found in an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleMatch {
    /// Name of the rule.
    pub rule: String,
    /// Which of its patterns, as it is called in the config; `older_than` of a rule without patterns.
    pub field: &'static str,
    /// Where in that field's text; for `tag`, in the tag it is found in.
    pub range: Range<usize>,
}

#[derive(Debug, Clone)]
struct Compiled {
    name: String,
    by: f64,
    patterns: Vec<(Field, Regex)>,
    older_than: Option<SignedDuration>,
}

#[derive(Debug, Clone, Copy)]
enum Field {
    Title,
    Text,
    Author,
    Tag,
    Url,
    Source,
    Section,
    Language,
}

/// The effects of the rules on an article that is not dropped.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::story) struct RuleEffects {
    /// Names of the rules that keep it.
    pub kept_by: Vec<String>,
    /// Names of the rules that boost it, and by how much.
    pub boosts: Vec<(String, f64)>,
}

impl RuleEffects {
    /// All of them together, each once, by name.
    pub(in crate::story) fn united<'a>(effects: impl Iterator<Item = &'a Self>) -> Self {
        let mut united = Self::default();
        for effect in effects {
            united.kept_by.extend_from_slice(&effect.kept_by);
            united.boosts.extend_from_slice(&effect.boosts);
        }
        united.kept_by.sort();
        united.kept_by.dedup();
        united.boosts.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        united.boosts.dedup();
        united
    }
}

impl Rules {
    /// Checks and compiles `rules`.
    ///
    /// # Errors
    ///
    /// All that is wrong, in the order of the rules; never an empty list.
    pub fn compile(rules: &[Rule]) -> Result<Self, Vec<RuleError>> {
        let mut compiled = Self::default();
        let mut errors = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let repeated = rules[..index].iter().any(|earlier| !rule.name.is_empty() && earlier.name == rule.name);
            let outcome = if repeated {
                Err(vec![("name".to_owned(), "another rule has this name".to_owned())])
            } else {
                compiled.add(rule)
            };
            let found = outcome.err().unwrap_or_default();
            errors.extend(found.into_iter().map(|(field, message)| RuleError {
                rule: index,
                name: rule.name.clone(),
                field,
                message,
            }));
        }
        if errors.is_empty() { Ok(compiled) } else { Err(errors) }
    }

    /// The same with the sections of the sources, by their names.
    #[must_use]
    pub fn in_sections(self, sections: BTreeMap<String, String>) -> Self {
        Self { sections, ..self }
    }

    fn add(&mut self, rule: &Rule) -> Result<(), Vec<(String, String)>> {
        let given = [("drop", &rule.drop), ("keep", &rule.keep), ("boost", &rule.boost)];
        let mut verbs = given.iter().filter_map(|(verb, patterns)| patterns.as_ref().map(|patterns| (*verb, patterns)));
        let one = |field: &str, message: &str| Err(vec![(field.to_owned(), message.to_owned())]);
        if rule.name.trim().is_empty() {
            return one("name", "a rule needs a name, which the report shows");
        }
        let (Some((verb, patterns)), None) = (verbs.next(), verbs.next()) else {
            return one("", "a rule has exactly one of `drop`, `keep`, `boost`");
        };
        if rule.by.is_some() && verb != "boost" {
            return one("by", "only a rule with `boost` has `by`");
        }
        let by = rule.by.unwrap_or(1.0);
        if !by.is_finite() {
            return one("by", "must be a finite number");
        }
        let compiled = Compiled::new(rule, verb, by, patterns)?;
        match verb {
            "drop" => self.drop.push(compiled),
            "keep" => self.keep.push(compiled),
            _ => self.boost.push(compiled),
        }
        Ok(())
    }

    /// The name of the first rule that drops `article`, if one does.
    pub(in crate::story) fn dropped_by(&self, article: &Article, now: Timestamp) -> Option<&str> {
        let subject = self.subject(article);
        self.drop.iter().find(|rule| rule.matches(&subject, now)).map(|rule| rule.name.as_str())
    }

    /// Every rule that matches `article`, whatever it does, with the place of its first pattern.
    pub fn matches(&self, article: &Article, now: Timestamp) -> Vec<RuleMatch> {
        let all = self.drop.iter().chain(&self.keep).chain(&self.boost);
        let subject = self.subject(article);
        let place = |rule: &Compiled| {
            let first = rule.patterns.first();
            let found = first.and_then(|(field, regex)| Some((field.name(), subject.find(*field, regex)?)));
            let (field, range) = found.unwrap_or(("older_than", 0..0));
            RuleMatch { rule: rule.name.clone(), field, range }
        };
        all.filter(|rule| rule.matches(&subject, now)).map(place).collect()
    }

    /// The name of the section an article's source stands in; empty for none.
    pub fn section(&self, article: &Article) -> &str {
        self.sections.get(&article.source).map_or("", String::as_str)
    }

    fn subject<'a>(&'a self, article: &'a Article) -> Subject<'a> {
        Subject { article, section: self.section(article), text: OnceCell::new() }
    }

    /// The effects of the other rules on `article`.
    pub(in crate::story) fn effects(&self, article: &Article, now: Timestamp) -> RuleEffects {
        let subject = self.subject(article);
        let matching = |rules: &[Compiled]| -> Vec<(String, f64)> {
            let matching = rules.iter().filter(|rule| rule.matches(&subject, now));
            matching.map(|rule| (rule.name.clone(), rule.by)).collect()
        };
        let kept_by = matching(&self.keep).into_iter().map(|(name, _)| name).collect();
        RuleEffects { kept_by, boosts: matching(&self.boost) }
    }
}

impl Compiled {
    fn new(rule: &Rule, verb: &str, by: f64, patterns: &Patterns) -> Result<Self, Vec<(String, String)>> {
        let given = [
            (Field::Title, "title", &patterns.title),
            (Field::Text, "text", &patterns.text),
            (Field::Author, "author", &patterns.author),
            (Field::Tag, "tag", &patterns.tag),
            (Field::Url, "url", &patterns.url),
            (Field::Source, "source", &patterns.source),
            (Field::Section, "section", &patterns.section),
            (Field::Language, "language", &patterns.language),
        ];
        let mut compiled = Vec::new();
        let mut errors = Vec::new();
        for (field, key, pattern) in given {
            match pattern.as_deref().map(|pattern| RegexBuilder::new(&Typed::of(pattern).text).build()) {
                Some(Ok(regex)) => compiled.push((field, regex)),
                Some(Err(error)) => errors.push((format!("{verb}.{key}"), error.to_string())),
                None => {}
            }
        }
        let older_than = match patterns.older_than.as_deref().map(duration) {
            Some(Err(message)) => {
                errors.push((format!("{verb}.older_than"), message));
                None
            }
            Some(Ok(age)) => Some(age),
            None => None,
        };
        if errors.is_empty() && compiled.is_empty() && older_than.is_none() {
            errors.push((verb.to_owned(), "needs at least one pattern".to_owned()));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self { name: rule.name.clone(), by, patterns: compiled, older_than })
    }

    fn matches(&self, subject: &Subject<'_>, now: Timestamp) -> bool {
        let old = |age: SignedDuration| subject.article.time().is_some_and(|time| now.duration_since(time) > age);
        self.older_than.is_none_or(old) && self.patterns.iter().all(|(field, regex)| subject.has(*field, regex))
    }
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Author => "author",
            Self::Tag => "tag",
            Self::Url => "url",
            Self::Source => "source",
            Self::Section => "section",
            Self::Language => "language",
        }
    }

    /// Its texts in what is asked about: several tags, one title, perhaps no author.
    fn texts<'a>(self, article: &'a Article, section: &'a str) -> Vec<&'a str> {
        match self {
            Self::Title => vec![&article.title],
            Self::Text => vec![&article.text],
            Self::Author => article.byline.as_deref().into_iter().collect(),
            Self::Tag => article.tags.iter().map(String::as_str).collect(),
            Self::Url => article.url.as_deref().into_iter().collect(),
            Self::Source => vec![&article.source],
            Self::Section => vec![section],
            Self::Language => article.language.as_deref().into_iter().collect(),
        }
    }
}

/// An article that rules are asked about.
struct Subject<'a> {
    article: &'a Article,
    section: &'a str,
    /// Its text as people type it, made once for all rules.
    text: OnceCell<Typed<'a>>,
}

impl Subject<'_> {
    fn has(&self, field: Field, regex: &Regex) -> bool {
        if matches!(field, Field::Text) {
            return regex.is_match(&self.text.get_or_init(|| Typed::of(&self.article.text)).text);
        }
        let texts = field.texts(self.article, self.section);
        texts.into_iter().any(|text| regex.is_match(&Typed::of(text).text))
    }

    /// Where `regex` is first found.
    fn find(&self, field: Field, regex: &Regex) -> Option<Range<usize>> {
        field.texts(self.article, self.section).into_iter().find_map(|text| {
            let typed = Typed::of(text);
            Some(typed.original(regex.find(&typed.text)?.range()))
        })
    }
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    length::parse(text).ok_or_else(|| format!("{}: {}", length::WRONG, length::HOW))
}
