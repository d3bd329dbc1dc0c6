//! `digest run`, and its three acts alone: `gather`, `compose`, `deliver`. Flags in, words out: the job itself is
//! [`pipeline::run`](crate::pipeline::run).

mod host;
mod report;
mod show;

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::{SignedDuration, Timestamp};

use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::error::{Error, Usage};
use crate::pipeline::{Acts, Composed, Job, Request, Verdict};
use crate::text::dates::length;

pub(super) use host::{end_of_program, environment, was_asked_to_end};
pub(super) use show::{browse, headers, to_stdout, to_stdout_bytes};

/// Gathers, composes, delivers; with --dry-run shows what would be sent and changes nothing
#[derive(Debug, Clone, Default, PartialEq, clap::Args)]
pub(super) struct Args {
    /// Show the exact mail and what was left out; send nothing, store nothing, ping nobody
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// How --dry-run shows the edition
    #[arg(long, value_enum, default_value_t, requires = "dry_run")]
    pub(super) format: Format,
    /// Where --dry-run writes the edition instead of the standard output
    #[arg(short, long, value_name = "PATH", requires = "dry_run")]
    pub(super) output: Option<PathBuf>,
    /// Open what --dry-run wrote in the browser
    #[arg(long, requires = "dry_run")]
    pub(super) open: bool,
    /// Compose this edition anew, with today's config from the articles of its day
    #[arg(long, value_name = "ID", requires = "dry_run", conflicts_with_all = ["now", "since", "only", "offline"])]
    pub(super) edition: Option<String>,
    /// Compose as if it were this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub(super) now: Option<Timestamp>,
    /// Compose as if the last edition were of this time (RFC 3339) or this long ago (36h, 3d)
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub(super) since: Option<Since>,
    /// Ask nobody: read the answers of the last gathering again
    #[arg(long)]
    pub(super) offline: bool,
    /// Only this source; may be repeated
    #[arg(long, value_name = "SOURCE")]
    pub(super) only: Vec<String>,
    /// Send this edition to this address alone, as a test: the store stays as it is
    #[arg(long, value_name = "ADDR", conflicts_with = "dry_run")]
    pub(super) to: Option<String>,
    /// Stop beginning new work after this long (10m)
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub(super) deadline: Option<SignedDuration>,
    /// Most readers this edition may have, in place of `[mail] max_mails`
    #[arg(long, value_name = "N", conflicts_with = "dry_run")]
    pub(super) max_mails: Option<usize>,
    /// Print an account of the run on the standard output
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "dry_run")]
    pub(super) report: Option<ReportFormat>,
    /// Any problem makes the exit code 1
    #[arg(long)]
    pub(super) strict: bool,
}

/// How an edition is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Headers and the text part
    #[default]
    Text,
    /// The HTML part
    Html,
    /// Markdown
    Md,
    /// The whole message
    Eml,
    /// The edition and the decision on every article
    Json,
}

/// How a run is accounted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// One JSON object
    Json,
}

/// A point in time, or one so long ago.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Since {
    At(Timestamp),
    Ago(SignedDuration),
}

fn since(text: &str) -> Result<Since, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(Since::At(time));
    }
    let how = length::HOW.replace('"', "`");
    length::parse(text).map(Since::Ago).ok_or_else(|| format!("neither a time nor a length of time; {how}"))
}

fn length(text: &str) -> Result<SignedDuration, String> {
    length::parse(text).ok_or_else(|| format!("{}; {}", length::WRONG, length::HOW.replace('"', "`")))
}

impl Args {
    pub(super) fn now(&self, session: &Session) -> Timestamp {
        self.now.unwrap_or(session.now)
    }

    /// The same in the words of the library.
    fn request(&self, job: Job, session: &Session) -> Request {
        let now = self.now(session);
        let since = self.since.map(|since| match since {
            Since::At(time) => time,
            Since::Ago(ago) => now - ago,
        });
        let (only, offline, deadline) = (self.only.clone(), self.offline, self.deadline);
        Request { job, now, since, only, offline, edition: self.edition.clone(), deadline, max_mails: self.max_mails }
    }
}

/// Options of the acts alone.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ActArgs {
    /// As if it were this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
    /// Only this source; may be repeated
    #[arg(long, value_name = "SOURCE")]
    only: Vec<String>,
    /// Stop beginning new work after this long (10m)
    #[arg(long, value_name = "TIME", value_parser = length)]
    deadline: Option<SignedDuration>,
    /// Most readers this edition may have, in place of `[mail] max_mails`
    #[arg(long, value_name = "N")]
    max_mails: Option<usize>,
    /// Print an account of the run on the standard output
    #[arg(long, value_enum, value_name = "FORMAT")]
    report: Option<ReportFormat>,
    /// Any problem makes the exit code 1
    #[arg(long)]
    strict: bool,
}

impl From<&ActArgs> for Args {
    fn from(args: &ActArgs) -> Self {
        let ActArgs { now, only, deadline, max_mails, report, strict } = args.clone();
        Self { now, only, deadline, max_mails, report, strict, ..Self::default() }
    }
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let job = match &args.to {
        Some(to) => Job::SendTest(to.clone()),
        None if args.dry_run => Job::DryRun,
        None => Job::Run(Acts::ALL),
    };
    run_job(args, job, session)
}

pub(super) fn act(args: &ActArgs, acts: Acts, session: &Session) -> Result<Exit, Error> {
    run_job(&args.into(), Job::Run(acts), session)
}

fn run_job(args: &Args, job: Job, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    if args.open && args.output.is_none() {
        return Err(Usage::NothingToOpen.into());
    }
    let request = args.request(job, session);
    let report = session.block_on(host::run(&request, &config, session))??;
    if request.job == Job::DryRun {
        show::edition(args, &report)?;
        report::tell_dry_run(&report, &config, &session.output);
    } else {
        if args.report == Some(ReportFormat::Json) {
            show::to_stdout(&report::json(&report, args.strict))?;
        }
        report::tell(&report, &config, &session.output);
    }
    Ok(report.verdict(args.strict).into())
}

/// The edition of the last gathering's stored replies, or a past one as it was composed: for commands that explain.
pub(super) fn replayed(session: &Session, config: &Config, edition: Option<&str>) -> Result<Composed, Error> {
    let request = Request::new(Job::Replay(edition.map(str::to_owned)), session.now);
    let report = session.block_on(host::run(&request, config, session))??;
    report.composed.ok_or_else(|| Usage::NothingToTell.into())
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Done => Self::Done,
            Verdict::LeftOut => Self::LeftOut,
            Verdict::Failed => Self::Failed,
            Verdict::Unfinished => Self::Again,
        }
    }
}
