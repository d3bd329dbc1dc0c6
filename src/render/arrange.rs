//! An edition → which story leads, which are shown in full, and which are briefs of one line.
//!
//! The highest story of the edition, or the one its publisher chose, leads and leaves its section. Of the others the best of each section is shown in
//! full, as many as the layout allows, and the rest are briefs, as are links. A story whose summary does not stand for
//! its article is only ever a brief. The order of sections, and of stories inside them, stays.

use serde::Serialize;

use crate::model::{Edition, KeySentence, LayoutKind, MoreLink, Section, Story};

/// In an edition of fewer stories and links, every story is shown in full.
const ALL_FULL_BELOW: usize = 4;
/// Sentences of its own source that a story in full shows, unless it leads.
const FULL_SENTENCES: usize = 2;

/// How much of a story the mail shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// It leads the edition.
    Lead,
    /// Headline and sentences.
    Full,
    /// One line.
    Brief,
}

/// A story as the mail shows it.
#[derive(Debug, Clone)]
pub struct ShownStory<'a> {
    /// The story.
    pub story: &'a Story,
    /// How much of it.
    pub form: Form,
    /// The sentences that stand in the mail, in its order; none of a brief.
    pub sentences: Vec<&'a KeySentence>,
}

/// The stories of `edition` in the order of the mail, each with what is shown of it.
pub fn shown(edition: &Edition) -> Vec<ShownStory<'_>> {
    let arrangement = Arrangement::new(edition);
    let in_full = |story, form| {
        let Quoted { own, others } = quoted(edition, story, form == Form::Lead);
        ShownStory { story, form, sentences: own.into_iter().chain(others.into_iter().flatten()).collect() }
    };
    let mut stories: Vec<_> = arrangement.lead.into_iter().map(|story| in_full(story, Form::Lead)).collect();
    for section in &arrangement.sections {
        stories.extend(section.full.iter().map(|story| in_full(story, Form::Full)));
        for brief in &section.briefs {
            if let Brief::Story(story) = *brief {
                stories.push(ShownStory { story, form: Form::Brief, sentences: Vec::new() });
            }
        }
    }
    stories
}

/// An edition, arranged.
pub(super) struct Arrangement<'a> {
    /// The lead story; `None` where all are alike, or none can lead.
    pub(super) lead: Option<&'a Story>,
    /// Sections in the edition's order; one that the lead emptied has neither full stories nor briefs.
    pub(super) sections: Vec<Arranged<'a>>,
}

/// A section, arranged.
pub(super) struct Arranged<'a> {
    pub(super) section: &'a Section,
    pub(super) full: Vec<&'a Story>,
    pub(super) briefs: Vec<Brief<'a>>,
}

/// One line.
#[derive(Clone, Copy)]
pub(super) enum Brief<'a> {
    Story(&'a Story),
    Link(&'a MoreLink),
}

/// The sentences of a story that are shown.
pub(super) struct Quoted<'a> {
    /// Those of the headline's source, in their order.
    pub(super) own: Vec<&'a KeySentence>,
    /// Those of other sources, a source each, in the order of their first sentence.
    pub(super) others: Vec<Vec<&'a KeySentence>>,
}

impl<'a> Arrangement<'a> {
    pub(super) fn new(edition: &'a Edition) -> Self {
        let is_lead_layout = edition.layout.kind == LayoutKind::Lead;
        let stands = standing(edition);
        let can_lead = || edition.stories().filter(|story| is_lead_layout && stands(story));
        let wished = can_lead().find(|story| edition.edits.lead.as_ref() == Some(&story.id));
        let lead = wished.or_else(|| can_lead().reduce(higher));
        let full: Vec<&Story> = if is_lead_layout && edition.story_count() + edition.more_count() >= ALL_FULL_BELOW {
            best_of_sections(edition, lead, stands)
        } else {
            edition.stories().filter(|story| stands(story)).collect()
        };
        let is = |known: &[&Story], story: &Story| known.iter().any(|other| std::ptr::eq(*other, story));
        let arrange = |section: &'a Section| {
            let others = section.stories.iter().filter(|story| !lead.is_some_and(|lead| std::ptr::eq(lead, *story)));
            let (full, rest): (Vec<&Story>, Vec<&Story>) = others.partition(|story| is(&full, story));
            let links = section.more.iter().map(Brief::Link);
            Arranged { section, full, briefs: rest.into_iter().map(Brief::Story).chain(links).collect() }
        };
        Self { lead, sections: edition.sections.iter().map(arrange).collect() }
    }

    /// Stories shown in full, the lead first.
    pub(super) fn full(&self) -> impl Iterator<Item = &'a Story> + '_ {
        self.lead.into_iter().chain(self.sections.iter().flat_map(|section| section.full.iter().copied()))
    }

    /// All that is shown in one line.
    pub(super) fn briefs(&self) -> impl Iterator<Item = Brief<'a>> + '_ {
        self.sections.iter().flat_map(|section| section.briefs.iter().copied())
    }
}

impl<'a> Arranged<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.full.is_empty() && self.briefs.is_empty()
    }
}

/// Whether a story can lead or be shown in full. Where all there is are excerpts, they are: an edition of headlines alone
/// would quote nobody.
fn standing(edition: &Edition) -> fn(&Story) -> bool {
    let excerpt = |story: &Story| story.teaser && !story.weak && !story.paywalled && !story.sentences.is_empty();
    if edition.stories().all(Story::is_brief) { excerpt } else { |story| !story.is_brief() }
}

/// The best story of each section but the lead, and of these the best the layout has room for.
fn best_of_sections<'a>(edition: &'a Edition, lead: Option<&Story>, stands: fn(&Story) -> bool) -> Vec<&'a Story> {
    let is_lead = |story: &Story| lead.is_some_and(|lead| std::ptr::eq(lead, story));
    let best = |section: &'a Section| section.stories.iter().find(|story| stands(story) && !is_lead(story));
    let mut best: Vec<&Story> = edition.sections.iter().filter_map(best).collect();
    best.sort_by(|one, other| other.score.total_cmp(&one.score));
    best.truncate(edition.layout.fulls.saturating_sub(usize::from(lead.is_some())));
    best
}

/// The story with the higher score; the first of equals.
fn higher<'a>(best: &'a Story, story: &'a Story) -> &'a Story {
    if story.score > best.score { story } else { best }
}

/// The sentences `edition` shows of a story in full.
pub(super) fn quoted<'a>(edition: &Edition, story: &'a Story, leads: bool) -> Quoted<'a> {
    let layout = &edition.layout;
    let source = story.places.first().map_or("", |place| place.source.as_str());
    let (mut own, rest): (Vec<&KeySentence>, Vec<&KeySentence>) =
        story.sentences.iter().partition(|sentence| sentence.source == source);
    let mut others: Vec<Vec<&KeySentence>> = Vec::new();
    for sentence in rest {
        match others.iter_mut().find(|group| group[0].source == sentence.source) {
            Some(group) => group.push(sentence),
            None => others.push(vec![sentence]),
        }
    }
    if layout.kind == LayoutKind::Lead {
        own.truncate(if leads { layout.lead_sentences } else { FULL_SENTENCES });
        // Without a sentence of its own the first other source carries the story.
        if !leads && !layout.adds {
            others.truncate(usize::from(own.is_empty()));
        }
        let room = if leads { layout.lead_sentences } else { FULL_SENTENCES };
        others.iter_mut().for_each(|group| group.truncate(room));
    }
    Quoted { own, others }
}
