//! `digest explain`: why a story, an entry was taken or dropped.

use std::fmt::Write as _;
use std::io::IsTerminal;

use serde_json::json;

use crate::Error;
use crate::cli::reasons;
use crate::cli::run::{replayed, to_stdout};
use crate::cli::{Exit, Session};
use crate::pipeline::Composed;

/// Why stories stand where they stand, and what became of every entry, by the answers of the last gathering
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only what was left out, and the rule, limit or score that decided it
    #[arg(long)]
    dropped: bool,
    /// Only the story with this in its headline: its score, all its sentences, and why each was taken or not
    #[arg(long, value_name = "TEXT")]
    story: Option<String>,
    /// One JSON object; the default where nobody watches
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    let composed = session.block_on(replayed(session, &config))??;
    let as_json = args.json || !std::io::stdout().is_terminal();
    to_stdout(&if as_json { json(args, &composed) } else { text(args, &composed) })?;
    Ok(Exit::Done)
}

fn wanted(args: &Args, headline: &str) -> bool {
    args.story.as_ref().is_none_or(|text| headline.to_lowercase().contains(&text.to_lowercase()))
}

fn json(args: &Args, composed: &Composed) -> String {
    let composition = &composed.composition;
    let fates: Vec<_> = composition.fates.iter().filter(|fate| !args.dropped || !fate.is_told()).collect();
    let stories: Vec<_> = composition.edition.stories().filter(|story| wanted(args, &story.headline)).collect();
    let stories = if args.dropped { Vec::new() } else { stories };
    let rankings = if args.dropped { None } else { Some(&composition.rankings) };
    let fates = if args.story.is_some() { Vec::new() } else { fates };
    let told = |id: &str| stories.iter().any(|story| story.id == id);
    let sentences: Vec<_> = composition.sentences.iter().filter(|sentence| told(&sentence.story)).collect();
    format!("{}\n", json!({ "stories": stories, "rankings": rankings, "sentences": sentences, "fates": fates }))
}

fn text(args: &Args, composed: &Composed) -> String {
    let composition = &composed.composition;
    let mut text = String::new();
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
        for fate in composition.fates.iter().filter(|fate| !fate.is_told()) {
            let _ = writeln!(text, "left out: {} ({}): {}", fate.title, fate.source, fate.why);
        }
    }
    text
}
