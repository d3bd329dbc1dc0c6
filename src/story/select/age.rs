//! Which articles are of this edition's time.
//!
//! The store gives only articles that no edition used, so a late run covers all since the last edition by itself. What
//! is left to decide: a date in the future counts as the time we first saw the article; a first edition does not empty
//! the archives of every feed on its reader; and a feed that is new, or brings back its archive, does not either.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::model::Article;
use crate::story::inputs::Inputs;

/// When an article appeared, and never later than `now`.
pub(in crate::story) fn time_of(article: &Article, now: Timestamp) -> Option<Timestamp> {
    let past = |time: &Timestamp| *time <= now;
    let seen = article.first_seen.filter(past);
    match article.published {
        Some(published) if published <= now => Some(published),
        Some(_) => Some(seen.unwrap_or(now)),
        None => seen,
    }
}

/// Why each of `articles` is too old for this edition; `None` for those that are not.
pub(in crate::story) fn too_old(inputs: &Inputs<'_>, articles: &[&Article]) -> Vec<Option<String>> {
    match inputs.since {
        Some(since) => articles.iter().map(|article| old_for_later(inputs, since, article)).collect(),
        None => old_for_first(inputs, articles),
    }
}

fn old_for_later(inputs: &Inputs<'_>, since: Timestamp, article: &Article) -> Option<String> {
    let remembered = SignedDuration::from_hours(24 * i64::from(inputs.options.remember_days));
    let start = inputs.now.saturating_sub(remembered).map_or(since, |start| start.min(since));
    let published = article.published.filter(|published| *published < start)?;
    let days = inputs.now.duration_since(published).as_hours() / 24;
    Some(format!(
        "published {days} days ago, before the last edition and the {} days of `remember_days`",
        inputs.options.remember_days
    ))
}

/// Of each source the articles of the last hours, or its newest when it has none of them.
fn old_for_first(inputs: &Inputs<'_>, articles: &[&Article]) -> Vec<Option<String>> {
    let window = SignedDuration::from_hours(i64::from(inputs.limits.first_hours));
    let fresh = |article: &Article| {
        let published = article.published.and(time_of(article, inputs.now));
        published.is_some_and(|time| inputs.now.duration_since(time) <= window)
    };
    let mut by_source: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, article) in articles.iter().enumerate() {
        by_source.entry(&article.source).or_default().push(index);
    }
    let mut reasons = vec![None; articles.len()];
    for mut of_source in by_source.into_values() {
        let any_fresh = of_source.iter().any(|index| fresh(articles[*index]));
        of_source.sort_by_key(|index| (std::cmp::Reverse(time_of(articles[*index], inputs.now)), *index));
        for (place, index) in of_source.into_iter().enumerate() {
            reasons[index] = if any_fresh {
                let old = !fresh(articles[index]);
                old.then(|| format!("a first edition covers the last {} hours", inputs.limits.first_hours))
            } else {
                let old = place >= inputs.limits.first_articles;
                old.then(|| format!("a first edition takes the newest {} of a source", inputs.limits.first_articles))
            };
        }
    }
    reasons
}
