//! Dates as pages write them → a point in time.
//!
//! A date without a time is its midnight, a time without a zone is UTC: the day is what matters and it is kept as written.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Names of months, first three letters where these are enough; English, German, French, Spanish, Italian, Portuguese,
/// Dutch, Swedish, Polish, Russian. Longer names first where one begins another.
const MONTHS: [(&str, i8); 88] = [
    ("janv", 1),
    ("jan", 1),
    ("jän", 1),
    ("ener", 1),
    ("ene", 1),
    ("genn", 1),
    ("gen", 1),
    ("sty", 1),
    ("янв", 1),
    ("febr", 2),
    ("feb", 2),
    ("févr", 2),
    ("fév", 2),
    ("fev", 2),
    ("lut", 2),
    ("фев", 2),
    ("mars", 3),
    ("mar", 3),
    ("mär", 3),
    ("mrz", 3),
    ("maa", 3),
    ("mrt", 3),
    ("мар", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("kwi", 4),
    ("апр", 4),
    ("may", 5),
    ("mai", 5),
    ("mei", 5),
    ("mag", 5),
    ("maj", 5),
    ("мая", 5),
    ("май", 5),
    ("june", 6),
    ("jun", 6),
    ("juin", 6),
    ("giu", 6),
    ("cze", 6),
    ("июн", 6),
    ("july", 7),
    ("jul", 7),
    ("juil", 7),
    ("lug", 7),
    ("lip", 7),
    ("июл", 7),
    ("aug", 8),
    ("août", 8),
    ("aoû", 8),
    ("aou", 8),
    ("ago", 8),
    ("sie", 8),
    ("авг", 8),
    ("sept", 9),
    ("sep", 9),
    ("set", 9),
    ("wrz", 9),
    ("сен", 9),
    ("oct", 10),
    ("okt", 10),
    ("ott", 10),
    ("out", 10),
    ("paź", 10),
    ("окт", 10),
    ("nov", 11),
    ("lis", 11),
    ("ноя", 11),
    ("dec", 12),
    ("dez", 12),
    ("déc", 12),
    ("dic", 12),
    ("gru", 12),
    ("дек", 12),
    ("januari", 1),
    ("februari", 2),
    ("marzo", 3),
    ("maio", 5),
    ("mayo", 5),
    ("junio", 6),
    ("junho", 6),
    ("julio", 7),
    ("julho", 7),
    ("agosto", 8),
    ("settembre", 9),
    ("setembro", 9),
    ("listopad", 11),
    ("dicembre", 12),
];

/// Years that can stand in a date of publication.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// The point in time `text` names; `None` for what is no date.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_matches(['"', '\'']);
    if text.len() < 6 || text.len() > 120 {
        return None;
    }
    exact(text).or_else(|| find(text)).filter(|found| YEARS.contains(&TimeZone::UTC.to_datetime(*found).year()))
}

/// The first date written inside a sentence or a byline.
pub(crate) fn find(text: &str) -> Option<Timestamp> {
    let pieces = pieces(text);
    (0..pieces.len()).find_map(|at| numeric(&pieces[at..]).or_else(|| worded(&pieces[at..]))).and_then(midnight)
}

/// The date in the path of an address such as `/2026/11/23/`.
pub(crate) fn in_path(url: &str) -> Option<Timestamp> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let parts: Vec<&str> = path.split(['/', '-', '_']).collect();
    parts
        .windows(3)
        .find_map(|window| {
            let long = window[0].len() == 4 && window[1].len() == 2 && (window[2].len() == 2);
            let numbers =
                (window[0].parse::<i16>().ok()?, window[1].parse::<i8>().ok()?, window[2].parse::<i8>().ok()?);
            (long && YEARS.contains(&numbers.0)).then(|| Date::new(numbers.0, numbers.1, numbers.2).ok()).flatten()
        })
        .and_then(midnight)
}

fn midnight(date: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok()
}

/// Machine-written forms: RFC 3339, ISO 8601 with and without a zone, RFC 2822, seconds since 1970.
fn exact(text: &str) -> Option<Timestamp> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    // `2026-11-23T10:00:00+0100` and `2026-11-23 10:00:00 +01:00`: offsets jiff wants with a colon, right behind the time.
    let squeezed = text.replacen(' ', "T", 1).replace(' ', "");
    if let Some((head, offset)) = squeezed.len().checked_sub(5).and_then(|at| squeezed.split_at_checked(at))
        && offset.starts_with(['+', '-'])
        && offset[1..].bytes().all(|byte| byte.is_ascii_digit())
        && head.contains('T')
        && let Ok(timestamp) = format!("{head}{}:{}", &offset[..3], &offset[3..]).parse::<Timestamp>()
    {
        return Some(timestamp);
    }
    if let Ok(timestamp) = squeezed.parse::<Timestamp>() {
        return Some(timestamp);
    }
    if text.as_bytes().get(4) == Some(&b'-')
        && let Ok(moment) = squeezed.parse::<DateTime>()
    {
        return TimeZone::UTC.to_timestamp(moment).ok();
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(zoned.timestamp());
    }
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        10 if is_number => Timestamp::from_second(text.parse().ok()?).ok(),
        13 if is_number => Timestamp::from_millisecond(text.parse().ok()?).ok(),
        8 if is_number => {
            midnight(Date::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok()?)
        }
        _ => None,
    }
}

/// A number, a word, or the sign between two numbers.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Number(i32, usize),
    Word(String),
    Sign(char),
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        if matches!(c, '-' | '/' | '.' | '年' | '月' | '日') {
            pieces.push(Piece::Sign(c));
        } else if c.is_ascii_digit() || c.is_alphabetic() {
            let digits = c.is_ascii_digit();
            let mut end = start + c.len_utf8();
            // Words that stand together without a space are told apart by their capitals: "By A. WriterMay 5, 2026".
            let mut small = c.is_lowercase();
            while let Some((at, next)) = rest.next_if(|(_, next)| {
                if digits { next.is_ascii_digit() } else { next.is_alphabetic() && !(small && next.is_uppercase()) }
            }) {
                end = at + next.len_utf8();
                small = next.is_lowercase();
            }
            let run = &text[start..end];
            pieces.push(if digits {
                Piece::Number(run.parse().unwrap_or(0), run.len())
            } else {
                Piece::Word(run.to_lowercase())
            });
        }
        if pieces.len() > 60 {
            break;
        }
    }
    pieces
}

/// `2026-11-23`, `2026/11/23`, `23.11.2026`, `23/11/2026`, `11/23/2026`, `2026年11月23日`.
fn numeric(pieces: &[Piece]) -> Option<Date> {
    let [
        Piece::Number(first, length),
        Piece::Sign(sign),
        Piece::Number(second, middle),
        Piece::Sign(other),
        Piece::Number(third, last),
        ..,
    ] = pieces
    else {
        return None;
    };
    if (sign != other && *sign != '年') || *middle > 2 {
        return None;
    }
    if *length == 4 && *last <= 2 {
        return date(*first, *second, *third);
    }
    if *last != 4 || *length > 2 {
        return None;
    }
    // With a stop or dash the day comes first nearly everywhere; with a slash it is the number that cannot be a month, else
    // the American order.
    match sign {
        '.' | '-' => date(*third, *second, *first).or_else(|| date(*third, *first, *second)),
        _ => date(*third, *first, *second).or_else(|| date(*third, *second, *first)),
    }
}

/// `23 November 2026`, `November 23rd, 2026`, `23. Nov 2026`, `23 de noviembre de 2026`, `Nov. 2026` is none.
fn worded(pieces: &[Piece]) -> Option<Date> {
    let small = |word: &str| matches!(word, "de" | "of" | "the" | "st" | "nd" | "rd" | "th" | "er" | "º" | "del" | "ª");
    let mut useful = pieces.iter().take(9).filter(|piece| match piece {
        Piece::Word(word) => !small(word),
        Piece::Sign(sign) => !matches!(sign, '.' | '-' | '/'),
        Piece::Number(..) => true,
    });
    match (useful.next()?, useful.next()?, useful.next()?) {
        (Piece::Number(day, 1..=2), Piece::Word(word), Piece::Number(year, 4)) => date(*year, month(word)?, *day),
        (Piece::Word(word), Piece::Number(day, 1..=2), Piece::Number(year, 4)) => date(*year, month(word)?, *day),
        (Piece::Number(year, 4), Piece::Word(word), Piece::Number(day, 1..=2)) => date(*year, month(word)?, *day),
        _ => None,
    }
}

/// `word`, in small letters, is a month's name.
pub(crate) fn is_month(word: &str) -> bool {
    month(word.trim_end_matches(['.', ','])).is_some()
}

fn month(word: &str) -> Option<i32> {
    let long = word.chars().count();
    let found = MONTHS.iter().filter(|(name, _)| word.starts_with(name)).max_by_key(|(name, _)| name.len())?;
    // `may` and `mar` begin many words; a month's name is at most ten letters and no longer than three when cut.
    (long <= 11 && !matches!(word, "mark" | "market" | "mayor" | "maybe" | "set" | "general" | "marketing" | "out"))
        .then_some(found.1.into())
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|year| YEARS.contains(year))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_forms_people_write() {
        for (text, expected) in [
            ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
            ("2026-11-23T10:00:00+0100", "2026-11-23T09:00:00Z"),
            ("2026-11-23 10:00:00 +01:00", "2026-11-23T09:00:00Z"),
            ("2026-11-23T10:00:00.000-05:00", "2026-11-23T15:00:00Z"),
            ("2026-11-23T10:00", "2026-11-23T10:00:00Z"),
            ("2026-11-23", "2026-11-23T00:00:00Z"),
            ("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00:00Z"),
            ("20261123", "2026-11-23T00:00:00Z"),
            ("November 23rd, 2026", "2026-11-23T00:00:00Z"),
            ("By A. WriterNov 23, 2026 | 6 comments", "2026-11-23T00:00:00Z"),
            ("Published on Nov. 23, 2026 by A. Writer", "2026-11-23T00:00:00Z"),
            ("23. November 2026", "2026-11-23T00:00:00Z"),
            ("23 de noviembre de 2026", "2026-11-23T00:00:00Z"),
            ("1er décembre 2026", "2026-12-01T00:00:00Z"),
            ("23.11.2026", "2026-11-23T00:00:00Z"),
            ("23/11/2026", "2026-11-23T00:00:00Z"),
            ("11/23/2026", "2026-11-23T00:00:00Z"),
            ("2026年11月23日", "2026-11-23T00:00:00Z"),
            ("23 ноября 2026", "2026-11-23T00:00:00Z"),
        ] {
            assert_eq!(parse(text).map(|found| found.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["yesterday", "Version 1.2.3", "", "30 February 2026", "1234567", "mayor 12 2026", "0000-00-00T00:00:00Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(
            in_path("https://a.example/2026/11/23/story").map(|found| found.to_string()).as_deref(),
            Some("2026-11-23T00:00:00Z")
        );
    }
}
