//! VPCs and what is in them, as templates and plans show them.

use super::function::Id;
use crate::source::Place;

/// The VPCs, subnets and security groups of the input.
#[derive(Debug, Default)]
pub struct Network {
    pub vpcs: Vec<Vpc>,
    pub subnets: Vec<Subnet>,
    pub security_groups: Vec<SecurityGroup>,
}

/// Index in [`Network::vpcs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VpcId(pub usize);

/// Index in [`Network::subnets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubnetId(pub usize);

/// Index in [`Network::security_groups`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecurityGroupId(pub usize);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vpc {
    pub name: String,
    pub place: Place,
    /// Where dedicated tenancy is asked for.
    pub dedicated: Option<Place>,
    pub endpoints: Endpoints,
}

/// Whether a VPC has endpoints through which AWS services are reached without the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoints {
    /// It has, or may have.
    Some,
    /// The input has none for it, but hands the VPC out to other inputs (`Outputs`), which may have some.
    OfOthers,
    /// Surely none.
    None,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    pub name: String,
    pub place: Place,
    pub vpc: Id<VpcId>,
    pub route: Route,
}

/// Where a subnet's default route (`0.0.0.0/0`) goes.
///
/// Source: Amazon VPC User Guide, "Route tables": a subnet without an association has the VPC's main table, which holds
/// nothing but the local route unless somebody adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To an internet gateway: a public subnet. Where the route is written.
    InternetGateway(Place),
    /// To a NAT gateway, a NAT instance, a transit gateway or the like; or there is another way out of the VPC.
    Elsewhere,
    /// Surely there is none, and no other way out of the VPC.
    Nowhere,
    /// The input does not decide it.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroup {
    pub name: String,
    pub place: Place,
    /// None if none is named: the account's default VPC.
    pub vpc: Option<Id<VpcId>>,
}
