//! `digest publish`: the archive of all editions as files.

use jiff::Timestamp;

use crate::Error;
use crate::cli::{Exit, Session};
use crate::pipeline::{self, Published};

/// Makes the archive of all editions: pages, search, feeds, EPUB
///
/// Into the folder of `[publish]`: what the store has and the archive has not, or what looks different by now. A run does the same
/// after each edition.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Make every file anew and compare it with what lies there
    #[arg(long)]
    all: bool,
    /// As if it were this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    let now = args.now.unwrap_or(session.now);
    let Published { editions, written, removed } = session.block_on(pipeline::publish(&config, now, args.all))??;
    session.output.note(&format!("archive: {editions} editions, {written} files written, {removed} removed"));
    Ok(Exit::Done)
}
