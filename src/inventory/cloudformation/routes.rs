//! Where a subnet's traffic goes: its route table, and the routes in it.
//!
//! Source: Amazon VPC User Guide, "Configure route tables"; CloudFormation Template Reference, "AWS::EC2::Route",
//! "AWS::EC2::SubnetRouteTableAssociation".

use super::mentions::{hides, may_grow};
use super::network::InWorld;
use crate::inventory::{Id, Route, VpcId};
use crate::template::{Existence, Member, ResourceId, Value};

/// The table that a subnet's traffic goes by.
enum Table {
    Own(ResourceId),
    /// The main table of a VPC of the template: it has the local route and nothing else.
    Main,
    Unknown,
}

/// What one route of a table means for the way out.
enum Way {
    /// The default route.
    Default(Route),
    /// Another destination, by another way than an internet gateway.
    Other,
    /// IPv6, of which a function has none unless it asks for it; then nobody asks for its IPv4 routes.
    Ipv6,
    Undecided,
}

impl<'d> InWorld<'_, '_, 'd> {
    /// Where the default route of a subnet goes.
    pub(super) fn route(&self, subnet: ResourceId, vpc: &Id<VpcId>) -> Route {
        match self.table(subnet, vpc) {
            Table::Own(table) => self.default_route(table),
            Table::Main => Route::Nowhere,
            Table::Unknown => Route::Unknown,
        }
    }

    fn table(&self, subnet: ResourceId, vpc: &Id<VpcId>) -> Table {
        let mut undecided = false;
        for id in self.naming(subnet) {
            let kind = self.reader.kind(id);
            if kind != "AWS::EC2::SubnetRouteTableAssociation" {
                undecided |= hides(kind);
                continue;
            }
            let properties = self.evaluation.resource(id).properties;
            let of_subnet = properties
                .get("SubnetId")
                .is_some_and(|value| self.resource_of(value, "AWS::EC2::Subnet", "SubnetId") == Some(subnet));
            let table = properties.get("RouteTableId");
            let table = table.and_then(|value| self.resource_of(value, "AWS::EC2::RouteTable", "RouteTableId"));
            match (table, of_subnet && self.exists(id)) {
                (Some(table), true) => return Table::Own(table),
                _ => undecided = true,
            }
        }
        match vpc {
            Id::Resource(_) if !undecided && !may_grow(self.reader.template) => Table::Main,
            _ => Table::Unknown,
        }
    }

    /// The resources that name this one and may exist.
    fn naming(&self, id: ResourceId) -> impl Iterator<Item = ResourceId> + '_ {
        let named = &self.reader.template.resource(id).id;
        let naming = self.reader.mentions().of(named).iter().copied();
        naming.filter(|other| self.evaluation.existence(*other) != Existence::Absent)
    }

    fn default_route(&self, table: ResourceId) -> Route {
        let (mut default, mut other, mut undecided) = (None, false, false);
        for id in self.naming(table) {
            let kind = self.reader.kind(id);
            let way = match kind {
                "AWS::EC2::Route" => self.way(id, table),
                // What a VPN gateway learns.
                "AWS::EC2::VPNGatewayRoutePropagation" => Way::Other,
                kind if hides(kind) => Way::Undecided,
                _ => continue,
            };
            match way {
                Way::Default(route) if default.as_ref().is_none_or(|known| *known == route) => default = Some(route),
                Way::Other => other = true,
                Way::Ipv6 => {}
                Way::Default(_) | Way::Undecided => undecided = true,
            }
        }
        match default {
            _ if undecided => Route::Unknown,
            Some(route) => route,
            None if other => Route::Elsewhere,
            None if may_grow(self.reader.template) => Route::Unknown,
            None => Route::Nowhere,
        }
    }

    fn way(&self, route: ResourceId, table: ResourceId) -> Way {
        let properties = self.evaluation.resource(route).properties;
        let of_table = properties
            .get("RouteTableId")
            .is_some_and(|value| self.resource_of(value, "AWS::EC2::RouteTable", "RouteTableId") == Some(table));
        if !of_table || !self.exists(route) {
            return Way::Undecided;
        }
        let target = self.target(&properties);
        let Some(destination) = properties.get("DestinationCidrBlock") else {
            return match properties.member("DestinationIpv6CidrBlock") {
                Some(_) => Way::Ipv6,
                None => other(&target),
            };
        };
        match destination.known_text() {
            Some(range) if range == "0.0.0.0/0" => Way::Default(target),
            Some(_) => other(&target),
            // It may be the default.
            None => Way::Undecided,
        }
    }

    /// Where a route leads.
    fn target(&self, properties: &Value<'d>) -> Route {
        let Some(Member { value, key_origin, .. }) = properties.member("GatewayId") else {
            return match properties.members().iter().any(|member| TARGETS.contains(&&*member.key)) {
                true => Route::Elsewhere,
                false => Route::Unknown,
            };
        };
        let place = self.reader.places.key(key_origin);
        if self.resource_of(value, "AWS::EC2::InternetGateway", "InternetGatewayId").is_some() {
            return Route::InternetGateway(place);
        }
        if self.resource_of(value, "AWS::EC2::VPNGateway", "VPNGatewayId").is_some() {
            return Route::Elsewhere;
        }
        match self.reader.fact(value) {
            Some(text) if text.starts_with("igw-") => Route::InternetGateway(place),
            Some(text) if text.starts_with("vgw-") => Route::Elsewhere,
            _ => Route::Unknown,
        }
    }
}

/// A route to a part of the world: to one that is beyond an internet gateway, nobody knows what for.
fn other(target: &Route) -> Way {
    match target {
        Route::InternetGateway(_) | Route::Unknown => Way::Undecided,
        Route::Elsewhere | Route::Nowhere => Way::Other,
    }
}

/// What a route may lead to, but for `GatewayId`.
const TARGETS: [&str; 11] = [
    "CarrierGatewayId",
    "CoreNetworkArn",
    "EgressOnlyInternetGatewayId",
    "InstanceId",
    "LocalGatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "OdbNetworkArn",
    "TransitGatewayId",
    "VpcEndpointId",
    "VpcPeeringConnectionId",
];
