//! The servers and programs that the tests meet.

pub(crate) mod chromium;
pub(crate) mod code;
pub(crate) mod dns;
pub(crate) mod front;
pub(crate) mod markdown;
pub(crate) mod postgres;
pub(crate) mod preview;
pub(crate) mod program;
pub(crate) mod receiver;
pub(crate) mod skip;
pub(crate) mod smtp;
pub(crate) mod web;
