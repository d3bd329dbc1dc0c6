//! The whole job as one call: a [`Request`] and a config → a [`Report`]. Nothing is printed here.
//!
//! The three acts in a row, each alone, a dry run, a test copy, an edition of recorded replies or of the past: all walk the
//! same code. What a run needs of the process around it (environment variables, somebody who watches, a wish to end) it is
//! lent as a [`Host`].

mod once;
mod ping;
mod turn;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::config::{Config, WhenEmpty};
use crate::error::{Error, Usage};
use crate::fetch::{self, Fetch, Http, Recorded};
use crate::model::{Edition, Pictures, Problem, Recipient};
use crate::pipeline::bounds::Bounds;
use crate::pipeline::compose::{Composed, compose, with_picture};
use crate::pipeline::deliver::{DeliveryPolicy, deliver, skip_refused};
use crate::pipeline::draft::{Publisher, printed};
use crate::pipeline::gather::gather_within;
use crate::pipeline::inputs::{Inputs, load, remembered, remembers_since};
use crate::pipeline::mail::{Mail, enqueue, preview};
use crate::pipeline::past::unknown_edition;
use crate::pipeline::publish;
use crate::pipeline::reach::Reach;
use crate::pipeline::replay::{Recording, forget_replies, replies};
use crate::pipeline::report::{Report, Skipped};
use crate::pipeline::templates;
use crate::pipeline::upkeep::{close_before, daily, skip_erased, unknown_mails};
use crate::pipeline::workers::Workers;
use crate::pipeline::{hooks, illustrate};
use crate::render::Templates;
use crate::send::{self, Mailbox, Recipients};
use crate::store::{self, Draft, Excerpt, Mailed, RunLock, Store, Trouble};

use ping::Ping;

/// Longest a delivery lasts when nothing else is said: a run a day must not meet the next.
const LONGEST_DELIVERY: Duration = Duration::from_secs(6 * 3600);

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Which job.
    pub job: Job,
    /// The run's time.
    pub now: Timestamp,
    /// Replaces the time of the last edition.
    pub since: Option<Timestamp>,
    /// Only these sources; all of them if empty.
    pub only: Vec<String>,
    /// Ask nobody: read the replies of the last gathering again.
    pub offline: bool,
    /// Of a dry run: this edition, composed anew from the articles of its day.
    pub edition: Option<String>,
    /// Begin nothing new after this long.
    pub deadline: Option<SignedDuration>,
    /// Most readers an edition may have, in place of `[mail] max_mails`.
    pub max_mails: Option<usize>,
}

impl Request {
    /// `job` at `now`, as the config says.
    pub fn new(job: Job, now: Timestamp) -> Self {
        Self { job, now, since: None, only: Vec::new(), offline: false, edition: None, deadline: None, max_mails: None }
    }
}

/// The jobs there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// For good: the store is written, mail is sent.
    Run(Acts),
    /// Shows what a run would send; the store stays as it is.
    DryRun,
    /// Sends what a run would send to this address alone; the store stays as it is.
    SendTest(String),
    /// The edition of the last gathering's replies, on a copy of the store. When an edition is named, a draft waits, or
    /// nothing is there to be published, that edition, the draft or the last edition as it was composed.
    Replay(Option<String>),
}

/// Which of the three acts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acts {
    /// Ask the sources and store what is new.
    pub gather: bool,
    /// Compose an edition of what is stored and put it into the outbox.
    pub compose: bool,
    /// Send what is in the outbox.
    pub deliver: bool,
}

impl Acts {
    /// All three in a row.
    pub const ALL: Self = Self { gather: true, compose: true, deliver: true };
    /// Gathering alone.
    pub const GATHER: Self = Self { gather: true, compose: false, deliver: false };
    /// Composing alone.
    pub const COMPOSE: Self = Self { gather: false, compose: true, deliver: false };
    /// Delivering alone.
    pub const DELIVER: Self = Self { gather: false, compose: false, deliver: true };
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// So many sources are about to be asked.
    Gathering(usize),
    /// The source of this name is done.
    Gathered(&'a str),
    /// So many messages are about to be sent.
    Sending(u64),
    /// So many of them are done with (sent or refused for good).
    Sent(u64),
    /// The last step is over.
    Over,
}

/// The environment of a run, lent by the process around it.
pub struct Host<'a> {
    /// Looks up an environment variable (`password_env`).
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Hears how far the run is.
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
    /// Who reads what strangers sent; `None`: this process, without limits.
    pub workers: Option<&'a Workers>,
    /// Becomes true when the program is asked to end: the message in hand is finished, the rest stays.
    pub cancel: watch::Receiver<bool>,
}

impl Default for Host<'_> {
    /// No environment variables, no progress, no cancellation.
    fn default() -> Self {
        Self { environment: &|_| None, progress: &|_| (), workers: None, cancel: watch::channel(false).1 }
    }
}

/// Does what `request` asks for.
///
/// # Errors
/// The config, the template or the mail settings make no sense (then nothing was done), another run is at work, or the store
/// fails. What goes wrong with one source or one reader is a problem of the report.
pub async fn run(request: &Request, config: &Config, host: &Host<'_>) -> Result<Report, Error> {
    if let Some(unknown) = request.only.iter().find(|name| config.sources.iter().all(|source| source.name != **name)) {
        return Err(Usage::UnknownSource(unknown.clone()).into());
    }
    // What can be wrong is found before anything is fetched, and long before anything is sent.
    let templates = templates::of(config)?;
    let run = Run { request, config, host, templates };
    match &request.job {
        Job::Run(acts) => run.for_good(*acts).await,
        Job::DryRun => run.dry_run().await,
        Job::SendTest(to) => run.send_test(to).await,
        Job::Replay(edition) => run.replay(edition.as_deref()).await,
    }
}

/// All that the edition of `request` is composed of, without composing it: of [`Job::DryRun`] the next edition's, of
/// [`Job::Replay`] that one's. Nothing is stored. The report tells how the sources did; its readers are in the inputs.
///
/// # Errors
/// As [`run`] has them.
pub async fn inputs(request: &Request, config: &Config, host: &Host<'_>) -> Result<(Inputs, Report), Error> {
    let templates = templates::of(config)?;
    let run = Run { request, config, host, templates };
    let mut report = Report::new(config, request.now);
    let mut inputs = match &request.job {
        Job::Replay(Some(edition)) => run.past(Some(edition)).await?.0,
        _ => run.recorded(&mut report).await?,
    };
    if let Some(mail) = &config.mail {
        let Recipients { recipients, problems } = send::recipients(mail)?;
        report.recipients(recipients.len(), problems);
        inputs.recipients = recipients;
    }
    Ok((inputs, report))
}

struct Run<'a> {
    request: &'a Request,
    config: &'a Config,
    host: &'a Host<'a>,
    templates: Templates,
}

/// The machine's side of a run for good.
struct Ground<'a> {
    lock: &'a RunLock,
    /// Whether there is room for the replies of the sources.
    keeps_replies: bool,
}

impl Run<'_> {
    async fn for_good(&self, acts: Acts) -> Result<Report, Error> {
        let mail = if acts.compose || acts.deliver { Some(Mail::required(self.config)?) } else { None };
        let lock = turn::take(self.config, &self.host.cancel).await?;
        let ping = Ping::new(self.config, acts);
        ping.notify("/start").await;
        let done = self.on_store(acts, mail.as_ref(), &lock).await;
        let failed = done.as_ref().map_or(true, Report::failed);
        ping.notify(if failed { "/fail" } else { "" }).await;
        done
    }

    async fn on_store(&self, acts: Acts, mail: Option<&Mail>, lock: &RunLock) -> Result<Report, Error> {
        let (mut store, keeps_replies) = self.open().await?;
        let mut done = self.acts(acts, &store, mail, Ground { lock, keeps_replies }).await;
        let is_full = matches!(&done, Err(Error::Store(error)) if error.is_full());
        if is_full && forget_replies(&self.config.store) {
            // What the disk refused in the middle of a transaction is known to a new connection alone.
            store.close().await;
            store = Store::open(&self.config.store).await?;
            done = self.acts(acts, &store, mail, Ground { lock, keeps_replies: false }).await;
        }
        self.note(&store, &done).await;
        // Into one file, which can be looked at without a trace beside it.
        store.close().await;
        done
    }

    /// The store, and whether there is room for replies beside it: on a full disk they give way.
    async fn open(&self) -> Result<(Store, bool), store::Error> {
        match Store::open(&self.config.store).await {
            Err(error) if error.is_full() && forget_replies(&self.config.store) => {
                Ok((Store::open(&self.config.store).await?, false))
            }
            opened => Ok((opened?, true)),
        }
    }

    /// Of a store that was restored from a copy older than its mails: the time up to which everything counts as sent, if the
    /// request says to go on from there.
    async fn restored(&self, store: &Store, lock: &RunLock) -> Result<Option<Timestamp>, Error> {
        let newsletter = &self.config.newsletter.name;
        let Some(Mailed { edition, composed }) = unknown_mails(store, lock, newsletter).await? else { return Ok(None) };
        let since = self.request.since.ok_or(Usage::Restored { edition, composed })?;
        let after = since.checked_add(SignedDuration::from_millis(1)).unwrap_or(since);
        store.give_up(newsletter, after, Duration::ZERO).await?;
        Ok(Some(since))
    }

    /// Remembers a run that did not end well, as far as the store can.
    async fn note(&self, store: &Store, done: &Result<Report, Error>) {
        let trouble = match done {
            Ok(report) => report.trouble(),
            Err(error) => Some(Trouble { began: self.request.now, exit: 3, words: error.to_string() }),
        };
        let Some(trouble) = trouble else { return };
        let noted = store.note_trouble(&self.config.newsletter.name, &trouble).await;
        let _ = noted.inspect_err(|error| tracing::debug!(%error, "the run is not remembered"));
    }

    async fn acts(&self, acts: Acts, store: &Store, mail: Option<&Mail>, ground: Ground<'_>) -> Result<Report, Error> {
        let restored = if mail.is_some() { self.restored(store, ground.lock).await? } else { None };
        let mut report = Report::new(self.config, self.request.now);
        let before = store.last_edition(&self.config.newsletter.name).await?.map(|edition| edition.id);
        let sender = mail.filter(|_| acts.deliver);
        if mail.is_some() {
            self.update_archive(store, &mut report).await;
        }
        // What an earlier run left is sent first: it must not wait for today's sources.
        self.deliver(store, sender, &mut report).await?;
        if acts.gather {
            let folder = replies(&self.config.store);
            if self.request.offline {
                self.gather(store, &Recorded::new(folder), &mut report).await?;
            } else if !ground.keeps_replies {
                self.gather(store, &self.http()?, &mut report).await?;
            } else {
                let fetch = Recording::new(self.http()?, folder, self.request.now);
                self.gather(store, &fetch, &mut report).await?;
            }
        }
        let Some(mail) = mail else { return Ok(report) };
        if report.interrupted {
            return Ok(report);
        }
        if let Some(since) = restored {
            close_before(store, &self.config.newsletter.name, since).await?;
        }
        let mut is_new = false;
        if let Some(draft) = store.draft(&self.config.newsletter.name).await? {
            // Delivering may happen every minute, and did all that it was asked for.
            if acts.compose {
                self.publisher(store, mail).wait(draft, &mut report).await?;
            } else {
                report.draft = Some(draft.edition.id);
            }
        } else if acts.compose {
            is_new = self.publish_once(store, mail, before.as_deref(), &mut report).await?;
        }
        if is_new || restored.is_some() {
            self.remember_mailed(store, ground.lock).await?;
        }
        if is_new {
            self.update_archive(store, &mut report).await;
            self.call("after_compose", &mut report).await;
            self.deliver(store, sender, &mut report).await?;
        }
        if report.delivered.as_ref().is_some_and(|delivered| delivered.sent > 0) {
            self.call("after_deliver", &mut report).await;
        }
        if acts.compose {
            daily(store, self.config, self.request.now, &mut report).await;
        }
        Ok(report)
    }

    /// Runs one of the user's own programs, if there is one.
    async fn call(&self, hook: &str, report: &mut Report) {
        let Some(hooks) = &self.config.hooks else { return };
        let words = if hook == "after_compose" { &hooks.after_compose } else { &hooks.after_deliver };
        let problem = hooks::run(hook, words, &self.config.base, &report.account()).await;
        report.problems.extend(problem);
    }

    /// Before mail leaves: should the store be restored, its copy is known to be older.
    async fn remember_mailed(&self, store: &Store, lock: &RunLock) -> Result<(), store::Error> {
        let newsletter = &self.config.newsletter.name;
        let Some(Edition { id, composed, .. }) = store.last_edition(newsletter).await? else { return Ok(()) };
        let noted = lock.remember_mailed(newsletter, &Mailed { edition: id, composed });
        let _ = noted.inspect_err(|error| tracing::warn!(%error, "the lock file cannot be written"));
        Ok(())
    }

    /// Before mail leaves, which links to its page. That it cannot be done is a problem of the archive, and none of the mail's.
    async fn update_archive(&self, store: &Store, report: &mut Report) {
        let Some(options) = &self.config.publish else { return };
        match publish::update(store, self.config, options, &self.templates, self.request.now, false).await {
            Ok(published) => report.publish(published),
            Err(error) => report.publishing_failed(publish::problem(options, &error)),
        }
    }

    /// Whether there is a new edition in the outbox.
    async fn publish(&self, store: &Store, mail: &Mail, report: &mut Report) -> Result<bool, Error> {
        let newsletter = &self.config.newsletter;
        let last = store.last_edition(&newsletter.name).await?;
        // An edition of a time to come is a clock's mistake; nobody waits until then.
        let last = last.filter(|edition| edition.composed <= self.request.now);
        let due = last.and_then(|edition| edition.composed.checked_add(newsletter.min_interval).ok());
        if let Some(due) = due.filter(|due| *due > self.request.now) {
            report.skipped = Some(Skipped::NotDue(due));
            return Ok(false);
        }
        let Recipients { recipients, mut problems } = send::recipients(&mail.options)?;
        let (recipients, skipped) = skip_refused(store, &newsletter.name, &mail.options, recipients).await?;
        problems.extend(skipped);
        let (recipients, erased) = skip_erased(store, recipients).await?;
        problems.extend(erased);
        let cap = self.request.max_mails.or(mail.options.max_mails);
        if let Some(most) = cap.filter(|most| recipients.len() > *most) {
            return Err(Usage::TooManyReaders { readers: recipients.len(), most }.into());
        }
        report.recipients(recipients.len(), problems);
        if recipients.is_empty() && self.config.publish.is_none() {
            report.skipped = Some(Skipped::NoReaders);
            report.problems.push(nobody(&mail.options, report.problems.is_empty()));
            return Ok(false);
        }
        let (composed, recipients) = self.compose(store, recipients, report).await?;
        if *self.host.cancel.borrow() {
            report.interrupt();
            return Ok(false);
        }
        if composed.edition().is_empty() && newsletter.when_empty == WhenEmpty::Skip {
            store.skip_articles(&newsletter.name, self.request.now).await?;
            report.skipped = Some(Skipped::NothingNew);
            report.composed = Some(composed);
            return Ok(false);
        }
        if newsletter.approve {
            let draft = Draft { edition: composed.edition().clone(), used: composed.used.clone(), told: false };
            report.composed = Some(composed);
            self.publisher(store, mail).begin(draft, report).await?;
            return Ok(false);
        }
        enqueue(&composed, &recipients, &mail.options, store).await?;
        report.composed = Some(composed);
        Ok(true)
    }

    /// Who is told of drafts, and by which mail.
    fn publisher<'a>(&'a self, store: &'a Store, mail: &'a Mail) -> Publisher<'a> {
        let (environment, now) = (self.host.environment, self.request.now);
        Publisher { store, config: self.config, mail, templates: &self.templates, environment, now }
    }

    /// The edition of what is stored, and its recipients again: there may be a million, and they are not copied.
    async fn compose(
        &self,
        store: &Store,
        recipients: Vec<Recipient>,
        report: &mut Report,
    ) -> Result<(Composed, Vec<Recipient>), Error> {
        let mut inputs = load(store, self.config, self.request.now).await?;
        inputs.since = self.request.since.or(inputs.since);
        inputs.health = report.health().unwrap_or(inputs.health);
        inputs.recipients = recipients;
        let composed = self.composed(&inputs)?;
        Ok((self.illustrated(composed, &inputs, report).await?, inputs.recipients))
    }

    /// `composed` with the picture of its lead story, if one is wished and it can be had.
    async fn illustrated(&self, composed: Composed, inputs: &Inputs, report: &mut Report) -> Result<Composed, Error> {
        if self.config.newsletter.images == Pictures::None || self.request.offline {
            return Ok(composed);
        }
        let found = illustrate::picture(composed.edition(), &inputs.articles, self.config, &self.http()?).await;
        let Some(picture) = found.unwrap_or_else(|problem| {
            report.problems.push(problem);
            None
        }) else {
            return Ok(composed);
        };
        let failed = |error| Error::Template { template: self.config.template(), error };
        with_picture(composed, picture, &inputs.recipients, self.config, &self.templates).map_err(failed)
    }

    fn composed(&self, inputs: &Inputs) -> Result<Composed, Error> {
        let failed = |error| Error::Template { template: self.config.template(), error };
        compose(inputs, self.config, &self.templates).map_err(failed)
    }

    async fn deliver(&self, store: &Store, mail: Option<&Mail>, report: &mut Report) -> Result<(), Error> {
        let Some(mail) = mail else { return Ok(()) };
        let counts = store.open_counts(&self.config.newsletter.name).await?;
        let open = counts.waiting + counts.trying + counts.unknown;
        if open == 0 {
            return Ok(());
        }
        let deadline = self.request.deadline.and_then(|deadline| Duration::try_from(deadline).ok());
        let deadline = deadline.unwrap_or(LONGEST_DELIVERY);
        let mut policy = DeliveryPolicy::new(&self.config.newsletter.name, &mail.options, self.request.now, deadline);
        let (tell, mut hear) = watch::channel(0);
        policy.progress = Some(tell);
        // Only now: the password is asked for when there is something to send.
        let transport = send::transport(&mail.options, self.host.environment)?;
        let cancel = self.host.cancel.clone();
        (self.host.progress)(Progress::Sending(open));
        let work = async {
            let outcome = deliver(store, transport.as_ref(), mail.signer.clone(), &policy, &cancel).await;
            // Nobody is told any more: the other half ends.
            drop(policy);
            outcome
        };
        let watch = async {
            while hear.changed().await.is_ok() {
                (self.host.progress)(Progress::Sent(*hear.borrow_and_update()));
            }
        };
        let (outcome, ()) = tokio::join!(work, watch);
        (self.host.progress)(Progress::Over);
        report.deliver(outcome?);
        Ok(())
    }

    async fn dry_run(&self) -> Result<Report, Error> {
        let mail = Mail::new(self.config)?;
        let Recipients { recipients, problems } =
            mail.as_ref().map(|mail| send::recipients(&mail.options)).transpose()?.unwrap_or_default();
        let first = recipients.first().cloned();
        let mut report = self.rehearsal(recipients, problems).await?;
        if let Some(composed) = &report.composed {
            report.preview = Some(preview(composed, mail.as_ref(), first.as_ref())?);
        }
        Ok(report)
    }

    /// Hands the edition to one address; nothing is kept of it.
    async fn send_test(&self, to: &str) -> Result<Report, Error> {
        let mail = Mail::required(self.config)?;
        let Mailbox { name, address } = Mailbox::parse(to)?;
        let recipient = Recipient { address, name, language: None };
        let mut report = self.rehearsal(vec![recipient.clone()], Vec::new()).await?;
        let Some(composed) = &report.composed else { return Ok(report) };
        if let Some(prepared) = preview(composed, Some(&mail), Some(&recipient))?.message {
            let transport = send::transport(&mail.options, self.host.environment)?;
            let outcome = transport.send(&prepared.message).await;
            transport.close().await;
            report.send_test(&recipient.address, outcome);
        }
        Ok(report)
    }

    /// Gathers and composes on a copy of the store.
    async fn rehearsal(&self, recipients: Vec<Recipient>, problems: Vec<Problem>) -> Result<Report, Error> {
        let mut report = Report::new(self.config, self.request.now);
        if let Some(edition) = &self.request.edition {
            let (mut inputs, _) = self.past(Some(edition)).await?;
            report.recipients(recipients.len(), problems);
            inputs.recipients = recipients;
            report.composed = Some(self.composed(&inputs)?);
            return Ok(report);
        }
        let store = self.excerpt().await?;
        if self.request.offline {
            self.gather(&store, &Recorded::new(replies(&self.config.store)), &mut report).await?;
        } else {
            self.gather(&store, &self.http()?, &mut report).await?;
        }
        report.recipients(recipients.len(), problems);
        if report.interrupted {
            return Ok(report);
        }
        if let Some(draft) = store.draft(&self.config.newsletter.name).await? {
            if self.request.job == Job::DryRun {
                report.wait_for_approval(&draft.edition);
            } else {
                report.draft = Some(draft.edition.id.clone());
            }
            report.composed = Some(printed(&draft, &recipients, self.config, &self.templates)?);
            return Ok(report);
        }
        let composed = self.compose(&store, recipients, &mut report).await?.0;
        let is_draft = self.config.newsletter.approve && !composed.edition().is_empty();
        report.draft = is_draft.then(|| composed.edition().id.clone());
        report.composed = Some(composed);
        Ok(report)
    }

    async fn replay(&self, edition: Option<&str>) -> Result<Report, Error> {
        let mut report = Report::new(self.config, self.request.now);
        let newsletter = &self.config.newsletter.name;
        let draft = match edition {
            Some(_) => None,
            None => Store::view(&self.config.store).await?.draft(newsletter).await?,
        };
        let edition = edition.or(draft.as_ref().map(|draft| draft.edition.id.as_str()));
        if edition.is_none() {
            let inputs = self.recorded(&mut report).await?;
            let composed = self.composed(&inputs)?;
            if !composed.composition.decisions.is_empty() {
                report.composed = Some(composed);
                return Ok(report);
            }
        }
        let (inputs, stored) = self.past(edition).await?;
        let mut composed = self.composed(&inputs)?;
        if stored.is_edited() {
            composed.composition.take_edits(stored);
        }
        report.composed = Some(composed);
        Ok(report)
    }

    /// A private copy of what the next edition is composed of.
    async fn excerpt(&self) -> Result<Store, store::Error> {
        let from = remembers_since(self.config, self.request.now);
        let part = Excerpt { newsletter: &self.config.newsletter.name, from, again: None };
        Store::excerpt(&self.config.store, &part).await
    }

    /// All that the next edition is composed of, by what the sources say now or, offline, said last.
    async fn recorded(&self, report: &mut Report) -> Result<Inputs, Error> {
        let store = self.excerpt().await?;
        if self.request.offline || matches!(self.request.job, Job::Replay(_)) {
            self.gather(&store, &Recorded::new(replies(&self.config.store)), report).await?;
        } else {
            self.gather(&store, &self.http()?, report).await?;
        }
        let mut inputs = load(&store, self.config, self.request.now).await?;
        inputs.since = self.request.since.or(inputs.since);
        inputs.health = report.health().unwrap_or(inputs.health);
        Ok(inputs)
    }

    /// All that an edition of the past or the draft was composed of (the last edition if none is named), and it.
    async fn past(&self, edition: Option<&str>) -> Result<(Inputs, Edition), Error> {
        let remembered = remembered(self.config);
        let before = Store::before(&self.config.store, &self.config.newsletter.name, edition, remembered).await?;
        let Some((store, last)) = before else {
            let Some(id) = edition else { return Err(Usage::NothingToTell.into()) };
            let store = Store::view(&self.config.store).await?;
            return Err(unknown_edition(&store, &self.config.newsletter.name, id).await?.into());
        };
        let mut inputs = load(&store, self.config, last.composed).await?;
        (inputs.since, inputs.health) = (last.since.or(inputs.since), last.health.clone());
        Ok((inputs, last))
    }

    /// When the gathering that begins now is to be over.
    fn until(&self) -> Option<Instant> {
        let limit = self.config.fetch.deadline;
        let limit = self.request.deadline.map_or(limit, |deadline| limit.min(deadline));
        Duration::try_from(limit).ok().and_then(|limit| Instant::now().checked_add(limit))
    }

    fn http(&self) -> Result<Http, fetch::Error> {
        let mut options = self.config.fetch.clone();
        options.deadline = self.request.deadline.map_or(options.deadline, |deadline| options.deadline.min(deadline));
        Http::new(&options)
    }

    async fn gather(&self, store: &Store, fetch: &dyn Fetch, report: &mut Report) -> Result<(), store::Error> {
        let reach = Reach::new(fetch);
        (self.host.progress)(Progress::Gathering(self.config.sources.len()));
        let tick = |name: &str| (self.host.progress)(Progress::Gathered(name));
        let bounds =
            Bounds { fetch: &reach, workers: self.host.workers, until: self.until(), cancel: Some(&self.host.cancel) };
        let gathered = gather_within(self.config, &self.request.only, store, bounds, self.request.now, &tick).await;
        (self.host.progress)(Progress::Over);
        report.gather(gathered?, reach.nobody(), store.is_shared());
        if *self.host.cancel.borrow() {
            report.interrupt();
        }
        Ok(())
    }
}

/// That nobody would get an edition, which is not composed for nobody.
fn nobody(mail: &send::Options, is_meant: bool) -> Problem {
    let list = mail.recipients.as_ref().map_or_else(|| "[mail] to".to_owned(), |path| path.display().to_string());
    let what = if is_meant { "has no recipient" } else { "has no recipient who can be written to" };
    let problem = Problem::new(list, format!("{what}, so no edition was made; what is new waits for the next one"));
    problem.hint("add a line with an address")
}
