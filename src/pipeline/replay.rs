//! Replies kept for `--offline`: every answer of a gathering, for some days.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tracing::debug;

use crate::fetch::{self, Fetch, Reply, Request};
use crate::store::Location;

/// How long a reply is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The folder of the replies that belong to the store at `store`.
pub fn replies(store: &Location) -> PathBuf {
    store.beside().with_extension("replies")
}

/// Makes room on a full disk: the replies of the store at `store` give way to the store itself. False if there were none.
pub(super) fn forget_replies(store: &Location) -> bool {
    let folder = replies(store);
    let had_any = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    had_any && fs::remove_dir_all(&folder).is_ok()
}

/// A fetcher whose answers are kept in a folder.
pub struct Recording<F> {
    fetch: F,
    folder: PathBuf,
}

impl<F: Fetch> Recording<F> {
    /// Keeps what `fetch` brings in `folder`, and forgets what is older than three days.
    pub fn new(fetch: F, folder: PathBuf, now: Timestamp) -> Self {
        let before = SystemTime::UNIX_EPOCH + age(now);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let is_old = entry.metadata().and_then(|data| data.modified()).is_ok_and(|time| time < before);
            if is_old {
                // What cannot be removed now is tried again by the next run.
                let _ = fs::remove_file(entry.path());
            }
        }
        Self { fetch, folder }
    }
}

/// Replies older than this, in time since 1970, are forgotten.
fn age(now: Timestamp) -> Duration {
    Duration::try_from((now - KEPT).as_duration()).unwrap_or_default()
}

impl<F: Fetch> Fetch for Recording<F> {
    fn fetch<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Reply, fetch::Error>> {
        Box::pin(async move {
            let url = request.url.clone();
            let reply = self.fetch.fetch(request).await?;
            // A record that cannot be written costs a replay, not the run.
            if let Err(error) = fetch::record(&self.folder, &url, &reply) {
                debug!(%error, "cannot keep a reply");
            }
            Ok(reply)
        })
    }
}
