//! The three acts: gather, compose, deliver.

pub mod templates;
