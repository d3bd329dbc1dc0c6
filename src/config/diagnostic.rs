//! A mistake in the config with its place: file, line, column, caret, and the likely meaning.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::config::words;
use crate::text::dates::length;

/// One mistake in a config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The mistake; starts in lower case, ends without a stop.
    pub message: String,
    /// The bytes of the file it is about; `None` when it is about something that is not there.
    pub span: Option<Range<usize>>,
    /// The remedy.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A mistake at `span`.
    pub fn at(span: Option<Range<usize>>, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, hint: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// All mistakes found in one file; nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes {
    /// The file's path as the user knows it.
    pub path: String,
    /// Its text; empty if it could not be read.
    pub text: String,
    /// At least one, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Mistakes {
    /// Line and column of a mistake, both counted from 1, the column in characters.
    pub fn position(&self, diagnostic: &Diagnostic) -> Option<(usize, usize)> {
        let start = diagnostic.span.as_ref()?.start;
        let before = self.text.get(..start)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Some((before.matches('\n').count() + 1, before[line_start..].chars().count() + 1))
    }

    /// The report for a person: a title, the line with a caret, a hint; in colour when `styled`.
    pub fn report(&self, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let reports: Vec<String> = self.diagnostics.iter().map(|mistake| self.report_one(mistake, &renderer)).collect();
        reports.join("\n\n")
    }

    fn report_one(&self, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
        let title = Level::ERROR.primary_title(&diagnostic.message);
        let mut group = match &diagnostic.span {
            Some(span) => {
                let end = self.text.len();
                let span = span.start.min(end)..span.end.min(end);
                let snippet = Snippet::source(self.text.as_str()).path(self.path.as_str());
                title.element(snippet.annotation(AnnotationKind::Primary.span(span)))
            }
            None => title.element(annotate_snippets::Origin::path(self.path.as_str())),
        };
        if let Some(hint) = &diagnostic.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        renderer.render(&[group])
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report(false))
    }
}

impl std::error::Error for Mistakes {}

/// `did you mean ...?` when one of `known` is close to `word`.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= 0.85)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// Keys that have another name since; the old one is an error that says so.
const RENAMED: &[(&str, &str)] = &[("feedback", "rating")];

/// Turns a reader's error (toml or serde) about `text` into ours: unknown keys and wrong values name the nearest known one.
pub(super) fn from_toml(error: &toml::de::Error, text: &str) -> Diagnostic {
    let message = error.message().trim();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (kind, rest) = match message {
        _ if message.starts_with("unknown field") => ("unknown key", quoted.as_slice()),
        _ if message.starts_with("unknown variant") => ("unknown value", quoted.as_slice()),
        _ if message.contains(length::WRONG) => return Diagnostic::at(error.span(), length::WRONG).hint(length::HOW),
        _ => return words::of(message, error.span(), text),
    };
    let Some((word, known)) = rest.split_first() else {
        return words::of(message, error.span(), text);
    };
    let diagnostic = Diagnostic::at(error.span(), format!("{kind} `{word}`"));
    if let Some((_, new)) = RENAMED.iter().find(|(old, new)| old == word && known.contains(new)) {
        return diagnostic.hint(format!("it is called `{new}` now"));
    }
    let elsewhere = || words::table_of(word).filter(|_| kind == "unknown key");
    let elsewhere = || elsewhere().map(|table| format!("`{word}` is a key of `[{table}]`"));
    let all = || format!("known here: {}", known.join(", "));
    diagnostic.hint(did_you_mean(word, known.iter().copied()).or_else(elsewhere).unwrap_or_else(all))
}
