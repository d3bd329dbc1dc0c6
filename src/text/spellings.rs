//! Spellings → their values; a map that is fast for short words.
//!
//! Most words are no longer than eight bytes, nearly all no longer than sixteen. Such a word is a number, so that
//! looking it up hashes and compares one number, and the map stays small enough for the processor's caches.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// A map from words to values.
#[derive(Default)]
pub(super) struct Spellings<V> {
    short: HashMap<u64, V, FixedState>,
    middling: HashMap<u128, V, FixedState>,
    long: HashMap<Box<str>, V, FixedState>,
}

impl<V: Copy> Spellings<V> {
    /// The value of `word`, if it is known.
    #[inline]
    pub(super) fn get(&self, word: &str) -> Option<V> {
        match Number::of(word.as_bytes()) {
            Number::Short(number) => self.short.get(&number).copied(),
            Number::Middling(number) => self.middling.get(&number).copied(),
            Number::None => self.long.get(word).copied(),
        }
    }

    /// Remembers `value` of `word`.
    pub(super) fn insert(&mut self, word: &str, value: V) {
        match Number::of(word.as_bytes()) {
            Number::Short(number) => self.short.insert(number, value),
            Number::Middling(number) => self.middling.insert(number, value),
            Number::None => self.long.insert(word.into(), value),
        };
    }

    /// How many words are known.
    pub(super) fn len(&self) -> usize {
        self.short.len() + self.middling.len() + self.long.len()
    }
}

/// The bytes of a word, little end first, filled up with zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    /// Of up to eight bytes.
    Short(u64),
    /// Of nine to sixteen bytes.
    Middling(u128),
    /// Of a longer word, and of one that ends with a zero itself.
    None,
}

impl Number {
    #[inline]
    fn of(bytes: &[u8]) -> Self {
        let length = bytes.len();
        if bytes.last() == Some(&0) {
            return Self::None;
        }
        // The last bytes overlap the first ones; what the first ones hold is shifted out.
        match length {
            0..4 => Self::Short(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))),
            4..=8 => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
                (Some(first), Some(last)) => {
                    let last = u64::from(u32::from_le_bytes(*last)) >> (8 * (8 - length));
                    Self::Short(u64::from(u32::from_le_bytes(*first)) | last << 32)
                }
                _ => Self::None,
            },
            9..=16 => match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
                (Some(first), Some(last)) => {
                    let last = u128::from(u64::from_le_bytes(*last)) >> (8 * (16 - length));
                    Self::Middling(u128::from(u64::from_le_bytes(*first)) | last << 64)
                }
                _ => Self::None,
            },
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Number, Spellings};

    #[test]
    fn a_short_word_is_its_bytes() {
        for length in 0..=16 {
            let bytes: Vec<u8> = (1..=length).collect();
            let mut expected = [0; 16];
            expected[..bytes.len()].copy_from_slice(&bytes);
            let found = match Number::of(&bytes) {
                Number::Short(number) => u128::from(number),
                Number::Middling(number) => number,
                Number::None => 0,
            };
            assert_eq!(found, u128::from_le_bytes(expected));
        }
        assert_eq!((Number::of(&[1; 17]), Number::of(&[1, 0])), (Number::None, Number::None));
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
