//! Which needs of a sentence the chosen ones meet.
//!
//! The sentence just before meets a need, unless it lacks the same itself; so chosen sentences that follow each other hand
//! what they know on. Who he or she is may also be told by any earlier chosen sentence with a name; whose surname it
//! is, by one with the full name. Sentences of another text tell no more than that full name.

use std::ops::Range;

use super::needs::{KINDS, Kind, Needs};

/// Chance that any earlier chosen sentence with a name in it says who he or she is.
const FAR: f64 = 0.6;

/// The needs of some sentences and how far the chosen ones meet them.
#[derive(Debug)]
pub(super) struct Met<'a> {
    needs: &'a [Needs],
    sources: &'a [usize],
    count: usize,
    /// Of chosen sentences, the chance by kind that the need is met.
    chosen: Vec<Option<[f64; KINDS]>>,
    /// By text, the first chosen sentence with a name.
    named: Vec<Option<usize>>,
    /// By the bit of a surname, the first chosen sentence with the full name.
    full_names: [usize; 64],
}

impl<'a> Met<'a> {
    /// Nothing is chosen yet of `count` sentences; `needs` may be empty.
    pub(super) fn new(needs: &'a [Needs], sources: &'a [usize], count: usize) -> Self {
        let texts = sources.last().map_or(1, |last| last + 1);
        let chosen = if needs.is_empty() { Vec::new() } else { vec![None; count] };
        Self { needs, sources, count, chosen, named: vec![None; texts], full_names: [usize::MAX; 64] }
    }

    /// Chance that a sentence lacks nothing, given those chosen.
    pub(super) fn of(&self, sentence: usize) -> f64 {
        if self.needs_any(sentence) { self.by_kind(sentence).iter().product() } else { 1.0 }
    }

    /// Chance that all a sentence refers to by its pronouns and its opening is there.
    pub(super) fn refers(&self, sentence: usize) -> f64 {
        let kinds = [Kind::Person, Kind::Thing, Kind::Group, Kind::This, Kind::Opening];
        let met = self.by_kind(sentence);
        kinds.into_iter().map(|kind| met[kind as usize]).product()
    }

    pub(super) fn needs_any(&self, sentence: usize) -> bool {
        self.needs.get(sentence).is_some_and(|needs| !needs.is_none())
    }

    /// The chosen sentence that meets a need of it.
    pub(super) fn by(&self, sentence: usize) -> Option<usize> {
        if !self.needs_any(sentence) {
            return None;
        }
        let needs = &self.needs[sentence];
        if needs.of(Kind::Surname) > 0.0
            && let Some(first) = self.full_name_before(sentence)
        {
            return Some(first);
        }
        let is_person = needs.of(Kind::Person) > 0.0;
        self.before(sentence).map(|_| sentence - 1).or_else(|| self.name_before(sentence).filter(|_| is_person))
    }

    /// Notes that `sentence` is chosen; returns those whose needs may be met better now.
    pub(super) fn take(&mut self, sentence: usize) -> Range<usize> {
        if self.chosen.is_empty() {
            return 0..0;
        }
        self.chosen[sentence] = Some(self.by_kind(sentence));
        let source = self.source(sentence);
        let names = self.needs[sentence].is_named && self.named[source].is_none_or(|first| sentence < first);
        if names {
            self.named[source] = Some(sentence);
        }
        let names_in_full = self.add_full_names(sentence);
        let mut next = sentence + 1;
        while next < self.count && self.source(next) == source && (names || self.chosen[next - 1].is_some()) {
            if self.chosen[next].is_some() {
                self.chosen[next] = Some(self.by_kind(next));
            }
            next += 1;
        }
        sentence + 1..if names_in_full { self.count } else { next }
    }

    /// Notes the full names of a chosen sentence; whether one of them stood in none before it.
    fn add_full_names(&mut self, sentence: usize) -> bool {
        let mut is_new = false;
        for (bit, first) in self.full_names.iter_mut().enumerate() {
            if self.needs[sentence].full_names >> bit & 1 == 1 && sentence < *first {
                (*first, is_new) = (sentence, true);
            }
        }
        is_new
    }

    fn source(&self, sentence: usize) -> usize {
        self.sources.get(sentence).copied().unwrap_or(0)
    }

    /// The knowledge of the sentence just before, if it is chosen and of the same text.
    fn before(&self, sentence: usize) -> Option<&[f64; KINDS]> {
        let before = sentence.checked_sub(1).filter(|&before| self.source(before) == self.source(sentence))?;
        self.chosen.get(before)?.as_ref()
    }

    fn name_before(&self, sentence: usize) -> Option<usize> {
        self.named[self.source(sentence)].filter(|&first| first < sentence)
    }

    fn full_name_before(&self, sentence: usize) -> Option<usize> {
        Some(self.full_names[self.needs[sentence].surname as usize]).filter(|&first| first < sentence)
    }

    /// For each kind, the chance that the need is met.
    fn by_kind(&self, sentence: usize) -> [f64; KINDS] {
        let before = self.before(sentence);
        let needs = &self.needs[sentence];
        Kind::ALL.map(|kind| {
            let need = needs.of(kind);
            if need == 0.0 {
                return 1.0;
            }
            if kind == Kind::Surname {
                return if self.full_name_before(sentence).is_some() { 1.0 } else { 1.0 - need };
            }
            let near = before.map_or(0.0, |before| before[kind as usize]);
            let far = if kind == Kind::Person && self.name_before(sentence).is_some() { FAR } else { 0.0 };
            1.0 - need * (1.0 - near.max(far))
        })
    }
}
