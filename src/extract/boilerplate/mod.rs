//! Which lines of pasted plain text are the article?
//!
//! Lines, but for those of comments → 153 features each → gradient-boosted trees → a probability each → the lines to keep.
//! A gate leaves a text alone that holds no clear boilerplate; rules drop appeals that read as prose; a safety rule keeps
//! everything when nearly everything would go. Nothing is random and nothing but the text is looked at; kept lines are byte
//! spans of the given text, so what comes after can still say where a sentence stands.
//!
//! The trees, the word lists and the cuts are in `boilerplate.weights.json`. Half of the trees' voice is that of the researched
//! recipe, trained for English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Polish and Russian and
//! falling back to language-free features elsewhere; the other half is fitted by `benches/fit_lines.py`.

mod appeals;
mod comments;
mod document;
mod features;
mod forest;
mod site_template;
mod tokenize;
mod word_classes;

use std::ops::Range;

use serde::Serialize;

pub(crate) use crate::extract::boilerplate::forest::{Forest, LANES};
pub use crate::extract::boilerplate::site_template::SiteTemplate;
pub(crate) use crate::extract::boilerplate::site_template::key;
pub(crate) use crate::extract::boilerplate::tokenize::mix;

use crate::extract::boilerplate::document::Document;
use crate::extract::boilerplate::features::Features;
use crate::extract::boilerplate::tokenize::TokenizedText;
use crate::extract::boilerplate::word_classes::{Class, WordClasses};

/// Which lines of a text are its article.
#[derive(Debug, Clone, PartialEq)]
pub struct Cleaning {
    /// Bytes of the kept lines in the given text, in its order, without the white space around them.
    pub kept: Vec<Range<usize>>,
    /// How sure the choice is, 0 to 1: about the F1 over lines to be expected.
    pub confidence: f64,
    /// How the choice was made.
    pub reason: Reason,
    /// Every line that holds a letter or digit, in the order of the text.
    pub lines: Vec<Line>,
}

/// One line that was judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its bytes in the given text, without the white space around them.
    pub span: Range<usize>,
    /// Probability that it belongs to the article.
    pub probability: f64,
    /// It was kept.
    pub kept: bool,
}

/// How the lines were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Boilerplate was found and left out.
    Cleaned,
    /// No clear boilerplate: everything is kept.
    Clean,
    /// Nearly everything would have gone: everything is kept, and little is sure.
    Unsure,
    /// The text holds no letter or digit.
    NoWords,
}

impl Cleaning {
    /// The kept lines of `text` (the text that was cleaned), one a line.
    pub fn text(&self, text: &str) -> String {
        let mut kept = String::with_capacity(self.kept.iter().map(|span| span.len() + 1).sum());
        for span in &self.kept {
            if !kept.is_empty() {
                kept.push('\n');
            }
            kept.push_str(&text[span.clone()]);
        }
        kept
    }
}

/// Finds the article's lines in `text`; lines end with a newline.
pub fn lines(text: &str) -> Cleaning {
    Lines::new(text).choose(&[], &SiteTemplate::default(), false)
}

/// The features of each line of `text` that holds a letter or digit, none for lines of comments: the input of
/// `benches/fit_lines.py`.
pub fn features(text: &str) -> Vec<Option<Vec<f64>>> {
    let judged = LineFeatures::read(text, &comments::sections(text, WordClasses::shipped()));
    judged.document.tokenized.all_lines(judged.features).into_iter().map(|(_, row)| row).collect()
}

/// The lines of a text, judged and not yet chosen.
#[derive(Debug)]
pub(crate) struct Lines {
    document: Document,
    probabilities: Vec<f64>,
}

impl Lines {
    /// Judges the lines of `text`.
    pub(crate) fn new(text: &str) -> Self {
        let word_classes = WordClasses::shipped();
        let document = Document::new(
            TokenizedText::new(text, &comments::sections(text, word_classes), word_classes),
            word_classes,
        );
        let probabilities =
            if document.contexts.is_empty() { Vec::new() } else { probabilities(&document, &word_classes.forest) };
        Self { document, probabilities }
    }

    /// The key by which each line of `text` is remembered.
    pub(crate) fn keys(&self, text: &str) -> Vec<u64> {
        self.document.tokenized.lines.iter().map(|line| key(&text[line.span.clone()])).collect()
    }

    /// Chooses the lines, with what is remembered of their site under `keys`.
    pub(crate) fn choose(mut self, keys: &[u64], site: &SiteTemplate, includes_self: bool) -> Cleaning {
        if self.probabilities.is_empty() {
            return Cleaning { kept: Vec::new(), confidence: 0.0, reason: Reason::NoWords, lines: Vec::new() };
        }
        if !site.is_empty() {
            let words: Vec<u32> = self.document.tokenized.lines.iter().map(|line| line.words).collect();
            site.weigh_runs(keys, &words, includes_self, &mut self.probabilities);
        }
        let (keep, confidence, mut reason) = choose(&self.document, &self.probabilities, WordClasses::shipped());
        let tokenized = &self.document.tokenized;
        if reason == Reason::Clean && !tokenized.skipped.is_empty() {
            reason = Reason::Cleaned;
        }
        let lines = tokenized.all_lines(self.probabilities.into_iter().zip(keep)).into_iter().map(|(span, found)| {
            let (probability, kept) = found.unwrap_or((0.0, false));
            Line { span, probability, kept }
        });
        let lines: Vec<Line> = lines.collect();
        let kept = lines.iter().filter(|line| line.kept).map(|line| line.span.clone()).collect();
        Cleaning { kept, confidence, reason, lines }
    }
}

/// The lines of a text with their features, for a reader that knows more about them than the text says.
pub(crate) struct LineFeatures {
    document: Document,
    features: Vec<Vec<f64>>,
}

impl LineFeatures {
    /// Looks at `text`; its lines that hold no letter or digit are skipped.
    pub(crate) fn new(text: &str) -> Self {
        Self::read(text, &[])
    }

    fn read(text: &str, skipped: &[Range<usize>]) -> Self {
        let word_classes = WordClasses::shipped();
        let document = Document::new(TokenizedText::new(text, skipped, word_classes), word_classes);
        let mut rows = Vec::with_capacity(document.contexts.len());
        let features = Features::new(&document);
        let mut block = word_classes.forest.block();
        for first in (0..document.contexts.len()).step_by(LANES) {
            features.write(first, &mut block);
            let here = LANES.min(document.contexts.len() - first);
            rows.extend((0..here).map(|lane| block.iter().map(|column| column[lane]).collect::<Vec<f64>>()));
        }
        Self { document, features: rows }
    }

    /// The features of plain text of a line.
    pub(crate) fn features(&self, line: usize) -> &[f64] {
        &self.features[line]
    }

    /// Words of a line.
    pub(crate) fn words(&self, line: usize) -> u32 {
        self.document.tokenized.lines[line].words
    }

    /// The line begins as those do that point to other articles: "Read more", "Lesen Sie auch".
    pub(crate) fn points_elsewhere(&self, line: usize) -> bool {
        self.document.contexts[line].begins(Class::Related)
    }

    /// The line reads like prose.
    pub(crate) fn prose_like(&self, line: usize) -> bool {
        self.document.contexts[line].prose_like
    }
}

/// Lines that are judged; those behind them are kept. A book has fewer, and what has more is no page with a menu.
const MOST_LINES: usize = 100_000;

fn probabilities(document: &Document, forest: &Forest) -> Vec<f64> {
    let features = Features::new(document);
    let mut block = forest.block();
    let count = document.contexts.len();
    let mut probabilities = Vec::with_capacity(count + LANES);
    for first in (0..count.min(MOST_LINES)).step_by(LANES) {
        features.write(first, &mut block);
        probabilities.extend(forest.sums(&block).map(|sum| 1.0 / (1.0 + (-sum).exp())));
    }
    probabilities.truncate(count.min(MOST_LINES));
    probabilities.resize(count, 1.0);
    probabilities
}

fn choose(document: &Document, probabilities: &[f64], word_classes: &WordClasses) -> (Vec<bool>, f64, Reason) {
    let (cuts, count) = (word_classes.cuts, probabilities.len());
    let sum: f64 = probabilities.iter().sum();
    let clear = probabilities.iter().filter(|&&probability| probability < cuts.clear).count();
    if (clear as f64) < cuts.clear_min.max(cuts.clear_share * count as f64) {
        return (vec![true; count], sum / count as f64, Reason::Clean);
    }
    let mut keep: Vec<bool> = probabilities.iter().map(|&probability| probability >= cuts.threshold).collect();
    for line in appeals::appeals(document, &keep) {
        keep[line] = false;
    }
    if !keep.iter().zip(&document.tokenized.lines).any(|(&keep, line)| keep && line.words >= 8) {
        let most = probabilities.iter().copied().fold(0.0, f64::max);
        return (vec![true; count], most.min(0.3), Reason::Unsure);
    }
    let kept = || probabilities.iter().zip(&keep).filter(|(_, keep)| **keep);
    let confidence = 2.0 * kept().map(|(probability, _)| probability).sum::<f64>() / (kept().count() as f64 + sum);
    (keep, confidence, Reason::Cleaned)
}

#[cfg(test)]
mod tests;
