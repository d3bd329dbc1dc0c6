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

pub use main_text::PageFeatures;

use crate::extract::clean::Recurring;
use crate::extract::draft::{Draft, Kind};
use crate::extract::html::lines::Captions;
use crate::extract::html::main_text::{MainText, PageLines};
use crate::extract::html::metadata::{Metadata, select};
use crate::extract::{Options, canonical_url};
use crate::model::{Article, Problem};

/// Below this confidence a reader is told that the text may not be the article.
const UNSURE: f64 = 0.5;
/// A text with fewer characters than this is the announcement of an article.
const TEASER_CHARS: usize = 350;

/// Reads the page `html`, found at `url`.
pub fn html(html: &str, url: Option<&str>, options: &Options) -> (Article, Vec<Problem>) {
    html_draft(html, url, options).finish(&Recurring::default())
}

/// The same before the lines are chosen.
pub fn html_draft(html: &str, url: Option<&str>, options: &Options) -> Draft {
    let subject = url.unwrap_or("page").to_owned();
    let mut problems = Vec::new();
    let guarded = match guard::guard(html) {
        Ok(guarded) => guarded,
        Err(reason) => {
            let article = Article { url: url.map(canonical_url), ..Article::default() };
            let problem = Problem::new(subject, "the page was not read").because(reason);
            return Draft::new(Kind::Done(Box::new((article, vec![problem]))));
        }
    };
    if guarded.flattened {
        problems.push(Problem::new(subject.clone(), "elements nested deeper than 512 lost their tags"));
    }
    let document = Document::from(guarded.html.as_str());
    let page = blocks::read(&document);
    let mut metadata = metadata::read(&document, &page, url);
    for selector in &options.remove_selectors {
        select(&document, selector).iter().for_each(dom_query::NodeRef::remove_from_parent);
    }
    let page = if options.remove_selectors.is_empty() { page } else { blocks::read(&document) };
    let chosen = options.content_selector.as_deref().map(|selector| select(&document, selector));
    let lines = match chosen {
        Some(nodes) if !nodes.is_empty() => {
            let lines = nodes.iter().flat_map(|node| lines::lines(node, Captions::Dropped)).collect();
            PageLines::Chosen(MainText { lines, confidence: 1.0 })
        }
        chosen => {
            if chosen.is_some() {
                let selector = options.content_selector.as_deref().unwrap_or_default();
                let what = format!("nothing on the page matches `{selector}`");
                problems.push(Problem::new(subject.clone(), what).hint("check `content_selector` of this source"));
            }
            main_text::judge(&guarded.html, document, page, &metadata.title, guarded.elements)
        }
    };
    metadata.canonical = metadata.canonical.or_else(|| url.map(canonical_url));
    Draft::new(Kind::Page(Box::new(PageDraft { lines, metadata, problems, subject })))
}

/// The lines of a page with the numbers its reader judges each by; none of a page that is refused.
pub fn html_features(html: &str, url: Option<&str>) -> PageFeatures {
    let Ok(guarded) = guard::guard(html) else { return PageFeatures::default() };
    let document = Document::from(guarded.html.as_str());
    let page = blocks::read(&document);
    let title = metadata::read(&document, &page, url).title;
    main_text::features(&guarded.html, document, page, &title, guarded.elements)
}

/// A page whose lines are judged and not yet chosen.
#[derive(Debug)]
pub(super) struct PageDraft {
    lines: PageLines,
    metadata: Metadata,
    problems: Vec<Problem>,
    subject: String,
}

impl PageDraft {
    pub(super) fn url(&self) -> Option<&str> {
        self.metadata.canonical.as_deref()
    }

    /// What each of its lines is remembered by.
    pub(super) fn keys(&self) -> Vec<u64> {
        self.lines.keys()
    }

    pub(super) fn finish(self, site: &Recurring, learnt: bool) -> (Article, Vec<Problem>) {
        let Self { lines, metadata, mut problems, subject } = self;
        let article = article(lines.choose(site, learnt), metadata);
        if article.text.is_empty() {
            problems.push(Problem::new(subject, "no text was found on the page"));
        } else if article.confidence < UNSURE {
            let what = format!("the extracted text may not be the article (confidence {:.2})", article.confidence);
            let hint = "name the element with the article in `content_selector` of this source";
            problems.push(Problem::new(subject, what).hint(hint));
        }
        (article, problems)
    }
}

fn article(main: MainText, metadata: Metadata) -> Article {
    let text = without_headline(&main.lines, &metadata.title).join("\n");
    let language = crate::text::language::detect(&text, metadata.language.as_deref());
    Article {
        url: metadata.canonical,
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
