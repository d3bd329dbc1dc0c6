//! `digest summarize`: key sentences of files or of standard input.

pub(super) mod answer;
mod lines;
mod setting;

use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use clap::ValueEnum;

use crate::cli::output::told;
use crate::cli::terminal::{self, visible};
use crate::cli::{Exit, input};
use crate::error::{Error, Usage};
use crate::extract::{self, DocumentKind};
use crate::summary::Options;

use answer::{Answer, Request};
pub(super) use setting::{Setting, method};

/// Key sentences of files or of standard input, word for word.
///
/// Works without any config. With --jsonl it is a filter: one JSON object a line in, one a line out, in order.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files or URLs to summarize, each on its own; `-` or none reads standard input
    #[arg(value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Read JSON Lines: {"id","text"|"html","title"?,"language"?,"url"?}
    #[arg(long)]
    pub(super) jsonl: bool,
    #[command(flatten)]
    setting: Setting,
    /// Give every sentence, with its score and whether it was chosen
    #[arg(long)]
    all: bool,
    /// Say why each sentence was or was not chosen
    #[arg(long)]
    explain: bool,
    /// Headline of the text
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Language of the text (BCP 47); found out by default
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Threads that work at the same time; 0: one a core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// How the answer is printed [default: text; json with --jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The sentences, one a line.
    Text,
    /// One JSON object an input.
    Json,
}

impl Args {
    fn answering(&self) -> answer::How {
        let options = self.setting.options(Options::default());
        answer::How { options, clean: !self.setting.no_clean, all: self.all, explain: self.explain }
    }
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads).build();
    let pool = pool.map_err(|error| Usage::Threads { count: args.threads, why: error.to_string() })?;
    let stdin = vec!["-".to_owned()];
    let inputs = if args.inputs.is_empty() { &stdin } else { &args.inputs };
    let mut exit = Exit::Done;
    for name in inputs {
        let result = if args.jsonl { filter(name, args, &pool) } else { one(name, args) };
        match result {
            Ok(Exit::Done) => {}
            Ok(other) => exit = other,
            Err(Trouble::Closed) => return Ok(exit),
            Err(Trouble::Input(why)) => {
                anstream::eprintln!("error: cannot read `{}`\n  caused by: {}", visible(name), told(&why));
                exit = input::left_out(inputs);
            }
        }
    }
    Ok(exit)
}

/// An error that stops one input.
enum Trouble {
    /// It cannot be read, or what it answers cannot be written.
    Input(String),
    /// Nobody reads the answers any more.
    Closed,
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Input(error.to_string()) }
    }
}

fn open(input: &str) -> Result<Box<dyn Read>, Trouble> {
    if input == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    Ok(Box::new(std::fs::File::open(Path::new(input))?))
}

/// Answers one JSON Lines file.
fn filter(input: &str, args: &Args, pool: &rayon::ThreadPool) -> Result<Exit, Trouble> {
    let reader = std::io::BufReader::with_capacity(1 << 16, open(input)?);
    let out = std::io::BufWriter::with_capacity(1 << 16, terminal::stdout());
    let bad = lines::answer_all(reader, out, &args.answering(), pool)?;
    Ok(if bad == 0 { Exit::Done } else { Exit::LeftOut })
}

/// Answers one text or page.
fn one(name: &str, args: &Args) -> Result<Exit, Trouble> {
    let document = input::document(name).map_err(Trouble::Input)?;
    let asked = Request { title: args.title.clone(), language: args.language.clone(), ..Request::default() };
    let text = || extract::decode(&document.bytes, document.media_type.as_deref()).into_owned();
    let request = match DocumentKind::of(&document.bytes, document.media_type.as_deref()) {
        DocumentKind::Html => Request { html: Some(text()), url: document.url, ..asked },
        DocumentKind::Mail | DocumentKind::Mailbox => {
            let whole = extract::Options { clean: false, ..extract::Options::default() };
            let (mail, _) = extract::mail(&document.bytes, document.url.as_deref(), &whole);
            let title = asked.title.or(Some(mail.title).filter(|title| !title.is_empty()));
            Request { text: Some(mail.text), url: mail.url, title, language: asked.language, ..Request::default() }
        }
        DocumentKind::Text => Request { text: Some(text()), url: document.url, ..asked },
        DocumentKind::Feed => return Err(Trouble::Input("it is a feed; `digest read` prints its entries".into())),
        DocumentKind::Binary => return Err(Trouble::Input("it is neither a page, a text nor a mail".into())),
    };
    let answer = answer::answer(request, &args.answering());
    print(&answer, args)?;
    Ok(Exit::Done)
}

fn print(answer: &Answer, args: &Args) -> Result<(), Trouble> {
    let mut out = terminal::stdout();
    let tabular = args.explain && std::io::stdout().is_terminal();
    match args.format {
        Some(Format::Json) => writeln!(out, "{}", answer.json())?,
        None if args.explain && !tabular => writeln!(out, "{}", answer.json())?,
        _ if args.explain => write!(out, "{}", answer.table())?,
        _ => {
            for sentence in answer.chosen() {
                writeln!(out, "{}", sentence.split_whitespace().collect::<Vec<_>>().join(" "))?;
            }
        }
    }
    out.flush()?;
    Ok(())
}
