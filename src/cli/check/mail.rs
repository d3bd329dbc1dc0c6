//! The mail itself, the server that is to take it, and the domain it comes from.

use jiff::Timestamp;

use super::{Args, Findings, example_edition};
use crate::Error;
use crate::cli::Exit;
use crate::cli::run::environment;
use crate::config::Config;
use crate::model::{Problem, Recipient, SendOutcome};
use crate::send::{self, Dns, MessageTemplate, Options, PreparedMessage, Signer, TransportKind};

pub(super) async fn check(
    args: &Args,
    config: &Config,
    options: &Options,
    now: Timestamp,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let signer = options.dkim.as_ref().map(Signer::new).transpose()?;
    let to = args.send_test.as_deref().map_or(Ok("reader@example.net".into()), send::normalize)?;
    let prepared = example_message(config, options, signer.as_ref(), &to, now)?;
    findings.problems(send::lint(&prepared.message.bytes));
    if options.transport == TransportKind::File || args.offline {
        return Ok(());
    }
    if options.transport == TransportKind::Smtp {
        ask_server(options, findings).await?;
    }
    let found = send::inspect(options, signer.as_ref(), &Dns::new(args.resolver)?).await?;
    found.fine.iter().for_each(|words| findings.fine(words));
    findings.problems(found.problems);
    if args.send_test.is_some() {
        tell_answer(&to, hand_over(options, &prepared).await?, findings);
    }
    Ok(())
}

/// Sends an invented edition to `to`.
pub(in crate::cli) async fn send_test(
    config: &Config,
    options: &Options,
    to: &str,
    now: Timestamp,
) -> Result<SendOutcome, Error> {
    let signer = options.dkim.as_ref().map(Signer::new).transpose()?;
    hand_over(options, &example_message(config, options, signer.as_ref(), to, now)?).await
}

async fn hand_over(options: &Options, prepared: &PreparedMessage) -> Result<SendOutcome, Error> {
    let transport = send::transport(options, &environment)?;
    let answer = transport.send(&prepared.message).await;
    transport.close().await;
    Ok(answer)
}

/// The mail that a reader would get of an invented edition.
fn example_message(
    config: &Config,
    options: &Options,
    signer: Option<&Signer>,
    to: &str,
    now: Timestamp,
) -> Result<PreparedMessage, Error> {
    let (edition, rendered, placeholders) = example_edition(config, now)?;
    let template = MessageTemplate::new(&edition, &rendered, &placeholders, options)?;
    let reader = Recipient { address: to.to_owned(), ..Recipient::default() };
    let deliveries = send::plan_deliveries(&edition, &[reader], std::slice::from_ref(&edition.language), options)?;
    Ok(template.preview(&deliveries[0], signer)?)
}

async fn ask_server(options: &Options, findings: &mut Findings<'_>) -> Result<(), Error> {
    let place = format!("{}:{}", options.smtp.host, options.smtp.port());
    match send::smtp(options, &environment)?.greet().await {
        Ok(greeting) => {
            let secured = if greeting.encrypted { "encrypted" } else { "in clear" };
            let user = options.smtp.username.as_deref().filter(|_| greeting.logged_in);
            let login = user.map_or_else(|| "without logging in".to_owned(), |user| format!("logged in as {user}"));
            let name = &greeting.name;
            findings.fine(&format!("`{place}` answers as {name}: {secured}, {login}"));
            findings.fine(&format!("it offers {}", greeting.offers.join(", ")));
        }
        Err(answer) => {
            let problem = Problem::new(place, "the mail server cannot be used").because(words(answer));
            findings.problems([problem.hint("see [mail.smtp] in the config")]);
        }
    }
    Ok(())
}

fn tell_answer(to: &str, answer: SendOutcome, findings: &mut Findings<'_>) {
    match answer {
        SendOutcome::Accepted(words) => findings.fine(&format!("the test mail to {to} was taken: {words}")),
        other => {
            findings.problems([Problem::new(to, "the test mail was not taken").because(words(other))]);
            findings.exit = Exit::Failed;
        }
    }
}

fn words(answer: SendOutcome) -> String {
    match answer {
        SendOutcome::Accepted(words)
        | SendOutcome::Deferred(words)
        | SendOutcome::Unavailable(words)
        | SendOutcome::Refused(words)
        | SendOutcome::Unknown(words)
        | SendOutcome::Abort(words) => words,
    }
}
