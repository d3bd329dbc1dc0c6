//! How fast copies of an edition are printed, on one core: `cargo bench --bench rendering -- [STORIES] [COPIES]`.
//!
//! Every copy has its own address and unsubscribe link; the readers speak three languages.

#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a program for developers")]

use std::time::Instant;

use newsdigest::model::{Edition, Section, Story};
use newsdigest::render::{Reader, Templates, Why, sample};

const LANGUAGES: [&str; 3] = ["en", "de", "fr"];

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (stories, copies) = (numbers.next().unwrap_or(12), numbers.next().unwrap_or(10_000));
    let edition = edition_of(stories);
    for name in Templates::names() {
        let started = Instant::now();
        let templates = Templates::builtin(name).unwrap();
        let parsed = started.elapsed();
        let started = Instant::now();
        let mut press = templates.press(&edition);
        let bytes: usize = (0..copies).map(|number| press.print(&reader(number)).unwrap().html.len()).sum();
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{name}: parsed in {parsed:.1?}; {copies} copies of {stories} stories ({} kB of HTML each) in {seconds:.2} s, {:.0} a second",
            bytes / copies / 1_000,
            copies as f64 / seconds
        );
    }
}

fn edition_of(count: usize) -> Edition {
    let mut edition = sample();
    let stories: Vec<Story> = edition.stories().cloned().collect();
    let told: Vec<Story> = stories.iter().cycle().take(count).cloned().collect();
    let section = |stories: &[Story]| Section { name: "Section".into(), stories: stories.to_vec(), more: Vec::new() };
    edition.sections = told.chunks(4).map(section).collect();
    edition
}

fn reader(number: usize) -> Reader {
    Reader {
        address: format!("reader{number}@example.net"),
        language: Some(LANGUAGES[number % LANGUAGES.len()].into()),
        why: Why::List { since: None },
        unsubscribe: Some(format!("https://news.example.org/u/{number:x}")),
        ..Reader::default()
    }
}
