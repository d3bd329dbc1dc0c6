//! The preview page: a server on this machine alone that shows the real edition and what another config makes of it.
//!
//! A change is a list of keys. It is made in the config's own text (see [`config::amend`](crate::config::amend)), the text is
//! checked as any config is, and [`compose`](crate::pipeline::compose) makes the edition of what was loaded once: what the
//! page shows is what `--dry-run` shows with that config, because it is the same call. Nothing is written before its patch
//! was seen, and GET changes nothing.
//!
//! `guard` lets in who may come in, `workbench` holds what was loaded and composed, `routes` answers.

mod account;
mod assets;
mod causes;
mod changes;
mod controls;
mod difference;
mod guard;
mod patch;
mod problem;
mod reading;
mod routes;
mod rules;
mod sources;
mod story;
mod trial;
mod watch;
mod ways;
mod workbench;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;

use crate::Error;
use crate::pipeline::workers::Workers;
use crate::serve::guard::Keys;
use crate::serve::workbench::Workbench;

/// Ports tried after one that is taken.
const MORE_PORTS: u16 = 20;

/// How the page is served.
#[derive(Debug, Clone)]
pub struct Options {
    /// The config that is tuned.
    pub config: PathBuf,
    /// The first port to try; 0 takes any that is free.
    pub port: u16,
    /// The time of the next edition.
    pub now: Timestamp,
    /// Read the answers of the last gathering and ask nobody.
    pub offline: bool,
}

/// Services the page needs from the process.
pub struct Surroundings {
    /// Looks up an environment variable (`password_env`).
    pub environment: fn(&str) -> Option<String>,
    /// Who reads what strangers sent; `None`: this process, without limits.
    pub workers: Option<Workers>,
}

/// A page that is ready to be opened.
pub struct Server {
    listener: TcpListener,
    workbench: Arc<Workbench>,
    keys: Arc<Keys>,
}

impl Server {
    /// Loads all that the next edition is composed of, and takes a port of this machine.
    ///
    /// # Errors
    /// The config or the template is wrong, the store cannot be read, or no port is free.
    pub async fn start(options: &Options, surroundings: Surroundings) -> Result<Self, Error> {
        let workbench = Workbench::open(options, surroundings).await?;
        let listener = listen(options.port).await.map_err(Error::Runtime)?;
        let port = listener.local_addr().map_err(Error::Runtime)?.port();
        let keys = Keys::new(port)?;
        Ok(Self { listener, workbench: Arc::new(workbench), keys: Arc::new(keys) })
    }

    /// The address that opens the page, once and within five minutes.
    pub fn address(&self) -> String {
        self.keys.opening_address()
    }

    /// The port that was taken.
    pub fn port(&self) -> u16 {
        self.keys.port
    }

    /// Answers until `cancel` becomes true.
    ///
    /// # Errors
    /// The listener fails.
    pub async fn run(self, mut cancel: Receiver<bool>) -> Result<(), Error> {
        let watching = tokio::spawn(watch::watch(self.workbench.clone()));
        let workbench = self.workbench.clone();
        let router = routes::router(self.workbench, self.keys);
        let done = tokio::select! {
            served = axum::serve(self.listener, router).into_future() => served.map_err(Error::Runtime),
            _ = cancel.wait_for(|ended| *ended) => {
                workbench.say("bye", &serde_json::Value::Null);
                // Open pages hear of it before their connection ends.
                tokio::task::yield_now().await;
                Ok(())
            }
        };
        watching.abort();
        done
    }
}

/// `port`, or the next that is free.
async fn listen(port: u16) -> io::Result<TcpListener> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut last = TcpListener::bind(at(port)).await;
    for next in 1..=MORE_PORTS {
        let taken = last.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse);
        let Some(next) = port.checked_add(next).filter(|_| taken) else { break };
        last = TcpListener::bind(at(next)).await;
    }
    last
}
