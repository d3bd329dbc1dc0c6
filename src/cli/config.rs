//! `digest config`: what a config may say, in words and as a schema, from the program itself.

use clap::Subcommand;

use crate::Error;
use crate::cli::Exit;
use crate::cli::run::to_stdout;
use crate::config::file_schema;

/// The reference; a test holds its keys to those of the schema.
const REFERENCE: &str = include_str!("../../config.toml");

/// The reference and the schema of the config
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// A config with every key, its default and its meaning, on stdout
    Reference,
    /// The JSON Schema of the config, on stdout: editors complete and check keys by it
    Schema,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    match args.action {
        Action::Reference => to_stdout(REFERENCE)?,
        Action::Schema => print_schema()?,
    }
    Ok(Exit::Done)
}

pub(super) fn print_schema() -> Result<(), Error> {
    to_stdout(&format!("{:#}\n", file_schema()))
}
