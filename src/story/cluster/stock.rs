//! Stock text: what a source says in article after article, and which therefore tells nothing of any of them.
//!
//! Of a sentence that stands in at least three articles of one source, the plain words count one over the number of
//! those articles, found with names and numbers masked; its names and numbers count one over the number that hold it as it
//! stands. So "The high will be _ degrees" fades, and the town and its degrees stay. What another source repeats is no
//! stock text: that is a copy. A headline that a source repeats over different texts ("Morning briefing", "Week 47 in
//! review") names no event and is not counted at all.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::FixedState;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::vocabulary::{Vocabulary, Word};
use super::words::{Piece, Words};

/// Articles of one source that make a sentence stock text.
const STOCK: u32 = 3;
/// Words of a sentence that can be stock text.
const LEAST_WORDS: usize = 3;
/// Articles of one source that make a headline a serial one.
const SERIAL: u32 = 2;
/// Words that a text must have to stand without its headline.
const TEXT_ALONE: usize = 8;

/// How much one sentence counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    /// Its plain words.
    pub plain: f32,
    /// Its names and numbers.
    pub facts: f32,
}

impl Share {
    pub(super) const WHOLE: Self = Self { plain: 1.0, facts: 1.0 };
    const NOTHING: Self = Self { plain: 0.0, facts: 0.0 };

    /// Whether the sentence, as it stands, is no stock text.
    pub(super) fn is_own(self) -> bool {
        self.facts >= 1.0
    }
}

/// For each article the shares of its sentences; empty where all count whole.
pub(super) fn shares(sources: &[&str], articles: &[Words], vocabulary: &Vocabulary) -> Vec<Vec<Share>> {
    let mut of_source: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, source) in sources.iter().enumerate() {
        of_source.entry(source).or_default().push(place);
    }
    let many: Vec<(&str, Vec<usize>)> =
        of_source.into_iter().filter(|(source, places)| !source.is_empty() && places.len() > 1).collect();
    let found: Vec<Vec<(usize, Vec<Share>)>> =
        many.into_par_iter().map(|(_, places)| of_one_source(places, articles, vocabulary)).collect();
    let mut shares = vec![Vec::new(); articles.len()];
    found.into_iter().flatten().for_each(|(place, of_article)| shares[place] = of_article);
    shares
}

/// How many articles hold each key.
#[derive(Default)]
struct Holders(HashMap<u64, (u32, usize), FixedState>);

impl Holders {
    fn add(&mut self, key: u64, article: usize) {
        let (count, last) = self.0.entry(key).or_insert((0, usize::MAX));
        if *last != article {
            (*count, *last) = (*count + 1, article);
        }
    }

    fn count(&self, key: u64) -> u32 {
        self.0.get(&key).map_or(0, |(count, _)| *count)
    }
}

fn of_one_source(places: Vec<usize>, articles: &[Words], vocabulary: &Vocabulary) -> Vec<(usize, Vec<Share>)> {
    let keys_of = |(_, words): (&Piece, &[u32])| Keys::of(words.iter().map(|number| vocabulary.word(*number)));
    let keys: Vec<Vec<Keys>> = places.iter().map(|place| articles[*place].pieces().map(keys_of).collect()).collect();
    let mut holders = Holders::default();
    // An article that is announced again and again is a copy of itself, not a template.
    let mut texts: HashSet<Vec<u64>, FixedState> = HashSet::default();
    for (place, keys) in places.iter().zip(&keys) {
        if !texts.insert(keys.iter().map(|keys| keys.exact).collect()) {
            continue;
        }
        for ((piece, _), keys) in articles[*place].pieces().zip(keys) {
            holders.add(keys.masked, *place);
            holders.add(keys.exact, *place);
            if piece.title {
                holders.add(keys.serial, *place);
            }
        }
    }
    let share = |count: u32| if count >= STOCK { 1.0 / count as f32 } else { 1.0 };
    let of_article = |(place, keys): (usize, Vec<Keys>)| {
        let article = &articles[place];
        let long = article.text_words() >= TEXT_ALONE;
        let of_piece = |((piece, words), keys): ((&Piece, &[u32]), Keys)| {
            if piece.title && long && holders.count(keys.serial) >= SERIAL {
                Share::NOTHING
            } else if words.len() < LEAST_WORDS {
                Share::WHOLE
            } else {
                Share { plain: share(holders.count(keys.masked)), facts: share(holders.count(keys.exact)) }
            }
        };
        (place, article.pieces().zip(keys).map(of_piece).collect())
    };
    places.into_iter().zip(keys).map(of_article).collect()
}

/// One sentence, as it stands and masked.
struct Keys {
    exact: u64,
    /// Without its names and numbers.
    masked: u64,
    /// Without its numbers.
    serial: u64,
}

impl Keys {
    fn of<'a>(words: impl Iterator<Item = &'a Word>) -> Self {
        let mut keys = Self { exact: 1, masked: 2, serial: 3 };
        for word in words {
            let number = word.number || word.time.is_some();
            mix(&mut keys.exact, word.hash);
            mix(&mut keys.masked, if number || word.is_name() { 0 } else { word.hash });
            mix(&mut keys.serial, if number { 0 } else { word.hash });
        }
        keys
    }
}

fn mix(sum: &mut u64, hash: u64) {
    *sum = (sum.rotate_left(23) ^ hash).wrapping_mul(0x9E37_79B9_7F4A_7C15);
}
