use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::extract::selector_mistake;
use crate::fetch::guard;

/// One `[[source]]`: a name, exactly one of the kinds, and what it does otherwise than `[defaults]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Its name in the config, in reports and in the edition; unique.
    pub name: String,
    /// Kind: RSS, Atom or JSON Feed, by URL or by a path relative to the config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed: Option<String>,
    /// Kind: one page that is one article, by URL or path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Kind: a sitemap or an index of sitemaps, by URL or path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sitemap: Option<String>,
    /// Kind: a page that links articles (a front page, a changelog, a press room), by URL or path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<String>,
    /// Kind: files by pattern (`notes/*.md`, `**/*.html`), relative to the config: txt, md, html, eml, mbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<String>,
    /// Kind: a Maildir folder with newsletters that were received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maildir: Option<String>,
    /// Kind: a program and its arguments; its output is a feed, a page or a text. No shell is involved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// Section of the edition its stories stand in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// How much its stories count when they are ordered; 1 is neutral.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Most entries taken of it in one run, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_entries: Option<usize>,
    /// Most stories it leads in one edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_stories: Option<usize>,
    /// Whether links are followed for the whole article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_text: Option<FullText>,
    /// Days in a row without an answer before anyone hears of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warn_after: Option<u32>,
    /// It may live in a private network or on this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_private: Option<bool>,
    /// CSS selector of the article in its pages, where the extractor cannot find it by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_selector: Option<String>,
    /// CSS selector of the links of a `listing` that lead to articles, or of the elements that hold them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_selector: Option<String>,
    /// CSS selectors of what is cut out of its pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove_selectors: Vec<String>,
    /// BCP 47 language of its articles, where they do not say or say it wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Sentences of its stories; unset: as its section or `[summary]` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentences: Option<usize>,
    /// Words of its stories at most, in place of `sentences`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<usize>,
    /// It is not asked for the time being; what it brought before stays.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

/// `[defaults]`: for every source, unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Defaults {
    /// Most entries taken of one source in one run, newest first.
    pub max_entries: usize,
    /// Whether links are followed for the whole article.
    pub full_text: FullText,
    /// How much its stories count when they are ordered; 1 is neutral.
    pub weight: f64,
    /// Days in a row without an answer before anyone hears of it.
    pub warn_after: u32,
    /// Most stories one source leads in one edition; no limit if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_stories: Option<usize>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { max_entries: 20, full_text: FullText::Auto, weight: 1.0, warn_after: 3, max_stories: None }
    }
}

/// Whether links are followed for the whole article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FullText {
    /// When the feed gives only a teaser.
    #[default]
    Auto,
    /// For each entry.
    Always,
    /// For none: what the feed gives is the article.
    Never,
}

/// The kind of a source, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceKind {
    /// RSS, Atom or JSON Feed.
    Feed(Location),
    /// One page that is one article.
    Page(Location),
    /// A sitemap, or an index of them.
    Sitemap(Location),
    /// A page that links articles.
    Listing(Location),
    /// Files by pattern, absolute.
    Files(String),
    /// A Maildir folder.
    Maildir(PathBuf),
    /// A program and its arguments.
    Command(Vec<String>),
}

/// Where a document stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Location {
    /// On the web.
    Url(String),
    /// On this machine, absolute or relative to where the program runs.
    Path(PathBuf),
}

/// A source with all its settings filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its kind and place.
    pub kind: SourceKind,
    /// Section of the edition.
    pub section: Option<String>,
    /// How much its stories count; 1 is neutral.
    pub weight: f64,
    /// Most entries in one run.
    pub max_entries: usize,
    /// Most stories in one edition.
    pub max_stories: Option<usize>,
    /// Whether links are followed.
    pub full_text: FullText,
    /// Days in a row without an answer before anyone hears of it.
    pub warn_after: u32,
    /// It may live in a private network.
    pub allow_private: bool,
    /// CSS selector of the article in its pages.
    pub content_selector: Option<String>,
    /// CSS selector of the links of a listing.
    pub link_selector: Option<String>,
    /// CSS selectors of what is cut out of its pages.
    pub remove_selectors: Vec<String>,
    /// BCP 47 language of its articles.
    pub language: Option<String>,
    /// Sentences of its stories.
    pub sentences: Option<usize>,
    /// Words of its stories at most.
    pub words: Option<usize>,
    /// It is not asked.
    pub paused: bool,
    /// Folder of the config: commands run here.
    pub folder: PathBuf,
}

/// Why a `[[source]]` makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Invalid {
    /// The key to point at; `None`: the table as a whole.
    pub key: Option<&'static str>,
    /// The mistake.
    pub what: String,
    /// A way to mend it.
    pub hint: Option<String>,
}

impl SourceKind {
    /// Its key in the config.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Feed(_) => "feed",
            Self::Page(_) => "page",
            Self::Sitemap(_) => "sitemap",
            Self::Listing(_) => "listing",
            Self::Files(_) => "files",
            Self::Maildir(_) => "maildir",
            Self::Command(_) => "command",
        }
    }
}

impl Source {
    /// `options` with `defaults` applied; paths are relative to `folder`.
    ///
    /// # Errors
    /// When it has no name, not exactly one kind, an address that cannot be fetched, or a number that makes no sense.
    pub fn new(options: &Options, defaults: &Defaults, folder: &Path) -> Result<Self, Invalid> {
        let kind = options.kind(folder)?;
        if options.name.trim().is_empty() {
            return Err(invalid(None, "a source needs a name", "add `name = \"…\"`"));
        }
        let weight = options.weight.unwrap_or(defaults.weight);
        if !weight.is_finite() || weight < 0.0 {
            return Err(invalid(Some("weight"), "a weight is a number from 0 up", "1.0 is neutral"));
        }
        if options.sentences.is_some() && options.words.is_some() {
            return Err(invalid(Some("words"), "a summary has one budget: `sentences` or `words`", "keep one of them"));
        }
        for (key, number) in [("sentences", options.sentences), ("words", options.words)] {
            if number == Some(0) {
                let hint = "a source that is not wanted is `paused = true`";
                return Err(invalid(Some(key), &format!("`{key}` is at least 1"), hint));
            }
        }
        let selectors = [("link_selector", &options.link_selector), ("content_selector", &options.content_selector)];
        let selectors = selectors.into_iter().filter_map(|(key, selector)| Some((key, selector.as_ref()?)));
        let removed = options.remove_selectors.iter().map(|selector| ("remove_selectors", selector));
        if let Some((key, selector)) = selectors.chain(removed).find(|(_, one)| selector_mistake(one).is_some()) {
            let what = format!("`{selector}` is no CSS selector");
            return Err(invalid(Some(key), &what, "write it as in a style sheet: `.news a`"));
        }
        if options.link_selector.is_some() && !matches!(kind, SourceKind::Listing(_)) {
            let hint = "set `listing` to the page with the links";
            return Err(invalid(Some("link_selector"), "only a `listing` has links to be selected", hint));
        }
        Ok(Self {
            name: options.name.trim().to_owned(),
            kind,
            section: options.section.clone().filter(|section| !section.trim().is_empty()),
            weight,
            max_entries: options.max_entries.unwrap_or(defaults.max_entries),
            max_stories: options.max_stories.or(defaults.max_stories),
            full_text: options.full_text.unwrap_or(defaults.full_text),
            warn_after: options.warn_after.unwrap_or(defaults.warn_after),
            allow_private: options.allow_private.unwrap_or(false),
            content_selector: options.content_selector.clone(),
            link_selector: options.link_selector.clone(),
            remove_selectors: options.remove_selectors.clone(),
            language: options.language.clone(),
            sentences: options.sentences,
            words: options.words,
            paused: options.paused,
            folder: folder.to_owned(),
        })
    }

    /// Whether it is asked for on the web, not read from this machine.
    pub fn is_on_the_web(&self) -> bool {
        matches!(self.location(), Some(Location::Url(_)))
    }

    /// Where it stands, as the user wrote it: what its [`Memory`](crate::source::Memory) is about.
    pub fn address(&self) -> String {
        match (self.location(), &self.kind) {
            (Some(Location::Url(url)), _) => guard::without_credentials(url),
            (None, SourceKind::Command(words)) => words.join(" "),
            _ => self.shown_address(),
        }
    }

    /// The one address or path it is read from, for the kinds that have one.
    fn location(&self) -> Option<&Location> {
        match &self.kind {
            SourceKind::Feed(location)
            | SourceKind::Page(location)
            | SourceKind::Sitemap(location)
            | SourceKind::Listing(location) => Some(location),
            SourceKind::Files(_) | SourceKind::Maildir(_) | SourceKind::Command(_) => None,
        }
    }

    /// The same for messages: without what may be a secret.
    pub fn shown_address(&self) -> String {
        match &self.kind {
            SourceKind::Feed(location)
            | SourceKind::Page(location)
            | SourceKind::Sitemap(location)
            | SourceKind::Listing(location) => location.to_string(),
            SourceKind::Files(pattern) => pattern.clone(),
            SourceKind::Maildir(path) => path.display().to_string(),
            SourceKind::Command(words) => words.first().cloned().unwrap_or_default(),
        }
    }

    /// Kind and address in one: inside it, guids are unique.
    pub fn place(&self) -> String {
        format!("{} {}", self.kind.name(), self.address())
    }
}

impl Options {
    fn kind(&self, folder: &Path) -> Result<SourceKind, Invalid> {
        let located =
            |key, text: &Option<String>| text.as_deref().map(|text| Location::read(key, text, folder)).transpose();
        let kinds = [
            located("feed", &self.feed)?.map(SourceKind::Feed),
            located("page", &self.page)?.map(SourceKind::Page),
            located("sitemap", &self.sitemap)?.map(SourceKind::Sitemap),
            located("listing", &self.listing)?.map(SourceKind::Listing),
            self.files.as_deref().map(|pattern| pattern_in(pattern, folder)).transpose()?.map(SourceKind::Files),
            self.maildir.as_deref().map(|path| SourceKind::Maildir(folder.join(path))),
            self.command.clone().map(SourceKind::Command),
        ];
        let mut kinds = kinds.into_iter().flatten();
        let all = "feed, page, sitemap, listing, files, maildir or command";
        match (kinds.next(), kinds.next()) {
            (Some(SourceKind::Command(words)), None)
                if words.first().is_none_or(|program| program.trim().is_empty()) =>
            {
                Err(invalid(Some("command"), "the command names no program", "write it as [\"program\", \"argument\"]"))
            }
            (Some(kind), None) => Ok(kind),
            (None, _) => Err(invalid(None, "the source does not say what it is", &format!("give it one of {all}"))),
            (Some(_), Some(_)) => {
                Err(invalid(None, "the source is of two kinds", &format!("give it only one of {all}")))
            }
        }
    }
}

/// Whether paths on this machine may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Only addresses of the web.
    Refused,
    /// Paths, too.
    Allowed,
}

/// The web address that an address of other readers (`feed:`, `itpc:`, `pcast:`, `podcast:`) means.
pub(super) fn web_address(text: &str) -> Option<String> {
    let (scheme, rest) = text.trim().split_once(':')?;
    let is_known = ["feed", "itpc", "pcast", "podcast"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let rest = rest.trim_start_matches('/');
    let is_whole = ["http:", "https:"].iter().any(|scheme| rest.to_ascii_lowercase().starts_with(scheme));
    is_known.then(|| if is_whole { rest.to_owned() } else { format!("http://{rest}") })
}

impl Location {
    pub(super) fn read(key: &'static str, text: &str, folder: &Path) -> Result<Self, Invalid> {
        let web = web_address(text);
        let text = web.as_deref().unwrap_or(text).trim();
        if let Some(path) = text.strip_prefix("file://") {
            return Ok(Self::Path(PathBuf::from(path)));
        }
        let web = text.split_once("://");
        match web {
            None if text.is_empty() => Err(invalid(Some(key), "the address is empty", "write a URL or a path")),
            None => Ok(Self::Path(folder.join(text))),
            Some(("http" | "https" | "HTTP" | "HTTPS", _)) => {
                // Only whether it is a URL at all: what may be reached is checked when it is fetched.
                guard::check(text, true)
                    .map_err(|error| invalid(Some(key), &error.to_string(), "check the spelling"))?;
                Ok(Self::Url(text.to_owned()))
            }
            Some((scheme, _)) => {
                Err(invalid(Some(key), &format!("`{scheme}` addresses are not fetched"), "use http, https or a path"))
            }
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Url(url) => f.write_str(&guard::shown(url)),
            Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

fn pattern_in(pattern: &str, folder: &Path) -> Result<String, Invalid> {
    let whole =
        Path::new(&glob::Pattern::escape(&folder.to_string_lossy())).join(pattern).to_string_lossy().into_owned();
    let wrong =
        |error: glob::PatternError| invalid(Some("files"), &error.to_string(), "use *, ** and ? as a shell does");
    glob::Pattern::new(&whole).map_err(wrong)?;
    Ok(whole)
}

fn invalid(key: Option<&'static str>, what: &str, hint: &str) -> Invalid {
    Invalid { key, what: what.to_owned(), hint: Some(hint.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(toml: &str) -> Result<Source, Invalid> {
        Source::new(&toml::from_str(toml).unwrap(), &Defaults::default(), Path::new("/etc/digest"))
    }

    #[test]
    fn a_source_is_of_one_kind_and_takes_the_defaults() {
        let source = check("name = 'a'\nfeed = 'https://example.org/feed'\nmax_entries = 5").unwrap();
        assert_eq!(source.kind, SourceKind::Feed(Location::Url("https://example.org/feed".into())));
        assert_eq!((source.max_entries, source.warn_after, source.full_text), (5, 3, FullText::Auto));
        let source = check("name = 'a'\npage = 'pages/x.html'").unwrap();
        assert_eq!(source.kind, SourceKind::Page(Location::Path("/etc/digest/pages/x.html".into())));
        assert_eq!(check("name = 'a'\nfiles = 'n/*.md'").unwrap().kind, SourceKind::Files("/etc/digest/n/*.md".into()));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_key() {
        for (toml, key) in [
            ("name = 'a'", None),
            ("name = 'a'\nfeed = 'x'\npage = 'y'", None),
            ("feed = 'x'", None),
            ("name = 'a'\nfeed = 'ftp://example.org/'", Some("feed")),
            ("name = 'a'\nfeed = 'http://'", Some("feed")),
            ("name = 'a'\nfiles = 'a***'", Some("files")),
            ("name = 'a'\ncommand = []", Some("command")),
            ("name = 'a'\nfeed = 'x'\nweight = -1", Some("weight")),
            ("name = 'a'\nfeed = 'x'\nlink_selector = 'a'", Some("link_selector")),
            ("name = 'a'\nfeed = 'x'\nsentences = 2\nwords = 40", Some("words")),
            ("name = 'a'\nfeed = 'x'\nsentences = 0", Some("sentences")),
            ("name = 'a'\nlisting = 'x'\nlink_selector = 'a[['", Some("link_selector")),
        ] {
            assert_eq!(check(toml).unwrap_err().key, key, "{toml}");
        }
    }
}
