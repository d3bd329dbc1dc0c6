//! How common a stem is in news at large, for batches too small to tell.
//!
//! A newsletter has 25 articles, not 25,000: in so few, `police` is as rare as a name. The table counts in how many of
//! some hundred unrelated articles a stem occurs, and stands in for [`PSEUDO_ARTICLES`] articles. It holds counts of
//! words, no text. To add a language: `cargo run --release --example background -- xx FILE.jsonl… > src/story/cluster/background.xx.txt`
//! and a line in [`TABLES`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use super::token::for_each_word;
use super::vocabulary::stem_of;
use crate::text::Stem;

/// How many articles of the corpus a table counts for (0 to 1,500 were tried).
pub(in crate::story) const PSEUDO_ARTICLES: f64 = 500.0;

static TABLES: LazyLock<HashMap<&str, HashMap<&str, f64>>> =
    LazyLock::new(|| HashMap::from([("en", read(include_str!("background.en.txt")))]));

/// First line: the number of articles. Then `stem count`, one a line.
fn read(table: &'static str) -> HashMap<&'static str, f64> {
    let mut lines = table.lines();
    let articles: f64 = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(1.0);
    let row = |line: &'static str| {
        let (stem, count) = line.split_once(' ')?;
        Some((stem, count.trim().parse::<f64>().ok()? * PSEUDO_ARTICLES / articles))
    };
    lines.filter_map(row).collect()
}

/// In how many of the pseudo-articles `stem` occurs; `None` if `language` has no table.
pub(in crate::story) fn background(stem: &str, language: &str) -> Option<f64> {
    TABLES.get(language).map(|table| table.get(stem).copied().unwrap_or(0.0))
}

/// The table of `texts`, in the form of the data file: stems that occur in at least two of them.
pub fn count_background<'a>(texts: impl IntoIterator<Item = &'a str>, language: &str) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut articles = 0;
    let stemmer = Stem::new(language);
    for text in texts {
        articles += 1;
        let mut stems = BTreeSet::new();
        for_each_word(text, |token| {
            stems.insert(stem_of(&token.text.to_lowercase(), &stemmer));
        });
        for stem in stems {
            *counts.entry(stem).or_default() += 1;
        }
    }
    let vectors = counts.iter().filter(|(_, count)| **count >= 2).map(|(stem, count)| format!("{stem} {count}\n"));
    format!("{articles}\n{}", vectors.collect::<String>())
}
