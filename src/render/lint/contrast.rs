//! Contrast of every text with its background, in light and dark (WCAG 2.2, 1.4.3).
//!
//! A copy's CSS is inline, so what holds in light mode stands in the `style` attributes. For dark mode the rules of
//! `@media (prefers-color-scheme:dark)` are inlined over it, which also shows the rule that forgot its `!important`.

use std::collections::BTreeSet;

use css_inline::CSSInliner;
use dom_query::{Document, NodeRef};

use crate::model::Problem;
use crate::render::lint::{HTML, excerpt};

/// The contrast WCAG AA asks of text, and of large text.
const TEXT: f64 = 4.5;
const LARGE: f64 = 3.0;

type Color = [u8; 3];

pub(super) fn problems(html: &str, document: &Document) -> Vec<Problem> {
    let mut problems = check(document, "light", [255, 255, 255], [0, 0, 0]);
    let dark = dark_rules(document);
    if dark.is_empty() {
        problems.push(Problem::new(HTML, "no @media (prefers-color-scheme:dark) gives a dark palette"));
        return problems;
    }
    let inliner = CSSInliner::options().inline_style_tags(false).extra_css(Some(dark.into())).build();
    match inliner.inline(html) {
        Ok(html) => problems.extend(check(&Document::from(html), "dark", [18, 18, 18], [255, 255, 255])),
        Err(error) => problems.push(Problem::new(HTML, "its dark rules cannot be read").because(error)),
    }
    problems
}

/// The rules inside of every dark media query.
fn dark_rules(document: &Document) -> String {
    let mut rules = String::new();
    for block in document.select("style").iter().map(|block| block.text()) {
        for media in block.split("@media").skip(1) {
            let Some((query, rest)) = media.split_once('{') else { continue };
            if query.replace(' ', "").contains("prefers-color-scheme:dark") {
                rules.push_str(&rest[..closing_brace(rest)]);
            }
        }
    }
    rules
}

/// Where the block that is open at the start of `rest` closes.
fn closing_brace(rest: &str) -> usize {
    let mut depth = 1_usize;
    let closes = |byte: u8| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    };
    rest.bytes().position(closes).unwrap_or(rest.len())
}

/// The properties an element hands down to its text.
#[derive(Clone, Copy)]
struct Look {
    ink: Color,
    paper: Color,
    size: f64,
    bold: bool,
}

fn check(document: &Document, mode: &str, paper: Color, ink: Color) -> Vec<Problem> {
    let Some(body) = document.body() else { return Vec::new() };
    let (mut seen, mut problems) = (BTreeSet::new(), Vec::new());
    let mut open = vec![(body, Look { ink, paper, size: 16.0, bold: false })];
    while let Some((node, outer)) = open.pop() {
        if node.is_text() {
            let ratio = ratio(outer.ink, outer.paper);
            let large = outer.size >= 24.0 || (outer.bold && outer.size >= 18.66);
            let low = ratio < if large { LARGE } else { TEXT };
            if low && !node.text().trim().is_empty() && seen.insert((outer.ink, outer.paper)) {
                problems.push(low_contrast(mode, &outer, ratio, &node.text()));
            }
        } else if let Some(look) = look(&node, outer) {
            open.extend(node.children_it(false).map(|child| (child, look)));
        }
    }
    problems
}

fn low_contrast(mode: &str, look: &Look, ratio: f64, text: &str) -> Problem {
    let hex = |color: Color| format!("#{:02X}{:02X}{:02X}", color[0], color[1], color[2]);
    let what = format!(
        "in {mode} mode {} on {} has a contrast of {ratio:.1}, below {TEXT}: `{}`",
        hex(look.ink),
        hex(look.paper),
        excerpt(text)
    );
    Problem::new(HTML, what)
}

/// How the text inside of `node` looks; `None` if it does not show.
fn look(node: &NodeRef<'_>, outer: Look) -> Option<Look> {
    let name = node.node_name().unwrap_or_default();
    if matches!(&*name, "style" | "script" | "title") {
        return None;
    }
    let mut look = outer;
    look.bold |= matches!(&*name, "h1" | "h2" | "h3" | "b" | "strong");
    if let Some(color) = node.attr("bgcolor").and_then(|value| parse_color(&value)) {
        look.paper = color;
    }
    let style = node.attr("style").unwrap_or_default();
    for (property, value) in style.split(';').filter_map(|declaration| declaration.split_once(':')) {
        let value = value.trim().trim_end_matches("!important").trim();
        match property.trim() {
            "display" if value == "none" => return None,
            "color" => look.ink = parse_color(value).unwrap_or(look.ink),
            "background-color" | "background" => look.paper = parse_color(value).unwrap_or(look.paper),
            "font-size" => look.size = value.strip_suffix("px").and_then(|size| size.parse().ok()).unwrap_or(look.size),
            "font-weight" => look.bold = matches!(value, "bold" | "bolder" | "600" | "700" | "800" | "900"),
            _ => {}
        }
    }
    Some(look)
}

/// `#rgb`, `#rrggbb`, `black` or `white`; other colours are not judged.
fn parse_color(value: &str) -> Option<Color> {
    let value = value.trim().to_ascii_lowercase();
    let digits = match value.as_str() {
        "black" => "000",
        "white" => "fff",
        other => other.strip_prefix('#')?,
    };
    let digit = |index: usize| u8::from_str_radix(digits.get(index..=index)?, 16).ok();
    match digits.len() {
        3 => Some([digit(0)? * 17, digit(1)? * 17, digit(2)? * 17]),
        6 => Some([digit(0)? * 16 + digit(1)?, digit(2)? * 16 + digit(3)?, digit(4)? * 16 + digit(5)?]),
        _ => None,
    }
}

/// Contrast ratio of two colours, 1 to 21 (WCAG 2.2).
fn ratio(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(color: Color) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        let check = |one: &str, other: &str, expected: f64| {
            let ratio = ratio(parse_color(one).unwrap(), parse_color(other).unwrap());
            assert!((ratio - expected).abs() < 0.06, "{one} on {other}: {ratio}");
        };
        check("#000", "white", 21.0);
        check("#5C5F67", "#FFFFFF", 6.4);
        check("#F0A07A", "#1B1D21", 8.1);
        assert_eq!(parse_color("rgb(1,2,3)"), None);
    }
}
