use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::fetch::{Error, Reply, Validators};
use crate::source::Source;

/// Permanent redirects to the same place before we ask there at once.
const CONVINCED: u32 = 3;

/// How long a source that is gone (410) is not requested.
const GONE: Duration = Duration::from_secs(7 * 24 * 3600);

/// Facts that one gathering of a source keeps for the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Where the source stood; a memory of another place is none.
    pub address: String,
    /// The validators that the server gave with the copy we read.
    pub validators: Validators,
    /// SHA-256 of the bytes we read: servers that change their validators without need fool nobody.
    pub hash: Option<String>,
    /// Where it has moved to for good, as stated by the server.
    pub moved_to: Option<String>,
    /// How often in a row it said so.
    pub moved: u32,
    /// Not to be asked before.
    pub not_before: Option<Timestamp>,
    /// It said that it is gone for good (410).
    pub gone: bool,
    /// Articles whose page could not be had for now: to be asked for again, whatever the source says.
    pub unread: Vec<Unread>,
    /// The contents last seen under the ids of its entries.
    pub seen: BTreeMap<String, Seen>,
}

/// The content under an id when it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its title, in a number.
    pub title: u64,
    /// Title and text as announced, in a number.
    pub text: u64,
    /// When it appeared, as stated by its source.
    pub published: Option<Timestamp>,
}

impl Seen {
    /// Whether this is another entry than `before`, which stood under the same id: no title and no day in common. An edit keeps
    /// one of them.
    pub(crate) fn is_another(&self, before: &Self) -> bool {
        let same_day = self.published.is_some() && self.published == before.published;
        self.title != before.title && !same_day
    }
}

/// An article that was kept as its source announced it, since its page could not be had for now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Its id.
    pub id: String,
    /// How often its page was asked for.
    pub tries: u32,
    /// Its page is not to be asked for before.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
}

impl Unread {
    /// Its page could not be had at `now`, and is not to be asked for again within `wait`.
    pub(crate) fn put_off(&mut self, now: Timestamp, wait: Duration) {
        self.tries += 1;
        self.not_before = later(now, wait);
    }

    /// Whether its page is not to be asked for at `now`.
    pub(crate) fn must_wait(&self, now: Timestamp) -> bool {
        self.not_before.is_some_and(|until| until > now)
    }
}

impl Memory {
    /// This memory, if it is about `source`, else a blank one.
    pub(super) fn about(&self, source: &Source) -> Self {
        let address = source.address();
        if self.address == address { self.clone() } else { Self { address, ..Self::default() } }
    }

    /// Whether the server asked us to stay away until after `now`.
    pub(super) fn must_wait(&self, now: Timestamp) -> bool {
        self.not_before.is_some_and(|until| until > now)
    }

    /// Where to ask for what stands at `url`: there, or where it has said often enough that it moved.
    pub(super) fn ask_at<'a>(&'a self, url: &'a str) -> &'a str {
        self.convinced().unwrap_or(url)
    }

    /// The place it has moved to, once it has said so often enough to be believed.
    pub fn convinced(&self) -> Option<&str> {
        self.moved_to.as_deref().filter(|_| self.moved >= CONVINCED)
    }

    /// Notes an answer. Whether its bytes are those we read last time.
    pub(super) fn note(&mut self, reply: &Reply) -> bool {
        (self.not_before, self.gone) = (None, false);
        match &reply.moved {
            Some(to) if self.moved_to.as_ref() == Some(to) => self.moved = self.moved.saturating_add(1),
            Some(to) => (self.moved_to, self.moved) = (Some(to.clone()), 1),
            // Once convinced we ask at the new address, which does not redirect any more.
            None if self.moved < CONVINCED => (self.moved_to, self.moved) = (None, 0),
            None => {}
        }
        if reply.not_modified {
            // A 304 may bring newer validators, and then they count; what it does not repeat still holds.
            let Validators { etag, last_modified } = reply.validators.clone();
            self.validators.etag = etag.or(self.validators.etag.take());
            self.validators.last_modified = last_modified.or(self.validators.last_modified.take());
            return true;
        }
        let hash = Sha256::digest(&reply.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let same = self.hash.as_ref() == Some(&hash);
        (self.hash, self.validators) = (Some(hash), reply.validators.clone());
        same
    }

    /// Notes that there was no answer.
    pub(super) fn note_failure(&mut self, error: &Error, now: Timestamp) {
        self.gone = error.is_gone();
        self.not_before = error.retry_after().or(self.gone.then_some(GONE)).and_then(|wait| later(now, wait));
        if self.moved >= CONVINCED && !error.is_temporary() {
            // The new address is no good: back to the one in the config.
            (self.moved_to, self.moved) = (None, 0);
        }
    }
}

fn later(now: Timestamp, wait: Duration) -> Option<Timestamp> {
    SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok())
}
