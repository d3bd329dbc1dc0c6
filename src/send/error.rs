use std::path::{Path, PathBuf};

/// Errors before the first message leaves; the answers of a server are no errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not a mail address.
    #[error("`{given}` is no mail address: {why}")]
    Address {
        /// As given, shortened.
        given: String,
        /// The reason.
        why: &'static str,
    },
    /// There is nothing where a mail address should be.
    #[error("a mail address is missing")]
    NoAddress,
    /// A setting is missing, or contradicts another.
    #[error("{0}")]
    Settings(String),
    /// A file cannot be read.
    #[error("cannot read `{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The list of recipients cannot be used as it is.
    #[error("cannot use the recipients of `{}`: {why}", path.display())]
    Recipients {
        /// Which file.
        path: PathBuf,
        /// Why, and what to do about it.
        why: String,
    },
    /// The command that prints the password failed. Its output is never shown.
    #[error("the password command `{program}` failed: {why}")]
    PasswordCommand {
        /// Its first word.
        program: String,
        /// How it ended.
        why: String,
    },
    /// The private key cannot be used.
    #[error("cannot use the DKIM key `{}`: {why}", path.display())]
    Key {
        /// Which file.
        path: PathBuf,
        /// Why, and what to do about it.
        why: String,
    },
    /// The message cannot be written.
    #[error("cannot write the message to `{recipient}`: {why}")]
    Message {
        /// To whom.
        recipient: String,
        /// Why.
        why: String,
    },
    /// A stored message template is not what was written.
    #[error("the stored message template cannot be read")]
    StoredTemplate(#[source] serde_json::Error),
    /// There are no random numbers to be had.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

impl Error {
    /// The config or a file it names has to be mended first; trying again changes nothing.
    pub fn is_usage(&self) -> bool {
        !matches!(self, Self::StoredTemplate(_) | Self::Random(_))
    }

    pub(super) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(super) fn address(given: &str, why: &'static str) -> Self {
        Self::Address { given: given.chars().filter(|char| !char.is_control()).take(80).collect(), why }
    }
}
