//! Articles → stories → an edition: duplicates, clusters, what is new, order, quotas, rules.
//!
//! Everything here is a function on values. `compose` takes [`Inputs`] (articles, sources, rules, past stories, and
//! the time) and returns a [`Composition`]: the edition, and a [`Decision`] for every single article, so that nothing
//! vanishes without a word. [`group`] is the part of it that only finds stories.
//!
//! Two promises. The same articles in any order give the same bytes: articles are put in one canonical order before
//! anything is counted, and every tie is broken by that order. And every sentence of an edition is
//! `article.text[start..end]` of the article it names, which [`verify`] proves afterwards.
//!
//! Three rooms, one after the other: `cluster` finds which articles tell one event, `select` decides what comes in and in
//! which order, `write` makes each story out of its articles. A story on its way is one `StoryDraft`.

mod cluster;
mod compose;
mod decision;
mod draft;
mod edit;
mod inputs;
mod memo;
mod options;
mod select;
mod verify;
mod write;

pub use cluster::{
    Frequencies, Grouped, Keys, PairFeatures, ScoredPair, WordCount, count_background, count_words, group, keys,
    score_pairs,
};
pub use compose::{Composition, compose};
pub use decision::{Decision, Outcome};
pub use edit::{Change, ImpossibleChange, edit};
pub use inputs::{Inputs, Newsletter};
pub use memo::Memo;
pub use options::{Limits, Options, SourcePolicy};
pub use select::{
    MOST, MOST_POINTS, Part, PastStory, Patterns, Preferences, Ranking, Rule, RuleError, RuleMatch, Rules, STEP,
    drop_links, rate, shorten, steps,
};
pub use verify::{Flaw, verify};
pub use write::SentenceDecision;

#[cfg(test)]
mod lookalikes;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
