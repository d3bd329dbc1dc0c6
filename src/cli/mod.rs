//! Command line: clap definitions, and one file a command.

mod group;
mod read;
mod source;
mod summarize;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// How a command ended (DESIGN: exit codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; also: nothing new, already sent.
    Done,
    /// Done, but something was left out.
    LeftOut,
    /// Usage, config or template error; nothing was done.
    Usage,
    /// Failed; nothing was sent.
    Failed,
    /// Try again: another run holds the lock, or mail is still in the outbox.
    Again,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::LeftOut => 1,
            Exit::Usage => 2,
            Exit::Failed => 3,
            Exit::Again => 75,
        })
    }
}

/// Reads sources, picks the sentences that carry each story, and mails one finished edition.
#[derive(Debug, Parser)]
#[command(name = "digest", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Group(group::Args),
    Summarize(summarize::Args),
    Read(read::Args),
    Source(source::Args),
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Group(args) => group::run(&args),
        Command::Summarize(args) => summarize::run(&args),
        Command::Read(args) => read::run(&args),
        Command::Source(args) => source::run(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            anstream::eprintln!("error: {error}");
            Exit::Usage.into()
        }
    }
}
