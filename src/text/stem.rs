//! Words → stems, by rust-stemmers behind a guard.
//!
//! Its Greek stemmer panics on some words; the guard turns that into the word itself, and keeps quiet about it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use rust_stemmers::{Algorithm, Stemmer};

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
    guarded: bool,
}

impl Stem {
    /// The stemmer for `language`; one that changes nothing where no algorithm exists.
    pub fn new(language: &str) -> Self {
        let guarded = matches!(language, "el" | "ta" | "ar");
        Self { stemmer: algorithm(language).map(Stemmer::create), guarded }
    }

    /// The stem of a lower-case word; the word itself when there is no stemmer or the stemmer fails on it.
    pub fn stem(&self, word: &str) -> String {
        match &self.stemmer {
            Some(stemmer) if word.len() <= LONGEST => {
                guard(self.guarded, || stemmer.stem(word).into_owned()).unwrap_or_else(|| word.to_owned())
            }
            _ => word.to_owned(),
        }
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; `None` if it panics. A panic of this thread inside `work` is not reported when `quiet`.
///
/// Every language is caught; only those known to panic pay for the silence, which needs a panic hook around the
/// process's own. That hook changes nothing outside of `work`.
fn guard<T>(quiet: bool, work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    if quiet && !std::thread::panicking() {
        HOOK.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if !QUIET.get() {
                    previous(info);
                }
            }));
        });
    }
    QUIET.set(quiet);
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.set(false);
    result
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
