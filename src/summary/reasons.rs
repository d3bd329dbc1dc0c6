//! Why a sentence was or was not chosen.

use serde::Serialize;

/// From this cosine on a sentence repeats another.
const REPEATS: f64 = 0.45;

/// The grounds of one choice.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reasons {
    /// Place by score among all sentences, from 1.
    pub rank: usize,
    /// When it was chosen, from 0; `None` if it was not.
    pub turn: Option<usize>,
    /// Score as part of the best score, 0 to 1.
    pub centrality: f64,
    /// Its prior: its length and readability, before its neighbours voted.
    pub prior: f64,
    /// How well it stands alone, above 0 and at most 1.
    pub readability: f64,
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

impl Reasons {
    /// The reasons in one plain sentence.
    pub fn why(&self) -> String {
        let place = format!("{} of {} by centrality", ordinal(self.rank), self.count);
        if self.turn.is_some() {
            return self.why_chosen(&place);
        }
        if self.too_long {
            return format!("Left out: {place}, but its {} words did not fit into the words left.", self.words);
        }
        if let (true, Some(other)) = (self.redundancy >= REPEATS, self.said_by) {
            return format!("Left out: sentence {} already says most of it ({place}).", other + 1);
        }
        if self.prior < 0.3 {
            return format!("Left out: too short or too incomplete to stand alone ({place}).");
        }
        format!("Left out: {place}, and others say more about the whole.")
    }

    fn why_chosen(&self, place: &str) -> String {
        let early = self.position * 5 < self.count && self.count > 4;
        let opening = if self.order_weight > 0.5 && early { ", and this text says the main things early" } else { "" };
        let fresh =
            if self.turn > Some(0) && self.redundancy < 0.15 { ", and it adds what was not said yet" } else { "" };
        format!("Chosen: {place}{opening}{fresh}.")
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
    use super::{Reasons, ordinal};

    #[test]
    fn reasons_are_one_plain_sentence() {
        let reasons = Reasons { rank: 1, turn: Some(0), count: 9, order_weight: 0.9, ..Reasons::default() };
        assert_eq!(reasons.why(), "Chosen: 1st of 9 by centrality, and this text says the main things early.");
        let reasons = Reasons { rank: 2, redundancy: 0.6, said_by: Some(0), count: 9, ..Reasons::default() };
        assert_eq!(reasons.why(), "Left out: sentence 1 already says most of it (2nd of 9 by centrality).");
    }

    #[test]
    fn ordinals_end_as_english_does() {
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 13th 21st 112th"
        );
    }
}
