//! Which articles may be published at all: not dropped, not old, not copies, not published before.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::age::{time_of, too_old};
use super::history::History;
use super::rule::RuleEffects;
use crate::model::Article;
use crate::story::cluster::{Copies, Corpus, canonical, containment, dedup};
use crate::story::decision::{DecisionLog, Outcome};
use crate::story::inputs::Inputs;
use crate::story::write::headline;

/// How much of a text must stand in an article published before, to be nothing new.
const REPEATED: f64 = 0.8;

/// Articles that may be published, in canonical order, with all that is known about each.
pub(in crate::story) struct Filtered<'a> {
    /// The articles.
    pub articles: Vec<&'a Article>,
    /// When each appeared.
    pub times: Vec<Option<Timestamp>>,
    /// The effects of the rules on each.
    pub effects: Vec<RuleEffects>,
}

/// Which articles stand for themselves.
pub(in crate::story) struct Deduplicated {
    /// Copies by their original: (original, copy), ascending.
    pub copies: Vec<(usize, usize)>,
    /// Pairs of notices of one template, which are no story.
    pub apart: BTreeSet<(u32, u32)>,
    /// Article by article: it is a copy, or was published before.
    pub gone: Vec<bool>,
}

impl<'a> Filtered<'a> {
    /// Asks the rules and the clock about every article of `inputs`.
    pub(in crate::story) fn new(inputs: &Inputs<'a>, log: &mut DecisionLog) -> Self {
        let order = canonical(inputs.articles);
        let mut allowed: Vec<&Article> = Vec::new();
        for article in order.into_iter().map(|place| &inputs.articles[place]) {
            match inputs.rules.dropped_by(article, inputs.now) {
                Some(rule) => {
                    let outcome = Outcome::Dropped { rule: rule.to_owned() };
                    log.record(article, outcome, format!("rule `{rule}` drops it"));
                }
                None => match inputs.repeated.get(&article.id) {
                    Some(edition) => {
                        let why = format!("{edition} had the same headline and text under another id");
                        log.record(article, Outcome::NothingNew { edition: edition.clone() }, why);
                    }
                    None => allowed.push(article),
                },
            }
        }
        let ages = too_old(inputs, &allowed);
        let mut articles = Vec::new();
        for (article, age) in allowed.into_iter().zip(ages) {
            match age {
                Some(why) => log.record(article, Outcome::TooOld, why),
                None => articles.push(article),
            }
        }
        let times = articles.iter().map(|article| time_of(article, inputs.now)).collect();
        let effects = articles.iter().map(|article| inputs.rules.effects(article, inputs.now)).collect();
        Self { articles, times, effects }
    }

    /// Finds copies, of each other and of what was published before. `all` are the articles of `corpus`: these, then those
    /// of `history`.
    pub(in crate::story) fn dedup(
        &self,
        inputs: &Inputs<'_>,
        all: &[&Article],
        corpus: &Corpus,
        history: &History<'_>,
        log: &mut DecisionLog,
    ) -> Deduplicated {
        let count = self.articles.len();
        let Copies { original, apart } = dedup(&self.articles, corpus, inputs.options.duplicate);
        let repeats = history.repeats(all, corpus, count, REPEATED);
        let mut deduplicated = Deduplicated { copies: Vec::new(), apart, gone: vec![false; count] };
        for (article, original) in original.iter().enumerate() {
            deduplicated.gone[article] = original.is_some() || repeats[article].is_some();
            if let Some(original) = *original {
                deduplicated.copies.push((original, article));
                let shingles = |place: usize| &corpus.vectors[place].shingles;
                self.record_copy(article, original, containment(shingles(article), shingles(original)), log);
            } else if let Some((edition, share)) = repeats[article] {
                let why = format!("an earlier edition had this text ({:.0} % of it)", 100.0 * share);
                log.record(self.articles[article], Outcome::NothingNew { edition: edition.to_owned() }, why);
            }
        }
        deduplicated.copies.sort_unstable();
        deduplicated
    }

    fn record_copy(&self, copy: usize, original: usize, share: f64, log: &mut DecisionLog) {
        let original = self.articles[original];
        let what = format!("the same as \"{}\" of {}", headline(original), original.source);
        let why = format!("{what} (they share {:.0} % of the shorter text)", 100.0 * share);
        log.record(self.articles[copy], Outcome::Duplicate { of: original.id.clone() }, why);
    }
}
