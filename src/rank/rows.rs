//! Terms → the rows of the TF-IDF matrix: sparse, of length 1.

use crate::text::TermIndex;

/// One unit vector a sentence over the distinct terms in it; a sentence without terms has an empty row.
///
/// A term weighs `1 + ln(1 + n/df)`, where `df` of the `n` sentences hold it; saying it twice in one sentence counts
/// once (on papers, counting it more often costs 0.6 ROUGE).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    ends: Vec<usize>,
    columns: Vec<u32>,
    weights: Vec<f64>,
    width: usize,
    frequency: Vec<u32>,
}

impl Rows {
    /// The rows of some sentences.
    pub fn new(terms: &TermIndex) -> Self {
        let mut rows = Self { width: terms.distinct(), frequency: vec![0; terms.distinct()], ..Self::default() };
        let mut last_seen = vec![usize::MAX; rows.width];
        rows.ends.reserve(terms.len());
        rows.columns.reserve(terms.count());
        for sentence in 0..terms.len() {
            for term in terms.of(sentence) {
                if last_seen[term as usize] != sentence {
                    last_seen[term as usize] = sentence;
                    rows.columns.push(term);
                    rows.frequency[term as usize] += 1;
                }
            }
            rows.ends.push(rows.columns.len());
        }
        rows.weigh();
        rows
    }

    fn weigh(&mut self) {
        let sentences = self.ends.len() as f64;
        let weight: Vec<f64> =
            self.frequency.iter().map(|&df| 1.0 + (1.0 + sentences / f64::from(df.max(1))).ln()).collect();
        self.weights = self.columns.iter().map(|&column| weight[column as usize]).collect();
        let mut start = 0;
        for &end in &self.ends {
            let row = &mut self.weights[start..end];
            let norm = row.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
            row.iter_mut().for_each(|weight| *weight /= norm);
            start = end;
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many columns (distinct terms) there are.
    pub fn width(&self) -> usize {
        self.width
    }

    /// In how many rows a term stands.
    pub fn frequency(&self, term: u32) -> u32 {
        self.frequency[term as usize]
    }

    /// The terms of a row and their weights, in the order of the sentence.
    pub fn row(&self, sentence: usize) -> impl ExactSizeIterator<Item = (usize, f64)> + '_ {
        let range = self.start(sentence)..self.ends[sentence];
        self.columns[range.clone()].iter().map(|&column| column as usize).zip(self.weights[range].iter().copied())
    }

    /// Cosine of two rows.
    pub fn cosine(&self, left: usize, right: usize) -> f64 {
        self.row(left)
            .map(|(column, weight)| {
                self.row(right).find(|&(other, _)| other == column).map_or(0.0, |hit| weight * hit.1)
            })
            .sum()
    }

    /// For each term the sentences it stands in, as ranges into one list of (sentence, weight).
    pub fn postings(&self) -> Postings {
        let mut starts = vec![0_usize; self.width + 1];
        for &column in &self.columns {
            starts[column as usize + 1] += 1;
        }
        for column in 0..self.width {
            starts[column + 1] += starts[column];
        }
        let mut next = starts.clone();
        let mut entries = vec![(0, 0.0); self.columns.len()];
        for sentence in 0..self.len() {
            for (column, weight) in self.row(sentence) {
                entries[next[column]] = (u32::try_from(sentence).unwrap_or(u32::MAX), weight);
                next[column] += 1;
            }
        }
        Postings { starts, entries }
    }

    fn start(&self, sentence: usize) -> usize {
        sentence.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

/// The same matrix by columns.
#[derive(Debug, Clone)]
pub struct Postings {
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
}

impl Postings {
    /// The sentences that hold a term, and its weight in each, in their order.
    pub fn of(&self, term: usize) -> &[(u32, f64)] {
        &self.entries[self.starts[term]..self.starts[term + 1]]
    }
}
