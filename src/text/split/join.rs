//! Torn sentences joined, and signs on the wrong side of a break moved over.

use std::ops::Range;

use crate::text::split::ends::may_precede_small;

/// Abbreviations of all languages that stand before what they abbreviate for; lists of the splitters lack them.
const LEADING: [&str; 23] = [
    "Dr.", "Mt.", "St.", "Ms.", "Mr.", "Mrs.", "Prof.", "Fil.", "Hl.", "Nr.", "Art.", "Gen.", "Col.", "Sgt.", "o.a.",
    "d.w.z.", "t.o.v.", "m.m.", "f.eks.", "bl.a.", "z.B.", "u.a.", "M.Ö.",
];

/// Languages that write ordinal numbers with a full stop: `21. Oktober`.
const ORDINAL: [&str; 15] = ["de", "da", "no", "fi", "cs", "sk", "pl", "hu", "tr", "sl", "hr", "sr", "et", "lv", "is"];

/// Bytes before a break in which an open quotation is looked for.
const FAR: usize = 2 * 1024;

/// Mends the breaks between the sentences from `first` on, which are those of one block; `capitals`: the text has some.
pub(super) fn join(text: &str, found: &mut Vec<Range<usize>>, first: usize, language: &str, capitals: bool) {
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
        } else if is_torn(text, &found[kept], &span, language, capitals) {
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
fn is_torn(text: &str, before: &Range<usize>, after: &Range<usize>, language: &str, capitals: bool) -> bool {
    let (left, right) = (&text[before.clone()], &text[after.clone()]);
    let gap = &text[before.end..after.start];
    let word = left.rsplit(char::is_whitespace).next().unwrap_or_default();
    let next = right.chars().next().unwrap_or(' ');
    if [left, right].iter().any(|part| !part.chars().any(char::is_alphanumeric))
        || gap.is_empty() && is_one_word(word, next)
    {
        return true;
    }
    if gap.contains('\n') {
        return false;
    }
    let bracket = next == '(' && left.ends_with(char::is_alphanumeric);
    let said = matches!(next, '-' | '–' | '—') && left.ends_with(closes) && speaks_on(right);
    bracket
        || said
        || capitals && next.is_lowercase() && goes_on(word, right, language)
        || LEADING.contains(&word)
        || is_number(left, word, language)
        || is_initial(left, word, language)
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
fn is_number(left: &str, word: &str, language: &str) -> bool {
    let Some(digits) = word.strip_suffix('.') else { return false };
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let rest = left[..left.len() - word.len()].trim_end();
    let before = rest.rsplit(' ').next().unwrap_or_default();
    rest.is_empty()
        || digits.len() <= 2
            && ORDINAL.contains(&language)
            && !before.is_empty()
            && before.chars().all(char::is_lowercase)
}

/// `V.|Petrov`: an initial, unless it is the number of a king or a version. English has a list of words that start sentences.
fn is_initial(left: &str, word: &str, language: &str) -> bool {
    let mut letters = word.trim_start_matches(opens).chars();
    let (first, second, third) = (letters.next(), letters.next(), letters.next());
    let initial = first.is_some_and(char::is_uppercase) && second == Some('.') && third.is_none();
    let before = left[..left.len() - word.len()].trim_end().rsplit(' ').next().unwrap_or_default();
    initial && language != "en" && !before.starts_with(char::is_uppercase)
}
