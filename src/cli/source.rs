//! `digest source`: the list of sources and their health.

mod check;
mod discover;
mod health;

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::cli::output::Output;
use crate::cli::{Exit, Session};
use crate::config::{Config, NewSource, add_sources};
use crate::error::{Error, Usage};
use crate::source::opml::{self, List, Subscription};
use crate::source::{Files, Location, SourceKind};
use crate::store::{self, Store};

pub(super) use discover::{discover, with_scheme};
pub(super) use health::health;

/// The list of sources and their health
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Adds a source to the config; of a page, the feed that it links
    Add(Add),
    /// The sources of the config and how they did, a line each
    List,
    /// Asks sources now and tells what came back; changes nothing
    Check {
        /// Their names; all if none is given
        names: Vec<String>,
    },
    /// Adds the feeds of an OPML file to the config
    Import {
        /// The OPML file
        file: PathBuf,
        /// Paths on this machine in it are taken, too: only for a list that you trust
        #[arg(long)]
        allow_files: bool,
    },
    /// The feeds of the config as OPML, on stdout
    Export,
    /// Forgets what is remembered of a source (validators, failures), so that the next run reads it anew
    Forget {
        /// Its name
        name: String,
    },
}

#[derive(Debug, clap::Args)]
struct Add {
    /// A feed, or a page that links one
    url: String,
    /// Its name; otherwise the feed's title
    #[arg(long)]
    name: Option<String>,
    /// The section of its stories
    #[arg(long)]
    section: Option<String>,
    /// The page itself is the article; look for no feed
    #[arg(long)]
    page: bool,
    /// It may be on a private address or on this machine
    #[arg(long)]
    allow_private: bool,
}

impl Args {
    /// Something is read that strangers wrote, and not by workers.
    pub(super) fn reads(&self) -> bool {
        matches!(&self.action, Action::Add(Add { page: false, .. }) | Action::Import { .. })
    }
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    match &args.action {
        Action::Add(add) => add_one(add, session),
        Action::Import { file, allow_files } => {
            let files = if *allow_files { Files::Allowed } else { Files::Refused };
            let sources = from_opml(file, files, &session.output)?;
            write(&session.config_path()?, &sources, &session.output)
        }
        Action::Export => export(&session.config()?),
        Action::List => session.block_on(health::list(&session.config()?))?,
        Action::Check { names } => session.block_on(check::check(&session.config()?, names, session.now))?,
        Action::Forget { name } => session.block_on(forget(&session.config()?, name, &session.output))?,
    }
}

fn add_one(add: &Add, session: &Session) -> Result<Exit, Error> {
    let path = session.config_path()?;
    // A config that is wrong already would only be made worse.
    Config::load(&path)?;
    let mut source = if add.page {
        NewSource { name: add.url.clone(), kind: "page", place: add.url.clone(), ..NewSource::default() }
    } else {
        session.block_on(discover(&add.url, add.allow_private, session))??
    };
    if let Some(name) = &add.name {
        source.name.clone_from(name);
    }
    source.section.clone_from(&add.section);
    source.allow_private = add.allow_private;
    write(&path, &[source], &session.output)
}

/// Writes `sources` behind what stands in the config, if the result is a config.
fn write(path: &Path, sources: &[NewSource], output: &Output) -> Result<Exit, Error> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(Error::file("read", &name))?;
    let (text, added) = add_sources(&text, sources);
    if added.is_empty() {
        output.say("nothing to add: the config has it already");
        return Ok(Exit::Done);
    }
    Config::parse(&text, path)?;
    // The whole file or nothing: a full disk must not cost the config.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(Error::file("write", &name))?;
    if let Ok(data) = std::fs::metadata(path) {
        file.as_file().set_permissions(data.permissions()).map_err(Error::file("write", &name))?;
    }
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(Error::file("write", &name))?;
    file.persist(path).map_err(|error| Error::file("write", &name)(error.error))?;
    added.iter().for_each(|added| output.say(&format!("added `{added}` to `{name}`")));
    Ok(Exit::Done)
}

/// The feeds of an OPML file.
pub(super) fn from_opml(file: &Path, files: Files, output: &Output) -> Result<Vec<NewSource>, Error> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(Error::file("read", &name))?;
    let List { subscriptions, skipped } =
        opml::read(&bytes, files).map_err(|error| Usage::Opml { file: name.clone(), error })?;
    skipped.iter().for_each(|problem| output.problem(problem));
    if subscriptions.is_empty() {
        output.say(&format!("`{name}` lists no feeds"));
    }
    let source = |subscription: Subscription| NewSource {
        name: if subscription.title.is_empty() { subscription.feed.clone() } else { subscription.title },
        kind: "feed",
        place: subscription.feed,
        section: subscription.section,
        allow_private: false,
    };
    Ok(subscriptions.into_iter().map(source).collect())
}

fn export(config: &Config) -> Result<Exit, Error> {
    let feeds: Vec<Subscription> = config
        .sources
        .iter()
        .filter_map(|source| match &source.kind {
            SourceKind::Feed(Location::Url(url)) => Some(Subscription {
                title: source.name.clone(),
                feed: url.clone(),
                site: None,
                section: source.section.clone(),
            }),
            _ => None,
        })
        .collect();
    super::run::to_stdout(&opml::write(&config.newsletter.title, &feeds))?;
    Ok(Exit::Done)
}

async fn forget(config: &Config, name: &str, output: &Output) -> Result<Exit, Error> {
    let source = health::named(config, name)?;
    let _lock = store::lock(&config.store)?;
    let store = Store::open(&config.store).await?;
    let known = store.forget_source(&crate::pipeline::key(&config.newsletter.name, source)).await?;
    output.say(&if known { format!("forgot `{name}`") } else { format!("nothing was remembered of `{name}`") });
    Ok(Exit::Done)
}
