//! `digest init`: a commented config to start from; on a terminal, questions that end with mail each morning.

mod answers;
mod mail;
mod prompt;
mod providers;
mod schedule;
mod sources;
mod write;

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::cli::output::Output;
use crate::cli::words::count;
use crate::cli::{Exit, Session};
use crate::config::{self, Config};
use crate::error::{Error, Usage};
use crate::model::SendOutcome;
use crate::send::Security;
use crate::source::Files;

use answers::{Answers, Mail, Own, Password, Server, Way};
use prompt::Prompt;
use schedule::{Job, Starter};

/// Writes a config; on a terminal it asks, tries the mail, and sets up the daily run; elsewhere it never asks
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The sources of another reader's export
    #[arg(long, value_name = "FILE")]
    pub(super) opml: Option<PathBuf>,
    /// A feed, or a page whose feed shall be found; may be repeated
    #[arg(long, value_name = "URL")]
    pub(super) feed: Vec<String>,
    /// Feeds on private addresses and on this machine are fine
    #[arg(long)]
    allow_private: bool,
    /// The newsletter's title
    #[arg(long)]
    title: Option<String>,
    /// Time zone of its dates, as in Europe/Berlin; otherwise the machine's
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Your mail address: mail goes from it to it
    #[arg(long, value_name = "ADDR")]
    address: Option<String>,
    /// The mail server: HOST or HOST:PORT; otherwise that of a known provider
    #[arg(long, value_name = "SERVER", requires = "address")]
    server: Option<String>,
    /// How the connection to it is protected: starttls, tls or none; otherwise by its port
    #[arg(long, value_name = "HOW", value_parser = security, requires = "address")]
    security: Option<Security>,
    /// The user there; otherwise, with a password, the address
    #[arg(long, value_name = "NAME", requires = "password_file")]
    username: Option<String>,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE", requires = "address")]
    password_file: Option<PathBuf>,
    /// Mail leaves by this machine's sendmail
    #[arg(long, requires = "address", conflicts_with_all = ["server", "security", "password_file"])]
    sendmail: bool,
    /// Send a test mail when the config is written
    #[arg(long, requires = "address")]
    send_test: bool,
    /// The time of the daily run, in the newsletter's time zone
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Who starts the daily run
    #[arg(long, value_enum, value_name = "BY")]
    schedule: Option<Starter>,
    /// Ask this name server for a domain's mail server, not this machine's
    #[arg(long, value_name = "IP:PORT")]
    resolver: Option<SocketAddr>,
    /// Where to write it, `-` is the standard output; otherwise config.toml, on a terminal in your config folder
    #[arg(long, value_name = "PATH")]
    output: Option<String>,
    /// Overwrite a file that is there
    #[arg(long)]
    force: bool,
}

fn security(text: &str) -> Result<Security, String> {
    let known = [Security::Starttls, Security::Tls, Security::None];
    let found = known.into_iter().find(|security| answers::security_name(*security) == text);
    found.ok_or_else(|| "it is starttls, tls or none".to_owned())
}

impl Args {
    /// Something that strangers wrote may be read.
    pub(super) fn reads(&self) -> bool {
        !self.feed.is_empty() || self.opml.is_some() || self.is_asking()
    }

    /// Somebody is there to answer.
    fn is_asking(&self) -> bool {
        self.output.as_deref() != Some("-") && io::stdin().is_terminal() && io::stderr().is_terminal()
    }
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let mut prompt = args.is_asking().then(Prompt::default);
    let path = place(args, prompt.as_mut(), session)?;
    if path == "-" && (args.send_test || args.schedule.is_some()) {
        let why = "what stands on the standard output cannot send or be started each day: name a file".to_owned();
        return Err(Usage::Flag { flag: "--output", why }.into());
    }
    if path != "-" && !args.force && Path::new(&path).exists() {
        return Err(Usage::Exists { path: path.into(), instead: "--force overwrites it" }.into());
    }
    let mut answers = from_flags(args, session)?;
    if let Some(prompt) = &mut prompt {
        ask(prompt, args, &mut answers, session)?;
    }
    answers.own = Own::of(Path::new(&path), config::usual_folder().as_deref());
    let mut written = write::write(&path, &answers, args.force)?;
    if path == "-" {
        return Ok(Exit::Done);
    }
    tell(&session.output, &path, &answers);
    let mut exit = Exit::Done;
    if let Some(prompt) = &mut prompt {
        try_mail(prompt, args, &mut answers, &mut written, session)?;
    } else if args.send_test {
        exit = send_test(Path::new(&path), &answers, session)?;
    }
    set_up(args, prompt.as_mut(), Path::new(&path), &answers, session)?;
    let next = if answers.sources.is_empty() { "digest source add URL" } else { "digest --dry-run" };
    session.output.note(&format!("next: `{next}`"));
    Ok(exit)
}

/// Where the config shall be.
fn place(args: &Args, prompt: Option<&mut Prompt>, session: &Session) -> Result<String, Error> {
    if let Some(named) = session.named_config() {
        return Ok(named.display().to_string());
    }
    if let Some(output) = &args.output {
        return Ok(output.clone());
    }
    let Some(prompt) = prompt else { return Ok("config.toml".into()) };
    let usual = config::candidates().pop().unwrap_or_else(|| "config.toml".into()).display().to_string();
    let check = |answer: &str| match Path::new(answer) {
        path if path.is_dir() => Err(format!("`{answer}` is a folder: name the file, too")),
        path if path.exists() && !args.force => Err(format!("`{answer}` is there already; --force would overwrite it")),
        _ => Ok(answer.to_owned()),
    };
    Ok(prompt.until("Where shall the config be?", &usual, check)?.unwrap_or(usual))
}

/// The answers that stand on the command line.
fn from_flags(args: &Args, session: &Session) -> Result<Answers, Error> {
    let wrong = |flag: &'static str| move |why: String| Error::from(Usage::Flag { flag, why });
    let mut answers = Answers::default();
    if let Some(title) = &args.title {
        answers.title = answers::title(title).map_err(wrong("--title"))?;
    }
    if let Some(zone) = &args.timezone {
        answers.zone = answers::zone(zone).map_err(wrong("--timezone"))?;
    }
    if let Some(time) = &args.at {
        answers.time = answers::time(time).map_err(wrong("--at"))?;
    }
    if let Some(address) = &args.address {
        let address = answers::address(address).map_err(wrong("--address"))?;
        let way = way(args, &address)?;
        answers.mail = Some(Mail { from: answers::sender(&answers.title, &address), to: address, way });
    }
    if let Some(file) = &args.opml {
        answers.sources.extend(super::source::from_opml(file, Files::Refused, &session.output)?);
    }
    for feed in &args.feed {
        answers.sources.push(session.block_on(super::source::discover(feed, args.allow_private, session))??);
    }
    Ok(answers)
}

fn way(args: &Args, address: &str) -> Result<Way, Error> {
    if args.sendmail {
        let found = mail::sendmail();
        return found.map(Way::Sendmail).ok_or_else(|| {
            let why = "there is no /usr/sbin/sendmail, nor a sendmail on the PATH".to_owned();
            Usage::Flag { flag: "--sendmail", why }.into()
        });
    }
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let mut server = match &args.server {
        Some(server) => Server::parse(server).map_err(|why| Usage::Flag { flag: "--server", why })?,
        None => match providers::known(domain) {
            Some(known) => known.server,
            None => {
                let why = format!("the mail server of {domain} is not known: add --server or --sendmail");
                return Err(Usage::Flag { flag: "--address", why }.into());
            }
        },
    };
    server.security = args.security.unwrap_or(server.security);
    if let Some(file) = &args.password_file {
        let path = file.canonicalize().map_err(Error::file("read", file.display().to_string()))?;
        server.username = Some(args.username.clone().unwrap_or_else(|| address.to_owned()));
        server.password = Password::File(path);
    }
    Ok(Way::Smtp(server))
}

/// Asks for what the command line leaves open.
fn ask(prompt: &mut Prompt, args: &Args, answers: &mut Answers, session: &Session) -> Result<(), Error> {
    prompt.say("Enter takes what stands in brackets. Nothing is sent before you say so.");
    if args.title.is_none() {
        let typed = prompt.until("Title of the newsletter", &answers.title, answers::title)?;
        answers.title = typed.unwrap_or_else(|| answers.title.clone());
    }
    sources::ask(prompt, session, &mut answers.sources)?;
    if args.address.is_none() {
        answers.mail = mail::ask(prompt, &answers.title, args.resolver, session)?;
    }
    if args.timezone.is_none() {
        let typed = prompt.until("Time zone", &answers.zone, answers::zone)?;
        answers.zone = typed.unwrap_or_else(|| answers.zone.clone());
    }
    if args.at.is_none() {
        let usual = format!("{:02}:{:02}", answers.time.hour(), answers.time.minute());
        answers.time = prompt.until("At what time each day?", &usual, answers::time)?.unwrap_or(answers.time);
    }
    Ok(())
}

fn tell(output: &Output, path: &str, answers: &Answers) {
    output.note(&format!("wrote `{path}` with {}", count(answers.sources.len(), "source", "sources")));
}

/// Offers a test mail until one was taken, or nobody wants another.
fn try_mail(
    prompt: &mut Prompt,
    args: &Args,
    answers: &mut Answers,
    written: &mut write::Written,
    session: &Session,
) -> Result<(), Error> {
    let Some(to) = answers.mail.as_ref().map(|mail| mail.to.clone()) else { return Ok(()) };
    if !prompt.yes(&format!("Send a test mail to {to} now?"), true)? {
        return Ok(());
    }
    while send_test(&written.config, answers, session)? != Exit::Done {
        let ways = ["try it again", "change the mail settings", "leave it: `digest check --send-test` tries it later"];
        match prompt.choose("And now?", &ways.map(str::to_owned))? {
            Some(0) => {}
            Some(1) => {
                let Some(mail) = mail::ask(prompt, &answers.title, args.resolver, session)? else { return Ok(()) };
                answers.mail = Some(mail);
                written.again(answers)?;
            }
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// Sends one invented edition by the config that was written.
fn send_test(path: &Path, answers: &Answers, session: &Session) -> Result<Exit, Error> {
    let Some(mail) = &answers.mail else { return Ok(Exit::Done) };
    let config = Config::load(path)?;
    let Some(options) = &config.mail else { return Ok(Exit::Done) };
    let sent = session.block_on(super::check::send_test(&config, options, &mail.to, session.now))?;
    Ok(match sent {
        Ok(SendOutcome::Accepted(words)) => {
            session.output.say(&format!("the test mail to {} was taken: {words}", mail.to));
            Exit::Done
        }
        Ok(
            SendOutcome::Deferred(why)
            | SendOutcome::Unavailable(why)
            | SendOutcome::Refused(why)
            | SendOutcome::Unknown(why)
            | SendOutcome::Abort(why),
        ) => {
            session.output.say(&format!("the test mail to {} was not taken: {why}", mail.to));
            Exit::Failed
        }
        Err(error) => {
            session.output.say(&format!("the test mail to {} was not sent: {error}", mail.to));
            Exit::Failed
        }
    })
}

/// Sets up the daily run, or says how.
fn set_up(
    args: &Args,
    prompt: Option<&mut Prompt>,
    path: &Path,
    answers: &Answers,
    session: &Session,
) -> Result<(), Error> {
    let starter = match (args.schedule, prompt) {
        (Some(starter), _) => starter,
        (None, Some(prompt)) if answers.mail.is_some() => ask_starter(prompt, answers)?,
        _ => return Ok(()),
    };
    let job = Job::new(path, answers.time, &answers.zone)?;
    let done = match starter {
        Starter::Timer => job.start_timer(),
        Starter::Cron => job.start_cron(session.now),
        Starter::Print => Ok(format!("the line for `crontab -e`: {}", job.cron_line(session.now))),
    };
    match done {
        Ok(words) => session.output.say(&words),
        Err(why) => {
            session.output.say(&why);
            session.output.say(&format!("the line for `crontab -e`: {}", job.cron_line(session.now)));
        }
    }
    Ok(())
}

fn ask_starter(prompt: &mut Prompt, answers: &Answers) -> Result<Starter, Error> {
    let mut ways = Vec::new();
    if schedule::has_timers() {
        ways.push(("a timer of systemd: makes up for a morning on which the machine was off", Starter::Timer));
    }
    if schedule::has_cron() {
        ways.push(("a line in your crontab", Starter::Cron));
    }
    ways.push(("nobody yet: show me the line for cron", Starter::Print));
    let words: Vec<String> = ways.iter().map(|(words, _)| (*words).to_owned()).collect();
    let (hour, minute) = (answers.time.hour(), answers.time.minute());
    let question = format!("Who shall start it each day at {hour:02}:{minute:02}, {} time?", answers.zone);
    Ok(prompt.choose(&question, &words)?.map_or(Starter::Print, |place| ways[place].1))
}
