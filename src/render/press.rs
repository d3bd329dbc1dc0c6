//! Many copies of one edition.

use std::collections::BTreeMap;

use tera::Context;

use crate::model::Edition;
use crate::render::view::{ReaderView, View};
use crate::render::{Error, FILES, Reader, Rendered, Templates, tidy};

/// Prints one edition for any number of readers.
#[derive(Debug)]
pub struct Press<'a> {
    templates: &'a Templates,
    edition: &'a Edition,
    /// The edition as templates see it, by language of the frame.
    views: BTreeMap<String, Context>,
}

impl<'a> Press<'a> {
    pub(super) fn new(templates: &'a Templates, edition: &'a Edition) -> Self {
        Self { templates, edition, views: BTreeMap::new() }
    }

    /// The copy of one reader.
    ///
    /// # Errors
    /// The template does not fit the data; with another reader it may.
    pub fn print(&mut self, reader: &Reader) -> Result<Rendered, Error> {
        let texts =
            self.templates.library.find(reader.language.as_deref().into_iter().chain([self.edition.language.as_str()]));
        let edition = self.edition;
        let view = match self.views.entry(texts.code.clone()) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(Context::from_serialize(&View::new(edition, texts))?)
            }
        };
        let mut context = view.clone();
        context.insert("reader", &ReaderView::new(reader, edition, texts));
        let [subject, html, text, markdown] = FILES;
        let subject = tidy::subject(&self.templates.run(subject, &context)?);
        context.insert("subject", &subject);
        let html = self.templates.run(html, &context)?;
        let html = self
            .templates
            .inliner
            .inline(&html)
            .map_err(|error| Error::plain(format!("cannot inline the CSS: {error}")))?;
        Ok(Rendered {
            html: tidy::html(&html.replace(" data-css-inline=\"keep\"", "")),
            text: tidy::text(&self.templates.run(text, &context)?),
            markdown: tidy::text(&self.templates.run(markdown, &context)?),
            subject,
        })
    }
}
