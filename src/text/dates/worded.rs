//! Dates in words, token by token: each says by its form which part of the date it is.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::Regex;

use super::{at, century, compiled, date, in_half, month_named, number, zones};

/// Hour, minute, second; half of the day; zone: as one word.
static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?ix) ^ (\d{1,2}) (?: : (\d{1,2}) (?: : (\d{1,2}) (?:[.,]\d+)? )? | h (\d{2})? )
          (?: ([ap])\.?m\.? )? ( [+-]\d{1,2}:?\d{2} | [A-Z]{1,5} )? $",
    )
});

/// The parts of a date read so far.
#[derive(Default)]
struct DateParts {
    year: Option<u32>,
    /// The year was written with two digits.
    has_short_year: bool,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<(u32, u32, u32)>,
    zone: Option<TimeZone>,
    afternoon: Option<bool>,
}

/// The date that all words of `text` make; `annotated` is the zone of an annotation.
pub(super) fn parse(text: &str, annotated: Option<TimeZone>) -> Option<Timestamp> {
    let mut parts = DateParts::default();
    let tokens = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'));
    for token in tokens.map(|token| token.trim_end_matches(':')).filter(|token| !token.is_empty()) {
        parts.take(token)?;
    }
    let date = date(parts.year?, parts.month?, parts.day?)?;
    let (hour, minute, second) = parts.time.unwrap_or_default();
    let hour = parts.afternoon.map_or(hour, |afternoon| in_half(hour, afternoon));
    at(date, (hour, minute, second), &parts.zone.or(annotated).unwrap_or(TimeZone::UTC))
}

impl DateParts {
    /// Takes one word; `None` if with it the text is no date.
    fn take(&mut self, token: &str) -> Option<()> {
        if let Some(found) = CLOCK.captures(token) {
            let minute = number(&found, 2).or(number(&found, 4)).unwrap_or(0);
            self.time = Some((number(&found, 1)?, minute, number(&found, 3).unwrap_or(0)));
            self.afternoon = found.get(5).map(|half| is_afternoon(half.as_str())).or(self.afternoon);
            self.zone = found.get(6).and_then(|zone| zones::named(zone.as_str())).or(self.zone.take());
        } else if self.time.is_some() && zones::is_offset(token) {
            self.zone = Some(zones::named(token)?);
        } else if token.contains(':') {
            return None;
        } else if let Some((digits, value)) = counted(token) {
            self.count(digits, value)?;
        } else if let Some((day, month, year)) = joined(token).filter(|_| !self.is_complete()) {
            (self.day, self.month, self.year) = (Some(day), Some(month), Some(year));
        } else if matches!(token.to_ascii_lowercase().as_str(), "am" | "pm" | "a.m." | "p.m.") {
            self.afternoon = Some(is_afternoon(token));
        } else if let Some(found) = month_named(token).filter(|_| self.month.is_none() || self.year.is_none()) {
            // The later of two is meant: `mar` is a weekday in French, Spanish and Italian.
            self.month = Some(found);
        } else if self.time.is_some() && self.zone.is_none() {
            // An unknown zone is within half a day of UTC; the date is worth more than the hour.
            self.zone = zones::named(token);
        }
        Some(())
    }

    fn is_complete(&self) -> bool {
        self.year.is_some() && self.month.is_some() && self.day.is_some()
    }

    fn count(&mut self, digits: usize, value: u32) -> Option<()> {
        match digits {
            // Two numbers before the year: one of them counts something else.
            4 if self.has_short_year => return None,
            // Whatever is counted after a date is no part of it.
            _ if self.is_complete() => {}
            4 => self.year = Some(value),
            // Programs that count years from 1900, and write 126 for 2026.
            3 if self.year.is_none() && value < 200 => self.year = Some(value + 1900),
            _ if self.day.is_none() && value <= 31 => self.day = Some(value),
            _ if self.year.is_none() && value < 100 => {
                (self.year, self.has_short_year) = (Some(century(value)), true);
            }
            _ => return None,
        }
        Some(())
    }
}

/// A number, as of a day (`3.`, `3rd`, `3º`) or a year; with how many digits it has.
fn counted(token: &str) -> Option<(usize, u32)> {
    let digits = token.find(|c: char| !c.is_ascii_digit()).unwrap_or(token.len());
    let ending = token[digits..].trim_end_matches('.').to_lowercase();
    let known = matches!(ending.as_str(), "" | "st" | "nd" | "rd" | "th" | "er" | "e" | "º" | "ª" | "°");
    Some((digits, token[..digits].parse().ok().filter(|_| known)?))
}

/// `02-Nov-2026`, `2.11.2026`, `2026-11-02`: day, month, year in one token; with slashes only when it can be but one date.
fn joined(token: &str) -> Option<(u32, u32, u32)> {
    let parts: Vec<&str> = token.split(['-', '.', '/']).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts[..] else { return None };
    let (value, last) = (first.parse::<u32>().ok()?, third.parse::<u32>().ok()?);
    let month = second.parse::<u32>().ok();
    if first.len() == 4 {
        return Some((last, month.or_else(|| month_named(second))?, value));
    }
    let year = match third.len() {
        4 => last,
        2 => century(last),
        _ => return None,
    };
    let Some(month) = month else { return Some((value, month_named(second)?, year)) };
    match (token.contains('/'), value > 12, month > 12) {
        (false, ..) | (true, true, false) => Some((value, month, year)),
        (true, false, true) => Some((month, value, year)),
        _ => None,
    }
}

fn is_afternoon(half: &str) -> bool {
    half.starts_with(['p', 'P'])
}
