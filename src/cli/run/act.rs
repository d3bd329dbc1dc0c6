//! The acts, one after another, with the store, the lock and the words on the way.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::Error;
use crate::cli::run::report::Report;
use crate::cli::run::{Acts, Args, ReportFormat, show};
use crate::cli::{Exit, Session};
use crate::config::{Config, WhenEmpty};
use crate::fetch::{Fetch, Http, Recorded};
use crate::model::Recipient;
use crate::pipeline::deliver::{DeliveryPolicy, deliver, skip_refused};
use crate::pipeline::{self, Composed, Gathered, Recording};
use crate::send::{self, Mailbox, Recipients, Signer};
use crate::store::{self, Store};

/// Longest a delivery lasts when nothing else is said: a run a day must not meet the next.
const LONGEST_DELIVERY: Duration = Duration::from_secs(6 * 3600);

/// Gathers, composes and delivers for good, as far as `acts` ask for it.
pub(super) async fn run(args: &Args, acts: Acts, session: &Session, config: &Config) -> Result<Exit, Error> {
    // What can be wrong is found before anything is fetched, and long before anything is sent.
    pipeline::templates::load(&config.template())?;
    let mail = if acts.compose || acts.deliver { Some(Mail::new(config)?) } else { None };
    let _lock = store::lock(&config.store)?;
    let store = Store::open(&config.store).await?;
    let ping = Ping::new(config);
    ping.post("/start").await;
    let run = Run { args, acts, session, config, store: &store, mail: mail.as_ref(), now: args.now(session) };
    let done = run.acts().await;
    let failed = done.as_ref().map_or(true, |report| report.exit(args.strict) == Exit::Failed);
    ping.post(if failed { "/fail" } else { "" }).await;
    let report = done?;
    if args.report == Some(ReportFormat::Json) {
        show::to_stdout(&report.json(args.strict))?;
    }
    report.tell(&session.output);
    Ok(report.exit(args.strict))
}

/// One run for good.
struct Run<'a> {
    args: &'a Args,
    acts: Acts,
    session: &'a Session,
    config: &'a Config,
    store: &'a Store,
    mail: Option<&'a Mail<'a>>,
    now: Timestamp,
}

impl Run<'_> {
    async fn acts(&self) -> Result<Report, Error> {
        let mut report = Report::new(self.config, self.now);
        let cancel = end_of_program();
        // What an earlier run left is sent first: it must not wait for today's sources.
        self.deliver(&cancel, &mut report).await?;
        if self.acts.gather {
            let folder = pipeline::replies(&self.config.store);
            let gathered = if self.args.offline {
                self.gather(&Recorded::new(folder)).await?
            } else {
                self.gather(&Recording::new(http(self.args, self.config)?, folder, self.now)).await?
            };
            report.gather(gathered);
        }
        if self.acts.compose && self.compose(&mut report).await? {
            self.deliver(&cancel, &mut report).await?;
        }
        Ok(report)
    }

    async fn gather(&self, fetch: &dyn Fetch) -> Result<Gathered, Error> {
        gather(self.args, self.session, self.config, self.store, fetch).await
    }

    /// Whether there is a new edition in the outbox.
    async fn compose(&self, report: &mut Report) -> Result<bool, Error> {
        let Some(mail) = self.mail else { return Ok(false) };
        let newsletter = &self.config.newsletter;
        let last = self.store.last_edition(&newsletter.name).await?;
        // An edition of a time to come is a clock's mistake; nobody waits until then.
        let last = last.filter(|edition| edition.composed <= self.now);
        let due = last.and_then(|edition| edition.composed.checked_add(newsletter.min_interval).ok());
        if let Some(due) = due.filter(|due| *due > self.now) {
            report.not_due(due);
            return Ok(false);
        }
        let Recipients { recipients, mut problems } = send::recipients(mail.options)?;
        let (recipients, skipped) = skip_refused(self.store, &newsletter.name, mail.options, recipients).await?;
        problems.extend(skipped);
        report.recipients(&recipients, problems);
        let since = self.args.since(self.session);
        let health = match report.health() {
            Some(health) => health,
            None => pipeline::health(self.config, self.store).await?,
        };
        let composed = pipeline::compose(self.config, self.store, health, &recipients, since, self.now).await?;
        if composed.edition().is_empty() && newsletter.when_empty == WhenEmpty::Skip {
            report.nothing_new(composed);
            return Ok(false);
        }
        pipeline::enqueue(&composed, &recipients, mail.options, self.store).await?;
        report.compose(composed);
        Ok(true)
    }

    async fn deliver(&self, cancel: &watch::Receiver<bool>, report: &mut Report) -> Result<(), Error> {
        let Some(mail) = self.mail.filter(|_| self.acts.deliver) else { return Ok(()) };
        let counts = self.store.counts(&self.config.newsletter.name, None).await?;
        if counts.waiting + counts.trying + counts.unknown == 0 {
            return Ok(());
        }
        let deadline = self.args.deadline.and_then(|deadline| Duration::try_from(deadline).ok());
        let deadline = deadline.unwrap_or(LONGEST_DELIVERY);
        let mut policy = DeliveryPolicy::new(&self.config.newsletter.name, mail.options, self.now, deadline);
        let shown = self.show_progress(&mut policy, counts.waiting + counts.trying + counts.unknown);
        // Only now: the password is asked for when there is something to send.
        let transport = send::transport(mail.options, &environment)?;
        let outcome = deliver(self.store, transport.as_ref(), mail.signer.clone(), &policy, cancel).await;
        drop(policy);
        // The bar goes when nobody is left to move it.
        let _ = shown.await;
        let outcome = outcome?;
        report.deliver(outcome);
        Ok(())
    }

    /// Shows how many of `open` messages are done with, to somebody who watches.
    fn show_progress(&self, policy: &mut DeliveryPolicy, open: u64) -> tokio::task::JoinHandle<()> {
        let bar = self.session.output.progress(usize::try_from(open).unwrap_or(usize::MAX), "sending");
        let (tell, mut hear) = watch::channel(0);
        policy.progress = Some(tell);
        tokio::spawn(async move {
            while hear.changed().await.is_ok() {
                bar.set_position(*hear.borrow_and_update());
            }
            bar.finish_and_clear();
        })
    }
}

/// Shows what would be sent (`--dry-run`), or sends it to one address (`--to`); the store stays as it is.
pub(super) async fn dry_run(args: &Args, session: &Session, config: &Config) -> Result<Exit, Error> {
    pipeline::templates::load(&config.template())?;
    let now = args.now(session);
    let store = Store::snapshot(&config.store).await?;
    let mut report = Report::new(config, now);
    let gathered = if args.offline {
        gather(args, session, config, &store, &Recorded::new(pipeline::replies(&config.store))).await?
    } else {
        gather(args, session, config, &store, &http(args, config)?).await?
    };
    let health = gathered.health.clone();
    report.gather(gathered);
    let Recipients { recipients, problems } =
        config.mail.as_ref().map(send::recipients).transpose()?.unwrap_or_default();
    let to = args.to.as_deref().map_or(Ok(recipients), |address| Ok::<_, Error>(vec![recipient(address)?]))?;
    report.recipients(&to, problems);
    let composed = pipeline::compose(config, &store, health, &to, args.since(session), now).await?;
    if args.to.is_some() {
        send_test(config, &composed, &to, &mut report).await?;
        report.compose(composed);
        report.tell(&session.output);
    } else {
        show::edition(args, config, &composed, &to)?;
        report.compose(composed);
        report.tell_dry_run(config, &session.output);
    }
    Ok(report.exit(args.strict))
}

fn recipient(address: &str) -> Result<Recipient, Error> {
    let Mailbox { name, address } = Mailbox::parse(address)?;
    Ok(Recipient { address, name, language: None })
}

/// Hands the edition to one address; nothing is kept of it.
async fn send_test(config: &Config, composed: &Composed, to: &[Recipient], report: &mut Report) -> Result<(), Error> {
    let mail = Mail::new(config)?;
    let transport = send::transport(mail.options, &environment)?;
    let templates = pipeline::message_templates(composed, mail.options)?;
    for (delivery, (_, template)) in pipeline::deliveries(composed, to, mail.options)?.iter().zip(templates) {
        let prepared = template.preview(delivery, mail.signer.as_deref())?;
        report.send_test(&delivery.recipient.address, transport.send(&prepared.message).await);
    }
    transport.close().await;
    Ok(())
}

/// What the stored replies of the last gathering make, on a copy of the store: for commands that explain. When nothing
/// of it waits to be told, or an edition is named, that edition (else the last one) as it was composed.
pub(in crate::cli) async fn replayed(
    session: &Session,
    config: &Config,
    edition: Option<&str>,
) -> Result<Composed, Error> {
    if edition.is_none() {
        let args = Args { offline: true, ..Args::default() };
        let store = Store::snapshot(&config.store).await?;
        let recorded = Recorded::new(pipeline::replies(&config.store));
        let gathered = gather(&args, session, config, &store, &recorded).await?;
        let composed = pipeline::compose(config, &store, gathered.health, &[], None, session.now).await?;
        if !composed.composition.decisions.is_empty() {
            return Ok(composed);
        }
    }
    match Store::before(&config.store, &config.newsletter.name, edition).await? {
        Some((store, told)) => pipeline::compose(config, &store, told.health, &[], told.since, told.composed).await,
        None => Err(Error::Usage(match edition {
            Some(id) => format!("no edition is called `{id}`; `digest status` names the last one"),
            None => "nothing waits to be told, and there is no edition yet".to_owned(),
        })),
    }
}

fn http(args: &Args, config: &Config) -> Result<Http, Error> {
    let mut options = config.fetch.clone();
    options.deadline = args.deadline.map_or(options.deadline, |deadline| options.deadline.min(deadline));
    Ok(Http::new(&options)?)
}

async fn gather(
    args: &Args,
    session: &Session,
    config: &Config,
    store: &Store,
    fetch: &dyn Fetch,
) -> Result<Gathered, Error> {
    let bar = session.output.progress(config.sources.len(), "reading");
    let tick = |name: &str| {
        bar.set_message(name.to_owned());
        bar.inc(1);
    };
    let gathered = pipeline::gather(config, &args.only, store, fetch, args.now(session), &tick).await;
    bar.finish_and_clear();
    Ok(gathered?)
}

/// Becomes true when the program is asked to end: the message in hand is finished, the rest stays.
fn end_of_program() -> watch::Receiver<bool> {
    let (tell, hear) = watch::channel(false);
    tokio::spawn(async move {
        let interrupt = tokio::signal::ctrl_c();
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! { _ = interrupt => (), _ = terminate.recv() => () },
            Err(_) => drop(interrupt.await),
        }
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

/// `[mail]`, ready for use.
struct Mail<'a> {
    options: &'a send::Options,
    signer: Option<Arc<Signer>>,
}

impl<'a> Mail<'a> {
    fn new(config: &'a Config) -> Result<Self, Error> {
        let missing =
            || Error::Usage(format!("`{}` has no [mail]: nobody would get the edition", config.path.display()));
        let options = config.mail.as_ref().ok_or_else(missing)?;
        let signer = options.dkim.as_ref().map(Signer::new).transpose()?.map(Arc::new);
        Ok(Self { options, signer })
    }
}

/// `[ping]`: hears of the start, the success and the failure of a run.
struct Ping {
    url: Option<String>,
}

impl Ping {
    fn new(config: &Config) -> Self {
        Self { url: config.ping.as_ref().map(|ping| ping.url.trim_end_matches('/').to_owned()) }
    }

    async fn post(&self, path: &str) {
        let Some(url) = &self.url else { return };
        if let Err(error) = crate::fetch::ping(&format!("{url}{path}")).await {
            tracing::warn!(%error, "the ping was not heard");
        }
    }
}
