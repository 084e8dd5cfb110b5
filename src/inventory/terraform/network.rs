//! Networks of a plan: the subnets, security groups and VPCs that functions name.
//!
//! In: ids as they stand in attributes, and the references that unknown ones come from. Out: into the [`Network`], each
//! resource once.
//!
//! Source: Terraform Registry, hashicorp/aws, "aws_subnet", "aws_security_group", "aws_vpc", "aws_vpc_endpoint", and
//! the data sources of the same names.

use std::cell::{OnceCell, RefCell};

use foldhash::HashMap;

use super::address::Mode;
use super::configuration::references;
use super::resource::{Action, Resource};
use super::table::{ResourceId, Table};
use super::value::Value;
use crate::inventory::{Endpoints, Id, Network, SecurityGroup, SecurityGroupId, Subnet, SubnetId, Vpc, VpcId};
use crate::source::Place;

pub(super) struct NetworkReader<'t, 'a> {
    pub(super) table: &'t Table<'a>,
    by_id: OnceCell<HashMap<(&'t str, &'t str), ResourceId>>,
    pub(super) routing: OnceCell<super::routes::Routing>,
    known: RefCell<Known>,
    edges: OnceCell<HashMap<ResourceId, Place>>,
}

/// What is in the network already.
#[derive(Default)]
struct Known {
    subnets: HashMap<ResourceId, SubnetId>,
    groups: HashMap<ResourceId, SecurityGroupId>,
    default_groups: HashMap<ResourceId, SecurityGroupId>,
    vpcs: HashMap<ResourceId, VpcId>,
}

impl<'t, 'a> NetworkReader<'t, 'a> {
    pub(super) fn new(table: &'t Table<'a>) -> Self {
        NetworkReader {
            table,
            by_id: OnceCell::new(),
            routing: OnceCell::new(),
            known: RefCell::default(),
            edges: OnceCell::new(),
        }
    }

    /// The resource of this type, made or looked up, that has an id.
    pub(super) fn of_id(&self, resource_type: &'static str, id: &str) -> Option<ResourceId> {
        let by_id = self.by_id.get_or_init(|| {
            let mut by_id: HashMap<(&'t str, &'t str), ResourceId> = HashMap::default();
            let types =
                ["aws_subnet", "aws_security_group", "aws_default_security_group", "aws_vpc", "aws_default_vpc"];
            for resource_type in types.into_iter().chain(super::routes::TYPES) {
                for own in self.table.managed(resource_type).chain(self.table.data(resource_type)) {
                    if let Some(id) = self.table.get(own).text("id") {
                        by_id.entry((resource_type, id)).or_insert(own);
                    }
                }
            }
            by_id
        });
        by_id.get(&(resource_type, id)).copied()
    }

    /// The one resource of these types that an argument names.
    pub(super) fn named(
        &self,
        resource: &Resource<'a>,
        (value, argument): (&Value<'_>, &str),
        types: &[&'static str],
    ) -> Option<ResourceId> {
        match value.text() {
            Some(id) => types.iter().find_map(|resource_type| self.of_id(resource_type, id)),
            None if value.is_unknown() => {
                let led = self.table.led_by(resource, argument, &|_, found| types.contains(&found));
                led.only()
            }
            None => None,
        }
    }

    pub(super) fn subnet(&self, network: &mut Network, id: ResourceId) -> SubnetId {
        if let Some(known) = self.known.borrow().subnets.get(&id) {
            return *known;
        }
        let resource = self.table.get(id);
        let vpc = self.vpc_of(network, resource);
        let route = self.route(id);
        network.subnets.push(Subnet { name: resource.address.clone(), place: resource.place(), vpc, route });
        let subnet = SubnetId(network.subnets.len() - 1);
        self.known.borrow_mut().subnets.insert(id, subnet);
        subnet
    }

    pub(super) fn security_group(&self, network: &mut Network, id: ResourceId) -> SecurityGroupId {
        if let Some(known) = self.known.borrow().groups.get(&id) {
            return *known;
        }
        let resource = self.table.get(id);
        let is_written = |block| self.table.configuration.block(block).argument("vpc_id").is_some();
        let is_default =
            resource.get("vpc_id").text().is_none() && resource.block.is_some_and(|block| !is_written(block));
        let vpc = (!is_default).then(|| self.vpc_of(network, resource));
        network.security_groups.push(SecurityGroup { name: resource.address.clone(), place: resource.place(), vpc });
        let group = SecurityGroupId(network.security_groups.len() - 1);
        self.known.borrow_mut().groups.insert(id, group);
        group
    }

    /// The security group that AWS makes with a VPC.
    pub(super) fn default_group(&self, network: &mut Network, vpc: ResourceId) -> SecurityGroupId {
        if let Some(known) = self.known.borrow().default_groups.get(&vpc) {
            return *known;
        }
        let resource = self.table.get(vpc);
        let own = Id::Resource(self.vpc(network, vpc));
        network.security_groups.push(SecurityGroup {
            name: format!("{}.default_security_group_id", resource.address),
            place: resource.place(),
            vpc: Some(own),
        });
        let group = SecurityGroupId(network.security_groups.len() - 1);
        self.known.borrow_mut().default_groups.insert(vpc, group);
        group
    }

    /// The VPC that a resource is in.
    fn vpc_of(&self, network: &mut Network, resource: &Resource<'a>) -> Id<VpcId> {
        let value = resource.get("vpc_id");
        if let Some(vpc) = self.named(resource, (&value, "vpc_id"), &["aws_vpc", "aws_default_vpc"]) {
            return Id::Resource(self.vpc(network, vpc));
        }
        match value.filled() {
            Some(text) => Id::Literal(text.to_owned()),
            None => Id::Unknown(self.words(resource, "vpc_id")),
        }
    }

    fn vpc(&self, network: &mut Network, id: ResourceId) -> VpcId {
        if let Some(known) = self.known.borrow().vpcs.get(&id) {
            return *known;
        }
        let resource = self.table.get(id);
        let tenancy = resource.get("instance_tenancy");
        let dedicated = (tenancy.text() == Some("dedicated")).then(|| resource.value_place(&tenancy));
        let vpc =
            Vpc { name: resource.address.clone(), place: resource.place(), dedicated, endpoints: self.endpoints(id) };
        network.vpcs.push(vpc);
        let vpc = VpcId(network.vpcs.len() - 1);
        self.known.borrow_mut().vpcs.insert(id, vpc);
        vpc
    }

    /// A VPC that was there before may have endpoints that others made.
    fn endpoints(&self, vpc: ResourceId) -> Endpoints {
        let table = self.table;
        let of_vpc = |id: &ResourceId| {
            let endpoint = table.get(*id);
            let value = endpoint.get("vpc_id");
            endpoint.action != Action::Delete
                && (value.text().is_none() || self.named(endpoint, (&value, "vpc_id"), &["aws_vpc"]) == Some(vpc))
        };
        let own = table.get(vpc);
        if own.mode == Mode::Data || !own.action.creates() || table.managed("aws_vpc_endpoint").any(|id| of_vpc(&id)) {
            return Endpoints::Some;
        }
        match table.configuration.hands_out(&own.resource_type, &own.name) {
            true => Endpoints::OfOthers,
            false => Endpoints::None,
        }
    }

    pub(super) fn words(&self, resource: &Resource<'a>, argument: &str) -> String {
        self.table.words(resource, argument).unwrap_or_else(|| format!("{}.{argument}", resource.address))
    }

    /// Where CloudFront runs a function at its edge.
    ///
    /// Source: Terraform Registry, "aws_cloudfront_distribution" (lambda_function_association).
    pub(super) fn edge(&self, function: ResourceId) -> Option<Place> {
        let edges = self.edges.get_or_init(|| {
            let table = self.table;
            let mut edges = HashMap::default();
            for id in table.managed("aws_cloudfront_distribution") {
                let distribution = table.get(id);
                if distribution.action == Action::Delete {
                    continue;
                }
                let place = distribution.place();
                for behavior in ["default_cache_behavior", "ordered_cache_behavior"] {
                    let expression = distribution
                        .block
                        .and_then(|block| table.configuration.block(block).argument(behavior))
                        .into_iter()
                        .flat_map(|behavior| match behavior.as_list() {
                            Some(list) => list.iter().collect(),
                            None => vec![behavior],
                        });
                    for behavior in expression {
                        let Some((_, association)) = behavior.get("lambda_function_association") else { continue };
                        if references(association).is_empty() {
                            continue;
                        }
                        let led = table.led(distribution, association, &|_, found| found == "aws_lambda_function");
                        for id in led.resources() {
                            edges.entry(id).or_insert(place.clone());
                        }
                    }
                }
            }
            edges
        });
        edges.get(&function).cloned()
    }
}
