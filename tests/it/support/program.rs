//! The real program in a folder of its own: its config, its state, what it said and how it ended.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test whose program cannot start cannot go on")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder with a config and a state.
pub(crate) struct Program {
    folder: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The same, if it ended with `code`.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

impl Program {
    /// A folder with this config.
    pub(crate) fn new(config: &str) -> Self {
        let program = Self { folder: tempfile::tempdir().unwrap() };
        program.write("config.toml", config);
        program
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        self.write_bytes(name, text.as_bytes());
    }

    pub(crate) fn write_bytes(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        // Some of them hold secrets.
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    /// Runs it in its folder; blocks, so call it off the runtime's threads or with several of them.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.folder.path(), &self.path("state"), arguments)
    }

    /// Starts it and does not wait for it; what it says is not heard.
    pub(crate) fn start(&self, arguments: &[&str]) -> std::process::Child {
        let mut command = command_in(self.folder.path(), &self.path("state"), arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Starts it and waits for the first line that it says; the rest is not heard.
    pub(crate) fn start_and_hear(&self, arguments: &[&str]) -> (std::process::Child, String) {
        let mut command = command_in(self.folder.path(), &self.path("state"), arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
        (child, line.trim().to_owned())
    }

    /// Starts `command` in its folder and waits for the first line with an address that it says.
    pub(crate) fn start_by(&self, command: &mut Command) -> (std::process::Child, String) {
        command.current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path()).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = std::io::BufReader::new(child.stdout.take().unwrap());
        let line = std::io::BufRead::lines(said).map_while(Result::ok).find(|line| line.contains("http"));
        (child, line.unwrap_or_default())
    }

    /// Runs it with more in its environment.
    pub(crate) fn run_with(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Ran {
        run_by(command_in(self.folder.path(), &self.path("state"), arguments).envs(environment.iter().copied()))
    }

    /// Runs it by a shell that does `before` first, as a limit of the system that it is to live with.
    pub(crate) fn run_by_shell(&self, before: &str, arguments: &[&str]) -> Ran {
        let direct = command_in(self.folder.path(), &self.path("state"), arguments);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &format!("{before}; exec \"$0\" \"$@\"")]).arg(direct.get_program()).args(direct.get_args());
        shell.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        shell.envs(direct.get_envs().filter_map(|(name, value)| Some((name, value?))));
        run_by(&mut shell)
    }

    /// Every file below the folder with its bytes.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), &mut files);
        files
    }
}

/// Runs the program in `folder` with `state` as the user's state folder.
pub(crate) fn run_in(folder: &Path, state: &Path, arguments: &[&str]) -> Ran {
    run_by(&mut command_in(folder, state, arguments))
}

fn command_in(folder: &Path, state: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_digest"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder)
        .env("XDG_STATE_HOME", state)
        .stdin(Stdio::null());
    command
}

fn run_by(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().expect("it was not killed"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.insert(path.clone(), Vec::new());
            collect(&path, files);
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}
