//! `digest verify`: the proof that nothing was invented.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::run::to_stdout;
use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::error::{Error, Usage};
use crate::model::{Article, Edition, KeySentence};
use crate::pipeline;
use crate::render::{MailProof, prove_mail};
use crate::send::MessageTemplate;
use crate::store::{self, Store};
use crate::story::{self, Flaw};

/// Looks up every sentence of an edition in its stored article
///
/// Each must stand at its place, byte for byte, in a text of the source it is credited to, whose hash is the one it was
/// stored with, and its link must be made from it. So must each that the mail quotes, in both its parts and in every language
/// it went out in. Exit code 1 and the list when not. Says for each source where its texts were read. A draft is proven as it
/// would go out now.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Id of the edition or of the draft; without it the last edition
    #[arg(value_name = "EDITION")]
    edition: Option<String>,
    /// One JSON object on the standard output
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    let Stored { edition, articles, templates } = session.block_on(look(&config, args.edition.as_deref()))??;
    let flaws = story::verify(&edition, &articles);
    let proven = proven(&edition, &articles, &flaws);
    let mails = mails(&edition, &templates)?;
    to_stdout(&if args.json {
        json(&edition, &flaws, &proven, &mails)
    } else {
        text(&edition, &flaws, &proven, &mails)
    })?;
    let is_proven = flaws.is_empty() && mails.iter().all(|mail| mail.proof.flaws.is_empty());
    Ok(if is_proven { Exit::Done } else { Exit::LeftOut })
}

/// An edition, the articles its sentences stand in, and its mails by language, as they are stored.
struct Stored {
    edition: Edition,
    articles: Vec<(Article, String)>,
    templates: Vec<(String, String)>,
}

async fn look(config: &Config, id: Option<&str>) -> Result<Stored, Error> {
    store::look(&config.store, async |store: &Store| read(store, config, id).await).await
}

async fn read(store: &Store, config: &Config, id: Option<&str>) -> Result<Stored, Error> {
    let edition = match id {
        Some(id) => store.edition(id).await?,
        None => store.last_edition(&config.newsletter.name).await?,
    };
    let draft = match (&edition, id) {
        (None, Some(id)) => store.edition_or_draft(&config.newsletter.name, id).await?,
        _ => None,
    };
    let is_draft = draft.is_some();
    let edition = match (edition.or(draft), id) {
        (Some(edition), _) => edition,
        (None, Some(id)) => return Err(pipeline::unknown_edition(store, &config.newsletter.name, id).await?.into()),
        (None, None) => return Err(Usage::NoEdition.into()),
    };
    let mut ids: Vec<&str> =
        edition.stories().flat_map(|story| &story.sentences).map(|sentence| sentence.article.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut articles = Vec::new();
    for id in ids {
        articles.extend(store.stored_article(&edition.newsletter, id).await?);
    }
    let templates = if is_draft {
        let mails = pipeline::draft_mails(&edition, config)?;
        mails.into_iter().map(|mail| (mail.language, mail.template)).collect()
    } else {
        store.message_templates(&edition.id).await?
    };
    Ok(Stored { edition, articles, templates })
}

/// How the mail in one language was proven.
#[derive(Debug, Serialize)]
struct Mail<'a> {
    language: &'a str,
    #[serde(flatten)]
    proof: MailProof,
}

fn mails<'a>(edition: &Edition, templates: &'a [(String, String)]) -> Result<Vec<Mail<'a>>, Error> {
    let mail = |(language, json): &'a (String, String)| {
        let template = MessageTemplate::from_json(json)?;
        Ok(Mail { language, proof: prove_mail(edition, &template.html, &template.text) })
    };
    templates.iter().map(mail).collect()
}

fn count(edition: &Edition) -> usize {
    edition.stories().map(|story| story.sentences.len()).sum()
}

/// Proven sentences of one source, read in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Proven<'a> {
    source: &'a str,
    /// `None`: not read over the web.
    read_at: Option<&'a str>,
    sentences: usize,
}

fn proven<'a>(edition: &'a Edition, articles: &'a [(Article, String)], flaws: &[Flaw]) -> Vec<Proven<'a>> {
    let origins: BTreeMap<&str, Option<&str>> =
        articles.iter().map(|(article, _)| (article.id.as_str(), article.origin.as_deref())).collect();
    let mut counts: BTreeMap<(&str, Option<&str>), usize> = BTreeMap::new();
    for story in edition.stories() {
        let is_proven = |sentence: &&KeySentence| {
            !flaws.iter().any(|flaw| {
                flaw.story == story.id && flaw.article == sentence.article && flaw.sentence == sentence.text
            })
        };
        for sentence in story.sentences.iter().filter(is_proven) {
            let origin = origins.get(sentence.article.as_str()).copied().flatten();
            let origin = origin.filter(|origin| origin.starts_with("http"));
            *counts.entry((sentence.source.as_str(), origin)).or_default() += 1;
        }
    }
    counts.into_iter().map(|((source, read_at), sentences)| Proven { source, read_at, sentences }).collect()
}

fn text(edition: &Edition, flaws: &[Flaw], proven: &[Proven<'_>], mails: &[Mail<'_>]) -> String {
    let all = count(edition);
    let mut text = format!("{}: {} of {all} sentences proven\n", edition.id, all - flaws.len());
    for Proven { source, read_at, sentences } in proven {
        let place = read_at.map_or_else(|| "on this machine".to_owned(), |place| format!("at {place}"));
        let _ = writeln!(text, "  {sentences} from `{source}`, read {place}");
    }
    for Mail { language, proof } in mails {
        let own = if proof.own > 0 {
            format!(", and {} paragraphs of the publisher's own", proof.own)
        } else {
            String::new()
        };
        let MailProof { quoted, proven, .. } = proof;
        let _ = writeln!(text, "  the mail in `{language}` quotes {proven} of {quoted} word for word{own}");
    }
    if mails.is_empty() {
        text.push_str("  its mail is not kept any more\n");
    }
    for flaw in mails.iter().flat_map(|mail| &mail.proof.flaws) {
        let _ = writeln!(text, "\n{flaw}");
    }
    for flaw in flaws {
        let _ = writeln!(text, "\n{}\n  {}\n  in {}", flaw.what, flaw.sentence, flaw.article);
    }
    text
}

fn json(edition: &Edition, flaws: &[Flaw], proven: &[Proven<'_>], mails: &[Mail<'_>]) -> String {
    let count = count(edition);
    let answer = serde_json::json!({
        "edition": edition.id, "sentences": count, "flaws": flaws, "proven": proven, "mails": mails,
    });
    format!("{answer}\n")
}
