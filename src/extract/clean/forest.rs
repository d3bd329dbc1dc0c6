//! Gradient-boosted trees of depth three: features of a line → log-odds that it is the article.
//!
//! Each tree is completed to seven splits and eight leaves, so that a block of lines goes through it without a
//! branch, on vectors as wide as the processor has; that is why features come in columns.

use pulp::{Arch, Simd, WithSimd};

/// Lines scored together.
pub(crate) const LANES: usize = 16;

/// Features of [`LANES`] lines, a column a feature.
pub(crate) type Block = Vec<[f64; LANES]>;

/// One tree, completed: split 0, its children 1 and 2, theirs 3 to 6.
struct Tree {
    feature: [u16; 7],
    threshold: [f64; 7],
    leaf: [f64; 8],
}

/// The trees and how many features they look at.
pub(crate) struct Forest {
    /// How many features a line has.
    pub(crate) features: usize,
    trees: Vec<Tree>,
}

impl Forest {
    /// Reads trees written as flat preorder lists: split `feature, threshold, entries in the left subtree`, leaf `-1, value`.
    pub(crate) fn new(features: usize, flat: &[Vec<f64>]) -> Self {
        Self::mean(features, &[flat])
    }

    /// The mean of several sums of trees.
    pub(crate) fn mean(features: usize, sums: &[&[Vec<f64>]]) -> Self {
        let trees = sums.iter().flat_map(|flat| flat.iter()).map(|flat| {
            let mut tree = Tree { feature: [0; 7], threshold: [f64::INFINITY; 7], leaf: [0.0; 8] };
            tree.fill(flat, 0, 0);
            assert!(tree.feature.iter().all(|&feature| usize::from(feature) < features));
            tree.leaf = tree.leaf.map(|leaf| leaf / sums.len() as f64);
            tree
        });
        Self { features, trees: trees.collect() }
    }

    /// An empty block of the right height.
    pub(crate) fn block(&self) -> Block {
        vec![[0.0; LANES]; self.features]
    }

    /// The sum of the leaves each line of the block falls into.
    pub(crate) fn sums(&self, block: &Block) -> [f64; LANES] {
        Arch::new().dispatch(Sums { trees: &self.trees, block })
    }
}

/// The sum of the leaves of `trees`, for each line of `block`.
struct Sums<'a> {
    trees: &'a [Tree],
    block: &'a Block,
}

impl WithSimd for Sums<'_> {
    type Output = [f64; LANES];

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> [f64; LANES] {
        let mut sums = [0.0; LANES];
        let (lanes, _) = S::as_mut_simd_f64s(&mut sums);
        for tree in self.trees {
            let columns = tree.feature.map(|feature| S::as_simd_f64s(&self.block[usize::from(feature)]).0);
            for (at, sum) in lanes.iter_mut().enumerate() {
                let value = |node: usize, left, right| {
                    let threshold = simd.splat_f64s(tree.threshold[node]);
                    simd.select_f64s(simd.less_than_or_equal_f64s(columns[node][at], threshold), left, right)
                };
                let leaf = tree.leaf.map(|leaf| simd.splat_f64s(leaf));
                let left = value(1, value(3, leaf[0], leaf[1]), value(4, leaf[2], leaf[3]));
                let right = value(2, value(5, leaf[4], leaf[5]), value(6, leaf[6], leaf[7]));
                *sum = simd.add_f64s(*sum, value(0, left, right));
            }
        }
        sums
    }
}

impl Tree {
    /// Puts the subtree written in `flat` at `node`, numbered as in a heap; nodes from 7 on are leaves.
    fn fill(&mut self, flat: &[f64], node: usize, depth: usize) {
        if flat[0] < 0.0 {
            // A leaf above the last row: every leaf below it says the same.
            let (mut first, mut last) = (node, node);
            for _ in depth..3 {
                (first, last) = (2 * first + 1, 2 * last + 2);
            }
            self.leaf[first - 7..=last - 7].fill(flat[1]);
            return;
        }
        assert!(depth < 3, "trees of the data file are three splits deep");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a feature's number, checked by `new`"
        )]
        let (feature, skip) = (flat[0] as u16, flat[2] as usize);
        (self.feature[node], self.threshold[node]) = (feature, flat[1]);
        self.fill(&flat[3..], 2 * node + 1, depth + 1);
        self.fill(&flat[3 + skip..], 2 * node + 2, depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completed_tree_answers_like_the_flat_one() {
        let flat = vec![1.0, 0.5, 2.0, -1.0, -3.0, 0.0, 2.0, 2.0, -1.0, 4.0, -1.0, 5.0];
        let forest = Forest::new(2, &[flat]);
        let mut block = forest.block();
        block[0][..3].copy_from_slice(&[9.0, 2.0, 2.5]);
        block[1][..3].copy_from_slice(&[0.5, 0.6, 0.6]);
        assert_eq!(forest.sums(&block)[..3], [-3.0, 4.0, 5.0]);
    }
}
