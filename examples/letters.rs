//! Whole mails of difficult editions in both templates, for checkers and for eyes: `cargo run --example letters -- FOLDER`.
//!
//! With `--checker check_email.py` each is held against it, and against SpamAssassin without the network, and a table is
//! printed; it fails when one has an error or a warning, or scores above 1.0.

#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a program for developers")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use jiff::Timestamp;
use newsdigest::model::{Advertisement, Edition, Intro, OwnWords, Picture, RateLinks, Recipient, Section, Story};
use newsdigest::render::{Reader, Templates, Why, sample, shown};
use newsdigest::send::{self, DkimOptions, EditionSecret, MessageTemplate, Placeholders, Signer};
use newsdigest::story::{Composition, shorten, steps};

/// The highest score SpamAssassin may give.
const HIGHEST_SCORE: f64 = 1.0;

#[derive(Parser)]
struct Arguments {
    /// Where the mails go.
    folder: PathBuf,
    /// `check_email.py`.
    #[arg(long)]
    checker: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.folder).unwrap();
    if arguments.checker.is_some() {
        println!(
            "| edition | template | kB of HTML | errors | warnings | spam score |\n| --- | --- | --- | --- | --- | --- |"
        );
    }
    let key_file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dkim/rsa.pkcs8.pem");
    let signer = Signer::new(&DkimOptions { domain: "example.org".into(), selector: "s1".into(), key_file }).unwrap();
    let mut all_good = true;
    for (name, edition) in editions() {
        for template in Templates::names() {
            let (mail, size) = mail(template, &edition, &signer, name == "owner");
            let path = arguments.folder.join(format!("{name}-{template}.eml"));
            std::fs::write(&path, &mail).unwrap();
            if let Some(checker) = &arguments.checker {
                let (errors, warnings) =
                    check(checker, &path, &signer, if name == "owner" { "personal" } else { "bulk" });
                let score = score(&mail);
                println!("| {name} | {template} | {} | {errors} | {warnings} | {score:.1} |", size.div_ceil(1000));
                all_good &= errors + warnings == 0 && score <= HIGHEST_SCORE;
            }
        }
    }
    if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn editions() -> Vec<(&'static str, Edition)> {
    let of = |count: usize| {
        let mut edition = sample();
        let stories: Vec<Story> = edition.stories().cloned().collect();
        let mut told: Vec<Story> = stories.iter().cycle().take(count).cloned().collect();
        told.iter_mut().enumerate().for_each(|(place, story)| story.id = format!("story-{place}"));
        let section = |(number, stories): (usize, &[Story])| Section {
            name: format!("Section {}", number + 1),
            stories: stories.to_vec(),
            more: Vec::new(),
        };
        edition.sections = told.chunks(12).enumerate().map(section).collect();
        edition
    };
    let arabic = told_in(
        "ar",
        "نشرة الصباح",
        "أخبار",
        "الميناء يُفتح من جديد بعد إضراب دام ستة أيام",
        "قالت سلطة الميناء إن أولى السفن ستصل إلى الرصيف الشمالي قبل الظهر.",
    );
    let japanese = told_in(
        "ja",
        "朝のダイジェスト",
        "ニュース",
        "六日間のストライキを終えて港が再開、双方が調停案を受け入れる",
        "港湾局によると、最初のコンテナ船は、正午までに北埠頭に着く見込みだ。",
    );
    let hostile = told_in(
        "en",
        "</title><b>Digest</b>\r\nBcc: evil@example.com",
        "{{ section }} <img src=x onerror=alert(1)>",
        "\u{202E}Harbour <a href='javascript:x'>opens</a> &amp; {{7*7}} \u{200B}\u{1F600}",
        "<script>alert(1)</script> said \"quoted\" & 'single' {% raw %} =?utf-8?q?x?= and \u{0}nothing else.",
    );
    vec![
        ("sample", sample()),
        ("extras", with_extras()),
        ("owner", sample()),
        ("picture", with_picture()),
        ("1 story", of(1)),
        ("3 stories", of(3)),
        ("12 stories", of(12)),
        ("68 stories", of(68)),
        ("right-to-left", arabic),
        ("Japanese", japanese),
        ("hostile", hostile),
    ]
}

/// The sample with everything a mail can carry.
fn with_extras() -> Edition {
    let mut edition = sample();
    for story in edition.sections.iter_mut().flat_map(|section| &mut section.stories) {
        let rate =
            |sign: &str| format!("mailto:rate@example.org?subject=rate%20{}%20{sign}%204ef74bec643dc077", story.id);
        story.rate = Some(RateLinks { more: rate("%2B"), less: rate("%2D") });
    }
    let intro = "Good morning. Two of today’s stories follow up on Monday’s long night at the port; the rest can wait until \
                 the coffee is ready.";
    edition.own = OwnWords {
        intro: Some(Intro { text: intro.into(), author: Some("Mira Holm".into()) }),
        notes: [("story-2".to_owned(), "The new timetable is not out yet; we will link it on Thursday.".to_owned())]
            .into(),
        advertisement: Some(Advertisement {
            text: "Halden Bookbinders turn a year of your letters into one cloth-bound volume, from 48 crowns.".into(),
            link: Some("See the bindings at halden.example".into()),
            url: Some("https://halden.example/letters".into()),
        }),
    };
    edition
}

/// The sample with its lead story's picture.
fn with_picture() -> Edition {
    let mut edition = sample();
    let bytes = include_bytes!("../tests/fixtures/lighthouse.jpg");
    let (media_type, size) = newsdigest::extract::picture(bytes).unwrap();
    edition.picture = Some(Picture {
        story: shown(&edition)[0].story.id.clone(),
        url: "https://example.org/lighthouse.jpg".into(),
        media_type: media_type.into(),
        size,
        alt: "A white lighthouse in front of an evening sky".into(),
        data: STANDARD.encode(bytes),
    });
    edition
}

/// The sample with other words in it.
fn told_in(language: &str, title: &str, section: &str, headline: &str, sentence: &str) -> Edition {
    let mut edition = Edition { language: language.into(), title: title.into(), ..sample() };
    for (number, part) in edition.sections.iter_mut().enumerate() {
        part.name = format!("{section} {}", number + 1);
        for (place, story) in part.stories.iter_mut().enumerate() {
            story.headline = format!("{headline} {number}.{place}");
            story.language = Some(language.into());
            for (order, told) in story.sentences.iter_mut().enumerate() {
                told.text = format!("{sentence} ({})", order + 1);
            }
        }
    }
    edition
}

/// The mail of `edition`, made lighter until it fits, and how large its HTML is.
fn mail(template: &str, edition: &Edition, signer: &Signer, is_owner: bool) -> (Vec<u8>, usize) {
    let from = "Morning digest <digest@example.org>".to_owned();
    let placeholders = Placeholders::new(EditionSecret::new([7; 16]), edition);
    let (options, reader) = if is_owner {
        let reader = Reader { address: placeholders.address.clone(), ..Reader::default() };
        (send::Options { from, ..send::Options::default() }, reader)
    } else {
        let options = send::Options {
            from,
            unsubscribe_mailto: Some("leave@example.org".into()),
            unsubscribe_url: Some("https://example.org/leave/{token}".into()),
            unsubscribe_secret_file: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dkim/README.md")),
            ..send::Options::default()
        };
        let reader = Reader {
            address: placeholders.address.clone(),
            why: Why::List { since: None },
            unsubscribe: Some(placeholders.unsubscribe.clone()),
            preferences: Some("https://example.org/preferences".into()),
            postal_address: Some("Morning digest, 1 Harbour Street, Aville".into()),
            ..Reader::default()
        };
        (options, reader)
    };
    let templates = Templates::builtin(template).unwrap();
    // A date in the future, or of years ago, would be held against it.
    let mut edition = edition.clone();
    let later = Timestamp::now().duration_since(edition.composed);
    let times =
        edition.sections.iter_mut().flat_map(|section| &mut section.stories).flat_map(|story| {
            story.published.iter_mut().chain(story.update.as_mut().map(|update| &mut update.first_told))
        });
    let failed = edition.health.failed.iter_mut().filter_map(|source| source.since.as_mut());
    times.chain(failed).chain([&mut edition.composed]).for_each(|time| *time += later);
    let (decisions, rankings, sentences) = (vec![], vec![], vec![]);
    let whole = Composition { edition, decisions, rankings, sentences };
    let lighter = |taken: usize| {
        let mut composition = whole.clone();
        shorten(&mut composition, taken, "max_html_kb");
        let rendered = templates.render(&composition.edition, &reader).unwrap();
        // The reader's own data needs room, too.
        (rendered.html.len() + 1000 <= 95_000).then_some((composition.edition, rendered))
    };
    let (edition, rendered) = (0..=steps(&whole)).find_map(lighter).unwrap();
    let edition = &edition;
    let template = MessageTemplate::new(edition, &rendered, &placeholders, &options).unwrap();
    let anna = Recipient { address: "anna@example.net".into(), name: Some("Anna".into()), language: None };
    let deliveries =
        send::plan_deliveries(edition, &[anna], std::slice::from_ref(&edition.language), &options).unwrap();
    (template.preview(&deliveries[0], Some(signer)).unwrap().message.bytes, rendered.html.len())
}

/// Errors and warnings of `check_email.py`.
fn check(checker: &Path, mail: &Path, signer: &Signer, profile: &str) -> (usize, usize) {
    let key = mail.with_extension("key");
    std::fs::write(&key, signer.record()).unwrap();
    let mut command = Command::new("python3");
    command.arg(checker).arg(mail).args(["--profile", profile, "--quiet", "--no-spamassassin", "--dkim-key"]).arg(&key);
    let output = command.output().expect("python3");
    let said = String::from_utf8_lossy(&output.stdout);
    let count = |kind: &str| said.lines().filter(|line| line.trim_start().to_lowercase().starts_with(kind)).count();
    let found = (count("error"), count("warning"));
    std::fs::remove_file(key).unwrap();
    if found != (0, 0) || !output.status.success() {
        println!("{said}{}", String::from_utf8_lossy(&output.stderr));
    }
    (found.0 + usize::from(!output.status.success() && found.0 == 0), found.1)
}

/// The score of SpamAssassin.
fn score(mail: &[u8]) -> f64 {
    let mut child = Command::new("spamassassin")
        .args(["-L", "-t"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("SpamAssassin");
    let mut stdin = child.stdin.take().unwrap();
    let mail = mail.to_vec();
    let writing = std::thread::spawn(move || stdin.write_all(&mail));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let score = said.split("score=").nth(1).and_then(|rest| rest.split_whitespace().next());
    score.and_then(|score| score.parse().ok()).expect("a score")
}
