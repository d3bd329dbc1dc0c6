//! The house keeps its order: a module uses modules before it and none after it, and the pure half is pure.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// DESIGN: read as a line, each module may use those before it.
const ORDER: [&str; 15] = [
    "text", "rank", "summary", "model", "extract", "story", "render", "fetch", "source", "store", "send", "config",
    "error", "pipeline", "cli",
];

/// The modules that are functions on values.
const PURE: usize = 7;

/// What a pure module has no business with: clock, disk, network, environment, processes, chance.
const IMPURE: &str = r"(?x) std::(fs|net|env|process|time::(SystemTime|Instant)) | \b(tokio|reqwest|sqlx|rand|getrandom)::
    | Timestamp::now | Zoned::now | SystemTime | Instant::now | TimeZone::system | \bRandomState\b | thread_rng";

#[test]
fn a_module_uses_no_module_after_it() {
    let mention = Regex::new(r"crate::([a-z_]+)").unwrap();
    let mut wrong = Vec::new();
    for (place, module) in ORDER.iter().enumerate() {
        for file in files_of(module) {
            let code = code_of(&file);
            for found in mention.captures_iter(&code) {
                let used = &found[1];
                if ORDER.iter().position(|other| *other == used).is_some_and(|other| other > place) {
                    wrong.push(format!("{} uses `{used}`, which comes after `{module}`", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_names_every_module() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let declared: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(declared, ORDER, "src/lib.rs declares the modules in the order of the house");
}

#[test]
fn the_pure_half_is_pure() {
    let impure = Regex::new(IMPURE).unwrap();
    let mut wrong = Vec::new();
    for module in &ORDER[..PURE] {
        for file in files_of(module) {
            for (number, line) in code_of(&file).lines().enumerate() {
                if impure.is_match(line) {
                    wrong.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "outside world in the pure half:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_prints() {
    let print = Regex::new(r"\be?println!|\be?print!|\bdbg!").unwrap();
    let mut wrong = Vec::new();
    for module in ORDER.iter().filter(|module| **module != "cli") {
        for file in files_of(module) {
            let found = code_of(&file).lines().any(|line| print.is_match(line));
            wrong.extend(found.then(|| file.display().to_string()));
        }
    }
    assert!(wrong.is_empty(), "these print: {wrong:?}");
}

#[test]
fn no_room_is_named_for_nothing() {
    let nothing = ["util", "utils", "common", "helper", "helpers", "misc"];
    let wrong: Vec<PathBuf> = walk(Path::new("src"))
        .into_iter()
        .filter(|file| file.iter().any(|part| nothing.contains(&part.to_string_lossy().trim_end_matches(".rs"))))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn files_of(module: &str) -> Vec<PathBuf> {
    let file = PathBuf::from(format!("src/{module}.rs"));
    if file.is_file() { vec![file] } else { walk(&Path::new("src").join(module)) }
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    // Tests of a module may stand in a file of their own; they may read the disk and say that they skipped.
    files.retain(|file| !file.ends_with("tests.rs"));
    files.sort();
    files
}

/// The code of a file without comments and without its tests, which stand at its end.
fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let is_comment = |line: &str| line.trim_start().starts_with("//");
    code.lines().map(|line| if is_comment(line) { "" } else { line }).collect::<Vec<_>>().join("\n")
}
