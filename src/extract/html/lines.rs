//! A piece of a parsed page → its text, one block a line; [`blocks`](crate::extract::html::blocks) says what a line is.

use dom_query::NodeRef;

use crate::extract::blocks_to_text::Line;
pub(crate) use crate::extract::html::blocks::Captions;
use crate::extract::html::blocks::read_node;

/// The text of `root`, a line a block.
pub(crate) fn lines(root: &NodeRef<'_>, captions: Captions) -> Vec<Line> {
    read_node(root, captions).lines()
}

/// All text of `root` in one line.
pub(crate) fn inline(root: &NodeRef<'_>) -> String {
    let lines = lines(root, Captions::Kept);
    lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ")
}
