use crate::Error;
use crate::cli::Exit;

/// The list of sources and their health.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args) -> Result<Exit, Error> {
    Err(Error::Usage("not built yet".into()))
}
