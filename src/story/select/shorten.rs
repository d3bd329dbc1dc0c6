//! Makes an edition lighter, one step at a time, before a mail program would cut it.

use crate::model::{MoreLink, Section, Story};
use crate::story::{Composition, Outcome};

/// Sentences a story keeps when weight must go.
const LEAN: usize = 2;

/// Takes the next thing out that costs the reader least: all "also in" lists, then each story's third and later
/// sentences, then the story with the lowest score, which becomes a link; at last the last link of the longest list.
///
/// False when nothing is left to take: one story without "also in" and with two sentences.
pub fn shorten(composition: &mut Composition) -> bool {
    without_also_in(composition) || leaner(composition) || link_lowest(composition) || drop_link(composition)
}

fn stories(composition: &mut Composition) -> impl Iterator<Item = &mut Story> {
    composition.edition.sections.iter_mut().flat_map(|section| &mut section.stories)
}

fn without_also_in(composition: &mut Composition) -> bool {
    stories(composition).filter(|story| !story.also_in.is_empty()).map(|story| story.also_in.clear()).count() > 0
}

fn leaner(composition: &mut Composition) -> bool {
    let long = stories(composition).filter(|story| story.sentences.len() > LEAN);
    long.map(|story| story.sentences.truncate(LEAN)).count() > 0
}

fn link_lowest(composition: &mut Composition) -> bool {
    if composition.edition.story_count() < 2 {
        return false;
    }
    let sections = &mut composition.edition.sections;
    let lowest = |section: &Section| section.stories.last().map(|story| story.score);
    let scored = (0..sections.len()).filter_map(|place| Some((place, lowest(&sections[place])?)));
    let Some((place, _)) = scored.min_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))) else { return false };
    let Some(story) = sections[place].stories.pop() else { return false };
    let source = story.places.first().map(|place| place.source.clone()).unwrap_or_default();
    sections[place]
        .more
        .insert(0, MoreLink { story: story.id.clone(), title: story.headline.clone(), source, url: story.url.clone() });
    for decision in &mut composition.decisions {
        if decision.outcome == (Outcome::Published { story: story.id.clone() }) {
            decision.outcome = Outcome::Linked { story: story.id.clone() };
            decision.why = format!("no room: the mail would pass `max_html_kb` (score {:.2})", story.score);
        }
    }
    true
}

/// Drops the last link of the longest list; the section goes with its last link.
fn drop_link(composition: &mut Composition) -> bool {
    let sections = &mut composition.edition.sections;
    let Some(longest) = sections.iter_mut().rev().max_by_key(|section| section.more.len()) else { return false };
    let Some(link) = longest.more.pop() else { return false };
    sections.retain(|section| !section.stories.is_empty() || !section.more.is_empty());
    for decision in &mut composition.decisions {
        if decision.outcome == (Outcome::Linked { story: link.story.clone() }) {
            decision.outcome = Outcome::OverLimit { limit: "max_html_kb".to_owned() };
            "no room, not even for a link: the mail would pass `max_html_kb`".clone_into(&mut decision.why);
        }
    }
    true
}
