//! `digest evaluate`: how good summaries are, against references and without them.

mod data;
mod measure;
mod report;

use std::path::Path;

use crate::Error;
use crate::cli::run::to_stdout;
use crate::cli::summarize::{Setting, method};
use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::store::{self, Store};
use crate::summary::Options;

use data::{Data, Subject};
use measure::{Measured, System};

/// Measures summaries: ROUGE against references with 95 % intervals, and without references how much they cover.
///
/// Prints one JSON object. `rouge1`, `rouge2` and `rougeLsum` are mean F1 from 0 to 1, those of the Python package
/// rouge-score without stemming: English words are runs of a-z and digits, those of other languages runs of letters
/// and digits; of several references the best counts. `coverage`, `divergence` (Jensen-Shannon, in bits),
/// `redundancy`, `boilerplate` and `positions` (fifths of the text) need no reference, nor does `broken`: the part of the
/// summaries with a pronoun or an opening word that refers to what they leave out, by this program's own word lists.
/// `broken_gold` is the same by the annotation of records that have `sentences` and `needs`, as those made of GUM do.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// JSON Lines {"id","text"|"html","title"?,"language"?,"summary"?|"refs"?}; `-`: standard input. Without it: what
    /// the sources of the config brought in the last `remember_days`
    #[arg(long, value_name = "FILE")]
    data: Option<String>,
    /// Summaries to measure, JSON Lines {"id","summary"}, a sentence a line; without it they are made
    #[arg(long, value_name = "FILE", requires = "data", conflicts_with = "no_clean")]
    predictions: Option<String>,
    /// Compare, article by article, with other summaries (FILE.jsonl), with the [summary] of another config
    /// (FILE.toml), or with a method's name
    #[arg(long, value_name = "OTHER")]
    against: Option<String>,
    #[command(flatten)]
    setting: Setting,
    /// Compare stems by this program's own stemmers; then no longer the numbers of rouge-score
    #[arg(long)]
    stem: bool,
    /// One line an article, instead of the means
    #[arg(long)]
    each: bool,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = match (&args.data, session.named_config()) {
        (Some(_), None) => None,
        _ => Some(session.config()?),
    };
    let data = match (&args.data, &config) {
        (Some(name), _) => Data::read(name)?,
        (None, Some(config)) => session.block_on(stored(config, session))??,
        (None, None) => Data::default(),
    };
    let base = config.map_or_else(Options::default, |config| config.summary);
    let system = match &args.predictions {
        Some(name) => System::given(name)?,
        None => System::Made(args.setting.options(base.clone())),
    };
    let against = args.against.as_deref().map(|other| self::against(other, args, base)).transpose()?;
    let measure = |system: &System| measure::all(&data.subjects, system, !args.setting.no_clean, args.stem);
    let (first, second) = (measure(&system), against.as_ref().map(measure));
    let mut problems = data.problems;
    for (system, measured) in std::iter::once((&system, &first)).chain(against.as_ref().zip(second.as_ref())) {
        problems.extend(system.problems(&data.subjects, measured));
    }
    let text = if args.each {
        each(&data.subjects, &first, second.as_ref())
    } else {
        report::means(&first, second.as_deref(), args.stem)
    };
    to_stdout(&text)?;
    problems.iter().for_each(|problem| anstream::eprintln!("error: {problem}"));
    Ok(if problems.is_empty() { Exit::Done } else { Exit::LeftOut })
}

/// The summaries named by `--against`.
fn against(other: &str, args: &Args, base: Options) -> Result<System, Error> {
    let ends_in = |extension: &str| Path::new(other).extension().is_some_and(|its| its == extension);
    if ends_in("toml") {
        return Ok(System::Made(args.setting.options(Config::load(Path::new(other))?.summary)));
    }
    if let Ok(method) = method(other) {
        return Ok(System::Made(Options { method, ..args.setting.options(base) }));
    }
    System::given(other)
}

/// The articles that the config's sources brought lately.
async fn stored(config: &Config, session: &Session) -> Result<Data, Error> {
    let days = jiff::SignedDuration::from_hours(24 * i64::from(config.stories.remember_days));
    let since = session.now.checked_sub(days).unwrap_or(jiff::Timestamp::MIN);
    let read = async |store: &Store| store.recent_articles(&config.newsletter.name, since).await;
    let articles = store::look(&config.store, read).await?;
    Ok(Data { subjects: articles.into_iter().map(Subject::from).collect(), problems: Vec::new() })
}

fn each(subjects: &[Subject], first: &[Option<Measured>], second: Option<&Vec<Option<Measured>>>) -> String {
    let mut lines = String::new();
    for (i, (subject, measured)) in subjects.iter().zip(first).enumerate() {
        let other = second.and_then(|second| second[i].as_ref());
        lines.push_str(&report::line(&subject.id, measured.as_ref(), other));
        lines.push('\n');
    }
    lines
}
