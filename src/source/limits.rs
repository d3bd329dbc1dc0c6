//! How much of one source is carried on: many times what any feed or mailbox holds that people read.
//!
//! The largest go first, so that one entry or mail that was made to be too much costs itself and no other.

use std::io;
use std::path::PathBuf;

use crate::fetch::Size;
use crate::model::{Entry, Problem};
use crate::source::Source;

/// All that the entries of a source say, documents apart.
const MOST_TEXT: Size = Size::mebibytes(8);

/// All documents of a source.
const MOST_DOCUMENTS: Size = Size::mebibytes(32);

/// Bytes an entry may hold besides its text.
const MOST_BARE: u64 = 64 << 10;

/// Keeps of `entries` what may be carried on; a problem says what may not.
pub(super) fn limit_entries(entries: &mut Vec<Entry>, source: &Source) -> Option<Problem> {
    let mut order: Vec<(u64, usize)> =
        entries.iter().enumerate().map(|(place, entry)| (weight(entry), place)).collect();
    order.sort_unstable();
    let mut left = MOST_TEXT.as_bytes();
    let mut dropped = vec![false; entries.len()];
    let mut cut = 0;
    for (whole, place) in order {
        let entry = &mut entries[place];
        let mut weight = whole;
        if weight > left {
            (entry.content, entry.summary) = (None, None);
            weight = self::weight(entry);
            cut += 1;
            dropped[place] = weight > left.min(MOST_BARE);
        }
        left -= if dropped[place] { 0 } else { weight };
    }
    let mut dropped = dropped.into_iter();
    entries.retain(|_| !dropped.next().unwrap_or_default());
    let what =
        || format!("its entries hold more than {MOST_TEXT} of text: the largest, {cut} in all, stand without theirs");
    (cut > 0).then(|| Problem::new(&source.name, what()))
}

/// The `files` that are read, in their order, and a problem that says how many are not.
pub(super) fn limit_files(files: Vec<PathBuf>, source: &Source) -> (Vec<PathBuf>, Option<Problem>) {
    let size = |path: &PathBuf| path.metadata().map_or(0, |facts| facts.len());
    let mut order: Vec<(u64, usize)> = files.iter().enumerate().map(|(place, path)| (size(path), place)).collect();
    order.sort_unstable();
    let mut sum = 0_u64;
    let mut kept = vec![false; files.len()];
    for (size, place) in order {
        sum = sum.saturating_add(size);
        kept[place] = sum <= MOST_DOCUMENTS.as_bytes();
    }
    let left_out = kept.iter().filter(|kept| !**kept).count();
    let files = files.into_iter().zip(kept).filter_map(|(path, kept)| kept.then_some(path)).collect();
    let what = || format!("its files are larger than {MOST_DOCUMENTS}: the largest, {left_out} in all, are not read");
    (files, (left_out > 0).then(|| Problem::new(&source.name, what())))
}

/// Size of an entry in bytes.
fn weight(entry: &Entry) -> u64 {
    struct Count(u64);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting does not fail, and an entry has no map with other keys than text.
    let _ = serde_json::to_writer(&mut count, entry);
    count.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Content;
    use crate::source::{Defaults, Options};

    fn source() -> Source {
        let options = Options { name: "a".into(), feed: Some("https://a.example/feed".into()), ..Options::default() };
        Source::new(&options, &Defaults::default(), std::path::Path::new("")).unwrap()
    }

    fn entry(kilobytes: usize) -> Entry {
        let content = Some(Content::Text { text: "x".repeat(kilobytes << 10) });
        Entry { title: Some(format!("{kilobytes} kB")), content, ..Entry::default() }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

        #[test]
        fn what_is_carried_on_of_a_source_is_bounded_and_the_small_is_whole(sizes in prop::collection::vec(0..4_000_usize, 0..9)) {
            let given: Vec<Entry> = sizes.iter().map(|size| entry(*size)).collect();
            let mut kept = given.clone();
            let problem = limit_entries(&mut kept, &source());
            let whole: u64 = given.iter().map(weight).sum();
            prop_assert!(kept.iter().map(weight).sum::<u64>() <= MOST_TEXT.as_bytes());
            prop_assert_eq!(problem.is_some(), whole > MOST_TEXT.as_bytes());
            // Every entry is there, in its order, and none is cut while a larger one is whole.
            let titles = |entries: &[Entry]| entries.iter().map(|entry| entry.title.clone()).collect::<Vec<_>>();
            prop_assert_eq!(titles(&kept), titles(&given));
            let sizes_of = |has_text: bool| {
                kept.iter().zip(&sizes).filter(|(entry, _)| entry.content.is_some() == has_text).map(|(_, size)| *size).collect::<Vec<_>>()
            };
            if let (Some(largest), Some(smallest)) = (sizes_of(true).iter().max(), sizes_of(false).iter().min()) {
                prop_assert!(largest <= smallest);
            }
        }
    }

    #[test]
    fn an_entry_that_says_too_much_beside_its_text_is_left_out() {
        let mut entries = vec![entry(1), Entry { id: Some("x".repeat(9 << 20)), ..Entry::default() }, entry(2)];
        let problem = limit_entries(&mut entries, &source()).unwrap();
        assert_eq!(entries, [entry(1), entry(2)]);
        assert!(problem.what.contains("1 in all"), "{problem}");
    }
}
