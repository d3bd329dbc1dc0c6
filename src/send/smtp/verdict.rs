use std::error::Error as _;

use lettre::transport::smtp::Error;

use super::wire::Injected;
use crate::fetch;
use crate::model::SendOutcome;

/// How far a message had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connection, greeting, EHLO.
    Connect,
    /// STARTTLS or TLS.
    Secure,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, and the content before its final dot.
    Data,
    /// The final dot.
    Content,
}

/// Why a message was not taken, or is not known to have been.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) stage: Stage,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    /// The server said no: its code and words.
    Reply { code: u16, words: String },
    /// There was no answer, or none that could be understood.
    Silence(String),
    /// We do not want to: what the server offers is not enough.
    Unwilling(String),
}

impl Failure {
    pub(super) fn new(stage: Stage, error: &Error) -> Self {
        let cause = match error.status() {
            Some(code) => Cause::Reply { code: code.into(), words: words(error) },
            // lettre calls a bad certificate a connection error; waiting does not mend it.
            None if error.is_tls()
                || fetch::in_words(error).is_some_and(|words| words.contains("certificate"))
                || is_injected(error) =>
            {
                Cause::Unwilling(format!("no secure connection: {}", words(error)))
            }
            None => Cause::Silence(words(error)),
        };
        Self { stage, cause }
    }

    pub(super) fn silence(stage: Stage, why: impl Into<String>) -> Self {
        Self { stage, cause: Cause::Silence(why.into()) }
    }

    pub(super) fn unwilling(stage: Stage, why: impl Into<String>) -> Self {
        Self { stage, cause: Cause::Unwilling(why.into()) }
    }

    /// The connection was closed, or is about to be.
    pub(super) fn is_closing(&self) -> bool {
        matches!(self.cause, Cause::Silence(_) | Cause::Reply { code: 421, .. })
    }

    /// The connection was lost before anything was asked of it.
    pub(super) fn is_stale(&self) -> bool {
        self.stage == Stage::Sender && self.is_closing()
    }

    /// The outcome for the message.
    pub(super) fn answer(&self) -> SendOutcome {
        let stage = self.stage;
        match &self.cause {
            Cause::Silence(why) if stage == Stage::Content => {
                SendOutcome::Unknown(format!("no answer to the mail: {why}"))
            }
            Cause::Silence(why) => SendOutcome::Unavailable(why.clone()),
            Cause::Unwilling(why) if stage == Stage::Recipient => SendOutcome::Refused(why.clone()),
            Cause::Unwilling(why) => SendOutcome::Abort(why.clone()),
            Cause::Reply { code, words } => reply(stage, *code, words),
        }
    }
}

fn is_injected(error: &Error) -> bool {
    let mut next = error.source();
    while let Some(cause) = next {
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if cause.is::<Injected>() || inner.is_some_and(|inner| inner.is::<Injected>()) {
            return true;
        }
        next = cause.source();
    }
    false
}

fn reply(stage: Stage, code: u16, words: &str) -> SendOutcome {
    let said = if words.is_empty() { code.to_string() } else { format!("{code} {words}") };
    let permanent = code >= 500;
    let about_us = matches!(code, 530 | 534 | 535 | 538) || is_relay_denial(words);
    match stage {
        Stage::Connect | Stage::Secure if permanent => SendOutcome::Abort(said),
        Stage::Login if permanent => SendOutcome::Abort(format!("the server does not accept the password: {said}")),
        // Refusing our sender, or us, has nothing to do with this one recipient.
        Stage::Sender if permanent => SendOutcome::Abort(said),
        Stage::Recipient if permanent && about_us => SendOutcome::Abort(said),
        Stage::Connect | Stage::Secure | Stage::Login => SendOutcome::Unavailable(said),
        Stage::Sender | Stage::Recipient | Stage::Data if code == 421 => SendOutcome::Unavailable(said),
        _ if permanent => SendOutcome::Refused(said),
        _ => SendOutcome::Deferred(said),
    }
}

/// The server wants us to log in, or be on another network: a wrong setting, not a wrong address.
fn is_relay_denial(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.contains("relay")
        && ["denied", "not permitted", "prohibited", "not allowed"].iter().any(|no| words.contains(no))
}

/// The server's words, or the innermost cause, on one line of bounded length.
fn words(error: &Error) -> String {
    if let Some(words) = fetch::in_words(error) {
        return words.to_owned();
    }
    let mut text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    if error.status().is_none() {
        let mut cause = error.source().and_then(std::error::Error::source);
        while let Some(inner) = cause {
            let inner_words = inner.to_string();
            if !text.contains(&inner_words) {
                text = format!("{text}: {inner_words}");
            }
            cause = inner.source();
        }
    }
    let line = |char: char| if char.is_control() { ' ' } else { char };
    fetch::plain(text.trim()).chars().take(500).map(line).collect()
}
