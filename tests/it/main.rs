//! The promises of the program, a module each, against real parts: the program itself, servers on loopback, SQLite.
//!
//! One crate, so that it is linked once: `cargo test --test it fragments::` runs the tests of one promise.
//! They run side by side in one process; none may change the working directory or the environment of it.

#![allow(clippy::unwrap_used, reason = "in a test an error is a failure")]

mod architecture;
mod chaos;
mod chaos_shared;
mod check;
mod citizen;
mod cli;
mod config;
mod contract;
mod cron;
mod daily;
mod determinism;
mod dkim;
mod drafts;
mod dry_run;
mod editions;
mod evaluate;
mod faults;
mod feeds;
mod fetch;
mod fragments;
mod gather;
mod giants;
mod guard;
mod guide;
mod hostile;
mod hostile_charsets;
mod hostile_documents;
mod hostile_feeds;
mod https;
mod identity;
mod images;
mod init;
mod isolation;
mod keeping;
mod licences;
mod links;
mod morning;
mod newsletters;
mod operations;
mod packages;
mod past;
mod plans;
mod postfix;
mod postgres;
mod preview;
mod preview_access;
mod preview_attacks;
mod preview_browser;
mod preview_sources;
mod publish;
mod publish_daily;
mod ranking_parity;
mod readable_parity;
mod rendering;
mod sample;
mod secrets;
mod send;
mod sentences;
mod sockets;
mod sources;
mod store;
mod support;
mod terminal;
mod tls;
mod wishes;
mod words;
mod year;
mod years;
