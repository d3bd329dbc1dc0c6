//! Words → the phrases that name what a text is about, as they stand in it.
//!
//! A candidate is one to three words in a row, none of them a stop word or a word of every text ([`GENERIC`]), nothing
//! but spaces and hyphens between them. It weighs how often it occurs; less, the later it first occurs; more, the more
//! of its words are written large. In a short text long phrases, and those that are whole runs of such words, count
//! more: an abstract says everything once. In a long text what is said often is said in one word.
//!
//! The constants were found on the four development sets together, with one setting for all.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use crate::text::{Terms, Token};

/// Keyphrases of a text at most.
const MOST: usize = 10;
/// Words of a phrase at most.
const LONGEST: usize = 3;
/// Words of a text that is as short as an abstract, and of one that is as long as a news article.
const TEXT_WORDS: (f64, f64) = (135.0, 400.0);
/// Exponents of a phrase's length in a short and in a long text.
const LENGTH: (f64, f64) = (1.5, 0.1);
/// What a phrase weighs that is never a whole run.
const PART: f64 = 0.2;
/// Occurrences given to every phrase of a short text.
const GIVEN: f64 = 0.4;
/// Words after which a phrase that occurs first there counts a third.
const FAR: f64 = 300.0;
/// What capital letters add.
const CAPITALS: f64 = 0.8;

/// Words that name nothing, beyond the stop words, by language (from stopwords-iso, MIT): "said", "new", "used".
static GENERIC: LazyLock<Vec<(&str, HashSet<&str, FixedState>)>> = LazyLock::new(|| {
    let lines = include_str!("generic.txt").lines().filter_map(|line| line.split_once(' '));
    lines.map(|(language, words)| (language, words.split(' ').collect())).collect()
});

/// Up to ten phrases of one to three words, best first, each as it first stands in the text.
///
/// `sentence` gives the text and the language of each sentence.
pub(super) fn keyphrases<'a>(terms: &Terms, sentence: impl Fn(usize) -> (&'a str, &'a str)) -> Vec<String> {
    let mut found = Found { words: vec![Word::default(); terms.distinct()], ..Found::default() };
    for number in 0..terms.len() {
        let (text, language) = sentence(number);
        found.read(number, text, language, terms.tokens(number));
    }
    found.best(|number| sentence(number).0)
}

/// What is known of a term: how often it occurs, how often with a capital, whether it may be part of a phrase.
#[derive(Debug, Clone, Copy, Default)]
struct Word {
    count: u32,
    capitals: u32,
    names: Option<bool>,
}

/// Up to three terms; unused places hold [`NONE`].
type Key = [u32; LONGEST];

const NONE: u32 = u32::MAX;

/// A phrase met in the text.
struct Phrase {
    key: Key,
    sentence: usize,
    span: (u32, u32),
    /// Words of the text before it.
    before: usize,
    count: f64,
    whole: f64,
}

#[derive(Default)]
struct Found {
    words: Vec<Word>,
    places: HashMap<Key, usize, FixedState>,
    phrases: Vec<Phrase>,
    /// Words read, stop words too.
    read: usize,
}

impl Found {
    fn read(&mut self, number: usize, text: &str, language: &str, tokens: &[Token]) {
        let generic = GENERIC.iter().find(|(known, _)| *known == language).map(|(_, words)| words);
        let mut run = 0;
        for at in 0..=tokens.len() {
            let goes_on = tokens.get(at).is_some_and(|token| {
                let joined = at == run || is_joined(text, tokens[at - 1].end, token.start);
                joined && self.names(text, token, generic)
            });
            if goes_on {
                continue;
            }
            self.add_run(number, &tokens[run..at], self.read + run);
            // The word that broke the run off may begin the next one.
            let begins = tokens.get(at).is_some_and(|token| at > run && self.names(text, token, generic));
            run = if begins { at } else { at + 1 };
        }
        for token in tokens {
            if let Some(term) = token.term() {
                let word = &mut self.words[term as usize];
                word.count += 1;
                word.capitals += u32::from(starts_large(&text[token.start as usize..]));
            }
        }
        self.read += tokens.len();
    }

    /// Whether a word may be part of a phrase; decided once for all its forms.
    fn names(&mut self, text: &str, token: &Token, generic: Option<&HashSet<&str, FixedState>>) -> bool {
        let Some(term) = token.term() else { return false };
        *self.words[term as usize].names.get_or_insert_with(|| {
            let word = &text[token.start as usize..token.end as usize];
            let lower = word.to_lowercase();
            let lower = lower.strip_suffix("'s").or_else(|| lower.strip_suffix("’s")).unwrap_or(&lower);
            word.chars().any(char::is_alphabetic) && !generic.is_some_and(|words| words.contains(lower))
        })
    }

    /// Adds all phrases of a run of naming words; `before` words of the text stand before it.
    fn add_run(&mut self, sentence: usize, run: &[Token], before: usize) {
        for start in 0..run.len() {
            let mut key = [NONE; LONGEST];
            for length in 1..=LONGEST.min(run.len() - start) {
                let last = &run[start + length - 1];
                key[length - 1] = last.term().unwrap_or(NONE);
                let phrases = &mut self.phrases;
                let place = *self.places.entry(key).or_insert_with(|| {
                    let span = (run[start].start, last.end);
                    phrases.push(Phrase { key, sentence, span, before: before + start, count: 0.0, whole: 0.0 });
                    phrases.len() - 1
                });
                phrases[place].count += 1.0;
                phrases[place].whole += f64::from(u8::from(length == run.len()));
            }
        }
    }

    fn best<'a>(self, sentence: impl Fn(usize) -> &'a str) -> Vec<String> {
        let (short, long) = TEXT_WORDS;
        let size = ((self.read.max(20) as f64 / short).ln() / (long / short).ln()).clamp(0.0, 1.0);
        let mut order: Vec<(f64, usize)> =
            self.phrases.iter().enumerate().map(|(place, phrase)| (self.weigh(phrase, size), place)).collect();
        let better = |left: &(f64, usize), right: &(f64, usize)| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1));
        if order.len() > MOST {
            order.select_nth_unstable_by(MOST, better);
            order.truncate(MOST);
        }
        order.sort_by(better);
        let surface = |(_, place): (f64, usize)| {
            let phrase = &self.phrases[place];
            bare(&sentence(phrase.sentence)[phrase.span.0 as usize..phrase.span.1 as usize]).to_owned()
        };
        order.into_iter().map(surface).collect()
    }

    /// `size`: 0 for an abstract, 1 for a news article.
    fn weigh(&self, phrase: &Phrase, size: f64) -> f64 {
        let terms = || phrase.key.iter().take_while(|&&term| term != NONE);
        let length = terms().count() as f64;
        let large = |&term: &u32| {
            let word = self.words[term as usize];
            f64::from(word.capitals) / f64::from(word.count.max(1))
        };
        let capitals = terms().map(large).sum::<f64>() / length;
        let short = 1.0 - size;
        (phrase.count + GIVEN * short)
            * (PART + phrase.whole / phrase.count * short)
            * length.powf(LENGTH.0 * short + LENGTH.1 * size)
            * (-(phrase.before as f64) / FAR).exp()
            * (1.0 + CAPITALS * capitals)
    }
}

/// Whether only spaces and hyphens stand between two words.
fn is_joined(text: &str, end: u32, start: u32) -> bool {
    text.as_bytes()[end as usize..start as usize].iter().all(|byte| matches!(byte, b' ' | b'-' | b'\t'))
}

fn starts_large(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// Without the article that French and Italian elide and the English genitive: `l'homme` → `homme`.
fn bare(phrase: &str) -> &str {
    let phrase = phrase.strip_suffix("'s").or_else(|| phrase.strip_suffix("’s")).unwrap_or(phrase);
    match phrase.split_once(['\'', '’']) {
        Some((before, after))
            if !after.is_empty()
                && matches!(before.to_lowercase().as_str(), "l" | "d" | "qu" | "n" | "s" | "c" | "j" | "m" | "t") =>
        {
            after
        }
        _ => phrase,
    }
}

#[cfg(test)]
mod tests {
    use super::keyphrases;
    use crate::text::index;

    fn check(sentences: &[&str], language: &str, expected: &[&str]) {
        let terms = index(sentences.iter().map(|sentence| (*sentence, language)));
        let found = keyphrases(&terms, |number| (sentences[number], language));
        assert_eq!(&found[..expected.len().min(found.len())], expected, "{found:?}");
    }

    #[test]
    fn phrases_stand_in_the_text_and_cross_no_comma() {
        check(
            &["Market Square was flooded.", "Nobody slept in Market Square, Mayor Smith said."],
            "en",
            &["Market Square"],
        );
        check(&["River, bridge."], "en", &["River", "bridge"]);
    }

    #[test]
    fn clitics_and_words_of_every_text_are_left_out() {
        check(&["North Korea’s talks."], "en", &["North Korea’s talks"]);
        check(&["They said so to North Korea’s."], "en", &["North Korea"]);
        check(&["L’économie."], "fr", &["économie"]);
        check(&["", "the of 12", "?!"], "en", &[]);
    }
}
