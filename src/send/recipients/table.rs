//! Bytes of a CSV file → its records.

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::MACINTOSH;

use crate::extract;
use crate::send::Mailbox;

/// How many records decide which separator a file uses.
const SAMPLE: usize = 50;

/// Separators of fields; the first is that of RFC 4180, the others are what spreadsheets write.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// One record of the table that is neither blank nor a comment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line it begins on, from 1.
    pub(super) line: usize,
    /// Without blanks around them.
    pub(super) fields: Vec<String>,
}

/// The text of a table. Its records are read again and again rather than kept: there may be a million.
#[derive(Debug)]
pub(super) struct Table {
    text: String,
    separator: u8,
    /// Where in `text` the first record may begin.
    start: usize,
}

impl Table {
    /// The table in the file `bytes`.
    ///
    /// # Errors
    /// When its encoding cannot be told, or a quotation mark is not closed.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, String> {
        let text = with_quotes_at_the_edges(decode(bytes)?);
        let (separator, start) = match named_separator(&text) {
            Some((separator, table)) => (separator, text.len() - table.len()),
            None => (likely_separator(&text), 0),
        };
        let table = Self { text, separator, start };
        table.read().try_for_each(|record| record.map(drop))?;
        Ok(table)
    }

    /// Its records, in their order.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> {
        // None is wrong: all were read before.
        self.read().flatten()
    }

    fn read(&self) -> Reading<'_> {
        let (before, text) = self.text.split_at(self.start);
        let line = 1 + before.matches('\n').count();
        Reading { reader: reader(text, self.separator), record: StringRecord::new(), text, line }
    }
}

/// The way through a table.
struct Reading<'a> {
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    /// The rest of the table, and the line it begins on.
    text: &'a str,
    line: usize,
}

impl Iterator for Reading<'_> {
    type Item = Result<Record, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let begin = self.reader.position().byte();
            match self.reader.read_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error.to_string())),
            }
            let length = usize::try_from(self.reader.position().byte() - begin).unwrap_or(usize::MAX);
            let (read, rest) = self.text.split_at(length.min(self.text.len()));
            let (skipped, lines) = split_at_content(read);
            let line = self.line + read[..skipped].matches('\n').count();
            (self.text, self.line) = (rest, line + lines.matches('\n').count());
            // No name has a second address on its next line.
            if lines.trim_end().lines().filter(|line| line.contains('@')).count() > 1 {
                return Some(Err(format!("a quotation mark in line {line} is not closed")));
            }
            let fields: Vec<String> = self.record.iter().map(|field| field.trim().to_owned()).collect();
            if fields.iter().any(|field| !field.is_empty()) && !fields[0].starts_with('#') {
                return Some(Ok(Record { line, fields }));
            }
        }
    }
}

/// The text of the file with plain line ends.
fn decode(bytes: &[u8]) -> Result<String, String> {
    let is_guessed = std::str::from_utf8(bytes).is_err() && encoding_rs::Encoding::for_bom(bytes).is_none();
    // Spreadsheets on the Macintosh end lines, and write letters, in a way of their own.
    let is_of_macintosh = is_guessed && bytes.contains(&b'\r') && !bytes.contains(&b'\n');
    let text = if is_of_macintosh { MACINTOSH.decode(bytes).0 } else { extract::decode(bytes, None) };
    if is_guessed && !is_legible(&text) {
        return Err("its encoding cannot be recognized; save it as CSV in UTF-8".to_owned());
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Does `text` look as names do? What was read in a wrong encoding has signs, or letters of two scripts, within a word.
fn is_legible(text: &str) -> bool {
    let script = |letter: char| match letter {
        '\u{370}'..='\u{3FF}' => 'g',
        '\u{400}'..='\u{52F}' => 'c',
        '\u{2E80}'.. => 'w',
        _ => 'l',
    };
    let letters: Vec<char> = text.chars().collect();
    let is_odd = |char: char| char == char::REPLACEMENT_CHARACTER || matches!(char, '\u{80}'..='\u{9F}');
    let is_sign = |char: char| !char.is_ascii() && !char.is_alphanumeric() && char != '’' && !char.is_whitespace();
    let is_cut = |three: &[char]| three[0].is_alphabetic() && is_sign(three[1]) && three[2].is_alphabetic();
    let is_mixed = |two: &[char]| two.iter().all(|char| char.is_alphabetic()) && script(two[0]) != script(two[1]);
    !letters.iter().any(|&char| is_odd(char)) && !letters.windows(3).any(is_cut) && !letters.windows(2).any(is_mixed)
}

/// `text` with the blanks before a quotation mark taken away that keep it from being one, as in files written by hand.
fn with_quotes_at_the_edges(text: String) -> String {
    // A quotation mark after a blank may be one that is quoted itself.
    if !text.contains('"') || text.contains("\"\"") {
        return text;
    }
    let mut parts = text.split('"');
    let mut edged = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let before = edged.trim_end_matches(' ');
        if before.ends_with([',', ';', '\t', '|', '\n']) {
            edged.truncate(before.len());
        }
        edged.push('"');
        edged.push_str(part);
    }
    edged
}

/// The separator that the file names in its first line (`sep=;`), and what follows.
fn named_separator(text: &str) -> Option<(u8, &str)> {
    let (line, table) = text.split_once('\n')?;
    let named = line.trim_matches(['"', ' ']).strip_prefix("sep=")?;
    Some((*named.as_bytes().first()?, table))
}

/// The separator by which most records have an address as one of their fields.
fn likely_separator(text: &str) -> u8 {
    let addressed = |separator: u8| {
        let records = reader(text, separator).into_records().take(SAMPLE).flatten();
        records.filter(|record| record.iter().any(|field| Mailbox::parse(field).is_ok())).count()
    };
    let most = SEPARATORS.iter().map(|&separator| addressed(separator)).max().unwrap_or_default();
    SEPARATORS.into_iter().find(|&separator| addressed(separator) == most).unwrap_or(b',')
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .delimiter(separator)
        .from_reader(text.as_bytes())
}

/// How much of `text` is blank lines and comments, and what follows them.
fn split_at_content(text: &str) -> (usize, &str) {
    let is_skipped = |line: &&str| line.trim().is_empty() || line.starts_with('#');
    let skipped = text.split_inclusive('\n').take_while(is_skipped).map(str::len).sum();
    (skipped, &text[skipped..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(bytes: &[u8]) -> Result<Vec<Record>, String> {
        Ok(Table::of(bytes)?.records().collect())
    }

    fn check(bytes: &[u8], expected: &[(usize, &[&str])]) {
        let found = records(bytes).unwrap();
        let found: Vec<_> = found.iter().map(|record| (record.line, record.fields.clone())).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(line, fields)| (*line, fields.iter().map(|field| (*field).to_owned()).collect()))
            .collect();
        assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(bytes));
    }

    fn utf16(text: &str) -> Vec<u8> {
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn every_separator_of_a_spreadsheet_is_found() {
        let wanted: &[(usize, &[&str])] = &[(1, &["email", "name"]), (2, &["a@example.org", "Lee, Ann; Dr."])];
        for separator in [",", ";", "\t", "|"] {
            check(format!("email{separator}name\r\na@example.org{separator}\"Lee, Ann; Dr.\"\r\n").as_bytes(), wanted);
        }
        check(b"sep=|\nemail|name\na@example.org|Lee\n", &[(2, &["email", "name"]), (3, &["a@example.org", "Lee"])]);
        check(b"\"sep=;\"\na@example.org;Lee\n", &[(2, &["a@example.org", "Lee"])]);
        check(b"a@example.org\n", &[(1, &["a@example.org"])]);
    }

    #[test]
    fn every_line_end_is_one() {
        let wanted: &[(usize, &[&str])] = &[(1, &["email"]), (2, &["a@example.org"]), (4, &["b@example.org"])];
        for end in ["\n", "\r\n", "\r"] {
            check(format!("email{end}a@example.org{end}{end}b@example.org").as_bytes(), wanted);
            check(format!("email{end}a@example.org{end}# no{end}b@example.org{end}").as_bytes(), wanted);
        }
    }

    #[test]
    fn records_are_read_again_as_they_were() {
        let table =
            Table::of(b"sep=;\n\n# who\na@example.org;Ann\n\"b@example.org\";\"Lee\nBo\"\nc@example.org\n").unwrap();
        let lines = || table.records().map(|record| record.line).collect::<Vec<_>>();
        assert_eq!(lines(), [4, 5, 7]);
        assert_eq!(lines(), [4, 5, 7]);
    }

    #[test]
    fn names_are_read_in_the_encoding_they_were_saved_in() {
        let wanted: &[(usize, &[&str])] = &[(1, &["j@example.org", "Jörg Müller"]), (2, &["z@example.org", "Zoé"])];
        check("j@example.org;Jörg Müller\nz@example.org;Zoé".as_bytes(), wanted);
        check("\u{feff}j@example.org\tJörg Müller\nz@example.org\tZoé".as_bytes(), wanted);
        check(&utf16("j@example.org\tJörg Müller\r\nz@example.org\tZoé\r\n"), wanted);
        check(b"j@example.org;J\xf6rg M\xfcller\r\nz@example.org;Zo\xe9\r\n", wanted);
        check(b"j@example.org;J\x9arg M\x9fller\rz@example.org;Zo\x8e\r", wanted);
        check("и@example.org;Иван Ёлкин".as_bytes(), &[(1, &["и@example.org", "Иван Ёлкин"])]);
    }

    #[test]
    fn a_file_that_cannot_be_read_with_confidence_is_refused() {
        let refused = |bytes: &[u8]| records(bytes).unwrap_err();
        let encoding = "its encoding cannot be recognized; save it as CSV in UTF-8";
        assert_eq!(refused(b"j@example.org;J\x94rg M\x81ller\r\n"), encoding, "a code page of DOS");
        assert_eq!(refused(b"z@example.org;Andr\x82s\r\n"), encoding, "a code page of DOS");
        let open = "a@example.org,Ann\nb@example.org,\"Lee\nc@example.org,Cy\nd@example.org,Di\n";
        assert_eq!(refused(open.as_bytes()), "a quotation mark in line 2 is not closed");
    }

    #[test]
    fn quotation_marks_may_stand_after_a_blank_and_in_names() {
        check(b"a@example.org, \"Lee, Ann\"\n", &[(1, &["a@example.org", "Lee, Ann"])]);
        check(b"a@example.org,\"Ann, \"\"the\"\" Lee\"\n", &[(1, &["a@example.org", "Ann, \"the\" Lee"])]);
        check(b"a@example.org,Ann \"the\" Lee\n", &[(1, &["a@example.org", "Ann \"the\" Lee"])]);
    }
}
