//! Appeals that read as prose: lines that speak to the reader about supporting the publisher.
//!
//! Evidence of a line: its voice (*we*, *you* outside quotation marks), its appeal words (support, journalism, readers), and
//! how little of its content occurs in the rest of the article.

use crate::extract::boilerplate::document::{Document, LineContext};
use crate::extract::boilerplate::word_classes::Class;

/// Lines a section opened by an appealing heading may have.
const SECTION: u32 = 8;

/// Which of the kept lines to drop after all.
pub(super) fn appeals(document: &Document, keep: &[bool]) -> Vec<usize> {
    let Some(relation) = relation(document, keep) else { return Vec::new() };
    let appealing = |context: &LineContext| context.count(Class::Appeal);
    let mut drop = Vec::new();
    let mut section = 0;
    for (number, context) in document.contexts.iter().enumerate() {
        let (voice, appeal, related) = (context.voice, appealing(context), relation[number]);
        let words = document.tokenized.lines[number].words;
        let mut hit = false;
        if words <= 12 && appeal > 0 && (voice > 0 || context.begins(Class::Imperative)) && related < 0.6 {
            (section, hit) = (SECTION, true);
        } else {
            if section > 0 {
                section -= 1;
                if words >= 6 && (related >= 0.6 || (voice == 0 && appeal == 0)) {
                    section = 0;
                } else {
                    hit = voice > 0 || (appeal > 0 && words <= 12);
                }
            }
            hit |= voice >= 2 && appeal >= 2 && related < 0.4;
        }
        if hit && keep[number] {
            drop.push(number);
        }
    }
    let about =
        |lines: &mut dyn Iterator<Item = usize>| lines.filter(|&line| appealing(&document.contexts[line]) > 0).count();
    let kept = keep.iter().filter(|&&keep| keep).count();
    let others = about(&mut (0..keep.len()).filter(|&line| keep[line])) - about(&mut drop.iter().copied());
    // An article about such things holds the words everywhere; and no appeal fills a third of an article.
    if others <= drop.len() / 2 && drop.len() as f64 <= 0.3 * kept as f64 { drop } else { Vec::new() }
}

/// Of each line, how much of its content occurs in the core (kept lines without voice or appeal words), as a multiple of what
/// is usual in the core; `None`: the core is too small to say.
fn relation(document: &Document, keep: &[bool]) -> Option<Vec<f64>> {
    let is_core: Vec<bool> = document
        .contexts
        .iter()
        .zip(&document.tokenized.lines)
        .zip(keep)
        .map(|((context, line), &keep)| {
            keep && context.voice == 0 && context.count(Class::Appeal) == 0 && line.words >= 8
        })
        .collect();
    let core = is_core.iter().filter(|&&is| is).count();
    if core < 4 {
        return None;
    }
    let frequencies = document.frequencies(|line| is_core[line]);
    let cohesion: Vec<f64> = document
        .contexts
        .iter()
        .zip(&is_core)
        .map(|(context, &is_core)| {
            let stems = &document.stems[context.stems.clone()];
            let shared = stems.iter().filter(|&&stem| frequencies[stem as usize] > u32::from(is_core)).count();
            shared as f64 / stems.len().max(1) as f64
        })
        .collect();
    let mut usual: Vec<f64> = (0..cohesion.len()).filter(|&line| is_core[line]).map(|line| cohesion[line]).collect();
    let median = usual.select_nth_unstable_by(core / 2, f64::total_cmp).1.max(0.1);
    Some(cohesion.into_iter().map(|cohesion| cohesion / median).collect())
}
