use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who gets an edition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Mail address, normalized: domain in lower case and IDNA.
    pub address: String,
    /// Display name.
    pub name: Option<String>,
    /// BCP 47 language of the frame texts for this reader; `None`: the newsletter's.
    pub language: Option<String>,
}

/// One recipient's copy of an edition, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// With angle brackets, the same at every try.
    pub message_id: String,
    /// SMTP `MAIL FROM`.
    pub sender: String,
    /// SMTP `RCPT TO`.
    pub recipient: String,
    /// The mail as RFC 5322 bytes with CRLF.
    pub bytes: Vec<u8>,
}

/// The outcome of one message (RFC 5321).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Id of the edition.
    pub edition: String,
    /// To whom.
    pub recipient: Recipient,
    /// With angle brackets, fixed when the edition is stored.
    pub message_id: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was handed over.
    pub attempts: u32,
    /// The server's last words, or why there were none.
    pub answer: Option<String>,
    /// Not to be tried before.
    pub not_before: Option<Timestamp>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Not handed over yet, or refused for now: will be tried.
    Waiting,
    /// Being handed over, or it was when the program died: counts as `Unknown` at the next start.
    Trying,
    /// Accepted by the server.
    Sent,
    /// Refused for good; not tried again.
    Refused,
    /// Handed over, the answer never came: tried again with the same bytes.
    Unknown,
}

/// The other side's reply to one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// It took the message.
    Accepted(String),
    /// Not this message now (4xx); nothing was taken.
    Deferred(String),
    /// Nobody's mail now: the server cannot be reached, hung up or said 421 before it took the message.
    Unavailable(String),
    /// Never for this recipient (5xx).
    Refused(String),
    /// The message was handed over and nobody knows what became of it.
    Unknown(String),
    /// The server wants nothing from us at all (bad credentials, no TLS, wrong certificate): stop the run.
    Abort(String),
}
