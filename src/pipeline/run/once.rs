//! An edition is published once, however many machines share the store.

use std::time::Duration;

use tokio::time::Instant;

use super::Run;
use crate::error::Error;
use crate::pipeline::mail::Mail;
use crate::pipeline::report::{Report, Skipped};
use crate::store::{self, Store};

/// Longest an edition is composed while other machines wait for it.
const LONGEST_COMPOSING: Duration = Duration::from_secs(900);

/// How often a machine that waits for another looks whether it is done.
const ASK_AGAIN: Duration = Duration::from_millis(250);

impl Run<'_> {
    /// Whether there is a new edition in the outbox, of this machine or of another that shares the store; `before`: the last
    /// edition when this run began.
    pub(super) async fn publish_once(
        &self,
        store: &Store,
        mail: &Mail,
        before: Option<&str>,
        report: &mut Report,
    ) -> Result<bool, Error> {
        let newsletter = &self.config.newsletter.name;
        if !self.claim_composing(store).await? {
            report.skipped = Some(Skipped::Elsewhere);
            return Ok(false);
        }
        if store.is_shared() {
            let last = store.last_edition(newsletter).await?.map(|edition| edition.id);
            let is_published = last.as_deref() != before;
            if is_published || store.draft(newsletter).await?.is_some() {
                store.release_composing(newsletter).await?;
                report.skipped = Some(Skipped::Elsewhere);
                return Ok(is_published);
            }
        }
        let published = self.publish(store, mail, report).await;
        store.release_composing(newsletter).await?;
        published
    }

    /// Waits until no other machine asks the sources of the newsletter or composes its edition; false if one still does after
    /// the time that both may take.
    async fn claim_composing(&self, store: &Store) -> Result<bool, store::Error> {
        let gathering = Duration::try_from(self.config.fetch.deadline).unwrap_or_default();
        let until = Instant::now().checked_add(gathering.saturating_add(LONGEST_COMPOSING));
        while !store.claim_composing(&self.config.newsletter.name, LONGEST_COMPOSING).await? {
            if until.is_some_and(|until| Instant::now() >= until) || *self.host.cancel.borrow() {
                return Ok(false);
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
        Ok(true)
    }
}
