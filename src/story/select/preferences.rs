//! The reader's preferences, from explicit ratings: never from what was opened.
//!
//! Each rated story moves its sources and its terms (its keyphrases) by one [`STEP`] up or down, each at most
//! [`MOST`] from where it began; a story then gains or loses what its sources and terms add up to, at most
//! [`MOST_POINTS`]. The ratings are kept, the weights are counted from them anew each time: nothing is hidden in them,
//! and without ratings there are no preferences.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::ranking::{Part, part};
use crate::model::{Article, Rating, Story};
use crate::story::cluster::for_each_word;

/// How far one rating moves a weight, in points of a story's score (one more source is worth about 1).
pub const STEP: f64 = 0.1;
/// How far any number of ratings moves a weight.
pub const MOST: f64 = 0.5;
/// How far preferences move a story.
pub const MOST_POINTS: f64 = 1.0;
/// Terms of a story that a rating moves.
const TERMS: usize = 5;

/// The rating of `story`.
pub fn rate(story: &Story, liked: bool, rated: Timestamp) -> Rating {
    let sources: BTreeSet<&str> = story.places.iter().map(|place| place.source.as_str()).collect();
    Rating {
        story: story.id.clone(),
        headline: story.headline.clone(),
        liked,
        rated,
        sources: sources.into_iter().map(str::to_owned).collect(),
        terms: story.tags.iter().take(TERMS).map(|tag| words(tag)).collect(),
    }
}

/// Weights of sources and terms, in points; 0 for those that are not here.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Preferences {
    /// By name.
    pub sources: BTreeMap<String, f64>,
    /// By their words in lower case.
    pub terms: BTreeMap<String, f64>,
}

impl Preferences {
    /// The sum of `ratings`, in any order.
    pub fn from_ratings(ratings: &[Rating]) -> Self {
        let mut weights = Self::default();
        for rating in ratings {
            let step = if rating.liked { STEP } else { -STEP };
            rating.sources.iter().for_each(|name| *weights.sources.entry(name.clone()).or_default() += step);
            rating.terms.iter().for_each(|term| *weights.terms.entry(term.clone()).or_default() += step);
        }
        let bound = |weight: &mut f64| *weight = ((*weight * 10.0).round() / 10.0).clamp(-MOST, MOST);
        weights.sources.values_mut().chain(weights.terms.values_mut()).for_each(bound);
        weights
    }

    /// The bonus of a story of these articles; `None` if no preference concerns them.
    pub(in crate::story) fn part(&self, articles: &[&Article]) -> Option<Part> {
        if self.sources.is_empty() && self.terms.is_empty() {
            return None;
        }
        let published = |name: &str| articles.iter().any(|article| article.source == name);
        let texts: Vec<String> =
            articles.iter().map(|article| format!(" {} {} ", words(&article.title), words(&article.text))).collect();
        let said = |term: &str| texts.iter().any(|text| text.contains(&format!(" {term} ")));
        let sources = self.sources.iter().filter(|(name, _)| published(name));
        let hits: Vec<(&String, &f64)> = sources.chain(self.terms.iter().filter(|(term, _)| said(term))).collect();
        let points: f64 = hits.iter().map(|(_, weight)| **weight).sum();
        let why: Vec<String> = hits.iter().map(|(name, weight)| format!("{name} {weight:+.1}")).collect();
        (!hits.is_empty()).then(|| {
            part("preferences", points.clamp(-MOST_POINTS, MOST_POINTS), format!("your ratings: {}", why.join(", ")))
        })
    }
}

/// The words of `text` in lower case, one space between them.
fn words(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for_each_word(text, |token| words.push(token.text.to_lowercase()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{MOST, Preferences};
    use crate::model::{Article, Rating};

    fn rating(liked: bool) -> Rating {
        Rating {
            story: "s".into(),
            headline: "A strike".into(),
            liked,
            rated: jiff::Timestamp::UNIX_EPOCH,
            sources: vec!["Wire".into()],
            terms: vec!["night shifts".into()],
        }
    }

    #[test]
    fn ratings_move_weights_by_bounded_steps_and_cancel_out() {
        let preferences = Preferences::from_ratings(&[rating(true), rating(true)]);
        assert_eq!((preferences.sources["Wire"], preferences.terms["night shifts"]), (0.2, 0.2));
        assert_eq!(Preferences::from_ratings(&vec![rating(false); 90]).sources["Wire"], -MOST);
        assert_eq!(Preferences::from_ratings(&[rating(true), rating(false)]).sources["Wire"], 0.0);
    }

    #[test]
    fn a_story_gains_by_its_source_and_its_words_and_says_so() {
        let preferences = Preferences::from_ratings(&[rating(true)]);
        let article =
            |source: &str, text: &str| Article { source: source.into(), text: text.into(), ..Article::default() };
        let both = preferences.part(&[&article("Wire", "They talk about Night shifts.")]).unwrap();
        assert!((both.points - 0.2).abs() < 1e-9 && both.why.contains("Wire +0.1"), "{both:?}");
        assert!(preferences.part(&[&article("Coast", "Knight shiftsman.")]).is_none());
        assert!(Preferences::default().part(&[&article("Wire", "night shifts")]).is_none());
    }
}
