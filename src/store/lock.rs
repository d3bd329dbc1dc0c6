use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Location;
use super::sqlite::{create_folder, private};

/// Held by the one run that may write to the store and send; let go when dropped, also by a crash.
#[derive(Debug)]
pub struct RunLock {
    /// None where claims stand in its place.
    file: Option<File>,
}

/// The last edition whose mails were put on their way, as it stands beside the store and outlives its restoring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailed {
    /// Its id.
    pub edition: String,
    /// When it was composed.
    pub composed: Timestamp,
}

impl RunLock {
    /// The last edition of `newsletter` whose mails were put on their way from this machine; `None` if that is not known.
    pub fn last_mailed(&self, newsletter: &str) -> Option<Mailed> {
        self.all_mailed().remove(newsletter)
    }

    /// Remembers it in place of the last one.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn remember_mailed(&self, newsletter: &str, mailed: &Mailed) -> io::Result<()> {
        let Some(mut file) = self.file.as_ref() else { return Ok(()) };
        let mut all = self.all_mailed();
        if all.insert(newsletter.to_owned(), mailed.clone()).as_ref() == Some(mailed) {
            return Ok(());
        }
        // Written over what was there, and shortened then: on a full disk the last word stays.
        let text = serde_json::to_string(&all)?;
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)?;
        file.sync_data()
    }

    /// By newsletter; nothing where it cannot be read: then nothing is known.
    fn all_mailed(&self) -> BTreeMap<String, Mailed> {
        let Some(mut file) = self.file.as_ref() else { return BTreeMap::new() };
        let mut text = String::new();
        let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
        read.ok().and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_default()
    }
}

/// Why the lock was not had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another run holds it: try again later.
    #[error("another run holds the lock `{}`", path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// The lock file cannot be made or locked.
    #[error("cannot lock `{}`", path.display())]
    File {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl LockError {
    /// Another run is at work: nothing is wrong, come back later.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }
}

/// Takes the run lock of the store at `location` without waiting. The lock file `<path>.lock.run` stays behind: removing
/// it would let two runs hold two different files of that name. A shared database is not locked: there each thing to do is
/// claimed.
///
/// # Errors
/// [`LockError::Busy`] when another run holds it.
pub fn lock(location: impl Into<Location>) -> Result<RunLock, LockError> {
    let Location::File(path) = location.into() else { return Ok(RunLock { file: None }) };
    let mut name = path.into_os_string();
    name.push(".lock.run");
    let path = PathBuf::from(name);
    let fails = |source| LockError::File { path: path.clone(), source };
    create_folder(&path).map_err(fails)?;
    let file =
        private(OpenOptions::new().create(true).truncate(false).read(true).write(true)).open(&path).map_err(fails)?;
    match file.try_lock() {
        Ok(()) => Ok(RunLock { file: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(LockError::Busy { path }),
        Err(TryLockError::Error(source)) => Err(LockError::File { path, source }),
    }
}
