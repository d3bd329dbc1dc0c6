use std::io;

use reqwest::{Response, header};

use crate::fetch::inflate::undeflate;
use crate::fetch::{Error, Size};

/// The body of `response`, unless it is larger than `limit`.
///
/// Counted after decompression, chunk by chunk: a `Content-Length` tells the compressed size, and lies.
pub(super) async fn read(mut response: Response, url: &str, limit: Size) -> Result<Vec<u8>, BodyError> {
    let too_large = || BodyError::Known(Error::TooLarge { url: url.to_owned(), limit });
    if response.content_length().is_some_and(|length| length > limit.as_bytes()) {
        return Err(too_large());
    }
    // The library reads all other encodings; of this one it knows only half of what is sent.
    let encoding = response.headers().get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let deflated = encoding.is_some_and(|encoding| encoding.trim().eq_ignore_ascii_case("deflate"));
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Http)? {
        if bytes.len() + chunk.len() > limit.as_usize() {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    if deflated {
        let broken = |error: io::Error| Error::Broken { url: url.to_owned(), cause: error.to_string() };
        let large = |error: &io::Error| error.kind() == io::ErrorKind::FileTooLarge;
        return undeflate(&bytes, limit)
            .map_err(|error| if large(&error) { too_large() } else { BodyError::Known(broken(error)) });
    }
    Ok(bytes)
}

/// What went wrong while reading.
pub(super) enum BodyError {
    /// One of ours.
    Known(Error),
    /// The library's.
    Http(reqwest::Error),
}
