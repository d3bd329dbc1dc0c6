//! Summaries → how good they are: against references, and without them.
//!
//! [`rouge`] compares with what people wrote, [`intrinsic`] looks at the summary and its text alone, [`bootstrap`]
//! says how far a mean over some articles can be trusted. [`broken`] asks whether a summary can be read alone.

pub mod bootstrap;
pub mod broken;
pub mod intrinsic;
pub mod rouge;

pub use bootstrap::{Difference, Mean};
pub use intrinsic::Intrinsic;
pub use rouge::{Rouge, Words};
