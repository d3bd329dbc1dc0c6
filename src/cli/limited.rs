//! Commands that read what strangers sent outside a run: the whole command is done in a second process of this program,
//! which may take so much memory and time and no more.

use std::ffi::OsString;
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Duration;

use crate::cli::read_worker::program;
use crate::cli::terminal::visible;
use crate::cli::{Exit, read, summarize};
use crate::error::Error;
use crate::fetch::{Options, Size};
use crate::pipeline::workers::{Limits, limit};

/// Address space that one more thread may take: its stack, and room for its memory.
const A_THREAD: Size = Size::mebibytes(136);

/// Inputs of one batch that may be large at the same time.
const LARGE_AT_ONCE: u64 = 8;

/// Does a command within limits; for the program itself
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Memory it may have
    #[arg(long)]
    memory: Size,
    /// Seconds of the processor that it may take
    #[arg(long)]
    seconds: Option<u64>,
    /// Its arguments
    #[arg(last = true, allow_hyphen_values = true)]
    pub(super) arguments: Vec<OsString>,
}

impl Args {
    /// Limits this process.
    pub(super) fn limit(&self) -> Result<(), Error> {
        limit(self.memory, self.seconds.map(Duration::from_secs)).map_err(Error::Runtime)
    }
}

/// Inputs of a conversation for which there is time.
const CONVERSATION: usize = 20;

/// How much a command may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    /// Named inputs, each read by itself; `None`: a stream of many.
    inputs: Option<u64>,
}

impl Need {
    /// The need of a command; `None` if it reads nothing of strangers, or only in workers.
    pub(super) fn of(command: &super::Command) -> Option<Self> {
        use super::Command::{Init, Read, Source, Summarize};
        let inputs = match command {
            Read(read::Args { jsonl: true, .. }) | Summarize(summarize::Args { jsonl: true, .. }) => {
                return Some(Self { inputs: None });
            }
            Read(args) => args.files.len(),
            Summarize(args) => args.inputs.len(),
            // A conversation reads one thing after another, and more of them than the command line names.
            Init(args) if args.reads() => args.feed.len() + CONVERSATION,
            Source(args) if args.reads() => 1,
            _ => return None,
        };
        Some(Self { inputs: Some(inputs.max(1) as u64) })
    }

    fn limits(self) -> (Limits, u64) {
        let one = Options::default();
        let (memory, time) = (one.read_memory.as_bytes(), one.read_limit());
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
        let threads = if self.inputs == Some(1) { 1 } else { cores };
        let large = self.inputs.unwrap_or(LARGE_AT_ONCE).min(LARGE_AT_ONCE.min(threads));
        let memory = Size::bytes(memory * large + A_THREAD.as_bytes() * (threads - 1));
        let inputs = u32::try_from(self.inputs.unwrap_or(u64::MAX)).unwrap_or(u32::MAX);
        (Limits { memory, time: time.saturating_mul(inputs) }, threads)
    }
}

/// Does this very invocation in a process within the limits of `need`; `None` if that cannot be had.
pub(super) fn run(need: Need) -> Option<ExitCode> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let (Limits { memory, time }, threads) = need.limits();
    let mut command = Command::new(program().ok()?);
    command.args(["limited".to_owned(), format!("--memory={memory}")]);
    if need.inputs.is_some() {
        command.arg(format!("--seconds={}", time.as_secs()));
    }
    command.arg("--").args(std::env::args_os().skip(1));
    command.env("MALLOC_ARENA_MAX", threads.to_string()).env("RAYON_NUM_THREADS", threads.to_string());
    let status = command.status().ok()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Some(code.map_or_else(|| killed(status, memory, time).into(), ExitCode::from))
}

/// Says why the process is gone.
fn killed(status: ExitStatus, memory: Size, time: Duration) -> Exit {
    /// Signals that say of what it died.
    const ABORTED: i32 = 6;
    const OUT_OF_TIME: i32 = 24;
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None::<i32>;
    let why = match signal {
        Some(ABORTED) => format!("reading it takes more than {memory} of memory"),
        Some(OUT_OF_TIME) => format!("reading it takes longer than {} s", time.as_secs()),
        _ => format!("the process that read was ended: {status}"),
    };
    anstream::eprintln!("error: {}", visible(&why));
    Exit::LeftOut
}
