//! The template of a site: the lines that stand on several of its pages.
//!
//! Three of four boilerplate lines recur on another page of the same site, one of twenty lines of an article does. What was
//! observed shifts each line's probability by that evidence; it never decides alone. In plain text, lines that recur also part
//! the page: among the runs of lines between them, the ones with the most of what reads like the article are the article, and
//! a run with next to nothing of it is a list of links. Where most of what reads like the article recurs, the same article
//! came twice (syndicated, or at two addresses), and the memory is not asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::boilerplate::tokenize::mix;

/// The loss of a line that recurs, in log-odds; the shares above give ln(0.05 / 0.75), cross-validation by site
/// (`benches/fit_lines.py`) this and the next four.
const RECURS: f64 = -6.0;
/// The gain of the lines of a rich run in log-odds, and the loss of those of a poor one.
const RICH: f64 = 0.5;
const POOR: f64 = -2.5;
/// A run is rich with at least this share of what the richest holds of the article, and poor with less than the other.
const RICH_SHARE: f64 = 0.5;
const POOR_SHARE: f64 = 0.15;
/// Words that a line counts for at most.
const LONG_LINE: u32 = 80;
/// Share of what reads like the article that recurs when it is the same article again.
const SAME_ARTICLE: f64 = 0.7;
/// Lines remembered of one site; the rarest are forgotten first.
const MOST_LINES: usize = 20_000;
/// Lines of one site remembered across runs, but for those that recurred.
const MOST_LASTING: usize = 4_000;

/// Memory of the pages of one site. The caller keeps one a site and hands it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteTemplate {
    /// Hash of a line → on how many pages it stood.
    lines: BTreeMap<u64, u32>,
    /// The pages observed in this run.
    pages: BTreeSet<u64>,
}

impl SiteTemplate {
    /// From what was remembered: lines and on how many pages each stood.
    pub fn remembered(lines: impl IntoIterator<Item = (u64, u32)>) -> Self {
        Self { lines: lines.into_iter().collect(), pages: BTreeSet::new() }
    }

    fn lines(&self) -> impl Iterator<Item = (u64, u32)> {
        self.lines.iter().map(|(line, pages)| (*line, *pages))
    }

    /// The lines worth remembering until the next run: every line that recurred, and a few thousand that may.
    pub fn lasting(&self) -> impl Iterator<Item = (u64, u32)> {
        let recurred = self.lines.values().filter(|pages| **pages > 1).count();
        let mut once = MOST_LASTING.saturating_sub(recurred);
        self.lines().filter(move |(_, pages)| {
            let keep = *pages > 1 || once > 0;
            once -= usize::from(*pages == 1 && keep);
            keep
        })
    }

    /// On how many pages a line stood.
    pub(crate) fn pages_with(&self, line: u64) -> u32 {
        self.lines.get(&line).copied().unwrap_or(0)
    }

    /// Nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Remembers the lines of a page, unless it did in this run.
    pub(crate) fn observe(&mut self, page: &str, lines: &[u64]) {
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

    /// Shifts the probabilities of the lines of a page, whose markup parts it; `includes_self` says that this page is among what is
    /// remembered.
    pub(crate) fn weigh(&self, lines: &[u64], words: &[u32], includes_self: bool, probabilities: &mut [f64]) {
        let recurs = self.recurring(lines, words, includes_self, probabilities);
        shift(probabilities, recurs.iter().map(|recurs| if *recurs { RECURS } else { 0.0 }));
    }

    /// The same for the lines of a plain text, which nothing parts but the lines that recur.
    pub(crate) fn weigh_runs(&self, lines: &[u64], words: &[u32], includes_self: bool, probabilities: &mut [f64]) {
        let recurs = self.recurring(lines, words, includes_self, probabilities);
        if recurs.contains(&true) {
            shift(probabilities, shifts(&recurs, words, probabilities).into_iter());
        }
    }

    /// Which lines stand on other pages too; none where the article itself does.
    fn recurring(&self, lines: &[u64], words: &[u32], includes_self: bool, probabilities: &[f64]) -> Vec<bool> {
        let own = u32::from(includes_self);
        let recurs: Vec<bool> =
            lines.iter().map(|line| self.lines.get(line).is_some_and(|pages| *pages > own)).collect();
        let article = || (0..lines.len()).filter(|&line| probabilities[line] >= 0.5);
        let all: u32 = article().map(|line| words[line]).sum();
        let again: u32 = article().filter(|&line| recurs[line]).map(|line| words[line]).sum();
        if f64::from(again) > SAME_ARTICLE * f64::from(all) { vec![false; lines.len()] } else { recurs }
    }
}

fn shift(probabilities: &mut [f64], shifts: impl Iterator<Item = f64>) {
    for (probability, shift) in probabilities.iter_mut().zip(shifts).filter(|(_, shift)| *shift != 0.0) {
        let odds = (probability.max(1e-9) / (1.0 - *probability).max(1e-9)).ln();
        *probability = 1.0 / (1.0 + (-(odds + shift)).exp());
    }
}

/// By how much the log-odds of each line change, given which lines recur.
fn shifts(recurs: &[bool], words: &[u32], probabilities: &[f64]) -> Vec<f64> {
    let likely = |line: usize| f64::from(words[line].min(LONG_LINE)) * probabilities[line];
    let lines: Vec<usize> = (0..recurs.len()).collect();
    let runs: Vec<(&[usize], f64)> = lines
        .chunk_by(|&line, &next| recurs[line] == recurs[next])
        .map(|run| (run, if recurs[run[0]] { 0.0 } else { run.iter().map(|&line| likely(line)).sum() }))
        .collect();
    let richest = runs.iter().map(|(_, mass)| *mass).fold(0.0, f64::max);
    let shift = |run: &[usize], mass: f64| match mass / richest.max(f64::MIN_POSITIVE) {
        _ if recurs[run[0]] => RECURS,
        share if share >= RICH_SHARE => RICH,
        share if share < POOR_SHARE => POOR,
        _ => 0.0,
    };
    runs.into_iter().flat_map(|(run, mass)| std::iter::repeat_n(shift(run, mass), run.len())).collect()
}

/// A line by its letters alone: dates and counters change from page to page. 0 for a line without letters.
pub(crate) fn key(line: &str) -> u64 {
    let letters = line.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase);
    letters.fold(0, |key, c| mix(key, u64::from(c)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Options, plain_draft};

    const FURNITURE: &str =
        "Our reporters work for you every day of the year, and they are glad of every letter that you send them.";

    fn page(article: &[&str]) -> String {
        format!("Home\nNews\nSport\nLog in\n{}\n{FURNITURE}\nRead more\nPrivacy policy", article.join("\n"))
    }

    const BRIDGE: [&str; 3] = [
        "The council of Harwick voted on Monday evening to rebuild the old harbour bridge over the next three years.",
        "The bridge, which was closed to lorries in March, carries about nine thousand cars a day across the harbour.",
        "Engineers told the council that the bridge would have to be closed for good if the harbour wall was not repaired.",
    ];
    const FERRY: [&str; 3] = [
        "A ferry with forty passengers ran aground off Skarness on Tuesday morning in thick fog, the coast guard said.",
        "Nobody was hurt, and a tug pulled the ferry back into deep water before the tide of the afternoon came in.",
        "The captain of the ferry told the coast guard that the light of the northern pier had been out for two nights.",
    ];

    /// The texts of `pages`, each with its address, read together.
    fn together(pages: &[(&str, &str)]) -> Vec<String> {
        let mut site = SiteTemplate::default();
        let draft = |(url, text): &(&str, &str)| plain_draft(text, Some(url), &Options::default());
        let mut drafts: Vec<_> = pages.iter().map(draft).collect();
        drafts.iter_mut().for_each(|draft| draft.observe(&mut site));
        drafts.into_iter().map(|draft| draft.finish(&site).0.text).collect()
    }

    #[test]
    fn a_line_of_prose_that_stands_on_several_pages_of_a_site_is_left_out() {
        let (bridge, ferry) = (page(&BRIDGE), page(&FERRY));
        let alone = together(&[("https://harwick.example/bridge", &bridge)]);
        assert!(alone[0].contains(FURNITURE), "alone it reads like the article: {alone:?}");
        let both = together(&[("https://harwick.example/bridge", &bridge), ("https://harwick.example/ferry", &ferry)]);
        assert_eq!(both, [BRIDGE.join("\n"), FERRY.join("\n")]);
    }

    #[test]
    fn an_article_that_stands_at_two_addresses_stays_whole() {
        let bridge = page(&BRIDGE);
        let twice =
            together(&[("https://harwick.example/bridge", &bridge), ("https://harwick.example/amp/bridge", &bridge)]);
        let alone = together(&[("https://harwick.example/bridge", &bridge)]);
        assert_eq!(twice, [alone[0].clone(), alone[0].clone()]);
    }

    #[test]
    fn a_page_is_not_its_own_sibling() {
        let bridge = page(&BRIDGE);
        let again =
            together(&[("https://harwick.example/bridge", &bridge), ("https://harwick.example/bridge", &bridge)]);
        assert!(again.iter().all(|text| text.contains(FURNITURE)), "{again:?}");
    }

    #[test]
    fn lines_are_remembered_by_their_letters() {
        assert_eq!(key("Comments (12)"), key("comments (3)"));
        assert_eq!(key("12:30"), 0);
    }
}
