//! Where a subnet's traffic goes: its route table, and the routes in it.
//!
//! Source: Terraform Registry, hashicorp/aws, "aws_route_table", "aws_route", "aws_route_table_association",
//! "aws_main_route_table_association", "aws_default_route_table"; Amazon VPC User Guide, "Configure route tables".

use foldhash::HashMap;

use super::address::Mode;
use super::network::NetworkReader;
use super::resource::{Action, Resource};
use super::table::ResourceId;
use super::value::Value;
use crate::inventory::Route;

/// What routes name.
pub(super) const TYPES: [&str; 4] =
    ["aws_route_table", "aws_default_route_table", "aws_internet_gateway", "aws_vpn_gateway"];
const TABLES: [&str; 2] = ["aws_route_table", "aws_default_route_table"];

/// Which tables subnets have, and which routes tables.
#[derive(Default)]
pub(super) struct Routing {
    /// None where a subnet is given a table that nobody sees.
    tables: HashMap<ResourceId, Option<ResourceId>>,
    routes: HashMap<ResourceId, Vec<ResourceId>>,
    /// VPCs whose main table is another than the empty one that AWS makes, or may be.
    main: HashMap<ResourceId, Option<ResourceId>>,
    /// Is there an association, or a route, of which nobody can say whose it is?
    open_associations: bool,
    open_routes: bool,
}

/// What one route means for the way out.
enum Way {
    /// The default route.
    Default(Route),
    /// Another destination.
    Other,
    /// Of which nobody asks.
    Ipv6,
    Undecided,
}

/// What a route may lead to, but for `gateway_id`.
const TARGETS: [&str; 12] = [
    "nat_gateway_id",
    "transit_gateway_id",
    "vpc_peering_connection_id",
    "network_interface_id",
    "instance_id",
    "vpc_endpoint_id",
    "egress_only_gateway_id",
    "egress_only_internet_gateway_id",
    "carrier_gateway_id",
    "local_gateway_id",
    "core_network_arn",
    "odb_network_arn",
];

impl<'a> NetworkReader<'_, 'a> {
    /// Where the default route of a subnet goes.
    pub(super) fn route(&self, subnet: ResourceId) -> Route {
        let routing = self.routing.get_or_init(|| self.read_routing());
        let table = match routing.tables.get(&subnet) {
            Some(table) => *table,
            None if routing.open_associations => None,
            None => return self.main_route(subnet, routing),
        };
        table.map_or(Route::Unknown, |table| self.default_route(table, routing))
    }

    fn read_routing(&self) -> Routing {
        let mut routing = Routing::default();
        let stays = |id: &ResourceId| self.table.get(*id).action != Action::Delete;
        for id in self.table.managed("aws_route_table_association").filter(stays) {
            let association = self.table.get(id);
            let subnet = association.get("subnet_id");
            if subnet.is_absent() {
                // Of a gateway.
                continue;
            }
            let table = self.named(association, (&association.get("route_table_id"), "route_table_id"), &TABLES);
            match self.named(association, (&subnet, "subnet_id"), &["aws_subnet"]) {
                Some(subnet) => drop(routing.tables.insert(subnet, table)),
                None => routing.open_associations |= subnet.is_unknown(),
            }
        }
        for id in self.table.managed("aws_route").filter(stays) {
            let route = self.table.get(id);
            let value = route.get("route_table_id");
            match self.named(route, (&value, "route_table_id"), &TABLES) {
                Some(table) => routing.routes.entry(table).or_default().push(id),
                None => {
                    let of_main = value
                        .is_unknown()
                        .then(|| self.table.led_by(route, "route_table_id", &|_, found| found == "aws_vpc").only());
                    match of_main.flatten() {
                        // `aws_vpc.v.main_route_table_id`
                        Some(vpc) => drop(routing.main.insert(vpc, None)),
                        None => routing.open_routes |= value.is_unknown(),
                    }
                }
            }
        }
        for id in self.table.managed("aws_main_route_table_association").filter(stays) {
            let main = self.table.get(id);
            let table = self.named(main, (&main.get("route_table_id"), "route_table_id"), &TABLES);
            if let Some(vpc) = self.named(main, (&main.get("vpc_id"), "vpc_id"), &["aws_vpc"]) {
                routing.main.insert(vpc, table);
            }
        }
        for id in self.table.managed("aws_default_route_table").filter(stays) {
            let table = self.table.get(id);
            let value = table.get("default_route_table_id");
            let led = self.table.led_by(table, "default_route_table_id", &|_, found| found == "aws_vpc");
            let is_main = |vpc: &ResourceId| {
                value.text().is_some() && self.table.get(*vpc).text("default_route_table_id") == value.text()
            };
            if let Some(vpc) = led.only().or_else(|| self.table.managed("aws_vpc").find(is_main)) {
                routing.main.insert(vpc, Some(id));
            }
        }
        routing
    }

    /// The route of a subnet without a table of its own.
    fn main_route(&self, subnet: ResourceId, routing: &Routing) -> Route {
        let resource = self.table.get(subnet);
        if resource.mode == Mode::Data || !resource.action.creates() {
            // Somebody else may have given it a table.
            return Route::Unknown;
        }
        let Some(vpc) = self.named(resource, (&resource.get("vpc_id"), "vpc_id"), &["aws_vpc"]) else {
            return Route::Unknown;
        };
        match routing.main.get(&vpc) {
            Some(Some(table)) => self.default_route(*table, routing),
            Some(None) => Route::Unknown,
            None if self.table.get(vpc).action.creates() && !routing.open_routes => Route::Nowhere,
            None => Route::Unknown,
        }
    }

    fn default_route(&self, table: ResourceId, routing: &Routing) -> Route {
        let resource = self.table.get(table);
        let mut ways: Vec<Way> = Vec::new();
        let own = resource.get("route");
        // Where nothing is written, the attribute only repeats what was there.
        for (index, route) in own.items().iter().enumerate() {
            ways.push(self.way(resource, route, &|name| self.in_block(resource, index, name)));
        }
        if own.is_unknown()
            && resource.block.is_some_and(|block| self.table.configuration.block(block).argument("route").is_some())
        {
            ways.push(Way::Undecided);
        }
        for id in routing.routes.get(&table).into_iter().flatten() {
            let route = self.table.get(*id);
            let lead = |name: &str| self.table.led_by(route, name, &|_, found| TYPES.contains(&found)).only();
            ways.push(self.way(route, &route.values(), &lead));
        }
        let propagates = !resource.get("propagating_vgws").items().is_empty();
        let (mut default, mut other, mut undecided) = (None, propagates, routing.open_routes);
        for way in ways {
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
            // Others may have added to a table that was there.
            None if resource.mode == Mode::Data || !resource.action.creates() => Route::Unknown,
            None => Route::Nowhere,
        }
    }

    /// Where an argument of a `route` block leads. The blocks are a set: their order is not that of the file.
    fn in_block(&self, table: &Resource<'a>, _index: usize, name: &str) -> Option<ResourceId> {
        let block = self.table.configuration.block(table.block?);
        let written = block.argument("route")?;
        let blocks = written.as_list().map_or(std::slice::from_ref(written), |list| list);
        let mut found: Vec<ResourceId> = Vec::new();
        for one in blocks.iter().filter_map(|block| Some(block.get(name)?.1)) {
            found.extend(self.table.led(table, one, &|_, found| TYPES.contains(&found)).resources());
        }
        found.dedup();
        match found[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    fn way(&self, resource: &Resource<'a>, route: &Value<'_>, lead: &dyn Fn(&str) -> Option<ResourceId>) -> Way {
        let target = self.target(resource, route, lead);
        let destination = ["destination_cidr_block", "cidr_block"].iter().map(|name| route.get(name));
        match destination.clone().find_map(|value| value.filled()) {
            Some("0.0.0.0/0") => return Way::Default(target),
            Some(_) => return other(&target),
            None => {}
        }
        if destination.clone().any(|value| value.is_unknown()) && !self.is_ipv6(route) {
            return Way::Undecided;
        }
        if self.is_ipv6(route) { Way::Ipv6 } else { other(&target) }
    }

    fn is_ipv6(&self, route: &Value<'_>) -> bool {
        ["destination_ipv6_cidr_block", "ipv6_cidr_block"].iter().any(|name| route.get(name).filled().is_some())
    }

    fn target(&self, resource: &Resource<'a>, route: &Value<'_>, lead: &dyn Fn(&str) -> Option<ResourceId>) -> Route {
        let gateway = route.get("gateway_id");
        let place = || resource.key_place(if gateway.written { &gateway } else { route });
        if let Some(id) = gateway.filled() {
            return match id {
                id if id.starts_with("igw-") => Route::InternetGateway(place()),
                _ => Route::Elsewhere,
            };
        }
        let is_set = |name: &&'static str| {
            let value = route.get(name);
            value.filled().is_some() || (value.is_unknown() && self.is_written(resource, name))
        };
        if TARGETS.iter().any(is_set) && !(gateway.is_unknown() && self.is_written(resource, "gateway_id")) {
            return Route::Elsewhere;
        }
        if gateway.is_unknown() {
            return match lead("gateway_id").map(|id| &*self.table.get(id).resource_type) {
                Some("aws_internet_gateway") => Route::InternetGateway(place()),
                Some(_) => Route::Elsewhere,
                None => Route::Unknown,
            };
        }
        Route::Unknown
    }

    /// Does the configuration set it? What it does not set is unknown, too, before it is made.
    fn is_written(&self, resource: &Resource<'a>, name: &str) -> bool {
        let Some(block) = resource.block.map(|block| self.table.configuration.block(block)) else { return true };
        let in_block = || {
            let routes = block.argument("route");
            let routes = routes.and_then(|routes| routes.as_list()).unwrap_or_default();
            routes.iter().any(|route| route.get(name).is_some())
        };
        block.argument(name).is_some() || in_block()
    }
}

/// A route to a part of the world: to one that is beyond an internet gateway, nobody knows what for.
fn other(target: &Route) -> Way {
    match target {
        Route::InternetGateway(_) | Route::Unknown => Way::Undecided,
        Route::Elsewhere | Route::Nowhere => Way::Other,
    }
}
