//! The reader's part of an edition: who gets it, why, and how to leave.

use serde::Serialize;

use crate::model::Edition;
use crate::render::present::{self, HEADLINE, NAME};
use crate::render::texts::{Texts, day, fill, zone};
use crate::render::{Reader, Why, display};

/// The template's `reader`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ReaderView {
    address: String,
    name: Option<String>,
    owner: bool,
    why: String,
    stop: Option<String>,
    unsubscribe: Option<String>,
    preferences: Option<String>,
    postal_address: Option<String>,
}

impl ReaderView {
    /// Nobody in particular: whoever opens a page of the archive.
    pub(super) fn nobody() -> Self {
        Self {
            address: String::new(),
            name: None,
            owner: false,
            why: String::new(),
            stop: None,
            unsubscribe: None,
            preferences: None,
            postal_address: None,
        }
    }

    pub(super) fn new(reader: &Reader, edition: &Edition, texts: &Texts) -> Self {
        let labels = &texts.labels;
        let address = display::line(&reader.address, 320);
        let title = present::title(edition);
        let date = |time| {
            let zone = zone(&edition.timezone);
            texts.full_date(day(time, &zone))
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
            name: reader.name.as_deref().map(|name| display::line(name, NAME)).filter(|name| !name.is_empty()),
            owner: reader.why == Why::OwnDigest,
            stop: (reader.why == Why::OwnDigest).then(|| labels.stop_own.clone()),
            unsubscribe: reader.unsubscribe.as_deref().and_then(display::link),
            preferences: reader.preferences.as_deref().and_then(display::link),
            postal_address: reader.postal_address.as_deref().map(|address| display::line(address, HEADLINE)),
        }
    }
}
