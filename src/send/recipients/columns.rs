//! A table → where the address, the name and the language of each recipient stand.

use super::table::{Record, Table};
use crate::model::Recipient;
use crate::send::address::clean_name;
use crate::send::{Error, Mailbox};

/// Headings that stand above addresses, whatever else they say ("E-mail Address", "Adresse e-mail").
const ADDRESS: [&str; 18] = [
    "mail",
    "address",
    "courriel",
    "correo",
    "epost",
    "sähköposti",
    "почта",
    "пошта",
    "имейл",
    "メール",
    "邮箱",
    "邮件",
    "郵件",
    "電郵",
    "메일",
    "بريد",
    "דואל",
    "ईमेल",
];
/// Headings above whole names; letters and digits of the heading only.
const NAME: [&str; 6] = ["name", "fullname", "displayname", "nomcomplet", "nombrecompleto", "nomecompleto"];
const FIRST_NAME: [&str; 13] = [
    "firstname",
    "fname",
    "givenname",
    "vorname",
    "prénom",
    "prenom",
    "nombre",
    "nome",
    "voornaam",
    "fornavn",
    "förnamn",
    "imię",
    "имя",
];
const LAST_NAME: [&str; 13] = [
    "lastname",
    "lname",
    "surname",
    "familyname",
    "nachname",
    "familienname",
    "nom",
    "nomdefamille",
    "apellido",
    "apellidos",
    "cognome",
    "achternaam",
    "фамилия",
];
const LANGUAGE: [&str; 10] =
    ["language", "lang", "locale", "sprache", "langue", "idioma", "lingua", "taal", "język", "язык"];

/// Where each value stands in a record.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Not empty; the first that holds an address counts.
    addresses: Vec<usize>,
    name: Option<usize>,
    first_name: Option<usize>,
    last_name: Option<usize>,
    language: Option<usize>,
    is_headed: bool,
}

impl Columns {
    /// The columns of `table`, and whether its first record is their heading.
    ///
    /// Without a heading the name and the language follow the address.
    pub(super) fn of(table: &Table) -> (Self, bool) {
        if let Some(head) = table.records().next().filter(|head| is_heading(&head.fields)) {
            return (Self::below(&head.fields, || table.records().skip(1)), true);
        }
        let width = table.records().map(|record| record.fields.len()).max().unwrap_or_default();
        let address = fullest((0..width).collect(), table.records()).unwrap_or_default();
        let mut others = (0..width).filter(|&column| column != address);
        let addresses = vec![address];
        (Self { addresses, name: others.next(), language: others.next(), ..Self::default() }, false)
    }

    fn below<R: Iterator<Item = Record>>(head: &[String], rows: impl Fn() -> R) -> Self {
        let head: Vec<String> = head.iter().map(|heading| key(heading)).collect();
        let find = |names: &[&str]| head.iter().position(|heading| names.contains(&heading.as_str()));
        let is_address = |&column: &usize| ADDRESS.iter().any(|word| head[column].contains(word));
        let named: Vec<usize> = (0..head.len()).filter(is_address).collect();
        let first = named.first().copied();
        // "Postal address", "Mail sent on": some of these hold none.
        let mut addresses = holding(named, rows());
        if addresses.is_empty() {
            let fullest = fullest((0..head.len()).collect(), rows());
            addresses.push(fullest.or(first).unwrap_or_default());
        }
        Self {
            addresses,
            name: find(&NAME),
            first_name: find(&FIRST_NAME),
            last_name: find(&LAST_NAME),
            language: find(&LANGUAGE),
            is_headed: true,
        }
    }

    /// The recipients in `fields`: one, or all of a line without a heading that holds nothing but addresses.
    ///
    /// # Errors
    /// When there is no address in them.
    pub(super) fn read(&self, fields: &[String]) -> Result<Vec<Recipient>, Error> {
        let filled: Vec<&String> = fields.iter().filter(|field| !field.is_empty()).collect();
        if !self.is_headed && filled.len() > 1 {
            let mailboxes: Result<Vec<Mailbox>, Error> =
                filled.into_iter().map(|field| Mailbox::parse(field)).collect();
            if let Ok(mailboxes) = mailboxes {
                let recipient = |Mailbox { name, address }| Recipient { address, name, language: None };
                return Ok(mailboxes.into_iter().map(recipient).collect());
            }
        }
        Ok(vec![self.one(fields)?])
    }

    fn one(&self, fields: &[String]) -> Result<Recipient, Error> {
        let field = |at: Option<usize>| at.and_then(|at| fields.get(at)).map(String::as_str).unwrap_or_default();
        let mut given = self.addresses.iter().map(|&at| field(Some(at))).filter(|field| !field.is_empty());
        let Mailbox { name, address } = Mailbox::parse(given.next().unwrap_or_default())?;
        let [whole, first, last] = [self.name, self.first_name, self.last_name].map(field);
        // Beside a first name alone, `Name` is the family's.
        let given = if last.is_empty() && !whole.contains(first) || whole.is_empty() {
            [first, whole, last].join(" ")
        } else {
            whole.to_owned()
        };
        let language = field(self.language);
        let name = clean_name(&given).or(name);
        Ok(Recipient { address, name, language: (!language.is_empty()).then(|| language.to_lowercase()) })
    }
}

/// A heading has no address, and says above one column that addresses are below it; or it is several words, none of which may be
/// an address that was mistyped.
fn is_heading(fields: &[String]) -> bool {
    let is_named = |field: &String| ADDRESS.iter().any(|word| key(field).contains(word));
    let is_word = |field: &String| {
        !field.is_empty() && !field.contains(['.', '(', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    };
    let has_none = !fields.iter().any(|field| field.contains('@'));
    has_none && (fields.iter().any(is_named) || fields.len() > 1 && fields.iter().all(is_word))
}

fn key(heading: &str) -> String {
    heading.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Which of `columns` holds most addresses, the first of equals; `None` if there is none in any.
fn fullest(columns: Vec<usize>, rows: impl Iterator<Item = Record>) -> Option<usize> {
    let found = counted(columns, rows).into_iter().filter(|(count, _)| *count > 0);
    found.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, column)| column)
}

/// Those of `columns` that hold addresses.
fn holding(columns: Vec<usize>, rows: impl Iterator<Item = Record>) -> Vec<usize> {
    counted(columns, rows).into_iter().filter(|(count, _)| *count > 0).map(|(_, column)| column).collect()
}

/// How many addresses each of `columns` holds.
fn counted(columns: Vec<usize>, rows: impl Iterator<Item = Record>) -> Vec<(usize, usize)> {
    let mut counted: Vec<(usize, usize)> = columns.into_iter().map(|column| (0, column)).collect();
    for row in rows {
        for (count, column) in &mut counted {
            let is_address = row.fields.get(*column).is_some_and(|field| Mailbox::parse(field).is_ok());
            *count += usize::from(is_address);
        }
    }
    counted
}
