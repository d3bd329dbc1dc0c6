//! Dates in the forms people write.
//!
//! ISO 8601 and RFC 3339 in whole or in part, RFC 822 with two- and four-digit years, asctime, month names in a dozen
//! languages, the zones of mail headers. What could be two dates (`03/04/2026`) or none (`Feb 30`) is no date.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use regex::{Captures, Regex};

/// When `text` says it was; `None` if it says nothing we can be sure of.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > 100 {
        return None;
    }
    iso(text).or_else(|| korean(text)).or_else(|| words(text))
}

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    // Year, month, day; hour, minute, second; zone. The day may follow a month's name in Hungarian feeds.
    compiled(
        r"(?ix) ^ (\d{4}) (?: [-/.] (\d{1,2}|\p{L}{3,}) (?: [-/.] (\d{1,2}) )? | (\d{2}) (\d{2}) )?
          (?: [T\s]+ (\d{1,2}) : (\d{2}) (?: : (\d{2}) (?: [.,] \d+ )? )?
              \s* ( (?: UTC|GMT )? [+-] \d{1,2} :? (?:\d{2})? | [A-Z]{1,5} )? )? $",
    )
});

static KOREAN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(\d{4})년\s*(\d{1,2})월\s*(\d{1,2})일\s*(오전|오후)?\s*(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
});

static CLOCK: LazyLock<Regex> = LazyLock::new(|| compiled(r"^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$"));

static OFFSET: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?i)^(?:UTC|GMT|UT)?([+-])(\d{1,2}):?(\d{2})?$"));

fn iso(text: &str) -> Option<Timestamp> {
    let found = ISO.captures(text)?;
    let month = found.get(2).or(found.get(4)).map_or("1", |m| m.as_str());
    let month = month.parse().ok().or_else(|| month_named(month))?;
    let day = number(&found, 3).or(number(&found, 5)).unwrap_or(1);
    let date = Date::new(i16::try_from(number(&found, 1)?).ok()?, i8::try_from(month).ok()?, small(day)?).ok()?;
    let time = clock(number(&found, 6).unwrap_or(0), number(&found, 7).unwrap_or(0), number(&found, 8).unwrap_or(0))?;
    let offset = found.get(9).map_or(Some(Offset::UTC), |zone| zone_named(zone.as_str()))?;
    at(date, time, offset)
}

fn korean(text: &str) -> Option<Timestamp> {
    let found = KOREAN.captures(text)?;
    let date =
        Date::new(i16::try_from(number(&found, 1)?).ok()?, small(number(&found, 2)?)?, small(number(&found, 3)?)?)
            .ok()?;
    let hour = number(&found, 5).unwrap_or(0);
    let afternoon = found.get(4).is_some_and(|half| half.as_str() == "오후") && hour < 12;
    let time =
        clock(hour + if afternoon { 12 } else { 0 }, number(&found, 6).unwrap_or(0), number(&found, 7).unwrap_or(0))?;
    at(date, time, Offset::constant(9))
}

/// A date in words: each token says what it is by its form.
fn words(text: &str) -> Option<Timestamp> {
    let (mut year, mut month, mut day) = (None, None, None);
    let (mut time, mut offset, mut half) = (None, None, None);
    for token in text.split([' ', ',', '\t', '\n', '\r', '(', ')', '\u{a0}']).filter(|token| !token.is_empty()) {
        if let Some(found) = CLOCK.captures(token) {
            time = Some((number(&found, 1)?, number(&found, 2)?, number(&found, 3).unwrap_or(0)));
        } else if time.is_some() && offset.is_none() && OFFSET.is_match(token) {
            offset = Some(zone_named(token)?);
        } else if token.contains(':') {
            return None;
        } else if let Ok(value) = token.trim_end_matches(['.', 'º', '°']).parse::<u32>() {
            match token.len() {
                4 => year = Some(value),
                _ if day.is_none() && value <= 31 => day = Some(value),
                _ if year.is_none() && value < 100 => year = Some(value + if value < 69 { 2000 } else { 1900 }),
                _ => return None,
            }
        } else if let Some((d, m, y)) = joined(token) {
            (day, month, year) = (Some(d), Some(m), Some(y));
        } else if matches!(token.to_ascii_lowercase().as_str(), "am" | "pm" | "a.m." | "p.m.") {
            half = Some(token.to_ascii_lowercase().starts_with('p'));
        } else if month.is_none()
            && let Some(found) = month_named(token)
        {
            month = Some(found);
        } else if time.is_some() && offset.is_none() {
            // An unknown zone is within half a day of UTC; the date is worth more than the hour.
            offset = Some(zone_named(token).unwrap_or(Offset::UTC));
        }
    }
    let date = Date::new(i16::try_from(year?).ok()?, small(month?)?, small(day?)?).ok()?;
    let (hour, minute, second) = time.unwrap_or((0, 0, 0));
    let hour = match half {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    at(date, clock(hour, minute, second)?, offset.unwrap_or(Offset::UTC))
}

/// `02-Nov-2026`, `2.11.2026`: day, month, year in one token; with slashes only when it can be but one date.
fn joined(token: &str) -> Option<(u32, u32, u32)> {
    let parts: Vec<&str> = token.split(['-', '.', '/']).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts[..] else { return None };
    let year = third.parse::<u32>().ok().filter(|_| third.len() == 4 || third.len() == 2)?;
    let year = if third.len() == 2 { year + if year < 69 { 2000 } else { 1900 } } else { year };
    let first = first.parse::<u32>().ok()?;
    let second = match second.parse::<u32>() {
        Ok(second) => second,
        Err(_) => return Some((first, month_named(second)?, year)),
    };
    match (token.contains('/'), first > 12, second > 12) {
        (false, ..) | (true, true, false) => Some((first, second, year)),
        (true, false, true) => Some((second, first, year)),
        _ => None,
    }
}

fn at(date: Date, time: Time, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(date.to_datetime(time)).ok()
}

fn clock(hour: u32, minute: u32, second: u32) -> Option<Time> {
    // A leap second is the second before it.
    Time::new(small(hour)?, small(minute)?, small(second.min(if second == 60 { 59 } else { second }))?, 0).ok()
}

fn small(value: u32) -> Option<i8> {
    i8::try_from(value).ok()
}

fn number(found: &Captures<'_>, group: usize) -> Option<u32> {
    found.get(group)?.as_str().parse().ok()
}

fn zone_named(name: &str) -> Option<Offset> {
    if let Some(found) = OFFSET.captures(name) {
        let minutes = number(&found, 2)? * 60 + number(&found, 3).unwrap_or(0);
        let sign = if &found[1] == "-" { -1 } else { 1 };
        let seconds = i32::try_from(minutes).ok()? * 60 * sign;
        return Offset::from_seconds(seconds).ok().filter(|_| minutes < 24 * 60);
    }
    let upper = name.to_uppercase();
    let (_, minutes) = ZONES.iter().find(|(names, _)| names.split(' ').any(|known| known == upper))?;
    Offset::UTC.checked_add(SignedDuration::from_mins(*minutes)).ok()
}

fn month_named(name: &str) -> Option<u32> {
    let name = name.trim_end_matches('.').to_lowercase();
    let position = MONTHS.iter().position(|names| names.split(' ').any(|known| known == name))?;
    u32::try_from(position + 1).ok()
}

/// Zones of mail headers and news sites, in minutes east of UTC.
const ZONES: &[(&str, i64)] = &[
    ("Z UT UTC GMT WET", 0),
    ("BST WEST CET MET MEZ", 60),
    ("CEST MEST MESZ EET SAST", 120),
    ("EEST MSK", 180),
    ("IST", 330),
    ("SGT HKT AWST", 480),
    ("JST KST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("BRT ART ADT", -180),
    ("AST EDT", -240),
    ("EST ET CDT", -300),
    ("CST CT MDT", -360),
    ("MST MT PDT", -420),
    ("PST PT AKDT", -480),
    ("AKST", -540),
    ("HST", -600),
];

/// Names of the months in English, German, French, Spanish, Italian, Portuguese, Dutch, the Scandinavian languages,
/// Polish, Russian, Greek and Hungarian, long and short.
const MONTHS: [&str; 12] = [
    "jan january januar jänner janvier janv enero ene gennaio gen janeiro januari stycznia sty января янв ιαν ιανουαρίου január",
    "feb february februar februari février fevrier févr fév febrero febbraio fevereiro fev lutego lut февраля фев φεβ φεβρουαρίου február",
    "mar march märz mär mrz mars marzo março maart mrt marca марта мар μάρ μαρ μαρτίου március",
    "apr april avril avr abril abr aprile kwietnia kwi апреля апр απρ απριλίου április",
    "may mai mayo maggio mag maio mei maj maja мая май μάι μαϊ μαι μαΐου május",
    "jun june juni juin junio giugno giu junho czerwca cze июня июн ιούν ιουν ιουνίου június",
    "jul july juli juillet juil julio luglio lug julho lipca lip июля июл ιούλ ιουλ ιουλίου július",
    "aug august août aout agosto ago augustus augusti sierpnia sie августа авг αύγ αυγ αυγούστου augusztus",
    "sep sept september septembre septiembre settembre set setembro września wrz сентября сен сент σεπ σεπτ σεπτεμβρίου szeptember",
    "oct october oktober okt octobre octubre ottobre ott outubro out oktober października paź октября окт οκτ οκτωβρίου október",
    "nov november novembre noviembre novembro listopada lis ноября ноя νοέ νοε νοεμ νοεμβρίου november",
    "dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des grudnia gru декабря дек δεκ δεκεμβρίου december",
];

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file are constants, and the tests run each")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_forms_people_write() {
        let check = |text: &str, expected: &str| {
            let found = parse(text).map(|date| date.to_string()).unwrap_or_default();
            assert_eq!(found, expected, "{text}");
        };
        check("2003-12-31T10:14:55.1234Z", "2003-12-31T10:14:55Z");
        check("2003-12-31T18:14:55+08:00", "2003-12-31T10:14:55Z");
        check("2003-12-31", "2003-12-31T00:00:00Z");
        check("2003-12", "2003-12-01T00:00:00Z");
        check("2003", "2003-01-01T00:00:00Z");
        check("20031231", "2003-12-31T00:00:00Z");
        check("2004-07-08 23:56:58", "2004-07-08T23:56:58Z");
        check("2026-11-02 10:00 +0200", "2026-11-02T08:00:00Z");
        check("Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z");
        check("Thu, 01 Jan 04 19:48:21 GMT", "2004-01-01T19:48:21Z");
        check("Thu,  5 Apr 2012 10:00:00 GMT", "2012-04-05T10:00:00Z");
        check("Wed, 19 Feb 2012 22:40:00 GMT-01:01", "2012-02-19T23:41:00Z");
        check("Mon, 13 Feb, 2012 06:28:00 UTC", "2012-02-13T06:28:00Z");
        check("Thu, 01 Jan 2004", "2004-01-01T00:00:00Z");
        check("Mon, 26 January 2004 16:31:00 ET", "2004-01-26T21:31:00Z");
        check("Thu, 30 Apr 2015 08:57:00 MEST", "2015-04-30T06:57:00Z");
        check("Thu Aug 30 2012 17:26:16 +0200", "2012-08-30T15:26:16Z");
        check("Sun Jul 15 01:16:00 +0000 2012", "2012-07-15T01:16:00Z");
        check("November 2, 2026 3:05 PM", "2026-11-02T15:05:00Z");
        check("2. November 2026", "2026-11-02T00:00:00Z");
        check("2 août 2026 à 10:00", "2026-08-02T10:00:00Z");
        check("02.11.2026 10:00", "2026-11-02T10:00:00Z");
        check("02-Nov-2026", "2026-11-02T00:00:00Z");
        check("25/12/2026", "2026-12-25T00:00:00Z");
        check("2004년 05월 28일  오후 01:31:15", "2004-05-28T04:31:15Z");
        check("2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z");
        check("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z");
    }

    #[test]
    fn what_is_no_date_or_could_be_two_is_none() {
        for text in [
            "",
            "yesterday",
            "0000-00-00",
            "03/04/2026",
            "Sat, 30 Feb 2026 10:00:00 GMT",
            "2003-12-31T10:61:55Z",
            "22013",
            "9999-12-31T23:59:59-99:99",
            "2013-01-27-01",
            "2013-xx-27",
            "Sun, 99 Jun 2009 12:00:00 GMT",
            "Sun, 16 Dec 2012 1:2:3:4 GMT",
            "Sun, Dec x 2012 11:47:32 GMT",
            "Sun, 16 Dec 2012 11:47:32 +zz:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
