//! The promises of fetching, one test a promise, against a real server on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::Write;
use std::time::Duration;

use jiff::SignedDuration;
use newsdigest::fetch::{Accept, Error, Fetch, Http, Options, Recorded, Reply, Request, Size, record};
use tokio::time::Instant;

use crate::support::web::{Answer, Web, gzip, rss};

fn options() -> Options {
    Options { allow_private: true, timeout: SignedDuration::from_secs(1), retries: 0, ..Options::default() }
}

async fn ask(options: &Options, url: String) -> Result<Reply, Error> {
    Http::new(options).unwrap().fetch(Request::new(url, Accept::Feed)).await
}

#[tokio::test]
async fn a_reply_brings_its_body_and_what_the_server_said_about_it() {
    let web = Web::start();
    web.feed("/feed", &rss("a", 1));
    let reply = ask(&options(), web.url("/feed")).await.unwrap();
    assert_eq!((reply.status, reply.url.as_str(), reply.moved), (200, web.url("/feed").as_str(), None));
    assert_eq!(reply.media_type.as_deref(), Some("application/rss+xml"));
    assert_eq!(reply.validators.etag.as_deref(), Some("\"v1\""));
    assert_eq!(reply.bytes, rss("a", 1).as_bytes());
    let headers = &web.headers("/feed")[0];
    assert!(headers["user-agent"].to_str().unwrap().starts_with("digest/"));
    assert!(headers.get("cookie").is_none() && headers.get("referer").is_none());
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let web = Web::start();
    web.feed("/feed", &rss("a", 1));
    let http = Http::new(&options()).unwrap();
    let first = http.fetch(Request::new(web.url("/feed"), Accept::Feed)).await.unwrap();
    let again = Request::new(web.url("/feed"), Accept::Feed).unless(first.validators);
    let second = http.fetch(again).await.unwrap();
    assert!(second.not_modified && second.bytes.is_empty());
}

#[tokio::test]
async fn a_304_nobody_asked_for_is_an_error() {
    let web = Web::start();
    web.on("/", Answer::Status(304, vec![]));
    assert!(matches!(ask(&options(), web.url("/")).await, Err(Error::Status { status: 304, .. })));
}

#[tokio::test]
async fn statuses_say_what_can_be_done() {
    let web = Web::start();
    for (status, temporary, gone) in [(404, false, false), (410, false, true), (403, false, false), (500, true, false)]
    {
        web.on("/", Answer::Status(status, vec![]));
        let error = ask(&options(), web.url("/")).await.unwrap_err();
        assert_eq!((error.is_temporary(), error.is_gone()), (temporary, gone), "{status}");
    }
}

#[tokio::test]
async fn a_server_that_stumbles_is_asked_again() {
    let web = Web::start();
    let busy = Answer::Status(503, vec![("retry-after", "0".into())]);
    web.row("/feed", vec![busy.clone(), busy, Answer::Body("text/xml", b"ok".to_vec())]);
    let reply = ask(&Options { retries: 2, ..options() }, web.url("/feed")).await.unwrap();
    assert_eq!((reply.bytes.as_slice(), web.hits("/feed")), (b"ok".as_slice(), 3));
}

#[tokio::test]
async fn a_long_retry_after_is_left_for_the_next_run() {
    let web = Web::start();
    for (value, seconds) in [("3600", 3600), ("1000000000000", 7 * 24 * 3600)] {
        web.on("/feed", Answer::Status(503, vec![("retry-after", value.into())]));
        let error = ask(&Options { retries: 2, ..options() }, web.url("/feed")).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
    }
    assert_eq!(web.hits("/feed"), 2);
}

#[tokio::test]
async fn a_silent_and_a_dripping_server_cost_no_more_than_the_timeout() {
    let web = Web::start();
    web.on("/hang", Answer::Hang).on("/drip", Answer::Drip);
    for path in ["/hang", "/drip"] {
        let started = Instant::now();
        let error = ask(&options(), web.url(path)).await.unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }) && error.is_temporary(), "{path}: {error}");
        assert!(started.elapsed() < Duration::from_secs(3), "{path}");
    }
}

#[tokio::test]
async fn nothing_is_fetched_after_the_deadline_of_the_run() {
    let web = Web::start();
    web.on("/hang", Answer::Hang);
    let options =
        Options { timeout: SignedDuration::from_secs(60), deadline: SignedDuration::from_millis(300), ..options() };
    let http = Http::new(&options).unwrap();
    for _ in 0..2 {
        let error = http.fetch(Request::new(web.url("/hang"), Accept::Feed)).await.unwrap_err();
        assert!(matches!(error, Error::Deadline { .. }), "{error}");
    }
}

/// `deflate`, as the standard has it.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// At most 64 kB as one uncompressed meta-block of brotli (RFC 7932, section 9).
fn brotli(bytes: &[u8]) -> Vec<u8> {
    let head = u32::try_from(bytes.len() - 1).unwrap() << 4 | 1 << 20;
    [&head.to_le_bytes()[..3], bytes, &[3]].concat()
}

/// A frame of zstd (RFC 8878, section 3.1.1): `blocks` of raw bytes, or of one byte 128 KiB long.
fn zstd(bytes: &[u8], repeated: usize) -> Vec<u8> {
    let block = |kind: usize, size: usize, last: usize| (size << 3 | kind << 1 | last).to_le_bytes()[..3].to_vec();
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3];
    (0..repeated).for_each(|_| frame.extend([block(1, 128 << 10, 0), vec![b' ']].concat()));
    [frame, block(0, bytes.len(), 1), bytes.to_vec()].concat()
}

/// 8 MiB of spaces, compressed with brotli.
const BROTLI_BOMB: &[u8] = b"\xcb\xff\xff\x3f\xf8\x25\x40\xe2\xb1\x40\x20\xf7\xfe\x6f";

#[tokio::test]
async fn every_encoding_is_read_and_counted_after_decoding() {
    let web = Web::start();
    let limit = Size::mebibytes(1);
    let options = Options { max_body: limit, ..options() };
    let spaces = vec![b' '; 8 << 20];
    for (coding, small, bomb) in [
        ("gzip", gzip(b"small"), gzip(&spaces)),
        ("X-GZip", gzip(b"small"), gzip(&spaces)),
        ("deflate", deflate(b"small"), deflate(&spaces)),
        ("br", brotli(b"small"), BROTLI_BOMB.to_vec()),
        ("zstd", zstd(b"small", 0), zstd(b"", 64)),
        ("gzip, gzip", gzip(&gzip(b"small")), gzip(&gzip(&spaces))),
        ("deflate, gzip", gzip(&deflate(b"small")), gzip(&deflate(&spaces))),
        ("br, gzip", gzip(&brotli(b"small")), gzip(BROTLI_BOMB)),
        ("utf-8", b"small".to_vec(), spaces.clone()),
    ] {
        assert!(coding == "utf-8" || bomb.len() < 100_000, "{coding}: {} bytes", bomb.len());
        web.on("/small", Answer::Encoded(coding, small)).on("/bomb", Answer::Encoded(coding, bomb));
        assert_eq!(ask(&options, web.url("/small")).await.unwrap().bytes, b"small", "{coding}");
        let error = ask(&options, web.url("/bomb")).await.unwrap_err();
        assert_eq!(error, Error::TooLarge { url: web.url("/bomb"), limit }, "{coding}");
    }
    let (mut inside, codings) = (b"small".to_vec(), "gzip, gzip, gzip, gzip, gzip");
    (0..5).for_each(|_| inside = gzip(&inside));
    for (coding, bytes) in [(codings, inside), ("compress", b"small".to_vec())] {
        web.on("/", Answer::Encoded(coding, bytes));
        assert!(matches!(ask(&options, web.url("/")).await, Err(Error::Broken { .. })), "{coding}");
    }
    web.on("/large", Answer::Body("text/xml", vec![b' '; 2 << 20]));
    assert!(matches!(ask(&options, web.url("/large")).await, Err(Error::TooLarge { .. })));
}

#[tokio::test]
async fn broken_answers_are_errors() {
    let web = Web::start();
    web.on("/cut", Answer::Broken).on("/lie", Answer::Encoded("gzip", b"plain".to_vec()));
    let cut = gzip(rss("a", 20).as_bytes());
    web.on("/half", Answer::Encoded("gzip", cut[..cut.len() / 2].to_vec()));
    for path in ["/cut", "/lie", "/half"] {
        let error = ask(&options(), web.url(path)).await.unwrap_err();
        assert!(matches!(error, Error::Broken { .. }), "{path}: {error}");
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = ask(&options(), format!("http://{nobody}/")).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }) && error.is_temporary(), "{error}");
}

#[tokio::test]
async fn redirects_are_followed_so_far_and_permanent_ones_are_told() {
    let web = Web::start();
    web.on("/feed", Answer::Body("text/xml", b"ok".to_vec()));
    web.on("/for-good", Answer::Redirect(308, "/moved".into())).on("/moved", Answer::Redirect(301, "feed".into()));
    web.on("/for-now", Answer::Redirect(302, "/for-good".into()));
    web.on("/loop", Answer::Redirect(302, "/loop".into())).on("/nowhere", Answer::Status(302, vec![]));
    let permanent = ask(&options(), web.url("/for-good")).await.unwrap();
    assert_eq!((permanent.moved, permanent.url), (Some(web.url("/feed")), web.url("/feed")));
    assert_eq!(ask(&options(), web.url("/for-now")).await.unwrap().moved, None);
    for path in ["/loop", "/nowhere"] {
        let error = ask(&options(), web.url(path)).await.unwrap_err();
        assert!(matches!(error, Error::Redirect { .. }), "{error}");
    }
    assert_eq!(web.hits("/loop"), 11);
}

#[tokio::test]
async fn redirects_share_the_time_of_one_answer() {
    let web = Web::start();
    let late = |to: &str| Answer::Late(Duration::from_millis(400), to.to_owned());
    web.on("/1", late("/2")).on("/2", late("/3")).on("/3", late("/4")).on("/4", Answer::Body("text/xml", vec![]));
    let started = Instant::now();
    let error = ask(&options(), web.url("/1")).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_millis(1500), "{:?}", started.elapsed());
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect_to_another_site() {
    let (web, other) = (Web::start(), Web::start());
    web.on("/here", Answer::Redirect(302, "/feed".into())).on("/feed", Answer::Body("text/xml", vec![]));
    web.on("/away", Answer::Redirect(302, other.url("/feed"))).on("/own", Answer::Redirect(302, with(&other, "/feed")));
    other.on("/feed", Answer::Body("text/xml", vec![]));
    fn with(web: &Web, path: &str) -> String {
        web.url(path).replace("http://", "http://me:secret@")
    }
    for path in ["/here", "/away", "/own"] {
        ask(&options(), with(&web, path)).await.unwrap();
    }
    assert!(web.headers("/feed")[0].contains_key("authorization"));
    assert!(other.headers("/feed").iter().all(|headers| !headers.contains_key("authorization")));
}

#[tokio::test]
async fn redirects_to_other_schemes_are_refused() {
    let web = Web::start();
    for to in ["file:///etc/passwd", "gopher://127.0.0.1:25/_HELO", "data:text/xml,<rss/>", "javascript:alert(1)"] {
        web.on("/", Answer::Redirect(302, to.into()));
        let error = ask(&options(), web.url("/")).await.unwrap_err();
        assert!(error.is_refused(), "{to}: {error}");
    }
}

#[tokio::test]
async fn private_addresses_are_not_asked_unless_the_source_says_so() {
    let web = Web::start();
    web.on("/secret", Answer::Body("text/plain", b"secret".to_vec()));
    let guarded = Options { allow_private: false, ..options() };
    let named = web.url("/secret").replace("127.0.0.1", "localhost");
    for url in [web.url("/secret"), named] {
        let error = ask(&guarded, url.clone()).await.unwrap_err();
        assert!(error.is_refused() && error.hint().is_some(), "{url}: {error}");
    }
    assert_eq!(web.hits("/secret"), 0);
    let request = Request::new(web.url("/secret"), Accept::Page).private(true);
    assert_eq!(Http::new(&guarded).unwrap().fetch(request).await.unwrap().bytes, b"secret");
}

#[tokio::test]
async fn one_host_is_not_asked_more_than_so_often_at_a_time() {
    let web = Web::start();
    web.on("/", Answer::Body("text/plain", b"ok".to_vec()));
    let http = Http::new(&Options { per_host: 3, ..options() }).unwrap();
    let all = (0..30).map(|_| http.fetch(Request::new(web.url("/"), Accept::Page)));
    let replies = futures_util::future::join_all(all).await;
    assert!(replies.iter().all(Result::is_ok));
    assert!((1..=3).contains(&web.most_at_a_time()), "{}", web.most_at_a_time());
}

#[tokio::test]
async fn one_host_is_left_in_peace_between_two_requests() {
    let web = Web::start();
    web.on("/", Answer::Body("text/plain", b"ok".to_vec()));
    let http = Http::new(&Options { host_delay: SignedDuration::from_millis(200), ..options() }).unwrap();
    let started = Instant::now();
    let all = (0..4).map(|_| http.fetch(Request::new(web.url("/"), Accept::Page)));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
    assert!(started.elapsed() >= Duration::from_millis(600));
}

#[tokio::test]
async fn credentials_are_sent_but_never_told() {
    let web = Web::start();
    web.on("/feed", Answer::Body("text/xml", b"ok".to_vec()));
    let with = |path: &str| web.url(path).replace("http://", "http://me:secret@");
    let reply = ask(&options(), with("/feed")).await.unwrap();
    assert_eq!(
        (reply.url, web.headers("/feed")[0]["authorization"].to_str().unwrap()),
        (web.url("/feed"), "Basic bWU6c2VjcmV0")
    );
    assert!(!ask(&options(), with("/none")).await.unwrap_err().to_string().contains("secret"));
}

#[tokio::test]
async fn pages_that_a_machine_found_are_read_only_where_robots_txt_lets_us() {
    let web = Web::start();
    web.on("/open", Answer::Body("text/html", b"ok".to_vec())).on("/closed", Answer::Body("text/html", b"no".to_vec()));
    web.on("/robots.txt", Answer::Body("text/plain", b"User-agent: *\nDisallow: /closed\n".to_vec()));
    let http = Http::new(&options()).unwrap();
    let page = |path: &str| http.fetch(Request::new(web.url(path), Accept::Page).obeying_robots());
    assert!(page("/open").await.is_ok());
    assert!(matches!(page("/closed").await, Err(Error::Robots { .. })));
    assert_eq!((web.hits("/closed"), web.hits("/robots.txt")), (0, 1));
    // A page the user named is read without asking.
    assert!(http.fetch(Request::new(web.url("/closed"), Accept::Page)).await.is_ok());
}

#[tokio::test]
async fn the_delay_that_robots_txt_asks_for_is_kept_between_pages() {
    let web = Web::start();
    web.on("/page", Answer::Body("text/html", b"ok".to_vec()));
    web.on("/robots.txt", Answer::Body("text/plain", b"User-agent: *\nCrawl-delay: 0.4\nDisallow: /closed\n".to_vec()));
    let http = Http::new(&options()).unwrap();
    let started = Instant::now();
    let pages = (0..3).map(|_| http.fetch(Request::new(web.url("/page"), Accept::Page).obeying_robots()));
    assert!(futures_util::future::join_all(pages).await.iter().all(Result::is_ok));
    assert!(started.elapsed() >= Duration::from_millis(800), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_robots_txt_made_to_be_costly_is_read_soon() {
    let all = "User-agent: *\n";
    for rules in [
        format!("Disallow: /{}x\n", "*a".repeat(200_000)),
        "Disallow: /*a*a*a*a*a*a*a*a$\n".repeat(15_000),
        "Disallow: /a\n".repeat(35_000),
        format!("Disallow: /{}\n", "%".repeat(400_000)),
        "Crawl-delay: 99999999999999999999\n".into(),
        "Crawl-delay: -1\nCrawl-delay: NaN\nCrawl-delay: 1e300\n".into(),
        "User-agent: *\n".repeat(35_000),
    ] {
        let web = Web::start();
        let page = format!("/{}", "a".repeat(2000));
        web.on(&page, Answer::Body("text/html", b"ok".to_vec()));
        web.on("/robots.txt", Answer::Body("text/plain", format!("{all}{rules}").into_bytes()));
        let started = Instant::now();
        let _ = Http::new(&options()).unwrap().fetch(Request::new(web.url(&page), Accept::Page).obeying_robots()).await;
        assert!(started.elapsed() < Duration::from_secs(3), "{}: {:?}", &rules[..20], started.elapsed());
    }
}

#[tokio::test]
async fn a_host_that_says_too_many_requests_is_not_asked_for_anything_else() {
    let web = Web::start();
    web.on("/a", Answer::Status(429, vec![("retry-after", "3600".into())]));
    web.on("/b", Answer::Body("text/xml", b"ok".to_vec()));
    let http = Http::new(&options()).unwrap();
    for path in ["/a", "/b"] {
        let error = http.fetch(Request::new(web.url(path), Accept::Feed)).await.unwrap_err();
        assert!(error.retry_after() > Some(Duration::from_secs(3500)) && error.is_temporary(), "{path}: {error}");
    }
    assert_eq!(web.hits("/b"), 0);
}

#[tokio::test]
async fn no_cookie_comes_back_and_the_program_says_who_it_is() {
    let web = Web::start();
    web.on("/in", Answer::Status(302, vec![("set-cookie", "a=b".into()), ("location", "/feed".into())]));
    web.on("/feed", Answer::Body("text/xml", b"ok".to_vec()));
    let options = Options { user_agent: Some("morning/1 (+https://example.org/bot)".into()), ..options() };
    assert!(ask(&options, web.url("/in")).await.is_ok());
    let headers = &web.headers("/feed")[0];
    assert!(headers.get("cookie").is_none());
    assert_eq!(headers["user-agent"], "morning/1 (+https://example.org/bot)");
}

#[tokio::test]
async fn a_site_without_robots_txt_is_open_and_one_that_fails_is_closed() {
    for (status, open) in [(404, true), (500, false)] {
        let web = Web::start();
        web.on("/page", Answer::Body("text/html", b"ok".to_vec())).on("/robots.txt", Answer::Status(status, vec![]));
        let request = Request::new(web.url("/page"), Accept::Page).obeying_robots();
        assert_eq!(Http::new(&options()).unwrap().fetch(request).await.is_ok(), open, "{status}");
    }
}

#[tokio::test]
async fn what_was_recorded_is_replayed_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let web = Web::start();
    web.feed("/feed", &rss("a", 2));
    let request = Request::new(web.url("/feed"), Accept::Feed);
    let reply = Http::new(&options()).unwrap().fetch(request.clone()).await.unwrap();
    record(folder.path(), &request.url, &reply).unwrap();
    drop(web);
    assert_eq!(Recorded::new(folder.path()).fetch(request).await.unwrap(), reply);
}
