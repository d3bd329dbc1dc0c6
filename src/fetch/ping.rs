use std::time::Duration;

use crate::fetch::Error;
use crate::fetch::guard::shown;

/// Longest wait for an answer to a ping.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tells `url` that something happened, by asking for it. The user named it, so it may be anywhere; the answer's body
/// is not read.
///
/// # Errors
/// When there is no answer, or one that is no success.
pub async fn ping(url: &str) -> Result<(), Error> {
    let failed = |error: reqwest::Error| Error::Connect { url: shown(url), cause: error.without_url().to_string() };
    let client = reqwest::Client::builder().timeout(PATIENCE).build().map_err(failed)?;
    client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    Ok(())
}
