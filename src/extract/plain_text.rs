//! Markup of feeds → plain text: titles in one line, content a block a line.

use dom_query::Document;

use crate::extract::blocks_to_text::BlockText;
use crate::extract::html::guard::guard;
use crate::extract::html::lines::{Captions, inline, lines};

/// Markup beyond this many bytes is not read where the whole is too large to parse.
const ENOUGH: usize = 1024 * 1024;

/// Elements people write in titles; a `<` before any other word is a sign of the title.
const INLINE: [&str; 31] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "div", "em", "font", "i",
    "img", "ins", "kbd", "mark", "p", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u",
];

/// The text of a piece of markup (the content of a feed's entry), a block a line.
pub fn fragment(html: &str) -> BlockText {
    if !html.contains(['<', '&']) {
        return BlockText { text: tidy_lines(html), parts: Vec::new() };
    }
    let guarded = guard(html).or_else(|_| guard(prefix(html, ENOUGH)));
    let Ok(guarded) = guarded else { return BlockText::default() };
    BlockText::of(&lines(&Document::fragment(guarded.html).root(), Captions::Dropped))
}

/// A title as plain text in one line: entities and markup resolved (also when escaped twice), characters that would turn or
/// hide the text around it removed.
pub fn title_text(raw: &str) -> String {
    let raw = prefix(raw, 16 * 1024);
    let mut text = if raw.contains(['<', '&']) { resolve(raw) } else { raw.to_owned() };
    if still_escaped(&text) {
        text = resolve(&text);
    }
    visible_line(&text)
}

/// `text` in one line: white space collapsed; control, direction and zero-width characters gone.
///
/// Joiners stay between letters that need them (Persian, Indic scripts, emoji).
pub fn visible_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut space = false;
    while let Some(c) = characters.next() {
        let keep = match c {
            '\u{200c}' | '\u{200d}' => {
                line.chars().next_back().is_some_and(|before| !before.is_ascii())
                    && characters.peek().is_some_and(|after| !after.is_ascii())
            }
            c if c.is_whitespace() || c.is_control() => {
                space = true;
                continue;
            }
            c => !is_invisible(c),
        };
        if keep {
            if std::mem::take(&mut space) && !line.is_empty() {
                line.push(' ');
            }
            line.push(c);
        }
    }
    if line.chars().all(shows_nothing) {
        line.clear();
    }
    line
}

/// Takes up room or changes the character before it, and is not seen: fillers, variation selectors, marks on nothing.
fn shows_nothing(c: char) -> bool {
    c == ' '
        || matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{300}'..='\u{36f}' | '\u{e000}'..='\u{f8ff}')
}

/// Turns, hides or tags the text around it and is not seen itself.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Entities and known tags resolved; other `<` stay.
fn resolve(raw: &str) -> String {
    let mut html = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('<') {
        html.push_str(&rest[..at]);
        let name = rest[at + 1..].trim_start_matches('/');
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        let known = INLINE.iter().any(|known| name.eq_ignore_ascii_case(known)) && rest[at..].contains('>');
        html.push_str(if known { "<" } else { "&lt;" });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
    let Ok(guarded) = guard(&html) else { return String::new() };
    inline(&Document::fragment(guarded.html).root())
}

fn still_escaped(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| {
        let rest = &text[at + 1..];
        let Some(end) = rest.bytes().take(10).position(|byte| byte == b';') else { return false };
        let name = &rest[..end];
        name.strip_prefix('#').map_or_else(
            || name.len() >= 2 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            |number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'x'),
        )
    })
}

/// Lines without white space around them, empty ones gone.
fn tidy_lines(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// The first `length` bytes of `text`, or a few less.
fn prefix(text: &str, length: usize) -> &str {
    &text[..text.floor_char_boundary(length)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_one_visible_line() {
        for (raw, expected) in [
            ("Caf&eacute; &amp; Bar", "Café & Bar"),
            ("AT&amp;amp;T", "AT&T"),
            ("a <b>bold</b>\n claim<br/>here", "a bold claim here"),
            ("Vec<T> is < 3 but I <3 it", "Vec<T> is < 3 but I <3 it"),
            ("evil\u{202e}txt\u{200b}.exe\u{0}", "eviltxt.exe"),
            ("👩\u{200d}👧 می\u{200c}خواهم a\u{200d}b", "👩\u{200d}👧 می\u{200c}خواهم ab"),
            ("R&D &lt;script&gt;alert(1)&lt;/script&gt;", "R&D <script>alert(1)</script>"),
            ("&#x3164;\u{2800} \u{200b}\u{fe0f}", ""),
            ("", ""),
        ] {
            assert_eq!(title_text(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn fragments_become_lines() {
        let text = |html: &str| fragment(html).text;
        assert_eq!(text("<p>One <a href=x>two</a></p><p>three</p><script>x</script>"), "One two\nthree");
        assert_eq!(text("  plain \n\n text"), "plain\ntext");
        assert_eq!(text(&"<div>".repeat(100_000)), "");
    }
}
