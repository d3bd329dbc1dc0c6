//! Upkeep of a store that lasts for years: pruned once a day, and never older than the mails that it sent.

use jiff::{SignedDuration, Timestamp};

use crate::config::Config;
use crate::error::{Error, Usage};
use crate::model::{Article, Problem, Recipient};
use crate::pipeline::report::Report;
use crate::store::{self, Cutoffs, Mailed, Pruned, RunLock, Store};

/// Texts that no story names are kept so long, in days: for explaining and composing anew what was left out.
const OTHER_TEXTS: u32 = 14;

/// Between two prunings of a run a day, which never begins at quite the same second.
const A_DAY: SignedDuration = SignedDuration::from_hours(20);

/// The whole file is read so often, all that is kept is looked at, and what sources have had no more for long is forgotten.
const A_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24 - 4);

/// That an article was seen is remembered so long, in days, however short texts are kept: a feed may leave one out for a while.
const KNOWN_DAYS: u32 = 90;

/// The limits of age at `now` when things are kept for `days`; nothing with 0.
fn cutoffs(config: &Config, days: u32, now: Timestamp) -> Option<Cutoffs> {
    let before = |days: u32| {
        let days = SignedDuration::from_hours(24 * i64::from(days));
        now.saturating_sub(days).unwrap_or(Timestamp::MIN)
    };
    // The pages of the archive are made from them.
    let keeps_texts = config.publish.as_ref().is_some_and(|publish| publish.keep_text);
    let published = if keeps_texts { Timestamp::MIN } else { before(days) };
    (days > 0).then(|| Cutoffs { texts: before(days.min(OTHER_TEXTS)), all: before(days), published, within: None })
}

/// Prunes the store of `config` by hand, `days` in place of its `keep_days`, and gives the room back to the disk.
///
/// # Errors
/// Another run is at work, or the store cannot be written.
pub async fn prune(config: &Config, days: Option<u32>, now: Timestamp) -> Result<Pruned, Error> {
    let days = days.unwrap_or(config.keep_days);
    if days > 0 && days < config.stories.remember_days {
        return Err(Usage::TooFewDays { days, remembered: config.stories.remember_days }.into());
    }
    let _lock = store::lock(&config.store)?;
    let store = Store::open(&config.store).await?;
    let newsletter = &config.newsletter.name;
    let mut pruned = Pruned::default();
    if let Some(cutoffs) = cutoffs(config, days, now) {
        pruned = store.prune(newsletter, &cutoffs).await?;
        forget(&store, config, days).await?;
        store.set_done(&task(newsletter), now).await?;
    }
    store.compact().await?;
    store.close().await;
    Ok(pruned)
}

fn task(newsletter: &str) -> String {
    format!("prune {newsletter}")
}

fn check(newsletter: &str) -> String {
    format!("check {newsletter}")
}

/// Prunes `store` if it was not done today, and looks whether it is whole if that was not done this week. That it cannot be
/// done is a problem, and none of the mail's.
pub(super) async fn daily(store: &Store, config: &Config, now: Timestamp, report: &mut Report) {
    match pruned_today(store, config, now).await {
        Ok(pruned) => report.pruned = pruned,
        Err(error) => report.problems.push(Problem::new("store", "it could not be pruned").because(error)),
    }
    match looked_after(store, config, now).await {
        Ok(damage) if damage.is_empty() => {}
        Ok(damage) => {
            let what = format!("`{}` is damaged: {}", config.store, damage[0]);
            report.problems.push(Problem::new("store", what).hint("`digest store check` names all that is hurt"));
        }
        Err(error) => report.problems.push(Problem::new("store", "it could not be looked after").because(error)),
    }
    for (what, id) in store.hurt() {
        let problem = Problem::new(id, format!("the stored {what} cannot be read and was left out"));
        report.problems.push(problem.hint("`digest store check` names all that is hurt"));
    }
}

async fn pruned_today(store: &Store, config: &Config, now: Timestamp) -> Result<Option<Pruned>, store::Error> {
    let Some(mut cutoffs) = cutoffs(config, config.keep_days, now) else { return Ok(None) };
    let newsletter = &config.newsletter.name;
    let task = task(newsletter);
    if !is_due(store, &task, A_DAY, now).await? {
        return Ok(None);
    }
    if !is_due(store, &check(newsletter), A_WEEK, now).await? {
        cutoffs.within = Some(A_WEEK + A_DAY);
    }
    let pruned = store.prune(newsletter, &cutoffs).await?;
    store.set_done(&task, now).await?;
    Ok(Some(pruned))
}

async fn is_due(store: &Store, task: &str, every: SignedDuration, now: Timestamp) -> Result<bool, store::Error> {
    // A time to come is a clock's mistake.
    let last = store.last_done(task).await?.filter(|last| *last <= now);
    Ok(last.is_none_or(|last| now.duration_since(last) >= every))
}

/// The damage that is found in the whole file, once a week; in one that is whole, what is long gone is forgotten.
async fn looked_after(store: &Store, config: &Config, now: Timestamp) -> Result<Vec<String>, store::Error> {
    let newsletter = &config.newsletter.name;
    let task = check(newsletter);
    if !is_due(store, &task, A_WEEK, now).await? {
        return Ok(Vec::new());
    }
    let damage = store.integrity().await;
    if damage.is_empty() {
        forget(store, config, config.keep_days).await?;
        store.set_done(&task, now).await?;
    }
    Ok(damage)
}

/// Forgets that articles were seen which their sources have had no more for `days`.
async fn forget(store: &Store, config: &Config, days: u32) -> Result<u64, store::Error> {
    if days == 0 {
        return Ok(0);
    }
    let span = SignedDuration::from_hours(24 * i64::from(days.max(KNOWN_DAYS)));
    store.forget_articles(&config.newsletter.name, span).await
}

/// Leaves out readers who were erased, and says so without naming them: the words would be kept.
pub(super) async fn skip_erased(
    store: &Store,
    mut recipients: Vec<Recipient>,
) -> Result<(Vec<Recipient>, Option<Problem>), store::Error> {
    let erased = store.erased().await?;
    if erased.is_empty() {
        return Ok((recipients, None));
    }
    let before = recipients.len();
    recipients.retain(|recipient| !erased.iter().any(|erased| erased.is(&recipient.address)));
    let count = before - recipients.len();
    let what = format!("{count} of those who are to get the edition were erased and get none");
    let problem =
        Problem::new("readers", what).hint("take them off the list; `digest store erase --undo` for who came back");
    Ok((recipients, (count > 0).then_some(problem)))
}

/// The mails that left after `store` was saved, if it was restored from a copy.
pub(super) async fn unknown_mails(
    store: &Store,
    lock: &RunLock,
    newsletter: &str,
) -> Result<Option<Mailed>, store::Error> {
    let Some(mailed) = lock.last_mailed(newsletter) else { return Ok(None) };
    let last = store.last_edition(newsletter).await?;
    // A store without any edition was begun anew, which takes no accident.
    let is_older = last.is_some_and(|last| last.composed < mailed.composed);
    if !is_older {
        return Ok(None);
    }
    match store.edition(&mailed.edition).await {
        Ok(None) => Ok(Some(mailed)),
        // One that cannot be read is there all the same.
        Ok(Some(_)) | Err(store::Error::Broken { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Lets nothing that appeared before `since` into an edition any more: mails that the store does not know may have had it.
pub(super) async fn close_before(store: &Store, newsletter: &str, since: Timestamp) -> Result<(), store::Error> {
    let articles = store.unused_articles(newsletter, None).await?;
    let appeared = |article: &Article| article.published.or(article.first_seen);
    let old = articles.iter().filter(|article| appeared(article).is_some_and(|time| time <= since));
    let ids: Vec<&str> = old.map(|article| article.id.as_str()).collect();
    store.close_articles(newsletter, &ids).await
}
