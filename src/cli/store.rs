//! `digest store`: the state itself.

use clap::Subcommand;

use crate::Error;
use crate::cli::{Exit, Session};
use crate::error::Usage;
use crate::store::{self, Location};

/// Copies the state into another store
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Copies a whole store into an empty one, and compares both row by row: a file, or the URL of a PostgreSQL database
    /// without its password (the config's, $PGPASSWORD, ~/.pgpass). Nothing is to run on either meanwhile
    Copy {
        /// The store that is copied; it stays as it is
        from: String,
        /// Where to; made if it is a file, without tables if it is a database
        to: String,
    },
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let Command::Copy { from, to } = &args.command;
    let config = session.config_if_any()?;
    let known = config.as_ref().map(|config| &config.store);
    let (from, to) = (location(from, known)?, location(to, known)?);
    if from.is_same(&to) {
        return Err(Usage::SameStore.into());
    }
    let _locks = (store::lock(&from)?, store::lock(&to)?);
    let copied = session.block_on(store::copy(&from, &to))??;
    for (table, rows) in copied.iter().filter(|(_, rows)| *rows > 0) {
        session.output.say(&format!("{table}: {rows} rows, the same in both"));
    }
    session.output.say("what is in the copy is sent by one of them: let no run use both");
    Ok(Exit::Done)
}

/// The store called `text`; the config knows how to open its own.
fn location(text: &str, known: Option<&Location>) -> Result<Location, Error> {
    let named = Location::named(text).map_err(Usage::Store)?;
    Ok(known.filter(|known| known.is_same(&named)).cloned().unwrap_or(named))
}
