//! Settings without a mistake that hardly anybody means.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::Path;

use crate::config::Config;
use crate::model::{Problem, Recipient};
use crate::pipeline::templates;
use crate::send;
use crate::source::{Location, Source, SourceKind};
use crate::store;

/// Section names this alike are one that was mistyped.
const ALIKE: f64 = 0.9;

/// Everything of the kind in `config`.
pub(super) fn problems(config: &Config) -> Vec<Problem> {
    let mut found: Vec<Problem> = config.sources.iter().filter_map(|source| no_file(source, &config.base)).collect();
    found.extend(sections(config));
    found.extend(unwritable(&config.store));
    if config.newsletter.max_stories == 0 {
        let problem =
            Problem::new("[newsletter] max_stories", "is 0, and so no story is shown: here 0 is not \"no limit\"");
        found.push(problem.hint("leave it out for the default, or name a large number"));
    }
    for source in config.sources.iter().filter(|source| source.max_stories == Some(0)) {
        let what = "has `max_stories = 0`, and so leads no story: here 0 is not \"no limit\"";
        found.push(Problem::new(&source.name, what).hint("leave it out for no limit"));
    }
    found
}

/// The oddities in the list of `recipients`.
pub(super) fn list_problems(config: &Config, recipients: &[Recipient]) -> Vec<Problem> {
    let mut found = Vec::new();
    if recipients.is_empty() {
        let list = config.mail.as_ref().and_then(|mail| mail.recipients.as_ref());
        let list = list.map_or_else(|| "[mail] to".to_owned(), |path| path.display().to_string());
        found
            .push(Problem::new(list, "has no recipient: nobody would get the mail").hint("add a line with an address"));
    }
    let Ok(templates) = templates::load(&config.template()) else { return found };
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for language in recipients.iter().filter_map(|recipient| recipient.language.as_deref()) {
        if send::read_by(language, templates.languages().collect::<Vec<_>>().into_iter()).is_none() {
            *unknown.entry(language).or_default() += 1;
        }
    }
    for (language, count) in unknown {
        let readers = if count == 1 { "1 reader gets" } else { &format!("{count} readers get") };
        let own = &config.newsletter.language;
        let what = format!("there are no frame texts in this language: {readers} `{own}`");
        let known = templates.languages().collect::<Vec<_>>().join(", ");
        found.push(Problem::new(format!("language `{language}`"), what).hint(format!("there are: {known}")));
    }
    found
}

/// An address without `https://` is taken for a path; nobody has a file of that name.
fn no_file(source: &Source, base: &Path) -> Option<Problem> {
    let path = match &source.kind {
        SourceKind::Feed(Location::Path(path))
        | SourceKind::Page(Location::Path(path))
        | SourceKind::Sitemap(Location::Path(path))
        | SourceKind::Listing(Location::Path(path)) => path.clone(),
        SourceKind::Files(pattern) if pattern.contains("://") => pattern.into(),
        _ => return None,
    };
    if path.exists() {
        return None;
    }
    let shown = path.strip_prefix(base).unwrap_or(&path).display().to_string();
    let key = source.kind.name();
    let problem = Problem::new(&source.name, format!("`{key}` is `{shown}`, and there is no such file"));
    let host = shown.split('/').next().unwrap_or_default();
    let is_host = host.rsplit_once('.').is_some_and(|(name, end)| !name.is_empty() && end.len() > 1 && !is_ending(end));
    Some(match shown.contains("://") {
        true => problem.hint("`files` are on this machine; a page or a feed on the web is a `page` or a `feed`"),
        false if is_host => problem.hint(format!("an address begins with https: `https://{shown}`")),
        false => problem,
    })
}

/// Endings of files, of which none is a domain's.
fn is_ending(end: &str) -> bool {
    matches!(end, "xml" | "rss" | "atom" | "json" | "html" | "htm" | "txt" | "md" | "gz" | "opml")
}

/// A section that one source alone is in, and that is spelled nearly like another.
fn sections(config: &Config) -> Vec<Problem> {
    let mut used: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in &config.sources {
        if let Some(section) = source.section.as_deref() {
            used.entry(section).or_default().push(&source.name);
        }
    }
    let listed = || config.newsletter.sections.iter().map(String::as_str);
    let near = |section: &str| {
        let others = listed().chain(used.keys().copied()).filter(|other| *other != section);
        let similarity = |other: &str| strsim::jaro_winkler(&other.to_lowercase(), &section.to_lowercase());
        others
            .map(|other| (similarity(other), other))
            .filter(|(score, _)| *score >= ALIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let odd = used.iter().filter(|(section, sources)| sources.len() == 1 && !listed().any(|one| one == **section));
    odd.filter_map(|(section, sources)| {
        let (_, other) = near(section)?;
        let problem = Problem::new(sources[0], format!("is alone in the section `{section}`"));
        Some(problem.hint(format!("did you mean `{other}`?")))
    })
    .collect()
}

/// The state cannot be written where the config has it.
fn unwritable(location: &store::Location) -> Option<Problem> {
    let store::Location::File(path) = location else { return None };
    let tried = if path.exists() {
        OpenOptions::new().append(true).open(path).map(drop)
    } else {
        // The folder would be made: whether that is possible is seen where there is one.
        let folder = path.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
        tempfile::tempfile_in(folder).map(drop)
    };
    let what = "the state cannot be written here";
    tried.err().map(|error| {
        let hint = "name another file in `[store] path`, or run it as the user who owns this one";
        Problem::new(path.display().to_string(), what).because(error).hint(hint)
    })
}
