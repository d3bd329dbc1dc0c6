//! Text → blocks: the stretches between line breaks that end something.
//!
//! A blank line always ends a block. A single line break ends one unless the sentence plainly runs on: the next line
//! goes on in lower case, or the text is hard-wrapped and the line is full.

use std::ops::Range;

use memchr::memchr;

/// Lines of hard-wrapped text are at least this long, in bytes.
const SHORTEST_FULL_LINE: usize = 30;

/// The blocks of `text`, in order; together with the line breaks between them they are the text.
pub(super) fn blocks(text: &str) -> Vec<Range<usize>> {
    let lines = lines(text);
    let mut blocks: Vec<Range<usize>> = Vec::with_capacity(lines.len());
    let mut open = false;
    for (number, line) in lines.iter().enumerate() {
        if text[line.clone()].trim().is_empty() {
            open = false;
            continue;
        }
        match blocks.last_mut() {
            Some(block) if open => block.end = line.end,
            _ => blocks.push(line.clone()),
        }
        open = lines.get(number + 1).is_some_and(|next| runs_on(&text[line.clone()], &text[next.clone()]));
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

/// Whether the sentence at the end of `line` goes on in `next`.
fn runs_on(line: &str, next: &str) -> bool {
    let (line, next) = (line.trim(), next.trim());
    let (Some(last), Some(first)) = (line.chars().next_back(), next.chars().next()) else { return false };
    let begins_small = first.is_lowercase() && line.split(' ').nth(3).is_some();
    let full = line.len() >= SHORTEST_FULL_LINE || begins_small || ends_with_function_word(line);
    if !full && !matches!(last, ',' | '-') {
        return false;
    }
    if ends_sentence(last) || is_list_item(next) {
        return false;
    }
    first.is_lowercase() || matches!(last, ',' | '-') || first.is_ascii_digit() && !matches!(last, ':')
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
