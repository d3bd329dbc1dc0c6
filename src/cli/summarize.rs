use crate::Error;
use crate::cli::Exit;

/// Key sentences of files, URLs or stdin.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args) -> Result<Exit, Error> {
    Err(Error::Usage("not built yet".into()))
}
