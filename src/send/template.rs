//! The part of a message that all readers of one language share.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::address::{clean_name, is_bidi_control};
use super::unsubscribe::Links;
use super::{Error, Mailbox, MessageBuilder, Options, Placeholders, PreparedMessage, Signer};
use crate::model::{Edition, Picture, PlannedDelivery, Recipient};
use crate::render::Rendered;

/// An edition in one language before it has a reader: all that its copies share.
///
/// It is stored as it is, so that a copy made after a crash, an upgrade or a change of the config is the same to the byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTemplate {
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
    /// HTML part, with `placeholders`.
    pub html: String,
    /// Text part, with `placeholders`.
    pub text: String,
    /// Markdown, with `placeholders`; no part of the mail and not stored.
    #[serde(skip)]
    pub markdown: String,
    /// Stand where each reader's own data will be.
    #[serde(default)]
    pub placeholders: Placeholders,
    /// Travels with the HTML part, which shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

impl MessageTemplate {
    /// A template of `edition`, `rendered` for a reader made of `placeholders`.
    ///
    /// # Errors
    /// When `[mail] from` or `reply_to` is no address.
    pub fn new(
        edition: &Edition,
        rendered: &Rendered,
        placeholders: &Placeholders,
        options: &Options,
    ) -> Result<Self, Error> {
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
            subject: one_line(&rendered.subject),
            html: rendered.html.clone(),
            text: rendered.text.clone(),
            markdown: rendered.markdown.clone(),
            placeholders: placeholders.clone(),
            picture: attached(edition, &rendered.html),
        })
    }

    /// The template as it is stored.
    ///
    /// # Errors
    /// Never for a template made by [`MessageTemplate::new`].
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(Error::StoredTemplate)
    }

    /// The template as it was stored.
    ///
    /// # Errors
    /// When it is not what [`MessageTemplate::to_json`] wrote.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let mut template: Self = serde_json::from_str(json).map_err(Error::StoredTemplate)?;
        if template.placeholders.address.is_empty() {
            template.placeholders = Placeholders::without_secret(&template.edition);
        }
        Ok(template)
    }

    /// The parts as the server gets them, with the data of the reader of `delivery` filled in.
    pub fn for_reader(&self, delivery: &PlannedDelivery) -> Rendered {
        let Self { subject, html, text, markdown, .. } = self.clone();
        let leave = self.leave(delivery.unsubscribe.as_deref());
        self.placeholders.fill(&Rendered { subject, html, text, markdown }, &delivery.recipient.address, &leave)
    }

    /// Where a reader leaves who has this link of their own, or none; empty if there is no way.
    pub(super) fn leave(&self, unsubscribe: Option<&str>) -> String {
        let mailto = self.unsubscribe_mailto.as_ref();
        let mailto = mailto.map(|address| format!("mailto:{address}?subject=unsubscribe"));
        unsubscribe.map(str::to_owned).or(mailto).unwrap_or_default()
    }

    /// The copy that a new delivery would be: what a dry run shows.
    ///
    /// # Errors
    /// When a value makes no valid header.
    pub fn preview(&self, delivery: &PlannedDelivery, signer: Option<&Signer>) -> Result<PreparedMessage, Error> {
        MessageBuilder::new(self.clone()).preview(delivery, signer)
    }
}

/// The picture of `edition`, if this HTML shows it: a template may have no place for one.
fn attached(edition: &Edition, html: &str) -> Option<Picture> {
    edition.picture.clone().filter(|picture| html.contains(&format!("cid:{}", picture.content_id())))
}

/// Who gets which template, under which Message-ID: of one reader after the other, since there may be a million.
pub struct DeliveryPlan<'a> {
    edition: &'a Edition,
    languages: Vec<String>,
    owner: Option<String>,
    domain: String,
    links: Option<Links>,
}

/// In place of a language: the template that only the owner gets.
pub const OWNER: &str = "owner";

/// The one of `languages` that somebody reads who wishes for `wish`: `de` for `de-CH`.
pub fn read_by<'a>(wish: &str, languages: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let broad = wish.split(['-', '_']).next().unwrap_or_default();
    languages
        .clone()
        .find(|language| *language == wish)
        .or_else(|| languages.clone().find(|language| *language == broad))
}

impl<'a> DeliveryPlan<'a> {
    /// The plan of `edition`. `languages` are those of the templates, the newsletter's own first; a reader whose
    /// language is not among them gets the first.
    ///
    /// # Errors
    /// When `[mail] from` is no address, or the unsubscribe settings contradict each other.
    pub fn new(edition: &'a Edition, languages: Vec<String>, options: &Options) -> Result<Self, Error> {
        let domain = Mailbox::parse(&options.from)?.domain().to_owned();
        let owner = options.owner().filter(|_| languages.iter().any(|language| language == OWNER));
        Ok(Self { edition, languages, owner, domain, links: Links::new(options)? })
    }

    /// The delivery to `recipient`.
    pub fn delivery(&self, recipient: &Recipient) -> PlannedDelivery {
        let languages = self.languages.iter().map(String::as_str);
        let wished = recipient.language.as_ref().and_then(|wish| read_by(wish, languages.filter(|one| *one != OWNER)));
        let is_owner =
            self.owner.as_ref().is_some_and(|owner| owner.to_lowercase() == recipient.address.to_lowercase());
        let template = if is_owner { Some(OWNER) } else { wished.or(self.languages.first().map(String::as_str)) };
        PlannedDelivery {
            recipient: recipient.clone(),
            template: template.unwrap_or_default().to_owned(),
            message_id: message_id(&self.edition.id, &recipient.address, &self.domain),
            unsubscribe: self.links.as_ref().map(|links| links.link(&self.edition.newsletter, &recipient.address)),
        }
    }
}

/// The deliveries of `edition` to `recipients` by its [`DeliveryPlan`].
///
/// # Errors
/// When `[mail] from` is no address, or the unsubscribe settings contradict each other.
pub fn plan_deliveries(
    edition: &Edition,
    recipients: &[Recipient],
    languages: &[String],
    options: &Options,
) -> Result<Vec<PlannedDelivery>, Error> {
    let plan = DeliveryPlan::new(edition, languages.to_vec(), options)?;
    Ok(recipients.iter().map(|recipient| plan.delivery(recipient)).collect())
}

/// `<edition.reader-hash@domain>`: the same for the same edition and reader, and the address cannot be read off it.
pub fn message_id(edition: &str, address: &str, domain: &str) -> String {
    let reader = &hex(&Sha256::digest(format!("{edition}\n{address}")))[..20];
    format!("<{}.{reader}@{domain}>", label(edition))
}

/// `"Title" <newsletter.domain>` (RFC 2919); without the title where it would have to be encoded, which not all take here.
fn list_id(title: &str, newsletter: &str, domain: &str) -> String {
    let plain = |char: char| if char.is_alphanumeric() || char == '-' { char } else { ' ' };
    let title = clean_name(&title.chars().take(60).map(plain).collect::<String>());
    let id = format!("<{}.{domain}>", label(newsletter));
    title.filter(|title| title.is_ascii()).map_or_else(|| id.clone(), |title| format!("\"{title}\"\r\n {id}"))
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

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
