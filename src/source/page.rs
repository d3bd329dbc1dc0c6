//! A page that is one article.

use jiff::Timestamp;

use crate::fetch::{Accept, Error, Fetch, Reply, Request};
use crate::model::{Document, Entry, Link};
use crate::source::web::{self, FetchOutcome};
use crate::source::{Gathered, Location, Memory, Outcome, Source};

/// The page as one entry that holds its document.
pub(super) async fn gather(
    source: &Source,
    location: &Location,
    mut memory: Memory,
    now: Timestamp,
    fetch: &dyn Fetch,
) -> Gathered {
    match web::get(source, location, Accept::Page, &mut memory, now, fetch).await {
        FetchOutcome::Document(reply) => {
            let href = reply.url.clone();
            let links = match location {
                Location::Url(_) => vec![Link { href, rel: Some("alternate".into()), media_type: None }],
                Location::Path(_) => Vec::new(),
            };
            let entry = Entry { links, document: Some(document(reply)), ..Entry::default() };
            Gathered { entries: vec![entry], memory, ..Gathered::default() }
        }
        FetchOutcome::Unchanged => Gathered { outcome: Outcome::Unchanged, memory, ..Gathered::default() },
        FetchOutcome::Failed(problem) => Gathered::failed(memory, problem),
    }
}

/// The page at `url`, which an entry of `source` links, for its full text: only where robots.txt lets us.
///
/// # Errors
/// Those of fetching.
pub async fn read(url: &str, source: &Source, fetch: &dyn Fetch) -> Result<Document, Error> {
    let request = Request::new(url, Accept::Page).private(source.allow_private).obeying_robots();
    fetch.fetch(request).await.map(document)
}

fn document(reply: Reply) -> Document {
    Document { bytes: reply.bytes, media_type: reply.media_type, url: Some(reply.url) }
}
