//! Which entry of a source is which article: by its address or its own id, as far as its feed itself shows that they mean
//! one entry each.
//!
//! An id that several entries of one feed share is none, and one under which another title of another day appears (the feed
//! whose single item is always "the latest") names a new entry. What is only repeated stays one entry.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::extract;
use crate::model::{Article, Content, Entry, Link};
use crate::source::Seen;

/// The origin of what was not read over the web: a mail, a file, the output of a command.
pub(super) const LOCAL: &str = "file:";

/// How the entries of one source are told apart, and from those of all others.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Identity {
    scope: String,
    /// Where the entries themselves were read, by [`extract::origin`].
    pub(super) origin: Option<String>,
    /// How many different entries link each URL: one that all of them link (the home page) says nothing.
    links: BTreeMap<String, usize>,
    /// Ids given here, which count more than an entry's address.
    given: BTreeSet<String>,
}

impl Identity {
    /// Of `entries` read at `address`, of which some are given an id here; `seen`: what was last seen under their own ids,
    /// which is brought up to date.
    pub(super) fn of(
        entries: &mut [Entry],
        scope: &str,
        address: Option<&str>,
        seen: &mut BTreeMap<String, Seen>,
    ) -> Self {
        let mut links = BTreeMap::new();
        let mut repeated = BTreeSet::new();
        for entry in entries.iter() {
            // What is only repeated is one.
            if let Some(url) = entry.url().map(extract::entry_url)
                && repeated.insert((url.clone(), face(entry).text))
            {
                *links.entry(url).or_default() += 1;
            }
        }
        let origin = address.and_then(extract::origin).or_else(|| Some(LOCAL.to_owned()));
        let mut identity = Self { scope: scope.to_owned(), origin, links, given: BTreeSet::new() };
        identity.tell_apart(entries, seen);
        identity
    }

    /// Gives the entries that are not what their own id says another one.
    fn tell_apart(&mut self, entries: &mut [Entry], seen: &mut BTreeMap<String, Seen>) {
        let kept = self.keep_owners(entries, seen);
        let mut sharing: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, entry) in entries.iter().enumerate() {
            // Mails and files are documents: their Message-ID or path is one.
            if let Some(id) = self.id(entry).filter(|_| entry.document.is_none()) {
                sharing.entry(id).or_default().push(place);
            }
        }
        if sharing.is_empty() {
            return;
        }
        let mut now = kept;
        for (id, places) in sharing {
            let key = key(&id);
            let faces: Vec<Seen> = places.iter().map(|&place| face(&entries[place])).collect();
            let owner = owner(seen.get(&key), &faces);
            for (&place, face) in places.iter().zip(&faces).filter(|(_, face)| owner != Some(face.text)) {
                self.give_id(&mut entries[place], &id, face.text);
            }
            let owner = faces.iter().find(|face| owner == Some(face.text)).or(seen.get(&key)).cloned();
            let alone = faces.first().filter(|first| faces.iter().all(|face| face.text == first.text)).cloned();
            now.extend(alone.or(owner).map(|face| (key, face)));
        }
        *seen = now;
    }

    /// An address that was one entry's own stays its id when others come to link it, too. What stood under such addresses before.
    fn keep_owners(&mut self, entries: &mut [Entry], seen: &BTreeMap<String, Seen>) -> BTreeMap<String, Seen> {
        let mut kept = BTreeMap::new();
        let shared: Vec<String> =
            self.links.iter().filter(|(_, count)| **count > 1).map(|(url, _)| url.clone()).collect();
        for url in shared.into_iter().filter(|url| !extract::is_front_page(url)) {
            let mut article = Article { url: Some(url.clone()), ..Article::default() };
            article.identify(None, &self.scope);
            let key = key(&article.id);
            let Some(before) = seen.get(&key) else { continue };
            let is_linking = |entry: &&mut Entry| entry.url().is_some_and(|own| extract::entry_url(own) == url);
            let linking: Vec<&mut Entry> = entries.iter_mut().filter(is_linking).collect();
            let faces: Vec<Seen> = linking.iter().map(|entry| face(entry)).collect();
            let owner = owner(Some(before), &faces);
            for (entry, _) in linking.into_iter().zip(&faces).filter(|(_, face)| owner == Some(face.text)) {
                entry.id = Some(article.id.clone());
                self.given.insert(article.id.clone());
            }
            kept.insert(key, before.clone());
        }
        kept
    }

    fn give_id(&mut self, entry: &mut Entry, shared: &str, text: u64) {
        if let (None, Some(address)) = (entry.url(), entry.stand_in().map(str::to_owned)) {
            entry.links.push(Link { href: address, rel: None, media_type: None });
        }
        let id = format!("{shared} {text:016x}");
        entry.id = Some(id.clone());
        self.given.insert(id);
    }

    /// The id of an entry's article, if that can be known before it is read.
    pub(super) fn id(&self, entry: &Entry) -> Option<String> {
        if let Some(given) = entry.id.as_ref().filter(|id| self.given.contains(*id)) {
            return Some(given.clone());
        }
        let mut article = Article { url: self.own_url(entry), ..Article::default() };
        if article.url.is_none() && entry.id.is_none() {
            return None;
        }
        article.identify(entry.id.as_deref(), &self.scope);
        Some(article.id)
    }

    fn own_url(&self, entry: &Entry) -> Option<String> {
        let url = extract::entry_url(entry.url()?);
        let is_own = self.links.get(&url).copied().unwrap_or(0) < 2
            && (entry.document.is_some() || !extract::is_front_page(&url));
        is_own.then_some(url)
    }

    pub(super) fn identify(&self, article: &mut Article, entry: &Entry) {
        // A document may claim any address (`Archived-At`, `canonical`): where no entry gave one, it is known by its text.
        match self.id(entry) {
            Some(id) => article.id = id,
            None => article.identify_by_text(&self.scope),
        }
    }
}

/// The text that an id stands for: of those that announce it now, the one seen under it before, else the only one.
fn owner(before: Option<&Seen>, faces: &[Seen]) -> Option<u64> {
    let Some(before) = before else {
        let first = faces.first()?.text;
        return faces.iter().all(|face| face.text == first).then_some(first);
    };
    let same = faces.iter().find(|face| face.text == before.text);
    same.or_else(|| faces.iter().find(|face| !face.is_another(before))).map(|face| face.text)
}

/// The remembered form of an id, which may be long.
fn key(id: &str) -> String {
    format!("{:016x}", hashed([id]))
}

fn face(entry: &Entry) -> Seen {
    let text = |content: &Option<Content>| match content {
        Some(Content::Html { html }) => html.clone(),
        Some(Content::Text { text }) => text.clone(),
        None => String::new(),
    };
    let title = entry.title.as_deref().unwrap_or_default();
    let text = hashed([title, &text(&entry.content), &text(&entry.summary)]);
    Seen { title: hashed([title]), text, published: entry.published }
}

fn hashed<const N: usize>(parts: [&str; N]) -> u64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(title: &str, day: u32, text: &str) -> Entry {
        Entry {
            id: Some("g".into()),
            title: Some(title.into()),
            links: vec![Link { href: "https://a.example/latest".into(), rel: None, media_type: None }],
            published: Some(format!("2026-11-{day:02}T05:00:00Z").parse().unwrap()),
            summary: Some(Content::Text { text: text.into() }),
            ..Entry::default()
        }
    }

    /// How many ids a source's feeds have in all, morning after morning.
    fn ids(mornings: &[&[(&str, u32, &str)]]) -> usize {
        let (mut seen, mut ids) = (BTreeMap::new(), BTreeSet::new());
        for feed in mornings {
            let mut entries: Vec<Entry> = feed.iter().map(|(title, day, text)| entry(title, *day, text)).collect();
            let identity = Identity::of(&mut entries, "feed", Some("https://a.example/feed"), &mut seen);
            ids.extend(entries.iter().map(|entry| identity.id(entry).unwrap()));
        }
        ids.len()
    }

    #[test]
    fn an_id_is_one_entry_of_its_feed_and_of_those_before() {
        let (a, b, c) = (("A", 1, "Ferries run."), ("B", 2, "Geese fly."), ("C", 3, "Bells ring."));
        for (expected, mornings) in [
            (1, &[&[a][..], &[a], &[a]][..]),
            (1, &[&[a, a][..], &[a]]),
            (2, &[&[a, b][..], &[a, b]]),
            (2, &[&[a][..], &[b, a], &[b, a]]),
            (3, &[&[a][..], &[b], &[b], &[c]]),
            (3, &[&[a][..], &[b, a], &[c, b, a]]),
            // An edit is no other entry: the same title, or the same date.
            (1, &[&[a][..], &[("A", 2, "Ferries run again.")]]),
            (1, &[&[a][..], &[("A, corrected", 1, "Ferries run.")]]),
        ] {
            assert_eq!(ids(mornings), expected, "{mornings:?}");
        }
    }
}
