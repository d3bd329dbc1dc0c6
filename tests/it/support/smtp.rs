//! A mail server on loopback that follows a script: what it says, when it hangs up, when it keeps silent.
//!
//! The script is asked at every step; what it leaves alone goes as it should. Everything is recorded before it is
//! answered, so a test knows what the server took even where the client never heard of it.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Where the conversation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The nth connection was opened.
    Greeting(usize),
    Ehlo,
    /// With its arguments.
    Auth(String),
    /// The address.
    Mail(String),
    /// The address, and how often it was named to this server.
    Rcpt(String, usize),
    Data,
    /// The final dot: the recipient, and how often a message for it came this far.
    Dot(String, usize),
    Rset,
    Quit,
    Other(String),
}

/// Behaviour of the server at a step.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// As a good server does.
    Go,
    /// Says what it should, a byte every tenth of a second.
    Drip,
    /// Says this and does nothing; hangs up after a 421.
    Say(&'static str),
    /// Hangs up.
    Cut,
    /// Takes the message and hangs up without a word.
    TakeAndCut,
    /// Takes the message and answers late.
    TakeLate(Duration),
    /// Never answers again.
    Silent,
    /// Takes the message and never answers again.
    TakeAndSilent,
}

/// A message the server has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: String,
    /// As it came, without the dot stuffing and the final dot.
    pub(crate) bytes: Vec<u8>,
}

impl Taken {
    /// The value of a header, unfolded.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes).replace("\r\n ", " ").replace("\r\n\t", " ");
        let head = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
        let value = |line: &str| line.split_once(':').map(|(key, value)| (key.to_owned(), value.trim().to_owned()));
        head.lines().filter_map(value).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

type Script = Arc<dyn Fn(&Step) -> Act + Send + Sync>;

/// State of the server.
#[derive(Default)]
struct Log {
    taken: Vec<Taken>,
    steps: Vec<Step>,
    open: usize,
    most_open: usize,
    unanswered: usize,
}

/// The running server; ends when dropped.
pub(crate) struct Server {
    pub(crate) port: u16,
    log: Arc<Mutex<Log>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server that does everything right.
    pub(crate) async fn start() -> Self {
        Self::scripted(|_| Act::Go).await
    }

    /// Starts a server that follows `script`.
    pub(crate) async fn scripted(script: impl Fn(&Step) -> Act + Send + Sync + 'static) -> Self {
        Self::offering("250-loopback\r\n250-8BITMIME\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n", script).await
    }

    /// Starts a server with its own answer to EHLO.
    pub(crate) async fn offering(ehlo: &'static str, script: impl Fn(&Step) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (log, script): (Arc<Mutex<Log>>, Script) = (Arc::default(), Arc::new(script));
        let shared = Arc::clone(&log);
        let task = tokio::spawn(async move {
            let mut conversations = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let (log, script) = (Arc::clone(&shared), Arc::clone(&script));
                conversations.spawn(async move {
                    let mut talk = Talk { stream: BufReader::new(stream), log: Arc::clone(&log), script, ehlo };
                    {
                        let mut log = log.lock().unwrap();
                        log.open += 1;
                        log.most_open = log.most_open.max(log.open);
                    }
                    let _ = talk.run().await;
                    log.lock().unwrap().open -= 1;
                });
            }
        });
        Self { port, log, task }
    }

    /// All messages taken so far, in their order.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.log.lock().unwrap().taken.clone()
    }

    /// How many messages were taken so far.
    pub(crate) fn count(&self) -> usize {
        self.log.lock().unwrap().taken.len()
    }

    /// How many messages each recipient got, sorted by address.
    pub(crate) fn copies(&self) -> Vec<(String, usize)> {
        let mut copies = std::collections::BTreeMap::new();
        for taken in self.taken() {
            *copies.entry(taken.to).or_default() += 1;
        }
        copies.into_iter().collect()
    }

    /// How many messages were taken without an answer.
    pub(crate) fn unanswered(&self) -> usize {
        self.log.lock().unwrap().unanswered
    }

    /// All steps so far, in their order.
    pub(crate) fn steps(&self) -> Vec<Step> {
        self.log.lock().unwrap().steps.clone()
    }

    /// How many connections were open at once, at most.
    pub(crate) fn most_open(&self) -> usize {
        self.log.lock().unwrap().most_open
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Talk {
    stream: BufReader<TcpStream>,
    log: Arc<Mutex<Log>>,
    script: Script,
    ehlo: &'static str,
}

/// The conversation is over.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

impl Talk {
    async fn run(&mut self) -> Result<(), Over> {
        let number = self.count(|step| matches!(step, Step::Greeting(_)));
        self.act(Step::Greeting(number), "220 loopback").await?;
        let (mut from, mut to) = (String::new(), String::new());
        loop {
            let line = self.line().await?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let path = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            match verb.as_str() {
                "EHLO" => drop(self.act(Step::Ehlo, self.ehlo).await?),
                "AUTH" => drop(self.act(Step::Auth(line[5..].to_owned()), "235 welcome").await?),
                "MAIL" => {
                    if self.act(Step::Mail(path()), "250 ok").await? {
                        from = path();
                        to.clear();
                    }
                }
                "RCPT" => {
                    let times = self.count(|step| matches!(step, Step::Rcpt(address, _) if *address == path()));
                    if self.act(Step::Rcpt(path(), times), "250 ok").await? {
                        to = path();
                    }
                }
                "DATA" if to.is_empty() => self.say("554 5.5.1 no valid recipients").await?,
                "DATA" => {
                    if self.act(Step::Data, "354 go on").await? {
                        self.content(&from, &to).await?;
                    }
                }
                "RSET" => drop(self.act(Step::Rset, "250 ok").await?),
                "NOOP" => self.say("250 ok").await?,
                "QUIT" => {
                    self.act(Step::Quit, "221 bye").await?;
                    return Err(Over);
                }
                _ => drop(self.act(Step::Other(line.clone()), "500 what?").await?),
            }
        }
    }

    async fn content(&mut self, from: &str, to: &str) -> Result<(), Over> {
        let mut bytes = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(Over);
            }
            match line.as_slice() {
                b".\r\n" => break,
                [b'.', rest @ ..] => bytes.extend_from_slice(rest),
                line => bytes.extend_from_slice(line),
            }
        }
        let times = self.count(|step| matches!(step, Step::Dot(address, _) if address == to));
        let step = Step::Dot(to.to_owned(), times);
        let act = (self.script)(&step);
        let taken = Taken { from: from.to_owned(), to: to.to_owned(), bytes };
        let is_taken = matches!(act, Act::Go | Act::TakeAndCut | Act::TakeLate(_) | Act::TakeAndSilent);
        {
            let mut log = self.log.lock().unwrap();
            log.steps.push(step);
            log.taken.extend(is_taken.then_some(taken));
            log.unanswered += usize::from(matches!(act, Act::TakeAndCut | Act::TakeAndSilent));
        }
        self.follow(act, "250 taken").await.map(|_| ())
    }

    /// Records the step and does what the script says; true if the client may go on as if all was well.
    async fn act(&mut self, step: Step, good: &str) -> Result<bool, Over> {
        let act = (self.script)(&step);
        self.log.lock().unwrap().steps.push(step);
        self.follow(act, good).await
    }

    async fn follow(&mut self, act: Act, good: &str) -> Result<bool, Over> {
        match act {
            Act::Go => self.say(good).await?,
            Act::Say(words) => {
                self.say(words).await?;
                return if words.starts_with("421") { Err(Over) } else { Ok(false) };
            }
            Act::Drip => {
                for byte in format!("{good}\r\n").into_bytes() {
                    self.stream.get_mut().write_all(&[byte]).await?;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
            Act::Cut | Act::TakeAndCut => return Err(Over),
            Act::TakeLate(time) => {
                tokio::time::sleep(time).await;
                self.say(good).await?;
            }
            Act::Silent | Act::TakeAndSilent => std::future::pending().await,
        }
        Ok(true)
    }

    async fn say(&mut self, words: &str) -> Result<(), Over> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{}\r\n", words.trim_end()).as_bytes()).await?;
        Ok(stream.flush().await?)
    }

    async fn line(&mut self) -> Result<String, Over> {
        let mut line = String::new();
        match self.stream.read_line(&mut line).await? {
            0 => Err(Over),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    fn count(&self, is: impl Fn(&Step) -> bool) -> usize {
        1 + self.log.lock().unwrap().steps.iter().filter(|step| is(step)).count()
    }
}
