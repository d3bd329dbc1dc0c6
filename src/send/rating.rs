//! Links by which a reader answers "more of this" or "less of this" by mail, and the reading of such mails.
//!
//! A link is a `mailto:` whose subject names the newsletter, the story and the word, signed with HMAC-SHA256: a mail
//! that carries a wrong signature says nothing. Nobody learns what is only opened.

use std::path::PathBuf;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Error;
use super::token::Tokens;

/// `[rating]`: links in the mail that rate a story by answering.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RatingOptions {
    /// Address that the answers go to; `digest rate --from-mail` reads them.
    pub mailto: String,
    /// File with the secret that signs the links; any bytes, at least 16.
    pub secret_file: PathBuf,
}

/// Signs links and checks answers.
#[derive(Clone)]
pub struct RatingLinks {
    mailto: String,
    tokens: Tokens,
}

impl RatingLinks {
    /// By `options`.
    ///
    /// # Errors
    /// When the secret cannot be read or is short, or `mailto` is no address.
    pub fn new(options: &RatingOptions) -> Result<Self, Error> {
        if options.mailto.parse::<lettre::Address>().is_err() {
            return Err(Error::Settings("[rating] mailto must be a mail address".to_owned()));
        }
        let tokens = Tokens::read(&options.secret_file, "[rating] secret_file")?;
        Ok(Self { mailto: options.mailto.clone(), tokens })
    }

    /// The link that likes `story` or not.
    pub fn link(&self, newsletter: &str, story: &str, liked: bool) -> String {
        let words = ["rate", newsletter, story, sign(liked)];
        let subject = format!("rate {newsletter} {story} {} {}", sign(liked), self.tokens.token(&words));
        format!("mailto:{}?subject={}", self.mailto, utf8_percent_encode(&subject, NON_ALPHANUMERIC))
    }

    /// The rating in a mail with this subject, and its story; `None` if it is no answer to a link of `newsletter`.
    pub fn read(&self, newsletter: &str, subject: &str) -> Option<(String, bool)> {
        let words: Vec<&str> = subject.split_whitespace().collect();
        let at = words.windows(2).position(|pair| pair == ["rate", newsletter])?;
        let [story, word, token] = words.get(at + 2..at + 5)? else { return None };
        let liked = *word == sign(true);
        let known = liked || *word == sign(false);
        (known && self.tokens.fits(&["rate", newsletter, story, sign(liked)], token))
            .then(|| ((*story).to_owned(), liked))
    }
}

fn sign(liked: bool) -> &'static str {
    if liked { "+" } else { "-" }
}

#[cfg(test)]
mod tests {
    use super::{RatingLinks, RatingOptions};

    fn feedback(mailto: &str, secret: &str) -> Result<RatingLinks, super::Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), secret).unwrap();
        RatingLinks::new(&RatingOptions { mailto: mailto.into(), secret_file: file.path().to_owned() })
    }

    fn subject(link: &str) -> String {
        let (_, subject) = link.split_once("subject=").unwrap();
        percent_encoding::percent_decode_str(subject).decode_utf8().unwrap().into_owned()
    }

    #[test]
    fn an_answer_to_a_link_is_read_and_a_forged_one_is_not() {
        let feedback = feedback("me@example.org", "0123456789abcdef").unwrap();
        let link = feedback.link("morning", "abc", true);
        assert!(link.starts_with("mailto:me@example.org?subject=rate%20morning%20abc%20%2B%20"), "{link}");
        let subject = subject(&link);
        assert_eq!(feedback.read("morning", &subject), Some(("abc".to_owned(), true)));
        assert_eq!(feedback.read("morning", &format!("Re:  {subject}")), Some(("abc".to_owned(), true)));
        for forged in [subject.replace('+', "-"), subject.replace("abc", "abd"), "rate morning abc +".into()] {
            assert_eq!(feedback.read("morning", &forged), None, "{forged}");
        }
        assert_eq!(feedback.read("evening", &subject.replace("morning", "evening")), None);
    }

    #[test]
    fn a_short_secret_and_a_bad_address_are_told() {
        assert!(feedback("me@example.org", "short").is_err());
        assert!(feedback("nobody", "0123456789abcdef").is_err());
    }
}
