//! Who hears of each run.

use crate::config::Config;
use crate::fetch;
use crate::pipeline::run::Acts;

/// `[ping]`: hears of the start, the success and the failure of a whole run. Of an act alone it hears nothing: an hourly
/// gathering that is fine would hide that the morning's run has died.
pub(super) struct Ping {
    url: Option<String>,
}

impl Ping {
    pub(super) fn new(config: &Config, acts: Acts) -> Self {
        let ping = config.ping.as_ref().filter(|_| acts.gather && acts.compose && acts.deliver);
        Self { url: ping.map(|ping| ping.url.trim_end_matches('/').to_owned()) }
    }

    pub(super) async fn notify(&self, path: &str) {
        let Some(url) = &self.url else { return };
        if let Err(error) = fetch::ping(&format!("{url}{path}")).await {
            tracing::warn!(%error, "the ping was not heard");
        }
    }
}
