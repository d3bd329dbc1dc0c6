//! An edition and a reader → subject, HTML, text, Markdown.
//!
//! A template is a folder with up to four files ([`FILES`]) and nothing else; what they may print is the
//! `view`: every string in it is already fit to be shown (one line, no control or direction
//! characters, links checked), every date and count already written in the reader's language. The
//! files are tera templates; each is escaped for its own kind, and no filter turns that off. Then
//! the CSS of the HTML is inlined, the text and the subject are tidied. Readers of one language share a rendering: see
//! `send::Placeholders`.
//!
//! Rendering is pure: the same edition, reader and template give the same bytes. It promises that
//! nothing from outside becomes markup, and that a fault in a template is an [`Error`] that names
//! file, line and column.
//!
//! `site` makes the archive out of the same: pages, feeds, books.
//!
//! To add a template: write a folder, see `templates/README.md`. To add a language of the frame:
//! a file beside `texts/en.toml` and a line in `texts`, or `texts/<code>.toml` in a template's folder.

mod arrange;
mod direction;
mod display;
mod engine;
mod error;
mod escape;
mod height;
mod lint;
mod present;
mod proof;
mod reader;
mod sample;
pub mod site;
mod texts;
mod tidy;
mod view;
mod wrap;

pub use arrange::{Form, ShownStory, shown};
pub use engine::{FILES, Templates};
pub use error::{Error, Place};
pub use height::height;
pub use lint::lint;
pub use proof::{MailProof, prove_mail};
pub use sample::sample;
pub use texts::languages;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Recipient;

/// The longest subject, in characters: a mail list on a desktop shows 70, and cuts a longer one better than we would.
pub const SUBJECT_LENGTH: usize = 90;

/// The reader of one copy: what its footer says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reader {
    /// Mail address the copy goes to.
    pub address: String,
    /// Display name.
    pub name: Option<String>,
    /// BCP 47 language of the frame texts; `None`: the newsletter's.
    pub language: Option<String>,
    /// Why this reader gets the mail.
    pub why: Why,
    /// Where to unsubscribe: an `https:` page with an opaque token, or a `mailto:`.
    pub unsubscribe: Option<String>,
    /// Where to change what one gets.
    pub preferences: Option<String>,
    /// Postal address of the publisher, which many countries ask for in mail to a list.
    pub postal_address: Option<String>,
    /// Where this edition stands on the web.
    pub online: Option<String>,
}

impl Reader {
    /// The owner of the program, reading their own digest.
    pub fn own(recipient: &Recipient) -> Self {
        Self {
            address: recipient.address.clone(),
            name: recipient.name.clone(),
            language: recipient.language.clone(),
            ..Self::default()
        }
    }
}

/// Why somebody gets an edition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is their own program that sends it.
    #[default]
    OwnDigest,
    /// They are on a list.
    List {
        /// When they agreed, if that is known.
        #[schemars(with = "Option<String>")]
        since: Option<Timestamp>,
    },
}

/// One copy of an edition, ready to be put into a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// One line of at most [`SUBJECT_LENGTH`] characters, not encoded.
    pub subject: String,
    /// The HTML part, CSS inlined.
    pub html: String,
    /// The text part: LF, no trailing blanks, one newline at its end.
    pub text: String,
    /// The same as Markdown, for files and other programs; not part of the mail.
    pub markdown: String,
}
