//! How a reader can leave: one https address each, with a token that tells others nothing (RFC 8058).

use super::token::Tokens;
use super::{Error, Options};

/// Makes each reader's own unsubscribe address.
pub(super) struct Links {
    template: String,
    tokens: Tokens,
}

impl Links {
    /// The links of `options`; `None` if it names no `unsubscribe_url`.
    ///
    /// # Errors
    /// When the address is no https one with `{token}` in it, or the secret is missing or short.
    pub(super) fn new(options: &Options) -> Result<Option<Self>, Error> {
        let Some(template) = &options.unsubscribe_url else { return Ok(None) };
        let settings = |why: &str| Err(Error::Settings(format!("[mail] {why}")));
        let is_https = url::Url::parse(&template.replace("{token}", "0")).is_ok_and(|url| url.scheme() == "https");
        let is_plain = template.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte));
        if !is_https || !is_plain || !template.contains("{token}") {
            return settings("unsubscribe_url must be an https address with `{token}` in it");
        }
        let Some(path) = &options.unsubscribe_secret_file else {
            return settings("unsubscribe_url needs an `unsubscribe_secret_file`: `openssl rand -hex 32 > secret`");
        };
        let tokens = Tokens::read(path, "[mail] unsubscribe_secret_file")?;
        Ok(Some(Self { template: template.clone(), tokens }))
    }

    /// The address by which `address` leaves `newsletter`; the same in every edition.
    pub(super) fn link(&self, newsletter: &str, address: &str) -> String {
        self.template.replace("{token}", &self.tokens.token(&[newsletter, address]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str, secret: &str) -> (tempfile::NamedTempFile, Options) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), secret).unwrap();
        let unsubscribe_secret_file = Some(file.path().to_owned());
        (file, Options { unsubscribe_url: Some(url.into()), unsubscribe_secret_file, ..Options::default() })
    }

    #[test]
    fn each_reader_has_one_link_that_shows_no_address() {
        let (_file, options) = options("https://example.org/leave?t={token}", "0123456789abcdef\n");
        let links = Links::new(&options).unwrap().unwrap();
        let ann = links.link("morning", "ann@example.org");
        assert_eq!(ann, links.link("morning", "ann@example.org"));
        assert_ne!(ann, links.link("evening", "ann@example.org"));
        assert_ne!(ann, links.link("morning", "bob@example.org"));
        assert!(ann.starts_with("https://example.org/leave?t=") && ann.len() == 28 + 32 && !ann.contains("ann"));
    }

    #[test]
    fn a_bad_address_or_secret_is_told() {
        for (url, secret) in [
            ("http://example.org/{token}", "0123456789abcdef"),
            ("https://example.org/", "0123456789abcdef"),
            ("https://example.org/{token}>,<mailto:x>", "0123456789abcdef"),
            ("https://example.org/{token}", "short"),
        ] {
            assert!(Links::new(&options(url, secret).1).is_err(), "{url} {secret}");
        }
        assert!(Links::new(&Options::default()).unwrap().is_none());
    }
}
