//! Why sentences were taken or not, as a table for people: a line a sentence, the reason below it.

use crate::summary::Reasons;

/// The head of the table: what it started with (length and readability), what its neighbours made of that, and how near
/// it is to what was taken.
pub(super) const HEAD: &str = "  no  rank  centr.  prior  readab.  redund.  words\n";

/// The lines of one sentence; a star marks one that was taken.
pub(super) fn row(number: usize, taken: bool, reasons: &Reasons, text: &str, why: &str) -> String {
    let mark = if taken { '*' } else { ' ' };
    let Reasons { rank, centrality, prior, readability, redundancy, words, .. } = reasons;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "{mark} {number:>2}  {rank:>4}  {centrality:>6.2}  {prior:>5.2}  {readability:>7.2}  {redundancy:>7.2}  {words:>5}  {text}\n{:50}{why}\n",
        ""
    )
}
