use std::path::PathBuf;
use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::send::Mailbox;
use crate::text::dates::length;

/// `[mail]`: from whom, to whom, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Sender as readers see it: `Name <address>`. Bounces go to the same address.
    pub from: String,
    /// Recipients: `address`, `Name <address>`, or a table with `address` and the reader's `language`.
    pub to: Vec<To>,
    /// More recipients, who are named nowhere: each gets a mail of their own, as everybody does.
    pub bcc: Vec<String>,
    /// A CSV file of recipients beside `to`, relative to the config; columns `address`, `name`, `language`.
    pub recipients: Option<PathBuf>,
    /// The reader whose newsletter it is, who alone hears how the sources did and gets links to rate stories; unset: the reader
    /// of a newsletter that has only one.
    pub owner: Option<String>,
    /// Where answers go, if not to `from`.
    pub reply_to: Option<String>,
    /// How messages leave.
    pub transport: TransportKind,
    /// For a message whose answer was lost: send it again, or leave a gap.
    pub delivery: Delivery,
    /// Address that takes "unsubscribe" mails; set for lists.
    pub unsubscribe_mailto: Option<String>,
    /// `https:` address that takes one-click unsubscriptions (RFC 8058); `{token}` in it becomes the reader's token.
    pub unsubscribe_url: Option<String>,
    /// File with the secret that makes the tokens of `unsubscribe_url`; any bytes, at least 16.
    pub unsubscribe_secret_file: Option<PathBuf>,
    /// Page on which readers change what they get, told in the footer.
    pub preferences_url: Option<String>,
    /// Postal address of the publisher, told in the footer: many countries ask for it in mail to a list.
    pub postal_address: Option<String>,
    /// An edition for more readers than this is not composed unless `--max-mails` says so; unset: no cap.
    pub max_mails: Option<usize>,
    /// At most this many messages a second; unset: as fast as the server takes them.
    pub rate: Option<f64>,
    /// Mail that nobody took for so long is given up.
    #[serde(serialize_with = "compact::required::serialize", deserialize_with = "length::deserialize_unsigned")]
    #[schemars(with = "String")]
    pub give_up_after: Duration,
    /// A recipient refused for good by this many editions in a row gets no more; 0: never skip anybody.
    pub skip_after_refusals: u32,
    /// `[mail.smtp]`
    pub smtp: SmtpOptions,
    /// `[mail.sendmail]`
    pub sendmail: SendmailOptions,
    /// `[mail.file]`
    pub file: FileOptions,
    /// `[mail.dkim]`; unset: not signed here (many servers sign by themselves).
    pub dkim: Option<DkimOptions>,
}

impl Options {
    /// The address of the reader whose newsletter it is.
    pub fn owner(&self) -> Option<String> {
        let only = self.to.first().filter(|_| !self.is_list()).map(To::address);
        let owner = self.owner.as_deref().or(only)?;
        Mailbox::parse(owner).ok().map(|mailbox| mailbox.address)
    }

    /// Whether it goes to more than one reader, or could: then each must be told how to leave.
    pub fn is_list(&self) -> bool {
        self.to.len() + self.bcc.len() > 1 || self.recipients.is_some() || self.can_be_left()
    }

    /// Whether readers are told a way to leave.
    pub fn can_be_left(&self) -> bool {
        self.unsubscribe_mailto.is_some() || self.unsubscribe_url.is_some()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            from: String::new(),
            to: Vec::new(),
            bcc: Vec::new(),
            recipients: None,
            owner: None,
            reply_to: None,
            transport: TransportKind::default(),
            delivery: Delivery::default(),
            unsubscribe_mailto: None,
            unsubscribe_url: None,
            unsubscribe_secret_file: None,
            preferences_url: None,
            postal_address: None,
            max_mails: None,
            rate: None,
            give_up_after: Duration::from_secs(5 * 24 * 3600),
            skip_after_refusals: 3,
            smtp: SmtpOptions::default(),
            sendmail: SendmailOptions::default(),
            file: FileOptions::default(),
            dkim: None,
        }
    }
}

/// One of `[mail] to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "an address such as \"Ann <ann@example.org>\", or { address = \"…\", language = \"de\" }"
)]
pub enum To {
    /// `address` or `Name <address>`.
    Plain(String),
    /// With a language of their own.
    In(ToIn),
}

/// One of `[mail] to` with a language of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToIn {
    /// `address` or `Name <address>`.
    pub address: String,
    /// BCP 47 language of the frame texts for this reader.
    pub language: Option<String>,
}

impl To {
    /// `address` or `Name <address>`.
    pub fn address(&self) -> &str {
        match self {
            Self::Plain(address) | Self::In(ToIn { address, .. }) => address,
        }
    }

    /// The reader's language; `None`: the newsletter's.
    pub fn language(&self) -> Option<&str> {
        match self {
            Self::Plain(_) => None,
            Self::In(to) => to.language.as_deref(),
        }
    }
}

impl From<&str> for To {
    fn from(address: &str) -> Self {
        Self::Plain(address.to_owned())
    }
}

/// How messages leave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransportKind {
    /// To a mail server, `[mail.smtp]`.
    #[default]
    Smtp,
    /// To a local program, `[mail.sendmail]`.
    Sendmail,
    /// Into a folder as `.eml` files, `[mail.file]`.
    File,
}

/// The preference when an answer is lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// A second copy (with the same Message-ID) rather than none.
    #[default]
    AtLeastOnce,
    /// None rather than a second copy.
    AtMostOnce,
}

/// `[mail.smtp]`: the mail server. At most one of the three `password_*` keys, and only with `username`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpOptions {
    /// Name or address of the server; its certificate must be for this name.
    pub host: String,
    /// Port; unset: 587 for `starttls`, 465 for `tls`, 25 for `none`.
    pub port: Option<u16>,
    /// How the connection is protected; never less than this.
    pub security: Security,
    /// User for AUTH; unset: no authentication.
    pub username: Option<String>,
    /// Command whose first line of output is the password.
    pub password_command: Option<Vec<String>>,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
    /// Environment variable that holds the password.
    pub password_env: Option<String>,
    /// PEM file of a certificate authority to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Longest wait for one step of the conversation; after the final dot it is ten minutes (RFC 5321, 4.5.3.2.6).
    #[serde(serialize_with = "compact::required::serialize", deserialize_with = "length::deserialize_unsigned")]
    #[schemars(with = "String")]
    pub timeout: Duration,
    /// Longest wait for the answer after the final dot.
    #[serde(serialize_with = "compact::required::serialize", deserialize_with = "length::deserialize_unsigned")]
    #[schemars(with = "String")]
    pub final_timeout: Duration,
    /// Connections used at once.
    pub connections: usize,
    /// Name said in EHLO; unset: the domain of `from`.
    pub hello: Option<String>,
}

impl Default for SmtpOptions {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: None,
            security: Security::default(),
            username: None,
            password_command: None,
            password_file: None,
            password_env: None,
            ca_file: None,
            timeout: Duration::from_secs(60),
            final_timeout: Duration::from_secs(600),
            connections: 4,
            hello: None,
        }
    }
}

impl SmtpOptions {
    /// The port in use.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::Starttls => 587,
            Security::Tls => 465,
            Security::None => 25,
        })
    }
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// STARTTLS is required.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// In clear; passwords then go to this machine only.
    None,
}

/// `[mail.sendmail]`: a local program that takes a message on stdin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SendmailOptions {
    /// Program and arguments; `-f SENDER -- RECIPIENT` follows them.
    pub command: Vec<String>,
    /// Longest wait for it.
    #[serde(serialize_with = "compact::required::serialize", deserialize_with = "length::deserialize_unsigned")]
    #[schemars(with = "String")]
    pub timeout: Duration,
}

impl Default for SendmailOptions {
    fn default() -> Self {
        let command = ["/usr/sbin/sendmail", "-i"].map(str::to_owned).to_vec();
        Self { command, timeout: Duration::from_secs(120) }
    }
}

/// `[mail.file]`: messages as files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FileOptions {
    /// Folder, relative to the config; made if missing.
    pub folder: PathBuf,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self { folder: "mail".into() }
    }
}

/// `[mail.dkim]`: a signature of our own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DkimOptions {
    /// Signing domain; that of `from`, or above it, to be aligned.
    pub domain: String,
    /// Name of the key below `_domainkey`.
    pub selector: String,
    /// Private key as PEM: RSA (PKCS#1 or PKCS#8) or Ed25519 (PKCS#8), or the base64 of a 32-byte Ed25519 seed.
    pub key_file: PathBuf,
}
