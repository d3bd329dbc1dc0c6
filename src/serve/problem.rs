//! An error as the page gets it: `application/problem+json`, with a code that it can act on.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::config::{Diagnostic, Mistakes};
use crate::{Error, render};

/// Why a request is not answered as asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Problem {
    #[serde(skip)]
    pub(super) status: StatusCode,
    /// For programs: `origin`, `stale_base`, `config`.
    pub(super) code: &'static str,
    /// For people, one line.
    pub(super) title: String,
    /// More lines; with a caret, where there is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) detail: String,
    /// The changed key it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    /// The line of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<usize>,
}

impl Problem {
    pub(super) fn new(status: u16, code: &'static str, title: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, title: title.into(), detail: String::new(), key: None, line: None }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub(super) fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// No edition under this id is held; it can be composed again.
    pub(super) fn gone() -> Self {
        Self::new(404, "gone", "This edition is no longer held: compose it again.")
    }

    /// A rule of the page's own making that was broken.
    pub(super) fn input(title: impl Into<String>) -> Self {
        Self::new(422, "config", title)
    }
}

impl From<Mistakes> for Problem {
    fn from(mistakes: Mistakes) -> Self {
        let first = mistakes.diagnostics.first();
        let position = first.and_then(|mistake| mistakes.position(mistake));
        let title = first.map_or("the config is wrong", |mistake| mistake.message.as_str());
        let problem = Self::new(422, "config", title).detail(mistakes.report(false));
        Self { line: position.map(|(line, _)| line), ..problem }
    }
}

impl From<Diagnostic> for Problem {
    fn from(mistake: Diagnostic) -> Self {
        Self::new(422, "config", mistake.message).detail(mistake.hint.unwrap_or_default())
    }
}

impl From<render::Error> for Problem {
    fn from(error: render::Error) -> Self {
        Self::new(422, "template", "the template does not fit the edition").detail(error.to_string())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Config(mistakes) => mistakes.into(),
            Error::Template { template, error } => {
                Self::new(422, "template", format!("the template `{template}` is wrong")).detail(error.to_string())
            }
            error => {
                let hint = error.hint().unwrap_or_default();
                Self::new(500, "failed", error.to_string()).detail(hint)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_string(&self).unwrap_or_default();
        (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}
