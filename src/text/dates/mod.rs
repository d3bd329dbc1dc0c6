//! Dates as feeds, mails and pages write them → points in time.
//!
//! [`parse`] reads a text that is a date as a whole: ISO 8601 and RFC 3339 in whole or in part, RFC 9557, RFC 822 with two-
//! and four-digit years, asctime, seconds since 1970, East Asian dates, and dates in words. A text that could be two dates
//! (`03/04/2026`) or none (`Feb 30`) is no date. [`find`] looks for the first date inside prose.
//!
//! A date without a time is its midnight, a time without a zone is UTC. Names of months and zones are data: `months.txt`
//! and `zones.txt`.

pub mod length;

mod machine;
mod prose;
mod worded;
mod zones;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use regex::{Captures, Regex};

use prose::Slashes;

/// Longer texts are not dates.
const LONGEST: usize = 120;

/// Years in which a page can have been published.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// Years of the Buddhist calendar that mean this century and the end of the last one.
const BUDDHIST_YEARS: std::ops::RangeInclusive<u32> = 2500..=2643;

/// Years between the Buddhist calendar and the common one.
const BUDDHIST_OFFSET: u32 = 543;

/// The point in time that `text` names; `None` if it names none, or could name two.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_matches(['"', '\'']);
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let text = plain(text);
    exact(&text)
        .or_else(|| machine::east_asian(&text))
        .or_else(|| midnight(prose::first(&text, Slashes::OnlySure).filter(|_| is_prose(&text))?))
}

/// A date that says by itself when it was.
fn exact(text: &str) -> Option<Timestamp> {
    let (text, zone) = zones::split_annotation(text);
    machine::epoch(text).or_else(|| machine::iso(text, zone.as_ref())).or_else(|| worded::parse(text, zone))
}

/// Whether words stand around what may be a date: a program that wrote a time which is none means no date at all.
fn is_prose(text: &str) -> bool {
    text.contains(' ') && !text.contains(':') && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// The date that a page states in a place meant for it, between 1990 and 2100; a day without a time stays that day in UTC.
pub fn parse_or_find(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_matches(['"', '\'']);
    if text.len() < 6 || text.len() > LONGEST {
        return None;
    }
    exact(&plain(text)).or_else(|| find(text)).filter(|found| YEARS.contains(&TimeZone::UTC.to_datetime(*found).year()))
}

/// The first date written inside a sentence or a byline, at midnight; `03/04/2026` is read in the American order.
pub fn find(text: &str) -> Option<Timestamp> {
    let found = prose::first(&plain(text), Slashes::MonthFirst)?;
    midnight(found).filter(|_| YEARS.contains(&found.year()))
}

/// The date in the path of an address such as `/2026/11/23/`.
pub fn in_path(url: &str) -> Option<Timestamp> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let parts: Vec<&str> = path.split(['/', '-', '_']).collect();
    let found = parts.windows(3).find_map(|window| {
        let [year, month, day] = window else { return None };
        let long = year.len() == 4 && month.len() == 2 && day.len() == 2;
        let found = date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
        (long && YEARS.contains(&found.year())).then_some(found)
    });
    midnight(found?)
}

/// Whether `word`, in lower case, is the name of a month.
pub fn is_month(word: &str) -> bool {
    month_named(word.trim_end_matches(',')).is_some()
}

static MONTHS: LazyLock<HashMap<&str, u32, FixedState>> = LazyLock::new(|| {
    let rows = include_str!("months.txt").lines().filter(|line| !line.starts_with('#'));
    let names = |row: &'static str| {
        let (number, names) = row.split_once(' ').unwrap_or_default();
        let number = number.parse().unwrap_or_default();
        names.split(' ').map(move |name| (name, number))
    };
    rows.flat_map(names).collect()
});

/// The number of a month by its name, long or short, in any language.
fn month_named(name: &str) -> Option<u32> {
    let name = name.trim_end_matches('.').to_lowercase();
    MONTHS.get(name.as_str()).copied()
}

/// First digits of the decimal digits of other scripts: Arabic, Persian, Devanagari, Bengali, Gurmukhi, Gujarati, Tamil,
/// Telugu, Kannada, Malayalam, Thai, Lao, Burmese, Khmer, full width.
const ZEROS: [char; 15] = ['٠', '۰', '०', '০', '੦', '૦', '௦', '౦', '೦', '൦', '๐', '໐', '၀', '០', '０'];

/// The text with ASCII digits and signs, and without invisible marks of direction.
fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let visible = text.chars().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{61c}'));
    let ascii = |c: char| match c {
        '／' => '/',
        '：' => ':',
        '．' => '.',
        '－' | '−' => '-',
        '،' => ',',
        _ => ascii_digit(c).unwrap_or(c),
    };
    Cow::Owned(visible.map(ascii).collect())
}

fn ascii_digit(digit: char) -> Option<char> {
    let value = |zero: &char| u32::from(digit).checked_sub(u32::from(*zero)).filter(|value| *value < 10);
    char::from_digit(ZEROS.iter().find_map(value)?, 10)
}

/// The year that two digits mean (RFC 2822, section 4.3, as everybody reads it).
fn century(year: u32) -> u32 {
    year + if year < 69 { 2000 } else { 1900 }
}

/// The hour of the day that is `hour` by a clock of twelve.
fn in_half(hour: u32, afternoon: bool) -> u32 {
    match afternoon {
        true if hour < 12 => hour + 12,
        false if hour == 12 => 0,
        _ => hour,
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    let year = if BUDDHIST_YEARS.contains(&year) { year - BUDDHIST_OFFSET } else { year };
    Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
}

fn midnight(date: Date) -> Option<Timestamp> {
    at(date, (0, 0, 0), &TimeZone::UTC)
}

fn at(date: Date, (hour, minute, second): (u32, u32, u32), zone: &TimeZone) -> Option<Timestamp> {
    // The end of a day is the beginning of the next; a leap second is the second before it.
    let ended = (hour, minute, second) == (24, 0, 0);
    let (date, hour) = if ended { (date.tomorrow().ok()?, 0) } else { (date, hour) };
    let second = if second == 60 { 59 } else { second };
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    zone.to_timestamp(date.to_datetime(time)).ok()
}

fn small(value: u32) -> Option<i8> {
    i8::try_from(value).ok()
}

fn number(found: &Captures<'_>, group: usize) -> Option<u32> {
    found.get(group)?.as_str().parse().ok()
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of dates are constants, and the tests run each")
}

#[cfg(test)]
mod tests;
