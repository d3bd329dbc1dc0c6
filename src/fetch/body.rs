use std::io;

use reqwest::{Response, header};

use crate::fetch::inflate::unpack;
use crate::fetch::{Error, Size};

/// The body of `response`, unless it is larger than `limit`.
///
/// Counted as it comes and again as it is unpacked: a `Content-Length` tells the compressed size, and lies.
pub(super) async fn read(mut response: Response, url: &str, limit: Size) -> Result<Vec<u8>, BodyError> {
    let too_large = || BodyError::Known(Error::TooLarge { url: url.to_owned(), limit });
    if response.content_length().is_some_and(|length| length > limit.as_bytes()) {
        return Err(too_large());
    }
    let codings = response.headers().get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let codings = codings.unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Http)? {
        if bytes.len() + chunk.len() > limit.as_usize() {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    let broken = |error: io::Error| match error.kind() {
        io::ErrorKind::FileTooLarge => too_large(),
        _ => BodyError::Known(Error::Broken { url: url.to_owned(), cause: error.to_string() }),
    };
    unpack(bytes, &codings, limit).map_err(broken)
}

/// Why a body could not be read.
pub(super) enum BodyError {
    /// One of ours.
    Known(Error),
    /// The library's.
    Http(reqwest::Error),
}
