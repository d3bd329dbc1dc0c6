//! What the guide says of years with the program is run as it stands there: backup, restore, moving, removing, containers; and a
//! month of mornings.

use std::fs;
use std::process::Command;

use crate::guide::{FRAME, Home, refusal};
use crate::support::markdown::{Block, Page};
use crate::support::skip::skip;

/// The blocks of `operating.md` under this heading.
fn operations(heading: &str) -> Vec<String> {
    let page = Page::read(&fs::read_to_string("docs/guide/operating.md").unwrap());
    let of = |block: &&Block| block.language == "sh" && block.heading == heading;
    page.blocks.iter().filter(of).map(|block| block.text.clone()).collect()
}

/// A home where the first edition was sent: into a folder, since mail goes nowhere here.
fn a_running_home() -> Home {
    let home = Home::new(&["systemctl", "cargo"]);
    fs::create_dir_all(home.path(".config/digest")).unwrap();
    let config = format!("{FRAME}[mail.file]\nfolder = '../../mail'\n[[source]]\nname = 'Notes'\nfiles = '*.txt'\n");
    fs::write(home.path(".config/digest/config.toml"), config).unwrap();
    let note =
        "The bridge is open\n\nThe old bridge over the Wend opened again on Monday. Masons had worked for a year.\n";
    fs::write(home.path(".config/digest/note.txt"), note).unwrap();
    home.shell_of_owner("digest run");
    assert_eq!(sent(&home), 1);
    home
}

fn sent(home: &Home) -> usize {
    fs::read_dir(home.path("mail")).map_or(0, Iterator::count)
}

#[test]
fn what_was_backed_up_knows_what_was_sent() {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        skip("sqlite3 is not installed");
        return;
    }
    let home = a_running_home();
    let [backup, restore] = &operations("Backup and restore")[..] else { panic!("two blocks: there, and back") };
    home.shell_of_owner(backup);
    fs::remove_dir_all(home.path(".config")).unwrap();
    fs::remove_dir_all(home.path(".local")).unwrap();
    home.shell_of_owner(restore);
    home.shell_of_owner("digest run");
    assert_eq!(sent(&home), 1, "the edition was sent before, and is not sent again");
}

#[test]
fn what_has_moved_knows_what_was_sent() {
    let (here, there) = (a_running_home(), Home::new(&[]));
    let [pack, unpack] = &operations("Moving to another machine")[..] else { panic!("two blocks: here, and there") };
    here.shell_of_owner(pack);
    fs::copy(here.path("digest.tar.gz"), there.path("digest.tar.gz")).unwrap();
    there.shell_of_owner(unpack);
    there.shell_of_owner("digest run");
    assert_eq!(sent(&there), 0, "the edition was sent from the other machine");
}

#[test]
fn what_was_removed_is_gone_and_no_other_line_of_the_crontab() {
    let home = a_running_home();
    let script =
        "#!/bin/sh\nif [ \"$1\" = -l ]; then cat ~/crontab; else cat > ~/crontab.new; mv ~/crontab.new ~/crontab; fi\n";
    let write = ["-c", "printf %s \"$1\" > bin/crontab && chmod 700 bin/crontab", "sh", script];
    assert!(Command::new("/bin/sh").args(write).current_dir(home.path("")).status().unwrap().success());
    fs::write(home.path("crontab"), "0 5 * * * backup\n0 7 * * * /usr/bin/digest --config c run\n").unwrap();
    let blocks = operations("Removing");
    assert_eq!(blocks.len(), 2);
    blocks.iter().for_each(|block| home.shell_of_owner(block));
    assert_eq!(fs::read_to_string(home.path("crontab")).unwrap(), "0 5 * * * backup\n");
    assert!(!home.path(".config/digest").exists() && !home.path(".local/state/digest").exists());
    assert_eq!(fs::read_to_string(home.path("cargo.args")).unwrap(), "uninstall newsdigest\n");
}

#[test]
fn what_a_container_is_told_to_do_is_a_command_line() {
    let page = Page::read(&fs::read_to_string("docs/guide/container.md").unwrap());
    let lines = page.blocks.iter().flat_map(|block| block.text.lines()).filter(|line| line.contains(" run --rm "));
    let mut found = 0;
    for line in lines {
        let (options, arguments) = line.split_once("/config:ro\" digest ").unwrap();
        assert!(options.contains("--volume \"$HOME/.local/state/digest:/state\""), "{line}");
        let words: Vec<String> = ["digest"].into_iter().chain(arguments.split(' ')).map(str::to_owned).collect();
        assert_eq!(refusal(&words, true), None, "{line}");
        found += 1;
    }
    assert_eq!(found, 4);
}

/// The first days of the month that `examples/morning` shows: one mail each morning, no sentence twice, every quotation found.
#[test]
fn some_mornings_in_a_row_go_well() {
    if Command::new("python3").arg("--version").output().is_err() {
        skip("python3 is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut month = Command::new("python3");
    month.args(["-B", "examples/morning/morning.py", "--digest", env!("CARGO_BIN_EXE_digest")]);
    month.args(["--days", "4", "--papers", "9", "--events", "6", "--folder"]).arg(folder.path().join("mornings"));
    let ran = month.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && said.contains("4 mornings, 0 of them wrong"), "{said}");
    assert_eq!(fs::read_dir(folder.path().join("mornings/mail")).unwrap().count(), 4, "{said}");
}
