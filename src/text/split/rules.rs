//! What both splitters get wrong, mended.

use std::ops::Range;

/// Mends the sentences from `first` on, which are those of one block.
pub(super) fn mend(text: &str, found: &mut Vec<Range<usize>>, first: usize, _language: &str) {
    merge_scraps(text, found, first);
}

/// A "sentence" without any letter or digit (a lone quote, an ellipsis) belongs to the one before it.
fn merge_scraps(text: &str, found: &mut Vec<Range<usize>>, first: usize) {
    if found.len() < first + 2 {
        return;
    }
    let mut kept = first;
    for at in first + 1..found.len() {
        let span = found[at].clone();
        if text[span.clone()].chars().any(char::is_alphanumeric) {
            kept += 1;
            found[kept] = span;
        } else {
            found[kept].end = span.end;
        }
    }
    found.truncate(kept + 1);
}
