//! Which part of a page is the article: the output on which extractors agree.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_query::Document;
use dom_smoothie::{Config, Readability};

use crate::extract::clean;
use crate::extract::html::lines::{Captions, lines};

/// Elements beyond which the extractors, which compare elements with each other, are not asked.
const MAX_ELEMENTS: usize = 60_000;

/// The main text of a page and how sure it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct MainText {
    /// A line a block.
    pub(crate) lines: Vec<String>,
    /// 0 to 1.
    pub(crate) confidence: f64,
}

/// Finds the main text of `document`; `elements` is how many it has.
pub(crate) fn find(document: Document, elements: usize) -> MainText {
    let body = lines(&document.root(), Captions::Dropped);
    if elements > MAX_ELEMENTS {
        return by_lines(&body);
    }
    let readable = catch_unwind(AssertUnwindSafe(|| readability(document))).ok().flatten().unwrap_or_default();
    if readable.iter().map(String::len).sum::<usize>() < 200 {
        let fallback = by_lines(&body);
        if fallback.lines.iter().map(String::len).sum::<usize>() > readable.iter().map(String::len).sum() {
            return fallback;
        }
    }
    let words: usize = readable.iter().map(|line| line.split_whitespace().count()).sum();
    MainText { lines: readable, confidence: if words < 60 { 0.3 } else { 0.8 } }
}

/// Mozilla's Readability, as `dom_smoothie` has it.
fn readability(document: Document) -> Option<Vec<String>> {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let mut readability = Readability::with_document(document, None, Some(config)).ok()?;
    let article = readability.parse().ok()?;
    let content = Document::fragment(article.content);
    Some(lines(&content.root(), Captions::Dropped))
}

/// The page's text without its tags, cleaned like pasted text.
fn by_lines(body: &[String]) -> MainText {
    let text = body.join("\n");
    let cleaning = clean::lines(&text);
    MainText { lines: cleaning.text(&text).lines().map(str::to_owned).collect(), confidence: cleaning.confidence * 0.8 }
}

/// For training: every line of a page with its features.
#[doc(hidden)]
pub fn dump(html: &str, url: Option<&str>) -> Vec<(String, Vec<f64>)> {
    let Ok(guarded) = crate::extract::html::guard::guard(html) else { return Vec::new() };
    let document = Document::from(guarded.html);
    let page = crate::extract::html::blocks::read(&document);
    let metadata = crate::extract::html::metadata::read(&document, &page, url);
    let text: Vec<&str> = page.blocks.iter().map(|block| block.text.as_str()).collect();
    let judged = clean::Judged::new(&text.join("\n"));
    let other = readability(document).unwrap_or_default();
    let lines = crate::extract::html::features::Lines::new(&page, &judged, &other, &metadata.title);
    page.blocks.iter().enumerate().map(|(line, block)| {
        let mut features = judged.features(line).to_vec();
        lines.features(line, &mut features);
        (block.text.clone(), features)
    }).collect()
}
