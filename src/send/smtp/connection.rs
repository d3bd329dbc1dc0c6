use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::verdict::{Failure, Stage};
use super::wire::{Secured, Wire};
use crate::fetch::fallback_roots;
use crate::model::Message;
use crate::send::{Error, Security, SmtpOptions};

/// A message is written in pieces of this size, each within the step's time limit.
const PIECE: usize = 64 * 1024;

/// The server and how to reach it.
pub(super) struct Server {
    options: SmtpOptions,
    hello: ClientId,
    tls: Option<TlsParameters>,
    credentials: Option<(String, SecretString)>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({}:{})", self.options.host, self.options.port())
    }
}

/// A server's introduction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Its name in the answer to EHLO.
    pub name: String,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// Whether it took our user and password.
    pub logged_in: bool,
    /// Whether it takes addresses with other than ASCII letters before the `@`.
    pub smtputf8: bool,
    /// All that it offers, in capitals, as it says it to EHLO over the secured connection.
    pub offers: Vec<String>,
}

impl Server {
    pub(super) fn new(options: &SmtpOptions, password: Option<SecretString>) -> Result<Self, Error> {
        let settings = |why: String| Error::Settings(why);
        if options.host.is_empty() {
            return Err(settings("[mail.smtp] needs a `host`".to_owned()));
        }
        let tls = match options.security {
            Security::None => None,
            Security::Starttls | Security::Tls => Some(tls(options)?),
        };
        let credentials = options.username.clone().zip(password);
        if options.security == Security::None && credentials.is_some() && !is_loopback(&options.host) {
            return Err(settings(format!(
                "[mail.smtp] would send the password in clear to `{}`: use `security = \"starttls\"` or \"tls\"",
                options.host
            )));
        }
        let hello = options.hello.as_deref().unwrap_or("localhost");
        if !hello.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte)) {
            return Err(settings(format!("[mail.smtp] hello: `{}` is no host name", hello.escape_debug())));
        }
        Ok(Self { options: options.clone(), hello: ClientId::Domain(hello.to_owned()), tls, credentials })
    }

    /// A connection that is ready for a message: secured as the settings demand, logged in.
    pub(super) async fn connect(&self) -> Result<Connection, Failure> {
        let mut smtp = self.dial().await?;
        if self.options.security == Security::Starttls {
            self.secure(&mut smtp).await?;
        }
        if let Some((user, password)) = &self.credentials {
            self.log_in(&mut smtp, user, password).await?;
        }
        // lettre keeps of what the server offers only what it uses itself.
        let hello = Ehlo::new(self.hello.clone());
        let answer = within(self.options.timeout, Stage::Connect, smtp.command(hello)).await?;
        let offers: Vec<String> = answer.message().map(str::to_ascii_uppercase).collect();
        let pipelining = offers.iter().skip(1).any(|offer| offer == "PIPELINING");
        let logged_in = self.credentials.is_some();
        let encrypted = self.options.security != Security::None;
        Ok(Connection { smtp, offers, pipelining, stuck: false, encrypted, logged_in, usable: true })
    }

    async fn dial(&self) -> Result<AsyncSmtpConnection, Failure> {
        let (host, limit) = (self.options.host.as_str(), self.options.timeout);
        let address = (host, self.options.port());
        let stream = match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(unreachable(host, &error)),
            Err(_) => return Err(unreachable(host, &io::ErrorKind::TimedOut.into())),
        };
        // The final dot is a small packet after a large one: without this it waits for an acknowledgement, 40 ms a mail.
        stream.set_nodelay(true).map_err(|error| unreachable(host, &error))?;
        let wire: Box<dyn AsyncTokioStream> = match self.options.security {
            Security::None => Box::new(Wire::new(stream)),
            Security::Starttls => Box::new(Wire::until_starttls(stream)),
            Security::Tls => {
                let secured = Secured::new(Wire::new(stream), self.tls_parameters());
                Box::new(within(limit, Stage::Connect, secured).await?)
            }
        };
        within(limit, Stage::Connect, AsyncSmtpConnection::connect_with_transport(wire, &self.hello)).await
    }

    async fn secure(&self, smtp: &mut AsyncSmtpConnection) -> Result<(), Failure> {
        if !smtp.can_starttls() {
            let why = format!("`{}` does not offer STARTTLS; nothing was sent", self.options.host);
            return Err(Failure::unwilling(Stage::Secure, why));
        }
        within(self.options.timeout, Stage::Secure, smtp.starttls(self.tls_parameters(), &self.hello)).await
    }

    fn tls_parameters(&self) -> TlsParameters {
        self.tls.clone().expect("made for every security but none")
    }

    async fn log_in(&self, smtp: &mut AsyncSmtpConnection, user: &str, password: &SecretString) -> Result<(), Failure> {
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if smtp.server_info().get_auth_mechanism(&mechanisms).is_none() {
            let why = format!("`{}` offers no way to log in that we know (PLAIN, LOGIN)", self.options.host);
            return Err(Failure::unwilling(Stage::Login, why));
        }
        let credentials = Credentials::new(user.to_owned(), password.expose_secret().to_owned());
        within(self.options.timeout, Stage::Login, smtp.auth(&mechanisms, &credentials)).await.map(|_| ())
    }
}

/// One connection to the server.
pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    /// The extensions in its answer to EHLO, in capitals, its name first.
    offers: Vec<String>,
    /// Whether several commands may be asked at once (RFC 2920).
    pipelining: bool,
    /// The server waits for something we do not have.
    stuck: bool,
    encrypted: bool,
    logged_in: bool,
    usable: bool,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("usable", &self.usable).finish_non_exhaustive()
    }
}

impl Connection {
    /// Whether another message may be tried on it.
    pub(super) fn is_usable(&self) -> bool {
        self.usable
    }

    pub(super) fn greeting(&self) -> Greeting {
        let info = self.smtp.server_info();
        Greeting {
            name: info.name().to_owned(),
            encrypted: self.encrypted,
            smtputf8: info.supports_feature(Extension::SmtpUtfEight),
            logged_in: self.logged_in,
            offers: self.offers.iter().skip(1).cloned().collect(),
        }
    }

    /// One message, from MAIL to the answer after the final dot.
    pub(super) async fn transact(&mut self, server: &Server, message: &Message) -> Result<String, Failure> {
        let done = self.steps(server, message).await;
        self.usable = !self.stuck && !done.as_ref().is_err_and(Failure::is_closing);
        done
    }

    async fn steps(&mut self, server: &Server, message: &Message) -> Result<String, Failure> {
        let limit = server.options.timeout;
        let address = |stage, text: &str| {
            text.parse::<Address>().map_err(|error| Failure::unwilling(stage, format!("`{text}`: {error}")))
        };
        let (sender, recipient) =
            (address(Stage::Sender, &message.sender)?, address(Stage::Recipient, &message.recipient)?);
        let parameters = self.parameters(&sender, &recipient)?;
        let (mail, rcpt) = (Mail::new(Some(sender), parameters), Rcpt::new(recipient, vec![]));
        if self.pipelining {
            self.ask_at_once(limit, &mail, &rcpt).await?;
        } else {
            expected(Stage::Sender, &within(limit, Stage::Sender, self.smtp.command(mail)).await?)?;
            expected(Stage::Recipient, &within(limit, Stage::Recipient, self.smtp.command(rcpt)).await?)?;
            expected(Stage::Data, &within(limit, Stage::Data, self.smtp.command(Data)).await?)?;
        }
        let response = self.content(&message.bytes, limit, server.options.final_timeout).await?;
        expected(Stage::Content, &response)?;
        Ok(said(&response))
    }

    /// MAIL, RCPT and DATA in one go, then their three answers (RFC 2920).
    async fn ask_at_once(&mut self, limit: Duration, mail: &Mail, rcpt: &Rcpt) -> Result<(), Failure> {
        let asked = within(limit, Stage::Sender, self.smtp.command(format!("{mail}{rcpt}{Data}"))).await;
        let mut refused = asked.and_then(|answer| expected(Stage::Sender, &answer)).err();
        for stage in [Stage::Recipient, Stage::Data] {
            if refused.as_ref().is_some_and(Failure::is_closing) {
                break;
            }
            let answer = within(limit, stage, self.smtp.read_response()).await;
            match answer.and_then(|answer| expected(stage, &answer)) {
                // It waits for a mail to nobody, which we can only end by hanging up.
                Ok(_) if stage == Stage::Data && refused.is_some() => self.stuck = true,
                Ok(_) => {}
                Err(failure) if failure.is_closing() => refused = Some(refused.unwrap_or(failure)),
                Err(failure) => drop(refused.get_or_insert(failure)),
            }
        }
        refused.map_or(Ok(()), Err)
    }

    fn parameters(&self, sender: &Address, recipient: &Address) -> Result<Vec<MailParameter>, Failure> {
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if is_ascii(sender) && is_ascii(recipient) {
            return Ok(vec![]);
        }
        if self.smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Ok(vec![MailParameter::SmtpUtfEight]);
        }
        let why = "the mail server does not support SMTPUTF8, which this address needs";
        Err(Failure::unwilling(if is_ascii(sender) { Stage::Recipient } else { Stage::Sender }, why))
    }

    /// The content, its final dot, and the answer. lettre asks for the next piece only after it wrote the one before,
    /// and writes the dot after it was told that there is none: so we know whether the dot was reached.
    async fn content(&mut self, bytes: &[u8], limit: Duration, last: Duration) -> Result<Response, Failure> {
        // lettre ends the content with a line end of its own.
        let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let dot = AtomicBool::new(false);
        let pieces = bytes.chunks(PIECE).chain(std::iter::once_with(|| {
            dot.store(true, Ordering::SeqCst);
            &[][..]
        }));
        let writing = self.smtp.message_iter(pieces);
        tokio::pin!(writing);
        let writing_limit = limit.saturating_mul(u32::try_from(1 + bytes.len() / PIECE).unwrap_or(u32::MAX));
        let mut done = timeout(writing_limit, &mut writing).await;
        if done.is_err() && dot.load(Ordering::SeqCst) {
            done = timeout(last.saturating_sub(writing_limit), &mut writing).await;
        }
        let stage = if dot.load(Ordering::SeqCst) { Stage::Content } else { Stage::Data };
        match done {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(Failure::new(stage, &error)),
            Err(_) => Err(Failure::silence(stage, format!("nothing heard for {} s", last.as_secs().max(1)))),
        }
    }

    /// Ends a transaction that came to nothing, so that the next can begin.
    pub(super) async fn reset(&mut self, server: &Server) {
        if self.usable {
            self.usable = within(server.options.timeout, Stage::Sender, self.smtp.command(Rset)).await.is_ok();
        }
    }

    pub(super) async fn quit(&mut self, server: &Server) {
        if self.usable {
            let limit = server.options.timeout.min(Duration::from_secs(2));
            let _ = within(limit, Stage::Sender, self.smtp.command(Quit)).await;
        }
    }
}

async fn within<T>(
    limit: Duration,
    stage: Stage,
    step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Failure> {
    match timeout(limit, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Failure::new(stage, &error)),
        Err(_) => Err(Failure::silence(stage, format!("nothing heard for {} s", limit.as_secs().max(1)))),
    }
}

/// lettre takes every answer of 2xx and 3xx for a yes. Only 2xx is one, and only 3xx asks for the content: a server that says
/// anything else is out of step, and its next answer may be that to another question.
fn expected(stage: Stage, response: &Response) -> Result<(), Failure> {
    let yes = if stage == Stage::Data { Severity::PositiveIntermediate } else { Severity::PositiveCompletion };
    if response.code().severity == yes {
        return Ok(());
    }
    Err(Failure::silence(stage, format!("an answer that is none: {}", said(response))))
}

fn unreachable(host: &str, error: &io::Error) -> Failure {
    Failure::silence(Stage::Connect, format!("cannot reach `{host}`: {error}"))
}

fn said(response: &Response) -> String {
    let text: String = response.message().collect::<Vec<_>>().join(" ");
    let line = |char: char| if char.is_control() { ' ' } else { char };
    format!("{} {}", response.code(), text.chars().take(500).map(line).collect::<String>()).trim().to_owned()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn tls(options: &SmtpOptions) -> Result<TlsParameters, Error> {
    let mut builder = TlsParameters::builder(options.host.clone());
    if let Some(path) = &options.ca_file {
        let pem = std::fs::read(path).map_err(Error::file(path))?;
        let settings = |error| Error::Settings(format!("[mail.smtp] ca_file `{}`: {error}", path.display()));
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(settings)?);
    }
    let fails = |error| Error::Settings(format!("[mail.smtp] TLS cannot be set up: {error}"));
    // It fails where the system has no certificates, and no other authority is named.
    builder.clone().build().or_else(|_| {
        for root in fallback_roots() {
            builder = builder.clone().add_root_certificate(Certificate::from_der(root.to_vec()).map_err(fails)?);
        }
        builder.build().map_err(fails)
    })
}
