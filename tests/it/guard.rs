//! Where the program does not go: no address of a private network in any spelling, by no redirect and through no proxy.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::net::TcpListener;

use jiff::SignedDuration;
use newsdigest::fetch::{Accept, Error, Fetch, Http, Options, Reply, Request, ping};

use crate::support::program::Program;
use crate::support::web::{Answer, Web, rss};

fn http() -> Http {
    Http::new(&Options { timeout: SignedDuration::from_secs(2), retries: 0, ..Options::default() }).unwrap()
}

async fn ask(http: &Http, url: &str, private: bool) -> Result<Reply, Error> {
    http.fetch(Request::new(url, Accept::Page).private(private)).await
}

#[tokio::test]
async fn this_machine_is_not_asked_however_it_is_spelled() {
    let web = Web::start();
    web.on("/secret", Answer::Body("text/plain", b"secret".to_vec()));
    let spellings = [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0X7F.0.0.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0177.0.0.01",
        "127.0.0.1.",
        "①②⑦.⓪.⓪.①",
        "127%2e0%2e0%2e1",
        "[::ffff:127.0.0.1]",
        "[::FFFF:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "0.0.0.0",
        "0",
        "localhost",
        "LOCALHOST",
        "me:pw@127.0.0.1",
        "example.org@127.0.0.1",
    ];
    let http = http();
    for host in spellings {
        let url = format!("http://{host}:{}/secret", web.port());
        let before = web.hits("/secret");
        let error = ask(&http, &url, false).await.unwrap_err();
        assert!(error.is_refused() && error.hint().unwrap().contains("allow_private"), "{host}: {error}");
        assert_eq!(web.hits("/secret"), before, "{host}: nobody was asked");
        // It is this machine: who may go there, gets there; by the longer forms only where IPv6 is switched on.
        let open = ask(&http, &url, true).await;
        assert!(host.starts_with('[') || open.is_ok_and(|reply| reply.bytes == b"secret"), "{host}");
    }
}

#[tokio::test]
async fn no_network_but_the_public_one_is_asked() {
    let http = http();
    for host in [
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.254",
        "192.168.1.1",
        "0xc0a80101",
        "100.64.0.1",
        "100.127.255.254",
        "169.254.169.254",
        "0xa9fea9fe",
        "[::ffff:169.254.169.254]",
        "192.0.0.170",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.251",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fdff:ffff::1]",
        "[fe80::1]",
        "[febf::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::10.0.0.1]",
        "[2002:7f00:1::]",
        "[2002:c0a8:101::1]",
        "[2001::1]",
        "[2001:db8::1]",
    ] {
        let error = ask(&http, &format!("http://{host}/"), false).await.unwrap_err();
        assert!(error.is_refused(), "{host}: {error}");
    }
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_leads_to_when_it_is_asked() {
    let web = Web::start();
    let error = ask(&http(), &format!("http://localhost:{}/", web.port()), false).await.unwrap_err();
    assert!(matches!(&error, Error::Refused { reason, .. } if reason.contains("`localhost`")), "{error}");
    assert_eq!(web.hits("/"), 0);
}

/// A config whose sources are `feeds`, each with its settings.
fn program(feeds: &[(&str, &str)]) -> Program {
    let source = |(number, (url, more)): (usize, &(&str, &str))| {
        format!("[[source]]\nname = \"source {number}\"\nfeed = \"{url}\"\nfull_text = \"never\"\n{more}\n")
    };
    let sources: String = feeds.iter().enumerate().map(source).collect();
    Program::new(&format!("version = 1\n{sources}[fetch]\ntimeout = \"2s\"\nretries = 0\n"))
}

#[test]
fn a_proxy_leads_nobody_behind_the_guard() {
    let proxy = Web::start();
    proxy.feed("/feed", &rss("inside", 1));
    let address = proxy.url("");
    let environment: Vec<(&str, &str)> =
        ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            .map(|name| (name, address.as_str()))
            .to_vec();
    // No resolver knows so long a name or asks anybody for it; the proxy might know whatever it likes.
    let name = "r".repeat(64);
    let (clear, secure) = (format!("http://{name}.invalid/feed"), format!("https://{name}.invalid/feed"));
    let inside =
        [(clear.as_str(), ""), (&secure, ""), ("http://169.254.169.254/feed", ""), ("http://localhost/feed", "")];
    program(&inside).run_with(&environment, &["gather"]).ends(75);
    assert_eq!(proxy.all(), Vec::<String>::new());
    program(&[(&clear, "allow_private = true")]).run_with(&environment, &["gather"]).ends(0);
    assert_eq!(proxy.hits("/feed"), 1, "who may go anywhere, goes through the proxy");
}

#[test]
fn a_source_that_may_go_inside_takes_no_other_along() {
    let web = Web::start();
    web.feed("/open", &rss("a", 1)).feed("/closed", &rss("b", 1)).on("/hop", Answer::Redirect(302, "/open".into()));
    let (open, closed, hop) = (web.url("/open"), web.url("/closed"), web.url("/hop"));
    let program = program(&[(&open, "allow_private = true"), (&closed, ""), (&hop, "allow_private = true")]);
    let told = program.run(&["gather"]).ends(1).stderr;
    assert!(told.contains("source 1: ") && told.contains("set `allow_private = true` for this source"), "{told}");
    assert!(!told.contains("source 0: ") && !told.contains("source 2: "), "{told}");
    assert_eq!((web.hits("/open"), web.hits("/closed")), (2, 0));
}

#[tokio::test]
async fn what_is_no_web_address_is_not_fetched() {
    let http = http();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for url in [
        "file:///etc/passwd",
        &format!("ftp://127.0.0.1:{port}/feed"),
        &format!("gopher://127.0.0.1:{port}/_HELO"),
        &format!("ws://127.0.0.1:{port}/"),
        "data:text/xml,<rss/>",
        "javascript:alert(1)",
        "view-source:http://example.org/",
        "http:",
        "//example.org/feed",
        "feed",
        "",
    ] {
        let error = ask(&http, url, true).await.unwrap_err();
        assert!(error.is_refused(), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_typed_address_leads_to_no_other_host_inside() {
    let (web, inside) = (Web::start(), Web::start());
    inside.on("/secret", Answer::Body("text/plain", b"secret".to_vec()));
    web.on("/page", Answer::Body("text/plain", b"page".to_vec())).on("/moved", Answer::Redirect(302, "/page".into()));
    let elsewhere = inside.url("/secret").replace("127.0.0.1", "localhost");
    for (path, to) in [("/name", elsewhere.as_str()), ("/cloud", "http://169.254.169.254/"), ("/v6", "http://[::1]/")] {
        web.on(path, Answer::Redirect(302, to.into()));
        let error = http().fetch(Request::new(web.url(path), Accept::Page).typed()).await.unwrap_err();
        assert!(error.is_refused(), "{path}: {error}");
    }
    let moved = http().fetch(Request::new(web.url("/moved"), Accept::Page).typed()).await.unwrap();
    assert_eq!((moved.bytes.as_slice(), inside.all()), (&b"page"[..], vec![]));
}

#[test]
fn reading_a_typed_address_follows_no_redirect_inside() {
    let (web, inside) = (Web::start(), Web::start());
    let elsewhere = inside.url("/secret").replace("127.0.0.1", "localhost");
    web.on("/page", Answer::Redirect(302, elsewhere));
    let program = program(&[]);
    for command in ["read", "summarize"] {
        let ran = program.run(&[command, &web.url("/page")]);
        assert!(ran.code != 0 && format!("{}{}", ran.stdout, ran.stderr).contains("private network"), "{ran:?}");
    }
    assert_eq!(inside.all(), Vec::<String>::new());
}

#[tokio::test]
async fn a_ping_is_sent_to_no_other_host() {
    let (web, inside) = (Web::start(), Web::start());
    let elsewhere = inside.url("/secret").replace("127.0.0.1", "localhost");
    web.on("/away", Answer::Redirect(302, elsewhere)).on("/here", Answer::Redirect(302, "/there".into()));
    web.on("/there", Answer::Body("text/plain", b"OK".to_vec()));
    ping(&web.url("/here")).await.unwrap();
    let error = ping(&web.url("/away")).await.unwrap_err().to_string();
    assert!(error.contains("another host") && !error.contains("away"), "{error}");
    assert_eq!(inside.all(), Vec::<String>::new());
}
