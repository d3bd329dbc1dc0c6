//! Words → the phrases that name what a text is about, as they stand in it.
//!
//! A candidate is one to three words in a row, each of which may name something ([`Token::names`]), nothing but
//! spaces and hyphens between them. It weighs how often it occurs; less, the later it first occurs; more, the more
//! of its words are written large. In a short text long phrases, and those that are whole runs of such words, count
//! more: an abstract says everything once. In a long text what is said often is said in one word.
//!
//! The constants were found on the four development sets together, with one setting for all.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::text::{TermIndex, Token};

/// Keyphrases of a text at most.
const MOST: usize = 10;
/// Words of a phrase at most.
const LONGEST: usize = 3;
/// Words of a text that is as short as an abstract, and of one that is as long as a news article.
const TEXT_WORDS: (f64, f64) = (135.0, 400.0);
/// Exponents of a phrase's length in a short and in a long text.
const LENGTH: (f64, f64) = (1.5, 0.1);
/// Weight of a phrase that is never a whole run.
const PART: f64 = 0.2;
/// Occurrences given to every phrase of a short text.
const GIVEN: f64 = 0.4;
/// Words after which a phrase that occurs first there counts a third.
const FAR: f64 = 300.0;
/// Words after which a new phrase weighs less than a billionth of an early one and is not looked at.
const LATE: usize = 12_000;
/// Weight that capital letters add.
const CAPITALS: f64 = 0.8;

/// Up to ten phrases of one to three words, best first, each as it first stands in the text.
///
/// `sentence` gives the text of each sentence.
pub(super) fn keyphrases<'a>(terms: &TermIndex, sentence: impl Fn(usize) -> &'a str) -> Vec<String> {
    let mut found = Found::new(terms.distinct());
    for number in 0..terms.len() {
        found.read(number, sentence(number), terms.tokens(number));
    }
    found.best(sentence)
}

/// The facts about a term: how often it occurs, how often with a capital, whether it may be part of a phrase, and the
/// phrase that it is alone.
#[derive(Debug, Clone, Copy, Default)]
struct TermUse {
    count: u32,
    capitals: u32,
    names: Option<bool>,
    alone: Option<u32>,
}

/// Up to three terms; unused places hold [`NONE`].
type Key = [u32; LONGEST];

const NONE: u32 = u32::MAX;

/// Bytes of a keyphrase; what is longer is a run of signs, or a language without spaces, and names nothing.
const LONGEST_PHRASE: usize = 200;

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

struct Found {
    words: Vec<TermUse>,
    /// Phrases of several words, by their key as one number.
    places: HashMap<u128, u32, FixedState>,
    phrases: Vec<Phrase>,
    /// Words read, stop words too.
    read: usize,
}

impl Found {
    fn new(distinct: usize) -> Self {
        let places = HashMap::with_capacity_and_hasher(2 * distinct, FixedState::default());
        Self { words: vec![TermUse::default(); distinct], places, phrases: Vec::with_capacity(3 * distinct), read: 0 }
    }

    fn read(&mut self, number: usize, text: &str, tokens: &[Token]) {
        let mut run = 0;
        for (at, token) in tokens.iter().enumerate() {
            let names = self.hear(token);
            if names && (at == run || is_joined(text, tokens[at - 1].end, token.start)) {
                continue;
            }
            self.add_run(number, &tokens[run..at], self.read + run);
            // The word that broke the run off may begin the next one.
            run = if names { at } else { at + 1 };
        }
        self.add_run(number, &tokens[run..], self.read + run);
        self.read += tokens.len();
    }

    /// Counts a word; whether it may be part of a phrase, which is decided once for all its forms.
    fn hear(&mut self, token: &Token) -> bool {
        let Some(term) = token.term() else { return false };
        let word = &mut self.words[term as usize];
        word.count += 1;
        word.capitals += u32::from(token.is_capital());
        *word.names.get_or_insert(token.names())
    }

    /// Adds all phrases of a run of naming words; `before` words of the text stand before it.
    fn add_run(&mut self, sentence: usize, run: &[Token], before: usize) {
        let is_late = before > LATE && self.phrases.len() >= MOST;
        for start in 0..run.len() {
            let mut key = [NONE; LONGEST];
            for length in 1..=LONGEST.min(run.len() - start) {
                let last = &run[start + length - 1];
                key[length - 1] = last.term().unwrap_or(NONE);
                let next = u32::try_from(self.phrases.len()).unwrap_or(u32::MAX);
                let known = if length == 1 {
                    self.words[key[0] as usize].alone
                } else {
                    self.places.get(&number(key)).copied()
                };
                if known.is_none() && is_late {
                    continue;
                }
                let place = known.unwrap_or(next);
                if known.is_none() && length == 1 {
                    self.words[key[0] as usize].alone = Some(next);
                } else if known.is_none() {
                    self.places.insert(number(key), next);
                }
                if place == next {
                    let span = (run[start].start, last.end);
                    self.phrases.push(Phrase { key, sentence, span, before: before + start, count: 0.0, whole: 0.0 });
                }
                let phrase = &mut self.phrases[place as usize];
                phrase.count += 1.0;
                phrase.whole += f64::from(u8::from(length == run.len()));
            }
        }
    }

    fn best<'a>(self, sentence: impl Fn(usize) -> &'a str) -> Vec<String> {
        let (short, long) = TEXT_WORDS;
        let size = ((self.read.max(20) as f64 / short).ln() / (long / short).ln()).clamp(0.0, 1.0);
        let scale = Scale::new(size);
        let mut order: Vec<(f64, usize)> =
            self.phrases.iter().enumerate().map(|(place, phrase)| (self.weight(phrase, &scale), place)).collect();
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
        order.into_iter().map(surface).filter(|phrase| phrase.len() <= LONGEST_PHRASE).collect()
    }

    fn weight(&self, phrase: &Phrase, scale: &Scale) -> f64 {
        let terms = || phrase.key.iter().take_while(|&&term| term != NONE);
        let length = terms().count();
        let large = |&term: &u32| {
            let word = self.words[term as usize];
            f64::from(word.capitals) / f64::from(word.count.max(1))
        };
        let capitals = terms().map(large).sum::<f64>() / length as f64;
        (phrase.count + GIVEN * scale.brevity)
            * (PART + phrase.whole / phrase.count * scale.brevity)
            * scale.length[length - 1]
            * (-(phrase.before as f64) / FAR).exp()
            * (1.0 + CAPITALS * capitals)
    }
}

/// The effect of the size of the text on its phrases.
struct Scale {
    /// 1 for an abstract, 0 for a news article.
    brevity: f64,
    /// Weights of phrases of one, two and three words.
    length: [f64; LONGEST],
}

impl Scale {
    /// `size`: 0 for an abstract, 1 for a news article.
    fn new(size: f64) -> Self {
        let brevity = 1.0 - size;
        let exponent = LENGTH.0 * brevity + LENGTH.1 * size;
        Self { brevity, length: std::array::from_fn(|place| (place as f64 + 1.0).powf(exponent)) }
    }
}

/// The key as one number.
fn number(key: Key) -> u128 {
    key.iter().fold(0, |number, &term| number << 32 | u128::from(term))
}

/// Whether only spaces and hyphens stand between two words.
fn is_joined(text: &str, end: u32, start: u32) -> bool {
    text.as_bytes()[end as usize..start as usize].iter().all(|byte| matches!(byte, b' ' | b'-' | b'\t'))
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
        let found = keyphrases(&terms, |number| sentences[number]);
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

    #[test]
    fn a_run_of_signs_is_no_phrase() {
        let run = "x".repeat(100_000);
        let sentence = format!("The harbour {run} bridge.");
        let terms = index([(sentence.as_str(), "en")].into_iter());
        let found = keyphrases(&terms, |_| sentence.as_str());
        assert!(
            found.contains(&"harbour".to_owned()) && found.iter().all(|phrase| phrase.len() < 20),
            "{}",
            found.len()
        );
    }
}
