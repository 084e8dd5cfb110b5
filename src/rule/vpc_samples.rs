//! Functions and networks made by hand, for the tests of the rules about VPC configurations.

pub(super) use crate::inventory::{
    Endpoints, Extent, Id, IdItem, IdList, Network, Route, SecurityGroup, SecurityGroupId, Subnet, SubnetId,
    UnknownKey, Vpc, VpcConfig, VpcConfigKey, VpcId,
};

use super::Rule;
use super::finding::Finding;
use super::subject::Examined;
use crate::inventory::{DependsOn, Function, Inventory, Ipv6, RoleReference, VpcConnection};
use crate::source::{At, Place, Source, Sources, Span};

/// A place that is told from others by its number.
pub(super) fn place(number: usize) -> Place {
    let source = Sources::new().add(Source::from_text("template.yaml", ""));
    Place { source, at: At::Span(Span { start: number, end: number }) }
}

pub(super) fn item<R>(number: usize, id: Id<R>) -> IdItem<R> {
    IdItem { place: place(number), text: String::new(), id }
}

fn list<R>(at: usize, ids: impl Iterator<Item = Id<R>>) -> IdList<R> {
    let items = ids.enumerate().map(|(ordinal, id)| item(at + 1 + ordinal, id)).collect();
    IdList { place: Some(place(at)), items, extent: Extent::Known }
}

fn made(subnets: IdList<SubnetId>, security_groups: IdList<SecurityGroupId>) -> VpcConfig {
    VpcConfig {
        place: place(1),
        subnets,
        security_groups,
        ipv6: Ipv6::No,
        unknown_keys: Vec::new(),
        conflicts: Vec::new(),
    }
}

/// A configuration of literal ids.
pub(super) fn config(subnets: &[&str], groups: &[&str]) -> VpcConfig {
    made(
        list(10, subnets.iter().map(|id| Id::Literal((*id).to_owned()))),
        list(40, groups.iter().map(|id| Id::Literal((*id).to_owned()))),
    )
}

/// A configuration of the network's resources.
pub(super) fn referring(subnets: &[usize], groups: &[usize]) -> VpcConfig {
    made(
        list(10, subnets.iter().map(|id| Id::Resource(SubnetId(*id)))),
        list(40, groups.iter().map(|id| Id::Resource(SecurityGroupId(*id)))),
    )
}

pub(super) fn unknown_key(name: &str, meant: Option<VpcConfigKey>) -> UnknownKey {
    UnknownKey { name: name.to_owned(), place: place(60), meant }
}

pub(super) fn vpc(number: usize) -> Vpc {
    Vpc { name: format!("V{number}"), place: place(100 + number), dedicated: None, endpoints: Endpoints::None }
}

pub(super) fn subnet(number: usize, vpc: Id<VpcId>, route: Route) -> Subnet {
    Subnet { name: format!("S{number}"), place: place(200 + number), vpc, route }
}

pub(super) fn group(number: usize, vpc: Option<Id<VpcId>>) -> SecurityGroup {
    SecurityGroup { name: format!("G{number}"), place: place(300 + number), vpc }
}

pub(super) fn function(name: &str, vpc_config: Option<VpcConfig>) -> Function {
    Function {
        name: name.to_owned(),
        construct: None,
        region: None,
        vpc: vpc_config.as_ref().map_or(VpcConnection::NotConnected, VpcConfig::connection),
        role: None,
        place: Some(place(0)),
        vpc_config: vpc_config.map(Box::new),
        event_sources: Vec::new(),
        depends_on: DependsOn::default(),
        unordered: Vec::new(),
        role_reference: RoleReference::Arn,
        ignored_policies: None,
        when: Vec::new(),
    }
}

/// What a rule says of the function `F`.
pub(super) fn checked(rule: &'static Rule, config: VpcConfig, network: Network) -> Vec<Finding> {
    checked_variants(rule, vec![function("F", Some(config))], network)
}

/// What a rule says of these variants of one function.
pub(super) fn checked_variants(rule: &'static Rule, functions: Vec<Function>, network: Network) -> Vec<Finding> {
    let inventory = Inventory { functions: functions.into(), network, ..Inventory::default() };
    (rule.check)(&Examined {
        inventory: &inventory,
        packs: &[],
        judged: &[],
        problems: &[],
        partition: None,
        before: None,
    })
}

pub(super) fn messages(rule: &'static Rule, config: VpcConfig, network: Network) -> Vec<String> {
    checked(rule, config, network).into_iter().map(|finding| finding.message).collect()
}
