//! Adding sources to a config without touching what stands there.

use std::fmt::Write as _;

use toml_edit::{Array, Decor, DocumentMut, InlineTable, Value};

/// A source to be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewSource {
    /// Its name; made unique by a number if it is taken.
    pub name: String,
    /// `feed`, `page`, `sitemap`, `listing`, `files` or `maildir`.
    pub kind: &'static str,
    /// Where it is.
    pub place: String,
    /// The section its stories stand in.
    pub section: Option<String>,
    /// It may be on a private address.
    pub allow_private: bool,
}

/// `text` with `sources` behind those it has, in the way it writes them (`[[source]]` or `source = [{ … }]`), comments and order
/// untouched, and the names they got.
///
/// A source whose place the text names already is left out.
pub fn add_sources(text: &str, sources: &[NewSource]) -> (String, Vec<String>) {
    let mut taken: Vec<String> = names(text);
    let (mut new, mut added) = (Vec::new(), Vec::new());
    for source in sources {
        let place = toml::Value::from(source.place.as_str()).to_string();
        if text.contains(&place) || new.iter().any(|other: &NewSource| other.place == source.place) {
            continue;
        }
        let name = unique(&source.name, &taken);
        taken.push(name.clone());
        added.push(name.clone());
        new.push(NewSource { name, ..source.clone() });
    }
    if new.is_empty() {
        return (text.to_owned(), added);
    }
    (inline(text, &new).unwrap_or_else(|| with_tables(text, &new)), added)
}

/// `text` with a `[[source]]` at its end for each of `sources`.
fn with_tables(text: &str, sources: &[NewSource]) -> String {
    let mut result = text.to_owned();
    if !result.is_empty() && !result.ends_with('\n') {
        result.push('\n');
    }
    for source in sources {
        result.push_str("\n[[source]]\n");
        for (key, value) in source.keys() {
            let _ = writeln!(result, "{key} = {value}");
        }
    }
    result
}

/// `text` with `sources` in its array `source`; `None` if it has none.
fn inline(text: &str, sources: &[NewSource]) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let array = document.get_mut("source")?.as_array_mut()?;
    let is_spread = array.iter().last().is_some_and(|last| starts_a_line(last.decor()));
    let last = array.len().checked_sub(1).and_then(|last| array.get_mut(last));
    if let Some(decor) = last.map(Value::decor_mut).filter(|_| is_spread)
        && decor.suffix().and_then(|suffix| suffix.as_str()).is_some_and(|suffix| suffix.trim().is_empty())
    {
        decor.set_suffix("");
    }
    for source in sources {
        let table: InlineTable = source
            .keys()
            .into_iter()
            .map(|(key, value)| (key, value.parse().unwrap_or_else(|_| Value::from(value))))
            .collect();
        let mut value = Value::from(table);
        value.decor_mut().set_prefix(if is_spread {
            "\n  "
        } else if array.is_empty() {
            ""
        } else {
            " "
        });
        array.push_formatted(value);
    }
    if is_spread {
        keep_comment(array, sources.len());
    }
    Some(document.to_string())
}

fn starts_a_line(decor: &Decor) -> bool {
    decor.prefix().and_then(|prefix| prefix.as_str()).is_some_and(|prefix| prefix.contains('\n'))
}

/// A comment behind the last element before stays behind it, and the array ends in a line of its own.
fn keep_comment(array: &mut Array, added: usize) {
    let behind = array.trailing().as_str().unwrap_or_default().to_owned();
    let first = array.len() - added;
    if let Some((comment, _)) = behind.rsplit_once('\n').filter(|(comment, _)| comment.contains('#'))
        && let Some(value) = array.get_mut(first)
    {
        value.decor_mut().set_prefix(format!("{comment}\n  "));
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
}

impl NewSource {
    /// Its keys with their values as a config has them.
    fn keys(&self) -> Vec<(&'static str, String)> {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut keys = vec![("name", quoted(&self.name)), (self.kind, quoted(&self.place))];
        keys.extend(self.section.as_deref().map(|section| ("section", quoted(section))));
        keys.extend(self.allow_private.then(|| ("allow_private", "true".to_owned())));
        keys
    }
}

fn names(text: &str) -> Vec<String> {
    let table: toml::Table = text.parse().unwrap_or_default();
    let sources = table.get("source").and_then(toml::Value::as_array);
    let name = |source: &toml::Value| source.get("name").and_then(toml::Value::as_str).map(str::to_owned);
    sources.into_iter().flatten().filter_map(name).collect()
}

fn unique(name: &str, taken: &[String]) -> String {
    let name = if name.trim().is_empty() { "source" } else { name.trim() };
    let free = |candidate: &String| !taken.contains(candidate);
    let numbered = (2..).map(|number| format!("{name} {number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_added_behind_what_stands_there() {
        let before = "# mine\nversion = 1\n\n[[source]]\nname = \"One\" # first\nfeed = \"https://one.example/\"";
        let new = |name: &str, place: &str| NewSource {
            name: name.into(),
            kind: "feed",
            place: place.into(),
            section: Some("World".into()),
            allow_private: false,
        };
        let sources = [new("One", "https://two.example/"), new("Again", "https://one.example/")];
        let (after, added) = add_sources(before, &sources);
        assert!(after.starts_with(before), "{after}");
        assert_eq!(added, ["One 2"]);
        let table: toml::Table = after.parse().unwrap();
        assert_eq!(table["source"].as_array().unwrap().len(), 2);
        assert_eq!(table["source"][1]["section"].as_str(), Some("World"));
    }

    #[test]
    fn a_source_is_added_in_the_way_the_config_writes_them() {
        let source = |n: u32| NewSource {
            name: format!("S{n}"),
            kind: "feed",
            place: format!("https://{n}.example/"),
            ..NewSource::default()
        };
        for (before, after) in [
            ("source = []\n[mail]\n", "source = [{ name = \"S1\", feed = \"https://1.example/\" }]\n[mail]\n"),
            (
                "source = [{ name = 'A', feed = 'a' }] # mine\n[mail]\n",
                "source = [{ name = 'A', feed = 'a' }, { name = \"S1\", feed = \"https://1.example/\" }] # mine\n[mail]\n",
            ),
            (
                "source = [\n  { name = 'A', feed = 'a' }, # first\n]\n",
                "source = [\n  { name = 'A', feed = 'a' }, # first\n  { name = \"S1\", feed = \"https://1.example/\" },\n]\n",
            ),
            (
                "source = [\n  { name = 'A', feed = 'a' }\n]\n",
                "source = [\n  { name = 'A', feed = 'a' },\n  { name = \"S1\", feed = \"https://1.example/\" },\n]\n",
            ),
        ] {
            let (found, added) = add_sources(before, &[source(1)]);
            assert_eq!((found.as_str(), added.len()), (after, 1));
            let (twice, _) = add_sources(&found, &[source(1), source(2)]);
            let table: toml::Table = twice.parse().unwrap();
            assert_eq!(table["source"].as_array().unwrap().len(), before.matches("name").count() + 2, "{twice}");
        }
    }
}
