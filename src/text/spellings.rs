//! Spellings → what is known of them; a map that is fast for short words.
//!
//! Nearly all words are no longer than sixteen bytes. Such a word is a number, so that looking it up hashes and
//! compares one number and never walks through memory.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// A map from words to values.
#[derive(Default)]
pub(super) struct Spellings<V> {
    short: HashMap<u128, V, FixedState>,
    long: HashMap<Box<str>, V, FixedState>,
}

impl<V: Copy> Spellings<V> {
    /// What is known of `word`.
    pub(super) fn get(&self, word: &str) -> Option<V> {
        match number(word.as_bytes()) {
            Some(number) => self.short.get(&number).copied(),
            None => self.long.get(word).copied(),
        }
    }

    /// Remembers `value` of `word`.
    pub(super) fn insert(&mut self, word: &str, value: V) {
        match number(word.as_bytes()) {
            Some(number) => self.short.insert(number, value),
            None => self.long.insert(word.into(), value),
        };
    }

    /// How many words are known.
    pub(super) fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }
}

/// The bytes of a short word, little end first, filled up with zeros; `None` for a long one, and for one that ends
/// with a zero itself.
fn number(bytes: &[u8]) -> Option<u128> {
    let length = bytes.len();
    if length > 16 || bytes.last() == Some(&0) {
        return None;
    }
    // The last bytes overlap the first ones; what the first ones hold is shifted out.
    Some(if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let last = u128::from(u64::from_le_bytes(*last)) >> (8 * (16 - length));
        u128::from(u64::from_le_bytes(*first)) | last << 64
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let last = u64::from(u32::from_le_bytes(*last)) >> (8 * (8 - length));
        u128::from(u64::from(u32::from_le_bytes(*first)) | last << 32)
    } else {
        u128::from(bytes.iter().rev().fold(0_u32, |number, &byte| number << 8 | u32::from(byte)))
    })
}

#[cfg(test)]
mod tests {
    use super::{Spellings, number};

    #[test]
    fn a_short_word_is_its_bytes() {
        for length in 0..=16 {
            let bytes: Vec<u8> = (1..=length).collect();
            let mut expected = [0; 16];
            expected[..bytes.len()].copy_from_slice(&bytes);
            assert_eq!(number(&bytes), Some(u128::from_le_bytes(expected)));
        }
        assert_eq!((number(&[1; 17]), number(&[1, 0])), (None, None));
    }

    #[test]
    fn words_of_all_lengths_are_found_again() {
        let mut spellings = Spellings::default();
        let words: Vec<String> = (0..40).map(|length| "abc\0".chars().cycle().take(length).collect()).collect();
        for (value, word) in words.iter().enumerate() {
            assert_eq!(spellings.get(word), None);
            spellings.insert(word, value);
        }
        assert_eq!(spellings.len(), 40);
        assert!(words.iter().enumerate().all(|(value, word)| spellings.get(word) == Some(value)));
    }
}
