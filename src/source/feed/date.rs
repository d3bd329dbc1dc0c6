//! Dates in the forms people write.
//!
//! ISO 8601 and RFC 3339 in whole or in part, RFC 822 with two- and four-digit years, asctime, month names in two dozen
//! languages, East Asian dates, seconds since 1970, the zones of mail headers. What could be two dates (`03/04/2026`) or
//! none (`Feb 30`) is no date.

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
    epoch(text).or_else(|| iso(text)).or_else(|| east_asian(text)).or_else(|| words(text))
}

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    // Year, month, day; hour, minute, second; half of the day; zone. The day may follow a month's name in Hungarian feeds.
    compiled(
        r"(?ix) ^ (\d{4}) (?: [-/.] (\d{1,2}|\p{L}{3,}) (?: [-/.] (\d{1,2}) \.? )? | (\d{2}) (\d{2}) )?
          (?: [T\s]+ (\d{1,2}) : (\d{2}) (?: : (\d{2}) (?: [.,] \d+ )? )?
              \s* ([ap]\.?m\b\.?)?
              \s* ( (?: UTC|GMT )? [+-] \d{1,2} :? (?:\d{2})? | [A-Z]{1,5} )? (?: \s+ \(? [A-Z]{1,5} \)? )? )? $",
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

/// Hour, minute, second; half of the day; zone: as one word.
static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?ix) ^ (\d{1,2}) (?: : (\d{1,2}) (?: : (\d{1,2}) (?:[.,]\d+)? )? | h (\d{2})? )
          (?: ([ap])\.?m\.? )? ( [+-]\d{1,2}:?\d{2} | [A-Z]{1,5} )? $",
    )
});

static OFFSET: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?i)^(?:UTC|GMT|UT)?([+-])(\d{1,2}):?(\d{2})?$"));

/// Seconds or milliseconds since 1970, of this century as far as ten digits reach.
fn epoch(text: &str) -> Option<Timestamp> {
    let value = || text.parse::<i64>().ok();
    match text.len() {
        _ if !text.starts_with(['1', '2']) || !text.bytes().all(|byte| byte.is_ascii_digit()) => None,
        10 => Timestamp::from_second(value()?).ok(),
        13 => Timestamp::from_second(value()? / 1000).ok(),
        _ => None,
    }
}

fn iso(text: &str) -> Option<Timestamp> {
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
    let hour = found.get(9).map_or(hour, |half| in_half(hour, is_afternoon(half.as_str())));
    let offset = found.get(10).map_or(Some(Offset::UTC), |zone| zone_named(zone.as_str()))?;
    at(date, (hour, number(&found, 7).unwrap_or(0), number(&found, 8).unwrap_or(0)), offset)
}

/// A date as Korean, Japanese and Chinese sites write it, who give their own time without saying so.
fn east_asian(text: &str) -> Option<Timestamp> {
    let found = EAST_ASIAN.captures(text)?;
    let date = date(number(&found, 1)?, number(&found, 3)?, number(&found, 4)?)?;
    let hour = number(&found, 6).unwrap_or(0);
    let half = found.get(5).map(|half| matches!(half.as_str(), "오후" | "下午" | "午後"));
    let hour = half.map_or(hour, |afternoon| in_half(hour, afternoon));
    // Korean and Japanese clocks; of the signs that Chinese has, too, we cannot tell whether they are an hour further east.
    let is_nine = &found[2] == "년" || found.get(5).is_some_and(|half| half.as_str().starts_with('午'));
    let offset = Offset::constant(if is_nine { 9 } else { 8 });
    at(date, (hour, number(&found, 7).unwrap_or(0), number(&found, 8).unwrap_or(0)), offset)
}

/// What the words of a date have said so far.
#[derive(Default)]
struct Said {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<(u32, u32, u32)>,
    offset: Option<Offset>,
    afternoon: Option<bool>,
}

/// A date in words: each token says what it is by its form.
fn words(text: &str) -> Option<Timestamp> {
    let mut said = Said::default();
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'));
    for token in parts.map(|token| token.trim_end_matches(':')).filter(|token| !token.is_empty()) {
        said.hear(token)?;
    }
    let date = date(said.year?, said.month?, said.day?)?;
    let (hour, minute, second) = said.time.unwrap_or_default();
    let hour = said.afternoon.map_or(hour, |afternoon| in_half(hour, afternoon));
    at(date, (hour, minute, second), said.offset.unwrap_or(Offset::UTC))
}

impl Said {
    /// Takes one word; `None` if with it the text is no date.
    fn hear(&mut self, token: &str) -> Option<()> {
        if let Some(found) = CLOCK.captures(token) {
            let minute = number(&found, 2).or(number(&found, 4)).unwrap_or(0);
            self.time = Some((number(&found, 1)?, minute, number(&found, 3).unwrap_or(0)));
            self.afternoon = found.get(5).map(|half| is_afternoon(half.as_str())).or(self.afternoon);
            self.offset = found.get(6).and_then(|zone| zone_named(zone.as_str())).or(self.offset);
        } else if self.time.is_some() && OFFSET.is_match(token) {
            self.offset = Some(zone_named(token)?);
        } else if token.contains(':') {
            return None;
        } else if let Some((digits, value)) = counted(token) {
            self.count(digits, value)?;
        } else if let Some((day, month, year)) = joined(token) {
            (self.day, self.month, self.year) = (Some(day), Some(month), Some(year));
        } else if matches!(token.to_ascii_lowercase().as_str(), "am" | "pm" | "a.m." | "p.m.") {
            self.afternoon = Some(is_afternoon(token));
        } else if let Some(found) = month_named(token).filter(|_| self.month.is_none() || self.time.is_none()) {
            // The later of two is meant: `mar` is a weekday in French, Spanish and Italian.
            self.month = Some(found);
        } else if self.time.is_some() && self.offset.is_none() {
            // An unknown zone is within half a day of UTC; the date is worth more than the hour.
            self.offset = zone_named(token);
        }
        Some(())
    }

    fn count(&mut self, digits: usize, value: u32) -> Option<()> {
        match digits {
            4 => self.year = Some(value),
            // Programs that count years from 1900, and write 126 for 2026.
            3 if self.year.is_none() && value < 200 => self.year = Some(value + 1900),
            _ if self.day.is_none() && value <= 31 => self.day = Some(value),
            _ if self.year.is_none() && value < 100 => self.year = Some(century(value)),
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

/// The year that two digits mean (RFC 2822, section 4.3, as everybody reads it).
fn century(year: u32) -> u32 {
    year + if year < 69 { 2000 } else { 1900 }
}

fn is_afternoon(half: &str) -> bool {
    half.starts_with(['p', 'P'])
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
    Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
}

fn at(date: Date, (hour, minute, second): (u32, u32, u32), offset: Offset) -> Option<Timestamp> {
    // The end of a day is the beginning of the next; a leap second is the second before it.
    let ended = (hour, minute, second) == (24, 0, 0);
    let (date, hour) = if ended { (date.tomorrow().ok()?, 0) } else { (date, hour) };
    let second = if second == 60 { 59 } else { second };
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    offset.to_timestamp(date.to_datetime(time)).ok()
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

/// Names of the months as they stand in dates, long and short: in English, German, French, Spanish, Italian, Portuguese,
/// Catalan, Romanian, Dutch, the Scandinavian languages, Finnish, Polish, Czech, Slovak, Russian, Ukrainian, Bulgarian,
/// Greek, Hungarian, Turkish and Indonesian.
const MONTHS: [&str; 12] = [
    "jan january januar jänner janvier janv enero ene gennaio gen janeiro januari stycznia sty января янв ιαν ιανουαρίου január gener ianuarie ian tammikuuta tammi ledna led januára январь січня януари ocak oca",
    "feb february februar februari février fevrier févr fév febrero febbraio fevereiro fev lutego lut февраля фев φεβ φεβρουαρίου február febrer februarie helmikuuta helmi února úno februára февраль лютого февруари febr şubat şub",
    "mar march märz mär mrz mars marzo março maart mrt marca марта мар μάρ μαρ μαρτίου március març martie maaliskuuta maalis března bře márc март березня mart maret",
    "apr april avril avr abril abr aprile kwietnia kwi апреля апр απρ απριλίου április aprilie huhtikuuta huhti dubna dub apríla апрель квітня април ápr nisan nis",
    "may mai mayo maggio mag maio mei maj maja мая май μάι μαϊ μαι μαΐου május maig toukokuuta touko května kvě mája máj травня mayıs",
    "jun june juni juin junio giugno giu junho czerwca cze июня июн ιούν ιουν ιουνίου június juny iunie iun kesäkuuta kesä června čvn júna jún июнь червня юни haziran haz",
    "jul july juli juillet juil julio luglio lug julho lipca lip июля июл ιούλ ιουλ ιουλίου július juliol iulie iul heinäkuuta heinä července čvc júla júl июль липня юли temmuz tem",
    "aug august août aout agosto ago augustus augusti sierpnia sie августа авг αύγ αυγ αυγούστου augusztus agost elokuuta elo srpna srp augusta август серпня ağustos ağu agustus agu",
    "sep sept september septembre septiembre settembre set setembro września wrz сентября сен сент σεπ σεπτ σεπτεμβρίου szeptember setembre septembrie syyskuuta syys září zář septembra сентябрь вересня септември szept eylül eyl",
    "oct october oktober okt octobre octubre ottobre ott outubro out oktober października paź октября окт οκτ οκτωβρίου október octombrie lokakuuta loka října říj októbra октябрь жовтня октомври ekim eki",
    "nov november novembre noviembre novembro listopada lis ноября ноя νοέ νοε νοεμ νοεμβρίου november noiembrie noi marraskuuta marras listopadu novembra ноябрь листопада ноември kasım kas nopember",
    "dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des grudnia gru декабря дек δεκ δεκεμβρίου december desembre decembrie joulukuuta joulu prosince pro decembra декабрь грудня декември aralık ara",
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
        check("2026-11-23 10:00:00 PM", "2026-11-23T22:00:00Z");
        check("2026-11-23 12:05 a.m.", "2026-11-23T00:05:00Z");
        check("2026-11-23 10:00:00 +0100 CET", "2026-11-23T09:00:00Z");
        check("2026-11-23T24:00:00Z", "2026-11-24T00:00:00Z");
        check("20261123T100000Z", "2026-11-23T10:00:00Z");
        check("20261123T1000+0100", "2026-11-23T09:00:00Z");
        check("1795428000", "2026-11-23T10:00:00Z");
        check("1795428000123", "2026-11-23T10:00:00Z");
        check("2026年11月23日 10:00", "2026-11-23T02:00:00Z");
        check("2026年11月23日（月）午後3時05分", "2026-11-23T06:05:00Z");
        check("2026년 11월 23일", "2026-11-22T15:00:00Z");
        check("2026. november 23.", "2026-11-23T00:00:00Z");
        check("2026.11.23. 10:00", "2026-11-23T10:00:00Z");
    }

    #[test]
    fn dates_in_words_are_read_as_their_writers_mean_them() {
        let check = |text: &str, expected: &str| {
            let found = parse(text).map(|date| date.to_string()).unwrap_or_default();
            assert_eq!(found, expected, "{text}");
        };
        check("Tue, 3 Mars 2026 10:00 CET", "2026-03-03T09:00:00Z");
        check("mar., 3 nov. 2026 10:00:00 +0100", "2026-11-03T09:00:00Z");
        check("Mar, 10 Mar 2026 10:00:00 +0100", "2026-03-10T09:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00Z", "2026-11-23T10:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00+0100", "2026-11-23T09:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00GMT", "2026-11-23T10:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00 GMT +0200", "2026-11-23T08:00:00Z");
        check("Mon, 23 Nov 2026 24:00:00 GMT", "2026-11-24T00:00:00Z");
        check("Mon, 23 Nov 2026 9:5:3 GMT", "2026-11-23T09:05:03Z");
        check("Mon, 23 Nov 126 10:00:00 GMT", "2026-11-23T10:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00\u{202f}PM", "2026-11-23T22:00:00Z");
        check("Mon, 2026-11-23 10:00", "2026-11-23T10:00:00Z");
        check("Nov 23, 2026 10:00am", "2026-11-23T10:00:00Z");
        check("Published: November 23rd, 2026, 12:30 a.m.", "2026-11-23T00:30:00Z");
        check("3rd November 2026", "2026-11-03T00:00:00Z");
        check("1er décembre 2026 à 10h30", "2026-12-01T10:30:00Z");
        check("23. November 2026, 10:00 Uhr MEZ", "2026-11-23T09:00:00Z");
        check("23 ноября 2026 г. 10:00", "2026-11-23T10:00:00Z");
        check("Pzt, 23 Kas 2026 10:00:00 +0300", "2026-11-23T07:00:00Z");
        check("23 listopadu 2026", "2026-11-23T00:00:00Z");
        check("ma 23. marraskuuta 2026", "2026-11-23T00:00:00Z");
        check("23.11.26", "2026-11-23T00:00:00Z");
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
            "123456789",
            "9999999999",
            "2026-11-23T24:01:00Z",
            "2026-11-23 25:00 PM",
            "Mon, 23 Nov 2026 10:61 GMT",
            "10:00",
            "3 of 4",
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
