use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lettre::message::Body;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use sha2::{Digest, Sha256};

use super::address::clean_name;
use super::template::hex;
use super::{Error, Mailbox, MessageTemplate, Placeholders, Signer, quoted};
use crate::model::{Message, PendingDelivery, Picture, PlannedDelivery, Recipient};

/// One reader's copy, and what has to be remembered of it to make it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedMessage {
    /// The copy.
    pub message: Message,
    /// Its DKIM signature, if it has one.
    pub signature: Option<String>,
    /// Lower-case hexadecimal SHA-256 of its bytes.
    pub hash: String,
}

/// A template made ready for any number of copies: what all of them share is encoded once.
#[derive(Debug)]
pub struct MessageBuilder {
    template: MessageTemplate,
    html: Part,
    text: Part,
    /// The picture's own part, encoded; empty without one.
    picture: Vec<u8>,
}

/// Whose copy it is.
struct Addressee<'a> {
    recipient: &'a Recipient,
    message_id: &'a str,
    unsubscribe: Option<&'a str>,
}

impl MessageBuilder {
    /// A builder of copies of `template`.
    pub fn new(template: MessageTemplate) -> Self {
        let placeholders = &template.placeholders;
        let (html, text) = (Part::new(&template.html, placeholders), Part::new(&template.text, placeholders));
        let picture = template.picture.as_ref().map(encoded_picture).unwrap_or_default();
        Self { template, html, text, picture }
    }

    /// The copy of a delivery out of the outbox: signed with `signer` at its first try, with the signature of that
    /// try ever after.
    ///
    /// # Errors
    /// When a stored value makes no valid header.
    pub fn prepare(&self, pending: &PendingDelivery, signer: Option<&Signer>) -> Result<PreparedMessage, Error> {
        let delivery = &pending.delivery;
        let unsubscribe = pending.unsubscribe.as_deref();
        let addressee = Addressee { recipient: &delivery.recipient, message_id: &delivery.message_id, unsubscribe };
        self.assemble(&addressee, pending.signature.as_deref(), signer.filter(|_| pending.hash.is_none()))
    }

    /// The copy that a new delivery would be: what a dry run shows.
    ///
    /// # Errors
    /// When a value makes no valid header.
    pub fn preview(&self, delivery: &PlannedDelivery, signer: Option<&Signer>) -> Result<PreparedMessage, Error> {
        let unsubscribe = delivery.unsubscribe.as_deref();
        let addressee = Addressee { recipient: &delivery.recipient, message_id: &delivery.message_id, unsubscribe };
        self.assemble(&addressee, None, signer)
    }

    fn assemble(
        &self,
        addressee: &Addressee<'_>,
        signature: Option<&str>,
        signer: Option<&Signer>,
    ) -> Result<PreparedMessage, Error> {
        let recipient = addressee.recipient.address.clone();
        let fails = |why: String| Error::Message { recipient: recipient.clone(), why };
        let mut message = self.build(addressee).map_err(fails)?;
        let signature = match (signature, signer) {
            (Some(kept), _) => Some(kept.to_owned()),
            (None, Some(signer)) => Some(signer.sign(&message, self.template.date)),
            (None, None) => None,
        };
        if let Some(signature) = &signature {
            let name = HeaderName::new_from_ascii_str("DKIM-Signature");
            message.headers_mut().insert_raw(HeaderValue::new(name, signature.clone()));
        }
        let bytes = message.formatted();
        let hash = hex(&Sha256::digest(&bytes));
        let (sender, message_id) = (self.template.from.address.clone(), addressee.message_id.to_owned());
        Ok(PreparedMessage { message: Message { message_id, sender, recipient, bytes }, signature, hash })
    }

    fn build(&self, addressee: &Addressee<'_>) -> Result<lettre::Message, String> {
        let Addressee { recipient, message_id, unsubscribe } = *addressee;
        let template = &self.template;
        let name = recipient.name.as_deref().and_then(clean_name);
        let reader = Mailbox { name, address: recipient.address.clone() };
        let is_list = template.unsubscribe_mailto.is_some() || unsubscribe.is_some();
        let boundary = format!("=_{}", &hex(&Sha256::digest(message_id))[..32]);
        let alternatives = ContentType::parse(&format!("multipart/alternative; boundary=\"{boundary}\""));
        let mut builder = lettre::Message::builder()
            .date(system_time(template.date))
            .from(mailbox(&template.from)?)
            .to(mailbox(&reader)?)
            .subject(&template.subject)
            .message_id(Some(message_id.to_owned()))
            .raw_header(encoded("List-Id", &template.list_id))
            .raw_header(encoded("Auto-Submitted", "auto-generated"))
            .raw_header(encoded("Precedence", if is_list { "list" } else { "bulk" }))
            .raw_header(encoded("X-Auto-Response-Suppress", "OOF, AutoReply"));
        if template.subject.contains("=?") {
            builder = builder.raw_header(literal("Subject", &template.subject));
        }
        if let Some(reply_to) = &template.reply_to {
            builder = builder.reply_to(mailbox(reply_to)?);
        }
        for (name, value) in unsubscribe_headers(unsubscribe, template.unsubscribe_mailto.as_deref()) {
            builder = builder.raw_header(encoded(name, &value));
        }
        let body = Body::dangerous_pre_encoded(self.body(addressee, &boundary), ContentTransferEncoding::SevenBit);
        builder = builder.header(MIME_VERSION_1_0).header(alternatives.map_err(|error| error.to_string())?);
        builder.body(body).map_err(|error| error.to_string())
    }

    /// Both parts with this reader's data in the placeholders.
    fn body(&self, addressee: &Addressee<'_>, boundary: &str) -> Vec<u8> {
        let placeholders = &self.template.placeholders;
        let address = &addressee.recipient.address;
        let leave = self.template.leave(addressee.unsubscribe);
        let plain = |line: &str| placeholders.fill_text(line, address, &leave);
        let escaped = |line: &str| placeholders.fill_html(line, address, &leave);
        let mut body = Vec::with_capacity(self.html.size() + self.text.size() + self.picture.len() + 4096);
        let write = |boundary: &str, kind: &str, part: &Part, own: &dyn Fn(&str) -> String, body: &mut Vec<u8>| {
            let head = format!("--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n");
            part.write(own, body);
            body.extend_from_slice(b"\r\n");
        };
        write(boundary, "plain", &self.text, &plain, &mut body);
        if self.picture.is_empty() {
            write(boundary, "html", &self.html, &escaped, &mut body);
        } else {
            // RFC 2387: the page, and what it shows, are one alternative.
            let inner = format!("{boundary}.related");
            let head = "multipart/related; type=\"text/html\"";
            body.extend_from_slice(
                format!("--{boundary}\r\nContent-Type: {head};\r\n boundary=\"{inner}\"\r\n\r\n").as_bytes(),
            );
            write(&inner, "html", &self.html, &escaped, &mut body);
            body.extend_from_slice(format!("--{inner}\r\n").as_bytes());
            body.extend_from_slice(&self.picture);
            body.extend_from_slice(format!("--{inner}--\r\n").as_bytes());
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        body
    }
}

/// The part of a picture: its headers, and its bytes in lines of 76 (RFC 2045, section 6.8).
fn encoded_picture(picture: &Picture) -> Vec<u8> {
    let extension = picture.media_type.rsplit('/').next().unwrap_or_default();
    let mut part = format!(
        "Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{}>\r\n\
         Content-Disposition: inline; filename=\"lead.{extension}\"\r\n\r\n",
        picture.media_type,
        picture.content_id(),
    )
    .into_bytes();
    for line in picture.data.as_bytes().chunks(76) {
        part.extend_from_slice(line);
        part.extend_from_slice(b"\r\n");
    }
    part
}

/// A header with text that already looks like an encoded word (RFC 2047): encoded as a whole, so that it is shown as it is
/// written. Left as it is, a receiver would decode what a stranger has hidden in it.
fn literal(name: &'static str, text: &str) -> HeaderValue {
    let mut words = vec![String::new()];
    for char in text.chars() {
        if words.last().is_some_and(|word| word.len() + char.len_utf8() > WORD_BYTES) {
            words.push(String::new());
        }
        words.last_mut().expect("there is one from the start").push(char);
    }
    let encoded = words.iter().map(|word| format!("=?utf-8?b?{}?=", STANDARD.encode(word)));
    let encoded = encoded.collect::<Vec<_>>().join("\r\n ");
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), text.to_owned(), encoded)
}

/// Bytes in one encoded word: with its frame and the name of its header it fits into 78.
const WORD_BYTES: usize = 36;

/// A part, quoted-printable as far as it is the same for all readers.
#[derive(Debug)]
struct Part(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    /// Lines for everybody, encoded.
    Shared(Vec<u8>),
    /// A line with a slot in it.
    Own(String),
}

impl Part {
    fn new(text: &str, placeholders: &Placeholders) -> Self {
        let mut pieces = Vec::new();
        for line in quoted::lines(text) {
            if placeholders.occur_in(line) {
                pieces.push(Piece::Own(line.to_owned()));
            } else if let Some(Piece::Shared(shared)) = pieces.last_mut() {
                quoted::encode_line(line, shared);
            } else {
                let mut shared = Vec::new();
                quoted::encode_line(line, &mut shared);
                pieces.push(Piece::Shared(shared));
            }
        }
        Self(pieces)
    }

    fn size(&self) -> usize {
        let size = |piece: &Piece| match piece {
            Piece::Shared(shared) => shared.len(),
            Piece::Own(line) => 2 * line.len(),
        };
        self.0.iter().map(size).sum()
    }

    fn write(&self, own: &dyn Fn(&str) -> String, body: &mut Vec<u8>) {
        for piece in &self.0 {
            match piece {
                Piece::Shared(shared) => body.extend_from_slice(shared),
                Piece::Own(line) => quoted::encode_line(&own(line), body),
            }
        }
    }
}

fn mailbox(mailbox: &Mailbox) -> Result<lettre::message::Mailbox, String> {
    let address = mailbox.address.parse().map_err(|error| format!("`{}`: {error}", mailbox.address))?;
    Ok(lettre::message::Mailbox::new(mailbox.name.clone(), address))
}

/// Whole seconds, which is what `Date` holds; before 1970 there was no mail.
fn system_time(time: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(time.as_second()).unwrap_or(0))
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

#[cfg(test)]
mod tests {
    use lettre::message::header::Headers;
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_headline_reaches_the_reader_as_it_was_written(words in prop::collection::vec("[a-zé\u{4e00}?=_]{1,12}", 1..12)) {
            let text = words.join(" =?utf-8?q?") + "=?";
            let mut headers = Headers::new();
            headers.insert_raw(literal("Subject", &text));
            let head = headers.to_string();
            prop_assert!(head.lines().all(|line| line.len() <= 78), "{}", head);
            let message = MessageParser::default().parse(head.as_bytes()).unwrap();
            prop_assert_eq!(message.subject(), Some(text.as_str()));
        }
    }

    #[test]
    fn a_headline_that_looks_encoded_is_shown_as_it_is_written() {
        for text in [
            "How to decode =?UTF-8?Q?Caf=C3=A9?= in a mail header",
            "Harbour news =?utf-8?b?4oCudHh0LmV4ZeKArA==?=",
            "=?",
            "=?utf-8?q?a?=",
            "é =?utf-8?q?=E2=80=AE?= über 🏴 =?x",
            "=?utf-8?q?ä?= ".repeat(20).trim_end(),
        ] {
            let mut headers = Headers::new();
            headers.insert_raw(literal("Subject", text));
            let head = headers.to_string();
            assert!(head.lines().all(|line| line.len() <= 78), "{head}");
            let message = MessageParser::default().parse(head.as_bytes()).unwrap();
            assert_eq!(message.subject(), Some(text), "{head}");
        }
    }
}
