//! The nouns of the program: what flows from a source to a reader's mailbox.
//!
//! `Entry` → `Article` → `Story` → `Edition` → `Message` → `Delivery`, and beside each the
//! [`Problem`]s met on the way. The types carry data and keep their own invariants; what turns one
//! into the next lives in the module named for that step.

mod article;
mod delivery;
mod edition;
mod edits;
mod entry;
mod feed;
mod layout;
mod outbox;
mod own;
mod part;
mod picture;
mod problem;
mod rating;
mod story;

pub use article::{Access, Article, scope_key};
pub use delivery::{Delivery, DeliveryState, Message, Recipient, SendOutcome};
pub use edition::{
    Edition, FailedSource, MoreLink, Section, SourceHealth, WORDS_A_MINUTE, reading_minutes, word_count,
};
pub use edits::Edits;
pub use entry::{Content, Document, Enclosure, Entry, Link, Person};
pub use feed::Feed;
pub use layout::{Layout, LayoutKind, SourceHealthFor, TextLinks};
pub use outbox::{DeliveryChange, DeliveryCounts, PendingDelivery, PlannedDelivery, Refusal};
pub use own::{Advertisement, Intro, MAX_OWN_CHARS, OwnWords};
pub use part::{Figure, Part, PartKind};
pub use picture::{Picture, Pictures};
pub use problem::Problem;
pub use rating::Rating;
pub use story::{KeySentence, Place, RateLinks, Story, Update};
