use std::io;

use reqwest::{Response, header};

use crate::fetch::inflate::unpack;
use crate::fetch::memory_budget::{FREE, MemoryBudget};
use crate::fetch::{Error, MemoryPermit, Size};

/// The body of `response` and its share of the `budget`, unless it is larger than `limit`.
///
/// Counted as it comes and again as it is unpacked: a `Content-Length` tells the compressed size, and lies.
pub(super) async fn read(
    mut response: Response,
    url: &str,
    limit: Size,
    budget: &MemoryBudget,
) -> Result<(Vec<u8>, MemoryPermit), BodyError> {
    let too_large = || BodyError::Known(Error::TooLarge { url: url.to_owned(), limit });
    let no_room = || BodyError::Known(Error::NoRoom { url: url.to_owned() });
    if response.content_length().is_some_and(|length| length > limit.as_bytes()) {
        return Err(too_large());
    }
    let codings = response.headers().get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let codings = codings.unwrap_or_default().to_owned();
    let (mut bytes, mut taken) = (Vec::new(), budget.enter());
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Http)? {
        if bytes.len() + chunk.len() > limit.as_usize() {
            return Err(too_large());
        }
        if !taken.grow(bytes.len() + chunk.len()).await {
            return Err(no_room());
        }
        bytes.extend_from_slice(&chunk);
    }
    if !codings.is_empty() {
        let unpacked = match unpack_aside(bytes.clone(), &codings, limit.min(FREE)).await {
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge && limit > FREE => {
                // How large it is is known when it is there: budget for the largest, for that long.
                if !taken.grow(limit.as_usize()).await {
                    return Err(no_room());
                }
                unpack_aside(bytes, &codings, limit).await
            }
            unpacked => unpacked,
        };
        bytes = unpacked.map_err(|error: io::Error| match error.kind() {
            io::ErrorKind::FileTooLarge => too_large(),
            _ => BodyError::Known(Error::Broken { url: url.to_owned(), cause: error.to_string() }),
        })?;
    }
    let permit = taken.keep(bytes.len());
    Ok((bytes, permit))
}

/// [`unpack`], on a thread that nobody waits for.
async fn unpack_aside(bytes: Vec<u8>, codings: &str, limit: Size) -> io::Result<Vec<u8>> {
    let codings = codings.to_owned();
    let unpacked = tokio::task::spawn_blocking(move || unpack(bytes, &codings, limit)).await;
    unpacked.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// Why a body could not be read.
pub(super) enum BodyError {
    /// One of ours.
    Known(Error),
    /// The library's.
    Http(reqwest::Error),
}
