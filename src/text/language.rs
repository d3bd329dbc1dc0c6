//! Text → its language, as a BCP 47 primary subtag (`en`, `pt`, `zh`).
//!
//! Two detectors are asked: whichlang, sure on sixteen languages and silent about all others, and whatlang, which
//! knows seventy. What a page declares is believed unless its text plainly speaks against it.

use whatlang::{Info, Lang, Script};

/// Bytes looked at; more do not change the answer.
const ENOUGH: usize = 1200;

/// Letters from which on a text may speak against what its page declares.
const OUTSPOKEN: usize = 60;

/// The language of `text`; `declared` is what its page or feed says (any BCP 47 or ISO 639-3 tag).
///
/// `None` when the text has no letters and nothing is declared.
pub fn detect(text: &str, declared: Option<&str>) -> Option<String> {
    let declared = declared.and_then(normalize);
    let sample = sample(text);
    let letters = sample.chars().filter(|letter| letter.is_alphabetic()).count();
    if letters == 0 {
        return declared;
    }
    let found = guess(&sample);
    match (declared, found) {
        (None, found) => found.map(|(language, _)| language.to_owned()),
        (Some(declared), None) => Some(declared),
        (Some(declared), Some((language, sure))) => {
            let close = declared == language || is_close(&declared, language);
            Some(if close || !sure || letters < OUTSPOKEN { declared } else { language.to_owned() })
        }
    }
}

/// A language tag as its primary subtag: `en-US` → `en`, `deu` → `de`, `nb` → `no`. `None` if it is none.
pub fn normalize(tag: &str) -> Option<String> {
    let primary = tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    if !(2..=3).contains(&primary.len()) || !primary.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    Some(match primary.as_str() {
        "nb" | "nn" | "nor" | "nob" | "nno" => "no".to_owned(),
        "iw" => "he".to_owned(),
        "in" => "id".to_owned(),
        "und" | "mul" | "zxx" | "mis" => return None,
        "zho" | "yue" => "zh".to_owned(),
        three if three.len() == 3 => Lang::from_code(three).map_or("", short_code).to_owned(),
        _ => primary,
    })
    .filter(|language| !language.is_empty())
}

/// Languages that detectors cannot tell apart well enough to overrule a page.
fn is_close(declared: &str, found: &str) -> bool {
    const GROUPS: [&[&str]; 8] = [
        &["no", "da", "sv"],
        &["hr", "sr", "bs", "sl", "sh"],
        &["id", "ms", "jv"],
        &["cs", "sk"],
        &["es", "ca", "gl", "pt", "ast"],
        &["ru", "uk", "be", "bg", "mk"],
        &["af", "nl"],
        &["hi", "mr", "ne"],
    ];
    GROUPS.iter().any(|group| group.contains(&declared) && group.contains(&found))
}

/// Up to [`ENOUGH`] bytes: the whole text, or pieces of its start, middle and end.
fn sample(text: &str) -> String {
    if text.len() <= ENOUGH {
        return text.to_owned();
    }
    let piece = ENOUGH / 3;
    [0, (text.len() - piece) / 2, text.len() - piece]
        .map(|start| {
            let start = text.ceil_char_boundary(start);
            &text[start..text.floor_char_boundary(start + piece)]
        })
        .join(" ")
}

/// The likeliest language and whether that is certain.
fn guess(sample: &str) -> Option<(&'static str, bool)> {
    let info = whatlang::detect(sample)?;
    let language = match info.script() {
        Script::Latin => return Some(guess_latin(sample, &info)),
        Script::Cyrillic => guess_cyrillic(sample, &info),
        Script::Arabic => guess_arabic(sample, &info),
        Script::Mandarin if sample.chars().any(|letter| matches!(letter, '\u{3041}'..='\u{30ff}')) => "ja",
        _ => short_code(info.lang()),
    };
    Some((language, true))
}

/// whichlang where it knows the language whatlang found or whatlang is unsure; whatlang elsewhere.
fn guess_latin(sample: &str, info: &Info) -> (&'static str, bool) {
    let broad = short_code(info.lang());
    let narrow = whichlang_code(sample);
    if broad == narrow {
        return (broad, true);
    }
    if let Some(marked) = by_letters(sample) {
        return (marked, marked == broad);
    }
    let known_to_both = matches!(broad, "de" | "en" | "fr" | "it" | "nl" | "pt" | "es" | "sv" | "tr" | "vi");
    if known_to_both || !info.is_reliable() && info.confidence() < 0.3 {
        (narrow, false)
    } else {
        (broad, info.is_reliable())
    }
}

/// Languages that give themselves away by letters that no neighbour writes.
fn by_letters(sample: &str) -> Option<&'static str> {
    const SIGNS: [(&str, &str); 8] = [
        ("pl", "łęąśźńżĄĘŁŚŹŃŻ"),
        ("cs", "řěůŘĚŮ"),
        ("tr", "ğışİĞŞ"),
        ("hu", "őűŐŰ"),
        ("ro", "țșȚȘăĂ"),
        ("es", "ñ¿¡Ñ"),
        ("pt", "ãõÃÕ"),
        ("de", "ß"),
    ];
    let count = |letters: &str| sample.chars().filter(|&letter| letters.contains(letter)).count();
    let best = SIGNS.iter().map(|(language, letters)| (count(letters), *language)).max_by_key(|&(count, _)| count)?;
    (best.0 >= 1).then_some(best.1)
}

fn guess_cyrillic(sample: &str, info: &Info) -> &'static str {
    let count = |letters: &str| sample.chars().filter(|&letter| letters.contains(letter)).count();
    let (ukrainian, russian, belarusian) = (count("іїєґІЇЄҐ"), count("ыэёъЫЭЁЪ"), count("ўЎ"));
    match short_code(info.lang()) {
        _ if belarusian > 0 => "be",
        _ if ukrainian > russian => "uk",
        "uk" | "be" => "ru",
        other => other,
    }
}

fn guess_arabic(sample: &str, info: &Info) -> &'static str {
    let count = |letters: &str| sample.chars().filter(|&letter| letters.contains(letter)).count();
    let (persian, urdu) = (count("پچژگکی"), count("ٹڈڑںےہھ"));
    match short_code(info.lang()) {
        _ if urdu > 1 => "ur",
        "ur" | "fa" if persian == 0 => "ar",
        other => other,
    }
}

fn whichlang_code(sample: &str) -> &'static str {
    use whichlang::Lang as Known;
    match whichlang::detect_language(sample) {
        Known::Ara => "ar",
        Known::Cmn => "zh",
        Known::Deu => "de",
        Known::Eng => "en",
        Known::Fra => "fr",
        Known::Hin => "hi",
        Known::Ita => "it",
        Known::Jpn => "ja",
        Known::Kor => "ko",
        Known::Nld => "nl",
        Known::Por => "pt",
        Known::Rus => "ru",
        Known::Spa => "es",
        Known::Swe => "sv",
        Known::Tur => "tr",
        Known::Vie => "vi",
    }
}

/// ISO 639-3 and 639-1 codes of the languages whatlang knows.
#[rustfmt::skip]
const SHORT_CODES: [(&str, &str); 70] = [
    ("epo", "eo"), ("eng", "en"), ("rus", "ru"), ("cmn", "zh"), ("spa", "es"), ("por", "pt"),
    ("ita", "it"), ("ben", "bn"), ("fra", "fr"), ("deu", "de"), ("ukr", "uk"), ("kat", "ka"),
    ("ara", "ar"), ("hin", "hi"), ("jpn", "ja"), ("heb", "he"), ("yid", "yi"), ("pol", "pl"),
    ("amh", "am"), ("jav", "jv"), ("kor", "ko"), ("nob", "no"), ("dan", "da"), ("swe", "sv"),
    ("fin", "fi"), ("tur", "tr"), ("nld", "nl"), ("hun", "hu"), ("ces", "cs"), ("ell", "el"),
    ("bul", "bg"), ("bel", "be"), ("mar", "mr"), ("kan", "kn"), ("ron", "ro"), ("slv", "sl"),
    ("hrv", "hr"), ("srp", "sr"), ("mkd", "mk"), ("lit", "lt"), ("lav", "lv"), ("est", "et"),
    ("tam", "ta"), ("vie", "vi"), ("urd", "ur"), ("tha", "th"), ("guj", "gu"), ("uzb", "uz"),
    ("pan", "pa"), ("aze", "az"), ("ind", "id"), ("tel", "te"), ("pes", "fa"), ("mal", "ml"),
    ("ori", "or"), ("mya", "my"), ("nep", "ne"), ("sin", "si"), ("khm", "km"), ("tuk", "tk"),
    ("aka", "ak"), ("zul", "zu"), ("sna", "sn"), ("afr", "af"), ("lat", "la"), ("slk", "sk"),
    ("cat", "ca"), ("tgl", "tl"), ("hye", "hy"), ("cym", "cy"),
];

/// ISO 639-1, where there is one, else 639-3.
fn short_code(language: Lang) -> &'static str {
    let code = language.code();
    SHORT_CODES.iter().find(|(long, _)| *long == code).map_or(code, |(_, short)| short)
}

#[cfg(test)]
mod tests {
    use super::{detect, normalize};

    fn check(text: &str, declared: Option<&str>, expected: Option<&str>) {
        assert_eq!(detect(text, declared).as_deref(), expected, "{text}");
    }

    #[test]
    fn texts_say_their_language() {
        check("The minister said on Monday that the talks would go on.", None, Some("en"));
        check("Der Minister sagte am Montag, dass die Gespräche weitergehen.", None, Some("de"));
        check("Le ministre a dit lundi que les négociations continuaient.", None, Some("fr"));
        check("Министр сказал в понедельник, что переговоры продолжатся.", None, Some("ru"));
        check("Міністр сказав у понеділок, що переговори триватимуть.", None, Some("uk"));
        check("部長は月曜日に、交渉は続くと述べた。", None, Some("ja"));
        check("部长周一表示，谈判将继续进行。", None, Some("zh"));
        check("장관은 월요일에 협상이 계속될 것이라고 말했다.", None, Some("ko"));
        check("قال الوزير يوم الاثنين إن المحادثات ستستمر.", None, Some("ar"));
    }

    #[test]
    fn a_page_is_believed_unless_its_text_speaks_against_it() {
        check("Ok, super!", Some("de-DE"), Some("de"));
        check("12 345", Some("fr"), Some("fr"));
        check("12 345", None, None);
        let english = "The minister said on Monday that the talks would go on until both of the sides had agreed.";
        check(english, Some("de"), Some("en"));
        check(english, Some("not a tag"), Some("en"));
    }

    #[test]
    fn tags_become_primary_subtags() {
        for (tag, expected) in [("en-US", "en"), ("nb_NO", "no"), ("deu", "de"), ("zh-Hans", "zh"), ("PT", "pt")] {
            assert_eq!(normalize(tag).as_deref(), Some(expected));
        }
        for tag in ["", "english", "e", "und", "12"] {
            assert_eq!(normalize(tag), None, "{tag}");
        }
    }
}
