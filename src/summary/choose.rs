//! Scores and a budget → chosen sentences.
//!
//! Greedy maximal marginal relevance (Carbonell and Goldstein 1998) in its multiplicative form: the next sentence is
//! the one with the greatest `score · (1 − cosine to the nearest chosen one)^redundancy`; ties go to the earlier one.
//! Gains only fall, so a heap whose top is brought up to date finds the same sentences as looking at all of them.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::rank::Rows;
use crate::summary::Budget;

/// From this cosine to a chosen sentence on, a sentence says the same and is not chosen too.
const SAME: f64 = 1.0 - 1e-9;

/// The outcome for one sentence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Choice {
    /// When it was chosen, from 0; `None`: it was not.
    pub turn: Option<usize>,
    /// Cosine to the nearest sentence chosen before it (or at all), 0 to 1.
    pub similarity: f64,
    /// Which one that is.
    pub nearest: Option<usize>,
    /// It was good enough, but did not fit into the words left.
    pub too_long: bool,
}

/// Chooses sentences by any scores; one [`Choice`] a sentence, in their order.
///
/// `words` are those of each sentence. Scores must be finite and at least 0.
pub fn choose(scores: &[f64], rows: &Rows, words: &[usize], budget: Budget, redundancy: f64) -> Vec<Choice> {
    let mut choices = vec![Choice::default(); scores.len()];
    let limit = budget.sentences(scores.len());
    let postings = rows.postings();
    let gain = |choice: &Choice, i: usize| scores[i] * (1.0 - choice.similarity).max(0.0).powf(redundancy);
    let mut waiting: BinaryHeap<Candidate> =
        scores.iter().enumerate().map(|(sentence, &gain)| Candidate { gain, sentence }).collect();
    let mut room = Room::new(budget);
    let mut chosen = 0;
    let mut passed = None;
    while chosen < limit && !room.is_full() {
        let Some(candidate) = waiting.pop() else { break };
        let sentence = candidate.sentence;
        let now = gain(&choices[sentence], sentence);
        if now < candidate.gain {
            waiting.push(Candidate { gain: now, sentence });
            continue;
        }
        if redundancy > 0.0 && choices[sentence].similarity >= SAME {
            continue;
        }
        if !room.take(words[sentence]) {
            choices[sentence].too_long = true;
            passed = passed.or(Some(sentence));
            continue;
        }
        choices[sentence].turn = Some(chosen);
        chosen += 1;
        if redundancy > 0.0 {
            remember(sentence, rows, &postings, &mut choices);
        }
    }
    if let (0, Some(best)) = (chosen, passed) {
        choices[best] = Choice { turn: Some(0), ..Choice::default() };
    }
    choices
}

/// Updates how near all sentences not yet chosen are to the one just chosen.
fn remember(chosen: usize, rows: &Rows, postings: &crate::rank::Postings, choices: &mut [Choice]) {
    let mut cosines: Vec<(u32, f64)> = Vec::new();
    for (column, weight) in rows.row(chosen) {
        cosines.extend(postings.of(column).iter().map(|&(other, its)| (other, weight * its)));
    }
    cosines.sort_by_key(|&(other, _)| other);
    for group in cosines.chunk_by(|left, right| left.0 == right.0) {
        let cosine = group.iter().map(|&(_, part)| part).sum::<f64>().min(1.0);
        let choice = &mut choices[group[0].0 as usize];
        if choice.turn.is_none() && cosine > choice.similarity {
            (choice.similarity, choice.nearest) = (cosine, Some(chosen));
        }
    }
}

/// Words that may still be taken.
struct Room(Option<usize>);

impl Room {
    fn new(budget: Budget) -> Self {
        Self(if let Budget::Words(words) = budget { Some(words) } else { None })
    }

    fn take(&mut self, words: usize) -> bool {
        match &mut self.0 {
            Some(left) if words > *left => false,
            Some(left) => {
                *left -= words;
                true
            }
            None => true,
        }
    }

    fn is_full(&self) -> bool {
        self.0 == Some(0)
    }
}

/// A sentence not yet chosen; the greatest gain first, the earlier of two equal ones.
#[derive(PartialEq)]
struct Candidate {
    gain: f64,
    sentence: usize,
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.gain.total_cmp(&other.gain).then(other.sentence.cmp(&self.sentence))
    }
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::rank::Rows;
    use crate::summary::Budget;
    use crate::text::TermIndex;

    fn check(scores: &[f64], words: &[usize], budget: Budget, expected: &[usize]) {
        let sentences: Vec<Vec<u32>> = vec![vec![0, 1], vec![0, 1], vec![2, 3], vec![4]];
        let rows = Rows::new(&TermIndex::from_numbers(&sentences));
        let choices = choose(scores, &rows, words, budget, 2.0);
        let mut turns: Vec<(usize, usize)> =
            choices.iter().enumerate().filter_map(|(i, choice)| Some((choice.turn?, i))).collect();
        turns.sort_unstable();
        assert_eq!(turns.into_iter().map(|(_, i)| i).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_was_said_is_not_said_again() {
        check(&[0.4, 0.39, 0.2, 0.1], &[5; 4], Budget::Sentences(3), &[0, 2, 3]);
    }

    #[test]
    fn the_same_sentence_is_not_chosen_twice_even_where_there_is_room() {
        check(&[0.4, 0.39, 0.2, 0.1], &[5; 4], Budget::Sentences(4), &[0, 2, 3]);
        check(&[0.4, 0.39, 0.2, 0.1], &[5; 4], Budget::Share(1.0), &[0, 2, 3]);
    }

    #[test]
    fn ties_go_to_the_earlier_sentence() {
        check(&[0.3, 0.2, 0.3, 0.2], &[5; 4], Budget::Sentences(2), &[0, 2]);
    }

    #[test]
    fn what_does_not_fit_is_left_out_but_one_sentence_is_always_given() {
        check(&[0.4, 0.1, 0.3, 0.2], &[50, 5, 5, 5], Budget::Words(10), &[2, 3]);
        check(&[0.1, 0.4, 0.3, 0.2], &[50; 4], Budget::Words(10), &[1]);
    }

    #[test]
    fn a_share_is_rounded_up() {
        check(&[0.4, 0.1, 0.3, 0.2], &[5; 4], Budget::Share(0.3), &[0, 2]);
        check(&[0.4, 0.1, 0.3, 0.2], &[5; 4], Budget::Share(0.0), &[0]);
    }
}
