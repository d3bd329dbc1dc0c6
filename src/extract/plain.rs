//! Plain text → its article: boilerplate lines out, headline, byline and date from the lines before it.

use std::collections::HashSet;

use crate::extract::boilerplate::{Cleaning, Lines, Reason, SiteTemplate};
use crate::extract::draft::{Draft, Stage};
use crate::extract::plain_text::visible_line;
use crate::extract::{Options, canonical_url};
use crate::model::{Article, Problem};
use crate::text::dates;

/// Lines before the article in which its headline is looked for.
const HEAD_LINES: usize = 60;
/// Below this confidence a problem says that the text may not be the article.
const UNSURE: f64 = 0.5;

/// Reads the plain text `text`, found at `url`. Kept lines stay as they were, one a line.
pub fn plain(text: &str, url: Option<&str>, options: &Options) -> (Article, Vec<Problem>) {
    plain_draft(text, url, options).finish(&SiteTemplate::default())
}

/// The same before the lines are chosen.
pub fn plain_draft(text: &str, url: Option<&str>, options: &Options) -> Draft {
    let url = url.filter(|url| !url.starts_with("file:")).map(canonical_url);
    let lines = Lines::new(text);
    let keys = if url.is_some() { lines.keys(text) } else { Vec::new() };
    Draft::new(Stage::Text(Box::new(TextDraft { text: text.to_owned(), url, clean: options.clean, lines, keys })))
}

/// A text whose lines are scored and not yet chosen.
#[derive(Debug)]
pub(super) struct TextDraft {
    text: String,
    url: Option<String>,
    clean: bool,
    lines: Lines,
    keys: Vec<u64>,
}

impl TextDraft {
    pub(super) fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    pub(super) fn keys(&self) -> Vec<u64> {
        self.keys.clone()
    }

    pub(super) fn finish(self, site: &SiteTemplate, includes_self: bool) -> (Article, Vec<Problem>) {
        let Self { text, url, clean, lines, keys } = self;
        let cleaning = lines.choose(&keys, site, includes_self);
        finish(&text, url, clean, &cleaning)
    }
}

fn finish(text: &str, url: Option<String>, clean: bool, cleaning: &Cleaning) -> (Article, Vec<Problem>) {
    let mut problems = Vec::new();
    let subject = url.as_deref().unwrap_or("text");
    let kept = if clean { cleaning.text(text) } else { text.trim().to_owned() };
    let (title, first) = headline(text, cleaning, &kept);
    let head = || cleaning.lines[..first].iter().rev().take(15).map(|line| &text[line.span.clone()]);
    let byline = head().find_map(byline);
    let published = head().filter(|line| line.len() < 120).find_map(dates::find);
    // A headline that opens a clean text belongs to the article's head, not to its text.
    let body = kept.strip_prefix(title.as_str()).filter(|_| !title.is_empty() && clean);
    let body = body.and_then(|rest| rest.strip_prefix('\n')).unwrap_or(&kept);
    if body.is_empty() {
        problems.push(Problem::new(subject, "the text is empty"));
    } else if cleaning.reason == Reason::Unsure || cleaning.confidence < UNSURE {
        let what = format!("the kept lines may not be the article (confidence {:.2})", cleaning.confidence);
        problems.push(Problem::new(subject, what));
    }
    let article = Article {
        title: visible_line(&title),
        byline,
        published,
        language: crate::text::language::detect(body, None),
        text: body.to_owned(),
        confidence: cleaning.confidence,
        url,
        ..Article::default()
    };
    (article, problems)
}

/// The headline, and how many judged lines stand before the article's first.
///
/// Among the lines before the article: the one whose words occur in it. In a clean text: a first line that is no sentence.
fn headline(text: &str, cleaning: &Cleaning, kept: &str) -> (String, usize) {
    let line = |place: usize| &text[cleaning.lines[place].span.clone()];
    let Some(first) = cleaning.lines.iter().position(|line| line.kept) else { return (String::new(), 0) };
    let sentence = |line: &str| line.trim_end_matches(['"', '”', '»', ')']).ends_with(['.', ':', ';', ',', '…']);
    let fits = |line: &str| {
        (2..=30).contains(&line.split_whitespace().count()) && line.chars().count() <= 200 && !sentence(line)
    };
    if first == 0 {
        let opens = cleaning.lines.len() > 1 && fits(line(0)) && line(0).chars().count() * 2 < line(1).chars().count();
        return if opens { (line(0).to_owned(), 1) } else { (String::new(), 0) };
    }
    let content = |line: &str| -> HashSet<String> {
        let words = line.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
        words.map(|word| word.to_lowercase().chars().take(6).collect()).collect()
    };
    let article = content(kept);
    let related = |place: usize| {
        let words = content(line(place));
        let shared = words.iter().filter(|word| article.contains(*word)).count();
        (shared >= 2).then(|| shared as f64 * shared as f64 / words.len().max(1) as f64)
    };
    let candidates = (first.saturating_sub(HEAD_LINES)..first)
        .filter(|&place| fits(line(place)) && line(place).split_whitespace().count() >= 3);
    let best = candidates
        .filter_map(|place| Some((related(place)?, place)))
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    (best.map(|(_, place)| line(place).to_owned()).unwrap_or_default(), first)
}

/// `By A. Writer` as a line of its own.
fn byline(line: &str) -> Option<String> {
    let name =
        ["By ", "by ", "BY ", "Von ", "Par ", "Por ", "Di ", "Door "].iter().find_map(|by| line.strip_prefix(by))?;
    let name = name.split(['|', '•', '·', ',']).next().unwrap_or(name).trim();
    let words = name.split_whitespace().count();
    ((1..=6).contains(&words) && name.starts_with(char::is_uppercase)).then(|| visible_line(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_and_byline_are_found_above_the_article() {
        let text = "Home\nNews\nSport\nLog in\nSubscribe\nHarwick votes to rebuild its harbour bridge\nBy Ada Stone\n12 May 2026\nShare\n\
            The council of Harwick voted on Monday evening to rebuild the old harbour bridge over the next three years.\n\
            The bridge, which was closed to lorries in March, carries about nine thousand cars a day across the harbour.\n\
            Engineers told the council that the bridge would have to be closed for good if the harbour wall was not repaired.\n\
            The council said that the work on the bridge would begin in spring and that the harbour would stay open to ships.\n\
            Read more\nSubscribe to our newsletter\nPrivacy policy";
        let (article, _) = plain(text, None, &Options::default());
        assert_eq!(article.title, "Harwick votes to rebuild its harbour bridge");
        assert_eq!(article.byline.as_deref(), Some("Ada Stone"));
        assert_eq!(article.published.map(|found| found.to_string()).as_deref(), Some("2026-05-12T00:00:00Z"));
        assert!(article.text.starts_with("The council of Harwick voted") && article.text.ends_with("open to ships."));
    }

    #[test]
    fn without_cleaning_the_text_stays_whole() {
        let options = Options { clean: false, ..Options::default() };
        assert_eq!(plain("Log in\nSubscribe\nA line.", None, &options).0.text, "Log in\nSubscribe\nA line.");
    }
}
