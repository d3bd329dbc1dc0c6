//! Everyday wishes, each granted by the config alone.

use std::fs;

use serde_json::Value;

use crate::support::program::Program;

const NOW: &str = "2026-10-19T05:00:00Z";
const NEXT: &str = "2026-10-20T05:00:00Z";

const MAIL: &str = "[mail]\nfrom = 'Morning <d@example.org>'\nto = ['ann@example.org']\ntransport = 'file'\n";

/// Five sentences about one thing, which only this note tells.
fn note(place: &str) -> String {
    let said = [
        "Workers* of * opened the gate* near quay* on Sunday after years*.",
        "The keeper* said that barge* and wherry* passed first, before mill*.",
        "Everybody near mill* came to see boat* leave with herring* for island*.",
        "Tolls* at the gate* fall by crown* from harvest* on, the council* of * decided.",
        "A second lock* behind dyke* waits for money* of province* and of guild*.",
    ];
    let text = said.map(|sentence| sentence.replace('*', place)).join(" ");
    format!("{place} opens its gate\n\n{text}\n")
}

/// A newsletter of these notes; a note's source has its name.
fn newsletter(places: &[(&str, &str)], more: &str) -> Program {
    let source = |(place, section): &(&str, &str)| {
        let own = section.split_once('|');
        let (section, keys) = own.unwrap_or((section, ""));
        format!("[[source]]\nname = '{place}'\nfiles = '{place}.txt'\nsection = '{section}'\n{keys}\n")
    };
    let sources: String = places.iter().map(source).collect();
    let program = Program::new(&format!("version = 1\n{sources}{more}"));
    places.iter().for_each(|(place, _)| program.write(&format!("{place}.txt"), &note(place)));
    program
}

/// The edition of a dry run: of each story its source, and how many sentences it has.
fn stories(program: &Program, environment: &[(&str, &str)]) -> Vec<(String, usize)> {
    let ran = program.run_with(environment, &["--dry-run", "--now", NOW, "--format", "json"]).ends(0);
    let edition: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let stories = edition["edition"]["sections"].as_array().expect("there are sections").iter();
    let stories = stories.flat_map(|section| section["stories"].as_array().into_iter().flatten());
    let mut found: Vec<(String, usize)> = stories
        .map(|story| {
            let source = story["places"][0]["source"].as_str().unwrap_or_default().to_owned();
            (source, story["sentences"].as_array().map_or(0, Vec::len))
        })
        .collect();
    found.sort();
    found
}

/// The decision on the article of each source, in words.
fn whys(program: &Program) -> Vec<(String, String)> {
    let ran = program.run(&["--dry-run", "--now", NOW, "--format", "json"]).ends(0);
    let edition: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let decisions = edition["decisions"].as_array().expect("every article is accounted for").iter();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    decisions.map(|one| (text(one, "source"), text(one, "why"))).collect()
}

fn owned(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
    expected.iter().map(|(source, count)| ((*source).to_owned(), *count)).collect()
}

#[test]
fn a_source_and_a_section_have_lengths_of_their_own() {
    let places =
        [("Aville", "Region"), ("Bdorf", "Region|sentences = 1"), ("Cton", "Abroad"), ("Dham", "Abroad|words = 18")];
    let program = newsletter(&places, &format!("[[section]]\nname = 'Region'\nsentences = 2\n{MAIL}"));
    assert_eq!(stories(&program, &[]), owned(&[("Aville", 2), ("Bdorf", 1), ("Cton", 3), ("Dham", 1)]));
}

#[test]
fn a_section_has_a_limit_of_its_own() {
    let places = [("Aville", "Region"), ("Bdorf", "Region"), ("Cton", "Region"), ("Dham", "Abroad"), ("Eby", "Abroad")];
    let program = newsletter(&places, &format!("[[section]]\nname = 'Region'\nmax_stories = 1\n{MAIL}"));
    let kept = stories(&program, &[]);
    let of = |names: &[&str]| kept.iter().filter(|(source, _)| names.contains(&source.as_str())).count();
    assert_eq!((of(&["Aville", "Bdorf", "Cton"]), of(&["Dham", "Eby"])), (1, 2), "{kept:?}");
    let told = whys(&program).iter().filter(|(_, why)| why.contains("max_stories of the section")).count();
    assert_eq!(told, 2);
}

#[test]
fn a_rule_asks_for_the_section() {
    let rule = "[[rule]]\nname = 'no region'\ndrop = { section = '^Region$' }\n";
    let places = [("Aville", "Region"), ("Bdorf", "Abroad")];
    assert_eq!(stories(&newsletter(&places, &format!("{rule}{MAIL}")), &[]), owned(&[("Bdorf", 3)]));
}

#[test]
fn a_paused_source_is_not_asked_and_says_so() {
    let program = newsletter(&[("Aville", "Region|paused = true"), ("Bdorf", "Abroad")], MAIL);
    assert_eq!(stories(&program, &[]), owned(&[("Bdorf", 3)]));
    let listed = program.run(&["source", "list"]).ends(0).stdout;
    assert!(listed.lines().any(|line| line.starts_with("Aville") && line.contains("paused; never asked")), "{listed}");
    let status = program.run(&["status"]).stdout;
    assert!(status.lines().any(|line| line.contains("Aville") && line.contains("paused")), "{status}");
}

#[test]
fn a_newsletter_has_a_subject_of_its_own() {
    let subject = "[newsletter]\nsubject = '{{ edition.title }} | {{ edition.lead }}'\n";
    let program = newsletter(&[("Aville", "Region")], &format!("{subject}{MAIL}"));
    let shown = program.run(&["--dry-run", "--now", NOW]).ends(0).stdout;
    assert!(shown.contains("Subject: Digest | Aville opens its gate\n"), "{shown}");
    let wrong =
        newsletter(&[("Aville", "Region")], &format!("[newsletter]\nsubject = '{{{{ edition.titel }}'\n{MAIL}"));
    let said = wrong.run(&["--dry-run", "--now", NOW]).ends(2).stderr;
    assert!(said.contains("subject.txt"), "{said}");
}

#[test]
fn the_sources_health_is_for_nobody_for_oneself_or_for_all() {
    for (wish, own, list) in [("none", false, false), ("owner", true, false), ("all", true, true)] {
        for (mail, tells) in
            [(MAIL.to_owned(), own), (format!("{MAIL}unsubscribe_mailto = 'leave@example.org'\n"), list)]
        {
            let wish = format!("[newsletter]\nsource_health = '{wish}'\n{mail}");
            let shown = newsletter(&[("Aville", "Region")], &wish).run(&["--dry-run", "--now", NOW]).ends(0).stdout;
            assert_eq!(shown.contains("1 of 1 sources answered."), tells, "{wish}: {shown}");
            assert_eq!(shown.contains("Only you see this"), tells && !mail.contains("unsubscribe"), "{wish}: {shown}");
        }
    }
}

/// The mails of a run, by reader.
fn mails(program: &Program) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(program.path("mail"))
        .expect("there is mail")
        .map(|file| fs::read_to_string(file.expect("it is a file").path()).expect("it can be read"))
        .map(|mail| {
            let to = mail.lines().find_map(|line| line.strip_prefix("To: ")).unwrap_or_default().to_owned();
            (to, mail)
        })
        .collect();
    found.sort();
    found
}

#[test]
fn readers_have_languages_and_some_are_named_nowhere() {
    let mail = "[mail]\nfrom = 'Morning <d@example.org>'\ntransport = 'file'\nbcc = ['archive@example.org']\n\
                to = ['ann@example.org', { address = 'Jo <jo@example.org>', language = 'de' }]\n";
    let program = newsletter(&[("Aville", "Region")], mail);
    program.run(&["--now", NOW]).ends(0);
    let mails = mails(&program);
    let readers: Vec<&str> = mails.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(readers, ["Jo <jo@example.org>", "ann@example.org", "archive@example.org"]);
    let speaks = |number: usize, words: &str| mails[number].1.contains(words);
    assert!(speaks(0, "Montag") && speaks(1, "Monday") && speaks(2, "Monday"), "{mails:?}");
    assert!(!mails[0].1.contains("archive@") && !mails[1].1.contains("archive@"));
}

#[test]
fn a_list_that_is_longer_than_meant_is_not_mailed() {
    let mail = MAIL.replace("to = ['ann@example.org']", "to = ['ann@example.org', 'bob@example.org']\nmax_mails = 1");
    let program = newsletter(&[("Aville", "Region")], &mail);
    let said = program.run(&["--now", NOW]).ends(2).stderr;
    assert!(said.contains("2 readers") && said.contains("`[mail] max_mails` is 1"), "{said}");
    assert!(!program.path("mail").exists(), "nobody was mailed");
    program.run(&["--now", NOW, "--max-mails", "2"]).ends(0);
    assert_eq!(mails(&program).len(), 2);
}

#[test]
fn hooks_hear_of_the_edition_and_of_the_mail() {
    let hooks = "[hooks]\nafter_compose = ['./keep', 'composed.json']\nafter_deliver = ['./keep', 'delivered.json']\n";
    let program = newsletter(&[("Aville", "Region")], &format!("{MAIL}{hooks}"));
    let keep = |script: &str| {
        program.write("keep", script);
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(program.path("keep"), executable).expect("it is ours");
    };
    keep("#!/bin/sh\ncat > \"$1\"\n");
    program.run(&["--dry-run", "--now", NOW]).ends(0);
    assert!(!program.path("composed.json").exists(), "a dry run tells nobody");
    program.run(&["--now", NOW]).ends(0);
    let heard = |name: &str| -> Value {
        let text = fs::read_to_string(program.path(name)).expect("the hook was run");
        serde_json::from_str(&text).expect("it is JSON")
    };
    let (composed, delivered) = (heard("composed.json"), heard("delivered.json"));
    assert_eq!(composed["edition"]["stories"], 1);
    assert_eq!((&composed["delivered"], &delivered["delivered"]["sent"]), (&Value::Null, &Value::from(1)));
    keep("#!/bin/sh\necho no room >&2\nexit 3\n");
    program.write("Aville.txt", &note("Fmouth"));
    let said = program.run(&["--now", NEXT]).ends(1).stderr;
    assert!(said.contains("[hooks] after_compose") && said.contains("no room"), "{said}");
    assert_eq!(mails(&program).len(), 2, "the mail is sent all the same");
}

#[test]
fn the_environment_and_more_files_change_the_config() {
    let program =
        newsletter(&[("Aville", "Region"), ("Bdorf", "Abroad")], &format!("[summary]\nsentences = 3\n{MAIL}"));
    let two = [("DIGEST__SUMMARY__SENTENCES", "2")];
    assert_eq!(stories(&program, &two), owned(&[("Aville", 2), ("Bdorf", 2)]));
    program.write("conf.d/20-short.toml", "[summary]\nsentences = 1\n");
    program.write("conf.d/10-less.toml", "[summary]\nsentences = 2\n[[source]]\nname = 'Cton'\nfiles = 'Cton.txt'\n");
    program.write("conf.d/ignored.txt", "[summary\n");
    program.write("Cton.txt", &note("Cton"));
    assert_eq!(stories(&program, &[]), owned(&[("Aville", 1), ("Bdorf", 1), ("Cton", 1)]));
    assert_eq!(stories(&program, &two)[0].1, 2, "the environment comes last");
    let changed = program.run_with(&two, &["check", "--changed"]).ends(0).stdout;
    for line in
        ["summary.sentences = 2", "source = 3", "# with conf.d/10-less.toml", "# with $DIGEST__SUMMARY__SENTENCES"]
    {
        assert!(changed.lines().any(|one| one == line), "{line}: {changed}");
    }
    assert!(!changed.contains("summary.damping"), "{changed}");
}

#[test]
fn mistakes_beside_the_config_are_named_where_they_were_made() {
    let program = newsletter(&[("Aville", "Region")], MAIL);
    let said = program.run_with(&[("DIGEST__MAIL__SMTP__PORT", "many")], &["--dry-run", "--now", NOW]).ends(2).stderr;
    assert!(said.contains("$DIGEST__MAIL__SMTP__PORT"), "{said}");
    let said = program.run_with(&[("DIGEST__MAIL__FORM", "x")], &["--dry-run", "--now", NOW]).ends(2).stderr;
    assert!(said.contains("$DIGEST__MAIL__FORM") && said.contains("from"), "{said}");
    program.write("conf.d/a.toml", "[newsletter]\nmax_storys = 3\n");
    let said = program.run(&["--dry-run", "--now", NOW]).ends(2).stderr;
    assert!(said.contains("conf.d/a.toml:2") && said.contains("max_stories"), "{said}");
    program.write("conf.d/a.toml", "[[section]]\nname = 'Regoin'\nmax_stories = 2\n");
    let said = program.run(&["--dry-run", "--now", NOW]).ends(2).stderr;
    assert!(said.contains("no source stands in the section `Regoin`") && said.contains("Region"), "{said}");
}

#[test]
fn one_file_has_several_newsletters_and_each_is_sent_once_a_day() {
    let both = "version = 1\n[[newsletter]]\nname = 'morning'\ntitle = 'Morning'\n[newsletter.summary]\nsentences = 1\n\
                [[newsletter]]\nname = 'coast'\ntitle = 'Coast'\nsources = ['Bdorf']\n[newsletter.mail]\nto = ['bob@example.org']\n\
                [[source]]\nname = 'Aville'\nfiles = 'Aville*.txt'\n[[source]]\nname = 'Bdorf'\nfiles = 'Bdorf*.txt'\n\
                [store]\npath = 'digest.db'\n";
    let program = Program::new(&format!("{both}{MAIL}"));
    for day in 10..18 {
        program.write(&format!("Aville{day}.txt"), &note(&format!("Aville{day}")));
        program.write(&format!("Bdorf{day}.txt"), &note(&format!("Bdorf{day}")));
        let now = format!("2026-10-{day}T05:00:00Z");
        program.run(&["--now", &now]).ends(0);
        program.run(&["--now", &now]).ends(0);
        let mails = mails(&program);
        let to = |who: &str| mails.iter().filter(|(to, _)| to == who).count();
        assert_eq!((to("ann@example.org"), to("bob@example.org")), (day - 9, day - 9), "day {day}");
    }
    let mails = mails(&program);
    let of = |who: &str| mails.iter().filter(|(to, _)| to == who).map(|(_, mail)| mail.as_str()).collect::<String>();
    let (ann, bob) = (of("ann@example.org"), of("bob@example.org"));
    assert!(ann.contains("Aville17") && ann.contains("Bdorf17") && bob.contains("Bdorf17") && !bob.contains("Aville"));
    let status = program.run(&["status"]).ends(0).stdout;
    assert!(status.contains("morning-20261017") && status.contains("coast-20261017"), "{status}");
    let alone = program.run(&["--newsletter", "coast", "status"]).ends(0).stdout;
    assert!(!alone.contains("morning-") && alone.contains("coast-20261017"), "{alone}");
    let said = program.run(&["explain"]).ends(2).stderr;
    assert!(said.contains("2 newsletters: morning, coast") && said.contains("--newsletter"), "{said}");
    let said = program.run(&["preview", "--no-open"]).ends(2).stderr;
    assert!(said.contains("this one has 2") && said.contains("--newsletter NAME"), "{said}");
    let said = program.run(&["--newsletter", "cost", "status"]).ends(2).stderr;
    assert!(said.contains("`cost`") && said.contains("did you mean `coast`"), "{said}");
}
