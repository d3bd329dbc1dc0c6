//! The surroundings of one invocation: output options, the config, the time, the runtime.

use std::future::Future;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::Error;
use crate::cli::Global;
use crate::cli::output::Output;
use crate::config::{self, Config};

/// One invocation.
pub(super) struct Session {
    /// How to speak.
    pub(super) output: Output,
    /// The only time there is.
    pub(super) now: Timestamp,
    config: Option<PathBuf>,
    newsletter: Option<String>,
}

impl Session {
    pub(super) fn new(global: &Global, now: Timestamp) -> Self {
        Self { output: Output::new(global), now, config: global.config.clone(), newsletter: global.newsletter.clone() }
    }

    /// The same for the newsletter `name` of a config that has several.
    pub(super) fn of(&self, global: &Global, name: &str) -> Self {
        Self { newsletter: Some(name.to_owned()), ..Self::new(global, self.now) }
    }

    /// The newsletter named on the command line.
    pub(super) fn newsletter(&self) -> Option<&str> {
        self.newsletter.as_deref()
    }

    /// The newsletters of the config, if it has several.
    pub(super) fn newsletters(&self) -> Vec<String> {
        let text = self.config_path().ok().and_then(|path| std::fs::read_to_string(path).ok());
        text.map_or_else(Vec::new, |text| config::newsletters(&text))
    }

    /// The config named on the command line.
    pub(super) fn named_config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// Where the config is.
    ///
    /// # Errors
    /// There is none in any of the places.
    pub(super) fn config_path(&self) -> Result<PathBuf, Error> {
        let found = self.config.clone().or_else(config::find);
        found.ok_or_else(|| Error::NoConfig(config::candidates()))
    }

    /// The config, checked.
    ///
    /// # Errors
    /// There is none, or it is wrong.
    pub(super) fn config(&self) -> Result<Config, Error> {
        Ok(Config::load_one(&self.config_path()?, self.newsletter())?)
    }

    /// The config if there is one: for commands that work without.
    ///
    /// # Errors
    /// There is one and it is wrong.
    pub(super) fn config_if_any(&self) -> Result<Option<Config>, Error> {
        let load = |path: PathBuf| Config::load_one(&path, self.newsletter());
        self.config_path().ok().map(load).transpose().map_err(Error::from)
    }

    /// `error`, with the place of the store if that is what is damaged.
    pub(super) fn placed(&self, error: Error) -> Error {
        match error {
            Error::Store(error) if error.is_corrupt() => match self.config_if_any() {
                Ok(Some(config)) => error.at(&config.store).into(),
                _ => error.into(),
            },
            error => error,
        }
    }

    /// Runs the edges of the program to their end.
    ///
    /// # Errors
    /// When the runtime does not start.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Runtime)?;
        let result = runtime.block_on(work);
        // A source that hangs in a blocking thread must not keep the program.
        runtime.shutdown_background();
        Ok(result)
    }
}
