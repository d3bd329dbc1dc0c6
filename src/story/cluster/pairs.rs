//! Which articles are worth a comparison, and what comes of it.
//!
//! Only pairs that share rare words are looked at: an inverted index of each article's heaviest words, read from its
//! shortest lists on until [`BUDGET`] entries are read. So the cost of an article is bounded whatever the corpus.

use std::collections::BTreeSet;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::corpus::{ArticleVector, Corpus, DenseWeights};
use super::features::PairFeatures;

/// Heaviest words of an article that are indexed, …
const INDEXED: usize = 30;
/// … but for those of more articles than this.
const COMMON: u32 = 500;
/// Entries of the index that are read for an article.
const BUDGET: usize = 500;
/// Products over the shared indexed words under this are never looked at.
const LEAST_SHARED: f32 = 0.02;
/// From this product on, two articles have much in common.
const MUCH_SHARED: f32 = 0.1;
/// Articles before it that one is compared with: those it shares most with.
const NEAREST: usize = 30;
/// The same for those it has much in common with, so that a story of hundreds holds together.
const NEAREST_CLOSE: usize = 200;
/// Pairs under this probability count as 0.
const LEAST: f64 = 0.01;

/// Two articles by their place in the corpus, `a < b`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::story) struct Pair {
    pub a: u32,
    pub b: u32,
    /// Probability that both tell one event.
    pub probability: f32,
    /// The same without looking at their dates: for a story that goes on over days.
    pub undated: f32,
}

/// All pairs of the corpus that may tell one event, by (`b`, `a`); but for articles that are `gone` and pairs kept `apart`.
pub(in crate::story) fn pairs(corpus: &Corpus, gone: &[bool], apart: &BTreeSet<(u32, u32)>) -> Vec<Pair> {
    compare(corpus, gone, |a, b, features| {
        let pair =
            Pair { a, b, probability: features.probability() as f32, undated: features.undated_probability() as f32 };
        (f64::from(pair.undated) >= LEAST && !apart.contains(&(a, b))).then_some(pair)
    })
}

/// The result of `take` for each pair of the corpus that shares rare words, by (`b`, `a`).
pub(super) fn compare<T: Send>(
    corpus: &Corpus,
    gone: &[bool],
    take: impl Fn(u32, u32, PairFeatures) -> Option<T> + Sync,
) -> Vec<T> {
    let is_gone = |place: usize| gone.get(place).copied().unwrap_or(false);
    let words = |(place, vector)| if is_gone(place) { Vec::new() } else { heaviest(vector, &corpus.frequency) };
    let heaviest: Vec<Vec<(u32, f32)>> = corpus.vectors.par_iter().enumerate().map(words).collect();
    let postings = Postings::new(&heaviest, corpus.frequency.len());
    let search = |(sums, touched, weights): &mut (Vec<f32>, Vec<u32>, DenseWeights), b: usize| {
        let mut budget = BUDGET;
        for (term, weight) in &heaviest[b] {
            let before = postings.before(*term, b);
            let read = &before[before.len().saturating_sub(budget)..];
            budget -= read.len();
            for (a, other) in read {
                let sum = &mut sums[*a as usize];
                if *sum == 0.0 {
                    touched.push(*a);
                }
                *sum += weight * other;
            }
        }
        let shared = touched.drain(..).map(|a| (a, std::mem::take(&mut sums[a as usize]))).collect();
        let others = nearest(shared);
        if others.is_empty() {
            return Vec::new();
        }
        let number = u32::try_from(b).expect("fewer than 2^32 articles fit in memory");
        weights.spread(&corpus.vectors[b], |spread| {
            let features = |a: u32| PairFeatures::of(corpus, &corpus.vectors[a as usize], &spread);
            others.into_iter().filter_map(|a| take(a, number, features(a))).collect()
        })
    };
    let empty = || (vec![0.0; corpus.vectors.len()], Vec::new(), DenseWeights::new(corpus));
    let found: Vec<Vec<T>> = (0..corpus.vectors.len()).into_par_iter().map_init(empty, search).collect();
    found.into_iter().flatten().collect()
}

/// Which articles have which heavy words: (article, weight), articles ascending, one list after the other.
struct Postings {
    entries: Vec<(u32, f32)>,
    starts: Vec<u32>,
}

impl Postings {
    fn new(heaviest: &[Vec<(u32, f32)>], terms: usize) -> Self {
        let mut starts = vec![0_u32; terms + 1];
        for (term, _) in heaviest.iter().flatten() {
            starts[*term as usize + 1] += 1;
        }
        for term in 0..terms {
            starts[term + 1] += starts[term];
        }
        let mut next = starts.clone();
        let mut entries = vec![(0, 0.0); heaviest.iter().map(Vec::len).sum()];
        for (number, words) in (0_u32..).zip(heaviest) {
            for (term, weight) in words {
                let place = &mut next[*term as usize];
                entries[*place as usize] = (number, *weight);
                *place += 1;
            }
        }
        Self { entries, starts }
    }

    /// The list of `term` as far as it is of articles before `article`.
    fn before(&self, term: u32, article: usize) -> &[(u32, f32)] {
        let list = &self.entries[self.starts[term as usize] as usize..self.starts[term as usize + 1] as usize];
        &list[..list.partition_point(|(other, _)| (*other as usize) < article)]
    }
}

/// Those worth a comparison, ascending, of articles with what they share.
fn nearest(mut shared: Vec<(u32, f32)>) -> Vec<u32> {
    shared.retain(|(_, sum)| *sum >= LEAST_SHARED);
    let close = shared.iter().filter(|(_, sum)| *sum >= MUCH_SHARED).count();
    let most = close.clamp(NEAREST, NEAREST_CLOSE);
    if shared.len() > most {
        shared.select_nth_unstable_by(most, |x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        shared.truncate(most);
    }
    let mut nearest: Vec<u32> = shared.into_iter().map(|(a, _)| a).collect();
    nearest.sort_unstable();
    nearest
}

/// The heaviest words in units of the article's length, the rarest first.
pub(super) fn heaviest(vector: &ArticleVector, frequency: &[u32]) -> Vec<(u32, f32)> {
    let length = vector.all.norm();
    let usable = vector.all.vector.iter().filter(|(term, _)| frequency[*term as usize] <= COMMON);
    let mut words: Vec<(u32, f32)> = usable.map(|(term, weight)| (*term, weight / length)).collect();
    if words.len() > INDEXED {
        words.select_nth_unstable_by(INDEXED, |x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        words.truncate(INDEXED);
    }
    words.sort_by_key(|(term, _)| (frequency[*term as usize], *term));
    words.shrink_to_fit();
    words
}
