//! The data file: the recipe's word lists by class and language, its trees, and those of `benches/fit_lines.py`.
//!
//! Parsed once, when the first text is cleaned. Every word of every list gets one entry that says in which
//! classes and in which languages' stop lists it stands, so a document looks each distinct token up once.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use foldhash::fast::FixedState;
use serde::Deserialize;

use crate::extract::boilerplate::forest::Forest;
use crate::extract::boilerplate::tokenize;

/// Weights and word lists; see the head of [`crate::extract::boilerplate`].
const WEIGHTS: &str = include_str!("../boilerplate.weights.json");

/// Classes of words, in the order of their bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    /// Second person.
    You,
    /// First person plural.
    We,
    /// Imperatives of web pages: join, follow, read.
    Imperative,
    /// Calls to action: subscribe, log in, cookies, donate.
    Call,
    /// Navigation and sharing.
    Navigation,
    /// Headings of link lists: read more, see also.
    Related,
    /// Names of months and days.
    Date,
    /// Bylines, credits, agencies.
    Byline,
    /// Verbs of reporting.
    Verb,
    /// Words of appeals: support, journalism, readers.
    Appeal,
}

/// How many classes there are.
pub(super) const CLASSES: usize = 10;

impl Class {
    /// Its bit in a set of classes.
    pub(super) const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// The data file as it is written.
#[derive(Deserialize)]
struct Weights {
    features: usize,
    classes: String,
    decode: Cuts,
    word_classes: BTreeMap<String, BTreeMap<String, String>>,
    /// The recipe's trees.
    trees: Vec<Vec<f64>>,
    /// Those of `benches/fit_lines.py`, whose sum counts as much.
    more_trees: Vec<Vec<f64>>,
    #[cfg(test)]
    names: Vec<String>,
}

/// Where probabilities are cut.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Cuts {
    /// Lines at or above it are the article.
    pub(super) threshold: f64,
    /// Lines below it are clearly boilerplate.
    pub(super) clear: f64,
    /// A text with fewer clear lines than this is left alone,
    pub(super) clear_min: f64,
    /// and so is one with a smaller share of them.
    pub(super) clear_share: f64,
}

/// The classes and languages of one word.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Classes it belongs to by itself.
    pub(super) classes: u16,
    /// Phrases it begins: the entries that must follow, and their class.
    pub(super) phrases: Vec<(Vec<u32>, u16)>,
    /// Languages (a bit each) in whose stop list it stands.
    pub(super) stop: u16,
    /// Languages in which it addresses the reader.
    pub(super) you: u16,
    /// Languages in which it is the publisher speaking of itself.
    pub(super) we: u16,
    /// Begins with s or i, like the German forms of address that are also third person.
    pub(super) polite: bool,
}

/// The parsed data file.
pub(super) struct WordClasses {
    index: HashMap<String, u32, FixedState>,
    entries: Vec<Entry>,
    /// Codes of the languages with a stop list, sorted; their places are the bits of [`Entry::stop`].
    pub(super) languages: Vec<String>,
    /// The trees.
    pub(super) forest: Forest,
    /// Where to cut.
    pub(super) cuts: Cuts,
    /// The recipe's trees alone, for tests.
    #[cfg(test)]
    pub(super) recipe: Forest,
    /// Names of the features, for tests.
    #[cfg(test)]
    pub(super) names: Vec<String>,
}

impl WordClasses {
    /// The shipped one.
    pub(super) fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<WordClasses> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::parse(WEIGHTS))
    }

    fn parse(json: &str) -> Self {
        let weights: Weights =
            serde_json::from_str(json).expect("the shipped weights are valid JSON; a test reads them");
        assert_eq!(weights.classes.len(), CLASSES, "the code knows the classes of the data file");
        let forest = Forest::mean(weights.features, &[&weights.trees, &weights.more_trees]);
        let mut word_classes = Self {
            index: HashMap::default(),
            entries: Vec::new(),
            languages: weights.word_classes["STOP"].keys().cloned().collect(),
            forest,
            cuts: weights.decode,
            #[cfg(test)]
            recipe: Forest::new(weights.features, &weights.trees),
            #[cfg(test)]
            names: weights.names,
        };
        for (class, lists) in &weights.word_classes {
            for (language, words) in lists {
                let separator = if words.contains('|') { '|' } else { ' ' };
                for phrase in words.split(separator).filter(|phrase| !phrase.is_empty()) {
                    word_classes.add(&weights.classes, class, language, phrase);
                }
            }
        }
        word_classes
    }

    /// Adds one word or phrase of the list `class` in `language`.
    fn add(&mut self, classes: &str, class: &str, language: &str, phrase: &str) {
        let lower = phrase.to_lowercase().replace('’', "'");
        let tokens = tokenize::tokens(&lower);
        let Some((first, rest)) = tokens.split_first() else { return };
        let rest: Vec<u32> = rest.iter().map(|token| self.intern(token)).collect();
        let first = self.intern(first) as usize;
        let spoken = self.languages.iter().position(|code| code == language).map_or(0, |place| 1u16 << place);
        let entry = &mut self.entries[first];
        match (class, classes.find(class)) {
            ("STOP", _) => entry.stop |= spoken,
            ("Y", _) => entry.you |= spoken,
            ("W", _) => entry.we |= spoken,
            (_, Some(bit)) if rest.is_empty() => entry.classes |= 1 << bit,
            (_, Some(bit)) => entry.phrases.push((rest, 1 << bit)),
            (_, None) => {}
        }
    }

    fn intern(&mut self, token: &str) -> u32 {
        if let Some(&known) = self.index.get(token) {
            return known;
        }
        let id = u32::try_from(self.entries.len()).expect("the lists hold a few thousand words");
        self.index.insert(token.to_owned(), id);
        self.entries.push(Entry { polite: token.starts_with(['s', 'i']), ..Entry::default() });
        id
    }

    /// The entry of a lower-cased token.
    pub(super) fn find(&self, token: &str) -> Option<u32> {
        self.index.get(token).copied()
    }

    /// The entry with this number.
    pub(super) fn entry(&self, id: u32) -> &Entry {
        &self.entries[id as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_read_whole() {
        let word_classes = WordClasses::shipped();
        assert_eq!(word_classes.languages.len(), 13);
        assert_eq!(word_classes.names.len(), 153);
        let subscribe = word_classes.entry(word_classes.find("subscribe").unwrap());
        assert_ne!(subscribe.classes & Class::Call.bit(), 0);
        let read = word_classes.entry(word_classes.find("read").unwrap());
        assert!(read.phrases.iter().any(|(rest, class)| {
            *class == Class::Related.bit() && rest.len() == 1 && rest[0] == word_classes.find("more").unwrap()
        }));
    }
}
