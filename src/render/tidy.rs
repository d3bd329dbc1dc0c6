//! Clean-up of a file after its template has run.

use crate::render::SUBJECT_LENGTH;
use crate::render::display;

/// One line within [`SUBJECT_LENGTH`].
pub(super) fn subject(raw: &str) -> String {
    display::shorten(&raw.split_whitespace().collect::<Vec<_>>().join(" "), SUBJECT_LENGTH)
}

/// No trailing blanks, no two empty lines in a row, none at the start, one newline at the end.
pub(super) fn text(raw: &str) -> String {
    let mut tidy = String::with_capacity(raw.len());
    for line in raw.lines().map(str::trim_end) {
        let doubled = line.is_empty() && (tidy.is_empty() || tidy.ends_with("\n\n"));
        if !doubled {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    while tidy.ends_with("\n\n") {
        tidy.pop();
    }
    tidy
}

/// `html` with the angle brackets inside attributes escaped, which a serializer need not do: not every filter between us
/// and the reader knows HTML as well as a browser.
pub(super) fn attributes(html: &str) -> String {
    let mut tidy = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        tidy.push_str(before);
        let length = match tag.as_bytes().get(1) {
            Some(b'!') if tag.starts_with("<!--") => tag.find("-->").map_or(tag.len(), |end| end + 3),
            Some(letter) if letter.is_ascii_alphabetic() => {
                let length = tag_length(tag);
                tidy.push('<');
                escape_quoted(&tag[1..length], &mut tidy);
                rest = &tag[length..];
                continue;
            }
            _ => 1,
        };
        tidy.push_str(&tag[..length]);
        rest = &tag[length..];
    }
    tidy.push_str(rest);
    tidy
}

/// Bytes of the tag `text` starts with, to its `>` outside of quotes.
fn tag_length(text: &str) -> usize {
    let mut quoted = false;
    let end = text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.map_or(text.len(), |end| end + 1)
}

fn escape_quoted(tag: &str, tidy: &mut String) {
    for (index, part) in tag.split('"').enumerate() {
        if index > 0 {
            tidy.push('"');
        }
        match index % 2 {
            1 if part.contains(['<', '>']) => tidy.push_str(&part.replace('<', "&lt;").replace('>', "&gt;")),
            _ => tidy.push_str(part),
        }
    }
}

/// Indentation and empty lines of the template left out: they are a tenth of a mail and say nothing.
pub(super) fn html(raw: &str) -> String {
    let mut tidy = String::with_capacity(raw.len());
    for line in raw.lines().map(str::trim).filter(|line| !line.is_empty()) {
        tidy.push_str(line);
        tidy.push('\n');
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angle_brackets_in_attributes_are_escaped_and_nothing_else_changes() {
        let check = |input: &str, expected: &str| assert_eq!(attributes(input), expected);
        check("<p a=\"<b>\" c='d'>1 &lt; 2</p>", "<p a=\"&lt;b&gt;\" c='d'>1 &lt; 2</p>");
        check(
            "<!--[if mso]><table width=\"640\"><![endif]--><br>",
            "<!--[if mso]><table width=\"640\"><![endif]--><br>",
        );
        check("<a href=\"x", "<a href=\"x");
    }

    #[test]
    fn a_text_has_no_trailing_blanks_and_single_empty_lines() {
        assert_eq!(text("\n\nA  \n\n\n\n  B\t\n\n\n"), "A\n\n  B\n");
        assert_eq!(text(""), "");
    }

    #[test]
    fn a_subject_is_one_line_of_at_most_ninety_characters() {
        assert_eq!(subject("\n A \n B\n"), "A B");
        assert_eq!(subject(&"word ".repeat(40)).chars().count(), 90);
    }
}
