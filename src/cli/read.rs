//! `digest read`: what the reader makes of feeds, pages, mails and texts.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Error;
use crate::cli::{Exit, input, terminal};
use crate::extract::boilerplate::SiteTemplate;
use crate::extract::{self, DocumentKind, Draft};
use crate::fetch::plain;
use crate::model::{Article, Content, Document, Problem};
use crate::source::feed;

/// Inputs read before any of them is finished, so that the pages of a site among them tell of each other.
const TOGETHER: usize = 256;

/// Show what is extracted from feeds, pages, mails and texts, one JSON line each.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files or URLs of feeds (RSS, Atom, JSON), pages, mails (.eml) or plain texts; `-` is standard input.
    #[arg(value_name = "INPUT", required_unless_present = "jsonl")]
    pub(super) files: Vec<String>,
    /// Read records {"id","url"?,"html"|"text"} from standard input instead, one a line, and answer them in their order.
    #[arg(long, conflicts_with = "files")]
    pub(super) jsonl: bool,
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
    let mut sites = Sites::new();
    let mut failed = false;
    if args.jsonl {
        let mut number = 0;
        let mut records = std::io::BufReader::with_capacity(1 << 16, std::io::stdin()).lines();
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
            let begun = lines.par_iter().filter_map(|(number, line)| record(*number, line, &options)).collect();
            failed |= print(begun, &mut sites)?;
        }
    } else {
        for files in args.files.chunks(TOGETHER) {
            failed |= print(files.par_iter().flat_map_iter(|file| read(file, &options)).collect(), &mut sites)?;
        }
    }
    Ok(if failed { input::left_out(&args.files) } else { Exit::Done })
}

/// The sites met so far.
type Sites = BTreeMap<String, SiteTemplate>;

/// An answer that stands, or one whose article is still to be finished.
enum Begun {
    Answer(Value),
    Draft(Value, Box<Draft>),
}

/// Finishes the answers, with what their pages tell of each other's sites, and prints them in their order; true if one of
/// them is an error.
fn print(mut begun: Vec<Begun>, sites: &mut Sites) -> Result<bool, Error> {
    for begun in &mut begun {
        if let Begun::Draft(_, draft) = begun
            && let Some(site) = draft.site()
        {
            draft.observe(sites.entry(site).or_default());
        }
    }
    let nothing = SiteTemplate::default();
    let answers: Vec<Value> = begun
        .into_par_iter()
        .map(|begun| match begun {
            Begun::Answer(answer) => answer,
            Begun::Draft(head, draft) => {
                let site = draft.site().and_then(|site| sites.get(&site));
                let (article, problems) = draft.finish(site.unwrap_or(&nothing));
                answer(head, &article, &problems)
            }
        })
        .collect();
    let mut output = std::io::BufWriter::with_capacity(1 << 16, terminal::stdout());
    let mut failed = false;
    for answer in answers {
        failed |= answer.get("error").is_some();
        writeln!(output, "{answer}").map_err(Error::Stdout)?;
    }
    output.flush().map_err(Error::Stdout)?;
    Ok(failed)
}

/// The answer to one line of `--jsonl`; `None` to an empty one.
fn record(number: usize, line: &std::io::Result<String>, options: &extract::Options) -> Option<Begun> {
    let line = match line {
        Ok(line) if line.trim().is_empty() => return None,
        Ok(line) => line,
        Err(error) => return Some(Begun::Answer(json!({ "line": number, "error": error.to_string() }))),
    };
    Some(match serde_json::from_str::<Record>(line) {
        Ok(Record { id, url, html: Some(html), .. }) => {
            Begun::Draft(json!({ "id": id }), Box::new(extract::html_draft(&html, url.as_deref(), options)))
        }
        Ok(Record { id, url, text: Some(text), .. }) => {
            Begun::Draft(json!({ "id": id }), Box::new(extract::plain_draft(&text, url.as_deref(), options)))
        }
        Ok(Record { id, .. }) => {
            let error = "the record holds neither `html` nor `text`";
            Begun::Answer(json!({ "id": id, "line": number, "error": error }))
        }
        Err(error) => Begun::Answer(json!({ "line": number, "error": error.to_string() })),
    })
}

/// The answer to one file or page; to a mailbox, the answers to its mails.
fn read(name: &str, options: &extract::Options) -> Vec<Begun> {
    let document = match input::document(name) {
        Ok(document) => document,
        Err(error) => return vec![Begun::Answer(json!({ "input": name, "ok": false, "error": plain(&error) }))],
    };
    let kind = DocumentKind::of(&document.bytes, document.media_type.as_deref());
    if kind != DocumentKind::Mailbox {
        return vec![read_one(name, kind, &document, options)];
    }
    let mails = extract::mails(&document.bytes).into_iter().map(|bytes| Document {
        bytes,
        media_type: Some("message/rfc822".to_owned()),
        url: None,
    });
    mails.map(|mail| read_one(name, DocumentKind::Mail, &mail, options)).collect()
}

fn read_one(name: &str, kind: DocumentKind, document: &Document, options: &extract::Options) -> Begun {
    if kind == DocumentKind::Feed {
        match feed::parse(&document.bytes, document.media_type.as_deref(), document.url.as_deref()) {
            Ok((feed, problems)) => return Begun::Answer(feed_answer(name, &feed, &problems)),
            Err(feed::Error::Page { .. }) => {}
            Err(error) => {
                return Begun::Answer(json!({ "input": name, "ok": false, "error": error.to_string() }));
            }
        }
    }
    let head = json!({ "input": name, "kind": "article", "ok": true });
    Begun::Draft(head, Box::new(extract::draft(document, options)))
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
    answer["problems"] = problem_words(problems);
    answer
}

/// An entry's content as one string: text, or sanitized markup with its images.
fn safe(content: Option<&Content>, base: Option<&str>) -> Value {
    match content {
        None => Value::Null,
        Some(Content::Text { text }) => json!(text),
        Some(Content::Html { html }) => json!(extract::sanitize_with_images(html, base).as_str()),
    }
}

/// The article's fields and problems after what `head` says; of an input that holds none, why.
fn answer(mut head: Value, article: &Article, problems: &[Problem]) -> Value {
    let nothing = article.text.is_empty() && article.title.is_empty() && head.get("input").is_some();
    if let Some(problem) = problems.first().filter(|_| nothing) {
        let what =
            problem.cause.as_ref().map_or_else(|| problem.what.clone(), |cause| format!("{}: {cause}", problem.what));
        return json!({ "input": head["input"], "ok": false, "error": what });
    }
    let fields = json!({
        "url": article.url,
        "title": article.title,
        "byline": article.byline,
        "site": article.site,
        "published": article.published,
        "modified": article.modified,
        "language": article.language,
        "text": article.text,
        "image": article.image,
        "image_alt": article.image_alt,
        "image_size": article.image_size,
        "parts": article.parts,
        "figures": article.figures,
        "confidence": article.confidence,
        "teaser": article.teaser,
        "access": article.access,
        "problems": problem_words(problems),
    });
    if let (Some(head), Value::Object(fields)) = (head.as_object_mut(), fields) {
        head.extend(fields);
    }
    head
}

fn problem_words(problems: &[Problem]) -> Value {
    let words = problems.iter().map(|problem| match &problem.cause {
        Some(cause) => format!("{}: {cause}", problem.what),
        None => problem.what.clone(),
    });
    words.map(Value::String).collect()
}
