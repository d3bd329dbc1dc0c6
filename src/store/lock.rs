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

/// The content of the lock file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Said {
    /// The newsletter whose run is at work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
    /// By newsletter, its last edition whose mails were put on their way.
    #[serde(default)]
    mailed: BTreeMap<String, Mailed>,
}

impl Said {
    /// Nothing where it cannot be read: then nothing is known.
    fn read(mut file: &File) -> Self {
        let mut text = String::new();
        let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
        read.ok().and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Written over what was there, and shortened then: on a full disk the last word stays.
    fn write(&self, mut file: &File) -> io::Result<()> {
        let text = serde_json::to_string(self)?;
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)
    }
}

impl RunLock {
    /// The same, which says of itself that a run of `newsletter` holds it. Where that cannot be written it says nothing, and
    /// nobody waits for it.
    #[must_use]
    pub fn held_for(self, newsletter: &str) -> Self {
        if let Some(file) = &self.file {
            let _ = Said { holder: Some(newsletter.to_owned()), ..Said::read(file) }.write(file);
        }
        self
    }

    /// The last edition of `newsletter` whose mails were put on their way from this machine; `None` if that is not known.
    pub fn last_mailed(&self, newsletter: &str) -> Option<Mailed> {
        Said::read(self.file.as_ref()?).mailed.remove(newsletter)
    }

    /// Remembers it in place of the last one.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn remember_mailed(&self, newsletter: &str, mailed: &Mailed) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut said = Said::read(file);
        if said.mailed.insert(newsletter.to_owned(), mailed.clone()).as_ref() == Some(mailed) {
            return Ok(());
        }
        said.write(file)?;
        file.sync_data()
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
        /// The newsletter that is at work, if it said so.
        holder: Option<String>,
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

    /// The newsletter that is at work, if it said so.
    pub fn holder(&self) -> Option<&str> {
        match self {
            Self::Busy { holder, .. } => holder.as_deref(),
            Self::File { .. } => None,
        }
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
        Ok(()) => {
            // Whoever held it before is not at work now.
            let said = Said::read(&file);
            if said.holder.is_some() {
                let _ = Said { holder: None, ..said }.write(&file);
            }
            Ok(RunLock { file: Some(file) })
        }
        Err(TryLockError::WouldBlock) => Err(LockError::Busy { path, holder: Said::read(&file).holder }),
        Err(TryLockError::Error(source)) => Err(LockError::File { path, source }),
    }
}
