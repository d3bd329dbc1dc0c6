//! A DKIM signature of our own (RFC 6376, RFC 8463), with the time of signing as an argument.
//!
//! Libraries sign with the clock; then no dry run could show the message that is sent, nor a second try make it again.
//! Each header is named once more than it is there, so that nobody can add another: receivers show the first or the last
//! of two, as they like (RFC 6376, section 8.15).

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signer as _;
use jiff::Timestamp;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::EncodePublicKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{DkimOptions, Error};

/// The beginning of a PKCS #1 signature of a SHA-256 hash: the hash's kind and length in DER (RFC 8017, 9.2, note 1).
const SHA256_PREFIX: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

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

/// A private key; both kinds are wiped from memory when they go.
enum Key {
    Rsa(Box<RsaPrivateKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
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
        let mut hasher = Sha256::new();
        for (place, name) in signed.iter().enumerate() {
            // The nth mention of a name is its nth field from below; one that is not there is signed as missing.
            let earlier = signed[..place].iter().filter(|other| *other == name).count();
            let mut named = fields.iter().rev().filter(|(known, _)| known.eq_ignore_ascii_case(name));
            if let Some((_, value)) = named.nth(earlier) {
                hasher.update(format!("{name}:{}\r\n", relaxed(value)));
            }
        }
        hasher.update(format!("dkim-signature:{}", relaxed(&unsigned)));
        format!("{unsigned}{}", BASE64.encode(self.key.sign(&hasher.finalize())))
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
        format!("v=DKIM1; k={}; p={}", self.kind(), self.public_key().unwrap_or_default())
    }

    fn kind(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "rsa",
            Key::Ed25519(_) => "ed25519",
        }
    }

    /// The public half of the key, in base64; `None` never happens for a key that was read.
    fn public_key(&self) -> Option<String> {
        Some(BASE64.encode(match &self.key {
            Key::Rsa(key) => key.to_public_key().to_public_key_der().ok()?.into_vec(),
            Key::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
        }))
    }
}

impl Key {
    /// The signature of a SHA-256 hash.
    fn sign(&self, hash: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let signature = key.sign(Pkcs1v15Sign::new_unprefixed(), &[&SHA256_PREFIX, hash].concat());
                signature.expect("a key of 1,024 bits has room for a hash, and shorter ones were refused")
            }
            Self::Ed25519(key) => key.sign(hash).to_bytes().to_vec(),
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
    if text.contains("-----BEGIN RSA PRIVATE KEY-----") {
        rsa_key(text).ok_or_else(unknown)
    } else if text.contains("-----BEGIN PRIVATE KEY-----") {
        from_pkcs8(text).ok_or_else(|| fails("it is neither an RSA nor an Ed25519 key"))
    } else if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        Err(fails("it is encrypted: remove the passphrase with `openssl pkey -in KEY -out dkim.pem`"))
    } else if text.contains("PUBLIC KEY-----") {
        Err(fails("it is the public key: name the private one"))
    } else {
        BASE64.decode(text).ok().and_then(|seed| ed25519_key(&seed)).ok_or_else(unknown)
    }
}

/// OpenSSL writes keys of both kinds as PKCS#8 (RFC 5208).
fn from_pkcs8(text: &str) -> Option<Key> {
    let (_, document) = pkcs8::SecretDocument::from_pem(text).ok()?;
    let key: pkcs8::PrivateKeyInfo<'_> = document.decode_msg().ok()?;
    match key.algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => {
            let document = pkcs8::SecretDocument::try_from(key.private_key).ok()?;
            rsa_key(&document.to_pem("RSA PRIVATE KEY", pkcs8::LineEnding::LF).ok()?)
        }
        // An octet string within the octet string: 04 20 and the seed (RFC 8410, 7).
        "1.3.101.112" if key.private_key.starts_with(&[4, 32]) => ed25519_key(&key.private_key[2..]),
        _ => None,
    }
}

/// Receivers want at least 1,024 bits (RFC 8301).
fn rsa_key(pem: &str) -> Option<Key> {
    let key = RsaPrivateKey::from_pkcs1_pem(pem).ok()?;
    (rsa::traits::PublicKeyParts::size(&key) >= 128).then(|| Key::Rsa(Box::new(key)))
}

fn ed25519_key(seed: &[u8]) -> Option<Key> {
    let seed: &[u8; 32] = seed.try_into().ok()?;
    Some(Key::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(seed))))
}
