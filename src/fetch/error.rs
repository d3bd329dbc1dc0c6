use std::error::Error as _;
use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fetch::Size;
use crate::fetch::guard::Refused;
use crate::fetch::tls;

/// Why there is no usable answer. The variants differ in what the caller can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// We do not go there: not http(s), or an address of a private network. Asking again changes nothing.
    #[error("`{url}` is refused: {reason}")]
    Refused {
        /// Without credentials.
        url: String,
        /// The reason.
        reason: String,
    },
    /// robots.txt asks programs to stay away.
    #[error("robots.txt of the site asks programs not to read `{url}`")]
    Robots {
        /// Without credentials.
        url: String,
    },
    /// No connection: the name does not resolve, nobody listens, TLS fails.
    #[error("cannot connect to `{url}`: {cause}")]
    Connect {
        /// Without credentials.
        url: String,
        /// In the words of the library.
        cause: String,
        /// Somebody answered there, but not with a certificate that we trust.
        answered: bool,
    },
    /// No complete answer in time.
    #[error("no complete answer from `{url}` within {} s", .after.as_secs_f64())]
    Timeout {
        /// Without credentials.
        url: String,
        /// How long we waited.
        after: Duration,
    },
    /// The time for the whole run is over.
    #[error("the time for the whole run was over before `{url}` answered")]
    Deadline {
        /// Without credentials.
        url: String,
    },
    /// More bytes than allowed, after decompression.
    #[error("`{url}` is larger than {limit}")]
    TooLarge {
        /// Without credentials.
        url: String,
        /// `max_body`.
        limit: Size,
    },
    /// Too many large answers waited to be read.
    #[error("`{url}` was not kept: too many large answers are being read at the same time")]
    NoRoom {
        /// Without credentials.
        url: String,
    },
    /// The server answered, but not with the thing: 4xx, 5xx, a 304 nobody asked for.
    #[error("`{url}` answered with status {status}{}", reason(*.status))]
    Status {
        /// Without credentials.
        url: String,
        /// HTTP status.
        status: u16,
        /// When to come again, as stated by the server.
        retry_after: Option<Duration>,
    },
    /// Its host said to another request that it wants no more of them for so long.
    #[error("`{url}` was not asked: its host wants no requests for {}", in_words(*.wait))]
    Cooldown {
        /// Without credentials.
        url: String,
        /// How long.
        wait: Duration,
    },
    /// Redirects in a circle, without end or without a target.
    #[error("`{url}` redirects {what}")]
    Redirect {
        /// Without credentials.
        url: String,
        /// How.
        what: String,
    },
    /// The answer broke off or is not HTTP.
    #[error("the answer of `{url}` is broken: {cause}")]
    Broken {
        /// Without credentials.
        url: String,
        /// In the words of the library.
        cause: String,
    },
    /// Offline, and no reply is stored.
    #[error("no recorded reply for `{url}`")]
    NotRecorded {
        /// Without credentials.
        url: String,
    },
}

impl Error {
    /// Trying again later may help.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Deadline { .. }
            | Self::Broken { .. }
            | Self::Cooldown { .. }
            | Self::NoRoom { .. } => true,
            Self::Status { status, .. } => *status == 429 || *status == 408 || *status >= 500,
            _ => false,
        }
    }

    /// The server says it is gone for good (410): stop asking.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Status { status: 410, .. })
    }

    /// The address guard refused it; `allow_private` would let it pass if it is a private address.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// When to come again, as stated by the server.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Cooldown { wait, .. } => Some(*wait),
            _ => None,
        }
    }

    /// Advice for the user.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Refused { reason, .. } if reason.contains("private") => {
                Some("set `allow_private = true` for this source if it is meant to be in your own network")
            }
            Self::Status { status: 410, .. } => Some("the site says it is gone for good: remove the source"),
            Self::Status { status: 404, .. } => Some("check the address; `digest source add` finds the feed of a page"),
            Self::Status { status: 401 | 403, .. } => {
                Some("the site does not let this program in; credentials can stand in the URL")
            }
            Self::TooLarge { .. } => Some("raise `max_body` in [fetch] if it is meant to be that large"),
            Self::Timeout { .. } => Some("raise `timeout` in [fetch] if the server is known to be slow"),
            Self::NotRecorded { .. } => Some("run once without `--offline`"),
            _ => None,
        }
    }

    /// The HTTP library's error for a request of `url`, as ours.
    pub(super) fn from_http(url: &str, error: &reqwest::Error, limit: Duration) -> Self {
        let url = url.to_owned();
        if let Some(refused) = cause_of::<Refused>(error) {
            return Self::Refused { url, reason: refused.to_string() };
        }
        if error.is_timeout() {
            return Self::Timeout { url, after: limit };
        }
        let (cause, answered) = (innermost(error), cause_of::<rustls::Error>(error).is_some());
        if error.is_connect() { Self::Connect { url, cause, answered } } else { Self::Broken { url, cause } }
    }
}

/// The first cause of type `T`, however deep the library buried it.
fn cause_of<T: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        // An error of the system has others inside that it does not name as its cause.
        let mut inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        while let Some(error) = inside {
            if let Some(found) = error.downcast_ref::<T>() {
                return Some(found);
            }
            inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        }
        cause = error.source();
    }
    None
}

/// The trouble, from its deepest cause: the outer ones only say that sending failed.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    if let Some(words) = tls::in_words(error) {
        return words.to_owned();
    }
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = error.to_string();
        cause = error.source();
    }
    tls::plain(&words)
}

/// `2 hours`, `5 minutes`, `40 seconds`: of a wait its size says enough.
fn in_words(wait: Duration) -> String {
    let seconds = wait.as_secs().max(1);
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7199 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn reason(status: u16) -> String {
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map(|reason| format!(" ({reason})")).unwrap_or_default()
}
