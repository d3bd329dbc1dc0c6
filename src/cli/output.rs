//! How the program speaks to a person: problems, errors, hints, progress.

use std::error::Error as _;
use std::io::IsTerminal;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;

use crate::Error;
use crate::cli::terminal::visible;
use crate::cli::{Color, Exit, Global, LogFormat};
use crate::fetch;
use crate::model::Problem;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Options for output and logging.
#[derive(Debug, Clone)]
pub(super) struct Output {
    quiet: bool,
    verbose: u8,
    json_log: bool,
}

impl Output {
    pub(super) fn new(global: &Global) -> Self {
        match global.color {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
        Self { quiet: global.quiet, verbose: global.verbose, json_log: global.log_format == LogFormat::Json }
    }

    /// Log lines go to stderr: ours by `-v`, the libraries' only when they warn. Bodies and secrets are never logged.
    pub(super) fn start_logging(&self) {
        let level = match (self.quiet, self.verbose) {
            // What the certificate's check logs is told with the error.
            (true, _) => "error,rustls_platform_verifier=off",
            (_, 0) => "error,rustls_platform_verifier=off,newsdigest=warn",
            (_, 1) => "error,rustls_platform_verifier=off,newsdigest=info",
            _ => "warn,newsdigest=debug",
        };
        let builder = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(level))
            .with_writer(std::io::stderr)
            .with_ansi(self.is_styled());
        // A second start (in one process, as tests do) keeps the first.
        let _ = if self.json_log { builder.json().try_init() } else { builder.without_time().try_init() };
    }

    /// Whether stderr shows colours.
    pub(super) fn is_styled(&self) -> bool {
        anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
    }

    /// A word on the way, for somebody who watches.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet && (self.verbose > 0 || std::io::stderr().is_terminal()) {
            anstream::eprintln!("{}", visible(text));
        }
    }

    /// A word beside the data, whoever watches; not when asked to be quiet.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            anstream::eprintln!("{}", visible(text));
        }
    }

    /// Something went wrong and the rest went on: told unless asked to be quiet, when the exit code says it.
    pub(super) fn problem(&self, problem: &Problem) {
        if !self.quiet {
            self.failure(problem);
        }
    }

    /// The task failed by this: always told.
    pub(super) fn failure(&self, problem: &Problem) {
        let Problem { subject, what, .. } = problem;
        anstream::eprintln!("{WARNING}warning:{WARNING:#} {}", told(&format!("{subject}: {what}")));
        if let Some(cause) = &problem.cause {
            anstream::eprintln!("  caused by: {}", told(cause));
        }
        if let Some(hint) = &problem.hint {
            anstream::eprintln!("{HINT}hint:{HINT:#} {}", visible(hint));
        }
    }

    /// The error that ended the command, with its causes and a hint.
    pub(super) fn error(&self, error: &Error) -> Exit {
        match error {
            _ if error.is_closed_pipe() => return Exit::Done,
            Error::Config(mistakes) => anstream::eprintln!("{}", mistakes.report(self.is_styled())),
            _ => {
                anstream::eprintln!("{ERROR}error:{ERROR:#} {}", told(&error.to_string()));
                let mut cause = error.source();
                while let Some(error) = cause {
                    anstream::eprintln!("  caused by: {}", told(&error.to_string()));
                    cause = error.source();
                }
            }
        }
        if let Some(hint) = error.hint() {
            anstream::eprintln!("{HINT}hint:{HINT:#} {hint}");
        }
        exit(error)
    }

    /// A bar over `total` steps on a terminal, nothing elsewhere.
    pub(super) fn progress(&self, total: usize, what: &'static str) -> ProgressBar {
        if self.quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {wide_msg}");
        let bar = ProgressBar::new(total as u64).with_prefix(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
    }
}

/// `text` in plain words and as it may be shown.
pub(super) fn told(text: &str) -> String {
    visible(&fetch::plain(text))
}

/// The exit code: a mistake of the user's (2), try again later (75), or a failure (3).
fn exit(error: &Error) -> Exit {
    match error {
        Error::Lock(lock) if lock.is_busy() => Exit::Again,
        Error::Store(error) if error.is_busy() => Exit::Again,
        Error::Usage(_) | Error::NoConfig(_) | Error::Config(_) | Error::Template { .. } | Error::File { .. } => {
            Exit::Usage
        }
        Error::Send(error) if error.is_usage() => Exit::Usage,
        _ => Exit::Failed,
    }
}
