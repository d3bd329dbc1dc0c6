//! The account of a run: what is told to a person, what goes into `--report json`, and the exit code.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::Exit;
use crate::cli::output::Output;
use crate::config::Config;
use crate::model::{Problem, Recipient, SendOutcome, SourceHealth};
use crate::pipeline::deliver::DeliveryReport;
use crate::pipeline::{Composed, Gathered};
use crate::story;

/// Decisions shown one by one after a dry run; of more only the number is told.
const SHOWN_DECISIONS: usize = 40;

/// What happened in a run so far.
#[derive(Debug)]
pub(in crate::cli) struct Report {
    newsletter: String,
    now: Timestamp,
    gathered: Option<Gathered>,
    composed: Option<Composed>,
    empty: bool,
    due: Option<Timestamp>,
    recipients: usize,
    delivered: Option<DeliveryReport>,
    problems: Vec<Problem>,
    failed: bool,
}

impl Report {
    pub(super) fn new(config: &Config, now: Timestamp) -> Self {
        Self {
            newsletter: config.newsletter.name.clone(),
            now,
            gathered: None,
            composed: None,
            empty: false,
            due: None,
            recipients: 0,
            delivered: None,
            problems: Vec::new(),
            failed: false,
        }
    }

    pub(super) fn gather(&mut self, gathered: Gathered) {
        self.problems.extend(gathered.problems().cloned());
        self.gathered = Some(gathered);
    }

    /// How the sources did in this run; `None` if they were not asked.
    pub(super) fn health(&self) -> Option<SourceHealth> {
        self.gathered.as_ref().map(|gathered| gathered.health.clone())
    }

    pub(super) fn recipients(&mut self, recipients: &[Recipient], problems: Vec<Problem>) {
        self.recipients = recipients.len();
        self.problems.extend(problems);
    }

    pub(super) fn not_due(&mut self, due: Timestamp) {
        self.due = Some(due);
    }

    pub(super) fn nothing_new(&mut self, composed: Composed) {
        self.empty = true;
        self.compose(composed);
    }

    pub(super) fn compose(&mut self, composed: Composed) {
        self.composed = Some(composed);
    }

    /// Adds what a delivery did; a later one of the same run counts on top.
    pub(super) fn deliver(&mut self, outcome: DeliveryReport) {
        self.problems.extend(outcome.problems.iter().cloned());
        let before = self.delivered.take().unwrap_or_default();
        self.delivered = Some(DeliveryReport {
            sent: before.sent + outcome.sent,
            refused: before.refused + outcome.refused,
            ..outcome
        });
    }

    pub(super) fn send_test(&mut self, address: &str, answer: SendOutcome) {
        let mut outcome = DeliveryReport::default();
        match answer {
            SendOutcome::Accepted(_) => outcome.sent = 1,
            SendOutcome::Deferred(words)
            | SendOutcome::Unavailable(words)
            | SendOutcome::Refused(words)
            | SendOutcome::Unknown(words)
            | SendOutcome::Abort(words) => {
                outcome.refused = 1;
                outcome.problems.push(Problem::new(address, "the test copy was not taken").because(words));
                self.failed = true;
            }
        }
        self.deliver(outcome);
    }

    pub(super) fn exit(&self, strict: bool) -> Exit {
        let delivered = self.delivered.as_ref();
        // An edition of nothing because every source failed is a failure, not a quiet day.
        let all_failed = self.gathered.as_ref().is_some_and(|gathered| {
            let health = &gathered.health;
            health.asked > 0 && health.answered == 0 && health.failed.len() == health.asked
        });
        if self.failed || all_failed && self.empty {
            return Exit::Failed;
        }
        if delivered.is_some_and(|outcome| outcome.unfinished) {
            return Exit::Again;
        }
        let refused = delivered.is_some_and(DeliveryReport::left_out);
        if refused || !self.problems.is_empty() || strict && self.any_trouble() { Exit::LeftOut } else { Exit::Done }
    }

    fn any_trouble(&self) -> bool {
        self.gathered
            .iter()
            .flat_map(|gathered| &gathered.sources)
            .any(|source| !source.problems.is_empty() || !source.unread.is_empty())
    }

    /// Tells what happened: problems always, the rest to somebody who watches.
    pub(super) fn tell(&self, output: &Output) {
        self.problems.iter().for_each(|problem| output.problem(problem));
        if let Some(gathered) = &self.gathered {
            let health = &gathered.health;
            output.note(&format!(
                "{} new articles from {} of {} sources",
                gathered.fresh(),
                health.answered,
                health.asked
            ));
        }
        if let Some(due) = self.due {
            output.note(&format!("no edition before {due}: that is `min_interval` after the last one"));
        } else if self.empty {
            output.note("nothing new: no edition");
        } else if let Some(composed) = &self.composed {
            let edition = composed.edition();
            output.note(&format!("edition {} with {} stories", edition.id, edition.story_count()));
        }
        if let Some(outcome) = &self.delivered {
            let DeliveryReport { sent, refused, waiting, unknown, .. } = outcome;
            output.note(&format!("mail: {sent} sent, {refused} refused, {} to be sent again", waiting + unknown));
        }
    }

    /// Tells what would have been sent, and what was left out and why.
    pub(super) fn tell_dry_run(&self, config: &Config, output: &Output) {
        self.problems.iter().for_each(|problem| output.problem(problem));
        let Some(composed) = &self.composed else { return };
        let edition = composed.edition();
        let left_out: Vec<&story::Decision> =
            composed.composition.decisions.iter().filter(|decision| !decision.is_published()).collect();
        if !left_out.is_empty() {
            output.say(&format!("left out ({}):", left_out.len()));
        }
        for decision in left_out.iter().take(SHOWN_DECISIONS) {
            output.say(&format!("  {} ({}): {}", decision.title, decision.source, decision.why));
        }
        if left_out.len() > SHOWN_DECISIONS {
            output.say(&format!(
                "  and {} more: `digest explain --dropped` names them",
                left_out.len() - SHOWN_DECISIONS
            ));
        }
        let size = composed.rendered().html.len().div_ceil(1000);
        let stories = count(edition.story_count(), "story", "stories");
        let health = &edition.health;
        let from = format!("{} of {} sources answered", health.answered, health.asked);
        output.say(&format!("{stories} and {} more links, {size} kB of HTML; {from}", edition.more_count()));
        let to = match &config.mail {
            None => "without [mail] in the config nobody would get it".to_owned(),
            Some(_) if edition.is_empty() => "nothing new: no mail would be sent".to_owned(),
            Some(_) => format!("would be sent to {}", count(self.recipients, "recipient", "recipients")),
        };
        output.say(&format!("dry run: {to}; nothing was sent and nothing was stored"));
    }

    /// The account as one JSON object.
    pub(super) fn json(&self, strict: bool) -> String {
        let exit = self.exit(strict);
        let composed = self.composed.as_ref();
        let account = json!({
            "newsletter": self.newsletter,
            "now": self.now,
            "exit": exit.code(),
            "sources": self.gathered.as_ref().map(|gathered| &gathered.sources),
            "edition": composed.map(|composed| self.edition_json(composed)),
            "not_before": self.due,
            "delivered": self.delivered.as_ref().map(|outcome| json!({
                "sent": outcome.sent, "refused": outcome.refused, "waiting": outcome.waiting, "unknown": outcome.unknown,
            })),
            "problems": self.problems,
        });
        format!("{account}\n")
    }

    fn edition_json(&self, composed: &Composed) -> Value {
        let edition = composed.edition();
        json!({
            "id": edition.id,
            "subject": composed.rendered().subject,
            "stories": edition.story_count(),
            "more": edition.more_count(),
            "skipped": self.empty,
            "recipients": self.recipients,
            "html_bytes": composed.rendered().html.len(),
            "decisions": composed.composition.decisions,
        })
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
