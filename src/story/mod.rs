//! Articles → stories → an edition: duplicates, clusters, what is new, order, quotas, rules.
//!
//! Everything here is a function on values. [`compose`] takes a [`Desk`] (articles, sources, rules, what was told
//! before, and the time) and returns a [`Composition`]: the edition, and a [`Fate`] for every single article, so
//! that nothing vanishes without a word. [`group`] is the part of it that only finds stories.
//!
//! Two promises. The same articles in any order give the same bytes: articles are put in one canonical order before
//! anything is counted, and every tie is broken by that order. And every sentence of an edition is
//! `article.text[start..end]` of the article it names, which [`verify`] proves afterwards.
//!
//! The way through: `rule` and `age` let articles in, `duplicate` folds copies, `batch` → `pairs` → `linkage` find
//! stories, `earlier` finds what they continue, `order` scores them, `choose` spends the budgets, `card` writes each
//! story, `shorten` makes the result lighter.

mod admit;
mod age;
mod background;
mod batch;
mod calendar;
mod card;
mod choose;
mod compose;
mod desk;
mod disagree;
mod duplicate;
mod earlier;
mod fate;
mod fold;
mod group;
mod linkage;
mod novelty;
mod options;
mod order;
mod pairs;
mod plot;
mod rule;
mod shorten;
mod tags;
mod taste;
mod token;
mod verify;
mod vocabulary;
mod weigh;

pub use background::count_background;
pub use compose::{Composition, compose};
pub use desk::{Desk, Newsletter};
pub use earlier::Told;
pub use fate::{Fate, Outcome};
pub use group::{Alike, Grouped, alike, group};
pub use options::{Limits, Options, SourceTerms};
pub use order::{Part, Ranking};
pub use pairs::Likeness;
pub use rule::{Patterns, Rule, RuleError, Rules};
pub use shorten::shorten;
pub use taste::{MOST, MOST_POINTS, STEP, Taste};
pub use verify::{Flaw, verify};
pub use weigh::Weighed;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
