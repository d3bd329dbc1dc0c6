//! How `--dry-run` shows an edition: the exact mail, or one of its parts.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::cli::run::{Args, Format};
use crate::cli::terminal;
use crate::error::{Error, Usage};
use crate::pipeline::{Composed, Preview, Report};
use crate::send::PreparedMessage;

/// Writes the edition of `report` as `args` ask for it: to the standard output or into a file.
pub(super) fn edition(args: &Args, report: &Report) -> Result<(), Error> {
    let (Some(composed), Some(preview)) = (&report.composed, &report.preview) else { return Ok(()) };
    let shown = shown(args.format, composed, preview)?;
    let Some(path) = &args.output else { return to_stdout_bytes(&shown) };
    let name = path.display().to_string();
    fs::write(path, shown).map_err(Error::file("write", &name))?;
    if args.open {
        browse(path).map_err(Error::file("open", &name))?;
    }
    Ok(())
}

/// Opens `path` in the program that the user's desktop has for it.
pub(in crate::cli) fn browse(path: &Path) -> io::Result<()> {
    let mut command = match std::env::consts::OS {
        "macos" => Command::new("open"),
        "windows" => Command::new("explorer"),
        _ => Command::new("xdg-open"),
    };
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(drop)
}

fn shown(format: Format, composed: &Composed, preview: &Preview) -> Result<Vec<u8>, Error> {
    let Preview { rendered, message } = preview;
    Ok(match format {
        Format::Html => rendered.html.clone().into_bytes(),
        Format::Md => rendered.markdown.clone().into_bytes(),
        Format::Json => {
            let composition = &composed.composition;
            let decisions = &composition.decisions;
            let size = rendered.html.len();
            let all = json!({
                "edition": composition.edition, "subject": rendered.subject, "html_bytes": size, "decisions": decisions,
            });
            terminal::visible(&format!("{all:#}\n")).into_bytes()
        }
        Format::Eml => message.as_ref().ok_or(Usage::NoMessage)?.message.bytes.clone(),
        Format::Text => {
            let head = message.as_ref().map_or_else(|| format!("Subject: {}\n", rendered.subject), headers);
            format!("{head}\n{}", rendered.text).into_bytes()
        }
    })
}

/// The head of a message as it stands on the wire, but for its line ends.
pub(in crate::cli) fn headers(mail: &PreparedMessage) -> String {
    let message = String::from_utf8_lossy(&mail.message.bytes);
    let head = message.split("\r\n\r\n").next().unwrap_or_default();
    let size = mail.message.bytes.len();
    format!("{}\n(the whole message has {size} bytes)\n", head.replace("\r\n", "\n"))
}

/// Data for another program or a person.
pub(in crate::cli) fn to_stdout(text: &str) -> Result<(), Error> {
    let mut out = terminal::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::Stdout)
}

pub(in crate::cli) fn to_stdout_bytes(bytes: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Error::Stdout)
}
