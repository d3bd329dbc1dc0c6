//! Memory for what was fetched and waits to be read.
//!
//! Small answers need none. What is larger takes its share of one budget before it is kept, and gives it back when it has been
//! read: however many large answers come at once, they wait for each other and do not fill the memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::fetch::Size;

/// An answer of this size needs no share.
pub(super) const FREE: Size = Size::bytes(256 << 10);

/// All that large answers may take together.
const ALL: Size = Size::mebibytes(256);

/// A share is so many of these bytes.
const UNIT: u64 = 64 << 10;

/// How long an answer waits for its share.
const PATIENCE: Duration = Duration::from_secs(10);

/// The budget.
#[derive(Debug)]
pub(super) struct MemoryBudget(Arc<Semaphore>);

impl Default for MemoryBudget {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(units(ALL.as_bytes()) as usize)))
    }
}

/// The share of one answer; given back when its last copy is dropped.
#[derive(Debug, Clone, Default)]
pub struct MemoryPermit {
    _permit: Option<Arc<OwnedSemaphorePermit>>,
}

/// It says nothing of the answer.
impl PartialEq for MemoryPermit {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for MemoryPermit {}

fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.min(ALL.as_bytes()).div_ceil(UNIT)).unwrap_or(u32::MAX)
}

/// The memory one answer takes while it comes in.
pub(super) struct Reservation<'a> {
    budget: &'a MemoryBudget,
    permit: Option<OwnedSemaphorePermit>,
}

impl MemoryBudget {
    /// Nothing yet.
    pub(super) fn enter(&self) -> Reservation<'_> {
        Reservation { budget: self, permit: None }
    }
}

impl Reservation<'_> {
    /// Takes what `bytes` need in all; `false` if there is none for too long.
    pub(super) async fn grow(&mut self, bytes: usize) -> bool {
        if bytes as u64 <= FREE.as_bytes() {
            return true;
        }
        let have = self.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(more) =
            units(bytes as u64).checked_sub(u32::try_from(have).unwrap_or(u32::MAX)).filter(|more| *more > 0)
        else {
            return true;
        };
        let Ok(Ok(more)) = timeout(PATIENCE, self.budget.0.clone().acquire_many_owned(more)).await else {
            return false;
        };
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            None => self.permit = Some(more),
        }
        true
    }

    /// The share of the `bytes` that are kept.
    pub(super) fn keep(self, bytes: usize) -> MemoryPermit {
        let kept = if bytes as u64 <= FREE.as_bytes() { 0 } else { units(bytes as u64) as usize };
        let Some(mut permit) = self.permit.filter(|_| kept > 0) else { return MemoryPermit::default() };
        let surplus = permit.num_permits().saturating_sub(kept);
        drop(permit.split(surplus));
        MemoryPermit { _permit: Some(Arc::new(permit)) }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn large_answers_wait_for_each_other_and_small_ones_do_not() {
        let budget = MemoryBudget::default();
        let most = ALL.as_usize();
        let mut first = budget.enter();
        assert!(first.grow(most).await);
        let mut small = budget.enter();
        assert!(small.grow(FREE.as_usize()).await);
        assert_eq!(budget.enter().grow(FREE.as_usize() + 1).now_or_never(), None, "there is no budget left");
        let kept = first.keep(most / 2);
        let mut second = budget.enter();
        assert!(second.grow(most / 2).await);
        drop(second);
        let copy = kept.clone();
        drop(kept);
        assert_eq!(budget.enter().grow(most).now_or_never(), None, "a copy still holds its share");
        drop(copy);
        assert!(budget.enter().grow(10 * most).await, "what is larger than all of it may have all of it");
    }
}
