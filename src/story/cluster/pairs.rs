//! How probably two articles tell one event, and why.
//!
//! Only pairs that share rare words are looked at: an inverted index of each article's heaviest words finds them in
//! near-linear time. Eleven numbers turn likeness in lead, title, names, numbers and dates into one probability: a
//! logistic regression on labelled stories with signs bounded, fitted by `benches/fit_stories.py` for shortened vectors
//! and against unrelated articles taken for one day's.

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;

use super::corpus::{ArticleVector, Corpus, dot};

/// Heaviest words of an article that are indexed.
const INDEXED: usize = 30;
/// Products over the shared indexed words under this are never looked at, …
const LEAST_SHARED: f32 = 0.02;
/// … nor under this share of what the article has in common with its nearest.
const LEAST_OF_NEAREST: f32 = 0.1;
/// From this product on, two articles have much in common.
const MUCH_SHARED: f32 = 0.1;
/// Articles before it that one is compared with: those it shares most with. Keeps a hundred thousand articles on few
/// topics from being compared each with each.
const MOST_PAIRS: usize = 30;
/// The same for those it has much in common with, so that a story of hundreds holds together.
const MOST_CLOSE_PAIRS: usize = 200;
/// Pairs under this probability count as 0.
const LEAST: f64 = 0.05;

/// Two articles by their place in the corpus, `a < b`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::story) struct Pair {
    pub a: u32,
    pub b: u32,
    /// Probability that both tell one event.
    pub probability: f64,
    /// The same without looking at their dates: for a story that goes on over days.
    pub undated: f64,
}

/// Features that two articles share, each 0 to 1; each term of the sum can be shown to a reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PairFeatures {
    /// Likeness of headline and lead.
    pub lead: f64,
    /// PairFeatures of the headlines.
    pub title: f64,
    /// PairFeatures of the names; of all words where one has no names.
    pub names: f64,
    /// PairFeatures of the numbers.
    pub numbers: f64,
    /// Both name weekdays, and none in common.
    pub weekday_clash: f64,
    /// Months and years in common.
    pub calendar_same: f64,
    /// Both name months or years, and none in common.
    pub calendar_clash: f64,
    /// How much nearer in time than two articles usually are.
    pub recency: f64,
    /// Days between them, a week or more is 1.
    pub far: f64,
    /// How short the shorter one is; 0 from a hundred distinct words on.
    pub brevity: f64,
}

impl PairFeatures {
    /// `usual`: how near two articles of the corpus are in the mean; only what is nearer than that tells something, for in
    /// a newsletter all articles are of one day.
    fn of(a: &ArticleVector, b: &ArticleVector, usual: f64) -> Self {
        let named = !a.names.is_empty() && !b.names.is_empty();
        let yes = |clash: bool| f64::from(u8::from(clash));
        let (recency, far) = match (a.day, b.day) {
            (Some(a), Some(b)) => {
                let days = a.abs_diff(b) as f64;
                ((nearness(days) - usual).max(0.0), (days / 7.0).min(1.0))
            }
            _ => (0.0, 0.0),
        };
        let both = !a.calendar.is_empty() && !b.calendar.is_empty();
        let shared = a.calendar.iter().filter(|named| b.calendar.contains(named)).count();
        let united = a.calendar.len() + b.calendar.len() - shared;
        let weekdays = a.weekdays != 0 && b.weekdays != 0;
        Self {
            lead: dot(&a.lead, &b.lead),
            title: dot(&a.title, &b.title),
            names: if named { dot(&a.names, &b.names) } else { dot(&a.all, &b.all) },
            numbers: dot(&a.numbers, &b.numbers),
            weekday_clash: yes(weekdays && a.weekdays & b.weekdays == 0),
            // One more in the denominator, in doubt: in its own year every article names that year.
            calendar_same: if both { shared as f64 / (united + 1) as f64 } else { 0.0 },
            calendar_clash: yes(both && shared == 0),
            recency,
            far,
            brevity: (1.0 - a.length.min(b.length) as f64 / 100.0).max(0.0),
        }
    }

    pub(in crate::story) fn probability(&self) -> f64 {
        let z = -5.84 + 9.43 * self.lead + 6.06 * self.title + 7.49 * self.names + 7.93 * self.numbers
            - 0.76 * self.weekday_clash
            + 3.96 * self.calendar_same
            - 0.81 * self.calendar_clash
            + 4.07 * self.recency
            - 1.96 * self.far
            + 1.50 * self.brevity;
        1.0 / (1.0 + (-z).exp())
    }
}

/// 1 on the same day, a third after three days.
fn nearness(days: f64) -> f64 {
    (-days / 3.0).exp()
}

/// Mean nearness of two dated articles of the corpus; 0 when there are no two.
fn usual_nearness(corpus: &Corpus) -> f64 {
    const NOTHING_BEYOND: i64 = 30;
    let mut days: BTreeMap<i64, f64> = BTreeMap::new();
    corpus.vectors.iter().filter_map(|row| row.day).for_each(|day| *days.entry(day).or_default() += 1.0);
    let dated: f64 = days.values().sum();
    let of_day = |(day, count): (&i64, &f64)| {
        let later = days.range(day + 1..=day + NOTHING_BEYOND);
        let across: f64 = later.map(|(other, others)| others * nearness((other - day) as f64)).sum();
        count * across + count * (count - 1.0) / 2.0
    };
    let sum: f64 = days.iter().map(of_day).sum();
    if dated < 2.0 { 0.0 } else { sum / (dated * (dated - 1.0) / 2.0) }
}

/// All pairs of the corpus that may tell one event, by (`b`, `a`).
pub(in crate::story) fn pairs(corpus: &Corpus) -> Vec<Pair> {
    compare(corpus, |a, b, features| {
        let undated = PairFeatures { recency: 0.2, far: 0.0, ..features }.probability();
        let pair = Pair { a, b, probability: features.probability(), undated };
        (pair.probability >= LEAST || pair.undated >= LEAST).then_some(pair)
    })
}

/// The result of `take` for each pair of the corpus that shares rare words, by (`b`, `a`).
pub(in crate::story) fn compare<T: Send>(
    corpus: &Corpus,
    take: impl Fn(u32, u32, PairFeatures) -> Option<T> + Sync,
) -> Vec<T> {
    let cap = u32::try_from((corpus.vectors.len() / 20).clamp(60, 500)).unwrap_or(500);
    let heaviest: Vec<Vec<(u32, f32)>> =
        corpus.vectors.iter().map(|row| heaviest(row, &corpus.frequency, cap)).collect();
    let mut postings: Vec<Vec<(u32, f32)>> = vec![Vec::new(); corpus.frequency.len()];
    for (number, words) in (0_u32..).zip(&heaviest) {
        for (term, weight) in words {
            postings[*term as usize].push((number, *weight));
        }
    }
    let usual = usual_nearness(corpus);
    let search = |(sums, touched): &mut (Vec<f32>, Vec<u32>), b: usize| {
        for (term, weight) in &heaviest[b] {
            for (a, other) in postings[*term as usize].iter().take_while(|(a, _)| (*a as usize) < b) {
                let sum = &mut sums[*a as usize];
                if *sum == 0.0 {
                    touched.push(*a);
                }
                *sum += weight * other;
            }
        }
        let shared = touched.drain(..).map(|a| (a, std::mem::take(&mut sums[a as usize]))).collect();
        let features = |a: u32| PairFeatures::of(&corpus.vectors[a as usize], &corpus.vectors[b], usual);
        let b = u32::try_from(b).expect("fewer than 2^32 articles fit in memory");
        nearest(shared).into_iter().filter_map(|a| take(a, b, features(a))).collect::<Vec<T>>()
    };
    let empty = || (vec![0.0; corpus.vectors.len()], Vec::new());
    let found: Vec<Vec<T>> = (0..corpus.vectors.len()).into_par_iter().map_init(empty, search).collect();
    found.into_iter().flatten().collect()
}

/// Those worth a comparison, ascending, of articles with what they share.
fn nearest(mut shared: Vec<(u32, f32)>) -> Vec<u32> {
    let most = shared.iter().map(|(_, sum)| *sum).fold(0.0, f32::max);
    let least = LEAST_SHARED.max(LEAST_OF_NEAREST * most);
    shared.retain(|(_, sum)| *sum >= least);
    let close = shared.iter().filter(|(_, sum)| *sum >= MUCH_SHARED).count();
    let most = close.clamp(MOST_PAIRS, MOST_CLOSE_PAIRS);
    if shared.len() > most {
        shared.select_nth_unstable_by(most, |x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        shared.truncate(most);
    }
    let mut nearest: Vec<u32> = shared.into_iter().map(|(a, _)| a).collect();
    nearest.sort_unstable();
    nearest
}

fn heaviest(row: &ArticleVector, frequency: &[u32], cap: u32) -> Vec<(u32, f32)> {
    let mut words: Vec<(u32, f32)> =
        row.all.iter().filter(|(term, _)| frequency[*term as usize] <= cap).copied().collect();
    words.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
    words.truncate(INDEXED);
    words
}
