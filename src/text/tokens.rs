//! Sentences → their words as numbered terms.

use std::cell::RefCell;
use std::ops::Range;

use string_interner::{DefaultSymbol, Symbol};

use super::lexicon::{Interner, Lexicon};
use super::words::each_word;

/// Terms known to a thread before it starts over; about 10 MB.
const MOST_TERMS: usize = 1 << 17;

/// One word of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// First byte, counted from the start of the sentence.
    pub start: u32,
    /// One past the last byte, counted from the start of the sentence.
    pub end: u32,
    term: u32,
    names: bool,
    capital: bool,
}

impl Token {
    const STOP: u32 = u32::MAX;

    /// The number of its term, below [`TermIndex::distinct`]; `None` for a stop word.
    pub fn term(&self) -> Option<u32> {
        (self.term != Self::STOP).then_some(self.term)
    }

    /// Whether it may be part of a name: it has a letter, is no stop word, and says more than "said" or "new".
    pub fn names(&self) -> bool {
        self.names
    }

    /// Whether it begins with a capital.
    pub fn is_capital(&self) -> bool {
        self.capital
    }
}

/// The words of some sentences; terms are numbered from 0 in the order in which they first appear.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TermIndex {
    tokens: Vec<Token>,
    ends: Vec<usize>,
    distinct: usize,
}

impl TermIndex {
    /// How many sentences there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no sentence.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many different terms there are.
    pub fn distinct(&self) -> usize {
        self.distinct
    }

    /// How many words there are, stop words too.
    pub fn count(&self) -> usize {
        self.tokens.len()
    }

    /// All words of a sentence, stop words too.
    pub fn tokens(&self, sentence: usize) -> &[Token] {
        &self.tokens[self.range(sentence)]
    }

    /// The terms of a sentence, in order, with repeats.
    pub fn of(&self, sentence: usize) -> impl Iterator<Item = u32> + '_ {
        self.tokens(sentence).iter().filter_map(|token| token.term())
    }

    /// Sentences given as term numbers; what [`index`] would have made of them.
    pub fn from_numbers(sentences: &[Vec<u32>]) -> Self {
        let mut terms = Self::default();
        for sentence in sentences {
            let token = |&term: &u32| Token { start: 0, end: 0, term, names: false, capital: false };
            terms.tokens.extend(sentence.iter().map(token));
            terms.distinct = sentence.iter().fold(terms.distinct, |most, &term| most.max(term as usize + 1));
            terms.ends.push(terms.tokens.len());
        }
        terms
    }

    /// The first `count` sentences, and the terms of all later ones that the first ones also hold.
    pub fn split_off(mut self, count: usize) -> (Self, Vec<u32>) {
        let later: Vec<u32> = (count..self.len()).flat_map(|sentence| self.of(sentence)).collect();
        self.ends.truncate(count);
        self.tokens.truncate(self.ends.last().copied().unwrap_or(0));
        let distinct = self.tokens.iter().filter_map(|token| token.term()).max().map_or(0, |most| most as usize + 1);
        self.distinct = distinct;
        (self, later.into_iter().filter(|&term| (term as usize) < distinct).collect())
    }

    fn range(&self, sentence: usize) -> Range<usize> {
        sentence.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[sentence]
    }
}

/// The words of each sentence; the second of each pair is its language (empty: unknown).
pub fn index<'a>(sentences: impl Iterator<Item = (&'a str, &'a str)>) -> TermIndex {
    MEMORY.with_borrow_mut(|memory| {
        memory.begin();
        let mut terms = TermIndex::default();
        for (sentence, language) in sentences {
            memory.read(sentence, language, &mut terms);
        }
        terms
    })
}

/// The terms of `text` in order, with repeats: lower case, stop words out, stemmed.
pub fn terms(text: &str, language: Option<&str>) -> Vec<String> {
    MEMORY.with_borrow_mut(|memory| {
        memory.begin();
        let lexicon = memory.lexicon(language.unwrap_or_default());
        let mut found = Vec::new();
        each_word(text, |start, end| {
            let word = memory.lexicons[lexicon].word(&text[start..end], &mut memory.interner);
            let symbol = word.term().and_then(|number| DefaultSymbol::try_from_usize(number as usize));
            found.extend(symbol.and_then(|symbol| memory.interner.resolve(symbol)).map(str::to_owned));
        });
        found
    })
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// The words that a thread has read before.
#[derive(Default)]
struct Memory {
    interner: Interner,
    lexicons: Vec<Lexicon>,
    /// For each interned term, the text that last used it and its number there.
    local: Vec<(u32, u32)>,
    text: u32,
}

impl Memory {
    /// Starts a new text.
    fn begin(&mut self) {
        let is_full = self.interner.len() > MOST_TERMS || self.lexicons.iter().any(Lexicon::is_full);
        if is_full || self.text == u32::MAX {
            *self = Self::default();
        }
        self.text += 1;
    }

    /// Where the lexicon of `language` is kept.
    fn lexicon(&mut self, language: &str) -> usize {
        let known = self.lexicons.iter().position(|lexicon| lexicon.language() == language);
        known.unwrap_or_else(|| {
            self.lexicons.push(Lexicon::new(language));
            self.lexicons.len() - 1
        })
    }

    /// Adds one sentence to `terms`.
    fn read(&mut self, sentence: &str, language: &str, terms: &mut TermIndex) {
        let place = self.lexicon(language);
        let Self { interner, lexicons, local, text } = self;
        let lexicon = &mut lexicons[place];
        each_word(sentence, |start, end| {
            let word = lexicon.word(&sentence[start..end], interner);
            let term = word.term().map_or(Token::STOP, |number| {
                if local.len() <= number as usize {
                    local.resize(interner.len(), (0, 0));
                }
                let entry = &mut local[number as usize];
                if entry.0 != *text {
                    *entry = (*text, u32::try_from(terms.distinct).unwrap_or(Token::STOP - 1));
                    terms.distinct += 1;
                }
                entry.1
            });
            let (start, end) = (short(start), short(end));
            terms.tokens.push(Token { start, end, term, names: word.names(), capital: word.is_capital() });
        });
        terms.ends.push(terms.tokens.len());
    }
}

/// Sentences are far below 4 GB; beyond it spans stay at the end.
fn short(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{index, terms};

    #[test]
    fn terms_are_lower_case_stems_without_stop_words() {
        assert_eq!(terms("The Houses’ owners don't multiply.", Some("en")), ["hous", "owner", "multipli"]);
        assert_eq!(terms("L’homme n'a pas mangé d'huîtres", Some("fr")), ["homm", "mang", "huîtr"]);
        assert_eq!(terms("IŞIK ve ISI", Some("tr")), ["ışık", "ıs"]);
        assert!(terms("", None).is_empty());
    }

    #[test]
    fn numbers_are_given_anew_for_each_text() {
        let first = index([("Cats chase mice.", "en"), ("Mice fear a cat.", "en")].into_iter());
        index([("Other words come between.", "en")].into_iter());
        let second = index([("Cats chase mice.", "en"), ("Mice fear a cat.", "en")].into_iter());
        assert_eq!(first, second);
        assert_eq!(first.distinct(), 4);
        assert_eq!(first.of(1).collect::<Vec<_>>(), [2, 3, 0]);
    }
}
