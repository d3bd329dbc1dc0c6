//! `digest preview`: the page to tune the config on.

use std::io::IsTerminal;

use jiff::Timestamp;

use crate::cli::read_worker::workers;
use crate::cli::run::{self, browse};
use crate::cli::words::count;
use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::error::{Error, Usage};
use crate::pipeline::replies;
use crate::serve::{Options, Server, Surroundings};

/// Shows the next edition on a page in the browser, and what another config would make of it
///
/// The page is served to this machine alone. It shows the mail, why each story and each sentence stands in it, what was left out
/// and why; each setting can be moved, and the page says what comes in and what goes out by it. Nothing is written before you
/// saw the lines that change, and nothing is sent but a test mail that you ask for. It reads the answers of the last gathering;
/// where there are none, or with --online, it asks the sources as --dry-run does.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The port to serve the page on; if it is taken, the next one
    #[arg(long, default_value_t = 8431)]
    port: u16,
    /// Do not open the browser: print the address
    #[arg(long)]
    no_open: bool,
    /// Ask the sources now instead of reading the answers of the last gathering
    #[arg(long)]
    online: bool,
    /// Compose as if it were this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let path = session.config_path()?;
    let several = session.newsletters().len();
    if several > 0 {
        return Err(Usage::SeveralNewsletters(several).into());
    }
    let config = Config::load(&path)?;
    let is_recorded = replies(&config.store).is_dir();
    let options = Options {
        config: path,
        port: args.port,
        now: args.now.unwrap_or(session.now),
        offline: is_recorded && !args.online,
    };
    session.block_on(serve(args, &options, &config, session))?
}

async fn serve(args: &Args, options: &Options, config: &Config, session: &Session) -> Result<Exit, Error> {
    let cancel = run::end_of_program();
    if !options.offline {
        session.output.say(&format!("asking {} …", count(config.sources.len(), "source", "sources")));
    }
    let surroundings = Surroundings { environment: run::environment, workers: Some(workers(config)?) };
    let server = Server::start(options, surroundings).await?;
    let address = server.address();
    if args.port != 0 && server.port() != args.port {
        session.output.say(&format!("port {} is taken: {} is used", args.port, server.port()));
    }
    // Whoever reads our output gets the address; a browser is only opened for a person.
    let opened = !args.no_open && std::io::stdout().is_terminal() && browse(address.as_ref()).is_ok();
    if opened {
        session.output.say(&format!("the preview is open in your browser; if it is not, open {address}"));
    } else {
        run::to_stdout(&format!("{address}\n"))?;
    }
    server.run(cancel).await?;
    Ok(Exit::Done)
}
