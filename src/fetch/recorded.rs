use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::fetch::guard::{shown, without_credentials};
use crate::fetch::{Error, Fetch, Reply, Request};

/// Replies that were stored by [`record`], for `--offline` and previews.
#[derive(Debug, Clone)]
pub struct Recorded {
    folder: PathBuf,
}

impl Recorded {
    /// Replays what stands in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn replay(&self, url: &str) -> Option<Reply> {
        let stored = fs::read(self.folder.join(file_name(url))).ok()?;
        let head = stored.iter().position(|byte| *byte == b'\n')?;
        let mut reply: Reply = serde_json::from_slice(&stored[..head]).ok()?;
        reply.bytes = stored[head + 1..].to_vec();
        Some(reply)
    }
}

impl Fetch for Recorded {
    /// The stored reply in full, whatever validators the request has: what is replayed is always read anew.
    fn fetch<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Reply, Error>> {
        Box::pin(async move {
            let missing = || Error::NotRecorded { url: shown(&request.url) };
            self.replay(&request.url).ok_or_else(missing)
        })
    }
}

/// Stores `reply` to a request for `url` in `folder`, all of it or nothing, replacing an older one.
///
/// One file a URL, named by its hash: a line of JSON with all but the body, then the body. A
/// [`not_modified`](Reply::not_modified) reply says nothing new and is not stored.
///
/// # Errors
/// When the folder cannot be written to.
pub fn record(folder: &Path, url: &str, reply: &Reply) -> io::Result<()> {
    if reply.not_modified {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, reply)?;
    file.write_all(b"\n")?;
    file.write_all(&reply.bytes)?;
    file.persist(folder.join(file_name(url)))?;
    Ok(())
}

fn file_name(url: &str) -> String {
    let hash = Sha256::digest(without_credentials(url).as_bytes());
    let name: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    name + ".reply"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Accept;

    #[tokio::test]
    async fn a_recorded_reply_comes_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let reply =
            Reply { status: 200, url: "https://example.org/".into(), bytes: b"a\nb\0".to_vec(), ..Reply::default() };
        record(folder.path(), "https://me:pw@example.org/", &reply).unwrap();
        let recorded = Recorded::new(folder.path());
        let ask = |url: &str| recorded.fetch(Request::new(url, Accept::Feed));
        assert_eq!(ask("https://example.org/").await, Ok(reply));
        assert!(matches!(ask("https://example.org/other").await, Err(Error::NotRecorded { .. })));
    }
}
