//! `vpc-dedicated-tenancy`: a function in a VPC with dedicated instance tenancy.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, findings};
use crate::inventory::{Id, Network, VpcConfig};

pub(super) static RULE: Rule = Rule {
    name: "vpc-dedicated-tenancy",
    severity: Severity::Error,
    summary: "a function in a VPC with dedicated instance tenancy",
    explanation: "\
Lambda functions cannot connect to a VPC whose InstanceTenancy is `dedicated`: the network interfaces are made for \
hardware that others share. Lambda refuses the function, or leaves it in the state Failed; AWS documents the limit (\"Lambda \
functions cannot connect directly to a VPC with dedicated instance tenancy\"), not the sentence of the refusal. The \
tenancy of single instances does not matter.

Example: AWS::EC2::VPC with InstanceTenancy: dedicated, and a function in one of its subnets.

To mend it, put the function in a second VPC with the default tenancy and peer the two, or take the tenancy away: \
instances may still ask for dedicated hardware one by one.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, |variant| dedicated(variant.config, variant.network))
}

fn dedicated(config: &VpcConfig, network: &Network) -> Option<Cause> {
    let subnets = config.subnets.items.iter().filter_map(|item| match item.id {
        Id::Resource(id) => Some((item, &network.subnets[id.0].vpc)),
        _ => None,
    });
    let groups = config.security_groups.items.iter().filter_map(|item| match item.id {
        Id::Resource(id) => Some((&item.place, network.security_groups[id.0].vpc.as_ref()?)),
        _ => None,
    });
    let mut members = subnets.map(|(item, vpc)| (&item.place, vpc)).chain(groups);
    let (item, vpc, tenancy) = members.find_map(|(place, vpc)| {
        let Id::Resource(vpc) = vpc else { return None };
        let vpc = &network.vpcs[vpc.0];
        Some((place, vpc, vpc.dedicated.clone()?))
    })?;
    Some(Cause {
        severity: RULE.severity,
        predicate: format!("is in VPC `{}`, whose tenancy is dedicated", vpc.name),
        primary: Label { place: tenancy, message: "Lambda cannot connect to it".to_owned() },
        related: vec![Label { place: item.clone(), message: "this is in that VPC".to_owned() }],
        notes: vec![
            "AWS's documentation: Lambda functions cannot connect directly to a VPC with dedicated instance tenancy"
                .to_owned(),
        ],
        help: "peer it to a second VPC with default tenancy and put the function there, or leave out InstanceTenancy"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn a_dedicated_vpc_is_refused_by_subnet_and_by_group() {
        let network = |dedicated: bool| Network {
            vpcs: vec![Vpc { dedicated: dedicated.then(|| place(90)), ..vpc(0) }],
            subnets: vec![subnet(0, Id::Resource(VpcId(0)), Route::Unknown)],
            security_groups: vec![group(0, Some(Id::Resource(VpcId(0))))],
        };
        let said = ["function `F` is in VPC `V0`, whose tenancy is dedicated"];
        assert_eq!(messages(&RULE, referring(&[0], &[0]), network(true)), said);
        assert_eq!(messages(&RULE, referring(&[], &[0]), network(true)), said);
        assert!(checked(&RULE, referring(&[0], &[0]), network(false)).is_empty());
    }
}
