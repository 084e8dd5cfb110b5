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

#[derive(Debug)]
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
    Some,
    None,
}

#[derive(Debug)]
pub struct Subnet {
    pub name: String,
    pub place: Place,
    pub vpc: Id<VpcId>,
    pub route: Route,
}

/// Where a subnet's default route (`0.0.0.0/0`) goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To an internet gateway: a public subnet. Where the route is written.
    InternetGateway(Place),
    /// To a NAT gateway, a NAT instance, a transit gateway or the like.
    Elsewhere,
    /// The route tables of the input have none for it.
    Nowhere,
    /// The input does not show its route table.
    Unknown,
}

#[derive(Debug)]
pub struct SecurityGroup {
    pub name: String,
    pub place: Place,
    pub vpc: Id<VpcId>,
}
