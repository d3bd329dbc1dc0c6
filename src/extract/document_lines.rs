//! A document beside what its reader makes of it: for somebody who looks for the selector that its pages need.

use serde::{Deserialize, Serialize};

use crate::extract::html::page_lines;
use crate::extract::{DocumentKind, Options, decode, read};
use crate::model::{Article, Document, Problem};

/// Lines of a document that are listed.
const MOST_LINES: usize = 2_000;

/// A document and its article.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DocumentLines {
    /// Everything that stands in the document, a line a block, in its order; at most 2,000 lines.
    pub lines: Vec<String>,
    /// The article that was read out of it.
    pub article: Article,
    /// Problems of that.
    pub problems: Vec<Problem>,
}

/// Reads `document` and lists its lines.
pub fn read_with_lines(document: &Document, options: &Options) -> DocumentLines {
    let (article, problems) = read(document, options);
    let Document { bytes, media_type, .. } = document;
    let media_type = media_type.as_deref();
    let is_markup = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    let lines = match DocumentKind::of(bytes, media_type) {
        DocumentKind::Binary => Vec::new(),
        DocumentKind::Html => page_lines(&decode(bytes, media_type)),
        DocumentKind::Feed if is_markup => page_lines(&decode(bytes, media_type)),
        _ => {
            let text = decode(bytes, media_type);
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.take(MOST_LINES).map(str::to_owned).collect()
        }
    };
    DocumentLines { lines: lines.into_iter().take(MOST_LINES).collect(), article, problems }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_page_stands_beside_its_article() {
        let page = "<html><body><nav><a href='/'>Home</a></nav><article><h1>Low water</h1>\
            <p>The ferry stays in port until the tide is back, says the harbour office of Aville.</p></article>\
            <footer>Imprint</footer></body></html>";
        let document = Document { bytes: page.into(), ..Document::default() };
        let options = Options { content_selector: Some("footer".into()), ..Options::default() };
        let lines = [
            "Home",
            "Low water",
            "The ferry stays in port until the tide is back, says the harbour office of Aville.",
            "Imprint",
        ];
        let read = read_with_lines(&document, &Options::default());
        assert_eq!(read.lines, lines);
        assert_eq!(read.article.text, lines[2]);
        let chosen = read_with_lines(&document, &options);
        assert_eq!((chosen.lines, chosen.article.text.as_str()), (read.lines, "Imprint"));
    }
}
