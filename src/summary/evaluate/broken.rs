//! Whether a summary leans on something that is not in it.
//!
//! By the word lists with which sentences are chosen, or by people's annotation where the data has it.

use serde::Deserialize;

use super::intrinsic::Piece;
use crate::summary::met::Met;
use crate::summary::{Standing, read};
use crate::text::{self, count_words};

/// A sentence less likely than this to have all it refers to is broken.
const BROKEN: f64 = 0.5;

/// Whether a pronoun or an opening word of the summary likely refers to what it leaves out, by the word lists.
pub fn leans_on_nothing(text: &str, language: Option<&str>, summary: &[Piece<'_>]) -> bool {
    let spoken = language.unwrap_or_default();
    let spans = text::sentences(text, language);
    let standing: Vec<Standing<'_>> = spans
        .iter()
        .map(|span| &text[span.clone()])
        .map(|text| Standing { text, language: spoken, line: 0, words: count_words(text) })
        .collect();
    let terms = text::index(standing.iter().map(|sentence| (sentence.text, spoken)));
    let needs = read(&standing, &terms, |token, _| token.term().is_some()).needs;
    let is_said = |span: &std::ops::Range<usize>| {
        let middle = span.start.midpoint(span.end);
        summary.iter().any(|piece| piece.start.is_some_and(|start| (start..start + piece.text.len()).contains(&middle)))
    };
    let chosen: Vec<usize> = (0..spans.len()).filter(|&i| is_said(&spans[i])).collect();
    let mut met = Met::new(&needs, &[], needs.len());
    for &sentence in &chosen {
        let _ = met.take(sentence);
    }
    chosen.iter().any(|&sentence| met.refers(sentence) < BROKEN)
}

/// The needs that people found in each sentence of a text; places count characters, as GUM's records do.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Gold {
    sentences: Vec<Span>,
    needs: Vec<Vec<Need>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Span {
    start: usize,
    end: usize,
}

#[derive(Debug, Clone, Deserialize)]
struct Need {
    kind: String,
    span: (usize, usize),
    providers: Vec<usize>,
}

impl Gold {
    /// Whether a pronoun or an opening connective of the summary refers to what it leaves out.
    pub fn leans_on_nothing(&self, text: &str, summary: &[Piece<'_>]) -> bool {
        let said: Vec<Span> = summary
            .iter()
            .filter_map(|piece| {
                let start = text.get(..piece.start?)?.chars().count();
                Some(Span { start, end: start + piece.text.chars().count() })
            })
            .collect();
        let is_chosen = |sentence: &Span| {
            let shared = |said: &Span| said.end.min(sentence.end).saturating_sub(said.start.max(sentence.start));
            said.iter().any(|said| 2 * shared(said) >= sentence.end.saturating_sub(sentence.start).max(1))
        };
        let chosen: Vec<bool> = self.sentences.iter().map(is_chosen).collect();
        let is_met = |need: &Need| need.providers.iter().any(|&other| chosen.get(other) == Some(&true));
        let counts = |need: &&Need| {
            matches!(need.kind.as_str(), "pronoun" | "connective")
                && said.iter().any(|said| said.start <= need.span.0 && need.span.1 <= said.end)
        };
        let needs = self.needs.iter().zip(&chosen).filter(|(_, chosen)| **chosen);
        needs.flat_map(|(needs, _)| needs).filter(counts).any(|need| !is_met(need))
    }
}

#[cfg(test)]
mod tests {
    use super::{Gold, leans_on_nothing};
    use crate::summary::evaluate::intrinsic::Piece;

    const TEXT: &str = "The mayor closed the bridge. She was afraid of the river. A dog barked.";

    fn pieces<'a>(sentences: &[&'a str]) -> Vec<Piece<'a>> {
        sentences.iter().map(|text| Piece { start: TEXT.find(text), text }).collect()
    }

    #[test]
    fn she_needs_the_mayor() {
        let gold = r#"{"sentences":[{"start":0,"end":28},{"start":29,"end":57},{"start":58,"end":71}],
            "needs":[[],[{"kind":"pronoun","span":[29,32],"providers":[0]}],[]]}"#;
        let gold: Gold = serde_json::from_str(gold).unwrap();
        let [mayor, she, dog] = ["The mayor closed the bridge.", "She was afraid of the river.", "A dog barked."];
        for (summary, broken) in [([mayor, she], false), ([she, dog], true), ([mayor, dog], false)] {
            assert_eq!(leans_on_nothing(TEXT, Some("en"), &pieces(&summary)), broken, "{summary:?}");
            assert_eq!(gold.leans_on_nothing(TEXT, &pieces(&summary)), broken, "{summary:?}");
        }
    }
}
