//! Files by pattern: each one is an entry that holds its document.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::model::{Document, Entry, Problem};
use crate::source::web::{file_url, media_type, read_file};
use crate::source::{Gathered, Memory, Outcome, Source};

/// Files a pattern may match before the rest is left out.
const MOST: usize = 10_000;

/// The newest files that match `pattern`, sorted by path.
pub(super) fn gather(source: &Source, pattern: &str, memory: Memory) -> Gathered {
    let mut problems = Vec::new();
    let found = match glob::glob(pattern) {
        Ok(found) => found.take(MOST).filter_map(Result::ok).filter(|path| path.is_file()).collect(),
        Err(error) => {
            let problem = Problem::new(&source.name, "the pattern makes no sense").because(error);
            return Gathered::failed(memory, problem);
        }
    };
    let files = latest(found, source.max_entries);
    if files.is_empty() {
        problems.push(Problem::new(&source.name, format!("no file matches `{pattern}`")));
        return Gathered { outcome: Outcome::Failed, memory, problems, ..Gathered::default() };
    }
    let entries = files.iter().filter_map(|path| entry(source, path, &mut problems)).collect();
    Gathered { entries, memory, problems, ..Gathered::default() }
}

/// The `most` files changed last, sorted by path.
pub(super) fn latest(files: Vec<PathBuf>, most: usize) -> Vec<PathBuf> {
    let mut dated: Vec<_> = files.into_iter().map(|path| (std::cmp::Reverse(changed(&path)), path)).collect();
    dated.sort();
    let mut files: Vec<PathBuf> = dated.into_iter().take(most).map(|(_, path)| path).collect();
    files.sort();
    files
}

/// When a file was last changed.
pub(super) fn changed(path: &Path) -> Option<Timestamp> {
    let modified = fs::metadata(path).and_then(|facts| facts.modified()).ok()?;
    Timestamp::try_from(modified).ok()
}

fn entry(source: &Source, path: &Path, problems: &mut Vec<Problem>) -> Option<Entry> {
    match read_file(path) {
        Ok(bytes) => {
            let media_type = media_type(path).map(str::to_owned);
            let document = Some(Document { bytes, media_type, url: Some(file_url(path)) });
            Some(Entry { updated: changed(path), document, ..Entry::default() })
        }
        Err(error) => {
            problems.push(Problem::new(&source.name, format!("cannot read `{}`", path.display())).because(error));
            None
        }
    }
}
