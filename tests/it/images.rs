//! The lead story's picture travels inside the mail: fetched once, by the program alone, or left out with a word.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MessageParser, MimeHeaders};

use crate::support::program::Program;
use crate::support::smtp::Server;
use crate::support::web::{Answer, Web};

const MORNING: &str = "2026-10-19T05:00:00Z";
const ALT: &str = "The hall \"Nord\" & its <glass> roof";

/// A PNG of this size: its head, `weight` bytes of pixels, its end.
fn png(width: u32, height: u32, weight: usize) -> Vec<u8> {
    let head = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &width.to_be_bytes(), &height.to_be_bytes()].concat();
    let pixels: Vec<u8> = (0..weight).map(|at| u8::try_from(at % 251).unwrap()).collect();
    [&head[..], &[8, 2, 0, 0, 0, 0, 0, 0, 0], b"\0\0\0\0IDAT", &pixels, b"\0\0\0\0\0\0\0\0IEND\xAE\x42\x60\x82"]
        .concat()
}

/// A site of one article whose page names `picture`.
fn site(picture: &str) -> Web {
    let web = Web::start();
    let page = format!(
        "<html><head><title>A market hall opens</title><meta property='og:image' content='{picture}'>\
         <meta property='og:image:alt' content='{}'></head><body><article><h1>A market hall opens</h1>\
         <p>The town of Aville opened its new market hall on Sunday evening after years of work on its roof.</p>\
         <p>Builders needed forty months because the old cellar had to be drained twice before the winter.</p>\
         <p>Farmers bring fruit from eleven villages, and the bakers of the valley share one long oven there.</p>\
         </article></body></html>",
        ALT.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
    );
    web.on("/hall", Answer::Body("text/html; charset=utf-8", page.into_bytes()));
    let entry = format!(
        "<item><title>A market hall opens</title><link>{}</link><pubDate>Sun, 18 Oct 2026 18:00:00 GMT</pubDate></item>",
        web.url("/hall")
    );
    web.feed("/feed", &format!("<rss version='2.0'><channel><title>News</title>{entry}</channel></rss>"));
    web
}

fn program(web: &Web, port: u16, more: &str) -> Program {
    Program::new(&format!(
        "version = 1\n[newsletter]\n{more}\n[[source]]\nname = \"News\"\nfeed = \"{}\"\nallow_private = true\n\
         [mail]\nfrom = \"Digest <digest@example.org>\"\nto = [\"anna@example.org\", \"bert@example.org\"]\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nconnections = 1\ntimeout = \"5s\"\n",
        web.url("/feed")
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_is_fetched_once_and_every_copy_carries_its_bytes() {
    let (web, server) = (site("/hall.png"), Server::start().await);
    let bytes = png(1200, 630, 40_000);
    web.on("/hall.png", Answer::Body("image/png", bytes.clone()));
    let program = program(&web, server.port, "images = \"lead\"");
    let shown = program.run(&["--dry-run", "--now", MORNING, "--format", "html"]).ends(0).stdout;
    program.run(&["run", "--now", MORNING]).ends(0);
    assert_eq!(web.hits("/hall.png"), 2, "once by the dry run, once by the run");
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    for mail in &taken {
        let message = MessageParser::default().parse(&mail.bytes).unwrap();
        let picture = message.parts.iter().find(|part| part.content_id().is_some()).unwrap();
        assert_eq!(picture.contents(), bytes);
        let kind = picture.content_type().unwrap();
        assert_eq!((kind.c_type.as_ref(), kind.c_subtype.as_deref()), ("image", Some("png")));
        assert_eq!(picture.content_disposition().unwrap().c_type, "inline");
        let html = message.body_html(0).unwrap();
        let document = dom_query::Document::from(html.as_ref());
        let image = document.select("img");
        assert_eq!(image.length(), 1, "{html}");
        assert_eq!(image.attr("src").unwrap().as_ref(), format!("cid:{}", picture.content_id().unwrap()));
        assert_eq!(image.attr("alt").unwrap().as_ref(), ALT);
        assert_eq!((&*image.attr("width").unwrap(), &*image.attr("height").unwrap()), ("552", "289"));
        assert!(mail.bytes.split(|&byte| byte == b'\n').all(|line| line.len() <= 998));
        // The page that shows it, and it, are one of two ways to read the mail.
        let kinds: Vec<String> = message
            .parts
            .iter()
            .filter_map(|part| Some(part.content_type()?.c_subtype.clone()?.into_owned()))
            .collect();
        assert_eq!(kinds, ["alternative", "plain", "related", "html", "png"]);
        if mail.to == "anna@example.org" {
            assert!(html.replace("\r\n", "\n").trim_end() == shown.trim_end(), "the dry run shows another page");
        }
    }
    program.run(&["verify"]).ends(0);
    let edition = program.run(&["edition", "show", "--format", "html"]).ends(0).stdout;
    assert!(edition.contains("cid:"));
    let stored = std::fs::read(program.path("digest.db")).unwrap_or_default();
    let copies = stored.windows(400).filter(|window| *window == &STANDARD.encode(&bytes).as_bytes()[..400]).count();
    assert!(copies <= 1, "{copies} copies in the store");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_unless_it_is_wished() {
    let (web, server) = (site("/hall.png"), Server::start().await);
    web.on("/hall.png", Answer::Body("image/png", png(1200, 630, 40_000)));
    program(&web, server.port, "").run(&["run", "--now", MORNING]).ends(0);
    assert_eq!((web.hits("/hall.png"), server.count()), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_no_mail_can_carry_is_left_out_with_a_word() {
    let moving = b"GIF89a\x80\x02\x68\x01\x80\0\0;".to_vec();
    for (answer, words) in [
        (Answer::Body("image/png", png(1200, 630, 400_000)), "it has 401 kB"),
        (Answer::Body("image/png", png(1, 1, 20)), "it has 1 × 1 pixels, too few to show"),
        (Answer::Body("image/gif", moving), "it moves"),
        (Answer::Body("image/png", b"<html>Not here</html>".to_vec()), "it is neither JPEG nor PNG"),
        (Answer::Body("image/png", png(1200, 630, 40_000)[..20_000].to_vec()), "it is damaged"),
        (Answer::Status(404, Vec::new()), "404"),
    ] {
        let (web, server) = (site("/hall.png"), Server::start().await);
        web.on("/hall.png", answer);
        let ran = program(&web, server.port, "images = \"lead\"").run(&["run", "--now", MORNING]).ends(1);
        assert!(ran.stderr.contains("News: the picture `") && ran.stderr.contains("is left out"), "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
        let taken = server.taken();
        assert_eq!(taken.len(), 2, "the mail leaves without it");
        let text = String::from_utf8_lossy(&taken[0].bytes).into_owned();
        assert!(!text.contains("<img") && !text.contains("multipart/related"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_keeps_its_picture_until_it_is_approved() {
    let (web, server) = (site("/hall.png"), Server::start().await);
    let bytes = png(640, 360, 9_000);
    web.on("/hall.png", Answer::Body("image/png", bytes.clone()));
    let program = program(&web, server.port, "images = \"lead\"\napprove = true");
    program.run(&["run", "--now", MORNING]).ends(0);
    program.run(&["approve", "--now", MORNING]).ends(0);
    program.run(&["deliver", "--now", MORNING]).ends(0);
    assert_eq!(web.hits("/hall.png"), 1);
    let taken = server.taken();
    let mail = taken.iter().find(|mail| mail.to == "bert@example.org").unwrap();
    let message = MessageParser::default().parse(&mail.bytes).unwrap();
    assert!(message.parts.iter().any(|part| part.content_id().is_some() && part.contents() == bytes));
}
