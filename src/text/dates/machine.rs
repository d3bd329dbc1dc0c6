//! Dates as programs write them, and the East Asian dates that are as regular.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use regex::Regex;

use super::{at, compiled, date, in_half, month_named, number, zones};

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    // Year, month, day; hour, minute, second; half of the day; zone. The day may follow a month's name in Hungarian feeds.
    compiled(
        r"(?ix) ^ (\d{4}) (?: [-/.] (\d{1,2}|\p{L}{3,}) (?: [-/.] (\d{1,2}) \.? )? | (\d{2}) (\d{2}) )?
          (?: [T\s]+ (\d{1,2}) : (\d{2}) (?: : (\d{2}) (?: [.,] \d+ )? )?
              \s* ([ap]\.?m\b\.?)?
              \s* ( (?: UTC|GMT )? [+-] \d{1,2} :? (?:\d{2})? | [A-Z_]+ (?: / [A-Z0-9_+-]+ )+ | [A-Z]{1,5} )?
              (?: \s+ \(? [A-Z]{1,5} \)? )? )? $",
    )
});

/// ISO 8601 without its marks: date and time.
static BASIC: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?i)^(\d{8})T(\d{2})(\d{2})(\d{2})?(\D.*)?$"));

static EAST_ASIAN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x) (\d{4}) \s*([년年])\s* (\d{1,2}) \s*[월月]\s* (\d{1,2}) \s*[일日号號]
          (?: \s* [(（] \w+ [)）] )? \s* (오전|오후|上午|下午|午前|午後)?
          \s* (?: (\d{1,2}) \s* [:：時时点시] \s* (\d{1,2}) (?: \s* [:：分분] \s* (\d{1,2}) )? )?",
    )
});

/// Seconds or milliseconds since 1970, of this century as far as ten digits reach.
pub(super) fn epoch(text: &str) -> Option<Timestamp> {
    let value = || text.parse::<i64>().ok();
    match text.len() {
        _ if !text.starts_with(['1', '2']) || !text.bytes().all(|byte| byte.is_ascii_digit()) => None,
        10 => Timestamp::from_second(value()?).ok(),
        13 => Timestamp::from_second(value()? / 1000).ok(),
        _ => None,
    }
}

/// ISO 8601 and what resembles it; `annotated` is the zone of an annotation, which counts where no offset stands.
pub(super) fn iso(text: &str, annotated: Option<&TimeZone>) -> Option<Timestamp> {
    let spelled = BASIC.captures(text).map(|found| {
        let part = |group: usize, otherwise| found.get(group).map_or(otherwise, |part| part.as_str());
        format!("{}T{}:{}:{}{}", &found[1], &found[2], &found[3], part(4, "00"), part(5, ""))
    });
    let found = ISO.captures(spelled.as_deref().unwrap_or(text))?;
    let month = found.get(2).or(found.get(4)).map_or("1", |m| m.as_str());
    let month = month.parse().ok().or_else(|| month_named(month))?;
    let day = number(&found, 3).or(number(&found, 5)).unwrap_or(1);
    let date = date(number(&found, 1)?, month, day)?;
    let hour = number(&found, 6).unwrap_or(0);
    let hour = found.get(9).map_or(hour, |half| in_half(hour, half.as_str().starts_with(['p', 'P'])));
    let unstated = || annotated.cloned().unwrap_or(TimeZone::UTC);
    let zone = found.get(10).map_or_else(|| Some(unstated()), |zone| zones::named(zone.as_str()))?;
    at(date, (hour, number(&found, 7).unwrap_or(0), number(&found, 8).unwrap_or(0)), &zone)
}

/// A date as Korean, Japanese and Chinese sites write it, who give their own time without saying so.
pub(super) fn east_asian(text: &str) -> Option<Timestamp> {
    let found = EAST_ASIAN.captures(text)?;
    let date = date(number(&found, 1)?, number(&found, 3)?, number(&found, 4)?)?;
    let hour = number(&found, 6).unwrap_or(0);
    let half = found.get(5).map(|half| matches!(half.as_str(), "오후" | "下午" | "午後"));
    let hour = half.map_or(hour, |afternoon| in_half(hour, afternoon));
    // Korean and Japanese clocks; signs that Chinese has, too, may be an hour further west.
    let is_nine = &found[2] == "년" || found.get(5).is_some_and(|half| half.as_str().starts_with('午'));
    let zone = TimeZone::fixed(Offset::constant(if is_nine { 9 } else { 8 }));
    at(date, (hour, number(&found, 7).unwrap_or(0), number(&found, 8).unwrap_or(0)), &zone)
}
