//! The content of a feed's entry → its text, without the lines that boards, alerts and publishing systems put around it.
//!
//! Three things give such a line away: its words (the phrases of `entry_phrases.txt`, in the languages of those systems), that
//! it is links and hardly anything else (lists of other headlines, `[comments]`), and that it names the entry itself as a link
//! ("The post … appeared first on …"). A sentence is never dropped for being linked.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::blocks_to_text::{BlockText, Line};
use crate::extract::html::guard::guard;
use crate::extract::linked::{LinkedLine, LinkedText, linked_lines, words};
use crate::model::PartKind;

/// Markup beyond this many bytes is not read where the whole is too large to parse.
const ENOUGH: usize = 1024 * 1024;

/// Share of a line's letters that are links in a line that is made of links.
const LINKED: f64 = 0.5;

/// Unlinked words in a row that a line made of links may hold: a name, a label.
const LABEL_WORDS: usize = 5;

/// Words of a linked line that ends as a sentence does and is one.
const SENTENCE_WORDS: usize = 5;

/// Longest line that is compared with phrases, in bytes.
const LONGEST: usize = 600;

/// The text of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryText {
    /// The text, a block a line, and what its parts are.
    pub passage: BlockText,
    /// It says that there is more behind its link.
    pub cut: bool,
}

/// The text of the markup `html`, the content of an entry called `title`.
pub fn entry_html(html: &str, title: &str) -> EntryText {
    let guarded = guard(html).or_else(|_| guard(&html[..html.floor_char_boundary(ENOUGH)]));
    let Ok(guarded) = guarded else { return EntryText::default() };
    kept(linked_lines(&guarded.html, |_| ()), title)
}

/// The text of the plain text `text`, the content of an entry called `title`.
pub fn entry_plain(text: &str, title: &str) -> EntryText {
    kept(text.lines().map(LinkedLine::plain).collect(), title)
}

/// The text of an item called `title`, without the lines that say nothing.
pub(super) fn kept_text(lines: Vec<LinkedLine>, title: &str) -> String {
    kept(lines, title).passage.text
}

/// The lines that say something, put together.
fn kept(found: Vec<LinkedLine>, title: &str) -> EntryText {
    let mut cut = false;
    let mut lines: Vec<Line> = Vec::with_capacity(found.len());
    for mut line in found {
        let text = line.text();
        if text.is_empty() && !line.links.is_empty() {
            continue;
        }
        cut |= is_more(text, line.share()) || ends_cut(text);
        let code = line.line.kind == Some(PartKind::Code);
        if !code && (is_boilerplate(text) || line.is_links() || line.names(title) || is_more(text, line.share())) {
            continue;
        }
        if !code {
            // "… [Continue reading]" or the name of the place at the end of a paragraph.
            let last = line.links.last().filter(|link| link.at > 0 && ends_with_link(&line.line.text, link));
            if let Some((at, is_cut)) = last.map(|link| (link.at, is_more(&link.text, 1.0))) {
                line.line.text.truncate(at);
                line.line.text.truncate(line.line.text.trim_end().len());
                cut |= is_cut;
            }
            cut |= shorten(&mut line.line.text);
        }
        lines.push(line.line);
    }
    drop_chapters(&mut lines);
    cut |= lines.last_mut().is_some_and(|line| drop_fragment(&mut line.text));
    let says = |line: &Line| line.kind != Some(PartKind::Heading) && !line.text.trim().is_empty();
    if !lines.iter().any(says) {
        return EntryText { passage: BlockText::default(), cut };
    }
    EntryText { passage: BlockText::of(&lines), cut }
}

/// Words of a sentence that breaks off and is dropped, at most.
const LONGEST_FRAGMENT: usize = 40;

/// Takes off the sentence in which a text breaks off ("… The last ..."), if it says something before; whether it did.
fn drop_fragment(text: &mut String) -> bool {
    let whole = text.trim_end();
    if !(whole.ends_with("...") || whole.ends_with('…')) {
        return false;
    }
    let body = whole.trim_end_matches(['.', '…', ' ']);
    let mut ends = body.match_indices(['.', '!', '?', '。', '！', '？']).map(|(at, sign)| at + sign.len());
    let end = ends.rfind(|end| body[*end..].starts_with(char::is_whitespace) || body[..*end].ends_with('。'));
    match end.filter(|end| words(&body[..*end]) >= SENTENCE_WORDS && words(&body[*end..]) <= LONGEST_FRAGMENT) {
        Some(end) => {
            text.truncate(end);
            true
        }
        None => false,
    }
}

/// Takes out the chapters of a recording: lines that begin with a time, where there are several.
fn drop_chapters(lines: &mut Vec<Line>) {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[\[(]?(?:\d{1,2}:)?\d{1,2}:\d{2}[\])]?(?:\s*[-–—:|]|\s)\s*\S")
            .expect("the pattern is a constant, and a test runs it")
    });
    let is_chapter = |line: &str| TIME.is_match(line.trim()) && !is_sentence(line);
    let all = lines.iter().flat_map(|line| line.text.lines()).filter(|line| is_chapter(line)).count();
    if all < 2 {
        return;
    }
    for line in lines.iter_mut() {
        if line.text.lines().any(is_chapter) {
            line.text = line.text.lines().filter(|line| !is_chapter(line)).collect::<Vec<_>>().join("\n");
        }
    }
    lines.retain(|line| !line.text.trim().is_empty());
}

impl LinkedLine {
    /// It is made of links, and none of them is a sentence.
    fn is_links(&self) -> bool {
        self.line.kind != Some(PartKind::Heading)
            && self.share() >= LINKED
            && self.plain_words <= LABEL_WORDS
            && !self.says
            && !self.links.iter().any(|link| is_sentence(&link.text))
            && !(self.plain_words > 0 && is_sentence(self.text()))
    }

    /// It links the entry by its title and says hardly more: the footer of a publishing system.
    fn names(&self, title: &str) -> bool {
        let title = title.trim();
        let linked = self.links.iter().any(|link| link.text == title);
        words(title) > 1 && self.links.len() > 1 && linked && self.plain_words <= 8
    }
}

pub(super) fn is_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '”', '»', ')', '’', '」', '』', ' ']);
    words(text) >= SENTENCE_WORDS
        && text.ends_with(['.', '!', '?', '。', '！', '？', '।', '؟'])
        && !text.ends_with("...")
}

/// A whole line of a board or a publishing system.
pub(super) fn is_boilerplate(text: &str) -> bool {
    if text.is_empty() || text.len() > LONGEST {
        return false;
    }
    let text = folded(text);
    let phrases = phrases();
    let parts = || text.split(['|', '·', '•']).map(str::trim).filter(|part| !part.is_empty());
    let says_nothing = || phrases.share.is_match(&text) || parts().all(|part| phrases.board.is_match(part));
    phrases.footer.is_match(&text)
        || (!is_sentence(&text) && parts().next().is_some() && says_nothing())
        || is_address(&text)
        || is_tags(&text)
}

/// Points to the rest of the text, and says nothing else.
pub(super) fn is_more(text: &str, linked: f64) -> bool {
    if text.is_empty() || text.len() > LONGEST {
        return false;
    }
    let text = folded(text);
    let Some(found) = phrases().more.find(&text) else { return false };
    let rest = text[found.end()..].trim_matches(|c: char| !c.is_alphanumeric());
    rest.is_empty() || (linked >= LINKED && words(rest) <= 15 && !is_sentence(&text)) || is_address(rest)
}

/// Whether `text` ends in a link that is none of its sentences: "Read more", or the name of the place behind a stop.
fn ends_with_link(text: &str, link: &LinkedText) -> bool {
    let Some((before, rest)) = text.split_at_checked(link.at) else { return false };
    let is_name =
        words(&link.text) <= 4 && before.trim_end().ends_with(['.', '!', '?', '…', '”', '"', '。', '！', '？']);
    rest.trim() == link.text && !link.text.is_empty() && (is_more(&link.text, 1.0) || is_name)
}

/// Links a mail's own affairs: how to leave its list, to see it in a browser, to pass it on.
pub(super) fn is_never(text: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let text = folded(text);
    let mut parts = text.split(['|', '·', '•']).map(str::trim).filter(|part| !part.is_empty()).peekable();
    phrases().never.is_match(&text) || (parts.peek().is_some() && parts.all(|part| phrases().own.is_match(part)))
}

/// The label of a paid part.
pub(super) fn is_ad(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && !is_sentence(text) && phrases().ad.is_match(&folded(text))
}

fn ends_cut(text: &str) -> bool {
    ["[...]", "[…]", "[&#8230;]", "(...)", "(…)"].iter().any(|end| text.trim_end().ends_with(end))
}

fn is_address(text: &str) -> bool {
    let mut parts = text.split_whitespace().peekable();
    parts.peek().is_some() && parts.all(|part| part.starts_with("http://") || part.starts_with("https://"))
}

/// Nothing but hashtags.
fn is_tags(text: &str) -> bool {
    let mut parts = text.split_whitespace().peekable();
    parts.peek().is_some() && parts.all(is_tag)
}

fn is_tag(part: &str) -> bool {
    let name = part.strip_prefix(['#', '＃']).unwrap_or_default().trim_end_matches([',', '.']);
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// Takes off what follows the last sentence of a line: a footer, "Read more", hashtags, an address. Whether it said that
/// there is more.
fn shorten(text: &mut String) -> bool {
    let mut cut = false;
    for _ in 0..4 {
        let before = text.len();
        if let Some(at) = tail(text) {
            cut |= phrases().more.is_match(folded(&text[at..]).trim_start());
            text.truncate(at);
            text.truncate(text.trim_end().len());
        }
        if text.len() == before {
            break;
        }
    }
    cut
}

/// Where the part of `text` begins that is none of it.
fn tail(text: &str) -> Option<usize> {
    let window = text.floor_char_boundary(text.len().saturating_sub(LONGEST));
    // Each place behind the end of a sentence, the last one first.
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '…' | ']' | '»' | '"' | '”' | '。' | '！' | '？' | ')' | ':');
    let places = text[window..].char_indices().rev().filter(|(_, c)| ends(*c));
    for (at, c) in places.take(12) {
        let at = window + at + c.len_utf8();
        let rest = text[at..].trim();
        if rest.is_empty()
            || !(text[at..].starts_with(char::is_whitespace) || matches!(c, '。' | '！' | '？' | ']' | '…'))
        {
            continue;
        }
        let folded = folded(rest);
        let more = phrases().more.find(&folded);
        let is_more = more.is_some_and(|found| !folded[found.end()..].contains(char::is_alphanumeric));
        if is_more || phrases().footer.is_match(&folded) || is_tags(rest) || (is_address(rest) && c != ':') {
            return Some(at);
        }
    }
    // Two hashtags in a row are no words of a sentence.
    let tags = text.split_whitespace().rev().take_while(|part| is_tag(part)).count();
    (tags > 1)
        .then(|| text.char_indices().filter(|(_, c)| matches!(c, '#' | '＃')).rev().nth(tags - 1).map(|(at, _)| at))?
}

/// `text` as phrases are written.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(
            word.chars().flat_map(char::to_lowercase).map(|c| if matches!(c, '’' | '‘' | 'ʼ') { '\'' } else { c }),
        );
    }
    folded
}

/// The phrases of `entry_phrases.txt`.
struct Phrases {
    footer: Regex,
    more: Regex,
    share: Regex,
    board: Regex,
    never: Regex,
    own: Regex,
    ad: Regex,
}

fn phrases() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases {
        footer: section("footer", r"[\s.!。→»]*$"),
        // Behind it a word ends: "more" does not begin "moreover".
        more: section("more", r"(?:$|[^\p{L}\p{N}'-])"),
        share: section("share", r"[\s:.!…→»]*$"),
        board: section("board", r"[\s:.!…→»]*$"),
        never: anywhere("never"),
        own: section("own", r"[\s:.!…→»]*$"),
        ad: section("ad", r"[\s:.!…→»\])*-]*$"),
    });
    &PHRASES
}

/// The phrases of a section of the file.
fn listed(name: &str) -> Vec<&'static str> {
    const TEXT: &str = include_str!("entry_phrases.txt");
    let head = format!("[{name}]");
    let lines = TEXT.lines().skip_while(|line| *line != head).skip(1);
    let is_head =
        |line: &str| matches!(line, "[footer]" | "[more]" | "[share]" | "[board]" | "[never]" | "[own]" | "[ad]");
    lines.take_while(|line| !is_head(line)).filter(|line| !line.is_empty() && !line.starts_with(';')).collect()
}

/// The phrases of one section wherever they stand as words of their own.
fn anywhere(name: &str) -> Regex {
    let all: Vec<String> = listed(name).into_iter().map(regex::escape).collect();
    Regex::new(&format!("(?:^|[^\\p{{L}}\\p{{N}}]|[\\p{{Han}}\\p{{Hangul}}\\p{{Hiragana}}])(?:{})", all.join("|")))
        .expect("the phrases are constants, and a test runs them")
}

/// The phrases of one section as a pattern: at the start of a line, and with `end` behind them.
fn section(name: &str, end: &str) -> Regex {
    let mut phrases = listed(name);
    // The longest first: the first that fits is taken.
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    let pattern = |phrase: &&str| regex::escape(phrase).replace(r"\*", ".+?").replace(r"\#", "(?:#|[0-9][0-9.,]*k?)");
    let all: Vec<String> = phrases.iter().map(pattern).collect();
    Regex::new(&format!("^[←→>«»\\[(*-]*\\s*(?:{}){end}", all.join("|")))
        .expect("the phrases are constants, and a test runs them")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of boards and footers are gone, the others stay as they are.
    fn check(html: &str, title: &str, expected: &[&str], cut: bool) {
        let found = entry_html(html, title);
        assert_eq!(found.passage.text.lines().collect::<Vec<_>>(), expected, "{html}");
        assert_eq!(found.cut, cut, "{html}");
    }

    #[test]
    fn chapters_and_a_sentence_that_breaks_off_are_no_text() {
        let text = "She closed the gate by hand for years.\n0:00 Intro\n2:10 The house\n(11:45) - The storm";
        assert_eq!(entry_plain(text, "").passage.text, "She closed the gate by hand for years.");
        let html = "<p>She closed the gate.</p><p>00:00 Intro<br>1:02:10 The house</p><p>At 9:00 it opened.</p>";
        assert_eq!(entry_html(html, "").passage.text, "She closed the gate.\nAt 9:00 it opened.");
        assert_eq!(entry_plain("9:00 The gate opens", "").passage.text, "9:00 The gate opens");
        let alert = entry_plain("A pair of eagles has built a nest on the crane. The last ...", "");
        assert_eq!((alert.passage.text.as_str(), alert.cut), ("A pair of eagles has built a nest on the crane.", true));
        assert_eq!(entry_plain("And so it goes …", "").passage.text, "And so it goes …");
    }

    #[test]
    fn a_board_says_nothing_of_its_own() {
        for html in [
            "<a href='https://b.example/i?id=1'>Comments</a>",
            "<p>Article URL: <a href='https://a.example/x'>https://a.example/x</a></p><p>Comments URL: <a \
             href='https://b.example/1'>https://b.example/1</a></p><p>Points: 112</p>\n<p># Comments: 34</p>",
            " submitted by <a href='/u/keel'> /u/keel </a> <br/> <span><a href='/x'>[link]</a></span> <span><a \
             href='/c'>[comments]</a></span>",
            "<ol><li><a href='/1'>Council votes to rebuild the quay</a>&nbsp;&nbsp;<font>Coast Daily</font></li><li><a \
             href='/2'>Fishermen want a crane for their boats</a> <font>Northern Post</font></li></ol>",
            "<p>12 points | 3 comments</p>",
            "<a href='/d'>Discuss on the forum</a> · <a href='/l'>Permalink</a>",
            "https://a.example/x",
        ] {
            check(html, "A title", &[], false);
        }
        check(
            "<div><p>I never saw the gate closed in autumn. Who decides that?</p></div> submitted by <a href=/u>/u/keel</a> \
             <a href=/l>[link]</a> <a href=/c>[comments]</a>",
            "Who closes the gate?",
            &["I never saw the gate closed in autumn. Who decides that?"],
            false,
        );
    }

    #[test]
    fn footers_of_publishing_systems_are_no_text_in_any_language() {
        for footer in [
            "The post <a href='/gate'>The gate</a> appeared first on <a href='/'>Coast</a>.",
            "The post The gate appeared first on Coast.",
            "Der Beitrag Das Tor erschien zuerst auf Küste.",
            "L’article La porte est apparu en premier sur Côte.",
            "La entrada La puerta se publicó primero en Costa.",
            "Запись Ворота впервые появилась на сайте Берег.",
            "投稿 門 は 海岸 に最初に表示されました。",
            "Irgendwas <a href='/gate'>The gate</a> xyz <a href='/'>Coast</a>",
            "Share on Facebook",
            "Click to share on X (Opens in new window)",
            "#tide #harbour",
        ] {
            check(&format!("<p>The gate is shut.</p><p>{footer}</p>"), "The gate", &["The gate is shut."], false);
        }
        for more in
            ["<a href='/x'>Read more</a>", "Weiterlesen …", "<a href='/x'>Continue reading The gate →</a>", "阅读更多"]
        {
            check(&format!("<p>The gate is shut.</p><p>{more}</p>"), "The gate", &["The gate is shut."], true);
            check(&format!("<p>The gate is shut. {more}</p>"), "Tor", &["The gate is shut."], true);
        }
        check("The gate is shut. The post The gate appeared first on Coast.", "", &["The gate is shut."], false);
        check("<p>It was shut […]</p>", "", &["It was shut […]"], true);
    }

    #[test]
    fn sentences_stay_whatever_they_begin_with_and_however_they_are_linked() {
        for text in [
            "More than three hundred ships left the harbour on Monday.",
            "<a href='/x'>The council voted on Monday to rebuild the quay.</a>",
            "Add to this the cost of the wall, and the council is broke.",
            "The post office on the quay was closed first on Monday.",
            "Share prices rose.",
            "He said that the <a href='/l'>minutes of the council</a> were wrong.",
            "Good morning from the tower!",
            "A new way to write #rust in the harbour",
        ] {
            let plain = text.replace("<a href='/x'>", "").replace("<a href='/l'>", "").replace("</a>", "");
            check(&format!("<p>{text}</p>"), "A title", &[&plain], false);
        }
        check("<h2><a href='/1'>One</a></h2><p>Text of it.</p>", "", &["One", "Text of it."], false);
        check("<pre>a  b <a href=/x>c</a></pre>", "", &["a  b c"], false);
        check(
            "<p>The gate stays closed. <a href=/t>#<span>tide</span></a></p>",
            "",
            &["The gate stays closed."],
            false,
        );
    }
}
