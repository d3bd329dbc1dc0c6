//! Stories of earlier editions, and which of today's continue them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::{Article, Story};
use crate::story::cluster::{Corpus, Pair, RELATIVE, Shingles, is_repeat, overlaps, too_loose};
use crate::story::inputs::Inputs;

/// Articles of an earlier story that are compared; its most central first.
const MOST_ARTICLES: usize = 5;

/// A story as an earlier edition published it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastStory {
    /// Id of the edition.
    pub edition: String,
    /// When it was composed.
    pub composed: Timestamp,
    /// The story as it was published.
    pub story: Story,
    /// Its articles as far as they are still stored, the headline's first; may be empty, then headline and sentences
    /// stand for them.
    pub articles: Vec<Article>,
}

impl PastStory {
    /// The articles it is compared by; never empty.
    fn compared(&self) -> Vec<Article> {
        if self.articles.is_empty() {
            let text: Vec<&str> = self.story.sentences.iter().map(|sentence| sentence.text.as_str()).collect();
            return vec![Article {
                title: self.story.headline.clone(),
                text: text.join("\n"),
                language: self.story.language.clone(),
                published: self.story.published,
                ..Article::default()
            }];
        }
        self.articles.iter().take(MOST_ARTICLES).cloned().collect()
    }
}

/// Stories of earlier editions that are still considered.
pub(in crate::story) struct History<'a> {
    /// The stories, oldest first.
    pub stories: Vec<&'a PastStory>,
    /// Their articles, one story after the other.
    pub articles: Vec<Article>,
    /// Which of `stories` each article belongs to.
    owner: Vec<usize>,
}

impl<'a> History<'a> {
    /// The past editions of `inputs`: those of the last `remember_days`, none later than `now`.
    pub(in crate::story) fn new(inputs: &Inputs<'a>) -> Self {
        let span = SignedDuration::from_hours(24 * i64::from(inputs.options.remember_days));
        let recent = |story: &&PastStory| inputs.now.duration_since(story.composed) <= span;
        let mut stories: Vec<&PastStory> = inputs.past.iter().filter(recent).collect();
        stories.sort_by(|a, b| (a.composed, &a.edition, &a.story.id).cmp(&(b.composed, &b.edition, &b.story.id)));
        let compared: Vec<Vec<Article>> = stories.iter().map(|story| story.compared()).collect();
        let owner = compared.iter().enumerate().flat_map(|(story, articles)| vec![story; articles.len()]).collect();
        Self { stories, articles: compared.into_iter().flatten().collect(), owner }
    }

    /// Places of each story's articles in a corpus where they stand after `first` others.
    pub(in crate::story) fn places(&self, first: usize) -> Vec<Vec<usize>> {
        let mut places = vec![Vec::new(); self.stories.len()];
        self.owner.iter().enumerate().for_each(|(article, story)| places[*story].push(first + article));
        places
    }

    /// For each of the first `count` articles of `corpus`, which are `all`: the edition that had at least `share` of its
    /// text and all of its facts, and how much.
    pub(in crate::story) fn repeats(
        &self,
        all: &[&Article],
        corpus: &Corpus,
        count: usize,
        share: f64,
    ) -> Vec<Option<(&'a str, f64)>> {
        let texts: Vec<&Shingles> = corpus.vectors.iter().map(|vector| &vector.shingles).collect();
        let mut repeats: Vec<Option<(&str, f64)>> = vec![None; count];
        for (old, new) in old_first(&texts, count, share) {
            let contained = texts[new].contained_in(texts[count + old]);
            let said = contained >= share && is_repeat(all, corpus, new, count + old, contained);
            if said && repeats[new].is_none_or(|(_, most)| contained > most) {
                repeats[new] = Some((&self.stories[self.owner[old]].edition, contained));
            }
        }
        repeats
    }
}

/// Pairs (old, new) that share text. The old ones are indexed first, so that no flood of new ones hides them.
fn old_first(texts: &[&Shingles], count: usize, share: f64) -> Vec<(usize, usize)> {
    let (new, old) = texts.split_at(count);
    let turned: Vec<&Shingles> = old.iter().chain(new).copied().collect();
    let across = overlaps(&turned, share).into_iter().filter(|pair| pair.a < old.len() && pair.b >= old.len());
    across.map(|pair| (pair.a, pair.b - old.len())).collect()
}

/// For each group of new articles, the earlier stories it continues, ascending.
///
/// Groups and stories are given as places in one corpus; the probabilities are those without dates, since a story that
/// goes on is by nature apart in time.
pub(in crate::story) fn continued(
    groups: &[Vec<usize>],
    stories: &[Vec<usize>],
    pairs: &[Pair],
    threshold: f64,
) -> Vec<Vec<usize>> {
    let count = groups.iter().chain(stories).flatten().max().map_or(0, |most| most + 1);
    let mut set_of = vec![usize::MAX; count];
    for (set, members) in groups.iter().chain(stories).enumerate() {
        members.iter().for_each(|member| set_of[*member] = set);
    }
    let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let at = |member: u32| set_of.get(member as usize).copied().unwrap_or(usize::MAX);
    for pair in pairs {
        let (a, b) = (at(pair.a), at(pair.b));
        *sums.entry((a.min(b), a.max(b))).or_default() += f64::from(pair.undated);
    }
    let size = |set: usize| if set < groups.len() { groups[set].len() } else { stories[set - groups.len()].len() };
    let tight = |set: usize| {
        let pairs = (size(set) * (size(set) - 1)) as f64 / 2.0;
        (size(set), sums.get(&(set, set)).copied().unwrap_or(0.0) / pairs.max(1.0))
    };
    let mut found = vec![Vec::new(); groups.len()];
    for ((group, story), sum) in sums.range((0, groups.len())..) {
        if *group >= groups.len() || *story < groups.len() || *story == usize::MAX {
            continue;
        }
        let mean = sum / (size(*group) * size(*story)) as f64;
        if mean >= threshold && !too_loose(RELATIVE, mean, tight(*group), tight(*story)) {
            found[*group].push(story - groups.len());
        }
    }
    found
}
