//! Text → lines with their tokens, and what is counted in each line.
//!
//! One pass over the characters. A token is a run of letters and digits, joined by inner apostrophes; a kana, han
//! or hangul token counts half its characters as words. White space counts as if collapsed.

use std::ops::Range;

use string_interner::{DefaultBackend, StringInterner, Symbol};

use crate::extract::boilerplate::word_classes::WordClasses;

/// Kinds of characters, as bits.
pub(super) mod kind {
    pub(in super::super) const WORD: u16 = 1;
    pub(in super::super) const DIGIT: u16 = 2;
    pub(in super::super) const UPPER: u16 = 4;
    pub(in super::super) const SPACE: u16 = 8;
    pub(in super::super) const TERMINAL: u16 = 16;
    pub(in super::super) const CLOSER: u16 = 32;
    pub(in super::super) const OPENER: u16 = 64;
    pub(in super::super) const SYMBOL: u16 = 128;
    pub(in super::super) const QUOTE: u16 = 256;
    pub(in super::super) const COMMA: u16 = 512;
    pub(in super::super) const APOSTROPHE: u16 = 1024;
    pub(in super::super) const LOWER: u16 = 2048;
}
use kind::{APOSTROPHE, CLOSER, COMMA, DIGIT, LOWER, OPENER, QUOTE, SPACE, SYMBOL, TERMINAL, UPPER, WORD};

/// The kinds of the 128 ASCII characters.
const ASCII: [u16; 128] = {
    let mut table = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'0'..=b'9' => WORD | DIGIT,
            b'A'..=b'Z' => WORD | UPPER,
            b'a'..=b'z' => WORD | LOWER,
            b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | 0x1c..=0x1f | b' ' => SPACE,
            b'.' | b'!' | b'?' => TERMINAL,
            b'"' => CLOSER | OPENER | QUOTE,
            b'\'' => CLOSER | OPENER | APOSTROPHE,
            b')' => CLOSER,
            b'(' => OPENER,
            b'[' => OPENER | SYMBOL,
            b']' => CLOSER | SYMBOL,
            b'|' | b'/' | b'\\' | b'<' | b'>' | b'{' | b'}' | b'=' | b'_' | b'#' | b'@' | b'+' | b'&' | b'*' | b'~'
            | b'^' => SYMBOL,
            b',' | b';' => COMMA,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// The kinds of one character.
fn kinds(c: char) -> u16 {
    if c.is_ascii() {
        return ASCII[c as usize];
    }
    match c {
        '…' | '。' | '！' | '？' => TERMINAL,
        '”' => CLOSER | QUOTE,
        '’' => CLOSER | APOSTROPHE,
        '」' | '』' => CLOSER,
        '»' => CLOSER | QUOTE | SYMBOL,
        '“' | '«' | '„' => OPENER | QUOTE,
        '‘' => OPENER,
        '›' | '•' | '·' | '→' | '©' | '®' | '™' => SYMBOL,
        '،' | '、' => COMMA,
        _ if c.is_alphanumeric() => {
            let case = if c.is_uppercase() {
                UPPER
            } else if c.is_lowercase() {
                LOWER
            } else {
                0
            };
            WORD | case | if c.is_numeric() && !c.is_alphabetic() { DIGIT } else { 0 }
        }
        _ if c.is_whitespace() => SPACE,
        _ => 0,
    }
}

/// Written without spaces between words: kana, han, hangul.
pub(super) fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Marks of a token beside its word.
pub(super) mod mark {
    /// It stands inside quotation marks.
    pub(in super::super) const QUOTED: u8 = 1;
    /// Its first letter is small as written.
    pub(in super::super) const SMALL: u8 = 2;
    /// It is the abbreviation US, not the pronoun.
    pub(in super::super) const STATES: u8 = 4;
}

/// One non-blank line that holds a word, and what was counted in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// Its bytes in the text, without white space around them.
    pub(super) span: Range<usize>,
    /// Its tokens in [`TokenizedText::tokens`].
    pub(super) tokens: Range<usize>,
    /// Hash of its text, white space collapsed.
    pub(super) text: u64,
    /// Hash of its shape: digits 0, capitalised A, lower a, signs kept, repeats merged, 12 signs.
    pub(super) shape: u64,
    /// Characters.
    pub(super) chars: u32,
    /// Words.
    pub(super) words: u32,
    /// Characters that are digits.
    pub(super) digits: u32,
    /// Characters in tokens.
    pub(super) letters: u32,
    /// Tokens that begin with a capital.
    pub(super) capitals: u32,
    /// Tokens that begin with a digit.
    pub(super) numbers: u32,
    /// Tokens of four letters or more after the first.
    pub(super) long: u32,
    /// Those of them that begin with a capital.
    pub(super) long_capitals: u32,
    /// Commas and semicolons.
    pub(super) commas: u32,
    /// Characters that are symbols.
    pub(super) symbols: u32,
    /// Ends of sentences before the end.
    pub(super) inner: u32,
    /// Holds quotation marks.
    pub(super) quotes: bool,
    /// Holds ©.
    pub(super) copyright: bool,
    /// Holds an address of a page or a mailbox.
    pub(super) url: bool,
    /// Begins with a lower-case letter.
    pub(super) lower: bool,
    /// Ends a sentence, closing marks aside.
    pub(super) terminal: bool,
    /// Ends with a closing mark.
    pub(super) closer: bool,
    /// Ends with a colon, a semicolon or a comma.
    pub(super) colon: bool,
    /// Ends with an ellipsis, closing marks aside.
    pub(super) ellipsis: bool,
}

/// A distinct lower-cased token of the document.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Its entry in the word_classes.
    pub(super) entry: Option<u32>,
    /// How often it occurs.
    pub(super) count: u32,
    /// Begins with a digit.
    pub(super) number: bool,
    /// Number of its stem (first six characters); `None` for tokens too short to carry content.
    pub(super) stem: Option<u32>,
}

/// The lines of a text, their tokens, and the words these are.
#[derive(Default, Debug)]
pub(super) struct TokenizedText {
    /// In the order of the text.
    pub(super) lines: Vec<Line>,
    /// Bytes of the skipped lines, without white space around them.
    pub(super) skipped: Vec<Range<usize>>,
    /// The word of each token, line after line.
    pub(super) tokens: Vec<u32>,
    /// Marks of each token; see [`mark`].
    pub(super) marks: Vec<u8>,
    /// Distinct words.
    pub(super) words: Vec<Word>,
    /// Lower-cased token → its number in `words`.
    pub(super) index: StringInterner<DefaultBackend>,
    /// Stem → its number.
    pub(super) stems: StringInterner<DefaultBackend>,
}

impl TokenizedText {
    /// The bytes of every line, skipped ones included, with the finding of each that was read; in the order of
    /// the text.
    pub(super) fn all_lines<T>(&self, found: impl IntoIterator<Item = T>) -> Vec<(Range<usize>, Option<T>)> {
        let read = self.lines.iter().zip(found).map(|(line, found)| (line.span.clone(), Some(found)));
        let mut lines: Vec<_> = read.chain(self.skipped.iter().map(|span| (span.clone(), None))).collect();
        lines.sort_by_key(|(span, _)| span.start);
        lines
    }

    /// Reads `text`; lines without a letter or digit are skipped, and so are those in `skipped`, which are in order.
    pub(super) fn new(text: &str, skipped: &[Range<usize>], word_classes: &WordClasses) -> Self {
        // Room for the words of an article, a new one about every twenty letters.
        let room = || StringInterner::with_capacity(text.len().min(1 << 16) / 20);
        let mut tokenized = Self { index: room(), stems: room(), ..Self::default() };
        let mut skipped = skipped.iter().peekable();
        let mut start = 0;
        let mut buffer = String::new();
        for raw in text.split('\n') {
            while skipped.next_if(|section| section.end < start).is_some() {}
            if skipped.peek().is_some_and(|section| section.contains(&start)) {
                if raw.contains(char::is_alphanumeric) {
                    tokenized.skipped.push(trimmed(raw, start));
                }
                start += raw.len() + 1;
                continue;
            }
            let mut reader =
                Reader { tokenized: &mut tokenized, word_classes, buffer: &mut buffer, raw, line: Line::default() };
            reader.read();
            let mut line = reader.line;
            if !line.tokens.is_empty() {
                line.span = trimmed(raw, start);
                tokenized.lines.push(line);
            }
            start += raw.len() + 1;
        }
        tokenized
    }

    /// The number of a lower-cased token, known or new.
    fn intern(&mut self, token: &str, word_classes: &WordClasses) -> u32 {
        let place = self.index.get_or_intern(token).to_usize();
        if let Some(known) = self.words.get_mut(place) {
            known.count += 1;
            return number(place);
        }
        let first = token.chars().next().unwrap_or(' ');
        let digit = kinds(first) & DIGIT != 0;
        let cut = token.char_indices().nth(6).map_or(token.len(), |(at, _)| at);
        let long = is_dense(first) || token.chars().nth(3).is_some();
        let stem = (long && !digit).then(|| number(self.stems.get_or_intern(&token[..cut]).to_usize()));
        self.words.push(Word { entry: word_classes.find(token), count: 1, number: digit, stem });
        number(place)
    }
}

/// The bytes of the line `raw`, which begins at `start`, without white space around it.
fn trimmed(raw: &str, start: usize) -> Range<usize> {
    let trimmed = raw.trim_start();
    let first = start + raw.len() - trimmed.len();
    first..first + trimmed.trim_end().len()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a text is smaller than 4 GB: its size is capped where it comes in")
}

/// Reading one line.
struct Reader<'a> {
    tokenized: &'a mut TokenizedText,
    word_classes: &'a WordClasses,
    buffer: &'a mut String,
    raw: &'a str,
    line: Line,
}

/// How far the end of an inner sentence has been seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    None,
    Terminal,
    Space,
}

/// The shape of a line as it grows.
struct Shape {
    hash: u64,
    signs: u32,
    last: u32,
    in_word: bool,
}

impl Shape {
    fn push(&mut self, c: char, kinds: u16) {
        let in_word = kinds & WORD != 0;
        let sign = match kinds {
            _ if in_word && self.in_word => return,
            _ if kinds & DIGIT != 0 => '0',
            _ if kinds & UPPER != 0 => 'A',
            _ if in_word => 'a',
            _ => c,
        };
        self.in_word = in_word;
        if kinds & SPACE == 0 && c != '_' && self.signs < 12 && self.last != u32::from(sign) {
            self.last = u32::from(sign);
            self.signs += 1;
            self.hash = mix(self.hash, self.last.into());
        }
    }
}

/// One more piece in a hash.
pub(crate) fn mix(hash: u64, piece: u64) -> u64 {
    (hash.rotate_left(5) ^ piece).wrapping_mul(0x517c_c1b7_2722_0a95)
}

impl Reader<'_> {
    fn read(&mut self) {
        let first_token = self.tokenized.tokens.len();
        let mut shape = Shape { hash: 0, signs: 0, last: 0, in_word: false };
        let (mut ending, mut quoted, mut space) = (Ending::None, false, false);
        let mut token: Option<Token> = None;
        let mut rest = self.raw.char_indices();
        while let Some((at, c)) = rest.next() {
            let found = kinds(c);
            if found & SPACE != 0 {
                space = self.line.chars > 0;
                shape.in_word = false;
                self.finish(token.take(), at, quoted);
                continue;
            }
            if std::mem::take(&mut space) {
                self.line.chars += 1;
                self.line.text = mix(self.line.text, 32);
                ending = if ending == Ending::Terminal { Ending::Space } else { Ending::None };
            }
            self.line.lower |= self.line.chars == 0 && found & LOWER != 0;
            self.line.chars += 1;
            self.line.text = mix(self.line.text, u32::from(c).into());
            shape.push(c, found);
            if found & WORD != 0 {
                let open = token.get_or_insert(Token { start: at, letters: 0, kinds: found, first: found, dense: 0 });
                open.letters += 1;
                open.kinds |= found;
                open.dense += u32::from(!c.is_ascii() && is_dense(c));
                self.line.digits += u32::from(found & DIGIT != 0);
            } else if let Some(open) = &mut token {
                let joins =
                    found & APOSTROPHE != 0 && rest.clone().next().is_some_and(|(_, next)| kinds(next) & WORD != 0);
                if joins {
                    open.letters += 1;
                    open.kinds |= APOSTROPHE;
                } else {
                    self.finish(token.take(), at, quoted);
                }
            }
            ending = self.punctuation(c, found, ending);
            quoted = match c {
                '“' | '„' | '«' => true,
                '”' | '»' => false,
                '"' => !quoted,
                _ => quoted,
            };
        }
        self.finish(token, self.raw.len(), quoted);
        self.line.tokens = first_token..self.tokenized.tokens.len();
        self.line.shape = if self.line.words > 12 { 1 } else { shape.hash };
        self.end();
    }

    /// Counts what is no word; answers how far the end of an inner sentence is seen now.
    fn punctuation(&mut self, c: char, found: u16, ending: Ending) -> Ending {
        if ending == Ending::Space && found & (UPPER | OPENER | DIGIT) != 0 {
            self.line.inner += 1;
        }
        if found & (TERMINAL | CLOSER | QUOTE | SYMBOL | COMMA) == 0 {
            return Ending::None;
        }
        self.line.commas += u32::from(found & COMMA != 0);
        self.line.symbols += u32::from(found & SYMBOL != 0);
        self.line.quotes |= found & QUOTE != 0;
        self.line.copyright |= c == '©';
        self.line.url |= c == '@';
        match ending {
            _ if found & TERMINAL != 0 => Ending::Terminal,
            Ending::Terminal if found & CLOSER != 0 => Ending::Terminal,
            _ => Ending::None,
        }
    }

    /// Puts a finished token down.
    fn finish(&mut self, token: Option<Token>, end: usize, quoted: bool) {
        let Some(token) = token else { return };
        let raw = &self.raw[token.start..end];
        let first = self.line.words == 0;
        let dense = token.dense > 0 && raw.chars().next().is_some_and(is_dense);
        self.line.words += if dense { (token.dense / 2).max(1) } else { 1 };
        self.line.letters += token.letters;
        let capital = token.first & UPPER != 0;
        self.line.capitals += u32::from(capital);
        self.line.numbers += u32::from(token.first & DIGIT != 0);
        if !first && token.letters >= 4 {
            self.line.long += 1;
            self.line.long_capitals += u32::from(capital);
        }
        self.line.url |= raw.len() >= 3 && (raw.contains("http") || self.dotted(token.start, end));
        let lower = lower_case(raw, token.kinds, self.buffer);
        let id = self.tokenized.intern(lower, self.word_classes);
        self.tokenized.tokens.push(id);
        let small = if token.first & LOWER != 0 { mark::SMALL } else { 0 };
        let states = if raw == "US" { mark::STATES } else { 0 };
        self.tokenized.marks.push((u8::from(quoted) * mark::QUOTED) | small | states);
    }

    /// The token is the `www` of `www.` or begins with the `com` of `.com`.
    fn dotted(&self, start: usize, end: usize) -> bool {
        let (before, token, after) = (&self.raw[..start], &self.raw[start..end], &self.raw[end..]);
        (token.ends_with("www") && after.starts_with('.')) || (token.starts_with("com") && before.ends_with('.'))
    }

    /// Looks at how the line ends.
    fn end(&mut self) {
        let text = self.raw.trim_end();
        let is = |c: char, wanted: u16| kinds(c) & wanted != 0;
        let bare = text.trim_end_matches(|c| is(c, CLOSER)).trim_end();
        let bare = if bare.is_empty() { text } else { bare };
        self.line.terminal = bare.chars().next_back().is_some_and(|c| is(c, TERMINAL));
        self.line.closer = text.chars().next_back().is_some_and(|c| is(c, CLOSER));
        self.line.colon = text.ends_with([':', ';', ',']);
        self.line.ellipsis = bare.ends_with("...") || bare.ends_with('…');
    }
}

/// A token being read.
struct Token {
    start: usize,
    letters: u32,
    kinds: u16,
    first: u16,
    dense: u32,
}

/// The token in lower case, straight apostrophes.
fn lower_case<'a>(raw: &'a str, kinds: u16, buffer: &'a mut String) -> &'a str {
    if kinds & (UPPER | APOSTROPHE) == 0 {
        return raw;
    }
    buffer.clear();
    if raw.is_ascii() {
        buffer.push_str(raw);
        buffer.make_ascii_lowercase();
    } else {
        buffer.push_str(&raw.to_lowercase().replace('’', "'"));
    }
    buffer
}

/// The tokens of a phrase of the word_classes.
pub(super) fn tokens(phrase: &str) -> Vec<&str> {
    let joins = |c: char| kinds(c) & (WORD | APOSTROPHE) != 0;
    let pieces = phrase.split(|c| !joins(c)).map(|piece| piece.trim_matches(|c| kinds(c) & APOSTROPHE != 0));
    pieces.filter(|piece| !piece.is_empty()).collect()
}
