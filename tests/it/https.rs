//! The web over TLS: the program is believed by no stranger, and speaks HTTP/2 with who offers it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use axum::http::Version;

use crate::support::front::{Front, fixture, front};
use crate::support::program::Program;
use crate::support::web::{Web, rss};

fn program(url: &str) -> Program {
    let source = format!("[[source]]\nname = \"a\"\nfeed = \"{url}\"\nfull_text = \"never\"\nallow_private = true\n");
    Program::new(&format!("version = 1\n{source}[fetch]\ntimeout = \"5s\"\nretries = 0\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_is_spoken_with_a_server_that_offers_it() {
    let web = Web::start();
    web.feed("/feed", &rss("a", 2));
    let port = front(Front::Tls, web.port()).await;
    let program = program(&format!("https://localhost:{port}/feed"));
    let authority = fixture("ca.pem");
    program.run_with(&[("SSL_CERT_FILE", authority.to_str().unwrap())], &["gather"]).ends(0);
    assert_eq!(web.versions("/feed"), [Version::HTTP_2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_certificate_of_a_stranger_or_for_another_name_is_asked_for_nothing() {
    let web = Web::start();
    web.feed("/feed", &rss("a", 2));
    let port = front(Front::Tls, web.port()).await;
    let authority = fixture("ca.pem");
    for (host, environment) in
        [("localhost", vec![]), ("127.0.0.1", vec![("SSL_CERT_FILE", authority.to_str().unwrap())])]
    {
        let program = program(&format!("https://{host}:{port}/feed"));
        let ran = program.run_with(&environment, &["gather"]).ends(75);
        assert!(ran.stderr.contains("cannot connect") && ran.stderr.contains("certificate"), "{}", ran.stderr);
    }
    assert_eq!(web.hits("/feed"), 0);
}

/// Somebody who names the authorities to trust, and mistypes the file, is not made to trust others.
#[test]
fn authorities_that_are_named_and_not_there_are_an_error_that_says_so() {
    let program = program("https://localhost:1/feed");
    let ran = program.run_with(&[("SSL_CERT_FILE", "/nonexistent/ca.pem")], &["gather"]).ends(3);
    assert!(ran.stderr.contains("SSL_CERT_FILE"), "{}", ran.stderr);
}
