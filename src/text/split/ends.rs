//! A block of text → where its sentences may end.
//!
//! Most full stops are plain: a lower-case word before, a capital after, no quotation or bracket around. They end
//! a sentence without asking. What is not plain (abbreviations, initials, numbers, ellipses) is left to a splitter that
//! knows the language, which then sees one or two sentences and not the whole text: that is faster, and a
//! quotation mark that nobody closed spoils less.

use std::ops::Range;

use crate::text::split::pairs::Pairs;

/// A place where a sentence ends, or may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// One past the last byte of the sentence.
    pub(super) at: usize,
    /// It certainly ends.
    pub(super) sure: bool,
}

/// The sign that a byte may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Plain,
    Stop,
    Sign,
    Wide,
}

static BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        bytes[byte] = match byte as u8 {
            b'.' | b'!' | b'?' => Byte::Stop,
            b'"' | b'\'' | b'`' | b'(' | b')' | b'[' | b']' => Byte::Sign,
            // First bytes of quotation marks, ellipses and the full stops of other scripts.
            0xc2 | 0xd8 | 0xdb | 0xe0..=0xe3 | 0xef => Byte::Wide,
            _ => Byte::Plain,
        };
        byte += 1;
    }
    bytes
};

/// Properties of the words of one language, asked in lower case.
pub(super) trait Words {
    /// Whether the word is one that a full stop follows inside a sentence.
    fn is_abbreviation(&self, word: &str) -> bool;

    /// Whether the word is a small one (an article, a pronoun, a preposition): with a capital it starts a sentence.
    fn is_small(&self, word: &str) -> bool;
}

/// The ends in `block` but that of the block itself, in their order.
pub(super) fn ends(text: &str, block: Range<usize>, words: &impl Words) -> Vec<End> {
    let (stops, pairs) = signs(text, block.clone());
    let mut ends = Vec::with_capacity(stops.len());
    let mut pairs = pairs.into_iter().peekable();
    let (mut covered, mut before) = (block.start, block.start);
    for stop in stops {
        while let Some(pair) = pairs.next_if(|pair| pair.start < stop) {
            covered = covered.max(pair.end);
        }
        // The rest of a run of stops was looked at with its first.
        if stop < before {
            continue;
        }
        let run = run_end(text, stop, block.end);
        before = run;
        let at = closers_end(text, run, block.end);
        if at >= block.end || at < covered {
            continue;
        }
        let around = Around {
            before: &text[block.start..stop],
            run: &text[stop..run],
            closed: at > run,
            after: &text[at..block.end],
        };
        ends.extend(around.judge(words).map(|sure| End { at, sure }));
    }
    ends
}

/// Where the stops stand, and the quotations and brackets.
fn signs(text: &str, block: Range<usize>) -> (Vec<usize>, Vec<Range<usize>>) {
    let (mut stops, mut pairs) = (Vec::new(), Pairs::default());
    let part = &text[..block.end];
    for (at, &byte) in text.as_bytes().iter().enumerate().take(block.end).skip(block.start) {
        match BYTES[usize::from(byte)] {
            Byte::Plain => {}
            Byte::Stop => stops.push(at),
            Byte::Sign => pairs.see(part, at, char::from(byte)),
            Byte::Wide => {
                let sign = part[at..].chars().next().unwrap_or(' ');
                if is_stop(sign) {
                    stops.push(at);
                } else {
                    pairs.see(part, at, sign);
                }
            }
        }
    }
    (stops, pairs.finish())
}

fn is_stop(sign: char) -> bool {
    matches!(sign, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '｡' | '．' | '।' | '॥' | '؟' | '۔')
}

/// A full stop after which no space is needed.
fn is_full_width(sign: char) -> bool {
    matches!(sign, '。' | '！' | '？' | '｡' | '．')
}

fn run_end(text: &str, stop: usize, end: usize) -> usize {
    text[stop..end].find(|sign| !is_stop(sign)).map_or(end, |length| stop + length)
}

fn closers_end(text: &str, at: usize, end: usize) -> usize {
    let wide = text[..at].ends_with(is_full_width);
    let closes = |sign| match sign {
        '”' | '’' | '»' | ')' | ']' | '」' | '』' | '）' | '》' => true,
        '"' | '\'' | '“' => !wide,
        _ => false,
    };
    text[at..end].find(|sign| !closes(sign)).map_or(end, |length| at + length)
}

/// The text around a run of stops.
struct Around<'a> {
    before: &'a str,
    run: &'a str,
    /// A quotation or bracket closes right after it.
    closed: bool,
    after: &'a str,
}

impl Around<'_> {
    /// Whether a sentence certainly ends here; `None` if it certainly does not.
    fn judge(&self, words: &impl Words) -> Option<bool> {
        if self.run.ends_with(is_full_width) {
            return Some(true);
        }
        let next = self.after.trim_start();
        if next.len() == self.after.len() {
            // No space: an abbreviation, a number, an address, or a space forgotten.
            return next
                .starts_with(|first: char| first.is_alphabetic() || matches!(first, '[' | '`'))
                .then_some(false);
        }
        let opens = |sign| matches!(sign, '"' | '“' | '„' | '«' | '»' | '‘' | '\'' | '(' | '[' | '`' | '¿' | '¡' | '”');
        let first = next.trim_start_matches(opens).chars().next().unwrap_or(' ');
        let text_before = self.before.trim_end_matches([' ', '.']);
        let dots = self.before.bytes().skip(text_before.len()).filter(|&byte| byte == b'.').count();
        if first == '.' || dots >= 3 {
            return self.judge_dots(text_before, dots, next);
        }
        let before = self.before.trim_end_matches(['»', '”', ')', '"']);
        let word = before.rsplit([' ', '\n', '\t', '(', '"', '“', '«', '/', '\u{a0}']).next().unwrap_or_default();
        if first.is_lowercase() && !self.closed {
            // Some write no capitals; most lower-case letters show an abbreviation.
            return may_precede_small(self.run, word).then_some(false);
        }
        let plain = match self.run {
            "." if first.is_uppercase() => {
                let next = next.trim_start_matches(opens).split(|letter: char| !letter.is_alphabetic()).next();
                let starts = || next.is_some_and(|next| words.is_small(&next.to_lowercase()));
                is_plain(word, 3)
                    && (!words.is_abbreviation(&word.to_lowercase())
                        || word.starts_with(char::is_lowercase) && starts())
            }
            "." if first.is_numeric() => {
                word.starts_with(char::is_alphabetic)
                    && is_plain(word, 4)
                    && !words.is_abbreviation(&word.to_lowercase())
            }
            "?" | "…" => first.is_uppercase() && !self.closed,
            // `Yahoo!` is a name.
            "!" => first.is_uppercase() && !self.closed && word.chars().all(char::is_lowercase),
            "।" | "॥" | "؟" | "۔" => true,
            _ => false,
        };
        Some(plain)
    }

    /// Of four dots with spaces between them, the one next to the word ends the sentence: `it rose. . . . Then`, and
    /// `it rose . . . . Then`.
    fn judge_dots(&self, text_before: &str, dots: usize, next: &str) -> Option<bool> {
        let rest = next.trim_start_matches(['.', ' ']);
        let more = next.bytes().take(next.len() - rest.len()).filter(|&byte| byte == b'.').count();
        let apart = self.before[text_before.len()..].starts_with(' ') || dots == 0 && self.before.ends_with(' ');
        let ends =
            dots + more == 3 && rest.starts_with(char::is_uppercase) && (if apart { more == 0 } else { dots == 0 });
        ends.then_some(true)
    }
}

/// Whether a sentence may end with this word and these stops when a lower-case letter follows.
pub(super) fn may_precede_small(run: &str, word: &str) -> bool {
    let long = word.chars().nth(4).is_some() && word.chars().all(char::is_lowercase);
    matches!(run, "!" | "?" | "!!" | "??") || run == "." && long
}

/// A word of at least so many letters, none but the first one large; or a year.
fn is_plain(word: &str, least: usize) -> bool {
    if word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let capital = word.starts_with(char::is_uppercase);
    let least = if capital { least + 2 } else { least };
    let inner = |letter: char| letter.is_lowercase() || matches!(letter, '’' | '\'' | '-');
    word.chars().nth(least - 1).is_some() && word.chars().skip(usize::from(capital)).all(inner)
}

#[cfg(test)]
mod tests {
    use super::{Words, ends};

    struct Few;

    impl Words for Few {
        fn is_abbreviation(&self, word: &str) -> bool {
            matches!(word, "approx" | "etc")
        }

        fn is_small(&self, word: &str) -> bool {
            word == "they"
        }
    }

    fn check(text: &str, sure: &[&str], unsure: &[&str]) {
        let found = ends(text, 0..text.len(), &Few);
        let before = |wanted: bool| -> Vec<&str> {
            let chosen = found.iter().filter(|end| end.sure == wanted);
            chosen.map(|end| text[..end.at].rsplit(' ').next().unwrap_or_default()).collect()
        };
        assert_eq!((before(true), before(false)), (sure.to_vec(), unsure.to_vec()));
    }

    #[test]
    fn plain_ends_are_sure_and_others_are_not() {
        check(
            "The river rose. Dr. Smith came! He left. It cost approx. Three.",
            &["rose.", "came!", "left."],
            &["Dr.", "approx."],
        );
        check("Er kam 1990. Dann ging er. 3 Tage später.", &["1990."], &["er."]);
        check("部长表示谈判将继续。记者问：“为什么？”", &["部长表示谈判将继续。"], &[]);
    }

    #[test]
    fn nothing_ends_inside_a_quotation_or_before_a_small_letter() {
        check("He said: \"It rose. It fell. It rose.\" Then he left.", &["rose.\""], &[]);
        check("It rose (not much. But still) by 3.5 m. and so on. etc. Still.", &[], &["etc."]);
    }
}
