//! `digest read-worker`: reads what strangers sent, for another process of this program that gives it jobs.

use std::io;

use crate::Error;
use crate::cli::Exit;
use crate::fetch::Size;
use crate::pipeline::workers::{Limits, serve};

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

/// The arguments that start a worker within `limits`.
pub(super) fn arguments(limits: Limits) -> Vec<String> {
    let seconds = limits.time.as_secs().max(1);
    vec!["read-worker".to_owned(), format!("--memory={}", limits.memory), format!("--seconds={seconds}")]
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let limits = Limits { memory: args.memory, time: std::time::Duration::from_secs(args.seconds) };
    serve(&mut io::stdin().lock(), &mut io::stdout().lock(), limits).map_err(Error::Stdout)?;
    Ok(Exit::Done)
}
