//! The crate's error: one variant an edge, and what the caller can do about it.

use std::io;
use std::path::PathBuf;

use crate::source::{feed, opml};
use crate::{config, fetch, render, send, store, story};

/// An error that ends a command. A fault that does not is a [`Problem`](crate::model::Problem).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request is impossible; nothing was done.
    #[error(transparent)]
    Usage(#[from] Usage),
    /// A file named on the command line could not be read or written.
    #[error("cannot {action} `{path}`")]
    File {
        /// `read`, `write`, `make the folder`.
        action: &'static str,
        /// The path as the user gave it.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Nobody reads what we write.
    #[error("cannot write to the standard output")]
    Stdout(#[source] io::Error),
    /// There is no config where one is looked for.
    #[error("there is no config: looked for {}", listed(.0))]
    NoConfig(Vec<PathBuf>),
    /// The config is wrong; nothing was done.
    #[error(transparent)]
    Config(#[from] config::Mistakes),
    /// A template is wrong; nothing was sent.
    #[error("the template `{template}` is wrong: {error}")]
    Template {
        /// Its name or folder, as the config or the command line has it.
        template: String,
        /// The mistake and its place: file, line and caret.
        error: render::Error,
    },
    /// Something named on the command line could not be fetched.
    #[error(transparent)]
    Fetch(#[from] fetch::Error),
    /// The state could not be read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Another run is at work, or the lock cannot be had.
    #[error(transparent)]
    Lock(#[from] store::LockError),
    /// A message could not be made, or the transport is not usable.
    #[error(transparent)]
    Send(#[from] send::Error),
    /// A draft with sentences that are not those of its sources; nothing was sent.
    #[error("the draft cannot be proven and is not sent: {}", few(.0))]
    Unproven(Vec<String>),
    /// The runtime did not start.
    #[error("cannot start")]
    Runtime(#[source] io::Error),
}

/// The request is impossible; nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Usage {
    /// No source of the config has this name.
    #[error("no source is called `{0}`; `digest source list` names them")]
    UnknownSource(String),
    /// The page writes into a file of one newsletter.
    #[error(
        "`digest preview` tunes a file of one newsletter, and this one has {0}; look at one of them with \
         `digest --newsletter NAME run --dry-run --open`"
    )]
    SeveralNewsletters(usize),
    /// The list is longer than its owner ever meant it to be.
    #[error("the edition would go to {readers} readers, and `[mail] max_mails` is {most}: nothing was composed")]
    TooManyReaders {
        /// Readers of the list.
        readers: usize,
        /// The cap.
        most: usize,
    },
    /// The newsletter has no edition of this id.
    #[error("no edition is called `{id}`; {}", nearest(near))]
    UnknownEdition {
        /// As given.
        id: String,
        /// Those whose ids come nearest.
        near: Vec<String>,
    },
    /// Its mails are pruned.
    #[error("the mail of `{0}` is not kept any more; `digest edition show` prints the edition anew")]
    MailNotKept(String),
    /// It is approved for a later hour.
    #[error("`{id}` may not leave before {at}")]
    NotReleased {
        /// Which edition.
        id: String,
        /// When it may.
        at: jiff::Timestamp,
    },
    /// A second copy that nobody asked for.
    #[error("`{address}` has `{id}` already; `--again` sends the same mail a second time")]
    AlreadySent {
        /// Which edition.
        id: String,
        /// Who has it.
        address: String,
    },
    /// The store was restored from a copy that is older than its mails.
    #[error("the store was restored from a backup: it does not know `{edition}`, whose mails left at {composed}")]
    Restored {
        /// The last edition.
        edition: String,
        /// When it was composed.
        composed: jiff::Timestamp,
    },
    /// This reader does not want to be written to.
    #[error("`{0}` was erased; `digest store erase --undo` lets it be written to again")]
    Erased(String),
    /// What earlier editions told would be forgotten too early.
    #[error("{days} days are fewer than `remember_days = {remembered}`, for which earlier stories are needed")]
    TooFewDays {
        /// Those asked for.
        days: u32,
        /// Those the config needs.
        remembered: u32,
    },
    /// A database is saved by its own tools.
    #[error("a PostgreSQL is saved by `pg_dump` (and restored by `pg_restore`)")]
    NoBackup,
    /// Two configs of one newsletter are to be compared.
    #[error("`{}` is the config of another newsletter", .0.display())]
    OtherNewsletter(PathBuf),
    /// The newsletter has no edition.
    #[error("no edition has been composed yet; `digest run` makes one")]
    NoEdition,
    /// No edition waits for approval.
    #[error("no draft waits for approval")]
    NoDraft,
    /// A change that a draft cannot take.
    #[error("nothing was changed: {0}")]
    ImpossibleChange(story::ImpossibleChange),
    /// A time that is neither an hour nor a point in time.
    #[error("`{0}` is no time; write it like 10:00 or 2026-10-19T10:00:00Z")]
    NotATime(String),
    /// Own words are short.
    #[error("`{0}` is too large for words of an edition")]
    TooManyWords(String),
    /// There is nothing to look at.
    #[error("there is nothing new to publish, and no edition yet")]
    NothingToTell,
    /// No story of any edition fits.
    #[error("no edition has a story with `{0}` in its headline")]
    UnknownStory(String),
    /// The config has no `[mail]`, and mail is to be sent.
    #[error("`{}` has no [mail]: nobody would get the edition", .0.display())]
    NoMail(PathBuf),
    /// The config has no `[mail]`, and a message is to be shown.
    #[error("without [mail] in the config there is no message to show")]
    NoMessage,
    /// Several readers, who are told no way to leave.
    #[error("the mail goes to {0} readers, and tells them no way to leave")]
    NoWayToLeave(usize),
    /// A draft would go to nobody.
    #[error("nobody would get the edition: the list of recipients is empty")]
    NoReaders,
    /// The config has no `[publish]`.
    #[error("`{}` has no [publish]: there is no folder for an archive", .0.display())]
    NoPublish(PathBuf),
    /// The folder of the archive is somebody else's.
    #[error("`{}` is not ours alone: {} in it was not written by this program", folder.display(), shown(files))]
    ForeignFiles {
        /// The folder.
        folder: PathBuf,
        /// Some of the files we did not write.
        files: Vec<String>,
    },
    /// The folder holds the archive of another newsletter.
    #[error("`{}` is the archive of the newsletter `{newsletter}`", folder.display())]
    ForeignArchive {
        /// The folder.
        folder: PathBuf,
        /// Whose it is.
        newsletter: String,
    },
    /// The config has no `[rating]`.
    #[error("`--from-mail` needs [rating] in the config")]
    NoRating,
    /// A store named on the command line cannot be one; the URL is not repeated, it may hold a password.
    #[error("the store that is named has {0}")]
    Store(String),
    /// A store is to be copied into itself.
    #[error("both are the same store")]
    SameStore,
    /// `--open` without `--output`.
    #[error("--open opens what --output wrote: name a file")]
    NothingToOpen,
    /// Options of a command stand before it.
    #[error("put a command's options after its name: `digest run --dry-run`")]
    MisplacedOptions,
    /// The value of a flag makes no sense.
    #[error("{flag}: {why}")]
    Flag {
        /// As it is written.
        flag: &'static str,
        /// The mistake, and how it is written.
        why: String,
    },
    /// A file that would be written is there.
    #[error("`{}` is there already; {instead}", path.display())]
    Exists {
        /// Which.
        path: PathBuf,
        /// The remedy.
        instead: &'static str,
    },
    /// No template that comes with the program has this name.
    #[error("no built-in template is called `{name}`; there are {known}")]
    UnknownTemplate {
        /// As given.
        name: String,
        /// Those there are.
        known: String,
    },
    /// A template's files are small.
    #[error("`{}` is too large for a template ({bytes} bytes)", path.display())]
    TemplateTooLarge {
        /// Which file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// A file that should hold an edition as JSON.
    #[error("`{}` is no edition: {error}", path.display())]
    NotAnEdition {
        /// Which.
        path: PathBuf,
        /// Why.
        error: serde_json::Error,
    },
    /// A list of subscriptions that cannot be read.
    #[error("`{file}`: {error}")]
    Opml {
        /// Which file.
        file: String,
        /// Why.
        error: opml::NotOpml,
    },
    /// Neither a feed nor a page that links one.
    #[error("`{url}`: {error}")]
    NotAFeed {
        /// Where.
        url: String,
        /// Its kind.
        error: feed::Error,
    },
    /// A line of JSON Lines that is no record.
    #[error("{file}, line {line}: {error}")]
    NotARecord {
        /// Which file.
        file: String,
        /// Counted from 1.
        line: usize,
        /// Why.
        error: serde_json::Error,
    },
    /// So many threads cannot be had.
    #[error("cannot start {count} threads: {why}")]
    Threads {
        /// How many were asked for.
        count: usize,
        /// Why not.
        why: String,
    },
}

impl Error {
    /// Reading or writing the file `path` failed.
    pub fn file(action: &'static str, path: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// The user's remedy.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoConfig(_) => Some("`digest init` writes one to start from".into()),
            Self::Store(error) => error.hint(),
            Self::Lock(lock) if lock.is_busy() => Some("it will end by itself; try again later".into()),
            Self::Unproven(_) => {
                Some("`digest verify` with the id of the draft shows all; `digest edit` drops a story".into())
            }
            Self::Usage(Usage::ForeignFiles { .. } | Usage::ForeignArchive { .. }) => {
                Some("name another folder in `[publish] folder`, or move away what is in this one".into())
            }
            Self::Usage(Usage::TooManyReaders { readers, .. }) => {
                Some(format!("if the list is right, `--max-mails {readers}` sends this edition, or raise the key"))
            }
            Self::Usage(Usage::Restored { composed, .. }) => Some(format!(
                "`digest run --since {composed}` goes on from there: what appeared before is not sent, nor the mail that waits in the backup"
            )),
            Self::Usage(Usage::NoWayToLeave(_)) => {
                Some("add `unsubscribe_mailto = \"leave@example.org\"` or `unsubscribe_url` to [mail]".into())
            }
            Self::Usage(Usage::NoPublish(_)) => Some("add `[publish] folder = \"site\"`".into()),
            Self::Usage(Usage::NotAFeed { .. }) => {
                Some("`digest source add --page URL` adds a page that is one article".into())
            }
            _ => None,
        }
    }

    /// The other end of a pipe was closed: `digest read ... | head` is no failure.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Stdout(source) if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// The first of many faults, and how many there are.
fn few(faults: &[String]) -> String {
    let first = faults.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
    if faults.len() > 3 { format!("{first}; and {} more", faults.len() - 3) } else { first }
}

fn nearest(ids: &[String]) -> String {
    if ids.is_empty() { "there is none yet".to_owned() } else { format!("there are {}", shown(ids)) }
}

fn shown(files: &[String]) -> String {
    files.iter().map(|file| format!("`{file}`")).collect::<Vec<_>>().join(", ")
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}
