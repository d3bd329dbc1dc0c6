//! The words of one language that a full stop follows inside a sentence.
//!
//! The words are data (`abbreviations.txt`). To add a language: its lines there, and sentences in
//! `tests/fixtures/split/`.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// The place of an abbreviation in its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Before what it belongs to: never at the end.
    Title,
    /// Before a number, if one follows.
    Number,
    /// Inside, unless a capital follows; at the end only where nouns are written small.
    Inner,
}

/// The abbreviations of one language.
pub(super) struct Abbreviations(HashMap<&'static str, Use, FixedState>);

impl Abbreviations {
    /// Those of `language`; none for languages without a list.
    pub(super) fn of(language: &str) -> Self {
        let mut words = HashMap::default();
        let rows =
            include_str!("abbreviations.txt").lines().filter_map(|line| line.strip_prefix(language)?.strip_prefix(' '));
        for row in rows {
            let (place, row) = row.split_once(' ').unwrap_or_default();
            let place = match place {
                "title" => Use::Title,
                "number" => Use::Number,
                _ => Use::Inner,
            };
            words.extend(row.split(' ').map(|word| (word, place)));
        }
        Self(words)
    }

    /// The use of `word`, written without its last full stop.
    pub(super) fn get(&self, word: &str) -> Option<Use> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(word).or_else(|| self.0.get(lowered(word)?.as_str())).copied()
    }
}

/// A word that a heading or the start of a sentence gave a capital; single letters are initials and keep theirs.
fn lowered(word: &str) -> Option<String> {
    let first = word.chars().next().filter(|first| first.is_uppercase())?;
    let rest = &word[first.len_utf8()..];
    (!rest.is_empty()).then(|| first.to_lowercase().chain(rest.chars()).collect())
}

#[cfg(test)]
mod tests {
    use super::{Abbreviations, Use};

    #[test]
    fn words_are_known_by_language_and_with_a_capital() {
        let russian = Abbreviations::of("ru");
        assert_eq!(russian.get("рис"), Some(Use::Number));
        assert_eq!(russian.get("Рис"), Some(Use::Number));
        assert_eq!(russian.get("С"), None, "an initial");
        assert_eq!(Abbreviations::of("fr").get("Mme"), Some(Use::Title));
        assert_eq!(Abbreviations::of("en").get("no"), None, "the answer, not a number");
        assert_eq!(Abbreviations::of("xx").get("Dr"), None);
    }

    #[test]
    fn every_line_of_the_list_has_a_known_use_and_no_word_two_of_them() {
        let mut seen = std::collections::HashSet::new();
        for line in include_str!("abbreviations.txt").lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split(' ');
            let (language, place) = (fields.next().unwrap(), fields.next().unwrap());
            assert!(matches!(place, "title" | "number" | "inner"), "{line}");
            for word in fields {
                assert!(!word.is_empty() && !word.ends_with('.'), "{line}");
                assert!(seen.insert((language, word)), "{language} {word} stands twice");
            }
        }
    }
}
