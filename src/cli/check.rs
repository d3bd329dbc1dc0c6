//! `digest check`: what is wrong with the config, the template and the mail, before anything happens.

use crate::Error;
use crate::cli::run::to_stdout;
use crate::cli::{Exit, Session};
use crate::config::{Config, schema};
use crate::model::{Edition, Problem};
use crate::pipeline::templates;
use crate::render::{Reader, lint, sample};
use crate::send::{self, Recipients, Signer};

/// Looks at the config, the template and the mail settings, and says what to fix; sends nothing
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the JSON Schema of the config instead, for editors
    #[arg(long)]
    schema: bool,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    if args.schema {
        to_stdout(&format!("{:#}\n", schema()))?;
        return Ok(Exit::Done);
    }
    let config = session.config()?;
    let output = &session.output;
    let problems = letter_problems(&config)?;
    problems.iter().for_each(|problem| output.problem(problem));
    let mut exit = if problems.is_empty() { Exit::Done } else { Exit::LeftOut };
    match &config.mail {
        None => output.say("no [mail]: the edition can be looked at with --dry-run, but not sent"),
        Some(mail) => {
            mail.dkim.as_ref().map(Signer::new).transpose()?;
            let Recipients { recipients, problems } = send::recipients(mail)?;
            problems.iter().for_each(|problem| output.problem(problem));
            exit = if problems.is_empty() { exit } else { Exit::LeftOut };
            output.say(&format!("mail goes to {} recipients", recipients.len()));
        }
    }
    if config.sources.is_empty() {
        output.say("no sources yet: `digest source add URL` adds one");
    }
    output.say(&format!("`{}` is fine: {} sources", config.path.display(), config.sources.len()));
    Ok(exit)
}

/// What the linter says of an invented edition in the configured template and language.
fn letter_problems(config: &Config) -> Result<Vec<Problem>, Error> {
    let template = templates::load(&config.template())?;
    let reader = Reader { address: "reader@example.net".into(), ..Reader::default() };
    let edition = Edition { language: config.newsletter.language.clone(), ..sample() };
    let rendered = template.render(&edition, &reader)?;
    Ok(lint(&rendered, u32::try_from(config.newsletter.max_html_kb).unwrap_or(u32::MAX)))
}
