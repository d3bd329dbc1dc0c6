//! One text → its answer, a line of JSON.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::cli::reasons;
use crate::extract::{self, boilerplate};
use crate::model::Article;
use crate::summary::{self, Options, Reasons, Summary, Text};

/// One line of input.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::cli) struct Request {
    /// Given back as it came, whatever it is.
    #[serde(default)]
    pub(in crate::cli) id: serde_json::Value,
    /// The text; `start` and `end` of the answer count its bytes.
    pub(in crate::cli) text: Option<String>,
    /// A page instead of a text.
    pub(in crate::cli) html: Option<String>,
    /// Its headline.
    pub(in crate::cli) title: Option<String>,
    /// Its language, believed.
    pub(in crate::cli) language: Option<String>,
    /// Where it stands; sentences are then linked.
    pub(in crate::cli) url: Option<String>,
}

/// How texts are answered.
#[derive(Debug, Clone)]
pub(in crate::cli) struct How {
    pub(in crate::cli) options: Options,
    pub(in crate::cli) clean: bool,
    pub(in crate::cli) all: bool,
    pub(in crate::cli) explain: bool,
}

/// One line of output.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Answer {
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    id: serde_json::Value,
    language: Option<String>,
    summary: String,
    sentences: Vec<Line>,
    keyphrases: Vec<String>,
    /// Facts found in the page; for `html` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_weight: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Line {
    index: usize,
    start: usize,
    end: usize,
    text: String,
    score: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Reasons>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip)]
    taken: bool,
}

impl Answer {
    /// The chosen sentences.
    pub(in crate::cli) fn chosen(&self) -> impl Iterator<Item = &str> {
        self.sentences.iter().filter(|line| line.taken).map(|line| line.text.as_str())
    }

    /// First byte and words of the chosen sentences.
    pub(in crate::cli) fn places(&self) -> impl Iterator<Item = (usize, &str)> {
        self.sentences.iter().filter(|line| line.taken).map(|line| (line.start, line.text.as_str()))
    }

    /// The answer as one line.
    pub(in crate::cli) fn json(&self) -> String {
        serde_json::to_string(self).expect("an answer has only string keys")
    }

    /// The answer as a table for people: a line a sentence, the reason below it.
    pub(in crate::cli) fn table(&self) -> String {
        let mut table = String::from(reasons::HEAD);
        for (number, line) in self.sentences.iter().enumerate() {
            let Some(its) = &line.reasons else { continue };
            let why = line.why.as_deref().unwrap_or_default();
            table.push_str(&reasons::row(number + 1, line.taken, its, &line.text, why));
        }
        table
    }
}

/// Summarizes what was asked for.
pub(in crate::cli) fn answer(request: Request, how: &How) -> Answer {
    let Request { id, text, html, title, language, url } = request;
    let page = html.map(|html| extract::html(&html, url.as_deref(), &extract::Options::default()).0);
    let (title, language) = match &page {
        Some(page) => (title.or_else(|| Some(page.title.clone())), language.or_else(|| page.language.clone())),
        None => (title, language),
    };
    let ranges = page.as_ref().map(Article::summarizable_ranges);
    let extracted = page.map(|page| page.text);
    let text = extracted.as_deref().or(text.as_deref()).unwrap_or_default();
    let declared = language.as_deref().and_then(crate::text::language::normalize);
    let given = Text { text, title: title.as_deref(), language: language.as_deref(), ..Text::default() };
    let parts = match ranges {
        Some(ranges) => ranges,
        None if how.clean => article_parts(text),
        None => Vec::new(),
    };
    let summary = summary::summarize_texts(&[Text { parts: &parts, ..given }], &how.options);
    let order_weight = how.explain.then_some(summary.order_weight);
    let language = declared.or_else(|| summary.language.clone());
    let chosen: Vec<&str> = summary.chosen().map(|sentence| sentence.text.as_str()).collect();
    let joined = chosen.join("\n");
    let keyphrases = summary.keyphrases.clone();
    let sentences = lines(summary, text, url.as_deref(), how);
    Answer { id, language, summary: joined, sentences, keyphrases, order_weight, text: extracted }
}

/// The stretches of `text` without a line that is not the article's; empty when that is all of it.
///
/// The one place where boilerplate is taken out of plain text before it is summarized: by the spans of its lines, so that
/// sentences keep their places in the text as it was given.
fn article_parts(text: &str) -> Vec<Range<usize>> {
    let several_lines = memchr::memchr(b'\n', text.trim_end().as_bytes()).is_some();
    if !several_lines {
        return Vec::new();
    }
    let cleaning = boilerplate::lines(text);
    if cleaning.reason != boilerplate::Reason::Cleaned {
        return Vec::new();
    }
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut apart = true;
    for line in &cleaning.lines {
        match parts.last_mut() {
            Some(part) if line.kept && !apart => part.end = line.span.end,
            _ if line.kept => parts.push(line.span.clone()),
            _ => {}
        }
        apart = !line.kept;
    }
    parts
}

fn lines(summary: Summary, text: &str, url: Option<&str>, how: &How) -> Vec<Line> {
    let wanted = summary.sentences.into_iter().filter(|sentence| how.all || how.explain || sentence.chosen);
    wanted
        .map(|sentence| (if how.all { sentence.start - sentence.dateline } else { sentence.start }, sentence))
        .map(|(start, sentence)| Line {
            index: sentence.index,
            start,
            end: sentence.end,
            link: url.map(|url| summary::text_fragment(url, text, sentence.start..sentence.end)),
            score: sentence.score,
            chosen: (how.all || how.explain).then_some(sentence.chosen),
            why: how.explain.then(|| sentence.reasons.why()),
            reasons: how.explain.then_some(sentence.reasons),
            taken: sentence.chosen,
            // All sentences together are the text, datelines too.
            text: text.get(start..sentence.end).map_or(sentence.text, str::to_owned),
        })
        .collect()
}
