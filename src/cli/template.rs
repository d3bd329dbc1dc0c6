use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::cli::Exit;
use crate::error::{Error, Usage};
use crate::model::{Edition, Recipient};
use crate::pipeline::templates;
use crate::render::{FILES, Reader, Rendered, Templates, Why, lint, sample};

/// The default of `[newsletter] max_html_kb`.
const MAX_HTML_KB: u32 = 95;

/// The templates an edition is rendered with.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Writes a built-in template into a folder, to start one's own from.
    Dump(Dump),
    /// Renders an invented edition with a template and says what is wrong with it, with file, line and caret.
    Check(Check),
}

#[derive(Debug, clap::Args)]
struct Dump {
    /// Name of the built-in template: `default` or `plain`.
    #[arg(default_value = "default")]
    name: String,
    /// Folder to write its files into; nothing there is overwritten.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Check {
    /// Folder of a template, or the name of a built-in one.
    #[arg(default_value = "default", value_name = "DIR|NAME")]
    template: String,
    /// Edition to render instead of the invented one, as JSON; `-` reads it from stdin.
    #[arg(long, value_name = "FILE")]
    edition: Option<PathBuf>,
    /// Language of the frame, as a BCP 47 tag.
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Write the copy of a reader on a list, with its ways to unsubscribe, instead of one's own.
    #[arg(long)]
    list: bool,
    /// Folder to write the rendered files into, to look at them.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    match &args.command {
        Command::Dump(dump) => run_dump(dump),
        Command::Check(check) => run_check(check),
    }
}

fn run_dump(dump: &Dump) -> Result<Exit, Error> {
    let names = Templates::names().collect::<Vec<_>>().join(", ");
    let unknown = || Usage::UnknownTemplate { name: dump.name.clone(), known: names.clone() };
    let files = Templates::sources(&dump.name).ok_or_else(unknown)?;
    let folder = dump.to.clone().unwrap_or_else(|| PathBuf::from(&dump.name));
    if let Some(taken) = files.keys().map(|name| folder.join(name)).find(|path| path.exists()) {
        return Err(Usage::Exists { path: taken, instead: "name another folder with --to" }.into());
    }
    for (name, content) in &files {
        write(&folder.join(name), content)?;
    }
    let (names, folder) = (files.keys().map(String::as_str).collect::<Vec<_>>().join(", "), folder.display());
    anstream::eprintln!("wrote {names} into `{folder}`; try it with `digest template check {folder}`");
    Ok(Exit::Done)
}

fn run_check(check: &Check) -> Result<Exit, Error> {
    let template = templates::load(&check.template)?;
    let editions = match &check.edition {
        Some(path) => vec![read_edition(path)?],
        None => trial_editions(),
    };
    let recipient =
        Recipient { address: "reader@example.net".into(), language: check.language.clone(), ..Recipient::default() };
    let own = Reader::own(&recipient);
    let subscriber = Reader {
        why: Why::List { since: editions.first().map(|edition| edition.composed) },
        unsubscribe: Some("https://news.example.org/u/7f3a9c".into()),
        preferences: Some("https://news.example.org/p/7f3a9c".into()),
        postal_address: Some("1 Sample Street, 10115 Exampletown".into()),
        ..own.clone()
    };
    let readers = if check.list { [&subscriber, &own] } else { [&own, &subscriber] };
    let copies = editions.iter().flat_map(|edition| readers.map(|reader| template.render(edition, reader)));
    let rendered = copies
        .collect::<Result<Vec<Rendered>, _>>()
        .map_err(|error| Error::Template { template: check.template.clone(), error })?;
    let Some(shown) = rendered.first() else { return Ok(Exit::Done) };
    if let Some(folder) = &check.to {
        let contents = [&shown.subject, &shown.html, &shown.text, &shown.markdown];
        for (name, content) in FILES.iter().zip(contents) {
            write(&folder.join(name), content)?;
        }
    }
    let problems = lint(shown, MAX_HTML_KB);
    for problem in &problems {
        anstream::eprintln!("warning: {problem}");
    }
    let (bytes, subject) = (shown.html.len(), &shown.subject);
    anstream::eprintln!("`{}` renders: {bytes} bytes of HTML, subject `{subject}`", check.template);
    Ok(if problems.is_empty() { Exit::Done } else { Exit::LeftOut })
}

/// Editions that between them reach every branch of a template: the sample, a single bare story, nothing at all.
fn trial_editions() -> Vec<Edition> {
    let full = sample();
    let mut bare = full.clone();
    bare.sections.truncate(1);
    for section in &mut bare.sections {
        section.name.clear();
        section.stories.truncate(1);
        for story in &mut section.stories {
            (story.url, story.update, story.published, story.language) = (None, None, None, None);
            story.also_in.clear();
            story.sentences.clear();
            story.places.iter_mut().for_each(|place| place.url = None);
        }
    }
    bare.health.failed.clear();
    let mut empty = bare.clone();
    empty.sections.clear();
    vec![full, bare, empty]
}

fn read_edition(path: &Path) -> Result<Edition, Error> {
    let failed = |source| Error::File { action: "read", path: path.display().to_string(), source };
    let json = if path.as_os_str() == "-" {
        let mut json = String::new();
        std::io::stdin().read_to_string(&mut json).map(|_| json).map_err(failed)?
    } else {
        fs::read_to_string(path).map_err(failed)?
    };
    // `--dry-run --format json` prints the edition with the decisions beside it.
    #[derive(serde::Deserialize)]
    struct Shown {
        edition: Edition,
    }
    let bare = |_| serde_json::from_str::<Edition>(&json);
    let edition = serde_json::from_str(&json).map(|shown: Shown| shown.edition).or_else(bare);
    edition.map_err(|error| Usage::NotAnEdition { path: path.to_owned(), error }.into())
}

fn write(path: &Path, content: &str) -> Result<(), Error> {
    let failed = |source| Error::File { action: "write", path: path.display().to_string(), source };
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
    fs::write(path, content).map_err(failed)
}
