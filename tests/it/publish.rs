//! The archive: every edition as a page, Markdown and a book, found in a list, in feeds and by a search; nobody's own data in it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dom_query::Document;
use jiff::{SignedDuration, Timestamp};
use newsdigest::feed;
use newsdigest::model::{Advertisement, Edition, FailedSource, Intro, KeySentence, OwnWords, RateLinks, Story};
use newsdigest::render::sample;
use newsdigest::store::{Draft, NewEdition, Store};
use serde_json::Value;

use crate::support::program::Program;
use crate::support::skip::skip;

const URL: &str = "https://news.example.org/coast";

/// The day of the first edition.
const FIRST: &str = "2025-10-30T05:00:04Z";
/// After all of them.
const NOW: &str = "2026-11-01T05:00:00Z";

pub(crate) fn config(more: &str) -> String {
    format!(
        "version = 1\n[newsletter]\nname = 'sample'\ntitle = 'Morning & more'\n[store]\npath = 'digest.db'\n\
         [mail]\nfrom = 'Digest <digest@example.org>'\nto = ['Me <planted-reader@example.org>']\ntransport = 'file'\n\
         [publish]\nfolder = 'site'\n{more}\n"
    )
}

/// The sample `day` days after the first edition.
pub(crate) fn edition(day: usize) -> Edition {
    let composed = FIRST.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * i64::try_from(day).unwrap());
    let id = format!("sample-{}", composed.strftime("%Y%m%dT%H%M%SZ"));
    let mut edition = Edition { id, composed, ..sample() };
    for story in edition.sections.iter_mut().flat_map(|section| &mut section.stories) {
        story.id = format!("{}-{day}", story.id);
    }
    edition
}

fn store(program: &Program, editions: &[Edition]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&program.path("digest.db")).await.unwrap();
        for edition in editions {
            store.store_edition(&NewEdition { edition, templates: &[], used: &[] }, []).await.unwrap();
        }
        store.close().await;
    });
}

/// An archive of these editions.
pub(crate) fn archive(more: &str, editions: &[Edition]) -> Program {
    let program = Program::new(&config(more));
    store(&program, editions);
    program.run(&["publish", "--now", NOW]).ends(0);
    program
}

/// The files of the archive by their paths inside it, without the manifest.
pub(crate) fn files(program: &Program) -> BTreeMap<String, Vec<u8>> {
    let root = program.path("site");
    let own = program.files().into_iter().filter(|(path, _)| path.is_file()).filter_map(|(path, bytes)| {
        let path = path.strip_prefix(&root).ok()?.to_str()?.to_owned();
        (!path.starts_with('.')).then_some((path, bytes))
    });
    own.collect()
}

pub(crate) fn text(program: &Program, path: &str) -> String {
    fs::read_to_string(program.path("site").join(path)).unwrap()
}

/// A story in all its parts: own words around it, an update, notes, ratings.
pub(crate) fn with_everything(mut edition: Edition) -> Edition {
    let stories: Vec<String> = edition.stories().map(|story| story.id.clone()).collect();
    edition.own = OwnWords {
        intro: Some(Intro { text: "Good morning.\n\nTwo paragraphs & more.".into(), author: Some("Ida".into()) }),
        notes: stories.into_iter().map(|id| (id, "We were there.".to_owned())).collect(),
        advertisement: Some(Advertisement {
            text: "Boats <for> hire".into(),
            link: Some("Look".into()),
            url: Some("https://boats.example.net/".into()),
        }),
    };
    edition
}

/// The sample with `text` as every headline, sentence and name of it.
fn saying(text: &str, day: usize) -> Edition {
    let mut edition = edition(day);
    edition.title = text.into();
    for section in &mut edition.sections {
        section.name = text.into();
        section.more.iter_mut().for_each(|link| (link.title, link.source) = (text.into(), text.into()));
        for story in &mut section.stories {
            story.headline = text.into();
            story.sentences.iter_mut().for_each(|sentence| {
                (sentence.text, sentence.source) = (text.into(), text.into());
            });
            story.places.iter_mut().chain(&mut story.also_in).for_each(|place| place.source = text.into());
        }
    }
    edition
}

const HOSTILE: &str = "</title></p><script>alert(1)</script>&amp; ]]> \u{202e}\u{0}\u{b} \"'{{ x }} <!-- <details>";

/// What is wrong with the links of an archive of many editions.
fn dead_links(program: &Program) -> Vec<String> {
    let (wrong, links) = checked_links(program);
    assert!(links > 20, "the links are found: {links}");
    wrong
}

/// What is wrong with the links of an archive, and how many there are.
pub(crate) fn checked_links(program: &Program) -> (Vec<String>, usize) {
    let root = program.path("site");
    let (mut wrong, mut links) = (Vec::new(), 0);
    for (path, bytes) in files(program).iter().filter(|(path, _)| path.ends_with(".html")) {
        let document = Document::from(String::from_utf8(bytes.clone()).unwrap());
        for node in document.select("[href], [src]").iter() {
            let target = node.attr("href").or_else(|| node.attr("src")).unwrap().to_string();
            links += 1;
            if target.starts_with("https://") {
                continue;
            }
            let place = Path::new(path).parent().unwrap();
            wrong.extend(
                trouble(&root, place, Path::new(path), &target).map(|what| format!("{path}: {target}: {what}")),
            );
        }
    }
    (wrong, links)
}

/// Why the relative link `target` in the folder `place` of the page `page` leads nowhere.
fn trouble(root: &Path, place: &Path, page: &Path, target: &str) -> Option<String> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path: PathBuf = if file.is_empty() { root.join(page) } else { root.join(place).join(file) };
    if file.contains(':') || !path.is_file() {
        return Some("there is no such file".to_owned());
    }
    if anchor.is_empty() {
        return None;
    }
    let document = Document::from(fs::read_to_string(path).unwrap());
    let is_there = document.select("[id]").iter().any(|node| node.attr("id").is_some_and(|id| &*id == anchor));
    (!is_there).then(|| "there is no such place on the page".to_owned())
}

#[test]
fn every_link_of_the_archive_leads_somewhere() {
    let editions: Vec<Edition> = (0..40).map(edition).chain([with_everything(edition(40))]).collect();
    let program = archive("", &editions);
    assert_eq!(dead_links(&program), [""; 0]);
    // The search leads to pages and stories, and the page of the search names all its files.
    let index = Document::from(text(&program, "index.html"));
    let shards = index.select("form").attr("data-shards").unwrap().to_string();
    assert_eq!(shards, "2025-12 2025-11 2025-10");
    let mut found = 0;
    for shard in shards.split(' ') {
        let editions: Value = serde_json::from_str(&text(&program, &format!("search/{shard}.json"))).unwrap();
        for edition in editions.as_array().unwrap() {
            for story in edition["stories"].as_array().unwrap() {
                let anchor = story["at"].as_str().map(|at| format!("#{at}")).unwrap_or_default();
                let target = edition["page"].as_str().unwrap().to_owned() + &anchor;
                assert_eq!(trouble(&program.path("site"), Path::new(""), Path::new("index.html"), &target), None);
                found += 1;
            }
        }
    }
    assert!(found > 41 * 8, "{found}");
    // Found again where it is broken.
    fs::remove_file(program.path("site").join("editions").join(format!("{}.md", editions[7].id))).unwrap();
    assert_eq!(dead_links(&program).len(), 2, "from the head and the foot of its page");
}

#[test]
fn the_list_has_every_edition_by_month_the_newest_first() {
    let editions: Vec<Edition> = (0..70).map(edition).collect();
    let program = archive("", &editions);
    let index = Document::from(text(&program, "index.html"));
    let months: Vec<String> = index.select("h2").iter().map(|head| head.text().to_string()).collect();
    assert_eq!(months, ["January 2026", "December 2025", "November 2025", "October 2025"]);
    let listed: Vec<String> =
        index.select("ul.editions a").iter().map(|link| link.attr("href").unwrap().to_string()).collect();
    let expected: Vec<String> = editions.iter().rev().map(|edition| format!("editions/{}.html", edition.id)).collect();
    assert_eq!(listed, expected);
    // Every page but the ends of the row leads on.
    for (day, edition) in editions.iter().enumerate() {
        let page = Document::from(text(&program, &format!("editions/{}.html", edition.id)));
        assert_eq!(page.select("[rel=prev]").exists(), day > 0, "{day}");
        assert_eq!(page.select("[rel=next]").exists(), day < 69, "{day}");
    }
}

#[test]
fn a_page_says_what_the_edition_says_word_for_word() {
    let program = archive("", &[with_everything(edition(0))]);
    let page = Document::from(text(&program, &format!("editions/{}.html", edition(0).id)));
    page.select("sup").remove();
    let said: Vec<String> = page.select("p.said").iter().map(|paragraph| paragraph.text().to_string()).collect();
    let quoted: Vec<KeySentence> = edition(0).stories().flat_map(|story| story.sentences.clone()).collect();
    let shown = quoted.iter().filter(|sentence| said.iter().any(|said| said.contains(&sentence.text))).count();
    assert!(shown > 8, "{shown}: {said:?}");
    let own = page.select(".own, .paid").text().to_string();
    assert!(
        own.contains("Two paragraphs & more.") && own.contains("Boats <for> hire") && own.contains("We were there.")
    );
    assert!(said.iter().all(|said| !said.contains("Good morning")), "own words are no quotation");
}

#[test]
fn the_feeds_have_stable_ids_and_are_read_by_our_own_reader() {
    let editions: Vec<Edition> = (0..25).map(edition).collect();
    let program = archive(&format!("url = '{URL}'"), &editions);
    let read = |name: &str, url: Option<&str>| {
        let bytes = fs::read(program.path("site").join(name)).unwrap();
        let (feed, problems) = feed::parse(&bytes, None, url).unwrap();
        assert!(problems.is_empty(), "{name}: {problems:?}");
        feed
    };
    let (atom, json) = (read("feed.atom", None), read("feed.json", None));
    for feed in [&atom, &json] {
        assert_eq!(feed.title.as_deref(), Some("Morning & more"));
        assert_eq!(feed.entries.len(), 20, "the newest");
        for (entry, edition) in feed.entries.iter().zip(editions.iter().rev()) {
            assert_eq!(entry.url().unwrap(), format!("{URL}/editions/{}.html", edition.id));
            assert_eq!(entry.published, Some(edition.composed));
        }
    }
    let ids = |feed: &newsdigest::model::Feed| -> Vec<String> {
        feed.entries.iter().map(|entry| entry.id.clone().unwrap()).collect()
    };
    assert_eq!(ids(&atom), ids(&json));
    assert_eq!(ids(&atom).into_iter().collect::<BTreeSet<_>>().len(), 20);
    assert!(ids(&atom).iter().all(|id| id.starts_with("urn:uuid:") && id.len() == 45));

    // Another place on the web, another edition: they stay what they were.
    program.write("config.toml", &config("url = 'https://elsewhere.example.org/'"));
    store(&program, &[edition(25)]);
    program.run(&["publish", "--now", NOW]).ends(0);
    let after = read("feed.atom", None);
    assert_eq!(ids(&after)[1..], ids(&atom)[..19]);
    assert_eq!(after.id, atom.id);
    assert!(after.entries[1].url().unwrap().starts_with("https://elsewhere.example.org/editions/"));
}

/// What RFC 4287 and JSON Feed 1.1 ask for.
#[test]
fn the_feeds_have_what_their_formats_ask_for() {
    for more in ["", "url = 'https://news.example.org/coast/'"] {
        let program = archive(more, &[edition(0), saying(HOSTILE, 1)]);
        let json: Value = serde_json::from_str(&text(&program, "feed.json")).unwrap();
        assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
        assert!(json["title"].is_string());
        let is_url = |value: &Value| value.as_str().is_some_and(|url| url.starts_with("https://"));
        for name in ["home_page_url", "feed_url"] {
            assert_eq!(is_url(&json[name]), !more.is_empty(), "{name}");
        }
        for item in json["items"].as_array().unwrap() {
            assert!(item["id"].is_string() && item["content_html"].is_string(), "{item}");
            assert!(item["date_published"].as_str().unwrap().parse::<Timestamp>().is_ok());
            assert_eq!(is_url(&item["url"]), !more.is_empty());
        }
        let atom = text(&program, "feed.atom");
        let mut reader = quick_xml::Reader::from_str(&atom);
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                    *names.entry(String::from_utf8(tag.name().as_ref().to_vec()).unwrap()).or_default() += 1;
                }
                _ => {}
            }
        }
        let expected = [
            ("author", 1),
            ("content", 2),
            ("entry", 2),
            ("feed", 1),
            ("id", 3),
            ("link", 4),
            ("name", 1),
            ("published", 2),
            ("summary", 2),
            ("title", 3),
            ("updated", 3),
        ];
        let expected: BTreeMap<String, usize> =
            expected.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        assert_eq!(names, expected, "an element in an entry's content would be markup that was not escaped");
    }
}

/// Planted where each of them is in life: an address in the list of readers and in an article that came by mail, a token in its
/// links, links that rate, the health of the sources, paths, secrets.
#[test]
fn nobodys_own_data_is_in_the_archive() {
    let mut planted = edition(0);
    planted.health.failed =
        vec![FailedSource { name: "Planted source".into(), reason: "planted-path /home/me/x".into(), since: None }];
    let story = |planted: &mut Edition, index: usize, change: &dyn Fn(&mut Story)| {
        change(planted.sections.iter_mut().flat_map(|section| &mut section.stories).nth(index).unwrap());
    };
    for index in 0..planted.story_count() {
        story(&mut planted, index, &|story| {
            let link = |what: &str| format!("mailto:planted-rating@example.org?subject=planted-token-{what}");
            story.rate = Some(RateLinks { more: link("more"), less: link("less") });
        });
    }
    story(&mut planted, 0, &|story| {
        story.url = Some("https://click.example/x?to=PLANTED-reader%40example.org&t=planted-token".into());
        story.places[0].url = Some("mailto:planted-mailto@example.org".into());
        story.sentences[0].text = "This mail was sent to planted-reader@example.org.".into();
        story.sentences[1].link =
            Some("https://click.example/?u=https%3A%2F%2Fx.example%2F%3Fplanted-reader%2540example.org".into());
        story.also_in[0].url = Some("file:///home/me/planted-path/mail.eml".into());
    });
    story(&mut planted, 1, &|story| story.headline = "For Planted-Reader@example.org alone".into());
    let more = "keep_text = true\nurl = 'https://news.example.org/'\n[rating]\nmailto = 'planted-rating@example.org'\nsecret_file = 'planted.key'\n";
    let program = Program::new(&config(more).replace(
        "transport = 'file'",
        "transport = 'file'\nrecipients = 'list.csv'\nunsubscribe_url = 'https://example.org/leave?t={token}'\n\
         unsubscribe_secret_file = 'planted.key'\npreferences_url = 'https://example.org/planted-preferences'\n\
         postal_address = 'planted-postal'\nunsubscribe_mailto = 'planted-leave@example.org'",
    ));
    program.write("list.csv", "address,name\nplanted-list@example.org,Planted Name\n");
    program.write("planted.key", "planted-secret-0123456789");
    store(&program, &[planted, edition(1)]);
    program.run(&["publish", "--now", NOW]).ends(0);
    let mut seen = 0;
    for (path, bytes) in files(&program) {
        let contents = if path.ends_with(".epub") { unpacked(&program.path("site").join(&path)) } else { vec![bytes] };
        for content in contents {
            let text = String::from_utf8_lossy(&content).to_lowercase();
            assert!(
                !text.contains("planted"),
                "{path}: {}",
                &text[text.find("planted").unwrap().saturating_sub(200)..][..400]
            );
            assert!(!text.contains(&program.path("").display().to_string().to_lowercase()), "{path} names a path");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
    let manifest = text(&program, ".digest-archive.json").to_lowercase();
    assert!(!manifest.contains("planted"), "{manifest}");
}

/// The parts of a book.
fn unpacked(book: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(book).unwrap();
    let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
    let mut parts = Vec::new();
    for entry in archive.entries() {
        let entry = entry.unwrap();
        let is_packed = entry.compression_method() == rawzip::CompressionMethod::DEFLATE;
        let raw = archive.get_entry(entry.wayfinder()).unwrap().data().to_vec();
        let mut part = Vec::new();
        if is_packed {
            std::io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(&raw[..]), &mut part).unwrap();
        } else {
            part = raw;
        }
        parts.push(part);
    }
    assert_eq!(parts[0], b"application/epub+zip", "a book says first what it is");
    parts
}

#[test]
fn epubcheck_finds_nothing_wrong_with_the_books() {
    if !Path::new("/usr/bin/epubcheck").exists() {
        skip("epubcheck is not installed");
        return;
    }
    // One for each thing that could be wrong takes too long: the checker needs seconds for a page.
    let mut hostile = with_everything(saying(HOSTILE, 0));
    hostile.sections[0].stories[0].headline = "港が再開した。".into();
    let mut right_to_left = saying("أعيد فتح الميناء بعد إضراب دام ستة أيام", 1);
    right_to_left.language = "ar".into();
    right_to_left.sections.truncate(1);
    let editions = [hostile, right_to_left];
    let program = archive("", &editions);
    for edition in &editions {
        let book = program.path("site").join("editions").join(format!("{}.epub", edition.id));
        let checked = Command::new("java").args(["-jar", "/usr/bin/epubcheck"]).arg(&book).output().unwrap();
        let said = String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success() && !said.contains("WARNING"), "{}: {said}", edition.id);
    }
}

#[test]
fn the_markdown_renders_without_an_empty_quotation() {
    let mut bare = edition(1);
    for story in bare.sections.iter_mut().flat_map(|section| &mut section.stories) {
        story.sentences.clear();
    }
    let editions = [with_everything(edition(0)), bare, saying(HOSTILE, 2)];
    let program = archive("", &editions);
    for edition in &editions {
        let markdown = text(&program, &format!("editions/{}.md", edition.id));
        assert!(markdown.starts_with("# "), "{markdown}");
        for line in markdown.lines() {
            assert!(line != ">" && line != "-" && !line.contains("[]("), "{line:?} in\n{markdown}");
            assert!(!line.contains("<script"), "{line}");
        }
        let quotations = markdown.lines().filter(|line| line.starts_with("> ")).count();
        assert_eq!(quotations > 0, edition.stories().any(|story| !story.sentences.is_empty()));
    }
}

#[test]
fn step_by_step_and_all_at_once_give_the_same_bytes() {
    let editions: Vec<Edition> = (0..33).map(edition).collect();
    let whole = archive("", &editions);
    let steps = Program::new(&config(""));
    for some in [&editions[..1], &editions[1..2], &editions[2..31], &editions[31..]] {
        store(&steps, some);
        steps.run(&["publish", "--now", NOW]).ends(0);
    }
    let all = |program: &Program| (files(program), text(program, ".digest-archive.json"));
    assert_eq!(all(&whole).0.keys().collect::<Vec<_>>(), all(&steps).0.keys().collect::<Vec<_>>());
    assert!(all(&whole) == all(&steps), "the same files say the same");
    // Again, and all anew: nothing is written.
    let times = || -> Vec<_> {
        let modified = |path: &String| fs::metadata(whole.path("site").join(path)).unwrap().modified().unwrap();
        files(&whole).keys().map(modified).collect()
    };
    let (before, then) = (all(&whole), times());
    for arguments in [&["publish", "--now", NOW][..], &["publish", "--all", "--now", NOW]] {
        let ran = whole.run(&[arguments, &["-v"]].concat()).ends(0);
        assert!(ran.stderr.contains("33 editions, 0 files written, 0 removed"), "{}", ran.stderr);
        assert!(all(&whole) == before && times() == then);
    }
}

#[test]
fn what_is_missing_or_broken_is_made_again_and_what_is_gone_goes() {
    let editions: Vec<Edition> = (0..5).map(edition).collect();
    let program = archive("", &editions);
    let before = files(&program);
    let lost = format!("editions/{}.html", editions[2].id);
    for lost in [lost.as_str(), "feed.json", "search/2025-11.json", "style.css", "index.html"] {
        fs::remove_file(program.path("site").join(lost)).unwrap();
        program.write("site/.digest-part-cut", "half a page");
        program.run(&["publish", "--now", NOW]).ends(0);
        assert!(files(&program) == before, "{lost} is back");
        assert!(!program.path("site/.digest-part-cut").exists());
    }
    // Cut off in the middle of a file, as by a power cut: only who compares every byte sees that.
    program.write(&format!("site/{lost}"), "<!DOC");
    program.run(&["publish", "--all", "--now", NOW]).ends(0);
    assert!(files(&program) == before);
}

#[test]
fn an_edition_approved_for_a_later_hour_is_not_there_before() {
    let program = archive("", &[edition(0)]);
    let later: Timestamp = "2025-10-31T10:00:00Z".parse().unwrap();
    let approved = edition(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&program.path("digest.db")).await.unwrap();
        let draft = Draft { edition: approved.clone(), used: Vec::new(), told: true };
        store.save_draft(&draft).await.unwrap();
        let new = NewEdition { edition: &approved, templates: &[], used: &[] };
        assert!(store.approve_draft(&new, [], later).await.unwrap());
        store.save_draft(&Draft { edition: edition(2), ..draft }).await.unwrap();
        store.close().await;
    });
    let pages =
        || files(&program).keys().filter(|path| path.starts_with("editions/") && path.ends_with(".html")).count();
    program.run(&["publish", "--now", "2025-10-31T09:59:59Z"]).ends(0);
    assert_eq!(pages(), 1);
    program.run(&["publish", "--now", "2025-10-31T10:00:00Z"]).ends(0);
    assert_eq!(pages(), 2, "and the draft is nobody's");
}

#[test]
fn a_folder_that_is_not_ours_is_refused_and_stays_as_it_is() {
    let program = Program::new(&config(""));
    let ran = program.run(&["publish", "--now", NOW]).ends(2);
    assert!(ran.stderr.contains("no edition"), "{}", ran.stderr);
    assert!(!program.path("site").exists(), "nothing is made for nothing");
    store(&program, &[edition(0)]);
    for foreign in ["site/letter.txt", "site/editions/own.html", "site/index.html"] {
        program.write(foreign, "mine");
        let before = program.files();
        let ran = program.run(&["publish", "--now", NOW]).ends(2);
        let name = foreign.strip_prefix("site/").unwrap();
        assert!(ran.stderr.contains(&format!("`{name}`")) && ran.stderr.contains("hint:"), "{}", ran.stderr);
        assert!(program.files() == before, "{foreign}");
        fs::remove_file(program.path(foreign)).unwrap();
    }
    // What is hidden is for the web server or for git.
    program.write("site/.htaccess", "mine");
    program.write("site/.git/config", "mine");
    program.run(&["publish", "--now", NOW]).ends(0);
    // Also later, and through a link.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(program.path("config.toml"), program.path("site/search/link.json")).unwrap();
        let ran = program.run(&["publish", "--all", "--now", NOW]).ends(2);
        assert!(ran.stderr.contains("`search/link.json`"), "{}", ran.stderr);
        fs::remove_file(program.path("site/search/link.json")).unwrap();
    }
    program.run(&["publish", "--all", "--now", NOW]).ends(0);
    assert_eq!(fs::read_to_string(program.path("site/.htaccess")).unwrap(), "mine");

    let other = config("").replace("name = 'sample'", "name = 'other'");
    program.write("config.toml", &other);
    store(&program, &[Edition { newsletter: "other".into(), id: "other-1".into(), ..edition(3) }]);
    let ran = program.run(&["publish", "--now", NOW]).ends(2);
    assert!(ran.stderr.contains("the archive of the newsletter `sample`"), "{}", ran.stderr);
}

#[test]
fn without_a_folder_for_it_there_is_no_archive() {
    let program = Program::new("version = 1\n[newsletter]\nname = 'sample'\n");
    let ran = program.run(&["publish"]).ends(2);
    assert!(ran.stderr.contains("no [publish]") && ran.stderr.contains("hint:"), "{}", ran.stderr);
}
