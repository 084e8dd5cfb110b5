//! IAM's evaluation: what policies answer to a request, or to a whole set of requests.
//!
//! In: policies with the [`Layer`] that each belongs to, a [`Question`] (an action and the resources it is asked
//! on) and a [`Context`] (what is known of each condition key). Out: an [`Outcome`], with the statements that made
//! it. Nothing here knows files or Lambda.
//!
//! There is one engine for both questions. Matching answers in three values ([`Truth`]), and resources are compared
//! as languages of globs ([`search`]). A single request is the set with one member and a context in which every key
//! is known or absent; then nothing is undecided.
//!
//! Source of the order of evaluation: IAM User Guide, "Policy evaluation logic".

mod action;
mod arn;
mod cell;
mod compare;
mod condition;
mod context;
mod decide;
pub mod glob;
mod layers;
mod outcome;
mod principal;
mod resource;
mod resource_name;
pub mod search;
mod sets;
mod statement;
mod trust;
mod truth;
#[cfg(test)]
mod unknown_texts;

pub use action::matches_action;
pub use cell::Obstacle;
pub use context::{Context, Knowledge, Language, Presence};
pub use decide::{Answer, Decision, LayerAnswer, Request, decide};
pub use layers::{Layer, LayeredPolicy, StatementRef};
pub use outcome::{Attachments, Left, Outcome, Shortage, Verdict, judge, near_misses};
pub use principal::{Caller, IamCaller, IamKind, Naming, is_account};
pub use resource::{ArnHead, Cell, Question, Resources};
pub use resource_name::ResourceName;
pub use statement::Unmet;
pub use trust::{TrustAnswer, may_assume};
pub use truth::Truth;
