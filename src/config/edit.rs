//! Adding sources to a config without touching what stands there.

use std::fmt::Write as _;

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

/// `text` with `sources` at its end, comments and order untouched, and the names they got.
///
/// A source whose place the text names already is left out.
pub fn add_sources(text: &str, sources: &[NewSource]) -> (String, Vec<String>) {
    let mut taken: Vec<String> = names(text);
    let mut result = text.to_owned();
    if !result.is_empty() && !result.ends_with('\n') {
        result.push('\n');
    }
    let mut added = Vec::new();
    for source in sources {
        let place = toml::Value::from(source.place.as_str()).to_string();
        if result.contains(&place) {
            continue;
        }
        let name = unique(&source.name, &taken);
        let quoted = toml::Value::from(name.as_str());
        let _ = write!(result, "\n[[source]]\nname = {quoted}\n{} = {place}\n", source.kind);
        if let Some(section) = &source.section {
            let _ = writeln!(result, "section = {}", toml::Value::from(section.as_str()));
        }
        if source.allow_private {
            result.push_str("allow_private = true\n");
        }
        taken.push(name.clone());
        added.push(name);
    }
    (result, added)
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
}
