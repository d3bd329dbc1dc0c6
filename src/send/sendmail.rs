use std::process::Stdio;

use futures_util::future::BoxFuture;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::{Error, SendmailOptions, Transport};
use crate::model::{Message, SendOutcome};

/// Hands messages to a local program on its stdin, one process a message.
#[derive(Debug)]
pub struct Sendmail {
    options: SendmailOptions,
}

impl Sendmail {
    /// A transport to the program of `options`.
    ///
    /// # Errors
    /// When no program is named.
    pub fn new(options: &SendmailOptions) -> Result<Self, Error> {
        if options.command.is_empty() {
            return Err(Error::Settings("[mail.sendmail] command is empty".to_owned()));
        }
        Ok(Self { options: options.clone() })
    }

    async fn deliver(&self, message: &Message) -> SendOutcome {
        let mut command = Command::new(&self.options.command[0]);
        command.args(&self.options.command[1..]).args(["-f", &message.sender, "--", &message.recipient]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return SendOutcome::Abort(format!("cannot run `{}`: {error}", self.options.command[0])),
        };
        let mut stdin = child.stdin.take();
        let bytes = local_lines(&message.bytes);
        let handing = async {
            if let Some(stdin) = &mut stdin {
                stdin.write_all(&bytes).await?;
            }
            drop(stdin);
            child.wait_with_output().await
        };
        match timeout(self.options.timeout, handing).await {
            Ok(Ok(output)) => verdict(&self.options.command[0], output.status, &output.stderr),
            Ok(Err(error)) => {
                SendOutcome::Deferred(format!("`{}` did not take the mail: {error}", self.options.command[0]))
            }
            Err(_) => SendOutcome::Unknown(format!(
                "`{}` did not end within {} s",
                self.options.command[0],
                self.options.timeout.as_secs()
            )),
        }
    }
}

impl Transport for Sendmail {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, SendOutcome> {
        Box::pin(self.deliver(message))
    }
}

/// sendmail takes the line ends of its system.
fn local_lines(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            out.push(byte);
        }
    }
    out
}

/// Exit codes by sysexits.h, as sendmail, Postfix, Exim and msmtp use them.
fn verdict(program: &str, status: std::process::ExitStatus, stderr: &[u8]) -> SendOutcome {
    let words: String = String::from_utf8_lossy(stderr).chars().take(500).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = |what: &str| format!("`{program}` {what}: {words}").trim_end_matches([':', ' ']).to_owned();
    match status.code() {
        Some(0) => SendOutcome::Accepted(said("took it")),
        Some(64 | 66 | 69 | 78 | 127) => SendOutcome::Abort(said("cannot work")), // usage, no input, unavailable, config
        Some(77) => SendOutcome::Abort(said("gives no permission")),
        Some(67 | 68) => SendOutcome::Refused(said("knows no such recipient")),
        Some(65) => SendOutcome::Refused(said("refuses the mail")),
        Some(code) => SendOutcome::Deferred(said(&format!("ended with {code}"))), // 75 is EX_TEMPFAIL
        None => SendOutcome::Unknown(said("was killed")),
    }
}
