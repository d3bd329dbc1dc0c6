//! A story's card: headline, places, sentences, what is new, what another source adds.
//!
//! One summary runs over the sentences of all its articles; each sentence keeps its article and its span. An update
//! keeps only sentences that say what was not told before. Nothing is written here that does not stand in an article.

use std::ops::Range;

use super::batch::{Batch, language_of};
use super::desk::Desk;
use super::disagree::disagreement;
use super::earlier::Told;
use super::novelty::Said;
use super::tags::tags;
use super::weigh::{Weighed, weigh};
use crate::model::{Article, KeySentence, Place, Story, Update};
use crate::summary::{Sentence, Summary, Text, summarize_texts, text_fragment};

/// Articles of one story that are summarized; its most central.
const MOST_TEXTS: usize = 12;
/// How new a sentence of another source must be to be added to a card.
const ADDS: f64 = 0.6;
/// Words of a sentence that may be added.
const ADDED_WORDS: std::ops::RangeInclusive<usize> = 6..=60;

/// What a card is made of.
pub(super) struct Cast<'a> {
    /// Id of the story.
    pub id: &'a str,
    /// Its originals, the most central first. Never empty.
    pub faces: Vec<&'a Article>,
    /// Copies of them.
    pub copies: Vec<&'a Article>,
    /// When the first face appeared.
    pub time: Option<jiff::Timestamp>,
    /// What earlier editions told of it.
    pub told: Vec<&'a Told>,
    /// What it is ordered by.
    pub score: f64,
}

/// A story as it is told, and what else it could have said.
#[derive(Debug)]
pub(super) struct Card {
    /// The story.
    pub story: Story,
    /// All sentences it was made of.
    pub sentences: Vec<Weighed>,
}

/// The card; `None` if it goes on from an earlier edition and nothing is new.
pub(super) fn card(desk: &Desk<'_>, batch: &Batch, cast: &Cast<'_>) -> Option<Card> {
    let head = cast.faces[0];
    let texts = texts(&cast.faces);
    let language = language_of(head);
    let parts: Vec<Vec<Range<usize>>> = texts.iter().map(|article| article.telling()).collect();
    let whole: Vec<Text<'_>> = texts
        .iter()
        .zip(&parts)
        .map(|(article, parts)| {
            let title = (!article.title.is_empty()).then_some(article.title.as_str());
            Text { text: &article.text, title, language: Some(&language), parts }
        })
        .collect();
    let summed = summarize_texts(&whole, desk.summary);
    let page = Page { desk, batch, texts: &texts, summed: &summed, language: &language };
    let mut said = Said::default();
    let sentences = if cast.told.is_empty() {
        summed
            .sentences
            .iter()
            .filter(|picked| picked.chosen)
            .map(|picked| page.sentence(picked, picked.reasons.why()))
            .collect()
    } else {
        cast.told
            .iter()
            .flat_map(|told| &told.story.sentences)
            .for_each(|sentence| said.add(&sentence.text, &language));
        cast.told.iter().for_each(|told| said.add(&told.story.headline, &language));
        let new = page.new_sentences(&mut said);
        let untold_title = said.novelty(&head.title, &language, batch) >= desk.options.new;
        if new.is_empty() && !(summed.sentences.is_empty() && untold_title) {
            return None;
        }
        new
    };
    let sentences = page.with_addition(sentences, said);
    let sentences = page.with_disagreement(sentences, cast.told.is_empty());
    let weighed = weigh(cast.id, &texts, &summed, &sentences);
    Some(Card { story: story(desk, cast, sentences, summed.keyphrases), sentences: weighed })
}

fn story(desk: &Desk<'_>, cast: &Cast<'_>, sentences: Vec<KeySentence>, keyphrases: Vec<String>) -> Story {
    let head = cast.faces[0];
    let (places, also_in) = places(cast, &sentences);
    let first = cast.told.iter().min_by_key(|told| (told.composed, &told.edition));
    let update = first.map(|told| {
        told.story.update.clone().unwrap_or(Update { edition: told.edition.clone(), first_told: told.composed })
    });
    Story {
        id: cast.id.to_owned(),
        headline: headline(head),
        url: head.url.clone(),
        language: head.language.clone().or_else(|| Some(desk.newsletter.language.to_owned())),
        published: cast.time,
        reading_minutes: crate::model::reading_minutes(crate::model::word_count(&head.text)),
        places,
        sentences,
        also_in,
        update,
        tags: tags(keyphrases),
        rate: None,
        teaser: head.teaser,
        score: cast.score,
    }
}

/// The article's own headline; one without any is named by its address or its first words.
pub(super) fn headline(article: &Article) -> String {
    let title = article.title.trim();
    if !title.is_empty() {
        return title.to_owned();
    }
    let mut words = article.text.split_whitespace();
    let start: Vec<&str> = words.by_ref().take(12).collect();
    match (start.is_empty(), &article.url) {
        (true, Some(url)) => url.clone(),
        (true, None) => article.source.clone(),
        (false, _) => format!("{}{}", start.join(" "), if words.next().is_some() { " …" } else { "" }),
    }
}

/// Articles of the headline's language; announcements only when there is nothing else.
fn texts<'a>(faces: &[&'a Article]) -> Vec<&'a Article> {
    let language = language_of(faces[0]);
    let same = faces.iter().copied().filter(|face| language_of(face) == language && !face.text.trim().is_empty());
    let (teasers, whole): (Vec<_>, Vec<_>) = same.partition(|face| face.teaser);
    let mut texts = if whole.is_empty() { teasers } else { whole };
    texts.truncate(MOST_TEXTS);
    texts
}

/// Places that gave the headline or a sentence, and the others; each source once in all.
fn places(cast: &Cast<'_>, sentences: &[KeySentence]) -> (Vec<Place>, Vec<Place>) {
    let mut named: Vec<&str> = Vec::new();
    let (mut places, mut also_in) = (Vec::new(), Vec::new());
    let spoke = |article: &&&Article| sentences.iter().any(|sentence| sentence.article == article.id);
    let (quoted, silent): (Vec<_>, Vec<_>) = cast.faces.iter().skip(1).partition(spoke);
    for article in std::iter::once(&cast.faces[0]).chain(quoted) {
        if !named.contains(&article.source.as_str()) {
            named.push(&article.source);
            places.push(place(article));
        }
    }
    for article in silent.into_iter().chain(&cast.copies) {
        if !named.contains(&article.source.as_str()) {
            named.push(&article.source);
            also_in.push(place(article));
        }
    }
    (places, also_in)
}

fn place(article: &Article) -> Place {
    Place {
        article: article.id.clone(),
        source: article.source.clone(),
        title: headline(article),
        url: article.url.clone(),
    }
}

/// All sentences of a story, and what is needed to choose among them.
struct Page<'a> {
    desk: &'a Desk<'a>,
    batch: &'a Batch,
    texts: &'a [&'a Article],
    summed: &'a Summary,
    language: &'a str,
}

impl Page<'_> {
    fn sentence(&self, picked: &Sentence, reason: String) -> KeySentence {
        let article = self.texts[picked.source];
        let link = article.url.as_deref().map(|url| text_fragment(url, &article.text, picked.start..picked.end));
        KeySentence {
            text: article.text[picked.start..picked.end].to_owned(),
            article: article.id.clone(),
            source: article.source.clone(),
            start: picked.start,
            end: picked.end,
            link,
            score: picked.score,
            reason,
        }
    }

    fn text(&self, picked: &Sentence) -> &str {
        &self.texts[picked.source].text[picked.start..picked.end]
    }

    /// As many new sentences as the summary has: first the chosen ones, then the best of the others; in reading order.
    fn new_sentences(&self, said: &mut Said) -> Vec<KeySentence> {
        let wanted = self.summed.sentences.iter().filter(|picked| picked.chosen).count();
        let mut order: Vec<usize> = (0..self.summed.sentences.len()).collect();
        let key = |place: &usize| &self.summed.sentences[*place];
        order.sort_by(|a, b| {
            key(b).chosen.cmp(&key(a).chosen).then(key(b).score.total_cmp(&key(a).score)).then(a.cmp(b))
        });
        let mut new: Vec<(usize, f64)> = Vec::new();
        for place in order {
            if new.len() >= wanted {
                break;
            }
            let text = self.text(key(&place));
            let novelty = said.novelty(text, self.language, self.batch);
            if novelty >= self.desk.options.new {
                said.add(text, self.language);
                new.push((place, novelty));
            }
        }
        new.sort_unstable_by_key(|(place, _)| *place);
        let reason =
            |novelty: f64| format!("new since the story was last told ({:.0} % of its words)", 100.0 * novelty);
        new.into_iter().map(|(place, novelty)| self.sentence(key(&place), reason(novelty))).collect()
    }

    /// One more sentence, of a source that has none yet, farthest from what the card says; if one says something more.
    fn with_addition(&self, mut sentences: Vec<KeySentence>, mut said: Said) -> Vec<KeySentence> {
        if !self.desk.options.adds || sentences.is_empty() {
            return sentences;
        }
        sentences.iter().for_each(|sentence| said.add(&sentence.text, self.language));
        said.add(&self.texts[0].title, self.language);
        let count = self.summed.sentences.len().max(1) as f64;
        let usual = self.summed.sentences.iter().map(|picked| picked.score).sum::<f64>() / count;
        let silent = |picked: &&Sentence| {
            let source = &self.texts[picked.source].source;
            sentences.iter().all(|sentence| sentence.source != *source) && *source != self.texts[0].source
        };
        let whole = |picked: &&Sentence| {
            let text = self.text(picked);
            picked.score >= usual && ADDED_WORDS.contains(&crate::model::word_count(text)) && !text.contains('\n')
        };
        let mut best: Option<(&Sentence, f64)> = None;
        for picked in self.summed.sentences.iter().filter(silent).filter(whole) {
            let novelty = said.novelty(self.text(picked), self.language, self.batch);
            if novelty >= ADDS && best.is_none_or(|(_, most)| novelty > most) {
                best = Some((picked, novelty));
            }
        }
        sentences.extend(best.map(|(picked, novelty)| {
            let source = &self.texts[picked.source].source;
            self.sentence(picked, format!("what {source} adds: {:.0} % of its words are not above", 100.0 * novelty))
        }));
        sentences
    }

    /// Beside the first sentence whose number another source gives otherwise, that source's sentence.
    fn with_disagreement(&self, mut sentences: Vec<KeySentence>, is_new: bool) -> Vec<KeySentence> {
        if !self.desk.options.disagreements || !is_new {
            return sentences;
        }
        let mut found = None;
        for (place, said) in sentences.iter().enumerate() {
            let elsewhere = self.summed.sentences.iter().filter(|picked| {
                let text = self.text(picked);
                self.texts[picked.source].source != said.source && sentences.iter().all(|other| other.text != text)
            });
            found = found.or_else(|| {
                elsewhere.into_iter().find_map(|picked| {
                    let (one, other) = disagreement(&said.text, self.text(picked), self.language, self.batch)?;
                    let source = &self.texts[picked.source].source;
                    Some((place + 1, self.sentence(picked, format!("{source}: {other}; {}: {one}", said.source))))
                })
            });
        }
        if let Some((place, other)) = found {
            sentences.insert(place, other);
        }
        sentences
    }
}
