//! Words that stand in a rendered edition where each reader's own data will be, and the one place that fills them.
//!
//! Sending and showing fill alike, so a dry run shows what the server gets. The words are drawn from a random secret that
//! is kept with the edition's message template: whoever writes an article cannot know them, and words that occur in an
//! edition by whatever chance are not used in it.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::Error;
use super::template::hex;
use crate::model::Edition;
use crate::render::Rendered;

/// A random number drawn once an edition; its copies are made from it again at every try.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EditionSecret([u8; 16]);

impl EditionSecret {
    /// A secret out of the operating system's random numbers.
    ///
    /// # Errors
    /// When the system has none.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
        Ok(Self(bytes))
    }

    /// The secret of these bytes: for tests and for editions that nobody gets.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for EditionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Words that stand in the rendered parts where each reader's own data will be.
///
/// They are made of characters that no escaping or wrapping touches. The link is one, so that a template can treat it like
/// any other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placeholders {
    /// Stands for the reader's address.
    pub address: String,
    /// Stands for the reader's unsubscribe link.
    pub unsubscribe: String,
}

impl Placeholders {
    /// The placeholders that `secret` gives for `edition`: none of them can be read out of its text, whatever is left out
    /// of that text when it is shown.
    pub fn new(secret: EditionSecret, edition: &Edition) -> Self {
        let text = letters(edition);
        let free = (0..=u32::MAX).map(|round| stem(secret, round)).find(|stem| !text.contains(stem.as_str()));
        Self::of(&free.expect("no text holds four thousand million different words of 24 letters"))
    }

    /// Those of message templates stored before placeholders had a secret.
    pub(super) fn without_secret(edition: &str) -> Self {
        Self::of(&hex(&Sha256::digest(format!("slots of {edition}")))[..24])
    }

    fn of(stem: &str) -> Self {
        Self { address: format!("slot{stem}address"), unsubscribe: format!("https://slot{stem}.invalid/unsubscribe") }
    }

    /// `rendered` as the reader at `address` gets it, who leaves the list at `unsubscribe`.
    pub fn fill(&self, rendered: &Rendered, address: &str, unsubscribe: &str) -> Rendered {
        Rendered {
            subject: self.fill_text(&rendered.subject, address, unsubscribe),
            html: self.fill_html(&rendered.html, address, unsubscribe),
            text: self.fill_text(&rendered.text, address, unsubscribe),
            markdown: self.fill_text(&rendered.markdown, address, unsubscribe),
        }
    }

    /// Whether there is anything to fill in `text`.
    pub(super) fn occur_in(&self, text: &str) -> bool {
        text.contains(&self.address) || text.contains(&self.unsubscribe)
    }

    pub(super) fn fill_text(&self, text: &str, address: &str, unsubscribe: &str) -> String {
        text.replace(&self.address, address).replace(&self.unsubscribe, unsubscribe)
    }

    pub(super) fn fill_html(&self, html: &str, address: &str, unsubscribe: &str) -> String {
        self.fill_text(html, &escape(address), &escape(unsubscribe))
    }
}

/// The word that `secret` gives in a round: the first is taken unless it occurs in the edition.
fn stem(secret: EditionSecret, round: u32) -> String {
    let mut hasher = Sha256::new();
    hasher.update(secret.0);
    hasher.update(round.to_le_bytes());
    hex(&hasher.finalize())[..24].to_owned()
}

/// The letters and digits of everything `edition` says, each value apart from the next.
///
/// Showing a text leaves out signs (invisible characters, line breaks), and a link is written in lower case, in ASCII and
/// without needless percent signs; neither puts letters in. So a word that is not here is not shown.
fn letters(edition: &Edition) -> String {
    let mut letters = String::new();
    collect(&serde_json::to_value(edition).unwrap_or_default(), &mut letters);
    letters
}

fn collect(value: &serde_json::Value, letters: &mut String) {
    match value {
        serde_json::Value::String(text) => {
            let text = percent_decode_str(text).decode_utf8_lossy();
            let plain = text.nfkc().flat_map(char::to_lowercase);
            letters.extend(plain.filter(char::is_ascii_alphanumeric));
            letters.push(' ');
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, letters)),
        serde_json::Value::Object(values) => values.values().for_each(|value| collect(value, letters)),
        _ => {}
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::render::{Reader, Templates, sample};

    static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::builtin("default").unwrap());

    /// The sample with `address` and `link` wherever a text from outside can stand.
    fn planted(address: &str, link: &str) -> Edition {
        let mut edition = sample();
        for section in &mut edition.sections {
            for story in &mut section.stories {
                story.headline = format!("Open {address} {link}");
                story.url = Some(link.to_owned());
                for place in story.places.iter_mut().chain(&mut story.also_in) {
                    (place.source, place.title, place.url) = (address.into(), link.into(), Some(link.into()));
                }
                for sentence in &mut story.sentences {
                    sentence.text = format!("It is {address}, see {link}.");
                    (sentence.source, sentence.link) = (address.into(), Some(format!("https://thief.example/?{link}")));
                }
            }
            for link_to in &mut section.more {
                (link_to.title, link_to.source, link_to.url) = (address.into(), link.into(), Some(link.into()));
            }
        }
        edition
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// Even who knew the secret would get nothing: invisible signs, capitals, wide letters and percent signs included.
        #[test]
        fn nothing_an_edition_shows_can_be_taken_for_a_placeholder(
            bytes in any::<[u8; 16]>(),
            junk in "[\u{200b}\u{ad}\u{202e}\u{1} .-]{0,3}",
            at in 1_usize..30,
            disguise in 0_u8..4,
        ) {
            let secret = EditionSecret::new(bytes);
            let Placeholders { address, unsubscribe } = Placeholders::of(&stem(secret, 0));
            let disguised = |word: &str| {
                let (start, end) = word.split_at(at.min(word.len()));
                let end = match (disguise, end.chars().next()) {
                    (1, _) => end.to_uppercase(),
                    (2, Some(first)) if first.is_ascii_alphanumeric() => format!("%{:02x}{}", first as u32, &end[1..]),
                    (3, Some(first)) if first.is_ascii_alphanumeric() => {
                        let wide = char::from_u32(first as u32 + 0xfee0).unwrap();
                        format!("{wide}{}", &end[1..])
                    }
                    _ => end.to_owned(),
                };
                format!("{start}{junk}{end}")
            };
            let edition = planted(&disguised(&address), &disguised(&unsubscribe));
            let drawn = Placeholders::new(secret, &edition);
            let shown = TEMPLATES.render(&edition, &Reader::default()).unwrap();
            prop_assert_eq!(drawn.fill(&shown, "ann@example.org", "https://example.org/leave"), shown);
        }
    }

    #[test]
    fn a_reader_made_of_placeholders_is_filled_in_and_escaped_in_html() {
        let (edition, secret) = (sample(), EditionSecret::new([3; 16]));
        let placeholders = Placeholders::new(secret, &edition);
        let Placeholders { address, unsubscribe } = placeholders.clone();
        let why = crate::render::Why::List { since: None };
        let reader = Reader { address, unsubscribe: Some(unsubscribe), why, ..Reader::default() };
        let shown = TEMPLATES.render(&edition, &reader).unwrap();
        let filled = placeholders.fill(&shown, "o'neill@example.org", "https://example.org/?a=1&t=2");
        assert!(filled.html.contains("o&#39;neill@example.org") && filled.html.contains("?a=1&amp;t=2"));
        assert!(filled.text.contains("o'neill@example.org") && filled.text.contains("?a=1&t=2"), "{}", filled.text);
        for part in [&filled.subject, &filled.html, &filled.text, &filled.markdown] {
            assert!(!placeholders.occur_in(part), "{part}");
        }
    }
}
