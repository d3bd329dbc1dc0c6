//! Every distinct word of a corpus, once: its stem, whether it is a name, a number, a date.
//!
//! Words are told apart by language (`die` is an article in German and an event in English); stems are not, so that a
//! name links articles across languages.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::background::background;
use super::calendar::{TimeWord, time_word};
use super::token::Token;
use crate::text::Stem;

/// One distinct word of one language.
#[derive(Debug)]
pub(in crate::story) struct Word {
    /// Its stem's number.
    pub term: u32,
    /// Of its letters; equal in every corpus and language.
    pub hash: u64,
    /// It says something: not a stop word, not a single letter.
    pub counts: bool,
    /// It begins with a digit.
    pub number: bool,
    /// Its meaning as a time.
    pub time: Option<TimeWord>,
    known: bool,
    inside: u32,
    inside_capital: u32,
    seen_small: bool,
    seen_capital: bool,
}

/// The words and stems of a corpus.
#[derive(Default)]
pub(in crate::story) struct Vocabulary {
    languages: Vec<Language>,
    words: Vec<Word>,
    terms: HashMap<Box<str>, u32, FixedState>,
    scratch: String,
}

struct Language {
    code: String,
    stemmer: Stem,
    stop: HashSet<&'static str>,
    numbers: HashMap<Box<str>, u32, FixedState>,
}

impl Vocabulary {
    /// Number of a language, for [`Vocabulary::add`].
    pub(in crate::story) fn language(&mut self, code: &str) -> usize {
        if let Some(number) = self.languages.iter().position(|language| language.code == code) {
            return number;
        }
        let stop = stop_words::lookup(code).unwrap_or_default().iter().copied().collect();
        self.languages.push(Language {
            code: code.to_owned(),
            stemmer: Stem::new(code),
            stop,
            numbers: HashMap::default(),
        });
        self.languages.len() - 1
    }

    /// Counts one occurrence and returns the word's number. Only in a text, not in a title, can a word stand inside.
    pub(in crate::story) fn add(&mut self, token: Token<'_>, language: usize, in_title: bool) -> u32 {
        lower(token.text, &mut self.scratch);
        let number = match self.languages[language].numbers.get(self.scratch.as_str()) {
            Some(number) => *number,
            None => self.intern(language),
        };
        let word = &mut self.words[number as usize];
        if token.capital {
            word.seen_capital = true;
        } else {
            word.seen_small = true;
        }
        if token.inside && !in_title {
            word.inside += 1;
            word.inside_capital += u32::from(token.capital);
        }
        number
    }

    fn intern(&mut self, language: usize) -> u32 {
        let Language { code, stemmer, stop, numbers } = &mut self.languages[language];
        let text = self.scratch.as_str();
        let number = u32::try_from(self.words.len()).expect("fewer than 2^32 distinct words fit in memory");
        numbers.insert(text.into(), number);
        let digit = text.starts_with(|sign: char| sign.is_numeric());
        let time = time_word(text, code);
        let stem = if digit || time.is_some() { text.to_owned() } else { stem_of(text, stemmer) };
        let known = background(&stem, code).is_some_and(|count| count > 0.0);
        let next = u32::try_from(self.terms.len()).expect("no more stems than words");
        let term = *self.terms.entry(stem.into_boxed_str()).or_insert(next);
        let long = digit || text.chars().nth(1).is_some() || !text.is_ascii();
        self.words.push(Word {
            term,
            hash: FixedState::with_seed(0).hash_one(text),
            counts: time.is_some() || (long && !stop.contains(text)),
            number: digit,
            time,
            known,
            inside: 0,
            inside_capital: 0,
            seen_small: false,
            seen_capital: false,
        });
        number
    }

    /// The word of this number.
    pub(in crate::story) fn word(&self, number: u32) -> &Word {
        &self.words[number as usize]
    }

    /// How many distinct stems there are.
    pub(in crate::story) fn term_count(&self) -> usize {
        self.terms.len()
    }

    /// The number of `stem`.
    pub(in crate::story) fn term(&self, stem: &str) -> Option<u32> {
        self.terms.get(stem).copied()
    }

    /// For each stem, in how many background articles it occurs; `None` where the language has no table.
    pub(in crate::story) fn backgrounds(&self, language: &str) -> Option<Vec<f64>> {
        background("", language)?;
        let mut counts = vec![0.0; self.terms.len()];
        for (stem, term) in &self.terms {
            counts[*term as usize] = background(stem, language).unwrap_or(0.0);
        }
        Some(counts)
    }
}

impl Word {
    /// Capitalised in more than half of its uses inside a sentence; or, never seen there, always capitalised and
    /// unknown to the background. Days and months are never names.
    pub(in crate::story) fn is_name(&self) -> bool {
        if self.number || self.time.is_some() {
            false
        } else if self.inside > 0 {
            2 * self.inside_capital > self.inside
        } else {
            self.seen_capital && !self.seen_small && !self.known
        }
    }
}

fn lower(word: &str, into: &mut String) {
    into.clear();
    if word.is_ascii() {
        into.push_str(word);
        into.make_ascii_lowercase();
    } else {
        into.extend(word.chars().map(|sign| if sign == '’' { '\'' } else { sign }).flat_map(char::to_lowercase));
    }
}

/// Whether a lower-case word says nothing by itself.
pub(in crate::story) fn is_stop_word(word: &str, language: &str) -> bool {
    stop_words::lookup(language).is_some_and(|words| words.contains(&word))
}

/// The stem of a lower-case word; a number stands for itself.
pub(in crate::story) fn stem_of(word: &str, stemmer: &Stem) -> String {
    let word: Cow<'_, str> = if word.contains('’') { word.replace('’', "'").into() } else { word.into() };
    if word.starts_with(|sign: char| sign.is_numeric()) { word.into_owned() } else { stemmer.stem(&word) }
}
