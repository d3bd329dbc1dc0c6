//! `[hooks]`: programs of the user's own that hear of a run, with its account as JSON on their standard input.
//!
//! A hook changes nothing: when it fails, the run goes on and says so.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::model::Problem;

/// How long a hook may take.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs the hook `name` of these `words`, in `folder`, with `account`; what went wrong with it.
pub(super) async fn run(name: &str, words: &[String], folder: &Path, account: &Value) -> Option<Problem> {
    let (program, arguments) = words.split_first()?;
    let problem = |what: String| Problem::new(format!("[hooks] {name}"), format!("`{program}` {what}"));
    match tokio::time::timeout(LONGEST, call(program, arguments, folder, account)).await {
        Ok(Ok(())) => None,
        Ok(Err(why)) => Some(problem("failed".into()).because(why)),
        Err(_) => Some(problem(format!("did not end within {} s", LONGEST.as_secs()))),
    }
}

async fn call(program: &str, arguments: &[String], folder: &Path, account: &Value) -> Result<(), String> {
    // A program named by a path is looked for beside the config, like every other path in it.
    let path = if program.contains('/') { folder.join(program) } else { PathBuf::from(program) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut child = Command::new(std::path::absolute(&path).ok().filter(|_| program.contains('/')).unwrap_or(path))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("it could not be started: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A hook need not read all of it.
        let _ = input.write_all(format!("{account}\n").as_bytes()).await;
    }
    let ended = child.wait_with_output().await.map_err(|error| error.to_string())?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    let last: String = last.chars().take(300).collect();
    Err(if last.is_empty() { ended.status.to_string() } else { format!("{}: {last}", ended.status) })
}
