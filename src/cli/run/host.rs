//! The process around a run: its environment, a progress bar, and the signals that ask it to end.

use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::Error;
use crate::cli::Session;
use crate::cli::read_worker::workers;
use crate::config::Config;
use crate::pipeline::{self, Host, Progress, Report, Request};

/// Does what `request` asks for, with a progress bar for somebody who watches.
pub(super) async fn run(request: &Request, config: &Config, session: &Session) -> Result<Report, Error> {
    let bar = Mutex::new(ProgressBar::hidden());
    let progress = |progress: Progress<'_>| {
        let mut bar = bar.lock();
        match progress {
            Progress::Gathering(sources) => *bar = session.output.progress(sources, "reading"),
            Progress::Gathered(source) => {
                bar.set_message(source.to_owned());
                bar.inc(1);
            }
            Progress::Sending(messages) => {
                *bar = session.output.progress(usize::try_from(messages).unwrap_or(usize::MAX), "sending");
            }
            Progress::Sent(messages) => bar.set_position(messages),
            Progress::Over => bar.finish_and_clear(),
        }
    };
    let workers = workers(config)?;
    let cancel = end_of_program();
    let host = Host { environment: &environment, progress: &progress, workers: Some(&workers), cancel };
    pipeline::run(request, config, &host).await
}

static ASKED_TO_END: AtomicBool = AtomicBool::new(false);

/// Whether the program was asked to end: what has not begun does not begin.
pub(in crate::cli) fn was_asked_to_end() -> bool {
    ASKED_TO_END.load(Ordering::Relaxed)
}

/// Becomes true when the program is asked to end: the message in hand is finished, the rest stays.
pub(in crate::cli) fn end_of_program() -> watch::Receiver<bool> {
    let (tell, hear) = watch::channel(false);
    tokio::spawn(async move {
        let interrupt = tokio::signal::ctrl_c();
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! { _ = interrupt => (), _ = terminate.recv() => () },
            Err(_) => drop(interrupt.await),
        }
        ASKED_TO_END.store(true, Ordering::Relaxed);
        // Nobody listens any more when the run is over, and that is fine.
        let _ = tell.send(true);
        std::future::pending::<()>().await;
    });
    hear
}

#[expect(clippy::disallowed_methods, reason = "`password_env` names a variable; this is the one place that reads it")]
pub(in crate::cli) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
