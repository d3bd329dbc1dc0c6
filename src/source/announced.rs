//! An entry → the article that its source announces, and that article completed by the page behind it.

use crate::extract::{BlockText, EntryText, canonical_url, entry_html, entry_plain, entry_url};
use crate::fetch::guard;
use crate::model::{Article, Content, Enclosure, Entry};
use crate::source::{FullText, Source, SourceKind};
use crate::text;

/// A feed's text of fewer words than this may be a teaser: the page behind it is looked at.
const TEASER_WORDS: usize = 120;

/// A page's text must be this much longer than the feed's to be taken in its place.
const LONGER: f64 = 1.2;

/// The article as the feed itself gives it, under the title of its entry.
pub fn announced(content: Option<&Content>, summary: Option<&Content>, title: &str) -> Article {
    let read = |content: &Content| match content {
        Content::Html { html } => entry_html(html, title),
        Content::Text { text } => entry_plain(text, title),
    };
    let content = content.map(read).unwrap_or_default();
    let summary = summary.map(read).unwrap_or_default();
    let is_whole =
        words(&content.passage.text) >= words(&summary.passage.text) && !content.passage.text.trim().is_empty();
    let EntryText { passage: BlockText { text, parts }, cut } = if is_whole { content } else { summary };
    let teaser = words(&text) < TEASER_WORDS && (!is_whole || cut || looks_cut(&text));
    let confidence = if is_whole { 0.9 } else { 0.3 };
    Article { text, parts, teaser, confidence, ..Article::default() }
}

/// The feed itself says that there is more.
fn looks_cut(text: &str) -> bool {
    let text = text.trim_end();
    ["...", "…", "[...]", "[…]", "more", "→", "»"].iter().any(|end| text.ends_with(end)) || words(text) < 40
}

/// Whether the page behind `entry` is to be read, too.
pub fn wants_page(source: &Source, article: &Article, entry: &Entry) -> bool {
    // A link of a mail may count clicks: it is followed only for who asks for it.
    let is_mail = matches!(source.kind, SourceKind::Files(_) | SourceKind::Maildir(_));
    let has_page = entry.url().is_some();
    has_page
        && match source.full_text {
            FullText::Always => true,
            FullText::Never => false,
            FullText::Auto => article.teaser && !is_mail,
        }
}

/// Adds the page behind an announced article: its text replaces the teaser if it says more.
pub fn add_page(article: &mut Article, page: Article) {
    let (announced, read) = (words(&article.text) as f64, words(&page.text) as f64);
    if read > announced * LONGER || (announced == 0.0 && read > 0.0) {
        *article = page;
    } else if read > 0.0 {
        // The page says no more than the feed: that is all there is.
        article.teaser = article.teaser && page.teaser;
        article.byline = article.byline.take().or(page.byline);
        article.site = article.site.take().or(page.site);
        if article.image.is_none() {
            (article.image, article.image_alt, article.image_size) = (page.image, page.image_alt, page.image_size);
        }
    }
}

/// Completes an article by its entry: the source's word counts more than the page's, but for the language.
pub fn complete(article: &mut Article, source: &Source, entry: &Entry) {
    article.source.clone_from(&source.name);
    let announced = entry.title.as_ref().filter(|title| !title.trim().is_empty());
    // The words of a link are not always the headline behind it.
    let is_listing = matches!(source.kind, SourceKind::Listing(_));
    match announced {
        Some(title) if !is_listing || article.title.trim().is_empty() => article.title.clone_from(title),
        // What a page calls itself is not the headline of a post that has none: it names the author or the site.
        None if entry.document.is_none() && !is_listing => article.title.clear(),
        _ => {}
    }
    let names: Vec<String> = entry.authors.iter().filter_map(|author| author.name.clone()).collect();
    if !names.is_empty() {
        article.byline = Some(names.join(", "));
    }
    article.published = entry.published.or(article.published);
    article.language = source.language.clone().or_else(|| article.language.take()).or_else(|| entry.language.clone());
    article.url =
        entry.url().map(entry_url).or_else(|| article.url.take()).or_else(|| Some(canonical_url(entry.stand_in()?)));
    // A longer address is no link that a mail could hold.
    article.url.take_if(|url| url.len() > guard::LONGEST);
    article.tags.clone_from(&entry.categories);
    let picture =
        |enclosure: &&Enclosure| enclosure.media_type.as_deref().is_some_and(|kind| kind.starts_with("image/"));
    article.image = article.image.take().or_else(|| Some(entry.enclosures.iter().find(picture)?.href.clone()));
    if entry.document.is_none() {
        say_once(article);
    }
}

/// Longest first sentence that is a headline, in letters.
const LONGEST_HEADLINE: usize = 200;

/// How much of a text is looked at for what its headline says, in bytes.
const HEAD: usize = 1000;

/// Removes a repeated headline from the text: a post without a title has its first sentence as headline, and one
/// whose title is the beginning of its text begins behind it.
fn say_once(article: &mut Article) {
    let start = article.text.len() - article.text.trim_start().len();
    let title = article.title.trim();
    let bare = title.trim_end_matches(['…', '.', ' ']);
    let line = article.text[start..].split('\n').next().unwrap_or_default();
    if !line.starts_with(bare) || (bare.is_empty() && !title.is_empty()) {
        return;
    }
    let head = &line[..line.floor_char_boundary(HEAD)];
    let sentences = text::sentences(head, article.language.as_deref());
    let said = |end: usize| head[..end].trim().trim_end_matches(['…', '.', '!', '?', ' ']);
    let whole = bare.trim_end_matches(['!', '?']);
    let same = sentences.iter().map(|sentence| sentence.end).find(|end| !whole.is_empty() && said(*end) == whole);
    let is_cut = bare.len() > 20 && bare.len() < title.len() && title.ends_with(['…', '.']);
    let end = match (same, sentences.first()) {
        (Some(end), _) => end,
        (None, Some(first)) if title.is_empty() || is_cut => {
            let sentence = head[first.clone()].trim();
            if sentence.chars().count() > LONGEST_HEADLINE {
                return;
            }
            article.title = sentence.strip_suffix(['.', '。']).unwrap_or(sentence).to_owned();
            first.end
        }
        _ => return,
    };
    cut_before(article, start + end);
}

/// Takes the text before `end` away.
fn cut_before(article: &mut Article, end: usize) {
    let end = end + article.text[end..].len() - article.text[end..].trim_start().len();
    article.text.drain(..end);
    article.parts.retain(|part| part.end > end);
    for part in &mut article.parts {
        (part.start, part.end) = (part.start.saturating_sub(end), part.end - end);
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_headline_says_is_not_said_again() {
        for (title, text, headline, rest) in [
            ("", "The gate stays shut. The tide is high.", "The gate stays shut", "The tide is high."),
            ("", "Good morning!", "Good morning!", ""),
            (
                "The gate stays shut",
                "The gate stays shut. The tide is high.",
                "The gate stays shut",
                "The tide is high.",
            ),
            (
                "The gate stays shut…",
                "The gate stays shut until Sunday. More.",
                "The gate stays shut…",
                "The gate stays shut until Sunday. More.",
            ),
            (
                "The gate at the mouth stays …",
                "The gate at the mouth stays shut until Sunday. More.",
                "The gate at the mouth stays shut until Sunday",
                "More.",
            ),
            ("Two. Sentences.", "Two. Sentences. And more.", "Two. Sentences.", "And more."),
            ("Harbour", "Harbours are shut. More.", "Harbour", "Harbours are shut. More."),
            ("Harbour", "Harbour\nIt is shut.", "Harbour", "It is shut."),
            ("Other", "It is shut.", "Other", "It is shut."),
            ("...", "It is shut.", "...", "It is shut."),
        ] {
            let mut article = Article { title: title.into(), text: text.into(), ..Article::default() };
            say_once(&mut article);
            assert_eq!((article.title.as_str(), article.text.as_str()), (headline, rest), "{title}: {text}");
        }
    }
}
