//! The dateline in front of a news text: `PARIS (AP) — `, `(CNN) `, `NEW YORK, May 3 – `.
//!
//! It says where a report comes from and nothing else; a chosen sentence begins behind it. So does one with the mark
//! of a list (`• `) or the date of its page glued in front: `Updated: December 9, 2024The port …`.

use std::sync::LazyLock;

use regex::Regex;

use super::patterns::MONTHS;

/// Bytes of the longest dateline.
const LONGEST: usize = 80;

/// A date in numbers.
const NUMBERS: &str = "[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{2}-[0-9]{2}";

/// Letters of an agency's name.
const AGENCY: std::ops::RangeInclusive<usize> = 2..=16;

/// Bytes of `sentence` before its report begins; 0 without a dateline.
pub(super) fn length(sentence: &str) -> usize {
    let bullet = bullet_end(sentence);
    if bullet > 0 {
        return bullet + length(&sentence[bullet..]);
    }
    let stamp = stamp_end(sentence);
    if stamp > 0 {
        return stamp;
    }
    let window = &sentence[..sentence.floor_char_boundary(LONGEST.min(sentence.len()))];
    let end = agency_end(window).or_else(|| place_end(window)).or_else(|| colon_end(window)).unwrap_or(0);
    let rest = sentence[end..].trim_start();
    let opens =
        |first: char| first.is_uppercase() || first.is_numeric() || matches!(first, '"' | '“' | '«' | '„' | '‘');
    if end > 0 && rest.contains(' ') && rest.starts_with(opens) { sentence.len() - rest.len() } else { 0 }
}

/// The end of the mark in front of an item of a list: `- `, `• `. A dash may be that of one who speaks.
pub(super) fn bullet_end(sentence: &str) -> usize {
    let rest = sentence.trim_start_matches(['-', '•', '*', '·', '▪', '●', '◦', '‣', '➤', '✓', '✔', '►']);
    let behind = rest.trim_start_matches([' ', '\t', '\u{a0}']);
    let is_item = rest.len() < sentence.len() && behind.len() < rest.len() && behind.starts_with(char::is_alphanumeric);
    if is_item { sentence.len() - behind.len() } else { 0 }
}

/// The end of a date that the page was updated on, glued to the sentence.
fn stamp_end(sentence: &str) -> usize {
    static STAMP: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let date = format!(r"(?:{MONTHS} ?[0-9]{{1,2}},? ?[0-9]{{4}}|[0-9]{{1,2}} {MONTHS} ?[0-9]{{4}}|{NUMBERS})");
        Regex::new(&format!(r"(?i)^(?:last )?(?:updated|published|posted)(?: on)?:? ?{date} ?(?:[|·•—–-] ?)?")).ok()
    });
    if !sentence.starts_with(['L', 'l', 'U', 'u', 'P', 'p']) {
        return 0;
    }
    let end = STAMP.as_ref().and_then(|stamp| stamp.find(sentence)).map_or(0, |stamp| stamp.end());
    let opens = |first: char| first.is_uppercase() || matches!(first, '“' | '"');
    if sentence[end..].starts_with(opens) && sentence.len() - end > 20 { end } else { 0 }
}

/// The end of a place and an agency in brackets, with the dash behind them: `Paris (AP) —`, `(CNN)`.
fn agency_end(window: &str) -> Option<usize> {
    let open = window.find('(')?;
    let close = open + window[open..].find(')')?;
    let agency = &window[open + 1..close];
    let is_agency = AGENCY.contains(&agency.len())
        && agency.starts_with(|first: char| first.is_ascii_uppercase())
        && agency.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'/'));
    let place = window[..open].trim_end();
    if !is_agency || !place.is_empty() && !is_place(place) {
        return None;
    }
    let behind = close + 1;
    match dash_end(&window[behind..]) {
        Some(dash) => Some(behind + dash),
        // `(CNN) The …`, `London (CNN)The …`
        None => {
            let is_glued = || window[behind..].starts_with(|first: char| first.is_uppercase() || first == '"');
            (is_capital(agency) && (place.is_empty() || is_glued())).then_some(behind)
        }
    }
}

/// The end of a place in capitals and the dash behind it: `LONDON —`, `NEW YORK, May 3 –`.
fn place_end(window: &str) -> Option<usize> {
    let at = [" — ", " – ", " - ", " -- "].iter().filter_map(|dash| window.find(dash)).min()?;
    let place = &window[..at];
    let first = place.split([' ', ',', '/']).next().unwrap_or_default();
    // `New York, NY – With …`, `Linden, Ill. — Ada …`
    let is_state = |state: &str| {
        let is_short = state.len() <= 6 && state.ends_with('.') && state.starts_with(char::is_uppercase);
        is_short || state.len() == 2 && is_capital(state)
    };
    let is_in_state = || {
        place.rsplit_once(", ").is_some_and(|(town, state)| {
            is_state(state) && town.split(' ').all(|word| word.starts_with(char::is_uppercase))
        })
    };
    (is_place(place) && (is_capital(first) || is_in_state())).then(|| at + dash_end(&window[at..]).unwrap_or(0))
}

/// The end of a place of town, state and country with a colon behind it: `Washington, DC, United States: …`.
fn colon_end(window: &str) -> Option<usize> {
    let (place, _) = window.split_once(": ")?;
    let is_capital = |part: &str| part.split(' ').all(|word| word.starts_with(char::is_uppercase));
    (place.split(", ").count() == 3 && place.split(", ").all(is_capital) && is_place(place)).then_some(place.len() + 1)
}

/// The end of a dash at the start, with spaces around it.
fn dash_end(rest: &str) -> Option<usize> {
    let bare = rest.trim_start();
    let behind = bare.trim_start_matches(['—', '–', '-']);
    (behind.len() < bare.len()).then_some(rest.len() - behind.len())
}

/// Some capitalized words and dates, without a stop that ends a sentence.
fn is_place(place: &str) -> bool {
    let starts = |word: &str| word.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit());
    let words = || place.split_whitespace();
    words().count() <= 7
        && words().next().is_some_and(starts)
        && words().filter(|word| !starts(word)).count() <= 1
        && !place.contains(['!', '?', ':', ';', '(', '"', '“'])
}

/// A word of two capitals and more.
fn is_capital(word: &str) -> bool {
    word.chars().nth(1).is_some() && word.chars().all(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::length;

    fn check(dateline: &str, rest: &str) {
        let sentence = format!("{dateline}{rest}");
        assert_eq!(&sentence[length(&sentence)..], rest);
    }

    #[test]
    fn a_report_begins_behind_its_dateline() {
        check("OSLO (AP) — ", "The bridge was opened on Monday.");
        check("Oslo, Norway (Reuters) - ", "The bridge was opened on Monday.");
        check("(CNN) ", "The bridge was opened on Monday.");
        check("(CNN)", "The bridge was opened on Monday.");
        check("(AFP) -- ", "“The bridge is open,” she said.");
        check("LOS ANGELES, May 3 – ", "The bridge was opened on Monday.");
        check("MÜNCHEN – ", "Die Brücke ist offen.");
        check("New Linden, NY – ", "With two new arches, the bridge was opened on Monday.");
        check("Updated: December 9, 2024", "The bridge was opened on Monday.");
        check("Last updated on 9 December 2024 | ", "The bridge was opened on Monday.");
        check("Updated: 10/31/2024 ", "The bridge was opened on Monday.");
        check("New Linden, Ill. — ", "The bridge was opened on Monday.");
        check("Linden, WN, United Isles: ", "The bridge was opened on Monday.");
        check("New Linden (WNN)", "The bridge was opened on Monday.");
        check("- ", "The bridge was opened on Monday.");
        check("•\u{a0}", "The bridge was opened on Monday.");
        check("SÃO PAULO, Brazil (AP) — ", "The bridge was opened on Monday.");
    }

    #[test]
    fn a_sentence_without_a_dateline_stays_whole() {
        for sentence in [
            "The bridge (NATO) was opened — on Monday.",
            "NATO — the alliance — met on Monday.",
            "Oslo – the capital – was quiet.",
            "(see below) The bridge was opened.",
            "(NATO) ",
            "Ada Stone – The Life",
            "Updated: December 9, 2024",
            "Published in December 2024, the book was read by all.",
            "Linden, Aue and Wend: the three towns of the river.",
            "New Linden (WNN) has a bridge again.",
            "Ada Stone: The bridge was opened.",
            "-5 degrees were measured at the bridge.",
            "- - -",
            "",
            "—",
        ] {
            assert_eq!(length(sentence), 0, "{sentence}");
        }
    }
}
