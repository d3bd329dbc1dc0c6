//! Which way a text runs.

use serde::Serialize;

/// Writing direction, as HTML's `dir` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    Ltr,
    Rtl,
}

/// ISO 639 codes of languages usually written from right to left.
const RIGHT_TO_LEFT: &[&str] =
    &["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"];

/// The direction of a language, by its tag.
pub(super) fn of_language(tag: &str) -> Direction {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default().to_ascii_lowercase();
    match parts.find(|part| part.len() == 4).map(str::to_ascii_lowercase).as_deref() {
        Some("arab" | "hebr" | "thaa" | "syrc" | "nkoo") => Direction::Rtl,
        Some(script) if script.bytes().all(|byte| byte.is_ascii_alphabetic()) => Direction::Ltr,
        _ if RIGHT_TO_LEFT.contains(&primary.as_str()) => Direction::Rtl,
        _ => Direction::Ltr,
    }
}

/// The direction of a text by the letters in it, which are believed more than any declared language;
/// `otherwise` for a text without letters.
///
/// Two letters in five are enough: Arabic and Hebrew headlines carry Latin names, hardly ever the other way round.
pub(super) fn of_text(text: &str, otherwise: Direction) -> Direction {
    let (mut letters, mut rtl) = (0_usize, 0_usize);
    for character in text.chars().filter(|character| character.is_alphabetic()) {
        letters += 1;
        rtl += usize::from(runs_leftwards(character));
    }
    match letters {
        0 => otherwise,
        _ if rtl * 5 >= letters * 2 => Direction::Rtl,
        _ => Direction::Ltr,
    }
}

/// Unicode's blocks of right-to-left scripts.
fn runs_leftwards(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_decide_before_the_declared_language() {
        assert_eq!(of_text("NASA تطلق مركبة", Direction::Ltr), Direction::Rtl);
        assert_eq!(of_text("Der Sender الجزيرة meldet sich zurück", Direction::Rtl), Direction::Ltr);
        assert_eq!(of_text("2026: 42 %", Direction::Rtl), Direction::Rtl);
        assert_eq!(of_language("ar-EG"), Direction::Rtl);
        assert_eq!(of_language("az-Arab"), Direction::Rtl);
        assert_eq!(of_language("ar-Latn"), Direction::Ltr);
        assert_eq!(of_language("ja"), Direction::Ltr);
    }
}
