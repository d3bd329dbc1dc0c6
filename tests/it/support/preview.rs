//! The preview page of a newsletter of two sources, and a client that asks it as a browser would.

#![allow(clippy::unwrap_used, reason = "a test whose page cannot be asked cannot go on")]

use std::process::Child;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::program::Program;

pub(crate) const NOW: &str = "2026-10-18T06:00:00Z";

/// A config with comments, whose every line matters to somebody.
pub(crate) const CONFIG: &str = r#"# My morning paper
version = 1

[newsletter]
name = "morning"
title = "Morning on the coast"
sections = ["Coast", "Hills"]   # their order
max_stories = 4                 # told in full
max_per_source = 0              # no limit

# The sources
[[source]]
name = "Coast Daily"
feed = "coast.xml"
section = "Coast"
full_text = "never"

[[source]]
name = "Hill Post"
feed = "hills.xml"
section = "Hills"
full_text = "never"

[[rule]]
name = "deals"                  # never again
drop = { title = '(?i)\bdeals?\b' }

[summary]
redundancy = 2.0                # of what was said

[mail]
from = "Morning <digest@example.org>"
to = ["reader@example.org"]
transport = "file"

[mail.file]
folder = "mail"

[store]
path = "digest.db"
"#;

const LIGHTHOUSE: &str = "The lighthouse on Gull Rock opens its lamp room to visitors on Monday. \
    Keepers climbed the iron stairs for ninety years until a sensor took over their work. \
    Only eight people fit around the old lens, so every tour has to be booked. \
    A boat leaves the northern pier twice a day while the sea is calm.";
const FERRY: &str = "Ships between Aville and Inselhaven sail again after four months in dock. \
    The broken shaft had to be cast anew because nobody kept the old moulds. \
    Commuters had complained about crowded mornings on the single remaining vessel. \
    Holders of yearly passes get two instalments back from the company.";
const TRAM: &str = "A carriage built in 1931 has come back to the street where it once ran, this time to serve coffee. \
    Volunteers sanded its oak benches through three winters. \
    The brass bell rings whenever a fresh cake leaves the oven. \
    Neighbours lent the forty metres of rail that it stands on.";
const DEALS: &str = "Stalls lower their prices for herring until the end of the month. \
    Whoever buys two kilograms of smoked eel receives a third one free. \
    The offer ends when the last crate is empty.";
const OBSERVATORY: &str = "Astronomers above Halden have counted every star that their new camera can see. \
    The catalogue lists eleven million points of light, a third of which were unknown. \
    Students checked doubtful spots by eye during the long polar night. \
    Its data can be used by anybody without asking.";
const KITCHEN: &str = "Pupils in Skarn cook lunch for two hundred neighbours every Thursday. \
    Carrots come from the garden behind the gym, flour from a mill downstream. \
    Parents feared for the timetable, yet marks in arithmetic went up. \
    Other valleys have asked for the recipe book.";
const TOOLS: &str = "Readers in Brekke may now borrow drills, saws and ladders for a week. \
    Librarians took a course in sharpening before the first shelf was filled. \
    A hedge trimmer has the longest waiting list of all. \
    Damaged things are repaired at a table near the entrance on Saturdays.";

fn feed(items: &[(&str, &str, usize)]) -> String {
    let item = |(title, text, hour): &(&str, &str, usize)| {
        let slug: String = title.chars().filter(char::is_ascii_alphanumeric).collect();
        format!(
            "<item><title>{title}</title><link>https://news.example/{slug}</link><guid>{slug}</guid>\
             <pubDate>Sat, 17 Oct 2026 {hour:02}:00:00 GMT</pubDate><description>{text}</description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>News</title>{items}</channel></rss>")
}

/// The newsletter's folder.
pub(crate) fn newsletter() -> Program {
    let program = Program::new(CONFIG);
    let coast = [
        ("Lighthouse on Gull Rock opens its lamp room", LIGHTHOUSE, 20),
        ("Ferry between Aville and Inselhaven runs again", FERRY, 18),
        ("Old tram returns as a café", TRAM, 16),
        ("Autumn deals at the fish market", DEALS, 14),
    ];
    let hills = [
        ("Observatory above Halden counts its stars", OBSERVATORY, 19),
        ("Village school cooks for the whole valley", KITCHEN, 17),
        ("Library lends tools &amp;lt;script&amp;gt;window.hacked = 1&amp;lt;/script&amp;gt;", TOOLS, 15),
    ];
    program.write("coast.xml", &feed(&coast));
    program.write("hills.xml", &feed(&hills));
    program
}

/// A page that is being served.
pub(crate) struct Page {
    child: Child,
    pub(crate) client: Client,
    /// The address that opens it.
    pub(crate) opening: String,
    /// All of it up to the path of the run.
    pub(crate) root: String,
    pub(crate) cookie: String,
    pub(crate) token: String,
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Page {
    /// Serves the page of `program` and leaves its address alone.
    pub(crate) fn serve(program: &Program, arguments: &[&str]) -> Self {
        // Another test of this process may have set it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        let all = [&["preview", "--no-open", "--now", NOW], arguments].concat();
        let (child, opening) = program.start_and_hear(&all);
        assert!(opening.starts_with("http://127.0.0.1:"), "it says where it is: {opening}");
        let root = opening.split("?token=").next().unwrap().to_owned();
        Self { child, client, opening, root, cookie: String::new(), token: String::new() }
    }

    /// Serves the page and opens it.
    pub(crate) async fn open(program: &Program) -> Self {
        let mut page = Self::serve(program, &["--port", "0"]);
        let opened = page.client.get(&page.opening).send().await.unwrap();
        assert_eq!(opened.status(), 303);
        let cookie = opened.headers()["set-cookie"].to_str().unwrap();
        page.cookie = cookie.split(';').next().unwrap().to_owned();
        let shell = page.ask(Method::GET, "").send().await.unwrap().text().await.unwrap();
        let token = shell.split("digest-token\" content=\"").nth(1).unwrap();
        page.token = token.split('"').next().unwrap().to_owned();
        page
    }

    pub(crate) fn origin(&self) -> String {
        self.root.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
    }

    /// A request as the page itself makes it, not sent yet.
    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let request =
            self.client.request(method.clone(), format!("{}{path}", self.root)).header("Cookie", &self.cookie);
        if method == Method::GET {
            return request;
        }
        request.header("Origin", self.origin()).header("X-Digest-Token", &self.token)
    }

    pub(crate) async fn post_raw(&self, path: &str, body: &Value) -> Response {
        self.ask(Method::POST, path).body(body.to_string()).send().await.unwrap()
    }

    /// The answer to a POST that works.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.post_raw(path, body).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The code of the problem that a POST meets.
    pub(crate) async fn refused(&self, path: &str, body: &Value) -> (u16, String) {
        let answer = self.post_raw(path, body).await;
        let status = answer.status().as_u16();
        let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let answer = self.ask(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    pub(crate) async fn compose(&self, changes: &Value) -> Value {
        self.post("compose", &json!({ "tab": "test", "seq": 1, "changes": changes })).await
    }
}
