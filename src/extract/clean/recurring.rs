//! Memory of a site: lines that stand on several of its pages are its furniture.
//!
//! Three of four boilerplate lines recur on another page of the same site, one of twenty lines of an article does. What was
//! learnt shifts each line's probability by that evidence; it never decides alone. Where most of what reads like the article
//! recurs, the same article came twice (syndicated, or at two addresses), and the memory is not asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::clean::scan::mix;

/// What a line that recurs loses in log-odds; the shares above give ln(0.05 / 0.75), cross-validation by site this.
const RECURS: f64 = -4.0;
/// Share of what reads like the article that recurs when it is the same article again.
const SAME_ARTICLE: f64 = 0.7;
/// Lines remembered of one site; the rarest are forgotten first.
const MOST_LINES: usize = 20_000;
/// Lines of one site remembered across runs, but for those that recurred.
const MOST_LASTING: usize = 4_000;

/// What is remembered of the pages of one site. The caller keeps one a site and hands it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recurring {
    /// Hash of a line → on how many pages it stood.
    lines: BTreeMap<u64, u32>,
    /// The pages learnt in this run.
    pages: BTreeSet<u64>,
}

impl Recurring {
    /// What was remembered: lines and on how many pages each stood.
    pub fn remembered(lines: impl IntoIterator<Item = (u64, u32)>) -> Self {
        Self { lines: lines.into_iter().collect(), pages: BTreeSet::new() }
    }

    fn lines(&self) -> impl Iterator<Item = (u64, u32)> {
        self.lines.iter().map(|(line, pages)| (*line, *pages))
    }

    /// What is worth remembering until the next run: every line that recurred, and a few thousand that may.
    pub fn lasting(&self) -> impl Iterator<Item = (u64, u32)> {
        let recurred = self.lines.values().filter(|pages| **pages > 1).count();
        let mut once = MOST_LASTING.saturating_sub(recurred);
        self.lines().filter(move |(_, pages)| {
            let keep = *pages > 1 || once > 0;
            once -= usize::from(*pages == 1 && keep);
            keep
        })
    }

    /// Nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Remembers the lines of a page, unless it did in this run.
    pub(crate) fn learn(&mut self, page: &str, lines: &[u64]) {
        if !self.pages.insert(page.chars().fold(1, |hash, c| mix(hash, u64::from(c)))) {
            return;
        }
        let lines: BTreeSet<u64> = lines.iter().copied().filter(|line| *line != 0).collect();
        for line in lines {
            let count = self.lines.entry(line).or_default();
            *count = count.saturating_add(1);
        }
        let mut least = 1;
        while self.lines.len() > MOST_LINES {
            self.lines.retain(|_, count| *count > least);
            least += 1;
        }
    }

    /// Shifts the probabilities of a page's lines by what is remembered; `learnt` says that this page is among it.
    pub(crate) fn weigh(&self, lines: &[u64], words: &[u32], learnt: bool, probabilities: &mut [f64]) {
        let own = u32::from(learnt);
        let recurs: Vec<bool> =
            lines.iter().map(|line| self.lines.get(line).is_some_and(|pages| *pages > own)).collect();
        let article = || (0..lines.len()).filter(|&line| probabilities[line] >= 0.5);
        let all: u32 = article().map(|line| words[line]).sum();
        let again: u32 = article().filter(|&line| recurs[line]).map(|line| words[line]).sum();
        if f64::from(again) > SAME_ARTICLE * f64::from(all) {
            return;
        }
        for (probability, _) in probabilities.iter_mut().zip(recurs).filter(|(_, recurs)| *recurs) {
            let odds = (probability.max(1e-9) / (1.0 - *probability).max(1e-9)).ln();
            *probability = 1.0 / (1.0 + (-(odds + RECURS)).exp());
        }
    }
}

/// A line by its letters alone: dates and counters change from page to page. 0 for a line without letters.
pub(crate) fn key(line: &str) -> u64 {
    let letters = line.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase);
    letters.fold(0, |key, c| mix(key, u64::from(c)))
}
