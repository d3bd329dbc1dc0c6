//! A page's markup → the same markup in a size and depth a parser survives.
//!
//! Every HTML library takes quadratic time on something: deep nesting, a thousand unclosed `<b id=…>`, a tag with a hundred
//! thousand attributes. So one linear pass over the tags comes before any of them: scripts, styles, drawings and comments
//! are left out (data blocks such as JSON-LD stay), tags nested deeper than [`MAX_DEPTH`] lose their tag and keep their
//! text, and a page that is still too large afterwards is refused with a reason.

use memchr::{memchr, memmem};

/// Markup larger than this is not looked at, in bytes.
pub(crate) const MAX_BYTES: usize = 32 * 1024 * 1024;
/// Markup without scripts and styles larger than this is refused, in bytes.
const MAX_KEPT: usize = 6 * 1024 * 1024;
/// Elements deeper than this lose their tags; browsers stop at the same depth.
const MAX_DEPTH: usize = 512;
/// Attributes of one tag; comparing each with each is what parsers do.
const MAX_ATTRIBUTES: usize = 256;
/// How far up the open elements an end tag may reach.
const MAX_REACH: usize = 64;
/// Elements of a page that are read; what comes after them is left out.
pub(crate) const MAX_ELEMENTS: usize = 200_000;
/// A longer title is cut, in bytes: programs look for the site's name behind each of its signs.
const MAX_TITLE: usize = 2_000;
/// Letters of text from which the content for browsers without scripts is an article rather than a notice.
const NOSCRIPT_ARTICLE: usize = 400;
/// The same where it is marked as an article.
const NOSCRIPT_MARKED: usize = 120;

/// Markup that is safe to parse.
#[derive(Debug)]
pub(crate) struct Guarded {
    /// The markup.
    pub(crate) html: String,
    /// Elements in it.
    pub(crate) elements: usize,
    /// Something was nested too deep and lost its tags.
    pub(crate) flattened: bool,
    /// The page holds more than [`MAX_ELEMENTS`], and the rest was left out.
    pub(crate) cut: bool,
    /// Bytes of text, each counted once for every element around it: what a program reads that asks each element for its text.
    pub(crate) nested_text: usize,
}

/// Elements without content.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Left out with everything in them.
const DROPPED: [&str; 5] = ["style", "svg", "template", "canvas", "noscript"];
/// Their content is text up to the end tag, whatever it looks like.
const RAW: [&str; 7] = ["script", "style", "textarea", "title", "xmp", "iframe", "noembed"];
/// Opened again by the parser in every later paragraph when left open; so they are closed where their block ends.
const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// A new one closes an open one of the same name.
const SELF_CLOSING: [&str; 9] = ["p", "li", "dt", "dd", "tr", "td", "th", "option", "optgroup"];

/// Makes `html` safe to parse.
///
/// # Errors
///
/// Why the page is refused; starts small, ends without a stop.
pub(crate) fn guard(html: &str) -> Result<Guarded, String> {
    if html.len() > MAX_BYTES {
        return Err(format!("the page is larger than {} MiB", MAX_BYTES >> 20));
    }
    let mut pass = Pass {
        html,
        at: 0,
        out: String::with_capacity(html.len() / 2),
        open: Vec::new(),
        depth: 0,
        elements: 0,
        flattened: false,
        cut: false,
        unclosed: Vec::new(),
        shown_until: 0,
        nested_text: 0,
    };
    pass.run();
    let Pass { out, elements, flattened, cut, nested_text, .. } = pass;
    if out.len() > MAX_KEPT {
        return Err(format!("the page holds more than {} MiB of markup without its scripts", MAX_KEPT >> 20));
    }
    Ok(Guarded { html: out, elements, flattened, cut, nested_text })
}

struct Open {
    name: u64,
    written: bool,
    /// Its name, if it is a formatting element.
    formatting: Option<&'static str>,
}

struct Pass<'a> {
    html: &'a str,
    at: usize,
    out: String,
    open: Vec<Open>,
    depth: usize,
    elements: usize,
    flattened: bool,
    cut: bool,
    /// Raw elements that are known to have no end tag in the rest of the page.
    unclosed: Vec<String>,
    /// The end of a `noscript` whose content is shown.
    shown_until: usize,
    nested_text: usize,
}

impl Pass<'_> {
    fn run(&mut self) {
        while self.at < self.html.len() {
            if self.elements > MAX_ELEMENTS {
                self.cut = true;
                return;
            }
            let bytes = self.html.as_bytes();
            let Some(ahead) = memchr(b'<', &bytes[self.at..]) else {
                self.out.push_str(&self.html[self.at..]);
                return;
            };
            let start = self.at + ahead;
            self.nested_text += ahead * self.depth;
            self.out.push_str(&self.html[self.at..start]);
            self.at = start;
            match bytes.get(start + 1) {
                Some(b'!' | b'?') => self.declaration(),
                Some(b'/') if bytes.get(start + 2).is_some_and(u8::is_ascii_alphabetic) => self.end_tag(),
                Some(byte) if byte.is_ascii_alphabetic() => self.start_tag(),
                _ => {
                    self.out.push_str("&lt;");
                    self.at += 1;
                }
            }
        }
    }

    /// A comment, CDATA section, doctype or processing instruction; only the doctype and the text of CDATA stay.
    fn declaration(&mut self) {
        let rest = &self.html[self.at..];
        let skip = |end: &str| memmem::find(rest.as_bytes(), end.as_bytes()).map_or(rest.len(), |at| at + end.len());
        if rest.starts_with("<!-->") || rest.starts_with("<!--->") {
            self.at += skip(">");
        } else if rest.starts_with("<!--") {
            self.at += skip("-->");
        } else if let Some(inside) = rest.strip_prefix("<![CDATA[") {
            let length = memmem::find(inside.as_bytes(), b"]]>").unwrap_or(inside.len());
            self.out.push_str(&inside[..length].replace('<', "&lt;"));
            self.at = (self.at + 9 + length + 3).min(self.html.len());
        } else {
            let length = skip(">");
            if rest.len() >= 9 && rest.as_bytes()[..9].eq_ignore_ascii_case(b"<!doctype") && length < 256 {
                self.out.push_str(&rest[..length]);
            }
            self.at += length;
        }
    }

    fn end_tag(&mut self) {
        let (name, _) = self.name(self.at + 2);
        let length = memchr(b'>', &self.html.as_bytes()[self.at..]).map_or(self.html.len() - self.at, |at| at + 1);
        self.at += length;
        let key = key(&name);
        let reach = self.open.len().saturating_sub(MAX_REACH);
        let Some(found) = self.open[reach..].iter().rposition(|open| open.name == key) else {
            // An end tag without its start: only `</p>` and `</br>` would make an element.
            return;
        };
        let mut written = false;
        while self.open.len() > reach + found {
            let Some(open) = self.open.pop() else { break };
            self.depth -= usize::from(open.written);
            written = open.written;
            // What is left open inside would be opened again in every block to come.
            if let Some(formatting) = open.formatting.filter(|_| open.written && self.open.len() > reach + found) {
                self.out.push_str("</");
                self.out.push_str(formatting);
                self.out.push('>');
            }
        }
        if written {
            self.out.push_str("</");
            self.out.push_str(&name);
            self.out.push('>');
        }
    }

    fn start_tag(&mut self) {
        let (name, after) = self.name(self.at + 1);
        let (end, attributes) = self.tag_end(after);
        let tag = &self.html[self.at..end];
        let raw = RAW.contains(&name.as_str());
        let data = name == "script" && is_data(tag);
        if name == "template" && is_shadow_root(tag) || name == "noscript" && self.holds_article(end) {
            // Its content is shown where it stands; its end tag finds no start and goes by itself.
            self.at = end;
            return;
        }
        if (name == "script" && !data) || DROPPED.contains(&name.as_str()) {
            // A script without an end runs to the end of the page; a drawing without one is no reason to lose the text.
            let runs_on = if raw { self.html.len() } else { end };
            self.at = self.closing(&name, end).unwrap_or(runs_on);
            return;
        }
        self.elements += 1;
        if raw {
            let close = self.closing(&name, end).unwrap_or(self.html.len());
            if name != "iframe" && name != "noembed" && self.depth < MAX_DEPTH {
                let kept =
                    if name == "title" { self.html.floor_char_boundary(end + MAX_TITLE).min(close) } else { close };
                self.out.push_str(&self.html[self.at..kept]);
                if kept < close || !self.html[..close].ends_with('>') || close == end {
                    self.out.push_str("</");
                    self.out.push_str(&name);
                    self.out.push('>');
                }
            }
            self.at = close;
            return;
        }
        self.at = end;
        let key = key(&name);
        let void = VOID.contains(&name.as_str());
        let formatting = FORMATTING.into_iter().find(|formatting| *formatting == name);
        if SELF_CLOSING.contains(&name.as_str()) && self.open.last().is_some_and(|open| open.name == key) {
            self.depth -= usize::from(self.open.pop().is_some_and(|open| open.written));
        }
        let written = self.depth < MAX_DEPTH;
        self.flattened |= !written;
        if written {
            if attributes > MAX_ATTRIBUTES || !tag.ends_with('>') {
                self.out.push('<');
                self.out.push_str(&name);
                self.out.push('>');
            } else {
                self.out.push_str(tag);
            }
        } else {
            self.out.push(' ');
        }
        if !void {
            self.depth += usize::from(written);
            self.open.push(Open { name: key, written, formatting });
        }
    }

    /// The lower-cased name that begins at `start`, and where it ends.
    fn name(&self, start: usize) -> (String, usize) {
        let rest = &self.html.as_bytes()[start..];
        let length = rest.iter().position(|&byte| byte.is_ascii_whitespace() || byte == b'>' || byte == b'/');
        let end = start + length.unwrap_or(rest.len());
        (self.html[start..end].to_ascii_lowercase(), end)
    }

    /// Where the tag ends that goes on at `from`, and about how many attributes it has.
    fn tag_end(&self, from: usize) -> (usize, usize) {
        let bytes = self.html.as_bytes();
        let (mut at, mut attributes, mut value) = (from, 0, false);
        while at < bytes.len() {
            match bytes[at] {
                b'>' => return (at + 1, attributes),
                quote @ (b'"' | b'\'') if value => {
                    let Some(length) = memchr(quote, &bytes[at + 1..]) else { break };
                    at += length + 1;
                    value = false;
                }
                b'=' => value = true,
                byte if byte.is_ascii_whitespace() => attributes += 1,
                _ => value = false,
            }
            at += 1;
        }
        (bytes.len(), attributes)
    }

    /// Whether the `noscript` whose content begins at `from` holds an article: paragraphs, and enough text in them.
    fn holds_article(&mut self, from: usize) -> bool {
        if from < self.shown_until {
            return true;
        }
        let Some(end) = self.closing("noscript", from) else { return false };
        let content = &self.html.as_bytes()[from..end];
        let paragraphs = memmem::find_iter(content, b"<p").take(3).count();
        let (mut letters, mut in_tag) = (0, false);
        for &byte in content {
            in_tag = byte == b'<' || (in_tag && byte != b'>');
            letters += usize::from(!in_tag && (byte.is_ascii_alphabetic() || byte >= 0x80));
        }
        let marked = memmem::find(content, b"<article").is_some();
        let least = if marked { NOSCRIPT_MARKED } else { NOSCRIPT_ARTICLE };
        let is_article = paragraphs >= 3 && letters >= least;
        self.shown_until = if is_article { end } else { self.shown_until };
        is_article
    }

    /// Just behind the end tag of the raw element `name` whose content begins at `from`; `None` without one.
    fn closing(&mut self, name: &str, from: usize) -> Option<usize> {
        if self.unclosed.iter().any(|unclosed| unclosed == name) {
            return None;
        }
        let bytes = self.html.as_bytes();
        for found in memmem::find_iter(&bytes[from..], b"</") {
            let start = from + found + 2;
            let Some(candidate) = bytes.get(start..start + name.len()) else { break };
            if candidate.eq_ignore_ascii_case(name.as_bytes()) {
                return Some(memchr(b'>', &bytes[start..]).map_or(bytes.len(), |length| start + length + 1));
            }
        }
        self.unclosed.push(name.to_owned());
        None
    }
}

/// A template whose content is the inside of the element around it: the declarative shadow DOM.
fn is_shadow_root(tag: &str) -> bool {
    tag.len() < 4096 && memmem::find(tag.to_ascii_lowercase().as_bytes(), b"shadowroot").is_some()
}

/// A script that holds data about the page.
fn is_data(tag: &str) -> bool {
    tag.len() < 4096 && memmem::find(tag.to_ascii_lowercase().as_bytes(), b"ld+json").is_some()
}

fn key(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |key, byte| (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(guard(html).unwrap().html, expected);
    }

    #[test]
    fn scripts_styles_and_comments_are_left_out() {
        check("<p>a<script>if (a < b) '<p>'</script>b<!-- c --><style>p{}</style>d</p>", "<p>abd</p>");
        check(
            "<script type='application/ld+json'>{\"a\":1}</script>",
            "<script type='application/ld+json'>{\"a\":1}</script>",
        );
        check("a < b <3 &lt; c", "a &lt; b &lt;3 &lt; c");
        check("x<script>never closed", "x");
        check("<!DOCTYPE html><P CLASS=a>Ä</P>", "<!DOCTYPE html><P CLASS=a>Ä</p>");
        check("<a title='1>2' href=x>t</a", "<a title='1>2' href=x>t</a>");
    }

    #[test]
    fn deep_nesting_loses_its_tags_and_keeps_its_text() {
        let guarded = guard(&format!("{}deep{}after", "<div>".repeat(20_000), "</div>".repeat(20_000))).unwrap();
        assert!(guarded.flattened);
        assert_eq!(guarded.html.matches("<div>").count(), MAX_DEPTH);
        assert_eq!(guarded.html.matches("</div>").count(), MAX_DEPTH);
        assert!(guarded.html.contains("deep") && guarded.html.ends_with("after"));
    }

    #[test]
    fn formatting_left_open_is_not_opened_again_and_again() {
        check("<p><b id=1><i>x</p><p>y</p>", "<p><b id=1><i>x</i></b></p><p>y</p>");
        let page = (0..2000).map(|i| format!("<p><b id={i}>x</p>")).collect::<String>();
        let document = dom_query::Document::from(guard(&page).unwrap().html);
        assert_eq!(document.select("b").length(), 2000);
    }

    #[test]
    fn what_a_browser_shows_of_templates_and_noscript_stays() {
        check("<x-a><template shadowrootmode=open><p>a</p></template></x-a>", "<x-a><p>a</p></x-a>");
        check("<template><p>a</p></template>b", "b");
        check("<noscript><p>Please turn on scripts.</p></noscript>b", "b");
        let article =
            "<p>The council voted on Monday evening to rebuild the old harbour bridge of the town.</p>".repeat(8);
        check(&format!("<noscript>{article}</noscript>"), &article);
        let marked = format!(
            "<article>{}</article>",
            "<p>The buoy has sent its last message, and a trawler fetches it.</p>".repeat(3)
        );
        check(&format!("<noscript>{marked}</noscript>"), &marked);
    }

    #[test]
    fn an_element_without_end_is_looked_for_once() {
        let page = "<svg></a>".repeat(200_000);
        assert_eq!(guard(&page).unwrap().html, "");
        assert!(guard(&"<p>a".repeat(MAX_ELEMENTS + 9)).unwrap().cut);
    }

    #[test]
    fn a_title_is_cut_and_text_is_counted_for_each_element_around_it() {
        let html = guard(&format!("<title>{}</title><p>x", "a | b – ".repeat(10_000))).unwrap().html;
        assert!(html.len() < MAX_TITLE + 50 && html.ends_with("</title><p>x"), "{}", html.len());
        check("<title>a</title>", "<title>a</title>");
        assert_eq!(guard("<div><div>four</div>two</div>x").unwrap().nested_text, 2 * 4 + 3);
    }

    #[test]
    fn a_page_too_large_is_refused_with_a_reason() {
        let page = format!("<p>{}</p>", "word ".repeat(20)).repeat(80_000);
        assert!(guard(&page).unwrap_err().contains("MiB"));
    }
}
