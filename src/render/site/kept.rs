//! The kept text of the articles an edition quotes, with the quoted sentences marked.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::Secrets;
use crate::model::{Article, Edition, KeySentence, Story};
use crate::render::arrange::{Form, shown};
use crate::render::direction::{self, Direction};
use crate::render::display;
use crate::render::present::NAME;
use crate::render::texts::{Texts, fill};

/// A longer paragraph is no paragraph; cut, it is still what the edition was made of.
const PARAGRAPH: usize = 20_000;

/// The text of one article of a story.
#[derive(Debug, Serialize)]
pub(super) struct KeptView {
    /// Number of the story.
    story: usize,
    label: String,
    language: Option<String>,
    dir: Direction,
    paragraphs: Vec<Vec<PieceView>>,
}

/// A part of a paragraph.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct PieceView {
    space: &'static str,
    text: String,
    quoted: bool,
}

/// The texts behind the stories that `edition` shows in full, as far as `articles` has them and their pages are open to all.
pub(super) fn texts(
    edition: &Edition,
    articles: &BTreeMap<String, Article>,
    secrets: &Secrets,
    words: &Texts,
) -> Vec<KeptView> {
    let number = |story: &Story| edition.stories().position(|other| std::ptr::eq(other, story)).unwrap_or(0) + 1;
    let mut kept = Vec::new();
    for story in shown(edition).into_iter().filter(|story| story.form != Form::Brief) {
        let mut quoted: Vec<(&str, Vec<&KeySentence>)> = Vec::new();
        for sentence in story.sentences {
            match quoted.iter_mut().find(|(id, _)| *id == sentence.article) {
                Some((_, sentences)) => sentences.push(sentence),
                None => quoted.push((&sentence.article, vec![sentence])),
            }
        }
        for (id, sentences) in quoted {
            let Some(article) = articles.get(id).filter(|article| article.access.is_open()) else { continue };
            kept.extend(text(article, &sentences, number(story.story), secrets, words));
        }
    }
    kept
}

/// `None` if its text is not the one that was quoted.
fn text(
    article: &Article,
    sentences: &[&KeySentence],
    story: usize,
    secrets: &Secrets,
    words: &Texts,
) -> Option<KeptView> {
    let text = article.text.as_str();
    let mut spans: Vec<Range<usize>> = sentences.iter().map(|sentence| sentence.start..sentence.end).collect();
    let stands = |sentence: &&KeySentence| text.get(sentence.start..sentence.end) == Some(sentence.text.as_str());
    if !sentences.iter().all(stands) {
        return None;
    }
    spans.sort_unstable_by_key(|span| span.start);
    let mut paragraphs = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if display::shows(line) && !secrets.named_in(line) {
            paragraphs.push(pieces(line, start, &spans));
        }
        start += line.len();
    }
    let source = display::line(sentences.first().map_or("", |sentence| &sentence.source), NAME);
    let language = article.language.as_deref().and_then(display::language);
    let usual = language.as_deref().map_or(words.direction(), direction::of_language);
    Some(KeptView {
        story,
        label: fill(&words.labels.kept_text, &[("source", &source)]),
        dir: direction::of_text(text.get(..text.floor_char_boundary(2_000)).unwrap_or(text), usual),
        language: language.filter(|code| *code != words.code),
        paragraphs,
    })
}

/// The line that starts at the byte `start` of its text, cut where a quotation begins or ends.
fn pieces(line: &str, start: usize, spans: &[Range<usize>]) -> Vec<PieceView> {
    let mut pieces = Pieces::default();
    let mut done = 0;
    let inside = |place: usize| place.saturating_sub(start).min(line.len());
    for span in spans {
        let (from, to) = (inside(span.start).max(done), inside(span.end));
        if from < to {
            pieces.push(&line[done..from], false);
            pieces.push(&line[from..to], true);
            done = to;
        }
    }
    pieces.push(&line[done..], false);
    pieces.views
}

#[derive(Default)]
struct Pieces {
    views: Vec<PieceView>,
    /// The piece before ended with white space.
    spaced: bool,
}

impl Pieces {
    fn push(&mut self, raw: &str, quoted: bool) {
        let text = display::line(raw, PARAGRAPH);
        let spaced = self.spaced || raw.starts_with(char::is_whitespace);
        if text.is_empty() {
            self.spaced = spaced || raw.ends_with(char::is_whitespace);
            return;
        }
        let space = if spaced && !self.views.is_empty() { " " } else { "" };
        self.views.push(PieceView { space, text, quoted });
        self.spaced = raw.ends_with(char::is_whitespace);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_its_quotations_and_says_the_same() {
        let text = "Zero.\nOne is here. Two is quoted. Three.\nFour.";
        let spans = [text.find("Two").unwrap()..text.find(" Three").unwrap(), text.find("Four").unwrap()..text.len()];
        let start = text.find("One").unwrap();
        let line = &text[start..text.find("Four").unwrap()];
        let cut = pieces(line, start, &spans);
        let shown: Vec<(&str, &str, bool)> =
            cut.iter().map(|piece| (piece.space, piece.text.as_str(), piece.quoted)).collect();
        assert_eq!(shown, [("", "One is here.", false), (" ", "Two is quoted.", true), (" ", "Three.", false)]);
        assert_eq!(pieces("Four.", text.find("Four").unwrap(), &spans).len(), 1);
        assert_eq!(pieces("Zero.\n", 0, &spans)[0], PieceView { space: "", text: "Zero.".into(), quoted: false });
    }
}
