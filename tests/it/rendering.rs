//! What the mail of every edition promises, whatever is in the edition.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeMap;

use newsdigest::model::{Edition, MoreLink, Section, Story};
use newsdigest::render::{FILES, Reader, Rendered, SUBJECT_LENGTH, Templates, Why, languages, lint, sample};
use newsdigest::story::{Composition, shorten};

/// The sample's stories again and again, a dozen in a section.
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

/// The sample with `text` as every headline, sentence, name and reason in it.
fn edition_saying(text: &str) -> Edition {
    let mut edition = sample();
    edition.title = text.into();
    for section in &mut edition.sections {
        section.name = text.into();
        section.more.push(MoreLink {
            story: text.into(),
            title: text.into(),
            source: text.into(),
            url: Some(text.into()),
        });
        for story in &mut section.stories {
            story.headline = text.into();
            story.language = Some(text.into());
            story.sentences.iter_mut().for_each(|sentence| {
                (sentence.text, sentence.source) = (text.into(), text.into());
            });
            story.places.iter_mut().chain(&mut story.also_in).for_each(|place| place.source = text.into());
        }
    }
    edition.health.failed.iter_mut().for_each(|source| (source.name, source.reason) = (text.into(), text.into()));
    edition
}

fn reader() -> Reader {
    Reader { address: "reader@example.net".into(), ..Reader::default() }
}

fn render(template: &str, edition: &Edition) -> Rendered {
    Templates::builtin(template).unwrap().render(edition, &reader()).unwrap()
}

#[test]
fn every_sentence_and_its_place_are_in_every_part() {
    let edition = sample();
    for template in Templates::names() {
        let rendered = render(template, &edition);
        // Lines are wrapped and quoted: compare without margins and blanks.
        let flat = |text: &str| text.replace(['|', '>', '\n', ' '], "");
        for sentence in edition.stories().flat_map(|story| &story.sentences) {
            assert!(rendered.html.contains(&sentence.text), "{template}: {}", sentence.text);
            assert!(flat(&rendered.text).contains(&flat(&sentence.text)), "{template}: {}", sentence.text);
            let link = sentence.link.as_deref().unwrap();
            for part in [&rendered.html, &rendered.text, &rendered.markdown] {
                assert!(part.contains(link), "{template}: {link}");
            }
        }
    }
}

#[test]
fn the_same_edition_gives_the_same_bytes() {
    for template in Templates::names() {
        assert_eq!(render(template, &sample()), render(template, &sample()));
    }
}

#[test]
fn a_readers_own_part_is_escaped_and_shown() {
    let reader = Reader {
        address: "\"odd & <name>\"@example.net".into(),
        why: Why::List { since: Some(sample().composed) },
        unsubscribe: Some("https://news.example.org/u/7f3a9c?a=1&b=2".into()),
        preferences: Some("https://news.example.org/p/7f3a9c".into()),
        postal_address: Some("1 Sample Street, Exampletown".into()),
        ..reader()
    };
    for template in Templates::names() {
        let rendered = Templates::builtin(template).unwrap().render(&sample(), &reader).unwrap();
        for part in ["odd &amp; &lt;name&gt;", "/u/7f3a9c?a=1&amp;b=2", "/p/7f3a9c", "1 Sample Street"] {
            assert!(rendered.html.contains(part), "{template}: {part}");
        }
        for part in ["/u/7f3a9c?a=1&b=2", "/p/7f3a9c", "1 Sample Street"] {
            assert!(rendered.text.contains(part), "{template}: {part}");
        }
    }
}

#[test]
fn the_frame_speaks_each_shipped_language() {
    let templates = Templates::builtin("default").unwrap();
    let mut dates = Vec::new();
    for language in languages() {
        let reader = Reader { language: Some(language.into()), ..reader() };
        let rendered = templates.render(&sample(), &reader).unwrap();
        assert!(rendered.html.contains(&format!("<html lang=\"{language}\" dir=\"ltr\"")), "{language}");
        dates.push(rendered.text.lines().nth(1).unwrap().to_owned());
    }
    let expected = [
        "Tuesday, 3 June 2025",
        "Dienstag, 3. Juni 2025",
        "Mardi 3 juin 2025",
        "Martes, 3 de junio de 2025",
        "Martedì 3 giugno 2025",
        "Terça-feira, 3 de junho de 2025",
        "Dinsdag 3 juni 2025",
    ];
    assert_eq!(dates, expected);
}

#[test]
fn twenty_four_full_stories_stay_below_what_gmail_shows() {
    let mut edition = edition_of(24);
    let full = sample().sections[0].stories[0].clone();
    edition.sections.iter_mut().flat_map(|section| &mut section.stories).for_each(|story| *story = full.clone());
    for template in Templates::names() {
        let size = render(template, &edition).html.len();
        assert!(size <= 95_000, "{template}: {size} bytes");
    }
}

#[test]
fn an_edition_too_heavy_is_shortened_until_it_fits() {
    for template in Templates::names() {
        let edition = edition_of(100);
        let mut composition =
            Composition { edition, decisions: Vec::new(), rankings: Vec::new(), sentences: Vec::new() };
        while render(template, &composition.edition).html.len() > 95_000 {
            assert!(shorten(&mut composition), "{template}: nothing left to take");
        }
        assert!(composition.edition.story_count() > 24, "{template}");
        let rendered = render(template, &composition.edition);
        assert!(rendered.html.contains("</html>") && rendered.text.contains("reader@example.net"), "{template}");
    }
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let hostile =
        "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{ 7*7 }}{% if %}&lt;b&gt;*|NAME|*";
    for template in Templates::names() {
        let rendered = render(template, &edition_saying(hostile));
        for forbidden in ["<script", "<img", "onerror=alert(1)>\"", "{{", "{%", "*|"] {
            assert!(!rendered.html.contains(forbidden), "{template}: {forbidden}");
        }
        assert!(!rendered.html.contains("49"), "{template}: the headline was run as a template");
        for forbidden in ["<script", "{{", "&lt;", "*|"] {
            assert!(!rendered.text.contains(forbidden), "{template}: {forbidden}");
        }
        assert!(!rendered.markdown.contains("<script"), "{template}");
    }
}

#[test]
fn control_and_direction_characters_do_not_get_through() {
    let hostile = "a\u{0}b\u{8}c\r\nBcc: x@example.net\u{202e}gpj\u{2067}\u{feff}\u{7f}\u{85}\u{2028}d";
    for template in Templates::names() {
        let rendered = render(template, &edition_saying(hostile));
        for part in [&rendered.subject, &rendered.html, &rendered.text, &rendered.markdown] {
            let bad = part.chars().find(|character| {
                (character.is_control() && *character != '\n')
                    || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{2028}')
            });
            assert_eq!(bad, None, "{template}");
        }
        assert!(!rendered.subject.contains('\n'), "{template}");
    }
}

#[test]
fn a_script_link_is_no_link() {
    let mut edition = sample();
    for url in ["javascript:alert(1)", "data:text/html,<b>", "https://bank.example@evil.example/", "file:///etc/passwd"]
    {
        for story in edition.sections.iter_mut().flat_map(|section| &mut section.stories) {
            story.url = Some(url.into());
            story.places.iter_mut().chain(&mut story.also_in).for_each(|place| place.url = Some(url.into()));
            story.sentences.iter_mut().for_each(|sentence| sentence.link = Some(url.into()));
        }
        for template in Templates::names() {
            let rendered = render(template, &edition);
            for part in [&rendered.html, &rendered.text, &rendered.markdown] {
                assert!(!part.contains(url), "{template}: {url}");
            }
        }
    }
}

#[test]
fn extreme_editions_render_and_keep_their_subject_short() {
    let mut empty = sample();
    empty.sections.clear();
    let texts = ["", " ", "\u{0}", "x", "null", "🦀", "ش", "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}"];
    let long = ["a".repeat(20_000), "ab ".repeat(10_000), "漢字".repeat(5_000), "ש ".repeat(5_000)];
    let said = texts.iter().copied().chain(long.iter().map(String::as_str)).map(edition_saying);
    for edition in said.chain([empty, edition_of(1), edition_of(100)]) {
        for template in Templates::names() {
            let rendered = render(template, &edition);
            assert!(rendered.subject.chars().count() <= SUBJECT_LENGTH, "{template}: {}", rendered.subject);
            assert!(!rendered.subject.is_empty(), "{template}");
            assert!(rendered.text.ends_with('\n') && !rendered.text.contains("\n\n\n"), "{template}");
            assert!(rendered.text.lines().all(|line| line.len() == line.trim_end().len()), "{template}");
        }
    }
}

#[test]
fn a_fault_in_a_template_is_shown_with_file_line_and_caret() {
    let check = |file: &str, source: &str, line: usize, column: usize, says: &str| {
        let mut files = Templates::sources("default").unwrap();
        files.insert(file.into(), source.into());
        let error = match Templates::parse(&files) {
            Err(error) => error,
            Ok(templates) => templates.render(&sample(), &reader()).unwrap_err(),
        };
        let place = error.place.clone().unwrap();
        assert_eq!((place.file.as_str(), place.line, place.column), (file, line, column), "{error}");
        assert!(error.message.contains(says) && error.to_string().contains('^'), "{error}");
    };
    check("edition.txt", "one\n{{ edition.tilte }}", 2, 12, "tilte");
    check("edition.html", "<p>\n\n  {% for story %}</p>", 3, 16, "");
    check("subject.txt", "{{ edition.title | shout }}", 1, 20, "shout");
    check("edition.md", "{{ edition.title | safe }}", 1, 20, "safe");
}

#[test]
fn a_template_needs_only_the_files_in_which_it_differs() {
    let own = |name: &str, source: &str| Templates::parse(&BTreeMap::from([(name.to_owned(), source.to_owned())]));
    let rendered = own("subject.txt", "Hello {{ reader.address }}").unwrap().render(&sample(), &reader()).unwrap();
    assert_eq!(rendered.subject, "Hello reader@example.net");
    assert_eq!(rendered.text, render("default", &sample()).text);
    let error = own("edtion.html", "").unwrap_err().to_string();
    assert!(FILES.iter().all(|name| error.contains(name)), "{error}");
    assert!(Templates::builtin("fancy").unwrap_err().to_string().contains("`default` and `plain`"));
}

#[test]
fn the_linter_finds_nothing_in_the_built_in_templates_whatever_is_told() {
    let hostile =
        "</title><script>alert(1)</script> {{ 7*7 }} {% if %} *|NAME|* &amp; \"'> https://bank.example/ %%NAME%%";
    let mut editions = vec![sample(), edition_of(1), edition_of(24), edition_saying(hostile), edition_saying("null")];
    editions.extend(
        ["", "市議会は三日、港の再開を認めた。", "مرصد جديد يلتقط أولى صوره", "[object Object]"].map(edition_saying),
    );
    for (index, edition) in editions.iter().enumerate() {
        for template in Templates::names() {
            assert_eq!(lint(&render(template, edition), 95), [], "{template}, edition {index}");
        }
    }
}
