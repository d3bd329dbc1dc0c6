//! `digest edition`: the editions that were composed, as their readers have them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use crate::cli::run::{Format, environment, headers, replayed, to_stdout, to_stdout_bytes};
use crate::cli::words::count;
use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::error::{Error, Usage};
use crate::model::{DeliveryCounts, DeliveryState};
use crate::pipeline::{self, Accounted, Changed, Difference, ListedEdition, StoredCopy};
use crate::store::{self, Store};

/// Editions of the past: listed, shown, sent again, compared
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The last editions, the youngest first, and what became of their mails
    List {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 30)]
        last: usize,
        /// One JSON object on the standard output
        #[arg(long)]
        json: bool,
    },
    /// An edition as its reader has it; with `--format eml` byte for byte the mail that was sent
    Show {
        /// Id of the edition; without it the last one
        #[arg(value_name = "EDITION")]
        edition: Option<String>,
        /// Whose copy; without it that of the first reader
        #[arg(long, value_name = "ADDR")]
        to: Option<String>,
        /// How it is shown; Markdown is no part of a mail and printed by today's template
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Where it is written instead of the standard output
        #[arg(short, long, value_name = "PATH")]
        output: Option<PathBuf>,
    },
    /// Sends an edition once to one address, and records it; the deliveries of others stay as they are
    Resend {
        /// Id of the edition; without it the last one
        #[arg(value_name = "EDITION")]
        edition: Option<String>,
        /// To whom, on the list or not
        #[arg(long, value_name = "ADDR")]
        to: String,
        /// Also if this reader has it already: the same mail a second time
        #[arg(long)]
        again: bool,
    },
    /// What another edition, or another config, has and has not: stories, links and sentences, with the reasons
    ///
    /// With two editions both as they are stored. With one, as it is stored and as today's config composes it from the
    /// articles of that day. With `--with`, as today's config and that one compose it. Exit code 1 when they differ.
    Diff {
        /// Id of the edition
        #[arg(value_name = "EDITION")]
        edition: String,
        /// Id of the other edition
        #[arg(value_name = "OTHER", conflicts_with = "with")]
        other: Option<String>,
        /// Another config of the same newsletter
        #[arg(long, value_name = "FILE")]
        with: Option<PathBuf>,
        /// One JSON object on the standard output
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    match &args.command {
        Command::List { last, json } => list(*last, *json, session, &config),
        Command::Show { edition, to, format, output } => {
            let copy = session.block_on(pipeline::stored_copy(&config, edition.as_deref(), to.as_deref()))??;
            copy.problems.iter().for_each(|problem| session.output.problem(problem));
            let shown = shown(*format, &copy, &config)?;
            match output {
                None => to_stdout_bytes(&shown)?,
                Some(path) => fs::write(path, shown).map_err(Error::file("write", path.display().to_string()))?,
            }
            Ok(if copy.problems.is_empty() { Exit::Done } else { Exit::LeftOut })
        }
        Command::Resend { edition, to, again } => resend(edition.as_deref(), to, *again, session, &config),
        Command::Diff { edition, other, with, json } => {
            let compared = match other {
                Some(other) => stored(edition, other, session, &config)?,
                None => recomposed(edition, with.as_deref(), session, &config)?,
            };
            to_stdout(&if *json { format!("{}\n", json!(compared)) } else { difference_text(&compared) })?;
            Ok(if compared.is_none() { Exit::Done } else { Exit::LeftOut })
        }
    }
}

fn list(last: usize, as_json: bool, session: &Session, config: &Config) -> Result<Exit, Error> {
    let editions = session.block_on(pipeline::editions(config, last))??;
    if as_json {
        to_stdout(&format!("{}\n", json!({ "newsletter": config.newsletter.name, "editions": editions })))?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for ListedEdition { id, stories, lead, mail, .. } in &editions {
        let DeliveryCounts { sent, waiting, trying, refused, unknown } = mail;
        let counts = [(*sent, "sent"), (waiting + trying, "waiting"), (*refused, "refused"), (*unknown, "unanswered")];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let lead = lead.as_deref().unwrap_or("nothing in full");
        let many = if *stories == 1 { "story  " } else { "stories" };
        let _ = writeln!(text, "{id}  {stories:>2} {many}  {counts:20}  {lead}");
    }
    to_stdout(if text.is_empty() { "no edition yet\n" } else { &text })?;
    Ok(Exit::Done)
}

fn shown(format: Format, copy: &StoredCopy, config: &Config) -> Result<Vec<u8>, Error> {
    let rendered = &copy.preview.rendered;
    let message = copy.preview.message.as_ref();
    Ok(match format {
        Format::Html => rendered.html.clone().into_bytes(),
        Format::Md => pipeline::as_markdown(copy, config)?.into_bytes(),
        Format::Json => {
            let all = json!({ "edition": copy.edition, "subject": rendered.subject,
                "delivery": copy.delivery.as_ref().map(|pending| &pending.delivery) });
            format!("{all:#}\n").into_bytes()
        }
        Format::Eml => {
            let missing = || Usage::MailNotKept(copy.edition.id.clone());
            message.ok_or_else(missing)?.message.bytes.clone()
        }
        Format::Text => {
            let head = message.map_or_else(|| format!("Subject: {}\n", rendered.subject), headers);
            format!("{head}\n{}", rendered.text).into_bytes()
        }
    })
}

fn resend(id: Option<&str>, to: &str, again: bool, session: &Session, config: &Config) -> Result<Exit, Error> {
    let sent = session.block_on(pipeline::resend(config, id, to, again, session.now, &environment))??;
    let (edition, address, answer) = (&sent.edition, &sent.address, &sent.answer);
    let (exit, what) = match sent.state {
        DeliveryState::Sent => (Exit::Done, "was sent to"),
        DeliveryState::Refused => (Exit::LeftOut, "was refused for"),
        DeliveryState::Waiting | DeliveryState::Trying => (Exit::Again, "could not be sent now to"),
        DeliveryState::Unknown => (Exit::Again, "was handed over without an answer for"),
    };
    let words = format!("{edition} {what} {address}: {answer}");
    if exit == Exit::Done {
        session.output.note(&words)
    } else {
        session.output.say(&words)
    }
    Ok(exit)
}

fn stored(one: &str, other: &str, session: &Session, config: &Config) -> Result<Difference, Error> {
    let newsletter = &config.newsletter.name;
    let read = async |store: &Store| -> Result<Difference, Error> {
        let before = pipeline::stored_edition(store, newsletter, Some(one)).await?;
        let after = pipeline::stored_edition(store, newsletter, Some(other)).await?;
        Ok(Difference::between(Accounted::from(&before), Accounted::from(&after)))
    };
    session.block_on(store::look(&config.store, read))?
}

fn recomposed(id: &str, with: Option<&Path>, session: &Session, config: &Config) -> Result<Difference, Error> {
    let here = replayed(session, config, Some(id))?;
    if let Some(path) = with {
        let other = Config::load(path)?;
        if other.newsletter.name != config.newsletter.name {
            return Err(Usage::OtherNewsletter(path.to_owned()).into());
        }
        // One store, two configs.
        let other = Config { store: config.store.clone(), ..other };
        let there = replayed(session, &other, Some(id))?;
        return Ok(Difference::between(Accounted::from(&here), Accounted::from(&there)));
    }
    let newsletter = &config.newsletter.name;
    let read = async |store: &Store| pipeline::stored_edition(store, newsletter, Some(id)).await;
    let edition = session.block_on(store::look(&config.store, read))??;
    Ok(Difference::between(Accounted::from(&edition), Accounted::from(&here)))
}

fn difference_text(compared: &Difference) -> String {
    let mut text = String::new();
    let mut line = |sign: &str, Changed { text: words, why }: &Changed| {
        let why = why.as_ref().map(|why| format!("  ({why})")).unwrap_or_default();
        let _ = writeln!(text, "{sign} {words}{why}");
    };
    compared.stories_in.iter().for_each(|story| line("+", story));
    compared.stories_out.iter().for_each(|story| line("-", story));
    for story in &compared.sentences {
        line("~", &Changed { text: story.headline.clone(), why: None });
        story.added.iter().for_each(|sentence| line("    +", sentence));
        story.removed.iter().for_each(|sentence| line("    -", sentence));
    }
    for (headline, from, to) in &compared.moved {
        line("~", &Changed { text: format!("{headline}: place {from} becomes {to}"), why: None });
    }
    let link = |title: &String| Changed { text: format!("link: {title}"), why: None };
    compared.links_in.iter().for_each(|title| line("+", &link(title)));
    compared.links_out.iter().for_each(|title| line("-", &link(title)));
    let _ = writeln!(text, "{} the same", count(compared.same, "story is", "stories are"));
    text
}
