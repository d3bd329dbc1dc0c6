//! Short signatures of our own words, made with a secret that lies in a file.

use std::path::Path;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Error;
use super::template::hex;

/// A secret shorter than this can be guessed.
const SHORTEST_SECRET: usize = 16;

/// Bytes of a token: half of the signature, which nobody can guess either.
const BYTES: usize = 16;

/// Makes and checks tokens (HMAC-SHA256).
#[derive(Clone)]
pub(super) struct Tokens(Hmac<Sha256>);

impl Tokens {
    /// Tokens made with the secret in the file at `path`, which the config calls `key`.
    ///
    /// # Errors
    /// When the file cannot be read or holds less than 16 bytes.
    pub(super) fn read(path: &Path, key: &str) -> Result<Self, Error> {
        let secret = std::fs::read(path).map_err(Error::file(path))?;
        let secret = secret.trim_ascii();
        if secret.len() < SHORTEST_SECRET {
            let words = format!("{key} holds less than {SHORTEST_SECRET} bytes: `openssl rand -hex 32 > secret`");
            return Err(Error::Settings(words));
        }
        Ok(Self(Hmac::new_from_slice(secret).expect("HMAC takes a key of any length")))
    }

    /// The token of `words`, in hexadecimal.
    pub(super) fn token(&self, words: &[&str]) -> String {
        hex(&self.sign(words).finalize().into_bytes()[..BYTES])
    }

    /// Whether `token` is that of `words`; takes as long for a token that is nearly right as for any other.
    pub(super) fn fits(&self, words: &[&str], token: &str) -> bool {
        let digits = token.len() == 2 * BYTES && token.is_ascii();
        let byte = |at: usize| u8::from_str_radix(token.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..token.len()).step_by(2).map(byte).collect();
        bytes.is_some_and(|bytes| digits && self.sign(words).verify_truncated_left(&bytes).is_ok())
    }

    fn sign(&self, words: &[&str]) -> Hmac<Sha256> {
        let mut signature = self.0.clone();
        signature.update(words.join("\n").as_bytes());
        signature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(secret: &str) -> Result<Tokens, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), secret).unwrap();
        Tokens::read(file.path(), "[mail] unsubscribe_secret_file")
    }

    #[test]
    fn a_token_fits_its_words_whole_and_no_others() {
        let tokens = tokens("0123456789abcdef\n").unwrap();
        let token = tokens.token(&["morning", "ann"]);
        assert!(tokens.fits(&["morning", "ann"], &token));
        for (words, token) in [
            (["morning", "bob"], token.as_str()),
            (["morning", "ann"], &token[..30]),
            (["morning", "ann"], ""),
            (["morning", "ann"], "\u{e4}bcdefghijklmnopqrstuvwxyz01234"),
        ] {
            assert!(!tokens.fits(&words, token), "{words:?} {token}");
        }
    }

    #[test]
    fn a_short_secret_is_named_by_its_key() {
        let error = tokens("short").map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with("[mail] unsubscribe_secret_file holds less than 16 bytes"), "{error}");
    }
}
