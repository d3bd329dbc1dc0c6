//! Size, structure and links of the HTML part.

use std::collections::BTreeSet;

use dom_query::{Document, NodeRef};

use crate::model::Problem;
use crate::render::lint::{HTML, excerpt, leftover};

/// Gmail reads no `<style>` block beyond this, and not more than twice as much in all.
const STYLE_BLOCK: usize = 8_192;
/// Stripped by mail programs, or dangerous.
const FORBIDDEN: &str =
    "script, iframe, object, embed, form, input, button, select, textarea, video, audio, canvas, svg, base, link";

pub(super) fn problems(html: &str, document: &Document, max_kb: u32) -> Vec<Problem> {
    let mut problems: Vec<Problem> = size(html, max_kb).into_iter().collect();
    problems.extend(styles(document));
    problems.extend(head(document));
    problems.extend(headings(document));
    problems.extend(elements(document));
    problems.extend(links(document));
    problems.extend(leftovers(document));
    problems
}

fn size(html: &str, max_kb: u32) -> Option<Problem> {
    let max = usize::try_from(max_kb).unwrap_or(usize::MAX).saturating_mul(1_000);
    let what = || format!("it has {} bytes; Gmail clips a mail near 102,000 and hides its end", html.len());
    (html.len() > max).then(|| Problem::new(HTML, what()).hint("tell fewer stories: `max_stories`, `reading_minutes`"))
}

fn styles(document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    for block in document.select("style").iter().map(|block| block.text()) {
        if block.len() > STYLE_BLOCK {
            problems.push(Problem::new(
                HTML,
                format!("a style block has {} bytes; Gmail drops one beyond {STYLE_BLOCK}", block.len()),
            ));
        }
        if block.matches('{').count() != block.matches('}').count() {
            problems.push(Problem::new(HTML, "the braces of a style block do not match; Gmail drops such a block"));
        }
        if let Some(wrong) = ["@import", "@font-face", "url("].iter().find(|wrong| block.contains(**wrong)) {
            problems.push(Problem::new(HTML, format!("a style block has `{wrong}`, which fetches from the network")));
        }
    }
    problems
}

fn head(document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut need = |there: bool, what: &str| problems.extend((!there).then(|| Problem::new(HTML, what)));
    let root = document.html_root();
    need(root.has_attr("lang") && root.has_attr("dir"), "its <html> has no lang or no dir");
    need(
        !document.select("body [lang][dir]").is_empty(),
        "nothing inside its <body> has lang and dir; web mail drops those of <html>",
    );
    need(!document.select("title").text().trim().is_empty(), "it has no title");
    need(!document.select("meta[charset]").is_empty(), "it has no <meta charset>");
    need(!document.select("meta[name=viewport]").is_empty(), "it has no <meta name=viewport>: phones would shrink it");
    need(
        !document.select("meta[name=color-scheme]").is_empty(),
        "it has no <meta name=color-scheme>: dark mode is left to the mail program",
    );
    problems
}

fn headings(document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    let tops = document.select("h1").length();
    if tops != 1 {
        problems.push(Problem::new(HTML, format!("it has {tops} <h1>; exactly one names the edition")));
    }
    let mut level_before = 0;
    for heading in document.select("h1, h2, h3, h4, h5, h6").nodes() {
        let level = heading.node_name().and_then(|name| name[1..].parse::<u8>().ok()).unwrap_or(1);
        if level > level_before + 1 {
            problems.push(Problem::new(HTML, format!("<h{level}> `{}` skips a level", excerpt(&heading.text()))));
        }
        if heading.text().trim().is_empty() {
            problems.push(Problem::new(HTML, format!("an <h{level}> is empty")));
        }
        level_before = level;
    }
    problems
}

fn elements(document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    for element in document.select(FORBIDDEN).nodes() {
        let name = element.node_name().unwrap_or_default();
        problems.push(Problem::new(HTML, format!("<{name}> is stripped by mail programs")));
    }
    if document.select("table:not([role])").length() > 0 {
        problems.push(Problem::new(HTML, "a layout table has no role=presentation: it is read out as data"));
    }
    for image in document.select("img").nodes() {
        let complete = ["alt", "width", "height"].iter().all(|name| image.has_attr(name));
        let source = image.attr("src").unwrap_or_default();
        if !complete {
            problems.push(Problem::new(HTML, format!("the image `{}` lacks alt, width or height", excerpt(&source))));
        }
        if !source.starts_with("cid:") {
            problems.push(Problem::new(
                HTML,
                format!("the image `{}` is not attached (cid:): it tells its host who reads", excerpt(&source)),
            ));
        }
    }
    problems
}

fn links(document: &Document) -> Vec<Problem> {
    let anchors: BTreeSet<String> =
        document.select("a[name]").nodes().iter().filter_map(|anchor| Some(anchor.attr("name")?.to_string())).collect();
    let links = document.select("a[href]");
    let wrong = links.nodes().iter().filter_map(|link| wrong_link(link, &anchors));
    let mut problems: Vec<Problem> = wrong.map(|what| Problem::new(HTML, what)).collect();
    problems.extend(unencrypted(document));
    problems
}

/// Some sources speak nothing else; one line about all of them is enough.
fn unencrypted(document: &Document) -> Option<Problem> {
    let links = document.select("a[href^='http:']");
    let first = links.nodes().first()?.attr("href").unwrap_or_default();
    let (count, noun) = (links.length(), if links.length() == 1 { "link goes" } else { "links go" });
    Some(Problem::new(HTML, format!("{count} {noun} over http:, without encryption: `{}`", excerpt(&first))))
}

fn wrong_link(link: &NodeRef<'_>, anchors: &BTreeSet<String>) -> Option<String> {
    let target = link.attr("href").unwrap_or_default().to_string();
    if link.text().trim().is_empty() && !link.has_attr("aria-label") {
        return Some(format!("the link to `{}` shows nothing", excerpt(&target)));
    }
    if let Some(name) = target.strip_prefix('#') {
        return (!anchors.contains(name))
            .then(|| format!("nothing is named for the link `{target}`; it needs <a name>"));
    }
    match target.split_once(':') {
        Some(("https" | "http" | "mailto", _)) => None,
        Some((scheme, _)) if !scheme.contains('/') => Some(format!("a link runs {scheme}: `{}`", excerpt(&target))),
        _ => Some(format!("the link `{}` is not absolute", excerpt(&target))),
    }
}

fn leftovers(document: &Document) -> Vec<Problem> {
    let Some(body) = document.body() else { return Vec::new() };
    let texts = body.descendants_it().filter(|node| node.is_text()).filter_map(|node| leftover(HTML, &node.text()));
    let attributes = body.descendants_it().filter(|node| node.is_element()).flat_map(|node| {
        ["href", "alt", "title", "aria-label"].into_iter().filter_map(move |name| leftover(HTML, &node.attr(name)?))
    });
    texts.chain(attributes).collect()
}
