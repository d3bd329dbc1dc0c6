//! A person's words become sources: the address of a site, a feed, a page or a list, a file, a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::prompt::Prompt;
use crate::cli::Session;
use crate::cli::source::{discover, from_opml, with_scheme};
use crate::config::NewSource;
use crate::error::{Error, Usage};
use crate::fetch::{Http, Options, guard};
use crate::pipeline::inspect;
use crate::source::{self, Defaults, Files, Outcome, Source, feed};

/// Kinds of files that are read, as in `files` of a source.
const READABLE: [&str; 7] = ["txt", "md", "html", "htm", "eml", "mbox", "xhtml"];

/// Largest list or feed in a file, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Why nothing came of it.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is in a private network or on this machine.
    Private(String),
    /// There is a page, but no feed.
    NoFeed(String),
    /// Anything else, as a sentence.
    Other(String),
}

impl Trouble {
    fn words(self) -> String {
        match self {
            Self::Private(words) | Self::NoFeed(words) | Self::Other(words) => words,
        }
    }
}

/// The sources at `what`.
pub(super) fn find(what: &str, allow_private: bool, session: &Session) -> Result<Vec<NewSource>, Trouble> {
    let path = Path::new(what);
    if path.is_dir() {
        return folder(path).map(|source| vec![source]).map_err(Trouble::Other);
    }
    if path.is_file() {
        return file(path, session).map_err(Trouble::Other);
    }
    let is_address = what.contains("://") || (what.contains(['.', ':']) && !what.contains(char::is_whitespace));
    if !is_address {
        return Err(Trouble::Other(format!("`{what}` is no address, and no file or folder here has this name")));
    }
    let found = session.block_on(discover(what, allow_private, session)).and_then(|found| found);
    found.map(|source| vec![source]).map_err(|error| match &error {
        Error::Usage(Usage::NotAFeed { error: feed::Error::Page { .. } | feed::Error::NotAFeed(_), .. }) => {
            Trouble::NoFeed(error.to_string())
        }
        // With `allow_private` it would pass: nothing else is wrong with it.
        Error::Fetch(refused) if refused.is_refused() && guard::check(&with_scheme(what), true).is_ok() => {
            Trouble::Private(error.to_string())
        }
        _ => Trouble::Other(error.to_string()),
    })
}

fn folder(path: &Path) -> Result<NewSource, String> {
    let whole = whole(path)?;
    let name = whole.file_name().map_or_else(|| "Files".into(), |name| name.to_string_lossy().into_owned());
    let place = |pattern: &str| whole.join(pattern).display().to_string();
    if whole.join("new").is_dir() && whole.join("cur").is_dir() {
        return Ok(NewSource { name, kind: "maildir", place: whole.display().to_string(), ..NewSource::default() });
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let files = std::fs::read_dir(&whole).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    for file in files.flatten() {
        let kind = file.path().extension().map(|kind| kind.to_string_lossy().to_lowercase()).unwrap_or_default();
        if READABLE.contains(&kind.as_str()) {
            *kinds.entry(kind).or_default() += 1;
        }
    }
    let pattern = match kinds.keys().collect::<Vec<_>>().as_slice() {
        [] => {
            let kinds = READABLE.join(", ");
            return Err(format!("`{}` holds no texts, pages or mails ({kinds}), and is no Maildir", path.display()));
        }
        [only] => format!("*.{only}"),
        _ => "*".to_owned(),
    };
    Ok(NewSource { name, kind: "files", place: place(&pattern), ..NewSource::default() })
}

fn file(path: &Path, session: &Session) -> Result<Vec<NewSource>, String> {
    let fails = |error: std::io::Error| format!("cannot read `{}`: {error}", path.display());
    if std::fs::metadata(path).map_err(fails)?.len() > LARGEST {
        return Err(format!("`{}` is larger than 16 MiB", path.display()));
    }
    let bytes = std::fs::read(path).map_err(fails)?;
    if source::opml::read(&bytes, Files::Refused).is_ok_and(|list| !list.subscriptions.is_empty()) {
        return from_opml(path, Files::Refused, &session.output).map_err(|error| error.to_string());
    }
    let Ok((feed, _)) = feed::parse(&bytes, None, None) else {
        return Err(format!("`{}` is neither a list of subscriptions (OPML) nor a feed", path.display()));
    };
    let whole = whole(path)?.display().to_string();
    let name = feed.title.unwrap_or_else(|| path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
    Ok(vec![NewSource { name, kind: "feed", place: whole, ..NewSource::default() }])
}

fn whole(path: &Path) -> Result<PathBuf, String> {
    path.canonicalize().map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}

/// How many entries `new` has now.
///
/// # Errors
/// With the sentence to say, when it cannot be read or has none.
pub(super) fn count(new: &NewSource, session: &Session) -> Result<usize, String> {
    let place = Some(new.place.clone());
    let allow_private = Some(new.allow_private);
    let mut options = source::Options { name: new.name.clone(), allow_private, ..source::Options::default() };
    match new.kind {
        "feed" => options.feed = place,
        "page" => options.page = place,
        "listing" => options.listing = place,
        "files" => options.files = place,
        "maildir" => options.maildir = place,
        _ => return Err(format!("`{}` is of no known kind", new.name)),
    }
    let source = Source::new(&options, &Defaults::default(), Path::new("")).map_err(|error| error.to_string())?;
    let http = Http::new(&Options::default()).map_err(|error| error.to_string())?;
    let looked = session.block_on(inspect(&source, session.now, 0, (&http, &http), None));
    let gathered = looked.map_err(|error| error.to_string())?.gathered;
    match (gathered.outcome, gathered.entries.len()) {
        (Outcome::Failed, _) | (_, 0) => {
            let said = gathered.problems.first().map(|problem| {
                let cause = problem.cause.as_deref().map(|cause| format!(": {cause}")).unwrap_or_default();
                format!("{}{cause}", problem.what)
            });
            Err(said.unwrap_or_else(|| "nothing is in it now".to_owned()))
        }
        (_, count) => Ok(count),
    }
}

/// Asks for sources until no more are named.
pub(super) fn ask(prompt: &mut Prompt, session: &Session, sources: &mut Vec<NewSource>) -> Result<(), Error> {
    prompt.say(
        "Sources: the address of a site, a feed or a page; a list of subscriptions (OPML); a folder of texts or mails.",
    );
    while let Some(what) = prompt.line("A source (Enter: no more):")? {
        let mut agreed = false;
        let found = match find(&what, false, session) {
            Err(Trouble::Private(why)) => {
                prompt.say(&format!("  {why}"));
                if !prompt.yes("  It is in your own network, or on this machine. Read it all the same?", false)? {
                    continue;
                }
                agreed = true;
                find(&what, true, session)
            }
            found => found,
        };
        let found = match found {
            Err(Trouble::NoFeed(why)) => without_feed(prompt, &what, &why, agreed)?,
            found => found.map_err(Trouble::words).unwrap_or_else(|why| {
                prompt.say(&format!("  {why}"));
                Vec::new()
            }),
        };
        take(prompt, session, found, sources)?;
    }
    Ok(())
}

/// A page without a feed: a list of articles, or one article.
fn without_feed(prompt: &mut Prompt, what: &str, why: &str, allow_private: bool) -> Result<Vec<NewSource>, Error> {
    prompt.say(&format!("  {why}"));
    let ways = ["a page that links articles: read what it links", "one article: read the page itself", "leave it"];
    let kind = match prompt.choose("  What is it?", &ways.map(str::to_owned))? {
        Some(0) => "listing",
        Some(1) => "page",
        _ => return Ok(Vec::new()),
    };
    let place = with_scheme(what);
    let host = url::Url::parse(&place).ok().and_then(|url| url.host_str().map(str::to_owned));
    Ok(vec![NewSource { name: host.unwrap_or_else(|| what.to_owned()), kind, place, section: None, allow_private }])
}

/// Looks into what was found, and keeps it.
fn take(
    prompt: &mut Prompt,
    session: &Session,
    found: Vec<NewSource>,
    sources: &mut Vec<NewSource>,
) -> Result<(), Error> {
    if let [one] = found.as_slice() {
        match count(one, session) {
            Ok(1) => prompt.say(&format!("  {}: 1 article", one.name)),
            Ok(count) => prompt.say(&format!("  {}: {count} articles", one.name)),
            Err(why) => {
                prompt.say(&format!("  {}: {why}", one.name));
                if !prompt.yes("  Keep it all the same?", false)? {
                    return Ok(());
                }
            }
        }
    } else if !found.is_empty() {
        prompt.say(&format!("  {} feeds", found.len()));
    }
    for source in found {
        if sources.iter().any(|known| known.place == source.place) {
            prompt.say(&format!("  `{}` is there already", source.place));
        } else {
            sources.push(source);
        }
    }
    Ok(())
}
