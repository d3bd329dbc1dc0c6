//! Command line: clap definitions, and one file a command.
//!
//! The only module that prints: data to stdout, words about it to stderr, nothing on success when nobody watches.
//! To add a command: write `cli/<command>.rs` with its `Args` and a `run`, and name it in `Command`.

mod approve;
mod check;
mod completions;
mod config;
mod edit;
mod edition;
mod evaluate;
mod explain;
mod group;
mod init;
mod input;
mod limited;
mod output;
mod preview;
mod publish;
mod rate;
mod read;
mod read_worker;
mod reasons;
mod run;
mod session;
mod source;
mod status;
mod store;
mod summarize;
mod template;
mod terminal;
mod verify;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::cli::session::Session;
use crate::error::{Error, Usage};
use crate::pipeline::Acts;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; also: nothing new, already sent.
    Done,
    /// Done, but something was left out.
    LeftOut,
    /// Usage, config or template error; nothing was done.
    Usage,
    /// Failed: nothing was sent, or the mail server wants nothing from us until the config is mended.
    Failed,
    /// Try again: another run is at work, mail is still in the outbox, no source answered, or the program was asked to end.
    Again,
}

impl Exit {
    /// The ends of two runs, in one: a failure before what is to be tried again, that before what was left out.
    fn graver(self, other: Self) -> Self {
        let gravity = |exit: Self| match exit {
            Self::Done => 0,
            Self::LeftOut => 1,
            Self::Again => 2,
            Self::Usage => 3,
            Self::Failed => 4,
        };
        if gravity(other) > gravity(self) { other } else { self }
    }

    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::LeftOut => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Again => 75,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

const EXIT_CODES: &str = "Exit codes:
  0   done (also: nothing new, already sent)
  1   done, but something was left out (a failing source, a refused recipient, a bad input, a draft nobody approved)
  2   usage, config or template error; nothing was done
  3   failed: nothing was sent, or the mail server does not take our password or anything else (try again once that is mended)
  75  try again (another run is at work, mail is still in the outbox, no source answered, or the run was asked to end)";

/// Reads your sources, picks the sentences that carry each story, and mails one finished edition.
///
/// Without a command it runs: gather, compose, deliver.
#[derive(Debug, Parser)]
#[command(name = "digest", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    run: run::Args,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
struct Global {
    /// The config; else $DIGEST_CONFIG, ./config.toml, then config.toml in the user's config folder
    #[arg(short, long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The newsletter, where the config has several; without it, what runs runs for each
    #[arg(long, global = true, value_name = "NAME")]
    newsletter: Option<String>,
    /// Only errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// More about what is done; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// How log lines are written to stderr
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    /// Asks the sources and stores what is new
    Gather(run::ActArgs),
    /// Composes an edition of what is stored and puts it into the outbox
    Compose(run::ActArgs),
    /// Sends what is in the outbox
    Deliver(run::ActArgs),
    Approve(approve::Args),
    Edit(edit::Args),
    Edition(edition::Args),
    Init(init::Args),
    Check(check::Args),
    Config(config::Args),
    Status(status::Args),
    Store(store::Args),
    Explain(explain::Args),
    Preview(preview::Args),
    Publish(publish::Args),
    #[command(hide = true)]
    ReadWorker(read_worker::Args),
    #[command(hide = true)]
    Limited(limited::Args),
    Rate(rate::Args),
    Source(source::Args),
    Read(read::Args),
    Summarize(summarize::Args),
    Evaluate(evaluate::Args),
    Template(template::Args),
    Group(group::Args),
    Verify(verify::Args),
    Completions(completions::Args),
    Man(completions::ManArgs),
}

/// Runs the program on the process's arguments; `now` is the only reading of the clock.
pub fn main(now: Timestamp) -> ExitCode {
    raise_file_limit();
    let cli = Cli::parse();
    let cli = match cli.command {
        Some(Command::Limited(limited)) => match inside(&limited) {
            Ok(cli) => cli,
            Err(error) => return Session::new(&cli.global, now).output.error(&error).into(),
        },
        _ => match cli.command.as_ref().and_then(limited::Need::of).and_then(limited::run) {
            Some(code) => return code,
            None => cli,
        },
    };
    let session = Session::new(&cli.global, now);
    session.output.start_logging();
    if cli.is_misplaced() {
        return session.output.error(&Usage::MisplacedOptions.into()).into();
    }
    let is_for_each = session.newsletter().is_none() && cli.is_for_each();
    let newsletters = if is_for_each { session.newsletters() } else { Vec::new() };
    if newsletters.is_empty() {
        return cli.run(&session).into();
    }
    // One after the other: what befalls one keeps none of the others from its readers.
    let each = newsletters.iter().take_while(|_| !run::was_asked_to_end());
    each.map(|name| cli.run(&session.of(&cli.global, name))).fold(Exit::Done, Exit::graver).into()
}

/// The invocation that is done within limits, which hold from now on.
fn inside(limited: &limited::Args) -> Result<Cli, Error> {
    limited.limit()?;
    let name = std::ffi::OsString::from("digest");
    Ok(Cli::parse_from(std::iter::once(name).chain(limited.arguments.iter().cloned())))
}

/// Each connection takes a file: as many as the system allows in place of the fewer that it gives unasked.
#[cfg(unix)]
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Some systems allow fewer than they say: then it stays as it is, which is enough for the connections by default.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

#[cfg(not(unix))]
fn raise_file_limit() {}

/// Whether the program would take `arguments`, its own name first, as a command line; nothing is run.
///
/// # Errors
/// The message the program would print.
pub fn check_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<(), clap::Error> {
    let cli = Cli::try_parse_from(arguments)?;
    if cli.is_misplaced() {
        return Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, Usage::MisplacedOptions));
    }
    Ok(())
}

impl Cli {
    /// Does it, and prints what went wrong.
    fn run(&self, session: &Session) -> Exit {
        let result = match &self.command {
            None => run::run(&self.run, session),
            Some(command) => command.run(session),
        };
        result.unwrap_or_else(|error| session.output.error(&session.placed(error)))
    }

    /// Whether it is done for each newsletter of a config that has several.
    fn is_for_each(&self) -> bool {
        use Command::{Check, Compose, Deliver, Gather, Publish, Run, Status};
        let command = self.command.as_ref();
        command.is_none_or(|one| {
            matches!(one, Run(_) | Gather(_) | Compose(_) | Deliver(_) | Check(_) | Status(_) | Publish(_))
        })
    }

    /// Options of `run` stand before a command: `digest --dry-run run` must not become a run that sends.
    fn is_misplaced(&self) -> bool {
        self.command.is_some() && self.run != run::Args::default()
    }
}

impl Command {
    fn run(&self, session: &Session) -> Result<Exit, Error> {
        match self {
            Self::Run(args) => run::run(args, session),
            Self::Gather(args) => run::act(args, Acts::GATHER, session),
            Self::Compose(args) => run::act(args, Acts::COMPOSE, session),
            Self::Deliver(args) => run::act(args, Acts::DELIVER, session),
            Self::Approve(args) => approve::run(args, session),
            Self::Edit(args) => edit::run(args, session),
            Self::Edition(args) => edition::run(args, session),
            Self::Init(args) => init::run(args, session),
            Self::Check(args) => check::run(args, session),
            Self::Config(args) => config::run(args),
            Self::Status(args) => status::run(args, session),
            Self::Store(args) => store::run(args, session),
            Self::Explain(args) => explain::run(args, session),
            Self::Preview(args) => preview::run(args, session),
            Self::Publish(args) => publish::run(args, session),
            Self::Rate(args) => rate::run(args, session),
            Self::ReadWorker(args) => read_worker::run(args),
            // It was unwrapped before; inside another there is none.
            Self::Limited(_) => Err(Usage::MisplacedOptions.into()),
            Self::Source(args) => source::run(args, session),
            Self::Read(args) => read::run(args),
            Self::Summarize(args) => summarize::run(args),
            Self::Evaluate(args) => evaluate::run(args, session),
            Self::Template(args) => template::run(args),
            Self::Group(args) => group::run(args),
            Self::Verify(args) => verify::run(args, session),
            Self::Completions(args) => completions::run(args, &mut Cli::command()),
            Self::Man(args) => completions::man(args, Cli::command()),
        }
    }
}
