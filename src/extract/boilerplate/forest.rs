//! Gradient-boosted trees of depth three: features of a line → log-odds that it is the article.
//!
//! Each tree is completed to seven splits and eight leaves, so that a block of lines goes through it without a branch: the
//! answer of a split is the last digit of the next place.

/// Lines scored together.
pub(crate) const LANES: usize = 16;

/// Features of [`LANES`] lines, a column a feature.
pub(crate) type Block = Vec<[f64; LANES]>;

/// One tree, completed: split 1, its children 2 and 3, theirs 4 to 7; below these the leaves, from 8 on.
struct Tree {
    feature: [u16; 8],
    threshold: [f64; 8],
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
            let mut tree = Tree { feature: [0; 8], threshold: [f64::INFINITY; 8], leaf: [0.0; 8] };
            tree.fill(flat, 1, 0);
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
        let mut sums = [0.0; LANES];
        for tree in &self.trees {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let mut node = 1;
                for _ in 0..3 {
                    let is_right = block[usize::from(tree.feature[node & 7])][lane] > tree.threshold[node & 7];
                    node = 2 * node + usize::from(is_right);
                }
                *sum += tree.leaf[node & 7];
            }
        }
        sums
    }
}

impl Tree {
    /// Puts the subtree written in `flat` at `node`, numbered as in a heap; nodes from 8 on are leaves.
    fn fill(&mut self, flat: &[f64], node: usize, depth: usize) {
        if flat[0] < 0.0 {
            // A leaf above the last row: every leaf below it says the same.
            let (mut first, mut last) = (node, node);
            for _ in depth..3 {
                (first, last) = (2 * first, 2 * last + 1);
            }
            self.leaf[first - 8..=last - 8].fill(flat[1]);
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
        self.fill(&flat[3..], 2 * node, depth + 1);
        self.fill(&flat[3 + skip..], 2 * node + 1, depth + 1);
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
