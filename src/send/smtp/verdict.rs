use std::error::Error as _;

use lettre::transport::smtp::Error;

use crate::model::Answer;

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
            None if error.is_tls() => Cause::Unwilling(format!("no secure connection: {}", words(error))),
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

    /// What it means for the message.
    pub(super) fn answer(&self) -> Answer {
        let stage = self.stage;
        match &self.cause {
            Cause::Silence(why) if stage == Stage::Content => Answer::Unknown(format!("no answer to the mail: {why}")),
            Cause::Silence(why) => Answer::Down(why.clone()),
            Cause::Unwilling(why) if stage == Stage::Recipient => Answer::Refused(why.clone()),
            Cause::Unwilling(why) => Answer::Stop(why.clone()),
            Cause::Reply { code, words } => reply(stage, *code, words),
        }
    }
}

fn reply(stage: Stage, code: u16, words: &str) -> Answer {
    let said = if words.is_empty() { code.to_string() } else { format!("{code} {words}") };
    let permanent = code >= 500;
    let about_us = matches!(code, 530 | 534 | 535 | 538) || is_relay_denial(words);
    match stage {
        Stage::Connect | Stage::Secure if permanent => Answer::Stop(said),
        Stage::Login if permanent => Answer::Stop(format!("the server does not accept the password: {said}")),
        // Refusing our sender, or us, has nothing to do with this one recipient.
        Stage::Sender if permanent => Answer::Stop(said),
        Stage::Recipient if permanent && about_us => Answer::Stop(said),
        Stage::Connect | Stage::Secure | Stage::Login => Answer::Down(said),
        Stage::Sender | Stage::Recipient | Stage::Data if code == 421 => Answer::Down(said),
        _ if permanent => Answer::Refused(said),
        _ => Answer::Later(said),
    }
}

/// The server wants us to log in, or be on another network: a wrong setting, not a wrong address.
fn is_relay_denial(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.contains("relay")
        && ["denied", "not permitted", "prohibited", "not allowed"].iter().any(|no| words.contains(no))
}

/// What the server said, or the innermost cause, on one line of bounded length.
fn words(error: &Error) -> String {
    let mut text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    if error.status().is_none() {
        let mut cause = error.source().and_then(std::error::Error::source);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
    }
    let line = |char: char| if char.is_control() { ' ' } else { char };
    text.trim().chars().take(500).map(line).collect()
}
