//! The outbox: every copy of every edition, from "waiting" to the server's answer.
//!
//! The order of commits is the promise: [`DeliveryChange::Trying`](crate::model::DeliveryChange::Trying) before a message
//! is handed over, [`DeliveryChange::Answered`](crate::model::DeliveryChange::Answered) before the next one is. Whatever was
//! `trying` when a program died is `unknown` at the next start; in a shared database, when its claim has run out.

use std::time::Duration;

use jiff::Timestamp;

use super::{Error, Store};
use crate::model::{DeliveryCounts, DeliveryState, PendingDelivery, PlannedDelivery, Refusal};

impl Store {
    /// Turns what was being handed over when a program died into `unknown`. Call it when nothing is being handed over, for a
    /// file under the run lock. Returns how many there were. It is no attempt: that we died says nothing of the recipient, who
    /// must not wait longer for it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn recover(&self) -> Result<u64, Error> {
        on_engine!(self, engine => engine.recover().await)
    }

    /// At most `limit` deliveries of `newsletter` that are due at `now`, after the place `after`, in their order.
    /// `unknown` ones are among them only if `resend_unknown`: sending those may give a reader a second copy. In a shared
    /// database they are claimed: nobody else gets them until the claim ends.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn pending(
        &self,
        newsletter: &str,
        now: Timestamp,
        after: i64,
        limit: u32,
        resend_unknown: bool,
    ) -> Result<Vec<PendingDelivery>, Error> {
        on_engine!(self, engine => engine.pending(newsletter, now, after, limit, resend_unknown).await)
    }

    /// When the next delivery of `newsletter` is due; `None` if none is waiting. One that another machine has claimed is due
    /// when the claim runs out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_due(&self, newsletter: &str, resend_unknown: bool) -> Result<Option<Timestamp>, Error> {
        on_engine!(self, engine => engine.next_due(newsletter, resend_unknown).await)
    }

    /// Gives up what of `newsletter` could leave since a time before `before` and still waits. Returns how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn give_up(&self, newsletter: &str, before: Timestamp, after: Duration) -> Result<u64, Error> {
        on_engine!(self, engine => engine.give_up(newsletter, before, after).await)
    }

    /// How many deliveries of `edition` stand where.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn counts(&self, edition: &str) -> Result<DeliveryCounts, Error> {
        on_engine!(self, engine => engine.counts(edition).await)
    }

    /// How many deliveries of `newsletter` are to be sent or without an answer; what is done with is not counted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_counts(&self, newsletter: &str) -> Result<DeliveryCounts, Error> {
        on_engine!(self, engine => engine.open_counts(newsletter).await)
    }

    /// The first `limit` deliveries of `edition` that were refused for good, in their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refused(&self, edition: &str, limit: u32) -> Result<Vec<PendingDelivery>, Error> {
        on_engine!(self, engine => engine.refused(edition, limit).await)
    }

    /// The delivery of `edition` to `address`; `None` if there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn delivery(&self, edition: &str, address: &str) -> Result<Option<PendingDelivery>, Error> {
        on_engine!(self, engine => engine.delivery(edition, address).await)
    }

    /// The delivery of `edition` whose address comes first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn first_delivery(&self, edition: &str) -> Result<Option<PendingDelivery>, Error> {
        on_engine!(self, engine => engine.first_delivery(edition).await)
    }

    /// Lets one copy of `edition` wait, a new one or that which its reader has already, for the caller to hand over: in a shared
    /// database it is claimed. Its first signature and hash stay.
    ///
    /// # Errors
    /// When the store cannot be written, or another machine is about to send it.
    pub async fn resend(
        &self,
        edition: &str,
        delivery: &PlannedDelivery,
        now: Timestamp,
    ) -> Result<PendingDelivery, Error> {
        on_engine!(self, engine => engine.resend(edition, delivery, now).await)
    }

    /// Addresses that the last editions of `newsletter` they were sent were refused for good, `times` or more in a row.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refusals(&self, newsletter: &str, times: u32) -> Result<Vec<Refusal>, Error> {
        on_engine!(self, engine => engine.refusals(newsletter, times).await)
    }
}

/// Puts `n` deliveries in the state `name` into `counts`.
pub(super) fn count(counts: &mut DeliveryCounts, name: &str, n: i64) {
    *match parse_state(name) {
        DeliveryState::Waiting => &mut counts.waiting,
        DeliveryState::Trying => &mut counts.trying,
        DeliveryState::Sent => &mut counts.sent,
        DeliveryState::Refused => &mut counts.refused,
        DeliveryState::Unknown => &mut counts.unknown,
    } = u64::try_from(n).unwrap_or(0);
}

pub(super) const fn state_name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => "waiting",
        DeliveryState::Trying => "trying",
        DeliveryState::Sent => "sent",
        DeliveryState::Refused => "refused",
        DeliveryState::Unknown => "unknown",
    }
}

/// The table holds no other word, its CHECK sees to that.
pub(super) fn parse_state(name: &str) -> DeliveryState {
    match name {
        "trying" => DeliveryState::Trying,
        "sent" => DeliveryState::Sent,
        "refused" => DeliveryState::Refused,
        "unknown" => DeliveryState::Unknown,
        _ => DeliveryState::Waiting,
    }
}
