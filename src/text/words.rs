//! Text → where its words stand.
//!
//! A word is a run of letters and digits, with apostrophes between letters and separators between digits inside it.
//! Scripts that write no spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are cut by icu_segmenter's dictionaries.

use std::ops::Range;

use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed, options::WordBreakInvariantOptions};

/// Runs of unspaced script are cut in pieces of about this many bytes, so that one cannot take all memory.
const LONGEST_RUN: usize = 8 * 1024;

/// The words of `text`, as byte spans in their order.
pub fn words(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    each_word(text, |start, end| found.push(start..end));
    found
}

/// How many words a reader would count: pieces between white space, and the words inside unspaced script.
pub fn count_words(text: &str) -> usize {
    if text.is_ascii() {
        return count_ascii(text.as_bytes());
    }
    // Letters of unspaced scripts begin with one of these bytes.
    if !text.bytes().any(|byte| byte >= 0xe0 && byte != 0xe2) {
        return text.split_whitespace().count();
    }
    text.split_whitespace().map(count_in_piece).sum()
}

/// How often something follows white space, without a branch.
fn count_ascii(bytes: &[u8]) -> usize {
    let is_blank = |byte: u8| (byte == b' ') | (byte == b'\n') | (byte == b'\t') | (byte == b'\r') | (byte == 0x0c);
    let Some((&first, rest)) = bytes.split_first() else { return 0 };
    let mut count = usize::from(!is_blank(first));
    // As many as one byte can count at a time.
    for (before, after) in bytes.chunks(255).zip(rest.chunks(255)) {
        let begins = before.iter().zip(after).map(|(&before, &after)| u8::from(is_blank(before) & !is_blank(after)));
        count += usize::from(begins.sum::<u8>());
    }
    count
}

/// Words of one piece without white space: 1, or as many as its unspaced script holds.
fn count_in_piece(piece: &str) -> usize {
    if !piece.chars().any(is_unspaced) {
        return 1;
    }
    let mut count = 0;
    each_word(piece, |_, _| count += 1);
    count.max(1)
}

/// Calls `found` with the start and end of each word, in order.
pub(super) fn each_word(text: &str, mut found: impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match BYTE_KINDS[usize::from(bytes[at])] {
            ByteKind::Alphanumeric => {
                let end = word_end(text, at);
                found(at, end);
                at = end;
            }
            ByteKind::Sign => at += 1,
            ByteKind::Wide => at = from_non_ascii(text, at, &mut found),
        }
    }
}

/// The part of a byte in a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ByteKind {
    /// An ASCII letter or digit.
    Alphanumeric,
    /// Any other ASCII character.
    Sign,
    /// Part of any other character.
    Wide,
}

static BYTE_KINDS: [ByteKind; 256] = {
    let mut kinds = [ByteKind::Wide; 256];
    let mut byte = 0;
    while byte < 128 {
        kinds[byte] = if (byte as u8).is_ascii_alphanumeric() { ByteKind::Alphanumeric } else { ByteKind::Sign };
        byte += 1;
    }
    kinds
};

/// Handles what starts at the non-ASCII character at `at`; returns where to go on.
fn from_non_ascii(text: &str, at: usize, found: &mut impl FnMut(usize, usize)) -> usize {
    let Some(letter) = text[at..].chars().next() else { return text.len() };
    if is_unspaced(letter) {
        let end = run_end(text, at);
        cut_run(&text[at..end], at, found);
        end
    } else if is_word_letter(letter) {
        let end = word_end(text, at);
        found(at, end);
        end
    } else {
        at + letter.len_utf8()
    }
}

/// End of the word that starts at `at`.
fn word_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        let kind = BYTE_KINDS[usize::from(bytes[at])];
        if kind == ByteKind::Alphanumeric {
            at += 1;
        } else if kind == ByteKind::Sign {
            if !joins(bytes, at, start) {
                break;
            }
            at += 1;
        } else {
            let Some(letter) = text[at..].chars().next() else { break };
            let apostrophe = letter == '\u{2019}' && at > start && starts_with_letter(&text[at + 3..]);
            if is_unspaced(letter) || !(apostrophe || is_word_letter(letter) || is_joiner(letter)) {
                break;
            }
            at += letter.len_utf8();
        }
    }
    at
}

/// Whether the ASCII sign at `at` stands inside a word: `don't`, `1,000`, `3.5`.
fn joins(bytes: &[u8], at: usize, start: usize) -> bool {
    if !matches!(bytes[at], b'\'' | b'.' | b',') {
        return false;
    }
    let (Some(before), Some(after)) = (at.checked_sub(1).map(|i| bytes[i]), bytes.get(at + 1)) else { return false };
    at > start
        && match bytes[at] {
            b'\'' => !before.is_ascii_digit() && (after.is_ascii_alphabetic() || !after.is_ascii()),
            b'.' | b',' => before.is_ascii_digit() && after.is_ascii_digit(),
            _ => false,
        }
}

fn starts_with_letter(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_alphabetic)
}

/// End of the run of unspaced script that starts at `at`, at most about [`LONGEST_RUN`] bytes on.
fn run_end(text: &str, at: usize) -> usize {
    text[at..]
        .char_indices()
        .find(|&(i, letter)| !is_unspaced(letter) || i >= LONGEST_RUN)
        .map_or(text.len(), |(i, _)| at + i)
}

fn cut_run(run: &str, offset: usize, found: &mut impl FnMut(usize, usize)) {
    thread_local! {
        static SEGMENTER: WordSegmenterBorrowed<'static> = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    }
    SEGMENTER.with(|segmenter| {
        let mut start = 0;
        for end in segmenter.segment_str(run) {
            if run[start..end].chars().any(char::is_alphanumeric) {
                found(offset + start, offset + end);
            }
            start = end;
        }
    });
}

/// Letters, digits, and the marks that belong to them (vowel signs, viramas, points, accents).
pub(super) fn is_word_letter(letter: char) -> bool {
    letter.is_alphanumeric() || is_mark(letter)
}

fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{900}'..='\u{963}' | '\u{966}'..='\u{96f}' | '\u{971}'..='\u{df3}')
}

/// Invisible signs inside a word: soft hyphen, joiners.
pub(super) fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200c}' | '\u{200d}')
}

/// Whether the script of `letter` writes no spaces between words.
pub(super) fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::{count_words, words};

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = words(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_are_letters_digits_and_what_joins_them() {
        check("Don't pay 1,000.50 euros, l’homme!", &["Don't", "pay", "1,000.50", "euros", "l’homme"]);
        check("'quoted' a.b rock 'n' roll", &["quoted", "a", "b", "rock", "n", "roll"]);
        check("well-known e.g. U.S.", &["well", "known", "e", "g", "U", "S"]);
        check("naïve cafe\u{301} हिन्दी भाषा।", &["naïve", "cafe\u{301}", "हिन्दी", "भाषा"]);
        check("\0 \u{feff} 🙂", &[]);
    }

    #[test]
    fn unspaced_scripts_are_cut() {
        check("我们今天去公园玩。", &["我们", "今天", "去", "公园", "玩"]);
        check("iPhoneを買う", &["iPhone", "を", "買う"]);
        assert!(words("สวัสดีครับผม").len() > 1);
    }

    #[test]
    fn readers_count_words() {
        assert_eq!(count_words("One well-known word — or 5."), 6);
        assert_eq!(count_words("我们今天去公园玩。"), 5);
        assert_eq!(count_words(" \n"), 0);
    }
}
