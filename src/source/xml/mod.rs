//! XML as the world writes it → a tree of elements.
//!
//! [`repair`] makes the text fit for a parser, [`parse`] builds the [`Tree`], forgiving what a strict parser must not.

mod entities;
mod namespace;
mod parse;
mod repair;
mod tree;

pub(super) use entities::{decode_entities, entity_name};
pub(super) use parse::{MOST_ELEMENTS, parse};
pub(super) use repair::repair;
pub(super) use tree::{Element, Tree};
