//! Makes an edition lighter, step by step, before a mail program would cut it.
//!
//! The steps come in a fixed order, the one that costs the reader least first: the last link of the longest list, again
//! and again; "also in" and then third sentences, story by story from the lowest; full stories that become briefs; and
//! stories last. Each is entered in the account of the articles. How many are needed is for the caller to find: fewer
//! steps never make an edition lighter than more.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::model::{LayoutKind, Story};
use crate::story::{Composition, Outcome};

/// Sentences a story keeps when weight must go.
const LEAN: usize = 2;

/// How many steps there are at most: afterwards one story is left, without "also in", with two sentences.
pub fn steps(composition: &Composition) -> usize {
    let edition = &composition.edition;
    let also_in = edition.stories().filter(|story| !story.also_in.is_empty()).count();
    let long = edition.stories().filter(|story| story.sentences.len() > LEAN).count();
    let fulls = spare_fulls(composition);
    edition.more_count() + also_in + long + fulls + edition.story_count().saturating_sub(1)
}

/// Takes the first `steps` steps, because the mail would pass `limit`, a key of `[newsletter]`.
pub fn shorten(composition: &mut Composition, steps: usize, limit: &str) {
    let mut left = steps.saturating_sub(drop_links(composition, steps, limit));
    left -= each_story(composition, left, |story| !std::mem::take(&mut story.also_in).is_empty());
    left -= each_story(composition, left, |story| {
        let is_long = story.sentences.len() > LEAN;
        story.sentences.truncate(LEAN);
        is_long
    });
    let fulls = spare_fulls(composition).min(left);
    composition.edition.layout.fulls -= fulls;
    drop_stories(composition, left - fulls, limit);
    composition.count_left_out();
}

/// Drops up to `count` links, each time the last of the longest list; a section goes with its last. Gives how many went.
pub fn drop_links(composition: &mut Composition, count: usize, limit: &str) -> usize {
    let sections = &mut composition.edition.sections;
    let lengths = sections.iter().enumerate().map(|(place, section)| (section.more.len(), place));
    let mut longest: BinaryHeap<(usize, usize)> = lengths.filter(|(length, _)| *length > 0).collect();
    let mut dropped = BTreeSet::new();
    let mut taken = 0;
    while taken < count {
        let Some((length, place)) = longest.pop() else { break };
        dropped.extend(sections[place].more.pop().map(|link| link.story));
        taken += 1;
        if length > 1 {
            longest.push((length - 1, place));
        }
    }
    sections.retain(|section| !section.stories.is_empty() || !section.more.is_empty());
    record(composition, &dropped, limit, "no room, not even for a link");
    composition.count_left_out();
    taken
}

/// Full stories beside the lead.
fn spare_fulls(composition: &Composition) -> usize {
    let layout = &composition.edition.layout;
    if layout.kind == LayoutKind::Lead {
        layout.fulls.min(composition.edition.story_count()).saturating_sub(1)
    } else {
        0
    }
}

/// Changes up to `count` stories, the lowest first; `change` says whether there was anything to change.
fn each_story(composition: &mut Composition, count: usize, change: impl Fn(&mut Story) -> bool) -> usize {
    let sections = &mut composition.edition.sections;
    let mut stories: Vec<&mut Story> = sections.iter_mut().flat_map(|section| &mut section.stories).collect();
    stories.sort_by(|one, other| one.score.total_cmp(&other.score));
    stories.into_iter().filter_map(|story| change(story).then_some(())).take(count).count()
}

/// Drops up to `count` stories, the lowest first, but never the last one.
fn drop_stories(composition: &mut Composition, count: usize, limit: &str) {
    let spare = composition.edition.story_count().saturating_sub(1).min(count);
    let mut scores: Vec<(f64, String)> =
        composition.edition.stories().map(|story| (story.score, story.id.clone())).collect();
    scores.reverse();
    scores.sort_by(|one, other| one.0.total_cmp(&other.0));
    let dropped: BTreeSet<String> = scores.into_iter().take(spare).map(|(_, id)| id).collect();
    if dropped.is_empty() {
        return;
    }
    let sections = &mut composition.edition.sections;
    sections.iter_mut().for_each(|section| section.stories.retain(|story| !dropped.contains(&story.id)));
    sections.retain(|section| !section.stories.is_empty() || !section.more.is_empty());
    record(composition, &dropped, limit, "no room");
}

/// Enters in the account that every original of these stories is left out.
fn record(composition: &mut Composition, stories: &BTreeSet<String>, limit: &str, why: &str) {
    if stories.is_empty() {
        return;
    }
    let scores: BTreeMap<&str, f64> =
        composition.rankings.iter().map(|ranking| (ranking.story.as_str(), ranking.score)).collect();
    for decision in &mut composition.decisions {
        let (Outcome::Published { story } | Outcome::Linked { story }) = &decision.outcome else { continue };
        if stories.contains(story) {
            let score = scores.get(story.as_str()).map(|score| format!(" (score {score:.2})")).unwrap_or_default();
            decision.why = format!("{why}: the mail would pass `{limit}`{score}");
            decision.outcome = Outcome::OverLimit { limit: limit.to_owned() };
        }
    }
}
