//! An edition and its publisher's changes → the edition as it is then: which stories there are, in which order, and words of
//! the publisher's own. No sentence of a source can be changed.

use std::collections::BTreeSet;

use url::Url;

use super::{Composition, Outcome};
use crate::model::{Advertisement, Edition, Intro, LayoutKind, MAX_OWN_CHARS, Story};

/// A change. Stories are numbered from 1, in the order of the edition before any change; links follow after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Leaves a story or a link out.
    Drop(usize),
    /// Makes a story the lead.
    Lead(usize),
    /// Puts a story where another stands, in its section.
    Move {
        /// Which.
        story: usize,
        /// In the place of which.
        to: usize,
    },
    /// The introduction, in place of the one before; without words it is taken away.
    Intro(Intro),
    /// The note under a story; without words it is taken away.
    Note {
        /// Under which.
        story: usize,
        /// Its words.
        text: String,
    },
    /// The block somebody paid for; without words it is taken away.
    Advertisement(Advertisement),
}

/// A change that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImpossibleChange {
    /// No story has this number.
    #[error("there is no story {number}: they are numbered 1 to {count}")]
    NoStory {
        /// As given.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// Nothing would be left.
    #[error("no story would be left; `digest approve --discard` throws the draft away")]
    Empty,
    /// A story whose summary does not stand for its article.
    #[error("story {0} cannot lead: there is only an excerpt of it, or a weak summary")]
    CannotLead(usize),
    /// An edition whose stories are all alike.
    #[error("with `layout = \"equal\"` no story leads; move it to the first place")]
    NoLead,
    /// A note under a story of one line.
    #[error("`{0}` is shown as one line, which has no room for a note; as the first of its section it may have")]
    NoRoom(String),
    /// Own words that would be cut.
    #[error("a paragraph of {0} characters is too long: an edition shows {MAX_OWN_CHARS}")]
    TooLong(usize),
    /// A link that no mail shows.
    #[error("`{0}` is no web address")]
    NotALink(String),
}

/// Makes `changes` in `edition`, all or none.
///
/// # Errors
/// A story's number is wrong, a story cannot lead, own words are too long or their link is none, or no story would be left.
pub fn edit(edition: &Edition, changes: &[Change]) -> Result<Edition, ImpossibleChange> {
    let before = Numbers::of(edition);
    let mut edited = edition.clone();
    for change in changes {
        apply(&mut edited, &before, change)?;
    }
    edited.sections.retain(|section| !section.stories.is_empty() || !section.more.is_empty());
    let left: BTreeSet<String> = edited.stories().map(|story| story.id.clone()).collect();
    edited.edits.lead = edited.edits.lead.take().filter(|id| left.contains(id));
    edited.own.notes.retain(|id, _| left.contains(id));
    // What was empty from the start may still be introduced.
    let is_emptied = left.is_empty() && !before.stories.is_empty();
    if is_emptied { Err(ImpossibleChange::Empty) } else { Ok(edited) }
}

/// The ids of an edition's stories and links, by their numbers.
struct Numbers {
    stories: Vec<String>,
    links: Vec<String>,
}

impl Numbers {
    fn of(edition: &Edition) -> Self {
        let links = edition.sections.iter().flat_map(|section| &section.more);
        Self {
            stories: edition.stories().map(|story| story.id.clone()).collect(),
            links: links.map(|link| link.story.clone()).collect(),
        }
    }

    fn story(&self, number: usize) -> Result<&str, ImpossibleChange> {
        let found = number.checked_sub(1).and_then(|place| self.stories.get(place));
        let count = self.stories.len();
        found.map(String::as_str).ok_or(ImpossibleChange::NoStory { number, count })
    }

    fn link(&self, number: usize) -> Option<&str> {
        self.links.get(number.checked_sub(self.stories.len() + 1)?).map(String::as_str)
    }
}

fn apply(edition: &mut Edition, numbers: &Numbers, change: &Change) -> Result<(), ImpossibleChange> {
    match change {
        Change::Drop(number) => {
            let id = match numbers.link(*number) {
                Some(id) => id,
                None => numbers.story(*number)?,
            };
            take_out(edition, id);
        }
        Change::Lead(number) => edition.edits.lead = Some(leading(edition, numbers.story(*number)?, *number)?),
        Change::Move { story, to } => move_to(edition, numbers.story(*story)?, numbers.story(*to)?),
        Change::Intro(intro) => {
            let text = paragraphs(&intro.text)?;
            let author = intro.author.clone().filter(|author| !author.trim().is_empty());
            edition.own.intro = (!text.is_empty()).then_some(Intro { text, author });
        }
        Change::Note { story, text } => {
            let (id, text) = (numbers.story(*story)?.to_owned(), paragraphs(text)?.replace("\n\n", " "));
            if text.is_empty() {
                edition.own.notes.remove(&id)
            } else {
                edition.own.notes.insert(id, text)
            };
        }
        Change::Advertisement(block) => {
            let text = paragraphs(&block.text)?.replace("\n\n", " ");
            let url = block.url.clone().map(link).transpose()?;
            let link = block.link.clone().filter(|words| url.is_some() && !words.trim().is_empty());
            edition.own.advertisement = (!text.is_empty()).then_some(Advertisement { text, link, url });
        }
    }
    Ok(())
}

fn take_out(edition: &mut Edition, id: &str) {
    for section in &mut edition.sections {
        section.stories.retain(|story| story.id != id);
        section.more.retain(|link| link.story != id);
    }
    edition.edits.dropped.push(id.to_owned());
}

/// The id of story `number`, if it can lead: where all are excerpts, one of them does.
fn leading(edition: &Edition, id: &str, number: usize) -> Result<String, ImpossibleChange> {
    if edition.layout.kind == LayoutKind::Equal {
        return Err(ImpossibleChange::NoLead);
    }
    let stands = |story: &Story| story.id == id && !story.is_brief();
    if edition.stories().any(stands) || edition.stories().all(Story::is_brief) {
        Ok(id.to_owned())
    } else {
        Err(ImpossibleChange::CannotLead(number))
    }
}

fn move_to(edition: &mut Edition, id: &str, other: &str) {
    let place = |id: &str| {
        let sections = edition.sections.iter().enumerate();
        let mut places = sections
            .filter_map(|(number, section)| Some((number, section.stories.iter().position(|story| story.id == id)?)));
        places.next()
    };
    let (Some((from, at)), Some((to, before))) = (place(id), place(other)) else { return };
    if id != other {
        let story = edition.sections[from].stories.remove(at);
        edition.sections[to].stories.insert(before, story);
        edition.edits.moved.push(id.to_owned());
    }
}

/// `text` in paragraphs that one empty line separates, whatever program wrote it.
fn paragraphs(text: &str) -> Result<String, ImpossibleChange> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let paragraphs: Vec<String> =
        lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty()).map(|lines| lines.join(" ")).collect();
    match paragraphs.iter().map(|paragraph| paragraph.chars().count()).find(|length| *length > MAX_OWN_CHARS) {
        Some(length) => Err(ImpossibleChange::TooLong(length)),
        None => Ok(paragraphs.join("\n\n")),
    }
}

fn link(url: String) -> Result<String, ImpossibleChange> {
    let parsed = Url::parse(&url).ok();
    let is_web = parsed.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty());
    if is_web { Ok(url) } else { Err(ImpossibleChange::NotALink(url)) }
}

impl Composition {
    /// Takes `edition`, which its publisher made of this one, in its place, and accounts for what they took out.
    pub fn take_edits(&mut self, edition: Edition) {
        for decision in &mut self.decisions {
            let (Outcome::Published { story } | Outcome::Linked { story }) = &decision.outcome else { continue };
            if edition.edits.dropped.contains(story) {
                decision.why = format!("its publisher took it out of the draft (it was: {})", decision.why);
                decision.outcome = Outcome::Withdrawn { story: story.clone() };
            }
        }
        self.edition = edition;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MoreLink, Section};

    fn edition() -> Edition {
        let story = |id: &str| {
            serde_json::from_value(serde_json::json!({
                "id": id, "headline": id, "url": null, "language": null, "published": null, "reading_minutes": 1,
                "places": [], "sentences": [], "also_in": [], "update": null, "tags": [], "teaser": false, "score": 1.0,
            }))
            .unwrap()
        };
        let link = |id: &str| MoreLink { story: id.into(), ..MoreLink::default() };
        let section = |name: &str, stories: &[&str], links: &[&str]| Section {
            name: name.into(),
            stories: stories.iter().copied().map(story).collect(),
            more: links.iter().copied().map(link).collect(),
        };
        let sections = vec![section("One", &["a", "b"], &["x", "y"]), section("Two", &["c"], &[])];
        Edition { sections, ..Edition::default() }
    }

    fn change(changes: &[Change]) -> Result<String, ImpossibleChange> {
        let edited = edit(&edition(), changes)?;
        let section = |section: &Section| {
            let links = section.more.iter().map(|link| &link.story);
            section.stories.iter().map(|story| &story.id).chain(links).cloned().collect::<Vec<_>>().join(" ")
        };
        Ok(edited.sections.iter().map(section).collect::<Vec<_>>().join(" | "))
    }

    #[test]
    fn stories_are_dropped_and_moved_by_the_numbers_they_had() {
        let to = |story, to| Change::Move { story, to };
        for (changes, expected) in [
            (vec![Change::Drop(1)], "b x y | c"),
            (vec![Change::Drop(3)], "a b x y"),
            (vec![Change::Drop(1), Change::Drop(2)], "x y | c"),
            (vec![Change::Drop(4)], "a b y | c"),
            (vec![Change::Drop(1), Change::Drop(5)], "b x | c"),
            (vec![to(2, 1)], "b a x y | c"),
            (vec![to(1, 2)], "b a x y | c"),
            (vec![to(3, 2)], "a c b x y"),
            (vec![to(1, 3)], "b x y | a c"),
            (vec![to(3, 1), Change::Drop(1)], "c b x y"),
            (vec![to(2, 2)], "a b x y | c"),
        ] {
            assert_eq!(change(&changes).as_deref(), Ok(expected), "{changes:?}");
        }
    }

    #[test]
    fn a_dropped_story_takes_its_note_with_it_and_does_not_lead() {
        let note = |text: &str| Change::Note { story: 2, text: text.into() };
        let edited = edit(&edition(), &[Change::Lead(2), note("Ours.")]).unwrap();
        assert_eq!((edited.edits.lead.as_deref(), edited.own.notes.len()), (Some("b"), 1));
        let dropped = edit(&edited, &[Change::Drop(2)]).unwrap();
        assert_eq!((dropped.edits.lead.as_deref(), dropped.own.notes.len()), (None, 0));
        assert_eq!(dropped.edits.dropped, ["b"]);
        assert!(edit(&edited, &[note(" \n ")]).unwrap().own.is_empty());
    }

    #[test]
    fn own_words_are_put_into_paragraphs_or_refused() {
        let intro = |text: &str| Change::Intro(Intro { text: text.into(), author: None });
        let edited = edit(&edition(), &[intro("\r\nGood\r\nmorning.\r\n \r\n\r\nTwo stories.\r\n")]).unwrap();
        assert_eq!(edited.own.intro.clone().unwrap().text, "Good morning.\n\nTwo stories.");
        assert_eq!(edit(&edited, &[intro("")]).unwrap().own.intro, None);
        let long = "a".repeat(MAX_OWN_CHARS + 1);
        assert_eq!(change(&[intro(&long)]), Err(ImpossibleChange::TooLong(MAX_OWN_CHARS + 1)));
        let block = |url: &str| {
            Change::Advertisement(Advertisement { text: "Books.".into(), link: None, url: Some(url.into()) })
        };
        for wrong in ["javascript:alert(1)", "books", "https://me:secret@books.example/"] {
            assert_eq!(change(&[block(wrong)]), Err(ImpossibleChange::NotALink(wrong.into())));
        }
        assert!(edit(&edition(), &[block("https://books.example/")]).unwrap().own.advertisement.is_some());
    }

    #[test]
    fn a_change_that_cannot_be_made_changes_nothing() {
        let wrong = change(&[Change::Drop(6)]).unwrap_err();
        assert_eq!(wrong.to_string(), "there is no story 6: they are numbered 1 to 3");
        assert!(change(&[Change::Lead(0)]).is_err());
        assert!(change(&[Change::Move { story: 4, to: 1 }]).is_err(), "links are not moved");
        assert_eq!(change(&[1, 2, 3].map(Change::Drop)), Err(ImpossibleChange::Empty));
        let intro = Change::Intro(Intro { text: "Nothing today.".into(), author: None });
        assert!(edit(&Edition::default(), &[intro]).is_ok());
    }
}
