//! `digest check`: what is wrong with the config, the template and the mail, before anything happens.

mod facts;
mod mail;

pub(super) use mail::send_test;

use std::net::SocketAddr;

use jiff::Timestamp;

use crate::cli::output::Output;
use crate::cli::words::count;
use crate::cli::{Exit, Session};
use crate::config::{Changed, Config};
use crate::error::{Error, Usage};
use crate::model::{Edition, Problem};
use crate::pipeline;
use crate::render::{Rendered, lint};
use crate::send::{self, Placeholders, Recipients};

/// Looks at the config, the template, the mail, its server and its domain, and says what to fix; sends nothing
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the JSON Schema of the config instead, as `digest config schema` does
    #[arg(long)]
    schema: bool,
    /// Show the settings that are not as they come instead, those of `conf.d` and of `DIGEST__` variables among them
    #[arg(long, conflicts_with_all = ["schema", "offline", "send_test", "resolver"])]
    changed: bool,
    /// Ask neither the mail server nor the DNS
    #[arg(long)]
    offline: bool,
    /// Send an invented edition to this address, to see how it arrives
    #[arg(long, value_name = "ADDR", conflicts_with = "offline")]
    send_test: Option<String>,
    /// Ask this name server, not this machine's
    #[arg(long, value_name = "IP:PORT")]
    resolver: Option<SocketAddr>,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    if args.schema {
        super::config::print_schema()?;
        return Ok(Exit::Done);
    }
    if args.changed {
        return show_changed(session);
    }
    let config = session.config()?;
    let mut findings = Findings { output: &session.output, exit: Exit::Done };
    findings.problems(message_problems(&config, session.now)?);
    findings.problems(facts::problems(&config));
    match &config.mail {
        None => findings.fine("no [mail]: the edition can be looked at with --dry-run, but not sent"),
        Some(options) => {
            let Recipients { recipients, problems } = send::recipients(options)?;
            findings.problems(problems);
            findings.problems(send::exposed(options, config.rating.as_ref()));
            findings.problems(facts::list_problems(&config, &recipients));
            if recipients.len() > 1 && !options.can_be_left() {
                return Err(Usage::NoWayToLeave(recipients.len()).into());
            }
            findings.fine(&format!("mail goes to {}", count(recipients.len(), "recipient", "recipients")));
            session.block_on(mail::check(args, &config, options, session.now, &mut findings))??;
        }
    }
    if config.sources.is_empty() {
        findings.fine("no sources yet: `digest source add URL` adds one");
    }
    if findings.exit == Exit::Done {
        let sources = count(config.sources.len(), "source", "sources");
        findings.fine(&format!("`{}` is fine: {sources}", config.path.display()));
    }
    Ok(findings.exit)
}

/// A line for each setting that is not as it comes, and what else than the config says so.
fn show_changed(session: &Session) -> Result<Exit, Error> {
    let (changed, overlays) = Config::changed(&session.config_path()?, session.newsletter())?;
    let mut lines = String::new();
    for Changed { key, value, default } in changed {
        let default = default.map(|default| format!("  # {default}")).unwrap_or_default();
        lines.push_str(&format!("{key} = {value}{default}\n"));
    }
    for name in overlays {
        lines.push_str(&format!("# with {name}\n"));
    }
    super::run::to_stdout(&lines)?;
    Ok(Exit::Done)
}

/// The findings so far, printed as they come.
struct Findings<'a> {
    output: &'a Output,
    exit: Exit,
}

impl Findings<'_> {
    fn fine(&self, words: &str) {
        self.output.say(words);
    }

    fn problems(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            self.output.problem(&problem);
            if self.exit == Exit::Done {
                self.exit = Exit::LeftOut;
            }
        }
    }
}

/// An invented edition in the configured template and language, with what stands in it for a reader's own data.
fn example_edition(config: &Config, now: Timestamp) -> Result<(Edition, Rendered, Placeholders), Error> {
    let templates = pipeline::templates::of(config)?;
    let failed = |error| Error::Template { template: config.template(), error };
    pipeline::example_edition(config, &templates, now).map_err(failed)
}

/// The linter's findings on an example edition in the configured template and language.
fn message_problems(config: &Config, now: Timestamp) -> Result<Vec<Problem>, Error> {
    let (_, rendered, _) = example_edition(config, now)?;
    Ok(lint(&rendered, u32::try_from(config.newsletter.max_html_kb).unwrap_or(u32::MAX)))
}
