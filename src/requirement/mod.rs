//! Requirement packs, and judging an inventory by them.
//!
//! In: packs ([`Pack`]), an [`Inventory`](crate::inventory::Inventory). Out: [`Judged`] principals, each with the
//! verdict on every action of each pack. Nothing here knows formats of input or output.

mod applies;
mod assumed;
mod configured;
mod context;
mod judge;
mod judged;
mod pack;
mod partition;
mod policies;
mod question;
mod races;
mod raw;
mod read;
mod regions;

pub use applies::Applicability;
pub use context::{CallerContext, Locality};
pub use judge::judge;
pub use judged::{Assignment, Judged, JudgedAction, JudgedPolicy, JudgedTrust, Judging, Surroundings};
pub use pack::{
    Applies, Chosen, ConfiguredList, Fact, Facts, Level, NarrowTrust, Only, Pack, PackAction, PackCode, PackPrincipal,
    PackResource, PackTrust, Template,
};
pub use partition::{foreign_partition, partition_of, shown_partition};
pub use policies::PolicyProblem;
pub use question::Asked;
pub use races::Race;
pub use read::{PackProblem, built_in, built_in_for_shown, read};
