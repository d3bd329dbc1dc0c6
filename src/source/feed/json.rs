use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::model::{Content, Enclosure, Entry, Feed, Link, Person};
use crate::source::feed::{Defect, Error, MOST_ENTRIES};
use crate::source::markup::one_line;
use crate::source::scope::Scope;
use crate::source::xml::decode_entities;
use crate::text::dates;

/// Reads JSON Feed 1 and 1.1 (jsonfeed.org), and the defect that had to be repaired first; wrong types are taken as missing.
pub(super) fn read(text: &str, url: Option<&str>) -> Result<(Feed, Option<Defect>), Error> {
    let (value, defect) = match value(text) {
        Err(error) => match repaired(text).map(|(repaired, defect)| (value(&repaired), defect)) {
            Some((Ok(value), defect)) => (value, Some(defect)),
            _ => return Err(Error::NotAFeed(format!("it starts like JSON, but {error}"))),
        },
        Ok(value) => (value, None),
    };
    let claims = value.get("version").and_then(Value::as_str).is_some_and(|version| version.contains("jsonfeed"));
    let items = value.get("items").and_then(Value::as_array);
    let defect = defect.or_else(|| items.is_some_and(|items| items.len() >= MOST_ENTRIES).then_some(Defect::TooLarge));
    if !claims && items.is_none() {
        return Err(Error::NotAFeed("it is JSON without `items`".into()));
    }
    let scope = Scope { language: string(&value, "language"), ..Scope::of(url) };
    let link = |key: &str, rel: &str| {
        let href = scope.link(&string(&value, key)?)?;
        Some(Link { href, rel: Some(rel.into()), media_type: None })
    };
    let feed = Feed {
        title: string(&value, "title").map(|title| text_line(&title)),
        description: string(&value, "description").map(|text| text_line(&text)),
        language: scope.language.clone(),
        links: [link("home_page_url", "alternate"), link("feed_url", "self")].into_iter().flatten().collect(),
        authors: authors(&value, &scope),
        logo: string(&value, "icon").or_else(|| string(&value, "favicon")).and_then(|icon| scope.link(&icon)),
        entries: items.into_iter().flatten().filter(|item| item.is_object()).map(|item| entry(item, &scope)).collect(),
        ..Feed::default()
    };
    Ok((feed, defect))
}

/// The first value in `text`, whatever follows it, with as many items as are read. A nesting deeper than 128 is refused by the
/// library, before it could overflow the stack.
fn value(text: &str) -> serde_json::Result<Value> {
    if !text.starts_with('{') {
        return Value::deserialize(&mut serde_json::Deserializer::from_str(text));
    }
    serde_json::Deserializer::from_str(text).deserialize_map(Outermost).map(Value::Object)
}

/// Reads the outermost object: millions of empty items cost a byte each to send and a hundred to hold.
struct Outermost;

impl<'de> Visitor<'de> for Outermost {
    type Value = serde_json::Map<String, Value>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = serde_json::Map::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "items" => {
                    let value = map.next_value::<Items>()?;
                    found.insert(key, value.0);
                }
                "version" | "title" | "description" | "language" | "home_page_url" | "feed_url" | "icon"
                | "favicon" | "authors" | "author" => {
                    let value = map.next_value()?;
                    found.insert(key, value);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// A list with as many values as are read, or another value, which is none.
struct Items(Value);

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemsVisitor)
    }
}

struct ItemsVisitor;

impl<'de> Visitor<'de> for ItemsVisitor {
    type Value = Items;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items, A::Error> {
        let mut items: Vec<Value> = Vec::new();
        while items.len() < MOST_ENTRIES {
            match list.next_element::<Value>()? {
                Some(Value::Object(item)) if item.is_empty() => {}
                Some(item) => items.push(item),
                None => return Ok(Items(Value::Array(items))),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Items(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Items, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Items(Value::Null))
    }

    fn visit_unit<E>(self) -> Result<Items, E> {
        Ok(Items(Value::Null))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Items, E> {
        Ok(Items(Value::Null))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Items, E> {
        Ok(Items(Value::Null))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Items, E> {
        Ok(Items(Value::Null))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Items, E> {
        Ok(Items(Value::Null))
    }

    fn visit_str<E>(self, _: &str) -> Result<Items, E> {
        Ok(Items(Value::Null))
    }
}

/// The document with line breaks in strings escaped, without commas before a closing bracket, and, if it breaks off,
/// without what follows the last whole object in a list of the outermost object; which of these it was. `None` if it holds no
/// such object.
fn repaired(text: &str) -> Option<(String, Defect)> {
    let mut repaired: Vec<u8> = Vec::with_capacity(text.len() + 2);
    let mut open: Vec<u8> = Vec::new();
    let (mut in_string, mut escaped) = (false, false);
    // The end of the last whole object.
    let mut whole = None;
    for &byte in text.as_bytes() {
        if in_string {
            if byte < b' ' {
                repaired.extend(format!("\\u{byte:04x}").bytes());
            } else {
                repaired.push(byte);
            }
            (in_string, escaped) = (escaped || byte != b'"', !escaped && byte == b'\\');
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => open.push(byte),
            b'}' | b']' => {
                repaired.truncate(repaired.trim_ascii_end().len());
                repaired.pop_if(|last| *last == b',');
                open.pop();
            }
            _ => {}
        }
        repaired.push(byte);
        if byte == b'}' && open == *b"{[" {
            whole = Some(repaired.len());
        }
        if open.is_empty() {
            break;
        }
    }
    if !open.is_empty() {
        repaired.truncate(whole?);
        repaired.extend(b"]}");
    }
    let defect = if open.is_empty() { Defect::IllFormed } else { Defect::BrokenOff };
    String::from_utf8(repaired).ok().map(|text| (text, defect))
}

fn entry(item: &Value, scope: &Scope) -> Entry {
    let link = |key: &str, rel: &str| {
        let href = scope.link(&string(item, key)?)?;
        Some(Link { href, rel: Some(rel.into()), media_type: None })
    };
    let html = string(item, "content_html").map(|html| Content::Html { html });
    let date = |key: &str| string(item, key).and_then(|text| dates::parse(&text));
    let tags = item.get("tags").and_then(Value::as_array);
    // An item without an address whose id is one means that.
    let id_link = || {
        let bare = string(item, "external_url").is_none();
        let href = string(item, "id").filter(|id| bare && (id.starts_with("http://") || id.starts_with("https://")))?;
        Some(Link { href, rel: Some("alternate".into()), media_type: None })
    };
    let related = if string(item, "url").is_some() { "related" } else { "alternate" };
    Entry {
        id: identifier(item),
        title: string(item, "title").map(|title| text_line(&title)).filter(|title| !title.is_empty()),
        links: [link("url", "alternate").or_else(id_link), link("external_url", related)]
            .into_iter()
            .flatten()
            .collect(),
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

/// A plain text in one line; entities in it are there by mistake, tags are not.
fn text_line(text: &str) -> String {
    one_line(&decode_entities(text))
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
    fn what_json_does_not_allow_is_repaired_and_of_a_cut_feed_the_whole_items_are_kept() {
        let head = r#"{"version":"https://jsonfeed.org/version/1.1","authors":[{"name":"A"}],"title":"T","items":["#;
        for (rest, ids, defect) in [
            (r#"{"id":"1","tags":["]}"]},{"id":"2"}]}"#, "1 2", None),
            (r#"{"id":"1",},{"id":"2","tags":["x", ], } , ],}"#, "1 2", Some(Defect::IllFormed)),
            ("{\"id\":\"1\",\"content_text\":\"a\nb \\\"}\"}]}", "1", Some(Defect::IllFormed)),
            (r#"{"id":"1"},{"id":"2","attachments":[{"url":"x"}],"content_text":"cut \"#, "1", Some(Defect::BrokenOff)),
            (r#"{"id":"1"},{"id":"2"}"#, "1 2", Some(Defect::BrokenOff)),
            (r#"{"id":"1""#, "", Some(Defect::BrokenOff)),
        ] {
            let (feed, found) = read(&format!("{head}{rest}"), None).unwrap();
            let found_ids: Vec<_> = feed.entries.into_iter().filter_map(|entry| entry.id).collect();
            assert_eq!((found_ids.join(" ").as_str(), found), (ids, defect), "{rest}");
        }
        assert!(read(r#"{"items":[nothing]}"#, None).is_err());
    }
}
