//! Input of an evaluation: texts with or without references, and summaries of other programs.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Usage};
use crate::extract;
use crate::model::Article;
use crate::summary::evaluate::broken::Gold;

/// Texts, and the lines that are none.
#[derive(Default)]
pub(super) struct Data {
    pub(super) subjects: Vec<Subject>,
    pub(super) problems: Vec<String>,
}

/// One text to summarize.
pub(super) struct Subject {
    pub(super) id: Value,
    pub(super) title: Option<String>,
    pub(super) language: Option<String>,
    pub(super) text: String,
    /// It is what was read out of a page: its boilerplate is gone already.
    pub(super) is_extracted: bool,
    pub(super) references: Vec<String>,
    /// The needs of its sentences, by people's word.
    pub(super) gold: Option<Gold>,
}

#[derive(Deserialize)]
struct Record {
    id: Value,
    text: Option<String>,
    html: Option<String>,
    title: Option<String>,
    language: Option<String>,
    url: Option<String>,
    summary: Option<String>,
    #[serde(default, alias = "summaries")]
    refs: Vec<String>,
    sentences: Option<Value>,
    needs: Option<Value>,
}

/// One summary that was made elsewhere.
#[derive(Deserialize)]
pub(super) struct Prediction {
    id: Value,
    pub(super) summary: String,
}

impl Data {
    /// Reads JSON Lines; a line that is no record becomes a problem.
    pub(super) fn read(name: &str) -> Result<Self, Error> {
        let (records, wrong) = lines::<Record>(name)?;
        let mut problems: Vec<String> =
            wrong.into_iter().map(|(line, error)| format!("{name}, line {line}: {error}")).collect();
        let mut subjects = Vec::with_capacity(records.len());
        for (line, record) in records {
            match record.subject() {
                Some(subject) => subjects.push(subject),
                None => problems.push(format!("{name}, line {line}: neither `text` nor `html` is given")),
            }
        }
        Ok(Self { subjects, problems })
    }
}

impl Record {
    fn subject(self) -> Option<Subject> {
        let references = if self.refs.is_empty() { self.summary.into_iter().collect() } else { self.refs };
        let (id, title, language) = (self.id, self.title, self.language);
        // Other data may have other things by these names.
        let gold = self.sentences.zip(self.needs).and_then(|(sentences, needs)| {
            serde_json::from_value(serde_json::json!({ "sentences": sentences, "needs": needs })).ok()
        });
        if let Some(text) = self.text {
            return Some(Subject { id, title, language, text, is_extracted: false, references, gold });
        }
        let (page, _) = extract::html(&self.html?, self.url.as_deref(), &extract::Options::default());
        let (title, language) = (title.or(Some(page.title)), language.or(page.language));
        Some(Subject { id, title, language, text: page.text, is_extracted: true, references, gold: None })
    }
}

impl From<Article> for Subject {
    fn from(article: Article) -> Self {
        let title = (!article.title.is_empty()).then_some(article.title);
        let (id, language, text) = (Value::String(article.id), article.language, article.text);
        Self { id, title, language, text, is_extracted: true, references: Vec::new(), gold: None }
    }
}

/// Summaries by the id of their text.
pub(super) fn predictions(name: &str) -> Result<HashMap<String, Prediction>, Error> {
    let (predictions, problems) = lines::<Prediction>(name)?;
    if let Some((line, error)) = problems.into_iter().next() {
        return Err(Usage::NotARecord { file: name.to_owned(), line, error }.into());
    }
    Ok(predictions.into_iter().map(|(_, prediction)| (prediction.id.to_string(), prediction)).collect())
}

/// Records with the numbers of their lines, and what is wrong with the others.
#[expect(clippy::type_complexity, reason = "both lists, once")]
fn lines<T: DeserializeOwned>(name: &str) -> Result<(Vec<(usize, T)>, Vec<(usize, serde_json::Error)>), Error> {
    let reader: Box<dyn Read> = match name {
        "-" => Box::new(std::io::stdin()),
        _ => Box::new(std::fs::File::open(name).map_err(Error::file("read", name))?),
    };
    let (mut records, mut problems) = (Vec::new(), Vec::new());
    for (number, line) in BufReader::new(reader).split(b'\n').enumerate() {
        let line = line.map_err(Error::file("read", name))?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(&line) {
            Ok(record) => records.push((number + 1, record)),
            Err(error) => problems.push((number + 1, error)),
        }
    }
    Ok((records, problems))
}
