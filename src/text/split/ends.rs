//! A block of text → where its sentences may end.
//!
//! Most full stops are plain: a lower-case word before, a capital after, no quotation or bracket around. They end
//! a sentence without asking. What is not plain (abbreviations, initials, numbers, ellipses) is left to a splitter that
//! knows the language, which then sees one or two sentences and not the whole text: that is faster, and a
//! quotation mark that nobody closed spoils less.

use std::ops::Range;

use crate::text::split::notes::{Marks, marks_end};
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
    /// The question mark of Greek.
    Semicolon,
    Sign,
    Wide,
}

static BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        bytes[byte] = match byte as u8 {
            b'.' | b'!' | b'?' => Byte::Stop,
            b';' => Byte::Semicolon,
            b'"' | b'\'' | b'`' | b'(' | b')' | b'[' | b']' => Byte::Sign,
            // First bytes of quotation marks, ellipses and the full stops of other scripts.
            0xc2 | 0xcd | 0xd6 | 0xd8 | 0xdb | 0xdc | 0xdf | 0xe0..=0xe3 | 0xea | 0xef => Byte::Wide,
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

    /// Whether a semicolon asks a question.
    fn asks_with_semicolon(&self) -> bool;
}

/// Bytes looked at on both sides of a full stop.
const NEAR: usize = 256;

/// The first bytes of a span.
fn window(text: &str, span: Range<usize>) -> &str {
    &text[span.start..text.floor_char_boundary(span.end.min(span.start + NEAR))]
}

/// The ends in `block` but that of the block itself, in their order.
pub(super) fn ends(text: &str, block: Range<usize>, words: &impl Words) -> Vec<End> {
    let (stops, pairs) = signs(text, block.clone(), words.asks_with_semicolon());
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
        let closed = closers_end(text, run, block.end);
        let (at, marks) = marks_end(text, closed, block.end);
        if at >= block.end || at < covered {
            continue;
        }
        let mut around = Around {
            before: &text[text.ceil_char_boundary(block.start.max(stop.saturating_sub(NEAR)))..stop],
            run: &text[stop..run],
            closed: closed > run,
            after: window(text, at..block.end),
        };
        if marks != Marks::None {
            if around.ends_with_note(marks, words) {
                ends.push(End { at, sure: true });
                continue;
            }
            around.after = window(text, closed..block.end);
        }
        let at = if marks == Marks::None { at } else { closed };
        ends.extend(around.judge(words).map(|sure| End { at, sure }));
    }
    ends
}

/// Where the stops stand, and the quotations and brackets.
fn signs(text: &str, block: Range<usize>, semicolons: bool) -> (Vec<usize>, Vec<Range<usize>>) {
    let (mut stops, mut pairs) = (Vec::new(), Pairs::default());
    let part = &text[..block.end];
    for (at, &byte) in text.as_bytes().iter().enumerate().take(block.end).skip(block.start) {
        match BYTES[usize::from(byte)] {
            Byte::Plain => {}
            Byte::Stop => stops.push(at),
            Byte::Semicolon if semicolons => stops.push(at),
            Byte::Semicolon => {}
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

/// A full stop, question mark or exclamation mark of any script (Unicode's `Sentence_Terminal`, and the signs that stand
/// for one in some languages).
fn is_stop(sign: char) -> bool {
    matches!(sign, '.' | '!' | '?' | '…' | ';' | '\u{37e}' | '．') || is_unmistakable(sign)
}

/// A sign that does nothing but end sentences, with or without a space after it.
pub(super) fn is_unmistakable(sign: char) -> bool {
    is_full_width(sign) && sign != '．'
        || matches!(
            sign,
            '։' | '؞' | '؟' | '۔' | '܀'..='܂' | '߹' | '।' | '॥' | '။' | '።' | '፧' | '፨' | '។' | '៕' | '᠃' | '᠉'
                | '᥄' | '᥅' | '᪨'..='᪫' | '᭚' | '᭛' | '᭞' | '᭟' | '᰻' | '᰼' | '᱾' | '᱿' | '༎' | '།' | '꓿' | '꘎' | '꘏'
                | '꛳' | '꛷' | '꡶' | '꡷' | '꣎' | '꣏' | '꤯' | '꧈' | '꧉' | '꩝'..='꩟' | '꫰' | '꫱' | '꯫' | '⸮' | '‼' | '⁇'..='⁉'
        )
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
    /// Whether a sentence ends here, with a note.
    fn ends_with_note(&self, marks: Marks, words: &impl Words) -> bool {
        let next = self.after.trim_start();
        let first = next.trim_start_matches(opens).chars().next().unwrap_or(' ');
        if self.before.ends_with('[')
            || first.is_lowercase()
            || next.len() == self.after.len() && marks == Marks::Digits
        {
            return false;
        }
        let word = last_word(self.before);
        let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        match marks {
            Marks::Sure => !words.is_abbreviation(&word.to_lowercase()),
            // `in 1871.1 Nobody`, but not `Price: 1200.5 Litres`.
            _ if is_year && !self.closed => {
                let dated = last_word(self.before[..self.before.len() - word.len()].trim_end());
                let dated = !dated.is_empty() && dated.chars().all(char::is_lowercase);
                first.is_uppercase() && (dated || words.is_small(&first_word(next).to_lowercase()))
            }
            _ => {
                let plain = is_plain(word, 3) && !words.is_abbreviation(&word.to_lowercase());
                let plain = plain || self.before.ends_with([')', ']', '”', '»']);
                !first.is_numeric() && (self.closed || plain && self.run == "." || matches!(self.run, "!" | "?"))
            }
        }
    }

    /// Whether a sentence certainly ends here; `None` if it certainly does not.
    fn judge(&self, words: &impl Words) -> Option<bool> {
        let next = self.after.trim_start();
        if self.run == "．" && is_number_sign(self.after) {
            return None;
        }
        if self.run.ends_with(is_full_width) || self.run.ends_with(is_unmistakable) {
            return Some(true);
        }
        if self.opens_click(next) {
            return None;
        }
        if next.len() == self.after.len() {
            if self.run.len() >= 3 && self.before.ends_with(char::is_whitespace) {
                return None;
            }
            // No space: an abbreviation, a number, an address, or a space forgotten.
            return next
                .starts_with(|first: char| first.is_alphabetic() || matches!(first, '[' | '`'))
                .then_some(false);
        }
        let first = next.trim_start_matches(opens).chars().next().unwrap_or(' ');
        if self.run == "." && opens_with_dots(next) && is_plain(last_word(self.before), 3) {
            return Some(true);
        }
        let (text_before, dots) = without_dots(self.before);
        if dots > FEW_DOTS {
            return None;
        }
        if first == '.' || dots == FEW_DOTS {
            return self.judge_dots(text_before, dots, next);
        }
        let word = last_word(self.before);
        if first.is_lowercase() && !self.closed {
            // Some write no capitals; most lower-case letters show an abbreviation.
            return may_precede_small(self.run, word).then_some(false);
        }
        let plain = match self.run {
            "." if first.is_uppercase() => {
                let starts = || words.is_small(&first_word(next).to_lowercase());
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
            ";" | "\u{37e}" => first.is_uppercase() || first.is_numeric(),
            _ => false,
        };
        Some(plain)
    }

    /// Whether the sign is a click consonant: `!Xun`.
    fn opens_click(&self, next: &str) -> bool {
        let begins = self.before.is_empty() || self.before.ends_with(char::is_whitespace);
        begins && self.run == "!" && next.len() == self.after.len() && next.starts_with(char::is_alphabetic)
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

/// Dots that stand for something left out; more are a line of dots.
const FEW_DOTS: usize = 3;

/// The text without the dots and spaces that end it, and how many dots they are; no more than one above [`FEW_DOTS`] are
/// looked for, as a line of dots asks again at each of them.
fn without_dots(before: &str) -> (&str, usize) {
    let mut dots = 0;
    let end = before.bytes().rposition(|byte| {
        dots += usize::from(byte == b'.');
        !matches!(byte, b' ' | b'.') || dots > FEW_DOTS
    });
    (end.map_or("", |end| &before[..before.ceil_char_boundary(end + 1)]), dots)
}

/// Three dots right before a word open a sentence: `It rained. ...and then it poured.`
fn opens_with_dots(next: &str) -> bool {
    let rest = next.strip_prefix("...").or_else(|| next.strip_prefix('…'));
    rest.is_some_and(|rest| rest.starts_with(char::is_alphabetic))
}

/// A digit, of full width or not: `３．１４`, `Ｖ２．０`.
fn is_number_sign(after: &str) -> bool {
    after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '０'..='９'))
}

/// The word right before a full stop.
fn last_word(before: &str) -> &str {
    let before = before.trim_end_matches(['»', '”', ')', '"']);
    before.rsplit([' ', '\n', '\t', '(', '"', '“', '«', '/', '\u{a0}']).next().unwrap_or_default()
}

/// The first word of what follows.
fn first_word(next: &str) -> &str {
    next.trim_start_matches(opens).split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default()
}

fn opens(sign: char) -> bool {
    matches!(sign, '"' | '“' | '„' | '«' | '»' | '‘' | '\'' | '(' | '[' | '`' | '¿' | '¡' | '”')
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

        fn asks_with_semicolon(&self) -> bool {
            false
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
