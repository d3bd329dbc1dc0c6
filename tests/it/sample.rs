//! The shipped sample makes a real edition, offline, and every sentence of it stands in its source.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use newsdigest::model::Edition;

use crate::support::program::run_in;

fn edition() -> Edition {
    let state = tempfile::tempdir().unwrap();
    let ran = run_in(Path::new("."), state.path(), &["--dry-run", "--format", "json"]).ends(0);
    let shown: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    serde_json::from_value(shown["edition"].clone()).unwrap()
}

fn sources() -> Vec<String> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["examples", "examples/pages", "examples/scraped"] {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.extend(entries.filter(|path| path.extension().is_some_and(|kind| kind != "rs" && kind != "py")));
    }
    files.iter().filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_sentence_stands_word_for_word_in_its_source() {
    let (edition, sources) = (edition(), sources());
    let sentences: Vec<_> = edition.stories().flat_map(|story| &story.sentences).collect();
    assert!(sentences.len() >= 15, "{}", sentences.len());
    for sentence in sentences {
        assert!(sources.iter().any(|source| source.contains(&sentence.text)), "not in a source: {}", sentence.text);
    }
}

#[test]
fn it_has_stories_in_sections_and_one_event_is_one_story() {
    let edition = edition();
    assert!(edition.story_count() >= 5, "{}", edition.story_count());
    assert!(edition.sections.len() >= 2);
    let strike: Vec<_> = edition
        .stories()
        .filter(|story| story.headline.contains("Velmar") && story.places.len() + story.also_in.len() == 3)
        .collect();
    assert_eq!(strike.len(), 1, "three articles about the strike are one story");
    let boilerplate = ["cookie", "newsletter", "donation", "All rights reserved", "Sign up"];
    for sentence in edition.stories().flat_map(|story| &story.sentences) {
        assert!(boilerplate.iter().all(|word| !sentence.text.contains(word)), "{}", sentence.text);
    }
}

#[test]
fn the_text_edition_is_shown_with_its_headers() {
    let state = tempfile::tempdir().unwrap();
    let ran = run_in(Path::new("."), state.path(), &["--dry-run"]).ends(0);
    for wanted in ["Subject: ", "Message-ID: <sample-", "List-Id: ", "MORNING ON THE COAST", "REGION", "AUF DEUTSCH"] {
        assert!(ran.stdout.contains(wanted), "{wanted}: {}", ran.stdout);
    }
    assert!(std::fs::read_dir(state.path()).unwrap().next().is_none(), "nothing was stored");
}
