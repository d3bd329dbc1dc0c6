//! Measures of many texts → one JSON object.

use serde_json::{Map, Value, json};

use super::measure::Measured;
use crate::summary::evaluate::intrinsic::FIFTHS;
use crate::summary::evaluate::{Difference, Mean};

/// A measure: its name and where it stands.
type Measure = (&'static str, fn(&Measured) -> Option<f64>);

const MEASURES: [Measure; 9] = [
    ("rouge1", |measured| Some(measured.rouge?.rouge1)),
    ("rouge2", |measured| Some(measured.rouge?.rouge2)),
    ("rougeLsum", |measured| Some(measured.rouge?.rouge_lsum)),
    ("coverage", |measured| Some(measured.intrinsic.coverage)),
    ("divergence", |measured| Some(measured.intrinsic.divergence)),
    ("redundancy", |measured| Some(measured.intrinsic.redundancy)),
    ("boilerplate", |measured| Some(measured.boilerplate)),
    ("broken", |measured| Some(measured.broken)),
    ("broken_gold", |measured| measured.broken_gold),
];

/// The means, and how they differ from those of the second.
pub(super) fn means(first: &[Option<Measured>], second: Option<&[Option<Measured>]>, stemmed: bool) -> String {
    let mut report = described(first);
    report.insert(
        "words".into(),
        json!(if stemmed { "stems by digest's own stemmers" } else { "as rouge-score without stemming" }),
    );
    if let Some(second) = second {
        report.insert("against".into(), Value::Object(described(second)));
        let mut differences = Map::new();
        for (name, measure) in MEASURES {
            let pairs = first
                .iter()
                .zip(second)
                .filter_map(|(left, right)| Some((measure(left.as_ref()?)?, measure(right.as_ref()?)?)));
            let (left, right): (Vec<f64>, Vec<f64>) = pairs.unzip();
            if !left.is_empty() {
                differences.insert(name.into(), json!(Difference::of(&left, &right)));
            }
        }
        report.insert("difference".into(), Value::Object(differences));
    }
    format!("{:#}\n", Value::Object(report))
}

fn described(measured: &[Option<Measured>]) -> Map<String, Value> {
    let known: Vec<&Measured> = measured.iter().flatten().collect();
    let mut report = Map::new();
    report.insert("texts".into(), json!(known.len()));
    report.insert("references".into(), json!(known.iter().filter(|measured| measured.rouge.is_some()).count()));
    for (name, measure) in MEASURES {
        let values: Vec<f64> = known.iter().filter_map(|measured| measure(measured)).collect();
        if !values.is_empty() {
            report.insert(name.into(), json!(Mean::of(&values)));
        }
    }
    let fifth = |i: usize| {
        known.iter().map(|measured| measured.intrinsic.positions[i]).sum::<f64>() / known.len().max(1) as f64
    };
    report.insert("positions".into(), json!((0..FIFTHS).map(fifth).collect::<Vec<f64>>()));
    report
}

/// The measures of one text.
pub(super) fn line(id: &Value, first: Option<&Measured>, second: Option<&Measured>) -> String {
    let values = |measured: &Measured| -> Map<String, Value> {
        MEASURES.iter().filter_map(|(name, measure)| Some(((*name).to_owned(), json!(measure(measured)?)))).collect()
    };
    let mut object = Map::new();
    object.insert("id".into(), id.clone());
    object.extend(first.map(values).unwrap_or_default());
    if let Some(second) = second {
        object.insert("against".into(), Value::Object(values(second)));
    }
    Value::Object(object).to_string()
}
