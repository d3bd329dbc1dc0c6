//! A page → its article: the guard, then what the page says about itself, then its main text.
//!
//! No parser sees a page before [`guard`] has; third-party extractors run inside `catch_unwind`.

mod blocks;
mod byline;
mod features;
mod figures;
pub(crate) mod guard;
mod json_ld;
pub(crate) mod lines;
mod main_text;
mod metadata;
mod parts;
mod published;
mod tags;
mod title;

use dom_query::Document;

pub use main_text::PageFeatures;

use crate::extract::blocks_to_text::{BlockText, Line};
use crate::extract::boilerplate::SiteTemplate;
use crate::extract::draft::{Draft, Stage};
use crate::extract::html::lines::Captions;
use crate::extract::html::main_text::{MainText, PageLines};
use crate::extract::html::metadata::{Metadata, select};
use crate::extract::{Options, canonical_url};
use crate::model::{Access, Article, Figure, Problem};

/// Below this confidence a problem says that the text may not be the article.
const UNSURE: f64 = 0.5;
/// A text with fewer characters than this is the announcement of an article.
const TEASER_CHARS: usize = 350;
/// The same where the whole is for subscribers: a longer text is what the page holds for everyone after all.
const EXCERPT_CHARS: usize = 2500;
/// Blocks after the article's last one in which a page says that the rest is for subscribers.
const NEAR: usize = 8;

/// Words of a button at most.
const BUTTON_WORDS: usize = 3;

/// Reads the page `html`, found at `url`.
pub fn html(html: &str, url: Option<&str>, options: &Options) -> (Article, Vec<Problem>) {
    html_draft(html, url, options).finish(&SiteTemplate::default())
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
            return Draft::new(Stage::Done(Box::new((article, vec![problem]))));
        }
    };
    if guarded.flattened {
        problems.push(Problem::new(subject.clone(), "elements nested deeper than 512 lost their tags"));
    }
    if guarded.cut {
        let what = format!("the page holds more than {} elements, and the rest was not read", guard::MAX_ELEMENTS);
        problems.push(Problem::new(subject.clone(), what));
    }
    let document = parse(&guarded.html);
    let page = blocks::read(&document);
    let mut metadata = metadata::read(&document, &page, url);
    for selector in &options.remove_selectors {
        select(&document, selector).iter().for_each(dom_query::NodeRef::remove_from_parent);
    }
    let page = if options.remove_selectors.is_empty() { page } else { blocks::read(&document) };
    let figures = figures::read(&document, &page, url);
    let closed = page.blocks.iter().map(|block| parts::is_for_subscribers(&block.text));
    let closed = closed.enumerate().filter(|(_, is)| *is).map(|(place, _)| place).collect();
    let chosen = options.content_selector.as_deref().map(|selector| select(&document, selector));
    let lines = match chosen {
        Some(nodes) if !nodes.is_empty() => {
            let lines = nodes.iter().flat_map(|node| lines::lines(node, Captions::Dropped)).collect();
            PageLines::Chosen(MainText { lines, confidence: 1.0, ..MainText::default() })
        }
        chosen => {
            if chosen.is_some() {
                let selector = options.content_selector.as_deref().unwrap_or_default();
                let what = format!("nothing on the page matches `{selector}`");
                problems.push(Problem::new(subject.clone(), what).hint("check `content_selector` of this source"));
            }
            main_text::judge(&guarded, page, &metadata.title)
        }
    };
    metadata.canonical = metadata.canonical.or_else(|| url.map(canonical_url));
    Draft::new(Stage::Page(Box::new(PageDraft { lines, metadata, figures, closed, problems, subject })))
}

/// The lines of a page with the features its reader scores each by; none of a page that is refused.
pub fn html_features(html: &str, url: Option<&str>) -> PageFeatures {
    let Ok(guarded) = guard::guard(html) else { return PageFeatures::default() };
    let document = parse(&guarded.html);
    let page = blocks::read(&document);
    let title = metadata::read(&document, &page, url).title;
    main_text::features(&guarded, page, &title)
}

/// Everything that a page says, a line a block; nothing of a page that is refused.
pub(super) fn page_lines(html: &str) -> Vec<String> {
    let Ok(guarded) = guard::guard(html) else { return Vec::new() };
    lines::lines(&parse(&guarded.html).root(), Captions::Kept).into_iter().map(|line| line.text).collect()
}

/// The page without the signs behind its headings that link to them: they are no part of the heading.
fn parse(html: &str) -> Document {
    let document = Document::from(html);
    for link in select(&document, ":is(h1, h2, h3, h4, h5, h6) a[href^='#']") {
        if matches!(link.text().trim(), "¶" | "#" | "§" | "🔗") {
            link.remove_from_parent();
        }
    }
    document
}

/// A page whose lines are scored and not yet chosen.
#[derive(Debug)]
pub(super) struct PageDraft {
    lines: PageLines,
    metadata: Metadata,
    /// Those with a caption, each with the block that holds it.
    figures: Vec<(usize, Figure)>,
    /// Blocks that say that the rest is for subscribers.
    closed: Vec<usize>,
    problems: Vec<Problem>,
    subject: String,
}

impl PageDraft {
    pub(super) fn url(&self) -> Option<&str> {
        self.metadata.canonical.as_deref()
    }

    /// The key by which each of its lines is remembered.
    pub(super) fn keys(&self) -> Vec<u64> {
        self.lines.keys()
    }

    pub(super) fn finish(self, site: &SiteTemplate, includes_self: bool) -> (Article, Vec<Problem>) {
        let Self { lines, mut metadata, figures, closed, mut problems, subject } = self;
        let main = lines.choose(site, includes_self);
        let near = main.blocks.start..main.blocks.end + NEAR;
        if closed.iter().any(|place| near.contains(place)) {
            metadata.access = Access::Subscribers;
        }
        let inside = figures.into_iter().filter(|(block, _)| main.blocks.contains(block));
        let figures = inside.map(|(_, figure)| figure).collect();
        let article = Article { figures, ..article(main, metadata) };
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

fn article(mut main: MainText, metadata: Metadata) -> Article {
    main.lines.retain(|line| !parts::is_for_subscribers(&line.text));
    if !metadata.access.is_open() {
        // Words under what can be read of it are the buttons of its door.
        while main.lines.last().is_some_and(|line| line.text.split_whitespace().count() <= BUTTON_WORDS) {
            main.lines.pop();
        }
    }
    parts::mark_data(&mut main.lines);
    parts::mark_claims(&mut main.lines, &metadata.claims);
    let BlockText { text, parts } = BlockText::of(without_headline(&main.lines, &metadata.title));
    let language = crate::text::language::detect(&text, metadata.language.as_deref());
    let least = if metadata.access.is_open() { TEASER_CHARS } else { EXCERPT_CHARS };
    Article {
        url: metadata.canonical,
        title: metadata.title,
        byline: metadata.byline,
        site: metadata.site,
        published: metadata.published,
        modified: metadata.modified,
        access: metadata.access,
        language,
        teaser: text.chars().count() < least,
        confidence: if text.is_empty() { 0.0 } else { main.confidence },
        text,
        parts,
        image: metadata.image,
        image_alt: metadata.image_alt,
        image_size: metadata.image_size,
        ..Article::default()
    }
}

/// The lines without the headline at their head, which the article carries apart.
fn without_headline<'a>(lines: &'a [Line], title: &str) -> &'a [Line] {
    match lines.first() {
        Some(first) if !title.is_empty() && first.text.trim() == title && lines.len() > 1 => &lines[1..],
        _ => lines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PartKind;

    const HEAD: &str = "<meta property='og:image' content='/lead.jpg'><meta property='og:image:alt' content='The bridge'>\
        <meta property='og:image:width' content='1200'><meta property='og:image:height' content='630px'><base href='https://harwick.example/news/'>";
    const BODY: &str = "<p>The council of Harwick voted on Monday evening to rebuild the old harbour bridge.</p>\
        <figure><img src='data:image/gif;base64,x' data-src='pier.jpg'><figcaption>The pier at low tide</figcaption></figure>\
        <p>The bridge, which was closed to lorries in March, carries about nine thousand cars a day across the harbour.</p>\
        <h2>What does it cost?</h2>\
        <table><tr><th>Part</th><th>Millions</th></tr><tr><td>Piers</td><td>12</td></tr></table>\
        <blockquote><p>We shall open it in three years, said the mayor of Harwick to the council on Monday evening.</p></blockquote>\
        <p>Engineers told the council that the bridge would be closed for good if the harbour wall was not repaired.</p>";

    fn read() -> Article {
        let page = format!(
            "<html><head>{HEAD}</head><body><article><h1>A bridge is rebuilt</h1>{BODY}</article></body></html>"
        );
        html(&page, Some("https://harwick.example/bridge"), &Options::default()).0
    }

    #[test]
    fn tables_headings_and_quotations_are_told_from_running_text() {
        let article = read();
        let kind = |words: &str| {
            let at = article.text.find(words)?;
            article.parts.iter().find(|part| (part.start..part.end).contains(&at)).map(|part| part.kind)
        };
        assert_eq!(kind("We shall open it"), Some(PartKind::Quote));
        assert_eq!(kind("The council of Harwick"), None);
        for (words, expected) in [("What does it cost?", PartKind::Heading), ("Piers 12", PartKind::Table)] {
            assert!(!article.text.contains(words) || kind(words) == Some(expected), "{words}: {article:?}");
        }
        let prose: String = article.summarizable_ranges().into_iter().map(|range| &article.text[range]).collect();
        assert!(
            prose.contains("We shall open it") && !prose.contains("cost?") && !prose.contains("Piers 12"),
            "{prose}"
        );
    }

    #[test]
    fn a_figure_stands_beside_the_text_and_the_lead_image_is_named() {
        let article = read();
        assert_eq!(article.image.as_deref(), Some("https://harwick.example/lead.jpg"));
        assert_eq!((article.image_alt.as_deref(), article.image_size), (Some("The bridge"), Some((1200, 630))));
        let image = Some("https://harwick.example/news/pier.jpg".to_owned());
        assert_eq!(article.figures, [Figure { image, caption: "The pier at low tide".into() }]);
    }

    #[test]
    fn a_page_for_subscribers_is_an_excerpt() {
        let page = |head: &str, foot: &str| {
            format!("<html><head>{head}</head><body><article><h1>A bridge</h1>{BODY}</article>{foot}</body></html>")
        };
        let read = |page: String| html(&page, None, &Options::default()).0;
        let stated =
            r#"<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>"#;
        for page in [page(stated, ""), page("", "<div><p>This article is for subscribers. Log in to go on.</p></div>")]
        {
            let article = read(page);
            assert_eq!((article.access, article.teaser), (Access::Subscribers, true), "{}", article.text);
            assert!(!article.text.contains("for subscribers"));
        }
        let free = read(page("", ""));
        assert_eq!((free.access, free.teaser), (Access::Open, false));
    }

    #[test]
    fn paragraphs_that_are_one_link_stay_each_in_a_box_of_its_own() {
        let boxed = |text: &str| format!("<div class='box'><p>{text}</p></div>");
        let plain = [
            "The council of Harwick voted on Monday evening to rebuild the old harbour bridge before the next winter.",
            "Nine thousand cars a day cross the harbour on it, and lorries have had to go round it since March.",
            "Engineers told the council that the piers would not stand another storm like the one of last November.",
        ];
        let linked = "<a href='/live/4'><b>The bridge was closed to lorries in March, after a diver had found cracks in two of its piers.</b></a>";
        let body: String = [plain[0], linked, plain[1], plain[2]].map(boxed).concat();
        let page = format!("<html><body><article><h1>A bridge is rebuilt</h1>{body}</article></body></html>");
        let (article, _) = html(&page, None, &Options::default());
        assert!(article.text.contains("a diver had found cracks"), "{}", article.text);
        assert!(plain.iter().all(|text| article.text.contains(text)), "{}", article.text);
    }

    #[test]
    fn links_to_other_articles_and_to_other_pages_are_not_swallowed() {
        let more =
            "<p>Read more: <a href='/closed'>How the harbour bridge was closed to the lorries of Harwick</a></p>";
        let pages = "<div class='pagination'><a href='?p=1'>1</a> <span>2</span> <a href='?p=3'>3</a> <a href='?p=3'>Next page</a></div>";
        let body = BODY.replacen("</p>", &format!("</p>{more}"), 1);
        let page = format!("<html><body><article><h1>A bridge is rebuilt</h1>{body}{pages}</article></body></html>");
        let (article, _) = html(&page, None, &Options::default());
        assert!(article.text.contains("The council of Harwick") && article.text.contains("Engineers told the council"));
        assert!(!article.text.contains("Read more") && !article.text.contains("Next page"), "{}", article.text);
    }
}
