use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::tests::{Fixture, assert_proven, news, notices};
use super::{Limits, Memo, Options, group};
use crate::model::Article;

/// Articles with parts missing, copied, dated oddly: whatever a day may bring.
fn articles() -> impl Strategy<Value = Vec<Article>> {
    let pool: Vec<Article> = news().into_iter().chain(notices("blog")).chain(notices("wire")).collect();
    let one = (0..pool.len(), 0..4_usize, 0..4_u8, any::<bool>());
    let made = move |(place, source, defect, dated): (usize, usize, u8, bool)| {
        let mut article = pool[place].clone();
        article.source = ["wire", "coast", "lab", "nobody"][source].into();
        article.id = format!("{}-{}-{place}-{defect}", article.source, article.id);
        article.url = Some(format!("https://{}.example/{place}-{defect}", article.source));
        match defect {
            1 => article.title.clear(),
            2 => article.text.clear(),
            3 => article.language = None,
            _ => {}
        }
        if !dated {
            article.published = None;
        }
        article
    };
    prop::collection::vec(one.prop_map(made), 0..24)
}

/// The ids of each story, and which id is a copy of which.
fn stories(articles: &[Article]) -> (BTreeSet<Vec<&str>>, BTreeSet<(&str, &str)>) {
    let grouped = group(articles, &Options::default(), None);
    let mut members: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    let mut copies = BTreeSet::new();
    for (article, found) in articles.iter().zip(&grouped) {
        members.entry(found.story).or_default().push(&article.id);
        copies.extend(found.duplicate_of.map(|original| (article.id.as_str(), articles[original].id.as_str())));
    }
    members.values_mut().for_each(|ids| ids.sort_unstable());
    (members.into_values().collect(), copies)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_gives_the_same_edition(articles in articles(), seed in any::<u64>()) {
        let mut shuffled = articles.clone();
        shuffled.sort_by_key(|article| crate::story::tests::scatter(&article.id, seed));
        let limits = Limits { max_stories: 4, max_more: 3, ..Limits::default() };
        let one = Fixture { articles, limits: limits.clone(), ..Fixture::default() };
        let other = Fixture { articles: shuffled, limits, ..Fixture::default() };
        prop_assert_eq!(format!("{:?}", one.compose()), format!("{:?}", other.compose()));
    }

    #[test]
    fn what_is_kept_of_other_compositions_changes_nothing(articles in articles(), duplicate in 0.2..1.0_f64, cluster in 0.0..1.0_f64) {
        let memo = Memo::default();
        let usual = Fixture { articles, ..Fixture::default() };
        let before = format!("{:?}", usual.compose_with(&memo));
        let options = Options { duplicate, cluster, ..Options::default() };
        let later = Some("2026-03-09T20:00:00Z");
        let summary = crate::summary::Options { sentences: Some(1), ..crate::summary::Options::default() };
        let other = Fixture { articles: usual.articles.clone(), options, since: later, summary, ..Fixture::default() };
        prop_assert_eq!(format!("{:?}", other.compose_with(&memo)), format!("{:?}", other.compose()));
        prop_assert_eq!(format!("{:?}", usual.compose_with(&memo)), before);
    }

    #[test]
    fn any_order_gives_the_same_stories(articles in articles(), seed in any::<u64>()) {
        let mut shuffled = articles.clone();
        shuffled.sort_by_key(|article| crate::story::tests::scatter(&article.id, seed));
        prop_assert_eq!(stories(&articles), stories(&shuffled));
    }

    #[test]
    fn every_article_has_one_fate_and_every_sentence_its_place(articles in articles()) {
        let fixture = Fixture { articles, ..Fixture::default() };
        let composition = fixture.compose();
        let mut decisions: Vec<&str> = composition.decisions.iter().map(|decision| decision.article.as_str()).collect();
        let mut given: Vec<&str> = fixture.articles.iter().map(|article| article.id.as_str()).collect();
        decisions.sort_unstable();
        given.sort_unstable();
        prop_assert_eq!(decisions, given);
        assert_proven(&composition.edition, &fixture.articles);
    }

    #[test]
    fn a_copy_never_takes_a_source_away(articles in articles(), place in any::<prop::sample::Index>()) {
        prop_assume!(!articles.is_empty());
        let limits = Limits { max_stories: 100, reading_minutes: 0, ..Limits::default() };
        let before = Fixture { articles, limits: limits.clone(), ..Fixture::default() };
        let mut articles = before.articles.clone();
        let mut copy = place.get(&articles).clone();
        prop_assume!(!copy.text.is_empty());
        copy.source = "mirror".into();
        copy.id = "mirror".into();
        copy.url = Some("https://mirror.example/copy".into());
        articles.push(copy);
        let after = Fixture { articles, limits, ..Fixture::default() };
        let mut named = before.sources_named();
        named.push("mirror".to_owned());
        named.sort();
        named.dedup();
        prop_assert_eq!(named, after.sources_named());
    }

    #[test]
    fn a_group_is_answered_for_every_article(articles in articles()) {
        let grouped = group(&articles, &Options::default(), None);
        prop_assert_eq!(grouped.len(), articles.len());
        for found in &grouped {
            if let Some(original) = found.duplicate_of {
                prop_assert_eq!(grouped[original].story, found.story);
                prop_assert_eq!(grouped[original].duplicate_of, None);
            }
        }
    }
}
