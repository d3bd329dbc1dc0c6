//! Who may come in: a browser on this machine that was shown the opening address, and no page of another site in it.
//!
//! A name that was made to point here (DNS rebinding) sends another Host; a foreign page sends its own Origin and no cookie
//! (`SameSite=Strict`); another server on this machine gets no cookie, because its path is not ours. Writing needs a POST
//! with a token that only our own page can read. Nothing of this is told apart in the answer beyond its code.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::Error;
use crate::serve::problem::Problem;

/// The opening address is good for so long.
const OPENING: Duration = Duration::from_secs(300);
/// Requests answered at a time.
const REQUESTS_AT_ONCE: usize = 16;
/// Longest that an answer may take to begin; asking the sources goes on behind it.
const LONGEST_ANSWER: Duration = Duration::from_secs(60);

/// Content security policy of the page: load from this server, and nothing else.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The secrets of one start.
pub(super) struct Keys {
    pub(super) port: u16,
    run: String,
    cookie: String,
    pub(super) token: String,
    opening: Mutex<Option<(String, Instant)>>,
    room: Semaphore,
}

impl Keys {
    pub(super) fn new(port: u16) -> Result<Self, Error> {
        Ok(Self {
            port,
            run: random::<8>()?,
            cookie: random::<16>()?,
            token: random::<16>()?,
            opening: Mutex::new(Some((random::<16>()?, Instant::now()))),
            room: Semaphore::new(REQUESTS_AT_ONCE),
        })
    }

    /// The folder of all addresses: nobody else on this machine can name it.
    pub(super) fn root(&self) -> String {
        format!("/{}/", self.run)
    }

    pub(super) fn opening_address(&self) -> String {
        let token = self.opening.lock().as_ref().map(|(token, _)| token.clone()).unwrap_or_default();
        format!("http://{}{}?token={token}", self.host(), self.root())
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn cookie_name(&self) -> String {
        format!("digest-{}", self.port)
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| name == self.cookie_name() && same(value, &self.cookie))
    }

    /// Whether `token` opens the page now; it never does again.
    fn spend(&self, token: &str) -> bool {
        let mut opening = self.opening.lock();
        let opens = opening.as_ref().is_some_and(|(known, since)| same(token, known) && since.elapsed() < OPENING);
        if opens {
            *opening = None;
        }
        opens
    }

    fn admit(&self, request: &Request) -> Result<(), Problem> {
        let headers = request.headers();
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        if text(header::HOST) != Some(self.host().as_str()) {
            return Err(Problem::new(403, "wrong_host", "This is no name of this page."));
        }
        let site = text(HeaderName::from_static("sec-fetch-site"));
        if site.is_some_and(|site| site != "same-origin" && site != "none") {
            return Err(Problem::new(403, "origin", "Another page asks."));
        }
        if !request.uri().path().starts_with(&self.root()) {
            return Err(Problem::new(404, "not_found", "There is nothing here."));
        }
        if *request.method() != Method::POST {
            return Ok(());
        }
        if text(header::ORIGIN) != Some(format!("http://{}", self.host()).as_str()) {
            return Err(Problem::new(403, "origin", "Another page asks."));
        }
        let token = text(HeaderName::from_static("x-digest-token"));
        if !token.is_some_and(|token| same(token, &self.token)) {
            return Err(Problem::new(403, "token", "The page's token is missing."));
        }
        Ok(())
    }
}

/// Answers who may not come in, and lets others pass to `next`.
pub(super) async fn guard(State(keys): State<Arc<Keys>>, request: Request, next: Next) -> Response {
    let mut response = pass(&keys, request, next).await;
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &'static str| {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    };
    set("content-security-policy", PAGE_POLICY);
    set("cache-control", "no-store");
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "no-referrer");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    response
}

async fn pass(keys: &Keys, request: Request, next: Next) -> Response {
    if let Err(problem) = keys.admit(&request) {
        return problem.into_response();
    }
    if *request.method() == Method::GET && request.uri().path() == keys.root() {
        let query = request.uri().query().unwrap_or_default();
        if let Some(token) = query.strip_prefix("token=") {
            return open(keys, token);
        }
    }
    if !keys.has_cookie(request.headers()) {
        let problem = Problem::new(401, "no_session", "Open the address that `digest preview` printed; it opens once.");
        return problem.into_response();
    }
    let busy = || Problem::new(503, "busy", "Too many requests at a time.").into_response();
    let Ok(_room) = keys.room.try_acquire() else { return busy() };
    tokio::time::timeout(LONGEST_ANSWER, next.run(request)).await.unwrap_or_else(|_| busy())
}

fn open(keys: &Keys, token: &str) -> Response {
    if !keys.spend(token) {
        let title = "This address was opened already, or is older than five minutes. Start `digest preview` again.";
        return Problem::new(401, "no_session", title).into_response();
    }
    let cookie = format!("{}={}; HttpOnly; SameSite=Strict; Path={}", keys.cookie_name(), keys.cookie, keys.root());
    (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, keys.root())]).into_response()
}

/// Equal, in a time that tells nothing of where they differ.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// Random bytes in hexadecimal.
fn random<const BYTES: usize>() -> Result<String, Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Error::Runtime(std::io::Error::other(error.to_string())))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
