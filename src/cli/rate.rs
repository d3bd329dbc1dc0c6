//! `digest rate`: what the reader says of a story, by hand or by answering a link in the mail.

use std::path::PathBuf;

use jiff::Timestamp;
use mail_parser::MessageParser;

use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::error::{Error, Usage};
use crate::model::{Problem, Story};
use crate::send::RatingLinks;
use crate::store::{self, Store};
use crate::story;

/// Says that you want more (+) or less (-) of what a story is
///
/// A rating moves the weights of the story's sources and of its five first keyphrases by 0.1 points, each to at most 0.5
/// up or down; a story moves by at most 1 point, which is what one more source is worth. `digest explain --preferences` shows
/// all of it. Nothing else is learned from: not what is opened, not what is clicked. It stays in the store, and
/// `--reset` forgets it. With [rating] in the config, the mail has links under each story that make such ratings;
/// their answers are read with --from-mail.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Id of a story of an edition, or a part of its headline
    #[arg(required_unless_present_any = ["reset", "from_mail"], requires = "word")]
    story: Option<String>,
    /// More of this, or less
    #[arg(value_name = "+|-", value_parser = ["+", "-"], allow_hyphen_values = true)]
    word: Option<String>,
    /// Mails that answer the links: files with one mail each, `-` reads one from standard input
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "story")]
    from_mail: Vec<PathBuf>,
    /// Forget all ratings
    #[arg(long, conflicts_with_all = ["story", "from_mail"])]
    reset: bool,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    session.block_on(rate(args, session, &config))?
}

async fn rate(args: &Args, session: &Session, config: &Config) -> Result<Exit, Error> {
    let newsletter = &config.newsletter.name;
    let store = Store::open(&config.store).await?;
    if args.reset {
        let count = store.forget_ratings(newsletter).await?;
        session.output.say(&format!("{count} ratings forgotten"));
        return Ok(Exit::Done);
    }
    let rater = Rater { newsletter, store: &store, now: session.now };
    match (&args.story, &args.word) {
        (Some(story), Some(word)) => {
            let found = rater.find(story).await?;
            rater.rate(&found, word == "+").await?;
            session.output.say(&format!("{word} {}", found.headline));
            Ok(Exit::Done)
        }
        _ => rater.read(&args.from_mail, config, session).await,
    }
}

/// Where ratings are taken.
struct Rater<'a> {
    newsletter: &'a str,
    store: &'a Store,
    now: Timestamp,
}

impl Rater<'_> {
    /// The latest story with this id, or with this in its headline.
    async fn find(&self, wanted: &str) -> Result<Story, Error> {
        let editions = self.store.editions_since(self.newsletter, Timestamp::MIN).await?;
        let lower = wanted.to_lowercase();
        let mut stories = editions.iter().rev().flat_map(|edition| edition.stories());
        let fits = |story: &&Story| story.id == wanted || story.headline.to_lowercase().contains(&lower);
        let found = stories.find(fits).cloned();
        found.ok_or_else(|| Usage::UnknownStory(wanted.to_owned()).into())
    }

    /// The story with this very id: a signature for it is none for another whose headline holds the id.
    async fn of_id(&self, id: &str) -> Result<Option<Story>, Error> {
        let editions = self.store.editions_since(self.newsletter, Timestamp::MIN).await?;
        Ok(editions.iter().rev().flat_map(|edition| edition.stories()).find(|story| story.id == id).cloned())
    }

    async fn rate(&self, story: &Story, liked: bool) -> Result<(), store::Error> {
        self.store.rate(self.newsletter, &story::rate(story, liked, self.now)).await
    }

    /// Takes the ratings out of mails; one that carries none is named.
    async fn read(&self, files: &[PathBuf], config: &Config, session: &Session) -> Result<Exit, Error> {
        let options = config.rating.as_ref();
        let links = RatingLinks::new(options.ok_or(Usage::NoRating)?)?;
        let mut exit = Exit::Done;
        for file in files {
            let shown = file.display().to_string();
            let bytes = if shown == "-" { stdin() } else { std::fs::read(file) };
            let bytes = bytes.map_err(|source| Error::File { action: "read", path: shown.clone(), source })?;
            let message = MessageParser::default().parse_headers(&bytes);
            let subject = message.as_ref().and_then(|message| message.subject()).unwrap_or_default();
            let rated = match links.read(self.newsletter, subject) {
                Some((story, liked)) => {
                    self.of_id(&story).await?.map(|story| (story, liked)).ok_or("its story is forgotten")
                }
                None => Err("no answer to a link of this newsletter"),
            };
            match rated {
                Ok((story, liked)) => self.rate(&story, liked).await?,
                Err(why) => {
                    session.output.problem(&Problem::new(shown, why));
                    exit = Exit::LeftOut;
                }
            }
        }
        Ok(exit)
    }
}

fn stdin() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
    Ok(bytes)
}
