//! A DKIM signature of our own (RFC 6376, RFC 8463), by lettre's signer.
//!
//! lettre looks up signed headers at the top of a message only, which is why [`super::MessageBuilder`] puts the parts together
//! itself: `Content-Type` stands there. `From` is named twice, so that nobody can add a second one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::EncodePublicKey;
use secrecy::{ExposeSecret, SecretString};

use super::{DkimOptions, Error};

/// What is signed, if it is there.
const SIGNED: [&str; 14] = [
    "From",
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
#[derive(Debug)]
pub struct Signer {
    domain: String,
    selector: String,
    key: SecretString,
    algorithm: DkimSigningAlgorithm,
    /// lettre ties a key to a list of headers; there are as many lists as kinds of messages, one or two.
    configs: Mutex<BTreeMap<Vec<&'static str>, Arc<DkimConfig>>>,
}

impl Signer {
    /// Reads the key of `options`.
    ///
    /// # Errors
    /// When the key cannot be read or is of no known kind; the message says how to convert it.
    pub fn new(options: &DkimOptions) -> Result<Self, Error> {
        let path = &options.key_file;
        let text = SecretString::from(std::fs::read_to_string(path).map_err(Error::file(path))?);
        let (algorithm, key) = read_key(text.expose_secret(), path)?;
        let signer = Self {
            domain: options.domain.clone(),
            selector: options.selector.clone(),
            key,
            algorithm,
            configs: Mutex::default(),
        };
        match signer.config(vec!["From"]) {
            Some(_) => Ok(signer),
            None => Err(Error::Key {
                path: path.clone(),
                why: "it is no private key: make one with `openssl genrsa -out dkim.pem 2048`".to_owned(),
            }),
        }
    }

    /// The value of the `DKIM-Signature` header for `message`, which must have all its other headers.
    pub(super) fn sign(&self, message: &mut lettre::Message) -> String {
        let present = |name: &&str| message.headers().get_raw(name).is_some();
        let headers = SIGNED.into_iter().filter(present).collect();
        let config = self.config(headers).expect("the key was read once already");
        message.sign(&config);
        message.headers().get_raw("DKIM-Signature").unwrap_or_default().to_owned()
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
        match self.algorithm {
            DkimSigningAlgorithm::Rsa => "rsa",
            DkimSigningAlgorithm::Ed25519 => "ed25519",
        }
    }

    /// The public half of the key, in base64; `None` never happens for a key that was read.
    fn public_key(&self) -> Option<String> {
        let key = self.key.expose_secret();
        Some(BASE64.encode(match self.algorithm {
            DkimSigningAlgorithm::Rsa => {
                let key = rsa::RsaPrivateKey::from_pkcs1_pem(key).ok()?;
                key.to_public_key().to_public_key_der().ok()?.into_vec()
            }
            DkimSigningAlgorithm::Ed25519 => {
                let seed: [u8; 32] = BASE64.decode(key).ok()?.try_into().ok()?;
                ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes().to_vec()
            }
        }))
    }

    /// The key tied to `headers`; `None` if it cannot be read.
    fn config(&self, headers: Vec<&'static str>) -> Option<Arc<DkimConfig>> {
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = configs.get(&headers) {
            return Some(Arc::clone(config));
        }
        let key = DkimSigningKey::new(self.key.expose_secret(), self.algorithm).ok()?;
        let relaxed = DkimCanonicalizationType::Relaxed;
        let canonicalization = DkimCanonicalization { header: relaxed, body: relaxed };
        let names = headers.iter().copied().map(HeaderName::new_from_ascii_str).collect();
        let config = DkimConfig::new(self.selector.clone(), self.domain.clone(), key, names, canonicalization);
        Some(Arc::clone(configs.entry(headers).or_insert(Arc::new(config))))
    }
}

/// The kind of key in `text` and the key as lettre wants it.
fn read_key(text: &str, path: &Path) -> Result<(DkimSigningAlgorithm, SecretString), Error> {
    let fails = |why: &str| Error::Key { path: path.to_owned(), why: why.to_owned() };
    let text = text.trim();
    let (algorithm, key) = if text.contains("-----BEGIN RSA PRIVATE KEY-----") {
        (DkimSigningAlgorithm::Rsa, text.to_owned())
    } else if text.contains("-----BEGIN PRIVATE KEY-----") {
        from_pkcs8(text).ok_or_else(|| fails("it is neither an RSA nor an Ed25519 key"))?
    } else if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Err(fails("it is encrypted: remove the passphrase with `openssl pkey -in KEY -out dkim.pem`"));
    } else if text.contains("PUBLIC KEY-----") {
        return Err(fails("it is the public key: name the private one"));
    } else {
        (DkimSigningAlgorithm::Ed25519, text.to_owned())
    };
    Ok((algorithm, key.into()))
}

/// lettre wants PKCS#1 for RSA and the bare seed for Ed25519; OpenSSL writes both as PKCS#8 (RFC 5208).
fn from_pkcs8(text: &str) -> Option<(DkimSigningAlgorithm, String)> {
    use pkcs8::LineEnding;
    let (_, document) = pkcs8::SecretDocument::from_pem(text).ok()?;
    let key: pkcs8::PrivateKeyInfo<'_> = document.decode_msg().ok()?;
    match key.algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => {
            let document = pkcs8::SecretDocument::try_from(key.private_key).ok()?;
            let pem = document.to_pem("RSA PRIVATE KEY", LineEnding::LF).ok()?;
            Some((DkimSigningAlgorithm::Rsa, pem.to_string()))
        }
        // An octet string within the octet string: 04 20 and the seed (RFC 8410, 7).
        "1.3.101.112" if key.private_key.len() == 34 && key.private_key.starts_with(&[4, 32]) => {
            Some((DkimSigningAlgorithm::Ed25519, BASE64.encode(&key.private_key[2..])))
        }
        _ => None,
    }
}
