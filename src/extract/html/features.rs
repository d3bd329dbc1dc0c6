//! The features of a page's lines: those of plain text, where they stand in the markup, and how another extractor sees them.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use crate::extract::boilerplate::LineFeatures;
use crate::extract::html::blocks::Page;
use crate::extract::html::tags::{CLASS_HINTS, MARKED_BODY, TAGS, UNSHOWN};

/// Elements whose presence around a line is a feature.
const AROUND: [&str; 15] = [
    "article",
    "main",
    "section",
    "aside",
    "nav",
    "footer",
    "header",
    "form",
    "table",
    "ul",
    "ol",
    "figure",
    "blockquote",
    "details",
    "address",
];
/// Elements a line may be.
const SELF: [&str; 8] = ["p", "li", "div", "blockquote", "pre", "figcaption", "dt", "dd"];

/// Words of a line that leads to another article, at most.
const MOST_WORDS_AWAY: f64 = 30.0;

/// The facts about the lines of one page, a number a line unless said otherwise.
pub(crate) struct Lines<'a> {
    page: &'a Page,
    text: &'a LineFeatures,
    words: Vec<f64>,
    links: Vec<f64>,
    votes: Vec<f64>,
    paragraphs: Vec<f64>,
    /// Of each element: words of prose in it.
    prose: Vec<f64>,
    /// Of each element: words in it, and those inside links.
    all: Vec<(f64, f64)>,
    /// Of each element: lines in it.
    lines: Vec<f64>,
    kinds: HashMap<u64, u32, FixedState>,
    containers: [usize; 3],
    inside: [Vec<bool>; 3],
    heading: usize,
    first_vote: usize,
    last_vote: usize,
    title: u64,
}

/// Paragraphs of prose of one kind under one element: those that are links, the others, and the votes of the others.
#[derive(Debug, Clone, Copy, Default)]
struct Siblings {
    linked: f64,
    plain: f64,
    votes: f64,
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// Hashes of the words of `text`, lower-cased.
fn words(text: &str) -> Vec<u64> {
    let pieces = text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty());
    pieces.map(|piece| piece.chars().flat_map(char::to_lowercase).fold(7, |hash, c| mix(hash, c.into()))).collect()
}

fn mix(hash: u64, piece: u64) -> u64 {
    (hash.rotate_left(5) ^ piece).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The keys of a piece of text when texts are compared: runs of three words, or the whole when it is shorter.
fn shingles(words: &[u64]) -> Vec<u64> {
    let join = |run: &[u64]| run.iter().fold(run.len() as u64, |hash, &word| mix(hash, word));
    if words.len() < 3 { vec![join(words)] } else { words.windows(3).map(join).collect() }
}

/// Of each line of `page`: the share of it that another extractor's lines hold.
fn votes(page: &Page, other: &[String]) -> Vec<f64> {
    let seen: HashSet<u64, FixedState> = other.iter().flat_map(|line| shingles(&words(line))).collect();
    let share = |text: &str| {
        let runs = shingles(&words(text));
        runs.iter().filter(|run| seen.contains(run)).count() as f64 / runs.len().max(1) as f64
    };
    page.blocks.iter().map(|block| share(&block.text)).collect()
}

impl<'a> Lines<'a> {
    /// Looks over the page once; `other` is what another extractor makes of it, `title` its headline.
    pub(crate) fn new(page: &'a Page, text: &'a LineFeatures, other: &[String], title: &str) -> Self {
        let votes = votes(page, other);
        let words: Vec<f64> = (0..page.blocks.len()).map(|line| f64::from(text.words(line))).collect();
        let links: Vec<f64> = page
            .blocks
            .iter()
            .map(|block| block.linked as f64 / block.text.len().max(1) as f64)
            .map(|share| share.min(1.0))
            .collect();
        let paragraph = TAGS.iter().position(|name| *name == "p");
        let mut lines = Self {
            page,
            text,
            paragraphs: page
                .blocks
                .iter()
                .map(|block| flag(Some(page.elements[block.element].name) == paragraph))
                .collect(),
            prose: vec![0.0; page.elements.len()],
            all: vec![(0.0, 0.0); page.elements.len()],
            lines: vec![0.0; page.elements.len()],
            kinds: HashMap::default(),
            containers: [0; 3],
            inside: [Vec::new(), Vec::new(), Vec::new()],
            heading: 0,
            first_vote: votes.iter().position(|&vote| vote > 0.7).unwrap_or(0),
            last_vote: votes.iter().rposition(|&vote| vote > 0.7).unwrap_or(0),
            title: text_key(title),
            words,
            links,
            votes,
        };
        lines.forgive_links();
        lines.sum_elements();
        lines.find_containers();
        lines.find_heading();
        lines
    }

    /// A paragraph of prose that is one link counts as running text where most of its siblings are no links: a newspaper links
    /// what it reported before. Among other links it is an announcement. Another extractor counts its link against it, so it has
    /// the votes of its siblings.
    fn forgive_links(&mut self) {
        let siblings = |line: usize| {
            let element = self.page.blocks[line].element;
            let parent = self.page.elements[element].parent;
            (self.page.elements[element].kind, self.page.elements[parent].parent)
        };
        let prose: Vec<usize> =
            (0..self.words.len()).filter(|&line| self.text.prose_like(line) && self.words[line] >= 12.0).collect();
        let mut groups: HashMap<(u64, usize), Siblings, FixedState> = HashMap::default();
        for &line in &prose {
            let group = groups.entry(siblings(line)).or_default();
            if self.links[line] >= 0.5 {
                group.linked += 1.0;
            } else {
                group.plain += 1.0;
                group.votes += self.votes[line];
            }
        }
        // Where the whole article is one link, links tell nothing.
        let parent = |line: usize| self.page.elements[self.page.blocks[line].element].parent;
        let all_linked =
            prose.len() >= 4 && prose.iter().all(|&line| self.links[line] >= 0.5 && parent(line) == parent(prose[0]));
        if all_linked {
            prose.iter().for_each(|&line| self.links[line] = 0.0);
            return;
        }
        let forgiven = prose.iter().filter_map(|&line| {
            let group = groups.get(&siblings(line))?;
            (group.plain >= 2.0 && group.plain >= group.linked).then_some((line, *group))
        });
        for (line, group) in forgiven.collect::<Vec<_>>() {
            if self.links[line] >= 0.5 {
                self.votes[line] = self.votes[line].max(group.votes / group.plain);
            }
            self.links[line] = 0.0;
        }
    }

    fn sum_elements(&mut self) {
        for (line, block) in self.page.blocks.iter().enumerate() {
            let count = self.words[line];
            let prose = if self.text.prose_like(line) && self.links[line] < 0.5 { count.min(80.0) } else { 0.0 };
            self.prose[block.element] += prose;
            self.all[block.element].0 += count;
            self.all[block.element].1 += count * self.links[line];
            self.lines[block.element] += 1.0;
        }
        for element in (1..self.page.elements.len()).rev() {
            let parent = self.page.elements[element].parent;
            self.prose[parent] += self.prose[element];
            self.all[parent].0 += self.all[element].0;
            self.all[parent].1 += self.all[element].1;
            self.lines[parent] += self.lines[element];
            *self.kinds.entry(self.page.elements[element].kind).or_default() += 1;
        }
    }

    /// The innermost elements with at least 50, 75 and 90 % of the page's prose, and which elements lie in each.
    fn find_containers(&mut self) {
        let total = self.prose[0];
        for (place, share) in [0.5, 0.75, 0.9].into_iter().enumerate() {
            let holds = |element: &usize| self.prose[*element] >= share * total && total > 0.0;
            let deepest =
                (0..self.page.elements.len()).filter(holds).max_by_key(|&element| self.page.elements[element].depth);
            self.containers[place] = deepest.unwrap_or(0);
            let mut inside = vec![false; self.page.elements.len()];
            for element in 0..inside.len() {
                let parent = self.page.elements[element].parent;
                inside[element] = element == self.containers[place] || (element > 0 && inside[parent]);
            }
            self.inside[place] = inside;
        }
    }

    /// The line with the headline: the one that equals it, else the first heading.
    fn find_heading(&mut self) {
        let heads = |name: usize| (2..=3).contains(&name);
        let same = self.page.blocks.iter().position(|block| text_key(&block.text) == self.title);
        let same_heading = self
            .page
            .blocks
            .iter()
            .position(|block| text_key(&block.text) == self.title && heads(self.page.elements[block.element].name));
        let first = self.page.blocks.iter().position(|block| self.page.elements[block.element].name == 2);
        self.heading = same_heading.or(same).or(first).unwrap_or(0);
    }

    /// The line points to another article and is mostly a link to it: no part of this one, however well it reads.
    pub(crate) fn leads_away(&self, line: usize) -> bool {
        self.links[line] >= 0.5 && self.words[line] <= MOST_WORDS_AWAY && self.text.points_elsewhere(line)
    }

    /// The features of `line` that come after those of plain text.
    pub(crate) fn features(&self, line: usize, features: &mut Vec<f64>) {
        let block = &self.page.blocks[line];
        let element = &self.page.elements[block.element];
        let heading = if (2..=7).contains(&element.name) { element.name as f64 - 1.0 } else { 0.0 };
        features.extend([self.links[line], (block.stressed as f64 / block.text.len().max(1) as f64).min(1.0), heading]);
        features.extend(SELF.map(|name| flag(TAGS.get(element.name) == Some(&name))));
        for name in AROUND {
            let place = TAGS.iter().position(|known| *known == name).unwrap_or(0);
            features.push(flag(element.within >> place & 1 == 1));
        }
        features.extend((0..CLASS_HINTS.len()).map(|hint| flag(element.own_hints >> hint & 1 == 1)));
        features.extend((0..CLASS_HINTS.len()).map(|hint| flag(element.hints >> hint & 1 == 1)));
        features.extend([flag(element.hints & MARKED_BODY != 0), flag(element.hints & UNSHOWN != 0)]);
        features.push(f64::from(element.depth).ln_1p());
        features.push(f64::from(self.kinds.get(&element.kind).copied().unwrap_or(0)).ln_1p());
        self.containers(block.element, features);
        self.places(line, features);
        self.neighbours(line, features);
    }

    /// About the elements around a line: how much of the page's prose they hold.
    fn containers(&self, element: usize, features: &mut Vec<f64>) {
        let total = self.prose[0].max(1.0);
        let mut around = element;
        for _ in 0..4 {
            let (all, linked) = self.all[around];
            features.extend([
                self.prose[around] / total,
                self.prose[around] / all.max(1.0),
                linked / all.max(1.0),
                self.lines[around].ln_1p(),
            ]);
            around = self.page.elements[around].parent;
        }
        for (inside, container) in self.inside.iter().zip(self.containers) {
            let depth = self.page.elements[element].depth as f64 - self.page.elements[container].depth as f64;
            features.extend([flag(inside[element]), if inside[element] { depth } else { -1.0 }]);
        }
        let strong = self.page.elements[element].hints & (1 | 2);
        features.push(strong as f64);
    }

    fn places(&self, line: usize, features: &mut Vec<f64>) {
        let distance = |from: usize| {
            let length = (line.abs_diff(from) as f64).ln_1p();
            if line < from { -length } else { length }
        };
        features.extend([distance(self.heading), distance(self.first_vote), distance(self.last_vote)]);
        features.push(flag(self.first_vote <= line && line <= self.last_vote));
        features.push(flag(text_key(&self.page.blocks[line].text) == self.title));
    }

    fn neighbours(&self, line: usize, features: &mut Vec<f64>) {
        let at = |values: &[f64], shift: isize| {
            line.checked_add_signed(shift).and_then(|place| values.get(place)).copied().unwrap_or(0.0)
        };
        let mean = |values: &[f64], radius: usize| {
            let window = &values[line.saturating_sub(radius)..values.len().min(line + radius + 1)];
            window.iter().sum::<f64>() / window.len() as f64
        };
        for shift in [-2, -1, 1, 2] {
            features.extend([at(&self.links, shift), at(&self.votes, shift), at(&self.paragraphs, shift)]);
            let other = line.checked_add_signed(shift).and_then(|place| self.page.blocks.get(place));
            let parent = |block: &crate::extract::html::blocks::Block| self.page.elements[block.element].parent;
            let same = other.is_some_and(|other| parent(other) == parent(&self.page.blocks[line]));
            let kind = other.is_some_and(|other| {
                self.page.elements[other.element].kind == self.page.elements[self.page.blocks[line].element].kind
            });
            features.extend([flag(same), flag(kind)]);
        }
        features.extend([self.votes[line], mean(&self.votes, 2), mean(&self.votes, 6), mean(&self.votes, 15)]);
        features.extend([
            mean(&self.links, 2),
            mean(&self.links, 6),
            mean(&self.paragraphs, 3),
            mean(&self.paragraphs, 10),
        ]);
    }
}

/// A text by its letters and digits alone.
fn text_key(text: &str) -> u64 {
    words(text).iter().fold(11, |hash, &word| mix(hash, word))
}
