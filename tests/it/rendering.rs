//! Promises of the mail of every edition, whatever is in the edition.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeMap;

use newsdigest::model::{
    Advertisement, Edition, Intro, LayoutKind, MoreLink, OwnWords, RateLinks, Section, Story, TextLinks,
};
use newsdigest::render::{
    FILES, Reader, Rendered, SUBJECT_LENGTH, Templates, Why, height, languages, lint, prove_mail, sample,
};
use newsdigest::story::{Composition, shorten, steps};

/// The sample's stories again and again, a dozen in a section.
fn edition_of(count: usize) -> Edition {
    let mut edition = sample();
    let stories: Vec<Story> = edition.stories().cloned().collect();
    let mut told: Vec<Story> = stories.iter().cycle().take(count).cloned().collect();
    told.iter_mut().enumerate().for_each(|(place, story)| story.id = format!("story-{place}"));
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
        let (title, source) = (text.to_owned(), text.to_owned());
        section.more.push(MoreLink { title, source, url: Some(text.into()), ..MoreLink::default() });
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
fn every_shown_sentence_is_word_for_word_and_leads_to_its_place() {
    let edition = sample();
    for template in Templates::names() {
        let rendered = render(template, &edition);
        let proof = prove_mail(&edition, &rendered.html, &rendered.text);
        // The lead has four, three others two each, the Arabic one two.
        assert_eq!((proof.quoted, proof.flaws), (12, Vec::new()), "{template}");
        for story in edition.stories() {
            for part in [&rendered.html, &rendered.text, &rendered.markdown] {
                assert!(part.contains(story.url.as_deref().unwrap()), "{template}: {}", story.headline);
            }
        }
        assert!(!rendered.text.contains("#:~:text="), "{template}: one address a story");
    }
}

#[test]
fn a_source_is_named_once_and_a_cut_is_marked() {
    let mail = render("default", &sample());
    assert_eq!(mail.text.matches("Example Wire").count(), 1, "{}", mail.text);
    assert!(mail.text.contains("the vote. […] Some 9,000"), "{}", mail.text);
    assert!(!mail.text.contains("[…] Crews began"), "{}", mail.text);
    assert!(mail.text.contains("\nCoast Daily adds:\n    Both sides"), "{}", mail.text);
    assert!(mail.html.contains("aria-label=\"vote. 2: Example Wire, this sentence in its place\""), "{}", mail.html);
}

#[test]
fn one_story_leads_one_a_section_is_full_and_the_rest_are_briefs() {
    let edition = sample();
    let text = render("default", &edition).text;
    assert!(text.starts_with("THE MORNING DIGEST\nTuesday, 3 June 2025\n12 stories from"), "{text}");
    assert!(text.contains("\nTOP STORY\n\nHarbour reopens after six-day strike"), "{text}");
    assert!(text.contains("\nFurther down: Science, Making software, Also today\n"), "{text}");
    assert!(text.contains("\nFaint comet turns out to be two · Lab Notes\nhttps://labnotes"), "{text}");
    assert!(text.contains("\nA font made of train timetables · Link Heap · Excerpt\nhttps://"), "{text}");
    assert!(text.contains("its use of water · Nordic Ledger ·\nSubscribers only\nhttps://ledger"), "{text}");
    assert!(text.contains("\nThat is all for today. 41 further articles were read and left out.\n"), "{text}");
    let equal = edition_with(|edition| edition.layout.kind = LayoutKind::Equal);
    let text = render("default", &equal).text;
    assert!(!text.contains("TOP STORY") && text.contains("The library on Kiln Street closes on Monday"), "{text}");
    let all = edition_with(|edition| edition.layout.text_links = TextLinks::All);
    assert!(render("default", &all).text.contains("[2] https://wire.example/harbour-reopens#:~:text="), "{text}");
}

/// The sample, changed.
fn edition_with(change: impl FnOnce(&mut Edition)) -> Edition {
    let mut edition = sample();
    change(&mut edition);
    edition
}

#[test]
fn a_weak_story_is_only_ever_a_brief_and_never_the_subject() {
    let edition = edition_with(|edition| edition.sections[0].stories[0].weak = true);
    let mail = render("default", &edition);
    assert!(!mail.subject.contains("Harbour"), "{}", mail.subject);
    assert!(
        mail.text.contains("accept mediator ·\nExample Wire") || mail.text.contains("mediator · Example Wire"),
        "{}",
        mail.text
    );
    assert!(!mail.text.contains("The first container ships"), "{}", mail.text);
    let edition = edition_with(|edition| {
        edition.sections.iter_mut().flat_map(|section| &mut section.stories).for_each(|story| story.paywalled = true);
    });
    assert_eq!(render("default", &edition).subject, "The Morning Digest: Tuesday, 3 June 2025");
}

#[test]
fn how_the_sources_did_is_for_the_owner_alone() {
    let listed = Reader { why: Why::List { since: None }, ..reader() };
    for template in Templates::names() {
        let owner = render(template, &sample());
        let reader = Templates::builtin(template).unwrap().render(&sample(), &listed).unwrap();
        for (own, others) in [(owner.html, reader.html), (owner.text, reader.text)] {
            assert!(own.contains("Nordic Rail Blog") && own.contains("Only you see this."), "{template}");
            assert!(!others.contains("Nordic Rail Blog") && !others.contains("sources answered"), "{template}");
        }
    }
}

/// The sample with everything a mail can carry.
fn with_extras() -> Edition {
    edition_with(|edition| {
        let rate = |sign: &str| format!("mailto:rate@example.org?subject=rate%20{sign}%204ef74bec");
        for story in edition.sections.iter_mut().flat_map(|section| &mut section.stories) {
            story.rate = Some(RateLinks { more: rate("more"), less: rate("less") });
        }
        edition.own = OwnWords {
            intro: Some(Intro { text: "Good morning.\n\nTwo stories go on.".into(), author: Some("Mira Holm".into()) }),
            notes: BTreeMap::from([("story-2".into(), "The new timetable is not out yet.".into())]),
            advertisement: Some(Advertisement {
                text: "Halden Bookbinders turn letters into a volume.".into(),
                link: Some("See the bindings".into()),
                url: Some("https://halden.example/letters".into()),
            }),
        };
    })
}

#[test]
fn own_words_are_marked_and_stand_outside_every_quotation() {
    for template in Templates::names() {
        let edition = with_extras();
        let mail = render(template, &edition);
        for part in [&mail.html, &mail.text, &mail.markdown] {
            for words in
                ["From the editor", "Mira Holm", "Our note", "Advertisement", "See the bindings (halden.example)"]
            {
                let unwrapped = part.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(unwrapped.contains(words), "{template}: {words}");
            }
        }
        assert!(!mail.text.contains("    Good morning.") && !mail.markdown.contains("> Good"), "{template}");
        assert_eq!(prove_mail(&edition, &mail.html, &mail.text).flaws, Vec::<String>::new(), "{template}");
        assert_eq!(lint(&mail, 95), [], "{template}");
        // Rating links are asked for stories in full alone, and would be a quarter of the text part.
        assert_eq!(mail.html.matches("More like this:").count(), 5, "{template}");
        assert!(!mail.text.contains("mailto:rate"), "{template}");
    }
}

#[test]
fn a_mail_of_twelve_stories_is_light() {
    for template in Templates::names() {
        let size = render(template, &with_extras()).html.len();
        assert!(size <= 40_000, "{template}: {size} bytes");
    }
    assert!(height(&sample()) <= 3_600, "{} px", height(&sample()));
}

#[test]
fn a_template_made_before_the_second_edition_still_renders() {
    let old = "{{ edition.line }}{% if edition.contents %}{{ labels.contents }}{% endif %}{% for section in sections %}\
        {{ section.name }}{{ section.first }}{% for story in section.stories %}{{ story.number }}{{ story.anchor }}\
        {{ story.headline }}{{ story.reading }}{% for place in story.places %}{{ place.name }}{% endfor %}\
        {% for sentence in story.sentences %}{{ sentence.text }}{{ sentence.source }}{{ sentence.label }}{% endfor %}\
        {% for note in story.notes %}{{ note.number }}{{ note.url }}{% endfor %}{% endfor %}{{ section.more_line }}\
        {% for link in section.more %}{{ link.title }}{% endfor %}{% endfor %}{{ health.line }}{{ reader.why }}";
    let files = BTreeMap::from([("edition.txt".to_owned(), old.to_owned())]);
    let text = Templates::parse(&files).unwrap().render(&sample(), &reader()).unwrap().text;
    for story in sample().stories() {
        assert!(text.contains(&story.headline), "{}", story.headline);
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
        let whole = Composition { edition, decisions: Vec::new(), rankings: Vec::new(), sentences: Vec::new() };
        let lighter = |taken: usize| {
            let mut composition = whole.clone();
            shorten(&mut composition, taken, "max_html_kb");
            composition.edition
        };
        let sizes: Vec<usize> =
            (0..steps(&whole)).step_by(10).map(|taken| render(template, &lighter(taken)).html.len()).collect();
        assert!(sizes.is_sorted_by(|one, next| one >= next), "{template}: {sizes:?}");
        let needed = (0..=steps(&whole)).find(|taken| render(template, &lighter(*taken)).html.len() <= 95_000);
        let edition = lighter(needed.unwrap());
        assert!(edition.story_count() > 24, "{template}");
        let rendered = render(template, &edition);
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
