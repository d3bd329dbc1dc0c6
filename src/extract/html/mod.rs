//! A page → its article: the guard, then what the page says about itself, then its main text.
//!
//! No parser sees a page before [`guard`] has; extractors of other hands run inside `catch_unwind`.

mod blocks;
mod byline;
pub(crate) mod dates;
mod features;
pub(crate) mod guard;
mod json_ld;
pub(crate) mod lines;
mod main_text;
mod metadata;
mod published;
mod title;

use dom_query::Document;

use crate::extract::html::lines::Captions;
use crate::extract::html::main_text::MainText;
use crate::extract::html::metadata::{Metadata, select};
use crate::extract::{Options, canonical_url};
use crate::model::{Article, Problem};

/// Below this confidence a reader is told that the text may not be the article.
const UNSURE: f64 = 0.5;
/// A text with fewer characters than this is the announcement of an article.
const TEASER_CHARS: usize = 350;

/// Reads the page `html`, found at `url`.
pub fn html(html: &str, url: Option<&str>, options: &Options) -> (Article, Vec<Problem>) {
    let subject = url.unwrap_or("page").to_owned();
    let mut problems = Vec::new();
    let guarded = match guard::guard(html) {
        Ok(guarded) => guarded,
        Err(reason) => {
            let article = Article { url: url.map(canonical_url), ..Article::default() };
            return (article, vec![Problem::new(subject, "the page was not read").because(reason)]);
        }
    };
    if guarded.flattened {
        problems.push(Problem::new(subject.clone(), "elements nested deeper than 512 lost their tags"));
    }
    let document = Document::from(guarded.html);
    let page = blocks::read(&document);
    let metadata = metadata::read(&document, &page, url);
    for selector in &options.remove_selectors {
        select(&document, selector).iter().for_each(dom_query::NodeRef::remove_from_parent);
    }
    let page = if options.remove_selectors.is_empty() { page } else { blocks::read(&document) };
    let chosen = options.content_selector.as_deref().map(|selector| select(&document, selector));
    let main = match chosen {
        Some(nodes) if !nodes.is_empty() => MainText {
            lines: nodes.iter().flat_map(|node| lines::lines(node, Captions::Dropped)).collect(),
            confidence: 1.0,
        },
        Some(_) => {
            let selector = options.content_selector.as_deref().unwrap_or_default();
            problems.push(
                Problem::new(subject.clone(), format!("nothing on the page matches `{selector}`"))
                    .hint("check `content_selector` of this source"),
            );
            main_text::find(document, &page, &metadata.title, guarded.elements)
        }
        None => main_text::find(document, &page, &metadata.title, guarded.elements),
    };
    let article = article(main, metadata, url);
    if article.text.is_empty() {
        problems.push(Problem::new(subject, "no text was found on the page"));
    } else if article.confidence < UNSURE {
        problems.push(
            Problem::new(
                subject,
                format!("the extracted text may not be the article (confidence {:.2})", article.confidence),
            )
            .hint("name the element with the article in `content_selector` of this source"),
        );
    }
    (article, problems)
}

fn article(main: MainText, metadata: Metadata, url: Option<&str>) -> Article {
    let text = without_headline(&main.lines, &metadata.title).join("\n");
    let language = crate::text::language::detect(&text, metadata.language.as_deref());
    Article {
        url: metadata.canonical.or_else(|| url.map(canonical_url)),
        title: metadata.title,
        byline: metadata.byline,
        site: metadata.site,
        published: metadata.published,
        language,
        teaser: text.chars().count() < TEASER_CHARS,
        confidence: if text.is_empty() { 0.0 } else { main.confidence },
        text,
        ..Article::default()
    }
}

/// The lines without the headline at their head, which the article carries apart.
fn without_headline<'a>(lines: &'a [String], title: &str) -> &'a [String] {
    match lines.first() {
        Some(first) if !title.is_empty() && first.trim() == title && lines.len() > 1 => &lines[1..],
        _ => lines,
    }
}
