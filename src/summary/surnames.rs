//! Surnames that stand alone, though an earlier sentence gives the full name: `Stone said …` behind `Ada Stone, the mayor`.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::needs::{Kind, Needs, SURNAME, nouns_are_capital};
use super::pieces::{Piece, Pieces, role};

/// Words of the longest name; more with capitals are a heading.
const LONGEST: usize = 4;

/// Adds what each sentence gives and lacks; nothing in languages that write all nouns with a capital.
pub(super) fn add<'a>(sentences: impl Iterator<Item = (&'a str, &'a str)>, pieces: &Pieces, needs: &mut [Needs]) {
    // By surname, the first sentence that gives the full name.
    let mut known: HashMap<&str, usize, FixedState> = HashMap::default();
    for (number, (text, language)) in sentences.enumerate() {
        if nouns_are_capital(language) {
            continue;
        }
        let pieces = pieces.of(number);
        let needs = &mut needs[number];
        let mut lone = None;
        let mut place = 0;
        while place < pieces.len() {
            let run = run(text, &pieces[place..]);
            if let [.., surname] = &pieces[place..place + run]
                && (2..=LONGEST).contains(&run)
                && is_name(surname.of(text))
            {
                known.entry(surname.of(text)).or_insert(number);
                needs.full_names |= 1 << bit(surname.of(text));
            } else if run == 1 && lone.is_none() && !is_common(pieces, place) {
                let surname = &pieces[place];
                lone = known.get(surname.of(text)).is_some_and(|&first| first < number).then_some(surname);
            }
            place += run.max(1);
        }
        if let Some(surname) = lone
            && needs.full_names >> bit(surname.of(text)) & 1 == 0
        {
            needs.surname = bit(surname.of(text));
            needs.add(Kind::Surname, SURNAME, surname, surname);
        }
    }
}

/// How many words with capitals follow each other at the start of `pieces`.
fn run(text: &str, pieces: &[Piece]) -> usize {
    let is_word = |piece: &Piece| piece.is_capital && (piece.is_content || piece.end - piece.start == 1);
    if !pieces.first().is_some_and(is_word) {
        return 0;
    }
    let goes_on = |pair: &&[Piece]| is_word(&pair[1]) && &text[pair[0].end as usize..pair[1].start as usize] == " ";
    1 + pieces.windows(2).take_while(goes_on).count()
}

/// No shorthand as `LDAP`.
fn is_name(word: &str) -> bool {
    word.chars().nth(2).is_some() && word.chars().skip(1).any(char::is_lowercase)
}

/// `the House`
fn is_common(pieces: &[Piece], place: usize) -> bool {
    place.checked_sub(1).is_some_and(|before| pieces[before].has(role::THE))
}

fn bit(surname: &str) -> u32 {
    (FixedState::default().hash_one(surname) % 64) as u32
}

#[cfg(test)]
mod tests {
    use super::super::needs::Kind;
    use crate::summary::{Standing, read};
    use crate::text::{count_words, index};

    /// Whether the last of `sentences` lacks a full name that an earlier one gives.
    fn check(sentences: &[&str], language: &str, expected: bool) {
        let standing = |(line, &text)| Standing { text, language, line, words: count_words(text) };
        let standing: Vec<Standing<'_>> = sentences.iter().enumerate().map(standing).collect();
        let terms = index(sentences.iter().map(|&sentence| (sentence, language)));
        let needs = read(&standing, &terms, |token, _| token.term().is_some()).needs;
        let last = needs.last().map_or(0.0, |needs| needs.of(Kind::Surname));
        assert_eq!(last > 0.0, expected, "{sentences:?}");
    }

    #[test]
    fn a_lone_surname_needs_the_full_name_that_stands_before() {
        check(&["Ada Stone opened the bridge.", "The masons were thanked by Stone."], "en", true);
        check(&["Ada Stone opened the bridge.", "Stone thanked the masons."], "en", true);
        check(&["Ada Stein a ouvert le pont.", "Stein a remercié les maçons."], "fr", true);
        check(&["The masons were thanked by Stone."], "en", false);
        check(&["Stone thanked the masons.", "Ada Stone opened the bridge."], "en", false);
        check(&["Ada Stone opened the bridge.", "Ada Stone thanked the masons."], "en", false);
        check(&["Ada Stone opened the bridge.", "Stone and his wife, Eva Stone, thanked the masons."], "en", false);
        check(&["The Grand Hall opened again.", "The masons were thanked in the Hall."], "en", false);
        check(&["Ada Stein hat die Brücke eröffnet.", "Stein dankte den Maurern."], "de", false);
    }
}
