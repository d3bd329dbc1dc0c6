//! One composition: a config's text and what was loaded → the edition, its mail, and the account of both.

use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::model::{Edition, Story, reading_minutes, word_count};
use crate::pipeline::{self, Composed, Inputs, Mail, Preview};
use crate::render::{self, Templates};
use crate::serve::problem::Problem;
use crate::story::Outcome;

/// The edition that one config makes of one day.
pub(super) struct Trial {
    /// Names the bytes: day, config, template, and what was loaded.
    pub(super) id: String,
    pub(super) config: Config,
    pub(super) inputs: Arc<Inputs>,
    pub(super) composed: Composed,
    /// The first reader's copy, as a dry run shows it.
    pub(super) preview: Preview,
}

/// Minutes to read what the mail shows of `edition`.
fn minutes(edition: &Edition) -> u32 {
    let shown = render::shown(edition);
    let said = shown.iter().flat_map(|story| &story.sentences).map(|sentence| word_count(&sentence.text));
    let heads = shown.iter().map(|story| word_count(&story.story.headline));
    let links = edition.sections.iter().flat_map(|section| &section.more).map(|link| word_count(&link.title));
    reading_minutes(said.chain(heads).chain(links).sum())
}

/// The name of what `parts` make.
pub(super) fn name(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

impl Trial {
    /// Composes; takes as long as that takes, so not on a thread that answers.
    pub(super) fn new(id: String, config: Config, inputs: Arc<Inputs>, templates: &Templates) -> Result<Self, Problem> {
        let composed = pipeline::compose(&inputs, &config, templates)?;
        let settings = |error: crate::send::Error| Problem::new(422, "config", error.to_string());
        let mail = Mail::new(&config).map_err(settings)?;
        let preview = pipeline::preview(&composed, mail.as_ref(), inputs.recipients.first()).map_err(settings)?;
        Ok(Self { id, config, inputs, composed, preview })
    }

    /// Bytes that it holds, roughly: the mail in its forms, and the account of all sentences and entries.
    pub(super) fn size(&self) -> usize {
        let composition = &self.composed.composition;
        let said: usize = composition.sentences.iter().map(|one| one.text.len() + one.why.len() + 320).sum();
        self.preview.rendered.html.len() * 4 + said + composition.decisions.len() * 512
    }

    pub(super) fn stories(&self) -> impl Iterator<Item = &Story> {
        self.composed.edition().stories()
    }

    /// How many articles met which decision.
    fn counts(&self) -> Value {
        let decisions = &self.composed.composition.decisions;
        let mut counts = serde_json::Map::new();
        counts.insert("seen".into(), decisions.len().into());
        for decision in decisions {
            let count = counts.get(decision.outcome.name()).and_then(Value::as_u64).unwrap_or(0) + 1;
            counts.insert(decision.outcome.name().into(), count.into());
        }
        Value::Object(counts)
    }

    /// The facts shown around the mail.
    pub(super) fn summary(&self) -> Value {
        let edition = self.composed.edition();
        let rendered = &self.preview.rendered;
        let heading = |id: &str| {
            let section = edition.sections.iter().find(|section| section.stories.iter().any(|story| story.id == id));
            section.map_or("", |section| section.name.as_str())
        };
        let story = |(place, shown): (usize, render::ShownStory<'_>)| {
            let sentence = |sentence: &&crate::model::KeySentence| {
                json!({
                    "text": sentence.text, "article": sentence.article, "source": sentence.source,
                    "start": sentence.start, "end": sentence.end,
                })
            };
            let story = shown.story;
            json!({
                "id": story.id, "n": place + 1, "headline": story.headline, "section": heading(&story.id),
                "score": story.score, "form": shown.form, "source": story.places.first().map(|place| &place.source),
                "sentences": shown.sentences.iter().map(sentence).collect::<Vec<_>>(),
            })
        };
        let stories: Vec<Value> = render::shown(edition).into_iter().enumerate().map(story).collect();
        let gone = |outcome: &Outcome| !matches!(outcome, Outcome::Published { .. });
        let left_out = self.composed.composition.decisions.iter().filter(|decision| gone(&decision.outcome)).count();
        json!({
            "id": self.id,
            "subject": rendered.subject,
            "minutes": minutes(edition),
            "html_bytes": rendered.html.len(),
            "max_bytes": self.config.newsletter.max_html_kb * 1000,
            "height": render::height(edition),
            "since": edition.since,
            "composed": edition.composed,
            "message": self.preview.message.is_some(),
            "stories": stories,
            "left_out": left_out,
            "counts": self.counts(),
        })
    }
}
