//! What the README and the guide tell people to write works: every piece of config loads, every command line is one, and each of
//! the ten wishes of `tuning.md` has the effect that stands there.
//!
//! Most pieces of config are parts of one. They are put into this frame before they are read: a sender, a reader and the transport
//! into files, where the piece has no `[mail]` of its own, and a folder with each file that a piece names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::error::ErrorKind;
use newsdigest::cli::check_arguments;
use newsdigest::config::{Config, newsletters};
use serde_json::Value;
use toml::Table;

use crate::support::markdown::{Block, Page, command_lines};
use crate::support::program::{Program, run_in};
use crate::support::skip::skip;

/// Settings that a piece of config leaves out.
pub(crate) const FRAME: &str =
    "[mail]\nfrom = 'Digest <me@example.org>'\nto = ['me@example.org']\ntransport = 'file'\n";

/// Files that pieces of config name.
const FILES: [&str; 8] = [
    "store.password",
    "smtp.password",
    "subscribers.csv",
    "unsubscribe.key",
    "rating.key",
    "dkim.pem",
    "ca.pem",
    "my-template/subject.txt",
];

/// So that all the sample's articles are of one age.
const NOW: &str = "2026-11-23T06:00:00Z";
/// One day after the newest of them.
const SOON: &str = "2026-10-19T05:00:00Z";

fn pages() -> Vec<(PathBuf, Page)> {
    let guide = fs::read_dir("docs/guide").unwrap().map(|file| file.unwrap().path());
    let mut paths: Vec<PathBuf> = guide.filter(|path| path.extension().is_some_and(|kind| kind == "md")).collect();
    paths.push("README.md".into());
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), Page::read(&fs::read_to_string(path).unwrap()))).collect()
}

/// The blocks of all pages in `language`, each with its place.
fn blocks(language: &str) -> Vec<(String, Block)> {
    let of_page = |(path, page): (PathBuf, Page)| {
        page.blocks.into_iter().map(move |block| (format!("{}:{}", path.display(), block.line), block))
    };
    pages().into_iter().flat_map(of_page).filter(|(_, block)| block.language == language).collect()
}

/// `over` put into `table`: tables are joined, entries of a list that have one name as well, everything else is replaced or added.
fn join(table: &mut Table, over: Table) {
    for (key, value) in over {
        let joined = match (table.remove(&key), value) {
            (Some(toml::Value::Table(mut old)), toml::Value::Table(new)) => {
                join(&mut old, new);
                toml::Value::Table(old)
            }
            (Some(toml::Value::Array(mut old)), toml::Value::Array(new)) if new.iter().all(toml::Value::is_table) => {
                for entry in new {
                    old.retain(|old| old.get("name") != entry.get("name"));
                    old.push(entry);
                }
                toml::Value::Array(old)
            }
            (_, value) => value,
        };
        table.insert(key, joined);
    }
}

#[test]
fn every_piece_of_config_loads() {
    let folder = tempfile::tempdir().unwrap();
    for name in FILES {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    let place = folder.path().join("config.toml");
    let found = blocks("toml");
    assert!(found.len() > 30, "the pieces are found");
    for (at, block) in found {
        let piece: Table = block.text.parse().unwrap_or_else(|error| panic!("{at}: {error}"));
        // A piece that says who sends is not helped; one for a mail server is for SMTP.
        let mail = piece.get("mail").and_then(toml::Value::as_table);
        let mut whole = piece.clone();
        if mail.is_none_or(|mail| !mail.contains_key("from")) {
            whole = FRAME.parse().unwrap();
            if mail.is_some_and(|mail| mail.contains_key("smtp")) {
                whole["mail"].as_table_mut().unwrap().remove("transport");
            }
            join(&mut whole, piece);
        } else if mail.is_some_and(|mail| !mail.contains_key("smtp") && !mail.contains_key("transport")) {
            whole["mail"].as_table_mut().unwrap().insert("transport".into(), "file".into());
        }
        let text = toml::to_string(&whole).unwrap();
        fs::write(&place, &text).unwrap();
        let names = newsletters(&text);
        let each = names.iter().map(|name| Some(name.as_str())).chain(names.is_empty().then_some(None));
        for newsletter in each {
            if let Err(mistakes) = Config::load_one(&place, newsletter) {
                panic!("{at}: {}", mistakes.report(false));
            }
        }
    }
}

#[test]
fn the_shortest_config_is_one_for_every_command() {
    let (at, block) = blocks("toml").into_iter().find(|(at, _)| at.starts_with("README.md")).unwrap();
    let program = Program::new(&block.text);
    for arguments in [
        &["check", "--offline"][..],
        &["status"],
        &["source", "list"],
        &["source", "export"],
        &["explain", "--preferences"],
    ] {
        let ran = program.run(arguments);
        assert_eq!(ran.code, 0, "{at}: {arguments:?}: {}", ran.stderr);
    }
    let opml = "<opml version='2.0'><body><outline text='More' xmlUrl='https://example.net/feed'/></body></opml>";
    program.write("more.opml", opml);
    program.run(&["source", "import", "more.opml"]).ends(0);
    assert!(program.run(&["source", "list"]).ends(0).stdout.contains("https://example.net/feed"));
    program.run(&["check", "--offline"]).ends(0);
}

/// Why the program would not take this command line.
pub(crate) fn refusal(words: &[String], whole: bool) -> Option<String> {
    let refused = check_arguments(words.iter().map(String::as_str)).err()?;
    let is_fine = match refused.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        // In a sentence, a command may be named without all it needs.
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => !whole,
        _ => false,
    };
    (!is_fine).then(|| format!("{words:?}: {refused}"))
}

#[test]
fn every_command_line_is_one() {
    let mut lines = Vec::new();
    for (at, block) in blocks("sh") {
        lines.extend(command_lines(&block.text).into_iter().map(|words| (at.clone(), words, true)));
    }
    for (at, block) in blocks("cron") {
        // Five fields say when.
        let commands: String = block.text.lines().map(|line| after_fields(line).to_owned() + "\n").collect();
        let found = command_lines(&commands);
        assert!(found.len() >= block.text.lines().count(), "{at}: a line without a command");
        lines.extend(found.into_iter().map(|words| (at.clone(), words, true)));
    }
    assert!(lines.len() > 80, "the command lines are found: {}", lines.len());
    for (path, page) in pages() {
        for (line, code) in page.codes.iter().filter(|(_, code)| code.starts_with("digest ")) {
            let at = format!("{}:{line}", path.display());
            lines.extend(command_lines(code).into_iter().map(|words| (at.clone(), words, false)));
        }
    }
    let refused = |(at, words, whole): (String, Vec<String>, bool)| Some(format!("{at}: {}", refusal(&words, whole)?));
    let wrong: Vec<String> = lines.into_iter().filter_map(refused).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_command_line_that_is_none_is_found() {
    for line in ["digest sumarize", "digest run --dryrun", "digest --dry-run run", "digest source"] {
        let words = command_lines(line).remove(0);
        assert!(refusal(&words, true).is_some(), "{line}");
    }
    let named = ["digest", "rate"].map(str::to_owned);
    assert_eq!(refusal(&named, false), None);
}

/// The command behind the five fields of a line of a crontab.
fn after_fields(line: &str) -> &str {
    (0..5).fold(line, |rest, _| rest.trim_start().split_once(char::is_whitespace).unwrap_or_default().1).trim_start()
}

/// A home with the program on its `PATH`, and a program of each of these names that keeps what it is told.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new(stubs: &[&str]) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(home.path("bin")).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_digest"), home.path("bin/digest")).unwrap();
        for name in stubs {
            let kept = home.path(name).display().to_string();
            let script = format!("#!/bin/sh\necho \"$@\" >> {kept}.args\n[ \"$1\" != - ] || cat > {kept}.in\n");
            // By another process: a file that this one had open for writing could not be run while a third one is started.
            let write = ["-c", "printf %s \"$1\" > bin/$2 && chmod 700 bin/$2", "sh", &script, name];
            assert!(Command::new("/bin/sh").args(write).current_dir(home.path("")).status().unwrap().success());
        }
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `script` as the shell of the home's owner, or as cron, which has another `PATH`, does.
    fn shell(&self, script: &str, path: &str) -> std::process::Output {
        let mut command = Command::new("/bin/sh");
        command.args(["-e", "-c", script]).env_clear().env("HOME", self.path("")).env("PATH", path);
        command.current_dir(self.path("")).output().unwrap()
    }

    pub(crate) fn shell_of_owner(&self, script: &str) {
        let ran = self.shell(script, &format!("{}:/usr/bin:/bin", self.path("bin").display()));
        assert!(ran.status.success(), "{script}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn the_line_for_cron_runs_as_pasted() {
    let lines: Vec<Block> = blocks("sh")
        .into_iter()
        .map(|(_, block)| block)
        .filter(|block| block.text.ends_with("| crontab -\n") && block.text.contains("echo"))
        .collect();
    assert_eq!(lines.len(), 2, "in the README and in the guide");
    assert_eq!(lines[0].text, lines[1].text);
    let home = Home::new(&["crontab"]);
    home.shell_of_owner("mkdir -p ~/.config/digest && digest init --output ~/.config/digest/config.toml");
    home.shell_of_owner(&lines[0].text);
    let crontab = fs::read_to_string(home.path("crontab.in")).unwrap();
    assert!(crontab.starts_with("0 7 * * * /"), "the program's whole path: {crontab}");

    let config = home.path(".config/digest/config.toml");
    let text = fs::read_to_string(&config).unwrap() + FRAME + "[[source]]\nname = 'Notes'\nfiles = '*.txt'\n";
    fs::write(config, text).unwrap();
    let note =
        "The bridge is open\n\nThe old bridge over the Wend opened again on Monday. Masons had worked for a year.\n";
    fs::write(home.path(".config/digest/note.txt"), note).unwrap();
    let ran = home.shell(after_fields(&crontab), "/usr/bin:/bin");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(ran.stdout.is_empty() && ran.stderr.is_empty(), "cron would mail this: {ran:?}");
    assert_eq!(fs::read_dir(home.path(".config/digest/mail")).unwrap().count(), 1, "one mail");
}

#[test]
fn the_timer_of_a_user_is_right_as_pasted() {
    let blocks = blocks("sh");
    let (_, block) = blocks.iter().find(|(_, block)| block.text.contains("digest.timer <<END")).unwrap();
    let home = Home::new(&["systemctl", "loginctl"]);
    home.shell_of_owner(&block.text);
    let units = home.path(".config/systemd/user");
    let service = fs::read_to_string(units.join("digest.service")).unwrap();
    let program = home.path("bin/digest");
    assert!(
        service.contains(&format!("ExecStart={} --config {}", program.display(), home.path("").display())),
        "{service}"
    );
    let called = fs::read_to_string(home.path("systemctl.args")).unwrap();
    assert_eq!(called, "--user daemon-reload\n--user enable --now digest.timer\n");
    let verified = Command::new("systemd-analyze")
        .args(["--user", "--man=no", "verify"])
        .args(["digest.service", "digest.timer"].map(|unit| units.join(unit)))
        .env("XDG_RUNTIME_DIR", home.path(""))
        .output();
    match verified {
        Ok(verified) => assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr)),
        Err(_) => skip("systemd-analyze is not installed"),
    }
}

/// Output of a dry run of the sample.
struct Shown {
    json: Value,
    text: String,
}

impl Shown {
    /// The sample with the pieces of config in `over`.
    fn new(over: &str, now: &str) -> Self {
        let mut sample: Table = fs::read_to_string("config.toml").unwrap().parse().unwrap();
        join(&mut sample, over.parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(Path::new("examples").canonicalize().unwrap(), folder.path().join("examples"))
            .unwrap();
        fs::write(folder.path().join("config.toml"), toml::to_string(&sample).unwrap()).unwrap();
        let run = |format: &str| {
            let arguments = ["run", "--dry-run", "--now", now, "--format", format];
            run_in(folder.path(), &folder.path().join("state"), &arguments).ends(0).stdout
        };
        let text = run("text").split_whitespace().collect::<Vec<_>>().join(" ");
        Self { json: serde_json::from_str(&run("json")).unwrap(), text }
    }

    fn sections(&self) -> Vec<&str> {
        let sections = self.json["edition"]["sections"].as_array().unwrap().iter();
        sections.map(|section| section["name"].as_str().unwrap()).collect()
    }

    fn stories(&self) -> Vec<&Value> {
        let sections = self.json["edition"]["sections"].as_array().unwrap().iter();
        sections.flat_map(|section| section["stories"].as_array().unwrap()).collect()
    }

    fn headlines(&self) -> Vec<&str> {
        self.stories().iter().map(|story| story["headline"].as_str().unwrap()).collect()
    }

    fn has(&self, word: &str) -> bool {
        self.headlines().iter().any(|headline| headline.contains(word))
    }

    /// How many stories this source leads.
    fn led_by(&self, source: &str) -> usize {
        self.stories().iter().filter(|story| story["places"][0]["source"] == source).count()
    }

    fn sentences(&self) -> impl Iterator<Item = &str> {
        let sentences = self.stories().into_iter().flat_map(|story| story["sentences"].as_array().unwrap());
        sentences.map(|sentence| sentence["text"].as_str().unwrap())
    }

    /// Share of the chosen sentences that stand in the text part.
    fn share_in_text(&self) -> f64 {
        let is_there = |sentence: &&str| self.text.contains(&sentence.split_whitespace().collect::<Vec<_>>().join(" "));
        self.sentences().filter(is_there).count() as f64 / self.sentences().count() as f64
    }

    /// Decision about the article with `word` in its headline.
    fn decision(&self, word: &str) -> &str {
        let decisions = self.json["decisions"].as_array().unwrap();
        let of = decisions.iter().find(|decision| decision["title"].as_str().unwrap().contains(word));
        of.map_or("", |decision| decision["outcome"]["kind"].as_str().unwrap())
    }
}

/// The piece of config under the heading that begins with this number.
fn wish(number: usize) -> String {
    let page = Page::read(&fs::read_to_string("docs/guide/tuning.md").unwrap());
    let of = |block: &&Block| block.language == "toml" && block.heading.starts_with(&format!("{number}. "));
    let pieces: Vec<&Block> = page.blocks.iter().filter(of).collect();
    assert_eq!(pieces.len(), 1, "wish {number} has one answer");
    pieces[0].text.clone()
}

#[test]
fn each_wish_gets_what_the_guide_promises() {
    let before = Shown::new("", NOW);
    let after = |number| Shown::new(&wish(number), NOW);

    let shorter = after(1);
    assert!(before.stories().len() > 6 && (1..=6).contains(&shorter.stories().len()), "{:?}", shorter.headlines());
    let words: usize = shorter.sentences().map(|sentence| sentence.split_whitespace().count()).sum();
    assert!(words <= 2 * 230, "{words} words");

    let short = after(2);
    let sentences = |story: &&Value| story["sentences"].as_array().unwrap().len();
    assert!(before.stories().iter().any(|story| sentences(story) == 3));
    assert!(short.stories().iter().all(|story| sentences(story) == 1));

    let less = after(3);
    assert_eq!((before.led_by("Küstenkurier"), less.led_by("Küstenkurier")), (2, 1));
    assert_eq!(less.decision("Saatgutbank"), "linked");

    let never = after(4);
    assert!(before.has("Lighthouse") && !never.has("Lighthouse"));
    assert_eq!(never.decision("Lighthouse"), "dropped");

    let always = after(5);
    assert_eq!((before.decision("Fährlinie"), always.decision("Fährlinie")), ("linked", "published"));

    let first = after(6);
    let subject = |shown: &Shown| shown.json["subject"].as_str().unwrap().to_owned();
    assert!(!subject(&before).contains("glacier") && subject(&first).contains("glacier"), "{}", subject(&first));

    let full = after(7);
    assert!(before.share_in_text() < 0.7, "{}", before.share_in_text());
    assert!((full.share_in_text() - 1.0).abs() < 1e-9, "{}", full.share_in_text());

    let (old, fresh) = (Shown::new("", SOON), Shown::new(&wish(8), SOON));
    assert!(old.has("Night buses") && !fresh.has("Night buses"));
    assert_eq!(fresh.decision("Night buses"), "dropped");
    assert!(fresh.has("Port Velmar"), "what is new stays: {:?}", fresh.headlines());

    assert_eq!(before.sections(), ["Region", "Science", "Auf Deutsch"]);
    assert_eq!(after(9).sections(), ["Science", "Auf Deutsch", "Region"]);

    let german = after(10);
    assert!(german.text.contains("Montag, 23. November 2026"), "{}", german.text);
    assert!(before.text.contains("November 2026") && !before.text.contains("Montag"), "{}", before.text);
}

#[test]
fn init_and_the_guide_know_the_same_mail_servers() {
    let known: Table = fs::read_to_string("src/cli/init/providers.toml").unwrap().parse().unwrap();
    let page = Page::read(&fs::read_to_string("docs/guide/providers.md").unwrap());
    let mut compared = 0;
    for provider in known["provider"].as_array().unwrap() {
        let name = provider["name"].as_str().unwrap();
        for block in page.blocks.iter().filter(|block| block.heading == name) {
            let shown: Table = block.text.parse().unwrap();
            for key in ["host", "port"] {
                assert_eq!(shown["mail"]["smtp"][key], provider[key], "{name}: {key}");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 4, "Gmail, Fastmail, Posteo, iCloud");
}
