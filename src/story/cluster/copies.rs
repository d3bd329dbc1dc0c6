//! One text in several places: which articles hold much of each other's words.
//!
//! Enough of the shorter one's word triples stand in the longer one. Containment, not a coefficient of both lengths: a cut
//! copy and a copy with a page around it are still copies. Only pairs that share sampled triples are compared; sampling by
//! hash keeps a cut copy's share, where `MinHash` bands would lose it. Whether such a pair is one article is for `dedup` to
//! say: two notices made from one template share most of their words.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

/// One triple in this many is indexed, of texts with at least [`SMALL`] triples, …
const SAMPLE: u64 = 4;
pub(super) const SMALL: usize = 64;
/// … and kept, of texts with more than this.
const LARGE: usize = 256;
/// Copies that one triple leads to; a thousand copies are found through the first of them.
pub(super) const LONGEST_LIST: usize = 64;
/// Texts with fewer triples are copies only of equal texts.
const TELLING: usize = 8;

/// A text as hashes of three words in a row, ascending, each once; of the whole text if it has fewer words.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::story) struct Shingles {
    hashes: Box<[u64]>,
    /// How many there were before sampling.
    count: u32,
}

/// Two texts by their place, `a < b`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::story) struct Overlap {
    pub a: usize,
    pub b: usize,
    /// Share of the shorter one found in the longer one.
    pub containment: f64,
}

impl Shingles {
    /// Those of a text, given as the hashes of its words.
    pub(super) fn new(words: &[u64]) -> Self {
        let hash = |window: &[u64]| {
            window.iter().fold(0_u64, |sum, word| (sum.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15))
        };
        let spread = |hash: u64| hash ^ (hash >> 32);
        let mut hashes: Vec<u64> = match words.len() {
            0 => Vec::new(),
            1 | 2 => vec![spread(hash(words))],
            _ => words.windows(3).map(|window| spread(hash(window))).collect(),
        };
        hashes.sort_unstable();
        hashes.dedup();
        let count = u32::try_from(hashes.len()).unwrap_or(u32::MAX);
        if hashes.len() > LARGE {
            hashes.retain(|hash| is_sampled(*hash));
        }
        Self { hashes: hashes.into_boxed_slice(), count }
    }

    /// How many the text has.
    pub(in crate::story) fn count(&self) -> usize {
        self.count as usize
    }

    /// How much of it stands in `whole`, 0 to 1; 0 for an empty one.
    pub(in crate::story) fn contained_in(&self, whole: &Self) -> f64 {
        let sampled = self.is_sampled() || whole.is_sampled();
        let part = self.hashes.iter().filter(|hash| !sampled || is_sampled(**hash)).count();
        if part == 0 { 0.0 } else { self.shared_with(whole, sampled) as f64 / part as f64 }
    }

    fn is_sampled(&self) -> bool {
        self.count() > self.hashes.len()
    }

    fn indexed(&self) -> impl Iterator<Item = u64> {
        let all = self.count() < SMALL;
        self.hashes.iter().copied().filter(move |hash| all || is_sampled(*hash))
    }

    fn shared_with(&self, other: &Self, sampled: bool) -> usize {
        let (mut i, mut j, mut count) = (0, 0, 0);
        while let (Some(x), Some(y)) = (self.hashes.get(i), other.hashes.get(j)) {
            count += usize::from(x == y && (!sampled || is_sampled(*x)));
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
        count
    }
}

fn is_sampled(hash: u64) -> bool {
    hash.is_multiple_of(SAMPLE)
}

/// The containment of the shorter of two texts in the longer one.
pub(in crate::story) fn containment(a: &Shingles, b: &Shingles) -> f64 {
    if a.count() <= b.count() { a.contained_in(b) } else { b.contained_in(a) }
}

/// All pairs of texts of which enough is shared; by (`b`, `a`).
pub(in crate::story) fn overlaps(texts: &[&Shingles], threshold: f64) -> Vec<Overlap> {
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
        drained.filter_map(|(a, shared)| compare(texts, a, b, shared, threshold)).collect::<Vec<Overlap>>()
    };
    let empty = || (vec![0; texts.len()], Vec::new());
    let found: Vec<Vec<Overlap>> = (0..texts.len()).into_par_iter().map_init(empty, search).collect();
    found.into_iter().flatten().collect()
}

fn compare(texts: &[&Shingles], a: usize, b: usize, shared: usize, threshold: f64) -> Option<Overlap> {
    let shorter = texts[a].count().min(texts[b].count());
    if shared < 2.min(shorter) || (shorter < TELLING && texts[a] != texts[b]) {
        return None;
    }
    let containment = containment(texts[a], texts[b]);
    (containment >= threshold).then_some(Overlap { a, b, containment })
}

/// Which triples were seen twice, or share a bit with another: most are seen once, and need no place in the index.
struct Seen {
    once: Vec<u64>,
    twice: Vec<u64>,
}

impl Seen {
    fn new(count: usize) -> Self {
        let words = (count / 8).next_power_of_two();
        Self { once: vec![0; words], twice: vec![0; words] }
    }

    fn place(&self, triple: u64) -> (usize, u64) {
        // The lowest bits are equal in all that are sampled.
        let bit = (triple >> 8) as usize & (64 * self.once.len() - 1);
        (bit / 64, 1 << (bit % 64))
    }

    fn add(&mut self, triple: u64) {
        let (word, bit) = self.place(triple);
        self.twice[word] |= self.once[word] & bit;
        self.once[word] |= bit;
    }

    fn twice(&self, triple: u64) -> bool {
        let (word, bit) = self.place(triple);
        self.twice[word] & bit != 0
    }
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
    fn new(texts: &[&Shingles]) -> Self {
        let count = texts.iter().map(|text| text.indexed().count()).sum();
        let mut seen = Seen::new(count);
        texts.iter().flat_map(|text| text.indexed()).for_each(|triple| seen.add(triple));
        let mut held: Vec<(u64, u32)> = Vec::new();
        for (number, text) in (0_u32..).zip(texts) {
            held.extend(text.indexed().filter(|triple| seen.twice(*triple)).map(|triple| (triple, number)));
        }
        held.par_sort_unstable();
        let mut index = Self { texts: Vec::new(), starts: vec![0], uses: Vec::new() };
        for holders in held.chunk_by(|x, y| x.0 == y.0).filter(|holders| holders.len() > 1) {
            let list = u32::try_from(index.starts.len() - 1).unwrap_or(u32::MAX);
            index.texts.extend(holders.iter().take(LONGEST_LIST).map(|(_, text)| *text));
            index.starts.push(index.texts.len());
            index.uses.extend(holders.iter().map(|(_, text)| (*text, list)));
        }
        index.uses.par_sort_unstable();
        index
    }

    fn lists_of(&self, text: usize) -> impl Iterator<Item = &[u32]> {
        let from = self.uses.partition_point(|(user, _)| (*user as usize) < text);
        let of_text = self.uses[from..].iter().take_while(move |(user, _)| *user as usize == text);
        of_text.map(|(_, list)| &self.texts[self.starts[*list as usize]..self.starts[*list as usize + 1]])
    }
}

#[cfg(test)]
mod tests {
    use super::{Shingles, overlaps};

    fn text(words: std::ops::Range<u64>) -> Shingles {
        Shingles::new(&words.map(|word| word.wrapping_mul(0x5851_F42D_4C95_7F2D)).collect::<Vec<_>>())
    }

    #[test]
    fn a_cut_copy_is_found_and_another_text_is_not() {
        let (whole, cut, other) = (text(0..300), text(0..60), text(1_000..1_300));
        let found = overlaps(&[&whole, &cut, &other], 0.5);
        assert_eq!(found.iter().map(|pair| (pair.a, pair.b)).collect::<Vec<_>>(), [(0, 1)]);
        assert!((found[0].containment - 1.0).abs() < 1e-9);
        assert!(whole.contained_in(&cut) < 0.3);
    }

    #[test]
    fn a_thousand_copies_are_all_found() {
        let texts: Vec<Shingles> = (0..1_000).map(|number| text(number % 2..200)).collect();
        let found = overlaps(&texts.iter().collect::<Vec<_>>(), 0.5);
        assert!((1..1_000).all(|b| found.iter().any(|pair| pair.b == b)));
    }

    #[test]
    fn a_short_teaser_is_no_copy_of_a_long_text_that_begins_so() {
        assert!(overlaps(&[&text(0..300), &text(0..6)], 0.5).is_empty());
        assert_eq!(overlaps(&[&text(0..6), &text(0..6)], 0.5).len(), 1);
        assert!(overlaps(&[&text(0..0), &text(0..0)], 0.5).is_empty());
    }
}
