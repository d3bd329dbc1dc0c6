//! Where its readers speak under an article: sections of comments in plain text.
//!
//! A comment reads like prose, so the trees take it for the article. What gives it away is the line above or below it: a name
//! that says or wrote, a date with the time of day, "3 days ago", "Reply". Three such lines close to each other after a line
//! of prose are a section of comments, when one of them is more than a date or a heading near them says so: a news ticker has
//! dates with times as well. The lines of a section are skipped before the rest of the text is judged, so that neither
//! they nor their words speak for other lines.

use std::ops::Range;

use crate::extract::boilerplate::tokenize;
use crate::extract::boilerplate::word_classes::{Class, WordClasses};

/// Lines that make a section, at least.
const LEAST: usize = 3;
/// Lines between two of them, at most.
const APART: usize = 20;
/// Lines from a heading to its section, at most.
const NEAR: usize = 12;
/// Words of a line above a comment, and of a heading over them all, at most.
const LONG: usize = 14;
const HEADING: usize = 7;
/// Bytes of such a line, at most: the others need not be looked at.
const BYTES: usize = 200;
/// Words of a line of prose, at least.
const PROSE: usize = 10;

/// Labels that ask for an answer to one comment.
const REPLY: [&str; 9] =
    ["reply", "antworten", "répondre", "responder", "rispondi", "beantwoorden", "svara", "odpowiedz", "ответить"];
/// Beginnings of words in headings over comments.
const COMMENT: [&str; 8] =
    ["comment", "kommentar", "coment", "reactie", "réaction", "komentarz", "комментар", "replies"];
/// Words after a number of hours or days that have passed, and words before it.
const AGO: [&str; 7] = ["ago", "geleden", "sedan", "siden", "temu", "назад", "fa"];
const SINCE: [&str; 4] = ["vor", "hace", "há", "a"];

/// The part a line plays in comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Who wrote the comment below, and when.
    Named,
    /// When a comment was written, or anything else.
    Dated,
    /// A button below a comment.
    Reply,
    /// A heading over comments.
    Heading,
}

/// The bytes of each section of comments in `text`, from the start of its first line to the end of its last, in order.
pub(super) fn sections(text: &str, word_classes: &WordClasses) -> Vec<Range<usize>> {
    let (mut starts, mut signs) = (Vec::new(), Vec::new());
    let (mut start, mut name, mut prose) = (0, None, usize::MAX);
    for line in text.split('\n') {
        let place = starts.len();
        let here = start;
        start += line.len() + 1;
        if line.len() > BYTES {
            prose = prose.min(place);
        } else if !line.contains(char::is_alphanumeric) {
            continue;
        } else {
            let words = line.split_whitespace().count();
            if words >= PROSE && line.trim_end().ends_with(['.', '!', '?', '…', '"', '”', '»']) {
                prose = prose.min(place);
            }
            let names = words <= LONG && speaks(line, word_classes);
            match sign(line, words, word_classes) {
                Some(Sign::Dated) if names => signs.push((place, Sign::Named)),
                // The name stands in the line above the date.
                Some(Sign::Dated) if name.is_some() && name == place.checked_sub(1) => {
                    signs.push((place - 1, Sign::Named))
                }
                Some(sign) => signs.push((place, sign)),
                None => {}
            }
            name = names.then_some(place);
        }
        starts.push(here);
    }
    starts.push(text.len() + 1);
    found(&signs, prose)
        .into_iter()
        .map(|lines| starts[lines.start]..starts[lines.end.min(starts.len() - 1)] - 1)
        .collect()
}

/// The lines of each section, given what lines say and which is the first of prose.
fn found(signs: &[(usize, Sign)], prose: usize) -> Vec<Range<usize>> {
    let of = |wanted: &[Sign]| -> Vec<(usize, Sign)> {
        signs.iter().copied().filter(|(_, sign)| wanted.contains(sign)).collect()
    };
    // Where comments tell who wrote them, a date alone may be the article's own.
    let named = of(&[Sign::Named]);
    let heads = if named.len() >= LEAST { named } else { of(&[Sign::Named, Sign::Dated, Sign::Reply]) };
    let headings = of(&[Sign::Heading]);
    let runs = heads.chunk_by(|(line, _), (next, _)| next - line <= APART).filter(|run| run.len() >= LEAST);
    runs.filter_map(|run| {
        let (first, (last, end)) = (run[0].0, run[run.len() - 1]);
        let close = first.saturating_sub(NEAR)..=last + NEAR;
        let sure =
            run.iter().any(|(_, sign)| *sign != Sign::Dated) || headings.iter().any(|(line, _)| close.contains(line));
        // The last comment is taken to be as long as half of the others are at most; a button stands at its end.
        let mut lengths: Vec<usize> = run.windows(2).map(|two| two[1].0 - two[0].0).collect();
        let middle = lengths.len() / 2;
        let length = if end == Sign::Reply { 1 } else { *lengths.select_nth_unstable(middle).1 };
        (prose < first && sure).then(|| first..last + length)
    })
    .collect()
}

/// The line ends as one does that a comment follows: "Anna Berg says:", "… on 3 May 2026 at 10:15 wrote:".
fn speaks(line: &str, word_classes: &WordClasses) -> bool {
    let Some(said) = line.trim_end().strip_suffix(':') else { return false };
    let last = said.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    word_classes.find(&last).is_some_and(|entry| word_classes.entry(entry).classes & Class::Verb.bit() != 0)
}

fn sign(line: &str, words: usize, word_classes: &WordClasses) -> Option<Sign> {
    let digits = line.contains(|c: char| c.is_ascii_digit());
    // Columns of a table hold dates as well.
    if words > LONG || (words > HEADING && !digits) || line.contains(['|', '│']) {
        return None;
    }
    let lower = line.to_lowercase();
    let tokens = tokenize::tokens(&lower);
    let first = tokens.first()?;
    if REPLY.contains(first) && (tokens.len() == 1 || (tokens.len() <= 4 && tokens[1] == "to")) {
        return Some(Sign::Reply);
    }
    if digits && (is_dated(&lower, &tokens, word_classes) || is_ago(&tokens)) {
        return Some(Sign::Dated);
    }
    let speaks_of_comments =
        |token: &&str| COMMENT.iter().any(|start| token.starts_with(start)) || REPLY.contains(token);
    (words <= HEADING && tokens.iter().any(speaks_of_comments)).then_some(Sign::Heading)
}

/// A date and the time of day.
fn is_dated(line: &str, tokens: &[&str], word_classes: &WordClasses) -> bool {
    let is_digit = |place: usize| line.as_bytes().get(place).is_some_and(u8::is_ascii_digit);
    let colon = |(place, byte): (usize, u8)| {
        matches!(byte, b':' | b'h') && place > 0 && is_digit(place - 1) && is_digit(place + 1) && is_digit(place + 2)
    };
    if !(0..).zip(line.bytes()).any(colon) {
        return false;
    }
    let named = |token: &&str| {
        word_classes.find(token).is_some_and(|entry| word_classes.entry(entry).classes & Class::Date.bit() != 0)
    };
    let numbers = tokens.iter().filter(|token| token.starts_with(|c: char| c.is_ascii_digit())).count();
    numbers >= if tokens.iter().any(named) { 3 } else { 5 }
}

/// "3 days ago", "vor 3 Tagen".
fn is_ago(tokens: &[&str]) -> bool {
    let number = |place: usize| tokens.get(place).is_some_and(|token| token.bytes().all(|byte| byte.is_ascii_digit()));
    (0..tokens.len()).any(|place| {
        (AGO.contains(&tokens[place]) && place >= 2 && number(place - 2))
            || (SINCE.contains(&tokens[place])
                && number(place + 1)
                && (tokens[place] != "a" || place > 0 && tokens[place - 1] == "y"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str = "The council of Harwick voted on Monday evening to rebuild the old harbour bridge.\n\
        The bridge carries about nine thousand cars a day across the harbour, most of them before nine in the morning.\n";

    fn passed_over(text: &str) -> Vec<&str> {
        sections(text, WordClasses::shipped()).into_iter().map(|section| &text[section]).collect()
    }

    #[test]
    fn comments_with_names_and_dates_are_a_section() {
        let comments = "Anna says:\nMay 3, 2026 at 10:15 am\nAt last, I have waited for this bridge for ten years.\n\
            Bert says:\nMay 3, 2026 at 11:02 am\nAnd who will pay for all of this? We will, as ever.\n\
            Carla says:\nMay 4, 2026 at 9:30 pm\nNot me, I have moved away.";
        let text = format!("Posted on May 3, 2026 at 9:00 am\n{ARTICLE}3 Comments\n{comments}\nPrivacy");
        assert_eq!(passed_over(&text), [comments]);
    }

    #[test]
    fn dates_alone_need_a_heading_for_a_ticker_has_them_too() {
        let entries = "3. Mai 2026 um 10:15\nDie Sitzung hat begonnen.\n3. Mai 2026 um 10:40\nDer Rat stimmt ab.\n\
            3. Mai 2026 um 11:05\nDie Brücke wird gebaut.";
        assert_eq!(passed_over(&format!("{ARTICLE}{entries}")), [""; 0]);
        assert_eq!(passed_over(&format!("{ARTICLE}Kommentare\n{entries}")), [entries]);
    }

    #[test]
    fn replies_and_days_gone_by_mark_comments() {
        let comments = "Anna\n3 days ago\nAt last.\nReply\nBert\n2 days ago\nWho pays?\nReply";
        assert_eq!(passed_over(&format!("{ARTICLE}{comments}")).len(), 1);
        let german =
            "Kommentare\nAnna, vor 3 Tagen\nEndlich.\nBert, vor 2 Tagen\nWer zahlt?\nCarla, vor 1 Tag\nIch nicht.";
        assert_eq!(passed_over(&format!("{ARTICLE}{german}")).len(), 1);
    }

    #[test]
    fn what_stands_before_any_prose_or_in_a_table_or_speaks_without_a_date_is_no_comment() {
        let dates = "Comments\nMay 3, 2026 at 10:15 am\nMay 4, 2026 at 10:15 am\nMay 5, 2026 at 10:15 am\n";
        assert_eq!(passed_over(&format!("{dates}{ARTICLE}")), [""; 0]);
        let table = "Comments\n2026-05-03 10:15:00 | 200\n2026-05-03 10:16:00 | 200\n2026-05-03 10:17:00 | 404\n";
        assert_eq!(passed_over(&format!("{ARTICLE}{table}")), [""; 0]);
        let speech =
            "The mayor said:\n\"We build it.\"\nThe engineer said:\n\"We do.\"\nThe ferryman said:\n\"We will see.\"\n";
        assert_eq!(passed_over(&format!("{ARTICLE}{speech}")), [""; 0]);
    }
}
