//! An edition → the same as anybody may read it.

use percent_encoding::percent_decode_str;

use crate::model::{Edition, MoreLink, Place, SourceHealth, Story};

/// Words that no page of an archive may show: the addresses of readers, for one. Not case-sensitive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// These words; empty ones are none.
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        let words = words.into_iter().map(|word| word.trim().to_lowercase());
        Self(words.filter(|word| !word.is_empty()).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether `text`, or what it says with its escapes undone, names one of them.
    pub(super) fn named_in(&self, text: &str) -> bool {
        let names = |text: &str| {
            let text = text.to_lowercase();
            self.0.iter().any(|word| text.contains(word.as_str()))
        };
        // A link inside a link is escaped twice.
        let once = percent_decode_str(text).decode_utf8_lossy();
        let twice = percent_decode_str(&once).decode_utf8_lossy();
        !self.0.is_empty() && (names(text) || names(&once) || names(&twice))
    }

    /// `edition` without what is one reader's or the owner's alone: links that rate, the health of the sources, and every link,
    /// sentence and headline that names a secret, as mails that were read as a source may. The publisher's own words stay.
    pub(super) fn public(&self, edition: &Edition) -> Edition {
        let mut public = edition.clone();
        public.health = SourceHealth::default();
        for section in &mut public.sections {
            section.stories.retain(|story| !self.named_in(&story.headline) && !self.names_source(&story.places));
            section.stories.iter_mut().for_each(|story| self.clean_story(story));
            section.more.retain(|link| !self.named_in(&link.title) && !self.named_in(&link.source));
            section.more.iter_mut().for_each(|MoreLink { url, .. }| self.clean_link(url));
        }
        public.sections.retain(|section| !section.stories.is_empty() || !section.more.is_empty());
        public
    }

    fn names_source(&self, places: &[Place]) -> bool {
        places.iter().any(|place| self.named_in(&place.source))
    }

    fn clean_story(&self, story: &mut Story) {
        story.rate = None;
        self.clean_link(&mut story.url);
        story.also_in.retain(|place| !self.named_in(&place.source));
        story.places.iter_mut().chain(&mut story.also_in).for_each(|place| {
            self.clean_link(&mut place.url);
            if self.named_in(&place.title) {
                place.title.clear();
            }
        });
        story.tags.retain(|tag| !self.named_in(tag));
        story.sentences.retain(|sentence| !self.named_in(&sentence.text) && !self.named_in(&sentence.source));
        story.sentences.iter_mut().for_each(|sentence| self.clean_link(&mut sentence.link));
    }

    /// A link that writes a mail leads to a person: on the web it is nobody's business.
    fn clean_link(&self, link: &mut Option<String>) {
        *link = link.take().filter(|link| !link.trim_start().starts_with("mailto:") && !self.named_in(link));
    }
}
