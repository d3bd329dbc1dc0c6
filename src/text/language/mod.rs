//! Text → its language, as a BCP 47 primary subtag (`en`, `pt`, `zh`).
//!
//! The script decides first; among the languages of one script an own `model` does, which is right on five words.
//! It knows seventeen languages, so longer texts that do not sound like the one it found are given to whatlang, which
//! knows seventy. What a page declares is believed unless its text plainly speaks against it.
//!
//! To add a language to the model: its texts in `benches/fit_language.py`, its code in `model.rs`.

mod codes;
mod model;

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use whatlang::Lang;

use codes::short_code;

/// Bytes looked at; more hardly change the answer.
const ENOUGH: usize = 300;

/// Letters from which on a text may speak against what its page declares.
const OUTSPOKEN: usize = 60;

/// The language of `text`; `declared` is what its page or feed says (any BCP 47 or ISO 639-3 tag).
///
/// `None` when the text has no letters and nothing is declared.
pub fn detect(text: &str, declared: Option<&str>) -> Option<String> {
    let declared = declared.and_then(normalize);
    let sample = sample(text);
    let Some((script, letters)) = script(&sample) else { return declared };
    let found = guess(&sample, script);
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

/// Languages that detectors confuse too often to overrule a page.
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
fn guess(sample: &str, script: Script) -> Option<(&'static str, bool)> {
    let language = match script {
        Script::Latin => return Some(guess_latin(sample)),
        Script::Cyrillic => guess_cyrillic(sample),
        Script::Arabic => guess_arabic(sample),
        Script::Devanagari => other(sample, &["mr", "ne"]).unwrap_or("hi"),
        Script::Japanese => "ja",
        Script::Han => "zh",
        Script::Hangul => "ko",
        Script::Greek => "el",
        Script::Hebrew => other(sample, &["yi"]).unwrap_or("he"),
        Script::Thai => "th",
        Script::Other => whatlang::detect_lang(sample).map(short_code)?,
    };
    Some((language, true))
}

/// The script of most letters of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    Devanagari,
    Thai,
    Hangul,
    Han,
    Japanese,
    Other,
}

/// The script of most letters, and how many letters there are; `None` without letters.
fn script(sample: &str) -> Option<(Script, usize)> {
    const ALL: [Script; 11] = [
        Script::Latin,
        Script::Cyrillic,
        Script::Greek,
        Script::Arabic,
        Script::Hebrew,
        Script::Devanagari,
        Script::Thai,
        Script::Hangul,
        Script::Han,
        Script::Japanese,
        Script::Other,
    ];
    let mut counts = [0_usize; ALL.len()];
    for letter in sample.chars().filter(|letter| letter.is_alphabetic()) {
        counts[script_of(letter) as usize] += 1;
    }
    let letters = counts.iter().sum();
    // Japanese is mostly Han; a few kana decide.
    if counts[Script::Japanese as usize] * 20 > counts[Script::Han as usize] {
        counts[Script::Japanese as usize] += counts[Script::Han as usize];
    }
    // One sign of these says what several letters do elsewhere.
    for dense in [Script::Han, Script::Japanese, Script::Hangul] {
        counts[dense as usize] *= 3;
    }
    let most = ALL.into_iter().rev().max_by_key(|&script| counts[script as usize])?;
    (letters > 0).then_some((most, letters))
}

fn script_of(letter: char) -> Script {
    match letter {
        'A'..='Z' | 'a'..='z' | '\u{aa}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{590}'..='\u{5ff}' => Script::Hebrew,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' => {
            Script::Arabic
        }
        '\u{900}'..='\u{97f}' => Script::Devanagari,
        '\u{e00}'..='\u{e7f}' => Script::Thai,
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}' => Script::Hangul,
        '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => Script::Japanese,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' => Script::Han,
        _ => Script::Other,
    }
}

fn guess_latin(sample: &str) -> (&'static str, bool) {
    let found = model::latin(sample);
    if sample.len() < OUTSPOKEN || sounds_like(sample, found) {
        return (found, true);
    }
    // Nothing that the model knows, or a text without small words (a table, a list of names).
    match whatlang::detect(sample) {
        Some(info) if info.is_reliable() => match short_code(info.lang()) {
            known if KNOWN.contains(&known) => (found, false),
            other => (other, false),
        },
        _ => (found, false),
    }
}

/// The languages in Latin script that the model knows.
const KNOWN: [&str; 15] = ["cs", "da", "de", "en", "es", "fi", "fr", "id", "it", "nl", "no", "pl", "pt", "sv", "tr"];

/// The most frequent words of each of them.
static FREQUENT: LazyLock<Vec<HashSet<&str, FixedState>>> = LazyLock::new(|| {
    let words = |language: &&str| stop_words::lookup(language).unwrap_or_default().iter().copied().collect();
    KNOWN.iter().map(words).collect()
});

/// Whether one in seven words is among the language's most frequent ones.
fn sounds_like(sample: &str, language: &str) -> bool {
    let Some(place) = KNOWN.iter().position(|known| *known == language) else { return false };
    let (mut words, mut hits) = (0, 0);
    for word in sample.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).take(60) {
        words += 1;
        hits += usize::from(word.len() < 8 && FREQUENT[place].contains(word));
    }
    hits * 7 >= words
}

fn guess_cyrillic(sample: &str) -> &'static str {
    let count = |letters: &str| sample.chars().filter(|&letter| letters.contains(letter)).count();
    let (ukrainian, russian) = (count("іїєґІЇЄҐ"), count("ыэёЫЭЁ"));
    if count("ўЎ") > 0 {
        return "be";
    }
    if ukrainian != russian {
        return if ukrainian > russian { "uk" } else { "ru" };
    }
    let letters = sample.chars().filter(|letter| letter.is_alphabetic()).count();
    let foreign =
        if letters >= OUTSPOKEN || count("јљњђћџѓќ") > 0 { other(sample, &["bg", "sr", "mk"]) } else { None };
    foreign.unwrap_or_else(|| model::cyrillic(sample))
}

fn guess_arabic(sample: &str) -> &'static str {
    let count = |letters: &str| sample.chars().filter(|&letter| letters.contains(letter)).count();
    match (count("ٹڈڑںےہھ"), count("پچژگکی")) {
        (urdu, _) if urdu > 1 => "ur",
        (_, persian) if persian > 1 => "fa",
        _ => "ar",
    }
}

/// The language that whatlang finds, if it is one of these.
fn other(sample: &str, among: &[&'static str]) -> Option<&'static str> {
    let info = whatlang::detect(sample).filter(|info| info.is_reliable())?;
    among.iter().copied().find(|&language| language == short_code(info.lang()))
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
