//! Names of months and weekdays, by which two events of one kind are told apart.
//!
//! The words are data (`calendar.txt`, from CLDR): every language is another line, not another branch.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A word's meaning as a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::story) enum TimeWord {
    /// 1 is Monday.
    Weekday(u8),
    /// 1 is January.
    Month(u8),
    /// 1900 to 2099.
    Year(u16),
}

static NAMES: LazyLock<HashMap<(&str, &str), TimeWord>> = LazyLock::new(|| {
    let vectors = include_str!("calendar.txt").lines().filter(|line| !line.starts_with('#'));
    vectors.flat_map(row).collect()
});

fn row(line: &'static str) -> impl Iterator<Item = ((&'static str, &'static str), TimeWord)> {
    let mut fields = line.split(' ');
    let (language, what) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    let number = fields.next().and_then(|number| number.parse().ok()).unwrap_or_default();
    let meaning = if what == "day" { TimeWord::Weekday(number) } else { TimeWord::Month(number) };
    fields.map(move |word| ((language, word), meaning))
}

/// The meaning of a lower-case word in `language`, if it names a weekday, a month or a year.
pub(in crate::story) fn time_word(word: &str, language: &str) -> Option<TimeWord> {
    if word.len() == 4 && (word.starts_with("19") || word.starts_with("20")) {
        return word.parse().ok().map(TimeWord::Year);
    }
    NAMES.get(&(language, word)).copied()
}

#[cfg(test)]
mod tests {
    use super::{TimeWord, time_word};

    #[test]
    fn weekdays_months_and_years_are_known_by_language() {
        assert_eq!(time_word("march", "en"), Some(TimeWord::Month(3)));
        assert_eq!(time_word("márcio", "pt"), None);
        assert_eq!(time_word("марта", "ru"), Some(TimeWord::Month(3)));
        assert_eq!(time_word("donnerstag", "de"), Some(TimeWord::Weekday(4)));
        assert_eq!(time_word("may", "en"), None, "a verb as often as a month");
        assert_eq!(time_word("2019", "xx"), Some(TimeWord::Year(2019)));
        assert_eq!(time_word("2o19", "xx"), None);
    }
}
