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
    /// The engine refused.
    #[error("the store refused to {action}")]
    Database {
        /// The failed action, as a verb and its object.
        action: &'static str,
        /// The engine's words.
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
    /// Its file is hurt.
    #[error("the store `{place}` is damaged")]
    Damaged {
        /// Which.
        place: String,
        /// Where it was met.
        source: Box<Self>,
    },
    /// A newer version of this program has changed the tables.
    #[error("the store `{}` was written by a newer version of this program", path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// The copy that was made before.
        backup: Option<PathBuf>,
    },
    /// A newer version of this program has changed the tables of the database.
    #[error("the store `{url}` was written by a newer version of this program")]
    NewerDatabase {
        /// Which.
        url: String,
    },
    /// There is no password for the database.
    #[error("the password of the store: {why}")]
    Password {
        /// Why not.
        why: String,
    },
    /// The URL of the database says something that cannot be understood.
    #[error("the store `{url}` cannot be opened")]
    Url {
        /// Which.
        url: String,
        /// Why.
        source: sqlx::Error,
    },
    /// Another machine has taken over what this one had claimed.
    #[error("another machine has taken over to {action}")]
    Claimed {
        /// The action that was claimed.
        action: &'static str,
    },
    /// A copied store is not what it was copied from.
    #[error("the copy of `{table}` differs in row {row}")]
    Differs {
        /// In which table.
        table: &'static str,
        /// Which row, counted from 1.
        row: u64,
    },
    /// A store is to be copied into one that holds something.
    #[error("the store that is to be written is not empty: `{table}` has rows")]
    NotEmpty {
        /// Which table.
        table: &'static str,
    },
    /// Its tables were changed by hand, or what tells of them is hurt.
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
    /// Another program holds the file for longer than the waiting time, or the database cannot be reached: try again.
    pub fn is_busy(&self) -> bool {
        if matches!(self, Self::Claimed { .. }) {
            return true;
        }
        match self.cause() {
            Some(Cause::Sqlite(code)) => matches!(code, 5 | 6),
            // Connections, resources, conflicts, an operator who stops it.
            Some(Cause::Postgres(code)) => ["08", "53", "40", "57"].iter().any(|class| code.starts_with(class)),
            Some(Cause::Unreachable) => true,
            None => false,
        }
    }

    /// The file is damaged or no database at all: restore it or move it away.
    pub fn is_corrupt(&self) -> bool {
        if matches!(self, Self::Database { source: sqlx::Error::ColumnDecode { .. }, .. }) {
            return true;
        }
        let is_corrupt = match self.cause() {
            Some(Cause::Sqlite(code)) => matches!(code, 11 | 26),
            Some(Cause::Postgres(code)) => code.starts_with("XX"),
            Some(Cause::Unreachable) | None => false,
        };
        is_corrupt || matches!(self, Self::Broken { .. } | Self::Migration(_) | Self::Damaged { .. })
    }

    /// The same with the place of the store, if that is what is damaged.
    #[must_use]
    pub fn at(self, location: &super::Location) -> Self {
        if !self.is_corrupt() || matches!(self, Self::Damaged { .. }) {
            return self;
        }
        Self::Damaged { place: location.to_string(), source: Box::new(self) }
    }

    /// How to get a usable store again.
    pub fn hint(&self) -> Option<String> {
        if matches!(self, Self::Damaged { .. }) {
            return Some(
                "`digest store check` names what is hurt; restore your last backup (`digest store backup` makes them)"
                    .into(),
            );
        }
        if self.is_full() {
            return Some(
                "the disk is full: make room; what was stored is there, and the next run goes on from it".into(),
            );
        }
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
        let is_full = match self.cause() {
            Some(Cause::Sqlite(code)) => code == 13,
            Some(Cause::Postgres(code)) => code == "53100",
            Some(Cause::Unreachable) | None => false,
        };
        no_space || is_full
    }

    fn cause(&self) -> Option<Cause> {
        let error = match self {
            Self::Database { source, .. } => source,
            _ => return None,
        };
        Cause::of(error)
    }

    pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }

    pub(super) fn database(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { action, source }
    }

    /// The tables cannot be made or changed.
    pub(super) fn migration(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(source) => Self::database("make its tables")(source),
            error => Self::Migration(error),
        }
    }

    pub(super) fn broken(what: &'static str, id: &str) -> impl FnOnce(serde_json::Error) -> Self {
        let id = id.to_owned();
        move |source| Self::Broken { what, id, source }
    }
}

/// The engine's own word for what went wrong.
enum Cause {
    /// SQLite's primary result code (<https://www.sqlite.org/rescode.html>).
    Sqlite(u32),
    /// PostgreSQL's SQLSTATE (<https://www.postgresql.org/docs/15/errcodes-appendix.html>).
    Postgres(String),
    /// There is no connection to the database.
    Unreachable,
}

impl Cause {
    fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Some(Self::Unreachable)
            }
            sqlx::Error::Database(error) => {
                let code = error.code()?;
                if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                    return Some(Self::Sqlite(match code.parse::<u32>().ok()? {
                        // There is no room for its -shm file.
                        4874 => 13,
                        code => code & 0xff,
                    }));
                }
                Some(Self::Postgres(code.into_owned()))
            }
            _ => None,
        }
    }
}

/// Whether another try, by another connection to the database, may do: it restarts, or two transactions were in each
/// other's way.
pub(super) fn is_worth_another_try(error: &sqlx::Error) -> bool {
    match Cause::of(error) {
        Some(Cause::Unreachable) => true,
        Some(Cause::Postgres(code)) => {
            ["08", "40", "57"].iter().any(|class| code.starts_with(class)) || code == "53300"
        }
        Some(Cause::Sqlite(_)) => false,
        None => matches!(error, sqlx::Error::Protocol(_) | sqlx::Error::Tls(_)),
    }
}
