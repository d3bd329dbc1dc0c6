//! Two editions → the stories, links and sentences that only one of them has, each with its reason where one is known.
//!
//! Stories are paired by the articles they share, because a story's id changes with its lead.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::{Edition, Story};
use crate::pipeline::compose::Composed;
use crate::story::{Decision, SentenceDecision};

/// An edition, and why it is so: a stored one has no reasons.
#[derive(Debug, Clone, Copy)]
pub struct Accounted<'a> {
    /// The edition.
    pub edition: &'a Edition,
    /// The outcome of each article.
    pub decisions: &'a [Decision],
    /// The outcome of each sentence.
    pub sentences: &'a [SentenceDecision],
}

impl<'a> From<&'a Edition> for Accounted<'a> {
    fn from(edition: &'a Edition) -> Self {
        Self { edition, decisions: &[], sentences: &[] }
    }
}

impl<'a> From<&'a Composed> for Accounted<'a> {
    fn from(composed: &'a Composed) -> Self {
        let composition = &composed.composition;
        let (decisions, sentences) = (&composition.decisions, &composition.sentences);
        Self { edition: &composition.edition, decisions, sentences }
    }
}

/// The parts that one edition has and another has not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Stories that only the second has.
    pub stories_in: Vec<Changed>,
    /// Stories that only the first has.
    pub stories_out: Vec<Changed>,
    /// Stories of both with other sentences.
    pub sentences: Vec<ChangedStory>,
    /// Stories of both in another order: headline, place in the first, place in the second, counted from 1.
    pub moved: Vec<(String, usize, usize)>,
    /// Links that only the second has.
    pub links_in: Vec<String>,
    /// Links that only the first has.
    pub links_out: Vec<String>,
    /// Stories that are the same in both.
    pub same: usize,
}

/// A story or a sentence that one of two editions has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its headline, or its words.
    pub text: String,
    /// The decision on it in the second edition, else in the first; `None` if neither is known.
    pub why: Option<String>,
}

/// A story that quotes other sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedStory {
    /// Its headline in the second edition.
    pub headline: String,
    /// Sentences that only the second has.
    pub added: Vec<Changed>,
    /// Sentences that only the first has.
    pub removed: Vec<Changed>,
}

impl Difference {
    /// The first and the second edition say the same.
    pub fn is_none(&self) -> bool {
        *self == Self { same: self.same, ..Self::default() }
    }

    /// All that `after` has and `before` has not, and the other way round.
    pub fn between(before: Accounted<'_>, after: Accounted<'_>) -> Self {
        let (old, new) = (Vec::from_iter(before.edition.stories()), Vec::from_iter(after.edition.stories()));
        let paired = pairs(&old, &new);
        let why = |story: &Story| after.story(story).or_else(|| before.story(story));
        let mut difference = Self::default();
        for (place, (story, other)) in new.iter().zip(&paired).enumerate() {
            let headline = story.headline.clone();
            let Some(other) = *other else {
                difference.stories_in.push(Changed { text: headline, why: why(story) });
                continue;
            };
            let only = |one: &Story, other: &Story| only(one, other, before, after);
            let (added, removed) = (only(story, old[other]), only(old[other], story));
            if !added.is_empty() || !removed.is_empty() {
                difference.sentences.push(ChangedStory { headline: headline.clone(), added, removed });
            } else if other == place {
                difference.same += 1;
            }
            if other != place {
                difference.moved.push((headline, other + 1, place + 1));
            }
        }
        let stays: BTreeSet<usize> = paired.into_iter().flatten().collect();
        let gone = old.iter().enumerate().filter(|(place, _)| !stays.contains(place));
        let gone = gone.map(|(_, story)| Changed { text: story.headline.clone(), why: why(story) });
        difference.stories_out = gone.collect();
        let (old, new) = (links(before.edition), links(after.edition));
        difference.links_in = new.difference(&old).map(|&title| title.to_owned()).collect();
        difference.links_out = old.difference(&new).map(|&title| title.to_owned()).collect();
        difference
    }
}

impl Accounted<'_> {
    /// The decision on a story's lead article.
    fn story(&self, story: &Story) -> Option<String> {
        let article = &story.places.first()?.article;
        self.decisions.iter().find(|decision| decision.article == *article).map(|decision| decision.why.clone())
    }

    fn sentence(&self, article: &str, end: usize) -> Option<String> {
        let found = self.sentences.iter().find(|one| one.article == article && one.end == end);
        found.map(|sentence| sentence.why.clone())
    }
}

fn links(edition: &Edition) -> BTreeSet<&str> {
    edition.sections.iter().flat_map(|section| &section.more).map(|more| more.title.as_str()).collect()
}

/// Sentences that only `one` quotes.
fn only(one: &Story, other: &Story, before: Accounted<'_>, after: Accounted<'_>) -> Vec<Changed> {
    let known: BTreeSet<(&str, usize)> = other.sentences.iter().map(|said| (&*said.article, said.end)).collect();
    let fresh = one.sentences.iter().filter(|said| !known.contains(&(&*said.article, said.end)));
    let changed = fresh.map(|said| {
        let why = after.sentence(&said.article, said.end).or_else(|| before.sentence(&said.article, said.end));
        Changed { text: said.text.clone(), why }
    });
    changed.collect()
}

/// The articles a story is made of.
fn articles(story: &Story) -> BTreeSet<&str> {
    story.places.iter().chain(&story.also_in).map(|place| place.article.as_str()).collect()
}

/// For each of `after` its place in `before`, if they share an article: those that share most first.
pub(crate) fn pairs(before: &[&Story], after: &[&Story]) -> Vec<Option<usize>> {
    let old: Vec<BTreeSet<&str>> = before.iter().map(|story| articles(story)).collect();
    let mut shared: Vec<(usize, usize, usize)> = Vec::new();
    for (place, story) in after.iter().enumerate() {
        let own = articles(story);
        for (other, articles) in old.iter().enumerate() {
            let count = articles.intersection(&own).count();
            shared.extend((count > 0).then_some((count, place, other)));
        }
    }
    shared.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut paired = vec![None; after.len()];
    let mut taken = BTreeSet::new();
    for (_, place, other) in shared {
        if paired[place].is_none() && taken.insert(other) {
            paired[place] = Some(other);
        }
    }
    paired
}
