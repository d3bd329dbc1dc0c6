//! Why a sentence was or was not chosen.

use serde::Serialize;

use super::choose::Choice;
use super::held::{Fault, Held};
use super::needs::{Kind, Needs};

/// From this cosine on a sentence repeats another.
const REPEATS: f64 = 0.45;
/// From this cosine on a sentence is near the headline.
const NEAR: f64 = 0.3;

/// The grounds of one choice.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reasons {
    /// Place by score among all sentences, from 1.
    pub rank: usize,
    /// When it was chosen, from 0; `None` if it was not.
    pub turn: Option<usize>,
    /// Score as part of the best score, 0 to 1.
    pub centrality: f64,
    /// Its prior: its length, before its neighbours voted.
    pub prior: f64,
    /// The factor on its score by its faults, above 0 and at most 1.
    pub readability: f64,
    /// Those faults.
    #[serde(serialize_with = "in_words")]
    pub held: Held,
    /// Chance that nothing it needs is missing from the summary, 0 to 1.
    pub alone: f64,
    /// Its greatest need.
    pub leans: Option<Lean>,
    /// Cosine to the headline, 0 to 1.
    pub headline: f64,
    /// Cosine to the nearest chosen sentence, 0 to 1.
    pub redundancy: f64,
    /// Number of that sentence among all sentences of the summary.
    pub said_by: Option<usize>,
    /// Words it takes.
    pub words: usize,
    /// Place among all sentences, from 0.
    pub position: usize,
    /// How many sentences there are.
    pub count: usize,
    /// σ of the whole text.
    pub order_weight: f64,
    /// It was good enough but did not fit into the words left.
    pub too_long: bool,
}

/// A need of a sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lean {
    /// The word that needs it, as it stands in the sentence.
    pub word: String,
    /// Its need.
    pub kind: Kind,
    /// The chosen sentence that meets it, from 0; `None`: none does.
    pub met_by: Option<usize>,
}

impl Lean {
    /// From this chance on a need is worth a word.
    const LIKELY: f64 = 0.3;

    /// The likeliest need of `sentence`.
    pub(super) fn of(needs: &Needs, sentence: &str, choice: &Choice) -> Option<Self> {
        let kind = Kind::ALL.into_iter().max_by(|&a, &b| needs.of(a).total_cmp(&needs.of(b)))?;
        let (start, end) = needs.spans[kind as usize];
        let word = sentence.get(start as usize..end as usize).filter(|_| needs.of(kind) >= Self::LIKELY)?;
        Some(Self { word: word.to_owned(), kind, met_by: choice.met_by })
    }

    fn why(&self) -> String {
        let Self { word, kind, met_by } = self;
        let need = match kind {
            Kind::Opening => format!("it leans on the sentence before (opens with `{word}`)"),
            Kind::Such => format!("`{word}` points at what was said before"),
            Kind::Surname => format!("`{word}` is named in full before"),
            Kind::Also => format!("it goes on from what was said before (`{word}`)"),
            Kind::Speaker => "it does not say who speaks".to_owned(),
            _ => format!("`{word}` is not named in it"),
        };
        match met_by {
            Some(by) => format!("{need}; met by sentence {}", by + 1),
            None => need,
        }
    }
}

/// As a list of words.
fn in_words<S: serde::Serializer>(held: &Held, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(held.faults().map(Fault::says))
}

impl Reasons {
    /// The reasons in one plain sentence.
    pub fn why(&self) -> String {
        let place = format!("{} of {} by centrality", ordinal(self.rank), self.count);
        let notes = self.notes();
        if self.turn.is_some() {
            return format!("{}{notes}.", self.why_chosen(&place));
        }
        if self.too_long {
            return format!("Left out: {place}, but its {} words did not fit into the words left{notes}.", self.words);
        }
        if let (true, Some(other)) = (self.redundancy >= REPEATS, self.said_by) {
            return format!("Left out: sentence {} already says most of it ({place}){notes}.", other + 1);
        }
        if self.prior < 0.3 {
            return format!("Left out: too short to say anything ({place}){notes}.");
        }
        if self.leans.is_some() && self.alone < 0.5 {
            return format!("Left out: it cannot be read alone ({place}){notes}.");
        }
        format!("Left out: {place}, and others say more about the whole{notes}.")
    }

    fn why_chosen(&self, place: &str) -> String {
        let early = self.position * 5 < self.count && self.count > 4;
        let opening = if self.order_weight > 0.5 && early { ", and this text says the main things early" } else { "" };
        let fresh =
            if self.turn > Some(0) && self.redundancy < 0.15 { ", and it adds what was not said yet" } else { "" };
        let headline =
            if self.order_weight <= 0.5 && self.headline >= NEAR { ", and it is near the headline" } else { "" };
        format!("Chosen: {place}{opening}{headline}{fresh}")
    }

    /// The share of it that its faults and its needs leave, 0 to 1; length is no fault here.
    pub(crate) fn stands_alone(&self) -> f64 {
        let faults = self.held.faults().filter(|&fault| fault != Fault::Long);
        self.alone * faults.map(|fault| fault.factor(self.words)).product::<f64>()
    }

    /// The reason why it does not stand alone, in words.
    pub(crate) fn why_held(&self) -> String {
        self.notes().trim_start_matches("; ").to_owned()
    }

    /// Its needs and its faults.
    fn notes(&self) -> String {
        let leans = self.leans.as_ref().map(|leans| format!("; {}", leans.why())).unwrap_or_default();
        let faults: Vec<String> = self.held.faults().map(|fault| self.says(fault)).collect();
        if faults.is_empty() { leans } else { format!("{leans}; held back: {}", faults.join(", ")) }
    }

    fn says(&self, fault: Fault) -> String {
        match fault {
            Fault::Long | Fault::Short => format!("{} words", self.words),
            other => other.says().to_owned(),
        }
    }
}

fn ordinal(rank: usize) -> String {
    let ending = match (rank % 10, rank % 100) {
        (1, hundred) if hundred != 11 => "st",
        (2, hundred) if hundred != 12 => "nd",
        (3, hundred) if hundred != 13 => "rd",
        _ => "th",
    };
    format!("{rank}{ending}")
}

#[cfg(test)]
mod tests {
    use super::{Kind, Lean, Reasons, ordinal};

    #[test]
    fn reasons_are_one_plain_sentence() {
        let reasons = Reasons { rank: 1, turn: Some(0), count: 9, order_weight: 0.9, ..Reasons::default() };
        assert_eq!(reasons.why(), "Chosen: 1st of 9 by centrality, and this text says the main things early.");
        let reasons = Reasons { rank: 2, redundancy: 0.6, said_by: Some(0), count: 9, ..Reasons::default() };
        assert_eq!(reasons.why(), "Left out: sentence 1 already says most of it (2nd of 9 by centrality).");
        let lean = Lean { word: "But".into(), kind: Kind::Opening, met_by: Some(2) };
        let reasons =
            Reasons { rank: 3, turn: Some(2), count: 9, leans: Some(lean), redundancy: 0.2, ..Reasons::default() };
        assert_eq!(
            reasons.why(),
            "Chosen: 3rd of 9 by centrality; it leans on the sentence before (opens with `But`); met by sentence 3."
        );
    }

    #[test]
    fn ordinals_end_as_english_does() {
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 13th 21st 112th"
        );
    }
}
