//! A piece of markup → its lines, and what of each is a link or set in bold.

use std::collections::HashMap;

use dom_query::Document;

use crate::extract::blocks_to_text::Line;
use crate::extract::html::lines::{Captions, lines};
use crate::model::PartKind;

/// Marks around the text of links and of bold text while lines are made of it; private characters that stand in no text.
const CLOSES: char = '\u{f0000}';
const BOLD: char = '\u{f0001}';
const THIN: char = '\u{f0002}';
/// The mark that opens the first link; those of the next ones follow it.
const FIRST_LINK: u32 = 0xf_0100;
/// Links that are told from each other.
const MOST_LINKS: usize = 0xfe00;

/// A line, and how much of it is linked.
#[derive(Debug, Clone, Default)]
pub(super) struct LinkedLine {
    pub(super) line: Line,
    /// Its links, in their order.
    pub(super) links: Vec<LinkedText>,
    /// Letters of links, letters set in bold or large type, and letters in all.
    pub(super) linked: usize,
    pub(super) bold: usize,
    pub(super) letters: usize,
    /// The bold or large text that it begins with.
    pub(super) lead: String,
    /// Most words in a row that are not linked.
    pub(super) plain_words: usize,
    /// Words that are not linked end as a sentence does.
    pub(super) says: bool,
}

/// A link of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LinkedText {
    pub(super) text: String,
    pub(super) href: String,
    /// Where it begins in its line, in bytes.
    pub(super) at: usize,
}

impl LinkedLine {
    /// A line without links.
    pub(super) fn plain(text: &str) -> Self {
        let letters = text.chars().filter(|c| !c.is_whitespace()).count();
        Self { line: Line::from(text.to_owned()), letters, plain_words: words(text), ..Self::default() }
    }

    pub(super) fn text(&self) -> &str {
        self.line.text.trim()
    }

    pub(super) fn share(&self) -> f64 {
        self.linked as f64 / self.letters.max(1) as f64
    }
}

/// The lines of the guarded markup `html`; `change` may take elements out of it before.
pub(super) fn linked_lines(html: &str, change: impl FnOnce(&Document)) -> Vec<LinkedLine> {
    let (marked, hrefs) = with_marks(html);
    let document = Document::fragment(marked);
    change(&document);
    let mut reader = Reader { hrefs: &hrefs, link: None, bold: 0 };
    let mut found: Vec<LinkedLine> = Vec::new();
    for line in lines(&document.root(), Captions::Dropped) {
        let line = reader.read(line);
        if !line.text().is_empty() || !line.links.is_empty() {
            found.push(line);
        }
    }
    found
}

/// Takes the marks out of lines, one after another: a link may go on in the next.
struct Reader<'a> {
    hrefs: &'a [String],
    link: Option<usize>,
    bold: usize,
}

impl Reader<'_> {
    fn read(&mut self, line: Line) -> LinkedLine {
        let code = line.kind == Some(PartKind::Code);
        let mut found = LinkedLine::default();
        let mut text = String::with_capacity(line.text.len());
        let (mut piece, mut at, mut leads, mut here) = (String::new(), 0, true, false);
        for c in line.text.chars() {
            let opens =
                u32::from(c).checked_sub(FIRST_LINK).filter(|_| u32::from(c) < 0xf_ffff).map(|index| index as usize);
            match c {
                _ if opens.is_some() || c == CLOSES => {
                    // What is opened and closed around nothing is a picture.
                    self.end_piece(&mut found, &mut piece, at, here);
                    (self.link, at, here) = (opens, text.len(), opens.is_some());
                }
                BOLD => self.bold += 1,
                THIN => self.bold = self.bold.saturating_sub(1),
                c => {
                    // A mark between two spaces leaves one of them.
                    if c != ' ' || code || !(text.is_empty() || text.ends_with(' ')) {
                        text.push(c);
                        piece.push(c);
                        leads &= self.bold > 0 || !c.is_alphanumeric();
                        if leads && (self.bold > 0 || !found.lead.is_empty()) {
                            found.lead.push(c);
                        }
                    }
                    let letter = usize::from(!c.is_whitespace());
                    found.letters += letter;
                    found.linked += letter * usize::from(self.link.is_some());
                    found.bold += letter * usize::from(self.bold > 0);
                }
            }
        }
        self.end_piece(&mut found, &mut piece, at, false);
        let text = if code { text } else { text.trim_end().to_owned() };
        LinkedLine { line: Line { text, kind: line.kind }, ..found }
    }

    fn end_piece(&mut self, found: &mut LinkedLine, piece: &mut String, at: usize, whole: bool) {
        let text = piece.trim();
        match self.link.and_then(|link| self.hrefs.get(link)) {
            Some(_) if text.is_empty() && !whole => {}
            Some(href) => found.links.push(LinkedText { text: text.to_owned(), href: href.clone(), at }),
            None => {
                found.plain_words = found.plain_words.max(words(text));
                found.says |= words(text) > 2 && text.ends_with(['.', '!', '?', '…', '。', '！', '？']);
            }
        }
        piece.clear();
    }
}

/// `html` with marks around the text of links and of what is set in bold, and where the links lead.
fn with_marks(html: &str) -> (String, Vec<String>) {
    let mut marked = String::with_capacity(html.len() + html.len() / 8);
    let mut hrefs: Vec<String> = Vec::new();
    // Elements that may be bold, by their names, and whether each is.
    let mut open: HashMap<String, Vec<bool>> = HashMap::new();
    let (mut from, mut in_link) = (0, false);
    while let Some(at) = html[from..].find('<').map(|at| from + at) {
        push_text(&mut marked, &html[from..at]);
        let end = tag_end(html, at);
        let tag = &html[at..end];
        from = end;
        let closes = tag.starts_with("</");
        let name = tag.trim_start_matches(['<', '/']);
        let name = name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())].to_ascii_lowercase();
        match name.as_str() {
            "a" if closes => {
                in_link = false;
                marked.push(CLOSES);
                marked.push_str(tag);
            }
            "sup" if !closes => match footnote_end(&html[end..], in_link) {
                Some(length) => from = end + length,
                None => marked.push_str(tag),
            },
            "a" => {
                in_link = true;
                marked.push_str(tag);
                let href = attribute(tag, "href").filter(|_| hrefs.len() < MOST_LINKS);
                marked.extend(href.and_then(|href| {
                    hrefs.push(href);
                    char::from_u32(FIRST_LINK + hrefs.len() as u32 - 1)
                }));
            }
            "b" | "strong" | "span" | "font" | "p" | "div" | "td" | "big" => {
                let known = open.entry(name).or_default();
                if closes {
                    if known.pop() == Some(true) {
                        marked.push(THIN);
                    }
                    marked.push_str(tag);
                } else {
                    let bold = is_bold(tag);
                    known.push(bold);
                    marked.push_str(tag);
                    marked.extend(bold.then_some(BOLD));
                }
            }
            _ => marked.push_str(tag),
        }
    }
    push_text(&mut marked, &html[from..]);
    (marked, hrefs)
}

/// Longest `<sup>` that is looked at for the number of a footnote, in bytes.
const LONGEST_MARK: usize = 600;

/// The length of a `<sup>` that holds the number of a footnote or a source and no text: one that is linked, or stands in a link.
fn footnote_end(rest: &str, in_link: bool) -> Option<usize> {
    const END: &str = "</sup>";
    let rest = &rest[..rest.floor_char_boundary(LONGEST_MARK)];
    let inner = &rest[..rest.find(END)?];
    let mut inside = false;
    let mut shown = inner.chars().filter(|c| {
        let is_text = !inside && *c != '<';
        inside = if inside { *c != '>' } else { *c == '<' };
        is_text && !c.is_whitespace()
    });
    let is_number = shown.all(|c| c.is_ascii_digit() || matches!(c, '[' | ']' | '*' | '†'));
    (is_number && (in_link || inner.contains("<a "))).then_some(inner.len() + END.len())
}

/// Private characters in the text itself are signs of a font; nobody could read them.
fn push_text(marked: &mut String, text: &str) {
    if text.contains(|c: char| u32::from(c) >= 0xf_0000) {
        marked.extend(text.chars().filter(|c| u32::from(*c) < 0xf_0000));
    } else {
        marked.push_str(text);
    }
}

/// Behind the `>` of the tag at `at`; one in quotes does not end it.
fn tag_end(html: &str, at: usize) -> usize {
    let mut quote = None;
    for (place, byte) in html.bytes().enumerate().skip(at + 1) {
        match (quote, byte) {
            (None, b'>') => return place + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    html.len()
}

/// The value of an attribute, entities resolved.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find(name).map(|at| from + at) {
        from = at + name.len();
        let rest = tag[from..].trim_start();
        if !lower[..at].ends_with(|c: char| c.is_whitespace() || c == '"' || c == '\'') || !rest.starts_with('=') {
            continue;
        }
        let value = rest[1..].trim_start();
        let value = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split(quote).next()?,
            _ => value.split(|c: char| c.is_whitespace() || c == '>').next()?,
        };
        let value = if value.contains('&') {
            Document::fragment(value.to_owned()).text().to_string()
        } else {
            value.to_owned()
        };
        return Some(value.trim().to_owned());
    }
    None
}

/// Set in bold, or larger than text is.
fn is_bold(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    if tag.starts_with("<b>") || tag.starts_with("<b ") || tag.starts_with("<strong") || tag.starts_with("<big") {
        return true;
    }
    let Some(style) = attribute(&tag, "style") else { return false };
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    let value = |name: &str| style.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix(':'));
    let number = |text: &str| text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<f64>().ok();
    value("font-weight")
        .is_some_and(|weight| weight.starts_with("bold") || number(weight).is_some_and(|weight| weight >= 600.0))
        || value("font-size").is_some_and(|size| size.ends_with("px") && number(size).is_some_and(|size| size >= 18.0))
}

/// Words of `text`; two letters of a script without spaces count as one.
pub(super) fn words(text: &str) -> usize {
    let spaced = |word: &&str| word.chars().any(|c| c.is_alphanumeric() && !is_wide(c));
    text.split_whitespace().filter(spaced).count() + text.chars().filter(|c| is_wide(*c)).count() / 2
}

/// A letter of a script that is written without spaces.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_their_links_and_what_is_bold() {
        let html = "<p>One <a title='>' href='https://a.example/?a=1&amp;b=2'>two <b>three</b></a> four\u{f0100}</p><p><span \
            style='font-weight: 700'>Five</span></p><a href=/x><div>Six</div><div>seven</div></a><p>eight <a>nine</a></p>";
        let found = linked_lines(html, |_| ());
        let texts: Vec<&str> = found.iter().map(|line| line.text()).collect();
        assert_eq!(texts, ["One two three four", "Five", "Six", "seven", "eight nine"]);
        let links: Vec<usize> = found.iter().map(|line| line.links.len()).collect();
        assert_eq!(links, [1, 0, 1, 1, 0]);
        let link = &found[0].links[0];
        assert_eq!((link.text.as_str(), link.href.as_str(), link.at), ("two three", "https://a.example/?a=1&b=2", 4));
        assert_eq!((found[0].linked, found[0].bold, found[0].letters), (8, 5, 15));
        assert_eq!((found[1].bold, found[1].letters), (4, 4));
        assert_eq!((found[3].links[0].href.as_str(), found[3].share()), ("/x", 1.0));
    }

    #[test]
    fn numbers_of_footnotes_are_no_text() {
        let text =
            |html: &str| linked_lines(html, |_| ()).iter().map(|line| line.text().to_owned()).collect::<Vec<_>>();
        assert_eq!(
            text("<p>It is <a href='/1'>over.<sup class='n'>1</sup></a> Or not.<sup><a href='#2'>[2]</a></sup></p>"),
            ["It is over. Or not."]
        );
        assert_eq!(text("<p>12 m<sup>2</sup> of <a href='/1'>CO<sup>two</sup></a></p>"), ["12 m2 of COtwo"]);
        assert_eq!(text("<p>a<sup>1<a href='/1'>"), ["a1"]);
    }

    #[test]
    fn a_picture_that_is_linked_leaves_a_line_of_its_own() {
        let found = linked_lines("<p><a href='/1'><img src=x></a></p><h2>One</h2>", |_| ());
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].text(), found[0].links[0].href.as_str()), ("", "/1"));
    }
}
