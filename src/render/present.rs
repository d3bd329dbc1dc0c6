//! An edition → the data of its templates, in one language of the frame.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::{Edition, KeySentence, MoreLink, Place, Section, Story};
use crate::render::display;
use crate::render::direction::{self, Direction};
use crate::render::texts::{Count, Texts, day, fill, zone};
use crate::render::view::{
    EditionView, FailedView, HealthView, MoreView, NoteView, PlaceView, RateView, SectionView, SentenceView, StoryView,
    View,
};

pub(super) const HEADLINE: usize = 240;
const SENTENCE: usize = 700;
pub(super) const NAME: usize = 80;
const PREHEADER: usize = 140;
/// Below this many stories a list of contents only costs space.
const CONTENTS_FROM: usize = 4;
/// Links shown under "+N more" and after "also in"; the rest is counted.
const MORE_LINKS: usize = 12;
const ALSO_LINKS: usize = 8;

/// The facts that all parts of one view share.
struct Presenter<'a> {
    texts: &'a Texts,
    zone: TimeZone,
    today: Date,
}

impl View {
    pub(super) fn new(edition: &Edition, texts: &Texts) -> Self {
        let zone = zone(&edition.timezone);
        let today = day(edition.composed, &zone);
        let presenter = Presenter { texts, zone, today };
        let mut next = 1;
        let sections: Vec<SectionView> = edition
            .sections
            .iter()
            .filter(|section| !section.stories.is_empty() || !section.more.is_empty())
            .enumerate()
            .map(|(index, section)| presenter.section(section, index, &mut next))
            .collect();
        Self {
            edition: presenter.edition(edition, &sections),
            sections,
            health: presenter.health(edition),
            labels: texts.labels.clone(),
        }
    }
}

impl Presenter<'_> {
    fn edition(&self, edition: &Edition, sections: &[SectionView]) -> EditionView {
        let told = edition.story_count();
        let dir = self.texts.direction();
        let lead = sections.iter().flat_map(|section| &section.stories).next().map(|story| story.headline.clone());
        EditionView {
            id: display::line(&edition.id, NAME),
            title: title(edition),
            language: self.texts.code.clone(),
            dir,
            start: sides(dir).0,
            end: sides(dir).1,
            date: self.texts.long_date(self.today),
            day: self.today.to_string(),
            story_count: told,
            reading_minutes: edition.reading_minutes(),
            line: self.summary(edition),
            preheader: self.preheader(edition, sections),
            contents: told >= CONTENTS_FROM,
            lead,
            and_more: if told > 1 {
                self.texts.count(&self.texts.counts.and_more_stories, told - 1)
            } else {
                String::new()
            },
        }
    }

    /// "5 stories from 31 sources · 6 min read".
    fn summary(&self, edition: &Edition) -> String {
        let counts = &self.texts.counts;
        if edition.story_count() == 0 {
            let nothing = || self.texts.labels.nothing_new.clone();
            return self.count_if_any(&counts.more, edition.more_count()).unwrap_or_else(nothing);
        }
        let mut told: Vec<&str> = edition
            .stories()
            .flat_map(|story| story.places.iter().chain(&story.also_in))
            .map(|place| place.source.as_str())
            .collect();
        told.sort_unstable();
        told.dedup();
        let sources = edition.health.answered.max(told.len());
        let minutes = usize::try_from(edition.reading_minutes()).unwrap_or(usize::MAX);
        let stories = self.texts.count(&counts.story, edition.story_count());
        let from = self.texts.count(&counts.source, sources);
        let whole = fill(&counts.stories_from_sources, &[("stories", &stories), ("sources", &from)]);
        format!("{whole} · {}", self.texts.count(&counts.reading, minutes))
    }

    /// Shown beside the subject in a mail list: the headlines after the first, or the first's own words.
    fn preheader(&self, edition: &Edition, sections: &[SectionView]) -> String {
        let stories = || sections.iter().flat_map(|section| &section.stories);
        let headlines = stories().skip(1).map(|story| story.headline.as_str());
        let more = sections.iter().flat_map(|section| &section.more).map(|link| link.title.as_str());
        let sentences = stories().flat_map(|story| &story.sentences).map(|sentence| sentence.text.as_str());
        let line = self.summary(edition);
        let mut preheader = String::new();
        for part in headlines.chain(sentences).chain(more).chain([line.as_str()]) {
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

    fn section(&self, section: &Section, index: usize, next: &mut usize) -> SectionView {
        let labels = &self.texts.labels;
        let first = *next;
        let stories: Vec<StoryView> = section
            .stories
            .iter()
            .map(|story| {
                *next += 1;
                self.story(story, *next - 1)
            })
            .collect();
        let unnamed = if index == 0 { &labels.stories } else { &labels.other_stories };
        let name =
            Some(display::line(&section.name, NAME)).filter(|name| display::shows(name)).unwrap_or_else(|| unnamed.clone());
        let left = section.more.len().saturating_sub(MORE_LINKS);
        SectionView {
            dir: direction::of_text(&name, self.texts.direction()),
            name,
            first,
            stories,
            more: section.more.iter().take(MORE_LINKS).map(|link| self.more(link)).collect(),
            more_line: self.count_if_any(&self.texts.counts.more, section.more.len()),
            unlisted: self.count_if_any(&self.texts.counts.unlisted, left),
        }
    }

    fn count_if_any(&self, count: &Count, n: usize) -> Option<String> {
        (n > 0).then(|| self.texts.count(count, n))
    }

    fn more(&self, link: &MoreLink) -> MoreView {
        let url = link.url.as_deref().and_then(display::link);
        let title = display::link_text(untitled(display::line(&link.title, HEADLINE), &link.source), url.as_deref());
        let dir = direction::of_text(&title, self.texts.direction());
        MoreView { title, source: display::line(&link.source, NAME), url, dir }
    }

    fn story(&self, story: &Story, number: usize) -> StoryView {
        let mut notes = Notes::default();
        let url = story.url.as_deref().and_then(display::link);
        let declared = story.language.as_deref().and_then(display::language);
        let usual = declared.as_deref().map_or(self.texts.direction(), direction::of_language);
        let headline =
            untitled(display::line(&story.headline, HEADLINE), story.places.first().map_or("", |place| &place.source));
        let dir = direction::of_text(&headline, usual);
        let places = self.places(&story.places, dir, &mut notes);
        let of_first_place = story.places.first().is_some_and(|place| place.url == story.url);
        let url_note = url.as_deref().filter(|_| !of_first_place).map(|url| notes.number(url));
        let sentences = story
            .sentences
            .iter()
            .filter(|sentence| display::shows(&display::line(&sentence.text, SENTENCE)))
            .enumerate()
            .map(|(index, sentence)| self.sentence(sentence, index + 1, dir, &mut notes))
            .collect();
        let also_in = self.places(&story.also_in[..story.also_in.len().min(ALSO_LINKS)], dir, &mut notes);
        let date = |time| self.texts.short_date(day(time, &self.zone), self.today);
        StoryView {
            number,
            anchor: format!("s{number}"),
            headline: display::link_text(headline, url.as_deref()),
            url_note,
            url,
            language: declared.filter(|code| *code != self.texts.code),
            dir,
            start: sides(dir).0,
            end: sides(dir).1,
            rtl: dir == Direction::Rtl,
            update: story
                .update
                .as_ref()
                .map(|told| fill(&self.texts.labels.first_told, &[("date", &date(told.first_told))])),
            reading: self.texts.count(&self.texts.counts.reading, usize::try_from(story.reading_minutes).unwrap_or(1)),
            reading_minutes: story.reading_minutes,
            date: story.published.map(date),
            teaser: story.teaser,
            places,
            sentences,
            also_in_more: self.count_if_any(&self.texts.counts.more, story.also_in.len().saturating_sub(ALSO_LINKS)),
            also_in,
            notes: notes.0.into_iter().enumerate().map(|(index, url)| NoteView { number: index + 1, url }).collect(),
            tags: story.tags.iter().map(|tag| display::line(tag, NAME)).collect(),
            rate: story
                .rate
                .as_ref()
                .and_then(|rate| Some(RateView { more: display::link(&rate.more)?, less: display::link(&rate.less)? })),
        }
    }

    fn places(&self, places: &[Place], usual: Direction, notes: &mut Notes) -> Vec<PlaceView> {
        let view = |place: &Place| {
            let url = place.url.as_deref().and_then(display::link);
            let name = display::link_text(display::line(&place.source, NAME), url.as_deref());
            let note = url.as_deref().map(|url| notes.number(url));
            PlaceView {
                dir: direction::of_text(&name, usual),
                name,
                title: display::line(&place.title, HEADLINE),
                url,
                note,
            }
        };
        places.iter().map(view).collect()
    }

    fn sentence(&self, sentence: &KeySentence, number: usize, usual: Direction, notes: &mut Notes) -> SentenceView {
        let url = sentence.link.as_deref().and_then(display::link);
        let text = display::line(&sentence.text, SENTENCE);
        let source = display::link_text(display::line(&sentence.source, NAME), url.as_deref());
        let label = fill(&self.texts.labels.read_in_place, &[("source", &source), ("n", &number.to_string())]);
        let note = url.as_deref().map(|url| notes.number(url));
        SentenceView { dir: direction::of_text(&text, usual), text, source, url, note, label }
    }

    fn health(&self, edition: &Edition) -> HealthView {
        let health = &edition.health;
        let numbers = [("answered", &*health.answered.to_string()), ("asked", &*health.asked.to_string())];
        let since = |time| {
            let date = self.texts.short_date(day(time, &self.zone), self.today);
            fill(&self.texts.labels.since, &[("date", &date)])
        };
        let failed = health.failed.iter().map(|source| FailedView {
            name: display::link_text(display::line(&source.name, NAME), None),
            reason: display::line(&source.reason, HEADLINE),
            since: source.since.map(since),
        });
        HealthView {
            asked: health.asked,
            answered: health.answered,
            line: fill(&self.texts.labels.answered, &numbers),
            failed: failed.collect(),
        }
    }
}

/// The links of one story, numbered in the order of their first mention.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn number(&mut self, url: &str) -> usize {
        if let Some(index) = self.0.iter().position(|known| known == url) {
            return index + 1;
        }
        self.0.push(url.to_owned());
        self.0.len()
    }
}

/// The edition's title, or the newsletter's name if that shows nothing.
pub(super) fn title(edition: &Edition) -> String {
    let title = untitled(display::line(&edition.title, NAME), &edition.newsletter);
    display::link_text(title, None)
}

/// The sides where a line of this direction starts and ends.
fn sides(dir: Direction) -> (&'static str, &'static str) {
    match dir {
        Direction::Ltr => ("left", "right"),
        Direction::Rtl => ("right", "left"),
    }
}

/// A headline that shows nothing is replaced by the name of its source.
fn untitled(headline: String, source: &str) -> String {
    if display::shows(&headline) { headline } else { display::line(source, NAME) }
}
