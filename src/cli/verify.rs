//! `digest verify`: the proof that nothing was invented.

use std::fmt::Write as _;

use crate::cli::run::to_stdout;
use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::error::{Error, Usage};
use crate::model::{Article, Edition};
use crate::store::Store;
use crate::story::{self, Flaw};

/// Looks up every sentence of an edition in its stored article
///
/// Each must stand at its place, byte for byte, in a text whose hash is the one it was stored with, and its link must
/// be made from it. Exit code 1 and the list when not.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Id of the edition; without it the last one
    #[arg(value_name = "EDITION")]
    edition: Option<String>,
    /// One JSON object on the standard output
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    let (edition, articles) = session.block_on(read(&config, args.edition.as_deref()))??;
    let flaws = story::verify(&edition, &articles);
    to_stdout(&if args.json { json(&edition, &flaws) } else { text(&edition, &flaws) })?;
    Ok(if flaws.is_empty() { Exit::Done } else { Exit::LeftOut })
}

/// The edition and the articles its sentences stand in, as they are stored.
async fn read(config: &Config, id: Option<&str>) -> Result<(Edition, Vec<(Article, String)>), Error> {
    let store = Store::snapshot(&config.store).await?;
    let edition = match id {
        Some(id) => store.edition(id).await?,
        None => store.last_edition(&config.newsletter.name).await?,
    };
    let missing = || id.map_or(Usage::NoEdition, |id| Usage::UnknownEdition(id.to_owned()));
    let edition = edition.ok_or_else(missing)?;
    let mut ids: Vec<&str> =
        edition.stories().flat_map(|story| &story.sentences).map(|sentence| sentence.article.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut articles = Vec::new();
    for id in ids {
        articles.extend(store.stored_article(id).await?);
    }
    Ok((edition, articles))
}

fn count(edition: &Edition) -> usize {
    edition.stories().map(|story| story.sentences.len()).sum()
}

fn text(edition: &Edition, flaws: &[Flaw]) -> String {
    let all = count(edition);
    let mut text = format!("{}: {} of {all} sentences proven\n", edition.id, all - flaws.len());
    for flaw in flaws {
        let _ = writeln!(text, "\n{}\n  {}\n  in {}", flaw.what, flaw.sentence, flaw.article);
    }
    text
}

fn json(edition: &Edition, flaws: &[Flaw]) -> String {
    format!("{}\n", serde_json::json!({ "edition": edition.id, "sentences": count(edition), "flaws": flaws }))
}
