//! The crate's error: one variant an edge, and what the caller can do about it.

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
        source: std::io::Error,
    },
}
