//! `digest store`: the state itself.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::Error;
use crate::cli::run::to_stdout;
use crate::cli::{Exit, Session};
use crate::error::Usage;
use crate::pipeline;
use crate::send::Mailbox;
use crate::store::{self, Flaw, Location, Pruned, Store};

/// The state: checked, saved, pruned, copied; one reader's data
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reads everything in it and names what is hurt: which edition, which article. Exit code 1 when something is
    Check {
        /// One JSON object on the standard output
        #[arg(long)]
        json: bool,
    },
    /// Writes a copy as it is now into a new file, also while a run is active
    Backup {
        /// The new file
        #[arg(value_name = "FILE")]
        to: PathBuf,
    },
    /// Forgets what is older than `[store] keep_days` now, which a run does once a day, and gives the room back to the disk
    Prune {
        /// In place of `keep_days`
        #[arg(long, value_name = "N")]
        days: Option<u32>,
    },
    /// Prints all that is known of one reader, as JSON
    Export {
        /// The reader's address
        #[arg(value_name = "ADDR")]
        address: String,
    },
    /// Forgets one reader: no byte of the address stays in the file, only a salted hash, so that it is not written to again
    ///
    /// Take the address off your list, too, and out of older backups.
    Erase {
        /// The reader's address
        #[arg(value_name = "ADDR")]
        address: String,
        /// Let an erased address be written to again
        #[arg(long)]
        undo: bool,
    },
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
    match &args.command {
        Command::Check { json } => check(*json, session),
        Command::Backup { to } => {
            let config = session.config()?;
            let Location::File(path) = &config.store else { return Err(Usage::NoBackup.into()) };
            if to.exists() {
                let instead = "name a file that is not there yet";
                return Err(Usage::Exists { path: to.clone(), instead }.into());
            }
            session.block_on(store::backup(path, to))??;
            Ok(Exit::Done)
        }
        Command::Prune { days } => {
            let config = session.config()?;
            let pruned = session.block_on(pipeline::prune(&config, *days, session.now))??;
            session.output.say(&words(&pruned));
            Ok(Exit::Done)
        }
        Command::Export { address } => export(address, session),
        Command::Erase { address, undo } => erase(address, *undo, session),
        Command::Copy { from, to } => copy(from, to, session),
    }
}

/// The account of pruning, for a person.
pub(super) fn words(pruned: &Pruned) -> String {
    let Pruned { texts, mails, deliveries } = pruned;
    format!("pruned: {texts} texts, {mails} mails, {deliveries} records of deliveries")
}

fn check(as_json: bool, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    let flaws = session.block_on(store::check(&config.store))??;
    let place = config.store.to_string();
    if as_json {
        to_stdout(&format!("{}\n", json!({ "store": place, "flaws": flaws })))?;
    } else if flaws.is_empty() {
        to_stdout(&format!("{place}: whole\n"))?;
    } else {
        let lines: String = flaws.iter().map(|flaw| format!("  {}\n", line(flaw))).collect();
        to_stdout(&format!("{place}: {} flaws\n{lines}", flaws.len()))?;
        session.output.say("what can be read goes on being used; to have the rest, restore your last backup");
    }
    Ok(if flaws.is_empty() { Exit::Done } else { Exit::LeftOut })
}

fn line(flaw: &Flaw) -> String {
    let Flaw { table, row, edition, what } = flaw;
    let place = match (table, row) {
        (Some(table), Some(row)) => format!("{table} `{row}`: "),
        (Some(table), None) => format!("{table}: "),
        (None, _) => String::new(),
    };
    let edition = edition.as_ref().map(|edition| format!(" (used by `{edition}`)")).unwrap_or_default();
    format!("{place}{what}{edition}")
}

fn export(address: &str, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    let address = Mailbox::parse(address)?.address;
    let read = async |store: &Store| store.reader(&address).await;
    let data = session.block_on(store::look(&config.store, read))??;
    to_stdout(&format!("{:#}\n", json!(data)))?;
    Ok(Exit::Done)
}

fn erase(address: &str, undo: bool, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    let address = Mailbox::parse(address)?.address;
    let _lock = store::lock(&config.store)?;
    let work = async {
        let store = Store::open(&config.store).await?;
        let was_erased = if undo {
            store.unerase(&address).await?
        } else {
            store.erase(&address, session.now).await.map(|()| true)?
        };
        store.close().await;
        Ok::<bool, store::Error>(was_erased)
    };
    let was_erased = session.block_on(work)??;
    if undo {
        let words = if was_erased { "may be written to again" } else { "was not erased" };
        session.output.say(&format!("{address} {words}"));
    } else {
        session.output.say("forgotten; take the address off your list and out of older backups, too");
    }
    Ok(Exit::Done)
}

fn copy(from: &str, to: &str, session: &Session) -> Result<Exit, Error> {
    let config = session.config_if_any()?;
    let known = config.as_ref().map(|config| &config.store);
    let (from, to) = (location(from, known)?, location(to, known)?);
    if from.is_same(&to) {
        return Err(Usage::SameStore.into());
    }
    if let Location::File(path) = &from
        && !path.exists()
    {
        return Err(Usage::Store(format!("no file `{}`", path.display())).into());
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
