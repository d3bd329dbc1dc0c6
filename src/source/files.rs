//! Files by pattern: each one is an entry that holds its document; a mailbox (mbox) is one entry a mail.

use std::path::{Path, PathBuf};
use std::{fs, io};

use jiff::Timestamp;

use crate::extract::{self, DocumentKind};
use crate::model::{Content, Document, Entry, Link, Person, Problem};
use crate::source::limits::limit_files;
use crate::source::web::{file_url, read_file};
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
    let (files, too_much) = limit_files(files, source);
    problems.extend(too_much);
    let mut found: Vec<(Option<Timestamp>, Document)> = Vec::new();
    for path in &files {
        match documents(path) {
            Ok(documents) => found.extend(documents.into_iter().map(|document| (changed(path), document))),
            Err(error) => {
                problems.push(Problem::new(&source.name, format!("cannot read `{}`", path.display())).because(error));
            }
        }
    }
    // A mailbox holds many mails, its newest at the end. A newsletter of many items counts once.
    found.drain(..found.len().saturating_sub(source.max_entries));
    let whole = |updated, document| vec![Entry { updated, document: Some(document), ..Entry::default() }];
    let entries = found
        .into_iter()
        .flat_map(|(updated, document)| newsletter(&document).unwrap_or_else(|| whole(updated, document)))
        .collect();
    Gathered { entries, memory, problems, ..Gathered::default() }
}

/// A larger mail is no newsletter of many items, in bytes: providers cut them off long before.
const LARGEST_NEWSLETTER: usize = 1 << 20;

/// The entries of a mail that tells of many things; `None` for any other document.
pub(super) fn newsletter(document: &Document) -> Option<Vec<Entry>> {
    if document.bytes.len() > LARGEST_NEWSLETTER {
        return None;
    }
    if DocumentKind::of(&document.bytes, document.media_type.as_deref()) != DocumentKind::Mail {
        return None;
    }
    let roundup = extract::roundup(&document.bytes)?;
    let author = |name: &String| Person { name: Some(name.clone()), ..Person::default() };
    let entry = |item: extract::MailItem| Entry {
        id: roundup.id.as_ref().map(|id| format!("{id} {}", item.url)),
        title: Some(item.title),
        links: vec![Link { href: item.url, rel: Some("alternate".into()), media_type: None }],
        authors: roundup.sender.iter().map(author).collect(),
        content: Some(Content::Text { text: item.text }),
        published: roundup.published,
        ..Entry::default()
    };
    Some(roundup.items.into_iter().map(entry).collect())
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

/// The documents in a file: one, or the mails of a mailbox.
fn documents(path: &Path) -> io::Result<Vec<Document>> {
    let (bytes, url) = (read_file(path)?, Some(file_url(path)));
    let media_type = extract::media_type(path);
    if DocumentKind::of(&bytes, media_type) != DocumentKind::Mailbox {
        return Ok(vec![Document { bytes, media_type: media_type.map(str::to_owned), url }]);
    }
    let mails = extract::mails(&bytes).into_iter().map(|bytes| Document {
        bytes,
        media_type: Some("message/rfc822".to_owned()),
        url: url.clone(),
    });
    Ok(mails.collect())
}
