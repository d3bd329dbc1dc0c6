//! Which articles may be told at all: not dropped, not old, not copies, not told before.

use jiff::Timestamp;

use super::age::{time_of, too_old};
use super::batch::Batch;
use super::card::headline;
use super::desk::Desk;
use super::duplicate::contained;
use super::earlier::Remembered;
use super::fate::{Ledger, Outcome};
use super::fold::fold;
use super::group::canonical;
use super::rule::Favour;
use crate::model::Article;

/// How much of a text must stand in an article told before, to be nothing new.
const REPEATED: f64 = 0.8;

/// Articles that may be told, in canonical order, with all that is known about each.
pub(super) struct Admitted<'a> {
    /// The articles.
    pub articles: Vec<&'a Article>,
    /// When each appeared.
    pub times: Vec<Option<Timestamp>>,
    /// What the rules say about each.
    pub favours: Vec<Favour>,
}

/// Which articles stand for themselves.
pub(super) struct Folded {
    /// Copies by their original: (original, copy), ascending.
    pub copies: Vec<(usize, usize)>,
    /// Article by article: it is a copy, or was told before.
    pub gone: Vec<bool>,
}

impl<'a> Admitted<'a> {
    /// Asks the rules and the clock about every article of `desk`.
    pub(super) fn new(desk: &Desk<'a>, ledger: &mut Ledger) -> Self {
        let order = canonical(desk.articles);
        let mut allowed: Vec<&Article> = Vec::new();
        for article in order.into_iter().map(|place| &desk.articles[place]) {
            match desk.rules.dropped_by(article, desk.now) {
                Some(rule) => {
                    let outcome = Outcome::Dropped { rule: rule.to_owned() };
                    ledger.enter(article, outcome, format!("rule `{rule}` drops it"));
                }
                None => match desk.repeated.get(&article.id) {
                    Some(edition) => {
                        let why = format!("{edition} had the same headline and text under another id");
                        ledger.enter(article, Outcome::NothingNew { edition: edition.clone() }, why);
                    }
                    None => allowed.push(article),
                },
            }
        }
        let ages = too_old(desk, &allowed);
        let mut articles = Vec::new();
        for (article, age) in allowed.into_iter().zip(ages) {
            match age {
                Some(why) => ledger.enter(article, Outcome::TooOld, why),
                None => articles.push(article),
            }
        }
        let times = articles.iter().map(|article| time_of(article, desk.now)).collect();
        let favours = articles.iter().map(|article| desk.rules.favour(article, desk.now)).collect();
        Self { articles, times, favours }
    }

    /// Finds copies, of each other and of what was told before. `batch` holds these articles, then the told ones.
    pub(super) fn fold(&self, desk: &Desk<'_>, batch: &Batch, told: &Remembered<'_>, ledger: &mut Ledger) -> Folded {
        let count = self.articles.len();
        let rows = &batch.rows[..count];
        let original = fold(&self.articles, rows, desk.options.duplicate);
        let repeats = told.repeats(batch, count, REPEATED);
        let mut folded = Folded { copies: Vec::new(), gone: vec![false; count] };
        for (article, original) in original.iter().enumerate() {
            folded.gone[article] = original.is_some() || repeats[article].is_some();
            if let Some(original) = *original {
                folded.copies.push((original, article));
                self.enter_copy(article, original, shared(&rows[article].triples, &rows[original].triples), ledger);
            } else if let Some((edition, share)) = repeats[article] {
                let why = format!("an earlier edition told this text ({:.0} % of it)", 100.0 * share);
                ledger.enter(self.articles[article], Outcome::NothingNew { edition: edition.to_owned() }, why);
            }
        }
        folded.copies.sort_unstable();
        folded
    }

    fn enter_copy(&self, copy: usize, original: usize, share: f64, ledger: &mut Ledger) {
        let original = self.articles[original];
        let what = format!("the same as \"{}\" of {}", headline(original), original.source);
        let why = format!("{what} (they share {:.0} % of the shorter text)", 100.0 * share);
        ledger.enter(self.articles[copy], Outcome::Duplicate { of: original.id.clone() }, why);
    }
}

fn shared(a: &[u64], b: &[u64]) -> f64 {
    if a.len() <= b.len() { contained(a, b) } else { contained(b, a) }
}
