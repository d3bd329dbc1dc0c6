//! A mistake in the config is told with its line, its column and what was probably meant; the reference names every key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use newsdigest::config::{Config, Mistakes, file_schema, schema};
use serde_json::Value;

use crate::support::program::Program;

/// The mistakes of a config, as `line:column message | hint`.
fn mistakes(text: &str) -> Vec<String> {
    let found: Mistakes = match Config::parse(text, Path::new("config.toml")) {
        Ok(_) => return Vec::new(),
        Err(found) => found,
    };
    let report = found.report(false);
    let tell = |mistake: &newsdigest::config::Diagnostic| {
        let (line, column) = found.position(mistake).expect("every mistake here has a place");
        assert!(report.contains(&format!("config.toml:{line}:{column}")), "{report}");
        assert!(report.contains('^'), "a caret: {report}");
        format!("{line}:{column} {} | {}", mistake.message, mistake.hint.as_deref().unwrap_or("-"))
    };
    found.diagnostics.iter().map(tell).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(mistakes(text), expected, "\n{text}");
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    check("[summary]\nsentnces = 3\n", &["2:1 unknown key `sentnces` | did you mean `sentences`?"]);
    check("[feedback]\nmailto = \"a@example.org\"\n", &["1:2 unknown key `feedback` | it is called `rating` now"]);
    check("[newsleter]\n", &["1:2 unknown key `newsleter` | did you mean `newsletter`?"]);
    check("[mail.smtp]\nhots = \"x\"\n", &["2:1 unknown key `hots` | did you mean `host`?"]);
}

#[test]
fn an_unknown_value_names_the_nearest_known_one() {
    check("[summary]\nmethod = \"textrnk\"\n", &["2:10 unknown value `textrnk` | did you mean `textrank`?"]);
    let found = mistakes("[newsletter]\nwhen_empty = \"never\"\n");
    assert_eq!(found, ["2:14 unknown value `never` | known here: skip, send"]);
}

#[test]
fn a_wrong_type_is_told_at_the_value() {
    check(
        "[newsletter]\n  max_stories = \"twelve\"\n",
        &["2:17 a whole number from 0 up is expected here, not `\"twelve\"` | -"],
    );
}

#[test]
fn a_length_of_time_is_told_how_to_be_written() {
    let hint = "write it like \"90s\", \"20m\", \"36h\" or \"7 days\"";
    check("[fetch]\ntimeout = \"soon\"\n", &[&format!("2:11 this is not a length of time | {hint}")]);
    check("[newsletter]\nmin_interval = \"5 moons\"\n", &[&format!("2:16 this is not a length of time | {hint}")]);
}

#[test]
fn what_is_no_toml_is_told_where_it_breaks() {
    let found = mistakes("version = 1\n[newsletter\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("2:"), "{found:?}");
}

#[test]
fn a_bad_pattern_is_told_at_the_pattern() {
    let text = "[[rule]]\nname = \"deals\"\ndrop = { title = '(sponsored' }\n";
    check(text, &["3:18 rule `deals`: the pattern is no regular expression: unclosed group | -"]);
}

#[test]
fn a_missing_file_is_told_at_its_name() {
    let mail = "[mail]\nfrom = \"a@example.org\"\ntransport = \"sendmail\"\nrecipients = \"nobody.csv\"\n";
    check(mail, &["4:14 there is no file `nobody.csv` | -"]);
    let key = "[mail]\nfrom = \"a@example.org\"\nto = [\"b@example.org\"]\ntransport = \"file\"\n\
               [mail.dkim]\ndomain = \"example.org\"\nselector = \"s\"\nkey_file = \"no.pem\"\n";
    check(key, &["8:12 there is no file `no.pem` | -"]);
    let template = "[newsletter]\ntemplate = \"defualt\"\n";
    check(template, &["2:12 no built-in template and no folder `defualt` | did you mean `default`?"]);
}

#[test]
fn two_secrets_are_one_too_many() {
    let text = "[mail]\nfrom = \"a@example.org\"\nto = [\"b@example.org\"]\n[mail.smtp]\nhost = \"mail.example.org\"\n\
                username = \"a\"\npassword_env = \"P\"\npassword_command = [\"pass\"]\n";
    let wanted =
        "7:16 two secrets: `password_command` and `password_env` | keep one of them, for example `password_command`";
    check(text, &[wanted]);
}

#[test]
fn addresses_zones_and_sources_are_checked_all_at_once() {
    let text = "[newsletter]\ntimezone = \"Europe/Berlyn\"\n[[source]]\nname = \"a\"\nfeed = \"ftp://example.org\"\n\
                [mail]\nfrom = \"nobody\"\nto = [\"b@example.org\"]\ntransport = \"sendmail\"\n";
    let found = mistakes(text);
    let lines: Vec<&str> = found.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(lines, ["2:12", "5:8", "7:8"], "{found:?}");
}

#[test]
fn a_source_has_a_name_of_its_own_and_one_kind() {
    let twice = "[[source]]\nname = \"a\"\nfeed = \"https://a.example/\"\n[[source]]\nname = \"a\"\nfeed = \"https://b.example/\"\n";
    check(twice, &["5:8 another source is called `a` | -"]);
    let found = mistakes("[[source]]\nname = \"a\"\nfeed = \"https://a.example/\"\npage = \"https://a.example/\"\n");
    assert_eq!(found.len(), 1, "{found:?}");
    let found = mistakes("[[source]]\nname = \"a\"\n");
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn one_budget_a_summary() {
    let text = "[summary]\nsentences = 3\nshare = 0.1\n";
    check(text, &["3:9 a summary has one budget: `sentences`, `words` or `share` | -"]);
}

/// Keys of the reference that are the sample's own, not defaults.
const OF_THE_SAMPLE: [&str; 8] = [
    "version",
    "newsletter.name",
    "newsletter.title",
    "newsletter.timezone",
    "newsletter.sections",
    "mail.from",
    "mail.to",
    "mail.transport",
];

/// The reference has the keys of the schema, set or commented out, in their tables, and no others; a set one has its default.
#[test]
fn the_reference_names_every_key() {
    let text = Program::new("").run(&["config", "reference"]).ends(0).stdout;
    assert_eq!(text, std::fs::read_to_string("config.toml").unwrap());
    Config::parse(&text, Path::new("config.toml")).unwrap_or_else(|mistakes| panic!("{}", mistakes.report(false)));
    let (schema, mut keys) = (schema(), BTreeMap::new());
    collect_keys(&schema, &schema, "", &mut keys);
    let written = written_keys(&text);
    assert!(keys.len() > 100, "{keys:?}");
    let of_defaults =
        |key: &str| key.strip_prefix("source.").is_some_and(|key| written.contains(&format!("defaults.{key}")));
    let missing: Vec<&String> = keys.keys().filter(|key| !written.contains(*key) && !of_defaults(key)).collect();
    assert!(missing.is_empty(), "config.toml does not name: {missing:?}");
    let unknown: Vec<&String> = written.iter().filter(|key| !keys.contains_key(*key)).collect();
    assert!(unknown.is_empty(), "config.toml names what is no key: {unknown:?}");

    let set: Value = serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
    for (key, default) in keys.iter().filter(|(key, _)| !OF_THE_SAMPLE.contains(&key.as_str())) {
        let value = set.pointer(&format!("/{}", key.replace('.', "/")));
        assert!(value.is_none_or(|value| same(value, default)), "{key} is {value:?}, its default {default}");
    }
}

#[test]
fn the_schema_is_printed() {
    let program = Program::new("");
    let printed: Value = serde_json::from_str(&program.run(&["config", "schema"]).ends(0).stdout).unwrap();
    assert_eq!(printed, file_schema());
    assert_eq!(program.run(&["config", "schema"]).stdout, program.run(&["check", "--schema"]).ends(0).stdout);
}

/// Equal, also as lengths of time.
fn same(one: &Value, other: &Value) -> bool {
    let span = |value: &Value| value.as_str().and_then(|text| text.parse::<jiff::SignedDuration>().ok());
    one == other
        || span(one).is_some_and(|one| Some(one) == span(other))
        || one.as_f64().is_some_and(|one| Some(one) == other.as_f64())
}

/// The keys that a config with these comments names, each with its tables: `mail.smtp.host`.
fn written_keys(text: &str) -> BTreeSet<String> {
    let (mut table, mut keys) = (String::new(), BTreeSet::new());
    for line in text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)) {
        if let Some(name) = line.strip_prefix('[') {
            table = format!("{}.", name.trim_start_matches('[').split(']').next().unwrap());
        } else if let Some((key, _)) = line.split_once('=') {
            let key = key.trim_end();
            let is_key = !key.is_empty() && key.chars().all(|char| char.is_ascii_lowercase() || char == '_');
            keys.extend(is_key.then(|| format!("{table}{key}")));
        }
    }
    keys
}

/// The keys below `node` of the schema `root`, each with its tables, and their defaults. The patterns of rules are one key, and so are readers.
fn collect_keys(root: &Value, node: &Value, table: &str, keys: &mut BTreeMap<String, Value>) {
    for (key, value) in resolved(root, node)["properties"].as_object().into_iter().flatten() {
        let path = format!("{table}{key}");
        if resolved(root, value)["properties"].is_object() && !["drop", "keep", "boost", "to"].contains(&key.as_str()) {
            collect_keys(root, value, &format!("{path}."), keys);
        } else {
            keys.insert(path, value["default"].clone());
        }
    }
}

/// The definition that `node` refers to, through options and lists.
fn resolved<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    let chosen = node["anyOf"].as_array().and_then(|any| any.iter().find(|one| one["$ref"].is_string()));
    if let Some(place) = node["$ref"].as_str() {
        return resolved(root, root.pointer(place.trim_start_matches('#')).expect("the schema is whole"));
    }
    match chosen.or_else(|| node.get("items")) {
        Some(inner) => resolved(root, inner),
        None => node,
    }
}
