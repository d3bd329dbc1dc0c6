use jiff::Timestamp;

use crate::model::{Delivery, DeliveryState, Recipient};

/// One reader of a new edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDelivery {
    /// To whom.
    pub recipient: Recipient,
    /// Language of the template.
    pub template: String,
    /// With angle brackets.
    pub message_id: String,
    /// Where this reader can leave, if they can.
    pub unsubscribe: Option<String>,
}

/// A delivery that is to be tried, with what is needed to build its bytes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingDelivery {
    /// Its place in the outbox.
    pub id: i64,
    /// Its state.
    pub delivery: Delivery,
    /// Language of its template.
    pub template: String,
    /// Where this reader can leave.
    pub unsubscribe: Option<String>,
    /// The DKIM signature of its first try.
    pub signature: Option<String>,
    /// SHA-256 of the bytes of its first try, in hexadecimal.
    pub hash: Option<String>,
}

/// One step of one delivery, to be committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryChange {
    /// It is about to be handed over.
    Trying {
        /// [`PendingDelivery::id`].
        id: i64,
        /// The signature it carries; kept from the first try on.
        signature: Option<String>,
        /// The hash of its bytes; kept from the first try on.
        hash: String,
        /// When.
        now: Timestamp,
    },
    /// The server answered, or can no longer do so.
    Answered {
        /// [`PendingDelivery::id`].
        id: i64,
        /// Where it stands now.
        state: DeliveryState,
        /// The server's words.
        answer: String,
        /// Not to be tried before.
        not_before: Option<Timestamp>,
        /// Whether this counts as an attempt (a server that was down does not).
        counts: bool,
        /// When.
        now: Timestamp,
    },
    /// It was not handed over after all.
    Kept {
        /// [`PendingDelivery::id`].
        id: i64,
        /// Where it stood before.
        state: DeliveryState,
        /// When.
        now: Timestamp,
    },
}

/// How many deliveries stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct DeliveryCounts {
    /// Not handed over yet, or refused for now.
    pub waiting: u64,
    /// Being handed over.
    pub trying: u64,
    /// Accepted.
    pub sent: u64,
    /// Refused for good.
    pub refused: u64,
    /// Handed over without an answer.
    pub unknown: u64,
}

/// An address that was refused for good.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Refusal {
    /// Which.
    pub address: String,
    /// By how many of its last editions in a row.
    pub times: u32,
    /// The server's last words.
    pub answer: Option<String>,
}
