//! The house keeps its order: a module uses modules before it and none after it, and the pure half is pure.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use regex::Regex;

use crate::support::code::{Exports, Module, library, module};

/// Read as a line, each room may use those before it.
const ORDER: [&str; 16] = [
    "text", "rank", "summary", "model", "extract", "story", "render", "fetch", "source", "store", "send", "config",
    "error", "pipeline", "serve", "cli",
];

/// How many rooms, from the first, are functions on values.
const PURE: usize = 7;

/// Rooms that may see each other by the order, and do not need to: what they share lies in `model`.
const APART: [(&str, &str); 2] = [("send", "store"), ("store", "story")];

/// Things that a pure room has no business with: clock, disk, network, environment, processes, chance.
const IMPURE: &str = r"(?x)
    ^std::( \* | fs | net | env | process | time::(SystemTime|Instant|\*) ) | ^(tokio|reqwest|sqlx|rand|getrandom)\b
    | (Timestamp|Zoned|SystemTime|Instant)::now$ | TimeZone::system | \b(RandomState|thread_rng)\b
    | ^fastrand::([a-z*]|Rng::new)";

/// Which rooms `module` uses that come after its own, or are none of its business.
fn uses_of_later_rooms(module: &Module) -> Vec<String> {
    let place = |room: &str| ORDER.iter().position(|other| *other == room);
    let own = place(&module.path[0]).expect("every room has its place");
    let mut wrong = module.paths.clone();
    wrong.retain(|path| {
        path.strip_prefix("crate::").is_some_and(|path| {
            let room = path.split("::").next().unwrap_or_default();
            let is_apart = APART.contains(&(module.path[0].as_str(), room));
            room == "*" || is_apart || place(room).is_some_and(|other| other > own)
        })
    });
    wrong
}

/// Paths that `module` uses and no function on values may.
fn impurities(module: &Module) -> Vec<String> {
    let impure = Regex::new(IMPURE).unwrap();
    let mut wrong = module.paths.clone();
    wrong.retain(|path| impure.is_match(path));
    wrong
}

/// Modules of the library that break `rule`, a line each.
fn broken(rule: impl Fn(&Module) -> Vec<String>) -> String {
    let modules = library();
    assert!(modules.len() > 100, "the library's modules are found");
    let wrong = modules.iter().flat_map(|module| {
        let wrong = rule(module).into_iter();
        wrong.map(|wrong| format!("{} uses `{wrong}`\n", module.file.display())).collect::<Vec<_>>()
    });
    wrong.collect()
}

#[test]
fn a_module_uses_no_module_after_it() {
    let wrong = broken(uses_of_later_rooms);
    assert!(wrong.is_empty(), "later rooms are used:\n{wrong}");
}

#[test]
fn every_way_to_a_later_room_is_seen() {
    let exports = Exports::from([("Error".to_owned(), "error".to_owned())]);
    let red = |path: &[&str], code: &str, wanted: &str| {
        let found = uses_of_later_rooms(&module(path, code, &exports));
        assert_eq!(found, [wanted], "{code}");
    };
    red(&["text"], "use crate::cli;", "crate::cli");
    red(&["text"], "use crate::{cli};", "crate::cli");
    red(&["text"], "use crate::{cli::run as go};", "crate::cli::run");
    red(&["rank"], "use crate::{text::{Words, split}, story::group};", "crate::story::group");
    red(&["text"], "use crate::{text, story::{self}};", "crate::story");
    red(&["text"], "use crate::Error;", "crate::error::Error");
    red(&["text"], "use crate::{text::words, Error};", "crate::error::Error");
    red(&["text", "split", "ends"], "use super::super::super::fetch::Http;", "crate::fetch::Http");
    red(&["text"], "use super::{store::Store};", "crate::store::Store");
    red(&["text"], "mod inner { fn go() { super::super::send::all() } }", "crate::send::all");
    red(&["text"], "fn go() -> Option<crate::render::Mail> { None }", "crate::render::Mail");
    red(&["text"], r#"fn go() { format!("{}", crate::config::locate()) }"#, "crate::config::locate");
    red(&["text"], "use crate as house;", "crate::*");
    red(&["text"], "use crate::*;", "crate::*");
    red(&["text"], "use super::*;", "crate::*");
    red(&["text"], "#[cfg(test)] mod tests { use crate::cli; } use crate::pipeline;", "crate::pipeline");
    red(&["send"], "use crate::{model::Message, store::Store};", "crate::store::Store");
    red(&["store"], "fn go() { crate::story::verify() }", "crate::story::verify");
}

#[test]
fn a_way_to_an_earlier_room_is_none_to_a_later_one() {
    let green = |path: &[&str], code: &str| {
        let found = uses_of_later_rooms(&module(path, code, &Exports::new()));
        assert_eq!(found, [""; 0], "{code}");
    };
    green(&["story"], "use crate::{text::{Words}, model::Article}; // use crate::cli;");
    green(&["story", "group"], "use super::{pairs, super::rank}; pub(crate) fn go() { self::super::pick() }");
    green(&["text"], "/// Unlike `crate::cli`. \n#[cfg(test)] mod tests { use crate::cli; }");
    green(&["text"], r#"fn go() -> &'static str { "crate::cli" }"#);
}

#[test]
fn the_order_names_every_room() {
    let rooms: BTreeSet<&str> = library().iter().map(|module| module.path[0].as_str()).collect();
    assert_eq!(rooms, BTreeSet::from(ORDER), "each room that `src/lib.rs` declares has its place");
}

#[test]
fn the_pure_half_is_pure() {
    let wrong = broken(|module| {
        let is_pure = ORDER[..PURE].contains(&module.path[0].as_str());
        if is_pure { impurities(module) } else { vec![] }
    });
    assert!(wrong.is_empty(), "outside world in the pure half:\n{wrong}");
}

#[test]
fn every_way_to_the_outside_is_seen() {
    let red = |code: &str, wanted: &str| {
        assert_eq!(impurities(&module(&["text"], code, &Exports::new())), [wanted], "{code}");
    };
    red("use std::{fmt, fs};", "std::fs");
    red("use std::time::{Duration, Instant};", "std::time::Instant");
    red("use std as world;", "std::*");
    red("fn go() -> u64 { std::env::args().count() as u64 }", "std::env::args");
    red("use tokio::runtime::Runtime;", "tokio::runtime::Runtime");
    red("fn go() { vec![jiff::Timestamp::now()]; }", "jiff::Timestamp::now");
    red("#[cfg(test)] mod tests { fn t() {} } fn go() { Timestamp::now(); }", "Timestamp::now");
    red("fn go() { fastrand::shuffle(&mut [1]); }", "fastrand::shuffle");
    let green = "// std::fs\nuse std::time::Duration; #[cfg(test)] mod tests { use std::fs; } fn go() { fastrand::Rng::with_seed(0); }";
    assert_eq!(impurities(&module(&["text"], green, &Exports::new())), [""; 0]);
}

#[test]
fn only_the_command_line_prints() {
    let prints = ["print", "println", "eprint", "eprintln", "dbg"];
    let wrong = broken(|module| {
        let mut calls = module.macros.clone();
        calls.retain(|call| module.path[0] != "cli" && prints.contains(&call.as_str()));
        calls
    });
    assert!(wrong.is_empty(), "these print:\n{wrong}");
}

#[test]
fn no_room_is_named_for_nothing() {
    let nothing = ["util", "utils", "common", "helper", "helpers", "misc"];
    let wrong = broken(|module| module.path.iter().filter(|name| nothing.contains(&name.as_str())).cloned().collect());
    assert!(wrong.is_empty(), "{wrong}");
}
