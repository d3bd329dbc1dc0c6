//! A web server on loopback that behaves as badly as it is told to.
//!
//! It runs in a thread of its own until it is dropped, so tests may be async or drive the real binary. Each path
//! answers with what [`Web::on`] was told last; several [`Answer`]s for a path are given one after another, the last
//! one for good. Every request is counted and its headers kept.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test whose server fails cannot go on")]

use std::collections::HashMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, Version, header};
use tokio::sync::oneshot;

/// The answer to a path.
#[derive(Clone)]
pub(crate) enum Answer {
    /// A body with its media type; honours nothing.
    Body(&'static str, Vec<u8>),
    /// The same with an `ETag` and a `Last-Modified`: 304 to who has it already. Like Apache, it does not know the mark
    /// `-gzip` of its own tags again.
    Cached(&'static str, Vec<u8>, &'static str),
    /// A status with headers and no body.
    Status(u16, Vec<(&'static str, String)>),
    /// A redirect of this status.
    Redirect(u16, String),
    /// A redirect for now, after so long.
    Late(Duration, String),
    /// The head, then nothing, until the client gives up.
    Hang,
    /// One byte each tenth of a second, without end.
    Drip,
    /// A body that says it is encoded in this way.
    Encoded(&'static str, Vec<u8>),
    /// A body that breaks off before its announced length.
    Broken,
}

/// The server.
pub(crate) struct Web {
    address: SocketAddr,
    state: Arc<Site>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Site {
    answers: Mutex<HashMap<String, Vec<Answer>>>,
    requests: Mutex<Vec<Asked>>,
    under_way: Mutex<(usize, usize)>,
}

/// One request, as it came.
struct Asked {
    path: String,
    version: Version,
    headers: HeaderMap,
}

impl Web {
    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn start() -> Self {
        Self::start_on("127.0.0.1")
    }

    /// Listens on a free port of this address of loopback, where the system has it: else of 127.0.0.1.
    pub(crate) fn start_on(address: &str) -> Self {
        let state = Arc::new(Site::default());
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let (site, address) = (state.clone(), address.to_owned());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = match tokio::net::TcpListener::bind((address.as_str(), 0)).await {
                    Ok(listener) => listener,
                    Err(_) => tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(),
                };
                tell.send(listener.local_addr().unwrap()).unwrap();
                let router = Router::new().fallback(answer).with_state(site);
                tokio::select! {
                    result = axum::serve(listener, router) => result.unwrap(),
                    _ = stopped => {}
                }
            });
            // Answers that hang must not keep the thread.
            runtime.shutdown_background();
        });
        Self { address: told.recv().unwrap(), state, stop: Some(stop), thread: Some(thread) }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on `path` gives this answer.
    pub(crate) fn on(&self, path: &str, answer: Answer) -> &Self {
        self.row(path, vec![answer])
    }

    /// From now on `path` gives these answers, one after another, the last one for good.
    pub(crate) fn row(&self, path: &str, answers: Vec<Answer>) -> &Self {
        self.state.answers.lock().unwrap().insert(path.to_owned(), answers);
        self
    }

    /// A feed with validators.
    pub(crate) fn feed(&self, path: &str, xml: &str) -> &Self {
        self.on(path, Answer::Cached("application/rss+xml", xml.as_bytes().to_vec(), "\"v1\""))
    }

    /// How often a path was asked for.
    pub(crate) fn hits(&self, path: &str) -> usize {
        self.asked(path, |_| ()).len()
    }

    /// The headers of each request for a path.
    pub(crate) fn headers(&self, path: &str) -> Vec<HeaderMap> {
        self.asked(path, |asked| asked.headers.clone())
    }

    /// In which version of HTTP each request for a path came.
    pub(crate) fn versions(&self, path: &str) -> Vec<Version> {
        self.asked(path, |asked| asked.version)
    }

    fn asked<T>(&self, path: &str, what: impl Fn(&Asked) -> T) -> Vec<T> {
        let requests = self.state.requests.lock().unwrap();
        requests.iter().filter(|asked| asked.path == path).map(what).collect()
    }

    /// The path of each request.
    pub(crate) fn all(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().iter().map(|asked| asked.path.clone()).collect()
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The most requests that were being answered at the same time.
    pub(crate) fn most_at_a_time(&self) -> usize {
        self.state.under_way.lock().unwrap().1
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// A feed of `count` entries called `<name> 1`, `<name> 2` and so on, newest first, each of one paragraph.
pub(crate) fn rss(name: &str, count: usize) -> String {
    let item = |number: usize| {
        format!(
            "<item><title>{name} {number}</title><link>https://example.org/{name}/{number}</link><guid>{name}-{number}</guid>\
             <pubDate>Mon, 02 Nov 2026 10:{:02}:00 GMT</pubDate><description>Paragraph {number} of {name}.</description></item>",
            59 - number % 60
        )
    };
    let items: String = (1..=count).map(item).collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>{name}</title>{items}</channel></rss>")
}

/// `bytes` in the form that `Content-Encoding: gzip` names.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let answer = {
        let mut answers = site.answers.lock().unwrap();
        answers.get_mut(&path).map(|row| if row.len() > 1 { row.remove(0) } else { row[0].clone() })
    };
    let asked = Asked { path, version: request.version(), headers: request.headers().clone() };
    site.requests.lock().unwrap().push(asked);
    {
        let mut under_way = site.under_way.lock().unwrap();
        under_way.0 += 1;
        under_way.1 = under_way.1.max(under_way.0);
    }
    // Others that were let in at the same time get their turn, so that counting them means something.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    if let Some(Answer::Late(wait, _)) = &answer {
        tokio::time::sleep(*wait).await;
    }
    let response = respond(answer, request.headers());
    site.under_way.lock().unwrap().0 -= 1;
    response
}

fn respond(answer: Option<Answer>, asked: &HeaderMap) -> Response<Body> {
    let plain = |kind: &str| Response::builder().header(header::CONTENT_TYPE, kind);
    let response = match answer {
        None => Response::builder().status(404).body(Body::from("nothing here")),
        Some(Answer::Body(kind, bytes)) => plain(kind).body(bytes.into()),
        Some(Answer::Cached(kind, bytes, etag)) => {
            let date = "Mon, 02 Nov 2026 10:00:00 GMT";
            let own = etag.replace("-gzip", "");
            let known = asked.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
            let known = known.is_some_and(|known| known.split(", ").any(|tag| tag == own));
            let response = plain(kind).header(header::ETAG, etag).header(header::LAST_MODIFIED, date);
            if known { response.status(304).body(Body::empty()) } else { response.body(bytes.into()) }
        }
        Some(Answer::Status(status, headers)) => {
            let response = Response::builder().status(status);
            headers
                .into_iter()
                .fold(response, |response, (name, value)| response.header(name, value))
                .body(Body::empty())
        }
        Some(Answer::Late(_, to)) => Response::builder().status(302).header(header::LOCATION, to).body(Body::empty()),
        Some(Answer::Redirect(status, to)) => {
            Response::builder().status(status).header(header::LOCATION, to).body(Body::empty())
        }
        Some(Answer::Hang) => {
            plain("text/xml").body(Body::from_stream(futures_util::stream::pending::<Result<Bytes, String>>()))
        }
        Some(Answer::Drip) => {
            let clock = tokio::time::interval(Duration::from_millis(100));
            plain("text/xml").body(Body::from_stream(futures_util::stream::unfold(clock, async |mut clock| {
                clock.tick().await;
                Some((Ok::<_, String>(Bytes::from_static(b" ")), clock))
            })))
        }
        Some(Answer::Encoded(encoding, bytes)) => {
            plain("application/rss+xml").header(header::CONTENT_ENCODING, encoding).body(bytes.into())
        }
        Some(Answer::Broken) => {
            let parts = [Ok(Bytes::from_static(b"<rss><channel>")), Err("it breaks off here")];
            plain("text/xml").body(Body::from_stream(futures_util::stream::iter(parts)))
        }
    };
    response.expect("every answer is a valid response")
}
