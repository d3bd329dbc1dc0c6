use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use tempfile::TempDir;

use super::excerpt::Seen;
use crate::store::Error;

/// The store's versions, each the change from the one before it; what was published once never changes.
const MIGRATIONS: [(i64, &str, &str); 7] = [
    (1, "first", include_str!("migrations/0001_first.sql")),
    (2, "site lines", include_str!("migrations/0002_site_lines.sql")),
    (3, "stories", include_str!("migrations/0003_stories.sql")),
    (4, "scoped articles", include_str!("migrations/0004_scoped_articles.sql")),
    (5, "open deliveries", include_str!("migrations/0005_open_deliveries.sql")),
    (6, "drafts", include_str!("migrations/0006_drafts.sql")),
    (7, "upkeep", include_str!("migrations/0007_upkeep.sql")),
];

/// How long a query waits for another program's write before it gives up.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A copy taken while another program writes is taken again, this often.
const SNAPSHOT_TRIES: usize = 10;

/// How long a task waits until others of this program are done with the store's connections: longer than any of them takes.
const TURN_TIMEOUT: Duration = Duration::from_secs(600);

/// Memory for pages that one transaction changes: the readers of an edition stand in an index by their addresses, and
/// each page of it would else be written again and again while a million of them are stored.
const WRITE_CACHE: &str = "-98304";

/// The open store; cheap to clone.
///
/// It has two connections, both open from the start, so that they need no file when others have taken them all: one
/// that reads, and one that writes. SQLite lets one write at a time, and whoever comes second there sleeps and tries
/// again; here they queue.
#[derive(Debug, Clone)]
pub(in crate::store) struct Sqlite {
    pub(super) pool: SqlitePool,
    pub(super) writer: SqlitePool,
    /// Keeps a snapshot's folder until the last clone is gone.
    folder: Option<Arc<TempDir>>,
    /// The file opened for viewing, as it was then.
    viewed: Option<(PathBuf, Stamps)>,
    /// Of an excerpt: what else was seen.
    pub(super) seen: Seen,
}

impl Sqlite {
    pub(in crate::store) async fn open(path: &Path) -> Result<Self, Error> {
        not_truncated(path)?;
        create_folder(path).map_err(Error::file("create the folder of", path))?;
        // Made by us first: SQLite gives its -wal and -shm the mode of the file itself.
        let is_new = !path.exists();
        private(OpenOptions::new().create(true).truncate(false).write(true))
            .open(path)
            .map_err(Error::file("create", path))?;
        let opened = Self::connect(path, path, None).await;
        if opened.is_err() && is_new {
            remove_empty(path);
        }
        opened
    }

    pub(in crate::store) async fn snapshot(path: &Path) -> Result<Self, Error> {
        not_truncated(path)?;
        let folder = TempDir::with_prefix("digest-").map_err(Error::file("copy", path))?;
        let copy = folder.path().join("digest.db");
        copy_files(path, &copy).map_err(Error::file("copy", path))?;
        Self::connect(&copy, path, Some(Arc::new(folder))).await
    }

    pub(in crate::store) async fn view(path: &Path) -> Result<Self, Error> {
        not_truncated(path)?;
        if !path.exists() {
            return Self::snapshot(path).await;
        }
        let before = stamps(path).map_err(Error::file("open", path))?;
        // Without a log all is in the one file, which can be read without leaving a trace beside it.
        let is_whole = before.1.is_none_or(|(length, _)| length == 0);
        let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(is_whole);
        let pool = connection(options.busy_timeout(BUSY_TIMEOUT)).await?;
        if is_older(&pool).await? {
            pool.close().await;
            return Self::snapshot(path).await;
        }
        not_newer(&pool, path).await?;
        Ok(Self {
            writer: pool.clone(),
            pool,
            folder: None,
            viewed: Some((path.to_owned(), before)),
            seen: Seen::default(),
        })
    }

    pub(in crate::store) fn is_unchanged(&self) -> bool {
        self.viewed.as_ref().is_none_or(|(path, before)| stamps(path).is_ok_and(|now| now == *before))
    }

    /// Whether it is a file of its own that is gone with it.
    pub(super) fn is_copy(&self) -> bool {
        self.folder.is_some()
    }

    pub(in crate::store) async fn close(self) {
        self.pool.close().await;
        self.writer.close().await;
    }

    /// Opens the database at `path`, which is the store `original` or a copy of it.
    async fn connect(path: &Path, original: &Path, folder: Option<Arc<TempDir>>) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true);
        let writer = connection(options.clone().pragma("cache_size", WRITE_CACHE)).await?;
        if folder.is_none() && is_older(&writer).await? {
            back_up(&writer, path).await?;
        }
        migrator().run(&writer).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) => newer(original),
            error => Error::migration(error),
        })?;
        let pool = connection(options).await?;
        Ok(Self { pool, writer, folder, viewed: None, seen: Seen::default() })
    }
}

/// One connection that is open now and stays so, and a queue of those who want it.
pub(super) async fn connection(options: SqliteConnectOptions) -> Result<SqlitePool, Error> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(TURN_TIMEOUT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);
    pool.connect_with(options).await.map_err(Error::database("open"))
}

fn newer(path: &Path) -> Error {
    Error::Newer { path: path.to_owned(), backup: existing_backup(path) }
}

async fn not_newer(pool: &SqlitePool, path: &Path) -> Result<(), Error> {
    let last = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(pool).await;
    let last: i64 = last.map_err(Error::database("look at its tables"))?;
    if MIGRATIONS.iter().all(|(version, ..)| *version < last) { Err(newer(path)) } else { Ok(()) }
}

/// A store that is there has a header at least; what has none lost its content.
pub(super) fn not_truncated(path: &Path) -> Result<(), Error> {
    if path.is_dir() {
        return Err(Error::file("open", path)(io::ErrorKind::IsADirectory.into()));
    }
    let is_empty = |path: &Path| path.metadata().is_ok_and(|data| data.len() == 0);
    if is_empty(path) && !wal(path).metadata().is_ok_and(|data| data.len() > 0) {
        return Err(Error::Truncated { path: path.to_owned(), backup: existing_backup(path) });
    }
    Ok(())
}

/// Of a new store nothing was written, as on a full disk: an empty file would look like one that lost its content.
fn remove_empty(path: &Path) {
    let is_empty = path.metadata().is_ok_and(|data| data.len() == 0);
    if is_empty && !wal(path).metadata().is_ok_and(|data| data.len() > 0) {
        // What cannot be removed is found, and named, by the next run.
        let _ = std::fs::remove_file(path);
    }
}

/// Whether an earlier version made the tables, so that they will be changed now.
pub(super) async fn is_older(pool: &SqlitePool) -> Result<bool, Error> {
    let failed = || Error::database("look at its tables");
    let table = "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    let known: i64 = sqlx::query_scalar(table).fetch_one(pool).await.map_err(failed())?;
    if known == 0 {
        return Ok(false);
    }
    let last = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations");
    let last: i64 = last.fetch_one(pool).await.map_err(failed())?;
    Ok(last > 0 && MIGRATIONS.iter().any(|(version, ..)| *version > last))
}

/// Copies the store whole beside itself before its tables are changed.
async fn back_up(pool: &SqlitePool, path: &Path) -> Result<(), Error> {
    let backup = backup(path);
    let made = private(OpenOptions::new().create(true).truncate(true).write(true)).open(&backup);
    made.map_err(Error::file("create", &backup))?;
    let copied = sqlx::query("VACUUM INTO ?").bind(backup.to_string_lossy().into_owned()).execute(pool).await;
    copied.map(drop).map_err(Error::database("be copied before its tables are changed"))
}

fn backup(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".backup");
    name.into()
}

fn existing_backup(path: &Path) -> Option<PathBuf> {
    Some(backup(path)).filter(|backup| backup.metadata().is_ok_and(|data| data.len() > 0))
}

/// Restricts a file that is about to be made to its owner.
pub(in crate::store) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes the folder of `path`, for its owner only, if it is missing.
pub(in crate::store) fn create_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) else {
        return Ok(());
    };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Listed by hand: the macro that reads the folder would compile SQLite a second time, for itself.
fn migrator() -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect())
}

/// Copies the database and its write-ahead log so that both belong together.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for _ in 0..SNAPSHOT_TRIES {
        let before = stamps(from)?;
        copy_if_there(from, to)?;
        copy_if_there(&wal(from), &wal(to))?;
        if before == stamps(from)? {
            return Ok(());
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "another program keeps writing to it"))
}

fn wal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Length and time of change; `None` without such a file.
type Stamp = Option<(u64, std::time::SystemTime)>;

/// Those of the database and of its log.
type Stamps = (Stamp, Stamp);

pub(super) fn stamps(path: &Path) -> io::Result<Stamps> {
    Ok((stamp(path)?, stamp(&wal(path))?))
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    match path.metadata() {
        Ok(data) => Ok(Some((data.len(), data.modified()?))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn copy_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::copy(from, to) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match std::fs::remove_file(to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
        Err(error) => Err(error),
    }
}
