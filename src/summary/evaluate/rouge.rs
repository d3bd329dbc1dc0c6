//! ROUGE-1, ROUGE-2 and ROUGE-Lsum (Lin 2004), number by number those of the Python package rouge-score.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use crate::text::Stem;

/// Words of one line in which common subsequences are looked for: what that takes grows with the square of it.
const LONGEST_LINE: usize = 8_000;

static ASCII: LazyLock<Regex> = LazyLock::new(|| Regex::new("[a-z0-9]+").expect("a valid pattern"));
static UNICODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\p{L}\p{N}]+").expect("a valid pattern"));

/// The words that count.
pub struct Words {
    pattern: &'static Regex,
    stem: Option<Stem>,
}

impl Words {
    /// English: runs of `a` to `z` and digits, as rouge-score has it; other languages: runs of letters and digits.
    /// With `stemmed`, what this project's stemmer makes of them.
    pub fn new(language: &str, stemmed: bool) -> Self {
        let pattern = if language == "en" { &*ASCII } else { &*UNICODE };
        Self { pattern, stem: stemmed.then(|| Stem::new(language)) }
    }

    fn of(&self, text: &str) -> Vec<String> {
        let stemmed = |word: &str| self.stem.as_ref().map_or_else(|| word.to_owned(), |stem| stem.stem(word));
        self.pattern.find_iter(&text.to_lowercase()).map(|word| stemmed(word.as_str())).collect()
    }
}

/// F1 of each measure, 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Rouge {
    /// Single words.
    pub rouge1: f64,
    /// Pairs of words.
    pub rouge2: f64,
    /// Longest common subsequences, over the lines of the summary; of a line of over 8,000 words, within the first.
    #[serde(rename = "rougeLsum")]
    pub rouge_lsum: f64,
}

impl Rouge {
    /// Compares `summary` with a reference; lines are sentences.
    pub fn of(reference: &str, summary: &str, words: &Words) -> Self {
        let mut numbers = HashMap::new();
        let reference = Lines::new(reference, words, &mut numbers);
        let summary = Lines::new(summary, words, &mut numbers);
        Self {
            rouge1: common(&reference.all, &summary.all, 1),
            rouge2: common(&reference.all, &summary.all, 2),
            rouge_lsum: subsequences(&reference, &summary),
        }
    }

    /// The best against any of the references, measure by measure.
    pub fn best<'a>(references: impl IntoIterator<Item = &'a str>, summary: &str, words: &Words) -> Self {
        let best = |best: Self, next: Self| Self {
            rouge1: best.rouge1.max(next.rouge1),
            rouge2: best.rouge2.max(next.rouge2),
            rouge_lsum: best.rouge_lsum.max(next.rouge_lsum),
        };
        references.into_iter().map(|reference| Self::of(reference, summary, words)).fold(Self::default(), best)
    }
}

/// A text as numbers of words: whole, and line by line.
struct Lines {
    all: Vec<u32>,
    lines: Vec<Vec<u32>>,
}

impl Lines {
    fn new(text: &str, words: &Words, numbers: &mut HashMap<String, u32>) -> Self {
        let mut number = |word: String| {
            let next = numbers.len() as u32;
            *numbers.entry(word).or_insert(next)
        };
        let lines = text.split('\n').filter(|line| !line.is_empty());
        let lines: Vec<Vec<u32>> = lines.map(|line| words.of(line).into_iter().map(&mut number).collect()).collect();
        Self { all: lines.concat(), lines }
    }
}

fn counts<'a>(words: &'a [u32], size: usize) -> HashMap<&'a [u32], usize> {
    let mut counts = HashMap::new();
    words.windows(size).for_each(|window: &'a [u32]| *counts.entry(window).or_default() += 1);
    counts
}

/// F1 over runs of `size` words.
fn common(reference: &[u32], summary: &[u32], size: usize) -> f64 {
    let (left, right) = (counts(reference, size), counts(summary, size));
    let hits: usize = left.iter().map(|(run, &count)| count.min(right.get(run).copied().unwrap_or(0))).sum();
    let total = |words: &[u32]| (words.len() + 1).saturating_sub(size).max(1);
    f1(hits, total(reference), total(summary))
}

/// F1 over the union of the longest common subsequences of each reference line with all summary lines; no word
/// counts more often than it stands in either text.
fn subsequences(reference: &Lines, summary: &Lines) -> f64 {
    if reference.all.is_empty() || summary.all.is_empty() {
        return 0.0;
    }
    let (mut left, mut right) = (counts(&reference.all, 1), counts(&summary.all, 1));
    let mut hits = 0;
    for line in &reference.lines {
        let mut found = vec![false; line.len()];
        summary.lines.iter().for_each(|other| mark_subsequence(line, other, &mut found));
        for word in line.iter().zip(found).filter_map(|(word, found)| found.then_some(std::slice::from_ref(word))) {
            if let (Some(left @ 1..), Some(right @ 1..)) = (left.get_mut(word), right.get_mut(word)) {
                (*left, *right, hits) = (*left - 1, *right - 1, hits + 1);
            }
        }
    }
    f1(hits, reference.all.len(), summary.all.len())
}

/// Marks the words of `line` that are in its longest common subsequence with `other`.
fn mark_subsequence(line: &[u32], other: &[u32], found: &mut [bool]) {
    let (line, other) = (&line[..line.len().min(LONGEST_LINE)], &other[..other.len().min(LONGEST_LINE)]);
    let width = other.len() + 1;
    let mut table = vec![0_u16; (line.len() + 1) * width];
    for (i, word) in line.iter().enumerate() {
        for (j, its) in other.iter().enumerate() {
            table[(i + 1) * width + j + 1] = if word == its {
                table[i * width + j] + 1
            } else {
                table[i * width + j + 1].max(table[(i + 1) * width + j])
            };
        }
    }
    let (mut i, mut j) = (line.len(), other.len());
    while i > 0 && j > 0 {
        if line[i - 1] == other[j - 1] {
            (i, j) = (i - 1, j - 1);
            found[i] = true;
        } else if table[i * width + j - 1] > table[(i - 1) * width + j] {
            j -= 1;
        } else {
            i -= 1;
        }
    }
}

fn f1(hits: usize, reference: usize, summary: usize) -> f64 {
    let (recall, precision) = (hits as f64 / reference as f64, hits as f64 / summary as f64);
    if hits == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
}

#[cfg(test)]
mod tests {
    use super::{Rouge, Words};

    fn check(reference: &str, summary: &str, expected: [f64; 3]) {
        let rouge = Rouge::of(reference, summary, &Words::new("en", false));
        let found = [rouge.rouge1, rouge.rouge2, rouge.rouge_lsum];
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-9);
        assert!(near, "{found:?} is not {expected:?}");
    }

    /// The expected numbers are those of rouge-score 0.1.2.
    #[test]
    fn the_numbers_are_those_of_rouge_score() {
        check("police killed the gunman", "police kill the gunman", [0.75, 1.0 / 3.0, 0.75]);
        check("police killed the gunman", "the gunman kill police", [0.75, 1.0 / 3.0, 0.5]);
        check("w1 w2 w3 w4 w5", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", [8.0 / 15.0, 2.0 / 13.0, 8.0 / 15.0]);
        check("", "one word", [0.0; 3]);
        check("one word", "…", [0.0; 3]);
    }

    #[test]
    fn other_languages_count_their_own_letters() {
        let (reference, summary) = ("Größe", "Grosse Größe");
        assert!(Rouge::of(reference, summary, &Words::new("de", false)).rouge1 > 0.6);
        let stemmed = Rouge::of("zwei Häuser", "zwei Haus", &Words::new("de", true));
        assert_eq!(stemmed.rouge1, 1.0);
    }

    #[test]
    fn of_several_references_the_best_counts() {
        let words = Words::new("en", false);
        assert_eq!(Rouge::best(["a b", "c d"], "c d", &words).rouge2, 1.0);
        assert_eq!(Rouge::best([], "c d", &words), Rouge::default());
    }
}
