use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::fetch::Fetch;
use crate::pipeline::workers::Workers;

/// Within which bounds sources are gathered.
#[derive(Clone, Copy)]
pub struct Bounds<'a> {
    /// The way in.
    pub fetch: &'a dyn Fetch,
    /// Who reads what strangers sent; `None`: this process, without limits.
    pub workers: Option<&'a Workers>,
    /// Whatever is unread by then is left out.
    pub until: Option<Instant>,
    /// Becomes true when the program is to end.
    pub cancel: Option<&'a watch::Receiver<bool>>,
}

/// How long a source that is answering when the time is over may take to hear of it from the fetcher.
const GRACE: Duration = Duration::from_millis(500);

impl Bounds<'_> {
    /// Waits for the end and says why it came.
    pub(super) async fn end(&self) -> &'static str {
        let time_is_over = async {
            match self.until {
                Some(until) => sleep_until(until + GRACE).await,
                None => pending().await,
            }
        };
        let cancelled = async {
            let heard = match self.cancel.cloned() {
                Some(mut cancel) => cancel.wait_for(|cancelled| *cancelled).await.is_ok(),
                None => false,
            };
            // A sender that is gone cancels nothing any more.
            if !heard {
                pending::<()>().await;
            }
        };
        tokio::select! {
            () = time_is_over => "the time for the whole run was over before it was read",
            () = cancelled => "the program was asked to end before it was read",
        }
    }
}
