//! A story before it is told: its articles, what it is worth, what it continues.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::admit::{Admitted, Folded};
use super::card::{Cast, headline};
use super::choose::Candidate;
use super::desk::Desk;
use super::earlier::{Remembered, Told, continued};
use super::group::stories;
use super::order::{Merits, Ranking, parts};
use super::pairs::Pair;
use crate::model::Article;

/// The articles of one story and what is known of it.
pub(super) struct Plot<'a> {
    /// Id of the story, from the ids of its articles.
    pub id: String,
    /// Places of its originals, the most central first. Never empty.
    pub faces: Vec<usize>,
    /// Places of their copies.
    pub copies: Vec<usize>,
    /// What earlier editions told of it.
    pub told: Vec<&'a Told>,
    /// Why it is worth what it is worth.
    pub ranking: Ranking,
    /// Names of the rules that keep it.
    pub kept_by: Vec<String>,
}

/// All stories, in the order of their first article.
pub(super) fn plots<'a>(
    desk: &Desk<'_>,
    admitted: &Admitted<'_>,
    folded: &Folded,
    told: &Remembered<'a>,
    pairs: &[Pair],
) -> Vec<Plot<'a>> {
    let groups = stories(&folded.gone, pairs, desk.options.cluster);
    let old = told.places(admitted.articles.len());
    let continues = continued(&groups, &old, pairs, desk.options.cluster);
    let centrality = centrality(admitted.articles.len(), &groups, pairs);
    let mut copies: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    folded.copies.iter().for_each(|(original, copy)| copies.entry(*original).or_default().push(*copy));
    let plots = groups.into_iter().zip(continues).map(|(mut faces, continues)| {
        let key = |place: &usize| (admitted.articles[*place].teaser, -centrality[*place], admitted.times[*place]);
        let weight = |place: &usize| desk.terms(&admitted.articles[*place].source).map_or(1.0, |terms| terms.weight);
        faces.sort_by(|a, b| {
            let (x, y) = (key(a), key(b));
            let central = x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)).then(weight(b).total_cmp(&weight(a)));
            central.then(x.2.is_none().cmp(&y.2.is_none())).then(x.2.cmp(&y.2)).then(a.cmp(b))
        });
        let copies: Vec<usize> = faces.iter().filter_map(|face| copies.get(face)).flatten().copied().collect();
        let told = continues.into_iter().map(|story| told.told[story]).collect();
        Plot::new(desk, admitted, faces, copies, told)
    });
    plots.collect()
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
            sums[a] += pair.probability;
            sums[b] += pair.probability;
        }
    }
    sums.into_iter().map(|sum: f64| (sum * 1e6).round() / 1e6).collect()
}

impl<'a> Plot<'a> {
    fn new(
        desk: &Desk<'_>,
        admitted: &Admitted<'_>,
        faces: Vec<usize>,
        copies: Vec<usize>,
        told: Vec<&'a Told>,
    ) -> Self {
        let all: Vec<usize> = faces.iter().chain(&copies).copied().collect();
        let articles: Vec<&Article> = all.iter().map(|place| admitted.articles[*place]).collect();
        let id = identify(&articles);
        let merits = Merits {
            newest: all.iter().filter_map(|place| admitted.times[*place]).max(),
            favours: all.iter().map(|place| &admitted.favours[*place]).collect(),
            update: !told.is_empty(),
            teaser: articles.iter().all(|article| article.teaser),
            articles,
        };
        let parts = parts(desk, &merits);
        let head = admitted.articles[faces[0]];
        let mut kept_by: Vec<String> = merits.favours.iter().flat_map(|favour| favour.kept_by.clone()).collect();
        kept_by.sort();
        kept_by.dedup();
        let ranking = Ranking {
            story: id.clone(),
            headline: headline(head),
            section: desk.section(&head.source),
            score: parts.iter().map(|part| part.points).sum(),
            parts,
        };
        Self { id, faces, copies, told, ranking, kept_by }
    }

    /// What choosing looks at.
    pub(super) fn candidate(&self, admitted: &Admitted<'_>) -> Candidate {
        let head = admitted.articles[self.faces[0]];
        Candidate {
            score: self.ranking.score,
            source: head.source.clone(),
            author: head.byline.clone(),
            section: self.ranking.section.clone(),
            kept: !self.kept_by.is_empty(),
        }
    }

    /// What its card is made of.
    pub(super) fn cast<'b>(&'b self, admitted: &Admitted<'b>) -> Cast<'b> {
        let articles = |places: &[usize]| places.iter().map(|place| admitted.articles[*place]).collect();
        let time: Option<Timestamp> = admitted.times[self.faces[0]];
        Cast {
            id: &self.id,
            faces: articles(&self.faces),
            copies: articles(&self.copies),
            time,
            told: self.told.clone(),
            score: self.ranking.score,
        }
    }
}

/// Sixteen hexadecimal digits from the articles' ids, in any order.
fn identify(articles: &[&Article]) -> String {
    let mut ids: Vec<&str> = articles.iter().map(|article| article.id.as_str()).collect();
    ids.sort_unstable();
    let mut hasher = Sha256::new();
    for id in ids {
        hasher.update(id.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
