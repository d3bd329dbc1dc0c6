//! Sentences end where a reader of the language ends them.
//!
//! A file of `tests/fixtures/split` is a language; its paragraphs are texts, one sentence a line.

use std::fs;
use std::path::Path;

use newsdigest::text::sentences;

/// Languages that write no space between sentences.
const UNSPACED: [&str; 4] = ["ja", "zh", "km", "bo"];

#[test]
fn sentences_of_every_language_end_as_its_readers_end_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/split");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 20, "{} languages", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let language = file.file_stem().unwrap().to_str().unwrap().to_owned();
        for paragraph in fs::read_to_string(&file).unwrap().trim_end().split("\n\n") {
            let expected: Vec<&str> = paragraph.lines().collect();
            let text = expected.join(if UNSPACED.contains(&language.as_str()) { "" } else { " " });
            let found: Vec<&str> = sentences(&text, Some(&language)).into_iter().map(|span| &text[span]).collect();
            if found != expected {
                wrong.push(format!("{language}: {found:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
