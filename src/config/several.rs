//! Several newsletters in one file: `[[newsletter]]`.
//!
//! Each entry is a `[newsletter]` that may hold tables of its own (`[newsletter.mail]`, `[newsletter.summary]`), which go before
//! those of the file, and name the `sources` that it reads; all of them if it names none. Everything else they share. The config
//! of one of them is a config as any other.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use crate::config::diagnostic::{Diagnostic, did_you_mean};
use crate::config::overlay::merge;

const NEWSLETTER: &str = "newsletter";
const SOURCES: &str = "sources";

/// The names of the newsletters in `text`, if it has several in a list.
pub fn newsletters(text: &str) -> Vec<String> {
    let Ok(document) = text.parse::<DocumentMut>() else { return Vec::new() };
    entries(&document).into_iter().flat_map(ArrayOfTables::iter).map(name_of).collect()
}

/// The config of the newsletter `wanted` in `text`; `None` where the text is one newsletter's already.
///
/// # Errors
/// It has several and none is wanted, or not that one; two have one name; a source it names is not there.
pub(super) fn of_one(text: &str, wanted: Option<&str>) -> Result<Option<String>, Diagnostic> {
    let Ok(mut document) = text.parse::<DocumentMut>() else { return Ok(None) };
    let Some(list) = entries(&document).cloned() else {
        return match wanted {
            Some(wanted) if single(&document) != wanted => Err(unknown(wanted, &[single(&document)])),
            _ => Ok(None),
        };
    };
    let names: Vec<String> = list.iter().map(name_of).collect();
    if let Some(twice) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
        let message = format!("two newsletters are called `{}`", twice.1);
        return Err(Diagnostic::at(None, message).hint("give each [[newsletter]] a `name` of its own"));
    }
    let place = match wanted {
        Some(wanted) => names.iter().position(|name| name == wanted).ok_or_else(|| unknown(wanted, &names))?,
        None if names.len() == 1 => 0,
        None => {
            let message = format!("this config has {} newsletters: {}", names.len(), names.join(", "));
            return Err(Diagnostic::at(None, message).hint("say which: `--newsletter NAME`"));
        }
    };
    let mut own = list.iter().nth(place).cloned().unwrap_or_default();
    if let Some(sources) = own.remove(SOURCES) {
        keep_sources(&mut document, &sources)?;
    }
    document.remove(NEWSLETTER);
    let tables: Vec<String> = own
        .iter()
        .filter(|(_, item)| item.is_table_like() || item.is_array_of_tables())
        .map(|(key, _)| key.to_owned())
        .collect();
    let mut over = Table::new();
    for key in tables {
        over.extend(own.remove(&key).map(|item| (key, item)));
    }
    own.set_position(None);
    document.insert(NEWSLETTER, Item::Table(own));
    merge(document.as_table_mut(), &over);
    Ok(Some(document.to_string()))
}

fn entries(document: &DocumentMut) -> Option<&ArrayOfTables> {
    document.get(NEWSLETTER)?.as_array_of_tables()
}

fn name_of(table: &Table) -> String {
    table.get("name").and_then(Item::as_str).unwrap_or("digest").to_owned()
}

/// The name of the one newsletter of a file.
fn single(document: &DocumentMut) -> String {
    let name = document.get(NEWSLETTER).and_then(|table| table.get("name")).and_then(Item::as_str);
    name.unwrap_or("digest").to_owned()
}

fn unknown(wanted: &str, names: &[String]) -> Diagnostic {
    let hint = did_you_mean(wanted, names.iter().map(String::as_str));
    let mistake = Diagnostic::at(None, format!("no newsletter of this config is called `{wanted}`"));
    mistake.hint(hint.unwrap_or_else(|| format!("it has: {}", names.join(", "))))
}

/// Leaves the sources that are named.
fn keep_sources(document: &mut DocumentMut, named: &Item) -> Result<(), Diagnostic> {
    let wanted: Option<Vec<&str>> = named.as_array().map(|all| all.iter().filter_map(|name| name.as_str()).collect());
    let Some(wanted) = wanted else {
        return Err(Diagnostic::at(None, "`sources` of a [[newsletter]] is a list of names: [\"Coast Daily\"]"));
    };
    let Some(known) = document.get_mut("source").and_then(Item::as_array_of_tables_mut) else {
        return Err(Diagnostic::at(None, "a [[newsletter]] names `sources`, and there is no [[source]]"));
    };
    let names: Vec<String> = known.iter().filter_map(|table| table.get("name")?.as_str().map(str::to_owned)).collect();
    if let Some(missing) = wanted.iter().find(|name| names.iter().all(|known| known != *name)) {
        let hint = did_you_mean(missing, names.iter().map(String::as_str));
        let mistake =
            Diagnostic::at(None, format!("a [[newsletter]] names the source `{missing}`, which is not there"));
        return Err(mistake.hint(hint.unwrap_or_else(|| "`digest source list` names them".to_owned())));
    }
    known.retain(|table| table.get("name").and_then(Item::as_str).is_some_and(|name| wanted.contains(&name)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "[[newsletter]]\nname = 'morning'\ntitle = 'A'\n[newsletter.summary]\nwords = 40\n[[newsletter]]\nname = 'weekend'\n\
        sources = ['b']\n[newsletter.mail]\nto = ['x@example.org']\n[mail]\nfrom = 'a@example.org'\nto = ['y@example.org']\n\
        [[source]]\nname = 'a'\nfeed = 'a.xml'\n[[source]]\nname = 'b'\nfeed = 'b.xml'\n";

    #[test]
    fn each_has_its_own_and_the_rest_is_shared() {
        assert_eq!(newsletters(TWO), ["morning", "weekend"]);
        let of = |name: &str| of_one(TWO, Some(name)).unwrap().unwrap().parse::<toml::Table>().unwrap();
        let (morning, weekend) = (of("morning"), of("weekend"));
        assert_eq!(
            (morning["newsletter"]["title"].as_str(), morning["summary"]["words"].as_integer()),
            (Some("A"), Some(40))
        );
        assert_eq!(
            (morning["mail"]["to"][0].as_str(), morning["source"].as_array().unwrap().len()),
            (Some("y@example.org"), 2)
        );
        assert_eq!(weekend["newsletter"]["name"].as_str(), Some("weekend"));
        assert_eq!(
            (weekend["mail"]["to"][0].as_str(), weekend["mail"]["from"].as_str()),
            (Some("x@example.org"), Some("a@example.org"))
        );
        assert_eq!(
            (weekend["source"][0]["name"].as_str(), weekend["source"].as_array().unwrap().len()),
            (Some("b"), 1)
        );
        assert!(weekend.get("summary").is_none() && weekend["newsletter"].get("sources").is_none());
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        let said = |text: &str, wanted: Option<&str>| of_one(text, wanted).unwrap_err().message;
        assert_eq!(said(TWO, None), "this config has 2 newsletters: morning, weekend");
        assert_eq!(said(TWO, Some("evening")), "no newsletter of this config is called `evening`");
        assert!(said(&TWO.replace("weekend", "morning"), Some("morning")).contains("two newsletters"));
        assert!(said(&TWO.replace("['b']", "['c']"), Some("weekend")).contains("`c`, which is not there"));
        assert_eq!(of_one("[newsletter]\nname = 'a'", None), Ok(None));
        assert_eq!(of_one("[newsletter]\nname = 'a'", Some("a")), Ok(None));
        assert!(of_one("", Some("b")).is_err());
    }
}
