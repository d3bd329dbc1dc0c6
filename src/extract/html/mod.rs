//! A page → its article.
pub(crate) mod guard;
pub(crate) mod lines;
