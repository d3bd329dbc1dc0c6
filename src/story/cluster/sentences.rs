//! A text as rough sentences: where a repeated one begins and ends.
//!
//! Not the sentences a reader sees: those cost far more to find, and here it only matters that the same words are cut at
//! the same places in every article.

use std::ops::Range;

/// Bytes of each sentence of `text`, in order; what stands between them is white space and closing quotes.
pub(in crate::story) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(offset) = text.as_bytes()[at..].iter().position(|byte| may_end(*byte)) {
        at += offset;
        let sign = text[at..].chars().next().map_or(1, char::len_utf8);
        match break_at(text, at, at + sign) {
            Some((end, next)) => {
                found.push(start..end);
                start = next;
                at = next;
            }
            None => at += sign,
        }
    }
    found.push(start..text.len());
    found.retain(|range| !text[range.clone()].trim().is_empty());
    found
}

/// The first byte of each sign that may end a sentence.
fn may_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'.' | b'!' | b'?') || byte >= 0xD8
}

/// Where the sentence ends and the next begins, if one ends with the sign at `at..after`.
fn break_at(text: &str, at: usize, after: usize) -> Option<(usize, usize)> {
    let rest = &text[after..];
    match &text[at..after] {
        "\n" => Some((at, text.len() - rest.trim_start_matches('\n').len())),
        "." | "!" | "?" | "…" => {
            let behind = rest.trim_start_matches(['"', '”', '»', ')', ']']);
            let next = behind.trim_start();
            let opened = next.strip_prefix(['"', '“', '«', '(', '[']).unwrap_or(next);
            let begins =
                opened.starts_with(|sign: char| sign == '#' || (sign.is_alphanumeric() && !sign.is_lowercase()));
            (begins && next.len() < behind.len()).then(|| (after, text.len() - next.len()))
        }
        "。" | "！" | "？" | "।" | "؟" | "۔" => Some((after, after)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::sentences;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(sentences(text).into_iter().map(|range| &text[range]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn sentences_end_before_a_capital_and_at_line_ends() {
        check(
            "It is 3.5 m. \"Fine.\" (So.) It is, e.g. so.\n\nEnd",
            &["It is 3.5 m.", "\"Fine.", "(So.", "It is, e.g. so.", "End"],
        );
        check("今天去。明天来！", &["今天去。", "明天来！"]);
        check("", &[]);
        check("...\n\n \n", &["..."]);
    }
}
