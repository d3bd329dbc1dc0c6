//! How well each sentence can be read without its surroundings: what it needs, and what holds it back.

use super::held::{self, Held};
use super::needs::{self, Needs};
use super::pieces::Pieces;
use super::quoted;
use crate::text::{TermIndex, Token};

/// A sentence and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The sentence.
    pub text: &'a str,
    /// Its language; empty: unknown.
    pub language: &'a str,
    /// The number of its line (or paragraph, where lines are wrapped); no line of another text has the same.
    pub line: usize,
    /// Its words.
    pub words: usize,
}

/// The findings of reading each sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readability {
    /// Its needs from others.
    pub needs: Vec<Needs>,
    /// Its faults.
    pub held: Vec<Held>,
}

/// Reads sentences whose words are `terms`; `says` tells whether a piece of a word is more than a stop word.
pub fn read(sentences: &[Standing<'_>], terms: &TermIndex, says: impl Fn(&Token, &str) -> bool) -> Readability {
    let with_language = sentences.iter().map(|sentence| (sentence.text, sentence.language));
    let pieces = Pieces::new(with_language.clone(), terms, says);
    let mut needs = needs::needs(with_language, &pieces);
    quoted::add(sentences, &pieces, &mut needs);
    Readability { needs, held: held::held(sentences, &pieces) }
}
