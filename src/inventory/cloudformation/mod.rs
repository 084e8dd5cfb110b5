//! Reads CloudFormation and SAM templates.
//!
//! In: a [`Template`](crate::template::Template) and one of its worlds. Out: what its functions say of their VPC, and
//! the VPCs, subnets and security groups that they name.

// The reader of functions calls this, and is not here yet.
#![allow(dead_code, unused_imports, reason = "called by the reader of functions")]

mod certainty;
mod edge;
mod mentions;
mod network;
mod order;
mod places;
mod routes;
#[cfg(test)]
mod tests;
mod vpc_config;

pub(super) use network::NetworkReader;
pub(super) use places::Places;
