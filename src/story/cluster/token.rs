//! A text as words for comparing articles: runs of letters and digits, and whether each could be a name.
//!
//! Unlike the words a summary is ranked by, these keep what tells two events apart: numbers, capitals, and whether a
//! capital stands where any word would have one. A script written without spaces gives overlapping pairs of signs.

use unicode_normalization::char::is_combining_mark;

/// One word where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::story) struct Token<'a> {
    /// As written, without a closing `'s`.
    pub text: &'a str,
    /// First byte in the text.
    pub start: usize,
    /// It begins with a capital letter.
    pub capital: bool,
    /// It stands after a lower-case letter, a digit, a comma or a semicolon and one space: it cannot begin a sentence.
    pub inside: bool,
}

/// Calls `take` with each word of `text`, in order.
pub(in crate::story) fn for_each_word<'a>(text: &'a str, mut take: impl FnMut(Token<'a>)) {
    let mut start = 0;
    while let Some(found) = word_start(text, start) {
        start = found;
        let end = word_end(text, start);
        let word = &text[start..end];
        let inside = stands_inside(&text[..start]);
        if !word.is_ascii() && word.chars().any(is_unspaced) {
            pairs(word, start, &mut take);
        } else {
            let cut = without_possessive(word);
            let capital = cut.chars().next().is_some_and(char::is_uppercase);
            take(Token { text: cut, start, capital, inside });
        }
        start = end;
    }
}

/// Where the next letter or digit at or after `from` is. Most bytes are ASCII and are not decoded.
fn word_start(text: &str, from: usize) -> Option<usize> {
    let telling = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let start = from + text.as_bytes()[from..].iter().position(telling)?;
    if text.as_bytes()[start].is_ascii() {
        return Some(start);
    }
    text[start..].find(char::is_alphanumeric).map(|offset| start + offset)
}

/// Where the word that begins at `start` ends: letters, digits and their marks, and one apostrophe inside.
fn word_end(text: &str, start: usize) -> usize {
    let bytes = &text.as_bytes()[start..];
    let plain = bytes.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(bytes.len());
    if bytes.get(plain).is_none_or(|next| next.is_ascii() && *next != b'\'') {
        return start + plain;
    }
    let mut end = start;
    let mut apostrophe = false;
    let mut rest = text[start..].char_indices().peekable();
    while let Some((at, sign)) = rest.next() {
        if sign.is_alphanumeric() || is_combining_mark(sign) {
            end = start + at + sign.len_utf8();
        } else if !apostrophe
            && matches!(sign, '\'' | '’')
            && rest.peek().is_some_and(|(_, next)| next.is_alphanumeric())
        {
            apostrophe = true;
        } else {
            break;
        }
    }
    end
}

fn without_possessive(word: &str) -> &str {
    let cut = word.strip_suffix(['s', 'S']).and_then(|word| word.strip_suffix(['\'', '’']));
    cut.unwrap_or(word)
}

fn stands_inside(before: &str) -> bool {
    let Some(before) = before.strip_suffix(' ') else { return false };
    before.chars().next_back().is_some_and(|sign| {
        matches!(sign, ',' | ';') || sign.is_ascii_digit() || (sign.is_alphabetic() && !sign.is_ascii_uppercase())
    })
}

/// Overlapping pairs of signs; the sign itself when there is only one.
fn pairs<'a>(word: &'a str, start: usize, take: &mut impl FnMut(Token<'a>)) {
    let mut bounds: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
    bounds.push(word.len());
    let width = 2.min(bounds.len() - 1);
    for window in bounds.windows(width + 1) {
        let (from, to) = (window[0], window[width]);
        take(Token { text: &word[from..to], start: start + from, capital: false, inside: false });
    }
}

/// Scripts whose words are not set apart by spaces: Thai, Lao, Burmese, Khmer, kana, Han.
fn is_unspaced(sign: char) -> bool {
    matches!(u32::from(sign), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::for_each_word;

    fn check(text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        for_each_word(text, |token| found.push((token.text, token.start)));
        let words: Vec<&str> = found.iter().map(|(word, _)| *word).collect();
        assert_eq!(words, expected);
        assert!(found.iter().all(|(word, start)| text[*start..].starts_with(word)));
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        check("Ann's 3.5 o’clock well-known", &["Ann", "3", "5", "o’clock", "well", "known"]);
        check("'' ' l'eau' don't'x", &["l'eau", "don't", "x"]);
        check("", &[]);
        check("\0…— ", &[]);
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        check("今天去公园", &["今天", "天去", "去公", "公园"]);
        check("水", &["水"]);
    }

    #[test]
    fn a_capital_counts_only_inside_a_sentence() {
        let mut inside = Vec::new();
        for_each_word("The Ports, Anna said. Then A Bill", |token| {
            inside.push((token.text, token.inside && token.capital))
        });
        assert_eq!(
            inside,
            [
                ("The", false),
                ("Ports", true),
                ("Anna", true),
                ("said", false),
                ("Then", false),
                ("A", true),
                ("Bill", false)
            ]
        );
    }
}
