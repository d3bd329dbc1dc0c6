//! Which lines of a page are its article.
//!
//! Every line is judged on three kinds of evidence at once: how it reads (the features of pasted text), where it stands in the
//! markup, and whether Readability (`dom_smoothie`) has it. Gradient-boosted trees weigh them; `page.weights.json` holds the
//! trees. Where they keep next to nothing, Readability's own answer stands.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use dom_query::Document;
use dom_smoothie::{Config, Readability};
use serde::Deserialize;

use crate::extract::clean::{self, Forest, Judged, LANES};
use crate::extract::html::blocks::Page;
use crate::extract::html::features::Lines;
use crate::extract::html::lines::{Captions, lines};

/// The trees over the features of [`Judged`] and [`Lines`], one after the other.
const WEIGHTS: &str = include_str!("../page.weights.json");

/// Elements beyond which Readability, which compares elements with each other, is not asked.
const MAX_ELEMENTS: usize = 60_000;

/// Lines at or above this probability are the article.
const THRESHOLD: f64 = 0.5;

/// The main text of a page and how sure it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct MainText {
    /// A line a block.
    pub(crate) lines: Vec<String>,
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

/// Finds the main text of `document`, laid out as `page`, headed by `title`; `elements` is how many it has.
pub(crate) fn find(document: Document, page: &Page, title: &str, elements: usize) -> MainText {
    if page.blocks.is_empty() {
        return MainText::default();
    }
    if elements > MAX_ELEMENTS {
        return by_lines(page);
    }
    let readable = catch_unwind(AssertUnwindSafe(|| readability(document))).ok().flatten().unwrap_or_default();
    let text: Vec<&str> = page.blocks.iter().map(|block| block.text.as_str()).collect();
    let judged = Judged::new(&text.join("\n"));
    let lines = Lines::new(page, &judged, &readable, title);
    let probabilities = probabilities(&judged, &lines, page.blocks.len());
    let kept = |line: &usize| probabilities[*line] >= THRESHOLD;
    let size = |lines: &mut dyn Iterator<Item = &str>| lines.map(str::len).sum::<usize>();
    let chosen: Vec<String> = (0..text.len()).filter(kept).map(|line| text[line].to_owned()).collect();
    let (own, other) = (size(&mut chosen.iter().map(String::as_str)), size(&mut readable.iter().map(String::as_str)));
    if (own < 200 && other > 2 * own) || own * 5 < other {
        return MainText { confidence: if other < 400 { 0.3 } else { 0.5 }, lines: readable };
    }
    MainText { confidence: confidence(&probabilities, &judged), lines: chosen }
}

fn probabilities(judged: &Judged, lines: &Lines<'_>, count: usize) -> Vec<f64> {
    let forest = forest();
    let mut block = forest.block();
    let mut row = Vec::with_capacity(forest.features);
    let mut probabilities = Vec::with_capacity(count + LANES);
    for first in (0..count).step_by(LANES) {
        for lane in 0..LANES.min(count - first) {
            row.clear();
            row.extend_from_slice(judged.features(first + lane));
            lines.features(first + lane, &mut row);
            for (column, value) in block.iter_mut().zip(&row) {
                column[lane] = *value;
            }
        }
        probabilities.extend(forest.sums(&block).map(|sum| 1.0 / (1.0 + (-sum).exp())));
    }
    probabilities.truncate(count);
    probabilities
}

/// The F1 over words to be expected of the lines kept, brought to the scale of what is reached.
fn confidence(probabilities: &[f64], judged: &Judged) -> f64 {
    let (mut kept, mut likely, mut both) = (0.0, 0.0, 0.0);
    for (line, &probability) in probabilities.iter().enumerate() {
        let words = f64::from(judged.words(line));
        likely += words * probability;
        if probability >= THRESHOLD {
            kept += words;
            both += words * probability;
        }
    }
    let expected = if kept + likely > 0.0 { 2.0 * both / (kept + likely) } else { 0.0 };
    // In cross-validation 95 % of the pages with an expected F1 of .97 and more reach .9; they are the ones above 0.8.
    let calibrated = if expected >= 0.97 { 0.8 + (expected - 0.97) / 0.03 * 0.2 } else { expected - 0.17 };
    calibrated.clamp(0.05, 1.0)
}

/// Mozilla's Readability, as `dom_smoothie` has it.
fn readability(document: Document) -> Option<Vec<String>> {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let mut readability = Readability::with_document(document, None, Some(config)).ok()?;
    let article = readability.parse().ok()?;
    let content = Document::fragment(article.content);
    Some(lines(&content.root(), Captions::Dropped))
}

/// The page's text without its tags, cleaned like pasted text.
fn by_lines(page: &Page) -> MainText {
    let text: Vec<&str> = page.blocks.iter().map(|block| block.text.as_str()).collect();
    let text = text.join("\n");
    let cleaning = clean::lines(&text);
    MainText { lines: cleaning.text(&text).lines().map(str::to_owned).collect(), confidence: cleaning.confidence * 0.8 }
}
