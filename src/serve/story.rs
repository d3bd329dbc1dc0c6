//! One story of a composition: why it stands where it stands, its articles, and why each of its sentences was taken or not.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::{Article, Story};
use crate::render;
use crate::serve::problem::Problem;
use crate::serve::trial::Trial;
use crate::story::SentenceDecision;
use crate::summary::Reasons;

/// Bytes of one article that the page gets.
const LONGEST_ARTICLE: usize = 200_000;
/// From this cosine on a sentence repeats another.
const REPEATS: f64 = 0.2;

/// The page's panels of the story `id`.
pub(super) fn story(trial: &Trial, id: &str) -> Result<Value, Problem> {
    let story = trial.stories().find(|story| story.id == id).ok_or_else(Problem::gone)?;
    let rankings = &trial.composed.composition.rankings;
    let place = rankings.iter().position(|ranking| ranking.story == id);
    let next = place.and_then(|place| rankings.get(place + 1));
    let shown = render::shown(trial.composed.edition());
    let said: BTreeSet<(&str, usize)> = shown
        .iter()
        .filter(|one| one.story.id == id)
        .flat_map(|one| one.sentences.iter().map(|sentence| (&*sentence.article, sentence.end)))
        .collect();
    let all: Vec<&SentenceDecision> =
        trial.composed.composition.sentences.iter().filter(|sentence| sentence.story == id).collect();
    let sentences: Vec<Value> = all.iter().map(|one| sentence(one, &all, &said)).collect();
    Ok(json!({
        "id": id,
        "headline": story.headline,
        "teaser": story.teaser,
        "weak": story.weak,
        "ranking": place.map(|place| json!({
            "score": rankings[place].score, "place": place + 1, "of": rankings.len(), "parts": rankings[place].parts,
            "section": rankings[place].section,
            "next": next.map(|next| json!({ "headline": next.headline, "score": next.score })),
        })),
        "articles": articles(trial, story),
        "sentences": sentences,
    }))
}

fn articles(trial: &Trial, story: &Story) -> Vec<Value> {
    let places = story.places.iter().chain(&story.also_in);
    let known = |id: &str| trial.inputs.articles.iter().find(|article| article.id == id);
    places.filter_map(|place| known(&place.article)).map(article).collect()
}

/// An article as the page shows it.
pub(super) fn article(article: &Article) -> Value {
    let mut end = article.text.len().min(LONGEST_ARTICLE);
    while !article.text.is_char_boundary(end) {
        end -= 1;
    }
    json!({
        "id": article.id, "source": article.source, "title": article.title, "url": article.url,
        "published": article.time(), "language": article.language, "teaser": article.teaser,
        "byline": article.byline, "tags": article.tags,
        "text": article.text[..end], "cut": end < article.text.len(),
    })
}

fn sentence(one: &SentenceDecision, all: &[&SentenceDecision], said: &BTreeSet<(&str, usize)>) -> Value {
    let reasons = &one.reasons;
    json!({
        "text": one.text, "source": one.source, "article": one.article, "start": one.start, "end": one.end,
        "taken": one.taken, "shown": said.contains(&(one.article.as_str(), one.end)),
        "turn": reasons.turn, "rank": reasons.rank, "count": reasons.count,
        "why": why(one, all), "decided_by": decided_by(one, all), "facts": facts(one, all),
    })
}

/// Sentences of the story that were chosen.
fn chosen(all: &[&SentenceDecision]) -> usize {
    all.iter().filter(|one| one.reasons.turn.is_some()).count()
}

/// The criterion that decided: a sentence that would have had its turn by its rank went out for what it repeats.
fn decided_by(one: &SentenceDecision, all: &[&SentenceDecision]) -> &'static str {
    let reasons = &one.reasons;
    match one {
        _ if reasons.turn.is_some() && one.taken => "rank",
        _ if one.taken => "addition",
        _ if reasons.turn.is_some() => "update",
        _ if reasons.too_long => "length",
        _ if reasons.said_by.is_some() && (reasons.rank <= chosen(all) || reasons.redundancy >= 0.45) => "repetition",
        _ if reasons.prior < 0.3 => "fragment",
        _ => "rank",
    }
}

fn why(one: &SentenceDecision, all: &[&SentenceDecision]) -> String {
    let reasons = &one.reasons;
    if decided_by(one, all) != "repetition" {
        return one.why.clone();
    }
    let share = 100.0 * reasons.redundancy;
    let place = reasons.said_by.map_or_else(String::new, |place| format!(" of what sentence {} says", place + 1));
    format!("Left out: no. {} of {} by centrality, but it repeats {share:.0} %{place}.", reasons.rank, reasons.count)
}

/// Five facts in words, each with its bar from 0 to 1.
fn facts(one: &SentenceDecision, all: &[&SentenceDecision]) -> Vec<Value> {
    let Reasons { rank, centrality, readability, redundancy, said_by, words, position, count, order_weight, .. } =
        one.reasons;
    let fact = |label: &str, note: String, bar: Option<f64>, value: String| json!({ "label": label, "note": note, "bar": bar, "value": value });
    let early = 1.0 - position as f64 / count.max(1) as f64;
    let alone = if readability >= 0.8 {
        "yes"
    } else if readability >= 0.5 {
        "mostly"
    } else {
        "hardly"
    };
    let nearest = said_by.and_then(|place| all.get(place)).filter(|_| redundancy >= REPEATS / 4.0);
    let repeats = match nearest.zip(said_by) {
        Some((_, place)) => format!("{:.0} % of no. {}", 100.0 * redundancy, place + 1),
        None => "no".to_owned(),
    };
    vec![
        fact("Central to the story", String::new(), Some(centrality), format!("no. {rank} of {count}")),
        fact(
            "Comes early",
            format!("order counts {:.0} %", 100.0 * order_weight),
            Some(early),
            format!("sentence {} of {count}", position + 1),
        ),
        fact("Repeats a chosen sentence", String::new(), Some(redundancy), repeats),
        fact("Understood alone", String::new(), Some(readability), alone.to_owned()),
        fact("Length", String::new(), None, format!("{words} words")),
    ]
}
