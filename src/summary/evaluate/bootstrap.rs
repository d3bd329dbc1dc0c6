//! Means with percentile bootstrap intervals (Efron 1979), and paired ones for two systems on the same articles.
//!
//! The draws come from a fixed seed: the same values give the same interval.

use serde::Serialize;

/// Times the articles are drawn anew, with replacement.
const DRAWS: usize = 2000;

/// A mean and where it lies with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// The mean of the values.
    pub mean: f64,
    /// 2.5 % of the drawn means are below.
    pub low: f64,
    /// 2.5 % of the drawn means are above.
    pub high: f64,
}

/// The mean of differences, pair by pair.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// The mean difference.
    pub mean: f64,
    /// 2.5 % of the drawn means are below.
    pub low: f64,
    /// 2.5 % of the drawn means are above.
    pub high: f64,
    /// Part of the draws in which the first is not better than the second, 0 to 1.
    pub not_better: f64,
}

impl Mean {
    /// The mean of `values`; all zero when there are none.
    pub fn of(values: &[f64]) -> Self {
        let drawn = draws(values);
        Self { mean: mean(values), low: percentile(&drawn, 0.025), high: percentile(&drawn, 0.975) }
    }
}

impl Difference {
    /// How much `left` is above `right`; both hold the same articles in the same order.
    pub fn of(left: &[f64], right: &[f64]) -> Self {
        let differences: Vec<f64> = left.iter().zip(right).map(|(left, right)| left - right).collect();
        let drawn = draws(&differences);
        let Mean { mean, low, high } = Mean::of(&differences);
        let worse = drawn.iter().filter(|&&drawn| drawn <= 0.0).count();
        Self { mean, low, high, not_better: worse as f64 / drawn.len().max(1) as f64 }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The means of `values` drawn again and again, sorted; none for no values.
fn draws(values: &[f64]) -> Vec<f64> {
    if values.is_empty() {
        return Vec::new();
    }
    let mut random = fastrand::Rng::with_seed(0);
    let mut draw = || (0..values.len()).map(|_| values[random.usize(..values.len())]).sum::<f64>();
    let mut drawn: Vec<f64> = (0..DRAWS).map(|_| draw() / values.len() as f64).collect();
    drawn.sort_by(f64::total_cmp);
    drawn
}

/// The value below which that part of the sorted values lies, interpolated.
fn percentile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = part * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::{Difference, Mean};

    #[test]
    fn the_interval_is_that_of_the_normal_law() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let Mean { mean, low, high } = Mean::of(&values);
        let half = 1.96 * 0.5 / 20.0;
        assert!((mean - 0.5).abs() < 1e-12);
        assert!((low - (0.5 - half)).abs() < 0.006 && (high - (0.5 + half)).abs() < 0.006, "{low} {high}");
        assert_eq!(Mean::of(&values), Mean::of(&values));
    }

    #[test]
    fn pairs_are_compared_article_by_article() {
        let right: Vec<f64> = (0..100).map(f64::from).collect();
        let left: Vec<f64> = right.iter().map(|value| value + 1.0).collect();
        let above = Difference::of(&left, &right);
        assert_eq!((above.mean, above.low, above.high, above.not_better), (1.0, 1.0, 1.0, 0.0));
        assert_eq!(Difference::of(&right, &left).not_better, 1.0);
    }

    #[test]
    fn nothing_has_a_mean_of_nothing() {
        assert_eq!(Mean::of(&[]), Mean { mean: 0.0, low: 0.0, high: 0.0 });
    }
}
