//! Sentences → their pieces: the runs of letters and digits of each word, with the part a piece plays in its language.
//!
//! `she's` is one word and two pieces. The parts come from the word lists in `needs.txt` and from the words that
//! must stand in a sentence before a pattern of `held.txt` is tried: one look-up a piece tells both.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::patterns::TRIGGERS;
use crate::text::{TermIndex, Token};

/// Bytes of the longest word in the lists.
const LONGEST: usize = 48;

/// The parts a piece can play, as bits; the bits from [`FIRST_TRIGGER`] on belong to the patterns.
pub(super) mod role {
    pub(in crate::summary) const PERSON: u64 = 1;
    pub(in crate::summary) const THING: u64 = 1 << 1;
    pub(in crate::summary) const GROUP: u64 = 1 << 2;
    pub(in crate::summary) const THIS: u64 = 1 << 3;
    pub(in crate::summary) const DEMONSTRATIVE: u64 = 1 << 4;
    pub(in crate::summary) const VERB: u64 = 1 << 5;
    pub(in crate::summary) const EMPTY: u64 = 1 << 6;
    pub(in crate::summary) const BE: u64 = 1 << 7;
    pub(in crate::summary) const THAT: u64 = 1 << 8;
    pub(in crate::summary) const AND: u64 = 1 << 9;
    pub(in crate::summary) const OPENS: u64 = 1 << 10;
    pub(in crate::summary) const NOT: u64 = 1 << 11;
    pub(in crate::summary) const SUCH: u64 = 1 << 12;
    pub(in crate::summary) const TIME: u64 = 1 << 13;
    pub(in crate::summary) const ALSO: u64 = 1 << 14;
    pub(in crate::summary) const ME: u64 = 1 << 15;
    pub(in crate::summary) const YOU: u64 = 1 << 16;
    pub(in crate::summary) const THE: u64 = 1 << 17;
    pub(in crate::summary) const ORDER: u64 = 1 << 18;
    pub(in crate::summary) const PRONOUN: u64 = PERSON | THING | GROUP | THIS;
}

/// The first bit of a pattern.
pub(super) const FIRST_TRIGGER: u32 = 19;

/// One run of letters and digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// First byte in the sentence.
    pub(super) start: u32,
    /// One past the last.
    pub(super) end: u32,
    /// Its possible roles, as bits of [`role`].
    pub(super) roles: u64,
    /// It says something: no stop word, no number, no single letter, no pronoun.
    pub(super) is_content: bool,
    /// It begins with a capital.
    pub(super) is_capital: bool,
}

impl Piece {
    /// The piece as it stands in its sentence.
    pub(super) fn of<'a>(&self, sentence: &'a str) -> &'a str {
        &sentence[self.start as usize..self.end as usize]
    }

    pub(super) fn has(&self, roles: u64) -> bool {
        self.roles & roles != 0
    }
}

/// The pieces of some sentences.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pieces: Vec<Piece>,
    ends: Vec<usize>,
}

impl Pieces {
    /// The pieces of sentences whose words are `terms`; each comes with its language. `says` tells whether a piece of
    /// a word is more than a stop word.
    pub(super) fn new<'a>(
        sentences: impl Iterator<Item = (&'a str, &'a str)>,
        terms: &TermIndex,
        says: impl Fn(&Token, &str) -> bool,
    ) -> Self {
        let mut pieces = Self { pieces: Vec::with_capacity(terms.count()), ends: Vec::with_capacity(terms.len()) };
        let mut known: Option<(&str, Option<&'static Vocabulary>)> = None;
        for (number, (sentence, language)) in sentences.enumerate() {
            let vocabulary = match known {
                Some((last, vocabulary)) if last == language => vocabulary,
                _ => Vocabulary::of(language),
            };
            known = Some((language, vocabulary));
            if let Some(vocabulary) = vocabulary {
                for token in terms.tokens(number) {
                    pieces.cut(sentence, token, vocabulary, &says);
                }
            }
            pieces.ends.push(pieces.pieces.len());
        }
        pieces
    }

    /// Those of one sentence; none in a language without lists.
    pub(super) fn of(&self, sentence: usize) -> &[Piece] {
        let start = sentence.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.pieces[start..self.ends[sentence]]
    }

    /// Adds the pieces of one word.
    fn cut(&mut self, sentence: &str, token: &Token, vocabulary: &Vocabulary, says: &impl Fn(&Token, &str) -> bool) {
        let (start, end) = (token.start as usize, token.end as usize);
        let word = &sentence[start..end];
        if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            self.push(start, word, token, vocabulary, says);
            return;
        }
        let mut at = None;
        for (place, letter) in word.char_indices() {
            match (letter.is_alphanumeric(), at) {
                (true, None) => at = Some(place),
                (false, Some(from)) => {
                    self.push(start + from, &word[from..place], token, vocabulary, says);
                    at = None;
                }
                _ => {}
            }
        }
        if let Some(from) = at {
            self.push(start + from, &word[from..], token, vocabulary, says);
        }
    }

    fn push(
        &mut self,
        start: usize,
        piece: &str,
        token: &Token,
        vocabulary: &Vocabulary,
        says: &impl Fn(&Token, &str) -> bool,
    ) {
        let roles = vocabulary.roles(piece);
        let mut letters = piece.chars();
        let is_capital = letters.next().is_some_and(char::is_uppercase);
        let is_content = roles & (role::PRONOUN | role::DEMONSTRATIVE) == 0
            && letters.next().is_some()
            && says(token, piece)
            && !piece.chars().all(char::is_numeric);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.pieces.push(Piece { start: place(start), end: place(start + piece.len()), roles, is_content, is_capital });
    }
}

/// How a phrase that opens a sentence ties it to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// Nearly always: `but`, `for example`.
    Strong,
    /// Often: `later`.
    Weak,
    /// It points at something named before: `this`, `the latter`.
    Lean,
}

/// The word lists of one language.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    roles: HashMap<&'static str, u64, FixedState>,
    phrases: HashMap<&'static str, Opening, FixedState>,
    leaning: HashMap<&'static str, Opening, FixedState>,
    /// Words of the longest phrase.
    longest: usize,
    /// By the first byte of a word, the lengths of the words in `roles` that begin so, as bits.
    lengths: Vec<u64>,
}

/// By language, sorted.
static VOCABULARIES: LazyLock<Vec<(&str, Vocabulary)>> = LazyLock::new(load);

impl Vocabulary {
    /// The lists of `language`, if there are any.
    pub(super) fn of(language: &str) -> Option<&'static Self> {
        let language = if matches!(language, "nb" | "nn") { "no" } else { language };
        VOCABULARIES.iter().find(|(known, _)| *known == language).map(|(_, vocabulary)| vocabulary)
    }

    /// The parts that `word` can play.
    fn roles(&self, word: &str) -> u64 {
        let mut lower = [0_u8; LONGEST];
        let Some(lower) = lower_case(word, &mut lower) else { return 0 };
        let Some(&first) = lower.as_bytes().first() else { return 0 };
        if self.lengths[usize::from(first)] >> lower.len() & 1 == 0 {
            return 0;
        }
        self.roles.get(lower).copied().unwrap_or(0)
    }

    /// The longest phrase that opens a sentence, and how many pieces it has.
    pub(super) fn connective(&self, sentence: &str, pieces: &[Piece]) -> Option<(Opening, usize)> {
        self.opening(&self.phrases, sentence, pieces)
    }

    /// The same, of what points at something named before.
    pub(super) fn lean(&self, sentence: &str, pieces: &[Piece]) -> Option<usize> {
        self.opening(&self.leaning, sentence, pieces).map(|(_, count)| count)
    }

    fn opening(
        &self,
        phrases: &HashMap<&'static str, Opening, FixedState>,
        sentence: &str,
        pieces: &[Piece],
    ) -> Option<(Opening, usize)> {
        if !pieces.first()?.has(role::OPENS) {
            return None;
        }
        let mut buffer = [0_u8; LONGEST];
        let mut phrase = String::with_capacity(LONGEST);
        let mut found = None;
        for (count, piece) in pieces.iter().take(self.longest).enumerate() {
            let Some(lower) = lower_case(piece.of(sentence), &mut buffer) else { break };
            if count > 0 {
                phrase.push(' ');
            }
            phrase.push_str(lower);
            found = phrases.get(phrase.as_str()).map(|&opening| (opening, count + 1)).or(found);
        }
        found
    }

    fn add(&mut self, field: &str, words: &'static str) {
        let role = match field {
            "P" => role::PERSON,
            "N" => role::THING,
            "T" => role::GROUP,
            "D" => role::THIS,
            "dem" => role::DEMONSTRATIVE,
            "verb" => role::VERB,
            "empty" => role::EMPTY,
            "be" => role::BE,
            "that" => role::THAT,
            "and" => role::AND,
            "such" => role::SUCH,
            "time" => role::TIME,
            "also" => role::ALSO,
            "the" => role::THE,
            "order" => role::ORDER,
            "I" => role::ME,
            "you" => role::YOU,
            "not" => return words.split('|').for_each(|word| self.play(word, role::NOT)),
            "strong" => return self.add_phrases(words, Opening::Strong),
            "weak" => return self.add_phrases(words, Opening::Weak),
            _ => return self.add_phrases(words, Opening::Lean),
        };
        words.split(' ').for_each(|word| self.play(word, role));
    }

    fn add_phrases(&mut self, phrases: &'static str, opening: Opening) {
        for phrase in phrases.split('|') {
            let map = if opening == Opening::Lean { &mut self.leaning } else { &mut self.phrases };
            map.entry(phrase).or_insert(opening);
            self.longest = self.longest.max(phrase.split(' ').count());
            self.play(phrase.split(' ').next().unwrap_or_default(), role::OPENS);
        }
    }

    /// `word` plays `role` too; of the kinds of pronouns the last counts.
    fn play(&mut self, word: &'static str, role: u64) {
        let roles = self.roles.entry(word).or_default();
        if role & role::PRONOUN != 0 {
            *roles &= !role::PRONOUN;
        }
        *roles |= role;
        self.lengths.resize(256, 0);
        if let Some(&first) = word.as_bytes().first() {
            self.lengths[usize::from(first)] |= 1_u64.checked_shl(word.len() as u32).unwrap_or(0);
        }
    }
}

/// `word` in lower case, if it is short enough to stand in a list.
fn lower_case<'a>(word: &str, buffer: &'a mut [u8; LONGEST]) -> Option<&'a str> {
    let mut length = 0;
    if word.is_ascii() {
        length = word.len();
        buffer.get_mut(..length)?.copy_from_slice(word.as_bytes());
        buffer[..length].make_ascii_lowercase();
    } else {
        for letter in word.chars().flat_map(char::to_lowercase) {
            let next = length + letter.len_utf8();
            letter.encode_utf8(buffer.get_mut(length..next)?);
            length = next;
        }
    }
    std::str::from_utf8(&buffer[..length]).ok()
}

fn load() -> Vec<(&'static str, Vocabulary)> {
    let lines = include_str!("needs.txt").lines().filter(|line| !line.starts_with('#'));
    let fields: Vec<(&str, &str, &str)> = lines
        .filter_map(|line| {
            let (language, rest) = line.split_once(' ')?;
            rest.split_once(' ').map(|(field, words)| (language, field, words))
        })
        .collect();
    let mut vocabularies: Vec<(&str, Vocabulary)> = Vec::new();
    for &(language, field, words) in fields.iter().filter(|field| field.0 != "*") {
        if vocabularies.last().is_none_or(|(last, _)| *last != language) {
            vocabularies.push((language, Vocabulary::default()));
        }
        if let Some((_, vocabulary)) = vocabularies.last_mut() {
            vocabulary.add(field, words);
        }
    }
    for (language, vocabulary) in &mut vocabularies {
        fields.iter().filter(|field| field.0 == "*").for_each(|(_, field, words)| vocabulary.add(field, words));
        for (word, bit) in TRIGGERS.iter().filter(|trigger| trigger.0 == *language).flat_map(|(_, words)| words) {
            vocabulary.play(word, 1 << bit);
        }
    }
    vocabularies
}
