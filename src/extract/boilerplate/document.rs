//! Facts of the whole document about each of its lines: its language, its word classes, how its words hang together.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use foldhash::fast::FixedState;
use string_interner::Symbol;

use crate::extract::boilerplate::tokenize::{Line, TokenizedText, mark, mix};
use crate::extract::boilerplate::word_classes::{CLASSES, Class, WordClasses};

/// Share of the tokens a stop list must cover for its language to be believed.
const STOP_COVER: f64 = 0.12;

/// A scanned text with everything counted that one line alone cannot show.
#[derive(Debug)]
pub(super) struct Document {
    /// The lines and tokens.
    pub(super) tokenized: TokenizedText,
    /// The same lines, seen in their document.
    pub(super) contexts: Vec<LineContext>,
    /// Stems of content words, line after line, each once a line.
    pub(super) stems: Vec<u32>,
    /// Its language is one of the word_classes's.
    pub(super) language: bool,
}

/// One line, seen in its document.
#[derive(Debug, Clone, Default)]
pub(super) struct LineContext {
    /// Tokens of each class.
    pub(super) classes: [u32; CLASSES],
    /// Classes of the first token.
    pub(super) first: u16,
    /// Second- and first-person tokens outside quotation marks.
    pub(super) voice: u32,
    /// Stop words.
    pub(super) stops: u32,
    /// Lines of the document with the same tokens, itself included.
    pub(super) copies: u32,
    /// Lines of the document of the same shape, itself included.
    pub(super) shapes: u32,
    /// Reads like prose.
    pub(super) prose_like: bool,
    /// Its stems in [`Document::stems`].
    pub(super) stems: Range<usize>,
    /// Share of its stems in another line like prose.
    pub(super) once: f64,
    /// Share of its stems in three other lines like prose.
    pub(super) thrice: f64,
    /// Mean number of other lines like prose with its stems, 8 at most.
    pub(super) spread: f64,
    /// Share of its stems among the document's topics.
    pub(super) topic: f64,
    /// Share of its runs of four tokens that another line repeats.
    pub(super) repeated: f64,
}

impl LineContext {
    /// Tokens of one class.
    pub(super) fn count(&self, class: Class) -> u32 {
        self.classes[class as usize]
    }

    /// The first token is of this class.
    pub(super) fn begins(&self, class: Class) -> bool {
        self.first & class.bit() != 0
    }
}

/// Which words of the document are stop words.
struct Stops {
    /// Place of the language in [`WordClasses::languages`]; `None`: not known.
    language: Option<usize>,
    /// By word number.
    is_stop: Vec<bool>,
}

impl Document {
    /// Looks at the lines of `tokenized` together.
    pub(super) fn new(tokenized: TokenizedText, word_classes: &WordClasses) -> Self {
        let stops = Stops::new(&tokenized, word_classes);
        let mut contexts = Vec::with_capacity(tokenized.lines.len());
        let mut stems = Vec::new();
        let mut seen = vec![u32::MAX; tokenized.stems.len()];
        for (number, line) in (0..).zip(&tokenized.lines) {
            let mut one = classes(&tokenized, line, word_classes, stops.language);
            let words = &tokenized.tokens[line.tokens.clone()];
            one.stops = words.iter().map(|&word| u32::from(stops.is_stop[word as usize])).sum();
            one.prose_like = is_prose_like(line, &one);
            let first = stems.len();
            for &word in words {
                let Some(stem) = tokenized.words[word as usize].stem.filter(|_| !stops.is_stop[word as usize]) else {
                    continue;
                };
                if std::mem::replace(&mut seen[stem as usize], number) != number {
                    stems.push(stem);
                }
            }
            one.stems = first..stems.len();
            contexts.push(one);
        }
        let language = stops.language.is_some();
        let mut document = Self { tokenized, contexts, stems, language };
        document.count_copies();
        document.measure_cohesion();
        document
    }

    /// In how many distinct lines that `counts` each stem occurs.
    pub(super) fn frequencies(&self, counts: impl Fn(usize) -> bool) -> Vec<u32> {
        let mut frequencies = vec![0; self.tokenized.stems.len()];
        let mut seen: HashSet<u64, FixedState> = HashSet::default();
        for (number, context) in self.contexts.iter().enumerate() {
            if counts(number) && seen.insert(self.tokenized.lines[number].text) {
                for &stem in &self.stems[context.stems.clone()] {
                    frequencies[stem as usize] += 1;
                }
            }
        }
        frequencies
    }

    fn count_copies(&mut self) {
        let key = |tokenized: &TokenizedText, line: &Line| {
            tokenized.tokens[line.tokens.clone()].iter().fold(0x9e37, |key, &word| mix(key, u64::from(word) + 1))
        };
        let mut copies: HashMap<u64, u32, FixedState> = HashMap::default();
        let mut shapes: HashMap<u64, u32, FixedState> = HashMap::default();
        for line in &self.tokenized.lines {
            *copies.entry(key(&self.tokenized, line)).or_default() += 1;
            *shapes.entry(line.shape).or_default() += 1;
        }
        for (line, context) in self.tokenized.lines.iter().zip(&mut self.contexts) {
            context.copies = copies[&key(&self.tokenized, line)];
            context.shapes = shapes[&line.shape];
        }
    }

    /// How much of each line's content occurs elsewhere in the document's prose.
    fn measure_cohesion(&mut self) {
        let frequencies = self.frequencies(|number| self.contexts[number].prose_like);
        let topics = self.topics(&frequencies);
        let repeated = self.repeats();
        for (context, repeated) in self.contexts.iter_mut().zip(repeated) {
            let stems = &self.stems[context.stems.clone()];
            let own = f64::from(context.prose_like);
            let (mut once, mut thrice, mut spread, mut topic) = (0.0, 0.0, 0.0, 0.0);
            for &stem in stems {
                let others = f64::from(frequencies[stem as usize]) - own;
                once += f64::from(others >= 1.0);
                thrice += f64::from(others >= 3.0);
                spread += others.min(8.0);
                topic += f64::from(topics[stem as usize]);
            }
            let count = stems.len().max(1) as f64;
            (context.once, context.thrice) = (once / count, thrice / count);
            (context.spread, context.topic) = (spread / count, topic / count);
            context.repeated = repeated;
        }
    }

    /// The 20 stems in most lines like prose, at least two; ties by spelling.
    fn topics(&self, frequencies: &[u32]) -> Vec<bool> {
        let mut frequent: Vec<(std::cmp::Reverse<u32>, &str, usize)> = self
            .tokenized
            .stems
            .iter()
            .zip(frequencies)
            .filter(|&(_, &frequency)| frequency >= 2)
            .map(|((stem, text), &frequency)| (std::cmp::Reverse(frequency), text, stem.to_usize()))
            .collect();
        if frequent.len() > 20 {
            frequent.select_nth_unstable(20);
            frequent.truncate(20);
        }
        let mut topics = vec![false; frequencies.len()];
        for (_, _, stem) in frequent {
            topics[stem] = true;
        }
        topics
    }

    /// Of each line, the share of its runs of four tokens that occur in another line.
    fn repeats(&self) -> Vec<f64> {
        const SEVERAL: u32 = u32::MAX;
        let runs = |line: &Line| {
            let words = &self.tokenized.tokens[line.tokens.clone()];
            words.windows(4).map(|run| run.iter().fold(0, |key, &word| mix(key, u64::from(word) + 1)))
        };
        let mut first_seen: HashMap<u64, u32, FixedState> = HashMap::default();
        first_seen.reserve(self.tokenized.tokens.len());
        for (number, line) in (0..).zip(&self.tokenized.lines) {
            for run in runs(line) {
                let seen = first_seen.entry(run).or_insert(number);
                if *seen != number {
                    *seen = SEVERAL;
                }
            }
        }
        let share = |line: &Line| {
            let repeated = runs(line).filter(|run| first_seen[run] == SEVERAL).count();
            repeated as f64 / line.tokens.len().saturating_sub(3).max(1) as f64
        };
        self.tokenized.lines.iter().map(share).collect()
    }
}

impl Stops {
    /// The stop list with most hits over the document when it covers enough of the tokens; else the document's own 30 most
    /// frequent tokens, ties by spelling.
    fn new(tokenized: &TokenizedText, word_classes: &WordClasses) -> Self {
        let mut hits = vec![0u64; word_classes.languages.len()];
        for word in &tokenized.words {
            let stop = word.entry.map_or(0, |entry| word_classes.entry(entry).stop);
            for (_, hits) in hits.iter_mut().enumerate().filter(|(place, _)| stop >> place & 1 == 1) {
                *hits += u64::from(word.count);
            }
        }
        let most = hits.iter().copied().max().unwrap_or(0);
        let best = hits.iter().position(|&count| count == most && most > 0);
        let language = best.filter(|_| most as f64 >= STOP_COVER * tokenized.tokens.len().max(1) as f64);
        let is_stop = match language {
            Some(place) => {
                let stands = |entry| word_classes.entry(entry).stop >> place & 1 == 1;
                tokenized.words.iter().map(|word| word.entry.is_some_and(stands)).collect()
            }
            None => Self::own(tokenized),
        };
        Self { language, is_stop }
    }

    fn own(tokenized: &TokenizedText) -> Vec<bool> {
        let mut frequent: Vec<(std::cmp::Reverse<u32>, &str, usize)> = tokenized
            .index
            .iter()
            .zip(&tokenized.words)
            .filter(|(_, word)| word.count >= 3 && !word.number)
            .map(|((place, text), word)| (std::cmp::Reverse(word.count), text, place.to_usize()))
            .collect();
        frequent.sort_unstable();
        let mut is_stop = vec![false; tokenized.words.len()];
        for (_, _, place) in frequent.into_iter().take(30) {
            is_stop[place] = true;
        }
        is_stop
    }
}

/// Counts the word classes of a line.
fn classes(tokenized: &TokenizedText, line: &Line, word_classes: &WordClasses, language: Option<usize>) -> LineContext {
    let mut context = LineContext::default();
    let spoken = |languages: u16| language.map_or(languages != 0, |place| languages >> place & 1 == 1);
    let german = language.is_some_and(|place| word_classes.languages[place] == "de");
    let words = &tokenized.tokens[line.tokens.clone()];
    let marks = &tokenized.marks[line.tokens.clone()];
    let entry_of = |&word: &u32| tokenized.words[word as usize].entry;
    for (place, (word, mark)) in words.iter().zip(marks).enumerate() {
        let Some(id) = entry_of(word) else { continue };
        let entry = word_classes.entry(id);
        let mut bits = entry.classes;
        for (rest, class) in &entry.phrases {
            let following = words[place + 1..].iter().map(entry_of);
            if words.len() - place > rest.len() && following.zip(rest).all(|(found, &wanted)| found == Some(wanted)) {
                bits |= class;
            }
        }
        if spoken(entry.we) && mark & mark::STATES == 0 {
            bits |= Class::We.bit();
        }
        // German `sie`, `ihr` address the reader only when capitalised inside a line.
        let polite = german && entry.polite;
        if spoken(entry.you) && !(polite && (place == 0 || mark & mark::SMALL != 0)) {
            bits |= Class::You.bit();
        }
        if place == 0 {
            context.first = bits;
        }
        context.voice += u32::from(bits & (Class::You.bit() | Class::We.bit()) != 0 && mark & mark::QUOTED == 0);
        while bits != 0 {
            context.classes[bits.trailing_zeros() as usize] += 1;
            bits &= bits - 1;
        }
    }
    context.classes[Class::Navigation as usize] += u32::from(line.copyright);
    context
}

/// Ten words or more with enough stop words among them, ending as a sentence does.
fn is_prose_like(line: &Line, context: &LineContext) -> bool {
    let stop_share = f64::from(context.stops) / line.tokens.len().max(1) as f64;
    line.words >= 10 && stop_share >= 0.2 && (line.terminal || line.closer) && !line.ellipsis
}
