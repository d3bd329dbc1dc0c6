//! Copies → one article and the places it appeared.
//!
//! Much the same words are one article only if the facts agree: the names and numbers of the shorter text stand in the
//! longer one too. Texts without facts of their own are notices made from a template ("Bug fixes and performance
//! improvements"): then their headlines must agree. The same article from two sources stays two rows here; which of
//! them stands for both is decided by what we saw, never by the date that one of them claims.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::copies::{Overlap, SMALL, Shingles, containment, overlaps};
use super::corpus::{ArticleVector, Corpus};
use super::features::RARE;
use crate::extract::{canonical_url, is_a_claim};
use crate::model::Article;

/// An original's text is at least this part of the longest copy's of its source: a copy is longer by a page's leavings, or
/// the original is cut.
const WHOLE: f64 = 0.7;
/// Share of the shorter text's facts that the longer one may lack.
const LACKING: f64 = 0.2;
/// Share of text in common from which neither other numbers nor days speak against a copy.
const SURE: f64 = 0.9;
/// Days between an article and its copy.
const DAYS: i64 = 3;
/// Evidence (as in `features`, but for news at large: a thousand copies make no word common) under which a short text could
/// be of anything: about four rare words.
const BARE: f64 = 10.0;
/// The same for a headline that two such texts share.
const BARE_HEADLINE: f64 = 5.0;
/// Share of each headline that two headlines of one template text must have in common.
const HEADLINE: f64 = 0.5;

/// The findings of `dedup`.
pub(in crate::story) struct Copies {
    /// For each article, the one it is a copy of. An original is nobody's copy.
    pub original: Vec<Option<usize>>,
    /// Pairs (`a < b`) that share their words and are two things: notices of one template.
    pub apart: BTreeSet<(u32, u32)>,
}

/// Which of `articles` are copies; they are the first of `corpus`.
pub(in crate::story) fn dedup(articles: &[&Article], corpus: &Corpus, threshold: f64) -> Copies {
    let vectors = &corpus.vectors[..articles.len()];
    let judge = Judge::new(articles, corpus, threshold);
    let same = judge.same();
    let texts: Vec<&Shingles> = same.iter().map(|bundle| &vectors[longest(bundle, vectors)].shingles).collect();
    let (mut copies, mut apart) = (Vec::new(), BTreeSet::new());
    for Overlap { a, b, containment } in overlaps(&texts, threshold) {
        match judge.verdict(longest(&same[a], vectors), longest(&same[b], vectors), containment) {
            Verdict::Copy => copies.push((a, b, containment)),
            Verdict::Template => {
                apart.extend(same[a].iter().flat_map(|x| same[b].iter().map(|y| ordered(*x, *y))));
            }
            Verdict::Other => {}
        }
    }
    let mut original = vec![None; articles.len()];
    for group in groups(&texts, &copies, threshold) {
        let bundle: Vec<usize> = group.into_iter().flat_map(|number| same[number].iter().copied()).collect();
        let first = first(&bundle, articles, vectors);
        bundle.into_iter().filter(|place| *place != first).for_each(|copy| original[copy] = Some(first));
    }
    Copies { original, apart }
}

/// Whether the article `new` says nothing that `old` did not: its text is a copy's, and no number in it is another.
pub(in crate::story) fn is_repeat(
    articles: &[&Article],
    corpus: &Corpus,
    new: usize,
    old: usize,
    containment: f64,
) -> bool {
    let judge = Judge { articles, corpus, threshold: containment, bare: Vec::new() };
    let same_numbers = !judge.lacks_number(judge.vector(new), judge.vector(old));
    same_numbers && matches!(judge.verdict(new, old, containment), Verdict::Copy)
}

/// Texts with their copies, the longest first: each goes where the text is that it has most in common with.
///
/// A text made of two others does not make those two one: whatever joins must share something with the longest text there
/// and with the first copy of it.
fn groups(texts: &[&Shingles], copies: &[(usize, usize, f64)], threshold: f64) -> Vec<Vec<usize>> {
    let mut group_of: Vec<usize> = (0..texts.len()).collect();
    let mut groups: Vec<Vec<usize>> = (0..texts.len()).map(|text| vec![text]).collect();
    for of_one in copies.chunk_by(|x, y| x.1 == y.1) {
        let text = of_one[0].1;
        let mut nearest: Vec<&(usize, usize, f64)> = of_one.iter().collect();
        nearest.sort_by(|x, y| y.2.total_cmp(&x.2).then(x.0.cmp(&y.0)));
        let joins = |group: &[usize]| {
            group.iter().take(2).all(|other| containment(texts[*other], texts[text]) >= threshold / 2.0)
        };
        let found = nearest.iter().map(|(near, _, _)| group_of[*near]).find(|group| joins(&groups[*group]));
        if let Some(group) = found {
            groups[group].push(text);
            groups[text].clear();
            group_of[text] = group;
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

fn ordered(a: usize, b: usize) -> (u32, u32) {
    let place = |place: usize| u32::try_from(place).expect("fewer than 2^32 articles fit in memory");
    (place(a.min(b)), place(a.max(b)))
}

/// The relation of two articles with much the same words.
enum Verdict {
    /// One article.
    Copy,
    /// Two things told with one template.
    Template,
    /// Two articles, perhaps of one event.
    Other,
}

/// Tells copies from look-alikes.
struct Judge<'a> {
    articles: &'a [&'a Article],
    corpus: &'a Corpus,
    threshold: f64,
    /// Which of the articles are bare, as far as it was worked out before: those of one template meet each other dozens of
    /// times.
    bare: Vec<bool>,
}

/// A mark that identifies one article.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Mark<'a> {
    Id(&'a str),
    /// An address and the headline there.
    Page(String, &'a str),
    Text(&'a Shingles, &'a [u32]),
}

impl<'a> Judge<'a> {
    fn new(articles: &'a [&'a Article], corpus: &'a Corpus, threshold: f64) -> Self {
        let mut judge = Self { articles, corpus, threshold, bare: Vec::new() };
        judge.bare = (0..articles.len()).into_par_iter().map(|place| judge.is_bare(place)).collect();
        judge
    }

    fn vector(&self, place: usize) -> &ArticleVector {
        &self.corpus.vectors[place]
    }

    /// Bundles of articles with one id, one address and much of one text, or one text, by their longest text.
    fn same(&self) -> Vec<Vec<usize>> {
        let mut bundle_of: Vec<usize> = (0..self.articles.len()).collect();
        let mut first: BTreeMap<Mark<'_>, usize> = BTreeMap::new();
        for place in 0..self.articles.len() {
            for mark in self.marks(place) {
                let checked = !matches!(mark, Mark::Id(_));
                let earlier = *first.entry(mark).or_insert(place);
                if earlier == place || (checked && !self.is_one(earlier, place)) {
                    continue;
                }
                let (a, b) = (root(&bundle_of, earlier), root(&bundle_of, place));
                bundle_of[a.max(b)] = a.min(b);
            }
        }
        let mut bundles: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in 0..self.articles.len() {
            bundles.entry(root(&bundle_of, place)).or_default().push(place);
        }
        let mut bundles: Vec<Vec<usize>> = bundles.into_values().collect();
        let vectors = &self.corpus.vectors;
        bundles
            .sort_by_key(|bundle| (std::cmp::Reverse(vectors[longest(bundle, vectors)].shingles.count()), bundle[0]));
        bundles
    }

    fn marks(&self, place: usize) -> impl Iterator<Item = Mark<'_>> {
        let (article, vector) = (self.articles[place], self.vector(place));
        let id = (!article.id.is_empty()).then_some(Mark::Id(&article.id));
        // Anybody can claim an address: it tells something only of a text that was read there, or whose origin nobody
        // knows.
        let address = article.url.as_deref().filter(|_| !is_a_claim(article));
        let page = address.map(|url| Mark::Page(bare(&canonical_url(url)).to_owned(), article.title.trim()));
        let headline = if self.is_bare(place) { vector.title.as_slice() } else { &[] };
        let text = (vector.shingles.count() > 0).then_some(Mark::Text(&vector.shingles, headline));
        [id, page, text].into_iter().flatten()
    }

    /// Whether two articles that share an address and a headline, or a text, are one.
    fn is_one(&self, a: usize, b: usize) -> bool {
        let (x, y) = (&self.vector(a).shingles, &self.vector(b).shingles);
        let announced = |place: usize| self.articles[place].teaser || self.articles[place].text.trim().is_empty();
        if x == y {
            return x.count() == 0 || matches!(self.verdict(a, b, 1.0), Verdict::Copy);
        }
        self.same_page(a, b) && (announced(a) || announced(b) || containment(x, y) >= self.threshold)
    }

    fn same_page(&self, a: usize, b: usize) -> bool {
        let url = |place: usize| self.articles[place].url.as_deref().map(canonical_url);
        let title = |place: usize| self.articles[place].title.trim();
        title(a) == title(b) && url(a).zip(url(b)).is_some_and(|(a, b)| bare(&a) == bare(&b))
    }

    fn verdict(&self, a: usize, b: usize, containment: f64) -> Verdict {
        let shorter = self.vector(a).shingles.count() <= self.vector(b).shingles.count();
        let (short, long) = if shorter { (a, b) } else { (b, a) };
        if self.is_bare(short) {
            return if self.same_notice(a, b) { Verdict::Copy } else { Verdict::Template };
        }
        let (short, long) = (self.vector(short), self.vector(long));
        if self.corpus.missing(&short.facts, short, |term| long.mentions(term)) > LACKING {
            return Verdict::Other;
        }
        if containment >= SURE || !self.contradicts(a, b) { Verdict::Copy } else { Verdict::Other }
    }

    /// Whether each has a number that the other lacks, or too many days lie between them.
    fn contradicts(&self, a: usize, b: usize) -> bool {
        let (x, y) = (self.vector(a), self.vector(b));
        let far = x.day.zip(y.day).is_some_and(|(a, b)| (a - b).abs() > DAYS);
        far || (self.lacks_number(x, y) && self.lacks_number(y, x))
    }

    /// Whether `x` has a number that `y` never mentions.
    fn lacks_number(&self, x: &ArticleVector, y: &ArticleVector) -> bool {
        x.facts.iter().any(|term| self.corpus.kind(*term).number && !y.mentions(*term))
    }

    /// A short text whose words are too few, or too common, to be of one thing.
    fn is_bare(&self, place: usize) -> bool {
        let vector = self.vector(place);
        let work_out = || vector.shingles.count() < SMALL && self.evidence(vector, &mut vector.text_terms()) < BARE;
        self.bare.get(place).copied().unwrap_or_else(work_out)
    }

    fn evidence(&self, vector: &ArticleVector, terms: &mut dyn Iterator<Item = u32>) -> f64 {
        terms.map(|term| f64::from((self.corpus.rarity_at_large(vector, term) - RARE).max(0.0))).sum()
    }

    /// Whether headline and place say that two bare notices are one: the same page, or the same headline in one source, or
    /// headlines that share enough rare words.
    fn same_notice(&self, a: usize, b: usize) -> bool {
        let (one, other) = (self.articles[a], self.articles[b]);
        let (x, y) = (self.vector(a), self.vector(b));
        let all = |vector: &ArticleVector| self.evidence(vector, &mut vector.title.iter().copied());
        let shared = self.evidence(x, &mut x.title.iter().copied().filter(|term| y.title.contains(term)));
        self.same_page(a, b)
            || (one.source == other.source && one.title.trim() == other.title.trim() && x.shingles == y.shingles)
            || (shared >= BARE_HEADLINE && shared >= HEADLINE * all(x).max(all(y)))
    }
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
    let longer = |best: usize, place: usize| vectors[place].shingles.count() > vectors[best].shingles.count();
    bundle.iter().copied().fold(first, |best, place| if longer(best, place) { place } else { best })
}

/// The one that stands for its bundle: open, whole, then first seen, then first in canonical order.
///
/// Whether a text is cut shows only beside another of its own source: what a stranger puts behind a paper's text makes the
/// paper's no shorter.
fn first(bundle: &[usize], articles: &[&Article], vectors: &[ArticleVector]) -> usize {
    let length = |place: usize| vectors[place].shingles.count();
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    for place in bundle {
        let most = most.entry(articles[*place].source.as_str()).or_default();
        *most = length(*place).max(*most);
    }
    let key = |place: &usize| {
        let article = articles[*place];
        let cut = (length(*place) as f64) < WHOLE * most[article.source.as_str()] as f64;
        let seen: Option<Timestamp> = article.first_seen;
        (article.teaser || !article.access.is_open(), cut, is_a_claim(article), seen.is_none(), seen, *place)
    };
    bundle.iter().copied().min_by_key(key).unwrap_or_default()
}
