//! How text from outside is written into each kind of file, so that none of it becomes markup.

use std::io::{self, Write};
use std::sync::LazyLock;

use regex::Regex;

use crate::render::display::JOINER;

/// For `.txt`: what some readers would show as markup gets an unseen joiner after its first sign.
pub(super) fn text(input: &str, out: &mut dyn Write) -> io::Result<()> {
    static MARKUP: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"</?[A-Za-z!]|&(?:[A-Za-z]+|#\w+);").expect("the pattern is a constant"));
    if is_link(input) {
        return out.write_all(input.as_bytes());
    }
    let mut rest = input;
    while let Some(found) = MARKUP.find(rest) {
        write!(out, "{}{JOINER}", &rest[..=found.start()])?;
        rest = &rest[found.start() + 1..];
    }
    out.write_all(rest.as_bytes())
}

/// For `.md`: the signs of CommonMark get a backslash, the entities an entity.
pub(super) fn markdown(input: &str, out: &mut dyn Write) -> io::Result<()> {
    if is_link(input) {
        return out.write_all(input.as_bytes());
    }
    let number = input.bytes().take_while(u8::is_ascii_digit).count();
    for (index, character) in input.char_indices() {
        let starts_a_block =
            (index == 0 && "#+-=".contains(character)) || (number > 0 && index == number && ".)".contains(character));
        match character {
            '&' => out.write_all(b"&amp;")?,
            '<' => out.write_all(b"&lt;")?,
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => write!(out, "\\{character}")?,
            _ if starts_a_block => write!(out, "\\{character}")?,
            _ => write!(out, "{character}")?,
        }
    }
    Ok(())
}

/// A link as `display::link` leaves it.
fn is_link(input: &str) -> bool {
    let scheme = ["https://", "http://", "mailto:"].iter().any(|scheme| input.starts_with(scheme));
    scheme && input.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>[]`|\"\\".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(escape: fn(&str, &mut dyn Write) -> io::Result<()>, input: &str) -> String {
        let mut out = Vec::new();
        escape(input, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn markdown_from_outside_stays_text() {
        let check = |input, expected: &str| assert_eq!(written(markdown, input), expected);
        check("[x](javascript:a) *b* <i> &amp;", "\\[x\\](javascript:a) \\*b\\* &lt;i> &amp;amp;");
        check("# 1", "\\# 1");
        check("1. One", "1\\. One");
        check("https://example.org/a_b_(c)", "https://example.org/a_b_(c)");
        check("https://x [a](b)", "https://x \\[a\\](b)");
    }

    #[test]
    fn markup_in_a_text_part_is_broken_up() {
        let check = |input, expected: &str| assert_eq!(written(text, input), expected);
        check("<b>Q&amp;A</b> 1 < 2", "<\u{2060}b>Q&\u{2060}amp;A<\u{2060}/b> 1 < 2");
        check("https://example.org/?a=1&b=2", "https://example.org/?a=1&b=2");
    }
}
