//! JSON Lines on stdin -> seconds that the crate `summary` takes for three sentences of each text.

use std::io::BufRead;
use std::num::NonZeroU32;
use std::time::Instant;

fn main() {
    let lines = std::io::stdin().lock().lines().map(|line| line.unwrap());
    let texts: Vec<String> = lines
        .map(|line| serde_json::from_str::<serde_json::Value>(&line).unwrap()["text"].as_str().unwrap().to_owned())
        .collect();
    let summarizer = summary::Summarizer::new(summary::Language::English);
    let three = NonZeroU32::new(3).unwrap();
    let started = Instant::now();
    let found: usize = texts.iter().map(|text| summarizer.summarize_sentences(text, three).len()).sum();
    assert!(found > 0);
    println!("{}", started.elapsed().as_secs_f64());
}
