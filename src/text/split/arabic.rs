//! Arabic paragraphs without full stops.
//!
//! Many writers separate sentences with commas alone and put a full stop, if any, at the end of the paragraph. Such a
//! paragraph is cut at the commas between its longer clauses. A label before a question (`Question and answer: …?`) stands
//! for itself.

use std::ops::Range;

/// Words of a clause that can stand alone; shorter ones belong to an enumeration.
const FEW_WORDS: usize = 4;

/// Commas of a paragraph that are taken for full stops.
const FEW_COMMAS: usize = 3;

/// Words of a label.
const LABEL_WORDS: Range<usize> = 2..4;

/// Cuts the last sentence found, if it is all of its block and has no end inside.
pub(super) fn cut(text: &str, found: &mut Vec<Range<usize>>, first: usize) {
    if let Some(label) = found.get(first).and_then(|span| label_end(text, span.clone())) {
        let rest = label + (text[label..].len() - text[label..].trim_start().len());
        found.insert(first + 1, rest..found[first].end);
        found[first].end = label;
    }
    if found.len() != first + 1 {
        return;
    }
    let span = found[first].clone();
    if text[span.clone()].matches('،').count() < FEW_COMMAS || text[span.clone()].ends_with(['.', '؟', '!', ':']) {
        return;
    }
    found.truncate(first);
    let (mut start, mut at, mut words) = (span.start, span.start, 0);
    let mut clauses = text[span.clone()].split_inclusive('،').peekable();
    while let Some(clause) = clauses.next() {
        at += clause.len();
        words += clause.split_whitespace().count();
        let mut is_next_long =
            || clauses.peek().is_none_or(|next| next.split_whitespace().nth(FEW_WORDS - 1).is_some());
        if words >= FEW_WORDS && is_next_long() {
            found.push(start..at);
            start = at + (text[at..span.end].len() - text[at..span.end].trim_start().len());
            words = 0;
        }
    }
    if start < span.end {
        found.push(start..span.end);
    }
}

/// The end of a label of a few words before a question.
fn label_end(text: &str, span: Range<usize>) -> Option<usize> {
    let sentence = &text[span.clone()];
    let colon = sentence.find(':').filter(|_| sentence.ends_with('؟'))?;
    let is_label = LABEL_WORDS.contains(&sentence[..colon].split_whitespace().count());
    (is_label && sentence[colon + 1..].starts_with(' ')).then_some(span.start + colon + 1)
}

#[cfg(test)]
mod tests {
    use crate::text::sentences;

    fn check(expected: &[&str]) {
        let text = expected.join(" ");
        let found: Vec<&str> = sentences(&text, Some("ar")).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_paragraph_without_full_stops_is_cut_at_its_commas() {
        check(&[
            "وصلت السفينة إلى الميناء في الصباح، والركاب،",
            "ونزل الجميع إلى الشاطئ بعد ساعة،",
            "وبدأ العمال في تفريغ البضائع والصناديق،",
            "ثم غادرت السفينة في المساء",
        ]);
    }

    #[test]
    fn commas_inside_sentences_with_full_stops_cut_nothing() {
        check(&["وصلت السفينة إلى الميناء، ونزل الجميع إلى الشاطئ، وبدأ العمال في التفريغ، ثم غادرت."]);
        check(&["التفاح، والبرتقال، والموز، والعنب"]);
    }

    #[test]
    fn a_label_stands_before_a_question() {
        check(&["أسئلة القراء وأجوبتها:", "متى يفتح الميناء؟"]);
        check(&["وسأل: متى يفتح الميناء؟"]);
    }
}
