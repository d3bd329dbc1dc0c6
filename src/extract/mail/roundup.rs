//! A newsletter that tells of many things → each of them: its heading, its text, its link.
//!
//! Senders set such items in a few shapes: a heading or a bold line above a text, a title that is linked, a bold or linked
//! beginning of a paragraph, a number, an emoji. All of these begin an item; what follows up to the next beginning is its text;
//! its link stands in the heading, behind the text ("Read more"), or around the picture. What has no link is no item: the
//! name of a section, an essay's heading. A mail is a roundup if most of what it says is in three items or more.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::entry::{is_ad, is_boilerplate, is_more, is_never, is_sentence, kept_text};
use crate::extract::linked::{LinkedLine, LinkedText, words};
use crate::extract::unwrapped;
use crate::model::PartKind;

/// Items from which a mail is a roundup.
const FEWEST: usize = 3;

/// Share of a mail's words that stand in the items of a roundup.
const SHARE: f64 = 0.4;

/// Words of a heading, at most.
const LONGEST_TITLE: usize = 30;

/// Words of an item's text, at most, where its link stands somewhere inside the text: an essay's chapter is longer.
const LONGEST_BLURB: usize = 130;

/// Items of one mail that are read.
const MOST: usize = 200;

/// One item of a newsletter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailItem {
    /// Its heading, in one line.
    pub title: String,
    /// Its text, a block a line; may be empty.
    pub text: String,
    /// The page it links, out of wrappers that count clicks where that can be seen.
    pub url: String,
}

/// The items of a mail with these lines; `None` if it is one text.
pub(super) fn items(lines: &[LinkedLine]) -> Option<Vec<MailItem>> {
    let mut drafts: Vec<Draft> = Vec::new();
    let (mut loose, mut ad, mut all) = (None, false, 0);
    for line in lines {
        let text = line.text();
        if text.is_empty() {
            loose = line.links.iter().find(|link| leads_somewhere(link)).cloned().or(loose);
            continue;
        }
        if is_never(text) && words(text) <= LONGEST_TITLE {
            drafts.push(Draft::end());
            continue;
        }
        all += words(text);
        // Some lists say behind an item who paid for it.
        let is_payer = words(text) <= 4 && text.to_lowercase().ends_with(" sponsor");
        if let Some(paid) = drafts.last_mut().filter(|draft| is_payer && draft.head.is_some()) {
            paid.is_ad = true;
            continue;
        }
        if is_ad(text) {
            (ad, loose) = (true, None);
            drafts.push(Draft::end());
            continue;
        }
        match head(line) {
            // "Why it matters:" begins no item below the heading of one.
            Some(head) if head.label && drafts.last().is_some_and(Draft::is_told) => {
                drafts.last_mut().into_iter().for_each(|draft| draft.body.push(line.clone()));
            }
            Some(head) => {
                let is_ad = std::mem::take(&mut ad) || is_ad_title(&head.title);
                drafts.push(Draft { head: Some(head), picture: loose.take(), is_ad, ..Draft::default() });
            }
            None if is_more(text, line.share()) || is_boilerplate(text) => {
                if let Some(draft) = drafts.last_mut() {
                    draft.more =
                        draft.more.take().or_else(|| line.links.iter().find(|link| leads_somewhere(link)).cloned());
                }
            }
            None => match drafts.last_mut() {
                Some(draft) => draft.body.push(line.clone()),
                None => drafts.push(Draft { body: vec![line.clone()], ..Draft::default() }),
            },
        }
        if let Some(draft) = drafts.last_mut().filter(|draft| draft.picture.is_none() && draft.head.is_some()) {
            draft.picture = loose.take();
        }
    }
    let found: Vec<MailItem> = merged(drafts).into_iter().filter_map(Draft::item).take(MOST).collect();
    let found = each_once(found);
    let kept: usize = found.iter().map(|item| words(&item.title) + words(&item.text)).sum();
    (found.len() >= FEWEST && kept as f64 >= SHARE * all as f64).then_some(found)
}

/// How an item begins.
#[derive(Debug, Clone, Default)]
struct Head {
    title: String,
    link: Option<LinkedText>,
    /// The text behind the title in its line.
    rest: String,
    /// Other links in that line.
    others: Vec<LinkedText>,
    /// Only its type sets it apart from a paragraph: without a link it begins nothing.
    weak: bool,
    /// It is a line of a list.
    listed: bool,
    /// It is marked as a heading.
    heading: bool,
    /// It is a bold beginning with a colon, and not linked.
    label: bool,
}

impl Head {
    /// The rest of its line, and the link that ends it.
    fn rest_line(&self) -> LinkedLine {
        let last = self.others.last().filter(|link| !link.text.is_empty() && self.rest.ends_with(&link.text));
        let links = last.map(|link| LinkedText { at: self.rest.len() - link.text.len(), ..link.clone() });
        LinkedLine { links: links.into_iter().collect(), ..LinkedLine::plain(&self.rest) }
    }
}

/// The lines between two beginnings.
#[derive(Debug, Clone, Default)]
struct Draft {
    head: Option<Head>,
    body: Vec<LinkedLine>,
    more: Option<LinkedText>,
    picture: Option<LinkedText>,
    is_ad: bool,
}

impl Draft {
    /// A line that ends what stands before it, and begins nothing.
    fn end() -> Self {
        Self::default()
    }

    /// It has a heading, and text below it.
    fn is_told(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.heading) && !self.body.is_empty()
    }

    fn links(&self) -> impl Iterator<Item = &LinkedText> {
        let rest = self.head.iter().flat_map(|head| &head.others);
        rest.chain(self.body.iter().flat_map(|line| &line.links)).filter(|link| leads_somewhere(link))
    }

    fn has_link(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.link.is_some())
            || self.more.is_some()
            || self.links().next().is_some()
    }

    fn item(self) -> Option<MailItem> {
        if self.is_ad {
            return None;
        }
        let (links, inside) = (self.links().count(), self.links().next().cloned());
        let head = self.head?;
        let rest = (!head.rest.is_empty()).then(|| head.rest_line());
        let lines: Vec<LinkedLine> = rest
            .into_iter()
            .chain(self.body)
            .skip_while(|line| is_origin(line.text()))
            .filter(says_something)
            .collect();
        let behind = lines.iter().rev().find_map(link_behind);
        let text = kept_text(lines, &head.title);
        let is_short = words(&text) <= LONGEST_BLURB;
        // A link inside of a text leads to what it mentions, not to what it tells of: an essay has those, too.
        let inside = inside.filter(|_| head.listed && links <= 3).or(behind).filter(|_| is_short);
        let link = head.link.or(self.more).or(self.picture).or(inside)?;
        let says = words(&head.title) >= 3 || (words(&head.title) >= 1 && !text.is_empty());
        says.then(|| MailItem { title: head.title, text, url: unwrapped(&link.href) })
    }
}

/// It is no ornament between two items, such as an emoji.
fn says_something(line: &LinkedLine) -> bool {
    line.text().is_empty() || line.text().contains(char::is_alphanumeric)
}

/// Says under a heading where an item comes from and when, or how long it takes to read: "Coast Daily · 27 Nov".
fn is_origin(text: &str) -> bool {
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^(?:\d{1,2}(?:st|nd|rd|th|[.º])?(?: de)? \p{L}{3,}[.,]?(?: (?:de )?\d{4})?|\p{L}{3,}\.? \d{1,2}(?:st|nd|rd|th)?(?:, \d{4})?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,3}[ -]?(?:min|h)\w*(?: \w+)?|\d{1,2}[:.]\d{2}(?: (?:uhr|h|am|pm))?|(?:today|yesterday|heute|gestern|hier|hoy|ayer))\.?$",
        )
        .expect("the pattern is a constant, and a test runs it")
    });
    let parts = || text.split(['|', '·', '•', ',', '–', '—']).map(str::trim).filter(|part| !part.is_empty());
    words(text) <= 12
        && !is_sentence(text)
        && parts().all(|part| words(part) <= 5)
        && parts().any(|part| WHEN.is_match(part))
}

/// The link that ends a line, or that is an address of its own in plain text.
fn link_behind(line: &LinkedLine) -> Option<LinkedText> {
    let bare = |text: &str| text.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let last = line.links.iter().rfind(|link| leads_somewhere(link))?;
    (last.text.is_empty() || bare(line.text()).ends_with(&bare(&last.text))).then(|| last.clone())
}

/// Beginnings that begin nothing are text of the item before them.
fn merged(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut merged: Vec<Draft> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let is_weak = draft.head.as_ref().is_some_and(|head| head.weak) && !draft.has_link();
        match merged.last_mut().filter(|before| is_weak && before.head.is_some()) {
            Some(before) => {
                if let Some(head) = draft.head {
                    before.body.push(LinkedLine::plain(format!("{} {}", head.title, head.rest).trim()));
                }
                before.body.extend(draft.body);
            }
            None => merged.push(draft),
        }
    }
    merged
}

/// The same page is linked once: with the item that says most.
fn each_once(items: Vec<MailItem>) -> Vec<MailItem> {
    let mut found: Vec<MailItem> = Vec::new();
    for item in items {
        match found.iter_mut().find(|known| known.url == item.url) {
            Some(known) if known.text.len() < item.text.len() => *known = item,
            Some(_) => {}
            None => found.push(item),
        }
    }
    found
}

/// Whether and how an item begins with `line`.
fn head(line: &LinkedLine) -> Option<Head> {
    let text = line.text();
    let (bare, marked) = without_mark(text);
    let count = words(bare);
    if count == 0 || is_more(text, line.share()) {
        return None;
    }
    let skipped = line.line.text.len() - line.line.text.trim_start().len() + text.len() - bare.len();
    let share = |part: usize| part as f64 / line.letters.max(1) as f64;
    let is_heading = line.line.kind == Some(PartKind::Heading);
    let is_linked = line.share() >= 0.8 && (count >= 3 || marked || share(line.bold) >= 0.8);
    let is_set = share(line.bold) >= 0.8;
    let is_label = marked && !is_sentence(bare) && !bare.contains(". ") && count <= 20;
    if (is_heading || is_linked || is_set || is_label)
        && count <= LONGEST_TITLE
        && !(is_sentence(bare) && count > 22 && !is_linked)
    {
        let link = links(line).next().cloned();
        // The name of its source may stand behind a linked title, and a link to what others say of it.
        let behind = link.as_ref().filter(|link| is_linked && words(&link.text) >= 3 && link.at <= skipped);
        let name = behind.and_then(|link| bare.strip_prefix(link.text.as_str()));
        let is_name = |name: &&str| {
            let is_apart = |c: char| c.is_uppercase() || matches!(c, '/' | '·' | '|' | '–' | '—' | '-' | '→' | '»');
            (1..=5).contains(&words(name)) && name.trim_start().starts_with(is_apart) && !is_sentence(name)
        };
        let bare = name.filter(is_name).map_or(bare, |name| &bare[..bare.len() - name.len()]);
        let weak = !(is_heading || is_linked || is_set && line.bold > 0);
        return Some(Head { title: title(bare), link, weak, heading: is_heading, ..Head::default() });
    }
    linked_beginning(line, bare, skipped)
        .or_else(|| bold_beginning(line, bare, skipped))
        .or_else(|| listed(line, bare, marked))
}

fn links(line: &LinkedLine) -> impl Iterator<Item = &LinkedText> {
    line.links.iter().filter(|link| leads_somewhere(link))
}

/// An item whose line begins with a link.
fn linked_beginning(line: &LinkedLine, bare: &str, skipped: usize) -> Option<Head> {
    let links = || links(line);
    if let Some(link) =
        links().next().filter(|link| link.at <= skipped + 2 && (3..=LONGEST_TITLE).contains(&words(&link.text)))
    {
        let rest = bare.get(link.at.saturating_sub(skipped) + link.text.len()..).unwrap_or_default();
        return Some(Head {
            title: title(&link.text),
            link: Some(link.clone()),
            rest: lead_in(rest),
            others: links().skip(1).cloned().collect(),
            weak: true,
            ..Head::default()
        });
    }
    None
}

/// An item whose line begins with bold words.
fn bold_beginning(line: &LinkedLine, bare: &str, skipped: usize) -> Option<Head> {
    let links = || links(line);
    let bold = line.lead.trim();
    let bold = without_mark(bold).0;
    if !bold.is_empty() && bare.starts_with(bold) && (1..=20).contains(&words(bold)) {
        let label = bold.ends_with([':', '：']) || bare[bold.len()..].trim_start().starts_with([':', '：']);
        let rest = lead_in(&bare[bold.len()..]);
        let within = links().find(|link| link.at < skipped + bold.len()).cloned();
        let others = links().cloned().collect();
        let label = label && within.is_none();
        return Some(Head {
            title: title(bold),
            link: within,
            rest,
            others,
            weak: true,
            listed: true,
            label,
            heading: false,
        });
    }
    None
}

/// A numbered or listed line that is its own text.
fn listed(line: &LinkedLine, bare: &str, marked: bool) -> Option<Head> {
    let links = || links(line);
    let is_listed = line.line.kind == Some(PartKind::List) || marked;
    if is_listed && links().next().is_some() {
        let (head, rest) = parted(bare);
        return Some(Head {
            title: title(head),
            link: None,
            rest: lead_in(rest),
            others: links().cloned().collect(),
            weak: true,
            listed: true,
            ..Head::default()
        });
    }
    None
}

/// A listed line in its heading and the rest: at a colon or a dash that stands early, else behind its first sentence.
fn parted(text: &str) -> (&str, &str) {
    let early = |at: &usize| (1..=14).contains(&words(&text[..*at]));
    let cut = [": ", " – ", " — ", " - ", "："]
        .iter()
        .filter_map(|sign| text.find(sign).map(|at| (at, sign.len())))
        .filter(|(at, _)| early(at))
        .min();
    if let Some((at, length)) = cut {
        return (&text[..at], &text[at + length..]);
    }
    let ends = text.match_indices(['.', '!', '?', '。']).map(|(at, sign)| at + sign.len());
    let end = ends
        .filter(|end| text[*end..].starts_with(' ') || text[..*end].ends_with('。'))
        .find(|end| words(&text[..*end]) >= 3);
    end.map_or((text, ""), |end| (&text[..end], text[end..].trim_start()))
}

/// `text` without the number, bullet or emoji it begins with, and whether it had one.
fn without_mark(text: &str) -> (&str, bool) {
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:(?:#|№\s?|\()?\d{1,3}(?:[.):/]|\s[–—-]|\u{fe0f}?\u{20e3})\s*|\[\d{1,3}\]\s*|[一二三四五六七八九十]{1,3}[、.．]\s*|[①-⑳]\s*|[•▪►▶→➡✔✓*–—·-]\s+|[\p{Extended_Pictographic}--\d#*©®™][\p{Extended_Pictographic}\u{fe0f}\u{200d}\u{1f3fb}-\u{1f3ff}]*\s*)+")
            .expect("the pattern is a constant, and a test runs it")
    });
    match MARK.find(text).filter(|found| found.end() < text.len()) {
        // "2026." is no number of an item, nor is "3.5 per cent".
        Some(found)
            if !text[found.end()..].starts_with(|c: char| c.is_ascii_digit()) || found.as_str().ends_with(' ') =>
        {
            (&text[found.end()..], true)
        }
        _ => (text, false),
    }
}

/// Marks between a title and the text behind it in one line.
fn lead_in(rest: &str) -> String {
    rest.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '–' | '—' | '-' | '.' | '|' | '·' | ',' | '：')
    })
    .to_owned()
}

/// A title without what newsletters put behind it: how long it takes to read, its footnote.
fn title(text: &str) -> String {
    static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\s*(?:\(\d+[^()]{0,24}\)|\[\d+\]|→|»|›|>>)\s*$")
            .expect("the pattern is a constant, and a test runs it")
    });
    let mut text = text.trim();
    while let Some(found) = BEHIND.find(text).filter(|found| found.start() > 0) {
        text = text[..found.start()].trim_end();
    }
    text.trim_end_matches([':', '：']).trim().to_owned()
}

fn is_ad_title(title: &str) -> bool {
    let end = title.trim_end_matches([')', ']']);
    let bracket = end.rfind(['(', '[']).map(|at| &end[at + 1..]).filter(|_| end.len() < title.len());
    bracket.is_some_and(is_ad) || is_ad(title.split([':', '|', '·']).next().unwrap_or_default())
}

/// A link to a page that may be an article.
fn leads_somewhere(link: &LinkedText) -> bool {
    let href = link.href.to_ascii_lowercase();
    let web = href.starts_with("http://") || href.starts_with("https://");
    let own = [
        "unsubscribe",
        "unsub?",
        "/unsub/",
        "optout",
        "opt-out",
        "opt_out",
        "opt_in",
        "preferences",
        "disable_email",
        "notification-settings",
        "settings/notifications",
        "list-manage.com/vcard",
        "forward-to-friend",
        "forwardtofriend",
        "darse-de-baja",
        "desuscri",
        "cancelar-",
        "disiscri",
        "uitschrijv",
        "afmeld",
        "avregistrera",
        "list-manage.com/profile",
        "manage-subscription",
        "abmelden",
        "desinscription",
        "email-settings",
        "view-in-browser",
        "viewinbrowser",
        "mailto:",
        "/privacy",
        "referral",
    ];
    web && !own.iter().any(|words| href.contains(words)) && !is_never(&link.text)
}
