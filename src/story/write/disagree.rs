//! Where two sentences give different numbers for the same thing.
//!
//! The same thing: they share most of their words, and the same word follows the two numbers ("640 members", "about 700
//! members"). Years are no such numbers. Experimental: a rounded number disagrees with an exact one.

use super::novelty::bag;
use crate::story::cluster::{Corpus, for_each_word, is_stop_word, stem_of};
use crate::text::Stem;

/// Share of the words of the one with fewer, by rarity, that both must have.
const SAME: f64 = 0.5;

/// A number and what it counts.
#[derive(Debug, Clone, PartialEq)]
struct Quantity {
    number: String,
    /// The word after it, as it stands there.
    unit: String,
    stem: String,
}

/// The numbers in which `a` and `b` disagree, each with its unit, if they are about the same thing.
pub(in crate::story) fn disagreement(a: &str, b: &str, language: &str, corpus: &Corpus) -> Option<(String, String)> {
    let (of_a, of_b) = (quantities(a, language), quantities(b, language));
    let lacks = |all: &[Quantity], wanted: &Quantity| all.iter().all(|quantity| quantity.number != wanted.number);
    let differs = |one: &Quantity, other: &Quantity| one.stem == other.stem && lacks(&of_b, one) && lacks(&of_a, other);
    let pairs = of_a.iter().flat_map(|one| of_b.iter().map(move |other| (one, other)));
    let (one, other) = pairs.into_iter().find(|(one, other)| differs(one, other))?;
    let say = |quantity: &Quantity| format!("{} {}", quantity.number, quantity.unit);
    (similarity(a, b, language, corpus) >= SAME).then(|| (say(one), say(other)))
}

fn similarity(a: &str, b: &str, language: &str, corpus: &Corpus) -> f64 {
    let words = |sentence: &str| bag(sentence, language).into_keys().filter(|stem| !stem.starts_with(char::is_numeric));
    let (a, b): (Vec<String>, Vec<String>) = (words(a).collect(), words(b).collect());
    let weigh = |stems: &[String]| stems.iter().map(|stem| corpus.rarity_of(stem, language)).sum::<f64>();
    let shared: Vec<String> = a.iter().filter(|stem| b.contains(stem)).cloned().collect();
    let fewer = weigh(&a).min(weigh(&b));
    if fewer > 0.0 { weigh(&shared) / fewer } else { 0.0 }
}

/// Every number that is followed by a telling word.
fn quantities(sentence: &str, language: &str) -> Vec<Quantity> {
    let stemmer = Stem::new(language);
    let mut found: Vec<Quantity> = Vec::new();
    // The number read last, and where it ends.
    let mut open: Option<(String, usize)> = None;
    for_each_word(sentence, |token| {
        let end = token.start + token.text.len();
        let digits = token.text.chars().all(|sign| sign.is_ascii_digit());
        let gap = open.as_ref().and_then(|(_, last)| sentence.get(*last..token.start));
        open = match (open.take(), gap) {
            (Some((number, _)), Some("." | ",")) if digits && token.text.len() == 3 => Some((number + token.text, end)),
            (Some((number, _)), Some("." | ",")) if digits => Some((format!("{number}.{}", token.text), end)),
            _ if digits => Some((token.text.to_owned(), end)),
            (Some((number, _)), Some(" " | "-" | "\u{a0}")) => {
                let unit = token.text.to_lowercase();
                let is_year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
                if !is_year && !is_stop_word(&unit, language) {
                    found.push(Quantity { number, stem: stem_of(&unit, &stemmer), unit });
                }
                None
            }
            _ => None,
        };
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{disagreement, quantities};
    use crate::story::cluster::Corpus;

    fn check(a: &str, b: &str, expected: Option<(&str, &str)>) {
        let found = disagreement(a, b, "en", &Corpus::default());
        assert_eq!(found.as_ref().map(|(one, other)| (one.as_str(), other.as_str())), expected, "{a} / {b}");
    }

    #[test]
    fn numbers_are_read_with_what_they_count() {
        let read = |text: &str| -> Vec<String> {
            quantities(text, "en").into_iter().map(|found| format!("{} {}", found.number, found.unit)).collect()
        };
        assert_eq!(read("Some 1,500 dockers lost 4.25 percent in 2019 alone."), ["1500 dockers", "4.25 percent"]);
        assert_eq!(read("It is 5 of them, and 7."), [] as [&str; 0]);
    }

    #[test]
    fn two_numbers_for_one_thing_disagree_and_two_things_do_not() {
        let one = "The union said 640 members walked out at the harbour on Sunday.";
        check(one, "About 700 members of the union walked out on Sunday.", Some(("640 members", "700 members")));
        check(one, "On Sunday 640 members of the union walked out, 700 members stayed.", None);
        check(one, "The choir has 700 members and sings in Ostrow.", None);
        check(one, "At the harbour the union's walked out on Sunday with 9 ships waiting.", None);
    }
}
