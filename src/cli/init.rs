//! `digest init`: a commented config to start from.

use std::fs::OpenOptions;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::cli::output::Output;
use crate::cli::{Exit, Session};
use crate::config::{NewSource, add_sources};
use crate::error::{Error, Usage};
use crate::source::Files;

/// The config to start from; its lines are edited by [`set`], so that the comments stay.
const STARTER: &str = include_str!("starter.toml");

/// Writes a commented config.toml; asks on a terminal, never blocks without one
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The sources of another reader's export
    #[arg(long, value_name = "FILE")]
    pub(super) opml: Option<PathBuf>,
    /// A feed, or a page whose feed shall be found; may be repeated
    #[arg(long, value_name = "URL")]
    pub(super) feed: Vec<String>,
    /// Feeds on private addresses and on this machine are fine
    #[arg(long)]
    allow_private: bool,
    /// Where to write it; `-` is the standard output
    #[arg(long, value_name = "PATH", default_value = "config.toml")]
    output: String,
    /// Overwrite a file that is there
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let path = session.named_config().map_or_else(|| args.output.clone(), |path| path.display().to_string());
    if path != "-" && !args.force && std::path::Path::new(&path).exists() {
        return Err(Usage::Exists { path: path.into(), instead: "--force overwrites it" }.into());
    }
    let mut text = STARTER.to_owned();
    if let Some(zone) = TimeZone::system().iana_name() {
        set(&mut text, "timezone", zone);
    }
    let mut sources = Vec::new();
    if let Some(file) = &args.opml {
        sources.extend(super::source::from_opml(file, Files::Refused, &session.output)?);
    }
    let mut feeds = args.feed.clone();
    if path != "-" && io::stdin().is_terminal() && io::stderr().is_terminal() {
        ask(&mut text, &mut feeds)?;
    }
    for feed in &feeds {
        sources.push(session.block_on(super::source::discover(feed, args.allow_private, session))??);
    }
    let (text, added) = add_sources(&text, &sources);
    write(&path, &text, args.force)?;
    if path != "-" {
        tell(&session.output, &path, &sources, added.len());
    }
    Ok(Exit::Done)
}

fn tell(output: &Output, path: &str, sources: &[NewSource], added: usize) {
    output.note(&format!("wrote `{path}` with {added} sources"));
    let next = if sources.is_empty() { "digest source add URL" } else { "digest --dry-run" };
    output.note(&format!("next: `{next}`"));
}

/// Two questions, each with an answer that holds when nothing is typed.
fn ask(text: &mut String, feeds: &mut Vec<String>) -> Result<(), Error> {
    let question = |words: &str| -> Result<String, Error> {
        anstream::eprint!("{words} ");
        io::stderr().flush().map_err(Error::Stdout)?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(Error::file("read", "standard input"))?;
        Ok(line.trim().to_owned())
    };
    let title = question("Title of the newsletter [Morning digest]:")?;
    if !title.is_empty() {
        set(text, "title", &title);
    }
    if feeds.is_empty() {
        let feed = question("A feed, or a page that has one [none]:")?;
        feeds.extend((!feed.is_empty()).then_some(feed));
    }
    Ok(())
}

/// Replaces the value of `key` in its line, and keeps the comment.
fn set(text: &mut String, key: &str, value: &str) {
    let quoted = toml::Value::from(value).to_string();
    let lines =
        text.lines().map(|line| match line.strip_prefix(key).and_then(|rest| rest.trim_start().strip_prefix('=')) {
            Some(rest) => match rest.split_once('#') {
                Some((_, comment)) => format!("{:<31} #{comment}", format!("{key} = {quoted}")),
                None => format!("{key} = {quoted}"),
            },
            None => line.to_owned(),
        });
    *text = lines.collect::<Vec<_>>().join("\n") + "\n";
}

fn write(path: &str, text: &str, force: bool) -> Result<(), Error> {
    if path == "-" {
        return io::stdout().write_all(text.as_bytes()).map_err(Error::Stdout);
    }
    let mut options = OpenOptions::new();
    options.write(true).truncate(force);
    // Without --force the file must not be there, even if it came to be since we looked.
    options.create(force).create_new(!force);
    let mut file = options.open(path).map_err(Error::file("write", path))?;
    file.write_all(text.as_bytes()).map_err(Error::file("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_starter_is_a_config_that_loads() {
        let config = Config::parse(STARTER, std::path::Path::new("config.toml"));
        assert!(config.is_ok(), "{:?}", config.map_err(|mistakes| mistakes.report(false)).err());
    }

    #[test]
    fn a_value_is_set_and_its_comment_stays() {
        let mut text = STARTER.to_owned();
        set(&mut text, "title", "My \"news\"");
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["newsletter"]["title"].as_str(), Some("My \"news\""));
        assert!(text.contains("# what the reader sees"));
    }
}
