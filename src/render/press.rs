//! Many copies of one edition.

use std::collections::BTreeMap;
use std::io;

use tera::Context;

use crate::model::Edition;
use crate::render::holes::{Master, ReaderView, Shape, subject_hole};
use crate::render::texts::Texts;
use crate::render::view::View;
use crate::render::{Error, FILES, Reader, Rendered, Templates, escape, tidy};

/// Prints one edition for any number of readers.
///
/// What readers have in common is rendered, and its CSS inlined, once; a copy more costs a fraction of a millisecond.
#[derive(Debug)]
pub struct Press<'a> {
    templates: &'a Templates,
    edition: &'a Edition,
    /// The edition as templates see it, by language of the frame.
    views: BTreeMap<String, Context>,
    /// HTML and Markdown with holes.
    masters: BTreeMap<Shape, [Master; 2]>,
}

impl<'a> Press<'a> {
    pub(super) fn new(templates: &'a Templates, edition: &'a Edition) -> Self {
        Self { templates, edition, views: BTreeMap::new(), masters: BTreeMap::new() }
    }

    /// The copy of one reader.
    ///
    /// # Errors
    /// The template does not fit the data; with another reader it may.
    pub fn print(&mut self, reader: &Reader) -> Result<Rendered, Error> {
        let wanted = reader.language.as_deref().into_iter().chain([self.edition.language.as_str()]);
        let texts = self.templates.library.find(wanted);
        let reader = ReaderView::new(reader, self.edition, texts);
        let mut context = self.view(texts)?;
        context.insert("reader", &reader);
        let [subject, _, text, _] = FILES;
        let subject = tidy::subject(&self.templates.run(subject, &context)?);
        context.insert("subject", &subject);
        let text = tidy::text(&self.templates.run(text, &context)?);
        let [html, markdown] = self.masters(texts, &reader, context)?;
        let failed = |error: io::Error| Error::plain(format!("cannot write a copy: {error}"));
        Ok(Rendered {
            html: html.fill(&reader, &subject, tera::escape_html).map_err(failed)?,
            markdown: markdown.fill(&reader, &subject, escape::markdown).map_err(failed)?,
            text,
            subject,
        })
    }

    fn view(&mut self, texts: &Texts) -> Result<Context, Error> {
        if let Some(view) = self.views.get(&texts.code) {
            return Ok(view.clone());
        }
        let view = Context::from_serialize(&View::new(self.edition, texts))?;
        self.views.insert(texts.code.clone(), view.clone());
        Ok(view)
    }

    fn masters(&mut self, texts: &Texts, reader: &ReaderView, mut context: Context) -> Result<&[Master; 2], Error> {
        use std::collections::btree_map::Entry;
        match self.masters.entry(reader.shape(&texts.code)) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => {
                context.insert("reader", &reader.holes());
                context.insert("subject", &subject_hole());
                let [_, html, _, markdown] = FILES;
                let html = self.templates.run(html, &context)?;
                let inlined = self.templates.inliner.inline(&html);
                let html = inlined.map_err(|error| Error::plain(format!("cannot inline the CSS: {error}")))?;
                let html = tidy::html(&tidy::attributes(&html.replace(" data-css-inline=\"keep\"", "")));
                let markdown = tidy::text(&self.templates.run(markdown, &context)?);
                Ok(new.insert([Master::new(&html)?, Master::new(&markdown)?]))
            }
        }
    }
}
