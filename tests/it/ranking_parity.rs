//! The ranking gives the numbers of the reference recipe: σ, scores and the order of the choices, document by document.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic and may read its environment")]

use std::collections::HashMap;
use std::path::PathBuf;

use newsdigest::rank::{Input, Method, Rows, score};
use newsdigest::summary::{Budget, choose};
use newsdigest::text::TermIndex;
use serde_json::Value;

use crate::support::skip::skip;

/// Where the evaluation data lies; it is not part of the project.
fn recipe() -> PathBuf {
    let data = std::env::var_os("DIGEST_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    data.join("../recipes/ranking.parity.jsonl")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The document's terms as numbers.
fn terms(document: &Value) -> TermIndex {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let sentences: Vec<Vec<u32>> = document["terms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sentence| {
            let sentence = sentence.as_array().unwrap();
            sentence
                .iter()
                .map(|term| {
                    let next = known.len() as u32;
                    *known.entry(term.as_str().unwrap()).or_insert(next)
                })
                .collect()
        })
        .collect();
    TermIndex::from_numbers(&sentences)
}

#[test]
fn scores_and_choices_are_those_of_the_recipe() {
    let Ok(recipe) = std::fs::read_to_string(recipe()) else {
        skip("the reference recipe is not here (set DIGEST_DATA)");
        return;
    };
    let mut worst = 0.0_f64;
    for line in recipe.lines() {
        let document: Value = serde_json::from_str(line).unwrap();
        let terms = terms(&document);
        let rows = Rows::new(&terms);
        let words: Vec<usize> = numbers(&document["n_words"]).into_iter().map(|count| count as usize).collect();
        let size = document["budget"][1].as_f64().unwrap();
        let budget = match document["budget"][0].as_str().unwrap() {
            "words" => Budget::Words(size as usize),
            "sentences" => Budget::Sentences(size as usize),
            _ => Budget::Share(size),
        };
        let input = Input {
            terms: &terms,
            rows: &rows,
            share: budget.share(&words),
            damping: 0.85,
            order: None,
            title: (&[], 0.0),
        };
        let scored = score(Method::TextRank, &input);
        worst = worst.max((scored.order_weight - document["sigma"].as_f64().unwrap()).abs());
        let expected = numbers(&document["scores"]);
        let most = expected.iter().copied().fold(0.0, f64::max);
        for (ours, theirs) in scored.scores.iter().zip(&expected) {
            worst = worst.max((ours - theirs).abs() / most);
        }
        let picks = numbers(&document["picks"]);
        let choices = choose(&scored.scores, &rows, &words, Budget::Sentences(picks.len()), 2.0);
        for (turn, pick) in picks.iter().enumerate() {
            assert_eq!(choices[*pick as usize].turn, Some(turn), "{}", document["id"]);
        }
    }
    println!("largest relative difference {worst:e}");
    assert!(worst < 1e-6, "{worst:e}");
}
