//! Summaries of stories: several articles, one summary. Reads JSON Lines {"id","language"?,"docs":[text…]} from standard
//! input and answers {"id","summary"}; the only argument is how many words a summary may have.
//!
//! `cargo run --release --example stories 140 < stories.jsonl`; `benches/stories.py` scores what it says.

use std::io::{BufRead, Write};

use newsdigest::summary::{Options, Text, summarize_texts};
use serde::Deserialize;

#[derive(Deserialize)]
struct Story {
    id: serde_json::Value,
    language: Option<String>,
    docs: Vec<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words = std::env::args().nth(1).ok_or("how many words?")?.parse()?;
    let options = Options { words: Some(words), ..Options::default() };
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let story: Story = serde_json::from_str(&line?)?;
        let text = |text| Text { text, language: story.language.as_deref(), ..Text::default() };
        let texts: Vec<Text<'_>> = story.docs.iter().map(|doc| text(doc)).collect();
        let summary = summarize_texts(&texts, &options);
        let chosen: Vec<&str> = summary.chosen().map(|sentence| sentence.text.as_str()).collect();
        writeln!(out, "{}", serde_json::json!({ "id": story.id, "summary": chosen.join("\n") }))?;
    }
    Ok(())
}
