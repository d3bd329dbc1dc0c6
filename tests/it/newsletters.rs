//! Newsletters that were received, and the items they are read as.
//!
//! `tests/fixtures/newsletters` holds a folder a mail: `input.eml`, and in `expected.json` its items (heading, link, the
//! beginning of the text); no items: the mail is one text. To add a case, add a folder; the test prints what differs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;

use newsdigest::extract::roundup;
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    title: String,
    url: String,
    text: String,
}

/// Least share of items found, and of found ones that are items, in one figure (F1).
const FLOOR: f64 = 0.95;

fn same(one: &str, other: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    plain(one) == plain(other)
}

#[test]
fn a_roundup_is_read_as_its_items() {
    let (mut right, mut found_in_all, mut expected_in_all, mut wrong) = (0, 0, 0, Vec::new());
    let mut folders: Vec<_> =
        fs::read_dir("tests/fixtures/newsletters").unwrap().map(|folder| folder.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let expected: Vec<Expected> = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let found = roundup(&fs::read(folder.join("input.eml")).unwrap()).map(|found| found.items).unwrap_or_default();
        let is_right = |item: &&Expected| {
            found
                .iter()
                .any(|one| one.url == item.url && same(&one.title, &item.title) && one.text.starts_with(&item.text))
        };
        let matched = expected.iter().filter(is_right).count();
        (right, found_in_all, expected_in_all) =
            (right + matched, found_in_all + found.len(), expected_in_all + expected.len());
        println!("{}: {matched} of {} items, {} found", folder.display(), expected.len(), found.len());
        if matched < expected.len() || found.len() > matched {
            wrong.push(format!("{}: {found:#?}", folder.display()));
        }
    }
    let f1 = 2.0 * f64::from(right as u32) / f64::from((found_in_all + expected_in_all) as u32);
    println!("F1 {f1:.3}: {right} right of {found_in_all} found, {expected_in_all} expected");
    assert!(f1 >= FLOOR, "F1 {f1:.3}\n{}", wrong.join("\n"));
}
