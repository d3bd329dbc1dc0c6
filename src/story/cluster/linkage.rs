//! Pairs → stories: average linkage with a relative rule.
//!
//! The two closest groups are joined again and again, until the mean probability between the closest falls under the
//! threshold. Two groups of two or more articles are joined only if they are not much tighter inside than towards each
//! other: that is what keeps two earthquakes apart, which share all their words but the places.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// How much looser than inside the link between two groups may be.
pub(in crate::story) const RELATIVE: f64 = 0.50;

/// A possible join; the greatest is done first, ties by position.
#[derive(Debug, PartialEq)]
struct Join {
    mean: f64,
    a: usize,
    b: usize,
}

impl Eq for Join {}

impl PartialOrd for Join {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Join {
    fn cmp(&self, other: &Self) -> Ordering {
        self.mean.total_cmp(&other.mean).then(other.a.cmp(&self.a)).then(other.b.cmp(&self.b))
    }
}

/// Groups while they grow; a joined group gets the next number.
struct Groups {
    /// Sum of the probabilities towards each other living group.
    links: Vec<BTreeMap<usize, f64>>,
    members: Vec<Vec<usize>>,
    /// Sum of the probabilities of all pairs inside.
    inside: Vec<f64>,
}

/// Whether groups with these (size, mean inside) are too much tighter inside than `mean`, which is between them.
pub(in crate::story) fn too_loose(relative: f64, mean: f64, a: (usize, f64), b: (usize, f64)) -> bool {
    a.0.min(b.0) >= 2 && mean < relative * (a.1 * b.1).sqrt()
}

/// Groups of `0..count`, each ascending, by their first member.
///
/// `pairs` are (a, b, probability), each pair once; a pair that is not there counts as 0. Two groups are joined while the
/// mean between them is at least `threshold`.
pub(super) fn link(
    count: usize,
    pairs: impl Iterator<Item = (usize, usize, f64)> + Clone,
    threshold: f64,
) -> Vec<Vec<usize>> {
    let islands = islands(count, pairs, threshold);
    let link = |island: Island| link_island(&island, threshold);
    let mut found: Vec<Vec<usize>> = islands.into_par_iter().flat_map_iter(link).collect();
    found.sort();
    found
}

/// Members that close pairs connect, and the pairs among them with members numbered from 0.
#[derive(Default)]
struct Island {
    members: Vec<usize>,
    pairs: Vec<(usize, usize, f64)>,
}

/// Parts that no pair of at least `threshold` connects can be joined apart, on all cores: a mean reaches it only if one of
/// its pairs does. So the many pairs that have almost nothing in common are looked at only where they may count.
fn islands(count: usize, pairs: impl Iterator<Item = (usize, usize, f64)> + Clone, threshold: f64) -> Vec<Island> {
    let mut root: Vec<usize> = (0..count).collect();
    let find = |root: &mut Vec<usize>, mut member: usize| {
        while root[member] != member {
            root[member] = root[root[member]];
            member = root[member];
        }
        member
    };
    for (a, b, _) in pairs.clone().filter(|(_, _, probability)| *probability >= threshold) {
        let (a, b) = (find(&mut root, a), find(&mut root, b));
        root[a.max(b)] = a.min(b);
    }
    let mut pairs: Vec<_> = pairs.filter(|(a, b, _)| find(&mut root, *a) == find(&mut root, *b)).collect();
    let mut islands: Vec<Island> = Vec::new();
    let (mut island_of, mut number_in) = (vec![usize::MAX; count], vec![0; count]);
    for member in 0..count {
        let first = find(&mut root, member);
        if first == member {
            island_of[member] = islands.len();
            islands.push(Island::default());
        }
        let island = &mut islands[island_of[first]];
        number_in[member] = island.members.len();
        island.members.push(member);
    }
    pairs.sort_by_key(|(a, b, _)| ordered(*a, *b));
    for (a, b, probability) in pairs {
        let island = island_of[find(&mut root, a)];
        islands[island].pairs.push((number_in[a], number_in[b], probability));
    }
    islands
}

fn ordered(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

fn link_island(island: &Island, threshold: f64) -> Vec<Vec<usize>> {
    let count = island.members.len();
    let mut groups = Groups {
        links: vec![BTreeMap::new(); count],
        members: (0..count).map(|member| vec![member]).collect(),
        inside: vec![0.0; count],
    };
    let mut joins = BinaryHeap::new();
    for (a, b, probability) in &island.pairs {
        groups.links[*a].insert(*b, *probability);
        groups.links[*b].insert(*a, *probability);
        if *probability >= threshold {
            joins.push(Join { mean: *probability, a: *a.min(b), b: *a.max(b) });
        }
    }
    while let Some(Join { mean, a, b }) = joins.pop() {
        let gone = groups.members[a].is_empty() || groups.members[b].is_empty();
        if gone || too_loose(RELATIVE, mean, groups.tightness(a), groups.tightness(b)) {
            continue;
        }
        let joined = groups.join(a, b);
        for (other, sum) in &groups.links[joined] {
            let mean = sum / (groups.members[joined].len() * groups.members[*other].len()) as f64;
            if mean >= threshold {
                joins.push(Join { mean, a: *other, b: joined });
            }
        }
    }
    let found = groups.members.into_iter().filter(|members| !members.is_empty());
    found.map(|members| members.into_iter().map(|member| island.members[member]).collect()).collect()
}

impl Groups {
    fn tightness(&self, group: usize) -> (usize, f64) {
        let size = self.members[group].len();
        (size, self.inside[group] / ((size * size.saturating_sub(1)) as f64 / 2.0).max(1.0))
    }

    fn join(&mut self, a: usize, b: usize) -> usize {
        let joined = self.members.len();
        let between = self.links[a].get(&b).copied().unwrap_or(0.0);
        self.inside.push(self.inside[a] + self.inside[b] + between);
        let mut members = std::mem::take(&mut self.members[a]);
        members.append(&mut self.members[b]);
        members.sort_unstable();
        self.members.push(members);
        let mut links: BTreeMap<usize, f64> = BTreeMap::new();
        for old in [a, b] {
            for (other, sum) in std::mem::take(&mut self.links[old]) {
                if other != a && other != b {
                    *links.entry(other).or_default() += sum;
                    self.links[other].remove(&old);
                }
            }
        }
        for (other, sum) in &links {
            self.links[*other].insert(joined, *sum);
        }
        self.links.push(links);
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::link;

    fn check(count: usize, pairs: &[(usize, usize, f64)], expected: &[&[usize]]) {
        assert_eq!(link(count, pairs.iter().copied(), 0.25), expected);
        let turned: Vec<_> = pairs.iter().rev().map(|(a, b, p)| (*b, *a, *p)).collect();
        assert_eq!(link(count, turned.into_iter(), 0.25), expected, "the order of the pairs is of no account");
    }

    #[test]
    fn close_articles_become_one_story() {
        check(0, &[], &[]);
        check(3, &[(0, 2, 0.9)], &[&[0, 2], &[1]]);
        check(3, &[(0, 1, 0.9), (1, 2, 0.3)], &[&[0, 1], &[2]]);
        check(3, &[(0, 1, 0.9), (1, 2, 0.6)], &[&[0, 1, 2]]);
    }

    #[test]
    fn distant_pairs_count_in_the_mean_of_what_close_ones_connect() {
        let close = [(0, 1, 0.7), (2, 3, 0.7), (1, 2, 0.69)];
        let distant = [(0, 2, 0.24), (0, 3, 0.24), (1, 3, 0.24)];
        check(4, &close, &[&[0, 1], &[2, 3]]);
        check(4, &[&close[..], &distant].concat(), &[&[0, 1, 2, 3]]);
        check(4, &[&close[..2], &distant].concat(), &[&[0, 1], &[2, 3]]);
    }

    #[test]
    fn two_tight_groups_that_look_alike_stay_apart() {
        let inside = [(0, 1, 0.95), (2, 3, 0.95)];
        let across = |p: f64| [(0, 2, p), (0, 3, p), (1, 2, p), (1, 3, p)];
        check(4, &[&inside[..], &across(0.4)[..]].concat(), &[&[0, 1], &[2, 3]]);
        check(4, &[&inside[..], &across(0.7)[..]].concat(), &[&[0, 1, 2, 3]]);
    }
}
