//! Bytes of a page, a text, a mail → one [`Article`](crate::model::Article): charset, content, metadata, boilerplate.
//!
//! Everything here takes what the web sends: sizes and depths are capped before a parser sees the bytes, and what went wrong is
//! a [`Problem`](crate::model::Problem) beside the article, never a panic and never an error. Nothing is added to a text; its
//! lines are the blocks of the page.
//!
//! [`DocumentKind`] distinguishes the kinds of documents; [`html`], [`plain`] and [`mail`] read one kind each; [`sanitize`] makes the
//! only markup that may be shown unescaped.

mod blocks_to_text;
pub mod boilerplate;
mod charset;
mod document_kind;
mod document_lines;
mod draft;
mod entry;
mod html;
mod linked;
mod links;
mod mail;
mod options;
mod picture;
mod plain;
mod plain_text;
mod recurring;
mod sanitize;
mod url;

pub use blocks_to_text::BlockText;
pub use charset::{Charset, decode, detect, encoding_trouble};
pub use document_kind::{DocumentKind, draft, media_type, read};
pub use document_lines::{DocumentLines, read_with_lines};
pub use draft::Draft;
pub use entry::{EntryText, entry_html, entry_plain};
pub use html::{PageFeatures, html, html_draft, html_features};
pub use links::{PageLink, article_links, page_tree, selector_mistake};
pub use mail::{MailItem, Roundup, mail, mails, roundup};
pub use options::Options;
pub use picture::{PictureFault, picture};
pub use plain::{plain, plain_draft};
pub use plain_text::{fragment, title_text, visible_line};
pub use recurring::{drop_recurring, observe_entry};
pub use sanitize::{SafeHtml, sanitize, sanitize_with_images};
pub use url::{canonical_url, direct, entry_url, is_a_claim, is_front_page, origin, owns_address, unwrapped, words_of};
