//! Two editions of one day → what came in, what went out, and which sentences changed, each with its reason.
//!
//! Stories are paired by the articles they share, because a story's id changes with its lead.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::Story;
use crate::pipeline::pairs;
use crate::render::{self, Form, ShownStory};
use crate::serve::trial::Trial;
use crate::story::Decision;

fn decision<'a>(trial: &'a Trial, article: &str) -> Option<&'a Decision> {
    trial.composed.composition.decisions.iter().find(|decision| decision.article == article)
}

/// The decision on a story's lead article.
fn account(trial: &Trial, story: &Story) -> Value {
    let found = story.places.first().and_then(|place| decision(trial, &place.article));
    json!({ "kind": found.map(|decision| decision.outcome.name()), "why": found.map(|decision| &decision.why) })
}

/// Why a sentence is or is not published in `trial`.
fn why<'a>(trial: &'a Trial, article: &str, end: usize) -> Option<&'a str> {
    let all = &trial.composed.composition.sentences;
    all.iter().find(|one| one.article == article && one.end == end).map(|one| one.why.as_str())
}

/// Stories and sentences that only `after` or only `before` shows.
pub(super) fn difference(before: &Trial, after: &Trial) -> Value {
    if before.id == after.id {
        return json!({ "in": [], "out": [], "forms": [], "sentences": [], "moved": [], "same": after.stories().count() });
    }
    let (old, new) = (render::shown(before.composed.edition()), render::shown(after.composed.edition()));
    let paired = pairs(&stories(&old), &stories(&new));
    let (mut coming, mut forms, mut sentences, mut moved) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut same = 0;
    for (place, (shown, other)) in new.iter().zip(&paired).enumerate() {
        let story = shown.story;
        let named = json!({ "story": story.id, "headline": story.headline });
        let with = |more: Value| merged(&named, &more);
        let Some(other) = *other else {
            let now = json!({ "score": story.score, "form": shown.form, "why": account(after, story)["why"] });
            coming.push(with(json!({ "was": account(before, story), "now": now })));
            continue;
        };
        let was = &old[other];
        let changed = sentence_changes(after, was, shown);
        if was.form != shown.form {
            forms.push(with(json!({ "from": was.form, "to": shown.form })));
        } else if let Some(changed) = changed {
            sentences.push(with(changed));
        } else {
            same += 1;
        }
        if other != place {
            moved.push(with(json!({ "from": other + 1, "to": place + 1 })));
        }
    }
    let stays: BTreeSet<usize> = paired.iter().flatten().copied().collect();
    let gone = old.iter().enumerate().filter(|(place, _)| !stays.contains(place)).map(|(_, shown)| {
        let story = shown.story;
        json!({ "story": story.id, "headline": story.headline, "now": account(after, story), "was": { "score": story.score } })
    });
    json!({
        "in": coming, "out": gone.collect::<Vec<_>>(), "forms": forms, "sentences": sentences, "moved": moved, "same": same,
    })
}

fn stories<'a>(shown: &[ShownStory<'a>]) -> Vec<&'a Story> {
    shown.iter().map(|shown| shown.story).collect()
}

fn merged(one: &Value, other: &Value) -> Value {
    let objects = [one, other].into_iter().filter_map(Value::as_object);
    Value::Object(objects.flatten().map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn sentence_changes(after: &Trial, old: &ShownStory<'_>, new: &ShownStory<'_>) -> Option<Value> {
    if old.form == Form::Brief || new.form == Form::Brief {
        return None;
    }
    let only = |one: &ShownStory<'_>, other: &ShownStory<'_>| -> Vec<Value> {
        let known: BTreeSet<(&str, usize)> = other.sentences.iter().map(|said| (&*said.article, said.end)).collect();
        let fresh = one.sentences.iter().filter(|said| !known.contains(&(&*said.article, said.end)));
        fresh.map(|said| json!({ "text": said.text, "why": why(after, &said.article, said.end) })).collect()
    };
    let (removed, added) = (only(old, new), only(new, old));
    (!removed.is_empty() || !added.is_empty()).then(|| json!({ "removed": removed, "added": added }))
}
