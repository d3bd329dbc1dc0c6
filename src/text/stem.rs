//! Words → stems, by rust-stemmers behind a guard.
//!
//! Its Greek stemmer panics on some words; the guard turns that into the word itself, and keeps quiet about it.

use rust_stemmers::{Algorithm, Stemmer};

use super::catch_panic::catch_panic;

/// Longer "words" are not words of any language; they stand for themselves.
const LONGEST: usize = 64;

/// The algorithm for a BCP 47 primary language, if there is one.
fn algorithm(language: &str) -> Option<Algorithm> {
    Some(match language {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "nl" => Algorithm::Dutch,
        "en" => Algorithm::English,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "es" => Algorithm::Spanish,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

/// The stemmer of one language.
pub struct Stem {
    stemmer: Option<Stemmer>,
}

impl Stem {
    /// The stemmer for `language`; one that changes nothing where no algorithm exists.
    pub fn new(language: &str) -> Self {
        Self { stemmer: algorithm(language).map(Stemmer::create) }
    }

    /// The stem of a lower-case word; the word itself when there is no stemmer or the stemmer fails on it.
    pub fn stem(&self, word: &str) -> String {
        match &self.stemmer {
            Some(stemmer) if word.len() <= LONGEST => {
                catch_panic(|| stemmer.stem(word).into_owned()).unwrap_or_else(|| word.to_owned())
            }
            _ => word.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Stem;

    #[test]
    fn a_stemmer_that_panics_gives_the_word() {
        assert_eq!(Stem::new("el").stem("ισαισα"), "ισαισα");
    }

    #[test]
    fn words_are_stemmed_in_their_language() {
        assert_eq!(Stem::new("en").stem("multiplied"), "multipli");
        assert_eq!(Stem::new("de").stem("häuser"), "haus");
        assert_eq!(Stem::new("xx").stem("multiplied"), "multiplied");
    }

    #[test]
    fn hostile_words_do_not_panic() {
        for language in
            ["ar", "da", "nl", "en", "fi", "fr", "de", "el", "hu", "it", "no", "pt", "ro", "ru", "es", "sv", "ta", "tr"]
        {
            let stem = Stem::new(language);
            for word in ["", "a", "'", "ß", "ισαισα", "🙂", "\0", "ааа", "ííí", "yyyy", "'''", "ij", "ııı", "ـــ", "்்"]
            {
                stem.stem(word);
                stem.stem(&word.repeat(5));
            }
        }
    }
}
