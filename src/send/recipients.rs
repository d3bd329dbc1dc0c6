//! Who gets the newsletter: `[mail] to` and a CSV file, checked, normalized, each once.

use std::collections::HashSet;
use std::path::Path;

use super::address::clean_name;
use super::{Error, Mailbox, Options};
use crate::model::{Problem, Recipient};

/// Recipients in their order, and what was wrong with the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients {
    /// Each address once: the first that names it wins.
    pub recipients: Vec<Recipient>,
    /// Lines and entries that are no recipients.
    pub problems: Vec<Problem>,
}

/// All recipients of `options`.
///
/// # Errors
/// When an address in `to` is none, or the file cannot be read. A bad line of the file is a problem only.
pub fn recipients(options: &Options) -> Result<Recipients, Error> {
    let mut found = Recipients::default();
    let mut seen = HashSet::new();
    for text in &options.to {
        let Mailbox { name, address } = Mailbox::parse(text)?;
        if seen.insert(address.clone()) {
            found.recipients.push(Recipient { address, name, language: None });
        }
    }
    if let Some(path) = &options.recipients {
        let bytes = std::fs::read(path).map_err(Error::file(path))?;
        let text = String::from_utf8_lossy(&bytes);
        read_csv(text.strip_prefix('\u{feff}').unwrap_or(&text), path, &mut seen, &mut found);
    }
    Ok(found)
}

fn read_csv(text: &str, path: &Path, seen: &mut HashSet<String>, found: &mut Recipients) {
    let mut columns: Option<Columns> = None;
    for (line, fields) in records(text) {
        if fields.iter().all(|field| field.trim().is_empty()) || fields[0].starts_with('#') {
            continue;
        }
        if columns.is_none() {
            columns = Columns::from_head(&fields);
            if columns.is_some() {
                continue;
            }
        }
        let columns = columns.get_or_insert_with(Columns::default);
        match columns.read(&fields) {
            Ok(recipient) if seen.insert(recipient.address.clone()) => found.recipients.push(recipient),
            Ok(_) => {}
            Err(error) => {
                let problem = Problem::new(format!("{}:{line}", path.display()), "this line is no recipient");
                found.problems.push(problem.because(error));
            }
        }
    }
}

/// Where each value stands in a line.
struct Columns {
    address: usize,
    name: Option<usize>,
    language: Option<usize>,
}

impl Default for Columns {
    fn default() -> Self {
        Self { address: 0, name: Some(1), language: Some(2) }
    }
}

impl Columns {
    /// The columns that `fields` name, if they are a head.
    fn from_head(fields: &[String]) -> Option<Self> {
        let find =
            |names: &[&str]| fields.iter().position(|field| names.contains(&field.trim().to_lowercase().as_str()));
        Some(Self {
            address: find(&["address", "email", "e-mail", "mail"])?,
            name: find(&["name"]),
            language: find(&["language", "lang"]),
        })
    }

    fn read(&self, fields: &[String]) -> Result<Recipient, Error> {
        let field = |at: Option<usize>| at.and_then(|at| fields.get(at)).map(|field| field.trim()).unwrap_or_default();
        let Mailbox { name, address } = Mailbox::parse(field(Some(self.address)))?;
        let language = field(self.language);
        Ok(Recipient {
            address,
            name: clean_name(field(self.name)).or(name),
            language: (!language.is_empty()).then(|| language.to_lowercase()),
        })
    }
}

/// The records of a CSV file (RFC 4180) with the line each begins on: fields may stand in quotes, and a doubled quote
/// in one is a quote.
fn records(text: &str) -> impl Iterator<Item = (usize, Vec<String>)> + '_ {
    let mut chars = text.chars().peekable();
    let mut line = 1;
    std::iter::from_fn(move || {
        chars.peek()?;
        let (begin, mut fields, mut field, mut quoted) = (line, Vec::new(), String::new(), false);
        while let Some(char) = chars.next() {
            line += usize::from(char == '\n');
            match char {
                '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
                '"' if quoted || field.trim().is_empty() => quoted = !quoted,
                ',' | ';' if !quoted => fields.push(std::mem::take(&mut field)),
                '\n' if !quoted => break,
                _ => field.push(char),
            }
        }
        fields.push(field);
        Some((begin, fields))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(csv: &str, expected: &[(&str, Option<&str>, Option<&str>)], problems: usize) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), csv).unwrap();
        let options = Options { recipients: Some(file.path().into()), ..Options::default() };
        let found = recipients(&options).unwrap();
        let plain: Vec<_> = found
            .recipients
            .iter()
            .map(|who| (who.address.as_str(), who.name.as_deref(), who.language.as_deref()))
            .collect();
        assert_eq!(plain, expected);
        assert_eq!(found.problems.len(), problems, "{:?}", found.problems);
    }

    #[test]
    fn a_file_may_have_a_head_quotes_and_comments() {
        check("a@example.org\nb@example.org\n", &[("a@example.org", None, None), ("b@example.org", None, None)], 0);
        let csv = "\u{feff}name,language,email\r\n\"Doe, \"\"J\"\"\",DE,a@Example.org\r\n\r\n# no,\r\n,,b@example.org";
        check(csv, &[("a@example.org", Some("Doe, \"J\""), Some("de")), ("b@example.org", None, None)], 0);
        check("", &[], 0);
    }

    #[test]
    fn a_bad_line_costs_only_itself_and_nobody_is_named_twice() {
        let csv = "address,name\na@example.org,A\nnobody\na@EXAMPLE.org,again\nb@bücher.example,\"open\n";
        check(csv, &[("a@example.org", Some("A"), None), ("b@xn--bcher-kva.example", Some("open"), None)], 1);
    }

    #[test]
    fn a_bad_line_is_named_by_its_number() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a@example.org\n\"x\ny\"\nnobody\n").unwrap();
        let found = recipients(&Options { recipients: Some(file.path().into()), ..Options::default() }).unwrap();
        let lines: Vec<_> =
            found.problems.iter().map(|problem| problem.subject.rsplit(':').next().unwrap().to_owned()).collect();
        assert_eq!(lines, ["2", "4"]);
    }
}
