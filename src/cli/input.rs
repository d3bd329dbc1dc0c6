//! A command's input: a file, the standard input, or a page on the web.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::cli::Exit;
use crate::extract::media_type;
use crate::fetch::{Accept, Fetch, Http, Options, Request};
use crate::model::Document;

/// A file or the standard input may be this large, in bytes.
const LARGEST: u64 = 1 << 30;

/// Whether `name` is an address on the web.
pub(super) fn is_url(name: &str) -> bool {
    name.starts_with("http://") || name.starts_with("https://")
}

/// How a command ends that could not read one of `names`: where none of them is there, whoever named them was wrong.
pub(super) fn left_out(names: &[String]) -> Exit {
    let is_missing = |name: &String| name != "-" && !is_url(name) && !Path::new(name).exists();
    if !names.is_empty() && names.iter().all(is_missing) { Exit::Usage } else { Exit::LeftOut }
}

/// The bytes at `name`: a URL, a file, or `-` for the standard input; otherwise one line that says why not.
///
/// An address that a person types may be a private one: they know where they are. Where it redirects to, they do not.
pub(super) fn document(name: &str) -> Result<Document, String> {
    if is_url(name) {
        return page(name);
    }
    let read = |reader: &mut dyn Read| {
        let mut bytes = Vec::new();
        reader.take(LARGEST + 1).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    };
    let bytes = match name {
        "-" => read(&mut io::stdin().lock()),
        _ => fs::File::open(name).and_then(|mut file| read(&mut file)),
    };
    let bytes = bytes.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("it is larger than {} MiB", LARGEST >> 20));
    }
    Ok(Document { bytes, media_type: media_type(Path::new(name)).map(str::to_owned), url: None })
}

fn page(url: &str) -> Result<Document, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let fetch = Http::new(&Options::default()).map_err(|error| error.to_string())?;
    let request = Request::new(url, Accept::Anything).typed();
    let reply = runtime.block_on(fetch.fetch(request)).map_err(|error| error.to_string())?;
    Ok(Document { bytes: reply.bytes, media_type: reply.media_type, url: Some(reply.url) })
}
