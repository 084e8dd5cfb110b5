//! What AWS publishes, embedded with its date: the action catalogue and AWS's managed policies.
//!
//! Nothing is read before somebody asks: the catalogue reads one service at a time, of the managed policies some
//! are unpacked at a time. `rules/aws/README.md` says where the data comes from. Nothing here knows inputs.

mod catalogue;
mod listing;
mod managed;
mod resource_control;

pub use catalogue::{Access, Action, ActionResource, Catalogue, KeyType, Service, catalogue};
pub use managed::{ManagedPolicy, managed_policies, managed_policy, managed_policy_named};
pub use resource_control::supports_resource_control;
