//! Bytes of a page, a text, a mail → one [`Article`](crate::model::Article): charset, content, metadata, boilerplate.

mod charset;
pub mod clean;
mod html;
mod plain_text;
mod sanitize;
mod url;

pub use charset::{decode, detect};
pub use plain_text::{fragment, title_text, visible_line};
pub use sanitize::{SafeHtml, sanitize};
pub use url::canonical_url;
