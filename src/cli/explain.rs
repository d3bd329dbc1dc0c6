//! `digest explain`: why a story, an entry was taken or dropped.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::IsTerminal;

use serde_json::json;

use crate::Error;
use crate::cli::reasons;
use crate::cli::run::{replayed, to_stdout};
use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::pipeline::Composed;
use crate::store::{self, Store};
use crate::story::Preferences;

/// Why stories stand where they stand, and what became of every entry: of the draft, else of the next edition, by the
/// answers of the last gathering, or of the last edition when nothing is waiting
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only what was left out, and the rule, limit or score that decided it
    #[arg(long)]
    dropped: bool,
    /// Only the story with this in its headline: its score, all its sentences, and why each was taken or not
    #[arg(long, value_name = "TEXT")]
    story: Option<String>,
    /// The sum of your ratings: the weights of sources and terms, and the stories you rated
    #[arg(long, conflicts_with_all = ["dropped", "story", "edition"])]
    preferences: bool,
    /// The edition or draft with this id
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
    /// One JSON object; the default where nobody watches
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    if args.preferences {
        return preferences(args, session, &config);
    }
    let composed = replayed(session, &config, args.edition.as_deref())?;
    let as_json = args.json || !std::io::stdout().is_terminal();
    to_stdout(&if as_json { json(args, &composed) } else { text(args, &composed) })?;
    Ok(Exit::Done)
}

fn preferences(args: &Args, session: &Session, config: &Config) -> Result<Exit, Error> {
    let read = async |store: &Store| store.ratings(&config.newsletter.name).await;
    let ratings = session.block_on(store::look(&config.store, read))??;
    let preferences = Preferences::from_ratings(&ratings);
    if args.json || !std::io::stdout().is_terminal() {
        to_stdout(&format!("{}\n", json!({ "preferences": preferences, "ratings": ratings })))?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for (kind, weights) in [("source", &preferences.sources), ("term", &preferences.terms)] {
        for (name, weight) in weights {
            let _ = writeln!(text, "{weight:+.1}  {kind} {name}");
        }
    }
    for rating in &ratings {
        let _ = writeln!(text, "{}  {}", if rating.liked { "+" } else { "-" }, rating.headline);
    }
    to_stdout(if text.is_empty() { "nothing was rated\n" } else { &text })?;
    Ok(Exit::Done)
}

fn wanted(args: &Args, headline: &str) -> bool {
    args.story.as_ref().is_none_or(|text| headline.to_lowercase().contains(&text.to_lowercase()))
}

fn json(args: &Args, composed: &Composed) -> String {
    let composition = &composed.composition;
    let decisions: Vec<_> =
        composition.decisions.iter().filter(|decision| !args.dropped || !decision.is_published()).collect();
    let stories: Vec<_> = composition.edition.stories().filter(|story| wanted(args, &story.headline)).collect();
    let stories = if args.dropped { Vec::new() } else { stories };
    let rankings = if args.dropped { None } else { Some(&composition.rankings) };
    let decisions = if args.story.is_some() { Vec::new() } else { decisions };
    let published = |id: &str| stories.iter().any(|story| story.id == id);
    let sentences: Vec<_> = composition.sentences.iter().filter(|sentence| published(&sentence.story)).collect();
    let account = json!({
        "edition": composition.edition.id,
        "counts": counts(composed),
        "stories": stories,
        "rankings": rankings,
        "sentences": sentences,
        "decisions": decisions,
    });
    format!("{account}\n")
}

/// How many entries were seen, and how many each decision met: the numbers add up.
fn counts(composed: &Composed) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::from([("seen", composed.composition.decisions.len())]);
    for decision in &composed.composition.decisions {
        *counts.entry(decision.outcome.name()).or_default() += 1;
    }
    counts
}

fn sum(counts: &BTreeMap<&'static str, usize>) -> String {
    let terms = counts.iter().filter(|(name, _)| **name != "seen");
    let terms: Vec<String> = terms.map(|(name, count)| format!("{count} {}", name.replace('_', " "))).collect();
    format!("{} seen = {}", counts["seen"], terms.join(" + "))
}

fn text(args: &Args, composed: &Composed) -> String {
    let composition = &composed.composition;
    let mut text = format!("{}: {}\n", composition.edition.id, sum(&counts(composed)));
    if !args.dropped {
        for story in composition.edition.stories().filter(|story| wanted(args, &story.headline)) {
            let _ = writeln!(text, "{}  (score {:.2})", story.headline, story.score);
            for ranking in composition.rankings.iter().filter(|ranking| ranking.story == story.id) {
                for part in &ranking.parts {
                    let _ = writeln!(text, "  {:+.2}  {}", part.points, part.why);
                }
            }
            let mut sentences = composition.sentences.iter().filter(|sentence| sentence.story == story.id).peekable();
            if sentences.peek().is_some() {
                text.push_str(reasons::HEAD);
            }
            for (number, sentence) in
                sentences.enumerate().filter(|(_, sentence)| args.story.is_some() || sentence.taken)
            {
                let words = format!("{}: {}", sentence.source, sentence.text);
                text.push_str(&reasons::row(number + 1, sentence.taken, &sentence.reasons, &words, &sentence.why));
            }
        }
    }
    if args.story.is_none() {
        for decision in composition.decisions.iter().filter(|decision| !decision.is_published()) {
            let _ = writeln!(text, "left out: {} ({}): {}", decision.title, decision.source, decision.why);
        }
    }
    text
}
