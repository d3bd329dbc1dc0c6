use serde_json::Value;

use crate::model::{Content, Enclosure, Entry, Feed, Link, Person};
use crate::source::feed::Error;
use crate::source::feed::date;
use crate::source::scope::Scope;
use crate::source::text::{one_line, plain};

/// Reads JSON Feed 1 and 1.1 (jsonfeed.org); wrong types are taken as missing.
pub(super) fn read(text: &str, url: Option<&str>) -> Result<Feed, Error> {
    // A nesting deeper than 128 is refused by the library, before it could overflow the stack.
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = match stream.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) => return Err(Error::NotAFeed(format!("it starts like JSON, but {error}"))),
        None => return Err(Error::Empty),
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
    Ok(Feed {
        title: string(&value, "title").map(|title| plain(&title)),
        description: string(&value, "description").map(|text| plain(&text)),
        language: scope.language.clone(),
        links: [link("home_page_url", "alternate"), link("feed_url", "self")].into_iter().flatten().collect(),
        authors: authors(&value, &scope),
        logo: string(&value, "icon").or_else(|| string(&value, "favicon")).and_then(|icon| scope.link(&icon)),
        entries: items.into_iter().flatten().filter(|item| item.is_object()).map(|item| entry(item, &scope)).collect(),
        ..Feed::default()
    })
}

fn entry(item: &Value, scope: &Scope) -> Entry {
    let link = |key: &str, rel: &str| {
        let href = scope.link(&string(item, key)?)?;
        Some(Link { href, rel: Some(rel.into()), media_type: None })
    };
    let html = string(item, "content_html").map(|html| Content::Html { html });
    let date = |key: &str| string(item, key).and_then(|text| date::parse(&text));
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
