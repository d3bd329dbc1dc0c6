//! The reader's part of an edition, which alone differs between its copies.
//!
//! HTML and Markdown are made once for all readers alike, with holes where the reader's part goes; a copy is that with the
//! holes filled in, escaped. So a template can print a reader's field and ask whether it is there, and nothing else.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::Edition;
use crate::render::frame::{self, HEADLINE, NAME};
use crate::render::texts::{Texts, day, fill, zone};
use crate::render::{Error, Reader, Why, clean};

/// Around the number of a hole. Text from outside never has them: `clean::line` leaves them out.
const OPEN: char = '\u{F8D0}';
const CLOSE: char = '\u{F8D1}';
/// The subject's hole comes after the reader's.
const SUBJECT: usize = 6;

/// What a template sees as `reader`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ReaderView {
    address: String,
    name: Option<String>,
    why: String,
    stop: Option<String>,
    unsubscribe: Option<String>,
    preferences: Option<String>,
    postal_address: Option<String>,
}

/// Readers of one shape get the same HTML but for what fills its holes: the language of the frame, and which fields are there.
pub(super) type Shape = (String, [bool; 5]);

impl ReaderView {
    pub(super) fn new(reader: &Reader, edition: &Edition, texts: &Texts) -> Self {
        let labels = &texts.labels;
        let address = clean::line(&reader.address, 320);
        let title = frame::title(edition);
        let date = |time| {
            let zone = zone(&edition.timezone);
            texts.short_date(day(time, &zone), day(edition.composed, &zone))
        };
        let why = match reader.why {
            Why::OwnDigest => fill(&labels.why_own, &[("address", &address)]),
            Why::List { since: None } => fill(&labels.why_list, &[("address", &address), ("title", &title)]),
            Why::List { since: Some(time) } => {
                fill(&labels.why_list_since, &[("address", &address), ("title", &title), ("date", &date(time))])
            }
        };
        Self {
            why,
            address,
            name: reader.name.as_deref().map(|name| clean::line(name, NAME)).filter(|name| !name.is_empty()),
            stop: (reader.why == Why::OwnDigest).then(|| labels.stop_own.clone()),
            unsubscribe: reader.unsubscribe.as_deref().and_then(clean::link),
            preferences: reader.preferences.as_deref().and_then(clean::link),
            postal_address: reader.postal_address.as_deref().map(|address| clean::line(address, HEADLINE)),
        }
    }

    pub(super) fn shape(&self, language: &str) -> Shape {
        let there = [&self.name, &self.stop, &self.unsubscribe, &self.preferences, &self.postal_address];
        (language.to_owned(), there.map(Option::is_some))
    }

    /// The same with a hole for every value that is there.
    pub(super) fn holes(&self) -> Self {
        let hole_for = |number, field: &Option<String>| field.as_ref().map(|_| hole(number));
        Self {
            address: hole(0),
            name: hole_for(1, &self.name),
            why: hole(2),
            stop: self.stop.clone(),
            unsubscribe: hole_for(3, &self.unsubscribe),
            preferences: hole_for(4, &self.preferences),
            postal_address: hole_for(5, &self.postal_address),
        }
    }

    fn value(&self, number: usize) -> &str {
        match number {
            0 => &self.address,
            1 => self.name.as_deref().unwrap_or_default(),
            2 => &self.why,
            3 => self.unsubscribe.as_deref().unwrap_or_default(),
            4 => self.preferences.as_deref().unwrap_or_default(),
            _ => self.postal_address.as_deref().unwrap_or_default(),
        }
    }
}

/// The hole the subject goes into.
pub(super) fn subject_hole() -> String {
    hole(SUBJECT)
}

fn hole(number: usize) -> String {
    format!("{OPEN}{number}{CLOSE}")
}

/// A rendered file with holes in it.
#[derive(Debug)]
pub(super) struct Master {
    /// Text, and the hole after it.
    pieces: Vec<(String, usize)>,
    end: String,
}

impl Master {
    pub(super) fn new(rendered: &str) -> Result<Self, Error> {
        let mut pieces = Vec::new();
        let mut rest = rendered;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let cut = || {
                Error::plain(
                    "a template may print a reader's fields and ask whether they are there, but not cut or change them",
                )
            };
            let (number, after) = after.split_once(CLOSE).ok_or_else(cut)?;
            let number = number.parse().ok().filter(|number| *number <= SUBJECT).ok_or_else(cut)?;
            pieces.push((before.to_owned(), number));
            rest = after;
        }
        Ok(Self { pieces, end: rest.to_owned() })
    }

    /// One reader's copy.
    pub(super) fn fill(&self, reader: &ReaderView, subject: &str, escape: tera::EscapeFn) -> io::Result<String> {
        let length: usize = self.pieces.iter().map(|(text, _)| text.len() + 100).sum();
        let mut copy = Vec::with_capacity(length + self.end.len());
        for (text, number) in &self.pieces {
            copy.write_all(text.as_bytes())?;
            escape(if *number == SUBJECT { subject } else { reader.value(*number) }, &mut copy)?;
        }
        copy.write_all(self.end.as_bytes())?;
        String::from_utf8(copy).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_its_readers_values_escaped() {
        let view = ReaderView {
            address: "a&b@example.net".into(),
            name: None,
            why: "why".into(),
            stop: None,
            unsubscribe: Some("https://example.net/u".into()),
            preferences: None,
            postal_address: None,
        };
        let holes = view.holes();
        let rendered =
            format!("<p>{}</p><a href=\"{}\">{}</a>", holes.address, holes.unsubscribe.unwrap(), subject_hole());
        let copy = Master::new(&rendered).unwrap().fill(&view, "1 < 2", tera::escape_html).unwrap();
        assert_eq!(copy, "<p>a&amp;b@example.net</p><a href=\"https://example.net/u\">1 &lt; 2</a>");
        assert!(Master::new("cut \u{F8D0}1").is_err());
    }
}
