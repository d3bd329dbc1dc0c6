//! Who gets the newsletter: `[mail] to` and a CSV file, checked, normalized, each once.
//!
//! The file is what people have: an export of a mailing service or a table saved by a spreadsheet, in any encoding, with
//! any separator, in any order of columns. What cannot be read with confidence is refused as a whole, before an edition
//! is made for it.

mod columns;
mod table;

use std::path::Path;

use self::columns::Columns;
use self::table::{Record, Table};
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
/// When an address in `to` is none, or the file cannot be read or holds lines and no recipient. A bad line among good
/// ones is a problem only.
pub fn recipients(options: &Options) -> Result<Recipients, Error> {
    let mut found = Recipients::default();
    for to in &options.to {
        let Mailbox { name, address } = Mailbox::parse(to.address())?;
        let language = to.language().map(str::to_lowercase);
        found.recipients.push(Recipient { address, name, language });
    }
    if let Some(path) = &options.recipients {
        let bytes = std::fs::read(path).map_err(Error::file(path))?;
        let refused = |why: String| Error::Recipients { path: path.clone(), why };
        let table = Table::of(&bytes).map_err(refused)?;
        drop(bytes);
        read(&table, path, &mut found)?;
    }
    for text in &options.bcc {
        let Mailbox { name, address } = Mailbox::parse(text)?;
        found.recipients.push(Recipient { address, name, language: None });
    }
    drop_repeated(&mut found.recipients);
    Ok(found)
}

fn read(table: &Table, path: &Path, found: &mut Recipients) -> Result<(), Error> {
    let (columns, has_heading) = Columns::of(table);
    let (before, mut lines) = (found.recipients.len(), 0);
    for Record { line, fields } in table.records().skip(usize::from(has_heading)) {
        lines += 1;
        match columns.read(&fields) {
            Ok(recipients) => found.recipients.extend(recipients),
            Err(error) => {
                let problem = Problem::new(format!("{}:{line}", path.display()), "this line is no recipient");
                found.problems.push(problem.because(error));
            }
        }
    }
    if found.recipients.len() > before || lines == 0 {
        return Ok(());
    }
    let why = match lines {
        1 => "its only line is no recipient".to_owned(),
        _ => format!("none of its {lines} lines is a recipient"),
    };
    Err(Error::Recipients { path: path.to_owned(), why })
}

/// Leaves each address once, where it stands first. Capitals make no other mailbox: no mail provider in use keeps two that
/// differ in them. By sorting places: a set of a million addresses would be as large as
/// they are.
fn drop_repeated(recipients: &mut Vec<Recipient>) {
    let address = |place: usize| recipients[place].address.chars().flat_map(char::to_lowercase);
    let mut places: Vec<usize> = (0..recipients.len()).collect();
    places.sort_unstable_by(|&one, &other| address(one).cmp(address(other)).then(one.cmp(&other)));
    let mut is_repeated = vec![false; recipients.len()];
    for two in places.windows(2).filter(|two| address(two[0]).eq(address(two[1]))) {
        is_repeated[two[1]] = true;
    }
    let mut repeated = is_repeated.into_iter();
    recipients.retain(|_| !repeated.next().unwrap_or_default());
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

    #[test]
    fn the_headings_of_other_programs_are_understood() {
        let ann = |name| [("a@example.org", Some(name), None)];
        check("First Name,Last Name,Email Address,Opted in\r\nAnn,Lee,a@example.org,yes\r\n", &ann("Ann Lee"), 0);
        check("Name;Vorname;E-Mail-Adresse\nLee;Ann;a@example.org\n", &ann("Ann Lee"), 0);
        check("Name,First Name,Email\nAnn Lee,Ann,a@example.org\n", &ann("Ann Lee"), 0);
        check("Nom;Prénom;Adresse e-mail\nLee;Ann;a@example.org\n", &ann("Ann Lee"), 0);
        check("Name,Address,Email\nAnn,1 Main Street,a@example.org\n", &ann("Ann"), 0);
        check("E-Mail;Name;Sprache\na@example.org;Ann;DE\n", &[("a@example.org", Some("Ann"), Some("de"))], 0);
        check(
            "Ann Lee,a@example.org\nBob,b@example.org\n",
            &[("a@example.org", Some("Ann Lee"), None), ("b@example.org", Some("Bob"), None)],
            0,
        );
        check("email,name\n", &[], 0);
    }

    #[test]
    fn lists_of_many_habits_are_read() {
        let ann = [("a@example.org", Some("Ann"), None)];
        let both = [("a@example.org", None, None), ("b@example.org", None, None)];
        for heading in
            ["E-post;Name", "Sähköposti;Name", "メールアドレス;Name", "电子邮件;Name", "이메일;Name", "Kontakt;Name"]
        {
            check(&format!("{heading}\r\na@example.org;Ann\r\n"), &ann, 0);
        }
        check("a@example.org; b@example.org\n", &both, 0);
        check("Work email,Private email\n,a@example.org\nb@example.org,c@example.org\n", &both, 0);
        check(
            "A@example.org\na@example.org\nB@Example.ORG\nb@example.org\n",
            &[("A@example.org", None, None), ("B@example.org", None, None)],
            0,
        );
        // A mistyped address in the first line is no heading.
        check("annexample.org,Ann\na@example.org,Ann\n", &ann, 1);
    }

    #[test]
    fn a_file_without_any_recipient_is_refused_as_a_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "email,name\nnobody,A\nneither,B\n").unwrap();
        let options =
            Options { to: vec!["a@example.org".into()], recipients: Some(file.path().into()), ..Options::default() };
        let error = recipients(&options).unwrap_err().to_string();
        assert!(error.ends_with("none of its 2 lines is a recipient"), "{error}");
    }
}
