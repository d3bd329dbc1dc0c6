//! `digest read`: what the reader makes of feeds, pages, mails and texts.

use std::io::{BufRead, Write};
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Error;
use crate::cli::{Exit, input};
use crate::extract;
use crate::model::{Article, Content, Document, Problem};
use crate::source::feed;

/// Inputs read at the same time.
const TOGETHER: usize = 64;

/// What the reader makes of feeds, pages, mails and texts, one JSON line each.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to read: files or URLs of feeds (RSS, Atom, JSON), pages, mails (.eml) or plain texts; `-` is standard input.
    #[arg(value_name = "INPUT", required_unless_present = "jsonl")]
    files: Vec<String>,
    /// Read records {"id","url"?,"html"|"text"} from standard input instead, one a line, and answer them in their order.
    #[arg(long, conflicts_with = "files")]
    jsonl: bool,
    /// CSS selector of the element that holds the article; found out by default.
    #[arg(long, value_name = "SELECTOR")]
    content_selector: Option<String>,
    /// CSS selector of elements to take out of pages first; may be repeated.
    #[arg(long = "remove-selector", value_name = "SELECTOR")]
    remove_selectors: Vec<String>,
    /// Keep every line of plain text.
    #[arg(long)]
    no_clean: bool,
}

/// A record of `--jsonl`.
#[derive(Deserialize)]
struct Record {
    id: Value,
    url: Option<String>,
    html: Option<String>,
    text: Option<String>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let options = extract::Options {
        content_selector: args.content_selector.clone(),
        remove_selectors: args.remove_selectors.clone(),
        clean: !args.no_clean,
    };
    let mut failed = false;
    if args.jsonl {
        let mut number = 0;
        let mut records = std::io::stdin().lock().lines();
        loop {
            let lines: Vec<(usize, std::io::Result<String>)> = records
                .by_ref()
                .take(TOGETHER)
                .map(|line| {
                    number += 1;
                    (number, line)
                })
                .collect();
            if lines.is_empty() {
                break;
            }
            failed |= print(lines.par_iter().filter_map(|(number, line)| record(*number, line, &options)).collect())?;
        }
    } else {
        for files in args.files.chunks(TOGETHER) {
            failed |= print(files.par_iter().map(|file| read(file, &options)).collect())?;
        }
    }
    Ok(if failed { Exit::LeftOut } else { Exit::Done })
}

/// Prints the answers in their order; true if one of them is an error.
fn print(answers: Vec<Value>) -> Result<bool, Error> {
    let mut output = anstream::stdout().lock();
    let mut failed = false;
    for answer in answers {
        failed |= answer.get("error").is_some();
        let written = writeln!(output, "{answer}");
        written.map_err(|source| Error::File { action: "write", path: "standard output".into(), source })?;
    }
    Ok(failed)
}

/// The answer to one line of `--jsonl`; `None` to an empty one.
fn record(number: usize, line: &std::io::Result<String>, options: &extract::Options) -> Option<Value> {
    let line = match line {
        Ok(line) if line.trim().is_empty() => return None,
        Ok(line) => line,
        Err(error) => return Some(json!({ "line": number, "error": error.to_string() })),
    };
    Some(match serde_json::from_str::<Record>(line) {
        Ok(Record { id, url, html: Some(html), .. }) => {
            let (article, problems) = extract::html(&html, url.as_deref(), options);
            answer(json!({ "id": id }), &article, &problems)
        }
        Ok(Record { id, url, text: Some(text), .. }) => {
            let (article, problems) = extract::plain(&text, url.as_deref(), options);
            answer(json!({ "id": id }), &article, &problems)
        }
        Ok(Record { id, .. }) => {
            json!({ "id": id, "line": number, "error": "the record holds neither `html` nor `text`" })
        }
        Err(error) => json!({ "line": number, "error": error.to_string() }),
    })
}

/// The answer to one file or page.
fn read(name: &str, options: &extract::Options) -> Value {
    let document = match input::document(name) {
        Ok(document) => document,
        Err(error) => return json!({ "input": name, "ok": false, "error": error }),
    };
    if may_be_feed(name, &document) {
        match feed::parse(&document.bytes, document.media_type.as_deref(), document.url.as_deref()) {
            Ok((feed, problems)) => return feed_answer(name, &feed, &problems),
            Err(feed::Error::Page { .. }) => {}
            Err(error) => return json!({ "input": name, "ok": false, "error": error.to_string() }),
        }
    }
    let (article, problems) = extract::read(&document, options);
    let nothing = article.text.is_empty() && article.title.is_empty();
    if let Some(problem) = problems.first().filter(|_| nothing) {
        let what =
            problem.cause.as_ref().map_or_else(|| problem.what.clone(), |cause| format!("{}: {cause}", problem.what));
        return json!({ "input": name, "ok": false, "error": what });
    }
    answer(json!({ "input": name, "kind": "article", "ok": true }), &article, &problems)
}

/// By its name, else by its first bytes.
fn may_be_feed(name: &str, document: &Document) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    match extension.as_deref().filter(|_| !input::is_url(name)) {
        Some("xml" | "rss" | "atom" | "rdf" | "json") => return true,
        _ if document.media_type.is_some() && !input::is_url(name) => return false,
        _ => {}
    }
    let bytes = &document.bytes;
    let head = extract::decode(&bytes[..bytes.len().min(2048)], None);
    let head = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    ["<?xml", "<rss", "<feed", "<rdf", "<RDF", "<channel", "{"].iter().any(|start| head.starts_with(start))
        && !head.to_ascii_lowercase().contains("<html")
}

fn feed_answer(name: &str, feed: &crate::model::Feed, problems: &[Problem]) -> Value {
    let mut answer = json!({ "input": name, "kind": "feed", "ok": true });
    let fields = serde_json::to_value(feed).unwrap_or_default();
    if let (Some(answer), Value::Object(fields)) = (answer.as_object_mut(), fields) {
        answer.extend(fields);
    }
    let entries = answer["entries"].as_array_mut().into_iter().flatten();
    for (shown, entry) in entries.zip(&feed.entries) {
        shown["summary"] = safe(entry.summary.as_ref(), entry.url());
        shown["content"] = safe(entry.content.as_ref(), entry.url());
    }
    answer["problems"] = told(problems);
    answer
}

/// What an entry holds as one string: text, or markup that went through the sanitizer.
fn safe(content: Option<&Content>, base: Option<&str>) -> Value {
    match content {
        None => Value::Null,
        Some(Content::Text { text }) => json!(text),
        Some(Content::Html { html }) => json!(extract::sanitize(html, base).as_str()),
    }
}

/// The article's fields and problems after what `head` says.
fn answer(mut head: Value, article: &Article, problems: &[Problem]) -> Value {
    let fields = json!({
        "url": article.url,
        "title": article.title,
        "byline": article.byline,
        "site": article.site,
        "published": article.published,
        "language": article.language,
        "text": article.text,
        "confidence": article.confidence,
        "teaser": article.teaser,
        "problems": told(problems),
    });
    if let (Some(head), Value::Object(fields)) = (head.as_object_mut(), fields) {
        head.extend(fields);
    }
    head
}

fn told(problems: &[Problem]) -> Value {
    let told = problems.iter().map(|problem| match &problem.cause {
        Some(cause) => format!("{}: {cause}", problem.what),
        None => problem.what.clone(),
    });
    told.map(Value::String).collect()
}
