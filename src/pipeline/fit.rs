//! An edition that is too tall or too heavy → the same, lightened as little as possible.
//!
//! Two limits: `max_height` is about the reader's patience, costs links, and turns full stories into briefs, but never
//! drops a story; `max_html_kb` is where mail programs cut, and is kept whatever it costs. How many steps are needed is
//! found by bisection, since more steps never make a mail larger.

use std::convert::Infallible;

use crate::config::Newsletter;
use crate::model::{Edition, LayoutKind};
use crate::render::{self, Rendered, height};
use crate::story::{Composition, drop_links, shorten, steps};

/// Room for each reader's own data: the address, and links to leave.
const OWN_BYTES: usize = 1000;
/// Names after "also in" in an edition that is too tall.
const FEW_NAMES: usize = 3;
/// Sentences of the lead in an edition that is much too tall.
const SHORT_LEAD: usize = 2;

/// Prints of one edition, by language of the frame.
pub(super) type Printed = Vec<(String, Rendered)>;

/// Lightens `composition` until it fits, and prints it.
///
/// # Errors
/// As `print` has them.
pub(super) fn fit(
    newsletter: &Newsletter,
    composition: &mut Composition,
    print: impl Fn(&Edition) -> Result<Printed, render::Error>,
) -> Result<Printed, render::Error> {
    composition.edition.layout = newsletter.layout();
    if newsletter.max_height > 0 {
        flatten(composition, newsletter.max_height);
    }
    let room = (newsletter.max_html_kb * 1000).saturating_sub(OWN_BYTES);
    let hopeless = links_beyond(&composition.edition, room);
    drop_links(composition, hopeless, MAX_HTML);
    let printed = print(&composition.edition)?;
    let largest = |printed: &Printed| printed.iter().map(|(_, rendered)| rendered.html.len()).max().unwrap_or(0);
    if largest(&printed) <= room {
        return Ok(printed);
    }
    let whole = composition.clone();
    let lightened = |steps: usize| {
        let mut lighter = whole.clone();
        shorten(&mut lighter, steps, MAX_HTML);
        lighter
    };
    let fits = |steps: usize| print(&lightened(steps).edition).map(|printed| largest(&printed) <= room);
    let needed = fewest(steps(&whole), fits)?;
    *composition = lightened(needed);
    print(&composition.edition)
}

const MAX_HTML: &str = "max_html_kb";
const MAX_HEIGHT: &str = "max_height";

/// Links first; then long lists of names, what other sources add, full stories, and the lead's third sentence.
fn flatten(composition: &mut Composition, tallest: u32) {
    let whole = composition.clone();
    let with = |dropped: usize| {
        let mut flatter = whole.clone();
        drop_links(&mut flatter, dropped, MAX_HEIGHT);
        flatter
    };
    let fits = |dropped: usize| Ok::<_, Infallible>(height(&with(dropped).edition) <= tallest);
    let Ok(needed) = fewest(whole.edition.more_count(), fits);
    if needed > 0 {
        *composition = with(needed);
    }
    let edition = &mut composition.edition;
    if edition.layout.kind == LayoutKind::Equal {
        return;
    }
    let fulls = edition.layout.fulls;
    let milder: [&dyn Fn(&mut Edition); 2] =
        [&|edition| edition.layout.also_in = FEW_NAMES, &|edition| edition.layout.adds = false];
    for change in milder {
        if height(edition) > tallest {
            change(edition);
        }
    }
    for fulls in (1..fulls).rev() {
        if height(edition) > tallest {
            edition.layout.fulls = fulls;
        }
    }
    if height(edition) > tallest {
        edition.layout.lead_sentences = SHORT_LEAD;
    }
}

/// Links that cannot possibly stay: their words and addresses alone are more than `room`.
fn links_beyond(edition: &Edition, room: usize) -> usize {
    let size = |url: &Option<String>| url.as_ref().map_or(0, String::len);
    let links = edition.sections.iter().flat_map(|section| &section.more);
    let mut sizes: Vec<usize> = links.map(|link| link.title.len() + link.source.len() + size(&link.url)).collect();
    // Whichever go, the smallest ones stay longest: at least so many have to go.
    sizes.sort_unstable();
    let mut used = 0;
    let kept = sizes.iter().take_while(|size| {
        used += **size;
        used <= room
    });
    sizes.len() - kept.count()
}

/// The smallest number up to `most` for which `fits` holds, if it holds for all above; `most` if it holds for none.
fn fewest<E>(most: usize, fits: impl Fn(usize) -> Result<bool, E>) -> Result<usize, E> {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if fits(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::model::{MoreLink, Section, Story};
    use crate::render::{Reader, Templates};

    #[test]
    fn the_fewest_steps_are_found() {
        for needed in 0..=9 {
            assert_eq!(fewest(9, |steps| Ok::<_, Infallible>(steps >= needed)), Ok(needed));
        }
        assert_eq!(fewest(9, |_| Ok::<_, Infallible>(false)), Ok(9));
    }

    /// The sample's stories, told in `sections` sections, with the rest of `feeds` linked.
    fn wide(stories: usize, sections: usize, feeds: usize) -> Composition {
        let sample = render::sample();
        let known: Vec<Story> = sample.stories().cloned().collect();
        let mut told: Vec<Story> = known.iter().cycle().take(stories).cloned().collect();
        told.iter_mut().enumerate().for_each(|(place, story)| story.id = format!("story-{place}"));
        let link = |number: usize| MoreLink {
            story: format!("link-{number}"),
            title: format!("Number {number} of a thousand headlines that a reader might follow"),
            source: format!("Source {number}"),
            url: Some(format!("https://source-{number}.example/2026/11/{number}-of-a-thousand-headlines")),
            ..MoreLink::default()
        };
        let section = |number: usize| Section {
            name: format!("Section {number}"),
            stories: told.iter().skip(number).step_by(sections).cloned().collect(),
            more: (stories..feeds).skip(number).step_by(sections).map(link).collect(),
        };
        let edition = Edition { sections: (0..sections).map(section).collect(), ..sample };
        Composition { edition, decisions: Vec::new(), rankings: Vec::new(), sentences: Vec::new() }
    }

    #[test]
    fn three_hundred_sections_of_a_thousand_feeds_keep_their_stories() {
        for max_height in [0, 3600] {
            let newsletter = Newsletter { max_height, ..Newsletter::default() };
            let mut composition = wide(12, 300, 1000);
            let templates = Templates::builtin("default").unwrap();
            let prints = Cell::new(0);
            let printed = fit(&newsletter, &mut composition, |edition| {
                prints.set(prints.get() + 1);
                Ok(vec![("en".to_owned(), templates.render(edition, &Reader::default())?)])
            })
            .unwrap();
            assert_eq!(composition.edition.story_count(), 12);
            assert!(printed[0].1.html.len() + OWN_BYTES <= newsletter.max_html_kb * 1000);
            // Bisection: the first print, one for each halving of a thousand steps, and the last.
            assert!(prints.get() <= 12, "{} prints", prints.get());
            // Each link has a section of its own, and its head takes more room than the link.
            assert!(max_height > 0 || composition.edition.more_count() > 0);
        }
    }

    #[test]
    fn what_costs_the_reader_least_goes_first() {
        let newsletter = |max_html_kb| Newsletter { max_html_kb, max_height: 0, ..Newsletter::default() };
        let templates = Templates::builtin("default").unwrap();
        let left = |max_html_kb| {
            let mut composition = wide(12, 3, 60);
            let print = |edition: &Edition| Ok(vec![("en".to_owned(), templates.render(edition, &Reader::default())?)]);
            fit(&newsletter(max_html_kb), &mut composition, print).unwrap();
            let edition = composition.edition;
            let names = edition.stories().filter(|story| !story.also_in.is_empty()).count();
            (edition.more_count(), names, edition.story_count())
        };
        let all = left(95);
        assert_eq!((all.0, all.2), (48, 12));
        let lighter = left(30);
        assert!(lighter.0 < all.0 && lighter.1 == all.1 && lighter.2 == 12, "{lighter:?}");
        let (links, names, stories) = left(16);
        assert!(links == 0 && names < all.1 && stories > 1, "{:?}", (links, names, stories));
    }
}
