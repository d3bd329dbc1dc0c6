//! The text part, and that it says what the HTML says.

use std::sync::LazyLock;

use dom_query::Document;
use regex::Regex;

use crate::model::Problem;
use crate::render::lint::{TEXT, excerpt, leftover};
use crate::render::{display, wrap};

/// Terminals and quoting leave this much room.
const COLUMNS: usize = 78;

pub(super) fn problems(text: &str, document: &Document) -> Vec<Problem> {
    if text.trim().is_empty() {
        return vec![Problem::new(TEXT, "it is empty")];
    }
    let mut problems: Vec<Problem> = text.lines().filter_map(|line| leftover(TEXT, line)).collect();
    problems.extend(markup(text));
    problems.extend(long_line(text));
    problems.extend(headings(text, document));
    problems.extend(links(text, document));
    problems
}

fn markup(text: &str) -> Option<Problem> {
    static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)</?(?:p|div|br|a|table|td|span|h\d)\b[^>]*>|&(?:nbsp|amp|lt|gt|quot|#\d+);")
            .expect("the pattern is a constant")
    });
    let found = MARKUP.find(text)?;
    Some(Problem::new(TEXT, format!("it shows markup: `{}`", excerpt(found.as_str()))))
}

fn long_line(text: &str) -> Option<Problem> {
    let breakable = |line: &&str| line.split_whitespace().count() > 3 && wrap::width(line) > COLUMNS;
    let line = text.lines().find(breakable)?;
    Some(
        Problem::new(TEXT, format!("a line has {} columns: `{}`", wrap::width(line), excerpt(line)))
            .hint("put it through the filter `wrap`"),
    )
}

fn headings(text: &str, document: &Document) -> Vec<Problem> {
    let text = flat(text);
    let headings = document.select("h1, h2, h3");
    let missing =
        headings.nodes().iter().map(|heading| heading.text()).filter(|heading| !text.contains(&flat(heading)));
    missing
        .map(|heading| Problem::new(TEXT, format!("the heading `{}` of the HTML is not in it", excerpt(&heading))))
        .collect()
}

fn links(text: &str, document: &Document) -> Vec<Problem> {
    let links = document.select("a[href]");
    let targets = links.nodes().iter().filter_map(|link| link.attr("href"));
    // The place of a sentence inside its page stands in the HTML alone.
    let missing = targets.filter(|target| target.starts_with("http") && !text.contains(display::page(target)));
    let problem = |target: &str| Problem::new(TEXT, format!("the link `{}` of the HTML is not in it", excerpt(target)));
    let mut problems: Vec<Problem> = missing.map(|target| problem(&target)).collect();
    problems.dedup();
    problems
}

/// Lower case without blanks, margins and word joiners, so that wrapped text can be compared.
fn flat(text: &str) -> String {
    let shown = |character: &char| !character.is_whitespace() && !"|>\u{2060}".contains(*character);
    text.chars().filter(shown).flat_map(char::to_lowercase).collect()
}
