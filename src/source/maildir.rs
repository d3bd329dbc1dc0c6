//! A Maildir: the newest mails in `new` and `cur`, each an entry that holds its message.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::{Document, Entry, Problem};
use crate::source::files::{latest, newsletter};
use crate::source::limits::limit_files;
use crate::source::web::{file_url, read_file};
use crate::source::{Gathered, Memory, Source};

/// The newest mails in `folder`; they stay where and as they are.
pub(super) fn gather(source: &Source, folder: &Path, memory: Memory) -> Gathered {
    let mut mails: Vec<PathBuf> = Vec::new();
    for part in ["new", "cur"] {
        match fs::read_dir(folder.join(part)) {
            Ok(files) => mails.extend(files.flatten().map(|file| file.path()).filter(|path| path.is_file())),
            Err(error) => {
                let problem = Problem::new(&source.name, format!("`{}` is not a Maildir", folder.display()));
                return Gathered::failed(
                    memory,
                    problem.because(error).hint("a Maildir holds the folders `new` and `cur`"),
                );
            }
        }
    }
    let mut problems = Vec::new();
    let mut entries = Vec::new();
    let (mails, too_much) = limit_files(latest(mails, source.max_entries), source);
    problems.extend(too_much);
    for path in mails {
        match read_file(&path) {
            Ok(bytes) => {
                let (media_type, url) = (Some("message/rfc822".into()), Some(file_url(&path)));
                let document = Document { bytes, media_type, url };
                let whole = |document| vec![Entry { document: Some(document), ..Entry::default() }];
                entries.extend(newsletter(&document).unwrap_or_else(|| whole(document)));
            }
            Err(error) => {
                problems.push(Problem::new(&source.name, format!("cannot read `{}`", path.display())).because(error));
            }
        }
    }
    Gathered { entries, memory, problems, ..Gathered::default() }
}
