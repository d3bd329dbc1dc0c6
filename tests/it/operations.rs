//! Years alone: the examples for cron and systemd are right, and the logs keep secrets.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::program::Program;
use crate::support::skip::skip;
use crate::support::smtp::{Act, Server, Step};

const NOW: &str = "2026-10-19T05:00:00Z";
const PASSWORD: &str = "s3cret-of-the-house";
const SECRET: &str = "a secret that makes the tokens";
const SENTENCE: &str = "The harbour of Aville opens again on Monday after a strike of six days.";

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

fn program(port: u16) -> Program {
    let program = Program::new(&format!(
        "[[source]]\nname = \"Notes\"\nfiles = \"*.txt\"\n\
         [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.org\", \"bert@example.org\"]\n\
         unsubscribe_url = \"https://example.org/leave?t={{token}}\"\nunsubscribe_secret_file = \"secret\"\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\ntimeout = \"5s\"\n\
         username = \"anna\"\npassword_file = \"password\"\n"
    ));
    program.write("password", &format!("{PASSWORD}\n"));
    program.write("secret", SECRET);
    let text = format!("The harbour opens again\n\n{SENTENCE} Both sides accepted a mediator. Eleven ships wait.\n");
    program.write("note.txt", &text);
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logs_hold_no_password_no_token_and_no_text() {
    let server = Server::offering("250-localhost\r\n250 AUTH PLAIN\r\n", |step| match step {
        Step::Rcpt(to, _) if to.starts_with("bert") => Act::Say("550 5.1.1 no such user"),
        _ => Act::Go,
    })
    .await;
    for format in ["text", "json"] {
        let program = program(server.port);
        let arguments = ["-v", "-v", "--log-format", format, "run", "--now", NOW, "--report", "json"];
        let ran = program.run(&arguments).ends(1);
        let said = ran.stderr + &ran.stdout;
        assert!(said.contains("550 5.1.1 no such user"), "{said}");
        let mail = server.taken().pop().unwrap();
        let way = mail.header("List-Unsubscribe").unwrap();
        let token = way.split("t=").nth(1).unwrap().split('>').next().unwrap();
        let login = server.steps().into_iter().find_map(|step| match step {
            Step::Auth(words) => words.split(' ').next_back().map(str::to_owned),
            _ => None,
        });
        for secret in [PASSWORD, SECRET, SENTENCE, token, &login.unwrap()] {
            assert!(!secret.is_empty() && !said.contains(secret), "`{secret}` is in {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_systemd_the_state_is_in_its_folder() {
    let server = Server::offering("250-localhost\r\n250 AUTH PLAIN\r\n", |_| Act::Go).await;
    let program = program(server.port);
    let (state, folder) = (program.path("var-lib"), program.path("."));
    let status = Command::new(env!("CARGO_BIN_EXE_digest"))
        .args(["run", "--now", NOW])
        .current_dir(folder)
        .env_clear()
        .env("STATE_DIRECTORY", &state)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    assert!(state.join("digest.db").is_file());
    assert_eq!(server.taken().len(), 2);
}

#[test]
fn the_units_are_right() {
    let service = std::fs::read_to_string(example("systemd/digest.service")).unwrap();
    let timer = std::fs::read_to_string(example("systemd/digest.timer")).unwrap();
    for line in ["LoadCredential=smtp:", "StateDirectory=digest", "DynamicUser=yes", "RestartPreventExitStatus=2 3"] {
        assert!(service.contains(line), "{line}");
    }
    assert!(timer.contains("\nPersistent=true\n"));
    let folder = tempfile::tempdir().unwrap();
    let here = service.replace("/usr/local/bin/digest", env!("CARGO_BIN_EXE_digest"));
    std::fs::write(folder.path().join("digest.service"), here).unwrap();
    std::fs::write(folder.path().join("digest.timer"), timer).unwrap();
    let units = ["digest.service", "digest.timer"].map(|name| folder.path().join(name));
    let Ok(verified) = Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units).output() else {
        skip("systemd-analyze is not installed");
        return;
    };
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[test]
fn every_command_of_the_examples_is_one_we_know() {
    let crontab = std::fs::read_to_string(example("crontab")).unwrap();
    let service = std::fs::read_to_string(example("systemd/digest.service")).unwrap();
    let lines = crontab.lines().chain(service.lines().filter(|line| line.starts_with("ExecStart=")));
    let mut commands = 0;
    for line in lines.filter(|line| !line.starts_with('#')) {
        let (_, arguments) = line.split_once("digest ").unwrap();
        let arguments: Vec<&str> = arguments.split_whitespace().chain(["--help"]).collect();
        let known = Command::new(env!("CARGO_BIN_EXE_digest")).args(&arguments).output().unwrap();
        assert!(known.status.success(), "{line}: {}", String::from_utf8_lossy(&known.stderr));
        commands += 1;
    }
    assert_eq!(commands, 4);
}
