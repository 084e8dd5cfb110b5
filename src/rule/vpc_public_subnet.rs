//! `vpc-public-subnet`: a function in a public subnet, from where it does not reach the internet.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, findings};
use super::words;
use crate::inventory::{Id, Ipv6, Network, Route, VpcConfig};
use crate::source::Place;

pub(super) static RULE: Rule = Rule {
    name: "vpc-public-subnet",
    severity: Severity::Warning,
    summary: "a function in a public subnet, from where it does not reach the internet",
    explanation: "\
The default route of a public subnet leads to an internet gateway, which passes only what has a public address. The \
network interfaces of a function have none, whatever MapPublicIpOnLaunch says, so that all its calls to the internet, \
and to AWS services without an endpoint in the VPC, time out: \"Task timed out after 3.00 seconds\", \"connect \
ETIMEDOUT\". AWS refuses nothing: the deploy succeeds.

It is said only where the input shows the subnet, its route table and that route, and where the function asks for no \
IPv6 (Ipv6AllowedForDualStack): those addresses are public.

Example: a function in a subnet whose route table sends 0.0.0.0/0 to an AWS::EC2::InternetGateway.

To mend it, put the function in subnets whose default route leads to a NAT gateway, or give the VPC endpoints for the \
services that it calls. A function that calls nothing outside of the VPC works as it is.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, |variant| public(variant.config, variant.network))
}

fn public(config: &VpcConfig, network: &Network) -> Option<Cause> {
    // An internet gateway passes IPv6: those addresses are public.
    if config.ipv6 == Ipv6::Possibly {
        return None;
    }
    let public = config.subnets.items.iter().filter_map(|item| {
        let Id::Resource(id) = item.id else { return None };
        let subnet = &network.subnets[id.0];
        match &subnet.route {
            Route::InternetGateway(route) => Some((item, &subnet.name, route)),
            _ => None,
        }
    });
    let public: Vec<_> = public.collect();
    let (first, _, _) = public.first()?;
    let mut names: Vec<&str> = public.iter().map(|(_, name, _)| name.as_str()).collect();
    names.dedup();
    let mut routes: Vec<&Place> = public.iter().map(|(_, _, route)| *route).collect();
    routes.dedup();
    let subnets = if names.len() == 1 { "public subnet" } else { "public subnets" };
    let mut related: Vec<Label> = routes
        .into_iter()
        .map(|route| Label {
            place: route.clone(),
            message: "the default route goes to an internet gateway".to_owned(),
        })
        .collect();
    related.extend(
        public[1..].iter().map(|(item, _, _)| Label { place: item.place.clone(), message: "public too".to_owned() }),
    );
    Some(Cause {
        severity: RULE.severity,
        predicate: format!("does not reach the internet from {subnets} {}", words::quoted(&names, "and")),
        primary: Label {
            place: first.place.clone(),
            message: "Lambda gives the function no public address".to_owned(),
        },
        related,
        notes: vec![
            "the deploy succeeds; calls to the internet, and to AWS services without an endpoint in the VPC, time out"
                .to_owned(),
        ],
        help: "name private subnets whose default route goes to a NAT gateway".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn only_an_internet_gateway_is_loud() {
        let vpc_0 = || Id::Resource(VpcId(0));
        let network = || Network {
            vpcs: vec![vpc(0)],
            subnets: vec![
                subnet(0, vpc_0(), Route::InternetGateway(place(80))),
                subnet(1, vpc_0(), Route::InternetGateway(place(80))),
                subnet(2, vpc_0(), Route::Elsewhere),
                subnet(3, vpc_0(), Route::Nowhere),
                subnet(4, vpc_0(), Route::Unknown),
            ],
            security_groups: vec![group(0, Some(vpc_0()))],
        };
        let one = "function `F` does not reach the internet from public subnet `S0`";
        let two = "function `F` does not reach the internet from public subnets `S0` and `S1`";
        for (subnets, expected) in
            [(&[0][..], vec![one]), (&[0, 2], vec![one]), (&[0, 1], vec![two]), (&[2, 3, 4], vec![])]
        {
            assert_eq!(messages(&RULE, referring(subnets, &[0]), network()), expected);
        }
        let dual_stack = VpcConfig { ipv6: Ipv6::Possibly, ..referring(&[0], &[0]) };
        assert!(checked(&RULE, dual_stack, network()).is_empty());
    }
}
