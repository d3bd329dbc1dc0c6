//! What all readers of one language share, and how one reader's copy is made of it.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, MultiPart, SinglePart};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::address::{clean_name, is_bidi_control};
use super::unsubscribe::Links;
use super::{Error, Mailbox, Options, Signer, quoted};
use crate::model::{Edition, Message, Recipient};
use crate::store::{NewDelivery, Pending};

/// An edition in one language before it has a reader: all that its copies share.
///
/// It is stored as it is, so that a copy made after a crash, an upgrade or a change of the config is the same to the byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Id of the edition.
    pub edition: String,
    /// Sender, for readers and for the envelope.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// Name and `<id>` of the List-Id (RFC 2919).
    pub list_id: String,
    /// `Date`.
    pub date: Timestamp,
    /// Address that takes "unsubscribe" mails.
    pub unsubscribe_mailto: Option<String>,
    /// Subject on one line.
    pub subject: String,
    /// HTML part, with [`Slots`].
    pub html: String,
    /// Text part, with [`Slots`].
    pub text: String,
}

/// Words that stand in the rendered parts where each reader's own data will be.
///
/// They are made of characters that no escaping or wrapping touches, and they depend on the edition, so no article can
/// contain them by chance. The link is one, so that a template can treat it like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots {
    /// Stands for the reader's address.
    pub address: String,
    /// Stands for the reader's unsubscribe link.
    pub unsubscribe: String,
}

impl Slots {
    /// The slots of the edition `id`.
    pub fn of(id: &str) -> Self {
        let stem = &hex(&Sha256::digest(format!("slots of {id}")))[..24];
        Self { address: format!("slot{stem}address"), unsubscribe: format!("https://slot{stem}.invalid/unsubscribe") }
    }
}

/// One reader's copy, and what has to be remembered of it to make it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The copy.
    pub message: Message,
    /// Its DKIM signature, if it has one.
    pub signature: Option<String>,
    /// Lower-case hexadecimal SHA-256 of its bytes.
    pub hash: String,
}

impl Letter {
    /// A letter of `edition` with its rendered parts, rendered for a reader made of [`Slots`].
    ///
    /// # Errors
    /// When `[mail] from` or `reply_to` is no address.
    pub fn new(edition: &Edition, subject: &str, html: &str, text: &str, options: &Options) -> Result<Self, Error> {
        let from = Mailbox::parse(&options.from)?;
        let reply_to = options.reply_to.as_deref().map(Mailbox::parse).transpose()?;
        let unsubscribe_mailto = options.unsubscribe_mailto.as_deref().map(super::normalize).transpose()?;
        Ok(Self {
            edition: edition.id.clone(),
            list_id: list_id(&edition.title, &edition.newsletter, from.domain()),
            from,
            reply_to,
            date: edition.composed,
            unsubscribe_mailto,
            subject: one_line(subject),
            html: html.to_owned(),
            text: text.to_owned(),
        })
    }

    /// The letter as it is stored.
    ///
    /// # Errors
    /// Never for a letter made by [`Letter::new`].
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(Error::Letter)
    }

    /// The letter as it was stored.
    ///
    /// # Errors
    /// When it is not what [`Letter::to_json`] wrote.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        serde_json::from_str(json).map_err(Error::Letter)
    }

    /// The copy of a delivery out of the outbox: signed with `signer` at its first try, with the signature of that
    /// try ever after.
    ///
    /// # Errors
    /// When a stored value makes no valid header.
    pub fn copy_for(&self, pending: &Pending, signer: Option<&Signer>) -> Result<Sealed, Error> {
        let (delivery, first) = (&pending.delivery, pending.hash.is_none());
        let unsubscribe = pending.unsubscribe.as_deref();
        let signer = signer.filter(|_| first);
        self.seal(&delivery.recipient, &delivery.message_id, unsubscribe, pending.signature.as_deref(), signer)
    }

    /// The copy that a new delivery would be: what a dry run shows.
    ///
    /// # Errors
    /// When a value makes no valid header.
    pub fn preview(&self, delivery: &NewDelivery, signer: Option<&Signer>) -> Result<Sealed, Error> {
        self.seal(&delivery.recipient, &delivery.message_id, delivery.unsubscribe.as_deref(), None, signer)
    }

    fn seal(
        &self,
        recipient: &Recipient,
        message_id: &str,
        unsubscribe: Option<&str>,
        signature: Option<&str>,
        signer: Option<&Signer>,
    ) -> Result<Sealed, Error> {
        let fails = |why: String| Error::Message { recipient: recipient.address.clone(), why };
        let mut message = self.build(recipient, message_id, unsubscribe).map_err(fails)?;
        let signature = match (signature, signer) {
            (Some(kept), _) => Some(kept.to_owned()),
            (None, Some(signer)) => Some(signer.sign(&mut message)),
            (None, None) => None,
        };
        if let Some(signature) = &signature {
            let name = HeaderName::new_from_ascii_str("DKIM-Signature");
            message.headers_mut().insert_raw(HeaderValue::new(name, signature.clone()));
        }
        let bytes = message.formatted();
        let hash = hex(&Sha256::digest(&bytes));
        let (sender, recipient) = (self.from.address.clone(), recipient.address.clone());
        Ok(Sealed { message: Message { message_id: message_id.to_owned(), sender, recipient, bytes }, signature, hash })
    }

    fn build(
        &self,
        recipient: &Recipient,
        message_id: &str,
        unsubscribe: Option<&str>,
    ) -> Result<lettre::Message, String> {
        let reader =
            Mailbox { name: recipient.name.as_deref().and_then(clean_name), address: recipient.address.clone() };
        let is_list = self.unsubscribe_mailto.is_some() || unsubscribe.is_some();
        let mut builder = lettre::Message::builder()
            .date(system_time(self.date))
            .from(mailbox(&self.from)?)
            .to(mailbox(&reader)?)
            .subject(&self.subject)
            .message_id(Some(message_id.to_owned()))
            .raw_header(encoded("List-Id", &self.list_id))
            .raw_header(encoded("Auto-Submitted", "auto-generated"))
            .raw_header(encoded("Precedence", if is_list { "list" } else { "bulk" }))
            .raw_header(encoded("X-Auto-Response-Suppress", "OOF, AutoReply"));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(mailbox(reply_to)?);
        }
        for (name, value) in unsubscribe_headers(unsubscribe, self.unsubscribe_mailto.as_deref()) {
            builder = builder.raw_header(encoded(name, &value));
        }
        let boundary = format!("=_{}", &hex(&Sha256::digest(message_id))[..32]);
        let [html, text] = self.fill(recipient, unsubscribe);
        let parts = MultiPart::alternative()
            .boundary(boundary)
            .singlepart(part(ContentType::TEXT_PLAIN, &text))
            .singlepart(part(ContentType::TEXT_HTML, &html));
        builder.multipart(parts).map_err(|error| error.to_string())
    }

    /// Both parts with this reader's data in the slots.
    fn fill(&self, recipient: &Recipient, unsubscribe: Option<&str>) -> [String; 2] {
        let slots = Slots::of(&self.edition);
        let mailto = self.unsubscribe_mailto.as_ref().map(|address| format!("mailto:{address}?subject=unsubscribe"));
        let leave = unsubscribe.map(str::to_owned).or(mailto).unwrap_or_default();
        let html = self.html.replace(&slots.address, &escape(&recipient.address));
        let text = self.text.replace(&slots.address, &recipient.address);
        [html.replace(&slots.unsubscribe, &escape(&leave)), text.replace(&slots.unsubscribe, &leave)]
    }
}

/// The deliveries of `edition`: who gets which letter, under which Message-ID. `languages` are those of the letters,
/// the newsletter's own first; a reader whose language is not among them gets the first.
///
/// # Errors
/// When `[mail] from` is no address, or the unsubscribe settings contradict each other.
pub fn seal(
    edition: &Edition,
    recipients: &[Recipient],
    languages: &[String],
    options: &Options,
) -> Result<Vec<NewDelivery>, Error> {
    let from = Mailbox::parse(&options.from)?;
    let links = Links::new(options)?;
    let deliver = |recipient: &Recipient| {
        let wished = recipient.language.as_ref().filter(|wish| languages.contains(wish));
        NewDelivery {
            recipient: recipient.clone(),
            letter: wished.or(languages.first()).cloned().unwrap_or_default(),
            message_id: message_id(&edition.id, &recipient.address, from.domain()),
            unsubscribe: links.as_ref().map(|links| links.link(&edition.newsletter, &recipient.address)),
        }
    };
    Ok(recipients.iter().map(deliver).collect())
}

/// `<edition.reader-hash@domain>`: the same for the same edition and reader, and the address cannot be read off it.
pub fn message_id(edition: &str, address: &str, domain: &str) -> String {
    let reader = &hex(&Sha256::digest(format!("{edition}\n{address}")))[..20];
    format!("<{}.{reader}@{domain}>", label(edition))
}

fn mailbox(mailbox: &Mailbox) -> Result<lettre::message::Mailbox, String> {
    let address = mailbox.address.parse().map_err(|error| format!("`{}`: {error}", mailbox.address))?;
    Ok(lettre::message::Mailbox::new(mailbox.name.clone(), address))
}

/// Whole seconds, which is what `Date` holds; before 1970 there was no mail.
fn system_time(time: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(time.as_second()).unwrap_or(0))
}

fn part(content_type: ContentType, text: &str) -> SinglePart {
    let body = Body::dangerous_pre_encoded(quoted::encode(text), ContentTransferEncoding::QuotedPrintable);
    SinglePart::builder().header(content_type).body(body)
}

/// A header that is ASCII, folded and encoded already.
fn encoded(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned())
}

/// Never encoded, and folded only after the comma: Gmail shows no button otherwise.
fn unsubscribe_headers(url: Option<&str>, mailto: Option<&str>) -> Vec<(&'static str, String)> {
    let mailto = mailto.map(|address| format!("<mailto:{address}?subject=unsubscribe>"));
    let ways: Vec<String> = url.map(|url| format!("<{url}>")).into_iter().chain(mailto).collect();
    let mut headers = Vec::new();
    if !ways.is_empty() {
        headers.push(("List-Unsubscribe", ways.join(",\r\n ")));
    }
    if url.is_some() {
        headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    headers
}

/// `"Title" <newsletter.domain>`, the title encoded if need be (RFC 2919, RFC 2047).
fn list_id(title: &str, newsletter: &str, domain: &str) -> String {
    let plain = |char: char| if char.is_alphanumeric() || char == '-' { char } else { ' ' };
    let title = clean_name(&title.chars().take(60).map(plain).collect::<String>());
    let id = format!("<{}.{domain}>", label(newsletter));
    let Some(title) = title else { return id };
    if title.is_ascii() {
        return format!("\"{title}\"\r\n {id}");
    }
    let name = HeaderName::new_from_ascii_str("List-Id");
    let mut headers = lettre::message::header::Headers::new();
    headers.insert_raw(HeaderValue::new(name, title));
    let line = headers.to_string();
    format!("{}\r\n {id}", line.trim_start_matches("List-Id:").trim())
}

/// Letters, digits and single dashes out of `text`: safe on both sides of an `@`.
fn label(text: &str) -> String {
    let safe = |char: char| if char.is_ascii_alphanumeric() { char } else { '-' };
    let label: String = text.chars().map(safe).collect();
    let words: Vec<&str> = label.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "digest".to_owned() } else { words.join("-") }
}

fn one_line(text: &str) -> String {
    let text: String = text.chars().filter(|&char| !is_bidi_control(char)).collect();
    text.split(|char: char| char.is_whitespace() || char.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
