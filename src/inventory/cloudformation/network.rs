//! VPCs, subnets and security groups, as far as a function names them.
//!
//! Source: CloudFormation Template Reference, "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup".

use std::cell::OnceCell;

use foldhash::HashSet;

use super::Places;
use super::certainty::{Certainty, certainty, is_placeholder};
use super::mentions::{Mentions, hides, may_grow};
use crate::document::Doc;
use crate::inventory::{
    Endpoints, Id, Network, SecurityGroup, SecurityGroupId, Subnet, SubnetId, Vpc, VpcConfig, VpcId,
};
use crate::template::{Evaluation, Existence, Reference, Resource, ResourceId, Template, Value};

/// Reads what a template's functions say of their VPCs.
#[derive(Debug)]
pub(in crate::inventory) struct NetworkReader<'t, 'd> {
    pub(super) template: &'t Template<'d>,
    /// The template's file, from the root.
    pub(super) doc: &'d Doc<'d>,
    pub(super) places: Places,
    mentions: OnceCell<Mentions>,
}

impl<'t, 'd> NetworkReader<'t, 'd> {
    pub(in crate::inventory) fn new(template: &'t Template<'d>, doc: &'d Doc<'d>, places: Places) -> Self {
        NetworkReader { template, doc, places, mentions: OnceCell::new() }
    }

    /// The VPC configuration of an `AWS::Lambda::Function` or `AWS::Serverless::Function` in a world, from its
    /// evaluated properties (for SAM with the `Globals` merged in). What it names is added to the network; what is
    /// there already is there once.
    pub(in crate::inventory) fn vpc_config(
        &self,
        network: &mut Network,
        evaluation: &Evaluation<'_, 'd>,
        function: &Resource<'d>,
        properties: &Value<'d>,
    ) -> Option<VpcConfig> {
        InWorld { reader: self, evaluation, network }.vpc_config(function, properties)
    }

    /// The resources whose conditions decide what is known of a function's network, the function left out. Give them to
    /// [`Template::worlds`] too, and a finding says under which parameters it holds; leave them out, and what hangs on
    /// their conditions is unknown.
    pub(in crate::inventory) fn related(&self, function: ResourceId) -> Vec<ResourceId> {
        let undecided = crate::template::World::default();
        let evaluation = self.template.in_world(&undecided);
        let mut found: Vec<ResourceId> = Vec::new();
        let mut seen: HashSet<ResourceId> = [function].into_iter().collect();
        let mut add = |found: &mut Vec<ResourceId>, id: ResourceId| {
            if seen.insert(id) {
                found.push(id);
            }
        };
        let named = |id: ResourceId| evaluation.resource(id).mentions.into_iter();
        let of_network = |id: &ResourceId| self.kind(*id).starts_with("AWS::EC2::");
        named(function)
            .filter_map(|mention| self.template.find(&mention.resource))
            .filter(of_network)
            .for_each(|id| add(&mut found, id));
        for subnet in found.clone() {
            for id in self.mentions().of(&self.template.resource(subnet).id) {
                if self.kind(*id) == "AWS::EC2::SubnetRouteTableAssociation" {
                    add(&mut found, *id);
                    let tables = named(*id).filter_map(|mention| self.template.find(&mention.resource));
                    tables.for_each(|id| add(&mut found, id));
                }
            }
            named(subnet)
                .filter_map(|mention| self.template.find(&mention.resource))
                .for_each(|id| add(&mut found, id));
        }
        for id in found.clone() {
            let kind = self.kind(id);
            let near: &[&str] = match kind {
                "AWS::EC2::RouteTable" => &["AWS::EC2::Route", "AWS::EC2::VPNGatewayRoutePropagation"],
                "AWS::EC2::VPC" => &["AWS::EC2::VPCEndpoint"],
                _ => &[],
            };
            for other in self.mentions().of(&self.template.resource(id).id) {
                if near.contains(&self.kind(*other)) {
                    add(&mut found, *other);
                }
            }
        }
        found
    }

    pub(super) fn mentions(&self) -> &Mentions {
        self.mentions.get_or_init(|| Mentions::read(self.template, self.doc))
    }

    pub(super) fn kind(&self, id: ResourceId) -> &str {
        &self.template.resource(id).resource_type
    }

    /// The text of a value, if it is a fact.
    pub(super) fn fact(&self, value: &Value<'d>) -> Option<String> {
        let text = value.known_text()?;
        let is_fact = certainty(self.template, self.doc, &value.origin) == Certainty::Fact && !is_placeholder(&text);
        is_fact.then(|| text.into_owned())
    }
}

/// A template's network in one world.
pub(super) struct InWorld<'r, 't, 'd> {
    pub(super) reader: &'r NetworkReader<'t, 'd>,
    pub(super) evaluation: &'r Evaluation<'r, 'd>,
    pub(super) network: &'r mut Network,
}

impl<'d> InWorld<'_, '_, 'd> {
    pub(super) fn exists(&self, id: ResourceId) -> bool {
        self.evaluation.existence(id) == Existence::Exists
    }

    /// The resource of this type that a value is the id of, if that is sure.
    pub(super) fn resource_of(&self, value: &Value<'d>, kind: &str, attribute: &str) -> Option<ResourceId> {
        let Reference { resource, attribute: own, .. } = value.as_reference()?;
        let id = self.reader.template.find(resource)?;
        let fits = own.as_deref().is_none_or(|own| own == attribute);
        (fits && self.reader.kind(id) == kind && self.exists(id)).then_some(id)
    }

    pub(super) fn subnet(&mut self, id: ResourceId) -> SubnetId {
        let (name, place) = self.name(id);
        let properties = self.evaluation.resource(id).properties;
        let vpc = properties.get("VpcId").map(|value| self.vpc_of(value));
        let vpc = vpc.unwrap_or_else(|| Id::Unknown(format!("the VPC of {name}")));
        let route = self.route(id, &vpc);
        SubnetId(interned(&mut self.network.subnets, Subnet { name, place, vpc, route }))
    }

    pub(super) fn security_group(&mut self, id: ResourceId) -> SecurityGroupId {
        let (name, place) = self.name(id);
        let properties = self.evaluation.resource(id).properties;
        let vpc = properties.get("VpcId").map(|value| self.vpc_of(value));
        SecurityGroupId(interned(&mut self.network.security_groups, SecurityGroup { name, place, vpc }))
    }

    /// The security group that AWS makes with a VPC.
    pub(super) fn default_group(&mut self, vpc: ResourceId) -> SecurityGroupId {
        let (name, place) = self.name(vpc);
        let group = SecurityGroup {
            name: format!("{name}.DefaultSecurityGroup"),
            place,
            vpc: Some(Id::Resource(self.vpc(vpc))),
        };
        SecurityGroupId(interned(&mut self.network.security_groups, group))
    }

    fn name(&self, id: ResourceId) -> (String, crate::source::Place) {
        let resource = self.reader.template.resource(id);
        let (path, part) = resource.place();
        (resource.id.clone().into_owned(), self.reader.places.at(&path, part))
    }

    fn vpc_of(&mut self, value: &Value<'d>) -> Id<VpcId> {
        if let Some(vpc) = self.resource_of(value, "AWS::EC2::VPC", "VpcId") {
            return Id::Resource(self.vpc(vpc));
        }
        match self.reader.fact(value).filter(|text| !text.is_empty()) {
            Some(text) => Id::Literal(text),
            None => Id::Unknown(self.reader.template.spelt(&value.as_text().unwrap_or_default())),
        }
    }

    fn vpc(&mut self, id: ResourceId) -> VpcId {
        let (name, place) = self.name(id);
        let properties = self.evaluation.resource(id).properties;
        let tenancy = properties.member("InstanceTenancy");
        let dedicated = tenancy
            .filter(|tenancy| self.reader.fact(&tenancy.value).as_deref() == Some("dedicated"))
            .map(|tenancy| self.reader.places.value(&tenancy.value.origin));
        // One whose condition is not decided may be there; so may one that a nested stack makes.
        let reader = self.reader;
        let may_have = |other: &ResourceId| {
            let kind = reader.kind(*other);
            (kind == "AWS::EC2::VPCEndpoint" || hides(kind)) && self.evaluation.existence(*other) != Existence::Absent
        };
        let mentions = reader.mentions();
        let endpoints = match mentions.of(&name).iter().any(may_have) || may_grow(reader.template) {
            true => Endpoints::Some,
            false if mentions.is_handed_out(&name) => Endpoints::OfOthers,
            false => Endpoints::None,
        };
        VpcId(interned(&mut self.network.vpcs, Vpc { name, place, dedicated, endpoints }))
    }
}

/// The index of what was there already or is now. Worlds that agree on a resource share it.
fn interned<T: PartialEq>(known: &mut Vec<T>, item: T) -> usize {
    match known.iter().rposition(|known| *known == item) {
        Some(index) => index,
        None => {
            known.push(item);
            known.len() - 1
        }
    }
}
