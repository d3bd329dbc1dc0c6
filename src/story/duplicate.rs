//! One text in several places: which articles are copies of which.
//!
//! Two texts are one when enough of the shorter one's word triples stand in the longer one. Containment, not a
//! coefficient of both lengths: a cut copy and a copy with a page around it are still copies. Only pairs that share
//! sampled triples are compared; sampling by hash keeps a cut copy's share, where `MinHash` bands would lose it.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;

/// One triple in this many is indexed, of texts with at least [`SMALL`] triples.
const SAMPLE: u64 = 4;
const SMALL: usize = 64;
/// Copies that one triple leads to; a thousand copies are found through the first of them.
pub(super) const LONGEST_LIST: usize = 64;
/// Texts with fewer triples are copies only of equal texts.
const TELLING: usize = 8;

/// Two articles by their place, `a < b`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Copies {
    pub a: usize,
    pub b: usize,
    /// Share of the shorter one found in the longer one.
    pub containment: f64,
}

/// Hashes of three words in a row, ascending, each once; of the whole text if it has fewer words.
pub(super) fn triples(words: impl Iterator<Item = u64>) -> Vec<u64> {
    let words: Vec<u64> = words.collect();
    let hash = |window: &[u64]| {
        window.iter().fold(0_u64, |sum, word| (sum.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    };
    let spread = |hash: u64| hash ^ (hash >> 32);
    let mut hashes: Vec<u64> = match words.len() {
        0 => Vec::new(),
        1 | 2 => vec![spread(hash(&words))],
        _ => words.windows(3).map(|window| spread(hash(window))).collect(),
    };
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// All pairs of texts, given as their triples, that are one text by `threshold`.
pub(super) fn copies(texts: &[&[u64]], threshold: f64) -> Vec<Copies> {
    let mut index: HashMap<u64, Vec<usize>, FixedState> = HashMap::default();
    let mut found = Vec::new();
    for (b, text) in texts.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for triple in text.iter().filter(|triple| text.len() < SMALL || *triple % SAMPLE == 0) {
            let list = index.entry(*triple).or_default();
            for a in &*list {
                *shared.entry(*a).or_default() += 1;
            }
            if list.len() < LONGEST_LIST {
                list.push(b);
            }
        }
        for (a, count) in shared {
            let shorter = texts[a].len().min(text.len());
            if count < 2.min(shorter) || (shorter < TELLING && texts[a] != *text) {
                continue;
            }
            let containment = shared_count(texts[a], text) as f64 / shorter as f64;
            if containment >= threshold {
                found.push(Copies { a, b, containment });
            }
        }
    }
    found
}

/// How much of `part` stands in `whole`, 0 to 1; 0 for an empty one.
pub(super) fn contained(part: &[u64], whole: &[u64]) -> f64 {
    if part.is_empty() { 0.0 } else { shared_count(part, whole) as f64 / part.len() as f64 }
}

fn shared_count(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                count += 1;
                i += 1;
                j += 1;
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{contained, copies, triples};

    fn text(words: std::ops::Range<u64>) -> Vec<u64> {
        triples(words.map(|word| word.wrapping_mul(0x5851_F42D_4C95_7F2D)))
    }

    #[test]
    fn a_cut_copy_is_a_copy_and_another_text_is_not() {
        let (whole, cut, other) = (text(0..300), text(0..60), text(1_000..1_300));
        let found = copies(&[&whole, &cut, &other], 0.5);
        assert_eq!(found.iter().map(|pair| (pair.a, pair.b)).collect::<Vec<_>>(), [(0, 1)]);
        assert!((found[0].containment - 1.0).abs() < 1e-9);
        assert!(contained(&whole, &cut) < 0.3);
    }

    #[test]
    fn a_thousand_copies_are_all_found() {
        let texts: Vec<Vec<u64>> = (0..1_000).map(|number| text(number % 2..200)).collect();
        let texts: Vec<&[u64]> = texts.iter().map(Vec::as_slice).collect();
        let found = copies(&texts, 0.5);
        assert!((1..1_000).all(|b| found.iter().any(|pair| pair.b == b)));
    }

    #[test]
    fn a_short_teaser_is_no_copy_of_a_long_text_that_begins_so() {
        assert!(copies(&[&text(0..300), &text(0..6)], 0.5).is_empty());
        assert_eq!(copies(&[&text(0..6), &text(0..6)], 0.5).len(), 1);
        assert!(copies(&[&[], &[]], 0.5).is_empty());
    }
}
