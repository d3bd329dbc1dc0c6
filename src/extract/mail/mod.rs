//! A mail → its article: subject, sender and date from its head; the text from its HTML part, else its text part. A
//! newsletter that tells of many things → its items.

mod body;
mod head;
mod own_text;
mod roundup;

use std::borrow::Cow;
use std::sync::LazyLock;

use dom_query::Document;
use jiff::Timestamp;
use mail_parser::{Message, MessageParser, MessagePart, PartType};
use regex::bytes::{Captures, Regex};

use crate::extract::blocks_to_text::{BlockText, Line};
use crate::extract::html::guard::guard;
use crate::extract::linked::{LinkedLine, linked_lines};
use crate::extract::mail::body::{plain_lines, plain_of, text_of};
use crate::extract::plain_text::visible_line;
use crate::extract::{Options, unwrapped};
use crate::model::{Article, Part, Problem};
use crate::text::catch_panic;

pub use roundup::MailItem;

/// Reads the mail in `bytes` (RFC 5322); `url` is where it was found.
pub fn mail(bytes: &[u8], url: Option<&str>, options: &Options) -> (Article, Vec<Problem>) {
    let subject = url.unwrap_or("mail").to_owned();
    let read = with_message(bytes, |message, breaks_off| {
        let mut problems = Vec::new();
        let passage = text(message).unwrap_or_else(|reason| {
            problems.push(Problem::new(subject.clone(), "the mail was not read").because(reason));
            BlockText::default()
        });
        let (mut article, _) = crate::extract::plain(&passage.text, None, options);
        article.parts = parts(&passage, &article.text);
        article.url = online(message);
        let site = sender(message);
        article.title = subject_title(&visible_line(message.subject().unwrap_or_default()));
        article.byline = article.byline.or_else(|| site.clone());
        article.site = site;
        article.published = sent(message);
        if article.text.is_empty() {
            problems.push(Problem::new(subject.clone(), "the mail holds no text"));
        } else if breaks_off {
            problems.push(Problem::new(subject.clone(), "the mail breaks off: what came of it is read"));
        }
        (article, problems)
    });
    read.unwrap_or_else(|| (Article::default(), vec![Problem::new(subject, "this is not a mail")]))
}

/// A newsletter that tells of many things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roundup {
    /// Its `Message-ID`.
    pub id: Option<String>,
    /// Who sent it, by name.
    pub sender: Option<String>,
    /// When it was sent.
    pub published: Option<Timestamp>,
    /// In its order, each page once.
    pub items: Vec<MailItem>,
}

/// The items of the newsletter in `bytes`; `None` if it is one text.
pub fn roundup(bytes: &[u8]) -> Option<Roundup> {
    with_message(bytes, |message, _| {
        let items = roundup::items(&marked_lines(message))?;
        let id = message.message_id().map(str::to_owned);
        Some(Roundup { id, sender: sender(message), published: sent(message), items })
    })
    .flatten()
}

/// Hands the parsed mail to `read`, with whether it breaks off; `None` if it is no mail.
fn with_message<T>(bytes: &[u8], read: impl FnOnce(&Message<'_>, bool) -> T) -> Option<T> {
    let bytes = head::recoded(bytes);
    let boundaries = boundaries(&bytes);
    let whole = closed(&bytes, &boundaries);
    let breaks_off = whole.len() > bytes.len();
    let whole = ended(&whole, &boundaries);
    // The parser is a third party's, the mail anybody's.
    let mut message = catch_panic(|| MessageParser::default().parse(whole.as_ref())).flatten()?;
    let found = read(&message, breaks_off);
    drop_enclosed(&mut message);
    Some(found)
}

/// A subject without what mail programs and lists put before it: "[estuary] Re: Salt in the wells".
fn subject_title(subject: &str) -> String {
    static BEFORE: LazyLock<regex::Regex> = LazyLock::new(|| {
        regex::Regex::new(
            r"(?i)^(?:(?:\[[\w .-]{1,30}\]\s*)?(?:re|aw|fw|fwd|wg|sv|vs|antw|rv|tr|rif|enc|odp|回复|答复|转发)(?:\[\d+\])?\s?[:：]\s*)+(?:\[[\w .-]{1,30}\]\s*)?",
        )
        .expect("the pattern is a constant, and a test runs it")
    });
    let title = BEFORE.replace(subject, "");
    if title.is_empty() { subject.to_owned() } else { title.into_owned() }
}

fn sender(message: &Message<'_>) -> Option<String> {
    let sender = message.from().and_then(|from| from.first());
    let name = sender.and_then(|from| from.name().or_else(|| from.address())).map(visible_line);
    name.filter(|name| !name.is_empty())
}

fn sent(message: &Message<'_>) -> Option<Timestamp> {
    let date = message.date().filter(|date| date.year > 1970);
    date.and_then(|date| Timestamp::from_second(date.to_timestamp()).ok())
}

/// The parts of `text`, some lines of `passage`, that are not running text.
fn parts(passage: &BlockText, text: &str) -> Vec<Part> {
    let kind = |at: usize| {
        let part = passage.parts.get(passage.parts.partition_point(|part| part.end <= at));
        part.filter(|part| part.start <= at).map(|part| part.kind)
    };
    let mut known = passage.text.split('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len() + 1;
        Some((start, line))
    });
    let lines = text.split('\n').map(|line| {
        let found = known.find(|(_, other)| other.trim() == line.trim());
        Line { text: line.to_owned(), kind: found.and_then(|(at, _)| kind(at)) }
    });
    BlockText::of(&lines.collect::<Vec<_>>()).parts
}

/// The names of the lines that part a mail (RFC 2046 §5.1.1), outer ones before inner ones.
fn boundaries(mail: &[u8]) -> Vec<&[u8]> {
    static BOUNDARY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)boundary\s*=\s*(?:"([^"\r\n]+)|([^\s;"]+))"#).expect("the pattern is a constant")
    });
    let named = BOUNDARY.captures_iter(mail).filter_map(|named| named.get(1).or(named.get(2)));
    named.map(|name| name.as_bytes()).take(MOST_BOUNDARIES).collect()
}

/// The mail with an end to the parts that break off, inner ones first: mail-parser 0.11 drops a part without one. A mail whose
/// own head names no boundary has no parts; it may quote those of another.
fn closed<'a>(mail: &'a [u8], boundaries: &[&[u8]]) -> Cow<'a, [u8]> {
    let mut whole = Cow::Borrowed(mail);
    let head = mail.split_inclusive(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    let head = &mail[..head.map(<[u8]>::len).sum()];
    if self::boundaries(head).is_empty() {
        return whole;
    }
    for boundary in boundaries.iter().rev() {
        let holds = |line: &[u8]| memchr::memmem::find(&whole, line).is_some();
        let open = [b"\n--", *boundary].concat();
        if holds(&open) && !holds(&[&open[..], b"--"].concat()) {
            whole.to_mut().extend([b"\r\n--", *boundary, b"--\r\n"].concat());
        }
    }
    whole
}

/// The mail without the soft line breaks at the ends of its parts, which join a line to none (RFC 2045 §6.7 lets no part end in
/// one): mail-parser 0.11 drops the letters before them.
fn ended<'a>(mail: &'a [u8], boundaries: &[&[u8]]) -> Cow<'a, [u8]> {
    static SOFT_BREAK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"=([ \t\r]*\n--)").expect("the pattern is a constant"));
    SOFT_BREAK.replace_all(mail, |soft: &Captures<'_>| {
        let (whole, rest) = (soft.get_match(), &soft[1]);
        let ends = boundaries.iter().any(|boundary| mail[whole.end()..].starts_with(boundary));
        if ends { rest.to_vec() } else { whole.as_bytes().to_vec() }
    })
}

/// Boundaries of a mail that are looked for.
const MOST_BOUNDARIES: usize = 100;

/// Lets go of the mails inside `message`, one after another: thousands of them, each inside the one before, would exhaust
/// the stack if they were dropped as a whole.
fn drop_enclosed(message: &mut Message<'_>) {
    fn taken<'x>(part: &mut MessagePart<'x>) -> Option<Message<'x>> {
        if let PartType::Message(enclosed) = &mut part.body { Some(std::mem::take(enclosed)) } else { None }
    }
    let mut enclosed: Vec<Message<'_>> = message.parts.iter_mut().filter_map(taken).collect();
    while let Some(mut one) = enclosed.pop() {
        enclosed.extend(one.parts.iter_mut().filter_map(taken));
    }
}

/// Where the mail stands on the web: by its `Archived-At` (RFC 5064), else by its link to itself.
fn online(message: &Message<'_>) -> Option<String> {
    let archived = message.header("Archived-At").and_then(|value| value.as_text());
    let archived = archived.map(|value| value.trim().trim_matches(['<', '>']).to_owned());
    let is_page = |link: &String| link.starts_with("https://") || link.starts_with("http://");
    archived
        .filter(is_page)
        .or_else(|| message.html_bodies().find_map(|part| linked(part)).filter(is_page))
        .map(|link| unwrapped(&link))
}

/// The link under words such as "View in browser".
fn linked(part: &MessagePart<'_>) -> Option<String> {
    let PartType::Html(html) = &part.body else { return None };
    let document = Document::from(guard(html).ok()?.html);
    let says = |text: &str| {
        let text = text.to_lowercase();
        text.chars().count() < 80 && ONLINE.iter().any(|words| text.contains(words))
    };
    let links = document.select("a[href]");
    let link = links.nodes().iter().take(MOST_LINKS).find(|link| says(&link.text()))?;
    link.attr("href").map(|href| href.to_string())
}

/// Words under which mails link themselves.
const ONLINE: [&str; 20] = [
    "in your browser",
    "in browser",
    "in a browser",
    "view online",
    "read online",
    "view this email",
    "web version",
    "webversion",
    "view on web",
    "im browser",
    "online-version",
    "onlineversion",
    "dans votre navigateur",
    "version en ligne",
    "en el navegador",
    "en su navegador",
    "nel browser",
    "no navegador",
    "in je browser",
    "i webbläsaren",
];
/// Links of a mail that are looked at.
const MOST_LINKS: usize = 500;

/// The mails of a mailbox file (mbox): each begins with a line `From ` after an empty line or at the start. A single mail is itself.
pub fn mails(mailbox: &[u8]) -> Vec<Vec<u8>> {
    if !mailbox.starts_with(b"From ") {
        return vec![mailbox.to_vec()];
    }
    let is_separator = |&at: &usize| {
        let line = mailbox[at + 1..].split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
        // `From sender date`, which ends with the year: a sentence of a mail that begins with "From" does not.
        let year = line.len().checked_sub(4).map_or(&line[..0], |start| &line[start..]);
        matches!(mailbox[..at].last(), Some(b'\n' | b'\r')) && year.len() == 4 && year.iter().all(u8::is_ascii_digit)
    };
    let starts = memchr::memmem::find_iter(mailbox, b"\nFrom ").filter(is_separator);
    let starts: Vec<usize> = std::iter::once(0).chain(starts.map(|at| at + 1)).chain([mailbox.len()]).collect();
    let mails = starts.windows(2).map(|pair| &mailbox[pair[0]..pair[1]]);
    // The separator is no part of the mail.
    mails.map(|mail| unquoted(memchr::memchr(b'\n', mail).map_or(mail, |end| &mail[end + 1..]))).collect()
}

/// A mail of a mailbox without the `>` that keeps its lines from beginning another.
fn unquoted(mail: &[u8]) -> Vec<u8> {
    let lines = mail.split_inclusive(|byte| *byte == b'\n').flat_map(|line| {
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        let is_quoted = quotes > 0 && line[quotes..].starts_with(b"From ");
        &line[usize::from(is_quoted)..]
    });
    lines.copied().collect()
}

/// The mail's text; where it has none of its own, that of the mails inside it: one that was forwarded, the digest of a list.
fn text(message: &Message<'_>) -> Result<BlockText, String> {
    let own = body(message)?;
    if !own.text.is_empty() {
        return Ok(own);
    }
    let enclosed = message.parts.iter().filter_map(|part| match &part.body {
        PartType::Message(enclosed) => body(enclosed).ok(),
        _ => None,
    });
    let texts = enclosed.map(|passage| passage.text).filter(|text| !text.is_empty()).take(MOST_ENCLOSED);
    Ok(BlockText { text: texts.collect::<Vec<_>>().join("\n\n"), parts: Vec::new() })
}

/// Mails inside a mail that are read.
const MOST_ENCLOSED: usize = 100;

/// The mail's own text, a line a block.
fn body(message: &Message<'_>) -> Result<BlockText, String> {
    for part in message.html_bodies().filter(|part| matches!(part.body, PartType::Html(_))) {
        let lines = html_lines(&text_of(message, part))?;
        let lines: Vec<Line> =
            lines.into_iter().map(|line| line.line).filter(|line| !line.text.trim().is_empty()).collect();
        if !lines.is_empty() {
            return Ok(BlockText::of(&lines));
        }
    }
    let texts = message.text_bodies().filter(|part| matches!(part.body, PartType::Text(_)));
    let texts: Vec<String> = texts.map(|part| plain_of(message, part)).filter(|text| !text.is_empty()).collect();
    Ok(BlockText { text: texts.join("\n\n"), parts: Vec::new() })
}

/// The mail's own lines with their links, from the part that shows them best.
fn marked_lines(message: &Message<'_>) -> Vec<LinkedLine> {
    for part in message.html_bodies().filter(|part| matches!(part.body, PartType::Html(_))) {
        match html_lines(&text_of(message, part)) {
            Ok(lines) if !lines.is_empty() => return lines,
            _ => {}
        }
    }
    let texts = message.text_bodies().filter(|part| matches!(part.body, PartType::Text(_)));
    texts.flat_map(|part| plain_lines(&plain_of(message, part))).collect()
}

/// Elements in which mail programs quote the letter that is answered.
const QUOTED: &str = "blockquote[type=cite], .gmail_quote, .gmail_attr, .moz-cite-prefix, .yahoo_quoted, .protonmail_quote, \
    #divRplyFwdMsg, #appendonsend, .tutanota_quote, .zmail_extra";

/// The lines of a mail's markup, without the letters it quotes unless it is nothing else.
fn html_lines(html: &str) -> Result<Vec<LinkedLine>, String> {
    let guarded = guard(html)?.html;
    let mut quotes = 0;
    let own = linked_lines(&guarded, |document| {
        let quoted = document.select(QUOTED);
        quotes = quoted.length();
        quoted.remove();
    });
    let says = own.iter().any(|line| line.text().chars().any(char::is_alphanumeric));
    Ok(if says || quotes == 0 { own } else { linked_lines(&guarded, |_| ()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: =?utf-8?q?Caf=C3=A9_News?= <news@example.org>\r\nSubject: The\r\n harbour\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\n\
        Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Ein sch=F6ner Tag im Hafen.</p><p>Zwei.</p>\r\n--b--\r\n";

    #[test]
    fn a_subject_is_a_headline_without_what_programs_put_before_it() {
        for (subject, title) in [
            ("[estuary] Re: Salt in the wells", "Salt in the wells"),
            ("AW: Fwd: [Küste] Der Deich", "Der Deich"),
            ("Re[2]: The gate", "The gate"),
            ("回复：防波堤", "防波堤"),
            ("[1 of 3] The gate", "[1 of 3] The gate"),
            ("Result: 3:1", "Result: 3:1"),
            ("Re:", "Re:"),
        ] {
            assert_eq!(subject_title(subject), title);
        }
    }

    #[test]
    fn a_mailbox_is_its_mails() {
        let mailbox = format!(
            "From a@example.org Mon Nov 23 10:00:00 2026\n{MAIL}\nFrom b@example.org Mon Nov 23 10:00:00 2026\nSubject: b\n\nFrom here on it is text.\n"
        );
        let mails = mails(mailbox.as_bytes());
        assert_eq!(mails.len(), 2);
        assert_eq!(mail(&mails[0], None, &Options::default()).0.title, "The harbour");
        assert_eq!(mail(&mails[1], None, &Options::default()).0.text, "From here on it is text.");
    }

    #[test]
    fn a_part_that_ends_in_a_soft_line_break_loses_nothing() {
        for (body, read) in
            [("Four ships left=\r\n", "Four ships left"), ("=\n", ""), ("Four=\r\n--ships left", "Four--ships left")]
        {
            let mail_of = format!(
                "Content-Type: multipart/mixed; boundary=\"b c\"\r\n\r\n--b c\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}--b c--\r\n"
            );
            assert_eq!(mail(mail_of.as_bytes(), None, &Options::default()).0.text, read, "{body:?}");
        }
    }

    #[test]
    fn a_mail_that_breaks_off_is_read_as_far_as_it_came() {
        for end in ["Zwei", "sch=F6ner", "Hafen"] {
            let at = MAIL.find(end).unwrap() + end.len();
            for cut in [MAIL[..at].to_owned(), format!("{}=\r\n", &MAIL[..at])] {
                let (article, problems) = mail(cut.as_bytes(), None, &Options::default());
                assert!(article.text.ends_with(&end.replace("=F6", "ö")), "{cut}: {}", article.text);
                assert!(problems[0].what.contains("breaks off"), "{problems:?}");
            }
        }
        let quoted = "Subject: a\n\nIt came like this:\nContent-Type: multipart/mixed; boundary=a\n\n--a\n";
        let (article, problems) = mail(quoted.as_bytes(), None, &Options::default());
        assert!(problems.is_empty() && article.text.ends_with("boundary=a\n--a"), "{problems:?}: {}", article.text);
        let inner = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=\"b b\"\n\n--b b\n\nText.";
        assert_eq!(mail(inner.as_bytes(), None, &Options::default()).0.text, "Text.");
    }

    #[test]
    fn the_mails_inside_a_mail_without_text_are_its_text() {
        let inside = |text: &str| format!("--b\n\nSubject: One\n\n{text}\n");
        let digest =
            format!("Content-Type: multipart/digest; boundary=b\n\n{}{}--b--\n", inside("One."), inside("Two."));
        assert_eq!(mail(digest.as_bytes(), None, &Options::default()).0.text, "One.\nTwo.");
        let forwarded = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n--b\nContent-Type: message/rfc822\n\nSubject: One\n\nOne.\n--b--\n";
        assert_eq!(mail(forwarded.as_bytes(), None, &Options::default()).0.text, "See below.");
    }

    #[test]
    fn a_mail_stands_where_it_says() {
        let html =
            "<p><a href='https://t.example/?u=https%3A%2F%2Fa.example%2Fissue%2F7'>View in browser</a></p><p>Text.</p>";
        let mail_of =
            |head: &str| format!("From: a@a.example\r\nSubject: b\r\n{head}Content-Type: text/html\r\n\r\n{html}");
        let url = |head| mail(mail_of(head).as_bytes(), None, &Options::default()).0.url;
        assert_eq!(url("").as_deref(), Some("https://a.example/issue/7"));
        assert_eq!(url("Archived-At: <https://a.example/archive>\r\n").as_deref(), Some("https://a.example/archive"));
    }

    #[test]
    fn the_html_part_and_the_head_become_an_article() {
        let (article, problems) = mail(MAIL.as_bytes(), None, &Options::default());
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((article.title.as_str(), article.site.as_deref()), ("The harbour", Some("Café News")));
        assert_eq!(article.published.unwrap().to_string(), "2026-11-23T09:00:00Z");
        assert_eq!(article.text, "Ein schöner Tag im Hafen.\nZwei.");
    }
}
