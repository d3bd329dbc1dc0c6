//! The second act: articles → an edition, printed in every language its readers want.
//!
//! [`compose`] is a function on values. The same inputs in any order, the same config, the same templates: the same bytes,
//! with any number of threads.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::config::Config;
use crate::model::{Edition, Picture, RateLinks, Recipient, SourceHealth, SourceHealthFor};
use crate::pipeline::fit::fit;
use crate::pipeline::inputs::Inputs;
use crate::render::{self, Reader, Rendered, Templates, Why};
use crate::send::{self, DeliveryPlan, EditionSecret, MessageTemplate, Placeholders, RatingLinks};
use crate::story::{self, Composition, Newsletter, Preferences};

/// An edition and what its readers get.
#[derive(Debug, Clone)]
pub struct Composed {
    /// The edition and the account of every article.
    pub composition: Composition,
    /// The rendered messages by language; the newsletter's own first, never empty.
    pub printed: Vec<(String, Rendered)>,
    /// Stand in what was printed where each reader's own data will be.
    pub placeholders: Placeholders,
    /// Every article that was looked at; none is offered to this newsletter again once the edition is stored.
    pub(super) used: Vec<String>,
}

/// Composes the edition that `inputs` make under `config`.
///
/// # Errors
/// The template does not fit the data.
pub fn compose(inputs: &Inputs, config: &Config, templates: &Templates) -> Result<Composed, render::Error> {
    let newsletter = &config.newsletter;
    let all = story::Inputs {
        newsletter: Newsletter {
            name: &newsletter.name,
            title: &newsletter.title,
            language: &newsletter.language,
            timezone: &newsletter.timezone,
        },
        articles: &inputs.articles,
        repeated: &inputs.repeated(config),
        sources: &config.source_policies(),
        rules: &config.rules,
        preferences: &Preferences::from_ratings(&inputs.ratings),
        past: &inputs.past,
        now: inputs.now,
        since: inputs.since,
        health: inputs.health.clone(),
        options: &config.stories,
        limits: &config.limits(),
        summary: &config.summary,
        memo: &inputs.memo,
    };
    let mut composition = story::compose(&all);
    if let Some(links) = &inputs.rating_links {
        offer_rating(&mut composition.edition, links);
    }
    let placeholders = Placeholders::new(inputs.secret, &composition.edition);
    let printer = Printer { config, templates, placeholders: &placeholders };
    let printed = printer.print(&inputs.recipients, &mut composition)?;
    let used = inputs.articles.iter().map(|article| article.id.clone()).collect();
    Ok(Composed { composition, printed, placeholders, used })
}

/// Prints `composed` anew with this picture.
///
/// # Errors
/// The template does not fit it.
pub(super) fn with_picture(
    composed: Composed,
    picture: Picture,
    recipients: &[Recipient],
    config: &Config,
    templates: &Templates,
) -> Result<Composed, render::Error> {
    let Composed { mut composition, placeholders, used, .. } = composed;
    composition.edition.picture = Some(picture);
    let printer = Printer { config, templates, placeholders: &placeholders };
    let printed = printer.print(recipients, &mut composition)?;
    Ok(Composed { composition, printed, placeholders, used })
}

/// Prints an edition that was composed before, for these readers.
///
/// # Errors
/// The template does not fit it.
pub(super) fn reprint(
    edition: Edition,
    recipients: &[Recipient],
    secret: EditionSecret,
    config: &Config,
    templates: &Templates,
) -> Result<Composed, render::Error> {
    let placeholders = Placeholders::new(secret, &edition);
    let mut composition = Composition { edition, decisions: Vec::new(), rankings: Vec::new(), sentences: Vec::new() };
    let printer = Printer { config, templates, placeholders: &placeholders };
    let printed = printer.print(recipients, &mut composition)?;
    Ok(Composed { composition, printed, placeholders, used: Vec::new() })
}

impl Composed {
    /// The edition.
    pub fn edition(&self) -> &Edition {
        &self.composition.edition
    }

    /// The message in the newsletter's own language, with [`Placeholders`] for each reader's values.
    pub fn rendered(&self) -> &Rendered {
        &self.printed[0].1
    }

    /// The message that readers of each language share.
    ///
    /// # Errors
    /// `[mail] from` is no address.
    pub fn message_templates(&self, options: &send::Options) -> Result<Vec<(String, MessageTemplate)>, send::Error> {
        let template = |(language, rendered): &(String, Rendered)| {
            Ok((language.clone(), MessageTemplate::new(self.edition(), rendered, &self.placeholders, options)?))
        };
        self.printed.iter().map(template).collect()
    }

    /// Who gets which message template, under which Message-ID.
    ///
    /// # Errors
    /// `[mail] from` is no address, or the secret of the unsubscribe links cannot be read.
    pub fn plan(&self, options: &send::Options) -> Result<DeliveryPlan<'_>, send::Error> {
        let languages = self.printed.iter().map(|(language, _)| language.clone()).collect();
        DeliveryPlan::new(self.edition(), languages, options)
    }
}

/// An invented edition, as this newsletter would print it at the time of `now`.
///
/// # Errors
/// The template does not fit it.
pub fn example_edition(
    config: &Config,
    templates: &Templates,
    now: jiff::Timestamp,
) -> Result<(Edition, Rendered, Placeholders), render::Error> {
    let newsletter = &config.newsletter;
    let edition = Edition {
        id: format!("{}-test-{}", newsletter.name, now.as_second()),
        newsletter: newsletter.name.clone(),
        title: newsletter.title.clone(),
        language: newsletter.language.clone(),
        composed: now,
        layout: newsletter.layout(),
        ..render::sample()
    };
    // Nothing of it comes from outside.
    let placeholders = Placeholders::new(EditionSecret::new([0; 16]), &edition);
    let printer = Printer { config, templates, placeholders: &placeholders };
    let rendered = templates.render(&edition, &printer.reader(&edition, &newsletter.language))?;
    Ok((edition, rendered, placeholders))
}

/// Puts links to rate it under every story.
fn offer_rating(edition: &mut Edition, links: &RatingLinks) {
    let newsletter = edition.newsletter.clone();
    for story in edition.sections.iter_mut().flat_map(|section| &mut section.stories) {
        let link = |liked| links.link(&newsletter, &story.id, liked);
        story.rate = Some(RateLinks { more: link(true), less: link(false) });
    }
}

struct Printer<'a> {
    config: &'a Config,
    templates: &'a Templates,
    placeholders: &'a Placeholders,
}

impl Printer<'_> {
    /// Prints the edition in every language its readers want, and makes it lighter until it fits.
    fn print(
        &self,
        recipients: &[Recipient],
        composition: &mut Composition,
    ) -> Result<Vec<(String, Rendered)>, render::Error> {
        let own = self.config.newsletter.language.as_str();
        let known: BTreeSet<&str> = self.templates.languages().collect();
        let wished = recipients.iter().filter_map(|recipient| recipient.language.as_deref());
        let read = wished.filter_map(|wish| send::read_by(wish, known.iter().copied()));
        let others: BTreeSet<&str> = read.filter(|language| *language != own).collect();
        let languages: Vec<&str> = std::iter::once(own).chain(others).collect();
        let owner = self.owner_among(recipients);
        fit(&self.config.newsletter, composition, |edition| {
            let shared = self.shared(edition);
            let mut printed = Vec::new();
            for language in &languages {
                let rendered = self.templates.render(&shared, &self.reader(edition, language))?;
                printed.push(((*language).to_owned(), rendered));
            }
            if let Some(owner) = owner {
                let language =
                    owner.language.as_deref().and_then(|wish| send::read_by(wish, languages.iter().copied()));
                let reader = Reader { why: Why::OwnDigest, ..self.reader(edition, language.unwrap_or(own)) };
                printed.push((send::OWNER.to_owned(), self.templates.render(edition, &reader)?));
            }
            Ok(printed)
        })
    }

    fn is_list(&self) -> bool {
        self.config.mail.as_ref().is_some_and(send::Options::is_list)
    }

    /// The owner, if they read a list with others.
    fn owner_among<'r>(&self, recipients: &'r [Recipient]) -> Option<&'r Recipient> {
        let owner = self.config.mail.as_ref().filter(|_| self.is_list())?.owner()?.to_lowercase();
        recipients.iter().find(|recipient| recipient.address.to_lowercase() == owner)
    }

    /// The edition as all readers of a list may see it: how the sources did, unless it is for all, and links to rate stories, are
    /// the owner's.
    fn shared<'e>(&self, edition: &'e Edition) -> Cow<'e, Edition> {
        if !self.is_list() {
            return Cow::Borrowed(edition);
        }
        let mut shared = edition.clone();
        if edition.layout.source_health != SourceHealthFor::All {
            shared.health = SourceHealth::default();
        }
        shared.sections.iter_mut().flat_map(|section| &mut section.stories).for_each(|story| story.rate = None);
        Cow::Owned(shared)
    }

    /// A reader made of [`Placeholders`]: what is one reader's alone is filled in when their message is made or shown.
    fn reader(&self, edition: &Edition, language: &str) -> Reader {
        let Placeholders { address, unsubscribe } = self.placeholders.clone();
        let mail = self.config.mail.as_ref();
        let can_be_left = mail.is_some_and(send::Options::can_be_left);
        Reader {
            address,
            language: Some(language.to_owned()),
            why: if self.is_list() { Why::List { since: None } } else { Why::OwnDigest },
            unsubscribe: can_be_left.then_some(unsubscribe),
            preferences: mail.and_then(|mail| mail.preferences_url.clone()),
            postal_address: mail.and_then(|mail| mail.postal_address.clone()),
            name: None,
            online: self.online(edition),
        }
    }

    /// Where the archive shows it.
    fn online(&self, edition: &Edition) -> Option<String> {
        let url = self.config.publish.as_ref()?.url.as_deref()?;
        Some(render::site::page_url(url, &edition.id))
    }
}
