//! The door in: addresses become bytes, with limits.
//!
//! Everything that is read from outside comes through one trait with one method, [`Fetch`]. [`Http`] asks the
//! network: politely (validators, `Retry-After`, few connections a host, robots.txt where nobody asked for the page),
//! with a limit on time and on size, and never at an address that only exists inside our own network. [`Recorded`]
//! replays replies that were stored earlier, so that an edition can be composed again without a network.
//!
//! The promises: no request leaves but GET over http or https; no cookie is kept; every hop of a redirect is
//! checked like the first address; no reply is larger than `max_body` after decompression, none takes longer than
//! `timeout`, and nothing at all happens after `deadline`.

mod body;
mod clients;
mod error;
pub mod guard;
mod host_limiter;
mod http;
mod inflate;
mod memory_budget;
mod options;
mod ping;
mod recorded;
mod robots;
mod roots;
mod size;
mod tls;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use error::Error;
pub use http::Http;
pub use inflate::gunzip;
pub use memory_budget::MemoryPermit;
pub use options::Options;
pub use ping::ping;
pub use recorded::{Recorded, record};
pub use roots::fallback_roots;
pub use size::Size;
pub(crate) use tls::{in_words, plain};

/// The way in.
pub trait Fetch: Send + Sync {
    /// Gets what stands at the request's address.
    ///
    /// # Errors
    /// When there is no usable answer; [`Error`] says whether asking again makes sense.
    fn fetch<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Reply, Error>>;
}

/// One thing to be fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Absolute http or https URL; may carry `user:password@`.
    pub url: String,
    /// Validators of the copy we have; empty: ask unconditionally.
    pub validators: Validators,
    /// Which addresses of private networks may be reached.
    pub reach: Reach,
    /// The expected kind of answer.
    pub accept: Accept,
    /// Nobody asked for this very address, a machine found it: obey robots.txt.
    pub robots: bool,
}

impl Request {
    /// Asks for `url`, unconditionally, hoping for `accept`.
    pub fn new(url: impl Into<String>, accept: Accept) -> Self {
        Self { url: url.into(), accept, ..Self::default() }
    }

    /// The same, answered by [`Reply::not_modified`] if the server still has what `validators` describe.
    #[must_use]
    pub fn unless(mut self, validators: Validators) -> Self {
        self.validators = validators;
        self
    }

    /// The same, allowed to reach private addresses if `allow`.
    #[must_use]
    pub fn private(mut self, allow: bool) -> Self {
        self.reach = if allow { Reach::Private } else { Reach::Public };
        self
    }

    /// The same for an address that a person typed: its host may be a private one, no other it redirects to.
    #[must_use]
    pub fn typed(mut self) -> Self {
        self.reach = Reach::TypedHost;
        self
    }

    /// The same, but only where robots.txt lets us.
    #[must_use]
    pub fn obeying_robots(mut self) -> Self {
        self.robots = true;
        self
    }
}

/// Which addresses a request and its redirects may reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// Public ones.
    #[default]
    Public,
    /// Public ones, and the very host asked for wherever it is.
    TypedHost,
    /// All, those of private networks too: the source is configured so.
    Private,
}

/// The expected kind of answer: fills the `Accept` header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Accept {
    /// RSS, Atom, JSON Feed, or a page that links them.
    Feed,
    /// A page for people.
    Page,
    /// Whatever stands there.
    #[default]
    Anything,
}

/// A server's validators for the copy it gave us (RFC 9110, section 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, to be sent back as it came.
    pub etag: Option<String>,
    /// `Last-Modified`, to be sent back as it came.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Nothing was said.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// HTTP status: 200 to 299, or 304.
    pub status: u16,
    /// Where it was found, after redirects; without credentials.
    pub url: String,
    /// Where the address asked for has moved to for good (301, 308), if the first hops said so.
    pub moved: Option<String>,
    /// `Content-Type` with its parameters.
    pub media_type: Option<String>,
    /// To be sent with the next request.
    pub validators: Validators,
    /// The copy we have is still good; `bytes` is empty.
    pub not_modified: bool,
    /// The body, decompressed.
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// Their share of the memory for what waits to be read.
    #[serde(skip)]
    pub permit: MemoryPermit,
}
