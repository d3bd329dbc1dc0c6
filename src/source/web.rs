use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;

use crate::extract;
use crate::fetch::{Accept, Fetch, Reply, Request, Size};
use crate::model::Problem;
use crate::source::{Location, Memory, Source};

/// Largest file that is read.
pub(super) const LARGEST: Size = Size::mebibytes(15);

/// The document at a location, or why there is nothing new to be read.
pub(super) enum FetchOutcome {
    /// A document.
    Document(Reply),
    /// The same as last time.
    Unchanged,
    /// Nothing.
    Failed(Problem),
}

/// Asks for what stands at `location`, and notes in `memory` how that went.
pub(super) async fn get(
    source: &Source,
    location: &Location,
    accept: Accept,
    memory: &mut Memory,
    now: Timestamp,
    fetch: &dyn Fetch,
) -> FetchOutcome {
    let reply = match location {
        Location::Path(path) => local(path),
        Location::Url(url) => {
            let request = Request::new(memory.ask_at(url), accept).private(source.allow_private);
            fetch.fetch(request.unless(memory.validators.clone())).await.map_err(|error| {
                memory.note_failure(&error, now);
                let problem = Problem::new(&source.name, error.to_string());
                error.hint().map_or(problem.clone(), |hint| problem.hint(hint))
            })
        }
    };
    match reply {
        Ok(reply) if memory.note(&reply) => FetchOutcome::Unchanged,
        Ok(reply) => FetchOutcome::Document(reply),
        Err(problem) => FetchOutcome::Failed(problem),
    }
}

/// The same for a file on this machine.
fn local(path: &Path) -> Result<Reply, Problem> {
    let bytes = read_file(path)
        .map_err(|error| Problem::new("file", format!("cannot read `{}`", path.display())).because(error))?;
    Ok(Reply {
        status: 200,
        url: file_url(path),
        media_type: extract::media_type(path).map(str::to_owned),
        bytes,
        ..Reply::default()
    })
}

/// A file's bytes, unless it is no file or larger than [`LARGEST`].
pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    if facts.len() > LARGEST.as_bytes() {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {LARGEST}")));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST.as_bytes()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn file_url(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    url::Url::from_file_path(&absolute).map_or_else(|()| absolute.display().to_string(), String::from)
}
