//! A DKIM signature of our own (RFC 6376, RFC 8463), with the time of signing as an argument.
//!
//! Libraries sign with the clock; then no dry run could show the message that is sent, nor a second try make it again.
//! Each header is named once more than it is there, so that nobody can add another: receivers show the first or the last
//! of two, as they like (RFC 6376, section 8.15).

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, alg_id};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{DkimOptions, Error};

/// Headers that are signed, those that are not there as well.
const SIGNED: [&str; 13] = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
];

/// Signs messages with one key.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

/// A private key.
enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("domain", &self.domain).field("selector", &self.selector).finish_non_exhaustive()
    }
}

impl Signer {
    /// Reads the key of `options`.
    ///
    /// # Errors
    /// When the key cannot be read or is of no known kind; the message says how to convert it.
    pub fn new(options: &DkimOptions) -> Result<Self, Error> {
        let path = &options.key_file;
        let text = SecretString::from(std::fs::read_to_string(path).map_err(Error::file(path))?);
        let key = read_key(text.expose_secret(), path)?;
        Ok(Self { domain: options.domain.clone(), selector: options.selector.clone(), key })
    }

    /// The value of the `DKIM-Signature` header made at `time` for `message`, which must have all its other headers.
    pub(super) fn sign(&self, message: &lettre::Message, time: Timestamp) -> String {
        let bytes = message.formatted();
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let fields = fields(head);
        let count = |name: &str| fields.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).count();
        let once_more = |name: &str| std::iter::repeat_n(name.to_ascii_lowercase(), 1 + count(name));
        let signed: Vec<String> = SIGNED.into_iter().flat_map(once_more).collect();
        let body_hash = BASE64.encode(Sha256::digest(relaxed_body(body)));
        let unsigned = format!(
            "v=1; a={}-sha256; d={}; s={}; c=relaxed/relaxed; q=dns/txt; t={}; h={}; bh={body_hash}; b=",
            self.kind(),
            self.domain,
            self.selector,
            time.as_second(),
            signed.join(":"),
        );
        let mut words = String::new();
        for (place, name) in signed.iter().enumerate() {
            // The nth mention of a name is its nth field from below; one that is not there is signed as missing.
            let earlier = signed[..place].iter().filter(|other| *other == name).count();
            let mut named = fields.iter().rev().filter(|(known, _)| known.eq_ignore_ascii_case(name));
            if let Some((_, value)) = named.nth(earlier) {
                words.push_str(&format!("{name}:{}\r\n", relaxed(value)));
            }
        }
        words.push_str(&format!("dkim-signature:{}", relaxed(&unsigned)));
        format!("{unsigned}{}", BASE64.encode(self.key.sign(words.as_bytes())))
    }

    /// The domain that vouches for the mail.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Where receivers look for the public key.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The TXT record receivers have to find there.
    pub fn record(&self) -> String {
        format!("v=DKIM1; k={}; p={}", self.kind(), BASE64.encode(self.public_key()))
    }

    fn kind(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "rsa",
            Key::Ed25519(_) => "ed25519",
        }
    }

    /// The public half of the key as the record has it: with its kind for RSA, bare for Ed25519 (RFC 8463, 4).
    fn public_key(&self) -> Vec<u8> {
        match &self.key {
            Key::Rsa(key) => rustls::sign::public_key_to_spki(&alg_id::RSA_ENCRYPTION, key.public_key()).to_vec(),
            Key::Ed25519(key) => key.public_key().as_ref().to_vec(),
        }
    }
}

impl Key {
    /// The signature of the SHA-256 hash of `words`.
    fn sign(&self, words: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                // The random numbers hide the key from who measures time; the signature does not depend on them.
                let signed = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), words, &mut signature);
                signed.expect("the system gives random numbers, and the signature is as long as the key");
                signature
            }
            Self::Ed25519(key) => key.sign(&Sha256::digest(words)).as_ref().to_vec(),
        }
    }
}

/// The fields of a head: each with its name and its value, folded as it stands.
fn fields(head: &str) -> Vec<(&str, String)> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for line in head.split("\r\n") {
        match (line.starts_with([' ', '\t']), fields.last_mut()) {
            (true, Some((_, value))) => value.push_str(line),
            _ => fields.extend(line.split_once(':').map(|(name, value)| (name.trim_end(), value.to_owned()))),
        }
    }
    fields
}

/// Runs of blanks as one, none at either end (RFC 6376, 3.4.2).
fn relaxed(value: &str) -> String {
    value.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Runs of blanks as one, none at the end of a line, no empty lines at the end (RFC 6376, 3.4.4).
fn relaxed_body(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    for line in body.split("\r\n") {
        let mut words = line.split([' ', '\t']);
        text.push_str(words.next().unwrap_or_default());
        for word in words.filter(|word| !word.is_empty()) {
            text.push(' ');
            text.push_str(word);
        }
        text.push_str("\r\n");
    }
    let end = text.trim_end_matches("\r\n").len();
    text.truncate(end);
    if !text.is_empty() {
        text.push_str("\r\n");
    }
    text
}

/// The private key in `text`.
fn read_key(text: &str, path: &Path) -> Result<Key, Error> {
    let fails = |why: &str| Error::Key { path: path.to_owned(), why: why.to_owned() };
    let unknown = || fails("it is no private key: make one with `openssl genrsa -out dkim.pem 2048`");
    let text = text.trim();
    if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        Err(fails("it is encrypted: remove the passphrase with `openssl pkey -in KEY -out dkim.pem`"))
    } else if text.contains("PUBLIC KEY-----") {
        Err(fails("it is the public key: name the private one"))
    } else if text.contains("-----BEGIN ") {
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| unknown())?;
        from_der(&key).map_err(|why| fails(&why))
    } else {
        let seed = BASE64.decode(text).ok();
        let key = seed.and_then(|seed| Ed25519KeyPair::from_seed_unchecked(&seed).ok());
        key.map(|key| Key::Ed25519(Box::new(key))).ok_or_else(unknown)
    }
}

/// OpenSSL writes keys of both kinds as PKCS#8 (RFC 5208), those of RSA as PKCS#1, too.
fn from_der(key: &PrivateKeyDer<'_>) -> Result<Key, String> {
    let rsa = match key {
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(key) => match ed25519(key) {
            Some(key) => return Ok(Key::Ed25519(Box::new(key))),
            None => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        },
        _ => return Err("it is neither an RSA nor an Ed25519 key".to_owned()),
    };
    rsa.map(|key| Key::Rsa(Box::new(key))).map_err(|why| match why.to_string().as_str() {
        "TooSmall" => "it has less than 2,048 bits: make one with `openssl genrsa -out dkim.pem 2048`".to_owned(),
        why => format!("it is neither an RSA nor an Ed25519 key that can sign ({why})"),
    })
}

fn ed25519(key: &PrivatePkcs8KeyDer<'_>) -> Option<Ed25519KeyPair> {
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.secret_pkcs8_der()).ok()
}
