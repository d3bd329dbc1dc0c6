//! Which kind of document some bytes are.

use std::path::Path;

use crate::extract::clean::Recurring;
use crate::extract::draft::{Draft, Kind as Stage};
use crate::extract::{Options, decode, html_draft, mail, plain_draft};
use crate::model::{Article, Document, Problem};

/// The kinds of documents an article can be read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Html,
    Mail,
    Text,
    Binary,
}

/// Reads `document`, whatever kind it is: by its media type where the content agrees, else by its content.
pub fn read(document: &Document, options: &Options) -> (Article, Vec<Problem>) {
    draft(document, options).finish(&Recurring::default())
}

/// The same before the lines are chosen.
pub fn draft(document: &Document, options: &Options) -> Draft {
    let Document { bytes, media_type, url } = document;
    let url = url.as_deref();
    let media_type = media_type.as_deref();
    match kind(bytes, media_type) {
        Kind::Html => html_draft(&decode(bytes, media_type), url, options),
        Kind::Mail => Draft::new(Stage::Done(Box::new(mail(bytes, url, options)))),
        Kind::Text => plain_draft(&decode(bytes, media_type), url, options),
        Kind::Binary => {
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

fn kind(bytes: &[u8], media_type: Option<&str>) -> Kind {
    let essence =
        media_type.map(|full| full.split(';').next().unwrap_or(full).trim().to_ascii_lowercase()).unwrap_or_default();
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" => Kind::Html,
        "message/rfc822" | "message/global" => Kind::Mail,
        "text/markdown" => Kind::Text,
        _ => sniff(bytes),
    }
}

fn sniff(bytes: &[u8]) -> Kind {
    let start = &bytes[..bytes.len().min(4096)];
    if ["%PDF", "PK\u{3}\u{4}", "\u{7f}ELF", "GIF8", "{\\rtf"].iter().any(|mark| start.starts_with(mark.as_bytes()))
        || start.starts_with(b"\x89PNG")
        || start.starts_with(b"\xff\xd8\xff")
        || start.starts_with(b"\x1f\x8b")
    {
        return Kind::Binary;
    }
    let head = decode(start, None);
    let lower = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_lowercase();
    let is_page = lower.starts_with("<!doctype html")
        || ["<html", "<head>", "<body", "<title>"].iter().any(|tag| lower.contains(tag));
    if is_page
        || (lower.starts_with('<')
            && ["<p>", "<div", "<p ", "<a ", "<article", "<h1"].iter().any(|tag| lower.contains(tag)))
    {
        return Kind::Html;
    }
    if is_mail(&head) { Kind::Mail } else { Kind::Text }
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
        for (bytes, media_type, expected) in [
            (&b"<!DOCTYPE html><p>x"[..], None, Kind::Html),
            (b"\xef\xbb\xbf<html>", Some("text/plain"), Kind::Html),
            (b"From: a@example.org\nSubject: b\n\nc", None, Kind::Mail),
            (b"Note: this is\nNot: a mail", None, Kind::Text),
            (b"just text", Some("text/plain; charset=utf-8"), Kind::Text),
            (b"%PDF-1.7", None, Kind::Binary),
            (b"", None, Kind::Text),
        ] {
            assert_eq!(kind(bytes, media_type), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
