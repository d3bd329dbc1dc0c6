use std::time::Duration;

use reqwest::redirect;

use crate::fetch::Error;
use crate::fetch::clients::choose_cryptography;
use crate::fetch::error::innermost;
use crate::fetch::guard::shown_site;
use crate::fetch::roots;

/// Longest wait for an answer to a ping.
const PATIENCE: Duration = Duration::from_secs(10);

/// Redirects followed.
const HOPS: usize = 5;

/// Tells `url` that something happened, by asking for it. The user named it, so it may be anywhere, but it cannot send us
/// to another host; the answer's body is not read. Messages do not show its path, which is often the secret.
///
/// # Errors
/// When there is no answer, or one that is no success.
pub async fn ping(url: &str) -> Result<(), Error> {
    let failed = |error: reqwest::Error| Error::Connect {
        url: shown_site(url),
        cause: innermost(&error.without_url()),
        answered: true,
    };
    let same_host = redirect::Policy::custom(|attempt| {
        let from = attempt.previous().last().and_then(reqwest::Url::host_str);
        let (stays, tries) = (from == attempt.url().host_str(), attempt.previous().len());
        if stays && tries <= HOPS {
            attempt.follow()
        } else {
            attempt.error("it redirects to another host, or without end")
        }
    });
    choose_cryptography();
    let tls = roots::tls()?;
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).timeout(PATIENCE).redirect(same_host);
    let client = client.build().map_err(failed)?;
    client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    Ok(())
}
