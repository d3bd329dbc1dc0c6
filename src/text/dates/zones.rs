//! Names of zones → zones.
//!
//! Offsets stand for themselves, abbreviations are data (`zones.txt`), places (`Europe/Berlin`) come from the zone database
//! that is part of the program, so that the same text is the same moment on every machine.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use regex::Regex;

use super::{compiled, number};

static OFFSET: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?i)^(?:UTC|GMT|UT)?([+-])(\d{1,2}):?(\d{2})?$"));

static ABBREVIATIONS: LazyLock<HashMap<&str, TimeZone, FixedState>> = LazyLock::new(|| {
    let rows = include_str!("zones.txt").lines().filter(|line| !line.starts_with('#'));
    let names = |row: &'static str| {
        let (meaning, names) = row.split_once(' ').unwrap_or_default();
        let zone = offset(meaning).map(TimeZone::fixed).or_else(|| place(meaning)).unwrap_or(TimeZone::UTC);
        names.split(' ').map(move |name| (name, zone.clone()))
    };
    rows.flat_map(names).collect()
});

/// Whether the text is an offset from UTC: `+0100`, `GMT+7`.
pub(super) fn is_offset(text: &str) -> bool {
    OFFSET.is_match(text)
}

/// The zone of that name.
pub(super) fn named(name: &str) -> Option<TimeZone> {
    if is_offset(name) {
        return offset(name).map(TimeZone::fixed);
    }
    ABBREVIATIONS.get(name.to_uppercase().as_str()).cloned().or_else(|| place(name))
}

/// Splits `2026-11-27T10:00:00+01:00[Europe/Berlin]` (RFC 9557) before its annotations; the zone is theirs, if they name one.
pub(super) fn split_annotation(text: &str) -> (&str, Option<TimeZone>) {
    let Some((moment, annotations)) = text.split_once('[').filter(|_| text.ends_with(']')) else { return (text, None) };
    let mut names = annotations.split(['[', ']']).map(|name| name.trim_start_matches('!'));
    (moment, names.find(|name| !name.is_empty() && !name.contains('=')).and_then(named))
}

fn offset(text: &str) -> Option<Offset> {
    let found = OFFSET.captures(text)?;
    let minutes = number(&found, 2)? * 60 + number(&found, 3).unwrap_or(0);
    let sign = if &found[1] == "-" { -1 } else { 1 };
    let seconds = i32::try_from(minutes).ok()? * 60 * sign;
    Offset::from_seconds(seconds).ok().filter(|_| minutes < 24 * 60)
}

/// A place of the zone database. Other words are not looked up: `Cuba`, `Egypt` and `Navajo` are zones too.
fn place(name: &str) -> Option<TimeZone> {
    let is_place = name.contains('/') || name.contains(|c: char| c.is_ascii_digit());
    is_place.then(|| TimeZoneDatabase::bundled().get(name).ok()).flatten()
}
