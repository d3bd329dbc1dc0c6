//! One language's words → numbers of their terms, remembered from text to text.
//!
//! A text says most of its words many times and the next text says most of them again, so each spelling is lower-cased,
//! looked up among the stop words and stemmed once a thread. The memory changes the speed, never the result:
//! numbers that leave this module are given anew for each text.

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use string_interner::{DefaultBackend, StringInterner, Symbol};
use unicode_normalization::UnicodeNormalization;

use super::spellings::Spellings;
use super::stem::Stem;
use super::words::{is_joiner, is_unspaced};

/// Spellings remembered of one language before all are forgotten; about 10 MB.
const MOST_SPELLINGS: usize = 1 << 17;

/// Longer spellings are not remembered.
const LONGEST_SPELLING: usize = 64;

/// Longer words that French and Italian shorten before a vowel; all those of one or two letters count too.
const ELIDED: [&str; 14] = [
    "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu", "dell", "nell", "sull", "dall", "all", "quell", "quest", "sant",
    "tutt",
];

/// Words that name nothing, beyond the stop words, by language (from stopwords-iso, MIT): "said", "new", "used".
static GENERIC: LazyLock<Vec<(&str, HashSet<&str, FixedState>)>> = LazyLock::new(|| {
    let lines = include_str!("generic.txt").lines().filter_map(|line| line.split_once(' '));
    lines.map(|(language, words)| (language, words.split(' ').collect())).collect()
});

/// Fillers of transcripts that stop lists do not know; without them, meetings are about `um` and `yeah`.
const SPOKEN: [(&str, &str); 5] = [
    (
        "en",
        "um uh uhm er erm eh ah oh hmm hm mm mmm mhm yeah yep yes no nope okay ok huh uhhuh hey well so right alright wow",
    ),
    ("de", "äh ähm öh hm mhm ja nein na tja okay ok ach oh naja also eben halt"),
    ("fr", "euh heu hum hein ben bah oui non ouais bon ok ah oh eh"),
    ("es", "eh em este ah oh sí no vale bueno pues ok"),
    ("pt", "é hum ah oh sim não pois bom ok né"),
];

/// Terms as numbers, across languages.
pub(super) type Interner = StringInterner<DefaultBackend>;

/// The facts about a spelling, in four bytes: the number of its term, and two flags in the highest bits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Word(u32);

impl Word {
    const NAMES: u32 = 1 << 31;
    const CAPITAL: u32 = 1 << 30;
    const STOP: u32 = Self::CAPITAL - 1;

    fn new(term: Option<u32>, names: bool, capital: bool) -> Self {
        let flags = (u32::from(names) * Self::NAMES) | (u32::from(capital) * Self::CAPITAL);
        Self(term.unwrap_or(Self::STOP).min(Self::STOP) | flags)
    }

    /// The number of the term it stands for; `None` for stop words and single letters.
    pub(super) fn term(self) -> Option<u32> {
        let term = self.0 & Self::STOP;
        (term != Self::STOP).then_some(term)
    }

    /// It may be part of a name: it has a letter and says more than "said" or "new".
    pub(super) fn names(self) -> bool {
        self.0 & Self::NAMES != 0
    }

    /// It begins with a capital.
    pub(super) fn is_capital(self) -> bool {
        self.0 & Self::CAPITAL != 0
    }
}

/// The words of one language.
pub(super) struct Lexicon {
    language: String,
    stem: Stem,
    stop: HashSet<&'static str, FixedState>,
    generic: Option<&'static HashSet<&'static str, FixedState>>,
    spellings: Spellings<Word>,
}

impl Lexicon {
    /// The lexicon of `language` (BCP 47 primary subtag; empty: unknown).
    pub(super) fn new(language: &str) -> Self {
        let list = match language {
            "nb" | "nn" => "no",
            other => other,
        };
        let mut stop: HashSet<_, _> = stop_words::lookup(list).unwrap_or_default().iter().copied().collect();
        let spoken = SPOKEN.iter().find(|(known, _)| *known == list);
        stop.extend(spoken.into_iter().flat_map(|(_, words)| words.split(' ')));
        let generic = GENERIC.iter().find(|(known, _)| *known == language).map(|(_, words)| words);
        let stem = Stem::new(language);
        Self { language: language.to_owned(), stem, stop, generic, spellings: Spellings::default() }
    }

    /// Whose words these are.
    pub(super) fn language(&self) -> &str {
        &self.language
    }

    /// Whether it has grown too large to be kept.
    pub(super) fn is_full(&self) -> bool {
        self.spellings.len() > MOST_SPELLINGS
    }

    /// The facts about `word`.
    #[inline]
    pub(super) fn word(&mut self, word: &str, interner: &mut Interner) -> Word {
        self.spellings.get(word).unwrap_or_else(|| self.learn(word, interner))
    }

    fn learn(&mut self, word: &str, interner: &mut Interner) -> Word {
        let term = self.derive(word).map(|term| interner.get_or_intern(term).to_usize());
        let term = term.map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        let known = Word::new(term, term.is_some() && self.names(word), capital);
        if word.len() <= LONGEST_SPELLING {
            self.spellings.insert(word, known);
        }
        known
    }

    /// Whether a word may be part of a name.
    fn names(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        let lower = lower.strip_suffix("'s").or_else(|| lower.strip_suffix("’s")).unwrap_or(&lower);
        word.chars().any(char::is_alphabetic) && !self.generic.is_some_and(|words| words.contains(lower))
    }

    /// The term itself.
    fn derive(&self, word: &str) -> Option<String> {
        let lower = self.lower(word);
        if self.stop.contains(lower.as_str()) {
            return None;
        }
        let core = self.without_clitic(&lower);
        if core.len() != lower.len() && self.stop.contains(core) {
            return None;
        }
        let mut letters = core.chars();
        let first = letters.next()?;
        if letters.next().is_none() && !is_unspaced(first) && !first.is_numeric() {
            return None;
        }
        Some(if first.is_ascii_digit() { core.to_owned() } else { self.stem.stem(core) })
    }

    /// Lower case, composed, with one kind of apostrophe and nothing invisible.
    fn lower(&self, word: &str) -> String {
        if word.is_ascii() && self.language != "tr" {
            return word.to_ascii_lowercase();
        }
        let visible = word.chars().filter(|&letter| !is_joiner(letter)).nfc();
        let turkish = matches!(self.language.as_str(), "tr" | "az");
        visible
            .flat_map(|letter| match letter {
                'I' if turkish => Lowered::One('ı'),
                'İ' => Lowered::One('i'),
                '\u{2019}' => Lowered::One('\''),
                _ => Lowered::Many(letter.to_lowercase()),
            })
            .collect()
    }

    /// `trump's` → `trump`, `l'homme` → `homme`; where the apostrophe is a letter, the word as it is.
    fn without_clitic<'a>(&self, word: &'a str) -> &'a str {
        if word.len() > LONGEST_SPELLING {
            return word;
        }
        match (self.language.as_str(), word.split_once('\'')) {
            (_, None) | ("uk" | "be", _) => word,
            ("fr" | "it" | "ca", Some((before, after))) if !after.is_empty() => {
                let elided = before.chars().count() <= 2 || ELIDED.contains(&before);
                if elided { after } else { word }
            }
            (_, Some((before, after))) if before.chars().nth(1).is_none() => after,
            (_, Some((before, _))) => before,
        }
    }
}

/// The lower case of one letter.
enum Lowered {
    One(char),
    Many(std::char::ToLowercase),
}

impl IntoIterator for Lowered {
    type Item = char;
    type IntoIter = std::iter::Chain<
        std::option::IntoIter<char>,
        std::iter::Flatten<std::option::IntoIter<std::char::ToLowercase>>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self {
            Self::One(letter) => (Some(letter), None),
            Self::Many(letters) => (None, Some(letters)),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}
