//! The data of a template: the edition with its dates, counts and numbers written out.
//!
//! The reader's part is `reader`'s. Field names are the contract with everybody's templates (`templates/README.md` lists them): add, never rename.

use serde::Serialize;

use crate::render::direction::Direction;
use crate::render::texts::Labels;

/// Everything but the subject and the reader.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub(super) edition: EditionView,
    pub(super) sections: Vec<SectionView>,
    pub(super) health: HealthView,
    pub(super) own: OwnView,
    pub(super) labels: Labels,
}

#[derive(Debug, Serialize)]
pub(super) struct EditionView {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) language: String,
    pub(super) dir: Direction,
    pub(super) start: &'static str,
    pub(super) end: &'static str,
    pub(super) date: String,
    pub(super) day: String,
    pub(super) story_count: usize,
    pub(super) reading_minutes: u32,
    pub(super) line: String,
    pub(super) preheader: String,
    pub(super) contents: bool,
    pub(super) lead: Option<String>,
    pub(super) and_more: String,
    pub(super) lead_story: Option<StoryView>,
    pub(super) picture: Option<PictureView>,
    pub(super) parts: Vec<PartView>,
    pub(super) closing: Option<String>,
    pub(super) left_out: usize,
    pub(super) online: Option<String>,
    pub(super) all_links: bool,
    pub(super) more_sources: Vec<SourceView>,
}

/// The lead story's picture, as it is attached.
#[derive(Debug, Serialize)]
pub(super) struct PictureView {
    pub(super) src: String,
    pub(super) alt: String,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A section that the list of contents names.
#[derive(Debug, Serialize)]
pub(super) struct PartView {
    pub(super) name: String,
    pub(super) anchor: String,
    pub(super) label: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct SourceView {
    pub(super) name: String,
    pub(super) url: String,
}

/// The publisher's own words.
#[derive(Debug, Default, Serialize)]
pub(super) struct OwnView {
    pub(super) intro: Option<IntroView>,
    pub(super) advertisement: Option<AdvertisementView>,
    /// No section is shown behind whose first the block could stand.
    pub(super) alone: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct IntroView {
    pub(super) author: Option<String>,
    pub(super) paragraphs: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct AdvertisementView {
    pub(super) text: String,
    pub(super) link: Option<String>,
    pub(super) url: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct SectionView {
    pub(super) name: String,
    pub(super) dir: Direction,
    pub(super) first: usize,
    pub(super) stories: Vec<StoryView>,
    pub(super) more: Vec<MoreView>,
    pub(super) more_line: Option<String>,
    pub(super) unlisted: Option<String>,
    pub(super) anchor: String,
    pub(super) is_first: bool,
    pub(super) full: Vec<StoryView>,
    pub(super) briefs: Vec<BriefView>,
}

/// A story of one line.
#[derive(Debug, Serialize)]
pub(super) struct BriefView {
    pub(super) headline: String,
    pub(super) url: Option<String>,
    pub(super) source: String,
    pub(super) mark: Option<String>,
    pub(super) language: Option<String>,
    pub(super) dir: Direction,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct StoryView {
    pub(super) number: usize,
    pub(super) anchor: String,
    pub(super) headline: String,
    pub(super) url: Option<String>,
    pub(super) url_note: Option<usize>,
    pub(super) language: Option<String>,
    pub(super) dir: Direction,
    pub(super) start: &'static str,
    pub(super) end: &'static str,
    pub(super) rtl: bool,
    pub(super) update: Option<String>,
    pub(super) reading: String,
    pub(super) reading_minutes: u32,
    pub(super) date: Option<String>,
    pub(super) teaser: bool,
    pub(super) places: Vec<PlaceView>,
    pub(super) sentences: Vec<SentenceView>,
    pub(super) also_in: Vec<PlaceView>,
    pub(super) also_in_more: Option<String>,
    pub(super) notes: Vec<NoteView>,
    pub(super) tags: Vec<String>,
    pub(super) rate: Option<RateView>,
    pub(super) source: String,
    pub(super) dated: Option<String>,
    pub(super) takes: Option<String>,
    pub(super) mark: Option<String>,
    pub(super) adds: Vec<AddsView>,
    pub(super) note: Option<String>,
}

/// The sentences of another source.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AddsView {
    pub(super) source: String,
    pub(super) url: Option<String>,
    pub(super) before: String,
    pub(super) after: String,
    pub(super) sentences: Vec<SentenceView>,
    pub(super) dir: Direction,
    pub(super) start: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct RateView {
    pub(super) more: String,
    pub(super) less: String,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct PlaceView {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) url: Option<String>,
    pub(super) note: Option<usize>,
    pub(super) dir: Direction,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct SentenceView {
    pub(super) text: String,
    pub(super) source: String,
    pub(super) url: Option<String>,
    pub(super) note: Option<usize>,
    pub(super) label: String,
    pub(super) dir: Direction,
    pub(super) number: usize,
    pub(super) gap: bool,
    pub(super) head: String,
    pub(super) last: String,
    pub(super) space: &'static str,
    pub(super) place: String,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct NoteView {
    pub(super) number: usize,
    pub(super) url: String,
}

#[derive(Debug, Serialize)]
pub(super) struct MoreView {
    pub(super) title: String,
    pub(super) source: String,
    pub(super) url: Option<String>,
    pub(super) dir: Direction,
}

#[derive(Debug, Serialize)]
pub(super) struct HealthView {
    pub(super) asked: usize,
    pub(super) answered: usize,
    pub(super) line: String,
    pub(super) failed: Vec<FailedView>,
}

#[derive(Debug, Serialize)]
pub(super) struct FailedView {
    pub(super) name: String,
    pub(super) reason: String,
    pub(super) since: Option<String>,
}
