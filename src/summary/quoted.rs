//! Sentences inside a quotation that an earlier one has opened: `“The river rose. It fell again. Nobody was hurt,” she said.`
//! The second is not what the writer says, and does not say who does.

use super::needs::{Kind, Needs, SPEAKER};
use super::pieces::Pieces;
use super::readable::Standing;

/// Adds to each sentence that stands wholly inside a quotation of its line that it lacks its speaker. A mark without its
/// partner on the line opens nothing.
pub(super) fn add(sentences: &[Standing<'_>], pieces: &Pieces, needs: &mut [Needs]) {
    let mut open = None;
    let mut line = usize::MAX;
    let mut inside = Vec::new();
    for (number, sentence) in sentences.iter().enumerate() {
        if sentence.line != line {
            (open, line) = (None, sentence.line);
            inside.clear();
        }
        let was_open = open.is_some();
        let close = first_close(sentence.text, &mut open);
        let behind = close.map_or("", |close| &sentence.text[close..]);
        if was_open && !behind.contains(char::is_alphanumeric) {
            inside.push(number);
        }
        if close.is_some() {
            for number in inside.drain(..) {
                if let Some(first) = pieces.of(number).first() {
                    needs[number].add(Kind::Speaker, SPEAKER, first, first);
                }
            }
        }
    }
}

/// Reads the quotation marks of a sentence: where the first closing one ends, and in `open` the mark that is open at the end.
fn first_close(sentence: &str, open: &mut Option<char>) -> Option<usize> {
    let mut first = None;
    // The first bytes of all marks; most sentences have none of them.
    if memchr::memchr3(b'"', 0xE2, 0xC2, sentence.as_bytes()).is_none() {
        return first;
    }
    for (place, mark) in sentence.char_indices() {
        match (mark, *open) {
            ('"', Some('"')) | ('”', Some(_)) | ('“', Some('„')) | ('»', Some('«')) | ('«', Some('»')) => {
                (*open, first) = (None, first.or(Some(place + mark.len_utf8())));
            }
            ('"' | '“' | '„' | '«' | '»', None) => *open = Some(mark),
            _ => {}
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::super::needs::Kind;
    use crate::summary::{Standing, read};
    use crate::text::{count_words, index};

    /// Which of `sentences`, all of one line, lack their speaker.
    fn check(sentences: &[&str], language: &str, expected: &[bool]) {
        let standing = |&text| Standing { text, language, line: 0, words: count_words(text) };
        let standing: Vec<Standing<'_>> = sentences.iter().map(standing).collect();
        let terms = index(sentences.iter().map(|&sentence| (sentence, language)));
        let needs = read(&standing, &terms, |token, _| token.term().is_some()).needs;
        let found: Vec<bool> = needs.iter().map(|needs| needs.of(Kind::Speaker) > 0.0).collect();
        assert_eq!(found, expected, "{sentences:?}");
    }

    #[test]
    fn a_sentence_inside_a_quotation_lacks_its_speaker() {
        let rest = ["The river fell again.", "Nobody was hurt,” the mayor said.", "The bridge is open."];
        check(&["“The river rose.", rest[0], rest[1], rest[2]], "en", &[true, true, false, false]);
        check(&["The mayor said: “The river rose.", rest[0], "Nobody was hurt.”"], "en", &[false, true, true]);
        check(
            &["The mayor said: \"The river rose.", rest[0], "Nobody was hurt.\"", rest[2]],
            "en",
            &[false, true, true, false],
        );
        check(
            &["Sie sagte: „Der Fluss stieg.", "Dann fiel er.“", "Die Brücke ist offen."],
            "de",
            &[false, true, false],
        );
        check(&["Elle dit : « Le fleuve monte.", "Il baisse. »", "Le pont est ouvert."], "fr", &[false, true, false]);
        check(&["The “old” bridge is 5\" wide.", rest[2]], "en", &[false, false]);
        check(&["The bridge” is open.", rest[0]], "en", &[false, false]);
    }
}
