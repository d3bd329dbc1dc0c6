//! A config's text → its values, and everything in it that cannot be read, not only the first.
//!
//! Mistakes are taken out (blanks stand in its place, so that all others keep theirs) and the rest is read again.

use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, TableLike};

use crate::config::diagnostic::{Diagnostic, from_toml};
use crate::config::file::File;
use crate::config::{Config, check};

/// More mistakes are not shown: the file is something else than a config.
const MOST: usize = 50;

/// The part of a config that could be read.
struct Recovered {
    /// The values; of what was wrong the default.
    file: Option<File>,
    /// The text without what was wrong.
    text: String,
    /// In the order they were found.
    mistakes: Vec<Diagnostic>,
    /// Where the tables begin that something was taken out of: what is missing in them may have been there.
    touched: Vec<usize>,
}

/// The config that `text` says, once it passed every check.
///
/// # Errors
/// All mistakes, in the order of the file: those of reading, and what is certainly wrong in the rest.
pub(super) fn check(text: &str, path: &Path, base: &Path) -> Result<Config, Vec<Diagnostic>> {
    let Recovered { file, text: readable, mistakes: mut found, touched } = read(text);
    let Some(file) = file else { return Err(found) };
    let checked = check::check(file, &readable, path, base);
    if found.is_empty() {
        return checked;
    }
    // What is missing where something could not be read may be just that.
    let is_certain = |mistake: &Diagnostic| mistake.span.as_ref().is_some_and(|span| !touched.contains(&span.start));
    found.extend(checked.err().into_iter().flatten().filter(is_certain));
    found.sort_by_key(|mistake| mistake.span.as_ref().map_or(0, |span| span.start));
    Err(found)
}

/// Reads as much of `text` as can be read.
fn read(text: &str) -> Recovered {
    let mut recovered = Recovered { file: None, text: text.to_owned(), mistakes: Vec::new(), touched: Vec::new() };
    while recovered.mistakes.len() < MOST {
        let error = match toml::from_str(&recovered.text) {
            Ok(file) => {
                recovered.file = Some(file);
                break;
            }
            Err(error) => error,
        };
        recovered.mistakes.push(from_toml(&error, text));
        let Some(place) = error.span().and_then(|span| Place::of(&recovered.text, &span)) else { break };
        recovered.touched.extend(place.tables);
        recovered.text = blanked(&recovered.text, place.span);
    }
    recovered
}

fn blanked(text: &str, span: Range<usize>) -> String {
    let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
    let inner: String = text[span.clone()].bytes().map(blank).collect();
    format!("{}{inner}{}", &text[..span.start], &text[span.end..])
}

/// A key with its value, or a table with its head, and the heads of the tables it is in.
struct Place {
    span: Range<usize>,
    tables: Vec<usize>,
}

impl Place {
    /// The smallest that holds `wrong` and can be taken out; `None` if `text` is no TOML.
    fn of(text: &str, wrong: &Range<usize>) -> Option<Self> {
        let document = Document::parse(text.to_owned()).ok()?;
        let mut place = Self { span: 0..0, tables: Vec::new() };
        place.find(text, document.as_table(), wrong).then_some(place)
    }

    fn find(&mut self, text: &str, table: &dyn TableLike, wrong: &Range<usize>) -> bool {
        for (name, item) in table.iter() {
            let key = table.key(name).and_then(toml_edit::Key::span);
            let found = match item {
                Item::Value(value) => {
                    let (Some(key), Some(value)) = (key, value.span()) else { continue };
                    self.take(key.start..value.end, wrong)
                }
                Item::Table(inner) => self.descend(text, inner, key, wrong),
                Item::ArrayOfTables(tables) => tables.iter().any(|inner| self.descend(text, inner, None, wrong)),
                Item::None => false,
            };
            if found {
                return true;
            }
        }
        false
    }

    fn descend(
        &mut self,
        text: &str,
        table: &toml_edit::Table,
        key: Option<Range<usize>>,
        wrong: &Range<usize>,
    ) -> bool {
        let head = table.span().or(key);
        if self.find(text, table, wrong) {
            self.tables.extend(head.map(|head| head.start));
            return true;
        }
        let Some(head) = head else { return false };
        // Without its head the rest would be another table's.
        let end = text[head.end..].find("\n[").map_or(text.len(), |next| head.end + next);
        self.take(head.start..end, &(wrong.start..wrong.end.min(head.end)))
    }

    fn take(&mut self, span: Range<usize>, wrong: &Range<usize>) -> bool {
        let holds = span.start <= wrong.start && wrong.start < span.end;
        if holds {
            self.span = span;
        }
        holds
    }
}
