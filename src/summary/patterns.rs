//! Patterns of sentences that do not tell a story: lines of dates and credits, offers, words about the page itself.
//!
//! To add one: a line in `patterns.txt`. A sentence meets a pattern only where one of its trigger words stands in it, so
//! that nearly all sentences meet none.

use std::sync::{LazyLock, OnceLock};

use regex::Regex;

use super::pieces::FIRST_TRIGGER;

/// Names of months, as dates write them.
pub(super) const MONTHS: &str = "(?:jan(?:uary|uar|vier|eiro)?|feb(?:ruary|ruar)?|févr(?:ier)?|fevereiro|mar(?:ch|s|ço|zo)?|märz|\
    apr(?:il|ile)?|avril|abril|may|mai|mayo|maio|mei|june?|juni?|juin|junio|junho|july?|juli|juillet|julio|julho|\
    aug(?:ust|ustus)?|août|agosto|sept?(?:ember|embre|iembre|tembro)?|setembro|oct(?:ober|obre)?|okt(?:ober)?|\
    octubre|outubro|nov(?:ember|embre|iembre|embro)?|dec(?:ember)?|déc(?:embre)?|dez(?:ember|embro)?|dicembre|\
    diciembre)";

/// Names of weekdays.
const WEEKDAYS: &str = "(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|\
    lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche";

/// The finds of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// A line of its own that tells nothing: a date, a credit.
    Junk,
    /// An offer or a request of the site.
    Promo,
    /// A sentence about the page, or before the story.
    Slow,
}

/// One line of the file.
struct Pattern {
    language: &'static str,
    table: Table,
    triggers: &'static str,
    /// Its bit in the roles of a piece; 0 for those without triggers.
    bit: u64,
    source: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(load);

/// The trigger words of one language, each with its bit.
type Triggers = (&'static str, Vec<(&'static str, u32)>);

/// The trigger words of each language.
pub(super) static TRIGGERS: LazyLock<Vec<Triggers>> = LazyLock::new(|| {
    let triggered = PATTERNS.iter().filter(|pattern| pattern.bit != 0);
    let words = |pattern: &Pattern| -> Vec<(&'static str, u32)> {
        pattern.triggers.split(',').map(|word| (word, pattern.bit.trailing_zeros())).collect()
    };
    triggered.map(|pattern| (pattern.language, words(pattern))).collect()
});

/// The first table with a pattern that `sentence` meets; `roles` are those of its pieces, together. Lines of dates and
/// credits are only looked for where `may_be_junk`.
pub(super) fn find(sentence: &str, language: &str, roles: u64, may_be_junk: bool) -> Option<Table> {
    let is_triggered = roles >> FIRST_TRIGGER != 0;
    if !may_be_junk && !is_triggered {
        return None;
    }
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let bare = sentence.trim_start_matches(|letter| !is_word(letter));
    let before = &sentence[..sentence.len() - bare.len()];
    let is_post = |sign| before.ends_with(sign) && !bare.ends_with(['.', '!', '?']);
    if may_be_junk && (before.contains('©') || is_post('@') || is_post('#')) {
        return Some(Table::Junk);
    }
    let is_met = |pattern: &&Pattern| match pattern.table {
        Table::Junk => may_be_junk && matches!(pattern.language, "*") | (pattern.language == language),
        _ => pattern.bit & roles != 0 && pattern.language == language,
    };
    let of = |table: Table| {
        let mut patterns = PATTERNS.iter().filter(move |pattern| pattern.table == table);
        patterns.any(|pattern| is_met(&pattern) && pattern.matches(bare)).then_some(table)
    };
    let junk = if may_be_junk { of(Table::Junk) } else { None };
    junk.or_else(|| is_triggered.then(|| of(Table::Promo).or_else(|| of(Table::Slow))).flatten())
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        let compile = || {
            let source = self.source.replace("{months}", MONTHS).replace("{week}", WEEKDAYS);
            // In whole sentences, word boundaries are asked of ASCII alone: the fast matchers know no others.
            let is_line = self.table == Table::Junk;
            let source = if is_line { source } else { source.replace(r"\b", r"(?-u:\b)") };
            Regex::new(&format!("(?i){source}")).ok()
        };
        self.compiled.get_or_init(compile).as_ref().is_some_and(|pattern| pattern.is_match(text))
    }
}

fn load() -> Vec<Pattern> {
    let mut patterns: Vec<Pattern> = Vec::new();
    for line in include_str!("patterns.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.splitn(4, ' ');
        let (Some(language), Some(table), Some(triggers), Some(source)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let table = match table {
            "junk" => Table::Junk,
            "promo" => Table::Promo,
            _ => Table::Slow,
        };
        let of_language = |pattern: &&Pattern| pattern.language == language && pattern.bit != 0;
        let place = FIRST_TRIGGER + patterns.iter().filter(of_language).count() as u32;
        let bit = if table == Table::Junk { 0 } else { 1_u64.checked_shl(place).unwrap_or(0) };
        patterns.push(Pattern { language, table, triggers, bit, source, compiled: OnceLock::new() });
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::{MONTHS, PATTERNS, Table, WEEKDAYS, find};
    use regex::Regex;

    #[test]
    fn every_pattern_compiles_and_has_its_bit() {
        for pattern in PATTERNS.iter() {
            let source = pattern.source.replace("{months}", MONTHS).replace("{week}", WEEKDAYS);
            assert!(Regex::new(&source).is_ok(), "{}", pattern.source);
            assert_eq!(pattern.bit == 0, pattern.table == Table::Junk, "{}", pattern.source);
        }
    }

    #[test]
    fn lines_of_dates_and_credits_tell_nothing() {
        for line in ["Friday, May 3, 2024", "2024-05-03", "© Wend Courier", "@wend", "By Ada Stone", "3 min read"] {
            assert_eq!(find(line, "en", 0, true), Some(Table::Junk), "{line}");
        }
        for line in ["The bridge is open.", "May the bridge stand", "A sign by the bridge"] {
            assert_eq!(find(line, "en", 0, true), None, "{line}");
        }
    }
}
