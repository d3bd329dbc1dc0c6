use serde::Deserialize;
use serde_json::Value;

use crate::model::{Content, Enclosure, Entry, Feed, Link, Person};
use crate::source::feed::{BROKEN_OFF, Error, MENDED};
use crate::source::scope::Scope;
use crate::source::text::{one_line, plain};
use crate::text::dates;

/// Reads JSON Feed 1 and 1.1 (jsonfeed.org), and says what had to be done to it first; wrong types are taken as missing.
pub(super) fn read(text: &str, url: Option<&str>) -> Result<(Feed, Option<&'static str>), Error> {
    let (value, mending) = match value(text) {
        Err(error) => match mended(text).map(|(mended, mending)| (value(&mended), mending)) {
            Some((Ok(value), mending)) => (value, Some(mending)),
            _ => return Err(Error::NotAFeed(format!("it starts like JSON, but {error}"))),
        },
        Ok(value) => (value, None),
    };
    let claims = value.get("version").and_then(Value::as_str).is_some_and(|version| version.contains("jsonfeed"));
    let items = value.get("items").and_then(Value::as_array);
    if !claims && items.is_none() {
        return Err(Error::NotAFeed("it is JSON without `items`".into()));
    }
    let scope = Scope { language: string(&value, "language"), ..Scope::of(url) };
    let link = |key: &str, rel: &str| {
        let href = scope.link(&string(&value, key)?)?;
        Some(Link { href, rel: Some(rel.into()), media_type: None })
    };
    let feed = Feed {
        title: string(&value, "title").map(|title| plain(&title)),
        description: string(&value, "description").map(|text| plain(&text)),
        language: scope.language.clone(),
        links: [link("home_page_url", "alternate"), link("feed_url", "self")].into_iter().flatten().collect(),
        authors: authors(&value, &scope),
        logo: string(&value, "icon").or_else(|| string(&value, "favicon")).and_then(|icon| scope.link(&icon)),
        entries: items.into_iter().flatten().filter(|item| item.is_object()).map(|item| entry(item, &scope)).collect(),
        ..Feed::default()
    };
    Ok((feed, mending))
}

/// The first value in `text`, whatever follows it. A nesting deeper than 128 is refused by the library, before it could
/// overflow the stack.
fn value(text: &str) -> serde_json::Result<Value> {
    Value::deserialize(&mut serde_json::Deserializer::from_str(text))
}

/// The document with line breaks in strings escaped, without commas before a closing bracket, and, if it breaks off,
/// without what follows the last whole object in a list of the outermost object; which of these it was. `None` if it holds no
/// such object.
fn mended(text: &str) -> Option<(String, &'static str)> {
    let mut mended: Vec<u8> = Vec::with_capacity(text.len() + 2);
    let mut open: Vec<u8> = Vec::new();
    let (mut in_string, mut escaped) = (false, false);
    // The end of the last whole object.
    let mut whole = None;
    for &byte in text.as_bytes() {
        if in_string {
            if byte < b' ' {
                mended.extend(format!("\\u{byte:04x}").bytes());
            } else {
                mended.push(byte);
            }
            (in_string, escaped) = (escaped || byte != b'"', !escaped && byte == b'\\');
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => open.push(byte),
            b'}' | b']' => {
                mended.truncate(mended.trim_ascii_end().len());
                mended.pop_if(|last| *last == b',');
                open.pop();
            }
            _ => {}
        }
        mended.push(byte);
        if byte == b'}' && open == *b"{[" {
            whole = Some(mended.len());
        }
        if open.is_empty() {
            break;
        }
    }
    if !open.is_empty() {
        mended.truncate(whole?);
        mended.extend(b"]}");
    }
    let mending = if open.is_empty() { MENDED } else { BROKEN_OFF };
    String::from_utf8(mended).ok().map(|text| (text, mending))
}

fn entry(item: &Value, scope: &Scope) -> Entry {
    let link = |key: &str, rel: &str| {
        let href = scope.link(&string(item, key)?)?;
        Some(Link { href, rel: Some(rel.into()), media_type: None })
    };
    let html = string(item, "content_html").map(|html| Content::Html { html });
    let date = |key: &str| string(item, key).and_then(|text| dates::parse(&text));
    let tags = item.get("tags").and_then(Value::as_array);
    let related = if item.get("url").is_some() { "related" } else { "alternate" };
    Entry {
        id: identifier(item),
        title: string(item, "title").map(|title| plain(&title)).filter(|title| !title.is_empty()),
        links: [link("url", "alternate"), link("external_url", related)].into_iter().flatten().collect(),
        authors: authors(item, scope),
        categories: tags.into_iter().flatten().filter_map(Value::as_str).map(one_line).collect(),
        summary: string(item, "summary").map(|text| Content::Text { text }),
        content: html.or_else(|| string(item, "content_text").map(|text| Content::Text { text })),
        published: date("date_published"),
        updated: date("date_modified"),
        language: string(item, "language").or_else(|| scope.language.clone()),
        enclosures: attachments(item, scope),
        ..Entry::default()
    }
}

/// The id; version 1.1 asks for a string, feeds also write numbers.
fn identifier(item: &Value) -> Option<String> {
    match item.get("id")? {
        Value::String(id) => Some(id.trim().to_owned()).filter(|id| !id.is_empty()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// 1.1 has `authors`, 1 had one `author`.
fn authors(value: &Value, scope: &Scope) -> Vec<Person> {
    let many = value.get("authors").and_then(Value::as_array).into_iter().flatten();
    let person = |author: &Value| {
        let (name, uri) = (string(author, "name"), string(author, "url").and_then(|url| scope.link(&url)));
        (name.is_some() || uri.is_some()).then_some(Person { name, email: None, uri })
    };
    let people: Vec<Person> = many.filter_map(person).collect();
    if people.is_empty() { value.get("author").and_then(person).into_iter().collect() } else { people }
}

fn attachments(item: &Value, scope: &Scope) -> Vec<Enclosure> {
    let all = item.get("attachments").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|attachment| {
        Some(Enclosure {
            href: scope.link(&string(attachment, "url")?)?,
            media_type: string(attachment, "mime_type"),
            length: attachment.get("size_in_bytes").and_then(Value::as_u64),
        })
    })
    .collect()
}

fn string(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?;
    (!text.trim().is_empty()).then(|| text.replace('\0', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_does_not_allow_is_mended_and_of_a_cut_feed_the_whole_items_are_kept() {
        let head = r#"{"version":"https://jsonfeed.org/version/1.1","authors":[{"name":"A"}],"title":"T","items":["#;
        for (rest, ids, mending) in [
            (r#"{"id":"1","tags":["]}"]},{"id":"2"}]}"#, "1 2", None),
            (r#"{"id":"1",},{"id":"2","tags":["x", ], } , ],}"#, "1 2", Some(MENDED)),
            ("{\"id\":\"1\",\"content_text\":\"a\nb \\\"}\"}]}", "1", Some(MENDED)),
            (r#"{"id":"1"},{"id":"2","attachments":[{"url":"x"}],"content_text":"cut \"#, "1", Some(BROKEN_OFF)),
            (r#"{"id":"1"},{"id":"2"}"#, "1 2", Some(BROKEN_OFF)),
            (r#"{"id":"1""#, "", Some(BROKEN_OFF)),
        ] {
            let (feed, found) = read(&format!("{head}{rest}"), None).unwrap();
            let found_ids: Vec<_> = feed.entries.into_iter().filter_map(|entry| entry.id).collect();
            assert_eq!((found_ids.join(" ").as_str(), found), (ids, mending), "{rest}");
        }
        assert!(read(r#"{"items":[nothing]}"#, None).is_err());
    }
}
