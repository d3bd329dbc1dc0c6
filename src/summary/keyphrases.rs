//! Terms and scores → the phrases that name what a text is about, as they stand in it.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::text::Terms;

/// Keyphrases of a text at most.
const MOST: usize = 10;

/// Words of a phrase at most.
const LONGEST: usize = 3;

/// A phrase met in the text.
struct Phrase {
    first: (usize, u32, u32),
    weight: f64,
    terms: usize,
}

/// Up to ten phrases of one to three words, best first, each as it first stands in the text.
pub(super) fn keyphrases<'a>(terms: &Terms, scores: &[f64], sentence: impl Fn(usize) -> &'a str) -> Vec<String> {
    let mut places: HashMap<&[u32], usize, FixedState> = HashMap::default();
    let mut phrases: Vec<Phrase> = Vec::new();
    let numbers: Vec<Vec<u32>> = (0..terms.len())
        .map(|i| terms.tokens(i).iter().map(|token| token.term().unwrap_or(u32::MAX)).collect())
        .collect();
    for (i, numbers) in numbers.iter().enumerate() {
        let tokens = terms.tokens(i);
        let text = sentence(i);
        for start in 0..numbers.len() {
            for length in 1..=LONGEST.min(numbers.len() - start) {
                let key = &numbers[start..start + length];
                let (from, to) = (tokens[start].start, tokens[start + length - 1].end);
                let surface = &text[from as usize..to as usize];
                if key[length - 1] == u32::MAX
                    || !surface.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '’'))
                {
                    break;
                }
                if key.iter().all(|&term| term != u32::MAX) {
                    let place = *places.entry(key).or_insert_with(|| {
                        phrases.push(Phrase { first: (i, from, to), weight: 0.0, terms: length });
                        phrases.len() - 1
                    });
                    phrases[place].weight += 1.0 + scores.get(i).copied().unwrap_or(0.0) * scores.len() as f64;
                }
            }
        }
    }
    best(phrases, sentence)
}

fn best<'a>(phrases: Vec<Phrase>, sentence: impl Fn(usize) -> &'a str) -> Vec<String> {
    let mut order: Vec<(f64, Phrase)> =
        phrases.into_iter().map(|phrase| (phrase.weight * phrase.terms as f64, phrase)).collect();
    order.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.first.cmp(&right.1.first)));
    let mut kept: Vec<String> = Vec::new();
    for (_, phrase) in order {
        let (i, from, to) = phrase.first;
        let surface = &sentence(i)[from as usize..to as usize];
        if surface.chars().any(char::is_alphabetic) && !kept.iter().any(|kept| kept.contains(surface)) {
            kept.push(surface.to_owned());
        }
        if kept.len() == MOST {
            break;
        }
    }
    kept
}
