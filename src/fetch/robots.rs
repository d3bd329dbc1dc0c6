use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use robotxt::Robots;
use tokio::sync::OnceCell;
use url::Url;

/// The robots.txt files of this run (RFC 9309), each asked for once.
#[derive(Debug, Default)]
pub(super) struct RobotsFiles {
    sites: Mutex<HashMap<String, Arc<OnceCell<Robots>>>>,
}

/// How much of a robots.txt is read: what RFC 9309 asks for at least.
pub(super) const LARGEST: usize = 500 * 1024;

impl RobotsFiles {
    /// Whether the program called `agent` may read `url`, and the time it is to leave between two requests; `get` fetches the site's file if it was not read before.
    ///
    /// `get` answers `Ok(None)` when the site has no such file (all is allowed), and `Err(())` when the site could not
    /// be asked (then nothing is, as RFC 9309 section 2.3.1.4 wants it).
    pub(super) async fn allow<F>(&self, url: &Url, agent: &str, get: F) -> (bool, Option<Duration>)
    where
        F: AsyncFnOnce(Url) -> Result<Option<Vec<u8>>, ()>,
    {
        let Ok(address) = url.join("/robots.txt") else { return (true, None) };
        let site = {
            let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
            sites.entry(url.origin().ascii_serialization()).or_default().clone()
        };
        let robots = site
            .get_or_init(async || match get(address).await {
                Ok(Some(text)) => Robots::parse(&text[..text.len().min(LARGEST)], agent),
                Ok(None) => Robots::allow_all(),
                Err(()) => Robots::disallow_all(),
            })
            .await;
        (robots.is_url_allowed(url), robots.crawl_delay())
    }
}
