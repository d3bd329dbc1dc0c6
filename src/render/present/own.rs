//! Our own words → their view: the publisher's notes, and how the sources did.

use super::{HEADLINE, NAME, OWN, Presenter};
use crate::render::display;
use crate::render::texts::{day, fill};
use crate::render::view::{AdvertisementView, FailedView, HealthView, IntroView, OwnView, SectionView};

impl Presenter<'_> {
    pub(super) fn health(&self) -> HealthView {
        let health = &self.edition.health;
        let numbers = [("answered", &*health.answered.to_string()), ("asked", &*health.asked.to_string())];
        let since = |time| {
            let date = self.texts.short_date(day(time, &self.zone), self.today);
            fill(&self.texts.labels.since, &[("date", &date)])
        };
        let failed = health.failed.iter().map(|source| FailedView {
            name: display::link_text(display::line(&source.name, NAME), None),
            reason: display::line(&source.reason, HEADLINE),
            since: source.since.map(since),
        });
        HealthView {
            asked: health.asked,
            answered: health.answered,
            line: fill(&self.texts.labels.answered, &numbers),
            failed: failed.collect(),
        }
    }

    pub(super) fn own(&self, sections: &[SectionView]) -> OwnView {
        let own = &self.edition.own;
        let intro = own.intro.as_ref().map(|intro| IntroView {
            author: intro.author.as_deref().map(|name| display::line(name, NAME)).filter(|name| display::shows(name)),
            paragraphs: intro
                .text
                .split("\n\n")
                .map(|paragraph| display::line(paragraph, OWN))
                .filter(|paragraph| display::shows(paragraph))
                .collect(),
        });
        let advertisement = own.advertisement.as_ref().map(|block| {
            let url = block.url.as_deref().and_then(display::link);
            let words = block.link.as_deref().map(|words| display::line(words, HEADLINE)).unwrap_or_default();
            let link = url.as_deref().map(|url| display::naming_host(words, url));
            AdvertisementView { text: display::line(&block.text, OWN), link, url }
        });
        // A lead story may be all there is: its section is not shown then.
        let alone = sections.iter().all(|section| !section.is_first);
        OwnView { intro, advertisement, alone }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Advertisement;
    use crate::render::{Reader, Templates, sample};

    #[test]
    fn an_advertisement_stands_once_in_an_edition_of_any_number_of_stories() {
        let mut edition = sample();
        let text = "Books by the yard.".to_owned();
        edition.own.advertisement = Some(Advertisement { text, ..Advertisement::default() });
        let mut editions = vec![edition.clone()];
        edition.sections.truncate(1);
        edition.sections[0].more.clear();
        edition.sections[0].stories.truncate(1);
        editions.push(edition.clone());
        edition.sections.clear();
        editions.push(edition);
        for (edition, name) in editions.iter().flat_map(|edition| Templates::names().map(move |name| (edition, name))) {
            let mail = Templates::builtin(name).unwrap().render(edition, &Reader::default()).unwrap();
            for part in [&mail.html, &mail.text, &mail.markdown] {
                let stories = edition.story_count();
                assert_eq!(part.matches("Books by the yard.").count(), 1, "{name}, {stories} stories: {part}");
            }
        }
    }
}
