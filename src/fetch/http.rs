use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use url::Url;

use crate::fetch::body::{self, BodyError};
use crate::fetch::clients::Clients;
use crate::fetch::guard::{self, shown, without_credentials};
use crate::fetch::host_limiter::HostLimiter;
use crate::fetch::memory_budget::MemoryBudget;
use crate::fetch::robots::RobotsFiles;
use crate::fetch::{Accept, Error, Fetch, Options, Reach, Reply, Request, Validators};

/// Redirects followed for one request.
const HOPS: usize = 10;

/// Longest wait a server can ask of us inside a run; what asks for more is left for the next run.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The network.
#[derive(Debug)]
pub struct Http {
    clients: Clients,
    hosts: HostLimiter,
    robots: RobotsFiles,
    budget: MemoryBudget,
    options: Options,
    until: Instant,
}

impl Http {
    /// A client for one run, whose `deadline` begins now.
    ///
    /// # Errors
    /// When the system's certificates cannot be read, or `user_agent` is no header.
    pub fn new(options: &Options) -> Result<Self, Error> {
        Ok(Self {
            clients: Clients::new(options)?,
            hosts: HostLimiter::new(options),
            robots: RobotsFiles::default(),
            budget: MemoryBudget::default(),
            options: options.clone(),
            until: Instant::now() + options.run_limit(),
        })
    }

    /// Asks, and asks again while the server only stumbles.
    async fn persist(&self, request: &Request) -> Result<Reply, Error> {
        let mut tries = 0;
        loop {
            let error = match self.follow(request).await {
                Err(error) if tries < self.options.retries && is_stumble(&error) => error,
                result => return result,
            };
            let wait = error.retry_after().unwrap_or(Duration::from_millis(500) * 3_u32.pow(tries.min(5)));
            if wait > LONGEST_WAIT || Instant::now() + wait >= self.until {
                return Err(error);
            }
            sleep(wait).await;
            tries += 1;
        }
    }

    /// Follows redirects, each checked like the first address.
    async fn follow(&self, request: &Request) -> Result<Reply, Error> {
        let all = self.options.allow_private || request.reach == Reach::Private;
        let mut url = guard::check(&request.url, all || request.reach == Reach::TypedHost)?;
        let typed = (request.reach == Reach::TypedHost).then(|| url.host_str().map(str::to_owned)).flatten();
        let may_be_private = |url: &Url| all || url.host_str().is_some_and(|host| typed.as_deref() == Some(host));
        let mut moved = Some(None);
        let mut left = self.options.time_limit();
        for _ in 0..=HOPS {
            if request.robots {
                self.ask_robots(&url, all).await?;
            }
            match self.hop(&url, request, may_be_private(&url), &mut left).await? {
                Response::Reply(mut reply) => {
                    reply.moved = moved.flatten();
                    return Ok(reply);
                }
                Response::Redirect { to, permanent } => {
                    url = next_hop(&url, &to, &may_be_private)?;
                    // Only an unbroken row of permanent redirects from the start says that the address is another now.
                    moved = moved.filter(|_| permanent).map(|_| Some(without_credentials(url.as_str())));
                }
            }
        }
        Err(Error::Redirect { url: shown(&request.url), what: format!("more than {HOPS} times") })
    }

    /// One question, one answer, within what is `left` of its time.
    async fn hop(&self, url: &Url, request: &Request, private: bool, left: &mut Duration) -> Result<Response, Error> {
        let host = url.host_str().unwrap_or_default();
        let busy = |wait| Error::Cooldown { url: shown(url.as_str()), wait };
        let _pass = self.hosts.enter(host, LONGEST_WAIT).await.map_err(busy)?;
        let started = Instant::now();
        let lease = self.clients.lend(url, private)?;
        let asked = lease.client.get(url.clone()).headers(headers(request)).send();
        let limit = self.options.time_limit();
        let name = shown(url.as_str());
        let late = || Error::Timeout { url: name.clone(), after: limit };
        let broken = |error| Error::from_http(&name, &error, limit);
        let answered = async {
            let response = asked.await.map_err(broken)?;
            match Response::of(&response, url, !request.validators.is_empty())? {
                Some(hop) => Ok(hop),
                None => self.reply(response, url).await,
            }
        };
        let result = timeout(*left, answered).await.map_err(|_| late())?;
        if let Err(Error::Status { status: 429, retry_after: Some(wait), .. }) = &result {
            // "Too many requests" is said to us, not to one address.
            self.hosts.cool_down(host, *wait);
        }
        *left = left.saturating_sub(started.elapsed());
        result
    }

    /// The answer with its body.
    async fn reply(&self, response: reqwest::Response, url: &Url) -> Result<Response, Error> {
        let reply = Reply {
            status: response.status().as_u16(),
            url: without_credentials(url.as_str()),
            media_type: text_of(response.headers(), &header::CONTENT_TYPE),
            validators: validators(response.headers()),
            ..Reply::default()
        };
        let name = shown(url.as_str());
        let read = body::read(response, &name, self.options.max_body, &self.budget).await;
        let (bytes, permit) = read.map_err(|error| match error {
            BodyError::Known(error) => error,
            BodyError::Http(error) => Error::from_http(&name, &error, self.options.time_limit()),
        })?;
        Ok(Response::Reply(Reply { bytes, permit, ..reply }))
    }

    /// Whether the site lets programs read `url`.
    async fn ask_robots(&self, url: &Url, allow_private: bool) -> Result<(), Error> {
        let agent = self.options.agent();
        let get = async |address: Url| {
            let request = Request::new(address, Accept::Anything).private(allow_private);
            match Box::pin(self.follow(&request)).await {
                Ok(reply) => Ok(Some(reply.bytes)),
                Err(Error::Status { status: 400..=499, .. } | Error::TooLarge { .. }) => Ok(None),
                Err(_) => Err(()),
            }
        };
        let product = agent.split(['/', ' ']).next().unwrap_or_default();
        let (allowed, delay) = self.robots.allow(url, product, get).await;
        if let (Some(delay), Some(host)) = (delay, url.host_str()) {
            self.hosts.set_delay(host, delay.min(LONGEST_WAIT));
        }
        if allowed { Ok(()) } else { Err(Error::Robots { url: shown(url.as_str()) }) }
    }
}

impl Fetch for Http {
    fn fetch<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Reply, Error>> {
        Box::pin(async move {
            let answer = timeout_at(self.until, self.persist(&request)).await;
            answer.unwrap_or_else(|_| Err(Error::Deadline { url: shown(&request.url) }))
        })
    }
}

/// One answer, and what it means for the request.
enum Response {
    Reply(Reply),
    Redirect { to: String, permanent: bool },
}

impl Response {
    /// The meaning of the head of `response` alone; `None`: the body must be read.
    fn of(response: &reqwest::Response, url: &Url, conditional: bool) -> Result<Option<Self>, Error> {
        let (status, headers) = (response.status(), response.headers());
        if status == StatusCode::NOT_MODIFIED && conditional {
            let (url, validators) = (without_credentials(url.as_str()), validators(headers));
            let reply = Reply { status: 304, url, validators, not_modified: true, ..Reply::default() };
            return Ok(Some(Self::Reply(reply)));
        }
        if let 301 | 302 | 303 | 307 | 308 = status.as_u16() {
            let nowhere = || Error::Redirect { url: shown(url.as_str()), what: "without saying where".into() };
            let to = text_of(headers, &header::LOCATION).ok_or_else(nowhere)?;
            return Ok(Some(Self::Redirect { to, permanent: matches!(status.as_u16(), 301 | 308) }));
        }
        if status.is_success() {
            return Ok(None);
        }
        Err(Error::Status { url: shown(url.as_str()), status: status.as_u16(), retry_after: retry_after(headers) })
    }
}

fn headers(request: &Request) -> HeaderMap {
    let accept = match request.accept {
        Accept::Feed => {
            "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
             application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.2"
        }
        Accept::Page => "text/html, application/xhtml+xml, text/plain;q=0.8, */*;q=0.2",
        Accept::Anything => "*/*",
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd"));
    let Validators { etag, last_modified } = &request.validators;
    let etag = etag.as_deref().map(tags);
    for (name, value) in [(header::IF_NONE_MATCH, etag), (header::IF_MODIFIED_SINCE, last_modified.clone())] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

/// `etag` as the server knows it.
///
/// Apache marks the tag of what it compressed (`"v1-gzip"`) and then does not know it again (its `DeflateAlterETag`):
/// the tag without the mark stands beside it.
fn tags(etag: &str) -> String {
    let bare = ["-gzip\"", "-br\""].iter().find_map(|mark| etag.strip_suffix(mark));
    bare.map_or_else(|| etag.to_owned(), |bare| format!("{etag}, {bare}\""))
}

/// Where a redirect leads. Credentials stay with their own origin: what a stranger's `Location` brings is dropped.
fn next_hop(from: &Url, to: &str, may_be_private: &dyn Fn(&Url) -> bool) -> Result<Url, Error> {
    let lost = |error| Error::Redirect { url: shown(from.as_str()), what: format!("to no URL ({error})") };
    let joined = from.join(to).map_err(lost)?;
    let mut next = guard::check(joined.as_str(), may_be_private(&joined))?;
    let same = next.origin() == from.origin();
    // Neither can fail: the scheme is http or https, and there is a host.
    let _ = next.set_username(if same { from.username() } else { "" });
    let _ = next.set_password(if same { from.password() } else { None });
    Ok(next)
}

/// The server is there but not well: worth asking again in the same run.
fn is_stumble(error: &Error) -> bool {
    matches!(error, Error::Status { status: 429 | 500 | 502 | 503 | 504, .. })
}

fn validators(headers: &HeaderMap) -> Validators {
    Validators { etag: text_of(headers, &header::ETAG), last_modified: text_of(headers, &header::LAST_MODIFIED) }
}

/// A header as text; bytes beyond ASCII, which servers do send, are taken as UTF-8 or dropped.
fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(name)?.as_bytes()).trim().to_owned();
    Some(value).filter(|value| !value.is_empty())
}

/// `Retry-After` as a duration (RFC 9110, section 10.2.3).
///
/// A date is measured against the server's own `Date`, so a wrong clock on either side does not matter.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text_of(headers, &header::RETRY_AFTER)?;
    let longest = Duration::from_secs(7 * 24 * 3600);
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(longest, Duration::from_secs).min(longest));
    }
    let at = httpdate::parse_http_date(&value).ok()?;
    let now = httpdate::parse_http_date(&text_of(headers, &header::DATE)?).ok()?;
    Some(at.duration_since(now).unwrap_or_default().min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let check = |retry: &str, expected: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, retry.parse().unwrap());
            headers.insert(header::DATE, "Mon, 02 Nov 2026 10:00:00 GMT".parse().unwrap());
            assert_eq!(retry_after(&headers), expected.map(Duration::from_secs), "{retry}");
        };
        check("120", Some(120));
        check("1000000000000", Some(7 * 24 * 3600));
        check("99999999999999999999999", Some(7 * 24 * 3600));
        check("Mon, 02 Nov 2026 11:00:00 GMT", Some(3600));
        check("Mon, 02 Nov 2026 09:00:00 GMT", Some(0));
        check("soon", None);
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        let hop =
            |to: &str| next_hop(&"https://me:pw@example.org/a".parse().unwrap(), to, &|_| false).unwrap().to_string();
        assert_eq!(hop("/b"), "https://me:pw@example.org/b");
        assert_eq!(hop("https://example.com/b"), "https://example.com/b");
        assert_eq!(hop("https://you:x@example.com/b"), "https://example.com/b");
    }

    #[test]
    fn a_redirect_leads_no_more_inside_than_an_address() {
        for to in
            ["http://127.0.0.1/", "//[::1]/", "http://0x7f.1/", "http://169.254.169.254/latest", "file:///etc/passwd"]
        {
            let hop = next_hop(&"https://example.org/a".parse().unwrap(), to, &|_| false);
            assert!(matches!(hop, Err(Error::Refused { .. })), "{to}");
        }
    }
}
