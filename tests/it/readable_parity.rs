//! Needs, factors and choices are those of the reference recipes, document by document.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic and may read its environment")]

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use newsdigest::rank::{Input, Method, Rows, score};
use newsdigest::summary::{
    Budget, Candidates, Fault, Held, Kind, Readability, Sentences, Standing, choose_among, point, read,
};
use newsdigest::text::{TermIndex, index};
use serde_json::Value;

use crate::support::skip::skip;

/// The kinds of needs by their names in the recipe.
const KINDS: [(&str, Kind); 5] =
    [("P", Kind::Person), ("N", Kind::Thing), ("T", Kind::Group), ("D", Kind::This), ("conn", Kind::Opening)];

/// What holds back, by its name in the recipe.
const FAULTS: [(&str, Fault); 14] = [
    ("question", Fault::Question),
    ("short", Fault::Short),
    ("long", Fault::Long),
    ("cut", Fault::Cut),
    ("fragment", Fault::Fragment),
    ("quotation", Fault::Quotation),
    ("junk", Fault::Junk),
    ("promo", Fault::Promo),
    ("slow", Fault::Slow),
    ("label", Fault::Label),
    ("listed", Fault::Listed),
    ("listed", Fault::ListedSentence),
    ("row", Fault::Row),
    ("claim", Fault::Claim),
];

/// The recorded documents, which are not part of the project.
fn recipe(name: &str) -> Option<Vec<Value>> {
    let data = std::env::var_os("DIGEST_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let Ok(lines) = std::fs::read_to_string(data.join("../recipes").join(name)) else {
        skip("the reference recipe is not here (set DIGEST_DATA)");
        return None;
    };
    Some(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn places(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|number| number as usize).collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

fn budget(choice: &Value) -> Budget {
    let size = choice["budget"][1].as_f64().unwrap();
    match choice["budget"][0].as_str().unwrap() {
        "words" => Budget::Words(size as usize),
        "sentences" => Budget::Sentences(size as usize),
        _ => Budget::Share(size),
    }
}

/// The terms of the sentences as numbers, and those of the headline that the sentences hold.
fn terms(document: &Value) -> (TermIndex, Vec<u32>) {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut number = |term| {
        let next = known.len() as u32;
        *known.entry(term).or_insert(next)
    };
    let sentences: Vec<Vec<u32>> = document["terms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sentence| strings(sentence).into_iter().map(&mut number).collect())
        .collect();
    let headline = document.get("title_terms").map(strings).unwrap_or_default();
    let headline = headline.into_iter().filter_map(|term| known.get(term).copied()).collect();
    (TermIndex::from_numbers(&sentences), headline)
}

/// What reading tells, with the recipe's stop words.
fn readability(document: &Value) -> Readability {
    let sentences = strings(&document["sentences"]);
    let language = document["language"].as_str().unwrap();
    let stop: HashSet<&str> = strings(&document["stop"]).into_iter().collect();
    let words = places(&document["n_words"]);
    let lines = document.get("lines").map_or_else(|| (0..sentences.len()).collect(), places);
    let standing: Vec<Standing<'_>> = sentences
        .iter()
        .enumerate()
        .map(|(i, text)| Standing { text, language, line: lines[i], words: words[i] })
        .collect();
    let words = index(sentences.iter().map(|&sentence| (sentence, language)));
    let mut readability = read(&standing, &words, |_, piece| !stop.contains(piece.to_lowercase().as_str()));
    // The recipe knows no more kinds than these.
    for needs in &mut readability.needs {
        for kind in Kind::ALL.into_iter().filter(|kind| KINDS.iter().all(|(_, known)| known != kind)) {
            needs.chances[kind as usize] = 0.0;
        }
    }
    readability
}

/// The choices are the recorded ones, in their order.
fn check(document: &Value, choice: &Value, candidates: &Candidates<'_>) {
    let choices = choose_among(candidates, budget(choice), 2.0);
    let mut picks: Vec<(usize, usize)> =
        choices.iter().enumerate().filter_map(|(i, choice)| Some((choice.turn?, i))).collect();
    picks.sort_unstable();
    let picks: Vec<usize> = picks.into_iter().map(|(_, i)| i).collect();
    assert_eq!(picks, places(&choice["picks"]), "{} {}", document["id"], choice["budget"]);
}

#[test]
fn what_a_sentence_needs_and_the_choices_are_those_of_the_recipe() {
    let mut worst = 0.0_f64;
    for document in recipe("alone.parity.jsonl").unwrap_or_default() {
        let mut readability = readability(&document);
        for (i, (ours, theirs)) in readability.needs.iter_mut().zip(document["needs"].as_array().unwrap()).enumerate() {
            // The recipe of the main point adds leanings to these.
            if theirs.get("conn").is_none() {
                ours.chances[Kind::Opening as usize] = 0.0;
            }
            for (name, kind) in KINDS {
                let theirs = theirs.get(name).map_or(0.0, |chance| chance.as_f64().unwrap());
                let ours = if theirs == 0.45 && kind == Kind::Opening { 0.45 } else { ours.of(kind) };
                assert!((ours - theirs).abs() < 1e-6, "{} {i} {name}: {ours}, not {theirs}", document["id"]);
                worst = worst.max((ours - theirs).abs());
            }
            if theirs.get("conn").and_then(Value::as_f64) == Some(0.45) {
                ours.chances[Kind::Opening as usize] = 0.45;
            }
            if document["language"] != "xx" {
                assert_eq!(ours.is_named, theirs["name"].as_bool().unwrap(), "{} {i}", document["id"]);
            }
        }
        let rows = Rows::new(&terms(&document).0);
        let words = places(&document["n_words"]);
        for choice in document["choices"].as_array().unwrap() {
            let scores = numbers(&choice["scores"]);
            let needs = readability.needs.as_slice();
            check(
                &document,
                choice,
                &Candidates { scores: &scores, rows: &rows, words: &words, needs, sources: &[], first: &[] },
            );
        }
    }
    println!("largest difference of a probability {worst:e}");
}

#[test]
fn factors_merits_and_choices_are_those_of_the_recipe() {
    let mut worst = 0.0_f64;
    for document in recipe("point.parity.jsonl").unwrap_or_default() {
        let readability = readability(&document);
        let (terms, headline) = terms(&document);
        let rows = Rows::new(&terms);
        let words = places(&document["n_words"]);
        for choice in document["choices"].as_array().unwrap() {
            let budget = budget(choice);
            let share = if matches!(budget, Budget::Share(_)) { budget.share(&words) } else { 0.0 };
            let input = Input { terms: &terms, rows: &rows, share, damping: 0.85, order: None, title: (&[], 0.0) };
            let scored = score(Method::TextRank, &input);
            worst = worst.max((scored.order_weight - choice["sigma"].as_f64().unwrap()).abs());
            let known = |fault: &Fault| *fault == Fault::PointsBack || FAULTS.iter().any(|(_, known)| known == fault);
            let factor =
                |held: &Held, words: usize| held.faults().filter(known).map(|fault| fault.factor(words)).product();
            let mut held: Vec<f64> =
                readability.held.iter().zip(&words).map(|(held, &words)| factor(held, words)).collect();
            // Before a quotation stands who speaks, which the recipe takes for a label.
            let speaks = |i: usize| {
                let factors = &choice["factors"][i];
                factors.get("label").is_some() && document["sentences"][i].as_str().unwrap().contains(": \"")
            };
            (0..held.len()).filter(|&i| speaks(i)).for_each(|i| held[i] *= Fault::Label.factor(0));
            let stops: Vec<bool> = readability.held.iter().map(|held| !held.has(Fault::Fragment)).collect();
            let sentences =
                Sentences { terms: &terms, rows: &rows, held: &held, stops: &stops, sources: &vec![0; words.len()] };
            let headline = if matches!(budget, Budget::Share(_)) { &[] } else { headline.as_slice() };
            let point = point(&sentences, headline, scored.order_weight);
            for (i, theirs) in choice["factors"].as_array().unwrap().iter().enumerate() {
                for (name, fault) in FAULTS {
                    let ours = readability.held[i].has(fault);
                    // One name for two kinds of list lines.
                    let known = theirs
                        .get(name)
                        .filter(|_| name != "label" || !speaks(i))
                        .and_then(Value::as_f64)
                        .filter(|known| name != "listed" || (known - fault.factor(words[i])).abs() < 1e-9);
                    assert_eq!(ours, known.is_some(), "{} {i} {name}", document["id"]);
                    worst = worst.max(known.map_or(0.0, |known| (known - fault.factor(words[i])).abs()));
                }
                let of = |name: &str| theirs.get(name).map_or(1.0, |factor| factor.as_f64().unwrap());
                worst = worst.max((point.factors[i] - of("title") * of("opening")).abs());
            }
            let merits: Vec<f64> = (0..words.len()).map(|i| scored.scores[i] * held[i] * point.factors[i]).collect();
            let expected = numbers(&choice["merits"]);
            let most = expected.iter().copied().fold(0.0, f64::max);
            for (i, (ours, theirs)) in merits.iter().zip(&expected).enumerate() {
                assert!((ours - theirs).abs() / most < 1e-6, "{} {i} {ours} {theirs}", document["id"]);
            }
            let needs = readability.needs.as_slice();
            check(
                &document,
                choice,
                &Candidates { scores: &merits, rows: &rows, words: &words, needs, sources: &[], first: &point.first },
            );
        }
    }
    println!("largest difference {worst:e}");
    assert!(worst < 1e-6, "{worst:e}");
}
