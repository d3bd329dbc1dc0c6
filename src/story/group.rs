//! Articles → stories, nothing else: what `digest group` does.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::batch::{Batch, Row};
use super::duplicate::{Copies, copies};
use super::linkage::link;
use super::options::Options;
use super::pairs::{Pair, pairs};
use crate::model::Article;

/// Where one article belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grouped {
    /// Number of its story; stories are counted from 0 in the order of their first article.
    pub story: usize,
    /// Place of the article it is a copy of.
    pub duplicate_of: Option<usize>,
}

/// Finds the stories of `articles`; one answer an article, in their order.
pub fn group(articles: &[Article], options: &Options) -> Vec<Grouped> {
    let order = canonical(articles);
    let sorted: Vec<&Article> = order.iter().map(|place| &articles[*place]).collect();
    let times: Vec<Option<Timestamp>> = sorted.iter().map(|article| article.time()).collect();
    let batch = Batch::new(&sorted, &times);
    let fold = fold(&sorted, &batch.rows, options.duplicate);
    let gone: Vec<bool> = fold.iter().map(Option::is_some).collect();
    let stories = stories(&gone, &pairs(&batch), options.cluster);
    let mut found = vec![Grouped { story: 0, duplicate_of: None }; articles.len()];
    for (number, story) in stories.iter().enumerate() {
        for article in story {
            found[order[*article]] = Grouped { story: number, duplicate_of: None };
        }
    }
    for (copy, original) in fold.iter().enumerate() {
        if let Some(original) = original {
            found[order[copy]] = Grouped { duplicate_of: Some(order[*original]), ..found[order[*original]] };
        }
    }
    number_by_first(&mut found);
    found
}

/// Places of `articles` in an order that does not depend on the order given.
pub(super) fn canonical(articles: &[Article]) -> Vec<usize> {
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

/// For each article, the one it is a copy of. An original is nobody's copy.
///
/// The longest text of a bundle of copies is its original, and every copy was compared with it itself: no chains.
pub(super) fn fold(articles: &[&Article], rows: &[Row], threshold: f64) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..articles.len()).collect();
    order.sort_by_key(|article| (std::cmp::Reverse(rows[*article].triples.len()), *article));
    let texts: Vec<&[u64]> = order.iter().map(|article| rows[*article].triples.as_slice()).collect();
    let mut found: Vec<(usize, usize)> =
        copies(&texts, threshold).into_iter().map(|Copies { a, b, .. }| (a, b)).collect();
    found.extend(same_place(articles, &order));
    found.sort_unstable_by_key(|(a, b)| (*b, *a));
    let mut original = vec![None; articles.len()];
    for (a, b) in found {
        if original[order[a]].is_none() && original[order[b]].is_none() {
            original[order[b]] = Some(order[a]);
        }
    }
    original
}

/// Articles of one id, or of one address: other feeds' links to the same page.
///
/// A feed whose entries all link to its front page has one address and many articles: inside one source the headline
/// must agree too.
fn same_place(articles: &[&Article], order: &[usize]) -> Vec<(usize, usize)> {
    let mut first: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, article) in order.iter().map(|article| articles[*article]).enumerate() {
        let url = article.url.as_deref().map(|url| ("url", bare(url)));
        let id = (!article.id.is_empty()).then_some(("id", article.id.as_str()));
        for key in [id, url].into_iter().flatten() {
            let earlier = *first.entry(key).or_insert(place);
            let other = articles[order[earlier]];
            if earlier != place && (key.0 == "id" || other.source != article.source || other.title == article.title) {
                found.push((earlier, place));
            }
        }
    }
    found
}

fn bare(url: &str) -> &str {
    url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/')
}

/// Groups of the articles that are not `gone`, each ascending.
pub(super) fn stories(gone: &[bool], pairs: &[Pair], threshold: f64) -> Vec<Vec<usize>> {
    let originals: Vec<usize> = (0..gone.len()).filter(|article| !gone[*article]).collect();
    let mut place = vec![None; gone.len()];
    originals.iter().enumerate().for_each(|(number, article)| place[*article] = Some(number));
    let at = |article: u32| place.get(article as usize).copied().flatten();
    let between = pairs.iter().filter_map(|pair| Some((at(pair.a)?, at(pair.b)?, pair.probability)));
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
