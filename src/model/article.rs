use std::ops::Range;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{Figure, Part};

/// One page's own text, with what is known about it.
///
/// Made by `extract` out of bytes; `id`, `source` and `first_seen` are filled in by the gatherer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Which article of its source this is, across runs; see [`Article::identify`]. Empty until then.
    #[serde(default)]
    pub id: String,
    /// Name of the source in the config that brought it; empty outside a run.
    #[serde(default)]
    pub source: String,
    /// Where it stands: the page's canonical URL if it declares a plausible one, else the URL it was read from. A feed or a
    /// mail can claim any; [`extract::owns_address`](crate::extract::owns_address) tells whether its text came from there.
    pub url: Option<String>,
    /// Address its text was read from, after redirects: of its page, or of the feed that gave it; without user, query and
    /// fragment. `file:` for what did not come over the web (a mail, a file, a command's output). `None`: nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Headline, as plain text; may be empty.
    pub title: String,
    /// Who wrote it, as the page says it.
    pub byline: Option<String>,
    /// Name of the publication.
    pub site: Option<String>,
    /// When it was first published; never a last-modified or crawl date. `None`: the page does not say.
    pub published: Option<Timestamp>,
    /// When it was last changed, as declared; set only where `published` is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
    /// When this program first saw it; `None` before the store did.
    #[serde(default)]
    pub first_seen: Option<Timestamp>,
    /// BCP 47 language of the text (`en`, `pt`, `zh`), declared or detected.
    pub language: Option<String>,
    /// The text itself: paragraphs separated by newlines, nothing added.
    pub text: String,
    /// Where the text is no running text: headings, lists, tables, quotations, code, captions, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Its pictures with what is said below them, in the order of the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// Absolute address of its lead image, as stated by its page or feed; never fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Alternative text of the lead image, for those who do not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_alt: Option<String>,
    /// Width and height of the lead image in pixels, as declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_size: Option<(u32, u32)>,
    /// How sure the extractor is that `text` is the whole article and nothing else, 0 to 1.
    pub confidence: f64,
    /// Only the announcement of an article is here, not the article.
    #[serde(default)]
    pub teaser: bool,
    /// Who can read the whole of it.
    #[serde(default, skip_serializing_if = "Access::is_open")]
    pub access: Access,
    /// Categories given by the source, in its order.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Who can read the whole of an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Everyone, as far as the page says.
    #[default]
    Open,
    /// Subscribers: its text may be no more than what others are shown of it.
    Subscribers,
}

impl Access {
    /// Everyone can read it.
    pub fn is_open(&self) -> bool {
        *self == Self::Open
    }
}

impl Article {
    /// Sets `id`: the key of the source ([`scope_key`] of its place `scope`), then the first of the `guid` if it is an
    /// absolute http(s) URL, the URL without tracking parameters, the `guid`, the hash of title and text.
    ///
    /// All of these are claims of the source, so they count inside it only: two sources that announce one article have two,
    /// and neither can replace or hide the other's.
    pub fn identify(&mut self, guid: Option<&str>, scope: &str) {
        let guid = guid.map(str::trim).filter(|guid| !guid.is_empty());
        let is_url = |guid: &str| guid.starts_with("http://") || guid.starts_with("https://");
        let own = match (guid, &self.url) {
            (Some(guid), _) if is_url(guid) => format!("url:{}", without_scheme(guid)),
            (_, Some(url)) => format!("url:{}", without_scheme(url)),
            (Some(guid), None) => format!("guid:{guid}"),
            (None, None) => format!("text:{}", self.hash()),
        };
        self.id = format!("{}:{own}", scope_key(scope));
    }

    /// Sets `id` by title and text alone, whatever address they claim: for mails and other documents that nobody announced.
    pub fn identify_by_text(&mut self, scope: &str) {
        self.id = format!("{}:text:{}", scope_key(scope), self.hash());
    }

    /// Leaves out what stands behind the first `most` bytes of the text, and of everything else what is longer than people
    /// write it; whether any text was left out.
    pub fn shorten(&mut self, most: usize) -> bool {
        let short = |text: &mut String, most: usize| text.truncate(text.floor_char_boundary(most));
        short(&mut self.title, 4_000);
        self.byline.iter_mut().chain(&mut self.site).for_each(|name| short(name, 1_000));
        self.tags.truncate(50);
        self.tags.iter_mut().for_each(|tag| short(tag, 200));
        self.figures.truncate(100);
        self.figures.iter_mut().for_each(|figure| short(&mut figure.caption, 4_000));
        if self.text.len() <= most {
            return false;
        }
        let end = self.text.floor_char_boundary(most);
        // A whole line, if lines are not longer than half of it.
        let end = self.text[..end].rfind('\n').filter(|line| line * 2 > end).unwrap_or(end);
        self.text.truncate(end);
        self.parts.retain(|part| part.start < end);
        self.parts.iter_mut().for_each(|part| part.end = part.end.min(end));
        true
    }

    /// Lower-case hexadecimal SHA-256 of title and text: what `digest verify` compares.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.title.as_bytes());
        hasher.update([0]);
        hasher.update(self.text.as_bytes());
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The stretches of the text whose sentences can stand for it, in their order and each apart from the next: running text,
    /// the lines of lists, quotations; no heading, row of a table, code or caption. Empty: nothing sets parts of it apart.
    pub fn summarizable_ranges(&self) -> Vec<Range<usize>> {
        let mut stretches: Vec<Range<usize>> = Vec::new();
        let mut push = |range: Range<usize>| {
            let blank = self.text.get(range.clone()).is_none_or(|text| text.trim().is_empty());
            if !blank {
                stretches.push(range);
            }
        };
        let mut end = 0;
        for part in &self.parts {
            push(end..part.start);
            match self.text.get(part.start..part.end) {
                Some(text) if part.kind.is_prose() => text.split('\n').fold(part.start, |start, line| {
                    push(start..start + line.len());
                    start + line.len() + 1
                }),
                _ => part.end,
            };
            end = part.end;
        }
        push(end..self.text.len());
        if self.parts.is_empty() { Vec::new() } else { stretches }
    }

    /// The time by which it is ordered: published, else first seen.
    pub fn time(&self) -> Option<Timestamp> {
        self.published.or(self.first_seen)
    }
}

/// The key of a source in the ids of its articles: a hash of its place, which may hold a password or a token.
pub fn scope_key(scope: &str) -> String {
    Sha256::digest(scope.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// `http` and `https`, and a closing slash, do not make two articles.
fn without_scheme(url: &str) -> &str {
    let rest = url.trim_start_matches("https://").trim_start_matches("http://");
    rest.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::PartKind;

    #[test]
    fn no_claim_of_one_source_makes_the_id_of_another() {
        let id = |guid: Option<&str>, url: Option<&str>, scope: &str| {
            let mut article = Article { url: url.map(str::to_owned), text: "same".into(), ..Article::default() };
            article.identify(guid, scope);
            article.id
        };
        let page = Some("https://a.example/1");
        let claims = [(page, None), (None, page), (Some("42"), None), (None, None), (Some("7:url:a.example/1"), None)];
        for (guid, url) in claims {
            for (other_guid, other_url) in claims {
                assert_ne!(id(guid, url, "feed a"), id(other_guid, other_url, "feed b"), "{guid:?} {url:?}");
            }
        }
        assert_eq!(id(page, None, "feed a"), id(None, Some("http://a.example/1/"), "feed a"));
    }

    proptest! {
        #[test]
        fn a_shortened_article_is_the_beginning_of_the_whole_one(
            lines in prop::collection::vec("[a-zé漢\u{200b} ]{0,30}", 0..12), most in 0..200_usize, tag in "漢{0,120}",
        ) {
            let text = lines.join("\n");
            let mut parts = Vec::new();
            let mut start = 0;
            for line in &lines {
                parts.push(Part { kind: PartKind::Heading, start, end: start + line.len() });
                start += line.len() + 1;
            }
            let whole = Article { text, parts, tags: vec![tag.clone(); 60], title: tag.repeat(20), ..Article::default() };
            let mut short = whole.clone();
            prop_assert_eq!(short.shorten(most), whole.text.len() > most);
            prop_assert!(whole.text.starts_with(&short.text) && short.text.len() <= most.max(whole.text.len().min(most)));
            prop_assert!(short.parts.iter().all(|part| short.text.get(part.start..part.end).is_some()));
            prop_assert!(short.tags.len() <= 50 && short.tags.iter().all(|short| short.len() <= 200 && tag.starts_with(short.as_str())));
            prop_assert!(short.title.len() <= 4_000);
            let again = short.clone();
            prop_assert!(!short.shorten(most));
            prop_assert_eq!(short, again);
        }

        #[test]
        fn ids_of_two_sources_never_meet(
            claims in prop::collection::vec((prop::option::of(".{0,40}"), prop::option::of(".{0,40}"), ".{0,40}"), 2),
            scopes in ("[a-z]{1,12} .{0,30}", "[a-z]{1,12} .{0,30}"),
        ) {
            prop_assume!(scopes.0 != scopes.1);
            let id = |claim: &(Option<String>, Option<String>, String), scope: &str| {
                let mut article =
                    Article { url: claim.1.clone(), text: claim.2.clone(), ..Article::default() };
                article.identify(claim.0.as_deref(), scope);
                let claimed = article.id.clone();
                article.identify_by_text(scope);
                [claimed, article.id]
            };
            let (one, other) = (id(&claims[0], &scopes.0), id(&claims[1], &scopes.1));
            prop_assert!(one.iter().all(|id| !other.contains(id)), "{one:?} {other:?}");
        }

        #[test]
        fn an_id_tells_nothing_of_the_place_of_its_source(token in "[A-Za-z0-9]{12,20}", guid in ".{0,8}") {
            let mut article = Article::default();
            article.identify(Some(&guid), &format!("feed https://me:{token}@a.example/?key={token}"));
            prop_assert!(!article.id.contains(&token));
        }
    }

    #[test]
    fn headings_tables_and_code_tell_nothing_and_each_line_of_a_list_stands_apart() {
        let text = "What is it?\nA bridge.\nof wood\nof stone\nlength 40 m\nIt stands.";
        let part = |kind, words: &str| {
            let start = text.find(words).unwrap();
            Part { kind, start, end: start + words.len() }
        };
        let parts = vec![
            part(PartKind::Heading, "What is it?"),
            part(PartKind::List, "of wood\nof stone"),
            part(PartKind::Table, "length 40 m"),
        ];
        let article = Article { text: text.into(), parts, ..Article::default() };
        let prose: Vec<&str> = article.summarizable_ranges().into_iter().map(|range| text[range].trim()).collect();
        assert_eq!(prose, ["A bridge.", "of wood", "of stone", "It stands."]);
        assert!(Article { text: text.into(), ..Article::default() }.summarizable_ranges().is_empty());
    }
}
