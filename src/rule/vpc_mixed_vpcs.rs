//! `vpc-mixed-vpcs`: subnets and security groups of different VPCs.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, findings};
use crate::inventory::{Id, Network, VpcConfig, VpcId};
use crate::source::Place;

pub(super) static RULE: Rule = Rule {
    name: "vpc-mixed-vpcs",
    severity: Severity::Error,
    summary: "subnets and security groups of different VPCs",
    explanation: "\
The subnets and security groups of a function must all be of one VPC; Lambda refuses them otherwise: \"Security Groups \
are required to be in the same VPC.\" A security group without VpcId is made in the account's default VPC, which is no \
VPC of the template.

Example: a subnet of VPC `Net` with a security group whose VpcId is !Ref Other.

To mend it, make the security group in the VPC of the subnets (VpcId), or name one that is there.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    check,
};

/// A VPC that is surely not another one of its kind.
#[derive(Clone, PartialEq, Eq)]
enum Home {
    OfInput(VpcId),
    Named(String),
    /// The account's default VPC: it may be one that is named by its id, and is none of the input's.
    Default,
}

impl Home {
    fn of(id: &Id<VpcId>) -> Option<Home> {
        match id {
            Id::Resource(vpc) => Some(Home::OfInput(*vpc)),
            Id::Literal(text) => Some(Home::Named(text.clone())),
            Id::Stray { .. } | Id::Unknown(_) => None,
        }
    }

    fn surely_differs(&self, other: &Home) -> bool {
        let same_kind_of_doubt =
            matches!((self, other), (Home::Default, Home::Named(_)) | (Home::Named(_), Home::Default));
        self != other && !same_kind_of_doubt
    }

    fn words(&self, network: &Network) -> String {
        match self {
            Home::OfInput(vpc) => format!("VPC `{}`", network.vpcs[vpc.0].name),
            Home::Named(text) => format!("VPC `{text}`"),
            Home::Default => "the account's default VPC".to_owned(),
        }
    }
}

/// A member of a configuration whose VPC is known.
struct Settled {
    words: String,
    item: Place,
    made: Place,
    home: Home,
}

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, |variant| mixed(variant.config, variant.network))
}

fn mixed(config: &VpcConfig, network: &Network) -> Option<Cause> {
    let members = settled(config, network);
    let first = members.first()?;
    let other = members.iter().find(|member| member.home.surely_differs(&first.home))?;
    let (here, there) = (first.home.words(network), other.home.words(network));
    let label = |place: &Place, message: String| Label { place: place.clone(), message };
    Some(Cause {
        severity: RULE.severity,
        predicate: format!("has {} of {here} and {} of {there}", first.words, other.words),
        primary: label(&other.item, format!("this is in {there}")),
        related: vec![
            label(&first.item, format!("this is in {here}")),
            label(&other.made, "made here".to_owned()),
            label(&first.made, "made here".to_owned()),
        ],
        notes: vec!["AWS says: Security Groups are required to be in the same VPC.".to_owned()],
        help: match other.home {
            Home::Default => format!("give {} a VpcId: that of {here}", other.words),
            _ => "take all subnets and security groups from one VPC".to_owned(),
        },
    })
}

fn settled(config: &VpcConfig, network: &Network) -> Vec<Settled> {
    let mut members = Vec::new();
    for item in &config.subnets.items {
        let Id::Resource(id) = item.id else { continue };
        let subnet = &network.subnets[id.0];
        let words = format!("subnet `{}`", subnet.name);
        let home = Home::of(&subnet.vpc);
        members.extend(home.map(|home| Settled { words, item: item.place.clone(), made: subnet.place.clone(), home }));
    }
    for item in &config.security_groups.items {
        let Id::Resource(id) = item.id else { continue };
        let group = &network.security_groups[id.0];
        let words = format!("security group `{}`", group.name);
        let home = group.vpc.as_ref().map_or(Some(Home::Default), Home::of);
        members.extend(home.map(|home| Settled { words, item: item.place.clone(), made: group.place.clone(), home }));
    }
    members
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn vpcs_that_surely_differ() {
        let own = |vpc: usize| Some(Id::Resource(VpcId(vpc)));
        let named = |text: &str| Some(Id::Literal(text.to_owned()));
        let unknown = || Some(Id::Unknown("Ref Vpc".to_owned()));
        for (subnet_vpc, group_vpc, expected) in [
            (own(0), own(0), None),
            (own(0), own(1), Some("subnet `S0` of VPC `V0` and security group `G0` of VPC `V1`")),
            (own(0), None, Some("subnet `S0` of VPC `V0` and security group `G0` of the account's default VPC")),
            (own(0), named("vpc-1"), Some("subnet `S0` of VPC `V0` and security group `G0` of VPC `vpc-1`")),
            (named("vpc-1"), named("vpc-2"), Some("subnet `S0` of VPC `vpc-1` and security group `G0` of VPC `vpc-2`")),
            (named("vpc-1"), named("vpc-1"), None),
            (named("vpc-1"), None, None),
            (own(0), unknown(), None),
            (unknown(), own(0), None),
            (unknown(), None, None),
        ] {
            let network = Network {
                vpcs: vec![vpc(0), vpc(1)],
                subnets: vec![subnet(0, subnet_vpc.expect("a subnet has a VPC"), Route::Unknown)],
                security_groups: vec![group(0, group_vpc)],
            };
            let expected: Vec<String> = expected.map(|said| format!("function `F` has {said}")).into_iter().collect();
            assert_eq!(messages(&RULE, referring(&[0], &[0]), network), expected);
        }
    }
}
