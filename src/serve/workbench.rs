//! The state of a preview: the config as it was read, its loaded inputs, and the editions composed from them.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::Instant;

use crate::Error;
use crate::config::{self, Config};
use crate::pipeline::{self, Host, Inputs, Job, Report, Request, SourceReport};
use crate::render::Templates;
use crate::serve::problem::Problem;
use crate::serve::reading::Pages;
use crate::serve::trial::{Trial, name};
use crate::serve::{Options, Surroundings};
use crate::store::{SourceRecord, Store};

/// Editions held; more are composed again when they are asked for.
const MOST_TRIALS: usize = 32;
/// Bytes of them that are held, roughly.
const MOST_BYTES: usize = 24 << 20;
/// Days whose articles are held.
const MOST_DAYS: usize = 4;
/// The furthest that "what is new" can be made to look back without loading again, in days.
const LOOKS_BACK: u32 = 90;
/// Connections that wait for events.
const LISTENERS: usize = 4;
/// The day that no edition tells yet.
pub(super) const NEXT: &str = "next";

/// A config that worked, and the template it names.
pub(super) struct Current {
    pub(super) text: String,
    pub(super) hash: String,
    pub(super) config: Config,
    pub(super) templates: Templates,
    /// Counts what was loaded and read: the same text under another number can be another edition.
    pub(super) round: u64,
}

/// Results of loading the sources.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) reports: Vec<SourceReport>,
    pub(super) records: BTreeMap<String, SourceRecord>,
    /// The editions published, the newest first: id, and when.
    pub(super) editions: Vec<(String, jiff::Timestamp)>,
}

/// The newest sequence number of a tab: an older request has nobody waiting for it.
type Tabs = HashMap<String, u64>;

pub(super) struct Workbench {
    pub(super) path: PathBuf,
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) now: jiff::Timestamp,
    offline: Mutex<bool>,
    current: Mutex<Arc<Current>>,
    trouble: Mutex<Option<Problem>>,
    loaded: Mutex<Arc<Loaded>>,
    days: Mutex<VecDeque<(String, Arc<Inputs>)>>,
    trials: Mutex<VecDeque<Arc<Trial>>>,
    tabs: Mutex<Tabs>,
    /// Sources that were asked alone, and what came of it.
    pub(super) asked: Mutex<BTreeMap<String, Value>>,
    pub(super) pages: Pages,
    /// One composition at a time: it takes all cores itself.
    composing: Semaphore,
    /// One writer of the config at a time.
    pub(super) writing: tokio::sync::Mutex<Option<(String, String)>>,
    pub(super) last_test: Mutex<Option<Instant>>,
    events: broadcast::Sender<(String, String)>,
    pub(super) listeners: Arc<Semaphore>,
}

impl Workbench {
    /// Reads the config and loads the next edition's articles.
    pub(super) async fn open(options: &Options, surroundings: Surroundings) -> Result<Self, Error> {
        let current = read(&options.config, 0)?;
        let workbench = Self {
            path: options.config.clone(),
            surroundings: Arc::new(surroundings),
            now: options.now,
            offline: Mutex::new(options.offline),
            current: Mutex::new(Arc::new(current)),
            trouble: Mutex::new(None),
            loaded: Mutex::default(),
            days: Mutex::default(),
            trials: Mutex::default(),
            tabs: Mutex::default(),
            asked: Mutex::default(),
            pages: Pages::default(),
            composing: Semaphore::new(1),
            writing: tokio::sync::Mutex::new(None),
            last_test: Mutex::new(None),
            events: broadcast::channel(64).0,
            listeners: Arc::new(Semaphore::new(LISTENERS)),
        };
        let current = workbench.current();
        let next = workbench.load(&current.config, NEXT).await?;
        workbench.days.lock().push_back((NEXT.to_owned(), next));
        Ok(workbench)
    }

    pub(super) fn current(&self) -> Arc<Current> {
        self.current.lock().clone()
    }

    pub(super) fn loaded(&self) -> Arc<Loaded> {
        self.loaded.lock().clone()
    }

    /// Why the file as it is now is not the config in use, if it is not.
    pub(super) fn trouble(&self) -> Option<Problem> {
        self.trouble.lock().clone()
    }

    pub(super) fn hear(&self) -> broadcast::Receiver<(String, String)> {
        self.events.subscribe()
    }

    /// Tells every open page.
    pub(super) fn say(&self, event: &str, data: &Value) {
        // Nobody may be listening.
        let _ = self.events.send((event.to_owned(), data.to_string()));
    }

    /// Loads what the edition of `day` is composed of; of the next one, what the sources say too.
    async fn load(&self, config: &Config, day: &str) -> Result<Arc<Inputs>, Error> {
        let mut config = config.clone();
        config.stories.remember_days = config.stories.remember_days.max(LOOKS_BACK);
        let job = if day == NEXT { Job::DryRun } else { Job::Replay(Some(day.to_owned())) };
        let request = Request { offline: *self.offline.lock(), ..Request::new(job, self.now) };
        let (surroundings, wanted) = (self.surroundings.clone(), config.clone());
        // On a thread of its own: what loading borrows from its host cannot change threads on the way.
        let load = move || {
            let host = Host {
                environment: &surroundings.environment,
                workers: surroundings.workers.as_ref(),
                ..Host::default()
            };
            Handle::current().block_on(pipeline::read_inputs(&request, &wanted, &host))
        };
        let done = tokio::task::spawn_blocking(load).await;
        let (inputs, report) = done.map_err(|error| Error::Runtime(std::io::Error::other(error)))??;
        if day == NEXT {
            *self.loaded.lock() = Arc::new(loaded(&config, report).await?);
        }
        Ok(Arc::new(inputs))
    }

    /// The inputs of the edition of `day`.
    async fn inputs(&self, config: &Config, day: &str) -> Result<Arc<Inputs>, Problem> {
        let held = self.days.lock().iter().find(|(known, _)| known == day).map(|(_, inputs)| inputs.clone());
        if let Some(held) = held.filter(|held| held.covers(config)) {
            return Ok(held);
        }
        let is_known = day == NEXT || self.loaded().editions.iter().any(|(id, _)| id == day);
        if !is_known {
            return Err(Problem::new(404, "gone", format!("no edition is called `{day}`")));
        }
        let inputs = self.load(config, day).await?;
        let mut days = self.days.lock();
        days.retain(|(known, _)| known != day);
        days.push_front((day.to_owned(), inputs.clone()));
        days.truncate(MOST_DAYS);
        Ok(inputs)
    }

    /// Asks every source again, as a dry run would.
    pub(super) async fn gather(&self) -> Result<(), Problem> {
        *self.offline.lock() = false;
        self.renew().await
    }

    /// Loads everything again, and forgets what was composed of the old.
    async fn renew(&self) -> Result<(), Problem> {
        let current = self.current();
        let inputs = self.load(&current.config, NEXT).await?;
        *self.days.lock() = VecDeque::from([(NEXT.to_owned(), inputs)]);
        let newer = read(&self.path, current.round + 1)?;
        *self.current.lock() = Arc::new(newer);
        Ok(())
    }

    /// The edition of `day` under the config `text`, as it was composed or composed now.
    pub(super) async fn compose(&self, day: &str, text: String) -> Result<Arc<Trial>, Problem> {
        let current = self.current();
        let id = name(&[day, &text, &current.round.to_string()]);
        if let Some(trial) = self.trial(&id) {
            return Ok(trial);
        }
        let config = Config::parse(&text, &self.path)?;
        let inputs = self.inputs(&config, day).await?;
        let stopped = |_| Problem::new(500, "failed", "composing stopped");
        let _turn = self.composing.acquire().await.map_err(|_| Problem::new(503, "busy", "The preview ends."))?;
        if let Some(trial) = self.trial(&id) {
            return Ok(trial);
        }
        let compose = move || Trial::new(id, config, inputs, &current.templates);
        let trial = Arc::new(tokio::task::spawn_blocking(compose).await.map_err(stopped)??);
        self.hold(trial.clone());
        Ok(trial)
    }

    pub(super) fn trial(&self, id: &str) -> Option<Arc<Trial>> {
        let mut trials = self.trials.lock();
        let place = trials.iter().position(|trial| trial.id == id)?;
        let trial = trials.remove(place)?;
        trials.push_front(trial.clone());
        Some(trial)
    }

    fn hold(&self, trial: Arc<Trial>) {
        let mut trials = self.trials.lock();
        trials.push_front(trial);
        trials.truncate(MOST_TRIALS);
        while trials.len() > 2 && trials.iter().map(|trial| trial.size()).sum::<usize>() > MOST_BYTES {
            trials.pop_back();
        }
    }

    /// Notes that `tab` asks for the `sequence`th time.
    pub(super) fn ask(&self, tab: &str, sequence: u64) {
        let mut tabs = self.tabs.lock();
        if tabs.len() > 64 {
            tabs.clear();
        }
        let newest = tabs.entry(tab.to_owned()).or_default();
        *newest = sequence.max(*newest);
    }

    /// Whether `tab` still waits for that answer.
    pub(super) fn is_wanted(&self, tab: &str, sequence: u64) -> bool {
        self.tabs.lock().get(tab).is_none_or(|newest| *newest <= sequence)
    }

    /// Takes the file as it is now: what it says if it is right; if not, the last that worked stays in use.
    pub(super) async fn reload(&self) {
        let before = self.current();
        let loaded = async {
            let newer = read(&self.path, before.round + 1)?;
            let is_same = config::fixed(&newer.text).ok() == config::fixed(&before.text).ok();
            let covers = self.days.lock().iter().all(|(_, inputs)| inputs.covers(&newer.config));
            if !is_same || !covers {
                let inputs = self.load(&newer.config, NEXT).await?;
                *self.days.lock() = VecDeque::from([(NEXT.to_owned(), inputs)]);
            }
            Ok::<_, Error>(newer)
        };
        match loaded.await {
            Ok(newer) => {
                let hash = newer.hash.clone();
                *self.current.lock() = Arc::new(newer);
                *self.trouble.lock() = None;
                self.say("config", &json!({ "hash": hash }));
            }
            Err(error) => {
                let problem = Problem::from(error);
                self.say("config", &json!({ "error": problem }));
                *self.trouble.lock() = Some(problem);
            }
        }
    }

    /// Takes `text`, which the page wrote, without loading anything again.
    pub(super) fn adopt(&self, text: String) -> Result<(), Problem> {
        let round = self.current().round;
        *self.current.lock() = Arc::new(understand(text, &self.path, round)?);
        *self.trouble.lock() = None;
        Ok(())
    }
}

async fn loaded(config: &Config, report: Report) -> Result<Loaded, Error> {
    let store = Store::view(&config.store).await?;
    let editions = store.released_editions(&config.newsletter.name, jiff::Timestamp::MAX).await?;
    Ok(Loaded {
        reports: report.gathered.map(|gathered| gathered.sources).unwrap_or_default(),
        records: store.sources().await?.into_iter().collect(),
        editions: editions.into_iter().rev().collect(),
    })
}

fn read(path: &std::path::Path, round: u64) -> Result<Current, Error> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(Error::file("read", shown))?;
    understand(text, path, round)
}

fn understand(text: String, path: &std::path::Path, round: u64) -> Result<Current, Error> {
    let config = Config::parse(&text, path)?;
    let templates = pipeline::templates::of(&config)?;
    Ok(Current { hash: name(&[&text]), text, config, templates, round })
}
