//! The door out: from rendered parts and a recipient to bytes, and from bytes to a server's answer.
//!
//! A [`MessageTemplate`] is what all readers of one language share; it is stored with the edition, and [`MessageBuilder`] of it are the
//! same bytes for the same reader at every try: boundary, date, Message-ID and signature are fixed.
//!
//! A [`Transport`] hands one message over and says what became of it, as an [`SendOutcome`]. The one distinction that
//! matters is whether the final dot was reached: before it, a failure means the message was not taken; after it,
//! nobody knows ([`SendOutcome::Unknown`]).
//!
//! To add a transport: `send/<name>.rs`, a variant in [`TransportKind`], and the contract tests in `tests/it/send.rs`.

mod address;
mod builder;
mod dkim;
mod domain;
mod error;
mod file;
mod headers;
mod options;
mod placeholders;
mod quoted;
mod rating;
mod recipients;
mod secret;
mod sendmail;
mod smtp;
mod template;
mod token;
mod unsubscribe;

use futures_util::future::BoxFuture;

pub use address::{Mailbox, normalize};
pub use builder::{MessageBuilder, PreparedMessage};
pub use dkim::Signer;
pub use domain::{Dns, Findings, inspect};
pub use error::Error;
pub use file::Files;
pub use headers::lint;
pub use options::{
    Delivery, DkimOptions, FileOptions, Options, Security, SendmailOptions, SmtpOptions, To, TransportKind,
};
pub use placeholders::{EditionSecret, Placeholders};
pub use rating::{RatingLinks, RatingOptions};
pub use recipients::{Recipients, recipients};
pub use secret::{exposed, password};
pub use sendmail::Sendmail;
pub use smtp::{Greeting, Smtp};
pub use template::{DeliveryPlan, MessageTemplate, OWNER, message_id, plan_deliveries, read_by};

use crate::model::{Message, SendOutcome};

/// Hands messages over. One call is one try of one message; calls may run side by side.
pub trait Transport: Send + Sync {
    /// Hands `message` over and says what became of it. Always returns, in bounded time.
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, SendOutcome>;

    /// Says goodbye to the other side, if there is one.
    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// The transport that `options` name. `environment` looks up a variable (`password_env`).
///
/// # Errors
/// When a secret cannot be read, or what is needed is missing.
pub fn transport(options: &Options, environment: &dyn Fn(&str) -> Option<String>) -> Result<Box<dyn Transport>, Error> {
    Ok(match options.transport {
        TransportKind::Smtp => Box::new(smtp(options, environment)?),
        TransportKind::Sendmail => Box::new(Sendmail::new(&options.sendmail)?),
        TransportKind::File => Box::new(Files::new(&options.file)),
    })
}

/// The mail server that `options` name, greeted by the domain of the sender if no other name is given.
///
/// # Errors
/// When the password cannot be read, or what is needed is missing.
pub fn smtp(options: &Options, environment: &dyn Fn(&str) -> Option<String>) -> Result<Smtp, Error> {
    let password = password(&options.smtp, environment)?;
    let domain = Mailbox::parse(&options.from)?.domain().to_owned();
    let hello = options.smtp.hello.clone().unwrap_or(domain);
    Smtp::new(&SmtpOptions { hello: Some(hello), ..options.smtp.clone() }, password)
}
