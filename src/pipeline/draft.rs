//! An edition that waits for its publisher: announced by mail, edited, approved or discarded.
//!
//! A draft has no deliveries: they are made when it is approved, in the transaction that ends the draft. So nothing of it
//! can leave before, and a second approval finds nothing to send.

use jiff::Timestamp;

use crate::config::Config;
use crate::error::{Error, Usage};
use crate::model::{Article, Edition, Message, Problem, Recipient, SendOutcome};
use crate::pipeline::compose::{Composed, reprint};
use crate::pipeline::deliver::skip_refused;
use crate::pipeline::mail::{Mail, stored_edition, stored_templates};
use crate::pipeline::report::Report;
use crate::pipeline::templates;
use crate::pipeline::upkeep::skip_erased;
use crate::render::{Form, Templates, prove_mail, shown};
use crate::send::{self, EditionSecret, Mailbox, MessageTemplate, Recipients};
use crate::store::{self, Draft, Mailed, NewEdition, NewTemplate, Store};
use crate::story::{self, Change, ImpossibleChange, edit};

const NOTICE_STYLE: &str = "margin:0;padding:12px 24px;font:15px/23px Helvetica,Arial,sans-serif;color:#1C1D21;\
                            background-color:#F6F3EC";

/// The deliveries that an approval put into the outbox.
#[derive(Debug)]
pub struct Approved {
    /// The edition.
    pub edition: Edition,
    /// How many readers it has.
    pub recipients: usize,
    /// Recipients that cannot be written to.
    pub problems: Vec<Problem>,
}

/// The draft of the newsletter of `config`.
///
/// # Errors
/// There is none, or the store cannot be read.
pub async fn draft(config: &Config) -> Result<Edition, Error> {
    Ok(existing(&Store::view(&config.store).await?, config).await?.edition)
}

/// Makes `changes` in the draft, all or none, and gives it as it is then.
///
/// # Errors
/// There is no draft, a change cannot be made, another run is at work, or the store fails.
pub async fn edit_draft(config: &Config, changes: &[Change]) -> Result<Edition, Error> {
    let templates = templates::of(config)?;
    let _lock = store::lock(&config.store)?;
    let store = Store::open(&config.store).await?;
    let mut draft = existing(&store, config).await?;
    draft.edition = edit(&draft.edition, changes).map_err(Usage::ImpossibleChange)?;
    let printed = printed(&draft, &[], config, &templates)?;
    if let Some(headline) = unseen_note(printed.edition()) {
        return Err(Usage::ImpossibleChange(ImpossibleChange::NoRoom(headline)).into());
    }
    store.save_draft(&draft).await?;
    store.close().await;
    Ok(draft.edition)
}

/// Throws the draft away and gives it a last time; its articles wait for the next edition.
///
/// # Errors
/// There is no draft, another run is at work, or the store fails.
pub async fn discard_draft(config: &Config) -> Result<Edition, Error> {
    let _lock = store::lock(&config.store)?;
    let store = Store::open(&config.store).await?;
    let draft = existing(&store, config).await?;
    store.discard_draft(&config.newsletter.name).await?;
    store.close().await;
    Ok(draft.edition)
}

/// Puts the draft into the outbox at the time of `now`; none of it leaves before `at`.
///
/// # Errors
/// There is no draft, a sentence of it cannot be proven, another run is at work, the config makes no sense, or the store
/// fails; then nothing is sent.
pub async fn approve(config: &Config, now: Timestamp, at: Option<Timestamp>) -> Result<Approved, Error> {
    let mail = Mail::required(config)?;
    let templates = templates::of(config)?;
    let lock = store::lock(&config.store)?;
    let store = Store::open(&config.store).await?;
    let draft = existing(&store, config).await?;
    let Recipients { recipients, mut problems } = send::recipients(&mail.options)?;
    let (recipients, skipped) = skip_refused(&store, &config.newsletter.name, &mail.options, recipients).await?;
    problems.extend(skipped);
    let (recipients, erased) = skip_erased(&store, recipients).await?;
    problems.extend(erased);
    if recipients.is_empty() && config.publish.is_none() {
        return Err(Usage::NoReaders.into());
    }
    let composed = printed(&draft, &recipients, config, &templates)?;
    prove(&store, &composed).await?;
    let released = at.map_or(now, |at| at.max(now));
    let templates = stored_templates(&composed, &mail.options, Some(released))?;
    let plan = composed.plan(&mail.options)?;
    let edition = &stored_edition(&composed);
    let new = NewEdition { edition, templates: &templates, used: &draft.used };
    let deliveries = recipients.iter().map(|recipient| plan.delivery(recipient));
    if !store.approve_draft(&new, deliveries, released).await? {
        return Err(Usage::NoDraft.into());
    }
    let mailed = Mailed { edition: edition.id.clone(), composed: edition.composed };
    let noted = lock.remember_mailed(&config.newsletter.name, &mailed);
    let _ = noted.inspect_err(|error| tracing::warn!(%error, "the lock file cannot be written"));
    store.close().await;
    Ok(Approved { edition: edition.clone(), recipients: recipients.len(), problems })
}

/// The mails that `draft` would become now, by language, as they are stored with an edition; none without `[mail]`.
///
/// # Errors
/// The template does not fit it, or `[mail] from` is no address.
pub fn draft_mails(draft: &Edition, config: &Config) -> Result<Vec<NewTemplate>, Error> {
    let Some(mail) = &config.mail else { return Ok(Vec::new()) };
    let templates = templates::of(config)?;
    let Recipients { recipients, .. } = send::recipients(mail)?;
    let draft = Draft { edition: draft.clone(), used: Vec::new(), told: true };
    Ok(stored_templates(&printed(&draft, &recipients, config, &templates)?, mail, None)?)
}

/// Who is told of drafts, and by which mail.
pub(super) struct Publisher<'a> {
    pub(super) store: &'a Store,
    pub(super) config: &'a Config,
    pub(super) mail: &'a Mail,
    pub(super) templates: &'a Templates,
    pub(super) environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub(super) now: Timestamp,
}

impl Publisher<'_> {
    /// Keeps a new draft and tells of it.
    pub(super) async fn begin(&self, draft: Draft, report: &mut Report) -> Result<(), Error> {
        report.draft = Some(draft.edition.id.clone());
        self.store.save_draft(&draft).await?;
        self.tell(draft, report).await
    }

    /// A draft stands: nothing is composed beside it, and that it was not sent is said every time.
    pub(super) async fn wait(&self, draft: Draft, report: &mut Report) -> Result<(), Error> {
        report.wait_for_approval(&draft.edition);
        if draft.told { Ok(()) } else { self.tell(draft, report).await }
    }

    /// Sends the draft to its publisher, and remembers it when the mail was taken.
    async fn tell(&self, draft: Draft, report: &mut Report) -> Result<(), Error> {
        let options = &self.mail.options;
        let editor = self.config.newsletter.editor.as_deref().unwrap_or(&options.from);
        let Mailbox { name, address } = Mailbox::parse(editor)?;
        let recipient = Recipient { address, name, language: None };
        let message = self.message(&draft, &recipient)?;
        let transport = send::transport(options, self.environment)?;
        let outcome = transport.send(&message).await;
        transport.close().await;
        match refusal(outcome) {
            None => self.store.save_draft(&Draft { told: true, ..draft }).await?,
            Some(words) => {
                let what = "the draft could not be sent to its publisher; the next run tries again";
                report.problems.push(Problem::new(&recipient.address, what).because(words));
            }
        }
        Ok(())
    }

    fn message(&self, draft: &Draft, recipient: &Recipient) -> Result<Message, Error> {
        let readers = std::slice::from_ref(recipient);
        let composed = printed(draft, readers, self.config, self.templates)?;
        // Under an id of its own: programs that show one mail a Message-ID would hide the edition itself.
        let edition = Edition { id: format!("{}-draft", draft.edition.id), ..composed.edition().clone() };
        let (language, rendered) = &composed.printed[0];
        let mut template = MessageTemplate::new(&edition, rendered, &composed.placeholders, &self.mail.options)?;
        template.subject = format!("Draft: {}", template.subject);
        let lines = notice(self.config);
        template.text = format!("{}\n\n{}", lines.join("\n"), template.text);
        template.html = with_notice(&template.html, &lines);
        template.date = self.now;
        let plan = send::DeliveryPlan::new(&edition, vec![language.clone()], &self.mail.options)?;
        Ok(template.preview(&plan.delivery(recipient), self.mail.signer.as_deref())?.message)
    }
}

/// Stands above the edition in the mail to its publisher: the commands as they can be pasted.
fn notice(config: &Config) -> [String; 6] {
    let path = std::path::absolute(&config.path).unwrap_or_else(|_| config.path.clone());
    let digest = format!("digest --config '{}'", path.display().to_string().replace('\'', r"'\''"));
    [
        "This is a draft. Nobody else has received it, and nobody will until you approve it.".to_owned(),
        format!("To send it: {digest} approve"),
        format!("At a later hour: {digest} approve --at 10:00"),
        format!("To change it: {digest} edit"),
        format!("To see it after a change: {digest} run --dry-run --format html --output draft.html --open"),
        format!("To throw it away: {digest} approve --discard"),
    ]
}

/// `html` with the notice as the first thing of its body.
fn with_notice(html: &str, lines: &[String]) -> String {
    let body = html.find("<body").and_then(|start| Some(start + html[start..].find('>')? + 1)).unwrap_or(0);
    let escape = |line: &String| line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let escaped: Vec<String> = lines.iter().map(escape).collect();
    format!("{}<p style=\"{NOTICE_STYLE}\">{}</p>{}", &html[..body], escaped.join("<br>\n"), &html[body..])
}

/// Why a message was not taken.
fn refusal(outcome: SendOutcome) -> Option<String> {
    match outcome {
        SendOutcome::Accepted(_) => None,
        SendOutcome::Deferred(words)
        | SendOutcome::Unavailable(words)
        | SendOutcome::Refused(words)
        | SendOutcome::Unknown(words)
        | SendOutcome::Abort(words) => Some(words),
    }
}

async fn existing(store: &Store, config: &Config) -> Result<Draft, Error> {
    Ok(store.draft(&config.newsletter.name).await?.ok_or(Usage::NoDraft)?)
}

/// `draft` as readers would get it.
pub(super) fn printed(
    draft: &Draft,
    to: &[Recipient],
    config: &Config,
    templates: &Templates,
) -> Result<Composed, Error> {
    let failed = |error| Error::Template { template: config.template(), error };
    reprint(draft.edition.clone(), to, EditionSecret::random()?, config, templates).map_err(failed)
}

/// The headline of a story whose note no reader would see.
fn unseen_note(edition: &Edition) -> Option<String> {
    let noted = |story: &str| edition.own.notes.contains_key(story);
    let brief = shown(edition).into_iter().find(|shown| shown.form == Form::Brief && noted(&shown.story.id))?;
    Some(brief.story.headline.clone())
}

/// Every sentence is proven, in the store and in each mail, before anybody can get it.
async fn prove(store: &Store, composed: &Composed) -> Result<(), Error> {
    let edition = composed.edition();
    let mut articles: Vec<(Article, String)> = Vec::new();
    for sentence in edition.stories().flat_map(|story| &story.sentences) {
        if articles.iter().all(|(article, _)| article.id != sentence.article) {
            articles.extend(store.stored_article(&edition.newsletter, &sentence.article).await?);
        }
    }
    let flaws = story::verify(edition, &articles);
    let mut flaws: Vec<String> = flaws.iter().map(|flaw| format!("{}: {}", flaw.what, flaw.sentence)).collect();
    for (_, rendered) in &composed.printed {
        flaws.extend(prove_mail(edition, &rendered.html, &rendered.text).flaws);
    }
    flaws.dedup();
    if flaws.is_empty() { Ok(()) } else { Err(Error::Unproven(flaws)) }
}
