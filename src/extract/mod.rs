//! Bytes of a page, a text, a mail → one [`Article`](crate::model::Article): charset, content, metadata, boilerplate.

pub mod clean;
