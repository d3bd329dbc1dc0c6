//! How common the words of a corpus are, counted in parts and added up: so a part is weighed as the whole would weigh it.
//!
//! A story's pairs depend on three things of the whole corpus: how many articles it has, in how many of them a stem occurs,
//! and how a word is written, by which names are known. All three are sums. (Stock text of a source is found in each part by
//! itself.)

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use super::corpus::Corpus;
use super::vocabulary::{Uses, hash_of};
use crate::model::Article;

/// One line of counts, as they are written and read: how many articles there are, or one stem, or one word of a language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WordCount {
    /// Articles with this stem; of the first line, all articles.
    #[serde(skip_serializing_if = "is_zero")]
    pub articles: u32,
    /// The stem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stem: Option<String>,
    /// The word, in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// Its language; empty where it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Uses inside a sentence.
    #[serde(skip_serializing_if = "is_zero")]
    pub inside: u32,
    /// Those of them with a capital.
    #[serde(skip_serializing_if = "is_zero")]
    pub inside_capital: u32,
    /// Uses with a capital, anywhere.
    #[serde(skip_serializing_if = "is_zero")]
    pub capital: u32,
    /// Uses without one.
    #[serde(skip_serializing_if = "is_zero")]
    pub lower: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// The counts of a corpus.
#[derive(Debug, Default)]
pub struct Frequencies {
    articles: u32,
    stems: HashMap<Box<str>, u32, FixedState>,
    words: HashMap<String, HashMap<u64, Uses, FixedState>>,
}

impl Frequencies {
    /// Adds a line; lines of several parts, one after the other, are their sum.
    pub fn add(&mut self, count: WordCount) {
        match count {
            WordCount { stem: Some(stem), articles, .. } => {
                let known = self.stems.entry(stem.into()).or_default();
                *known = known.saturating_add(articles);
            }
            WordCount { word: Some(word), language, inside, inside_capital, capital, lower, .. } => {
                let words = self.words.entry(language.unwrap_or_default()).or_default();
                words.entry(hash_of(&word)).or_default().add(Uses { inside, inside_capital, capital, lower });
            }
            WordCount { articles, .. } => self.articles = self.articles.saturating_add(articles),
        }
    }

    /// How many articles were counted.
    pub(super) fn articles(&self) -> usize {
        self.articles as usize
    }

    /// In how many of them `stem` occurs.
    pub(super) fn of_stem(&self, stem: &str) -> u32 {
        self.stems.get(stem).copied().unwrap_or(0)
    }

    /// How the word of this hash is used, if it was counted.
    pub(super) fn of_word(&self, language: &str, hash: u64) -> Option<Uses> {
        self.words.get(language)?.get(&hash).copied()
    }
}

/// The counts of `articles`, a line each; stems and words in the order of the alphabet.
pub fn count_words(articles: &[Article]) -> Vec<WordCount> {
    let all: Vec<&Article> = articles.iter().collect();
    let mut words: BTreeMap<(String, String), Uses> = BTreeMap::new();
    let see = |language: &str, word: &str, uses: Uses| {
        words.entry((language.to_owned(), word.to_owned())).or_default().add(uses);
    };
    let times: Vec<_> = articles.iter().map(Article::time).collect();
    let corpus = Corpus::counting(&all, &times, see);
    let stems: BTreeMap<&str, u32> = corpus.stems().filter(|(_, count)| *count > 0).collect();
    let first = WordCount { articles: u32::try_from(articles.len()).unwrap_or(u32::MAX), ..WordCount::default() };
    let stems = stems.into_iter().map(|(stem, articles)| WordCount {
        stem: Some(stem.to_owned()),
        articles,
        ..WordCount::default()
    });
    let words = words.into_iter().map(|((language, word), uses)| {
        let Uses { inside, inside_capital, capital, lower } = uses;
        let (word, language) = (Some(word), Some(language));
        WordCount { word, language, inside, inside_capital, capital, lower, ..WordCount::default() }
    });
    std::iter::once(first).chain(stems).chain(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::cluster::{keys, score_pairs};

    /// Three articles an event, of different words each.
    fn articles() -> Vec<Article> {
        const EVENTS: [&str; 4] = [
            "Firemen of Nordby fought a fire in the fish hall of Hult until dawn. The roof of the hall fell on Tuesday.",
            "Divers found the bell of the steamer Aurora near Skerry. The bell was cast in Rotterdam and weighs a ton.",
            "The council of Elve sold its gravel pit to a brewery. Councillor Lund voted against the price of the pit.",
            "A comet named Tsuchiya will pass the moon in March. Astronomers of Palermo computed the orbit of the comet.",
        ];
        let told = |event: usize, copy: usize| {
            let mut words: Vec<&str> = EVENTS[event].split(' ').collect();
            words.rotate_left(copy * 3);
            Article {
                id: format!("{event}-{copy}"),
                title: words[..5].join(" "),
                text: format!("{} Nobody was asked about number {copy}.", words.join(" ")),
                language: Some("en".into()),
                published: Some(format!("2026-10-0{}T08:00:00Z", copy + 1).parse().unwrap()),
                ..Article::default()
            }
        };
        (0..EVENTS.len()).flat_map(|event| (0..3).map(move |copy| told(event, copy))).collect()
    }

    fn sums(counts: impl IntoIterator<Item = WordCount>) -> BTreeMap<[Option<String>; 3], [u32; 5]> {
        let mut sums: BTreeMap<_, [u32; 5]> = BTreeMap::new();
        for WordCount { articles, stem, word, language, inside, inside_capital, capital, lower } in counts {
            let sum = sums.entry([stem, word, language]).or_default();
            let more = [articles, inside, inside_capital, capital, lower];
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        sums
    }

    #[test]
    fn counts_of_parts_add_up_to_those_of_the_whole() {
        let articles = articles();
        let parts = articles.chunks(5).flat_map(count_words);
        assert_eq!(sums(parts), sums(count_words(&articles)));
    }

    #[test]
    fn counts_are_read_as_they_are_written() {
        for count in count_words(&articles()) {
            let line = serde_json::to_string(&count).unwrap();
            assert_eq!(serde_json::from_str::<WordCount>(&line).unwrap(), count, "{line}");
        }
    }

    #[test]
    fn a_part_is_weighed_as_the_whole_would_weigh_it() {
        let articles = articles();
        let mut whole = Frequencies::default();
        articles.chunks(4).flat_map(count_words).for_each(|count| whole.add(count));
        let all = score_pairs(&articles, None);
        let part = &articles[3..9];
        let found = score_pairs(part, Some(&whole));
        assert!(found.iter().filter(|pair| pair.probability > 0.5).count() >= 6, "{found:?}");
        for pair in found {
            let same = all.iter().find(|other| {
                let here = [part[pair.a].id.as_str(), part[pair.b].id.as_str()];
                here == [articles[other.a].id.as_str(), articles[other.b].id.as_str()]
            });
            let same = same.unwrap_or_else(|| panic!("{pair:?} is no pair of the whole"));
            assert!((pair.probability - same.probability).abs() < 1e-6, "{pair:?} {same:?}");
        }
        // By its own counts alone a part knows less of what is rare.
        let alone = score_pairs(part, None);
        assert!(alone.iter().zip(score_pairs(part, Some(&whole))).any(|(one, other)| one != &other));
    }

    #[test]
    fn articles_of_one_event_share_their_keys() {
        let articles = articles();
        let keys = keys(&articles, None);
        let shared = |a: usize, b: usize| -> f32 {
            let weight = |key: &str| keys[b].iter().find(|(other, _)| other == key).map_or(0.0, |(_, weight)| *weight);
            keys[a].iter().map(|(key, own)| own * weight(key)).sum()
        };
        assert!(shared(0, 1) > 0.3 && shared(3, 5) > 0.3, "{} {}", shared(0, 1), shared(3, 5));
        assert!(shared(0, 3) < 0.1 && shared(4, 9) < 0.1, "{} {}", shared(0, 3), shared(4, 9));
    }
}
