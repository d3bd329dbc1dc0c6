//! A sentence's needs from its surroundings: the chance, by kind, that something in it is understood only together
//! with an earlier sentence.
//!
//! "But she refused." needs the sentence before it twice. "Anna Torres said she refused." does not: the nearer a pronoun
//! stands behind words that say something, the likelier they say whom it means. A language without lists needs nothing.
//!
//! The first four constants are a logistic regression on the development half of GUM's gold coreference (2,662 pronouns),
//! rounded; those of openings, of `this plan` and of `also` are shares observed there, that of quotations is a guess.

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use regex::Regex;
use serde::Serialize;

use super::pieces::{Opening, Piece, Pieces, Vocabulary, role};
use super::surnames;

/// Logit of "the person is named outside the sentence", for a pronoun that opens it.
const PERSON: f64 = 2.5;
/// The same for things, groups and demonstratives.
const THING: f64 = 1.2;
/// The change by each content word before the pronoun, as a factor of `ln(1 + words)`.
const PER_WORD: f64 = -1.5;
/// The change by a name before it.
const NAMED: f64 = -1.1;
/// An opening that nearly always ties a sentence to the one before.
const STRONG: f64 = 0.95;
/// One that often does.
const WEAK: f64 = 0.45;
/// An opening that points at something named before: `this plan`.
const LEAN: f64 = 0.5;
/// `this plan` inside a sentence: behind few words that say something, and behind more than [`FEW`].
const SUCH: (f64, f64) = (0.6, 0.4);
/// The words before it are few up to here.
const FEW: u32 = 2;
/// `also`, `however` inside a sentence.
const ALSO: f64 = 0.5;
/// A surname whose full name stands in an earlier sentence.
pub(super) const SURNAME: f64 = 0.35;
/// A sentence that is nothing but a quotation, or stands inside of one.
pub(super) const SPEAKER: f64 = 0.7;

/// How many kinds there are.
pub const KINDS: usize = 9;

/// Kinds of needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Who is he, who is she?
    Person,
    /// What is it?
    Thing,
    /// Who are they?
    Group,
    /// What is this?
    This,
    /// Its first word goes on from the sentence before.
    Opening,
    /// Which plan is "this plan"?
    Such,
    /// "Also" besides what?
    Also,
    /// Who says this?
    Speaker,
    /// Stone is the surname of whom?
    Surname,
}

impl Kind {
    /// All kinds, in the order of [`Needs::chances`].
    pub const ALL: [Self; KINDS] = [
        Self::Person,
        Self::Thing,
        Self::Group,
        Self::This,
        Self::Opening,
        Self::Such,
        Self::Also,
        Self::Speaker,
        Self::Surname,
    ];
}

/// The needs of one sentence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Needs {
    /// By kind, the chance that it needs something outside the sentence.
    pub chances: [f64; KINDS],
    /// Where the words stand that need it.
    pub spans: [(u32, u32); KINDS],
    /// Whether there is a name in it.
    pub is_named: bool,
    /// The names given in full in it, each a bit by its surname.
    pub full_names: u64,
    /// The bit of the surname that stands alone in it.
    pub surname: u32,
}

impl Needs {
    /// The chance of one kind.
    pub fn of(&self, kind: Kind) -> f64 {
        self.chances[kind as usize]
    }

    /// Whether it needs anything.
    pub fn is_none(&self) -> bool {
        self.chances.iter().all(|&chance| chance == 0.0)
    }

    pub(super) fn add(&mut self, kind: Kind, chance: f64, first: &Piece, last: &Piece) {
        self.chances[kind as usize] = chance;
        self.spans[kind as usize] = (first.start, last.end);
    }
}

/// The needs of each sentence, whose pieces are `pieces`; each comes with its language.
pub(super) fn needs<'a>(sentences: impl Iterator<Item = (&'a str, &'a str)> + Clone, pieces: &Pieces) -> Vec<Needs> {
    let mut names: HashSet<&str, FixedState> = HashSet::default();
    for (number, (sentence, language)) in sentences.clone().enumerate() {
        add_names(sentence, pieces.of(number), nouns_are_capital(language), &mut names);
    }
    let needs = |(number, (text, language)): (usize, (&'a str, &'a str))| {
        let pieces = pieces.of(number);
        match Vocabulary::of(language) {
            Some(vocabulary) if !pieces.is_empty() => {
                Reader { text, language, pieces, names: &names }.needs(vocabulary)
            }
            _ => Needs::default(),
        }
    };
    let mut found: Vec<Needs> = sentences.clone().enumerate().map(needs).collect();
    surnames::add(sentences, pieces, &mut found);
    found
}

/// Languages that write all nouns with a capital: there a name is two such words together.
pub(super) fn nouns_are_capital(language: &str) -> bool {
    language == "de"
}

/// Words written with a capital inside a sentence.
fn add_names<'a>(sentence: &'a str, pieces: &[Piece], in_pairs: bool, names: &mut HashSet<&'a str, FixedState>) {
    let is_capital =
        |place: usize| place > 0 && pieces.get(place).is_some_and(|piece| piece.is_capital && piece.is_content);
    for (place, piece) in pieces.iter().enumerate() {
        if is_capital(place) && (!in_pairs || is_capital(place - 1) || is_capital(place + 1)) {
            names.insert(piece.of(sentence));
        }
    }
}

/// One sentence.
struct Reader<'a> {
    text: &'a str,
    language: &'a str,
    pieces: &'a [Piece],
    names: &'a HashSet<&'a str, FixedState>,
}

impl Reader<'_> {
    fn needs(&self, vocabulary: &Vocabulary) -> Needs {
        let mut needs = Needs::default();
        self.add_pronouns(&mut needs);
        self.add_opening(vocabulary, &mut needs);
        self.add_references(&mut needs);
        if let (true, Some(first)) = (is_quotation(self.text), self.pieces.first()) {
            needs.add(Kind::Speaker, SPEAKER, first, first);
        }
        let is_name = |piece: &Piece| piece.is_capital && self.names.contains(piece.of(self.text));
        needs.is_named = self.pieces.iter().any(is_name);
        needs
    }

    /// The first pronoun of each kind.
    fn add_pronouns(&self, needs: &mut Needs) {
        let (mut content, mut is_named) = (0_u32, false);
        for (place, piece) in self.pieces.iter().enumerate() {
            if let Some(kind) = self.pronoun(place, piece)
                && needs.of(kind) == 0.0
                && !self.is_empty(place, piece, kind)
            {
                let base = if kind == Kind::Person { PERSON } else { THING };
                let named = if is_named && kind != Kind::This { NAMED } else { 0.0 };
                let logit = base + PER_WORD * f64::from(1 + content).ln() + named;
                needs.add(kind, 1.0 / (1.0 + (-logit).exp()), piece, piece);
            }
            if piece.is_content {
                content += 1;
                is_named |= piece.is_capital && self.may_be_name(place, piece);
            }
        }
    }

    fn may_be_name(&self, place: usize, piece: &Piece) -> bool {
        let is_known = || self.names.contains(piece.of(self.text));
        if nouns_are_capital(self.language) {
            return is_known();
        }
        place > 0 || is_known() || self.pieces.get(1).is_some_and(|next| next.is_capital)
    }

    /// The kind of pronoun that stands at `place`.
    fn pronoun(&self, place: usize, piece: &Piece) -> Option<Kind> {
        let is_cut = || {
            piece.of(self.text).eq_ignore_ascii_case("em") && !self.text[..piece.start as usize].ends_with(['\'', '’'])
        };
        let kind = match piece.roles & role::PRONOUN {
            0 => None,
            _ if is_cut() => None,
            role::PERSON => Some(Kind::Person),
            role::THING => Some(Kind::Thing),
            role::GROUP => Some(Kind::Group),
            _ => Some(Kind::This),
        };
        // Polite `Sie`, `Ihr`.
        let kind = kind.filter(|_| !(self.language == "de" && place > 0 && piece.is_capital));
        kind.or_else(|| (piece.has(role::DEMONSTRATIVE) && self.stands_alone(place, piece)).then_some(Kind::This))
    }

    /// Whether the demonstrative at `place` is no article: `this is`, `that,`.
    fn stands_alone(&self, place: usize, piece: &Piece) -> bool {
        let after = self.pieces.get(place + 1);
        let gap = after.map_or(".", |after| &self.text[piece.end as usize..after.start as usize]);
        let is_end = gap.contains([',', '.', ';', ':', '!', '?', ')', '"', '”']);
        let is_before_verb = after.is_some_and(|after| after.has(role::VERB));
        let opens_clause = place == 0 || {
            let before = &self.pieces[place - 1];
            let gap = &self.text[before.end as usize..piece.start as usize];
            gap.contains([',', ';', ':', '"', '“', '—', '–', '-', '(']) || before.has(role::AND)
        };
        if self.language == "en" {
            let is_that = || piece.of(self.text).eq_ignore_ascii_case("that");
            (is_end || is_before_verb) && (opens_clause || is_end || !is_that())
        } else {
            opens_clause && is_before_verb
        }
    }

    /// Whether it refers to nothing: `it seems`, `it is clear that`, `il faut`.
    fn is_empty(&self, place: usize, piece: &Piece, kind: Kind) -> bool {
        if kind != Kind::Thing && !piece.of(self.text).eq_ignore_ascii_case("il") {
            return false;
        }
        let next = &self.pieces[place + 1..self.pieces.len().min(place + 7)];
        let Some((first, rest)) = next.split_first() else { return false };
        let are = |one: &str, other: &str| {
            let is = |piece: &Piece, word: &str| piece.of(self.text).eq_ignore_ascii_case(word);
            is(first, one) && rest.first().is_some_and(|second| is(second, other))
        };
        first.has(role::EMPTY)
            || are("s", "agit")
            || are("n", "y")
            || first.has(role::BE) && rest.iter().any(|piece| piece.has(role::THAT))
    }

    /// How its first words tie it to the sentence before.
    fn add_opening(&self, vocabulary: &Vocabulary, needs: &mut Needs) {
        let pieces = self.pieces;
        if let Some((opening, count)) = vocabulary.connective(self.text, pieces) {
            let is_phrase = pieces.get(count).is_some_and(|next| {
                // "instead of", "besides that", "in addition to"
                let gap = &self.text[pieces[count - 1].end as usize..next.start as usize];
                next.has(role::NOT) && !pieces[0].has(role::AND) && !gap.contains([',', ';', ':'])
            });
            if !is_phrase {
                let chance = if opening == Opening::Strong { STRONG } else { WEAK };
                needs.add(Kind::Opening, chance, &pieces[0], &pieces[count - 1]);
            }
        }
        if needs.of(Kind::Opening) < LEAN
            && let Some(count) = vocabulary.lean(self.text, pieces)
            && !(self.language == "en" && speaks_of_now(self.text))
        {
            needs.add(Kind::Opening, LEAN, &pieces[0], &pieces[count - 1]);
        }
    }
}

impl Reader<'_> {
    /// Its need by words inside: `this plan`, `also`.
    fn add_references(&self, needs: &mut Needs) {
        let mut content = 0;
        for (place, piece) in self.pieces.iter().enumerate() {
            if piece.has(role::ALSO) && place > 0 {
                needs.add(Kind::Also, ALSO, piece, piece);
            }
            if piece.has(role::SUCH)
                && needs.of(Kind::Such) == 0.0
                && needs.of(Kind::Opening) == 0.0
                && let Some(noun) = self.noun_behind(place)
            {
                needs.add(Kind::Such, if content <= FEW { SUCH.0 } else { SUCH.1 }, piece, noun);
            }
            content += u32::from(piece.is_content);
        }
    }

    /// The noun that the demonstrative at `place` belongs to, unless it says when.
    fn noun_behind(&self, place: usize) -> Option<&Piece> {
        let noun = self.pieces.get(place + 1).filter(|noun| noun.is_content && !noun.has(role::TIME))?;
        let says_when = self.pieces.get(place + 2).is_some_and(|next| next.has(role::TIME));
        let gap = &self.text[self.pieces[place].end as usize..noun.start as usize];
        (!says_when && gap.trim().is_empty()).then_some(noun)
    }
}

/// Whether all of it stands in quotation marks, but for a word.
fn is_quotation(sentence: &str) -> bool {
    const MARKS: [char; 6] = ['"', '“', '”', '„', '«', '»'];
    if !sentence.starts_with(['"', '“', '«', '„']) {
        return false;
    }
    // Between marks stand a quotation and what is not one, by turns.
    let outside = sentence.split(MARKS).skip(2).step_by(2);
    outside.flat_map(str::split_whitespace).filter(|word| word.contains(char::is_alphanumeric)).count() < 2
}

/// `this week`, `this ... guide`: understood anywhere.
fn speaks_of_now(sentence: &str) -> bool {
    static NOW: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"^(?i)\W*(?:this|last|next|these) (?:year|week|month|morning|afternoon|evening|summer|winter|spring|fall|autumn|season|weekend|time|days|(?:[\w’-]+ ){0,3}(?:article|post|guide|page|blog|review|report|story|tutorial|list|recipe|study|paper))(?-u:\b)",
        )
        .ok()
    });
    NOW.as_ref().is_some_and(|now| now.is_match(sentence))
}

#[cfg(test)]
mod tests {
    use super::{Kind, Needs};
    use crate::summary::{Standing, read};
    use crate::text::index;

    fn needs(sentence: &str, language: &str) -> Needs {
        let standing = [Standing { text: sentence, language, line: 0, words: 9 }];
        let terms = index([(sentence, language)].into_iter());
        read(&standing, &terms, |token, _| token.term().is_some()).needs[0]
    }

    /// The kinds of which `sentence` is likelier than not, or as likely, to need something, with the words that need it.
    fn check(sentence: &str, language: &str, expected: &[(Kind, &str)]) {
        let needs = needs(sentence, language);
        let found: Vec<(Kind, &str)> = Kind::ALL
            .into_iter()
            .filter(|&kind| needs.of(kind) >= 0.45)
            .map(|kind| (kind, &sentence[needs.spans[kind as usize].0 as usize..needs.spans[kind as usize].1 as usize]))
            .collect();
        assert_eq!(found, expected, "{sentence}");
    }

    #[test]
    fn pronouns_and_connectives_need_what_stands_before() {
        use Kind::{Also, Group, Opening, Person, Speaker, Such, Thing, This};
        check("The river rose again on Monday.", "en", &[]);
        check("She closed the bridge on Monday.", "en", &[(Person, "She")]);
        check("But they were saved.", "en", &[(Group, "they"), (Opening, "But")]);
        check("It was closed for a week.", "en", &[(Thing, "It")]);
        check("That was the end of the old bridge.", "en", &[(This, "That")]);
        check("In other words, the bridge is closed.", "en", &[(Opening, "In other words")]);
        check("Doch der Fluss stieg.", "de", &[(Opening, "Doch")]);
        check("Elle a fermé le pont lundi.", "fr", &[(Person, "Elle")]);
        check("Però il ponte è chiuso.", "it", &[(Opening, "Però")]);
        check("Но мост закрыт.", "ru", &[(Opening, "Но")]);
        check("These arches are new.", "en", &[(Opening, "These")]);
        check("Beyond these arches, the bridge was saved.", "en", &[(Such, "these arches")]);
        check("The masons also saved the old arches of the bridge.", "en", &[(Also, "also")]);
        check("“The old bridge was saved by the masons.”", "en", &[(Speaker, "The")]);
    }

    #[test]
    fn what_is_named_in_the_sentence_needs_nothing() {
        check("Ada Stone, the mayor of Wend, said she would open the bridge.", "en", &[]);
        check("It is clear that the bridge will stay closed.", "en", &[]);
        check("Instead of sand the masons used lime.", "en", &[]);
        check("This week the bridge was opened.", "en", &[]);
        check("The masons will save the bridge this summer.", "en", &[]);
        check("“The old bridge was saved,” the mayor said. “The masons did it.”", "en", &[]);
        check("Wird das Wasser steigen, helfen Sie bitte.", "de", &[]);
        check("Il faut fermer le pont.", "fr", &[]);
        check("But the bridge is closed.", "xx", &[]);
    }

    #[test]
    fn the_farther_a_pronoun_stands_behind_the_less_it_needs() {
        let chance = |sentence| needs(sentence, "en").of(Kind::Person);
        assert!(chance("She said so.") > chance("The mayor said she was glad."));
        assert!(chance("The mayor said she was glad.") > chance("The mayor of the flooded town said she was glad."));
        assert!((chance("She said so.") - 1.0 / (1.0 + (-2.5_f64).exp())).abs() < 1e-12);
    }
}
