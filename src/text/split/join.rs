//! Torn sentences joined, and signs on the wrong side of a break moved over.

use std::ops::Range;

use crate::text::dates;
use crate::text::split::abbreviations::{Abbreviations, Use};
use crate::text::split::ends::may_precede_small;
use crate::text::split::{quotes, rules};

/// Abbreviations of all languages that stand before what they abbreviate for.
const LEADING: [&str; 23] = [
    "Dr.", "Mt.", "St.", "Ms.", "Mr.", "Mrs.", "Prof.", "Fil.", "Hl.", "Nr.", "Art.", "Gen.", "Col.", "Sgt.", "o.a.",
    "d.w.z.", "t.o.v.", "m.m.", "f.eks.", "bl.a.", "z.B.", "u.a.", "M.Ö.",
];

/// Languages that write ordinal numbers with a full stop: `21. Oktober`.
const ORDINAL: [&str; 15] = ["de", "da", "no", "fi", "cs", "sk", "pl", "hu", "tr", "sl", "hr", "sr", "et", "lv", "is"];

/// Languages that write nouns with a capital: one after an abbreviation starts no sentence.
const NOUNS: [&str; 2] = ["de", "lb"];

/// Bytes of an abbreviation; an Indian letter takes three.
const LONGEST_ABBREVIATION: usize = 32;

/// Letters of an abbreviation of plain lower-case letters.
const LONGEST_PLAIN_ABBREVIATION: usize = 8;

/// Bytes before a break in which an open quotation is looked for.
const FAR: usize = 512;

/// The language of a text, and how it is written.
pub(super) struct Style<'a> {
    pub(super) language: &'a str,
    pub(super) abbreviations: &'a Abbreviations,
    /// It has capitals.
    pub(super) capitals: bool,
    /// Its sentences end with a danda; a full stop only abbreviates.
    pub(super) dandas: bool,
}

/// Mends the breaks between the sentences from `first` on, which are those of one block.
pub(super) fn join(text: &str, found: &mut Vec<Range<usize>>, first: usize, style: &Style<'_>) {
    if found.len() < first + 2 {
        return;
    }
    let mut kept = first;
    for at in first + 1..found.len() {
        let mut span = found[at].clone();
        move_signs(text, &mut found[kept], &mut span);
        if span.is_empty() {
            continue;
        }
        if found[kept].is_empty() {
            found[kept] = span;
        } else if is_torn(text, &found[kept], &span, style) {
            found[kept].end = span.end;
        } else {
            kept += 1;
            found[kept] = span;
        }
    }
    found.truncate(kept + 1);
}

fn opens(sign: char) -> bool {
    matches!(sign, '"' | '“' | '”' | '„' | '«' | '‘' | '(' | '[' | '`' | '¿' | '¡')
}

fn closes(sign: char) -> bool {
    matches!(sign, '"' | '”' | '“' | '»' | '’' | ')' | ']' | '」' | '』' | '）')
}

/// A sign that opens what follows goes with it (`left. “|Right` → `left. |“Right`), one that closes what came before goes
/// with that (`left!| » right` → `left! »| right`).
fn move_signs(text: &str, left: &mut Range<usize>, right: &mut Range<usize>) {
    let inner = &text[left.clone()];
    let french = text[right.start..].starts_with(char::is_alphanumeric) && inner.ends_with('«');
    if left.end == right.start || french {
        let bare = inner.trim_end_matches(opens);
        let forgotten = || inner.ends_with('"') && nearby(inner).matches('"').count() % 2 == 1;
        if bare.len() < inner.len() && (bare.is_empty() || bare.ends_with(char::is_whitespace) || forgotten()) {
            right.start = left.start + bare.len();
            left.end = left.start + bare.trim_end().len();
            return;
        }
    }
    let inner = &text[right.clone()];
    let rest = inner.trim_start_matches(closes);
    let signs = &inner[..inner.len() - rest.len()];
    let stands_alone =
        rest.is_empty() || rest.starts_with(|next: char| next.is_whitespace() || next == ',' || next == '.');
    let is_open = !signs.starts_with('"') || nearby(&text[left.clone()]).matches('"').count() % 2 == 1;
    if !signs.is_empty() && stands_alone && is_open {
        left.end = right.start + signs.len();
        right.start = right.end - rest.trim_start().len();
    }
}

/// The end of a sentence, which may have grown long.
fn nearby(left: &str) -> &str {
    &left[left.floor_char_boundary(left.len().saturating_sub(FAR))..]
}

/// Whether the split between two sentences is none.
fn is_torn(text: &str, before: &Range<usize>, after: &Range<usize>, style: &Style<'_>) -> bool {
    let (left, right) = (nearby(&text[before.clone()]), &text[after.clone()]);
    let gap = &text[before.end..after.start];
    let word = left.rsplit(char::is_whitespace).next().unwrap_or_default();
    let next = right.chars().next().unwrap_or(' ');
    if !has_word(left)
        || !has_word(right)
        || gap.is_empty() && is_one_word(word, next)
        || quotes::goes_on(left, right, style.language)
        || is_abbreviated(left, word, right, style)
    {
        return true;
    }
    let bracket = next == '(' && left.ends_with(char::is_alphanumeric);
    let said = matches!(next, '-' | '–' | '—') && left.ends_with(closes) && speaks_on(right);
    bracket
        || said
        || style.capitals && next.is_lowercase() && goes_on(word, right, style.language)
        || LEADING.contains(&word)
        || rules::is_clock(word) && rules::is_time_word(first_word(right))
        || is_number(left, word, right, style.language)
        || is_initial(left, word, style.language)
}

/// Whether a letter or digit stands near the start or the end.
fn has_word(part: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric();
    part.chars().take(FAR).any(is_word) || nearby(part).contains(is_word)
}

/// Whether a sentence goes on after an abbreviation.
fn is_abbreviated(left: &str, word: &str, right: &str, style: &Style<'_>) -> bool {
    let Some(bare) = word.strip_suffix('.').filter(|bare| bare.len() <= LONGEST_ABBREVIATION) else { return false };
    if bare.len() > LONGEST_PLAIN_ABBREVIATION && bare.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return false;
    }
    let bare = bare.trim_start_matches(opens);
    let last = bare.chars().next_back().unwrap_or(' ');
    if is_indic(last) && style.dandas {
        return true;
    }
    let first = right.chars().next().unwrap_or(' ');
    let next = right.trim_start_matches(opens).chars().next().unwrap_or(' ');
    let elided = || style.abbreviations.get(bare.rsplit_once(['\'', '’'])?.1);
    let caseless = last.is_alphabetic() && !last.is_lowercase() && !last.is_uppercase() || is_indic(last);
    match style.abbreviations.get(bare).or_else(elided) {
        Some(Use::Title) => !(is_single(bare) && follows_number(left, word)),
        Some(Use::Number) => next.is_numeric() || is_roman(right),
        Some(Use::Inner) => first.is_numeric() || is_small(next) || NOUNS.contains(&style.language),
        // Parts of few letters: `மு.க.`, `أ.د.`.
        None => caseless && bare.contains('.') && bare.split('.').all(|part| part.chars().nth(3).is_none()),
    }
}

/// Letters and signs of the scripts of India and Sri Lanka.
fn is_indic(letter: char) -> bool {
    matches!(letter, '\u{900}'..='\u{dff}')
}

/// A letter, but no capital.
fn is_small(letter: char) -> bool {
    letter.is_alphabetic() && !letter.is_uppercase()
}

fn is_single(word: &str) -> bool {
    word.chars().nth(1).is_none()
}

/// Whether a number stands before the last word: `5 м.` is a length, `м. Київ` a city.
fn follows_number(left: &str, word: &str) -> bool {
    left[..left.len() - word.len()].trim_end().ends_with(char::is_numeric)
}

fn first_word(right: &str) -> &str {
    right.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default()
}

/// A Roman numeral as a word of its own.
fn is_roman(right: &str) -> bool {
    let word = first_word(right);
    !word.is_empty() && word.bytes().all(|letter| matches!(letter, b'I' | b'V' | b'X' | b'L' | b'C'))
}

/// Whether a full stop without a space stands inside an address, a number or an abbreviation.
fn is_one_word(word: &str, next: char) -> bool {
    let body = word.trim_end_matches('.').trim_start_matches(opens);
    let address = word.starts_with("www.") || word.contains("://") || word.contains('@');
    let short = word.ends_with('.') && (body.chars().nth(3).is_none() || body.contains('.'));
    address || short || matches!(next, ',' | ';' | '-' | ')')
}

/// Whether a sentence goes on with a lower-case letter after `word`. Not if that is the mark of a list (`ii.) The second`), and
/// not after a long word: some write no capitals. English alone is written so that `"Why?" she asked` needs no help.
fn goes_on(word: &str, right: &str, language: &str) -> bool {
    let is_mark = right.split(' ').next().is_some_and(|piece| piece.len() <= 5 && piece.ends_with(')'));
    let body = word.trim_end_matches(['.', '!', '?']);
    let run = &word[body.len()..];
    !is_mark && !(may_precede_small(run, body) && (run == "." || language == "en"))
}

/// `— he said`: what follows a quotation and its dash in lower case.
fn speaks_on(right: &str) -> bool {
    right.trim_start_matches(['-', '–', '—', ' ']).starts_with(char::is_lowercase)
}

/// A bare number, the mark of what follows; or an ordinal (`am 21.|Oktober`).
fn is_number(left: &str, word: &str, right: &str, language: &str) -> bool {
    let Some(digits) = word.strip_suffix('.').map(|digits| digits.trim_start_matches(['-', '–'])) else {
        return false;
    };
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let rest = left[..left.len() - word.len()].trim_end();
    let before = rest.rsplit(' ').next().unwrap_or_default();
    let ordinal = digits.len() <= 2 && ORDINAL.contains(&language);
    let next = first_word(right);
    rest.is_empty()
        || ordinal
            && (!before.is_empty() && before.chars().all(char::is_lowercase) || dates::is_month(&next.to_lowercase()))
}

/// `V.|Petrov`: an initial, unless it is the number of a king or a version. English has a list of words that start sentences.
fn is_initial(left: &str, word: &str, language: &str) -> bool {
    let is_initial = |word: &str| {
        let mut letters = word.trim_start_matches(opens).chars();
        let (first, second, third) = (letters.next(), letters.next(), letters.next());
        first.is_some_and(char::is_uppercase) && second == Some('.') && third.is_none()
    };
    let before = left[..left.len() - word.len()].trim_end().rsplit(' ').next().unwrap_or_default();
    is_initial(word) && language != "en" && (is_initial(before) || !before.starts_with(char::is_uppercase))
}
