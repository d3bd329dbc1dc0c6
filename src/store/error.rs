use std::path::{Path, PathBuf};

/// Errors of the store; the predicates say what the caller can do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or its folder cannot be made, read or copied.
    #[error("cannot {action} `{}`", path.display())]
    File {
        /// `create`, `open`, `copy`.
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("the store refused to {action}")]
    Database {
        /// The failed action, as a verb and its object.
        action: &'static str,
        /// SQLite's words.
        source: sqlx::Error,
    },
    /// The file is there and holds nothing: it was cut off. A new store would forget who got what.
    #[error("the store `{}` is empty: it was cut off", path.display())]
    Truncated {
        /// Which.
        path: PathBuf,
        /// The copy to restore, if there is one.
        backup: Option<PathBuf>,
    },
    /// A newer version of this program has changed the tables.
    #[error("the store `{}` was written by a newer version of this program", path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// The copy that was made before.
        backup: Option<PathBuf>,
    },
    /// Its tables were changed by hand.
    #[error("the store's tables are not those of this program")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// A stored value is not what was written.
    #[error("the store holds a broken {what} `{id}`")]
    Broken {
        /// `article`, `edition`, `letter`.
        what: &'static str,
        /// Which.
        id: String,
        /// Why it cannot be read.
        source: serde_json::Error,
    },
}

impl Error {
    /// Another program holds the file for longer than the waiting time: try again.
    pub fn is_busy(&self) -> bool {
        matches!(self.primary_code(), Some(5 | 6))
    }

    /// The file is damaged or no database at all: restore it or move it away.
    pub fn is_corrupt(&self) -> bool {
        matches!(self.primary_code(), Some(11 | 26)) || matches!(self, Self::Broken { .. })
    }

    /// How to get a usable store again.
    pub fn hint(&self) -> Option<String> {
        let (Self::Truncated { path, backup } | Self::Newer { path, backup }) = self else { return None };
        let way = if matches!(self, Self::Newer { .. }) { "use that version, or " } else { "" };
        Some(match backup {
            Some(backup) => format!(
                "{way}restore the backup: `cp {} {}` (of the time before the last change of its tables)",
                backup.display(),
                path.display()
            ),
            None => {
                format!("{way}restore `{}` from your backup; without one, move it away to begin anew", path.display())
            }
        })
    }

    /// The disk is full; nothing was written and nothing is lost.
    pub fn is_full(&self) -> bool {
        let no_space = matches!(self, Self::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull);
        no_space || matches!(self.primary_code(), Some(13))
    }

    /// SQLite's primary result code (<https://www.sqlite.org/rescode.html>).
    fn primary_code(&self) -> Option<u32> {
        let error = match self {
            Self::Database { source, .. } | Self::Migration(sqlx::migrate::MigrateError::Execute(source)) => source,
            _ => return None,
        };
        let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
        Some(code & 0xff)
    }

    pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }

    pub(super) fn database(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { action, source }
    }

    pub(super) fn broken(what: &'static str, id: &str) -> impl FnOnce(serde_json::Error) -> Self {
        let id = id.to_owned();
        move |source| Self::Broken { what, id, source }
    }
}
