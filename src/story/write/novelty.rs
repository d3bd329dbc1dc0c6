//! How much a sentence says that was not said before.
//!
//! The share of its words, by rarity, that the best earlier sentence covers, or 0.8 of what all earlier ones cover
//! together; novelty is the rest. A name or a number never said before weighs double. A cover, not a cosine: a short
//! repeat of a long sentence is not new, and a changed number is.

use std::collections::{BTreeMap, BTreeSet};

use crate::story::cluster::{Corpus, for_each_word, is_stop_word, stem_of};
use crate::text::Stem;

/// How much coverage by all sentences together counts against coverage by a single one.
const TOGETHER: f64 = 0.8;

/// The content published before.
#[derive(Debug, Default)]
pub(in crate::story) struct SeenContent {
    sentences: Vec<BTreeSet<String>>,
    all: BTreeSet<String>,
}

impl SeenContent {
    /// Remembers one more sentence.
    pub(in crate::story) fn add(&mut self, sentence: &str, language: &str) {
        let words: BTreeSet<String> = bag(sentence, language).into_keys().collect();
        self.all.extend(words.iter().cloned());
        self.sentences.push(words);
    }

    /// Novelty of `sentence`, 0 to 1; 0 for one without words.
    pub(in crate::story) fn novelty(&self, sentence: &str, language: &str, corpus: &Corpus) -> f64 {
        self.measure(sentence, language, corpus).0
    }

    /// The same beside each sentence that was seen, by itself: of a sentence that says known words anew, as no one of those
    /// did.
    pub(in crate::story) fn novelty_beside_each(&self, sentence: &str, language: &str, corpus: &Corpus) -> f64 {
        self.measure(sentence, language, corpus).1
    }

    fn measure(&self, sentence: &str, language: &str, corpus: &Corpus) -> (f64, f64) {
        let weigh = |(stem, hot): (String, bool)| {
            let double = if hot && !self.all.contains(&stem) { 2.0 } else { 1.0 };
            let weight = corpus.rarity_of(&stem, language) * double;
            (stem, weight)
        };
        let weights: BTreeMap<String, f64> = bag(sentence, language).into_iter().map(weigh).collect();
        let total: f64 = weights.values().sum();
        if total <= 0.0 {
            return (0.0, 0.0);
        }
        let cover = |said: &BTreeSet<String>| {
            weights.iter().filter(|(stem, _)| said.contains(*stem)).map(|(_, weight)| weight).sum::<f64>() / total
        };
        let best = self.sentences.iter().map(cover).fold(0.0, f64::max);
        (1.0 - best.max(TOGETHER * cover(&self.all)), 1.0 - best)
    }
}

/// The stems of a sentence, and whether each is a name inside it or a number.
pub(in crate::story) fn bag(sentence: &str, language: &str) -> BTreeMap<String, bool> {
    let mut stems = BTreeMap::new();
    let stemmer = Stem::new(language);
    for_each_word(sentence, |token| {
        let word = token.text.to_lowercase();
        let number = word.starts_with(|sign: char| sign.is_numeric());
        if (number || word.chars().nth(1).is_some()) && !is_stop_word(&word, language) {
            let hot = token.start > 0 && (token.capital || number);
            *stems.entry(stem_of(&word, &stemmer)).or_default() |= hot;
        }
    });
    stems
}
