//! Numbers and times as a person reads them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `1 story`, `2 stories`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A time to the minute, as clocks show it in `zone`.
pub(super) fn at(time: Timestamp, zone: &TimeZone) -> String {
    let clock = zone.to_datetime(time).strftime("%Y-%m-%d %H:%M");
    format!("{clock} {}", zone.to_offset_info(time).abbreviation())
}
