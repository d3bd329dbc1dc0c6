//! Which stories an edition holds, and in which order.
//!
//! Rules and dates let articles in (`filter`, `age`, `rule`), `history` finds the earlier stories that a new one goes on
//! with, `ranking` and `preferences` score, `choose` spends the budgets, [`shorten`] makes the result lighter.

mod age;
mod choose;
mod filter;
mod history;
mod preferences;
mod ranking;
mod rule;
mod shorten;

pub use history::PastStory;
pub use preferences::{MOST, MOST_POINTS, Preferences, STEP, rate};
pub use ranking::{Part, Ranking};
pub use rule::{Patterns, Rule, RuleError, RuleMatch, Rules};
pub use shorten::{drop_links, shorten, steps};

pub(in crate::story) use choose::{Choice, Full, choose};
pub(in crate::story) use filter::{Deduplicated, Filtered};
pub(in crate::story) use history::{History, continued};
pub(in crate::story) use ranking::parts;
pub(in crate::story) use rule::RuleEffects;
