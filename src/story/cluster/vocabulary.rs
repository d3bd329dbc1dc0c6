//! Every distinct word of a corpus, once: its stem, whether it is a name, a number, a date.
//!
//! Words are told apart by language (`die` is an article in German and an event in English); stems are not, so that a
//! name links articles across languages.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::background::background;
use super::calendar::{TimeWord, time_word};
use super::corpus::Kind;
use super::frequencies::Frequencies;
use super::token::Token;
use crate::text::Stem;

/// One distinct word of one language.
#[derive(Debug)]
pub(super) struct Word {
    /// Its stem's number.
    pub term: u32,
    /// Of its letters; equal in every corpus and language.
    pub hash: u64,
    /// It says something: not a stop word, not a single letter.
    pub counts: bool,
    /// It begins with a digit.
    pub number: bool,
    /// There is a digit in it.
    pub has_digit: bool,
    /// Its meaning as a time.
    pub time: Option<TimeWord>,
    /// The background knows it.
    known: bool,
    name: bool,
}

/// How a word is written, over all its uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Uses {
    pub inside: u32,
    pub inside_capital: u32,
    pub capital: u32,
    pub lower: u32,
}

/// The number of each word of one language by the hash of its letters, in the order of first use.
///
/// Most of the time of a large corpus goes into looking words up: 64 bits are compared in place of letters.
type Numbering<T = u32> = HashMap<u64, T, FixedState>;

/// Equal for equal letters, in every corpus and language.
pub(super) fn hash_of(text: &str) -> u64 {
    FixedState::with_seed(0).hash_one(text)
}

/// The words of some articles before they get their numbers: many tallies are made side by side.
#[derive(Default)]
pub(super) struct Tally {
    /// How a word is used stands beside its number: every word of every text is looked up here and counted.
    languages: Vec<(String, Numbering<(u32, Uses)>)>,
    /// In the order of their first occurrence.
    words: Vec<Spelling>,
    scratch: String,
}

/// A distinct word of a tally.
struct Spelling {
    language: u32,
    hash: u64,
    text: Box<str>,
}

impl Tally {
    /// Number of a language, for [`Tally::add`].
    pub(super) fn language(&mut self, code: &str) -> u32 {
        let known = self.languages.iter().position(|(language, _)| language == code);
        let place = known.unwrap_or_else(|| {
            self.languages.push((code.to_owned(), HashMap::default()));
            self.languages.len() - 1
        });
        u32::try_from(place).expect("there are few languages")
    }

    /// Counts one occurrence and returns the word's number here. Only in a text, not in a title, can a word stand inside.
    pub(super) fn add(&mut self, token: Token<'_>, language: u32, in_title: bool) -> u32 {
        lower(token.text, &mut self.scratch);
        let hash = hash_of(&self.scratch);
        let (number, uses) = match self.languages[language as usize].1.entry(hash) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let number = u32::try_from(self.words.len()).expect("fewer than 2^32 distinct words fit in memory");
                self.words.push(Spelling { language, hash, text: self.scratch.as_str().into() });
                new.insert((number, Uses::default()))
            }
        };
        uses.capital += u32::from(token.capital);
        uses.lower += u32::from(!token.capital);
        if token.inside && !in_title {
            uses.inside += 1;
            uses.inside_capital += u32::from(token.capital);
        }
        *number
    }
}

/// Numbers in the vocabulary of a tally's languages and words.
pub(super) struct Numbers {
    pub languages: Vec<u32>,
    pub words: Vec<u32>,
}

/// The words and stems of a corpus.
#[derive(Default)]
pub(super) struct Vocabulary {
    languages: Vec<Language>,
    words: Vec<Word>,
    /// How each word is used, until [`Vocabulary::name`].
    uses: Vec<Uses>,
    terms: HashMap<Box<str>, u32, FixedState>,
}

struct Language {
    code: String,
    stemmer: Stem,
    stop: HashSet<&'static str>,
    numbers: Numbering,
}

impl Vocabulary {
    /// Adds the words of `tally` and says what they are called here; `see` hears of each with its language and its uses.
    pub(super) fn take(&mut self, tally: Tally, see: &mut impl FnMut(&str, &str, Uses)) -> Numbers {
        let languages: Vec<u32> = tally.languages.iter().map(|(code, _)| self.language(code)).collect();
        let word = |word: &Spelling| {
            let number = self.intern(languages[word.language as usize], word.hash, &word.text);
            let (language, numbers) = &tally.languages[word.language as usize];
            let uses = numbers[&word.hash].1;
            see(language, &word.text, uses);
            self.uses[number as usize].add(uses);
            number
        };
        let words = tally.words.iter().map(word).collect();
        Numbers { languages, words }
    }

    fn language(&mut self, code: &str) -> u32 {
        let known = self.languages.iter().position(|language| language.code == code);
        let place = known.unwrap_or_else(|| {
            let stop = stop_words::lookup(code).unwrap_or_default().iter().copied().collect();
            let (code, stemmer) = (code.to_owned(), Stem::new(code));
            self.languages.push(Language { code, stemmer, stop, numbers: HashMap::default() });
            self.languages.len() - 1
        });
        u32::try_from(place).expect("there are few languages")
    }

    fn intern(&mut self, language: u32, hash: u64, text: &str) -> u32 {
        let Language { code, stemmer, stop, numbers } = &mut self.languages[language as usize];
        if let Some(number) = numbers.get(&hash) {
            return *number;
        }
        let number = u32::try_from(self.words.len()).expect("fewer than 2^32 distinct words fit in memory");
        let digit = text.starts_with(|sign: char| sign.is_numeric());
        let time = time_word(text, code);
        let stem = if digit || time.is_some() { text.to_string() } else { stem_of(text, stemmer) };
        let known = background(&stem, code).is_some_and(|count| count > 0.0);
        let next = u32::try_from(self.terms.len()).expect("no more stems than words");
        let term = *self.terms.entry(stem.into_boxed_str()).or_insert(next);
        let long = digit || text.chars().nth(1).is_some() || !text.is_ascii();
        self.words.push(Word {
            term,
            hash,
            counts: time.is_some() || (long && !stop.contains(text)),
            number: digit,
            has_digit: text.contains(char::is_numeric),
            time,
            known,
            name: false,
        });
        self.uses.push(Uses::default());
        numbers.insert(hash, number);
        number
    }

    /// Decides which words are names, when all are counted: capitalised in more than half of their uses inside a
    /// sentence; or, never seen there, always capitalised and unknown to the background. Days and months are never names.
    ///
    /// Where a larger corpus is `known`, its uses decide.
    pub(super) fn name(&mut self, known: Option<&Frequencies>) {
        let mut uses = std::mem::take(&mut self.uses);
        if let Some(known) = known {
            for Language { code, numbers, .. } in &self.languages {
                for (hash, number) in numbers {
                    let at_large = known.of_word(code, *hash);
                    uses[*number as usize] = at_large.unwrap_or(uses[*number as usize]);
                }
            }
        }
        for (word, uses) in self.words.iter_mut().zip(uses) {
            word.name = !word.number && word.time.is_none() && uses.are_of_a_name(word.known);
        }
    }

    /// The languages, by number.
    pub(super) fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.iter().map(|language| language.code.as_str())
    }

    /// The word of this number.
    pub(in crate::story) fn word(&self, number: u32) -> &Word {
        &self.words[number as usize]
    }

    /// How many distinct stems there are.
    pub(in crate::story) fn term_count(&self) -> usize {
        self.terms.len()
    }

    /// Kind of each stem.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind::default(); self.terms.len()];
        for word in &self.words {
            let kind = &mut kinds[word.term as usize];
            kind.number |= word.number;
            kind.time |= word.time.is_some();
        }
        kinds
    }

    /// Every stem and its number, in no order.
    pub(super) fn stems(&self) -> impl Iterator<Item = (&str, u32)> {
        self.terms.iter().map(|(stem, term)| (&**stem, *term))
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
    /// Whether it is used as a name; see [`Vocabulary::name`].
    pub(in crate::story) fn is_name(&self) -> bool {
        self.name
    }
}

impl Uses {
    pub(super) fn add(&mut self, more: Self) {
        self.inside = self.inside.saturating_add(more.inside);
        self.inside_capital = self.inside_capital.saturating_add(more.inside_capital);
        self.capital = self.capital.saturating_add(more.capital);
        self.lower = self.lower.saturating_add(more.lower);
    }

    fn are_of_a_name(self, known: bool) -> bool {
        match self.inside {
            0 => self.capital > 0 && self.lower == 0 && !known,
            inside => self.inside_capital > inside / 2,
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
