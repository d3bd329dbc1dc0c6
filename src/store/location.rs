//! Where the state is: in a file of this machine, or in a database that machines share.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Error;

/// How long `password_command` may take: long enough to type the password of a password manager.
const PATIENCE: Duration = Duration::from_secs(30);

/// `[store]`: where the state lives, a file unless `url` is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The SQLite file; relative to the config. Unset: `digest.db` in the state directory.
    pub path: Option<PathBuf>,
    /// A PostgreSQL database that machines share: `postgres://USER@HOST/DATABASE`, or
    /// `postgres:///DATABASE?host=FOLDER&user=USER` for a socket; no password in it.
    pub url: Option<String>,
    /// Command whose first line of output is the database's password.
    pub password_command: Option<Vec<String>>,
    /// File whose first line is the database's password.
    pub password_file: Option<PathBuf>,
    /// Days that texts of published stories, mails and what became of them are kept, 365 if unset; 0: for ever. Texts that no
    /// story names go after 14 days. That an article was seen, and the editions, stay.
    pub keep_days: Option<u32>,
}

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Server(Box<Server>),
}

/// A PostgreSQL database and the way to its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    url: Url,
    password: Password,
    beside: PathBuf,
}

#[derive(Clone, Default, PartialEq, Eq)]
enum Password {
    /// `$PGPASSWORD`, `~/.pgpass`, or none.
    #[default]
    None,
    Command(Vec<String>),
    File(PathBuf),
}

impl Location {
    /// The location that `options` say; `file` is the store's file where they name no database, and beside it lies in any case
    /// what a machine keeps for itself. Paths are relative to `base`.
    ///
    /// # Errors
    /// The fault in them, without any part of the URL: it may hold a password.
    pub fn new(options: &Options, file: PathBuf, base: &Path) -> Result<Self, String> {
        let has_password = options.password_command.is_some() || options.password_file.is_some();
        let Some(url) = &options.url else {
            return if has_password { Err("a password without `url`".to_owned()) } else { Ok(Self::file(file)) };
        };
        if options.path.is_some() {
            return Err("both `path` and `url`: keep one".to_owned());
        }
        let password = match (&options.password_command, &options.password_file) {
            (Some(_), Some(_)) => {
                return Err("the password twice: keep one of `password_command`, `password_file`".to_owned());
            }
            (Some(command), None) => Password::Command(command.clone()),
            (None, Some(path)) => Password::File(base.join(path)),
            (None, None) => Password::None,
        };
        Ok(Self::Server(Box::new(Server { url: parse(url)?, password, beside: file })))
    }

    /// The location that a person names: a `postgres://` URL or the path of a file. The password of a database that is not in
    /// the config is taken from `$PGPASSWORD` or `~/.pgpass`.
    ///
    /// # Errors
    /// The fault in the URL, without any part of it.
    pub fn named(text: &str) -> Result<Self, String> {
        if !is_server(text) {
            return Ok(Self::file(text.into()));
        }
        Ok(Self::Server(Box::new(Server { url: parse(text)?, password: Password::None, beside: PathBuf::new() })))
    }

    /// All that lies beside a store (its log, its lock) lies beside the file itself, not beside a link to it.
    fn file(path: PathBuf) -> Self {
        let real = if path.is_symlink() { path.canonicalize().ok() } else { None };
        Self::File(real.unwrap_or(path))
    }

    /// Whether both are the same database, whatever its password, or the same file.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => {
                let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
                real(one) == real(other)
            }
            (Self::Server(one), Self::Server(other)) => one.url == other.url,
            _ => false,
        }
    }

    /// The path beside which this machine keeps what belongs to the store and is its own.
    pub fn beside(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Server(server) => &server.beside,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => server.url.fmt(f),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({})", self.url)
    }
}

impl Server {
    /// Its address; there is never a password in it.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The password; `None` if no way to it is named.
    pub(super) async fn password(&self) -> Result<Option<SecretString>, Error> {
        let output = match &self.password {
            Password::None => return Ok(None),
            Password::File(path) => tokio::fs::read(path).await.map_err(Error::file("read", path))?,
            Password::Command(command) => output(command).await.map_err(|why| Error::Password { why })?,
        };
        let text = String::from_utf8_lossy(&output);
        let line = text.lines().next().filter(|line| !line.is_empty());
        let line = line.ok_or_else(|| Error::Password { why: "it is empty".to_owned() })?;
        Ok(Some(line.to_owned().into()))
    }

    /// Whether the way to it leads through a network.
    pub(super) fn is_remote(&self) -> bool {
        let query =
            |name: &str| self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let host = query("host").or_else(|| self.url.host_str().map(str::to_owned)).unwrap_or_default();
        let is_socket = host.is_empty() || host.starts_with('/') || host.starts_with("%2F") || host.starts_with("%2f");
        let is_loopback = host.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        !is_socket && !is_loopback && host != "localhost"
    }

    /// Whether the URL says how the connection is protected.
    pub(super) fn says_protection(&self) -> bool {
        self.url.query_pairs().any(|(key, _)| key == "sslmode" || key == "ssl-mode")
    }
}

async fn output(command: &[String]) -> Result<Vec<u8>, String> {
    let Some((program, arguments)) = command.split_first() else {
        return Err("password_command is empty".to_owned());
    };
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    match tokio::time::timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) if output.status.success() => Ok(output.stdout),
        Ok(Ok(output)) => Err(format!("`{program}` failed: {}", output.status)),
        Ok(Err(error)) => Err(format!("`{program}`: {error}")),
        Err(_) => Err(format!("`{program}`: nothing came within {} s", PATIENCE.as_secs())),
    }
}

/// Whether `text` is meant as the URL of a database.
fn is_server(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

fn parse(text: &str) -> Result<Url, String> {
    if !is_server(text) {
        return Err("no URL that begins with `postgres://`".to_owned());
    }
    let url: Url = text.parse().map_err(|error| format!("a URL that cannot be read: {error}"))?;
    if url.password().is_some() || url.query_pairs().any(|(key, _)| key == "password") {
        return Err(
            "a password in the URL: name it by `password_command` or `password_file`, and take it out".to_owned()
        );
    }
    Ok(url)
}

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&PathBuf> for Location {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&Self> for Location {
    fn from(location: &Self) -> Self {
        location.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Result<Location, String> {
        let options = Options { url: Some(url.to_owned()), ..Options::default() };
        Location::new(&options, "digest.db".into(), Path::new(""))
    }

    #[test]
    fn a_password_in_the_url_is_refused_and_not_repeated() {
        for url in
            ["postgres://me:hunter2@db/x", "postgres://me@db/x?password=hunter2", "postgresql://:hunter2@[::1]:5/x"]
        {
            let error = server(url).unwrap_err();
            assert!(error.contains("password") && !error.contains("hunter2"), "{error}");
            assert!(!Location::named(url).unwrap_err().contains("hunter2"));
        }
        for url in ["mysql://db/x", "postgres://me:hunter2@db:port/x", "hunter2"] {
            let error = server(url).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn only_a_way_through_the_network_is_remote() {
        for (url, remote) in [
            ("postgres:///digest", false),
            ("postgres:///digest?host=/run/postgresql", false),
            ("postgres://me@%2Frun%2Fpostgresql/digest", false),
            ("postgres://me@localhost/digest", false),
            ("postgres://me@127.0.0.1:5433/digest", false),
            ("postgres://me@[::1]/digest", false),
            ("postgres://me@db.example.org/digest", true),
            ("postgres://me@10.0.0.7/digest", true),
            ("postgres:///digest?host=db.example.org", true),
        ] {
            let Location::Server(server) = server(url).unwrap() else { panic!("{url}") };
            assert_eq!(server.is_remote(), remote, "{url}");
        }
    }

    #[test]
    fn a_file_and_a_database_are_not_both_named() {
        let url = Some("postgres:///digest".to_owned());
        let refused = |options: Options| Location::new(&options, "x".into(), Path::new("")).unwrap_err();
        let both = Options { url: url.clone(), path: Some("a".into()), ..Options::default() };
        assert!(refused(both).contains("keep one"));
        let twice =
            Options { url, password_file: Some("a".into()), password_command: Some(vec![]), ..Options::default() };
        assert!(refused(twice).contains("twice"));
        let alone = Options { password_file: Some("a".into()), ..Options::default() };
        assert!(refused(alone).contains("without `url`"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_password_is_the_first_line_of_a_file_or_a_command() {
        use secrecy::ExposeSecret;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "from file\r\nnot this\n").unwrap();
        std::fs::write(folder.path().join("empty"), "\n").unwrap();
        let ask = async |options: Options| {
            let options = Options { url: Some("postgres:///x".into()), ..options };
            let Ok(Location::Server(server)) = Location::new(&options, "x".into(), folder.path()) else {
                panic!("{options:?}")
            };
            let password = server.password().await;
            password
                .map(|found| found.map(|secret| secret.expose_secret().to_owned()))
                .map_err(|error| error.to_string())
        };
        let file = |name: &str| Options { password_file: Some(name.into()), ..Options::default() };
        let command = |script: &str| Options {
            password_command: Some(["sh", "-c", script].map(str::to_owned).to_vec()),
            ..Options::default()
        };
        assert_eq!(ask(Options::default()).await, Ok(None));
        assert_eq!(ask(file("secret")).await, Ok(Some("from file".to_owned())));
        assert_eq!(ask(command("echo from command")).await, Ok(Some("from command".to_owned())));
        assert!(ask(file("empty")).await.unwrap_err().contains("empty"));
        assert!(ask(file("none")).await.unwrap_err().contains("none"));
        assert!(ask(command("exit 3")).await.unwrap_err().contains("failed"));
    }
}
