//! Scores, needs and a budget → chosen sentences.
//!
//! Greedy maximal marginal relevance (Carbonell and Goldstein 1998) in its multiplicative form, times the chance that
//! nothing the sentence needs is missing: the next sentence is the one with the greatest
//! `score · (1 − cosine to the nearest chosen one)^redundancy · met`; ties go to the earlier one.
//! A gain rises only where a need is met, and there the sentence is put into the heap again; so a heap whose top is
//! brought up to date finds the same sentences as looking at all of them.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::met::Met;
use super::needs::Needs;
use crate::rank::Rows;
use crate::summary::Budget;

/// From this cosine to a chosen sentence on, a sentence says the same and is not chosen too.
const SAME: f64 = 1.0 - 1e-9;
/// Room for words is not filled up with sentences less likely than this to stand alone.
const TOO_BROKEN: f64 = 0.3;
/// A first choice stands alone at least so likely.
const WHOLE: f64 = 0.45;

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
    /// Chance that nothing it needs is missing from what is chosen, 0 to 1.
    pub met: f64,
    /// The chosen sentence that meets a need of it.
    pub met_by: Option<usize>,
}

/// The sentences to choose among, each list as long as `scores`.
#[derive(Debug, Clone, Copy)]
pub struct Candidates<'a> {
    /// Any scores; finite and at least 0.
    pub scores: &'a [f64],
    /// Their terms.
    pub rows: &'a Rows,
    /// Words of each.
    pub words: &'a [usize],
    /// The needs of each; empty: none.
    pub needs: &'a [Needs],
    /// The text each stands in, in order; empty: all in one.
    pub sources: &'a [usize],
    /// The first choice is the best of these, if one of them stands alone and fits.
    pub first: &'a [usize],
}

/// Chooses sentences by any scores; one [`Choice`] a sentence, in their order.
///
/// `words` are those of each sentence. Scores must be finite and at least 0.
pub fn choose(scores: &[f64], rows: &Rows, words: &[usize], budget: Budget, redundancy: f64) -> Vec<Choice> {
    choose_among(&Candidates { scores, rows, words, needs: &[], sources: &[], first: &[] }, budget, redundancy)
}

/// The same among sentences that may need each other.
pub fn choose_among(candidates: &Candidates<'_>, budget: Budget, redundancy: f64) -> Vec<Choice> {
    let mut chooser = Chooser::new(candidates, budget, redundancy);
    let limit = budget.sentences(candidates.scores.len());
    if let Some(first) = chooser.first().filter(|_| limit > 0) {
        chooser.take(first);
    }
    while chooser.chosen < limit && !chooser.room.is_full() {
        let Some(sentence) = chooser.next() else { break };
        chooser.take(sentence);
    }
    chooser.finish(limit)
}

/// A choice under way.
struct Chooser<'a> {
    candidates: &'a Candidates<'a>,
    redundancy: f64,
    postings: crate::rank::Postings,
    choices: Vec<Choice>,
    met: Met<'a>,
    room: Room,
    /// Sentences less likely to stand alone are not taken.
    least: f64,
    waiting: BinaryHeap<Candidate>,
    /// By sentence, the gain with which it waits; below zero: it does not; infinite: it never will again.
    waits: Vec<f64>,
    chosen: usize,
}

impl<'a> Chooser<'a> {
    fn new(candidates: &'a Candidates<'a>, budget: Budget, redundancy: f64) -> Self {
        let count = candidates.scores.len();
        let met = Met::new(candidates.needs, candidates.sources, count);
        let waits: Vec<f64> = (0..count).map(|i| candidates.scores[i] * met.of(i)).collect();
        let waiting = waits.iter().enumerate().map(|(sentence, &gain)| Candidate { gain, sentence }).collect();
        Self {
            candidates,
            redundancy,
            postings: candidates.rows.postings(),
            choices: vec![Choice::default(); count],
            met,
            room: Room::new(budget),
            least: if matches!(budget, Budget::Words(_)) { TOO_BROKEN } else { 0.0 },
            waiting,
            waits,
            chosen: 0,
        }
    }

    /// The best of those that may open, if there is one.
    fn first(&self) -> Option<usize> {
        let fits = |&i: &usize| self.room.fits(self.candidates.words[i]) && self.met.of(i) >= WHOLE;
        let gain = |i: usize| self.candidates.scores[i] * self.met.of(i);
        self.candidates.first.iter().copied().filter(fits).max_by(|&a, &b| gain(a).total_cmp(&gain(b)).then(b.cmp(&a)))
    }

    fn gain(&self, sentence: usize) -> f64 {
        let fresh = (1.0 - self.choices[sentence].similarity).max(0.0).powf(self.redundancy);
        self.candidates.scores[sentence] * fresh * self.met.of(sentence)
    }

    /// The sentence with the greatest gain, of those that fit.
    fn next(&mut self) -> Option<usize> {
        while let Some(Candidate { gain, sentence }) = self.waiting.pop() {
            if self.choices[sentence].turn.is_some() || gain != self.waits[sentence] {
                continue;
            }
            let now = self.gain(sentence);
            if now < gain {
                self.wait(sentence, now);
            } else if self.redundancy > 0.0 && self.choices[sentence].similarity >= SAME {
                self.waits[sentence] = f64::INFINITY;
            } else if self.met.of(sentence) < self.least {
                self.waits[sentence] = -1.0;
            } else if !self.room.fits(self.candidates.words[sentence]) {
                self.choices[sentence].too_long = true;
                self.waits[sentence] = f64::INFINITY;
            } else {
                return Some(sentence);
            }
        }
        None
    }

    fn wait(&mut self, sentence: usize, gain: f64) {
        self.waits[sentence] = gain;
        self.waiting.push(Candidate { gain, sentence });
    }

    fn take(&mut self, sentence: usize) {
        self.room.take(self.candidates.words[sentence]);
        self.choices[sentence].turn = Some(self.chosen);
        self.chosen += 1;
        if self.redundancy > 0.0 {
            remember(sentence, self.candidates.rows, &self.postings, &mut self.choices);
        }
        for other in self.met.take(sentence) {
            if self.choices[other].turn.is_none() && self.met.needs_any(other) {
                let now = self.gain(other);
                if now > self.waits[other] {
                    self.wait(other, now);
                }
            }
        }
    }

    /// The choices; one sentence is always given: the best of those that fit, else of all.
    fn finish(mut self, limit: usize) -> Vec<Choice> {
        if self.chosen == 0 && limit > 0 {
            let gain = |i: usize| self.candidates.scores[i] * self.met.of(i);
            let best = |fits: &dyn Fn(usize) -> bool| {
                let all = 0..self.choices.len();
                all.filter(|&i| fits(i)).max_by(|&a, &b| gain(a).total_cmp(&gain(b)).then(b.cmp(&a)))
            };
            let fits = |i: usize| self.room.fits(self.candidates.words[i]);
            if let Some(best) = best(&fits).or_else(|| best(&|_| true)) {
                self.choices[best] = Choice { turn: Some(0), ..Choice::default() };
            }
        }
        for i in 0..self.choices.len() {
            (self.choices[i].met, self.choices[i].met_by) = (self.met.of(i), self.met.by(i));
        }
        self.choices
    }
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

    fn fits(&self, words: usize) -> bool {
        self.0.is_none_or(|left| words <= left)
    }

    fn take(&mut self, words: usize) {
        self.0 = self.0.map(|left| left.saturating_sub(words));
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
