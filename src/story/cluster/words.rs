//! An article as numbered words, sentence by sentence.

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::frequencies::Frequencies;
use super::sentences::sentences;
use super::token::for_each_word;
use super::vocabulary::{Tally, Uses, Vocabulary};
use crate::model::Article;
use crate::text::language;

/// A sentence that begins within so many characters belongs to the lead.
const LEAD_CHARACTERS: usize = 600;
/// Words of one text that are looked at; a longer text is known by its beginning.
const MOST_WORDS: usize = 20_000;
/// Articles that are read with one tally, at least. More where there are many: each tally's words are looked up once more.
const CHUNK: usize = 512;
/// Tallies for each core.
const TALLIES: usize = 4;

/// The words of one article.
pub(super) struct Words {
    /// Number of its language in the vocabulary.
    pub language: u32,
    words: Vec<u32>,
    pieces: Vec<Piece>,
}

/// Its title or one of its sentences.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    end: u32,
    /// It is the title.
    pub title: bool,
    /// It belongs to the lead.
    pub lead: bool,
}

/// The words of all `articles`, and what is known of each word.
///
/// Many articles are read at a time; words get their numbers by their first occurrence, as if read one after the other.
///
/// `see` hears of each word with its language and its uses, of some more than once; `known` is of a larger corpus.
pub(super) fn read(
    articles: &[&Article],
    known: Option<&Frequencies>,
    mut see: impl FnMut(&str, &str, Uses),
) -> (Vec<Words>, Vocabulary) {
    let read = |chunk: &[&Article]| {
        let mut tally = Tally::default();
        let words: Vec<Words> = chunk.iter().map(|article| Words::read(article, &mut tally)).collect();
        (words, tally)
    };
    let chunk = CHUNK.max(articles.len() / (TALLIES * rayon::current_num_threads()));
    let chunks: Vec<(Vec<Words>, Tally)> = articles.par_chunks(chunk).map(read).collect();
    let mut vocabulary = Vocabulary::default();
    let mut numbered = Vec::new();
    for (words, tally) in chunks {
        numbered.push((words, vocabulary.take(tally, &mut see)));
    }
    vocabulary.name(known);
    numbered.par_iter_mut().for_each(|(articles, numbers)| {
        for article in articles {
            article.language = numbers.languages[article.language as usize];
            article.words.iter_mut().for_each(|word| *word = numbers.words[*word as usize]);
        }
    });
    let mut all: Vec<Words> = numbered.into_iter().flat_map(|(articles, _)| articles).collect();
    all.iter_mut().for_each(|article| article.without_empty_title(&vocabulary));
    (all, vocabulary)
}

impl Words {
    fn read(article: &Article, tally: &mut Tally) -> Self {
        let language = tally.language(&language_of(article));
        let mut read = Self { language, words: Vec::new(), pieces: Vec::new() };
        for_each_word(&article.title, |token| {
            if read.words.len() < MOST_WORDS {
                read.words.push(tally.add(token, language, true));
            }
        });
        read.end_piece(true, true);
        let mut rest = sentences(&article.text).into_iter();
        let mut sentence = rest.next();
        let mut characters = 0;
        for_each_word(&article.text, |token| {
            while let Some(range) = sentence.as_ref().filter(|range| token.start >= range.end) {
                read.end_piece(false, characters < LEAD_CHARACTERS);
                characters += article.text[range.clone()].chars().count() + 1;
                sentence = rest.next();
            }
            if read.words.len() < MOST_WORDS {
                read.words.push(tally.add(token, language, false));
            }
        });
        read.end_piece(false, characters < LEAD_CHARACTERS);
        read.words.shrink_to_fit();
        read.pieces.shrink_to_fit();
        read
    }

    fn end_piece(&mut self, title: bool, lead: bool) {
        let end = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        if end > self.pieces.last().map_or(0, |last| last.end) {
            self.pieces.push(Piece { end, title, lead });
        }
    }

    /// A title of numbers and dates only (`2026`, `#1021`, `v3.2.0`) names nothing.
    fn without_empty_title(&mut self, vocabulary: &Vocabulary) {
        let Some(title) = self.pieces.first().copied().filter(|piece| piece.title) else { return };
        let says = |number: &u32| {
            let word = vocabulary.word(*number);
            word.counts && !word.has_digit && word.time.is_none()
        };
        if !self.words[..title.end as usize].iter().any(says) {
            self.words.drain(..title.end as usize);
            self.pieces.remove(0);
            self.pieces.iter_mut().for_each(|piece| piece.end -= title.end);
        }
    }

    /// Title and sentences with their words, in order.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (&Piece, &[u32])> {
        let starts = std::iter::once(0).chain(self.pieces.iter().map(|piece| piece.end as usize));
        self.pieces.iter().zip(starts).map(|(piece, start)| (piece, &self.words[start..piece.end as usize]))
    }

    /// How many words the text has.
    pub(super) fn text_words(&self) -> usize {
        let title = self.pieces.first().filter(|piece| piece.title).map_or(0, |piece| piece.end as usize);
        self.words.len() - title
    }
}

/// Primary subtag of the article's language, declared or found out; empty if unknown.
pub(in crate::story) fn language_of(article: &Article) -> String {
    let declared = article.language.as_deref().and_then(language::normalize);
    declared.or_else(|| language::detect(&article.text, None)).unwrap_or_default()
}
