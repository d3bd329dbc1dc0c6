//! `digest edit`: what a publisher changes in a draft, and the draft as it is then.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::str::FromStr;

use crate::cli::run::to_stdout;
use crate::cli::{Exit, Session};
use crate::error::{Error, Usage};
use crate::model::{Advertisement, Edition, Intro};
use crate::pipeline;
use crate::render::{self, Form};
use crate::story::Change;

/// Changes the draft and shows it; without options only shows it
///
/// Stories are numbered as they are shown; the numbers of one call are those before it. Sentences of sources cannot be
/// changed. Your own words are set apart from quotations in every format. Words that begin with `@` are read from the file
/// of that name; empty ones take away what was there.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Leave story or link N out; may be repeated
    #[arg(long, value_name = "N")]
    drop: Vec<usize>,
    /// Put story N where story M stands, in its section; may be repeated
    #[arg(long = "move", value_name = "N:M", value_parser = pair::<usize>)]
    moves: Vec<(usize, usize)>,
    /// The story that leads
    #[arg(long, value_name = "N")]
    lead: Option<usize>,
    /// Words before the first story; an empty line begins a paragraph
    #[arg(long, value_name = "TEXT")]
    introduction: Option<String>,
    /// Who wrote the introduction
    #[arg(long, value_name = "NAME", requires = "introduction")]
    author: Option<String>,
    /// Words under story N; may be repeated
    #[arg(long = "note", value_name = "N:TEXT", value_parser = pair::<String>)]
    notes: Vec<(usize, String)>,
    /// A block somebody paid for, marked as such
    #[arg(long, value_name = "TEXT")]
    advertisement: Option<String>,
    /// Words of its link
    #[arg(long, value_name = "TEXT", requires = "url")]
    link: Option<String>,
    /// Where its link goes
    #[arg(long, value_name = "URL", requires = "advertisement")]
    url: Option<String>,
}

/// `N:M` or `N:TEXT`.
fn pair<T: FromStr>(text: &str) -> Result<(usize, T), String> {
    let parts = text.split_once(':').and_then(|(number, rest)| Some((number.parse().ok()?, rest.parse().ok()?)));
    parts.ok_or_else(|| "it is the number of a story, a colon and the rest".to_owned())
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    let changes = args.changes()?;
    let edition = if changes.is_empty() {
        session.block_on(pipeline::draft(&config))??
    } else {
        session.block_on(pipeline::edit_draft(&config, &changes))??
    };
    to_stdout(&listed(&edition))?;
    Ok(Exit::Done)
}

impl Args {
    fn changes(&self) -> Result<Vec<Change>, Error> {
        let moves = self.moves.iter().map(|&(story, to)| Change::Move { story, to });
        let mut changes: Vec<Change> = moves.chain(self.drop.iter().copied().map(Change::Drop)).collect();
        changes.extend(self.lead.map(Change::Lead));
        if let Some(text) = &self.introduction {
            changes.push(Change::Intro(Intro { text: words(text)?, author: self.author.clone() }));
        }
        for (story, text) in &self.notes {
            changes.push(Change::Note { story: *story, text: words(text)? });
        }
        if let Some(text) = &self.advertisement {
            let (link, url) = (self.link.clone(), self.url.clone());
            changes.push(Change::Advertisement(Advertisement { text: words(text)?, link, url }));
        }
        Ok(changes)
    }
}

/// `text`, or the content of the file it names.
fn words(text: &str) -> Result<String, Error> {
    let Some(path) = text.strip_prefix('@') else { return Ok(text.to_owned()) };
    let mut words = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_string(&mut words));
    let bytes = read.map_err(Error::file("read", path))?;
    if bytes as u64 > MAX_FILE { Err(Usage::TooManyWords(path.to_owned()).into()) } else { Ok(words) }
}

/// Bytes of a file with own words; a larger one is a mistake in its name.
const MAX_FILE: u64 = 100_000;

/// The draft for a person: every story and link with its number, the lead and the briefs marked, own words in their places.
fn listed(edition: &Edition) -> String {
    let forms: BTreeMap<&str, Form> =
        render::shown(edition).into_iter().map(|shown| (shown.story.id.as_str(), shown.form)).collect();
    let own = &edition.own;
    let mut text = format!("{} (draft)\n", edition.id);
    if let Some(intro) = &own.intro {
        let author = intro.author.as_ref().map(|author| format!(" by {author}")).unwrap_or_default();
        let _ = writeln!(text, "introduction{author}: {}", intro.text.replace("\n\n", " ¶ "));
    }
    let (mut number, mut link) = (0, edition.story_count());
    for section in &edition.sections {
        let _ = writeln!(text, "{}", if section.name.is_empty() { "(no section)" } else { &section.name });
        for story in &section.stories {
            number += 1;
            let source = story.places.first().map_or("", |place| &place.source);
            let form = match forms.get(story.id.as_str()) {
                Some(Form::Lead) => ", leads",
                Some(Form::Full) => "",
                Some(Form::Brief) | None => ", one line",
            };
            let _ = writeln!(text, "{number:>4}  {} ({source}{form})", story.headline);
            if let Some(note) = own.notes.get(&story.id) {
                let _ = writeln!(text, "      note: {note}");
            }
        }
        for more in &section.more {
            link += 1;
            let _ = writeln!(text, "{link:>4}  {} ({}, link)", more.title, more.source);
        }
    }
    if let Some(block) = &own.advertisement {
        let link = block.url.as_ref().map(|url| format!(" <{url}>")).unwrap_or_default();
        let _ = writeln!(text, "advertisement: {}{link}", block.text);
    }
    text
}
