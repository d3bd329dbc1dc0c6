//! The answers that make a config, each checked by itself, and the config they make.

use std::path::{Path, PathBuf};

use jiff::civil::Time;
use jiff::tz::{self, TimeZone};
use secrecy::SecretString;

use crate::config::{NewSource, add_sources, did_you_mean};
use crate::send::{Mailbox, Security, SendmailOptions, SmtpOptions, TransportKind};

/// The config to start from; its lines are edited, so that the comments stay.
const STARTER: &str = include_str!("starter.toml");

/// The file of the password, beside the config.
pub(super) const PASSWORD_FILE: &str = "smtp.password";

/// A newsletter's facts.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(super) title: String,
    /// IANA name.
    pub(super) zone: String,
    /// When it shall come.
    pub(super) time: Time,
    pub(super) sources: Vec<NewSource>,
    /// `None`: it is only looked at.
    pub(super) mail: Option<Mail>,
    /// The name that tells this newsletter from others.
    pub(super) own: Own,
}

/// A newsletter's name, and its store beside the config; `None`: the user's, where newsletters are told apart by their names.
#[derive(Debug, Clone)]
pub(super) struct Own {
    name: String,
    store: Option<&'static str>,
}

impl Own {
    /// Of a config at `path`: in the user's `usual` folder by the name of the file, elsewhere by that of the folder, for each
    /// folder is a newsletter of its own.
    pub(super) fn of(path: &Path, usual: Option<&Path>) -> Self {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = whole.parent().unwrap_or(Path::new("")).to_owned();
        let is_usual = Some(&*folder) == usual;
        let stem = path.file_stem().filter(|stem| *stem != "config" && *stem != "-");
        let name = stem.or_else(|| folder.file_name().filter(|_| !is_usual));
        let name = name.map(|name| slug(&name.to_string_lossy())).filter(|name| !name.is_empty());
        let store = (!is_usual && path != Path::new("-")).then_some("digest.db");
        Self { name: name.unwrap_or_else(|| "digest".to_owned()), store }
    }
}

/// `text` in the letters that a newsletter's name may have.
fn slug(text: &str) -> String {
    let plain = text
        .to_lowercase()
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() { char } else { '-' })
        .collect::<String>();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

impl Default for Answers {
    fn default() -> Self {
        let zone = TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
        let (sources, mail, own) = (Vec::new(), None, Own { name: "digest".into(), store: None });
        Self { title: "Morning digest".into(), zone, time: Time::constant(7, 0, 0, 0), sources, mail, own }
    }
}

/// From whom to whom, and how.
#[derive(Debug, Clone)]
pub(super) struct Mail {
    /// `Name <address>`.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) way: Way,
}

/// How mail leaves.
#[derive(Debug, Clone)]
pub(super) enum Way {
    Smtp(Server),
    /// A program like sendmail.
    Sendmail(PathBuf),
    /// Into the folder `mail`.
    Files,
}

/// A mail server and how to log in.
#[derive(Debug, Clone, Default)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) security: Security,
    pub(super) username: Option<String>,
    pub(super) password: Password,
}

/// Where the password is.
#[derive(Debug, Clone, Default)]
pub(super) enum Password {
    #[default]
    None,
    /// In a file that is there.
    File(PathBuf),
    /// Typed; it goes into [`PASSWORD_FILE`].
    Typed(SecretString),
}

impl Server {
    /// `host`, `host:port` or `[address]:port`; port 465 speaks TLS at once, this machine needs no encryption.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no mail server: write smtp.example.org or smtp.example.org:465");
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                (host, Some(port.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(wrong)?))
            }
            _ => (text, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let known = |char: char| char.is_alphanumeric() || ".-:_".contains(char);
        if host.is_empty() || host.contains('@') || !host.chars().all(known) {
            return Err(wrong());
        }
        let is_here =
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        let security = match port {
            Some(465) => Security::Tls,
            Some(587) => Security::Starttls,
            _ if is_here || port == Some(25) => Security::None,
            _ => Security::Starttls,
        };
        Ok(Self { host, port, security, ..Self::default() })
    }

    /// `[mail.smtp]`.
    pub(super) fn options(&self) -> SmtpOptions {
        SmtpOptions {
            host: self.host.clone(),
            port: self.port,
            security: self.security,
            username: self.username.clone(),
            ..SmtpOptions::default()
        }
    }

    /// As people say it.
    pub(super) fn shown(&self) -> String {
        format!("{}:{}", self.host, self.options().port())
    }
}

/// The word of the config for it.
pub(super) fn security_name(security: Security) -> &'static str {
    match security {
        Security::Starttls => "starttls",
        Security::Tls => "tls",
        Security::None => "none",
    }
}

/// A time zone's IANA name.
pub(super) fn zone(text: &str) -> Result<String, String> {
    let found = TimeZone::get(text).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
    found.ok_or_else(|| {
        let known: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
        let meant = did_you_mean(text, known.iter().map(String::as_str));
        let meant = meant.unwrap_or_else(|| "write it as in Europe/Berlin or America/New_York".to_owned());
        format!("`{text}` is no time zone that is known: {meant}")
    })
}

/// A time of day: `7`, `7:30`, `07:00`.
pub(super) fn time(text: &str) -> Result<Time, String> {
    let wrong = || format!("`{text}` is no time of day: write 7 or 07:30, from 0:00 to 23:59");
    let (hour, minute) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
    let (hour, minute) = (hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?);
    Time::new(hour, minute, 0, 0).map_err(|_| wrong())
}

/// A title on one line.
pub(super) fn title(text: &str) -> Result<String, String> {
    let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() { Err("a title has at least one letter".into()) } else { Ok(title) }
}

/// One mail address, without a name.
pub(super) fn address(text: &str) -> Result<String, String> {
    Mailbox::parse(text).map(|mailbox| mailbox.address).map_err(|error| error.to_string())
}

/// `address` with the newsletter's `title` as its name, as far as one can stand there.
pub(super) fn sender(title: &str, address: &str) -> String {
    let named = format!("{} <{address}>", title.replace(['<', '>', '"'], ""));
    if Mailbox::parse(&named).is_ok_and(|mailbox| mailbox.address == address) { named } else { address.to_owned() }
}

impl Mail {
    fn write(&self, password_file: &str) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let kind = match &self.way {
            Way::Smtp(_) => TransportKind::Smtp,
            Way::Sendmail(_) => TransportKind::Sendmail,
            Way::Files => TransportKind::File,
        };
        let name = serde_json::to_value(kind).unwrap_or_default();
        let mut text = format!("[mail]\nfrom = {}\nto = [{}]\n", quoted(&self.from), quoted(&self.to));
        text += &format!("transport = {}\n", quoted(name.as_str().unwrap_or_default()));
        match &self.way {
            Way::Files => text += "\n[mail.file]\nfolder = \"mail\"                 # beside this config\n",
            Way::Sendmail(path) if *path == Path::new(&SendmailOptions::default().command[0]) => {}
            Way::Sendmail(path) => {
                text += &format!("\n[mail.sendmail]\ncommand = [{}, \"-i\"]\n", quoted(&path.display().to_string()));
            }
            Way::Smtp(server) => {
                text += &format!("\n[mail.smtp]\nhost = {}\n", quoted(&server.host));
                text += &format!("port = {}\n", server.options().port());
                text += &format!("security = {}\n", quoted(security_name(server.security)));
                if let Some(user) = &server.username {
                    text += &format!("username = {}\n", quoted(user));
                }
                match &server.password {
                    Password::None => {}
                    Password::File(path) => {
                        text += &format!("password_file = {}\n", quoted(&path.display().to_string()))
                    }
                    Password::Typed(_) => text += &format!("password_file = {}\n", quoted(password_file)),
                }
            }
        }
        text
    }
}

impl Answers {
    /// The config's text; a typed password is in `password_file`.
    pub(super) fn config(&self, password_file: &str) -> String {
        let mut text = STARTER.to_owned();
        set(&mut text, "name", &self.own.name);
        set(&mut text, "title", &self.title);
        set(&mut text, "timezone", &self.zone);
        if let Some(mail) = &self.mail {
            text = with_mail(&text, &mail.write(password_file));
        }
        if let Some(store) = self.own.store {
            let store =
                format!("[store]\npath = \"{store}\"              # what was read and sent; beside this config\n\n");
            let place = text.find("# [[rule]]").unwrap_or(text.len());
            text.insert_str(place, &store);
        }
        add_sources(&text, &self.sources).0
    }
}

/// `text` with `mail` in place of the lines that show how it could be.
fn with_mail(text: &str, mail: &str) -> String {
    let Some(start) = text.find("# [mail]") else { return format!("{text}\n{mail}") };
    let end = text[start..].find("\n\n").map_or(text.len(), |end| start + end + 1);
    format!("{}{mail}{}", &text[..start], &text[end..])
}

/// Replaces the value of `key` in its line, and keeps the comment.
fn set(text: &mut String, key: &str, value: &str) {
    let quoted = toml::Value::from(value).to_string();
    let lines =
        text.lines().map(|line| match line.strip_prefix(key).and_then(|rest| rest.trim_start().strip_prefix('=')) {
            Some(rest) => match rest.split_once('#') {
                Some((_, comment)) => format!("{:<31} #{comment}", format!("{key} = {quoted}")),
                None => format!("{key} = {quoted}"),
            },
            None => line.to_owned(),
        });
    *text = lines.collect::<Vec<_>>().join("\n") + "\n";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn loads(text: &str) -> Config {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(PASSWORD_FILE), "x").unwrap();
        Config::parse(text, &folder.path().join("config.toml"))
            .map_err(|mistakes| mistakes.report(false))
            .unwrap_or_else(|report| panic!("{report}\n{text}"))
    }

    #[test]
    fn the_starter_is_a_config_that_loads() {
        loads(STARTER);
    }

    #[test]
    fn a_value_is_set_and_its_comment_stays() {
        let mut text = STARTER.to_owned();
        set(&mut text, "title", "My \"news\"");
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["newsletter"]["title"].as_str(), Some("My \"news\""));
        assert!(text.contains("# what the reader sees"));
    }

    #[test]
    fn every_way_of_mail_makes_a_config_that_means_it() {
        let mut server = Server::parse("smtp.example.org:465").unwrap();
        (server.username, server.password) = (Some("me".into()), Password::Typed("secret".to_owned().into()));
        for (way, kind) in [
            (Way::Smtp(server), TransportKind::Smtp),
            (Way::Smtp(Server::parse("localhost").unwrap()), TransportKind::Smtp),
            (Way::Sendmail("/opt/my mail/sendmail".into()), TransportKind::Sendmail),
            (Way::Sendmail("/usr/sbin/sendmail".into()), TransportKind::Sendmail),
            (Way::Files, TransportKind::File),
        ] {
            let (from, to) = (sender("A \"b\" <c>", "me@example.org"), "me@example.org".to_owned());
            let answers = Answers { mail: Some(Mail { from, to, way }), ..Answers::default() };
            let text = answers.config(PASSWORD_FILE);
            assert!(!text.contains("secret") && text.contains("# [[rule]]"), "{text}");
            let mail = loads(&text).mail.unwrap();
            assert_eq!((mail.transport, mail.to), (kind, vec!["me@example.org".into()]));
            assert_eq!(mail.from, "A b c <me@example.org>");
        }
    }

    #[test]
    fn a_server_says_its_port_and_how_it_is_protected() {
        for (text, host, port, security) in [
            ("smtp.example.org", "smtp.example.org", 587, Security::Starttls),
            ("smtp.example.org:465", "smtp.example.org", 465, Security::Tls),
            ("mail.example.org:2525", "mail.example.org", 2525, Security::Starttls),
            ("localhost", "localhost", 25, Security::None),
            ("127.0.0.1:2525", "127.0.0.1", 2525, Security::None),
            ("[::1]:2525", "::1", 2525, Security::None),
            ("::1", "::1", 25, Security::None),
        ] {
            let server = Server::parse(text).unwrap();
            assert_eq!(
                (server.host.as_str(), server.options().port(), server.security),
                (host, port, security),
                "{text}"
            );
        }
        for text in ["", "smtp.example.org:0", "smtp.example.org:x", "me@example.org", "a b", "https://example.org"] {
            assert!(Server::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_and_zones_are_read_and_the_nearest_is_named() {
        for (text, shown) in [("7", "07:00:00"), ("07:30", "07:30:00"), ("0:05", "00:05:00"), ("23:59", "23:59:00")] {
            assert_eq!(time(text).unwrap().to_string(), shown);
        }
        for text in ["", "24", "7:60", "seven", "7:30:00", "-1"] {
            assert!(time(text).unwrap_err().contains("time of day"), "{text}");
        }
        assert_eq!(zone("Europe/Berlin").unwrap(), "Europe/Berlin");
        assert!(zone("Europe/Berlim").unwrap_err().contains("Europe/Berlin"));
    }
}
