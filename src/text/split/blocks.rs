//! Text → blocks: the stretches between line breaks that end something.
//!
//! A blank line always ends a block. A single line break ends one unless the sentence plainly runs on (the next line goes
//! on in lower case), or the text is hard-wrapped and the line is full: its next word would not have fitted.

use std::ops::Range;

use memchr::memchr;

use crate::text::words::is_unspaced;

/// Lines after which a lower-case word goes on are at least this long, in bytes.
const SHORTEST_FULL_LINE: usize = 30;

/// Widths at which texts are wrapped by hand or by a mail program, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 30..=120;

/// Bytes of a character at most, in the scripts whose texts are wrapped.
const CHARACTER: usize = 4;

/// Lines of a paragraph that can prove by itself that it is wrapped.
const PROVING_LINES: usize = 3;

/// In paragraphs of at least so many line breaks one in eight may be shorter than it had to be.
const MANY_BREAKS: usize = 8;

/// The blocks of `text`, in order; together with the line breaks between them they are the text.
pub(super) fn blocks(text: &str) -> Vec<Range<usize>> {
    let lines = lines(text);
    let mut blocks: Vec<Range<usize>> = Vec::with_capacity(lines.len());
    let paragraphs = || lines.split(|line| text[line.clone()].trim().is_empty()).filter(|lines| !lines.is_empty());
    let width = paragraphs().filter_map(|lines| wrapped_at(text, lines)).max();
    for lines in paragraphs() {
        let width = width.filter(|&width| is_wrapped_at(text, lines, width));
        for (number, line) in lines.iter().enumerate() {
            let open = number.checked_sub(1).is_some_and(|before| {
                let (before, line) = (&text[lines[before].clone()], &text[line.clone()]);
                width.is_some_and(|width| is_full(before, line, width) && !is_list_item(line.trim()))
                    || runs_on(before, line)
            });
            match blocks.last_mut() {
                Some(block) if open => block.end = line.end,
                _ => blocks.push(line.clone()),
            }
        }
    }
    blocks
}

/// Lines without their breaks (`\n`, `\r\n`, and the separators of other worlds count as white space inside).
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    while let Some(length) = memchr(b'\n', &text.as_bytes()[start..]) {
        lines.push(start..start + length);
        start += length + 1;
    }
    lines.push(start..text.len());
    lines
}

/// The width at which a paragraph is wrapped, if it shows that it is: each line is full, and a sentence crosses a break.
fn wrapped_at(text: &str, lines: &[Range<usize>]) -> Option<usize> {
    if lines.len() < PROVING_LINES || lines.iter().any(|line| line.len() > CHARACTER * WIDTHS.end()) {
        return None;
    }
    let width = lines.iter().map(|line| text[line.clone()].trim().chars().count()).max()?;
    let crosses = |pair: &[Range<usize>]| {
        let (line, next) = (text[pair[0].clone()].trim(), text[pair[1].clone()].trim());
        !line.ends_with(ends_sentence) && next.starts_with(char::is_lowercase)
            || line.ends_with(',')
            || next.starts_with(is_unspaced) && !line.ends_with(ends_sentence)
    };
    let runs_over = || lines.windows(2).any(crosses) || lines.len() > PROVING_LINES && has_inner_end(text, lines);
    (WIDTHS.contains(&width) && is_wrapped_at(text, lines, width) && runs_over()).then_some(width)
}

/// Whether a sentence ends in the middle of a line, and one of the lines ends in the middle of a sentence.
fn has_inner_end(text: &str, lines: &[Range<usize>]) -> bool {
    let line = |line: &Range<usize>| text[line.clone()].trim();
    lines.iter().any(|inner| line(inner).contains(". "))
        && lines.iter().rev().skip(1).any(|cut| !line(cut).ends_with(ends_sentence))
}

/// Whether the lines of a paragraph are full at that width.
fn is_wrapped_at(text: &str, lines: &[Range<usize>], width: usize) -> bool {
    let breaks = lines.len() - 1;
    if lines.iter().any(|line| line.len() > CHARACTER * width) {
        return false;
    }
    let full = lines.windows(2).filter(|pair| is_full(&text[pair[0].clone()], &text[pair[1].clone()], width)).count();
    breaks > 0 && if breaks >= MANY_BREAKS { full * 8 >= breaks * 7 } else { full == breaks }
}

/// Whether the first word of `next` would not have fitted behind `line`.
fn is_full(line: &str, next: &str, width: usize) -> bool {
    let next = next.trim_start();
    let length = line.trim().chars().count();
    let word = match next.chars().next() {
        // Signs that may not begin a line pull the one before them along.
        Some(letter) if is_unspaced(letter) => 1,
        _ => next.split(char::is_whitespace).next().unwrap_or_default().chars().count(),
    };
    // One more than the longest line: some wrap before the last column.
    length <= width && length + 1 + word >= width
}

/// Whether the sentence at the end of `line` goes on in `next`.
fn runs_on(line: &str, next: &str) -> bool {
    let (line, next) = (line.trim(), next.trim());
    let (Some(last), Some(first)) = (line.chars().next_back(), next.chars().next()) else { return false };
    // Japanese particles and commas of full width end no line of their own.
    if is_unspaced(first) && matches!(last, 'の' | 'は' | 'が' | 'を' | 'に' | 'へ' | '、' | '，') {
        return true;
    }
    let begins_small = first.is_lowercase() && line.split(' ').nth(3).is_some();
    let full = line.len() >= SHORTEST_FULL_LINE || begins_small || ends_with_function_word(line);
    if !full && !matches!(last, ',' | '-') {
        return false;
    }
    if ends_sentence(last) || is_list_item(next) {
        return false;
    }
    first.is_lowercase()
        || first == '(' && line.len() >= SHORTEST_FULL_LINE
        || matches!(last, ',' | '-')
        || first.is_ascii_digit() && !matches!(last, ':')
}

fn ends_sentence(last: char) -> bool {
    matches!(last, '.' | '!' | '?' | '…' | ':' | '。' | '！' | '？' | '।' | '؟' | '"' | '”' | '»' | ')')
}

/// A line that ends with a word of at most three lower-case letters is hardly a heading.
fn ends_with_function_word(line: &str) -> bool {
    line.rsplit(' ').next().is_some_and(|word| word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn is_list_item(line: &str) -> bool {
    let marker = line.split(' ').next().unwrap_or_default();
    matches!(marker, "-" | "*" | "•" | "–" | "—" | "·" | "+")
        || marker.len() <= 4
            && marker.ends_with(['.', ')'])
            && marker.trim_end_matches(['.', ')']).bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::blocks;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = blocks(text).into_iter().map(|block| text[block].replace('\n', "|")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn full_lines_of_wrapped_text_run_on_before_capitals_too() {
        check(
            "Gestern kamen die Leute. Aus dem ganzen\nLand fuhren sie her, um den Bau der neuen\nBrücke zu sehen, die das Dorf mit dem\n\
             Hafen verbindet.",
            &[
                "Gestern kamen die Leute. Aus dem ganzen|Land fuhren sie her, um den Bau der neuen|Brücke zu sehen, die das Dorf mit dem|\
                 Hafen verbindet.",
            ],
        );
    }

    #[test]
    fn a_short_paragraph_is_wrapped_as_the_rest_of_its_text_is() {
        check(
            "It was the worst winter that the people of\nthe valley could remember, and it lasted\nuntil the end of May in the year after.\n\n\
             Nobody went to the fair that was held in\nAville.\n\nA title\nThe text",
            &[
                "It was the worst winter that the people of|the valley could remember, and it lasted|until the end of May in the year after.",
                "Nobody went to the fair that was held in|Aville.",
                "A title",
                "The text",
            ],
        );
    }

    #[test]
    fn lines_that_end_early_stand_for_themselves() {
        check(
            "Bread and butter\nMilk\nSugar from Cuba\nSalt",
            &["Bread and butter", "Milk", "Sugar from Cuba", "Salt"],
        );
        check(
            "The council met on Monday to vote on it\nThe harbour\nNobody came to hear about the new budget",
            &["The council met on Monday to vote on it", "The harbour", "Nobody came to hear about the new budget"],
        );
        check("They met on Monday\n- the mayor\n- the clerk", &["They met on Monday", "- the mayor", "- the clerk"]);
    }

    #[test]
    fn japanese_lines_run_on_after_a_particle() {
        check("これは姉の\n本です。\n次の日", &["これは姉の|本です。", "次の日"]);
    }
}
