//! `[mail]`, ready for use, and what it does with an edition: put it into the outbox, or make one reader's copy.

use std::sync::Arc;

use jiff::Timestamp;

use crate::config::Config;
use crate::error::{Error, Usage};
use crate::model::{Edition, Recipient};
use crate::pipeline::compose::Composed;
use crate::render::Rendered;
use crate::send::{self, MessageTemplate, PreparedMessage, Signer};
use crate::store::{NewEdition, NewTemplate, Store};

/// `[mail]` with the key it signs with, which is read before anything is composed.
#[derive(Debug, Clone)]
pub struct Mail {
    /// `[mail]`.
    pub options: send::Options,
    /// Signs what is sent; `None` without `[mail.dkim]`.
    pub signer: Option<Arc<Signer>>,
}

impl Mail {
    /// The `[mail]` of `config`; `None` if it has none.
    ///
    /// # Errors
    /// The signing key cannot be read.
    pub fn new(config: &Config) -> Result<Option<Self>, send::Error> {
        let Some(options) = &config.mail else { return Ok(None) };
        let signer = options.dkim.as_ref().map(Signer::new).transpose()?.map(Arc::new);
        Ok(Some(Self { options: options.clone(), signer }))
    }

    /// The `[mail]` of a config that needs one.
    pub(super) fn required(config: &Config) -> Result<Self, Error> {
        Self::new(config)?.ok_or_else(|| Usage::NoMail(config.path.clone()).into())
    }
}

/// Stores the edition with its message templates, recipients and used articles in one transaction: the outbox.
///
/// # Errors
/// The store cannot be written, or `[mail] from` is no address; then nothing is stored.
pub async fn enqueue(
    composed: &Composed,
    recipients: &[Recipient],
    options: &send::Options,
    store: &Store,
) -> Result<(), Error> {
    let templates = stored_templates(composed, options, None)?;
    let plan = composed.plan(options)?;
    let new = NewEdition { edition: &stored_edition(composed), templates: &templates, used: &composed.used };
    Ok(store.store_edition(&new, recipients.iter().map(|recipient| plan.delivery(recipient))).await?)
}

/// The edition as it is stored: its picture is kept in its messages.
pub(super) fn stored_edition(composed: &Composed) -> Edition {
    Edition { picture: None, ..composed.edition().clone() }
}

/// The message templates of an edition as they are stored, dated `date`, else when it was composed.
pub(super) fn stored_templates(
    composed: &Composed,
    options: &send::Options,
    date: Option<Timestamp>,
) -> Result<Vec<NewTemplate>, send::Error> {
    let stored = |(language, mut template): (String, MessageTemplate)| -> Result<NewTemplate, send::Error> {
        template.date = date.unwrap_or(template.date);
        Ok(NewTemplate { language, template: template.to_json()? })
    };
    composed.message_templates(options)?.into_iter().map(stored).collect()
}

/// An edition as one reader would get it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Its parts, with the reader's own data filled in.
    pub rendered: Rendered,
    /// The whole message; `None` without `[mail]` or without a reader.
    pub message: Option<PreparedMessage>,
}

/// The copy of `reader`: byte for byte what would be handed to the server. Without `[mail]` or a reader, the parts alone.
///
/// # Errors
/// A value of `[mail]` makes no valid header, or the secret of the unsubscribe links cannot be read.
pub fn preview(composed: &Composed, mail: Option<&Mail>, reader: Option<&Recipient>) -> Result<Preview, send::Error> {
    if let (Some(mail), Some(reader)) = (mail, reader) {
        let templates = composed.message_templates(&mail.options)?;
        let delivery = composed.plan(&mail.options)?.delivery(reader);
        let template = |language: &String| templates.iter().find(|(known, _)| known == language);
        if let Some((_, template)) = template(&delivery.template) {
            let message = Some(template.preview(&delivery, mail.signer.as_deref())?);
            return Ok(Preview { rendered: template.for_reader(&delivery), message });
        }
    }
    let address = reader.map_or("you", |reader| reader.address.as_str());
    Ok(Preview { rendered: composed.placeholders.fill(composed.rendered(), address, ""), message: None })
}
