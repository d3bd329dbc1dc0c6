//! A morning of forty invented sources, one of each shape that people subscribe to, is read as its readers mean it.
//!
//! `tests/fixtures/morning` holds a folder a source, served from an address of loopback each; `{name}` in a file is the address
//! of the folder `name`, `{me}` that of its own. `python3 benches/morning.py` prints the edition, to be read by eye.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::program::Program;
use crate::support::web::{Answer, Web};

const FIXTURES: &str = "tests/fixtures/morning";

/// The files below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// `bytes` with the addresses of `sites` for their names.
fn filled(bytes: &[u8], sites: &BTreeMap<String, String>, me: &str, folder: &str) -> Vec<u8> {
    // Byte by byte: some files are in encodings of old.
    let mut text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let own = [("me".to_owned(), me.to_owned()), ("folder".to_owned(), folder.to_owned())];
    for (name, address) in sites.iter().map(|(name, address)| (name.clone(), address.clone())).chain(own) {
        text = text.replace(&format!("{{{name}}}"), &address);
    }
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/feed+json",
        _ => "application/xml",
    }
}

/// The edition of the morning, as JSON.
fn edition() -> Value {
    let root = Path::new(FIXTURES);
    let names: Vec<String> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let webs: BTreeMap<String, Web> = names
        .iter()
        .enumerate()
        .map(|(n, name)| (name.clone(), Web::start_on(&format!("127.0.0.{}", n + 2))))
        .collect();
    let sites: BTreeMap<String, String> =
        webs.iter().map(|(name, web)| (name.clone(), web.url("/").trim_end_matches('/').to_owned())).collect();
    let program = Program::new("");
    let folder = program.path("");
    let folder = folder.to_str().unwrap().trim_end_matches('/');
    for path in files(root) {
        let inner = path.strip_prefix(root).unwrap();
        let name = inner.iter().next().unwrap().to_str().unwrap();
        let me = sites.get(name).cloned().unwrap_or_default();
        let bytes = filled(&fs::read(&path).unwrap(), &sites, &me, folder);
        if let (Some(web), Ok(served)) = (webs.get(name), inner.strip_prefix(name)) {
            web.on(&format!("/{}", served.display()), Answer::Body(media_type(&path), bytes.clone()));
        }
        program.write_bytes(inner.to_str().unwrap(), &bytes);
    }
    let ran = program.run(&["run", "--dry-run", "--format", "json", "--now", "2026-11-27T09:00:00Z"]).ends(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The text of the edition for its reader: headlines and sentences, a line each.
fn said(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if matches!(name.as_str(), "headline" | "title" | "text") => {
                        lines.push(text.clone())
                    }
                    field => said(field, lines),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| said(value, lines)),
        _ => {}
    }
}

/// Words of frames, footers and machines, none of which is a sentence of an edition.
const FRAMES: &[&str] = &[
    "appeared first",
    "apparu en premier",
    "publicó primero",
    "submitted by",
    "Article URL",
    "# Comments",
    "cookie",
    "newsletter",
    "Never miss",
    "Unsubscribe",
    "unsubscribe",
    "Subscribe",
    "subscribers",
    "Email preferences",
    "View in browser",
    "Sponsor",
    "sponsored",
    "RopeCo",
    "Hosted on",
    "rate us",
    "Support us",
    "#boatbuilding",
    "#tide",
    "00:00",
    "Media contact",
    "All rights reserved",
    "Leave a Reply",
    "says:",
    "wrote:",
    "PGP",
    "mailing list",
    "500 g",
    "350 ml",
    "06:15",
    "Played",
    "Lesen Sie auch",
    "Read also",
    "Jetzt testen",
    "Last updated",
    "visitor 10231",
    "Continue reading",
    "Share",
    "配信停止",
    "Untitled",
    "secretly sold",
    "word for word",
    "That is all for today",
    "your own digest",
    "Source health",
    "\u{fffd}",
];

/// Headlines and sentences that the edition has.
const EXPECTED: &[&str] = &[
    "Council votes to mend the harbour wall",
    "A wall that mends itself",
    "I climbed the lamp that my grandfather kept",
    "Sea eagles nest on the crane of Nordby",
    "The keeper of the gate",
    "Whales are counted by their breath",
    "Port moves one million containers in a year",
    "Inside the bank that lent to ghosts",
    "The organ is back",
    "防波堤を夏までに修理",
    "항구의 새 등대",
    "Salt in the wells",
    "On waiting",
    "Storks stay for the winter",
    "Night train comes back in March",
    "Seaweed bread",
    "Winter timetable from Monday",
    "The island that counts its guests",
    "Robots clean the beach at night",
    "Nordby beats Hult by a single point",
    "From Either<A, B> to Option<A>",
    "Le phare rouvre ses portes",
    "La sardina sube un 40 %",
    "Deich wird um einen Meter erhöht",
    "Water will be brown on Tuesday",
    "How to tie up in a gale",
    "v5.0.1",
    "We bend a plank over a fire",
    "Lost: one tuba",
    "Five walks for a windy Sunday",
    "Hundreds of crabs walk through the tunnel",
    "I mended a net from 1911",
    "Buoy sends its last message",
    "Storm Malin: what we know",
    "Inspectors close one lane of the Halden Bay bridge",
];

#[test]
fn a_morning_of_forty_sources_is_read_without_their_frames() {
    let shown = edition();
    let mut lines = Vec::new();
    said(&shown["edition"], &mut lines);
    let all = lines.join("\n");
    let held: Vec<&str> = FRAMES.iter().copied().filter(|frame| all.contains(frame)).collect();
    assert!(held.is_empty(), "{held:?} in\n{all}");
    for expected in EXPECTED {
        assert!(all.contains(expected), "{expected} is missing in\n{all}");
    }
}
