use crate::Error;
use crate::cli::Exit;

/// What the reader makes of feeds, pages, mails and texts, one JSON line each.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args) -> Result<Exit, Error> {
    Err(Error::Usage("not built yet".into()))
}
