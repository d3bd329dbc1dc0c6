//! Articles of one event → the story: headline, places, sentences, what is new, what another source adds.
//!
//! One summary runs over the sentences of all its articles; each sentence keeps its article and its span. An update
//! keeps only sentences that say something new. Nothing is written here that does not stand in an article.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::quality::FixedState;

use super::adjoin::adjoining;
use super::disagree::disagreement;
use super::elsewhere::Elsewhere;
use super::explain::{SentenceDecision, explain};
use super::novelty::SeenContent;
use super::places::{headline, places};
use super::tags::tags;
use crate::extract::{canonical_url, is_a_claim};
use crate::model::{Article, KeySentence, Story, Update};
use crate::story::cluster::{Corpus, language_of};
use crate::story::draft::StoryDraft;
use crate::story::inputs::Inputs;
use crate::summary::{Sentence, Summary, Text, summarize_texts, text_fragment};

/// Articles of one story that are summarized; its most central.
const MOST_TEXTS: usize = 12;
/// How new a sentence of another source must be to be added.
const ADDS: f64 = 0.6;
/// An extractor less sure than this may have taken something else for the article.
const DOUBTFUL: f64 = 0.25;
/// A sentence that its faults and what it lacks together leave less than this is understood only where it stands: one that
/// asks or speaks of the page, one with two faults, or with a need that nothing meets.
const STANDS_ALONE: f64 = 0.45;
/// Languages that end sentences with a space, or not at all.
const WITHOUT_STOPS: [&str; 4] = ["th", "lo", "km", "bo"];
/// A text without a headline is a post below so many words.
const POST_WORDS: usize = 60;
/// A sentence that is added stands alone at least so likely.
const WHOLE: f64 = 0.5;
/// Words of a sentence that may be added.
const ADDED_WORDS: std::ops::RangeInclusive<usize> = 6..=60;

/// A story as it is published, and what else it could have said.
#[derive(Debug)]
pub(in crate::story) struct WrittenStory {
    /// The story.
    pub story: Story,
    /// All sentences it was made of.
    pub sentences: Vec<SentenceDecision>,
    /// Why no sentence of it stands alone, in words; `None`: one does.
    pub held_back: Option<String>,
}

/// The story of `draft`; `None` if it goes on from an earlier edition and nothing is new.
pub(in crate::story) fn write_story(
    inputs: &Inputs<'_>,
    corpus: &Corpus,
    elsewhere: &Elsewhere,
    draft: &StoryDraft<'_>,
) -> Option<WrittenStory> {
    let texts = texts(&draft.originals);
    let language = language_of(draft.lead());
    let options = inputs.summary_of(&draft.lead().source);
    let key = summary_key(&texts, &language, &options);
    let summed = inputs.memo.summary(key, || summarize(&texts, &language, &options));
    let summary =
        StorySummary { inputs, corpus, elsewhere, draft, texts: &texts, summed: &summed, language: &language };
    let mut seen = SeenContent::default();
    let sentences = if draft.past.is_empty() { summary.chosen_sentences() } else { summary.update(&mut seen)? };
    let sentences = summary.with_addition(sentences, seen);
    let sentences = summary.with_disagreement(sentences, draft.past.is_empty());
    let mut sentences = adjoining(sentences, &texts);
    // No reader reads them, and they would take the time of every other story.
    sentences.retain(|sentence| sentence.text.chars().nth(LONGEST_SENTENCE).is_none());
    let held_back = held_back(&texts, &summed, &sentences, &language);
    if held_back.is_some() {
        keep_best(&mut sentences);
    }
    let decisions = explain(draft, &texts, &summed, &sentences);
    let mut story = story(inputs, draft, sentences, summed.keyphrases.clone());
    story.weak |= held_back.is_some();
    Some(WrittenStory { story, sentences: decisions, held_back })
}

/// A hash of all that a summary is made of.
fn summary_key(texts: &[&Article], language: &str, options: &crate::summary::Options) -> u64 {
    let read = |article: &&Article| {
        FixedState::default().hash_one((&article.title, &article.text, article.summarizable_ranges()))
    };
    FixedState::default().hash_one((texts.iter().map(read).collect::<Vec<_>>(), language, format!("{options:?}")))
}

fn summarize(texts: &[&Article], language: &str, options: &crate::summary::Options) -> Summary {
    let parts: Vec<Vec<Range<usize>>> = texts.iter().map(|article| article.summarizable_ranges()).collect();
    let whole: Vec<Text<'_>> = texts
        .iter()
        .zip(&parts)
        .map(|(article, parts)| {
            let title = (!article.title.is_empty()).then_some(article.title.as_str());
            Text { text: &article.text, title, language: Some(language), parts }
        })
        .collect();
    summarize_texts(&whole, options)
}

fn story(inputs: &Inputs<'_>, draft: &StoryDraft<'_>, sentences: Vec<KeySentence>, keyphrases: Vec<String>) -> Story {
    let lead = draft.lead();
    let (places, also_in) = places(draft, &sentences);
    let first = draft.past.iter().min_by_key(|past| (past.composed, &past.edition));
    let update = first.map(|past| {
        past.story.update.clone().unwrap_or(Update { edition: past.edition.clone(), first_told: past.composed })
    });
    Story {
        id: draft.id.clone(),
        headline: headline(lead),
        url: lead.url.clone(),
        language: lead.language.clone().or_else(|| Some(inputs.newsletter.language.to_owned())),
        published: draft.published,
        reading_minutes: crate::model::reading_minutes(crate::model::word_count(&lead.text)),
        places,
        sentences,
        also_in,
        update,
        tags: tags(keyphrases),
        rate: None,
        teaser: lead.teaser,
        paywalled: !lead.access.is_open(),
        weak: lead.confidence < DOUBTFUL || is_post(lead),
        score: draft.score,
    }
}

/// Why no sentence among `sentences` stands alone: all are questions, rows, dates, fragments with something else besides, or
/// lack what they lean on. In scripts that write no full stop every sentence looks like a fragment, which says nothing there.
fn held_back(texts: &[&Article], summed: &Summary, sentences: &[KeySentence], language: &str) -> Option<String> {
    let quoted: Vec<&Sentence> = summed
        .sentences
        .iter()
        .filter(|picked| {
            let article = &texts[picked.source].id;
            sentences.iter().any(|sentence| sentence.article == *article && sentence.start == picked.start)
        })
        .collect();
    let is_held = |picked: &&Sentence| picked.reasons.stands_alone() < STANDS_ALONE;
    let best = quoted.iter().max_by(|one, other| one.score.total_cmp(&other.score))?;
    (quoted.iter().all(is_held) && !WITHOUT_STOPS.contains(&language)).then(|| best.reasons.why_held())
}

/// Leaves the best sentence alone.
fn keep_best(sentences: &mut Vec<KeySentence>) {
    let best = sentences.iter().map(|sentence| sentence.score).fold(f64::MIN, f64::max);
    if let Some(place) = sentences.iter().position(|sentence| sentence.score >= best) {
        sentences.swap(0, place);
        sentences.truncate(1);
        sentences[0].adjoins = false;
    }
}

/// Characters of a sentence that is quoted: some hundred and fifty words.
const LONGEST_SENTENCE: usize = 1_000;

/// A short text without a headline, as people post them.
fn is_post(article: &Article) -> bool {
    article.title.trim().is_empty() && crate::model::word_count(&article.text) < POST_WORDS
}

/// Whether `article` claims the address of `lead`, which another source owns: its text is not attributed to the owner.
fn speaks_for(article: &Article, lead: &Article) -> bool {
    let address = |article: &Article| article.url.as_deref().map(canonical_url);
    is_a_claim(article) && !is_a_claim(lead) && address(article) == address(lead)
}

/// Articles of the headline's language; announcements only when there is nothing else.
fn texts<'a>(originals: &[&'a Article]) -> Vec<&'a Article> {
    let language = language_of(originals[0]);
    let same = originals
        .iter()
        .copied()
        .filter(|original| language_of(original) == language && !original.text.trim().is_empty())
        .filter(|original| !speaks_for(original, originals[0]));
    let (teasers, whole): (Vec<_>, Vec<_>) = same.partition(|original| original.teaser);
    let mut texts = if whole.is_empty() { teasers } else { whole };
    texts.truncate(MOST_TEXTS);
    texts
}

/// All sentences of a story, and what is needed to choose among them.
struct StorySummary<'a> {
    inputs: &'a Inputs<'a>,
    corpus: &'a Corpus,
    elsewhere: &'a Elsewhere,
    draft: &'a StoryDraft<'a>,
    texts: &'a [&'a Article],
    summed: &'a Summary,
    language: &'a str,
}

impl StorySummary<'_> {
    fn chosen_sentences(&self) -> Vec<KeySentence> {
        let chosen = self.summed.sentences.iter().filter(|picked| picked.chosen);
        chosen.map(|picked| self.sentence(picked, picked.reasons.why())).collect()
    }

    /// Sentences that are new since the past stories, whose content goes into `seen`; `None` if nothing is.
    fn update(&self, seen: &mut SeenContent) -> Option<Vec<KeySentence>> {
        for past in &self.draft.past {
            past.story.sentences.iter().for_each(|sentence| seen.add(&sentence.text, self.language));
            seen.add(&past.story.headline, self.language);
        }
        let new = self.new_sentences(seen);
        let new_title = seen.novelty(&self.draft.lead().title, self.language, self.corpus) >= self.inputs.options.new;
        (!new.is_empty() || (self.summed.sentences.is_empty() && new_title)).then_some(new)
    }

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
            adjoins: false,
        }
    }

    /// Its source prints it under other stories too.
    fn is_stock(&self, picked: &Sentence) -> bool {
        let own = |id: &str| self.draft.articles().any(|article| article.id == id);
        self.elsewhere.prints(&self.texts[picked.source].source, self.text(picked), own)
    }

    fn text(&self, picked: &Sentence) -> &str {
        &self.texts[picked.source].text[picked.start..picked.end]
    }

    /// As many new sentences as the summary has: first the chosen ones, then the best of the others; in reading order.
    fn new_sentences(&self, seen: &mut SeenContent) -> Vec<KeySentence> {
        let wanted = self.summed.sentences.iter().filter(|picked| picked.chosen).count();
        let mut order: Vec<usize> = (0..self.summed.sentences.len()).collect();
        let key = |place: &usize| &self.summed.sentences[*place];
        let worth = |place: &usize| key(place).score * key(place).reasons.alone;
        order.sort_by(|a, b| key(b).chosen.cmp(&key(a).chosen).then(worth(b).total_cmp(&worth(a))).then(a.cmp(b)));
        let opening = self.opening(seen);
        let mut new: Vec<(usize, f64)> = Vec::new();
        for place in order {
            if new.len() >= wanted {
                break;
            }
            if self.is_stock(key(&place)) {
                continue;
            }
            let text = self.text(key(&place));
            let novelty = seen.novelty(text, self.language, self.corpus);
            if novelty >= self.inputs.options.new {
                seen.add(text, self.language);
                new.push((place, novelty));
            }
        }
        // What else is new is told below what it is about.
        let opening = opening.filter(|opening| !new.is_empty() && new.iter().all(|(place, _)| place != opening));
        if let Some(opening) = opening {
            new.truncate(wanted.max(2) - 1);
            new.push((opening, 0.0));
        }
        new.sort_unstable_by_key(|(place, _)| *place);
        let reason = |place: usize, novelty: f64| match opening {
            Some(opening) if opening == place => "it opens the new article, and no earlier sentence says it".to_owned(),
            _ => format!("new since the story was last published ({:.0} % of its words)", 100.0 * novelty),
        };
        new.into_iter().map(|(place, novelty)| self.sentence(key(&place), reason(place, novelty))).collect()
    }

    /// The first of the chosen sentences of the article that gives the headline, if no one sentence of before says it: its
    /// words may all be known, and are news as it puts them.
    fn opening(&self, seen: &SeenContent) -> Option<usize> {
        let place = self.summed.sentences.iter().position(|picked| picked.chosen && picked.source == 0)?;
        let picked = &self.summed.sentences[place];
        let novelty = seen.novelty_beside_each(self.text(picked), self.language, self.corpus);
        (novelty >= self.inputs.options.new && !self.is_stock(picked)).then_some(place)
    }

    /// One more sentence, of a source that has none yet, farthest from what the story says; if one says something more.
    fn with_addition(&self, mut sentences: Vec<KeySentence>, mut seen: SeenContent) -> Vec<KeySentence> {
        if !self.inputs.options.adds || sentences.is_empty() {
            return sentences;
        }
        sentences.iter().for_each(|sentence| seen.add(&sentence.text, self.language));
        seen.add(&self.texts[0].title, self.language);
        let count = self.summed.sentences.len().max(1) as f64;
        let usual = self.summed.sentences.iter().map(|picked| picked.score).sum::<f64>() / count;
        let silent = |picked: &&Sentence| {
            let source = &self.texts[picked.source].source;
            sentences.iter().all(|sentence| sentence.source != *source) && *source != self.texts[0].source
        };
        let whole = |picked: &&Sentence| {
            let text = self.text(picked);
            picked.score >= usual
                && picked.reasons.alone >= WHOLE
                && ADDED_WORDS.contains(&crate::model::word_count(text))
                && !text.contains('\n')
        };
        let mut best: Option<(&Sentence, f64)> = None;
        for picked in self.summed.sentences.iter().filter(silent).filter(whole) {
            if self.is_stock(picked) {
                continue;
            }
            let novelty = seen.novelty(self.text(picked), self.language, self.corpus);
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
        if !self.inputs.options.disagreements || !is_new {
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
                    let (one, other) = disagreement(&said.text, self.text(picked), self.language, self.corpus)?;
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

#[cfg(test)]
mod tests {
    use crate::model::{Access, Article, Story};
    use crate::story::tests::Fixture;

    const OPEN: &str = "The bridge over the Wend opened again on Monday. Masons had worked on its arches for a year. \
                        The city paid eleven million crowns for the repair.";

    fn article(id: &str, text: &str) -> Article {
        Article {
            id: id.into(),
            source: "wire".into(),
            url: Some(format!("https://wire.example/{id}")),
            title: "The bridge over the Wend is open".into(),
            published: "2026-03-09T20:00:00Z".parse().ok(),
            language: Some("en".into()),
            text: text.into(),
            confidence: 1.0,
            ..Article::default()
        }
    }

    fn story(articles: Vec<Article>) -> Story {
        let edition = Fixture { articles, ..Fixture::default() }.compose().edition;
        edition.stories().next().expect("there is an article").clone()
    }

    #[test]
    fn a_page_for_subscribers_is_a_brief() {
        let locked = Article { access: Access::Subscribers, ..article("a", OPEN) };
        let alone = story(vec![locked]);
        assert!(alone.paywalled && alone.is_brief());
    }

    #[test]
    fn a_story_whose_sentences_all_need_their_surroundings_is_a_brief() {
        assert!(!story(vec![article("a", OPEN)]).weak);
        assert!(story(vec![article("a", "Why so?\nAnd then what?\nBut who pays (or not?")]).weak);
        let thai = Article {
            language: Some("th".into()), ..article("a", "สะพานเปิดอีกครั้งเมื่อวันจันทร์")
        };
        assert!(!story(vec![thai]).weak);
    }
}
