//! The connections of one run: busy and idle ones together are never more than [`Options::connections`].

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::{Client, redirect};
use rustls::ClientConfig;
use url::{Origin, Url};

use crate::fetch::guard::PublicOnly;
use crate::fetch::roots;
use crate::fetch::{Error, Options};

/// A client for each origin that was talked to last.
///
/// The library bounds the idle connections of one host, not their sum: after a thousand hosts it would keep a thousand
/// open, and the system gives files to as many only. So each origin has a client of its own, which keeps one idle
/// connection; where another origin needs its place, the client that was idle longest goes, and its connection with it.
#[derive(Debug)]
pub(super) struct Clients {
    options: Options,
    /// With the system's certificates, which take milliseconds to read, and the sessions that can be resumed.
    tls: ClientConfig,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    clients: HashMap<Place, Used>,
    turn: u64,
}

/// Origin, and whether it may lie in a private network.
type Place = (Origin, bool);

#[derive(Debug)]
struct Used {
    client: Client,
    /// Requests under way.
    busy: usize,
    /// When it was asked for last.
    turn: u64,
}

impl Used {
    /// Connections that it may have open.
    fn connections(&self) -> usize {
        self.busy.max(1)
    }
}

/// The client for one request; counts as busy until it is dropped.
#[derive(Debug)]
pub(super) struct Lease<'a> {
    clients: &'a Clients,
    place: Place,
    pub(super) client: Client,
}

impl Clients {
    /// # Errors
    /// When the system's certificates cannot be read, or `user_agent` is no header.
    pub(super) fn new(options: &Options) -> Result<Self, Error> {
        choose_cryptography();
        let mut tls = roots::tls()?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let clients = Self { options: options.clone(), tls, known: Mutex::default() };
        clients.client(false)?;
        Ok(clients)
    }

    /// The client for a request to `url`. No more may be lent at a time than there are to be connections.
    ///
    /// # Errors
    /// When the library cannot make one.
    pub(super) fn lend(&self, url: &Url, private: bool) -> Result<Lease<'_>, Error> {
        let place = (url.origin(), private);
        let mut known = self.known.lock();
        known.turn += 1;
        let turn = known.turn;
        let is_idle = known.clients.get(&place).is_some_and(|used| used.busy == 0);
        if !is_idle {
            known.make_room(self.options.connections, &place);
        }
        if !known.clients.contains_key(&place) {
            let client = self.client(private)?;
            known.clients.insert(place.clone(), Used { client, busy: 0, turn });
        }
        let used = known.clients.get_mut(&place).expect("it was there or has been put there");
        (used.busy, used.turn) = (used.busy + 1, turn);
        Ok(Lease { clients: self, client: used.client.clone(), place })
    }

    fn client(&self, private: bool) -> Result<Client, Error> {
        let limit = self.options.time_limit();
        let builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .user_agent(self.options.agent())
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(limit.min(Duration::from_secs(10)))
            .read_timeout(limit)
            .timeout(limit)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(Duration::from_secs(15));
        // A proxy would resolve names for us, behind the guard's back.
        let builder = if private { builder } else { builder.no_proxy().dns_resolver(PublicOnly) };
        builder.build().map_err(|error| failed(error.to_string()))
    }
}

impl Known {
    /// Drops idle clients, other than that of `place`, until there is room for one more connection.
    fn make_room(&mut self, most: usize, place: &Place) {
        while self.clients.values().map(Used::connections).sum::<usize>() >= most.max(1) {
            let idle = self.clients.iter().filter(|(known, used)| used.busy == 0 && *known != place);
            let Some(oldest) = idle.min_by_key(|(_, used)| used.turn).map(|(known, _)| known.clone()) else { return };
            self.clients.remove(&oldest);
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(used) = self.clients.known.lock().clients.get_mut(&self.place) {
            used.busy -= 1;
        }
    }
}

/// Says who does the cryptography of TLS; the library leaves that to the program.
pub(super) fn choose_cryptography() {
    // The first one stays; another part of the process may have chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn failed(cause: String) -> Error {
    Error::Connect { url: String::new(), cause, answered: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(clients: &Clients) -> usize {
        clients.known.lock().clients.values().map(Used::connections).sum()
    }

    #[test]
    fn busy_and_idle_connections_together_are_bounded() {
        let clients = Clients::new(&Options { connections: 4, ..Options::default() }).unwrap();
        let url = |number: usize| Url::parse(&format!("http://host{}.example/{number}", number % 7)).unwrap();
        let mut busy = Vec::new();
        for number in 0..100 {
            busy.push(clients.lend(&url(number * 3 % 10), false).unwrap());
            assert!(count(&clients) <= 4, "after {number} requests");
            if busy.len() == 1 + number % 4 {
                busy.remove(0);
            }
            busy.truncate(3);
        }
        drop(busy);
        assert!(clients.known.lock().clients.values().all(|used| used.busy == 0));
    }

    #[test]
    fn an_origin_keeps_its_client_while_others_are_idle_longer() {
        let clients = Clients::new(&Options { connections: 2, ..Options::default() }).unwrap();
        let known = |host: &str| {
            let place = (Url::parse(host).unwrap().origin(), false);
            clients.known.lock().clients.contains_key(&place)
        };
        let [a, b, c] = ["http://a.example/", "https://b.example/", "http://c.example/"];
        for host in [a, b, a, c] {
            drop(clients.lend(&Url::parse(host).unwrap(), false).unwrap());
        }
        assert!(known(a) && !known(b) && known(c));
    }
}
