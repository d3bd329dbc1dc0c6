//! Faults that hold a sentence back: questions, fragments, labels, lists, dates, offers, sentences about the page.
//!
//! Each holds it back by a factor on its score, never wholly: a text of nothing else still gets its best sentence. The
//! factors are those of blind readings of real pages; on news and papers they cost no ROUGE that can be measured.

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::dateline;
use super::patterns::{self, Table};
use super::pieces::{Pieces, role};
use super::readable::Standing;

/// Words of a sentence; longer ones pay for each word more.
const LONG: usize = 40;
/// Sentences of fewer words say little.
const SHORT: usize = 5;
/// Words of a short line.
const LINE: usize = 15;
/// Words of a sentence that may be a credit, though others stand on its line.
const CREDIT: usize = 8;
/// Short lines in a row that are a list: without stops, and with them.
const LIST: (usize, usize) = (3, 5);

/// One thing that holds a sentence back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Opens with a word that points back.
    PointsBack,
    /// Asks.
    Question,
    /// Has fewer than five words.
    Short,
    /// Has more than forty words.
    Long,
    /// Opens a quotation or bracket that it does not close, or the other way round.
    Cut,
    /// Ends without a full stop: a heading, caption or fragment.
    Fragment,
    /// Opens with a quotation: who speaks?
    Quotation,
    /// A line that is a date or a credit.
    Junk,
    /// An offer or a request of the site.
    Promo,
    /// About the page, or before the story begins.
    Slow,
    /// `Label: value`
    Label,
    /// One of several short lines.
    Listed,
    /// The same, with a full stop.
    ListedSentence,
    /// Cells of a table, or numbers.
    Row,
    /// The claim that a fact check is about.
    Claim,
    /// Announces what follows it: ends with a colon.
    Announces,
    /// Speaks of the one who writes or reads, where most sentences do not.
    Personal,
    /// Stands in brackets.
    Bracketed,
    /// Tells the reader what to do, where most sentences do not.
    Order,
    /// An item of a list, with its mark.
    Item,
    /// One of several `Label: value` lines.
    Entry,
    /// A heading in front of what it announces.
    Heading,
    /// More numbers than words.
    Figures,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::PointsBack,
        Self::Question,
        Self::Short,
        Self::Long,
        Self::Cut,
        Self::Fragment,
        Self::Quotation,
        Self::Junk,
        Self::Promo,
        Self::Slow,
        Self::Label,
        Self::Listed,
        Self::ListedSentence,
        Self::Row,
        Self::Claim,
        Self::Announces,
        Self::Personal,
        Self::Bracketed,
        Self::Order,
        Self::Item,
        Self::Entry,
        Self::Heading,
        Self::Figures,
    ];

    /// The factor on the score, in a sentence of `words` words.
    pub fn factor(self, words: usize) -> f64 {
        match self {
            Self::PointsBack => 0.85,
            Self::Question => 0.4,
            Self::Short | Self::Fragment | Self::Listed | Self::Announces | Self::Bracketed => 0.5,
            Self::Long => LONG as f64 / words.max(LONG) as f64,
            Self::Cut | Self::Personal | Self::Order | Self::Item => 0.7,
            Self::Entry | Self::Heading => 0.5,
            Self::Quotation => 0.9,
            Self::Junk => 0.05,
            Self::Promo => 0.2,
            Self::Slow => 0.4,
            Self::Label => 0.6,
            Self::ListedSentence => std::f64::consts::FRAC_1_SQRT_2,
            Self::Row | Self::Figures => 0.3,
            Self::Claim => 0.1,
        }
    }

    /// It in words.
    pub fn says(self) -> &'static str {
        match self {
            Self::PointsBack => "points back",
            Self::Question => "asks",
            Self::Short => "has few words",
            Self::Long => "is long",
            Self::Cut => "is cut off",
            Self::Fragment => "has no full stop",
            Self::Quotation => "opens with a quotation",
            Self::Junk => "a date or credit",
            Self::Promo => "an offer of the site",
            Self::Slow => "about the page",
            Self::Label => "a label",
            Self::Listed | Self::ListedSentence => "a list line",
            Self::Row => "a row of a table",
            Self::Claim => "a claim under test",
            Self::Announces => "announces what follows",
            Self::Personal => "about the writer or reader",
            Self::Bracketed => "in brackets",
            Self::Order => "tells the reader what to do",
            Self::Item => "an item of a list",
            Self::Entry => "one of several labels",
            Self::Heading => "a heading",
            Self::Figures => "more numbers than words",
        }
    }
}

/// The faults of one sentence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held(u32);

impl Held {
    /// Whether `fault` is among it.
    pub fn has(self, fault: Fault) -> bool {
        self.0 >> fault as u32 & 1 == 1
    }

    /// All of it.
    pub fn faults(self) -> impl Iterator<Item = Fault> {
        Fault::ALL.into_iter().filter(move |&fault| self.has(fault))
    }

    /// The factor on the score of a sentence of `words` words, above 0 and at most 1.
    pub fn factor(self, words: usize) -> f64 {
        if self.0 == 0 { 1.0 } else { self.faults().map(|fault| fault.factor(words)).product() }
    }

    fn add(&mut self, fault: Fault, holds: bool) {
        self.0 |= u32::from(holds) << fault as u32;
    }
}

/// Words that point back when they open a sentence, by language.
static OPENERS: LazyLock<Vec<(&str, HashSet<&str, FixedState>)>> = LazyLock::new(|| {
    let lines = include_str!("openers.txt").lines().filter_map(|line| line.split_once(' '));
    lines.map(|(language, words)| (language, words.split(' ').collect())).collect()
});

/// The faults of each sentence.
pub(super) fn held(sentences: &[Standing<'_>], pieces: &Pieces) -> Vec<Held> {
    let lines = Lines::new(sentences);
    let roles: Vec<u64> =
        (0..sentences.len()).map(|i| pieces.of(i).iter().fold(0, |roles, piece| roles | piece.roles)).collect();
    let opens_so: Vec<u64> =
        (0..sentences.len()).map(|i| pieces.of(i).first().map_or(0, |piece| piece.roles & role::ORDER)).collect();
    // Where most sentences speak so, it is how the text is written.
    let personal = [role::ME, role::YOU]
        .into_iter()
        .filter(|role| is_rare(&roles, |roles| roles & role != 0))
        .fold(0, |all, role| all | role);
    let orders_are_rare = is_rare(&opens_so, |&opens| opens != 0);
    let items_are_rare = is_rare(sentences, is_item);
    let labels = labels(sentences);
    let labels_are_rare = is_rare(&labels, |&label| label);
    let label_count = labels.iter().filter(|&&label| label).count();
    let stops_are_usual = is_rare(sentences, |sentence| !ends_sentence(last_sign(sentence.text)));
    let mut claim = None;
    let held = |(number, sentence): (usize, &Standing<'_>)| {
        let mut held = faults(sentence, roles[number], lines.is_own(number));
        held.add(Fault::Personal, roles[number] & personal != 0);
        if is_claim(sentence.text) {
            claim = Some(sentence.line);
        }
        held.add(Fault::Claim, claim == Some(sentence.line));
        let is_label = !held.has(Fault::Claim) && labels[number];
        held.add(Fault::Label, is_label);
        held.add(Fault::Entry, is_label && label_count >= LIST.0 && labels_are_rare);
        held.add(Fault::Order, orders_are_rare && opens_so[number] != 0);
        held.add(Fault::Item, items_are_rare && is_item(sentence));
        let in_row = lines.in_row(number);
        let stops = !held.has(Fault::Fragment);
        let is_listed = !stops && in_row >= LIST.0;
        let may_head = number > 0 && !is_listed && stops_are_usual && !held.has(Fault::Junk);
        held.add(Fault::Heading, !stops && may_head && lines.is_own(number));
        held.add(Fault::Listed, is_listed);
        held.add(Fault::ListedSentence, stops && in_row >= LIST.1);
        held
    };
    sentences.iter().enumerate().map(held).collect()
}

/// Which sentences are `Label: value`. A long label is one only among others: `Ada was right: The bridge …` is none.
fn labels(sentences: &[Standing<'_>]) -> Vec<bool> {
    let long: Vec<bool> = sentences.iter().map(|sentence| is_long_label(sentence.text)).collect();
    let are_labels = long.iter().filter(|&&long| long).count() >= LIST.0;
    sentences.iter().zip(long).map(|(sentence, long)| is_label(sentence.text) || are_labels && long).collect()
}

/// Whether at most half of `all` are such.
fn is_rare<T>(all: &[T], is_such: impl Fn(&T) -> bool) -> bool {
    2 * all.iter().filter(|one| is_such(one)).count() <= all.len()
}

fn is_item(sentence: &Standing<'_>) -> bool {
    let is_numbered = || {
        let behind = sentence.text.trim_start_matches(|first: char| first.is_ascii_digit());
        let item = behind.strip_prefix(". ").or_else(|| behind.strip_prefix(") "));
        behind.len() < sentence.text.len() && item.is_some_and(|item| item.starts_with(char::is_uppercase))
    };
    // `5. Mai` is a date.
    dateline::bullet_end(sentence.text) > 0 || sentence.language != "de" && is_numbered()
}

/// The faults that a sentence has by itself.
fn faults(sentence: &Standing<'_>, roles: u64, is_own_line: bool) -> Held {
    let &Standing { text, language, words, .. } = sentence;
    let last = last_sign(text);
    let mut held = Held::default();
    held.add(Fault::Fragment, !ends_sentence(last));
    held.add(Fault::Announces, last == ':');
    held.add(Fault::Bracketed, text.starts_with('(') && text.trim_end_matches(['.', '!', '?']).ends_with(')'));
    held.add(Fault::Question, matches!(last, '?' | '？' | '؟'));
    held.add(Fault::PointsBack, points_back(text, language));
    held.add(Fault::Short, words < SHORT);
    held.add(Fault::Long, words > LONG);
    held.add(Fault::Cut, !is_balanced(text));
    held.add(Fault::Quotation, text.starts_with(['"', '“', '«', '„', '‘', '\'']));
    let is_row = is_row(text, words);
    held.add(Fault::Row, is_row);
    held.add(Fault::Figures, is_row && 5 * numbers(text) > 3 * words);
    match patterns::find(text, language, roles, is_own_line && words <= LINE || words <= CREDIT) {
        Some(Table::Junk) => held.add(Fault::Junk, true),
        Some(Table::Promo) => held.add(Fault::Promo, true),
        Some(Table::Slow) => held.add(Fault::Slow, true),
        None => {}
    }
    held
}

/// The last sign before closing quotation marks and brackets.
fn last_sign(sentence: &str) -> char {
    let bare = sentence.trim_end_matches(['"', '”', '»', '“', ')', ']', '\'', '’', ' ']);
    bare.chars().next_back().unwrap_or(' ')
}

fn ends_sentence(last: char) -> bool {
    matches!(last, '.' | '!' | '?' | '…' | ';' | '。' | '！' | '？' | '।' | '؟' | '۔' | '։' | '።')
}

fn points_back(sentence: &str, language: &str) -> bool {
    let Some((_, openers)) = OPENERS.iter().find(|(known, _)| *known == language) else { return false };
    let Some(start) = sentence.find(char::is_alphanumeric) else { return false };
    let word = &sentence[start..];
    let first = &word[..word.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(word.len())];
    // No opener is longer, and most first words are neither short nor among them.
    first.len() <= 16 && openers.contains(first.to_lowercase().as_str())
}

/// Whether quotation marks and brackets come in pairs.
fn is_balanced(sentence: &str) -> bool {
    let count = |sign: u8| sentence.bytes().map(|byte| u32::from(byte == sign)).sum::<u32>();
    if count(b'"') % 2 != 0 || count(b'(') != count(b')') {
        return false;
    }
    if sentence.is_ascii() {
        return true;
    }
    let opened: Option<i32> = sentence.chars().try_fold(0, |opened, sign| match sign {
        '“' | '«' => Some(opened + 1),
        '”' | '»' => Some(opened - 1),
        // „German“ quotations close with the sign that opens English ones.
        '„' => None,
        _ => Some(opened),
    });
    opened.unwrap_or(0) == 0
}

/// Cells with bars or tabs between them, mostly numbers, or tags.
fn is_row(sentence: &str, words: usize) -> bool {
    if memchr::memchr2(b'|', b'\t', sentence.as_bytes()).is_some() || is_tags(sentence) {
        return true;
    }
    // Two words with digits in five need as many digits.
    words >= 4
        && sentence.bytes().filter(u8::is_ascii_digit).count() * 5 > 2 * words
        && numbers(sentence) * 5 > 2 * words
}

/// `linden bridge, linden ferry, wend flood, …`: many short parts, no stop.
fn is_tags(sentence: &str) -> bool {
    const TAGS: (usize, usize) = (5, 4);
    !ends_sentence(last_sign(sentence))
        && sentence.split(", ").count() >= TAGS.0
        && sentence.split(", ").all(|part| part.split(' ').count() <= TAGS.1)
}

/// Words with digits.
fn numbers(sentence: &str) -> usize {
    sentence.split_whitespace().filter(|word| word.bytes().any(|byte| byte.is_ascii_digit())).count()
}

/// `Claim: …`
fn is_claim(sentence: &str) -> bool {
    const CLAIMS: [&str; 8] =
        ["claim", "rumor", "rumour", "viral claim", "behauptung", "affirmation", "afirmación", "boato"];
    let Some((label, _)) = label(sentence) else { return false };
    let label = label.trim_end().to_lowercase();
    let label = label.strip_prefix("the ").unwrap_or(&label);
    CLAIMS.contains(&label) || label == "alegação"
}

/// The words before the first colon, and behind it; nothing where that is long.
fn label(sentence: &str) -> Option<(&str, &str)> {
    const LONGEST: usize = 80;
    let end = sentence.floor_char_boundary(LONGEST.min(sentence.len()));
    let colon = memchr::memchr(b':', &sentence.as_bytes()[..end])?;
    let bare = sentence[..colon].trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '_');
    Some((bare, &sentence[colon + 1..]))
}

/// `Label: value`, where the label is up to four words and promises no conclusion.
fn is_label(sentence: &str) -> bool {
    const VERDICTS: [&str; 17] = [
        "assessment",
        "rating",
        "verdict",
        "the facts",
        "facts",
        "conclusion",
        "bottom line",
        "in short",
        "key takeaway",
        "key takeaways",
        "summary",
        "tl;dr",
        "fazit",
        "bilan",
        "conclusión",
        "conclusão",
        "resumen",
    ];
    let Some((label, value)) = label(sentence) else { return false };
    let said = value.trim_start();
    // `The mayor said: “…` is no label.
    if said.len() == value.len() || said.is_empty() || said.starts_with(['"', '“', '„', '«', '‘']) {
        return false;
    }
    // `Full Kit ($160.50): …`
    let label = label.trim_end();
    let label = label.strip_suffix(')').and_then(|label| label.rsplit_once(" (")).map_or(label, |(label, _)| label);
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_' || "’'&/+-".contains(letter);
    let mut words = label.split(' ');
    let is_first = |word: &str| word.starts_with(char::is_alphabetic) && word.chars().all(is_letter);
    let is_other =
        |word: &str| !word.is_empty() && word.chars().all(|letter| is_letter(letter) || "()$€£".contains(letter));
    if is_result(label) {
        return true;
    }
    if !words.next().is_some_and(is_first) || !words.clone().all(is_other) || words.count() > 3 {
        return false;
    }
    let lower = label.to_lowercase();
    let lower = ["our ", "the ", "ap's ", "ap’s "].iter().find_map(|start| lower.strip_prefix(start)).unwrap_or(&lower);
    !VERDICTS.contains(&lower) && lower != "facts"
}

/// `Wild 4, Sabres 1`
fn is_result(label: &str) -> bool {
    let is_side = |side: &str| {
        side.rsplit_once(' ').is_some_and(|(name, points)| {
            name.split(' ').all(|word| word.starts_with(char::is_uppercase))
                && points.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    label.split_once(", ").is_some_and(|(one, other)| is_side(one) && is_side(other))
}

/// A label of more words, with a sentence behind it.
fn is_long_label(sentence: &str) -> bool {
    const WORDS: std::ops::RangeInclusive<usize> = 5..=9;
    label(sentence).is_some_and(|(label, value)| {
        value.starts_with(' ')
            && value.trim_start().starts_with(char::is_uppercase)
            && WORDS.contains(&label.split_whitespace().count())
            && !label.contains(['.', '?', '!', '"', '“', '”'])
    })
}

/// Which sentences stand on short lines of their own, and how many such lines come together.
struct Lines {
    own: Vec<bool>,
    in_row: Vec<usize>,
}

impl Lines {
    fn new(sentences: &[Standing<'_>]) -> Self {
        let line = |place: usize| sentences.get(place).map(|sentence| sentence.line);
        let own: Vec<bool> =
            (0..sentences.len()).map(|i| line(i) != line(i + 1) && (i == 0 || line(i) != line(i - 1))).collect();
        let small: Vec<bool> = own.iter().zip(sentences).map(|(&own, its)| own && its.words <= LINE).collect();
        // Then short lines are how the text is written.
        let is_style = 2 * small.iter().filter(|&&small| small).count() > small.len();
        let mut in_row = vec![0; small.len()];
        if !is_style {
            let mut start = 0;
            for group in small.chunk_by(|left, right| left == right) {
                let count = if group[0] { group.len() } else { 0 };
                in_row[start..start + group.len()].fill(count);
                start += group.len();
            }
        }
        Self { own, in_row }
    }

    fn is_own(&self, number: usize) -> bool {
        self.own[number]
    }

    fn in_row(&self, number: usize) -> usize {
        self.in_row[number]
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, is_label};
    use crate::summary::{Standing, read};
    use crate::text::{count_words, index};

    /// The faults of each sentence of `text`, each on a line of its own.
    fn check(language: &str, text: &[(&str, &[Fault])]) {
        let lines = text.iter().enumerate();
        let standing: Vec<Standing<'_>> =
            lines.map(|(line, (text, _))| Standing { text, language, line, words: count_words(text) }).collect();
        let terms = index(standing.iter().map(|sentence| (sentence.text, language)));
        let held = read(&standing, &terms, |token, _| token.term().is_some()).held;
        for (held, (line, expected)) in held.iter().zip(text) {
            assert_eq!(held.faults().collect::<Vec<_>>(), *expected, "{line}");
        }
    }

    /// The faults of one line among others.
    fn faults(language: &str, text: &str) -> Vec<Fault> {
        let standing = [0, 1].map(|line| Standing { text, language, line, words: count_words(text) });
        let terms = index(standing.iter().map(|sentence| (sentence.text, language)));
        read(&standing, &terms, |token, _| token.term().is_some()).held[0].faults().collect()
    }

    const NEWS: (&str, &[Fault]) =
        ("The river rose again on Monday and flooded the cellars of the old town of Wend, the mayor said.", &[]);

    #[test]
    fn what_leaves_a_reader_behind_is_held_back() {
        use Fault::{Cut, Fragment, PointsBack, Question, Quotation, Short};
        check("en", &[NEWS]);
        check("en", &[("However, the river rose again on Monday.", &[PointsBack])]);
        check("de", &[("Doch stieg der Fluss am Montag.", &[PointsBack])]);
        check("en", &[("Why did the river rise again?", &[Question])]);
        check("en", &[("The river rose.", &[Short])]);
        check("en", &[("The mayor said: “The river rose again.", &[Cut])]);
        check("en", &[("The river near the old town", &[Fragment])]);
        check("en", &[("“The river rose again,” the mayor said.", &[Quotation])]);
        check("de", &[("Der Bürgermeister sagte: „Der Fluss steigt.“", &[])]);
        check("en", &[("", &[Short, Fragment])]);
        check("xx", &[("The river near the old town", &[Fragment])]);
    }

    #[test]
    fn lines_that_tell_no_story_are_held_back() {
        use Fault::{Announces, Bracketed, Fragment, Junk, Label, Personal, Promo, Row, Short, Slow};
        check("en", &[("Updated on May 3", &[Short, Fragment, Junk]), NEWS, NEWS]);
        check("en", &[("Marsh Post, 27 November 2026", &[Fragment, Junk]), NEWS, NEWS]);
        check("en", &[("The Daily Tide · Monday, Nov. 3, 2025", &[Fragment, Junk]), NEWS, NEWS]);
        check("de", &[("Küstenbote, 3. Oktober 2026", &[Short, Fragment, Junk, Row]), NEWS, NEWS]);
        check("en", &[("The mayor resigned in anger, 27 November 2026", &[Fragment]), NEWS, NEWS]);
        check("en", &[("Sign up for our newsletter and hear of every flood first.", &[Promo]), NEWS, NEWS]);
        check("en", &[("In this article we look at five floods of the Wend.", &[Slow]), NEWS, NEWS]);
        check("de", &[("In diesem Beitrag geht es um fünf Hochwasser der Wend.", &[Slow]), NEWS, NEWS]);
        check("en", &[("Height of the river: four metres on Monday.", &[Label]), NEWS, NEWS]);
        check("en", &[("Monday 4.1 5.2 6.3 and 7.4 metres.", &[Row]), NEWS, NEWS]);
        check("en", &[("The latest on the flood of the old town:", &[Fragment, Announces]), NEWS, NEWS]);
        check("en", &[("(The flood of the old town was the fifth.)", &[Bracketed]), NEWS, NEWS]);
        check("en", &[("I have lived by the river for forty years.", &[Personal]), NEWS, NEWS]);
        check(
            "en",
            &[("I have lived by the river for forty years.", &[]), ("My house was flooded by the river twice.", &[])],
        );
        check("en", &[("Linden 4, Aue 1: Ada Stone scored twice on Monday night.", &[Label]), NEWS, NEWS]);
        check(
            "en",
            &[("wend flood, linden bridge, linden ferry, old mill, the fifth flood", &[Fragment, Row]), NEWS, NEWS],
        );
        check("en", &[("@lindenferry Festival of the river, second part of three", &[Fragment, Junk]), NEWS, NEWS]);
        for page in [
            "This complete guide covers the five floods of the Wend.",
            "Today I am sharing my favourite walks along the river.",
            "To help you walk, this guide aims to name all bridges of the river.",
            "We’ll start by noting that the river has risen five times.",
            "For those who walk far, let’s look at the longest path along the river.",
            "We've included short walks, long walks and one for the evening.",
            "We’ve rounded up ten walks along the river for the summer.",
            "Each year, we walk the river from end to end to bring you the best of it.",
        ] {
            assert!(faults("en", page).contains(&Slow), "{page}");
        }
        assert!(faults("de", "Dieser Beitrag zeigt die fünf Hochwasser der Wend.").contains(&Slow));
        assert!(faults("fr", "Cet article vous explique les cinq crues de la Wend.").contains(&Slow));
        assert!(!faults("en", "This list of the drowned shows how fast the river rose.").contains(&Slow));
        assert!(!faults("en", "The masons have listed the arches that need work.").contains(&Slow));
        check("en", &[("Wend | Linden | Aue | Weather of the week.", &[Row]), NEWS, NEWS]);
        assert!(!is_label("In short: the bridge stays closed.") && !is_label("At 5:30 the bridge was closed."));
    }

    #[test]
    fn what_most_sentences_do_is_how_the_text_is_written() {
        use Fault::{Entry, Figures, Fragment, Heading, Item, Label, Order, Row};
        let order: (&str, &[Fault]) = ("Try the ferry to Linden while the bridge is closed.", &[Order]);
        check("en", &[order, NEWS, NEWS]);
        check("en", &[(order.0, &[]), (order.0, &[]), NEWS]);
        let item: (&str, &[Fault]) = ("- The ferry to Linden goes every hour until the evening.", &[Item]);
        check("en", &[item, NEWS, NEWS]);
        check("en", &[(item.0, &[]), (item.0, &[]), NEWS]);
        check("en", &[("3. The ferry to Linden goes every hour until the evening.", &[Item]), NEWS, NEWS]);
        check("de", &[("5. Mai war der Tag, an dem die Fähre nach Linden wieder fuhr.", &[]), NEWS, NEWS]);
        let entry: (&str, &[Fault]) = ("Height of the river: four metres on Monday.", &[Label, Entry]);
        check("en", &[entry, entry, entry, NEWS, NEWS, NEWS]);
        check("en", &[NEWS, ("What became of the five bridges of Wend", &[Fragment, Heading]), NEWS]);
        check("en", &[("4.1 5.2 6.3 7.4 metres.", &[Row, Figures]), NEWS, NEWS]);
        let long: (&str, &[Fault]) =
            ("What the water did not reach: The mill stands on its hill as ever.", &[Label, Entry]);
        check("en", &[long, long, long, NEWS, NEWS, NEWS]);
        check("en", &[(long.0, &[]), NEWS, NEWS]);
    }

    #[test]
    fn short_lines_together_are_a_list_unless_all_are_short() {
        use Fault::{Fragment, Heading, Listed, Short};
        let item: (&str, &[Fault]) = ("Sandbags and rubber boots", &[Short, Fragment, Listed]);
        check("en", &[NEWS, item, item, item, NEWS, NEWS, NEWS]);
        let heading: (&str, &[Fault]) = ("Sandbags and rubber boots", &[Short, Fragment, Heading]);
        check("en", &[NEWS, heading, heading, NEWS, NEWS, NEWS]);
        let item: (&str, &[Fault]) = ("Sandbags and rubber boots", &[Short, Fragment]);
        check("en", &[item, item, item]);
    }
}
