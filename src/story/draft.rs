//! A story on its way into the edition: its articles, what it is worth, what it goes on with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::cluster::{Pair, stories};
use super::inputs::Inputs;
use super::select::{Deduplicated, Filtered, History, Part, PastStory, Ranking, RuleEffects, continued, parts};
use super::write::headline;
use crate::extract::is_a_claim;
use crate::model::Article;

/// The articles of one story and what is known of it.
pub(in crate::story) struct StoryDraft<'a> {
    /// Id of the story, from the ids of its articles.
    pub id: String,
    /// Its originals, the most central first; the first leads. Never empty.
    pub originals: Vec<&'a Article>,
    /// Their copies.
    pub copies: Vec<&'a Article>,
    /// When the lead appeared.
    pub published: Option<Timestamp>,
    /// When the newest of its articles appeared.
    pub newest: Option<Timestamp>,
    /// The earlier stories it goes on with.
    pub past: Vec<&'a PastStory>,
    /// The heading it stands under; empty for none.
    pub section: String,
    /// Names of the rules that keep it, and the boosts of rules.
    pub effects: RuleEffects,
    /// The terms of its score.
    pub parts: Vec<Part>,
    /// Their sum.
    pub score: f64,
}

/// All stories, in the order of their first article.
pub(in crate::story) fn drafts<'a>(
    inputs: &Inputs<'_>,
    filtered: &Filtered<'a>,
    deduplicated: &Deduplicated,
    history: &History<'a>,
    pairs: &[Pair],
) -> Vec<StoryDraft<'a>> {
    let groups = stories(&deduplicated.gone, pairs, inputs.options.cluster);
    let old = history.places(filtered.articles.len());
    let continues = continued(&groups, &old, pairs, inputs.options.cluster);
    let centrality = centrality(filtered.articles.len(), &groups, pairs);
    let mut copies: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    deduplicated.copies.iter().for_each(|(original, copy)| copies.entry(*original).or_default().push(*copy));
    let drafts = groups.into_iter().zip(continues).map(|(mut originals, continues)| {
        // What everyone can read whole leads before excerpts and pages for subscribers.
        let is_locked = |place: &usize| filtered.articles[*place].teaser || !filtered.articles[*place].access.is_open();
        let key = |place: &usize| (is_locked(place), -centrality[*place], filtered.times[*place]);
        // Who only claims an address never leads a story that its owner tells, too.
        let claims = |place: &usize| is_a_claim(filtered.articles[*place]);
        let weight = |place: &usize| inputs.policy(&filtered.articles[*place].source).map_or(1.0, |terms| terms.weight);
        originals.sort_by(|a, b| {
            let (x, y) = (key(a), key(b));
            let owned = claims(a).cmp(&claims(b)).then(x.0.cmp(&y.0));
            let central = owned.then(x.1.total_cmp(&y.1)).then(weight(b).total_cmp(&weight(a)));
            central.then(x.2.is_none().cmp(&y.2.is_none())).then(x.2.cmp(&y.2)).then(a.cmp(b))
        });
        let copies: Vec<usize> = originals.iter().filter_map(|place| copies.get(place)).flatten().copied().collect();
        let past = continues.into_iter().map(|story| history.stories[story]).collect();
        StoryDraft::new(inputs, filtered, &originals, &copies, past)
    });
    drafts.collect()
}

/// Sum of each article's probabilities towards the others of its story, to six digits: a sum in another order is the
/// same sum.
fn centrality(count: usize, groups: &[Vec<usize>], pairs: &[Pair]) -> Vec<f64> {
    let mut group_of = vec![usize::MAX; count];
    for (number, group) in groups.iter().enumerate() {
        group.iter().for_each(|place| group_of[*place] = number);
    }
    let mut sums = vec![0.0; count];
    for pair in pairs {
        let (a, b) = (pair.a as usize, pair.b as usize);
        if a < count && b < count && group_of[a] == group_of[b] && group_of[a] != usize::MAX {
            sums[a] += f64::from(pair.probability);
            sums[b] += f64::from(pair.probability);
        }
    }
    sums.into_iter().map(|sum: f64| (sum * 1e6).round() / 1e6).collect()
}

impl<'a> StoryDraft<'a> {
    fn new(
        inputs: &Inputs<'_>,
        filtered: &Filtered<'a>,
        originals: &[usize],
        copies: &[usize],
        past: Vec<&'a PastStory>,
    ) -> Self {
        let places = || originals.iter().chain(copies).copied();
        let articles = |places: &[usize]| places.iter().map(|place| filtered.articles[*place]).collect();
        let mut draft = Self {
            id: identify(places().map(|place| filtered.articles[place])),
            originals: articles(originals),
            copies: articles(copies),
            published: filtered.times[originals[0]],
            newest: places().filter_map(|place| filtered.times[place]).max(),
            past,
            section: inputs.section(&filtered.articles[originals[0]].source),
            effects: RuleEffects::united(places().map(|place| &filtered.effects[place])),
            parts: Vec::new(),
            score: 0.0,
        };
        draft.parts = parts(inputs, &draft);
        draft.score = draft.parts.iter().map(|part| part.points).sum();
        draft
    }

    /// The article whose headline is the story's.
    pub(in crate::story) fn lead(&self) -> &'a Article {
        self.originals[0]
    }

    /// Originals and copies.
    pub(in crate::story) fn articles(&self) -> impl Iterator<Item = &'a Article> {
        self.originals.iter().chain(&self.copies).copied()
    }

    /// A rule keeps it.
    pub(in crate::story) fn is_kept(&self) -> bool {
        !self.effects.kept_by.is_empty()
    }

    /// Why it stands where it stands.
    pub(in crate::story) fn into_ranking(self) -> Ranking {
        let headline = headline(self.lead());
        Ranking { story: self.id, headline, section: self.section, score: self.score, parts: self.parts }
    }
}

/// Sixteen hexadecimal digits from the articles' ids, in any order.
fn identify<'a>(articles: impl Iterator<Item = &'a Article>) -> String {
    let mut ids: Vec<&str> = articles.map(|article| article.id.as_str()).collect();
    ids.sort_unstable();
    let mut hasher = Sha256::new();
    for id in ids {
        hasher.update(id.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
