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
    use super::*;

    #[test]
    fn the_fewest_steps_are_found() {
        for needed in 0..=9 {
            assert_eq!(fewest(9, |steps| Ok::<_, Infallible>(steps >= needed)), Ok(needed));
        }
        assert_eq!(fewest(9, |_| Ok::<_, Infallible>(false)), Ok(9));
    }
}
