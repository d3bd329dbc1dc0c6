//! Editions that were composed: listed, shown as their readers got them, sent once more.
//!
//! A stored mail is the template of its language and what its delivery keeps of the first try: both give the bytes that the
//! server was handed, whatever the config says by now.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::config::Config;
use crate::error::{Error, Usage};
use crate::model::{
    DeliveryChange, DeliveryCounts, DeliveryState, Edition, PendingDelivery, PlannedDelivery, Problem, Recipient,
    SendOutcome,
};
use crate::pipeline::compose::reprint;
use crate::pipeline::mail::{Mail, Preview};
use crate::pipeline::templates;
use crate::send::{self, DeliveryPlan, EditionSecret, Mailbox, MessageBuilder, MessageTemplate, PreparedMessage};
use crate::store::{self, Durability, Store};

/// Editions named when one is unknown.
const NEAREST: usize = 3;

/// One edition in a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ListedEdition {
    /// Its id.
    pub id: String,
    /// When it was composed.
    pub composed: Timestamp,
    /// When it may leave, if it was a draft.
    pub released: Option<Timestamp>,
    /// Its stories.
    pub stories: usize,
    /// The headline it leads with.
    pub lead: Option<String>,
    /// Where its mails stand; those older than `[store] keep_days` are not counted any more.
    pub mail: DeliveryCounts,
}

/// The last `count` editions of the newsletter of `config`, the youngest first.
///
/// # Errors
/// The store cannot be read.
pub async fn editions(config: &Config, count: usize) -> Result<Vec<ListedEdition>, Error> {
    let list = async |store: &Store| -> Result<Vec<ListedEdition>, store::Error> {
        let all = store.released_editions(&config.newsletter.name, Timestamp::MAX).await?;
        let mut listed = Vec::new();
        for (id, composed) in all.into_iter().rev().take(count) {
            let edition = match store.edition(&id).await {
                Ok(Some(edition)) => edition,
                Ok(None) => continue,
                // `digest store check` says why; the others are listed all the same.
                Err(store::Error::Broken { .. }) => Edition::default(),
                Err(error) => return Err(error),
            };
            let (released, mail) = (store.released(&id).await?, store.counts(&id).await?);
            let lead = edition.stories().next().map(|story| story.headline.clone());
            listed.push(ListedEdition { stories: edition.story_count(), id, composed, released, lead, mail });
        }
        Ok(listed)
    };
    Ok(store::look(&config.store, list).await?)
}

/// A stored edition as one reader has it.
#[derive(Debug, Clone)]
pub struct StoredCopy {
    /// The edition.
    pub edition: Edition,
    /// Its parts and the whole message; no message if the mail is not kept any more, or there is no reader.
    pub preview: Preview,
    /// The recorded delivery to this reader; `None` if there is none.
    pub delivery: Option<PendingDelivery>,
    /// Why what is shown may differ from what was sent.
    pub problems: Vec<Problem>,
}

/// All that the store has of an edition's mails.
struct Kept {
    edition: Edition,
    released: Option<Timestamp>,
    templates: BTreeMap<String, MessageTemplate>,
    /// Of the reader asked for, else of the first one.
    delivery: Option<PendingDelivery>,
}

async fn kept(store: &Store, config: &Config, id: Option<&str>, to: Option<&str>) -> Result<Kept, Error> {
    let edition = stored_edition(store, &config.newsletter.name, id).await?;
    let mut templates = BTreeMap::new();
    for (language, json) in store.message_templates(&edition.id).await? {
        templates.insert(language, MessageTemplate::from_json(&json)?);
    }
    let delivery = match to {
        Some(address) => store.delivery(&edition.id, address).await?,
        None => store.first_delivery(&edition.id).await?,
    };
    Ok(Kept { released: store.released(&edition.id).await?, edition, templates, delivery })
}

impl Kept {
    /// The delivery that `recipient` would have of it.
    fn plan(&self, recipient: &Recipient, options: &send::Options) -> Result<PlannedDelivery, send::Error> {
        let own = &self.edition.language;
        let others = self.templates.keys().filter(|language| *language != own);
        let first = self.templates.keys().filter(|language| *language == own);
        let languages = first.chain(others).cloned().collect();
        Ok(DeliveryPlan::new(&self.edition, languages, options)?.delivery(recipient))
    }
}

/// The edition `id` of `newsletter`, or its last one.
///
/// # Errors
/// There is none (then the nearest ones are named), or the store cannot be read.
pub async fn stored_edition(store: &Store, newsletter: &str, id: Option<&str>) -> Result<Edition, Error> {
    let edition = match id {
        Some(id) => store.edition(id).await?.filter(|edition| edition.newsletter == newsletter),
        None => store.last_edition(newsletter).await?,
    };
    match (edition, id) {
        (Some(edition), _) => Ok(edition),
        (None, Some(id)) => Err(unknown_edition(store, newsletter, id).await?.into()),
        (None, None) => Err(Usage::NoEdition.into()),
    }
}

/// The error for an edition that there is not, with those whose ids come nearest.
///
/// # Errors
/// The store cannot be read.
pub async fn unknown_edition(store: &Store, newsletter: &str, id: &str) -> Result<Usage, store::Error> {
    let all = store.released_editions(newsletter, Timestamp::MAX).await?;
    let mut near: Vec<(f64, String)> =
        all.into_iter().map(|(known, _)| (strsim::normalized_levenshtein(id, &known), known)).collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0).then(other.1.cmp(&one.1)));
    let near = near.into_iter().take(NEAREST).map(|(_, known)| known).collect();
    Ok(Usage::UnknownEdition { id: id.to_owned(), near })
}

/// The edition `id` (the last one without) as `to` got it, or would get it; without `to` as its first reader did.
///
/// # Errors
/// There is no such edition, `to` is no address, or the store cannot be read.
pub async fn stored_copy(config: &Config, id: Option<&str>, to: Option<&str>) -> Result<StoredCopy, Error> {
    let recipient = to.map(recipient).transpose()?;
    let address = recipient.as_ref().map(|recipient| recipient.address.as_str());
    let kept = store::look(&config.store, async |store: &Store| kept(store, config, id, address).await).await?;
    let mail = Mail::new(config)?;
    let mut problems = Vec::new();
    let known = |language: &str| kept.templates.get(language);
    let preview = if let Some((pending, template)) =
        kept.delivery.as_ref().and_then(|pending| Some((pending, known(&pending.template)?)))
    {
        let message = prepare(template, pending, mail.as_ref())?;
        problems.extend(not_the_same(pending, &message));
        Preview { rendered: template.for_reader(&planned(pending)), message: Some(message) }
    } else if let (Some(mail), Some(recipient), false) = (&mail, &recipient, kept.templates.is_empty()) {
        let plan = kept.plan(recipient, &mail.options)?;
        let template = known(&plan.template).ok_or(Usage::NoMessage)?;
        let message = Some(template.preview(&plan, mail.signer.as_deref())?);
        Preview { rendered: template.for_reader(&plan), message }
    } else {
        problems.extend(kept.templates.is_empty().then(|| not_kept(&kept.edition)));
        printed_now(&kept.edition, recipient.as_ref(), config)?
    };
    Ok(StoredCopy { edition: kept.edition, preview, delivery: kept.delivery, problems })
}

fn recipient(to: &str) -> Result<Recipient, send::Error> {
    let Mailbox { name, address } = Mailbox::parse(to)?;
    Ok(Recipient { address, name, language: None })
}

fn planned(pending: &PendingDelivery) -> PlannedDelivery {
    PlannedDelivery {
        recipient: pending.delivery.recipient.clone(),
        template: pending.template.clone(),
        message_id: pending.delivery.message_id.clone(),
        unsubscribe: pending.unsubscribe.clone(),
    }
}

fn prepare(
    template: &MessageTemplate,
    pending: &PendingDelivery,
    mail: Option<&Mail>,
) -> Result<PreparedMessage, send::Error> {
    let signer = mail.and_then(|mail| mail.signer.as_deref());
    MessageBuilder::new(template.clone()).prepare(pending, signer)
}

fn not_the_same(pending: &PendingDelivery, message: &PreparedMessage) -> Option<Problem> {
    let sent = pending.hash.as_ref().filter(|hash| **hash != message.hash)?;
    let problem = Problem::new(&pending.delivery.recipient.address, "these are not the bytes that were handed over");
    Some(problem.because(format!("their hash was {sent} and is {}", message.hash)))
}

fn not_kept(edition: &Edition) -> Problem {
    Problem::new(&edition.id, "its mail is not kept any more: it is printed anew by today's template")
}

/// A stored edition by today's template.
fn printed_now(edition: &Edition, reader: Option<&Recipient>, config: &Config) -> Result<Preview, Error> {
    let templates = templates::of(config)?;
    let failed = |error| Error::Template { template: config.template(), error };
    let readers = reader.map(std::slice::from_ref).unwrap_or_default();
    let composed = reprint(edition.clone(), readers, EditionSecret::random()?, config, &templates).map_err(failed)?;
    let address = reader.map_or("you", |reader| reader.address.as_str());
    Ok(Preview { rendered: composed.placeholders.fill(composed.rendered(), address, ""), message: None })
}

/// A stored edition as Markdown: no part of its mail, so it is printed anew.
///
/// # Errors
/// The template does not fit it.
pub fn as_markdown(copy: &StoredCopy, config: &Config) -> Result<String, Error> {
    let reader = copy.delivery.as_ref().map(|pending| &pending.delivery.recipient);
    Ok(printed_now(&copy.edition, reader, config)?.rendered.markdown)
}

/// How sending an edition once more ended.
#[derive(Debug)]
pub struct Resent {
    /// The edition.
    pub edition: String,
    /// To whom.
    pub address: String,
    /// Where that delivery stands now.
    pub state: DeliveryState,
    /// The server's words.
    pub answer: String,
}

/// Sends the edition `id` (the last one without) to `to` alone, and records it as every delivery is; those of others stay as
/// they are. Who has it already gets it again only with `again`: the same bytes.
///
/// # Errors
/// There is no such edition, its mail is not kept any more or may not leave yet, the reader has it, another run is at work, or
/// the store fails.
pub async fn resend(
    config: &Config,
    id: Option<&str>,
    to: &str,
    again: bool,
    now: Timestamp,
    environment: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Result<Resent, Error> {
    let mail = Mail::required(config)?;
    let recipient = recipient(to)?;
    let _lock = store::lock(&config.store)?;
    let store = Store::open(&config.store).await?;
    let kept = kept(&store, config, id, Some(&recipient.address)).await?;
    if let Some(at) = kept.released.filter(|at| *at > now) {
        return Err(Usage::NotReleased { id: kept.edition.id, at }.into());
    }
    if store.erased().await?.iter().any(|erased| erased.is(&recipient.address)) {
        return Err(Usage::Erased(recipient.address).into());
    }
    let has_it = kept.delivery.as_ref().is_some_and(|known| known.delivery.state == DeliveryState::Sent);
    if has_it && !again {
        return Err(Usage::AlreadySent { id: kept.edition.id, address: recipient.address }.into());
    }
    let plan = match &kept.delivery {
        Some(pending) => planned(pending),
        None => kept.plan(&recipient, &mail.options)?,
    };
    let template = kept.templates.get(&plan.template).ok_or_else(|| Usage::MailNotKept(kept.edition.id.clone()))?;
    let transport = send::transport(&mail.options, environment)?;
    let pending = store.resend(&kept.edition.id, &plan, now).await?;
    let prepared = prepare(template, &pending, Some(&mail))?;
    let mut journal = store.journal().await?;
    let (signature, hash) = (prepared.signature.clone(), prepared.hash.clone());
    journal.apply(&[DeliveryChange::Trying { id: pending.id, signature, hash, now }], Durability::PowerCut).await?;
    let outcome = transport.send(&prepared.message).await;
    transport.close().await;
    let (state, answer, counts) = recorded(outcome);
    let change =
        DeliveryChange::Answered { id: pending.id, state, answer: answer.clone(), not_before: None, counts, now };
    journal.apply(&[change], Durability::PowerCut).await?;
    journal.close().await?;
    store.close().await;
    Ok(Resent { edition: kept.edition.id, address: recipient.address, state, answer })
}

/// Where a delivery stands after `outcome`, the server's words, and whether it counts as a try.
fn recorded(outcome: SendOutcome) -> (DeliveryState, String, bool) {
    match outcome {
        SendOutcome::Accepted(words) => (DeliveryState::Sent, words, true),
        SendOutcome::Refused(words) => (DeliveryState::Refused, words, true),
        SendOutcome::Deferred(words) => (DeliveryState::Waiting, words, true),
        SendOutcome::Unknown(words) => (DeliveryState::Unknown, words, true),
        SendOutcome::Unavailable(words) | SendOutcome::Abort(words) => (DeliveryState::Waiting, words, false),
    }
}
