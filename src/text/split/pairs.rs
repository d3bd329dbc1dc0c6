//! A block of text → its quotations and brackets.
//!
//! A full stop inside a quotation or a bracket ends no sentence. Signs that are not closed soon, or not at all, are
//! taken for slips: a mark that a writer forgot to close must not swallow the rest of the text.

use std::ops::Range;

/// Longer quotations and brackets, in bytes, are cut at their sentences.
const LONGEST: usize = 240;

/// Signs that open and close together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PairKind {
    Straight,
    Curly,
    Single,
    Angle,
    Doubled,
    Round,
    Square,
    Corner,
}

/// How many kinds there are.
const PAIR_KINDS: usize = 8;

/// The effect of a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Opens,
    Closes,
    /// Whichever it can.
    Either,
}

/// The quotations and brackets of a block, in the order of their ends.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    open: [Option<usize>; PAIR_KINDS],
    closed: Vec<Range<usize>>,
}

impl Pairs {
    /// Looks at the sign at `at`, which ends at `end`, if it is one.
    pub(super) fn see(&mut self, text: &str, at: usize, sign: char) {
        let Some((kind, role)) = role(text, at, sign) else { return };
        let open = &mut self.open[kind as usize];
        match (role, *open) {
            (Role::Closes | Role::Either, Some(start)) => {
                if at - start <= LONGEST {
                    self.closed.push(start..at + sign.len_utf8());
                }
                *open = None;
            }
            (Role::Opens, Some(_)) if matches!(kind, PairKind::Round | PairKind::Square) => {}
            (Role::Opens | Role::Either, _) => *open = Some(at),
            (Role::Closes, None) => {}
        }
    }

    /// The pairs, in the order of their starts.
    pub(super) fn finish(mut self) -> Vec<Range<usize>> {
        self.closed.sort_unstable_by_key(|pair| pair.start);
        self.closed
    }
}

/// The kind of the sign at `at`, and its effect there.
fn role(text: &str, at: usize, sign: char) -> Option<(PairKind, Role)> {
    if !is_sign(sign) {
        return None;
    }
    let before = text[..at].chars().next_back().unwrap_or(' ');
    let after = text[at + sign.len_utf8()..].chars().next().unwrap_or(' ');
    let begins = before.is_whitespace() || matches!(before, '(' | '[' | '-' | '–' | '—' | '¿' | '¡' | '/');
    let ends = !before.is_whitespace() && !after.is_alphanumeric();
    let begins = begins && !after.is_whitespace();
    let by_place = match (begins, ends) {
        (true, false) => Role::Opens,
        (false, true) => Role::Closes,
        _ => Role::Either,
    };
    Some(match sign {
        // A space on the wrong side: `he left, "said the man`.
        '"' if is_gershayim(before, &text[at + 1..]) => return None,
        '"' if begins && after.is_lowercase() && text[..at].ends_with(", ") => (PairKind::Straight, Role::Either),
        '"' => (PairKind::Straight, by_place),
        '„' => (PairKind::Curly, Role::Opens),
        '“' => (PairKind::Curly, if ends && !begins { Role::Closes } else { Role::Opens }),
        '”' => (PairKind::Curly, if begins { Role::Opens } else { Role::Closes }),
        '«' => (PairKind::Angle, if ends && after != '\u{a0}' && !begins { Role::Closes } else { Role::Opens }),
        '»' => (PairKind::Angle, if begins && after.is_alphanumeric() { Role::Opens } else { Role::Closes }),
        '`' if after == '`' && before.is_alphanumeric() => (PairKind::Doubled, Role::Closes),
        '`' if after == '`' => (PairKind::Doubled, Role::Opens),
        '`' if before == '`' => return None,
        '`' => (PairKind::Single, by_place),
        '\'' if before == '\'' => (PairKind::Doubled, Role::Closes),
        '\'' | '‘' | '’' if before.is_alphanumeric() && after.is_alphanumeric() => return None,
        '\'' if after != '\'' && by_place != Role::Either => (PairKind::Single, by_place),
        '‘' => (PairKind::Single, Role::Opens),
        '’' => (PairKind::Single, Role::Closes),
        '(' | '（' => (PairKind::Round, Role::Opens),
        ')' | '）' => (PairKind::Round, Role::Closes),
        '[' => (PairKind::Square, Role::Opens),
        ']' => (PairKind::Square, Role::Closes),
        '「' | '『' | '《' => (PairKind::Corner, Role::Opens),
        '」' | '』' | '》' => (PairKind::Corner, Role::Closes),
        _ => return None,
    })
}

/// Whether a character may open or close anything: what stands around most letters is not asked for.
fn is_sign(sign: char) -> bool {
    matches!(sign, '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '«' | '»')
        || matches!(sign, '„' | '“' | '”' | '‘' | '’' | '（' | '）' | '「' | '『' | '《' | '」' | '』' | '》')
}

/// Hebrew gershayim typed as a quotation mark: `ד"ר`, `מנכ"לית`. A quotation that begins inside a word, behind its article,
/// is longer or closes right after it.
pub(super) fn is_gershayim(before: char, after: &str) -> bool {
    let is_hebrew = |letter: char| matches!(letter, '\u{5d0}'..='\u{5ea}');
    let letters = after.chars().take_while(|&letter| is_hebrew(letter)).take(LONGEST_SUFFIX + 1).count();
    is_hebrew(before) && (1..=LONGEST_SUFFIX).contains(&letters) && !after[2 * letters..].starts_with('"')
}

/// Letters of a Hebrew abbreviation after its gershayim.
const LONGEST_SUFFIX: usize = 3;

#[cfg(test)]
mod tests {
    use super::Pairs;

    fn check(text: &str, expected: &[&str]) {
        let mut pairs = Pairs::default();
        text.char_indices().for_each(|(at, sign)| pairs.see(text, at, sign));
        let found: Vec<&str> = pairs.finish().into_iter().map(|pair| &text[pair]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn quotations_and_brackets_are_found_in_all_styles() {
        check("He said \"No. Never.\" and (later. Much later) left.", &["\"No. Never.\"", "(later. Much later)"]);
        check("„Nein.“ »Doch.« « Oh. » ”Jo. Jo.” “Yes.”", &["„Nein.“", "»Doch.«", "« Oh. »", "”Jo. Jo.”", "“Yes.”"]);
        check("The dogs' house isn't 'a ruin', it's ``fine''.", &["'a ruin'", "``fine''"]);
    }

    #[test]
    fn what_is_never_closed_holds_nothing() {
        check("He said \"No. Never. And (so on. The end.", &[]);
        check(&format!("({})", "a. ".repeat(300)), &[]);
    }
}
