//! Bytes that somebody calls a picture → whether a mail can carry them as one.

use imagesize::ImageType;

/// Pixels below which a picture is a mark, a badge or a counter of readers.
const SMALLEST: (u32, u32) = (120, 60);

/// Pixels on a side above which nobody draws for a page.
const LARGEST: u32 = 10_000;

/// Why a mail does not carry it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureFault {
    /// Of another kind: many mail programs would not show it.
    #[error("it is neither JPEG nor PNG")]
    Kind,
    /// It may move.
    #[error("it moves")]
    Moves,
    /// Nothing can be seen on it.
    #[error("it has {0} × {1} pixels, too few to show")]
    Small(u32, u32),
    /// No program would show it in time.
    #[error("it has {0} × {1} pixels, too many to show")]
    Large(u32, u32),
    /// It ends too early, or its head makes no sense.
    #[error("it is damaged")]
    Damaged,
}

/// Media type, and width and height in pixels, of a picture that any mail program shows and that does not move. Only its head
/// is looked at, never its pixels.
///
/// # Errors
/// The fault that keeps it out.
pub fn picture(bytes: &[u8]) -> Result<(&'static str, (u32, u32)), PictureFault> {
    let (media_type, is_whole) = match imagesize::image_type(bytes) {
        Ok(ImageType::Jpeg) => ("image/jpeg", ends_with(bytes, &[0xFF, 0xD9])),
        Ok(ImageType::Png) => ("image/png", ends_with(bytes, b"IEND\xAE\x42\x60\x82")),
        // Most move, and a still one cannot be told without reading it whole.
        Ok(ImageType::Gif) => return Err(PictureFault::Moves),
        _ => return Err(PictureFault::Kind),
    };
    let size = imagesize::blob_size(bytes).ok().filter(|_| is_whole).ok_or(PictureFault::Damaged)?;
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let (width, height) = (side(size.width), side(size.height));
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return Err(PictureFault::Small(width, height));
    }
    if width.max(height) > LARGEST {
        return Err(PictureFault::Large(width, height));
    }
    // The control chunk of an animated PNG stands in front of the pixels.
    let head = bytes.windows(4).position(|chunk| chunk == b"IDAT").map_or(bytes, |pixels| &bytes[..pixels]);
    if media_type == "image/png" && head.windows(4).any(|chunk| chunk == b"acTL") {
        return Err(PictureFault::Moves);
    }
    Ok((media_type, (width, height)))
}

/// Whether `mark` stands at the end, a few bytes of padding aside.
fn ends_with(bytes: &[u8], mark: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(mark.len() + 32)..];
    tail.windows(mark.len()).any(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png(width: u32, height: u32, more: &[u8]) -> Vec<u8> {
        let head = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &width.to_be_bytes(), &height.to_be_bytes()].concat();
        [&head[..], &[8, 2, 0, 0, 0, 0, 0, 0, 0], more, b"\0\0\0\0IDAT\0\0\0\0\0\0\0\0IEND\xAE\x42\x60\x82"].concat()
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let frame = [&[0xFF, 0xC0, 0, 17, 8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[3; 10]].concat();
        [&[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0][..], &frame, &[0xFF, 0xD9]].concat()
    }

    #[test]
    fn a_still_picture_tells_its_kind_and_size() {
        assert_eq!(picture(&png(640, 360, b"")), Ok(("image/png", (640, 360))));
        assert_eq!(picture(&jpeg(1200, 630)), Ok(("image/jpeg", (1200, 630))));
    }

    #[test]
    fn what_no_mail_should_carry_is_refused_with_its_reason() {
        assert_eq!(picture(&png(1, 1, b"")), Err(PictureFault::Small(1, 1)));
        assert_eq!(picture(&png(640, 2, b"")), Err(PictureFault::Small(640, 2)));
        assert_eq!(picture(&png(60_000, 60_000, b"")), Err(PictureFault::Large(60_000, 60_000)));
        assert_eq!(picture(&png(640, 360, b"\0\0\0\x08acTL\0\0\0\x02\0\0\0\0")), Err(PictureFault::Moves));
        assert_eq!(picture(b"GIF89a\x80\x02\x68\x01\x80\0\0;"), Err(PictureFault::Moves));
        assert_eq!(picture(&jpeg(1200, 630)[..20]), Err(PictureFault::Damaged));
        assert_eq!(picture(b"<html><body>not found</body></html>"), Err(PictureFault::Kind));
        assert_eq!(
            picture(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
            Err(PictureFault::Kind)
        );
        assert_eq!(picture(b"RIFF\x24\0\0\0WEBPVP8 "), Err(PictureFault::Kind));
        assert_eq!(picture(b""), Err(PictureFault::Kind));
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(kind in 0..3_usize, cut in 0..80_usize, noise in prop::collection::vec(any::<(usize, u8)>(), 0..6)) {
            let mut bytes = [png(640, 360, b""), jpeg(640, 360), b"GIF89a\x80\x02\x68\x01\x80\0\0;".to_vec()][kind].clone();
            for (place, byte) in noise {
                let place = place % bytes.len();
                bytes[place] = byte;
            }
            bytes.truncate(bytes.len().saturating_sub(cut));
            if let Ok((_, (width, height))) = picture(&bytes) {
                prop_assert!(width >= SMALLEST.0 && height >= SMALLEST.1 && width.max(height) <= LARGEST);
            }
        }
    }
}
