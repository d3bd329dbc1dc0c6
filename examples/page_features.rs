//! The lines of pages with the numbers their reader judges them by, for `benches/fit_pages.py`.
//!
//! Standard input holds records {"id", "url"?, "html"}, one a line; the answers {"id", "lines", "features", "readable"} come in their order.

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
    let page = extract::html_features(record["html"].as_str().unwrap_or_default(), record["url"].as_str());
    Ok(serde_json::json!({
        "id": record["id"], "lines": page.lines, "features": page.features, "readable": page.readable.join("\n"),
    }))
}
