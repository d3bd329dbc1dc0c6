//! The Debian package: made twice it is the same, it holds what it should, and in a clean root it is installed, works, and goes
//! without a trace.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::program::Program;
use crate::support::skip::skip;

/// What people look for, beside the manual pages.
const CONTENTS: [&str; 12] = [
    "/usr/bin/digest",
    "/usr/share/bash-completion/completions/digest",
    "/usr/share/zsh/vendor-completions/_digest",
    "/usr/share/fish/vendor_completions.d/digest.fish",
    "/usr/share/doc/newsdigest/copyright",
    "/usr/share/doc/newsdigest/config.toml",
    "/usr/share/doc/newsdigest/config.schema.json",
    "/usr/share/doc/newsdigest/docs/guide/start.md",
    "/usr/share/doc/newsdigest/templates/default/edition.html",
    "/usr/lib/systemd/system/digest.service",
    "/usr/lib/systemd/user/digest.service",
    "/usr/lib/systemd/user/digest.timer",
];

fn run(program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    // dpkg wants the programs of the administrator; the state of whoever runs the tests is of no account.
    command
        .args(arguments)
        .env("XDG_STATE_HOME", "/nonexistent")
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    // Large and short-lived: nothing is gained by squeezing it.
    command.env("COMPRESSION", "none").env("SOURCE_DATE_EPOCH", "1700000000").output().unwrap()
}

fn succeeds(program: &str, arguments: &[&str]) -> String {
    let ran = run(program, arguments);
    assert!(ran.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// Makes the package in `folder`.
fn package(folder: &Path) -> PathBuf {
    succeeds("packaging/deb.sh", &[env!("CARGO_BIN_EXE_digest"), folder.to_str().unwrap()]);
    fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

/// Every file below `folder`, as it is called from there.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(format!("/{}", path.strip_prefix(folder).unwrap().display()));
            }
        }
    }
    found
}

/// The manual pages that the package should have: one for each command with a help text.
fn manual_pages() -> BTreeSet<String> {
    let program = Program::new("");
    program.run(&["man", "--to", "man"]).ends(0);
    let pages = fs::read_dir(program.path("man")).unwrap().map(|page| page.unwrap().file_name().into_string().unwrap());
    pages.map(|page| format!("/usr/share/man/man1/{page}.gz")).collect()
}

#[test]
fn the_debian_package_is_installed_works_and_goes() {
    let is_there = |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|ran| ran.status.success());
    if !["dpkg-deb", "objdump", "bash"].into_iter().all(is_there) || succeeds("id", &["-u"]).trim() != "0" {
        skip("dpkg-deb, objdump and the administrator are not all here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [first, again] = ["first", "again"].map(|name| package(&folder.path().join(name)));
    assert!(fs::read(&first).unwrap() == fs::read(&again).unwrap(), "the same binary gives the same bytes");

    let root = folder.path().join("root");
    fs::create_dir_all(root.join("var/lib/dpkg/info")).unwrap();
    fs::create_dir(root.join("var/lib/dpkg/updates")).unwrap();
    fs::write(root.join("var/lib/dpkg/status"), "").unwrap();
    let dpkg = |arguments: &[&str]| {
        let root = format!("--root={}", root.display());
        // The clean root has no libc of its own: the program runs with that of this machine.
        succeeds("dpkg", &[&[root.as_str(), "--force-depends"][..], arguments].concat())
    };
    dpkg(&["--install", first.to_str().unwrap()]);
    let installed: BTreeSet<String> = files(&root).into_iter().filter(|name| name.starts_with("/usr/")).collect();
    let pages = manual_pages();
    assert!(pages.len() > 20, "{pages:?}");
    let missing: Vec<&str> = CONTENTS.into_iter().filter(|name| !installed.contains(*name)).collect();
    assert!(missing.is_empty() && pages.is_subset(&installed), "{missing:?} {installed:#?}");

    let program = root.join("usr/bin/digest");
    assert!(succeeds(program.to_str().unwrap(), &["--version"]).starts_with("digest "));
    let sample = root.join("usr/share/doc/newsdigest/config.toml");
    let shown = succeeds(program.to_str().unwrap(), &["--config", sample.to_str().unwrap(), "run", "--dry-run"]);
    assert!(shown.contains("Port Velmar"), "the sample is in the package: {shown}");
    units_are_right(&root);

    dpkg(&["--purge", "newsdigest"]);
    let left: Vec<String> = files(&root).into_iter().filter(|name| !name.starts_with("/var/lib/dpkg/")).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn units_are_right(root: &Path) {
    for (kind, more) in [("system", "--system"), ("user", "--user")] {
        let folder = tempfile::tempdir().unwrap();
        for unit in ["digest.service", "digest.timer"] {
            let text = fs::read_to_string(root.join("usr/lib/systemd").join(kind).join(unit)).unwrap();
            assert!(!text.contains("/usr/local/"), "{text}");
            let here = text.replace("/usr/bin/digest", env!("CARGO_BIN_EXE_digest"));
            fs::write(folder.path().join(unit), here).unwrap();
        }
        let mut command = Command::new("systemd-analyze");
        command.args([more, "--man=no", "verify"]).env("XDG_RUNTIME_DIR", folder.path()).current_dir(folder.path());
        match command.args(["./digest.service", "./digest.timer"]).output() {
            Ok(ran) => assert!(ran.status.success(), "{kind}: {}", String::from_utf8_lossy(&ran.stderr)),
            Err(_) => skip("systemd-analyze is not installed"),
        }
    }
}
