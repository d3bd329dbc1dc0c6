//! Copies → one article and the places it appeared.
//!
//! First what is one article beyond doubt: one id, one address, one text. Then texts that are nearly one, by average
//! linkage over the containment of `duplicate`: a text made of two others does not make those two one.

use std::collections::BTreeMap;

use super::copies::{LONGEST_LIST, copies};
use super::corpus::ArticleVector;
use super::linkage::{Rule, link};
use crate::extract::canonical_url;
use crate::model::Article;

/// An original's text is at least this part of its longest copy's: a copy is longer by a page's leavings, or the
/// original is cut.
const WHOLE: f64 = 0.7;

/// For each article, the one it is a copy of. An original is nobody's copy.
pub(in crate::story) fn dedup(articles: &[&Article], vectors: &[ArticleVector], threshold: f64) -> Vec<Option<usize>> {
    let same = same(articles, vectors);
    let texts: Vec<&[u64]> = same.iter().map(|bundle| vectors[longest(bundle, vectors)].triples.as_slice()).collect();
    let pairs = copies(&texts, threshold).into_iter().map(|pair| (pair.a, pair.b, pair.containment));
    let rule = Rule { threshold, relative: 0.0, most: LONGEST_LIST };
    let mut original = vec![None; articles.len()];
    for group in link(same.len(), pairs, rule) {
        let bundle: Vec<usize> = group.into_iter().flat_map(|number| same[number].iter().copied()).collect();
        let first = first(&bundle, articles, vectors);
        bundle.into_iter().filter(|place| *place != first).for_each(|copy| original[copy] = Some(first));
    }
    original
}

/// Bundles of articles with one id, one address or one text, by their longest text.
///
/// A feed whose entries all link to its front page has one address and many articles: inside one source the headline
/// must agree too.
fn same(articles: &[&Article], vectors: &[ArticleVector]) -> Vec<Vec<usize>> {
    let mut bundle_of: Vec<usize> = (0..articles.len()).collect();
    let mut first: BTreeMap<Mark<'_>, usize> = BTreeMap::new();
    for (place, article) in articles.iter().enumerate() {
        for mark in marks(article, &vectors[place].triples) {
            let earlier = *first.entry(mark).or_insert(place);
            let (a, b) = (root(&bundle_of, earlier), root(&bundle_of, place));
            bundle_of[a.max(b)] = a.min(b);
        }
    }
    let mut bundles: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for place in 0..articles.len() {
        bundles.entry(root(&bundle_of, place)).or_default().push(place);
    }
    let mut bundles: Vec<Vec<usize>> = bundles.into_values().collect();
    bundles.sort_by_key(|bundle| (std::cmp::Reverse(vectors[longest(bundle, vectors)].triples.len()), bundle[0]));
    bundles
}

/// A mark that identifies one article.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Mark<'a> {
    Id(&'a str),
    /// An address and the headline there.
    StorySummary(String, &'a str),
    Text(&'a [u64]),
}

fn marks<'a>(article: &'a Article, triples: &'a [u64]) -> impl Iterator<Item = Mark<'a>> {
    let id = (!article.id.is_empty()).then_some(Mark::Id(&article.id));
    let page = article
        .url
        .as_deref()
        .map(|url| Mark::StorySummary(bare(&canonical_url(url)).to_owned(), article.title.trim()));
    let text = (!triples.is_empty()).then_some(Mark::Text(triples));
    [id, page, text].into_iter().flatten()
}

fn bare(url: &str) -> &str {
    url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/')
}

fn root(bundle_of: &[usize], mut place: usize) -> usize {
    while bundle_of[place] != place {
        place = bundle_of[place];
    }
    place
}

fn longest(bundle: &[usize], vectors: &[ArticleVector]) -> usize {
    let first = bundle[0];
    bundle.iter().copied().fold(first, |best, place| {
        if vectors[place].triples.len() > vectors[best].triples.len() { place } else { best }
    })
}

/// The one that stands for its bundle: whole, then earliest, then first in canonical order.
fn first(bundle: &[usize], articles: &[&Article], vectors: &[ArticleVector]) -> usize {
    let most = bundle.iter().map(|place| vectors[*place].triples.len()).max().unwrap_or(0) as f64;
    let key = |place: &usize| {
        let article = articles[*place];
        let cut = (vectors[*place].triples.len() as f64) < WHOLE * most;
        (article.teaser, cut, article.time().is_none(), article.time(), *place)
    };
    bundle.iter().copied().min_by_key(key).unwrap_or_default()
}
