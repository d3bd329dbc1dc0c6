//! How `--dry-run` shows an edition: the exact mail, or one of its parts.

use std::fs;
use std::io::{self, Write};

use serde_json::json;

use crate::Error;
use crate::cli::run::{Args, Format};
use crate::config::Config;
use crate::model::Recipient;
use crate::pipeline::{self, Composed};
use crate::send::{Placeholders, PreparedMessage, Signer};

/// Writes the edition as `args` ask for it: to the standard output or into a file.
pub(super) fn edition(args: &Args, config: &Config, composed: &Composed, to: &[Recipient]) -> Result<(), Error> {
    let shown = shown(args.format, config, composed, to)?;
    let Some(path) = &args.output else {
        if args.open {
            return Err(Error::Usage("--open opens what --output wrote: name a file".into()));
        }
        return to_stdout_bytes(&shown);
    };
    let name = path.display().to_string();
    fs::write(path, shown).map_err(Error::file("write", &name))?;
    if args.open {
        open::that_detached(path).map_err(Error::file("open", &name))?;
    }
    Ok(())
}

fn shown(format: Format, config: &Config, composed: &Composed, to: &[Recipient]) -> Result<Vec<u8>, Error> {
    let rendered = composed.rendered();
    let mail = prepared(config, composed, to)?;
    Ok(match format {
        Format::Html => own(composed, to, &rendered.html).into_bytes(),
        Format::Md => own(composed, to, &rendered.markdown).into_bytes(),
        Format::Json => {
            let composition = &composed.composition;
            let decisions = &composition.decisions;
            let size = rendered.html.len();
            let all = json!({
                "edition": composition.edition, "subject": rendered.subject, "html_bytes": size, "decisions": decisions,
            });
            format!("{all:#}\n").into_bytes()
        }
        Format::Eml => match mail {
            Some(mail) => mail.message.bytes,
            None => return Err(Error::Usage("without [mail] in the config there is no message to show".into())),
        },
        Format::Text => {
            let head = mail.map_or_else(|| format!("Subject: {}\n", rendered.subject), |mail| headers(&mail));
            format!("{head}\n{}", own(composed, to, &rendered.text)).into_bytes()
        }
    })
}

/// The message of the first recipient.
fn prepared(config: &Config, composed: &Composed, to: &[Recipient]) -> Result<Option<PreparedMessage>, Error> {
    let (Some(mail), Some(_)) = (&config.mail, to.first()) else { return Ok(None) };
    let signer = mail.dkim.as_ref().map(Signer::new).transpose()?;
    let templates = pipeline::message_templates(composed, mail)?;
    let deliveries = pipeline::deliveries(composed, &to[..1], mail)?;
    let Some(delivery) = deliveries.first() else { return Ok(None) };
    let template = templates.iter().find(|(language, _)| *language == delivery.template).or(templates.first());
    Ok(template.map(|(_, template)| template.preview(delivery, signer.as_ref())).transpose()?)
}

/// The head of a message as it stands on the wire, but for its line ends.
fn headers(mail: &PreparedMessage) -> String {
    let message = String::from_utf8_lossy(&mail.message.bytes);
    let head = message.split("\r\n\r\n").next().unwrap_or_default();
    let size = mail.message.bytes.len();
    format!("{}\n(the whole message has {size} bytes)\n", head.replace("\r\n", "\n"))
}

/// A part with the first recipient's own data in it.
fn own(composed: &Composed, to: &[Recipient], part: &str) -> String {
    let placeholders = Placeholders::of(&composed.edition().id);
    let address = to.first().map_or("you", |recipient| recipient.address.as_str());
    part.replace(&placeholders.address, address)
}

/// Data for another program or a person.
pub(in crate::cli) fn to_stdout(text: &str) -> Result<(), Error> {
    to_stdout_bytes(text.as_bytes())
}

fn to_stdout_bytes(bytes: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Error::Stdout)
}
