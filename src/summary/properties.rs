//! Properties of choosing among sentences that need each other.

use proptest::prelude::*;

use super::needs::{Kind, Needs};
use super::{Budget, Candidates, Options, choose_among, summarize};
use crate::rank::Rows;
use crate::text::TermIndex;

/// The reference: looks at all sentences at every turn; chances that needs are met by their definition.
fn by_looking_at_all(candidates: &Candidates<'_>, budget: Budget) -> Vec<usize> {
    let count = candidates.scores.len();
    let mut chosen: Vec<usize> = Vec::new();
    let mut room = if let Budget::Words(words) = budget { words } else { usize::MAX };
    let least = if matches!(budget, Budget::Words(_)) { 0.3 } else { 0.0 };
    while chosen.len() < budget.sentences(count) {
        let gain = |i: usize| {
            let near = chosen.iter().map(|&other| candidates.rows.cosine(other, i).min(1.0)).fold(0.0, f64::max);
            let alone = alone(candidates, &chosen, i);
            let open = !chosen.contains(&i) && near < 1.0 - 1e-9 && candidates.words[i] <= room && alone >= least;
            open.then(|| candidates.scores[i] * (1.0 - near).powi(2) * alone)
        };
        let best =
            (0..count).filter_map(|i| Some((gain(i)?, i))).fold(None, |best: Option<(f64, usize)>, (gain, i)| {
                if best.is_none_or(|(most, _)| gain > most) { Some((gain, i)) } else { best }
            });
        let Some((_, best)) = best else { break };
        room = room.saturating_sub(candidates.words[best]);
        chosen.push(best);
    }
    chosen
}

fn alone(candidates: &Candidates<'_>, chosen: &[usize], sentence: usize) -> f64 {
    fn met(candidates: &Candidates<'_>, chosen: &[usize], sentence: usize, kind: Kind) -> f64 {
        let need = candidates.needs[sentence].of(kind);
        if kind == Kind::Surname {
            let bit = candidates.needs[sentence].surname;
            let is_given = |&other: &usize| other < sentence && candidates.needs[other].full_names >> bit & 1 == 1;
            return if chosen.iter().any(is_given) { 1.0 } else { 1.0 - need };
        }
        let same = |other: usize| candidates.sources[other] == candidates.sources[sentence];
        let before = sentence.checked_sub(1).filter(|before| chosen.contains(before) && same(*before));
        let near = before.map_or(0.0, |before| met(candidates, chosen, before, kind));
        let is_named = chosen.iter().any(|&other| other < sentence && same(other) && candidates.needs[other].is_named);
        let far = if kind == Kind::Person && is_named { 0.6 } else { 0.0 };
        1.0 - need * (1.0 - near.max(far))
    }
    Kind::ALL.into_iter().map(|kind| met(candidates, chosen, sentence, kind)).product()
}

prop_compose! {
    fn a_need()(kinds in prop::collection::vec(prop_oneof![Just(0.0), 0.05_f64..1.0], super::KINDS), is_named: bool, full_names in 0_u64..8, surname in 0_u32..3) -> Needs {
        let mut needs = Needs { is_named, full_names, surname, ..Needs::default() };
        needs.chances.copy_from_slice(&kinds);
        needs
    }
}

proptest! {
    #[test]
    fn the_heap_chooses_what_looking_at_all_does(
        sentences in prop::collection::vec((prop::collection::vec(0_u32..30, 1..8), 0.01_f64..1.0, 1_usize..30, a_need(), any::<bool>()), 1..25),
        budget in prop_oneof![(1_usize..9).prop_map(Budget::Sentences), (20_usize..90).prop_map(Budget::Words), (0.1_f64..1.0).prop_map(Budget::Share)],
    ) {
        let terms: Vec<Vec<u32>> = sentences.iter().map(|sentence| sentence.0.clone()).collect();
        let rows = Rows::new(&TermIndex::from_numbers(&terms));
        let scores: Vec<f64> = sentences.iter().map(|sentence| sentence.1).collect();
        let words: Vec<usize> = sentences.iter().map(|sentence| sentence.2).collect();
        let needs: Vec<Needs> = sentences.iter().map(|sentence| sentence.3).collect();
        let sources: Vec<usize> = sentences.iter().scan(0, |text, sentence| { *text += usize::from(sentence.4); Some(*text) }).collect();
        let candidates = Candidates { scores: &scores, rows: &rows, words: &words, needs: &needs, sources: &sources, first: &[] };
        let expected = by_looking_at_all(&candidates, budget);
        let mut chosen: Vec<(usize, usize)> = choose_among(&candidates, budget, 2.0).iter().enumerate().filter_map(|(i, choice)| Some((choice.turn?, i))).collect();
        chosen.sort_unstable();
        let chosen: Vec<usize> = chosen.into_iter().map(|(_, i)| i).collect();
        if expected.is_empty() {
            prop_assert_eq!(chosen.len(), 1, "one is always given");
        } else {
            prop_assert_eq!(chosen, expected);
        }
    }
}

const NEWS: [&str; 6] = [
    "The river Wend rose again on Monday and flooded the old town.",
    "“We saw it coming,” the mayor of Linden said on Tuesday.",
    "But she refused to close the bridge.",
    "It carries ten thousand cars a day between the two halves of Linden.",
    "Firemen expect the river to rise until Wednesday.",
    "They carried sandbags to the bridge all night.",
];

#[test]
fn a_neutral_sentence_more_changes_no_need() {
    let leans = |text: &str, count: usize| -> Vec<Option<String>> {
        let options = Options { sentences: Some(1), ..Options::default() };
        let summary = summarize(text, &options);
        summary.sentences.into_iter().take(count).map(|sentence| sentence.reasons.leans.map(|lean| lean.word)).collect()
    };
    let text = NEWS.join(" ");
    let longer = format!("{text} A dog was rescued from a roof.");
    assert_eq!(leans(&text, NEWS.len()), leans(&longer, NEWS.len()));
    assert!(leans(&text, NEWS.len()).iter().flatten().count() >= 3);
}

#[test]
fn both_kinds_of_quotation_marks_give_the_same_choice() {
    let curly = NEWS.join(" ");
    let straight = curly.replace(['“', '”'], "\"").replace('’', "'");
    let chosen = |text: &str| -> Vec<usize> {
        summarize(text, &Options::default()).chosen().map(|sentence| sentence.index).collect()
    };
    assert_eq!(chosen(&curly), chosen(&straight));
}

#[test]
fn a_sentence_of_another_text_meets_no_need() {
    let text = |text| super::Text { text, language: Some("en"), ..super::Text::default() };
    let texts = [text("The river Wend rose in Linden."), text("But she refused to close the bridge.")];
    let summary = super::summarize_texts(&texts, &Options { sentences: Some(2), ..Options::default() });
    let second = &summary.sentences[1].reasons;
    assert!(second.alone < 0.1 && second.leans.as_ref().is_some_and(|lean| lean.met_by.is_none()), "{second:?}");
}
