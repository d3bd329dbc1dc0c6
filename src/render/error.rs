//! What can be wrong with a template, and where.

use std::fmt;

use tera::ErrorKind;

/// A template cannot be loaded or does not render.
///
/// Printed, it shows the file, the line, the column and a caret under the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where it is; `None` for what has no single place, such as a missing file.
    pub spot: Option<Spot>,
    /// What is wrong, in one line.
    pub message: String,
    /// The message with the template's line and a caret under the place.
    report: String,
}

/// A place in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Name of the file inside the template's folder.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
}

impl Error {
    /// An error without a place.
    pub(super) fn plain(message: impl Into<String>) -> Self {
        let message = message.into();
        Self { spot: None, report: message.clone(), message }
    }

    /// An error in a file of another format, at a byte of it.
    pub(super) fn at(file: &str, source: &str, byte: usize, message: &str) -> Self {
        let before = source.get(..byte).unwrap_or(source);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        let column = before[start..].chars().count() + 1;
        let shown = source[start..].lines().next().unwrap_or_default();
        let gutter = " ".repeat(line.to_string().len());
        let caret = " ".repeat(column - 1);
        let report =
            format!("{message}\n{gutter}--> {file}:{line}:{column}\n{gutter} |\n{line} | {shown}\n{gutter} | {caret}^");
        Self { spot: Some(Spot { file: file.to_owned(), line, column }), message: message.to_owned(), report }
    }
}

impl From<tera::Error> for Error {
    fn from(error: tera::Error) -> Self {
        let printed = error.to_string();
        let report = printed.strip_prefix("error: ").unwrap_or(&printed).to_owned();
        match error.kind() {
            ErrorKind::SyntaxError(place) | ErrorKind::RenderingError(place) => Self {
                spot: Some(Spot {
                    file: place.filename().to_owned(),
                    line: place.span().start_line,
                    column: place.span().start_col + 1,
                }),
                message: place.message().to_owned(),
                report,
            },
            // Unknown names are found together, after parsing, and come as one printed report.
            _ => {
                let message = report.lines().next().unwrap_or_default().to_owned();
                Self { spot: first_spot(&report), message, report }
            }
        }
    }
}

/// The place in the first ` --> file:line:column` of a report.
fn first_spot(report: &str) -> Option<Spot> {
    let place = report.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some(Spot { file: parts.next()?.to_owned(), line, column })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)
    }
}

impl std::error::Error for Error {}
