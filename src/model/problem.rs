use std::fmt;

use serde::{Deserialize, Serialize};

/// A fault that did not stop the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Its subject: a source's name, a file, a URL, an address. Never empty.
    pub subject: String,
    /// The event; starts in lower case, ends without a stop.
    pub what: String,
    /// Why, when that is known and not already in `what`.
    pub cause: Option<String>,
    /// The user's remedy.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with `subject`.
    pub fn new(subject: impl Into<String>, what: impl Into<String>) -> Self {
        Self { subject: subject.into(), what: what.into(), cause: None, hint: None }
    }

    /// The same with its cause.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.what)?;
        self.cause.as_ref().map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}
