//! The packages for Debian and for RPM: made twice they are the same, they hold what they should, and in a clean root they are
//! installed, work, and go without a trace. What crates.io would get is small.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::program::Program;
use crate::support::skip::skip;

/// What people look for, beside the manual pages and the completions of zsh.
const CONTENTS: [&str; 11] = [
    "/usr/bin/digest",
    "/usr/share/bash-completion/completions/digest",
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

/// Makes a package by `script` in `folder`.
fn package(script: &str, folder: &Path) -> PathBuf {
    succeeds(script, &[env!("CARGO_BIN_EXE_digest"), folder.to_str().unwrap()]);
    fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

fn is_administrator() -> bool {
    succeeds("id", &["-u"]).trim() == "0"
}

fn is_there(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok_and(|ran| ran.status.success())
}

/// The installed program says its version, shows the sample's edition, and all that people look for is below `root`.
fn works(root: &Path, zsh: &str) {
    let installed: BTreeSet<String> = files(root).into_iter().filter(|name| name.starts_with("/usr/")).collect();
    let pages = manual_pages();
    assert!(pages.len() > 20, "{pages:?}");
    let missing: Vec<&str> = CONTENTS.into_iter().chain([zsh]).filter(|name| !installed.contains(*name)).collect();
    assert!(missing.is_empty() && pages.is_subset(&installed), "{missing:?} {installed:#?}");

    let program = root.join("usr/bin/digest");
    assert!(succeeds(program.to_str().unwrap(), &["--version"]).starts_with("digest "));
    let sample = root.join("usr/share/doc/newsdigest/config.toml");
    let shown = succeeds(program.to_str().unwrap(), &["--config", sample.to_str().unwrap(), "run", "--dry-run"]);
    assert!(shown.contains("Port Velmar"), "the sample is in the package: {shown}");
    units_are_right(root);
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
    if !["dpkg-deb", "objdump", "bash"].into_iter().all(is_there) || !is_administrator() {
        skip("dpkg-deb, objdump and the administrator are not all here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [first, again] = ["first", "again"].map(|name| package("packaging/deb.sh", &folder.path().join(name)));
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
    works(&root, "/usr/share/zsh/vendor-completions/_digest");

    dpkg(&["--purge", "newsdigest"]);
    let left: Vec<String> = files(&root).into_iter().filter(|name| !name.starts_with("/var/lib/dpkg/")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_rpm_package_is_installed_works_and_goes() {
    if !["rpmbuild", "rpm", "bash"].into_iter().all(is_there) || !is_administrator() {
        skip("rpmbuild, rpm and the administrator are not all here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [first, again] = ["first", "again"].map(|name| package("packaging/rpm.sh", &folder.path().join(name)));
    assert!(fs::read(&first).unwrap() == fs::read(&again).unwrap(), "the same binary gives the same bytes");

    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    let rpm = |arguments: &[&str]| succeeds("rpm", &[&["--root", root.to_str().unwrap()][..], arguments].concat());
    rpm(&["--initdb"]);
    // The clean root has no libc of its own: the program runs with that of this machine.
    rpm(&["--install", "--nodeps", first.to_str().unwrap()]);
    works(&root, "/usr/share/zsh/site-functions/_digest");
    let listed: BTreeSet<String> = rpm(&["--query", "--list", "newsdigest"]).lines().map(str::to_owned).collect();
    let below: BTreeSet<String> = files(&root).into_iter().filter(|name| name.starts_with("/usr/")).collect();
    let unlisted: Vec<&String> =
        below.iter().filter(|name| !name.contains("/rpm/") && !listed.contains(*name)).collect();
    assert!(unlisted.is_empty(), "every file belongs to the package: {unlisted:?}");

    rpm(&["--erase", "newsdigest"]);
    // Where the list of packages is kept differs between systems.
    let is_list = |name: &String| name.contains("/rpm/") || name.contains("/.rpmdb/");
    let left: Vec<String> = files(&root).into_iter().filter(|name| !is_list(name)).collect();
    assert!(left.is_empty() && !root.join("usr/share/doc/newsdigest").exists(), "{left:?}");
}

#[test]
fn what_crates_io_gets_is_small_and_whole() {
    let listed = succeeds(env!("CARGO"), &["package", "--list", "--allow-dirty", "--offline", "--quiet"]);
    let files: Vec<&str> = listed.lines().collect();
    let bytes: u64 = files.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum();
    assert!(bytes < 10_000_000, "{bytes} bytes, and crates.io takes 10 MB of them compressed");
    for wanted in
        ["Cargo.lock", "README.md", "LICENSE-MIT", "src/main.rs", "templates/default/edition.html", "config.toml"]
    {
        assert!(files.contains(&wanted), "{wanted} is missing");
    }
    let stray = |file: &&&str| {
        ["tests/", "benches/", ".github/", ".ci/", "packaging/"].iter().any(|from| file.starts_with(from))
    };
    assert_eq!(files.iter().find(stray), None);
    let manifest: toml::Table = fs::read_to_string("Cargo.toml").unwrap().parse().unwrap();
    for field in ["description", "license", "readme", "keywords", "categories", "documentation", "rust-version"] {
        assert!(manifest["package"].get(field).is_some(), "{field}");
    }
    let binstall = &manifest["package"]["metadata"]["binstall"];
    assert!(
        binstall["pkg-url"].as_str().unwrap().ends_with("newsdigest-{ version }-{ target }.tar.gz"),
        "as packaging/make names it"
    );
    assert!(fs::read_to_string("packaging/make").unwrap().contains("name=newsdigest-$version-$target\n"));
}

/// No shell, no root, its state in a volume: as far as that can be seen without a builder.
#[test]
fn the_container_file_says_what_it_should() {
    let text = fs::read_to_string("packaging/Containerfile").unwrap().replace("\\\n", " ");
    let lines: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    let of = |word: &str| lines.iter().filter(|line| line[0] == word).cloned().collect::<Vec<_>>();
    let known = ["FROM", "COPY", "USER", "ENV", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD"];
    assert!(lines.iter().all(|line| known.contains(&line[0])), "{lines:?}");
    assert_eq!((&lines[0][..], of("FROM").len()), (&["FROM", "scratch"][..], 1));
    assert_eq!(of("USER"), [["USER", "65532:65532"]]);
    let list = |line: &[&str]| -> Vec<String> {
        let json = line.iter().skip_while(|word| !word.starts_with('[')).copied().collect::<Vec<_>>().join(" ");
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"))
    };
    for instruction in ["HEALTHCHECK", "ENTRYPOINT", "CMD"] {
        let words = list(&of(instruction)[0]);
        let words: Vec<&str> = words.iter().map(String::as_str).map(|word| word.rsplit('/').next().unwrap()).collect();
        let line = if words[0] == "digest" { words } else { [&["digest"][..], &words].concat() };
        newsdigest::cli::check_arguments(line).unwrap();
    }
    assert_eq!(list(&of("VOLUME")[0]), ["/state"]);
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
