//! Faults in a template, with their place.

use std::fmt;

use tera::ErrorKind;

/// A template cannot be loaded or does not render.
///
/// Printed, it says the fault, the file, line and column, and shows the source with a caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where it is; `None` for a fault without a single place, such as a missing file.
    pub place: Option<Place>,
    /// The fault in one line: starts small, ends without a stop.
    pub message: String,
    /// The source around the place with a caret under it, several lines; `None` without a place.
    pub excerpt: Option<String>,
}

/// A place in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
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
        Self { place: None, message: message.into(), excerpt: None }
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
        let excerpt = format!("{gutter}--> {file}:{line}:{column}\n{gutter} |\n{line} | {shown}\n{gutter} | {caret}^");
        let place = Place { file: file.to_owned(), line, column };
        Self { place: Some(place), message: message.to_owned(), excerpt: Some(excerpt) }
    }
}

impl From<tera::Error> for Error {
    fn from(error: tera::Error) -> Self {
        let printed = error.to_string();
        let report = printed.strip_prefix("error: ").unwrap_or(&printed);
        let (first, rest) = report.split_once('\n').unwrap_or((report, ""));
        let excerpt = Some(rest.trim_end().to_owned()).filter(|rest| !rest.is_empty());
        let (place, message) = match error.kind() {
            ErrorKind::SyntaxError(place) | ErrorKind::RenderingError(place) => {
                let (line, column) = (place.span().start_line, place.span().start_col + 1);
                (Some(Place { file: place.filename().to_owned(), line, column }), place.message().to_owned())
            }
            // Unknown names are found together, after parsing, and come as one printed report.
            _ => (first_place(report), first.to_owned()),
        };
        Self { place, message, excerpt }
    }
}

/// The place in the first ` --> file:line:column` of a report.
fn first_place(report: &str) -> Option<Place> {
    let place = report.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some(Place { file: parts.next()?.to_owned(), line, column })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.excerpt.as_ref().map_or(Ok(()), |excerpt| write!(f, "\n{excerpt}"))
    }
}

impl std::error::Error for Error {}
