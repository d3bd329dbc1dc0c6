//! The account of a run: what is told to a person, and what goes into `--report json`.

use crate::cli::Exit;
use crate::cli::output::Output;
use crate::cli::store::words;
use crate::cli::words::{at, count};
use crate::config::Config;
use crate::pipeline::deliver::DeliveryReport;
use crate::pipeline::{Report, Skipped, Verdict};
use crate::story;

/// Decisions shown one by one after a dry run; of more only the number is told.
const SHOWN_DECISIONS: usize = 40;

/// Tells what happened: problems always, the rest to somebody who watches.
pub(super) fn tell(report: &Report, config: &Config, output: &Output) {
    let is_failure = report.verdict(false) == Verdict::Failed;
    for problem in &report.problems {
        if is_failure { output.failure(problem) } else { output.problem(problem) }
    }
    if report.interrupted {
        return;
    }
    if let Some(gathered) = &report.gathered {
        let health = &gathered.health;
        let fresh = count(gathered.fresh(), "new article", "new articles");
        output.note(&format!("{fresh} from {} of {}", health.answered, count(health.asked, "source", "sources")));
    }
    if let Some(Skipped::NotDue(due)) = report.skipped {
        output.note(&format!(
            "no edition before {}: that is `min_interval` after the last one",
            at(due, &config.timezone)
        ));
    } else if report.skipped == Some(Skipped::Elsewhere) {
        output.note("another machine composes the edition");
    } else if report.skipped == Some(Skipped::NoReaders) {
        output.note("nobody would get it: no edition");
    } else if report.skipped == Some(Skipped::NothingNew) {
        output.note("nothing new: no edition");
    } else if let Some(composed) = &report.composed {
        let edition = composed.edition();
        let (kind, end) =
            if report.draft.is_some() { ("draft", ", waits for `digest approve`") } else { ("edition", "") };
        let stories = count(edition.story_count(), "story", "stories");
        output.note(&format!("{kind} {} with {stories}{end}", edition.id));
    } else if let Some(id) = report.draft.as_ref().filter(|id| report.problems.iter().all(|one| one.subject != **id)) {
        output.note(&format!("draft {id} waits for `digest approve`; nothing of it is sent"));
    }
    if let Some(published) = report.published.as_ref().filter(|published| published.written > 0) {
        output.note(&format!(
            "archive: {}, {} written",
            count(published.editions, "edition", "editions"),
            count(published.written, "file", "files")
        ));
    }
    if let Some(pruned) = report.pruned.filter(|pruned| pruned.texts + pruned.mails + pruned.deliveries > 0) {
        output.note(&words(&pruned));
    }
    if let Some(outcome) = &report.delivered {
        let DeliveryReport { sent, refused, waiting, unknown, .. } = outcome;
        output.note(&format!("mail: {sent} sent, {refused} refused, {} to be sent again", waiting + unknown));
    }
}

/// Tells what would have been sent, and what was left out and why.
pub(super) fn tell_dry_run(report: &Report, config: &Config, output: &Output) {
    report.problems.iter().for_each(|problem| output.problem(problem));
    let Some(composed) = &report.composed else { return };
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
        output.say(&format!("  and {} more: `digest explain --dropped` names them", left_out.len() - SHOWN_DECISIONS));
    }
    let size = composed.rendered().html.len().div_ceil(1000);
    let stories = count(edition.story_count(), "story", "stories");
    let health = &edition.health;
    let from = format!("{} of {} answered", health.answered, count(health.asked, "source", "sources"));
    let links = count(edition.more_count(), "more link", "more links");
    output.say(&format!("{stories} and {links}, {size} kB of HTML; {from}"));
    let to = match &config.mail {
        None => "without [mail] in the config nobody would get it".to_owned(),
        Some(_) if edition.is_empty() => "nothing new: no mail would be sent".to_owned(),
        Some(_) => {
            let readers = count(report.recipients, "recipient", "recipients");
            let when = if report.draft.is_some() { ", once `digest approve` says so" } else { "" };
            format!("would be sent to {readers}{when}")
        }
    };
    output.say(&format!("dry run: {to}; nothing was sent and nothing was stored"));
}

/// The account as one JSON object.
pub(super) fn json(report: &Report, strict: bool) -> String {
    let mut account = report.account();
    account["exit"] = Exit::from(report.verdict(strict)).code().into();
    format!("{account}\n")
}
