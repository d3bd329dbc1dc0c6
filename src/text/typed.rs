//! A text → the same as people type it, with the way back.
//!
//! Signs that cannot be told apart by eye or keyboard are one: composed and decomposed letters (NFC), every width of space, invisible
//! signs inside words, curly and straight marks, hyphens that do not break. Patterns of rules and the texts they are looked for in
//! both come through here.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A text as people type it.
pub(crate) struct Typed<'t> {
    /// The text.
    pub(crate) text: Cow<'t, str>,
    original: &'t str,
}

impl<'t> Typed<'t> {
    pub(crate) fn of(original: &'t str) -> Self {
        let is_plain = |sign: char| sign.is_ascii() || typed(sign) == Some(sign);
        if original.is_ascii() || original.chars().all(is_plain) && is_nfc_quick(original.chars()) == IsNormalized::Yes
        {
            return Self { text: Cow::Borrowed(original), original };
        }
        Self { text: Cow::Owned(original.chars().filter_map(typed).nfc().collect()), original }
    }

    /// Where `range` of the text stands in the original.
    pub(crate) fn original(&self, range: Range<usize>) -> Range<usize> {
        if matches!(self.text, Cow::Borrowed(_)) {
            return range;
        }
        let begins = self.original.char_indices().filter(|&(_, sign)| begins(sign)).map(|(place, _)| place);
        let ends = begins.filter(|&place| place > 0).chain([self.original.len()]);
        let (mut here, mut begin, mut start) = (0, 0, 0);
        for end in ends {
            if here <= range.start {
                start = begin;
            }
            here += self.original[begin..end].chars().filter_map(typed).nfc().map(char::len_utf8).sum::<usize>();
            begin = end;
            if here >= range.end && here > range.start {
                break;
            }
        }
        start..begin
    }
}

/// Begins a piece that can be written anew by itself.
fn begins(sign: char) -> bool {
    sign.is_ascii()
        || canonical_combining_class(sign) == 0 && is_nfc_quick(std::iter::once(sign)) != IsNormalized::Maybe
}

fn typed(sign: char) -> Option<char> {
    match sign {
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => None,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' => Some('\''),
        '\u{201c}' | '\u{201d}' | '\u{201f}' => Some('"'),
        '\u{2010}' | '\u{2011}' => Some('-'),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        for (original, typed) in [
            ("Mu\u{308}ller", "Müller"),
            ("Ligue\u{a0}1\u{202f}:", "Ligue 1 :"),
            ("An\u{ad}zei\u{ad}ge", "Anzeige"),
            ("L\u{2019}E\u{301}quipe", "L'Équipe"),
            ("a\u{2011}b \u{201c}c\u{201d}", "a-b \"c\""),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("q\u{307}\u{323}", "q\u{323}\u{307}"),
            ("\u{ad}", ""),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(Typed::of(original).text, typed, "{original:?}");
        }
    }

    #[test]
    fn a_place_is_found_again_in_the_original() {
        for (original, word, found) in [
            ("Der Mu\u{308}ller mahlt", "Müller", "Mu\u{308}ller"),
            ("Die An\u{ad}zei\u{ad}ge hier", "Anzeige", "An\u{ad}zei\u{ad}ge"),
            ("Ligue\u{a0}1", "1", "1"),
            ("na\u{303}o", "ão", "a\u{303}o"),
            ("so ist es", "ist", "ist"),
        ] {
            let typed = Typed::of(original);
            let start = typed.text.find(word).unwrap();
            assert_eq!(&original[typed.original(start..start + word.len())], found, "{original:?}");
        }
        assert!(Typed::of("\u{ad}a\u{ad}").original(0..0).end <= 5, "a place that stands for nothing is no panic");
        assert_eq!(Typed::of("\u{ad}").original(0..0), 0..2);
    }
}
