//! Articles as vectors: what `pairs` compares.
//!
//! A word counts 3 in the title and in the lead, 1 in the rest, and less where it is stock text of its source; its weight is
//! `(1 + ln count) · idf`. Beside the weights stand the facts by which two articles of one kind are
//! told apart: names, numbers, dates.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use rayon::iter::{IntoParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::background::{PSEUDO_ARTICLES, background};
use super::calendar::TimeWord;
use super::copies::Shingles;
use super::frequencies::Frequencies;
use super::stock::{Share, shares};
use super::vocabulary::{Uses, Vocabulary};
use super::words::{self, Piece, Words};
use crate::model::Article;

/// How much a vector must hold to be believed, in units of a rare word's idf: as if each had one more word of this
/// weight, which no other has. Two announcements that share their only name have a cosine of 1, and tell nothing by it.
const SHRINKAGE: f32 = 2.0;
/// Text words under which the title stands in for what a copy is known by.
const SHORT: usize = 30;

/// A sparse vector: (term, weight), terms ascending.
pub(super) type Vector = Vec<(u32, f32)>;

/// One article, ready to be compared.
#[derive(Debug, Default)]
pub(in crate::story) struct ArticleVector {
    /// Everything that counts.
    pub(super) all: Channel,
    /// Title twice and lead once.
    pub(super) lead: Channel,
    /// The part of everything that is a name.
    pub(super) names: Channel,
    /// Number of its language.
    language: u32,
    /// Terms of the title, but for numbers and dates.
    pub title: Vec<u32>,
    /// Numbers of title and lead, but for years.
    pub lead_numbers: Vec<u32>,
    /// Names of title and lead.
    pub lead_names: Vec<u32>,
    /// Names and numbers of the text.
    pub facts: Vec<u32>,
    /// Weekdays named, one bit each.
    pub weekdays: u8,
    /// Months and years named, ascending, each once.
    pub calendar: Vec<u16>,
    /// Days since 1970 by its date.
    pub day: Option<i64>,
    /// Its text as hashes of three words in a row; see `copies`.
    pub shingles: Shingles,
}

/// Weights of one kind of words.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// Term by term.
    pub vector: Vector,
    /// Sum of the squared weights.
    square: f32,
}

/// All articles of one run.
#[derive(Default)]
pub(in crate::story) struct Corpus {
    /// In the order given.
    pub vectors: Vec<ArticleVector>,
    /// How many there are; in a part of a larger corpus, how many that has.
    count: usize,
    /// In how many articles a term occurs.
    pub(super) frequency: Vec<u32>,
    /// Kind of each term.
    kinds: Vec<Kind>,
    rarities: Vec<Vec<f32>>,
    /// The same for news at large, by language: as if two articles held a term.
    at_large: Vec<Vec<f32>>,
    vocabulary: Vocabulary,
}

/// Kind of a term, besides being a word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kind {
    /// It begins with a digit.
    pub number: bool,
    /// It names a weekday, a month or a year.
    pub time: bool,
}

impl Corpus {
    /// Counts and weighs `articles`; `times` are their dates.
    pub(in crate::story) fn new(articles: &[&Article], times: &[Option<Timestamp>]) -> Self {
        Self::of(articles, times, None, |_, _, _| {})
    }

    /// The same as a part of a larger corpus, by whose counts it is weighed.
    pub(super) fn within(articles: &[&Article], times: &[Option<Timestamp>], whole: Option<&Frequencies>) -> Self {
        Self::of(articles, times, whole, |_, _, _| {})
    }

    /// The same; `see` hears of each word with its language and its uses, of some more than once.
    pub(super) fn counting(
        articles: &[&Article],
        times: &[Option<Timestamp>],
        see: impl FnMut(&str, &str, Uses),
    ) -> Self {
        Self::of(articles, times, None, see)
    }

    fn of(
        articles: &[&Article],
        times: &[Option<Timestamp>],
        whole: Option<&Frequencies>,
        see: impl FnMut(&str, &str, Uses),
    ) -> Self {
        let (words, vocabulary) = words::read(articles, whole, see);
        let sources: Vec<&str> = articles.iter().map(|article| article.source.as_str()).collect();
        let shares = shares(&sources, &words, &vocabulary);
        let frequency: Vec<AtomicU32> = (0..vocabulary.term_count()).map(|_| AtomicU32::new(0)).collect();
        let count = |(place, words): (usize, Words)| {
            let vector = ArticleVector::count(&words, &shares[place], times[place], &vocabulary);
            for (term, _) in &vector.all.vector {
                frequency[*term as usize].fetch_add(1, Ordering::Relaxed);
            }
            vector
        };
        let numbered: Vec<(usize, Words)> = words.into_iter().enumerate().collect();
        let vectors = numbered.into_par_iter().map(count).collect();
        let mut frequency: Vec<u32> = frequency.into_iter().map(AtomicU32::into_inner).collect();
        let mut count = articles.len();
        if let Some(whole) = whole {
            count = count.max(whole.articles());
            for (stem, term) in vocabulary.stems() {
                let here = &mut frequency[term as usize];
                *here = whole.of_stem(stem).max(*here);
            }
        }
        let kinds = vocabulary.kinds();
        let (rarities, at_large) = (Vec::new(), Vec::new());
        let mut corpus = Self { vectors, count, frequency, kinds, rarities, at_large, vocabulary };
        corpus.rarities = corpus.vocabulary.languages().map(|language| corpus.rarities_in(language)).collect();
        corpus.at_large = corpus.vocabulary.languages().map(|language| corpus.rarities_at_large(language)).collect();
        let rarities = &corpus.rarities;
        corpus.vectors.par_iter_mut().for_each(|vector| vector.weigh(&rarities[vector.language as usize]));
        corpus
    }

    /// Lets go of what only copies are found by.
    pub(super) fn forget_texts(&mut self) {
        self.vectors.iter_mut().for_each(|vector| vector.shingles = Shingles::default());
    }

    fn rarities_in(&self, language: &str) -> Vec<f32> {
        let backgrounds = self.vocabulary.backgrounds(language);
        let of = |term: usize| backgrounds.as_ref().map(|counts| counts[term]);
        let weight = |(term, df): (usize, &u32)| rareness(self.count, f64::from(*df), of(term)) as f32;
        self.frequency.iter().enumerate().map(weight).collect()
    }

    fn rarities_at_large(&self, language: &str) -> Vec<f32> {
        match self.vocabulary.backgrounds(language) {
            Some(counts) => counts.into_iter().map(|count| rareness(0, 2.0, Some(count)) as f32).collect(),
            None => vec![rareness(0, 2.0, Some(0.0)) as f32; self.frequency.len()],
        }
    }

    /// Every stem and the number of articles it occurs in.
    pub(super) fn stems(&self) -> impl Iterator<Item = (&str, u32)> {
        self.vocabulary.stems().map(|(stem, term)| (stem, self.frequency[term as usize]))
    }

    /// The stems of these terms.
    pub(super) fn stems_of(&self, wanted: &std::collections::HashSet<u32>) -> std::collections::HashMap<u32, &str> {
        let stems = self.vocabulary.stems().filter(|(_, term)| wanted.contains(term));
        stems.map(|(stem, term)| (term, stem)).collect()
    }

    /// How rare `stem` is: its weight in the articles of `language`.
    pub(in crate::story) fn rarity_of(&self, stem: &str, language: &str) -> f64 {
        let term = self.vocabulary.term(stem);
        let df = term.map_or(0.0, |term| f64::from(self.frequency[term as usize]));
        rareness(self.count, df, background(stem, language))
    }

    /// How rare each term is in the articles of `vector`'s language.
    pub(super) fn rarities(&self, vector: &ArticleVector) -> &[f32] {
        &self.rarities[vector.language as usize]
    }

    /// How rare `term` is in news at large, whatever this corpus holds.
    pub(super) fn rarity_at_large(&self, vector: &ArticleVector, term: u32) -> f32 {
        self.at_large[vector.language as usize][term as usize]
    }

    pub(super) fn kind(&self, term: u32) -> Kind {
        self.kinds[term as usize]
    }

    /// Cosine of two channels, of which `b` is `spread` too; less where one holds little.
    pub(super) fn cosine(&self, a: &Channel, b: &Channel, spread: &[f32]) -> f64 {
        let doubt = (f64::from(SHRINKAGE) * rarest(self.count)).powi(2);
        let weigh = |(term, weight): &(u32, f32)| f64::from(*weight) * f64::from(spread[*term as usize]);
        let product: f64 = a.vector.iter().map(weigh).sum();
        if product > 0.0 {
            product / ((f64::from(a.square) + doubt) * (f64::from(b.square) + doubt)).sqrt()
        } else {
            0.0
        }
    }

    /// The share, by rarity, of `facts` that the other article never mentions; 0 without facts. How rare a fact is tells
    /// the language of `a`.
    pub(super) fn missing(&self, facts: &[u32], a: &ArticleVector, mentions: impl Fn(u32) -> bool) -> f64 {
        let (mut all, mut missing) = (0.0, 0.0);
        let rarities = self.rarities(a);
        for term in facts {
            let rarity = f64::from(rarities[*term as usize]);
            all += rarity;
            missing += if mentions(*term) { 0.0 } else { rarity };
        }
        if all > 0.0 { missing / all } else { 0.0 }
    }
}

/// The weight of a word that no article has, about.
fn rarest(articles: usize) -> f64 {
    (articles as f64 + 1.0 + PSEUDO_ARTICLES).ln()
}

/// `ln((N + 501) / (df + background + 0.5))`; without a background table `ln((N + 1) / (df + 0.5))`, brought to the same
/// range: in a small corpus without a table no word would be rare.
fn rareness(articles: usize, df: f64, background: Option<f64>) -> f64 {
    let count = articles as f64 + 1.0;
    let rareness = match background {
        Some(background) => ((count + PSEUDO_ARTICLES) / (df + background + 0.5)).ln(),
        None => (count / (df + 0.5)).ln() * rarest(articles) / count.ln().max(f64::MIN_POSITIVE),
    };
    rareness.max(0.01)
}

/// How much one term counts in each channel.
type Count = (u32, [f32; 3]);

impl ArticleVector {
    /// The channels hold counts until [`ArticleVector::weigh`].
    fn count(words: &Words, shares: &[Share], time: Option<Timestamp>, vocabulary: &Vocabulary) -> Self {
        let mut vector = Self {
            language: words.language,
            day: time.map(|time| time.as_second().div_euclid(86_400)),
            ..Self::default()
        };
        let mut counts: Vec<Count> = Vec::new();
        let (mut title, mut own) = (Vec::new(), Vec::new());
        for (place, (piece, words)) in words.pieces().enumerate() {
            let share = shares.get(place).copied().unwrap_or(Share::WHOLE);
            let hashes = words.iter().map(|number| vocabulary.word(*number).hash);
            match piece.title {
                true => title.extend(hashes),
                false if share.is_own() => own.extend(hashes),
                false => {}
            }
            for number in words {
                vector.count_word(vocabulary, *number, *piece, share, &mut counts);
            }
        }
        if own.len() < SHORT {
            own.splice(0..0, title);
        }
        vector.shingles = Shingles::new(&own);
        vector.fill(counts);
        vector
    }

    fn count_word(
        &mut self,
        vocabulary: &Vocabulary,
        number: u32,
        piece: Piece,
        share: Share,
        counts: &mut Vec<Count>,
    ) {
        let word = vocabulary.word(number);
        let is_name = word.is_name();
        if piece.title && word.counts && !word.number && word.time.is_none() {
            self.title.push(word.term);
        }
        let count = if is_name || word.number { share.facts } else { share.plain };
        if count <= 0.0 {
            return;
        }
        match word.time {
            Some(TimeWord::Weekday(day)) => self.weekdays |= 1 << (day % 8),
            Some(TimeWord::Month(month)) => self.calendar.push(u16::from(month)),
            Some(TimeWord::Year(year)) => self.calendar.push(year),
            None => {}
        }
        if !word.counts {
            return;
        }
        let in_front = piece.title || piece.lead;
        let all = count * if in_front { 3.0 } else { 1.0 };
        let lead = count * if piece.title { 2.0 } else { f32::from(u8::from(piece.lead)) };
        counts.push((word.term, [all, lead, if is_name { all } else { 0.0 }]));
        if share.is_own() {
            if in_front && word.number && word.time.is_none() {
                self.lead_numbers.push(word.term);
            }
            if in_front && is_name {
                self.lead_names.push(word.term);
            }
            if !piece.title && (is_name || word.number) {
                self.facts.push(word.term);
            }
        }
    }

    fn fill(&mut self, mut counts: Vec<Count>) {
        counts.sort_by_key(|(term, _)| *term);
        counts.dedup_by(|(term, count), (kept, sum)| {
            let same = term == kept;
            if same {
                sum.iter_mut().zip(count).for_each(|(sum, count)| *sum += *count);
            }
            same
        });
        let channel = |place: usize| {
            let held = counts.iter().filter(|(_, count)| count[place] > 0.0);
            let mut vector: Vector = Vec::with_capacity(held.clone().count());
            vector.extend(held.map(|(term, count)| (*term, count[place])));
            Channel { vector, square: 0.0 }
        };
        (self.all, self.lead, self.names) = (channel(0), channel(1), channel(2));
        for terms in [&mut self.title, &mut self.lead_numbers, &mut self.lead_names, &mut self.facts] {
            terms.sort_unstable();
            terms.dedup();
            terms.shrink_to_fit();
        }
        self.calendar.sort_unstable();
        self.calendar.dedup();
        self.calendar.shrink_to_fit();
    }

    fn weigh(&mut self, rarity: &[f32]) {
        for channel in [&mut self.all, &mut self.lead, &mut self.names] {
            for (term, weight) in &mut channel.vector {
                let count = if *weight >= 1.0 { 1.0 + weight.ln() } else { *weight };
                *weight = count * rarity[*term as usize];
            }
            channel.square = channel.vector.iter().map(|(_, weight)| weight * weight).sum();
        }
    }

    /// The terms of its text: what stands in the title too counts if it is a name or a number there.
    pub(super) fn text_terms(&self) -> impl Iterator<Item = u32> {
        let in_text = |term: &u32| self.title.binary_search(term).is_err() || self.facts.binary_search(term).is_ok();
        self.all.vector.iter().map(|(term, _)| *term).filter(in_text)
    }

    /// Whether `term` counts anywhere in it.
    pub(super) fn mentions(&self, term: u32) -> bool {
        self.all.holds(term)
    }
}

impl Channel {
    /// Whether `term` is in it.
    pub(super) fn holds(&self, term: u32) -> bool {
        self.vector.binary_search_by_key(&term, |(held, _)| *held).is_ok()
    }

    /// Its length.
    pub(super) fn norm(&self) -> f32 {
        self.square.sqrt()
    }
}

/// One article's weights term by term, so that a walk over another's terms finds what both hold: an article is
/// compared with dozens, and two lists read side by side cost several times as much.
#[derive(Default)]
pub(super) struct DenseWeights {
    all: Vec<f32>,
    lead: Vec<f32>,
    names: Vec<f32>,
    /// A bit for each term, set if the article holds it. Most terms of another article are not held: the bits stay in the
    /// first cache, the weights do not.
    held: Vec<u64>,
}

/// One article with its weights spread out; 0 for terms that it does not hold.
#[derive(Clone, Copy)]
pub(super) struct Spread<'a> {
    pub article: &'a ArticleVector,
    pub all: &'a [f32],
    pub lead: &'a [f32],
    pub names: &'a [f32],
    held: &'a [u64],
}

impl Spread<'_> {
    /// Whether `term` counts anywhere in the article.
    pub(super) fn mentions(&self, term: u32) -> bool {
        self.held[term as usize / 64] >> (term % 64) & 1 == 1
    }
}

impl DenseWeights {
    /// For the terms of `corpus`.
    pub(super) fn new(corpus: &Corpus) -> Self {
        let zeros = || vec![0.0; corpus.frequency.len()];
        Self { all: zeros(), lead: zeros(), names: zeros(), held: vec![0; corpus.frequency.len().div_ceil(64)] }
    }

    /// The result of `compare`, given `article` spread out here.
    pub(super) fn spread<T>(&mut self, article: &ArticleVector, compare: impl FnOnce(Spread<'_>) -> T) -> T {
        let Self { all, lead, names, held } = self;
        let mut channels = [(&mut *all, &article.all), (&mut *lead, &article.lead), (&mut *names, &article.names)];
        for (weights, channel) in &mut channels {
            channel.vector.iter().for_each(|(term, weight)| weights[*term as usize] = *weight);
        }
        flip(held, article);
        let result = compare(Spread { article, all, lead, names, held });
        flip(held, article);
        for (weights, channel) in [(all, &article.all), (lead, &article.lead), (names, &article.names)] {
            channel.vector.iter().for_each(|(term, _)| weights[*term as usize] = 0.0);
        }
        result
    }
}

/// Turns the bit of each term of `article`.
fn flip(bits: &mut [u64], article: &ArticleVector) {
    article.all.vector.iter().for_each(|(term, _)| bits[*term as usize / 64] ^= 1 << (term % 64));
}
