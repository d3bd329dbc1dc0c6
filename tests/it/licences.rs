//! Every package in the tree has a licence that `deny.toml` allows, comes from the registry, and is not banned.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

#[test]
fn every_dependency_is_allowed() {
    let policy: toml::Table = std::fs::read_to_string("deny.toml").unwrap().parse().unwrap();
    let allowed = strings(&policy["licenses"]["allow"]);
    let banned: BTreeSet<String> =
        policy["bans"]["deny"].as_array().unwrap().iter().map(|ban| ban["name"].as_str().unwrap().into()).collect();

    let packages = packages();
    assert!(packages.len() > 100, "cargo metadata lists the tree");
    let mut wrong = Vec::new();
    let mut places = BTreeSet::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or_default();
        if !satisfied(licence, &allowed) {
            wrong.push(format!("{name}: licence `{licence}`"));
        }
        if banned.contains(name) {
            wrong.push(format!("{name}: banned"));
        }
        places.extend(package["source"].as_str());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let foreign = places.iter().any(|place| !place.starts_with("registry+"));
    assert!(!foreign && places.len() == 1, "packages come from more than the registry: {places:?}");
}

#[test]
fn a_licence_expression_needs_one_allowed_alternative() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "BSD-3-Clause".to_owned()]);
    for (expression, wanted) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("MIT/GPL-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR MIT) AND BSD-3-Clause", true),
        ("", false),
    ] {
        assert_eq!(satisfied(expression, &allowed), wanted, "{expression}");
    }
}

fn packages() -> Vec<Value> {
    let host = Command::new(env!("CARGO")).args(["-vV"]).output().unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host];
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let nodes: BTreeSet<&str> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().filter_map(|node| node["id"].as_str()).collect();
    let all = metadata["packages"].as_array().unwrap();
    all.iter().filter(|package| nodes.contains(package["id"].as_str().unwrap())).cloned().collect()
}

/// SPDX expressions as they occur in the tree: AND of alternatives, alternatives in brackets or with `OR` or `/`.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let parts = expression.split(" AND ").map(|part| part.trim_matches(['(', ')']).replace('/', " OR "));
    let mut parts = parts.peekable();
    parts.peek().is_some()
        && parts.all(|part| part.split(" OR ").any(|licence| allowed.contains(licence.trim().trim_matches(['(', ')']))))
}

fn strings(value: &toml::Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}
