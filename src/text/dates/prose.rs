//! Prose → the first date in it.

use jiff::civil::Date;

use super::{date, month_named};
use crate::text::words::is_word_letter;

/// Numbers and words looked at; dates of bylines stand in front.
const MOST_PIECES: usize = 60;

/// How to read a date whose two numbers could both be the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slashes {
    /// In the American order.
    MonthFirst,
    /// As no date.
    OnlySure,
}

/// The first date inside a sentence or a byline.
pub(super) fn first(text: &str, slashes: Slashes) -> Option<Date> {
    let pieces = pieces(text);
    (0..pieces.len()).find_map(|at| numeric(&pieces[at..], slashes).or_else(|| worded(&pieces[at..])))
}

/// A number, a word, or the sign between two numbers.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// The number, and how many digits it has.
    Number(u32, usize),
    Word(String),
    Sign(char),
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        if matches!(c, '-' | '/' | '.' | '年' | '月' | '日' | '년' | '월' | '일') {
            pieces.push(Piece::Sign(c));
        } else if c.is_ascii_digit() || is_word_letter(c) {
            let digits = c.is_ascii_digit();
            let mut end = start + c.len_utf8();
            // Words that stand together without a space are split at their capitals: "By A. WriterMay 5, 2026".
            let mut small = c.is_lowercase();
            while let Some((at, next)) = rest.next_if(|(_, next)| {
                let letter = is_word_letter(*next) && !next.is_ascii_digit();
                if digits { next.is_ascii_digit() } else { letter && !(small && next.is_uppercase()) }
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
        if pieces.len() > MOST_PIECES {
            break;
        }
    }
    pieces
}

/// `2026-11-23`, `2026/11/23`, `23.11.2026`, `23/11/2026`, `11/23/2026`, `2026年11月23日`.
fn numeric(pieces: &[Piece], slashes: Slashes) -> Option<Date> {
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
    if (sign != other && !matches!(sign, '年' | '년')) || *middle > 2 {
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
    let (day_first, month_first) = (|| date(*third, *second, *first), || date(*third, *first, *second));
    match sign {
        '.' | '-' => day_first().or_else(month_first),
        _ if slashes == Slashes::OnlySure && *first <= 12 && *second <= 12 && first != second => None,
        _ => month_first().or_else(day_first),
    }
}

/// Words between the parts of a date: `23 de noviembre de 2026`, `November 23rd, 2026`, `27 tháng 11, 2026`.
fn is_filler(word: &str) -> bool {
    matches!(word, "de" | "of" | "the" | "st" | "nd" | "rd" | "th" | "er" | "e" | "º" | "del" | "d" | "ª" | "г" | "năm")
}

/// `23 November 2026`, `November 23rd, 2026`, `23. Nov 2026`, `23 de noviembre de 2026`, `Nov. 2026` is none.
fn worded(pieces: &[Piece]) -> Option<Date> {
    let mut useful = pieces.iter().take(9).filter(|piece| match piece {
        Piece::Word(word) => !is_filler(word),
        Piece::Sign(sign) => !matches!(sign, '.' | '-' | '/'),
        Piece::Number(..) => true,
    });
    match (useful.next()?, useful.next()?, useful.next()?) {
        (Piece::Number(day, 1..=2), Piece::Word(word), Piece::Number(month, 1..=2)) if word == "tháng" => {
            let Some(Piece::Number(year, 4)) = useful.next() else { return None };
            date(*year, *month, *day)
        }
        (Piece::Number(day, 1..=2), Piece::Word(word), Piece::Number(year, 4)) => date(*year, month_named(word)?, *day),
        (Piece::Word(word), Piece::Number(day, 1..=2), Piece::Number(year, 4)) => date(*year, month_named(word)?, *day),
        (Piece::Number(year, 4), Piece::Word(word), Piece::Number(day, 1..=2)) => date(*year, month_named(word)?, *day),
        _ => None,
    }
}
