//! Changes that stand beside the config: `conf.d/*.toml` in its folder, and `DIGEST__TABLE__KEY` in the environment.
//!
//! Tables are merged key by key, sources, sections and rules are added, any other value is replaced: by the files in the order
//! of their names, then by the environment. Each is checked by itself, so that a mistake is named where it was made.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use crate::config::diagnostic::{Diagnostic, Mistakes};
use crate::config::file::File;
use crate::fetch::plain;

/// How the variables begin that set a key.
const PREFIX: &str = "DIGEST__";
/// The folder of more config, beside the config.
const FOLDER: &str = "conf.d";

/// Something that changes the config.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// The file's path, or the variable with its sign: `$DIGEST__MAIL__FROM`.
    pub name: String,
    /// Its keys and values, as TOML.
    pub text: String,
}

/// Everything that changes the config at `path`, in the order it is applied.
///
/// # Errors
/// A file that cannot be read, or is no config; a variable that names no key or has no value of its type.
pub fn overlays(path: &Path) -> Result<Vec<Overlay>, Mistakes> {
    let base = path.parent().unwrap_or(Path::new(""));
    let mut all = Vec::new();
    for file in files(&base.join(FOLDER)) {
        let name = file.display().to_string();
        let text = fs::read_to_string(&file).map_err(|error| Mistakes {
            path: name.clone(),
            text: String::new(),
            diagnostics: vec![Diagnostic::at(None, format!("cannot read it: {}", plain(&error.to_string())))],
        })?;
        all.push(checked(Overlay { name, text })?);
    }
    for (variable, value) in variables() {
        all.push(from_variable(&variable, &value)?);
    }
    Ok(all)
}

/// `text` with `overlays` applied; as it is where there are none.
pub(super) fn merged(text: &str, overlays: &[Overlay]) -> String {
    if overlays.is_empty() {
        return text.to_owned();
    }
    // Both were read as configs before.
    let Ok(mut document) = text.parse::<DocumentMut>() else { return text.to_owned() };
    for overlay in overlays {
        if let Ok(more) = overlay.text.parse::<DocumentMut>() {
            merge(document.as_table_mut(), more.as_table());
        }
    }
    document.to_string()
}

/// Puts `more` into `into`: tables key by key, lists of tables behind each other, everything else in its place.
pub(super) fn merge(into: &mut dyn TableLike, more: &Table) {
    for (key, item) in more {
        match (into.get_mut(key), item) {
            (Some(Item::ArrayOfTables(known)), Item::ArrayOfTables(added)) => known.extend(added.iter().cloned()),
            (Some(Item::Value(Value::Array(known))), Item::ArrayOfTables(added)) => {
                known.extend(added.iter().cloned().map(Table::into_inline_table));
            }
            (Some(known), Item::Table(added)) if known.is_table_like() => {
                if let Some(known) = known.as_table_like_mut() {
                    merge(known, added);
                }
            }
            _ => {
                into.insert(key, item.clone());
            }
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    files.sort();
    files
}

fn variables() -> Vec<(String, String)> {
    let known = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok().filter(|name| name.starts_with(PREFIX))?, value.into_string().ok()?))
    };
    let mut found: Vec<(String, String)> = env::vars_os().filter_map(known).collect();
    found.sort();
    found
}

/// `DIGEST__MAIL__SMTP__PORT=25` as `[mail.smtp] port = 25`: a value of TOML, else a text.
fn from_variable(variable: &str, value: &str) -> Result<Overlay, Mistakes> {
    let path = variable[PREFIX.len()..].to_ascii_lowercase();
    let (tables, key) = match path.rsplit_once("__") {
        Some((tables, key)) => (tables.replace("__", "."), key),
        None => (String::new(), path.as_str()),
    };
    let name = format!("${variable}");
    let is_key = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_key(key) || tables.split('.').any(|table| !tables.is_empty() && !is_key(table)) {
        let hint = "write it as `DIGEST__TABLE__KEY`: `DIGEST__MAIL__SMTP__HOST`";
        let diagnostics = vec![Diagnostic::at(None, "it names no key of the config").hint(hint)];
        return Err(Mistakes { path: name, text: String::new(), diagnostics });
    }
    let table = if tables.is_empty() { String::new() } else { format!("[{tables}]\n") };
    let text = |value: &str| format!("{table}{key} = {value}\n");
    let quoted = || text(&toml::Value::from(value).to_string());
    let given = Overlay { name: name.clone(), text: text(value) };
    checked(given).or_else(|_| checked(Overlay { name, text: quoted() }))
}

/// The overlay, if a config may say this.
fn checked(overlay: Overlay) -> Result<Overlay, Mistakes> {
    match File::read(&overlay.text) {
        Ok(_) => Ok(overlay),
        Err(mistake) => Err(Mistakes { path: overlay.name, text: overlay.text, diagnostics: vec![mistake] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay(text: &str) -> Overlay {
        Overlay { name: String::new(), text: text.to_owned() }
    }

    #[test]
    fn tables_are_merged_lists_of_tables_grow_and_values_are_replaced() {
        let text =
            "# mine\n[newsletter]\ntitle = 'A' # kept\nsections = ['x']\n[[source]]\nname = 'a'\nfeed = 'a.xml'\n";
        let more = "[newsletter]\nsections = ['y']\nmax_more = 3\n[[source]]\nname = 'b'\nfeed = 'b.xml'\n[summary]\nwords = 9\n";
        let merged = merged(text, &[overlay(more), overlay("[newsletter]\nmax_more = 4\n")]);
        let table: toml::Table = merged.parse().unwrap();
        assert_eq!(table["newsletter"]["max_more"].as_integer(), Some(4));
        assert_eq!(table["newsletter"]["sections"][0].as_str(), Some("y"));
        assert_eq!(table["source"].as_array().map(Vec::len), Some(2));
        assert_eq!(table["summary"]["words"].as_integer(), Some(9));
        assert!(merged.starts_with("# mine\n[newsletter]\ntitle = 'A' # kept\n"), "{merged}");
        let inline = super::merged("source = [{ name = 'a', feed = 'a.xml' }]", &[overlay(more)]);
        assert_eq!(inline.parse::<toml::Table>().unwrap()["source"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn a_variable_is_a_value_or_a_text() {
        let said = |variable: &str, value: &str| from_variable(variable, value).map(|overlay| overlay.text);
        assert_eq!(said("DIGEST__MAIL__SMTP__PORT", "25").unwrap(), "[mail.smtp]\nport = 25\n");
        assert_eq!(said("DIGEST__MAIL__TO", "['a@example.org']").unwrap(), "[mail]\nto = ['a@example.org']\n");
        assert_eq!(said("DIGEST__NEWSLETTER__TITLE", "25 years").unwrap(), "[newsletter]\ntitle = \"25 years\"\n");
        assert_eq!(said("DIGEST__NEWSLETTER__TITLE", "25").unwrap(), "[newsletter]\ntitle = \"25\"\n");
        let wrong = said("DIGEST__MAIL__PROT", "25").unwrap_err();
        assert_eq!(wrong.path, "$DIGEST__MAIL__PROT");
        assert!(said("DIGEST__MAIL__", "25").is_err() && said("DIGEST__", "25").is_err());
        assert!(said("DIGEST__MAIL__SMTP__PORT", "many").is_err());
    }
}
