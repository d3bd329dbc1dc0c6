//! The account of a run, as values: words, exit codes and JSON are the caller's.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::config::Config;
use crate::model::{Edition, Problem, SendOutcome, SourceHealth};
use crate::pipeline::compose::Composed;
use crate::pipeline::deliver::DeliveryReport;
use crate::pipeline::gather::Gathered;
use crate::pipeline::mail::Preview;
use crate::pipeline::publish::Published;
use crate::store::{Pruned, Trouble};

/// The record of a run.
#[derive(Debug)]
pub struct Report {
    /// `[newsletter] name`.
    pub newsletter: String,
    /// The run's time.
    pub now: Timestamp,
    /// Reports of the sources; `None` if they were not asked.
    pub gathered: Option<Gathered>,
    /// The edition; `None` if none was composed.
    pub composed: Option<Composed>,
    /// Why there is no new edition, if one was asked for.
    pub skipped: Option<Skipped>,
    /// Id of the draft that waits for approval; nothing of it is sent.
    pub draft: Option<String>,
    /// How many readers the edition has.
    pub recipients: usize,
    /// The first reader's copy, in a dry run.
    pub preview: Option<Preview>,
    /// The outcome of delivery; `None` if the outbox was empty.
    pub delivered: Option<DeliveryReport>,
    /// The outcome of the archive; `None` if it was not looked at, or could not be made.
    pub published: Option<Published>,
    /// The rows pruned from the store; `None` if it was not pruned.
    pub pruned: Option<Pruned>,
    /// Problems to report to the user.
    pub problems: Vec<Problem>,
    /// The test copy was not taken.
    pub test_failed: bool,
    /// No source answered, as on a morning without network.
    pub unanswered: bool,
    /// The program was asked to end before an edition was made.
    pub interrupted: bool,
}

/// Why a run that should compose made no new edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// The last edition is younger than `min_interval`: the next is due then.
    NotDue(Timestamp),
    /// There is nothing new to tell.
    NothingNew,
    /// Another machine has composed an edition while this one gathered, or does so now.
    Elsewhere,
    /// Nobody would get it.
    NoReaders,
}

/// How a run ended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Done; also: nothing new, already sent.
    Done,
    /// Done, but something was left out.
    LeftOut,
    /// Failed: nothing was sent, or the mail server wants nothing from us until the config is mended.
    Failed,
    /// A later run will do it: mail is still in the outbox, no source answered, or the program was asked to end.
    Unfinished,
}

impl Report {
    pub(super) fn new(config: &Config, now: Timestamp) -> Self {
        Self {
            newsletter: config.newsletter.name.clone(),
            now,
            gathered: None,
            composed: None,
            skipped: None,
            draft: None,
            recipients: 0,
            preview: None,
            delivered: None,
            published: None,
            pruned: None,
            problems: Vec::new(),
            test_failed: false,
            unanswered: false,
            interrupted: false,
        }
    }

    /// How the run ended; `strict`: any trouble counts as something left out.
    pub fn verdict(&self, strict: bool) -> Verdict {
        let delivered = self.delivered.as_ref();
        // Asking again does not help, and may lock the account.
        if self.test_failed || delivered.is_some_and(|outcome| outcome.stopped.is_some()) {
            return Verdict::Failed;
        }
        let nobody_answered = self.unanswered && self.sent() == 0;
        if delivered.is_some_and(|outcome| outcome.unfinished) || nobody_answered || self.interrupted {
            return Verdict::Unfinished;
        }
        let refused = delivered.is_some_and(DeliveryReport::left_out);
        let is_trouble = refused || !self.problems.is_empty() || strict && self.any_trouble();
        if is_trouble { Verdict::LeftOut } else { Verdict::Done }
    }

    /// The account as one JSON object, for programs.
    pub fn account(&self) -> Value {
        let not_before = match self.skipped {
            Some(Skipped::NotDue(due)) => Some(due),
            _ => None,
        };
        json!({
            "newsletter": self.newsletter,
            "now": self.now,
            "sources": self.gathered.as_ref().map(|gathered| &gathered.sources),
            "edition": self.composed.as_ref().map(|composed| self.edition(composed)),
            "not_before": not_before,
            "draft": self.draft,
            "delivered": self.delivered.as_ref().map(|outcome| json!({
                "sent": outcome.sent, "refused": outcome.refused, "waiting": outcome.waiting, "unknown": outcome.unknown,
            })),
            "archive": self.published.as_ref().map(|published| json!({
                "editions": published.editions, "written": published.written, "removed": published.removed,
            })),
            "pruned": self.pruned,
            "problems": self.problems,
        })
    }

    fn edition(&self, composed: &Composed) -> Value {
        let edition = composed.edition();
        json!({
            "id": edition.id,
            "subject": composed.rendered().subject,
            "stories": edition.story_count(),
            "more": edition.more_count(),
            "skipped": self.skipped == Some(Skipped::NothingNew),
            "recipients": self.recipients,
            "html_bytes": composed.rendered().html.len(),
            "decisions": composed.composition.decisions,
        })
    }

    /// The record of a run that did not end well.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        let exit = match self.verdict(false) {
            Verdict::Done => return None,
            Verdict::LeftOut => 1,
            Verdict::Failed => 3,
            Verdict::Unfinished => 75,
        };
        let more = self.problems.len().saturating_sub(1);
        let words = match self.problems.first() {
            Some(problem) if more > 0 => format!("{problem} (and {more} more)"),
            Some(problem) => problem.to_string(),
            None => "mail is still in the outbox".to_owned(),
        };
        Some(Trouble { began: self.now, exit, words })
    }

    /// Nothing was sent that should have been.
    pub(super) fn failed(&self) -> bool {
        match self.verdict(false) {
            Verdict::Failed => true,
            Verdict::Unfinished => self.sent() == 0,
            Verdict::LeftOut => self.skipped == Some(Skipped::NoReaders),
            Verdict::Done => false,
        }
    }

    fn sent(&self) -> u64 {
        self.delivered.as_ref().map_or(0, |outcome| outcome.sent)
    }

    fn any_trouble(&self) -> bool {
        let mut sources = self.gathered.iter().flat_map(|gathered| &gathered.sources);
        sources.any(|source| !source.problems.is_empty() || !source.unread.is_empty())
    }

    /// How the sources did in this run; `None` if they were not asked.
    pub(super) fn health(&self) -> Option<SourceHealth> {
        self.gathered.as_ref().map(|gathered| gathered.health.clone())
    }

    /// Adds what the sources did; `nobody_reached`: there was no connection to any of them; `is_shared`: other machines may ask
    /// them, too. Of a morning on which nobody answered one line is told.
    pub(super) fn gather(&mut self, gathered: Gathered, nobody_reached: bool, is_shared: bool) {
        self.unanswered = gathered.nobody_answered(is_shared);
        if self.unanswered {
            self.problems.push(unanswered(&gathered, nobody_reached));
        } else {
            self.problems.extend(gathered.problems().cloned());
        }
        self.gathered = Some(gathered);
    }

    /// Adds that the program was asked to end before there was an edition. What was read by then is stored.
    pub(super) fn interrupt(&mut self) {
        self.interrupted = true;
        let what = "the program was asked to end before an edition was made; the next run makes it";
        self.problems = vec![Problem::new(&self.newsletter, what)];
    }

    /// Adds that `draft` was there before this run, and that nobody has approved it.
    pub(super) fn wait_for_approval(&mut self, draft: &Edition) {
        self.draft = Some(draft.id.clone());
        let problem = Problem::new(&draft.id, "this draft was not sent: nobody has approved it");
        let hint = "`digest approve` sends it, `digest edit` changes it, `digest approve --discard` throws it away";
        self.problems.push(problem.hint(hint));
    }

    pub(super) fn recipients(&mut self, count: usize, problems: Vec<Problem>) {
        self.recipients = count;
        self.problems.extend(problems);
    }

    /// Adds what became of the archive; a later one of the same run counts on top.
    pub(super) fn publish(&mut self, published: Published) {
        let before = self.published.take().unwrap_or_default();
        let (written, removed) = (before.written + published.written, before.removed + published.removed);
        self.published = Some(Published { written, removed, ..published });
    }

    /// Adds why the archive could not be made, once a run.
    pub(super) fn publishing_failed(&mut self, problem: Problem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Adds what a delivery did; a later one of the same run counts on top.
    pub(super) fn deliver(&mut self, outcome: DeliveryReport) {
        self.problems.extend(outcome.problems.iter().cloned());
        let before = self.delivered.take().unwrap_or_default();
        let (sent, refused) = (before.sent + outcome.sent, before.refused + outcome.refused);
        self.delivered = Some(DeliveryReport { sent, refused, ..outcome });
    }

    pub(super) fn send_test(&mut self, address: &str, outcome: SendOutcome) {
        let mut report = DeliveryReport::default();
        match outcome {
            SendOutcome::Accepted(_) => report.sent = 1,
            SendOutcome::Deferred(words)
            | SendOutcome::Unavailable(words)
            | SendOutcome::Refused(words)
            | SendOutcome::Unknown(words)
            | SendOutcome::Abort(words) => {
                report.refused = 1;
                report.problems.push(Problem::new(address, "the test copy was not taken").because(words));
                self.test_failed = true;
            }
        }
        self.deliver(report);
    }
}

/// The one line for a morning on which no source answered.
fn unanswered(gathered: &Gathered, nobody_reached: bool) -> Problem {
    let count = gathered.sources.len();
    let first = gathered.sources.iter().find_map(|source| Some((&source.name, source.problems.first()?)));
    let why = first.map(|(name, problem)| format!("; `{name}`: {}", problem.what)).unwrap_or_default();
    if nobody_reached {
        let what =
            format!("none of {count} could be reached, so nothing new was read{why}; is this machine connected?");
        return Problem::new("network", what);
    }
    let problem = Problem::new("sources", format!("none of {count} answered, so nothing new was read{why}"));
    match first.and_then(|(_, problem)| problem.hint.as_deref()).filter(|_| count == 1) {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}
