//! Articles → stories, nothing else: what `digest group` does.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::corpus::Corpus;
use super::dedup::dedup;
use super::features::PairFeatures;
use super::frequencies::Frequencies;
use super::linkage::link;
use super::pairs::{Pair, compare, heaviest, pairs};
use crate::model::Article;
use crate::story::options::Options;

/// Where one article belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grouped {
    /// Number of its story; stories are counted from 0 in the order of their first article.
    pub story: usize,
    /// Place of the article it is a copy of.
    pub duplicate_of: Option<usize>,
}

/// Finds the stories of `articles`; one answer an article, in their order. As a part of a `whole`, they are weighed by its
/// counts.
pub fn group(articles: &[Article], options: &Options, whole: Option<&Frequencies>) -> Vec<Grouped> {
    let order = canonical(articles);
    let sorted: Vec<&Article> = order.iter().map(|place| &articles[*place]).collect();
    let times: Vec<Option<Timestamp>> = sorted.iter().map(|article| article.time()).collect();
    let mut corpus = Corpus::within(&sorted, &times, whole);
    let copies = dedup(&sorted, &corpus, options.duplicate);
    corpus.forget_texts();
    let gone: Vec<bool> = copies.original.iter().map(Option::is_some).collect();
    let stories = stories(&gone, &pairs(&corpus, &gone, &copies.apart), options.cluster);
    let mut found = vec![Grouped { story: 0, duplicate_of: None }; articles.len()];
    for (number, story) in stories.iter().enumerate() {
        for article in story {
            found[order[*article]] = Grouped { story: number, duplicate_of: None };
        }
    }
    for (copy, original) in copies.original.iter().enumerate() {
        if let Some(original) = original {
            found[order[copy]] = Grouped { duplicate_of: Some(order[*original]), ..found[order[*original]] };
        }
    }
    number_by_first(&mut found);
    found
}

/// Two articles that share rare words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredPair {
    /// Place of one.
    pub a: usize,
    /// Place of the other.
    pub b: usize,
    /// Probability that both tell one event.
    pub probability: f64,
    /// Its articles.
    pub features: PairFeatures,
}

/// Candidate pairs for stories: every two of `articles` that are worth a comparison, however little they share.
pub fn score_pairs(articles: &[Article], whole: Option<&Frequencies>) -> Vec<ScoredPair> {
    let order = canonical(articles);
    let sorted: Vec<&Article> = order.iter().map(|place| &articles[*place]).collect();
    let times: Vec<Option<Timestamp>> = sorted.iter().map(|article| article.time()).collect();
    compare(&Corpus::within(&sorted, &times, whole), &[], |a, b, features| {
        let (a, b) = (order[a as usize], order[b as usize]);
        Some(ScoredPair { a, b, probability: features.probability(), features })
    })
}

/// The words by which an article is found, heaviest first, each with its weight in units of the article's length.
pub type Keys = Vec<(String, f32)>;

/// The keys of `articles`, in their order. Two articles whose products over shared keys sum up to little are no candidates for
/// one story.
pub fn keys(articles: &[Article], whole: Option<&Frequencies>) -> Vec<Keys> {
    let all: Vec<&Article> = articles.iter().collect();
    let times: Vec<Option<Timestamp>> = articles.iter().map(Article::time).collect();
    let corpus = Corpus::within(&all, &times, whole);
    let words: Vec<Vec<(u32, f32)>> = corpus.vectors.iter().map(|vector| heaviest(vector, &corpus.frequency)).collect();
    let stems = corpus.stems_of(&words.iter().flatten().map(|(term, _)| *term).collect());
    let named = |(term, weight): (u32, f32)| Some(((*stems.get(&term)?).to_owned(), weight));
    words.into_iter().map(|words| words.into_iter().filter_map(named).collect()).collect()
}

/// Places of `articles` in an order that does not depend on the order given.
pub(in crate::story) fn canonical(articles: &[Article]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..articles.len()).collect();
    let key = |article: &usize| {
        let article = &articles[*article];
        (
            &article.id,
            &article.source,
            &article.url,
            &article.title,
            &article.text,
            article.published,
            article.first_seen,
        )
    };
    order.sort_by(|a, b| key(a).cmp(&key(b)));
    order
}

/// Groups of the articles that are not `gone`, each ascending.
pub(in crate::story) fn stories(gone: &[bool], pairs: &[Pair], threshold: f64) -> Vec<Vec<usize>> {
    let originals: Vec<usize> = (0..gone.len()).filter(|article| !gone[*article]).collect();
    let mut place = vec![None; gone.len()];
    originals.iter().enumerate().for_each(|(number, article)| place[*article] = Some(number));
    let at = |article: u32| place.get(article as usize).copied().flatten();
    let between = pairs.iter().filter_map(|pair| Some((at(pair.a)?, at(pair.b)?, f64::from(pair.probability))));
    let groups = link(originals.len(), between, threshold);
    groups.into_iter().map(|group| group.into_iter().map(|number| originals[number]).collect()).collect()
}

fn number_by_first(found: &mut [Grouped]) {
    let mut numbers = BTreeMap::new();
    for grouped in found {
        let next = numbers.len();
        grouped.story = *numbers.entry(grouped.story).or_insert(next);
    }
}
