//! Which kind of document some bytes are, decided here for every command and source.

use std::path::Path;

use crate::extract::boilerplate::SiteTemplate;
use crate::extract::draft::{Draft, Stage};
use crate::extract::{Options, decode, html_draft, mail, plain_draft};
use crate::model::{Article, Document, Problem};

/// A kind of document that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// A page.
    Html,
    /// One mail.
    Mail,
    /// Mails one after the other (mbox); [`mails`](crate::extract::mails) takes them apart.
    Mailbox,
    /// A feed or another XML or JSON document.
    Feed,
    /// Plain text or Markdown.
    Text,
    /// None of these: a picture, a PDF, a program.
    Binary,
}

impl DocumentKind {
    /// The kind of `bytes`, which came with `media_type`: by the media type where the content agrees, else by the content.
    pub fn of(bytes: &[u8], media_type: Option<&str>) -> Self {
        let essence = media_type.map(|full| full.split(';').next().unwrap_or(full).trim().to_ascii_lowercase());
        match essence.as_deref().unwrap_or_default() {
            "application/mbox" => return Self::Mailbox,
            "message/rfc822" | "message/global" => return Self::Mail,
            "text/markdown" => return Self::Text,
            _ if is_binary(bytes) => return Self::Binary,
            _ => {}
        }
        let head = decode(&bytes[..bytes.len().min(4096)], None);
        let head = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let lower = head.to_lowercase();
        let declared = essence.as_deref().unwrap_or_default();
        let is_xml = declared == "text/xml" || declared.starts_with("application/") && declared.ends_with("xml");
        if is_feed(&lower) || (!lower.contains("<html") && (is_xml || declared.ends_with("json"))) {
            return Self::Feed;
        }
        match declared {
            "text/html" | "application/xhtml+xml" => Self::Html,
            _ if is_page(&lower) => Self::Html,
            _ if is_mail(head) => {
                if head.starts_with("From ") {
                    Self::Mailbox
                } else {
                    Self::Mail
                }
            }
            _ => Self::Text,
        }
    }
}

/// Reads `document`, whatever kind it is: by its media type where the content agrees, else by its content.
///
/// ```
/// use newsdigest::model::Document;
///
/// let bytes = b"<html><body><h1>Low water</h1><p>The ferry stays in port until the tide is back.</p></body></html>";
/// let document = Document { bytes: bytes.to_vec(), ..Document::default() };
/// let (article, problems) = newsdigest::extract::read(&document, &Default::default());
/// assert!(article.text.contains("The ferry stays in port until the tide is back."));
/// assert!(!article.text.contains('<') && problems.is_empty());
/// ```
pub fn read(document: &Document, options: &Options) -> (Article, Vec<Problem>) {
    draft(document, options).finish(&SiteTemplate::default())
}

/// The same before the lines are chosen.
pub fn draft(document: &Document, options: &Options) -> Draft {
    let Document { bytes, media_type, url } = document;
    let url = url.as_deref();
    let media_type = media_type.as_deref();
    let is_markup = || bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    match DocumentKind::of(bytes, media_type) {
        DocumentKind::Html => html_draft(&decode(bytes, media_type), url, options),
        DocumentKind::Feed if is_markup() => html_draft(&decode(bytes, media_type), url, options),
        DocumentKind::Mail | DocumentKind::Mailbox => Draft::new(Stage::Done(Box::new(mail(bytes, url, options)))),
        DocumentKind::Text | DocumentKind::Feed => plain_draft(&decode(bytes, media_type), url, options),
        DocumentKind::Binary => {
            let problem = Problem::new(url.unwrap_or("document"), "this is neither a page, a text nor a mail");
            Draft::new(Stage::Done(Box::new((Article::default(), vec![problem]))))
        }
    }
}

/// The media type that a file's name speaks of; `None` if it says nothing.
pub fn media_type(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "html" | "htm" | "xhtml" => "text/html",
        "txt" | "text" => "text/plain",
        "md" | "markdown" => "text/markdown",
        "eml" => "message/rfc822",
        "mbox" => "application/mbox",
        "json" => "application/json",
        "xml" | "rss" | "atom" | "rdf" => "application/xml",
        _ => return None,
    })
}

fn is_binary(bytes: &[u8]) -> bool {
    const SIGNATURES: [&[u8]; 8] =
        [b"%PDF", b"PK\x03\x04", b"\x7fELF", b"GIF8", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b"];
    SIGNATURES.iter().any(|signature| bytes.starts_with(signature))
}

/// Begins as a feed does; `head` in lower case. XHTML begins as XML does, too.
fn is_feed(head: &str) -> bool {
    let is_json = head.starts_with('{') && head.contains("jsonfeed.org/version");
    let is_xml = ["<?xml", "<rss", "<feed", "<rdf", "<channel"].iter().any(|start| head.starts_with(start));
    (is_xml || is_json) && !head.contains("<html")
}

/// Begins as a page does; `head` in lower case.
fn is_page(head: &str) -> bool {
    const WHOLE: [&str; 4] = ["<html", "<head>", "<body", "<title>"];
    const PIECES: [&str; 12] =
        ["<p>", "<div", "<p ", "<a ", "<article", "<h1", "<h2", "<section", "<main", "<table", "<ul>", "<br"];
    let holds = |tags: &[&str]| tags.iter().filter(|tag| head.contains(**tag)).count();
    // A text that speaks of one tag is no page.
    let least = if head.starts_with('<') { 1 } else { 2 };
    holds(&WHOLE) >= least || (least == 1 && holds(&PIECES) > 0)
}

/// Begins with at least two fields of a mail's head.
fn is_mail(head: &str) -> bool {
    const FIELDS: [&str; 12] = [
        "from",
        "to",
        "subject",
        "date",
        "received",
        "return-path",
        "message-id",
        "mime-version",
        "delivered-to",
        "content-type",
        "reply-to",
        "dkim-signature",
    ];
    let lines = head.lines().skip_while(|line| line.starts_with("From ") || line.starts_with(">From "));
    let mut found = 0;
    for line in lines.take(60) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { break };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            break;
        }
        found += usize::from(FIELDS.contains(&name.to_ascii_lowercase().as_str()));
    }
    found >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_apart_by_their_content() {
        use DocumentKind::{Binary, Feed, Html, Mail, Mailbox, Text};
        for (bytes, media_type, expected) in [
            (&b"<!DOCTYPE html><p>x"[..], None, Html),
            (b"\xef\xbb\xbf<html>", Some("text/plain"), Html),
            (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", Some("application/xml"), Html),
            (b"HTTP/1.1 200 OK\n\n<html><body>x", None, Html),
            (b"Write <html> first.", None, Text),
            (b"<?xml version='1.0'?><rss><channel>", Some("text/html"), Feed),
            (b"{\"version\": \"https://jsonfeed.org/version/1.1\"", None, Feed),
            (b"{curly} words", None, Text),
            (b"From: a@example.org\nSubject: b\n\nc", None, Mail),
            (b"From a@example.org Mon\nFrom: a@example.org\nSubject: b\n\nc", None, Mailbox),
            (b"Note: this is\nNot: a mail", None, Text),
            (b"just text", Some("text/plain; charset=utf-8"), Text),
            (b"%PDF-1.7", None, Binary),
            (b"", None, Text),
        ] {
            assert_eq!(DocumentKind::of(bytes, media_type), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
