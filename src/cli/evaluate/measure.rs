//! One text and its summary → its measures.

use std::collections::HashMap;

use rayon::prelude::*;

use super::data::{Prediction, Subject, predictions};
use crate::Error;
use crate::cli::summarize::answer::{How, Request, answer};
use crate::extract::boilerplate;
use crate::summary::Options;
use crate::summary::evaluate::broken;
use crate::summary::evaluate::intrinsic::Piece;
use crate::summary::evaluate::{Intrinsic, Rouge, Words};
use crate::text::language;

/// Where summaries come from.
pub(super) enum System {
    /// They are made, so.
    Made(Options),
    /// They were made elsewhere.
    Given { name: String, summaries: HashMap<String, Prediction> },
}

/// The measures of one summary.
pub(super) struct Measured {
    /// `None` without a reference.
    pub(super) rouge: Option<Rouge>,
    pub(super) intrinsic: Intrinsic,
    /// Part of its sentences that stand on lines which are not the article's, or are also said of other articles.
    pub(super) boilerplate: f64,
    /// 1 if it leans on something it leaves out, by this program's own word lists; else 0.
    pub(super) broken: f64,
    /// The same by the data's annotation, where it has one.
    pub(super) broken_gold: Option<f64>,
    /// Its sentences.
    sentences: Vec<String>,
}

impl System {
    /// Summaries read from a file.
    pub(super) fn given(name: &str) -> Result<Self, Error> {
        Ok(Self::Given { name: name.to_owned(), summaries: predictions(name)? })
    }

    /// Texts without a summary, in one line.
    pub(super) fn problems(&self, subjects: &[Subject], measured: &[Option<Measured>]) -> Option<String> {
        let Self::Given { name, .. } = self else { return None };
        let missing: Vec<String> = subjects
            .iter()
            .zip(measured)
            .filter(|(_, measured)| measured.is_none())
            .map(|(s, _)| s.id.to_string())
            .collect();
        let first = missing.first()?;
        Some(format!("{name}: {} of {} texts have no summary, the first is {first}", missing.len(), subjects.len()))
    }

    /// The sentences of a summary: as they stand in the text where they do.
    fn sentences(&self, subject: &Subject, is_clean: bool) -> Option<Vec<(Option<usize>, String)>> {
        match self {
            Self::Given { summaries, .. } => {
                let summary = &summaries.get(&subject.id.to_string())?.summary;
                let lines = summary.lines().filter(|line| !line.trim().is_empty());
                Some(lines.map(|line| (subject.text.find(line), line.to_owned())).collect())
            }
            Self::Made(options) => {
                let how = How { options: options.clone(), clean: !is_clean, all: false, explain: false };
                let request = Request {
                    text: Some(subject.text.clone()),
                    title: subject.title.clone(),
                    language: subject.language.clone(),
                    ..Request::default()
                };
                let answer = answer(request, &how);
                Some(answer.places().map(|(start, text)| (Some(start), text.to_owned())).collect())
            }
        }
    }
}

/// Measures each text's summary; `None` where there is none.
pub(super) fn all(subjects: &[Subject], system: &System, clean: bool, stemmed: bool) -> Vec<Option<Measured>> {
    let one = |subject: &Subject| {
        let sentences = system.sentences(subject, !clean || subject.is_extracted)?;
        Some(measure(subject, sentences, stemmed))
    };
    let mut measured: Vec<Option<Measured>> = subjects.par_iter().map(one).collect();
    count_shared(&mut measured);
    measured
}

fn measure(subject: &Subject, sentences: Vec<(Option<usize>, String)>, stemmed: bool) -> Measured {
    let read_by = subject.references.first().unwrap_or(&subject.text);
    let language =
        subject.language.as_deref().and_then(language::normalize).or_else(|| language::detect(read_by, None));
    let words = Words::new(language.as_deref().unwrap_or("en"), stemmed);
    let lines: Vec<&str> = sentences.iter().map(|(_, text)| text.as_str()).collect();
    let summary = lines.join("\n");
    let references = subject.references.iter().map(String::as_str);
    let pieces: Vec<Piece<'_>> = sentences.iter().map(|(start, text)| Piece { start: *start, text }).collect();
    let cleaning = boilerplate::lines(&subject.text);
    let dropped = |start: usize| cleaning.lines.iter().any(|line| !line.kept && line.span.contains(&start));
    let boilerplate = pieces.iter().filter(|piece| piece.start.is_some_and(dropped)).count();
    Measured {
        rouge: (!subject.references.is_empty()).then(|| Rouge::best(references, &summary, &words)),
        intrinsic: Intrinsic::of(&subject.text, language.as_deref(), &pieces),
        boilerplate: boilerplate as f64 / pieces.len().max(1) as f64,
        broken: f64::from(u8::from(broken::leans_on_nothing(&subject.text, language.as_deref(), &pieces))),
        broken_gold: subject
            .gold
            .as_ref()
            .map(|gold| f64::from(u8::from(gold.leans_on_nothing(&subject.text, &pieces)))),
        sentences: sentences.into_iter().map(|(_, text)| text).collect(),
    }
}

/// A sentence that several articles are summarized by is the site's, not the article's.
fn count_shared(measured: &mut [Option<Measured>]) {
    let mut users: HashMap<String, usize> = HashMap::new();
    for sentence in measured.iter().flatten().flat_map(|measured| &measured.sentences) {
        *users.entry(sentence.clone()).or_default() += 1;
    }
    for measured in measured.iter_mut().flatten() {
        let shared = measured.sentences.iter().filter(|sentence| users[*sentence] > 1).count();
        let part = shared as f64 / measured.sentences.len().max(1) as f64;
        measured.boilerplate = measured.boilerplate.max(part);
    }
}
