//! `[[section]]`: how much of it an edition shows, and what its sources do unless they say otherwise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::options::{FullText, Options};

/// One `[[section]]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SectionOptions {
    /// Its name, as its sources give it.
    pub name: String,
    /// Most stories published in full in it; unset: `[newsletter] max_per_section`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_stories: Option<usize>,
    /// Sentences of its stories; unset: as `[summary]` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentences: Option<usize>,
    /// Words of its stories at most, in place of `sentences`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<usize>,
    /// How much its stories count when they are ordered; 1 is neutral.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Most entries taken of one of its sources in one run, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_entries: Option<usize>,
    /// Whether links are followed for the whole article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_text: Option<FullText>,
    /// Failures in a row before anyone hears of one of its sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warn_after: Option<u32>,
    /// BCP 47 language of its articles, where they do not say or say it wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl Options {
    /// The same with what it leaves out and its section says.
    #[must_use]
    pub fn in_section(&self, sections: &[SectionOptions]) -> Self {
        let own = self.section.as_deref().map(str::trim).unwrap_or_default();
        let Some(section) = sections.iter().find(|section| section.name.trim() == own) else { return self.clone() };
        let has_budget = self.sentences.is_some() || self.words.is_some();
        let budget = |of_section: Option<usize>| of_section.filter(|_| !has_budget);
        Self {
            sentences: self.sentences.or(budget(section.sentences)),
            words: self.words.or(budget(section.words)),
            weight: self.weight.or(section.weight),
            max_entries: self.max_entries.or(section.max_entries),
            full_text: self.full_text.or(section.full_text),
            warn_after: self.warn_after.or(section.warn_after),
            language: self.language.clone().or_else(|| section.language.clone()),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_takes_of_its_section_what_it_does_not_say() {
        let sections: Vec<SectionOptions> =
            vec![toml::from_str("name = 'Region'\nsentences = 2\nweight = 0.5\nlanguage = 'de'").unwrap()];
        let filled = |text: &str| toml::from_str::<Options>(text).unwrap().in_section(&sections);
        let plain = filled("name = 'a'\nsection = 'Region'");
        assert_eq!((plain.sentences, plain.weight, plain.language.as_deref()), (Some(2), Some(0.5), Some("de")));
        let own = filled("name = 'a'\nsection = 'Region'\nwords = 40\nweight = 2.0");
        assert_eq!((own.sentences, own.words, own.weight), (None, Some(40), Some(2.0)));
        assert_eq!(filled("name = 'a'\nsection = 'Sport'").sentences, None);
        assert_eq!(filled("name = 'a'").weight, None);
    }
}
