//! What every edition's mail promises, whatever is in it.

use std::path::PathBuf;

use newsdigest::model::{Edition, MoreLink, Section, Story};
use newsdigest::render::{Reader, Rendered, Templates, sample};

/// The sample edition with `count` full stories, in one section a dozen.
fn edition_of(count: usize) -> Edition {
    let mut edition = sample();
    let stories: Vec<Story> = edition.stories().cloned().collect();
    let told: Vec<Story> = stories.iter().cycle().take(count).cloned().collect();
    let section = |(index, stories): (usize, &[Story])| Section {
        name: format!("Section {}", index + 1),
        stories: stories.to_vec(),
        more: Vec::new(),
    };
    edition.sections = told.chunks(12).enumerate().map(section).collect();
    edition
}

fn reader() -> Reader {
    Reader { address: "reader@example.net".into(), ..Reader::default() }
}

fn render(template: &str, edition: &Edition) -> Rendered {
    Templates::builtin(template).unwrap().render(edition, &reader()).unwrap()
}

#[test]
fn the_sample_renders() {
    for template in Templates::names() {
        let rendered = render(template, &sample());
        if let Ok(folder) = std::env::var("DIGEST_RENDERED") {
            let folder = PathBuf::from(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{template}.json")), serde_json::to_string(&rendered).unwrap()).unwrap();
        }
    }
}
