//! The three acts: gather, compose, deliver.
