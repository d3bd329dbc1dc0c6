//! A program whose output is a feed, a page or a text.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use crate::model::{Document, Entry, Problem};
use crate::source::web::LARGEST;
use crate::source::{Gathered, Memory, Source, feed, newest};

/// How long it may run.
const LONGEST: Duration = Duration::from_secs(60);

/// The program's standard output.
pub(super) async fn output(source: &Source, words: &[String]) -> Result<Vec<u8>, Problem> {
    let late = || {
        Problem::new(&source.name, format!("`{}` did not end within {} s", source.shown_address(), LONGEST.as_secs()))
    };
    tokio::time::timeout(LONGEST, run(source, words)).await.unwrap_or_else(|_| Err(late()))
}

async fn run(source: &Source, words: &[String]) -> Result<Vec<u8>, Problem> {
    let shown = words.first().map_or("", String::as_str);
    let fail = |what: String| Problem::new(&source.name, format!("`{shown}` {what}"));
    let (program, arguments) = words.split_first().ok_or_else(|| fail("names no program".into()))?;
    // A program named by a path is looked for beside the config, like every other path in it.
    let program = if program.contains('/') { source.folder.join(program) } else { PathBuf::from(program) };
    let folder = if source.folder.as_os_str().is_empty() { ".".into() } else { source.folder.clone() };
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| fail("could not be started".into()).because(error))?;
    let streams = (child.stdout.take(), child.stderr.take());
    let (output, complaint) = tokio::join!(read(streams.0, LARGEST.as_bytes()), read(streams.1, 64 * 1024));
    if output.len() as u64 > LARGEST.as_bytes() {
        return Err(fail(format!("printed more than {LARGEST}")));
    }
    let status = child.wait().await.map_err(|error| fail("was lost".into()).because(error))?;
    if status.success() {
        return Ok(output);
    }
    let complaint = String::from_utf8_lossy(&complaint);
    let last =
        complaint.lines().rfind(|line| !line.trim().is_empty()).map(|line| line.chars().take(300).collect::<String>());
    let problem = fail(format!("failed ({status})"));
    Err(last.map_or(problem.clone(), |line| problem.because(line)))
}

/// A stream's bytes, one more than `most` if there were more.
async fn read(stream: Option<impl AsyncRead + Unpin>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        // A stream that breaks ends there; the exit status says the rest.
        let _ = stream.take(most + 1).read_to_end(&mut bytes).await;
    }
    bytes
}

/// The entries in a program's output.
pub(super) fn entries(source: &Source, bytes: Vec<u8>, memory: Memory) -> Gathered {
    match feed::parse(&bytes, None, None) {
        Ok((mut feed, problems)) => {
            let entries = newest(std::mem::take(&mut feed.entries), source.max_entries);
            Gathered { entries, feed: Some(feed), memory, problems, ..Gathered::default() }
        }
        Err(feed::Error::Empty) => Gathered { memory, ..Gathered::default() },
        Err(_) => {
            let document = Some(Document { bytes, media_type: None, url: None });
            Gathered { entries: vec![Entry { document, ..Entry::default() }], memory, ..Gathered::default() }
        }
    }
}
