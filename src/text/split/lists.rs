//! Lists and interviews written into one line.
//!
//! `1. First 2. Second` has a sentence end before each of its marks and none after it; so has `Q. Why? A. Because.`

use std::ops::Range;

/// Bytes of a mark: `•(10).`
const LONGEST_MARK: usize = 10;

/// Bytes of an item that needs no full stop.
const SHORT_ITEM: usize = 60;

/// Splits the sentences from `first` on, which are those of one block, at the marks of its lists.
pub(super) fn split(text: &str, found: &mut Vec<Range<usize>>, first: usize) {
    let (Some(start), Some(end)) = (found.get(first).map(|span| span.start), found.last().map(|span| span.end)) else {
        return;
    };
    let marks = marks(&text[start..end]);
    if marks.is_empty() {
        return;
    }
    let mut cuts: Vec<usize> = marks.iter().map(|mark| start + mark.start).collect();
    let after_mark = |at: usize| {
        let before = marks[..marks.partition_point(|mark| start + mark.end <= at)].last();
        before.is_some_and(|mark| text[start + mark.end..at].trim().is_empty())
    };
    cuts.extend(found.drain(first..).map(|span| span.start).filter(|&at| !after_mark(at)));
    cuts.sort_unstable();
    cuts.dedup();
    for (place, &cut) in cuts.iter().enumerate() {
        let until = cuts.get(place + 1).copied().unwrap_or(end);
        found.push(cut..cut + text[cut..until].trim_end().len());
    }
}

/// The marks of all lists and interviews in a block, as spans in their order.
fn marks(block: &str) -> Vec<Range<usize>> {
    let mut lists = Lists::default();
    let bytes = block.as_bytes();
    for last in memchr::memchr2_iter(b'.', b')', bytes) {
        let end = last + 1;
        if bytes.get(end).is_some_and(|next| !next.is_ascii_whitespace()) {
            continue;
        }
        let window = &bytes[end.saturating_sub(LONGEST_MARK + 1)..end];
        let Some(blank) = window.iter().rposition(u8::is_ascii_whitespace).or((end <= LONGEST_MARK).then_some(0))
        else {
            continue;
        };
        let at = end - window.len() + blank;
        let at = if bytes[at].is_ascii_whitespace() { at + 1 } else { at };
        if !may_be_mark(&bytes[at..end]) {
            continue;
        }
        let Some(piece) = block.get(at..end) else { continue };
        let opens = || at == 0 || block[..at].trim_end().ends_with(['.', '!', '?', ':', '…', '"', '”']);
        if let Some(mark) = Mark::read(piece).filter(|mark| !mark.is_bracketed || opens()) {
            lists.take(mark, at..end, at == 0, opens());
        } else if matches!(piece, "Q." | "A.") && opens() {
            lists.turns.push(at..end);
            lists.asked |= piece == "Q." || at == 0;
        }
    }
    lists.finish()
}

/// Whether a piece can be a mark by its first bytes; nearly all pieces are the last words of sentences.
fn may_be_mark(piece: &[u8]) -> bool {
    match piece {
        [b'a'..=b'z' | b'Q' | b'A', b'.' | b')', ..] => true,
        [b'i' | b'v' | b'x', b'i' | b'v' | b'x', ..] => true,
        [first, ..] => !first.is_ascii_alphabetic(),
        [] => false,
    }
}

/// The lists found so far.
#[derive(Default)]
struct Lists {
    marks: Vec<Range<usize>>,
    /// The first mark of a list that has no second yet.
    waiting: Option<Range<usize>>,
    wanted: Option<Mark>,
    /// Questions and answers of an interview.
    turns: Vec<Range<usize>>,
    asked: bool,
}

impl Lists {
    /// Takes the next mark of the block; `first`: it stands at its start, `opens`: a sentence may begin with it.
    fn take(&mut self, mark: Mark, span: Range<usize>, first: bool, opens: bool) {
        if self.wanted == Some(mark) && (opens || self.is_near(&span)) {
            self.marks.extend(self.waiting.take());
            self.marks.push(span);
        } else if first || mark.is_bullet || mark.is_start() && (opens || self.is_near(&span)) {
            self.waiting = Some(span);
        } else {
            return;
        }
        self.wanted = Some(Mark { number: mark.number + 1, ..mark });
    }

    /// Whether a list of short items stands right before: the next one may begin without a full stop between them.
    fn is_near(&self, span: &Range<usize>) -> bool {
        self.waiting.as_ref().or(self.marks.last()).is_some_and(|mark| span.start - mark.end <= SHORT_ITEM)
    }

    fn finish(mut self) -> Vec<Range<usize>> {
        if self.asked {
            self.marks.append(&mut self.turns);
        }
        self.marks.sort_unstable_by_key(|mark| mark.start);
        self.marks
    }
}

/// The way in which the items of a list are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Digits,
    Letters,
    Roman,
}

/// `1.`, `2)`, `a.`, `iv.`, `•3)`: the mark of a list item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    number: u32,
    numbering: Numbering,
    close: char,
    is_bullet: bool,
    /// With brackets on both sides: `(1)` also counts inside sentences.
    is_bracketed: bool,
}

impl Mark {
    fn read(piece: &str) -> Option<Self> {
        let bare = piece.trim_start_matches(['•', '⁃', '-', '–']);
        let inner = bare.trim_start_matches('(');
        let close = inner.chars().next_back().filter(|close| matches!(close, '.' | ')'))?;
        let body = inner.trim_end_matches(['.', ')']);
        let plain = inner.len() - body.len() <= 2;
        let (number, numbering) = match body.as_bytes() {
            _ if !plain => return None,
            [letter @ b'a'..=b'z'] => (u32::from(letter - b'a') + 1, Numbering::Letters),
            digits if (1..=2).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) => {
                (body.parse().ok()?, Numbering::Digits)
            }
            _ => (roman(body)?, Numbering::Roman),
        };
        Some(Self {
            number,
            numbering,
            close,
            is_bullet: bare.len() < piece.len(),
            is_bracketed: inner.len() < bare.len(),
        })
    }

    fn is_start(self) -> bool {
        self.number == 1
    }
}

/// The value of a small Roman numeral of two signs and more.
fn roman(body: &str) -> Option<u32> {
    const NUMERALS: [&str; 12] = ["", "ii", "iii", "iv", "", "vi", "vii", "viii", "ix", "", "xi", "xii"];
    let place = NUMERALS.iter().position(|numeral| *numeral == body && !body.is_empty())?;
    u32::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use crate::text::sentences;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text, Some("en")).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_list_in_one_line_is_cut_before_its_marks() {
        check("1. The first item 2. The second item", &["1. The first item", "2. The second item"]);
        check("1.) The first item. 2.) The second item.", &["1.) The first item.", "2.) The second item."]);
        check("a. One thing b. Another thing", &["a. One thing", "b. Another thing"]);
        check("⁃9. The first item ⁃10. The second item", &["⁃9. The first item", "⁃10. The second item"]);
        check("1. It rained. It poured. 2. It cleared.", &["1. It rained.", "It poured.", "2. It cleared."]);
    }

    #[test]
    fn a_number_alone_is_no_list() {
        check("It opened on May 3. It closed on May 4.", &["It opened on May 3.", "It closed on May 4."]);
    }

    #[test]
    fn a_list_may_follow_a_sentence_and_begin_again() {
        check(
            "This is what we need. 1) Flour 2) Milk 3) Sugar",
            &["This is what we need.", "1) Flour", "2) Milk", "3) Sugar"],
        );
        check("We met (1) Ada, (2) Nils, and (3) Jens there.", &["We met (1) Ada, (2) Nils, and (3) Jens there."]);
        check("ii. Flour iii. Milk", &["ii. Flour", "iii. Milk"]);
        check("1. Flour 2. Milk 1. Eggs 2. Salt", &["1. Flour", "2. Milk", "1. Eggs", "2. Salt"]);
    }

    #[test]
    fn an_interview_is_cut_before_each_question_and_answer() {
        check(
            "Q. Where were you? A. I was at home. Q. With whom? A. Alone.",
            &["Q. Where were you?", "A. I was at home.", "Q. With whom?", "A. Alone."],
        );
        check("A. Nobody saw it. We left.", &["A. Nobody saw it.", "We left."]);
        check("He was seen by A. Smith. A. Jones saw him too.", &["He was seen by A. Smith.", "A. Jones saw him too."]);
    }
}
