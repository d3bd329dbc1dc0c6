//! Memory of a site: lines that stand on several of its pages are its furniture.
//!
//! Three of four boilerplate lines recur on another page of the same site, one of twenty lines of an article does. What was
//! learnt shifts each line's probability by that evidence; it never decides alone. Where most of an article recurs, the same
//! article came twice (syndicated, or at two addresses), and the memory is not asked.

use std::collections::BTreeMap;
use std::collections::HashSet;

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use crate::extract::clean::scan::{Scan, mix};

/// Log of how much rarer recurring lines are in articles than in boilerplate: ln(0.05 / 0.75).
const RECURS: f64 = -2.7;
/// Log of how much more common lines that do not recur are in articles: ln(0.95 / 0.25), halved, since the next page may be made
/// from another template.
const NEW: f64 = 0.67;
/// Share of the prose that recurs when a text is the same article again.
const SAME_ARTICLE: f64 = 0.4;
/// Lines remembered of one site; the rarest are forgotten first.
const MOST_LINES: usize = 20_000;

/// What is remembered of the pages of one site. The caller keeps one a site and hands it in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurring {
    /// Hash of a line → on how many pages it stood.
    lines: BTreeMap<u64, u16>,
    /// Pages learnt.
    pages: u32,
}

impl Recurring {
    /// How many pages it has seen.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Remembers the lines of one more page, given as its whole text.
    pub fn learn(&mut self, text: &str) {
        let lines: HashSet<u64, FixedState> = text.lines().map(key).filter(|&key| key != 0).collect();
        for line in lines {
            let count = self.lines.entry(line).or_default();
            *count = count.saturating_add(1);
        }
        self.pages += 1;
        let mut least = 1;
        while self.lines.len() > MOST_LINES {
            self.lines.retain(|_, count| *count > least);
            least += 1;
        }
    }

    /// The probabilities of the lines of `scan`, shifted by what is remembered.
    pub(super) fn weigh(&self, text: &str, scan: &Scan, good: impl Fn(usize) -> bool, probabilities: &mut [f64]) {
        if self.pages == 0 {
            return;
        }
        let recurs: Vec<bool> =
            scan.lines.iter().map(|line| self.lines.contains_key(&key(&text[line.span.clone()]))).collect();
        let prose = (0..recurs.len()).filter(|&line| good(line));
        let (again, all) = prose.fold((0, 0), |(again, all), line| (again + usize::from(recurs[line]), all + 1));
        let none = !recurs.contains(&true);
        if none || (all > 0 && again as f64 > SAME_ARTICLE * all as f64) {
            return;
        }
        for (probability, recurs) in probabilities.iter_mut().zip(recurs) {
            let odds =
                (*probability / (1.0 - *probability).max(1e-9)).max(1e-9).ln() + if recurs { RECURS } else { NEW };
            *probability = 1.0 / (1.0 + (-odds).exp());
        }
    }
}

/// A line by its letters alone: dates and counters change from page to page. 0 for a line without letters.
fn key(line: &str) -> u64 {
    let letters = line.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase);
    letters.fold(0, |key, c| mix(key, u64::from(c)))
}
