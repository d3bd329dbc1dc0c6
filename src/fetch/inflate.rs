use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use crate::fetch::Size;

/// The contents of a gzip file, unless they are larger than `limit`.
///
/// # Errors
/// When `bytes` is no whole gzip file, or holds more.
pub fn gunzip(bytes: &[u8], limit: Size) -> io::Result<Vec<u8>> {
    bounded(MultiGzDecoder::new(bytes), limit)
}

/// Encodings of one body that are taken off; more are nothing but an attack.
const MOST_CODINGS: usize = 4;

/// `bytes` without the `codings` that a `Content-Encoding` lists, the last one taken off first.
///
/// Names that stand for no encoding, such as `utf-8` or `none`, are sent by servers and say nothing.
///
/// # Errors
/// When the bytes are not what the list says, hold more than `limit`, or are encoded in a way that is not read.
pub(super) fn unpack(bytes: Vec<u8>, codings: &str, limit: Size) -> io::Result<Vec<u8>> {
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    if codings.split(',').count() > MOST_CODINGS {
        return Err(wrong(format!("it is encoded more than {MOST_CODINGS} times")));
    }
    codings.rsplit(',').try_fold(bytes, |bytes, coding| match coding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => gunzip(&bytes, limit),
        "deflate" => undeflate(&bytes, limit),
        "br" => bounded(Decompressor::new(&bytes[..], 4096), limit),
        "zstd" => unzstd(&bytes, limit),
        coding @ ("compress" | "x-compress") => Err(wrong(format!("it is encoded as `{coding}`, which is not read"))),
        _ => Ok(bytes),
    })
}

/// The contents of `deflate`.
///
/// The standard means zlib's format by it; servers that send the bare stream are as old as the confusion (RFC 9110,
/// section 8.4.1.2).
fn undeflate(bytes: &[u8], limit: Size) -> io::Result<Vec<u8>> {
    let zlib = bytes.len() > 1 && bytes[0] & 0x0f == 8 && u16::from_be_bytes([bytes[0], bytes[1]]).is_multiple_of(31);
    if zlib { bounded(ZlibDecoder::new(bytes), limit) } else { bounded(DeflateDecoder::new(bytes), limit) }
}

/// The contents of zstd frames, one after another (RFC 8878, section 3).
fn unzstd(mut bytes: &[u8], limit: Size) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    while !bytes.is_empty() {
        let frame = StreamingDecoder::new(&mut bytes).map_err(io::Error::other)?;
        let left = Size::bytes(limit.as_bytes().saturating_sub(contents.len() as u64));
        contents.append(&mut bounded(frame, left)?);
    }
    Ok(contents)
}

fn bounded(decoder: impl Read, limit: Size) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    decoder.take(limit.as_bytes().saturating_add(1)).read_to_end(&mut contents)?;
    if contents.len() as u64 > limit.as_bytes() {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it holds more than {limit}")));
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    #[test]
    fn both_kinds_of_deflate_are_read_and_bombs_are_not() {
        let (text, limit) = (vec![b'a'; 5000], Size::bytes(5000));
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        for encoder in [&mut zlib as &mut dyn Write, &mut bare, &mut gzip] {
            encoder.write_all(&text).unwrap();
        }
        let (zlib, bare, gzip) = (zlib.finish().unwrap(), bare.finish().unwrap(), gzip.finish().unwrap());
        assert_eq!(undeflate(&zlib, limit).unwrap(), text);
        assert_eq!(undeflate(&bare, limit).unwrap(), text);
        assert_eq!(gunzip(&gzip, limit).unwrap(), text);
        assert_eq!(gunzip(&gzip, Size::bytes(4999)).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(gunzip(&gzip[..gzip.len() - 9], limit).is_err() && gunzip(b"", limit).is_err());
    }
}
