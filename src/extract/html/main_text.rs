//! Which lines of a page are its article.
//!
//! Every line is judged on three kinds of evidence at once: how it reads (the features of pasted text), where it stands in the
//! markup, and whether Trafilatura (`rs-trafilatura`) has it. Gradient-boosted trees weigh them; `page.weights.json` holds the
//! trees, `benches/fit_pages.py` fits them. A second extractor's vote, that of Readability, was measured and added nothing.

use std::ops::Range;
use std::sync::OnceLock;

use rs_trafilatura::page_type::PageType;
use serde::Deserialize;

use crate::extract::blocks_to_text::Line;
use crate::extract::boilerplate::{self, Forest, LANES, LineFeatures, SiteTemplate};
use crate::extract::html::blocks::Page;
use crate::extract::html::features::Lines;
use crate::extract::html::guard::Guarded;
use crate::text::catch_panic;

/// The trees over the features of [`LineFeatures`] and [`Lines`], one after the other.
const WEIGHTS: &str = include_str!("../page.weights.json");

/// Elements beyond which a page is read as plain text.
const MAX_ELEMENTS: usize = 60_000;
/// Bytes of markup beyond which Trafilatura is not asked: it parses them once more.
const MAX_BYTES_VOTE: usize = 2 << 20;
/// Elements beyond which it is not asked.
const MAX_ELEMENTS_VOTE: usize = 30_000;

/// Text, each byte counted for every element around it, beyond which Trafilatura is not asked: it reads the text of element
/// after element.
const MAX_NESTED_TEXT: usize = 16 << 20;

/// Lines at or above this probability are the article: where precision and recall balance best in cross-validation.
const THRESHOLD: f64 = 0.55;
/// Where no choice of lines promises this F1, as in long lists of short pieces, the most promising cut is taken, down to
/// [`LOWEST`].
const PROMISING: f64 = 0.7;
const LOWEST: f64 = 0.3;

/// Where less than so many bytes are kept and Trafilatura has more, its answer stands.
const SHORT: usize = 200;

/// The main text of a page and how sure it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct MainText {
    /// A line a block.
    pub(crate) lines: Vec<Line>,
    /// The blocks of the page from its first line to its last; empty where it was not chosen among them.
    pub(crate) blocks: Range<usize>,
    /// 0 to 1.
    pub(crate) confidence: f64,
}

#[derive(Deserialize)]
struct Weights {
    features: usize,
    trees: Vec<Vec<f64>>,
}

fn forest() -> &'static Forest {
    static FOREST: OnceLock<Forest> = OnceLock::new();
    FOREST.get_or_init(|| {
        let weights: Weights =
            serde_json::from_str(WEIGHTS).expect("the shipped weights are valid JSON; a test reads them");
        Forest::new(weights.features, &weights.trees)
    })
}

/// The lines of a page before they are chosen.
#[derive(Debug)]
pub(crate) enum PageLines {
    /// Chosen by other means.
    Chosen(MainText),
    /// Each with its probability.
    Scored {
        /// The lines.
        lines: Vec<Line>,
        /// Words of each.
        words: Vec<u32>,
        /// That each is the article's.
        probabilities: Vec<f64>,
        /// Trafilatura's answer.
        other: Vec<String>,
    },
}

/// Judges the lines of `page`, laid out of `guarded` and headed by `title`.
pub(crate) fn judge(guarded: &Guarded, page: Page, title: &str) -> PageLines {
    if page.blocks.is_empty() {
        return PageLines::Chosen(MainText::default());
    }
    if guarded.elements > MAX_ELEMENTS {
        return PageLines::Chosen(by_lines(page));
    }
    let text = text_features(&page);
    let other = vote(guarded);
    let probabilities = probabilities(&text, &Lines::new(&page, &text, &other, title), page.blocks.len());
    let words = (0..page.blocks.len()).map(|line| text.words(line)).collect();
    PageLines::Scored { lines: page.lines(), words, probabilities, other }
}

fn text_features(page: &Page) -> LineFeatures {
    let text: Vec<&str> = page.blocks.iter().map(|block| block.text.as_str()).collect();
    LineFeatures::new(&text.join("\n"))
}

/// The lines that Trafilatura has of a page; none if it panics.
fn vote(guarded: &Guarded) -> Vec<String> {
    let large = guarded.html.len() > MAX_BYTES_VOTE || guarded.elements > MAX_ELEMENTS_VOTE;
    if large || guarded.nested_text > MAX_NESTED_TEXT {
        return Vec::new();
    }
    catch_panic(|| trafilatura(&guarded.html)).flatten().unwrap_or_default()
}

/// The lines of a page that another's answer consists of; the answer as it is where it holds other words than they do. It may
/// join lines that the page sets apart.
fn lines_of(mut lines: Vec<Line>, answer: Vec<String>) -> Vec<Line> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = words(&answer.join(" "));
    lines.retain(|line| !line.text.is_empty() && whole.contains(&words(&line.text)));
    let found: usize = texts(&lines).map(str::len).sum();
    if found * 2 > whole.len() { lines } else { answer.into_iter().map(Line::from).collect() }
}

fn texts(lines: &[Line]) -> impl Iterator<Item = &str> {
    lines.iter().map(|line| line.text.as_str())
}

/// A page as its reader judges it: what `benches/fit_pages.py` learns from.
#[derive(Debug, Clone, Default)]
pub struct PageFeatures {
    /// Its lines.
    pub lines: Vec<String>,
    /// The trees' view of each line.
    pub features: Vec<Vec<f64>>,
}

/// The features of `page`, laid out of `guarded`.
pub(crate) fn features(guarded: &Guarded, page: Page, title: &str) -> PageFeatures {
    let text = text_features(&page);
    let lines = Lines::new(&page, &text, &vote(guarded), title);
    let row = |line| {
        let mut row = text.features(line).to_vec();
        lines.features(line, &mut row);
        row
    };
    let features = (0..page.blocks.len()).map(row).collect();
    PageFeatures { features, lines: page.blocks.into_iter().map(|block| block.text).collect() }
}

impl PageLines {
    /// The key by which each line is remembered.
    pub(crate) fn keys(&self) -> Vec<u64> {
        match self {
            Self::Chosen(_) => Vec::new(),
            Self::Scored { lines, .. } => texts(lines).map(boilerplate::key).collect(),
        }
    }

    /// Chooses the main text, with what is remembered of the page's site.
    pub(crate) fn choose(self, site: &SiteTemplate, includes_self: bool) -> MainText {
        let (lines, words, mut probabilities, other) = match self {
            Self::Chosen(main) => return main,
            Self::Scored { lines, words, probabilities, other } => (lines, words, probabilities, other),
        };
        if !site.is_empty() {
            let keys: Vec<u64> = texts(&lines).map(boilerplate::key).collect();
            site.weigh(&keys, &words, includes_self, &mut probabilities);
        }
        let cut = cut(&probabilities, &words);
        let kept = |probability: &f64| *probability >= cut;
        let own: usize =
            lines.iter().zip(&probabilities).filter(|(_, sure)| kept(sure)).map(|(line, _)| line.text.len()).sum();
        let others: usize = other.iter().map(String::len).sum();
        if (own < SHORT && others > 2 * own) || own * 5 < others {
            let confidence = if others < 2 * SHORT { 0.3 } else { 0.5 };
            return MainText { confidence, lines: lines_of(lines, other), blocks: 0..0 };
        }
        let chosen =
            lines.into_iter().zip(&probabilities).filter(|(_, sure)| kept(sure)).map(|(line, _)| line).collect();
        let (first, last) = (probabilities.iter().position(kept), probabilities.iter().rposition(kept));
        let blocks = first.unwrap_or_default()..last.map_or(0, |last| last + 1);
        MainText { confidence: confidence(&probabilities, &words, cut), lines: chosen, blocks }
    }
}

fn probabilities(text: &LineFeatures, lines: &Lines<'_>, count: usize) -> Vec<f64> {
    let forest = forest();
    let mut block = forest.block();
    let mut row = Vec::with_capacity(forest.features);
    let mut probabilities = Vec::with_capacity(count + LANES);
    for first in (0..count).step_by(LANES) {
        for lane in 0..LANES.min(count - first) {
            row.clear();
            row.extend_from_slice(text.features(first + lane));
            lines.features(first + lane, &mut row);
            for (column, value) in block.iter_mut().zip(&row) {
                column[lane] = *value;
            }
        }
        probabilities.extend(forest.sums(&block).map(|sum| 1.0 / (1.0 + (-sum).exp())));
    }
    probabilities.truncate(count);
    let away = probabilities.iter_mut().enumerate().filter(|(line, _)| lines.leads_away(*line));
    away.for_each(|(_, probability)| *probability = 0.0);
    probabilities
}

/// The least probability of a line that is kept.
///
/// The cut that promises the highest F1 is half that F1 (Lipton, Elkan and Naryanaswamy, 2014), so where all lines are
/// doubtful, more doubtful ones are worth keeping.
fn cut(probabilities: &[f64], words: &[u32]) -> f64 {
    let mut ranked: Vec<(f64, u32)> = probabilities.iter().copied().zip(words.iter().copied()).collect();
    ranked.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
    let likely: f64 = ranked.iter().map(|&(probability, words)| probability * f64::from(words)).sum();
    let (mut kept, mut both, mut best) = (0.0, 0.0, (0.0, THRESHOLD));
    for (probability, words) in ranked {
        kept += f64::from(words);
        both += probability * f64::from(words);
        let promised = 2.0 * both / (kept + likely).max(f64::MIN_POSITIVE);
        if promised > best.0 {
            best = (promised, probability);
        }
    }
    let likeliest = probabilities.iter().copied().fold(0.0, f64::max);
    match best {
        // Where not even one line is likely, the likeliest are read rather than none: the confidence says how it is.
        _ if likeliest > 0.0 && likeliest < LOWEST => likeliest / 2.0,
        (promised, least) if promised < PROMISING => least.clamp(LOWEST, THRESHOLD),
        _ => THRESHOLD,
    }
}

/// The F1 over words to be expected of the lines kept, brought to the scale of what is reached.
fn confidence(probabilities: &[f64], words: &[u32], cut: f64) -> f64 {
    let (mut kept, mut likely, mut both) = (0.0, 0.0, 0.0);
    for (&probability, &words) in probabilities.iter().zip(words) {
        let words = f64::from(words);
        likely += words * probability;
        if probability >= cut {
            kept += words;
            both += words * probability;
        }
    }
    let expected = if kept + likely > 0.0 { 2.0 * both / (kept + likely) } else { 0.0 };
    // In cross-validation 95 % of the pages with an expected F1 of .97 and more reach .9; they are the ones above 0.8.
    let calibrated = if expected >= 0.97 { 0.8 + (expected - 0.97) / 0.03 * 0.2 } else { expected - 0.17 };
    calibrated.clamp(0.05, 1.0)
}

/// Trafilatura, as `rs-trafilatura` has it.
fn trafilatura(html: &str) -> Option<Vec<String>> {
    // Telling kinds of pages apart costs it a third of its time and changes nothing about articles.
    let options = rs_trafilatura::Options { page_type: Some(PageType::Article), ..Default::default() };
    let found = rs_trafilatura::extract_with_options(html, &options).ok()?;
    Some(found.content_text.lines().map(str::to_owned).collect())
}

/// The page's text without its tags, cleaned like pasted text.
fn by_lines(page: Page) -> MainText {
    let text: Vec<&str> = page.blocks.iter().map(|block| block.text.as_str()).collect();
    let cleaning = boilerplate::lines(&text.join("\n"));
    // Every block holds a letter or digit, so each is one of the lines that were judged.
    let lines = page.lines().into_iter().zip(&cleaning.lines).filter(|(_, judged)| judged.kept);
    MainText {
        lines: lines.map(|(line, _)| line).collect(),
        confidence: cleaning.confidence * 0.8,
        ..MainText::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_is_lower_only_where_no_line_is_sure() {
        assert_eq!(cut(&[0.99, 0.4, 0.01], &[90, 10, 50]), THRESHOLD);
        assert_eq!(cut(&[0.45, 0.4, 0.35, 0.01], &[30, 30, 30, 90]), 0.35);
        assert_eq!(cut(&[0.45, 0.2, 0.2, 0.2], &[1, 30, 30, 30]), LOWEST);
        assert_eq!(cut(&[0.2, 0.15, 0.01], &[30, 30, 30]), 0.1);
        assert_eq!(cut(&[], &[]), THRESHOLD);
    }

    #[test]
    fn an_answer_that_joins_lines_is_given_in_the_lines_of_the_page() {
        let page = ["Gate closed", "Home", "The gate of Nordby  is closed.", "It opens on Sunday."];
        let lines = |texts: &[&str]| texts.iter().map(|text| Line::from((*text).to_owned())).collect::<Vec<_>>();
        let joined = "Gate closed The gate of Nordby is closed. It opens on Sunday.".to_owned();
        let read = lines_of(lines(&page), vec![joined]);
        assert_eq!(texts(&read).collect::<Vec<_>>(), [page[0], page[2], page[3]]);
        let foreign = "Words that a script has written into the page.".to_owned();
        assert_eq!(texts(&lines_of(lines(&page), vec![foreign.clone()])).collect::<Vec<_>>(), [foreign]);
    }
}
