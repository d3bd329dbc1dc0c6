//! Which addresses may be asked for.
//!
//! A feed is written by strangers, and so are its links and redirects: without a guard, one of them could make this
//! program read the router's settings or a cloud's credentials. The guard therefore knows two checks. [`check`] looks
//! at a URL: http or https only, and no literal address of a private network in any spelling (the `url` crate turns
//! `0x7f.1`, `2130706433` and `①②⑦.0.0.1` into `127.0.0.1` before we look). [`PublicOnly`] looks at what a name
//! resolves to, at the moment of connecting, so that a name cannot change its mind in between.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::fetch::Error;

/// The guard refused an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{host}` is an address of a private network{}", beside(.host, .address))]
pub struct Refused {
    host: String,
    address: IpAddr,
}

/// The address behind a name; an address stands there by itself.
fn beside(host: &str, address: &IpAddr) -> String {
    let address = address.to_string();
    if host == address { String::new() } else { format!(" ({address})") }
}

/// Blocks of IPv4 that no public site lives in: special-purpose ones (IANA registry, RFC 6890), and those of platforms.
const CLOSED_V4: [&str; 19] = [
    "0.0.0.0/8",       // this network
    "10.0.0.0/8",      // private
    "100.64.0.0/10",   // carrier-grade NAT
    "127.0.0.0/8",     // loopback
    "169.254.0.0/16",  // link-local, and the metadata service of clouds
    "172.16.0.0/12",   // private
    "192.0.0.0/24",    // protocol assignments
    "192.0.2.0/24",    // documentation
    "192.88.99.0/24",  // 6to4 relays
    "192.168.0.0/16",  // private
    "198.18.0.0/15",   // benchmarks
    "198.51.100.0/24", // documentation
    "203.0.113.0/24",  // documentation
    "224.0.0.0/4",     // multicast
    "240.0.0.0/4",     // reserved, and broadcast
    // Public by number, yet inside a platform they lead to its own services.
    "168.63.129.16/32", // Azure: the wire server
    "192.80.8.124/32",  // Equinix Metal: metadata
    "161.26.0.0/16",    // IBM Cloud: infrastructure
    "166.8.0.0/14",     // IBM Cloud: service endpoints
];

/// Parts of the global IPv6 space (2000::/3) that are not ordinary addresses; all outside of it is closed anyway.
const CLOSED_V6: [&str; 3] = [
    "2001::/23",     // protocol assignments: Teredo, benchmarks, ORCHID
    "2001:db8::/32", // documentation
    "3fff::/20",     // documentation
];

static NETS_V4: LazyLock<Vec<Ipv4Net>> =
    LazyLock::new(|| CLOSED_V4.iter().filter_map(|net| net.parse().ok()).collect());
static NETS_V6: LazyLock<Vec<Ipv6Net>> =
    LazyLock::new(|| CLOSED_V6.iter().filter_map(|net| net.parse().ok()).collect());

/// Whether `address` belongs to the public internet.
///
/// An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is as public as the one it carries.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !NETS_V4.iter().any(|net| net.contains(&address))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        _ => s[0] & 0xe000 == 0x2000 && !NETS_V6.iter().any(|net| net.contains(&address)),
    }
}

/// Longest address that is asked for, in bytes; servers take as much at best (RFC 9110, section 4.1 asks for 8,000).
pub const LONGEST: usize = 8192;

/// `text` as an address that may be asked for.
///
/// # Errors
/// [`Error::Refused`] if it is no URL, longer than [`LONGEST`], neither http nor https, or (unless `allow_private`) a private address.
pub fn check(text: &str, allow_private: bool) -> Result<Url, Error> {
    let refused = |reason: String| Error::Refused { url: shown(text), reason };
    if text.len() > LONGEST {
        let start = text.char_indices().take_while(|(at, _)| *at < 100).last().map_or(0, |(at, _)| at);
        return Err(Error::Refused {
            url: shown(&text[..start]),
            reason: format!("it is longer than {LONGEST} bytes"),
        });
    }
    let url = Url::parse(text).map_err(|error| refused(format!("it is not a URL ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("only http and https are fetched".into()));
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Err(refused("it names no host".into())),
    };
    match address.filter(|address| !allow_private && !is_public(*address)) {
        Some(address) => Err(refused(Refused { host: address.to_string(), address }.to_string())),
        None => Ok(url),
    }
}

/// `url` for records: without user and password.
pub fn without_credentials(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else { return url.to_owned() };
    if !parsed.username().is_empty() || parsed.password().is_some() {
        // Both only fail for URLs that cannot have credentials in the first place.
        let _ = parsed.set_username("");
        let _ = parsed.set_password(None);
    }
    parsed.into()
}

/// `url` for messages, which reach logs and mails: without user, password, query and fragment, where tokens stand.
pub fn shown(url: &str) -> String {
    let whole = without_credentials(url);
    let end = whole.find(['?', '#']).unwrap_or(whole.len());
    // What is no URL may still hold all that one has.
    let start = if Url::parse(&whole).is_ok() { 0 } else { whole[..end].rfind('@').map_or(0, |at| at + 1) };
    let kept: String = whole[start..end].chars().take(200).collect();
    if kept.len() == whole.len() { kept } else { format!("{kept}…") }
}

/// The site of `url` for messages about an address whose path is a secret, too.
pub fn shown_site(url: &str) -> String {
    let site = Url::parse(url).ok().and_then(|url| Some(format!("{}://{}/…", url.scheme(), url.host_str()?)));
    site.unwrap_or_else(|| "…".to_owned())
}

/// The system's resolver, without the addresses of private networks.
#[derive(Debug, Clone, Copy)]
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let open: Vec<_> = found.iter().copied().filter(|address| is_public(address.ip())).collect();
            match (open.is_empty(), found.first()) {
                (false, _) => Ok(Box::new(open.into_iter()) as Addrs),
                (true, Some(address)) => Err(Refused { host, address: address.ip() }.into()),
                (true, None) => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_listed_block_is_read() {
        assert_eq!((NETS_V4.len(), NETS_V6.len()), (CLOSED_V4.len(), CLOSED_V6.len()));
    }

    #[test]
    fn private_addresses_are_refused_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.0.0.1.",
            "①②⑦.⓪.⓪.①",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "192.168.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "100.64.0.1",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.192",
            "[::ffff:168.63.129.16]",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[2001:db8::1]",
            "user:pw@127.0.0.1",
            "example.com@127.0.0.1",
        ] {
            let url = format!("http://{host}/");
            assert!(matches!(check(&url, false), Err(Error::Refused { .. })), "{host}");
            assert!(check(&url, true).is_ok(), "{host}");
        }
        assert!(check("http://127.0.0.1:80\\@example.com/", false).is_err());
    }

    #[test]
    fn public_addresses_pass() {
        for host in
            ["93.184.216.34", "172.32.0.1", "100.128.0.1", "[2606:2800:220:1::1]", "[::ffff:8.8.8.8]", "example.org"]
        {
            assert!(check(&format!("https://{host}/feed"), false).is_ok(), "{host}");
        }
    }

    #[test]
    fn an_address_has_an_end() {
        let long = |length: usize| format!("https://example.org/{}", "ä".repeat(length));
        assert!(check(&long(4000), false).is_ok());
        let error = check(&long(6_000_000), false).unwrap_err().to_string();
        assert!(error.contains("longer than 8192 bytes") && error.len() < 500, "{error}");
    }

    #[test]
    fn only_http_and_https_pass() {
        for url in [
            "file:///etc/passwd",
            "gopher://127.0.0.1:25/_HELO",
            "data:text/xml,<rss/>",
            "javascript:alert(1)",
            "",
            "x",
        ] {
            assert!(matches!(check(url, true), Err(Error::Refused { .. })), "{url}");
        }
    }

    proptest! {
        #[test]
        fn no_secret_of_an_address_is_shown(
            token in "[A-Z]{8,12}", host in "[a-z]{1,8}\\.example", path in "(/[a-z]{0,5}){0,3}", ill in any::<bool>(),
        ) {
            // Some that are no URLs, but still hold a secret.
            let port = if ill { ":port" } else { "" };
            let url = format!("https://{token}:{token}@{host}{port}{path}?a={token}&{token}#{token}");
            for shown in [shown(&url), shown_site(&url)] {
                prop_assert!(!shown.contains(&token), "{shown}");
            }
            for allow in [true, false] {
                if let Err(error) = check(&url, allow) {
                    prop_assert!(!error.to_string().contains(&token), "{error}");
                }
            }
        }

        #[test]
        fn no_spelling_of_a_private_address_passes(address in any::<u32>(), form in 0..4) {
            let address = Ipv4Addr::from(address);
            let [a, b, c, d] = address.octets();
            let host = match form {
                0 => address.to_string(),
                1 => u32::from(address).to_string(),
                2 => format!("0x{a:x}.0{b:o}.{c}.{d}"),
                _ => format!("[::ffff:{address}]"),
            };
            let passes = check(&format!("http://{host}/"), false).is_ok();
            prop_assert_eq!(passes, is_public(IpAddr::V4(address)), "{}", host);
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        let secret = "https://me:secret@example.org/feed?x=secret#secret";
        assert_eq!(without_credentials(secret), "https://example.org/feed?x=secret#secret");
        assert_eq!(shown(secret), "https://example.org/feed…");
        assert_eq!(shown("https://example.org/feed"), "https://example.org/feed");
        assert_eq!(shown("https://me:secret@example.org:port/feed?x=secret"), "example.org:port/feed…");
        assert_eq!(shown_site("https://hc.example/secret"), "https://hc.example/…");
        let endless = shown(&format!("https://example.org/{}", "x".repeat(100_000)));
        assert!(endless.len() < 300, "{endless}");
    }
}
