use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Which pictures go with an edition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pictures {
    /// None: the mail is words alone.
    #[default]
    None,
    /// That of the lead story, inside the mail.
    Lead,
}

/// The picture of the lead story, which travels inside the mail: nothing is fetched when it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Id of the story it goes with.
    pub story: String,
    /// Where it was fetched from.
    pub url: String,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// Its own width and height in pixels.
    pub size: (u32, u32),
    /// Its description in the article's own words; may be empty.
    pub alt: String,
    /// Its bytes in base64, on one line.
    pub data: String,
}

/// Most CSS pixels it takes in a mail: the column between its paddings, and three quarters of it.
const SHOWN: (u32, u32) = (552, 414);

impl Picture {
    /// Its Content-ID without brackets (RFC 2392): of its bytes, so that the same edition has the same.
    pub fn content_id(&self) -> String {
        let hash = Sha256::digest(self.data.as_bytes());
        let hash: String = hash.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        format!("{hash}@picture")
    }

    /// Width and height that it is shown with, in CSS pixels: never larger than it is, at least 1.
    pub fn shown_size(&self) -> (u32, u32) {
        let (width, height) = (self.size.0.max(1), self.size.1.max(1));
        let scale =
            |of: u32, by: u32, to: u32| u32::try_from(u64::from(of) * u64::from(to) / u64::from(by)).unwrap_or(to);
        let (width, height) =
            if width > SHOWN.0 { (SHOWN.0, scale(height, width, SHOWN.0).max(1)) } else { (width, height) };
        if height > SHOWN.1 { (scale(width, height, SHOWN.1).max(1), SHOWN.1) } else { (width, height) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_picture_is_shown_in_its_own_shape_and_never_enlarged(width in 1..20_000_u32, height in 1..20_000_u32) {
            let picture = Picture { size: (width, height), ..Picture::default() };
            let (w, h) = picture.shown_size();
            prop_assert!(w >= 1 && h >= 1 && w <= SHOWN.0.min(width) && h <= SHOWN.1.min(height));
            let (own, shown) = (f64::from(width) / f64::from(height), f64::from(w) / f64::from(h));
            let exact = f64::from(w.min(h)) > 20.0;
            prop_assert!(!exact || (own / shown - 1.0).abs() < 0.06, "{} {}", own, shown);
        }
    }
}
