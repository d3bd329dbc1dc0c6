//! Newsletters that share a store take turns; a second run of one newsletter does not wait for the first.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::config::Config;
use crate::store::{self, LockError, RunLock};

/// Longest a run waits for one of another newsletter: a run a day must not meet its own next.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);

/// How long whoever has just taken the store may need to say whose run it is: until then the words of the one before stand.
const UNNAMED: Duration = Duration::from_secs(2);

/// How often it looks whether the store is free.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// The right to write to the store of `config` and to send, once the runs of other newsletters on it are over.
///
/// # Errors
/// Another run of the same newsletter holds it, or one of another newsletter does until the program is asked to end.
pub(super) async fn take(config: &Config, cancel: &watch::Receiver<bool>) -> Result<RunLock, LockError> {
    let newsletter = &config.newsletter.name;
    let (mut holder, mut since) = (None, Instant::now());
    loop {
        let busy = match store::lock(&config.store) {
            Ok(lock) => return Ok(lock.held_for(newsletter)),
            Err(busy) => busy,
        };
        if holder.as_deref() != busy.holder() {
            (holder, since) = (busy.holder().map(str::to_owned), Instant::now());
        }
        let is_others = holder.as_ref().is_some_and(|holder| holder != newsletter);
        let patience = if is_others { LONGEST_WAIT } else { UNNAMED };
        if !busy.is_busy() || *cancel.borrow() || since.elapsed() >= patience {
            return Err(busy);
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}
