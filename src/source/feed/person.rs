use std::sync::LazyLock;

use regex::Regex;

use crate::model::Person;
use crate::source::markup::{one_line, plain};

static MAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+").expect("the pattern is a constant"));

/// An author as RSS writes one: `me@example.org (A. Name)`, `A. Name <me@example.org>`, or only one of both.
pub(super) fn person(raw: &str) -> Option<Person> {
    let text = one_line(&raw.replace("&lt;", "<").replace("&gt;", ">"));
    let Some(found) = MAIL.find(&text) else {
        let name = plain(&text);
        return (!name.is_empty()).then(|| Person { name: Some(name), ..Person::default() });
    };
    let email = found.as_str().to_owned();
    let rest = format!("{} {}", &text[..found.start()], &text[found.end()..]);
    let name = rest.replace("mailto:", "").replace("<>", "").replace("< >", "");
    let name = one_line(name.trim_matches(|c: char| c.is_whitespace() || "()<>,;:\"[]".contains(c)));
    // The mail address stands in for a missing name, as the model says.
    let name = if name.is_empty() { email.clone() } else { name };
    Some(Person { name: Some(name), email: Some(email), uri: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_is_split_into_name_and_mail() {
        for (raw, name, email) in [
            ("me@example.org (A. Name)", "A. Name", Some("me@example.org")),
            ("A. Name <me@example.org>", "A. Name", Some("me@example.org")),
            ("me@example.org", "me@example.org", Some("me@example.org")),
            ("mailto:me@example.org", "me@example.org", Some("me@example.org")),
            ("A. Name", "A. Name", None),
        ] {
            let person = person(raw).unwrap();
            assert_eq!((person.name.as_deref(), person.email.as_deref()), (Some(name), email), "{raw}");
        }
        assert_eq!(person("  "), None);
    }
}
