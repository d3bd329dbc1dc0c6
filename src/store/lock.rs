use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;

use super::Location;
use super::sqlite::{create_folder, private};

/// Held by the one run that may write to the store and send; let go when dropped, also by a crash.
#[derive(Debug)]
pub struct RunLock {
    /// None where claims stand in its place.
    _file: Option<File>,
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
    let Location::File(path) = location.into() else { return Ok(RunLock { _file: None }) };
    let mut name = path.into_os_string();
    name.push(".lock.run");
    let path = PathBuf::from(name);
    let fails = |source| LockError::File { path: path.clone(), source };
    create_folder(&path).map_err(fails)?;
    let file = private(OpenOptions::new().create(true).truncate(false).write(true)).open(&path).map_err(fails)?;
    match file.try_lock() {
        Ok(()) => Ok(RunLock { _file: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(LockError::Busy { path }),
        Err(TryLockError::Error(source)) => Err(LockError::File { path, source }),
    }
}
