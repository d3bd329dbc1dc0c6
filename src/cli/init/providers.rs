//! The mail server for an address, where it can be known: a known provider, or what the domain's DNS says.

use serde::Deserialize;

use super::answers::Server;
use crate::send::Dns;

/// A provider of mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    name: String,
    domains: Vec<String>,
    /// Domains that the hosts in their MX records belong to.
    #[serde(default)]
    mx: Vec<String>,
    host: String,
    port: u16,
    /// Which password programs need there.
    password: String,
}

/// A server that may be right, and why.
#[derive(Debug, Clone)]
pub(super) struct Suggestion {
    pub(super) server: Server,
    /// Whose it is.
    pub(super) of: String,
    /// Which password is needed; empty if nothing is known.
    pub(super) password: String,
}

#[derive(Debug, Deserialize)]
struct List {
    provider: Vec<Provider>,
}

fn providers() -> Vec<Provider> {
    // Held by a test; should it ever fail, nothing is suggested.
    toml::from_str(include_str!("providers.toml")).map(|list: List| list.provider).unwrap_or_default()
}

impl Provider {
    fn suggest(self) -> Option<Suggestion> {
        let server = Server::parse(&format!("{}:{}", self.host, self.port)).ok()?;
        Some(Suggestion { server, of: self.name, password: self.password })
    }
}

/// The server of the provider of `domain`, if we know it by name.
pub(super) fn known(domain: &str) -> Option<Suggestion> {
    providers().into_iter().find(|provider| provider.domains.iter().any(|known| known == domain))?.suggest()
}

/// The word of the DNS: the domain's own records of submission (RFC 6186, RFC 8314), else whose servers take its mail.
pub(super) async fn looked_up(domain: &str, dns: &Dns) -> Option<Suggestion> {
    if let Some((host, port, security)) = dns.submission(domain).await {
        let server = Server { host, port: Some(port), security, ..Server::default() };
        return Some(Suggestion { server, of: domain.to_owned(), password: String::new() });
    }
    let hosts = dns.exchangers(domain).await;
    let takes = |provider: &Provider| provider.mx.iter().any(|mx| hosts.iter().any(|host| is_in(host, mx)));
    providers().into_iter().find(takes)?.suggest()
}

/// Whether `host` is `domain`, or in it.
fn is_in(host: &str, domain: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::Security;

    #[test]
    fn every_provider_has_a_server_that_encrypts_and_no_domain_is_named_twice() {
        let all = providers();
        assert!(all.len() > 10);
        let mut domains: Vec<String> = all.iter().flat_map(|provider| provider.domains.clone()).collect();
        let count = domains.len();
        domains.sort();
        domains.dedup();
        assert_eq!(domains.len(), count);
        for provider in all {
            let server = provider.clone().suggest().unwrap().server;
            assert_ne!(server.security, Security::None, "{provider:?}");
        }
    }

    #[test]
    fn a_provider_is_known_by_its_domains() {
        assert_eq!(known("googlemail.com").unwrap().server.host, "smtp.gmail.com");
        assert!(known("example.org").is_none());
    }

    #[test]
    fn a_host_is_in_its_domain_and_in_no_other() {
        assert!(is_in("aspmx.l.Google.com", "google.com") && is_in("google.com", "google.com"));
        assert!(!is_in("notgoogle.com", "google.com"));
    }
}
