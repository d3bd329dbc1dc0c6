//! Texts → the sentences that say most about them.
//!
//! Sentences are scored by [`rank`], chosen greedily under a [`Budget`], each next one paying for what
//! was already said, and given back in the order of the text, word for word, with the reasons for each choice.
//!
//! Several texts about one thing are one graph: each sentence keeps the text it stands in.

mod choose;
mod dateline;
pub mod evaluate;
mod fragment;
mod held;
mod keyphrases;
mod met;
mod needs;
mod options;
mod patterns;
mod pieces;
mod point;
mod quoted;
mod readable;
mod reasons;
mod surnames;

use std::ops::Range;

use serde::Serialize;

use crate::rank::{self, Input, Method, Rows};
use crate::text::{self, count_words, index, language};

pub use choose::{Candidates, Choice, choose, choose_among};
pub use fragment::text_fragment;
pub use held::{Fault, Held};
pub use needs::{KINDS, Kind, Needs};
pub use options::{Automatic, Budget, Options, Order};
pub use point::{Point, Sentences, point};
pub use readable::{Readability, Standing, read};
pub use reasons::{Lean, Reasons};

/// Words of a full sentence; more add nothing.
const FULL: usize = 40;

/// Exponent of a sentence's words when it is the only one; worth 1.5 ROUGE-1 on one-sentence summaries of French news.
const FULLNESS: f64 = 0.75;

/// One text to summarize.
#[derive(Debug, Clone, Copy, Default)]
pub struct Text<'a> {
    /// The text; sentences are spans of it.
    pub text: &'a str,
    /// Its headline, if known.
    pub title: Option<&'a str>,
    /// Its language, if known (BCP 47); believed unless the text plainly speaks against it.
    pub language: Option<&'a str>,
    /// The parts of it to summarize, in order and apart from each other; empty: all of it.
    pub parts: &'a [Range<usize>],
}

/// All sentences of some texts, the chosen ones marked.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// BCP 47 language of the first text that has one.
    pub language: Option<String>,
    /// σ: how much the order of the text counted, 0 to 1.
    pub order_weight: f64,
    /// All sentences, text by text, in their order.
    pub sentences: Vec<Sentence>,
    /// One to three words each, as they stand in the text, best first.
    pub keyphrases: Vec<String>,
}

impl Summary {
    /// The chosen sentences in the order of the text.
    pub fn chosen(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences.iter().filter(|sentence| sentence.chosen)
    }
}

/// One sentence and its outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sentence {
    /// Which of the texts it stands in.
    pub source: usize,
    /// Its number in that text, from 0.
    pub index: usize,
    /// First byte in that text.
    pub start: usize,
    /// One past the last byte in that text.
    pub end: usize,
    /// Equal to `text[start..end]`.
    pub text: String,
    /// Bytes of the dateline in front of it, which a chosen sentence leaves out; else 0.
    #[serde(skip)]
    pub dateline: usize,
    /// By the ranking method; higher is more central.
    pub score: f64,
    /// Whether it is part of the summary.
    pub chosen: bool,
    /// Why it was or was not chosen.
    pub reasons: Reasons,
}

/// Summarizes one text.
///
/// ```
/// let options = newsdigest::summary::Options { sentences: Some(1), ..Default::default() };
/// let text = "The river rose again on Monday. The river has risen for days. Nobody was hurt.";
/// let summary = newsdigest::summary::summarize(text, &options);
/// assert_eq!(summary.chosen().next().map(|s| s.text.as_str()), Some("The river rose again on Monday."));
/// ```
pub fn summarize(text: &str, options: &Options) -> Summary {
    summarize_texts(&[Text { text, ..Text::default() }], options)
}

/// Summarizes several texts about one thing as if they were one.
///
/// ```
/// use newsdigest::summary::{Options, Text, summarize_texts};
///
/// let first = Text { text: "The ferry to Aland sank on Friday. All passengers were saved.", ..Text::default() };
/// let second = Text { text: "The ferry to Aland sank on Friday. Divers look for its cargo.", ..Text::default() };
/// let summary = summarize_texts(&[first, second], &Options { sentences: Some(2), ..Options::default() });
/// let repeated = summary.chosen().filter(|sentence| sentence.text.starts_with("The ferry")).count();
/// assert_eq!((summary.chosen().count(), repeated), (2, 1), "one thing is said once");
/// ```
pub fn summarize_texts(texts: &[Text<'_>], options: &Options) -> Summary {
    let languages: Vec<Option<String>> = texts.iter().map(spoken_in).collect();
    let places = split(texts, &languages);
    let spoken = |source: usize| languages[source].as_deref().unwrap_or_default();
    let sentence = |place: &Place| &texts[place.source].text[place.start..place.end];
    let terms =
        index(places.iter().map(|place| (sentence(place), spoken(place.source))).chain(titles(texts, &languages)));
    let (terms, title) = terms.split_off(places.len());
    let rows = Rows::new(&terms);
    let standing = stand(texts, &places, &languages);
    let readability = read(&standing, &terms, |token, _| token.term().is_some());
    let words: Vec<usize> = standing.iter().map(|sentence| sentence.words).collect();
    let budget = options.budget();
    let input = Input {
        terms: &terms,
        rows: &rows,
        // A few sentences of a short text are still its news: order fades only where a part of it is asked for, or where
        // the order is that of several texts.
        share: if matches!(budget, Budget::Share(_)) || texts.len() > 1 { budget.share(&words) } else { 0.0 },
        damping: options.damping,
        order: options.order.fixed(),
        title: (&title, options.title),
    };
    let mut scored = rank::score(options.method, &input);
    let is_ours = options.method == Method::TextRank;
    let sources: Vec<usize> = places.iter().map(|place| place.source).collect();
    let headline = if is_ours && !matches!(budget, Budget::Share(_)) { title.as_slice() } else { &[] };
    let point = weigh(&mut scored, &readability, &words, &sources, &input, headline, is_ours);
    let only_one = is_ours && budget.sentences(words.len()) == 1;
    let merits = if only_one { merits_of_one(&scored, &words) } else { scored.scores.clone() };
    let needs = if is_ours { readability.needs.as_slice() } else { &[] };
    let candidates =
        Candidates { scores: &merits, rows: &rows, words: &words, needs, sources: &sources, first: &point.first };
    let redundancy = if options.method.wants_variety() { options.redundancy } else { 0.0 };
    let choices = choose_among(&candidates, budget, redundancy);
    let keyphrases = keyphrases::keyphrases(&terms, |i| sentence(&places[i]));
    Summary {
        language: languages.iter().flatten().next().cloned(),
        order_weight: scored.order_weight,
        keyphrases,
        sentences: describe(texts, &places, &words, &readability, &point, &scored, choices),
    }
}

/// Multiplies the scores of the default method by what holds sentences back and what brings the main point in.
fn weigh(
    scored: &mut rank::Scores,
    readability: &Readability,
    words: &[usize],
    sources: &[usize],
    input: &Input<'_>,
    headline: &[u32],
    is_ours: bool,
) -> Point {
    let factors: Vec<f64> = readability.held.iter().zip(words).map(|(held, &words)| held.factor(words)).collect();
    let stops: Vec<bool> = readability.held.iter().map(|held| !held.has(Fault::Fragment)).collect();
    let sentences = Sentences { terms: input.terms, rows: input.rows, held: &factors, stops: &stops, sources };
    let point = point(&sentences, headline, scored.order_weight);
    if is_ours {
        let factors = factors.iter().zip(&point.factors).map(|(held, point)| held * point);
        scored.scores.iter_mut().zip(factors).for_each(|(score, factor)| *score *= factor);
    }
    point
}

/// The scores by which sentences are chosen when one alone must stand for the text: where it has its news first,
/// fuller sentences gain, as nothing else will say the rest.
fn merits_of_one(scored: &rank::Scores, words: &[usize]) -> Vec<f64> {
    let fullness = |words: usize| (words.min(FULL) as f64).powf(FULLNESS * scored.order_weight);
    scored.scores.iter().zip(words).map(|(score, &words)| score * fullness(words)).collect()
}

/// The sentences with their lines. Where a sentence runs over the end of a line, lines are wrapped, and only an empty one
/// ends a paragraph.
fn stand<'a>(texts: &[Text<'a>], places: &[Place], languages: &'a [Option<String>]) -> Vec<Standing<'a>> {
    let mut line = 0;
    let mut at = (usize::MAX, 0);
    let mut end = "\n";
    places
        .iter()
        .map(|place| {
            let text = texts[place.source].text;
            if at.0 != place.source {
                let own = places.iter().filter(|other| other.source == place.source);
                let is_wrapped = own.into_iter().any(|other| text[other.start..other.end].contains('\n'));
                (at, end, line) = ((place.source, place.start), if is_wrapped { "\n\n" } else { "\n" }, line + 1);
            }
            line += usize::from(text[at.1.min(place.start)..place.start].contains(end));
            at.1 = place.end;
            let text = &text[place.start..place.end];
            let language = languages[place.source].as_deref().unwrap_or_default();
            Standing { text, language, line, words: count_words(text) }
        })
        .collect()
}

/// The language of a text, by the largest of its parts.
fn spoken_in(text: &Text<'_>) -> Option<String> {
    let part = text.parts.iter().rev().max_by_key(|part| part.len());
    language::detect(part.map_or(text.text, |part| &text.text[part.clone()]), text.language)
}

/// Where a sentence stands.
struct Place {
    source: usize,
    index: usize,
    start: usize,
    end: usize,
}

fn split(texts: &[Text<'_>], languages: &[Option<String>]) -> Vec<Place> {
    let mut places = Vec::new();
    for (source, text) in texts.iter().enumerate() {
        let whole = 0..text.text.len();
        let parts = if text.parts.is_empty() { std::slice::from_ref(&whole) } else { text.parts };
        let mut index = 0..;
        for part in parts {
            let spans = text::sentences(&text.text[part.clone()], languages[source].as_deref());
            let place = |(span, index): (Range<usize>, usize)| Place {
                source,
                index,
                start: part.start + span.start,
                end: part.start + span.end,
            };
            // A lone mark (`***`) is no sentence.
            let spans =
                spans.into_iter().filter(|span| text.text[part.clone()][span.clone()].contains(char::is_alphanumeric));
            places.extend(spans.zip(index.by_ref()).map(place));
        }
    }
    places
}

/// The headlines, to be indexed after the sentences.
fn titles<'a>(texts: &'a [Text<'_>], languages: &'a [Option<String>]) -> impl Iterator<Item = (&'a str, &'a str)> {
    let spoken = |language: &'a Option<String>| language.as_deref().unwrap_or_default();
    texts.iter().zip(languages).filter_map(move |(text, language)| Some((text.title?, spoken(language))))
}

/// Puts the results of all steps together, sentence by sentence.
fn describe(
    texts: &[Text<'_>],
    places: &[Place],
    words: &[usize],
    readability: &Readability,
    point: &Point,
    scored: &rank::Scores,
    choices: Vec<Choice>,
) -> Vec<Sentence> {
    let best = scored.scores.iter().copied().fold(0.0, f64::max);
    let ranks = ranks(&scored.scores);
    let whole = |place: &Place| &texts[place.source].text[place.start..place.end];
    let dateline = |place: &Place, choice: &Choice| choice.turn.map_or(0, |_| dateline::length(whole(place)));
    let describe = |(i, (place, choice)): (usize, (&Place, Choice))| Sentence {
        source: place.source,
        index: place.index,
        start: place.start + dateline(place, &choice),
        end: place.end,
        text: whole(place)[dateline(place, &choice)..].to_owned(),
        dateline: dateline(place, &choice),
        score: scored.scores[i],
        chosen: choice.turn.is_some(),
        reasons: Reasons {
            rank: ranks[i],
            turn: choice.turn,
            centrality: if best > 0.0 { scored.scores[i] / best } else { 0.0 },
            prior: scored.priors.get(i).copied().unwrap_or(1.0),
            readability: readability.held[i].factor(words[i]),
            held: readability.held[i],
            leans: Lean::of(&readability.needs[i], whole(place), &choice),
            alone: choice.met,
            headline: point.nearness[i],
            redundancy: choice.similarity,
            said_by: choice.nearest,
            words: words[i],
            position: i,
            count: places.len(),
            order_weight: scored.order_weight,
            too_long: choice.too_long,
        },
    };
    places.iter().zip(choices).enumerate().map(describe).collect()
}

/// The rank of each score, from 1; the earlier of two equal ones first.
fn ranks(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&left, &right| scores[right].total_cmp(&scores[left]).then(left.cmp(&right)));
    let mut ranks = vec![0; scores.len()];
    order.into_iter().enumerate().for_each(|(rank, sentence)| ranks[sentence] = rank + 1);
    ranks
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
