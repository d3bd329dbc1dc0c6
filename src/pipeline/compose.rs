//! The second act: stored articles → an edition and the messages that carry it.
//!
//! Everything is read from the store first; what follows is functions on values, so that the same articles, config and
//! `now` give the same bytes.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::Error;
use crate::config::Config;
use crate::model::{Article, Edition, PlannedDelivery, RateLinks, Recipient, SourceHealth};
use crate::pipeline::templates;
use crate::render::{self, Reader, Rendered, Templates, Why};
use crate::send::{self, MessageTemplate, Placeholders};
use crate::store::{self, NewEdition, NewTemplate, Store};
use crate::story::{self, Composition, Inputs, Newsletter, PastStory, Preferences};

/// Room for what is put into each reader's copy: the address, and links to leave.
const OWN_BYTES: usize = 1000;

/// An edition and what its readers get.
#[derive(Debug)]
pub struct Composed {
    /// The edition and the account of every article.
    pub composition: Composition,
    /// What was printed, by language of the frame; the newsletter's own first, never empty.
    pub printed: Vec<(String, Rendered)>,
    /// Every article that was looked at; none is offered to this newsletter again once the edition is stored.
    used: Vec<String>,
}

impl Composed {
    /// The edition.
    pub fn edition(&self) -> &Edition {
        &self.composition.edition
    }

    /// What readers of the newsletter's own language get, with [`Placeholders`] for what is theirs alone.
    pub fn rendered(&self) -> &Rendered {
        &self.printed[0].1
    }
}

/// Composes an edition out of what `store` has for this newsletter and no edition told yet.
///
/// `since` replaces the time of the last edition. Messages are printed in the languages of `recipients`.
///
/// # Errors
/// The store cannot be read, or the template is wrong.
pub async fn compose(
    config: &Config,
    store: &Store,
    health: SourceHealth,
    recipients: &[Recipient],
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Composed, Error> {
    let newsletter = &config.newsletter;
    let templates = templates::load(&config.template())?;
    // A clock that ran ahead for a while wrote editions of times to come; they are remembered, but nothing waits for them.
    let last = store.last_edition(&newsletter.name).await?.map(|edition| edition.composed.min(now));
    let now = free(&newsletter.name, store, now).await?;
    let articles = store.unused_articles(&newsletter.name, None).await?;
    let start = now.saturating_sub(SignedDuration::from_hours(24 * i64::from(config.stories.remember_days)));
    let start = start.unwrap_or(Timestamp::MIN);
    let past = past_stories(config, store, start).await?;
    let terms = config.terms();
    let limits = config.limits();
    let inputs = Inputs {
        newsletter: Newsletter {
            name: &newsletter.name,
            title: &newsletter.title,
            language: &newsletter.language,
            timezone: &newsletter.timezone,
        },
        articles: &articles,
        repeated: &store.repeated(&newsletter.name, start).await?,
        sources: &terms,
        rules: &config.rules,
        preferences: &Preferences::from_ratings(&store.ratings(&newsletter.name).await?),
        past: &past,
        now,
        since: since.or(last),
        health,
        options: &config.stories,
        limits: &limits,
        summary: &config.summary,
    };
    let mut composition = story::compose(&inputs);
    if let Some(options) = &config.rating {
        offer_rating(&mut composition.edition, &send::RatingLinks::new(options)?);
    }
    let printed = print(config, &templates, recipients, &mut composition)?;
    Ok(Composed { composition, printed, used: articles.into_iter().map(|article| article.id).collect() })
}

/// Puts links to rate it under every story.
fn offer_rating(edition: &mut Edition, links: &send::RatingLinks) {
    let newsletter = edition.newsletter.clone();
    for story in edition.sections.iter_mut().flat_map(|section| &mut section.stories) {
        let link = |liked| links.link(&newsletter, &story.id, liked);
        story.rate = Some(RateLinks { more: link(true), less: link(false) });
    }
}

/// Stores the edition with its message templates, recipients and used articles in one transaction: the outbox.
///
/// # Errors
/// The store cannot be written, or `[mail] from` is no address; then nothing is stored.
pub async fn enqueue(
    composed: &Composed,
    recipients: &[Recipient],
    options: &send::Options,
    store: &Store,
) -> Result<(), Error> {
    let edition = composed.edition();
    let templates = message_templates(composed, options)?;
    let stored: Result<Vec<NewTemplate>, send::Error> = templates
        .iter()
        .map(|(language, template)| Ok(NewTemplate { language: language.clone(), template: template.to_json()? }))
        .collect();
    let deliveries = deliveries(composed, recipients, options)?;
    let new = NewEdition { edition, templates: &stored?, deliveries: &deliveries, used: &composed.used };
    Ok(store.store_edition(&new).await?)
}

/// What the readers of each language share.
///
/// # Errors
/// `[mail] from` is no address.
pub fn message_templates(
    composed: &Composed,
    options: &send::Options,
) -> Result<Vec<(String, MessageTemplate)>, send::Error> {
    let template = |(language, rendered): &(String, Rendered)| {
        let Rendered { subject, html, text, .. } = rendered;
        Ok((language.clone(), MessageTemplate::new(composed.edition(), subject, html, text, options)?))
    };
    composed.printed.iter().map(template).collect()
}

/// Who gets which message template, under which Message-ID.
///
/// # Errors
/// `[mail] from` is no address.
pub fn deliveries(
    composed: &Composed,
    recipients: &[Recipient],
    options: &send::Options,
) -> Result<Vec<PlannedDelivery>, send::Error> {
    let languages: Vec<String> = composed.printed.iter().map(|(language, _)| language.clone()).collect();
    send::plan_deliveries(composed.edition(), recipients, &languages, options)
}

/// An invented edition, as this newsletter would print it at `now`.
///
/// # Errors
/// The template is wrong.
pub fn example_edition(config: &Config, now: Timestamp) -> Result<(Edition, Rendered), Error> {
    let newsletter = &config.newsletter;
    let edition = Edition {
        id: format!("{}-test-{}", newsletter.name, now.as_second()),
        newsletter: newsletter.name.clone(),
        title: newsletter.title.clone(),
        language: newsletter.language.clone(),
        composed: now,
        ..render::sample()
    };
    let templates = templates::load(&config.template())?;
    let rendered = templates.render(&edition, &reader(config, &edition, &newsletter.language))?;
    Ok((edition, rendered))
}

/// `now`, or the first second after it at which no edition was composed: an edition is called by its second.
async fn free(newsletter: &str, store: &Store, now: Timestamp) -> Result<Timestamp, store::Error> {
    let editions = store.editions_since(newsletter, now).await?;
    let taken: BTreeSet<i64> = editions.iter().map(|edition| edition.composed.as_second()).collect();
    let mut times =
        (0..=taken.len() as i64).filter_map(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok());
    Ok(times.find(|time| !taken.contains(&time.as_second())).unwrap_or(now))
}

/// Stories of the editions since `start`, with the articles they were made from.
async fn past_stories(config: &Config, store: &Store, start: Timestamp) -> Result<Vec<PastStory>, store::Error> {
    let editions = store.editions_since(&config.newsletter.name, start).await?;
    let mut past = Vec::new();
    for edition in editions {
        for story in edition.stories() {
            let mut articles: Vec<Article> = Vec::new();
            for place in &story.places {
                articles.extend(store.article(&place.article).await?);
            }
            past.push(PastStory {
                edition: edition.id.clone(),
                composed: edition.composed,
                story: story.clone(),
                articles,
            });
        }
    }
    Ok(past)
}

/// Prints the edition in every language its readers want, and makes it lighter until it fits.
fn print(
    config: &Config,
    templates: &Templates,
    recipients: &[Recipient],
    composition: &mut Composition,
) -> Result<Vec<(String, Rendered)>, render::Error> {
    let own = config.newsletter.language.clone();
    let known: BTreeSet<&str> = templates.languages().collect();
    let wished = recipients.iter().filter_map(|recipient| recipient.language.as_deref());
    let others: BTreeSet<&str> = wished.filter(|wish| known.contains(wish) && *wish != own).collect();
    let languages: Vec<String> = std::iter::once(own).chain(others.into_iter().map(str::to_owned)).collect();
    loop {
        let mut printed = Vec::new();
        for language in &languages {
            printed.push((
                language.clone(),
                templates.render(&composition.edition, &reader(config, &composition.edition, language))?,
            ));
        }
        let largest = printed.iter().map(|(_, rendered)| rendered.html.len()).max().unwrap_or(0);
        if largest + OWN_BYTES <= config.newsletter.max_html_kb * 1000 || !story::shorten(composition) {
            return Ok(printed);
        }
    }
}

/// A reader made of [`Placeholders`]: what is this reader's alone is put in when the message is made.
fn reader(config: &Config, edition: &Edition, language: &str) -> Reader {
    let placeholders = Placeholders::of(&edition.id);
    let mail = config.mail.as_ref();
    let is_list = mail.is_some_and(|mail| mail.unsubscribe_mailto.is_some() || mail.unsubscribe_url.is_some());
    Reader {
        address: placeholders.address,
        language: Some(language.to_owned()),
        why: if is_list { Why::List { since: None } } else { Why::OwnDigest },
        unsubscribe: is_list.then_some(placeholders.unsubscribe),
        preferences: mail.and_then(|mail| mail.preferences_url.clone()),
        postal_address: mail.and_then(|mail| mail.postal_address.clone()),
        name: None,
    }
}
