//! How probably two articles tell one event, and what that is made of.
//!
//! Nine numbers turn similarity in lead, names, amount of shared rare words, numbers and dates into one probability: a
//! logistic regression with signs bounded, fitted by `benches/fit_stories.py` on labelled stories and on articles that only
//! look alike. Each term of the sum can be shown to a reader.

use serde::Serialize;

use super::corpus::{ArticleVector, Corpus, Spread};

/// Rarity from which a shared word is evidence, …
pub(super) const RARE: f32 = 3.0;
/// … and the amount of evidence that counts half.
const HALF: f64 = 10.0;
/// Distinct words under which an article is an announcement: it cannot share much.
const ANNOUNCEMENT: f64 = 15.0;
/// Days between two articles after which more do not count.
const FAR_DAYS: f64 = 7.0;
/// So many names, and nothing else in common, join nothing: two things in one place.
const BARE_NAMES: usize = 2;

/// Features that two articles share, each 0 to 1 but for the calendar's clash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PairFeatures {
    /// Similarity of headline and lead.
    pub lead: f64,
    /// Similarity of the names; of all words where one has no names.
    pub names: f64,
    /// How much they share, as an amount: rare words that both have. A place's name alone is little.
    pub evidence: f64,
    /// Numbers of each one's headline and lead that the other never mentions.
    pub number_clash: f64,
    /// Names of each one's headline and lead that the other never mentions.
    pub name_clash: f64,
    /// Days between them, a week or more is 1.
    pub far: f64,
    /// Both name weekdays, or months and years, and none in common: 1 for each.
    pub calendar_clash: f64,
    /// Months and years in common.
    pub calendar_same: f64,
    /// How short the shorter one is; 0 but for announcements.
    pub brevity: f64,
    /// They have a name or two in common and nothing else: never one event.
    pub only_names: bool,
}

impl PairFeatures {
    /// Those of `a` and the article that is `spread`.
    pub(super) fn of(corpus: &Corpus, a: &ArticleVector, spread: &Spread<'_>) -> Self {
        let b = spread.article;
        let (evidence, only_names) = evidence(corpus, a, spread);
        let named = !a.names.vector.is_empty() && !b.names.vector.is_empty();
        let names = if named {
            corpus.cosine(&a.names, &b.names, spread.names)
        } else {
            corpus.cosine(&a.all, &b.all, spread.all)
        };
        let clash = |of_a: &[u32], of_b: &[u32]| {
            let missing = corpus.missing(of_a, a, |term| spread.mentions(term));
            if missing > 0.0 { missing.min(corpus.missing(of_b, b, |term| a.mentions(term))) } else { 0.0 }
        };
        let shared = a.calendar.iter().filter(|named| b.calendar.contains(named)).count();
        let dated = !a.calendar.is_empty() && !b.calendar.is_empty();
        let weekdays = a.weekdays != 0 && b.weekdays != 0 && a.weekdays & b.weekdays == 0;
        let one = |clash: bool| f64::from(u8::from(clash));
        let days = a.day.zip(b.day).map_or(0.0, |(a, b)| a.abs_diff(b) as f64);
        let shorter = a.all.vector.len().min(b.all.vector.len()) as f64;
        Self {
            lead: corpus.cosine(&a.lead, &b.lead, spread.lead),
            names,
            evidence,
            number_clash: clash(&a.lead_numbers, &b.lead_numbers),
            name_clash: clash(&a.lead_names, &b.lead_names),
            far: (days / FAR_DAYS).min(1.0),
            calendar_clash: one(weekdays) + one(dated && shared == 0),
            // One more in the denominator, in doubt: in its own year every article names that year.
            calendar_same: if dated {
                shared as f64 / (a.calendar.len() + b.calendar.len() - shared + 1) as f64
            } else {
                0.0
            },
            brevity: (1.0 - shorter / ANNOUNCEMENT).max(0.0),
            only_names,
        }
    }

    pub(super) fn probability(&self) -> f64 {
        if self.only_names {
            return 0.0;
        }
        let z = -4.16 + 11.26 * self.lead + 4.82 * self.names + 2.62 * self.evidence
            - 1.27 * self.number_clash
            - 1.54 * self.name_clash
            - 3.12 * self.far
            - 0.49 * self.calendar_clash
            + 3.70 * self.calendar_same
            + 1.88 * self.brevity;
        1.0 / (1.0 + (-z).exp())
    }

    /// The same without looking at their dates: for a story that goes on over days.
    pub(super) fn undated_probability(&self) -> f64 {
        Self { far: 0.0, ..*self }.probability()
    }
}

/// The amount of shared rare words, 0 to 1, and whether a name or two is all that is shared.
fn evidence(corpus: &Corpus, a: &ArticleVector, b: &Spread<'_>) -> (f64, bool) {
    let (mut amount, mut names, mut others) = (0.0_f64, 0, 0);
    let (of_a, of_b) = (corpus.rarities(a), corpus.rarities(b.article));
    for (term, x) in &a.all.vector {
        if !b.mentions(*term) {
            continue;
        }
        let y = b.all[*term as usize];
        let rarity = of_a[*term as usize].min(of_b[*term as usize]);
        amount += f64::from((x.min(y).min(rarity) - RARE).max(0.0));
        if others == 0 {
            if b.names[*term as usize] > 0.0 || a.names.holds(*term) {
                names += 1;
            } else if !corpus.kind(*term).time {
                others += 1;
            }
        }
    }
    (amount / (amount + HALF), others == 0 && names <= BARE_NAMES)
}
