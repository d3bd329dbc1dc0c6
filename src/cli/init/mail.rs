//! Questions about the mail: from whom to whom, and by which server; the server is greeted before its answers are kept.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use super::answers::{self, Mail, Password, Server, Way};
use super::prompt::Prompt;
use super::providers::{self, Suggestion};
use crate::cli::Session;
use crate::cli::run::environment;
use crate::error::Error;
use crate::model::SendOutcome;
use crate::send::{Dns, Mailbox, Security, Smtp, SmtpOptions};

/// Longest wait for the DNS before other servers are offered.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longest wait for a step of the mail server while somebody watches.
const GREETING: Duration = Duration::from_secs(15);

/// Asks for address and server; `None`: no mail for now.
pub(super) fn ask(
    prompt: &mut Prompt,
    title: &str,
    resolver: Option<SocketAddr>,
    session: &Session,
) -> Result<Option<Mail>, Error> {
    let address = loop {
        match prompt.line("Your mail address (Enter: no mail yet, the edition is only looked at):")? {
            None => return Ok(None),
            Some(typed) => match answers::address(&typed) {
                Ok(address) => break address,
                Err(why) => prompt.say(&format!("  {why}")),
            },
        }
    };
    let suggestion = suggest(&address, resolver, session)?;
    let way = loop {
        match ask_way(prompt, &address, suggestion.as_ref(), session)? {
            Asked::Way(way) => break way,
            Asked::Again => {}
            Asked::Nothing => return Ok(None),
        }
    };
    Ok(Some(Mail { from: answers::sender(title, &address), to: address, way }))
}

/// The answer to one round of questions.
enum Asked {
    Way(Way),
    /// Another way shall be chosen.
    Again,
    /// The input has ended.
    Nothing,
}

fn suggest(address: &str, resolver: Option<SocketAddr>, session: &Session) -> Result<Option<Suggestion>, Error> {
    let Ok(mailbox) = Mailbox::parse(address) else { return Ok(None) };
    let domain = mailbox.domain();
    if let Some(known) = providers::known(domain) {
        return Ok(Some(known));
    }
    session.block_on(async {
        let Ok(dns) = Dns::new(resolver) else { return None };
        tokio::time::timeout(PATIENCE, providers::looked_up(domain, &dns)).await.ok().flatten()
    })
}

/// A program that takes mail on this machine.
pub(super) fn sendmail() -> Option<PathBuf> {
    let folders = environment("PATH").unwrap_or_default();
    let named = std::env::split_paths(&folders).map(|folder| folder.join("sendmail"));
    let usual = ["/usr/sbin/sendmail", "/usr/lib/sendmail", "/usr/local/sbin/sendmail"].map(PathBuf::from);
    named.chain(usual).find(|path| path.is_absolute() && path.is_file())
}

fn ask_way(
    prompt: &mut Prompt,
    address: &str,
    suggestion: Option<&Suggestion>,
    session: &Session,
) -> Result<Asked, Error> {
    let local = sendmail();
    let mut ways = Vec::new();
    if let Some(Suggestion { server, of, .. }) = suggestion {
        ways.push((format!("{}, the server of {of}", server.shown()), Choice::Suggested));
    }
    if let Some(path) = &local {
        ways.push((format!("{}, the mail program of this machine", path.display()), Choice::Sendmail));
    }
    ways.push(("another mail server".into(), Choice::Other));
    ways.push(("none: each edition becomes a file".into(), Choice::Files));
    let words: Vec<String> = ways.iter().map(|(words, _)| words.clone()).collect();
    let Some(place) = prompt.choose("How shall mail leave?", &words)? else { return Ok(Asked::Nothing) };
    let server = match (ways[place].1, suggestion, local) {
        (Choice::Suggested, Some(Suggestion { server, password, .. }), _) => {
            if !password.is_empty() {
                prompt.say(&format!("  It wants {password}."));
            }
            server.clone()
        }
        (Choice::Sendmail, _, Some(path)) => return Ok(Asked::Way(Way::Sendmail(path))),
        (Choice::Files, ..) => return Ok(Asked::Way(Way::Files)),
        _ => match other(prompt)? {
            Some(server) => server,
            None => return Ok(Asked::Again),
        },
    };
    log_in(prompt, server, address, session)
}

#[derive(Clone, Copy)]
enum Choice {
    Suggested,
    Sendmail,
    Other,
    Files,
}

/// A server that is typed; `None`: nothing was.
fn other(prompt: &mut Prompt) -> Result<Option<Server>, Error> {
    let mut server = loop {
        match prompt.line("Mail server (name, or name:port):")? {
            None => return Ok(None),
            Some(typed) => match Server::parse(&typed) {
                Ok(server) => break server,
                Err(why) => prompt.say(&format!("  {why}")),
            },
        }
    };
    let default = answers::security_name(server.security);
    let known = [Security::Starttls, Security::Tls, Security::None];
    let check = |answer: &str| {
        let found = known.into_iter().find(|security| answers::security_name(*security) == answer);
        found.ok_or_else(|| "starttls, tls or none".to_owned())
    };
    server.security = prompt.until("Encryption: starttls, tls or none", default, check)?.unwrap_or(server.security);
    Ok(Some(server))
}

/// Asks for user and password until the server takes them, or somebody wants to go on without.
fn log_in(prompt: &mut Prompt, mut server: Server, address: &str, session: &Session) -> Result<Asked, Error> {
    let mut asks_user = true;
    loop {
        if asks_user {
            let default = if server.security == Security::None { "-" } else { address };
            let check = |answer: &str| Ok((answer != "-").then(|| answer.to_owned()));
            server.username = prompt.until("User name there (- for none)", default, check)?.flatten();
        }
        server.password = match &server.username {
            None => Password::None,
            Some(user) => match prompt.secret(&format!("Password of {user} (not shown):"))? {
                Some(password) => Password::Typed(password),
                None => return Ok(if prompt.has_ended() { Asked::Nothing } else { Asked::Again }),
            },
        };
        let why = match greet(&server, address, session)? {
            Ok(words) => {
                prompt.say(&format!("  {words}"));
                return Ok(Asked::Way(Way::Smtp(server)));
            }
            Err(why) => why,
        };
        prompt.say(&format!("  {}: {why}", server.shown()));
        let mut ways = vec!["another server, or another way"];
        if server.username.is_some() {
            ways.splice(0..0, ["the password again", "user and password again"]);
        } else {
            ways.insert(0, "with a user and a password");
        }
        ways.push("keep it as it is: `digest check` tries it later");
        let words: Vec<String> = ways.iter().map(|way| (*way).to_owned()).collect();
        let Some(place) = prompt.choose("  And now?", &words)? else { return Ok(Asked::Nothing) };
        match ways.len() - place {
            1 => return Ok(Asked::Way(Way::Smtp(server))),
            2 => return Ok(Asked::Again),
            _ => asks_user = place > 0 || server.username.is_none(),
        }
    }
}

/// Greets the server and logs in; the sentence to say.
pub(super) fn greet(server: &Server, address: &str, session: &Session) -> Result<Result<String, String>, Error> {
    let password = match &server.password {
        Password::None => None,
        Password::Typed(password) => Some(password.clone()),
        Password::File(path) => Some(from_file(path)?),
    };
    let hello = Mailbox::parse(address)?.domain().to_owned();
    let timeout = GREETING;
    let options = SmtpOptions { hello: Some(hello), timeout, ..server.options() };
    let smtp = match Smtp::new(&options, password) {
        Ok(smtp) => smtp,
        Err(error) => return Ok(Err(error.to_string())),
    };
    Ok(match session.block_on(smtp.greet())? {
        Ok(greeting) => {
            let secured = if greeting.encrypted { "encrypted" } else { "in clear" };
            let login = if greeting.logged_in { "logged in" } else { "without logging in" };
            Ok(format!("{} answers as {}: {secured}, {login}", server.shown(), greeting.name))
        }
        Err(
            SendOutcome::Accepted(words)
            | SendOutcome::Deferred(words)
            | SendOutcome::Unavailable(words)
            | SendOutcome::Refused(words)
            | SendOutcome::Unknown(words)
            | SendOutcome::Abort(words),
        ) => Err(words),
    })
}

fn from_file(path: &Path) -> Result<SecretString, Error> {
    let text = std::fs::read_to_string(path).map_err(Error::file("read", path.display().to_string()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned().into())
}
