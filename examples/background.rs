//! Makes a background table for stories: `cargo run --release --example background -- en FILE.jsonl… > src/story/cluster/background.en.txt`.
//!
//! The files are JSON Lines with a `text`; the table holds in how many of them a stem occurs, and no text.

use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let language = arguments.next().ok_or("give a language code and files")?;
    let mut texts = Vec::new();
    for file in arguments {
        for line in std::fs::read_to_string(&file)?.lines() {
            let record: serde_json::Value = serde_json::from_str(line)?;
            texts.push(record["text"].as_str().unwrap_or_default().to_owned());
        }
    }
    let table = newsdigest::story::count_background(texts.iter().map(String::as_str), &language);
    std::io::stdout().write_all(table.as_bytes())?;
    Ok(())
}
