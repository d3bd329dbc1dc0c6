//! An edition → the data of its templates, in one language of the frame.

mod own;
mod story;

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::{self, Edition, MoreLink, Story, TextLinks};
use crate::render::arrange::{Arranged, Arrangement, Brief, quoted};
use crate::render::direction::{self, Direction};
use crate::render::display;
use crate::render::texts::{Count, Texts, day, fill, zone};
use crate::render::view::{
    BriefView, EditionView, MoreView, PartView, PictureView, SectionView, SourceView, StoryView, View,
};

pub(super) const HEADLINE: usize = 240;
pub(super) const NAME: usize = 80;
/// Own words: an introduction, a note.
const OWN: usize = model::MAX_OWN_CHARS;
const PREHEADER: usize = 140;
/// Up to this many stories a list of contents only costs space.
const CONTENTS_ABOVE: usize = 8;
/// Links a template without briefs shows; the rest is counted.
const MORE_LINKS: usize = 12;

/// The facts that all parts of one view share.
struct Presenter<'a> {
    edition: &'a Edition,
    texts: &'a Texts,
    zone: TimeZone,
    today: Date,
}

impl View {
    pub(super) fn new(edition: &Edition, texts: &Texts) -> Self {
        let zone = zone(&edition.timezone);
        let today = day(edition.composed, &zone);
        let presenter = Presenter { edition, texts, zone, today };
        let arrangement = Arrangement::new(edition);
        let sections = presenter.sections(&arrangement);
        let number = |story: &Story| edition.stories().position(|other| std::ptr::eq(other, story)).unwrap_or(0) + 1;
        let lead_story = arrangement.lead.map(|story| presenter.story(story, number(story), true));
        Self {
            edition: presenter.edition(&arrangement, lead_story, &sections),
            own: presenter.own(&sections),
            sections,
            health: presenter.health(),
            labels: texts.labels.clone(),
        }
    }
}

impl Presenter<'_> {
    fn edition(
        &self,
        arrangement: &Arrangement<'_>,
        lead_story: Option<StoryView>,
        sections: &[SectionView],
    ) -> EditionView {
        let edition = self.edition;
        let shown = arrangement.full().count() + arrangement.briefs().count();
        let dir = self.texts.direction();
        let full: Vec<&StoryView> =
            lead_story.iter().chain(sections.iter().flat_map(|section| &section.full)).collect();
        let line = self.summary(arrangement);
        EditionView {
            id: display::line(&edition.id, NAME),
            title: title(edition),
            language: self.texts.code.clone(),
            dir,
            start: sides(dir).0,
            end: sides(dir).1,
            date: self.texts.long_date(self.today),
            day: self.today.to_string(),
            story_count: shown,
            reading_minutes: self.minutes(arrangement),
            preheader: preheader(&full, sections, &line),
            line,
            contents: shown > CONTENTS_ABOVE,
            lead: full.first().map(|story| story.headline.clone()),
            and_more: self
                .count_if_any(&self.texts.counts.and_more_stories, shown.saturating_sub(1))
                .unwrap_or_default(),
            parts: if shown > CONTENTS_ABOVE { self.parts(sections) } else { Vec::new() },
            closing: self.closing(shown),
            left_out: edition.left_out,
            online: None,
            all_links: edition.layout.text_links == TextLinks::All,
            more_sources: more_sources(&full),
            picture: picture(edition, arrangement.lead),
            lead_story,
        }
    }

    /// "12 stories from 12 sources · 2 min read".
    fn summary(&self, arrangement: &Arrangement<'_>) -> String {
        let counts = &self.texts.counts;
        let mut sources: BTreeSet<&str> = arrangement
            .full()
            .flat_map(|story| story.places.iter().chain(&story.also_in))
            .map(|place| &*place.source)
            .collect();
        let mut shown = arrangement.full().count();
        for brief in arrangement.briefs() {
            shown += 1;
            sources.insert(match brief {
                Brief::Story(story) => story.places.first().map_or("", |place| &place.source),
                Brief::Link(link) => &link.source,
            });
        }
        if shown == 0 {
            return self.texts.labels.nothing_new.clone();
        }
        let minutes = usize::try_from(self.minutes(arrangement)).unwrap_or(usize::MAX);
        let (stories, from) = (self.texts.count(&counts.story, shown), self.texts.count(&counts.source, sources.len()));
        let whole = fill(&counts.stories_from_sources, &[("stories", &stories), ("sources", &from)]);
        format!("{whole} · {}", self.texts.count(&counts.reading, minutes))
    }

    /// Minutes to read the mail itself.
    fn minutes(&self, arrangement: &Arrangement<'_>) -> u32 {
        let leads = |story: &Story| arrangement.lead.is_some_and(|lead| std::ptr::eq(lead, story));
        let full = arrangement.full().map(|story| {
            let quoted = quoted(self.edition, story, leads(story));
            let sentences = quoted.own.iter().chain(quoted.others.iter().flatten());
            model::word_count(&story.headline)
                + sentences.map(|sentence| model::word_count(&sentence.text)).sum::<usize>()
        });
        let briefs = arrangement.briefs().map(|brief| match brief {
            Brief::Story(story) => model::word_count(&story.headline),
            Brief::Link(link) => model::word_count(&link.title),
        });
        model::reading_minutes(full.chain(briefs).sum())
    }

    /// "That is all for today. 41 further articles were read and left out."
    fn closing(&self, shown: usize) -> Option<String> {
        let left_out = self.count_if_any(&self.texts.counts.left_out, self.edition.left_out);
        (shown > 0)
            .then(|| std::iter::once(self.texts.labels.end.clone()).chain(left_out).collect::<Vec<_>>().join(" "))
    }

    fn parts(&self, sections: &[SectionView]) -> Vec<PartView> {
        let shown = sections.iter().filter(|section| !section.anchor.is_empty());
        let part = |section: &SectionView| PartView {
            name: section.name.clone(),
            anchor: section.anchor.clone(),
            label: fill(&self.texts.labels.further_down, &[("section", &section.name)]),
        };
        // The first stands right below the list.
        shown.skip(1).map(part).collect()
    }

    fn sections(&self, arrangement: &Arrangement<'_>) -> Vec<SectionView> {
        let (mut sections, mut next, mut shown) = (Vec::new(), 1, 0);
        for arranged in &arrangement.sections {
            if arranged.section.stories.is_empty() && arranged.section.more.is_empty() {
                continue;
            }
            shown += usize::from(!arranged.is_empty());
            let is_first = sections.is_empty() && arrangement.lead.is_none();
            sections.push(self.section(arranged, &mut next, shown, is_first));
        }
        sections
    }

    fn section(&self, arranged: &Arranged<'_>, next: &mut usize, shown: usize, is_first: bool) -> SectionView {
        let (section, labels) = (arranged.section, &self.texts.labels);
        let first = *next;
        let stories: Vec<StoryView> = section
            .stories
            .iter()
            .map(|story| {
                *next += 1;
                self.story(story, *next - 1, false)
            })
            .collect();
        let place = |story: &Story| section.stories.iter().position(|other| std::ptr::eq(other, story));
        let full = arranged.full.iter().filter_map(|story| stories.get(place(story)?).cloned()).collect();
        let unnamed = if is_first { &labels.stories } else { &labels.other_stories };
        let name = Some(display::line(&section.name, NAME))
            .filter(|name| display::shows(name))
            .unwrap_or_else(|| unnamed.clone());
        let left = section.more.len().saturating_sub(MORE_LINKS);
        SectionView {
            dir: direction::of_text(&name, self.texts.direction()),
            name,
            first,
            stories,
            more: section.more.iter().take(MORE_LINKS).map(|link| self.more(link)).collect(),
            more_line: self.count_if_any(&self.texts.counts.more, section.more.len()),
            unlisted: self.count_if_any(&self.texts.counts.unlisted, left),
            anchor: if arranged.is_empty() { String::new() } else { format!("part{shown}") },
            is_first: !arranged.is_empty() && shown == 1,
            full,
            briefs: arranged.briefs.iter().map(|brief| self.brief(*brief)).collect(),
        }
    }

    fn count_if_any(&self, count: &Count, n: usize) -> Option<String> {
        (n > 0).then(|| self.texts.count(count, n))
    }

    fn more(&self, link: &MoreLink) -> MoreView {
        let url = link.url.as_deref().and_then(display::link);
        let title = display::link_text(self.headline(&link.title), url.as_deref());
        let dir = direction::of_text(&title, self.texts.direction());
        MoreView { title, source: display::line(&link.source, NAME), url, dir }
    }

    /// A headline that shows nothing has a word in its place.
    pub(super) fn headline(&self, headline: &str) -> String {
        let line = display::line(headline, HEADLINE);
        if display::shows(&line) { line } else { self.texts.labels.untitled.clone() }
    }

    fn brief(&self, brief: Brief<'_>) -> BriefView {
        match brief {
            Brief::Link(link) => {
                let MoreView { title: headline, source, url, dir } = self.more(link);
                BriefView { headline, url, source, mark: self.mark(link.paywalled, link.teaser), language: None, dir }
            }
            Brief::Story(story) => {
                let url = story.url.as_deref().and_then(display::link);
                let source = story.places.first().map_or("", |place| &place.source);
                let headline = self.headline(&story.headline);
                BriefView {
                    dir: direction::of_text(&headline, self.direction_of(story)),
                    headline: display::link_text(headline, url.as_deref()),
                    source: display::line(source, NAME),
                    mark: self.mark(story.paywalled, story.teaser),
                    language: self.foreign_language(story),
                    url,
                }
            }
        }
    }
}

/// Shown beside the subject in a mail list: the headlines after the lead's, those in full first, or the lead's own words.
fn preheader(full: &[&StoryView], sections: &[SectionView], line: &str) -> String {
    let headlines = full.iter().skip(1).map(|story| story.headline.as_str());
    let briefs = sections.iter().flat_map(|section| &section.briefs).map(|brief| brief.headline.as_str());
    let own = full.iter().flat_map(|story| &story.sentences).map(|sentence| sentence.text.as_str());
    let mut preheader = String::new();
    for part in headlines.chain(briefs).chain(own).chain([line]) {
        let used = preheader.chars().count();
        let room = PREHEADER.saturating_sub(used + 3);
        preheader = match used {
            0 => display::shorten(part, PREHEADER),
            _ if part.chars().count() <= room => format!("{preheader} · {part}"),
            _ if used < PREHEADER / 2 => format!("{preheader} · {}", display::shorten(part, room)),
            _ => break,
        };
    }
    preheader
}

/// Links that the text part shows at its end: of sources that add something, of "also in", and of a second page quoted.
fn more_sources(full: &[&StoryView]) -> Vec<SourceView> {
    let mut sources: Vec<SourceView> = Vec::new();
    for story in full {
        let adds = story.adds.iter().map(|adds| (&adds.source, &adds.url));
        let also_in = story.also_in.iter().map(|place| (&place.name, &place.url));
        let sentences = story.sentences.iter().chain(story.adds.iter().flat_map(|adds| &adds.sentences));
        let pages = sentences.map(|sentence| (&sentence.source, &sentence.url));
        for (name, url) in adds.chain(also_in).chain(pages) {
            let Some(url) = url.as_deref().map(display::page) else { continue };
            if story.url.as_deref() == Some(url) || sources.iter().any(|source| source.url == url) {
                continue;
            }
            let source = SourceView { name: name.clone(), url: url.to_owned() };
            sources.push(source);
        }
    }
    sources
}

/// The edition's title, or the newsletter's name if that shows nothing.
pub(super) fn title(edition: &Edition) -> String {
    let title = display::line(&edition.title, NAME);
    let title = if display::shows(&title) { title } else { display::line(&edition.newsletter, NAME) };
    display::link_text(title, None)
}

/// Longest description of a picture, in characters.
const ALT: usize = 200;

/// The picture of the edition where it goes with the story that leads.
fn picture(edition: &Edition, lead: Option<&Story>) -> Option<PictureView> {
    let picture = edition.picture.as_ref().filter(|picture| lead.is_some_and(|lead| lead.id == picture.story))?;
    let (width, height) = picture.shown_size();
    Some(PictureView {
        src: format!("cid:{}", picture.content_id()),
        alt: display::line(&picture.alt, ALT),
        width,
        height,
    })
}

/// The sides where a line of this direction starts and ends.
fn sides(dir: Direction) -> (&'static str, &'static str) {
    match dir {
        Direction::Ltr => ("left", "right"),
        Direction::Rtl => ("right", "left"),
    }
}
