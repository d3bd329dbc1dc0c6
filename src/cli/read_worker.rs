//! `digest read-worker`: reads what strangers sent, for another process of this program that gives it jobs.

use std::io;
use std::path::PathBuf;

use crate::Error;
use crate::cli::Exit;
use crate::config::Config;
use crate::fetch::Size;
use crate::pipeline::workers::{Limits, Workers, serve};

/// Reads documents that the standard input gives, within limits; for the program itself
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Memory it may have
    #[arg(long)]
    memory: Size,
    /// Seconds that one job may take
    #[arg(long)]
    seconds: u64,
}

/// Processes of this program that read, as many at a time as there are cores.
pub(super) fn workers(config: &Config) -> Result<Workers, Error> {
    let limits = Limits { memory: config.fetch.read_memory, time: config.fetch.read_limit() };
    let count = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    Ok(Workers::new(program()?, arguments, limits, count))
}

/// This program.
pub(super) fn program() -> Result<PathBuf, Error> {
    // The file itself may have been replaced by a newer version since we started.
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() {
        return Ok(own);
    }
    // In a root without /proc there is only the name we were started by.
    let named = || std::env::args_os().next().map(PathBuf::from);
    std::env::current_exe().or_else(|error| named().ok_or(error)).map_err(Error::Runtime)
}

/// The arguments that start a worker within `limits`.
fn arguments(limits: Limits) -> Vec<String> {
    let seconds = limits.time.as_secs().max(1);
    vec!["read-worker".to_owned(), format!("--memory={}", limits.memory), format!("--seconds={seconds}")]
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let limits = Limits { memory: args.memory, time: std::time::Duration::from_secs(args.seconds) };
    serve(&mut io::stdin().lock(), &mut io::stdout().lock(), limits).map_err(Error::Stdout)?;
    Ok(Exit::Done)
}
