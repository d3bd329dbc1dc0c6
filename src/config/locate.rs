//! Where the config and the state are.

use std::env;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// Every place a config is looked for, in order: `$DIGEST_CONFIG`, `./config.toml`, the user's config folder.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the config's own location is read from the environment"
)]
pub fn candidates() -> Vec<PathBuf> {
    if let Some(named) = env::var_os("DIGEST_CONFIG").filter(|path| !path.is_empty()) {
        return vec![named.into()];
    }
    let mut places = vec![PathBuf::from("config.toml")];
    places.extend(usual_folder().map(|folder| folder.join("config.toml")));
    places
}

/// The user's folder for configs of this program; `None` for a user without a home.
pub fn usual_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("digest"))
}

/// The first of [`candidates`] that is a file.
pub fn find() -> Option<PathBuf> {
    let named = candidates();
    match named.as_slice() {
        [only] => Some(only.clone()), // named by the user: its absence is an error that names it
        many => many.iter().find(|path| path.is_file()).cloned(),
    }
}

/// State of a config below `/etc`, whoever runs the program: where systemd puts `StateDirectory=digest`.
const SYSTEM_STATE: &str = "/var/lib/digest";

/// The store's file: `[store] path` (relative to the config), else systemd's `$STATE_DIRECTORY`, else of a config of the system
/// the system's folder for state, else the user's.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the state's own location is read from the environment"
)]
pub(super) fn store(configured: Option<&Path>, base: &Path) -> PathBuf {
    if let Some(path) = configured {
        return base.join(path);
    }
    // systemd may name several folders, separated by colons; the first is ours.
    let systemd = env::var("STATE_DIRECTORY").ok().and_then(|folders| folders.split(':').next().map(PathBuf::from));
    if let Some(folder) = systemd.filter(|folder| !folder.as_os_str().is_empty()) {
        return folder.join("digest.db");
    }
    if std::path::absolute(base).is_ok_and(|base| base.starts_with("/etc")) {
        return Path::new(SYSTEM_STATE).join("digest.db");
    }
    let state =
        etcetera::choose_base_strategy().ok().and_then(|dirs| dirs.state_dir().or_else(|| Some(dirs.data_dir())));
    state.unwrap_or_else(|| base.to_path_buf()).join("digest").join("digest.db")
}
