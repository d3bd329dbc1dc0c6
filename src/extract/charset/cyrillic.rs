//! Which of the six encodings of Cyrillic a text without a label is written in.
//!
//! chardetng knows four of them. What it takes for one of these, or for Western text full of accents, is read in all six; the
//! reading whose letters are as frequent as Russian ones, and whose capitals stand at the beginnings of words, is the right one.

use encoding_rs::{
    Encoding, IBM866, ISO_8859_2, ISO_8859_4, ISO_8859_5, KOI8_U, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1254, WINDOWS_1257, X_MAC_CYRILLIC,
};

use crate::extract::charset::Charset;

/// Letters of Russian per thousand, from а to я (National Corpus of the Russian Language); ё counts as е.
const FREQUENT: [f64; 32] = [
    80.1, 15.9, 45.4, 17.0, 29.8, 84.9, 9.4, 16.5, 73.5, 12.1, 34.9, 44.0, 32.1, 67.0, 109.7, 28.1, 47.3, 54.7, 62.6,
    26.2, 2.6, 9.7, 4.8, 14.4, 7.3, 3.6, 0.4, 19.0, 17.4, 3.2, 6.4, 20.1,
];

/// Encodings for which Cyrillic in one that is not known may be taken.
const WESTERN: [&Encoding; 7] =
    [WINDOWS_1252, WINDOWS_1250, WINDOWS_1254, WINDOWS_1257, ISO_8859_2, ISO_8859_4, MACINTOSH];

/// How much is looked at, in bytes.
const SAMPLE: usize = 32 * 1024;
/// By how much a reading must be better than the guess, in nats a letter.
const CLEARLY: f64 = 0.1;
/// The cost of a character that has no place in Russian words.
const STRANGE: f64 = -9.0;

/// The encoding in which `bytes` read like Russian, if much more so than in `guess`.
pub(super) fn better(bytes: &[u8], guess: Charset) -> Option<Charset> {
    let bytes = &bytes[..bytes.len().min(SAMPLE)];
    let high = bytes.iter().filter(|byte| **byte > 127).count();
    // In Western text high bytes stand alone, in Cyrillic text most stand together.
    let western = WESTERN.map(Charset::Standard).contains(&guess) && runs(bytes) * 2 > high;
    let cyrillic = [WINDOWS_1251, KOI8_U, IBM866, ISO_8859_5].map(Charset::Standard).contains(&guess);
    if high < 20 || !(western || cyrillic) {
        return None;
    }
    let all = [WINDOWS_1251, KOI8_U, IBM866, ISO_8859_5, X_MAC_CYRILLIC].map(Charset::Standard);
    let score = |charset: Charset| plausibility(&charset.read(bytes));
    let (best, most) = all
        .into_iter()
        .chain([Charset::CodePage(855)])
        .map(|charset| (charset, score(charset)))
        .max_by(|one, other| one.1.total_cmp(&other.1))?;
    (best != guess && most > score(guess) + CLEARLY && most > -4.5).then_some(best)
}

/// High bytes that stand beside another one.
fn runs(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|pair| pair[0] > 127 && pair[1] > 127).count()
}

/// The mean log-frequency of the signs beyond ASCII, as letters of Russian.
fn plausibility(text: &str) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    let mut before = ' ';
    for c in text.chars() {
        if !c.is_ascii() {
            let small = c.to_lowercase().next().unwrap_or(c);
            let place = (small as u32).wrapping_sub('а' as u32) as usize;
            let frequency = match small {
                'ё' => 0.5,
                'і' | 'ї' | 'є' | 'ґ' => 0.2,
                '«' | '»' | '—' | '–' | '…' | '№' | '\u{a0}' | '“' | '”' | '„' => 1.0,
                _ => FREQUENT.get(place).copied().unwrap_or(0.0),
            };
            let inside = before.is_lowercase() && c.is_uppercase();
            sum += if frequency == 0.0 || inside { STRANGE } else { (frequency / 1000.0).ln() };
            count += 1.0;
        }
        before = c;
    }
    if count > 0.0 { sum / count } else { STRANGE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::charset::rare;

    const TEXT: &str = "Сегодня утром в гавани Одессы открылась большая выставка старых кораблей. Её смотрят жители города и гости: \
                        «Такого мы ещё не видели», — говорят они. Объявили, что съезд пройдёт в июне.";

    #[test]
    fn each_encoding_of_cyrillic_is_recognised() {
        for encoding in [WINDOWS_1251, KOI8_U, IBM866, ISO_8859_5, X_MAC_CYRILLIC] {
            let (bytes, ..) = encoding.encode(TEXT);
            let wrong = if encoding == KOI8_U { WINDOWS_1251 } else { KOI8_U };
            assert_eq!(
                better(&bytes, Charset::Standard(wrong)),
                Some(Charset::Standard(encoding)),
                "{}",
                encoding.name()
            );
        }
        let page = rare::code_page(&(128..=255).collect::<Vec<u8>>(), 855).unwrap();
        let byte = |c: char| {
            let found = page.chars().position(|known| known == c).map(|place| place + 128);
            u8::try_from(found.unwrap_or(c as usize & 127)).unwrap()
        };
        let bytes: Vec<u8> = TEXT.chars().map(byte).collect();
        assert_eq!(better(&bytes, Charset::Standard(WINDOWS_1251)), Some(Charset::CodePage(855)));
    }

    #[test]
    fn other_languages_keep_their_guess() {
        let (german, ..) = encoding_rs::WINDOWS_1252.encode("Größe, Übung, Äpfel und Öl: für Mädchen überall schöne Grüße, natürlich täglich, möglichst früh, während später");
        assert_eq!(better(&german, Charset::Standard(encoding_rs::WINDOWS_1252)), None);
        let (greek, ..) =
            encoding_rs::ISO_8859_7.encode("Σήμερα το πρωί άνοιξε στο λιμάνι μια μεγάλη έκθεση παλιών πλοίων");
        assert_eq!(better(&greek, Charset::Standard(encoding_rs::ISO_8859_7)), None);
    }
}
