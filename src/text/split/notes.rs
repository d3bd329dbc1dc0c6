//! Marks of footnotes and sources behind a full stop: `rose.[1]`, `rose.[note 2]`, `rose.¹`, `rose.4`, `rose.†`.
//!
//! They belong to the sentence before them, which ends with them.

/// Longer brackets behind a full stop hold text of their own.
const LONGEST_BRACKET: usize = 28;

/// Digits of a plain note mark; longer numbers are years and decimals.
const MOST_DIGITS: usize = 3;

/// The kind of marks behind a full stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    None,
    /// Nothing but a note is written like this.
    Sure,
    /// Digits without a bracket; they may be decimals.
    Digits,
}

/// The end of the marks that begin at `at`, right behind a full stop and what closes after it; and their kind.
pub(super) fn marks_end(text: &str, at: usize, end: usize) -> (usize, Marks) {
    // Nearly all full stops stand before a space.
    if at >= end || text.as_bytes()[at].is_ascii_whitespace() {
        return (at, Marks::None);
    }
    let mut marks = Marks::None;
    let mut reached = at;
    loop {
        let rest = &text[reached..end];
        let joined = rest.trim_start_matches([',', '-', '–', '‑', ';']);
        // Between two marks a comma or a dash may stand, behind the last one not.
        let gap = if marks == Marks::None { 0 } else { rest.len() - joined.len() };
        let rest = &rest[gap..];
        let (length, kind) = mark(rest);
        if length == 0 {
            return (page_end(text, reached, end, marks), marks);
        }
        reached += gap + length;
        marks = if marks == Marks::None || marks == Marks::Digits { kind } else { marks };
    }
}

/// The length of one mark at the start of `rest`, and its kind.
fn mark(rest: &str) -> (usize, Marks) {
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        '[' => (bracket(rest, ']', is_label), Marks::Sure),
        '(' => (bracket(rest, ')', |inner| inner.bytes().all(|byte| byte.is_ascii_digit())), Marks::Sure),
        '¹' | '²' | '³' | '\u{2070}'..='\u{2079}' | 'ᵃ'..='ᵛ' => {
            let more = |c: char| !matches!(c, '¹' | '²' | '³' | '\u{2070}'..='\u{2079}' | 'ᵃ'..='ᵛ' | '⁾' | '⁽' | '⁻');
            (rest.find(more).unwrap_or(rest.len()), Marks::Sure)
        }
        '*' | '†' | '‡' | '§' | '¶' | '‖' | '⁂' => {
            let length = rest.find(|c| !matches!(c, '*' | '†' | '‡' | '§' | '¶' | '‖' | '⁂')).unwrap_or(rest.len());
            // Right before a word it opens a note or a list: `*1902`.
            if rest[length..].starts_with(char::is_alphanumeric) { (0, Marks::None) } else { (length, Marks::Sure) }
        }
        '0'..='9' => {
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            if length <= MOST_DIGITS { (length, Marks::Digits) } else { (0, Marks::None) }
        }
        _ => (0, Marks::None),
    }
}

/// The length of a short bracket whose inside is as wanted; 0 if it is none.
fn bracket(rest: &str, close: char, wanted: impl Fn(&str) -> bool) -> usize {
    let window = &rest[..rest.floor_char_boundary(LONGEST_BRACKET)];
    let Some(length) = window.find(close) else { return 0 };
    if length > 1 && wanted(&window[1..length]) { length + close.len_utf8() } else { 0 }
}

/// A number, a letter, or some words without a stop: `12,13`, `a`, `note 1`, `citation needed`.
fn is_label(inner: &str) -> bool {
    inner.chars().any(char::is_alphanumeric) && !inner.contains(['[', '.', '!', '?'])
}

/// Page numbers behind a mark: `rose.[4]: 17–19`.
fn page_end(text: &str, at: usize, end: usize, marks: Marks) -> usize {
    let rest = &text[at..end];
    let Some(pages) = rest.strip_prefix(':').filter(|_| marks == Marks::Sure) else { return at };
    let number = pages.trim_start_matches([' ', '\u{a0}', '\u{200a}', '\u{2009}']);
    let length = number.find(|c: char| !(c.is_ascii_digit() || matches!(c, '–' | '-' | ','))).unwrap_or(number.len());
    if length == 0 { at } else { at + rest.len() - number.len() + length }
}

#[cfg(test)]
mod tests {
    use super::{Marks, marks_end};

    fn check(rest: &str, expected: &str, kind: Marks) {
        let (end, marks) = marks_end(rest, 0, rest.len());
        assert_eq!((&rest[..end], marks), (expected, kind), "{rest}");
    }

    #[test]
    fn marks_of_all_kinds_are_read_to_their_end() {
        check("[1] It", "[1]", Marks::Sure);
        check("[2][3] It", "[2][3]", Marks::Sure);
        check("[12]–[14] It", "[12]–[14]", Marks::Sure);
        check("[note 1] It", "[note 1]", Marks::Sure);
        check("[citation needed] It", "[citation needed]", Marks::Sure);
        check("[4]: 17 It", "[4]: 17", Marks::Sure);
        check("[4]: It", "[4]", Marks::Sure);
        check("(3) It", "(3)", Marks::Sure);
        check("²,³ It", "²,³", Marks::Sure);
        check("†‡ It", "†‡", Marks::Sure);
        check("5,6 “It", "5,6", Marks::Digits);
        check("4 It", "4", Marks::Digits);
    }

    #[test]
    fn text_of_its_own_is_no_mark() {
        check("1234 It", "", Marks::None);
        check("*1902 It", "", Marks::None);
        check("(see below) It", "", Marks::None);
        check("[He said so. It was] It", "", Marks::None);
        check("[the whole of a longer remark by the editor] It", "", Marks::None);
        check(" It", "", Marks::None);
        check("", "", Marks::None);
    }
}
