//! Lines of a text part, by the width a terminal shows.

use std::borrow::Cow;
use std::sync::LazyLock;

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use unicode_width::UnicodeWidthChar;

/// Columns of a text part.
pub(super) const COLUMNS: usize = 72;

/// `text` in lines of at most `columns`, the first after `first`, the others after `rest`.
///
/// Lines break at white space. Where a script has none, or runs on beyond a line, they break where Unicode allows it
/// (UAX 14), after its punctuation if there is any in the second half of the line. Links are never broken, and with
/// `whole` no word is: a headline stays searchable.
pub(super) fn wrap(text: &str, first: &str, rest: &str, columns: usize, whole: bool) -> String {
    let mut lines = Lines { done: String::from(first), column: width(first), rest, columns, fresh: true };
    for word in words(text) {
        let word = word.as_ref();
        let fits = width(word) + width(rest) <= columns;
        if whole || word.contains("://") || (fits && !has_wide(word)) {
            lines.word(word);
        } else {
            lines.run(word);
        }
    }
    lines.done
}

/// The words of `text`, each with the footnote signs (`[3]`) after it.
fn words(text: &str) -> Vec<Cow<'_, str>> {
    let is_note = |word: &str| {
        let digits = word.trim_end_matches([',', '.']).strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut words: Vec<Cow<'_, str>> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if is_note(word) && !has_wide(last) => *last = Cow::Owned(format!("{last} {word}")),
            _ => words.push(Cow::Borrowed(word)),
        }
    }
    words
}

/// Lines as they are filled.
struct Lines<'a> {
    done: String,
    column: usize,
    rest: &'a str,
    columns: usize,
    fresh: bool,
}

impl Lines<'_> {
    fn word(&mut self, word: &str) {
        let blank = usize::from(!self.fresh);
        if !self.fresh && self.column + blank + width(word) > self.columns {
            self.turn();
        } else if !self.fresh {
            self.done.push(' ');
            self.column += 1;
        }
        self.push(word);
    }

    /// A word of a script without blanks, or one longer than a line: piece by piece.
    fn run(&mut self, word: &str) {
        if !self.fresh {
            self.done.push(' ');
            self.column += 1;
        }
        let mut left = word;
        while !left.is_empty() {
            let room = self.columns.saturating_sub(self.column);
            let end = piece(left, room).unwrap_or(0);
            if end == 0 && !self.fresh {
                self.turn();
                continue;
            }
            let end = if end == 0 { cut(left, room) } else { end };
            self.push(&left[..end]);
            left = &left[end..];
            if !left.is_empty() {
                self.turn();
            }
        }
    }

    fn push(&mut self, piece: &str) {
        self.done.push_str(piece);
        self.column += width(piece);
        self.fresh = false;
    }

    fn turn(&mut self) {
        while self.done.ends_with(' ') {
            self.done.pop();
        }
        self.done.push('\n');
        self.done.push_str(self.rest);
        self.column = width(self.rest);
        self.fresh = true;
    }
}

/// Where to break `run` so that it fills at most `room` columns; `None` if it allows no break there.
fn piece(run: &str, room: usize) -> Option<usize> {
    static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> =
        LazyLock::new(|| LineSegmenter::new_auto(LineBreakOptions::default()));
    if width(run) <= room {
        return Some(run.len());
    }
    // Only as much of the run is looked at as a line can hold, and a little more so that its end counts as no break.
    let near = run.char_indices().nth(room + 2).map_or(run.len(), |(index, _)| index);
    let fitting = |end: &usize| *end > 0 && *end < near && width(&run[..*end]) <= room;
    let breaks: Vec<usize> = SEGMENTER.segment_str(&run[..near]).filter(fitting).collect();
    let after_punctuation = breaks.iter().rev().copied().find(|&end| {
        width(&run[..end]) * 2 > room
            && run[..end].ends_with(|last: char| "、。，．！？；：」』）】〉》…·".contains(last))
    });
    after_punctuation.or(breaks.last().copied())
}

/// As much of `run` as fits, though nothing allows a break there; at least one character.
fn cut(run: &str, room: usize) -> usize {
    let mut column = 0;
    let past = |(index, character): (usize, char)| {
        column += character.width().unwrap_or(0);
        (index > 0 && column > room).then_some(index)
    };
    run.char_indices().find_map(past).unwrap_or(run.len())
}

/// Columns of `text` on a terminal that does not join emoji: a line that is short there is short everywhere.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

fn has_wide(word: &str) -> bool {
    word.chars().any(|character| character.width() == Some(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_keep_their_margins() {
        assert_eq!(wrap("one two three four", " 1. ", "    ", 12, false), " 1. one two\n    three\n    four");
        assert_eq!(
            wrap("see https://example.org/a/very/long/link now", "", "  ", 16, false),
            "see\n  https://example.org/a/very/long/link\n  now"
        );
        assert_eq!(wrap("", "> ", "> ", 10, false), "> ");
    }

    #[test]
    fn scripts_without_blanks_break_after_their_punctuation() {
        let text = "市議会は三日、港の再開を認めた。港湾局は午前中に最初の船が着くと述べた。";
        let wrapped = wrap(text, "", "", 40, false);
        assert!(wrapped.lines().all(|line| width(line) <= 40), "{wrapped}");
        assert!(wrapped.lines().next().unwrap().ends_with('。'), "{wrapped}");
        assert_eq!(wrapped.replace('\n', ""), text);
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut_rather_than_lost() {
        let wrapped = wrap(&"x".repeat(50), "", "", 20, false);
        assert_eq!(wrapped.replace('\n', ""), "x".repeat(50));
    }
}
