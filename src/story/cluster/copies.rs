//! One text in several places: which articles are copies of which.
//!
//! Two texts are one when enough of the shorter one's word triples stand in the longer one. Containment, not a
//! coefficient of both lengths: a cut copy and a copy with a page around it are still copies. Only pairs that share
//! sampled triples are compared; sampling by hash keeps a cut copy's share, where `MinHash` bands would lose it.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// One triple in this many is indexed, of texts with at least [`SMALL`] triples.
const SAMPLE: u64 = 4;
const SMALL: usize = 64;
/// Copies that one triple leads to; a thousand copies are found through the first of them.
pub(in crate::story) const LONGEST_LIST: usize = 64;
/// Texts with fewer triples are copies only of equal texts.
const TELLING: usize = 8;

/// Two articles by their place, `a < b`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::story) struct Copies {
    pub a: usize,
    pub b: usize,
    /// Share of the shorter one found in the longer one.
    pub containment: f64,
}

/// Hashes of three words in a row, ascending, each once; of the whole text if it has fewer words.
pub(in crate::story) fn triples(words: impl Iterator<Item = u64>) -> Vec<u64> {
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

/// All pairs of texts, given as their triples, that are one text by `threshold`; by (`b`, `a`).
pub(in crate::story) fn copies(texts: &[&[u64]], threshold: f64) -> Vec<Copies> {
    let index = Index::new(texts);
    let search = |(counts, touched): &mut (Vec<u32>, Vec<usize>), b: usize| {
        for list in index.lists_of(b) {
            for a in list.iter().map(|a| *a as usize).take_while(|a| *a < b) {
                if counts[a] == 0 {
                    touched.push(a);
                }
                counts[a] += 1;
            }
        }
        touched.sort_unstable();
        let drained = touched.drain(..).map(|a| (a, std::mem::take(&mut counts[a]) as usize));
        drained.filter_map(|(a, shared)| compare(texts, a, b, shared, threshold)).collect::<Vec<Copies>>()
    };
    let empty = || (vec![0; texts.len()], Vec::new());
    let found: Vec<Vec<Copies>> = (0..texts.len()).into_par_iter().map_init(empty, search).collect();
    found.into_iter().flatten().collect()
}

fn compare(texts: &[&[u64]], a: usize, b: usize, shared: usize, threshold: f64) -> Option<Copies> {
    let shorter = texts[a].len().min(texts[b].len());
    if shared < 2.min(shorter) || (shorter < TELLING && texts[a] != texts[b]) {
        return None;
    }
    let containment = shared_count(texts[a], texts[b]) as f64 / shorter as f64;
    (containment >= threshold).then_some(Copies { a, b, containment })
}

/// Which texts hold which sampled triples, of those that several hold.
struct Index {
    /// The first texts of each triple, one list after the other.
    texts: Vec<u32>,
    /// Where each list begins; one more than there are lists.
    starts: Vec<usize>,
    /// (text, list), ascending.
    uses: Vec<(u32, u32)>,
}

impl Index {
    fn new(texts: &[&[u64]]) -> Self {
        let mut held: Vec<(u64, u32)> = Vec::new();
        for (number, text) in (0_u32..).zip(texts) {
            let sampled = text.iter().filter(|triple| text.len() < SMALL || *triple % SAMPLE == 0);
            held.extend(sampled.map(|triple| (*triple, number)));
        }
        held.sort_unstable();
        let mut index = Self { texts: Vec::new(), starts: vec![0], uses: Vec::new() };
        for holders in held.chunk_by(|x, y| x.0 == y.0).filter(|holders| holders.len() > 1) {
            let list = u32::try_from(index.starts.len() - 1).unwrap_or(u32::MAX);
            index.texts.extend(holders.iter().take(LONGEST_LIST).map(|(_, text)| *text));
            index.starts.push(index.texts.len());
            index.uses.extend(holders.iter().map(|(_, text)| (*text, list)));
        }
        index.uses.sort_unstable();
        index
    }

    fn lists_of(&self, text: usize) -> impl Iterator<Item = &[u32]> {
        let from = self.uses.partition_point(|(user, _)| (*user as usize) < text);
        let of_text = self.uses[from..].iter().take_while(move |(user, _)| *user as usize == text);
        of_text.map(|(_, list)| &self.texts[self.starts[*list as usize]..self.starts[*list as usize + 1]])
    }
}

/// How much of `part` stands in `whole`, 0 to 1; 0 for an empty one.
pub(in crate::story) fn contained(part: &[u64], whole: &[u64]) -> f64 {
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
