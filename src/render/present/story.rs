//! A story → its view: headline, byline, sentences with their places, what other sources add.

use jiff::{SignedDuration, Timestamp};

use super::{HEADLINE, NAME, OWN, Presenter, sides};
use crate::model::{KeySentence, Place, Story};
use crate::render::arrange::quoted;
use crate::render::direction::{self, Direction};
use crate::render::display;
use crate::render::texts::{day, fill};
use crate::render::view::{AddsView, NoteView, PlaceView, RateView, SentenceView, StoryView};

/// A longer sentence is left out: cut, it would not be the author's any more.
const SENTENCE: usize = 1_500;
/// A shorter article is read before its minutes are.
const LONG_READ: u32 = 4;

impl Presenter<'_> {
    /// A word in bold on what is behind the link.
    pub(super) fn mark(&self, is_paywalled: bool, is_teaser: bool) -> Option<String> {
        let labels = &self.texts.labels;
        match (is_paywalled, is_teaser) {
            (true, _) => Some(labels.subscribers_only.clone()),
            (false, true) => Some(labels.teaser.clone()),
            (false, false) => None,
        }
    }

    pub(super) fn foreign_language(&self, story: &Story) -> Option<String> {
        story.language.as_deref().and_then(display::language).filter(|code| *code != self.texts.code)
    }

    pub(super) fn direction_of(&self, story: &Story) -> Direction {
        let declared = story.language.as_deref().and_then(display::language);
        declared.as_deref().map_or(self.texts.direction(), direction::of_language)
    }

    pub(super) fn story(&self, story: &Story, number: usize, leads: bool) -> StoryView {
        let mut notes = Notes::default();
        let url = story.url.as_deref().and_then(display::link);
        let source = story.places.first().map_or("", |place| &place.source);
        let headline = self.headline(&story.headline);
        let dir = direction::of_text(&headline, self.direction_of(story));
        let places = self.places(&story.places, dir, &mut notes);
        let of_first_place = story.places.first().is_some_and(|place| place.url == story.url);
        let url_note = url.as_deref().filter(|_| !of_first_place).map(|url| notes.number(url));
        let (sentences, adds) = self.quotations(story, leads, dir, &mut notes);
        let shown = story.also_in.len().min(self.edition.layout.also_in);
        let also_in = self.places(&story.also_in[..shown], dir, &mut notes);
        let left = story.also_in.len() - shown;
        let date = |time| self.texts.short_date(day(time, &self.zone), self.today);
        let minutes = self.texts.count(&self.texts.counts.reading, usize::try_from(story.reading_minutes).unwrap_or(1));
        StoryView {
            number,
            anchor: format!("s{number}"),
            headline: display::link_text(headline, url.as_deref()),
            url_note,
            url,
            language: self.foreign_language(story),
            dir,
            start: sides(dir).0,
            end: sides(dir).1,
            rtl: dir == Direction::Rtl,
            update: story.update.as_ref().map(|update| self.first_told(update.first_told)),
            takes: (story.reading_minutes >= LONG_READ).then(|| minutes.clone()),
            reading: minutes,
            reading_minutes: story.reading_minutes,
            dated: story.published.filter(|time| self.is_older(*time)).map(|time| self.brief_date(time)),
            date: story.published.map(date),
            teaser: story.teaser,
            source: display::line(source, NAME),
            mark: self.mark(story.paywalled, story.teaser),
            places,
            sentences,
            adds,
            also_in_more: (left > 0).then(|| format!("+{left}")),
            also_in,
            note: self.edition.own.notes.get(&story.id).map(|note| display::line(note, OWN)),
            notes: notes.0.into_iter().enumerate().map(|(index, url)| NoteView { number: index + 1, url }).collect(),
            tags: story.tags.iter().map(|tag| display::line(tag, NAME)).collect(),
            rate: story
                .rate
                .as_ref()
                .and_then(|rate| Some(RateView { more: display::link(&rate.more)?, less: display::link(&rate.less)? })),
        }
    }

    /// Sentences of its own source, and of others.
    fn quotations(
        &self,
        story: &Story,
        leads: bool,
        dir: Direction,
        notes: &mut Notes,
    ) -> (Vec<SentenceView>, Vec<AddsView>) {
        let quoted = quoted(self.edition, story, leads);
        let mut numbers = 1..;
        let sentences = self.sentences(&quoted.own, dir, &mut numbers, notes);
        let others = quoted.others.iter();
        let mut adds: Vec<AddsView> = others.map(|group| self.adds(group, story, dir, &mut numbers, notes)).collect();
        adds.retain(|adds| !adds.sentences.is_empty());
        if let (true, Some(first)) = (sentences.is_empty(), adds.first_mut()) {
            (first.before, first.after) = around(&self.texts.labels.reports);
        }
        (sentences, adds)
    }

    fn first_told(&self, time: Timestamp) -> String {
        fill(&self.texts.labels.first_told, &[("date", &self.brief_date(time))])
    }

    fn brief_date(&self, time: Timestamp) -> String {
        self.texts.brief_date(day(time, &self.zone), self.today)
    }

    /// It appeared more than a day before the edition.
    fn is_older(&self, time: Timestamp) -> bool {
        self.edition.composed.duration_since(time) > SignedDuration::from_hours(24)
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

    fn adds(
        &self,
        group: &[&KeySentence],
        story: &Story,
        usual: Direction,
        numbers: &mut impl Iterator<Item = usize>,
        notes: &mut Notes,
    ) -> AddsView {
        let source = group.first().map_or("", |sentence| &sentence.source);
        let url = story.places.iter().find(|place| place.source == source).and_then(|place| place.url.as_deref());
        let url = url.and_then(display::link);
        let sentences = self.sentences(group, usual, numbers, notes);
        let dir = sentences.first().map_or(usual, |sentence| sentence.dir);
        let (before, after) = around(&self.texts.labels.adds);
        let source = display::link_text(display::line(source, NAME), url.as_deref());
        AddsView { source, url, before, after, sentences, dir, start: sides(dir).0 }
    }

    /// Sentences of one source, which run on where they adjoin there.
    fn sentences(
        &self,
        sentences: &[&KeySentence],
        usual: Direction,
        numbers: &mut impl Iterator<Item = usize>,
        notes: &mut Notes,
    ) -> Vec<SentenceView> {
        let mut views: Vec<SentenceView> = Vec::new();
        let mut before: Option<&KeySentence> = None;
        for sentence in sentences {
            let text = display::line(&sentence.text, SENTENCE);
            let is_whole = sentence.text.chars().nth(SENTENCE).is_none();
            if !is_whole || !display::shows(&text) {
                continue;
            }
            let adjoins = before.is_some_and(|before| follows(before, sentence));
            let number = numbers.next().unwrap_or_default();
            let mut view = self.sentence(sentence, text, number, usual, notes);
            view.gap = before.is_some() && !adjoins;
            let runs_on = views.last().is_some_and(|last| last.text.ends_with(display::is_unspaced));
            view.space = if views.is_empty() || (runs_on && adjoins) { "" } else { " " };
            views.push(view);
            before = Some(sentence);
        }
        views
    }

    fn sentence(
        &self,
        sentence: &KeySentence,
        text: String,
        number: usize,
        usual: Direction,
        notes: &mut Notes,
    ) -> SentenceView {
        let url = sentence.link.as_deref().and_then(display::link);
        let source = display::link_text(display::line(&sentence.source, NAME), url.as_deref());
        let (head, last) = display::last_word(&text);
        let labels = &self.texts.labels;
        let n = number.to_string();
        SentenceView {
            label: fill(&labels.read_in_place, &[("source", &source), ("n", &n)]),
            place: fill(&labels.this_sentence, &[("word", last), ("source", &source), ("n", &n)]),
            note: url.as_deref().map(|url| notes.number(url)),
            head: head.to_owned(),
            last: last.to_owned(),
            dir: direction::of_text(&text, usual),
            gap: false,
            space: "",
            number,
            text,
            source,
            url,
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

/// `next` stands right behind `before` in their source.
fn follows(before: &KeySentence, next: &KeySentence) -> bool {
    before.article == next.article && before.end <= next.start && next.adjoins
}

/// The words of a pattern before and after its `{source}`.
fn around(pattern: &str) -> (String, String) {
    let (before, after) = pattern.split_once("{source}").unwrap_or(("", pattern));
    (before.to_owned(), after.to_owned())
}
