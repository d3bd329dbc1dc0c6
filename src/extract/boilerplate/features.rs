//! The 153 features of a line: its own, its neighbours', its place in the document.
//!
//! Names and order are those of `boilerplate.weights.json`. Features no tree looks at are left 0 where they would cost time
//! ([`UNUSED`]). Everything is a running sum or a fixed window: linear in the length of the text.

use crate::extract::boilerplate::document::{Document, LineContext};
use crate::extract::boilerplate::forest::{Block, LANES};
use crate::extract::boilerplate::tokenize::Line;
use crate::extract::boilerplate::word_classes::Class;

/// Features the trees never split on and that are not computed.
#[cfg(test)]
pub(super) const UNUSED: [&str; 5] = ["upper", "second", "qmark", "bars", "ctaaff"];

/// Own features of a line.
const OWN: usize = 38;
/// The own features that neighbours show: words stop caps term title hascta hasnav rel imper1 date by1 dup.
const SHOWN: [usize; 12] = [1, 2, 3, 5, 16, 36, 37, 20, 25, 27, 28, 32];

/// Own features of a line, and the two of its cohesion that neighbours show.
#[derive(Clone, Copy)]
struct Own {
    values: [f64; OWN],
    prose_like: f64,
    thrice: f64,
}

/// Sums over the whole document that [`Features::write`] needs.
pub(super) struct Features<'a> {
    document: &'a Document,
    logarithms: Vec<f64>,
    /// Words of prose before each line.
    mass: Vec<f64>,
    calls: Vec<f64>,
    words: Vec<f64>,
    capped: Vec<f64>,
    stops: Vec<f64>,
    terminals: Vec<f64>,
    titles: Vec<f64>,
    thrice: Vec<f64>,
    loose: (usize, usize),
    strict: (usize, usize),
    before: Vec<u8>,
    after: Vec<u8>,
    sections: Vec<u8>,
    runs: Vec<(u32, u32)>,
    median: f64,
    prose_like_share: f64,
    short_share: f64,
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// Words that count as prose.
fn mass(line: &Line, context: &LineContext) -> f64 {
    if context.prose_like { f64::from(line.words.min(80)) } else { 0.0 }
}

fn title_share(line: &Line) -> f64 {
    f64::from(line.long_capitals) / f64::from(line.long.max(1))
}

fn stop_share(line: &Line, context: &LineContext) -> f64 {
    f64::from(context.stops) / line.tokens.len().max(1) as f64
}

impl<'a> Features<'a> {
    /// Looks over the whole document once.
    pub(super) fn new(document: &'a Document) -> Self {
        let lines = || document.tokenized.lines.iter().zip(&document.contexts);
        let sums =
            |value: &dyn Fn(&Line, &LineContext) -> f64| running(lines().map(|(line, context)| value(line, context)));
        let count = document.contexts.len();
        let share = |is: &dyn Fn(&Line, &LineContext) -> bool| {
            lines().filter(|(line, context)| is(line, context)).count() as f64 / count.max(1) as f64
        };
        let spans = |penalty: f64| {
            best_span(
                lines().map(|(line, context)| if context.prose_like { mass(line, context) / 2.0 } else { penalty }),
                count,
            )
        };
        let mut lengths: Vec<u32> =
            lines().filter(|(_, context)| context.prose_like).map(|(line, _)| line.words).collect();
        let middle = lengths.len() / 2;
        let median = if lengths.is_empty() { 10 } else { *lengths.select_nth_unstable(middle).1 };
        let prose_like: Vec<bool> = document.contexts.iter().map(|context| context.prose_like).collect();
        let (before, after) = gaps(&prose_like);
        Self {
            document,
            logarithms: (0..2048).map(|value| f64::from(value).ln_1p()).collect(),
            mass: sums(&mass),
            calls: sums(&|_, context| flag(context.count(Class::Call) > 0)),
            words: sums(&|line, _| f64::from(line.words)),
            capped: sums(&|line, _| f64::from(line.words.min(80))),
            stops: sums(&stop_share),
            terminals: sums(&|line, _| flag(line.terminal)),
            titles: sums(&|line, _| title_share(line)),
            thrice: sums(&|_, context| context.thrice),
            loose: spans(-3.0),
            strict: spans(-8.0),
            before,
            after,
            sections: sections(document),
            runs: runs(&prose_like),
            median: f64::from(median),
            prose_like_share: share(&|_, context| context.prose_like),
            short_share: share(&|line, _| line.words <= 4),
        }
    }

    /// Writes the features of lines `first..first + LANES` (as many as there are) into the columns of `block`.
    pub(super) fn write(&self, first: usize, block: &mut Block) {
        let count = self.document.contexts.len();
        let own: Vec<Option<Own>> = (first..first + LANES + 4)
            .map(|shifted| shifted.checked_sub(2).filter(|&line| line < count))
            .map(|line| line.map(|line| self.own(line)))
            .collect();
        for (lane, line) in (first..count.min(first + LANES)).enumerate() {
            let mut row = Row { block, lane, next: 0 };
            if let Some(own) = &own[lane + 2] {
                row.extend(&own.values);
            }
            self.lexical(line, &mut row);
            for neighbour in [lane, lane + 1, lane + 3, lane + 4] {
                match &own[neighbour] {
                    Some(own) => {
                        row.extend(&SHOWN.map(|place| own.values[place]));
                        row.extend(&[own.prose_like, own.thrice]);
                    }
                    None => row.extend(&[0.0; SHOWN.len() + 2]),
                }
            }
            self.place(line, &mut row);
            self.windows(line, &mut row);
            self.spans(line, &mut row);
            self.run(line, &mut row);
        }
    }

    fn ln(&self, value: u32) -> f64 {
        self.logarithms.get(value as usize).copied().unwrap_or_else(|| f64::from(value).ln_1p())
    }

    /// ln(1 + value) of a whole number that is not negative.
    fn ln_of(&self, value: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "looked up only when small and whole"
        )]
        let place = value as usize;
        self.logarithms.get(place).copied().unwrap_or_else(|| value.ln_1p())
    }

    fn own(&self, number: usize) -> Own {
        let (line, context) = (&self.document.tokenized.lines[number], &self.document.contexts[number]);
        let tokens = line.tokens.len().max(1) as f64;
        let chars = f64::from(line.chars.max(1));
        let words = f64::from(line.words.max(1));
        let count = |class| f64::from(context.count(class));
        let begins = |class| flag(context.begins(class));
        let (calls, navigation) = (count(Class::Call), count(Class::Navigation));
        let values = [
            self.ln(line.chars),
            self.ln(line.words.max(1)),
            stop_share(line, context),
            f64::from(line.capitals) / tokens,
            f64::from(line.digits) / chars,
            flag(line.terminal),
            flag(line.closer),
            flag(line.colon),
            flag(line.ellipsis),
            f64::from(line.commas) / words,
            f64::from(line.inner.min(6)),
            flag(line.quotes),
            f64::from(line.symbols) / chars,
            f64::from(line.letters) / tokens / 10.0,
            0.0,
            flag(line.lower),
            title_share(line),
            calls / tokens.sqrt(),
            calls.min(4.0),
            navigation.min(6.0) / tokens,
            count(Class::Related).min(2.0),
            begins(Class::Related),
            begins(Class::Navigation),
            0.0,
            count(Class::We) / tokens,
            begins(Class::Imperative),
            count(Class::Imperative) / tokens,
            count(Class::Date) / tokens,
            begins(Class::Byline),
            count(Class::Byline) / tokens,
            flag(line.url),
            count(Class::Verb).min(2.0),
            self.ln(context.copies - 1),
            0.0,
            0.0,
            f64::from(line.numbers) / tokens,
            flag(calls > 0.0),
            flag(navigation > 0.0),
        ];
        Own { values, prose_like: flag(context.prose_like), thrice: context.thrice }
    }

    fn lexical(&self, line: usize, row: &mut Row<'_>) {
        let context = &self.document.contexts[line];
        let stems = self.ln_of(context.stems.len() as f64);
        row.extend(&[context.once, context.thrice, context.spread, context.topic, 0.0, stems, context.repeated]);
    }

    fn place(&self, line: usize, row: &mut Row<'_>) {
        let count = self.document.contexts.len();
        let (total, before) = (self.mass[count], self.mass[line]);
        let after = total - self.mass[line + 1];
        row.extend(&[
            line as f64 / count.saturating_sub(1).max(1) as f64,
            self.ln_of(line as f64),
            self.ln_of((count - 1 - line) as f64),
            self.ln_of(count as f64),
            self.ln_of(total),
            before / total.max(1.0),
            after / total.max(1.0),
            self.ln_of(before),
            self.ln_of(after),
        ]);
    }

    fn windows(&self, line: usize, row: &mut Row<'_>) {
        let count = self.document.contexts.len();
        let mean = |sums: &[f64], radius: usize| {
            let (start, end) = (line.saturating_sub(radius), count.min(line + radius + 1));
            (sums[end] - sums[start]) / (end - start) as f64
        };
        row.extend(&[mean(&self.mass, 2), mean(&self.mass, 5), mean(&self.mass, 10)]);
        row.extend(&[mean(&self.calls, 3), mean(&self.calls, 8), mean(&self.words, 3), mean(&self.words, 8)]);
        row.extend(&[mean(&self.stops, 4), mean(&self.terminals, 3), mean(&self.terminals, 8)]);
        row.extend(&[mean(&self.titles, 4), mean(&self.thrice, 3)]);
    }

    fn spans(&self, line: usize, row: &mut Row<'_>) {
        let count = self.document.contexts.len();
        let distance = |from: usize| {
            let length = self.ln_of(line.abs_diff(from) as f64);
            if line < from { -length } else { length }
        };
        row.extend(&[self.ln(self.before[line].into()), self.ln(self.after[line].into())]);
        row.extend(&[(f64::from(self.document.tokenized.lines[line].words) / self.median).min(4.0)]);
        for (start, end) in [self.loose, self.strict] {
            row.extend(&[flag(start <= line && line <= end), distance(start), distance(end)]);
        }
        let all_words = self.words[count].max(1.0);
        row.extend(&[self.ln(self.sections[line].into()), self.prose_like_share, self.short_share]);
        row.extend(&[self.calls[count] / count as f64, self.mass[count] / all_words, flag(self.document.language)]);
    }

    fn run(&self, line: usize, row: &mut Row<'_>) {
        let (lines, context) = (&self.document.tokenized.lines, &self.document.contexts);
        let near = line.saturating_sub(6)..lines.len().min(line + 7);
        let same = lines[near].iter().filter(|other| other.shape == lines[line].shape).count();
        row.extend(&[self.ln(context[line].shapes - 1), same as f64 - 1.0]);
        let (start, end) = (self.runs[line].0 as usize, self.runs[line].1 as usize);
        let length = (end - start + 1) as f64;
        let mean = |sums: &[f64]| (sums[end + 1] - sums[start]) / length;
        row.extend(&[self.ln_of(length), self.ln_of((line - start) as f64), self.ln_of((end - line) as f64)]);
        row.extend(&[
            mean(&self.thrice),
            mean(&self.titles),
            mean(&self.capped),
            mean(&self.calls),
            mean(&self.terminals),
        ]);
        row.extend(&[
            flag(start > 0 && lines[start - 1].colon),
            f64::from(context[start].count(Class::Related).min(2)),
            flag(context[start].count(Class::Call) > 0),
            if start > 0 { self.mass[start] - self.mass[start - 1] } else { 0.0 },
            if end + 1 < lines.len() { self.mass[end + 2] - self.mass[end + 1] } else { 0.0 },
        ]);
        let (first, last) = (start.max(line.saturating_sub(6)), end.min(line + 6));
        let near = &lines[first..=last];
        let is_new = |&place: &usize| near[..place].iter().all(|earlier| earlier.shape != near[place].shape);
        let shapes = (0..near.len()).filter(is_new).count();
        row.extend(&[shapes as f64 / near.len() as f64]);
    }
}

/// One lane of a block, filled from the first feature on.
struct Row<'a> {
    block: &'a mut Block,
    lane: usize,
    next: usize,
}

impl Row<'_> {
    fn extend(&mut self, values: &[f64]) {
        for (column, value) in self.block[self.next..].iter_mut().zip(values) {
            column[self.lane] = *value;
        }
        self.next += values.len();
    }
}

/// 0, then the sum of the first, of the first two, …
fn running(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    std::iter::once(0.0)
        .chain(values.map(|value| {
            sum += value;
            sum
        }))
        .collect()
}

/// First and last place of the run with the greatest sum.
fn best_span(values: impl Iterator<Item = f64>, count: usize) -> (usize, usize) {
    let mut best = (0.0, 0, count.saturating_sub(1));
    let (mut sum, mut start) = (0.0, 0);
    for (place, value) in values.enumerate() {
        if sum <= 0.0 {
            (sum, start) = (0.0, place);
        }
        sum += value;
        if sum > best.0 {
            best = (sum, start, place);
        }
    }
    (best.1, best.2)
}

/// Lines since the last marked one and until the next, 50 at most.
fn gaps(marked: &[bool]) -> (Vec<u8>, Vec<u8>) {
    let distances = |marks: &mut dyn Iterator<Item = &bool>| {
        let mut distance = 50u8;
        marks
            .map(|&mark| {
                distance = if mark { 0 } else { (distance + 1).min(50) };
                distance
            })
            .collect::<Vec<u8>>()
    };
    let before = distances(&mut marked.iter());
    let mut after = distances(&mut marked.iter().rev());
    after.reverse();
    (before, after)
}

/// First and last line of the run of lines equally like prose each line lies in.
fn runs(prose_like: &[bool]) -> Vec<(u32, u32)> {
    let mut runs = Vec::with_capacity(prose_like.len());
    for run in prose_like.chunk_by(|a, b| a == b) {
        let (start, length) = (runs.len() as u32, run.len() as u32);
        runs.extend(run.iter().map(|_| (start, start + length - 1)));
    }
    runs
}

/// Lines since a heading of a call to action or a link list, 60 at most; two cohesive lines of prose close its section.
fn sections(document: &Document) -> Vec<u8> {
    let (mut distance, mut cohesive) = (60u8, 0);
    let lines = document.tokenized.lines.iter().zip(&document.contexts);
    lines
        .map(|(line, context)| {
            let heads = line.words <= 12 && line.inner == 0 && !(line.terminal && line.words > 8);
            if heads && context.count(Class::Related) + context.count(Class::Call) > 0 {
                (distance, cohesive) = (0, 0);
                return distance;
            }
            distance = (distance + 1).min(60);
            if context.prose_like && line.words >= 12 && (context.thrice >= 0.2 || context.once >= 0.5) {
                cohesive += 1;
            }
            if cohesive >= 2 {
                distance = 60;
            }
            distance
        })
        .collect()
}
