//! The lines of pages and of plain texts with the numbers they are judged by, for `benches/fit_pages.py` and
//! `benches/fit_lines.py`.
//!
//! Standard input holds records {"id", "url"?, "html"} or {"id", "text"}, one a line; the answers {"id", "lines", "features"}
//! come in their order. Lines of a text that hold no letter or digit are left out, and lines of comments have no
//! features.

use std::io::{BufRead, Error, Write};

use newsdigest::extract;
use rayon::prelude::*;

fn main() -> Result<(), Error> {
    let records = std::io::stdin().lock().lines().collect::<Result<Vec<String>, Error>>()?;
    let mut output = std::io::stdout().lock();
    for records in records.chunks(64) {
        for answer in records.par_iter().map(|record| answer(record)).collect::<Result<Vec<_>, Error>>()? {
            writeln!(output, "{answer}")?;
        }
    }
    Ok(())
}

fn answer(record: &str) -> Result<serde_json::Value, Error> {
    let record: serde_json::Value = serde_json::from_str(record)?;
    if let Some(text) = record["text"].as_str() {
        let lines: Vec<&str> = text.split('\n').filter(|line| line.contains(char::is_alphanumeric)).collect();
        return Ok(
            serde_json::json!({"id": record["id"], "lines": lines, "features": extract::boilerplate::features(text)}),
        );
    }
    let page = extract::html_features(record["html"].as_str().unwrap_or_default(), record["url"].as_str());
    Ok(serde_json::json!({"id": record["id"], "lines": page.lines, "features": page.features}))
}
