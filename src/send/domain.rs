//! The DNS records of the domain we send from, as receivers see them: SPF, the DKIM key, DMARC, and whether they fit.
//!
//! A receiver trusts a mail whose `From` domain is *aligned* with the domain that SPF or DKIM vouches for (RFC 7489,
//! 3.1). The envelope sender is the `From` address, so SPF is aligned by itself; DKIM is if its domain is that of
//! `From`, or above or below it.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::{Resolver, TokioResolver};

use super::{Error, Mailbox, Options, Security, Signer};
use crate::model::Problem;

/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Findings about a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Records that are as they should be, in plain words.
    pub fine: Vec<String>,
    /// Records that are missing or wrong, and the record to add.
    pub problems: Vec<Problem>,
}

/// Asks a name server for what it says of the domains of our mail.
#[derive(Debug)]
pub struct Dns(TokioResolver);

impl Dns {
    /// The name server at `address`; `None`: that of this machine.
    ///
    /// # Errors
    /// When this machine has none.
    pub fn new(address: Option<SocketAddr>) -> Result<Self, Error> {
        let fails = |error| Error::Settings(format!("no name server can be asked: {error}"));
        let mut builder = match address {
            None => Resolver::builder_tokio().map_err(fails)?,
            Some(address) => {
                let mut server = NameServerConfig::udp_and_tcp(address.ip());
                server.connections.iter_mut().for_each(|connection| connection.port = address.port());
                let config = ResolverConfig::from_parts(None, vec![], vec![server]);
                Resolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        (builder.options_mut().timeout, builder.options_mut().attempts) = (TIMEOUT, 2);
        Ok(Self(builder.build().map_err(fails)?))
    }

    /// The texts at `name`; none if there is no such name.
    async fn texts(&self, name: &str) -> Result<Vec<String>, Problem> {
        let lookup = match self.0.txt_lookup(format!("{name}.")).await {
            Ok(lookup) => lookup,
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            Err(error) => return Err(Problem::new(name, "the DNS cannot be asked for it").because(error)),
        };
        let text = |data: &RData| match data {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        };
        Ok(lookup.answers().iter().filter_map(|record| text(&record.data)).collect())
    }

    /// Where programs of people at `domain` hand in their mail, by the domain's own word (RFC 6186; with TLS from the first
    /// byte first, RFC 8314, 3): host, port and how it is protected.
    pub async fn submission(&self, domain: &str) -> Option<(String, u16, Security)> {
        for (service, security) in [("_submissions", Security::Tls), ("_submission", Security::Starttls)] {
            let Ok(lookup) = self.0.srv_lookup(format!("{service}._tcp.{domain}.")).await else { continue };
            let servers = lookup.answers().iter().filter_map(|record| match &record.data {
                RData::SRV(server) => Some(server),
                _ => None,
            });
            // A target of "." says that there is no such service.
            let offered = servers.filter(|server| !server.target.is_root() && server.port > 0);
            if let Some(server) = offered.min_by_key(|server| (server.priority, std::cmp::Reverse(server.weight))) {
                let host = server.target.to_ascii();
                return Some((host.trim_end_matches('.').to_owned(), server.port, security));
            }
        }
        None
    }

    /// The hosts that take mail for `domain`; none if that cannot be known.
    pub async fn exchangers(&self, domain: &str) -> Vec<String> {
        let Ok(lookup) = self.0.mx_lookup(format!("{domain}.")).await else { return Vec::new() };
        let host = |data: &RData| match data {
            RData::MX(mx) => Some(mx.exchange.to_ascii().trim_end_matches('.').to_owned()),
            _ => None,
        };
        lookup.answers().iter().filter_map(|record| host(&record.data)).collect()
    }

    /// The texts at `name` that begin with `tag`.
    async fn tagged(&self, name: &str, tag: &str) -> Result<Vec<String>, Problem> {
        let is_tagged = |text: &String| text.trim_start().to_ascii_lowercase().starts_with(tag);
        Ok(self.texts(name).await?.into_iter().filter(is_tagged).collect())
    }
}

/// The findings of receivers about the mail of `options`, signed by `signer`.
///
/// # Errors
/// When `[mail] from` is no address.
pub async fn inspect(options: &Options, signer: Option<&Signer>, dns: &Dns) -> Result<Findings, Error> {
    let from = Mailbox::parse(&options.from)?;
    let domain = from.domain();
    let mut findings = Findings::default();
    findings.add(spf(domain, &options.smtp.host, dns).await);
    findings.add(dkim(domain, signer, dns).await);
    findings.add(dmarc(domain, signer, dns).await);
    Ok(findings)
}

impl Findings {
    fn add(&mut self, found: Result<String, Problem>) {
        match found {
            Ok(fine) => self.fine.push(fine),
            Err(problem) => self.problems.push(problem),
        }
    }
}

async fn spf(domain: &str, host: &str, dns: &Dns) -> Result<String, Problem> {
    let records = dns.tagged(domain, "v=spf1").await?;
    let allowed = if host.is_empty() { "mx".to_owned() } else { format!("a:{host}") };
    let add = format!("add the TXT record `{domain}`: \"v=spf1 {allowed} ~all\", or what your mail provider tells you");
    match records.as_slice() {
        [] => {
            Err(Problem::new(domain, "has no SPF record: receivers cannot tell which servers may send for it")
                .hint(add))
        }
        [record] if record.split_whitespace().any(|term| matches!(term, "+all" | "all")) => {
            Err(Problem::new(domain, "has an SPF record that lets every server in the world send for it")
                .because(record)
                .hint("end it with \"~all\""))
        }
        [record] => Ok(format!("SPF: {domain} names who may send for it ({record}); aligned, as bounces go to From")),
        _ => Err(Problem::new(domain, "has more than one SPF record, which counts as none").hint("join them into one")),
    }
}

async fn dkim(domain: &str, signer: Option<&Signer>, dns: &Dns) -> Result<String, Problem> {
    let Some(signer) = signer else {
        return Ok(format!("DKIM: not signed here; your mail server has to sign for {domain}"));
    };
    let name = signer.record_name();
    let record = signer.record();
    let add = format!("add the TXT record `{name}`: \"{record}\"");
    if !is_aligned(signer.domain(), domain) {
        let what =
            format!("signs the mail, but it comes from {domain}: the signature is not aligned, and does not count");
        return Err(Problem::new(signer.domain(), what).hint(format!("set `domain = \"{domain}\"` under [mail.dkim]")));
    }
    let published = dns.texts(&name).await?;
    let key = |record: &str| tag(record, "p");
    match published.iter().find(|text| text.contains("p=")) {
        None => Err(Problem::new(name, "holds no DKIM key: every signature will fail").hint(add)),
        Some(text) if key(text).is_none_or(|key| key.is_empty()) => {
            Err(Problem::new(name, "holds a DKIM key that was revoked").hint(add))
        }
        Some(text) if key(text) != key(&record) => {
            Err(Problem::new(name, "holds another DKIM key than the one we sign with: every signature will fail")
                .hint(add))
        }
        Some(_) => Ok(format!("DKIM: {name} holds the key we sign with; aligned with {domain}")),
    }
}

async fn dmarc(domain: &str, signer: Option<&Signer>, dns: &Dns) -> Result<String, Problem> {
    // The policy of the domain, else of the next one above it, but never of a whole top-level domain.
    let mut at = Some(domain);
    while let Some(name) = at {
        let records = dns.tagged(&format!("_dmarc.{name}"), "v=dmarc1").await?;
        match records.as_slice() {
            [] => at = name.split_once('.').map(|(_, above)| above).filter(|above| above.contains('.')),
            [record] => return dmarc_fits(domain, name, record, signer),
            _ => {
                return Err(Problem::new(
                    format!("_dmarc.{name}"),
                    "has more than one DMARC record, which counts as none",
                ));
            }
        }
    }
    let add = format!("add the TXT record `_dmarc.{domain}`: \"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\"");
    Err(Problem::new(domain, "has no DMARC record: large providers ask for one, if only with p=none").hint(add))
}

fn dmarc_fits(domain: &str, at: &str, record: &str, signer: Option<&Signer>) -> Result<String, Problem> {
    let policy = tag(record, "p").unwrap_or_default();
    let is_strict = tag(record, "adkim").is_some_and(|mode| mode.eq_ignore_ascii_case("s"));
    if let Some(signer) = signer.filter(|signer| is_strict && !signer.domain().eq_ignore_ascii_case(domain)) {
        let what = format!("asks for strict alignment (adkim=s), but {} signs mail of {domain}", signer.domain());
        let hint = format!("set `domain = \"{domain}\"` under [mail.dkim], or adkim=r in the record");
        return Err(Problem::new(format!("_dmarc.{at}"), what).hint(hint));
    }
    let meaning = match policy.to_ascii_lowercase().as_str() {
        "none" => "mail that is not aligned is only reported",
        "quarantine" => "mail that is not aligned goes to the junk folder",
        "reject" => "mail that is not aligned is refused",
        _ => return Err(Problem::new(format!("_dmarc.{at}"), "has no policy that is known").because(record)),
    };
    Ok(format!("DMARC: _dmarc.{at} says p={policy}: {meaning}"))
}

/// The value of a tag in a `tag=value; …` record, without blanks.
fn tag(record: &str, name: &str) -> Option<String> {
    let mut tags = record.split(';').filter_map(|tag| tag.split_once('='));
    let value = tags.find(|(tag, _)| tag.trim().eq_ignore_ascii_case(name))?.1;
    Some(value.split_whitespace().collect())
}

/// Relaxed alignment (RFC 7489, 3.1.1), without the list of public suffixes: one is the other, or below it.
fn is_aligned(signing: &str, from: &str) -> bool {
    let (signing, from) = (signing.to_ascii_lowercase(), from.to_ascii_lowercase());
    let is_below = |domain: &str, above: &str| domain.strip_suffix(above).is_some_and(|rest| rest.ends_with('.'));
    signing == from || is_below(&from, &signing) || is_below(&signing, &from)
}
