//! An edition → how tall its mail is on a phone, without rendering it.
//!
//! Figures are those of the template `default` at a width of 375 CSS pixels, in a font of Georgia's widths, taken
//! from its style sheet and not held against a browser yet. An estimate is enough: it decides how many links are worth their length, nothing else.

use crate::model::{Edition, KeySentence, Story};
use crate::render::arrange::{Arrangement, Brief, quoted};

/// Pixels between the paddings.
const WIDTH: f64 = 327.0;
/// Name, date and counts; "that is all"; the footer.
const FRAME: f64 = 120.0 + 114.0 + 230.0;
/// A section's rule, head and the space above.
const HEAD: f64 = 56.0;
/// One line of section names.
const CONTENTS: f64 = 61.0;
/// Up to this many stories there is no such line.
const CONTENTS_ABOVE: usize = 8;

/// Pixels from top to bottom, of the mail of `edition` at a width of 375.
pub fn height(edition: &Edition) -> u32 {
    let arrangement = Arrangement::new(edition);
    let lead = arrangement.lead.map_or(0.0, |story| 46.0 + full(edition, story, &LEAD, true));
    let shown = arrangement.full().count() + arrangement.briefs().count();
    let contents = if shown > CONTENTS_ABOVE { CONTENTS } else { 0.0 };
    let sections = arrangement.sections.iter().filter(|section| !section.is_empty()).map(|section| {
        let full: f64 = section.full.iter().map(|story| full(edition, story, &FULL, false)).sum();
        let briefs: f64 = section.briefs.iter().map(|line| brief(*line)).sum();
        HEAD + full + briefs + if section.briefs.is_empty() { 0.0 } else { 10.0 }
    });
    let picture = edition.picture.as_ref().map_or(0.0, |picture| {
        let (width, height) = picture.shown_size();
        14.0 + f64::from(height) * (WIDTH / f64::from(width)).min(1.0)
    });
    (FRAME + own(edition) + picture + lead + contents + sections.sum::<f64>()).ceil() as u32
}

/// Sizes of a story in full: width of a letter and height of a line of its headline and of its sentences.
struct Sizes {
    headline: (f64, f64),
    sentence: (f64, f64),
    spaces: f64,
}

const LEAD: Sizes = Sizes { headline: (13.6, 32.0), sentence: (8.7, 28.0), spaces: 40.0 };
const FULL: Sizes = Sizes { headline: (10.6, 26.0), sentence: (8.2, 26.0), spaces: 48.0 };

fn full(edition: &Edition, story: &Story, sizes: &Sizes, leads: bool) -> f64 {
    let quoted = quoted(edition, story, leads);
    let paragraph = |sentences: &[&KeySentence], before: usize| {
        let signs: usize = sentences.iter().map(|sentence| columns(&sentence.text) + 4).sum();
        if sentences.is_empty() { 0.0 } else { lines(signs + before, sizes.sentence) + 9.0 }
    };
    let others: f64 = quoted
        .others
        .iter()
        .map(|group| paragraph(group, group.first().map_or(0, |sentence| columns(&sentence.source) + 6)))
        .sum();
    let names: usize = story.also_in.iter().take(edition.layout.also_in).map(|place| columns(&place.source) + 2).sum();
    let also_in = if names > 0 { 8.0 + lines(names + 8, (6.9, 24.0)) } else { 0.0 };
    let rate = if story.rate.is_some() { 44.0 } else { 0.0 };
    let note = edition.own.notes.get(&story.id).map_or(0.0, |note| 66.0 + lines(columns(note), (7.9, 23.0)));
    let headline = lines(columns(&story.headline), sizes.headline);
    sizes.spaces + headline + paragraph(&quoted.own, 0) + others + also_in + rate + note
}

fn brief(brief: Brief<'_>) -> f64 {
    let (headline, source) = match brief {
        Brief::Story(story) => (&story.headline, story.places.first().map_or("", |place| &place.source)),
        Brief::Link(link) => (&link.title, link.source.as_str()),
    };
    23.0 + lines(columns(headline) + columns(source) + 1, (8.0, 24.0))
}

fn own(edition: &Edition) -> f64 {
    let boxed = |text: &str| 80.0 + lines(columns(text), (7.9, 23.0));
    let intro = edition.own.intro.as_ref().map_or(0.0, |intro| boxed(&intro.text));
    intro + edition.own.advertisement.as_ref().map_or(0.0, |block| boxed(&block.text) + 23.0)
}

/// Height of so many letters, `sizes` being the width of one and the height of a line.
fn lines(signs: usize, (width, height): (f64, f64)) -> f64 {
    // Lines break before they are full: half a word is lost on each.
    ((signs as f64 * width / (WIDTH - 2.5 * width)).ceil()).max(1.0) * height
}

fn columns(text: &str) -> usize {
    super::wrap::width(text)
}
