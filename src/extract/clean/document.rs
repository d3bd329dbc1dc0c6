//! What the whole document says about each of its lines: its language, its word classes, how its words hang together.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use foldhash::fast::FixedState;
use string_interner::Symbol;

use crate::extract::clean::lexicon::{CLASSES, Class, Lexicon};
use crate::extract::clean::scan::{Line, Scan, mark, mix};

/// Share of the tokens a stop list must cover for its language to be believed.
const STOP_COVER: f64 = 0.12;

/// A scanned text with everything counted that one line alone cannot tell.
#[derive(Debug)]
pub(super) struct Document {
    /// The lines and tokens.
    pub(super) scan: Scan,
    /// The same lines, seen in their document.
    pub(super) known: Vec<Known>,
    /// Stems of content words, line after line, each once a line.
    pub(super) stems: Vec<u32>,
    /// Its language is one of the lexicon's.
    pub(super) language: bool,
}

/// One line, seen in its document.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
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
    pub(super) good: bool,
    /// Its stems in [`Document::stems`].
    pub(super) stems: Range<usize>,
    /// Share of its stems in another good line.
    pub(super) once: f64,
    /// Share of its stems in three other good lines.
    pub(super) thrice: f64,
    /// Mean number of other good lines with its stems, 8 at most.
    pub(super) spread: f64,
    /// Share of its stems among the document's topics.
    pub(super) topic: f64,
    /// Share of its runs of four tokens that another line repeats.
    pub(super) repeated: f64,
}

impl Known {
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
    /// Place of the language in [`Lexicon::languages`]; `None`: not known.
    language: Option<usize>,
    /// By word number.
    is_stop: Vec<bool>,
}

impl Document {
    /// Looks at the lines of `scan` together.
    pub(super) fn new(scan: Scan, lexicon: &Lexicon) -> Self {
        let stops = Stops::new(&scan, lexicon);
        let mut known = Vec::with_capacity(scan.lines.len());
        let mut stems = Vec::new();
        let mut seen = vec![u32::MAX; scan.stems.len()];
        for (number, line) in (0..).zip(&scan.lines) {
            let mut one = classes(&scan, line, lexicon, stops.language);
            let words = &scan.tokens[line.tokens.clone()];
            one.stops = words.iter().map(|&word| u32::from(stops.is_stop[word as usize])).sum();
            one.good = is_good(line, &one);
            let first = stems.len();
            for &word in words {
                let Some(stem) = scan.words[word as usize].stem.filter(|_| !stops.is_stop[word as usize]) else {
                    continue;
                };
                if std::mem::replace(&mut seen[stem as usize], number) != number {
                    stems.push(stem);
                }
            }
            one.stems = first..stems.len();
            known.push(one);
        }
        let language = stops.language.is_some();
        let mut document = Self { scan, known, stems, language };
        document.count_copies();
        document.measure_cohesion();
        document
    }

    /// In how many distinct lines that `counts` each stem occurs.
    pub(super) fn frequencies(&self, counts: impl Fn(usize) -> bool) -> Vec<u32> {
        let mut frequencies = vec![0; self.scan.stems.len()];
        let mut seen: HashSet<u64, FixedState> = HashSet::default();
        for (number, known) in self.known.iter().enumerate() {
            if counts(number) && seen.insert(self.scan.lines[number].text) {
                for &stem in &self.stems[known.stems.clone()] {
                    frequencies[stem as usize] += 1;
                }
            }
        }
        frequencies
    }

    fn count_copies(&mut self) {
        let key = |scan: &Scan, line: &Line| {
            scan.tokens[line.tokens.clone()].iter().fold(0x9e37, |key, &word| mix(key, u64::from(word) + 1))
        };
        let mut copies: HashMap<u64, u32, FixedState> = HashMap::default();
        let mut shapes: HashMap<u64, u32, FixedState> = HashMap::default();
        for line in &self.scan.lines {
            *copies.entry(key(&self.scan, line)).or_default() += 1;
            *shapes.entry(line.shape).or_default() += 1;
        }
        for (line, known) in self.scan.lines.iter().zip(&mut self.known) {
            known.copies = copies[&key(&self.scan, line)];
            known.shapes = shapes[&line.shape];
        }
    }

    /// How much of each line's content occurs elsewhere in the document's prose.
    fn measure_cohesion(&mut self) {
        let frequencies = self.frequencies(|number| self.known[number].good);
        let topics = self.topics(&frequencies);
        let repeated = self.repeats();
        for (known, repeated) in self.known.iter_mut().zip(repeated) {
            let stems = &self.stems[known.stems.clone()];
            let own = f64::from(known.good);
            let (mut once, mut thrice, mut spread, mut topic) = (0.0, 0.0, 0.0, 0.0);
            for &stem in stems {
                let others = f64::from(frequencies[stem as usize]) - own;
                once += f64::from(others >= 1.0);
                thrice += f64::from(others >= 3.0);
                spread += others.min(8.0);
                topic += f64::from(topics[stem as usize]);
            }
            let count = stems.len().max(1) as f64;
            (known.once, known.thrice) = (once / count, thrice / count);
            (known.spread, known.topic) = (spread / count, topic / count);
            known.repeated = repeated;
        }
    }

    /// The 20 stems in most good lines, at least two; ties by spelling.
    fn topics(&self, frequencies: &[u32]) -> Vec<bool> {
        let mut frequent: Vec<(std::cmp::Reverse<u32>, &str, usize)> = self
            .scan
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
            let words = &self.scan.tokens[line.tokens.clone()];
            words.windows(4).map(|run| run.iter().fold(0, |key, &word| mix(key, u64::from(word) + 1)))
        };
        let mut first_seen: HashMap<u64, u32, FixedState> = HashMap::default();
        first_seen.reserve(self.scan.tokens.len());
        for (number, line) in (0..).zip(&self.scan.lines) {
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
        self.scan.lines.iter().map(share).collect()
    }
}

impl Stops {
    /// The stop list with most hits over the document when it covers enough of the tokens; else the document's own 30 most
    /// frequent tokens, ties by spelling.
    fn new(scan: &Scan, lexicon: &Lexicon) -> Self {
        let mut hits = vec![0u64; lexicon.languages.len()];
        for word in &scan.words {
            let stop = word.entry.map_or(0, |entry| lexicon.entry(entry).stop);
            for (_, hits) in hits.iter_mut().enumerate().filter(|(place, _)| stop >> place & 1 == 1) {
                *hits += u64::from(word.count);
            }
        }
        let most = hits.iter().copied().max().unwrap_or(0);
        let best = hits.iter().position(|&count| count == most && most > 0);
        let language = best.filter(|_| most as f64 >= STOP_COVER * scan.tokens.len().max(1) as f64);
        let is_stop = match language {
            Some(place) => {
                let stands = |entry| lexicon.entry(entry).stop >> place & 1 == 1;
                scan.words.iter().map(|word| word.entry.is_some_and(stands)).collect()
            }
            None => Self::own(scan),
        };
        Self { language, is_stop }
    }

    fn own(scan: &Scan) -> Vec<bool> {
        let mut frequent: Vec<(std::cmp::Reverse<u32>, &str, usize)> = scan
            .index
            .iter()
            .zip(&scan.words)
            .filter(|(_, word)| word.count >= 3 && !word.number)
            .map(|((place, text), word)| (std::cmp::Reverse(word.count), text, place.to_usize()))
            .collect();
        frequent.sort_unstable();
        let mut is_stop = vec![false; scan.words.len()];
        for (_, _, place) in frequent.into_iter().take(30) {
            is_stop[place] = true;
        }
        is_stop
    }
}

/// Counts the word classes of a line.
fn classes(scan: &Scan, line: &Line, lexicon: &Lexicon, language: Option<usize>) -> Known {
    let mut known = Known::default();
    let spoken = |languages: u16| language.map_or(languages != 0, |place| languages >> place & 1 == 1);
    let german = language.is_some_and(|place| lexicon.languages[place] == "de");
    let words = &scan.tokens[line.tokens.clone()];
    let marks = &scan.marks[line.tokens.clone()];
    let entry_of = |&word: &u32| scan.words[word as usize].entry;
    for (place, (word, mark)) in words.iter().zip(marks).enumerate() {
        let Some(id) = entry_of(word) else { continue };
        let entry = lexicon.entry(id);
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
            known.first = bits;
        }
        known.voice += u32::from(bits & (Class::You.bit() | Class::We.bit()) != 0 && mark & mark::QUOTED == 0);
        while bits != 0 {
            known.classes[bits.trailing_zeros() as usize] += 1;
            bits &= bits - 1;
        }
    }
    known.classes[Class::Navigation as usize] += u32::from(line.copyright);
    known
}

/// Ten words or more with enough stop words among them, ending as a sentence does.
fn is_good(line: &Line, known: &Known) -> bool {
    let stop_share = f64::from(known.stops) / line.tokens.len().max(1) as f64;
    line.words >= 10 && stop_share >= 0.2 && (line.terminal || line.closer) && !line.ellipsis
}
