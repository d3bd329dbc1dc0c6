//! A length of time as people write it: `90s`, `20m`, `36h`, `7d`, `14 days`, `2 weeks`, `PT36H`.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Deserializer, de};

/// The words for a text that is no length.
pub const WRONG: &str = "this is not a length of time";

/// How one is written.
pub const HOW: &str = "write it like \"90s\", \"20m\", \"36h\" or \"7 days\"";

/// The length that `text` says; a day has 24 hours. `None` if it says none, or one before zero.
pub fn parse(text: &str) -> Option<SignedDuration> {
    let span: Span = text.trim().parse().ok()?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (!length.is_negative()).then_some(length)
}

/// For settings that are a length of time.
///
/// # Errors
/// When it is none.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(deserializer).map_err(|_| de::Error::custom(WRONG))?;
    parse(&text).ok_or_else(|| de::Error::custom(WRONG))
}

/// The same as a [`Duration`].
///
/// # Errors
/// When it is none.
pub fn deserialize_unsigned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    Duration::try_from(deserialize(deserializer)?).map_err(|_| de::Error::custom(WRONG))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, hours) in [
            ("168h", 168),
            ("7d", 168),
            ("7 days", 168),
            ("1 week", 168),
            ("P7D", 168),
            ("36 hours", 36),
            ("1d 12h", 36),
            ("PT36H", 36),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Some(SignedDuration::from_hours(hours)), "{text}");
        }
        assert_eq!(parse("1.5h"), Some(SignedDuration::from_mins(90)));
        for text in ["", "7", "soon", "-3d", "1 month", "2 years", "h"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
