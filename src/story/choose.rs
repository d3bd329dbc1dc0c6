//! Which stories are told, which are only linked, which fall to a limit.
//!
//! Kept stories first, whatever the limits. Then always the story with the highest score, lowered by what already
//! stands in the edition from the same source, author and section: so one source cannot fill it while others have
//! something. The first limit that is full decides what happens to the rest.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};

use super::card::Card;
use super::desk::Desk;
use crate::model::WORDS_A_MINUTE;

/// Points a story loses for each told story of its source.
const SAME_SOURCE: f64 = 0.3;
/// … of its author.
const SAME_AUTHOR: f64 = 0.15;
/// … of its section.
const SAME_SECTION: f64 = 0.1;

/// A story that could be told.
pub(super) struct Candidate {
    /// Its order score.
    pub score: f64,
    /// Source of its headline.
    pub source: String,
    /// Byline of its headline's article.
    pub author: Option<String>,
    /// The head it would stand under.
    pub section: String,
    /// A rule keeps it.
    pub kept: bool,
}

/// What becomes of one candidate.
#[derive(Debug)]
pub(super) enum Choice {
    /// It is told, with this card.
    Told(Box<Card>),
    /// This limit was full; it may be linked.
    Full(Full),
    /// Its card says nothing new.
    NothingNew,
}

/// The limit that kept a story out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Full {
    /// As it is called in the config.
    pub limit: &'static str,
    /// Its value.
    pub value: usize,
    /// How far what already stood in the edition lowered the story's score.
    pub lowered: f64,
}

/// A candidate and what it was worth when it was put there.
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

/// What is in the edition so far.
#[derive(Default)]
struct Tally<'a> {
    stories: usize,
    words: usize,
    sources: BTreeMap<&'a str, usize>,
    authors: BTreeMap<&'a str, usize>,
    sections: BTreeMap<&'a str, usize>,
    out_of_time: bool,
}

/// One choice a candidate, in their order. `write` makes the card of a candidate, `None` when nothing is new in it.
pub(super) fn choose(
    desk: &Desk<'_>,
    candidates: &[Candidate],
    mut write: impl FnMut(usize) -> Option<Card>,
) -> Vec<Choice> {
    let mut choices: Vec<Option<Choice>> = candidates.iter().map(|_| None).collect();
    let mut tally = Tally::default();
    let mut kept: Vec<usize> = (0..candidates.len()).filter(|place| candidates[*place].kept).collect();
    kept.sort_by(|a, b| candidates[*b].score.total_cmp(&candidates[*a].score).then(a.cmp(b)));
    for place in kept {
        choices[place] = Some(match write(place) {
            Some(story) => tally.tell(&candidates[place], story),
            None => Choice::NothingNew,
        });
    }
    let free = (0..candidates.len()).filter(|place| !candidates[*place].kept);
    let mut heap: BinaryHeap<Entry> =
        free.map(|place| Entry { worth: candidates[place].score, place: Reverse(place) }).collect();
    while let Some(Entry { worth, place: Reverse(place) }) = heap.pop() {
        let candidate = &candidates[place];
        let lowered = candidate.score - tally.penalty(candidate);
        if lowered < worth {
            heap.push(Entry { worth: lowered, place: Reverse(place) });
            continue;
        }
        choices[place] = Some(match tally.full(desk, candidate) {
            Some(full) => Choice::Full(full),
            None => match write(place) {
                None => Choice::NothingNew,
                Some(story) => tally.tell_in_time(desk, candidate, story),
            },
        });
    }
    choices.into_iter().map(|choice| choice.unwrap_or(Choice::NothingNew)).collect()
}

impl<'a> Tally<'a> {
    fn penalty(&self, candidate: &Candidate) -> f64 {
        let told = |counts: &BTreeMap<&str, usize>, key: &str| counts.get(key).copied().unwrap_or(0) as f64;
        let author = candidate.author.as_deref().map_or(0.0, |author| told(&self.authors, author));
        SAME_SOURCE * told(&self.sources, &candidate.source)
            + SAME_AUTHOR * author
            + SAME_SECTION * told(&self.sections, &candidate.section)
    }

    fn full(&self, desk: &Desk<'_>, candidate: &Candidate) -> Option<Full> {
        let limits = desk.limits;
        let of_source = self.sources.get(candidate.source.as_str()).copied().unwrap_or(0);
        let of_section = self.sections.get(candidate.section.as_str()).copied().unwrap_or(0);
        let own = desk.terms(&candidate.source).and_then(|terms| terms.max_stories);
        let lowered = self.penalty(candidate);
        let time = Full { limit: "reading_minutes", value: limits.reading_minutes as usize, lowered };
        let full = |limit, value, count| (count >= value).then_some(Full { limit, value, lowered });
        full("max_stories", limits.max_stories, self.stories)
            .or_else(|| self.out_of_time.then_some(time))
            .or_else(|| full("max_stories of the source", own?, of_source))
            .or_else(|| full("max_per_source", limits.max_per_source?, of_source))
            .or_else(|| full("max_per_section", limits.max_per_section?, of_section))
    }

    /// Tells the story unless it would take the edition over its reading time; after that nothing more is told, so that no
    /// short story passes a better long one. The first story is always told.
    fn tell_in_time(&mut self, desk: &Desk<'_>, candidate: &'a Candidate, card: Card) -> Choice {
        let minutes = desk.limits.reading_minutes as usize;
        if minutes > 0 && self.stories > 0 && self.words + card.story.word_count() > minutes * WORDS_A_MINUTE {
            self.out_of_time = true;
            let lowered = self.penalty(candidate);
            return Choice::Full(Full { limit: "reading_minutes", value: minutes, lowered });
        }
        self.tell(candidate, card)
    }

    fn tell(&mut self, candidate: &'a Candidate, card: Card) -> Choice {
        self.stories += 1;
        self.words += card.story.word_count();
        *self.sources.entry(&candidate.source).or_default() += 1;
        *self.sections.entry(&candidate.section).or_default() += 1;
        if let Some(author) = &candidate.author {
            *self.authors.entry(author).or_default() += 1;
        }
        Choice::Told(Box::new(card))
    }
}
