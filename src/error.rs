//! The crate's error: one variant an edge, and what the caller can do about it.

use std::io;
use std::path::PathBuf;

use crate::{config, fetch, render, send, store};

/// What ends a command. What merely goes wrong beside it is a [`Problem`](crate::model::Problem).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command line or an input named on it makes no sense; nothing was done.
    #[error("{0}")]
    Usage(String),
    /// A file named on the command line could not be read or written.
    #[error("cannot {action} `{path}`")]
    File {
        /// `read`, `write`.
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
    #[error(transparent)]
    Template(#[from] render::Error),
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
    /// The runtime did not start.
    #[error("cannot start")]
    Runtime(#[source] io::Error),
}

impl Error {
    /// Reading or writing the file `path` failed.
    pub fn file(action: &'static str, path: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoConfig(_) => Some("`digest init` writes one to start from".into()),
            Self::Lock(lock) if lock.is_busy() => Some("it will end by itself; try again later".into()),
            _ => None,
        }
    }

    /// The other end of a pipe was closed: `digest read ... | head` is no failure.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Stdout(source) if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}
