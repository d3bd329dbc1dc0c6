//! How fast copies of an edition are made, on one core: `cargo bench --bench rendering -- [STORIES] [COPIES]`.
//!
//! Every copy is a whole message with its own address, name and unsubscribe link; the readers speak three languages.

#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a program for developers")]

use std::time::Instant;

use newsdigest::model::{Edition, Recipient, Section, Story};
use newsdigest::render::{Reader, Templates, Why, sample};
use newsdigest::send::{self, EditionSecret, MessageBuilder, MessageTemplate, Placeholders};

const LANGUAGES: [&str; 3] = ["en", "de", "fr"];

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (stories, copies) = (numbers.next().unwrap_or(12), numbers.next().unwrap_or(10_000));
    let edition = edition_of(stories);
    let options = send::Options {
        from: "Digest <digest@example.org>".into(),
        unsubscribe_mailto: Some("leave@example.org".into()),
        ..send::Options::default()
    };
    let languages = LANGUAGES.map(str::to_owned);
    let recipients: Vec<Recipient> = (0..copies).map(recipient).collect();
    for name in Templates::names() {
        let started = Instant::now();
        let templates = Templates::builtin(name).unwrap();
        let template = |language| template(&templates, &edition, language, &options);
        let builders = LANGUAGES.map(|language| MessageBuilder::new(template(language)));
        let rendered = started.elapsed();
        let started = Instant::now();
        let deliveries = send::plan_deliveries(&edition, &recipients, &languages, &options).unwrap();
        let copy = |delivery: &newsdigest::model::PlannedDelivery| {
            let language = languages.iter().position(|language| *language == delivery.template).unwrap();
            builders[language].preview(delivery, None).unwrap().message.bytes.len()
        };
        let bytes: usize = deliveries.iter().map(copy).sum();
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{name}: parsed, and rendered in three languages, in {rendered:.1?}; {copies} mails of {stories} stories ({} kB each) in {seconds:.2} s, {:.0} a second",
            bytes / copies / 1_000,
            copies as f64 / seconds
        );
    }
}

/// The edition in `language`, with something in the reader's place.
fn template(templates: &Templates, edition: &Edition, language: &str, options: &send::Options) -> MessageTemplate {
    let placeholders = Placeholders::new(EditionSecret::new([7; 16]), edition);
    let reader = Reader {
        address: placeholders.address.clone(),
        language: Some(language.to_owned()),
        why: Why::List { since: None },
        unsubscribe: Some(placeholders.unsubscribe.clone()),
        ..Reader::default()
    };
    let rendered = templates.render(edition, &reader).unwrap();
    MessageTemplate::new(edition, &rendered, &placeholders, options).unwrap()
}

fn edition_of(count: usize) -> Edition {
    let mut edition = sample();
    let stories: Vec<Story> = edition.stories().cloned().collect();
    let told: Vec<Story> = stories.iter().cycle().take(count).cloned().collect();
    let section = |stories: &[Story]| Section { name: "Section".into(), stories: stories.to_vec(), more: Vec::new() };
    edition.sections = told.chunks(4).map(section).collect();
    edition
}

fn recipient(number: usize) -> Recipient {
    Recipient {
        address: format!("reader{number}@example.net"),
        name: Some(format!("Reader {number}")),
        language: Some(LANGUAGES[number % LANGUAGES.len()].into()),
    }
}
