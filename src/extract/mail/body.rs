//! The parts of a mail → their text, whatever encoding they are in and whatever they say about it.

use std::collections::HashMap;
use std::sync::LazyLock;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};
use regex::Regex;

use crate::extract::charset::decode_as;
use crate::extract::decode;
use crate::extract::linked::{LinkedLine, LinkedText};
use crate::extract::mail::own_text::{own_text, unflowed};

/// The text of a part of `message`: by its own declaration where its bytes agree, else as its bytes look.
pub(super) fn text_of<'a>(message: &Message<'a>, part: &MessagePart<'a>) -> String {
    let parsed = || match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        _ => String::new(),
    };
    let Some(raw) = message.raw_message.get(part.offset_body as usize..part.offset_end as usize) else {
        return parsed();
    };
    let decoded = match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
        Encoding::Base64 => {
            base64_decode(&raw.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<u8>>())
        }
    };
    // A part that the parser repaired is as it left it.
    let Some(bytes) = decoded.filter(|bytes| !bytes.is_empty() && !part.is_encoding_problem) else { return parsed() };
    match part.content_type().and_then(|kind| kind.attribute("charset")) {
        Some(charset) => decode_as(&bytes, charset),
        None => decode(&bytes, None).into_owned(),
    }
}

/// The sender's own words in a part of plain text, a paragraph a line where the part says how its lines flow.
pub(super) fn plain_of<'a>(message: &Message<'a>, part: &MessagePart<'a>) -> String {
    let text = text_of(message, part);
    let parameter = |name: &str| part.content_type().and_then(|kind| kind.attribute(name)).unwrap_or_default();
    let text = if parameter("format").eq_ignore_ascii_case("flowed") {
        unflowed(&text, parameter("delsp").eq_ignore_ascii_case("yes"))
    } else {
        text
    };
    own_text(&text).trim().to_owned()
}

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"<?\bhttps?://[^\s<>\x22]*[^\s<>\x22.,;:!?)\]]>?")
        .expect("the pattern is a constant, and a test runs it")
});

/// A text by paragraphs, its addresses as links: each belongs to what stands before it; a first line that is a heading stands
/// alone.
pub(super) fn plain_lines(text: &str) -> Vec<LinkedLine> {
    let notes = footnotes(text);
    let mut found: Vec<LinkedLine> = Vec::new();
    for paragraph in text.split("\n\n").flat_map(|part| part.split("\n\r\n")) {
        let lines = paragraph.lines().map(str::trim).filter(|line| !line.is_empty());
        // A rule above the first line parts it from what stands before.
        let lines: Vec<&str> = lines.skip_while(|line| is_rule(line)).collect();
        let mut running = String::new();
        let mut heading = lines.len() == 1 && is_short(lines[0]);
        for (at, line) in lines.iter().enumerate() {
            if NOTE.is_match(line) {
                continue;
            }
            let is_rule = is_rule(line);
            let only_address = !is_rule && !ADDRESS.replace_all(line, "").contains(char::is_alphanumeric);
            let ends_heading = at == 1 && is_heading(lines[0], line);
            if is_rule || only_address || begins_anew(line) || ends_heading {
                // A line of hyphens under a line makes it a heading, too.
                push(
                    &mut found,
                    &mut running,
                    heading || ends_heading || (is_rule && at == 1 && !ADDRESS.is_match(lines[0])),
                    &notes,
                );
                heading = false;
            }
            if only_address {
                let links = linked(line, &notes).links;
                match found.last_mut() {
                    Some(above) => above.links.extend(links),
                    None => found.push(LinkedLine { links, ..LinkedLine::default() }),
                }
            } else if !is_rule {
                running.push_str(if running.is_empty() { "" } else { " " });
                running.push_str(line);
            }
        }
        push(&mut found, &mut running, heading, &notes);
    }
    found
}

/// Hyphens or the like, all over a line.
fn is_rule(line: &str) -> bool {
    line.len() > 2 && !line.contains(char::is_alphanumeric)
}

/// Ends the line that was put together so far.
fn push(found: &mut Vec<LinkedLine>, running: &mut String, heading: bool, notes: &HashMap<String, String>) {
    if running.is_empty() {
        return;
    }
    let mut line = linked(&std::mem::take(running), notes);
    if heading {
        (line.bold, line.lead) = (line.letters, line.text().to_owned());
    }
    found.push(line);
}

/// A paragraph of one line that is no sentence.
fn is_short(line: &str) -> bool {
    line.chars().count() < 90 && !line.ends_with(['.', ',', ';', '!', ':', '。', '、']) && !begins_anew(line)
}

/// Begins an item of a list.
fn begins_anew(line: &str) -> bool {
    static ITEM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:(?:#|\()?\d{1,3}[.):]\s|\[\d{1,3}\]\s|[•▪►▶→*–—·-]\s|[\p{Extended_Pictographic}--\d#*©®™])")
            .expect("the pattern is a constant, and a test runs it")
    });
    ITEM.is_match(line)
}

/// A first line that is no sentence and clearly shorter than a line of the text, or in capitals.
fn is_heading(first: &str, next: &str) -> bool {
    let ends = first.ends_with(['.', ',', ';', '!', '。', '、']);
    let capitals = first.chars().any(char::is_uppercase) && !first.chars().any(char::is_lowercase);
    let next_is_address = !ADDRESS.replace_all(next, "").contains(char::is_alphanumeric);
    let is_listed = begins_anew(first) && first.chars().count() < 50 && next.starts_with(char::is_uppercase);
    capitals
        || next_is_address
        || (is_listed && !ends)
        || (!ends
            && first.chars().count() < 60
            && next.starts_with(|c: char| c.is_uppercase() || !c.is_alphabetic())
            && next.chars().count() > first.chars().count())
}

static NOTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^\s*\[?(\d{1,3})[\].:]\s*<?(https?://\S+?)>?\s*$")
        .expect("the pattern is a constant, and a test runs it")
});

/// The addresses that a text lists behind its end: `[1] https://…`.
fn footnotes(text: &str) -> HashMap<String, String> {
    NOTE.captures_iter(text).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

/// A line of plain text with its links, addresses taken out of it.
fn linked(text: &str, notes: &HashMap<String, String>) -> LinkedLine {
    static MARK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\[(\d{1,3})\]").expect("the pattern is a constant, and a test runs it"));
    let href = |found: &str| found.trim_matches(['<', '>']).to_owned();
    let mut links: Vec<LinkedText> = ADDRESS
        .find_iter(text)
        .map(|found| LinkedText { href: href(found.as_str()), at: text.len(), ..LinkedText::default() })
        .collect();
    links.extend(MARK.captures_iter(text).filter_map(|mark| {
        Some(LinkedText { href: notes.get(&mark[1])?.clone(), at: text.len(), ..LinkedText::default() })
    }));
    let bare = ADDRESS.replace_all(text, "");
    let bare = MARK.replace_all(
        &bare,
        |mark: &regex::Captures<'_>| {
            if notes.contains_key(&mark[1]) { String::new() } else { mark[0].to_owned() }
        },
    );
    let bare = bare.replace("()", "").replace("[]", "");
    LinkedLine {
        links,
        ..LinkedLine::plain(
            bare.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches([':', '→']).trim_end(),
        )
    }
}
