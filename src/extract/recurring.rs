//! The texts of a feed's entries → the same without the lines that other entries begin or end with.
//!
//! Publishing systems and editors put the same greeting above and the same notes below every entry. From a source's second
//! entry on such lines are known. Only lines at the head and the foot are taken, few of them, and never most of a text: an
//! entry that came again with news keeps what it said before.

use crate::extract::blocks_to_text::{BlockText, Line};
use crate::extract::boilerplate::{SiteTemplate, key, mix};
use crate::extract::linked::words;
use crate::model::Article;

/// Tells the lines of entries from those of pages: a feed may hold what its pages hold.
const ENTRY: u64 = 0x0e17;

/// Lines taken from either end, at most.
const MOST: usize = 4;

/// Lets `site` remember the lines of `text`, the text of the entry called `id`.
pub fn observe_entry(text: &str, id: &str, site: &mut SiteTemplate) {
    let keys: Vec<u64> = text.lines().map(entry_key).collect();
    site.observe(&format!("entry {id}"), &keys);
}

/// Takes the lines that recur in other entries off the ends of `article`, whose own lines `site` has observed.
pub fn drop_recurring(article: &mut Article, site: &SiteTemplate) {
    let lines: Vec<&str> = article.text.split('\n').collect();
    let recurs = |line: &&&str| site.pages_with(entry_key(line)) > 1;
    let head = lines.iter().take(MOST).take_while(recurs).count();
    let foot = lines[head..].iter().rev().take(MOST).take_while(recurs).count();
    let count = |lines: &[&str]| lines.iter().map(|line| words(line)).sum::<usize>();
    let kept = head..lines.len() - foot;
    if (head == 0 && foot == 0) || count(&lines[kept.clone()]) * 2 < count(&lines) {
        return;
    }
    let mut at = 0;
    let all = lines.iter().map(|line| {
        let part = article.parts.iter().find(|part| (part.start..part.end).contains(&at));
        at += line.len() + 1;
        Line { text: (*line).to_owned(), kind: part.map(|part| part.kind) }
    });
    let all: Vec<Line> = all.collect();
    BlockText { text: article.text, parts: article.parts } = BlockText::of(&all[kept]);
}

fn entry_key(line: &str) -> u64 {
    match key(line) {
        // A line without letters.
        0 => 0,
        key => mix(key, ENTRY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Part, PartKind};

    const FOOT: &str = "Our letters come out every Friday.\nWrite to us.";

    fn entry(text: &str) -> Article {
        Article { text: text.to_owned(), ..Article::default() }
    }

    fn read(texts: &[&str]) -> Vec<Article> {
        let mut site = SiteTemplate::default();
        for (number, text) in texts.iter().enumerate() {
            observe_entry(text, &number.to_string(), &mut site);
        }
        let mut read: Vec<Article> = texts.iter().map(|text| entry(text)).collect();
        read.iter_mut().for_each(|article| drop_recurring(article, &site));
        read
    }

    #[test]
    fn a_foot_that_two_entries_share_is_taken_off_both() {
        let one = "The harbour wall is mended before the winter is over.\nIt costs four million.";
        let two = "A wolf was filmed on the dyke near the town on Tuesday.";
        let texts = [format!("{one}\n{FOOT}"), format!("{two}\n{FOOT}")];
        let read = read(&texts.each_ref().map(String::as_str));
        assert_eq!(read.iter().map(|article| article.text.as_str()).collect::<Vec<_>>(), [one, two]);
    }

    #[test]
    fn one_entry_alone_and_an_entry_that_came_again_keep_their_lines() {
        let text = format!("The harbour wall is mended.\n{FOOT}");
        assert_eq!(read(&[&text])[0].text, text);
        let grown = format!("{text}\nNow it rains.");
        assert_eq!(read(&[&text, &grown])[1].text, grown);
    }

    #[test]
    fn lines_inside_a_text_stay_and_parts_keep_their_places() {
        let line = "What do you say?";
        let texts = [
            format!("Dear reader,\nOne thing about the old wall.\n{line}\nTwo things about the new one."),
            format!("Dear reader,\nThree things about the quay.\n{line}\nFour things about its cranes."),
        ];
        assert!(read(&texts.each_ref().map(String::as_str))[0].text.contains(line));
        let mut site = SiteTemplate::default();
        observe_entry("Hello.\nA heading\nText that goes on and on for a while.", "1", &mut site);
        observe_entry("Hello.\nOther text.", "2", &mut site);
        let mut article = entry("Hello.\nA heading\nText that goes on and on for a while.");
        article.parts = vec![Part { kind: PartKind::Heading, start: 7, end: 16 }];
        drop_recurring(&mut article, &site);
        assert_eq!(article.parts, [Part { kind: PartKind::Heading, start: 0, end: 9 }]);
        assert!(article.text.starts_with("A heading"));
    }
}
