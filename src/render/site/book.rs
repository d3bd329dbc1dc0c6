//! An edition → a book: EPUB 3, a ZIP archive of XHTML.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::Issue;
use crate::render::{Error, tidy};

const CONTAINER: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"#;

const STYLE: &str = include_str!("../../../templates/site/book.css");

impl Issue<'_> {
    /// The edition as an EPUB.
    ///
    /// # Errors
    /// Never, unless a template of the archive is wrong.
    pub fn book(&self) -> Result<Vec<u8>, Error> {
        let mut context = self.context.clone();
        context.insert("listed", &self.listed);
        let render = |file| Ok::<_, Error>(tidy::html(&self.site.engine.render(file, &context)?));
        let parts = [
            ("META-INF/container.xml", CONTAINER.to_owned()),
            ("EPUB/package.opf", render("package.opf")?),
            ("EPUB/contents.xhtml", render("contents.xhtml")?),
            ("EPUB/edition.xhtml", render("book.xhtml")?),
            ("EPUB/style.css", STYLE.to_owned()),
        ];
        pack(&parts).map_err(|error| Error::plain(format!("cannot pack the book: {error}")))
    }
}

/// Its type comes first and as it is, by which readers know the file; all times are the format's beginning.
fn pack(parts: &[(&str, String)]) -> Result<Vec<u8>, rawzip::Error> {
    let mut book = Vec::new();
    let mut zip = ZipArchiveWriter::new(&mut book);
    let (mut entry, data) = zip.new_file("mimetype").compression_method(CompressionMethod::STORE).start()?;
    let mut writer = data.wrap(&mut entry);
    writer.write_all(b"application/epub+zip")?;
    let (_, output) = writer.finish()?;
    entry.finish(output)?;
    for (name, text) in parts {
        let (mut entry, data) = zip.new_file(*name).compression_method(CompressionMethod::DEFLATE).start()?;
        let mut writer = data.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(text.as_bytes())?;
        let (encoder, output) = writer.finish()?;
        encoder.finish()?;
        entry.finish(output)?;
    }
    zip.finish()?;
    Ok(book)
}
