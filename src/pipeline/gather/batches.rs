//! Results of gathering, stored many sources a commit: each commit is one wait for the disk, and writes its pages whole.

use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};
use tracing::info;

use super::{Gatherer, SourceReport};
use crate::model::FailedSource;
use crate::store::{self, GatheredSource};

/// Sources stored in one commit at most, and how long the first of them waits for others.
const SOURCES_A_COMMIT: usize = 64;
const STORE_WITHIN: Duration = Duration::from_secs(1);

/// How long after the end of gathering everything is stored.
const STORED_WITHIN: Duration = Duration::from_secs(60);

/// The result of asking one source.
#[derive(Default)]
pub(super) struct SourceResult {
    /// The nth source asked.
    pub(super) place: usize,
    pub(super) report: SourceReport,
    pub(super) failed: Option<FailedSource>,
    /// The part to be stored.
    pub(super) brought: GatheredSource,
}

impl Gatherer<'_> {
    /// How long other machines leave a source to this one: until its gathering must be over, and has been stored.
    pub(super) fn lease(self) -> Duration {
        Duration::try_from(self.config.fetch.deadline).unwrap_or_default().saturating_add(STORED_WITHIN)
    }

    /// Stores what comes out of `asked`, many sources a commit: each commit is one wait for the disk. Whoever is killed
    /// before it asks those sources again.
    pub(super) async fn store_in_batches(
        self,
        mut asked: Pin<&mut impl Stream<Item = Result<SourceResult, store::Error>>>,
    ) -> Result<Vec<SourceResult>, store::Error> {
        let (mut stored, mut waiting) = (Vec::new(), Vec::new());
        let mut until = Instant::now();
        loop {
            let next = if waiting.is_empty() { Ok(asked.next().await) } else { timeout_at(until, asked.next()).await };
            let is_over = matches!(next, Ok(None));
            if let Ok(Some(done)) = next {
                if waiting.is_empty() {
                    until = Instant::now() + STORE_WITHIN;
                }
                waiting.push(done?);
                if waiting.len() < SOURCES_A_COMMIT {
                    continue;
                }
            }
            self.commit(&mut waiting).await?;
            stored.append(&mut waiting);
            if is_over {
                return Ok(stored);
            }
        }
    }

    /// Stores what `done` brought, all or none.
    async fn commit(self, done: &mut [SourceResult]) -> Result<(), store::Error> {
        if done.is_empty() {
            return Ok(());
        }
        let brought: Vec<GatheredSource> = done.iter_mut().map(|done| std::mem::take(&mut done.brought)).collect();
        let fresh = self.store.save_sources(&self.config.newsletter.name, &brought, self.now).await?;
        for (SourceResult { report, .. }, fresh) in done.iter_mut().zip(fresh) {
            report.fresh = fresh;
            let outcome = report.outcome.name();
            info!(source = report.name, outcome, entries = report.entries, fresh, "gathered");
        }
        Ok(())
    }
}
