//! Which stories are published in full, which are only linked, which fall to a limit.
//!
//! Kept stories first, whatever the limits. Then always the story with the highest score, lowered by what already
//! stands in the edition from the same source, author and section: so one source cannot fill it while others have
//! something. The first limit that is full decides what happens to the rest.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};

use crate::model::WORDS_A_MINUTE;
use crate::story::draft::StoryDraft;
use crate::story::inputs::Inputs;
use crate::story::write::WrittenStory;

/// Points a story loses for each story of its source before it.
const SAME_SOURCE: f64 = 0.3;
/// … of its author.
const SAME_AUTHOR: f64 = 0.15;
/// … of its section.
const SAME_SECTION: f64 = 0.1;

/// The decision on one draft.
#[derive(Debug)]
pub(in crate::story) enum Choice {
    /// It is published as this story.
    Publish(Box<WrittenStory>),
    /// This limit was full; it may be linked.
    Full(Full),
    /// It has nothing new to say.
    NothingNew,
}

/// The limit that kept a story out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::story) struct Full {
    /// As it is called in the config.
    pub limit: &'static str,
    /// Its value.
    pub value: usize,
    /// How far what already stood in the edition lowered the story's score.
    pub lowered: f64,
}

/// A draft and what it was worth when it was put there.
struct Entry {
    worth: f64,
    place: Reverse<usize>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.worth.total_cmp(&other.worth).then(self.place.cmp(&other.place))
    }
}

/// The edition so far.
#[derive(Default)]
struct Tally<'a> {
    stories: usize,
    words: usize,
    sources: BTreeMap<&'a str, usize>,
    authors: BTreeMap<&'a str, usize>,
    sections: BTreeMap<&'a str, usize>,
    out_of_time: bool,
}

/// One choice a draft, in their order. `write` makes the story of it, `None` when nothing is new in it.
pub(in crate::story) fn choose(
    inputs: &Inputs<'_>,
    drafts: &[StoryDraft<'_>],
    mut write: impl FnMut(&StoryDraft<'_>) -> Option<WrittenStory>,
) -> Vec<Choice> {
    let mut choices: Vec<Option<Choice>> = drafts.iter().map(|_| None).collect();
    let mut tally = Tally::default();
    let mut kept: Vec<usize> = (0..drafts.len()).filter(|place| drafts[*place].is_kept()).collect();
    kept.sort_by(|a, b| drafts[*b].score.total_cmp(&drafts[*a].score).then(a.cmp(b)));
    for place in kept {
        choices[place] = Some(match write(&drafts[place]) {
            Some(story) => tally.publish(&drafts[place], story),
            None => Choice::NothingNew,
        });
    }
    let free = (0..drafts.len()).filter(|place| !drafts[*place].is_kept());
    let mut heap: BinaryHeap<Entry> =
        free.map(|place| Entry { worth: drafts[place].score, place: Reverse(place) }).collect();
    while let Some(Entry { worth, place: Reverse(place) }) = heap.pop() {
        let draft = &drafts[place];
        let lowered = draft.score - tally.penalty(draft);
        if lowered < worth {
            heap.push(Entry { worth: lowered, place: Reverse(place) });
            continue;
        }
        choices[place] = Some(match tally.full(inputs, draft) {
            Some(full) => Choice::Full(full),
            None => match write(draft) {
                None => Choice::NothingNew,
                Some(story) => tally.publish_in_time(inputs, draft, story),
            },
        });
    }
    choices.into_iter().map(|choice| choice.unwrap_or(Choice::NothingNew)).collect()
}

impl<'a> Tally<'a> {
    fn penalty(&self, draft: &StoryDraft<'_>) -> f64 {
        let count = |counts: &BTreeMap<&str, usize>, key: &str| counts.get(key).copied().unwrap_or(0) as f64;
        let author = draft.lead().byline.as_deref().map_or(0.0, |author| count(&self.authors, author));
        SAME_SOURCE * count(&self.sources, &draft.lead().source)
            + SAME_AUTHOR * author
            + SAME_SECTION * count(&self.sections, &draft.section)
    }

    fn full(&self, inputs: &Inputs<'_>, draft: &StoryDraft<'_>) -> Option<Full> {
        let limits = inputs.limits;
        let of_source = self.sources.get(draft.lead().source.as_str()).copied().unwrap_or(0);
        let of_section = self.sections.get(draft.section.as_str()).copied().unwrap_or(0);
        let own = inputs.policy(&draft.lead().source).and_then(|terms| terms.max_stories);
        let lowered = self.penalty(draft);
        let time = Full { limit: "reading_minutes", value: limits.reading_minutes as usize, lowered };
        let full = |limit, value, count| (count >= value).then_some(Full { limit, value, lowered });
        full("max_stories", limits.max_stories, self.stories)
            .or_else(|| self.out_of_time.then_some(time))
            .or_else(|| full("max_stories of the source", own?, of_source))
            .or_else(|| full("max_per_source", limits.max_per_source?, of_source))
            .or_else(|| match limits.sections.get(&draft.section) {
                Some(most) => full("max_stories of the section", *most, of_section),
                None => full("max_per_section", limits.max_per_section?, of_section),
            })
    }

    /// Publishes the story unless it would take the edition over its reading time; after that nothing more is published, so
    /// that no short story passes a better long one. The first story is always published. A story that is longer than any
    /// edition, such as one sentence of a stranger that goes on for pages, ends nothing.
    fn publish_in_time(&mut self, inputs: &Inputs<'_>, draft: &'a StoryDraft<'_>, written: WrittenStory) -> Choice {
        let minutes = inputs.limits.reading_minutes as usize;
        let (words, most) = (written.story.word_count(), minutes * WORDS_A_MINUTE);
        if minutes > 0 && self.stories > 0 && self.words + words > most {
            self.out_of_time |= words <= most;
            let lowered = self.penalty(draft);
            return Choice::Full(Full { limit: "reading_minutes", value: minutes, lowered });
        }
        self.publish(draft, written)
    }

    fn publish(&mut self, draft: &'a StoryDraft<'_>, written: WrittenStory) -> Choice {
        self.stories += 1;
        self.words += written.story.word_count();
        *self.sources.entry(&draft.lead().source).or_default() += 1;
        *self.sections.entry(&draft.section).or_default() += 1;
        if let Some(author) = &draft.lead().byline {
            *self.authors.entry(author).or_default() += 1;
        }
        Choice::Publish(Box::new(written))
    }
}
