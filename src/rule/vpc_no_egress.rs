//! `vpc-no-egress`: a function in subnets without a way out of the VPC.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, Variant, findings};
use super::vpc_service_calls::service_call;
use super::words;
use crate::inventory::{Endpoints, Extent, Id, Ipv6, Route};

pub(super) static RULE: Rule = Rule {
    name: "vpc-no-egress",
    severity: Severity::Note,
    summary: "a function in subnets without a way out of the VPC",
    explanation: "\
The subnets of the function have no default route, neither to a NAT gateway nor anywhere else, and the VPC has no \
endpoint: the function reaches what is in the VPC, and neither the internet nor any AWS service. Its calls to S3, \
Secrets Manager and the like fail when their time is up: \"Task timed out after 30.00 seconds\", or \"Connect timeout \
on endpoint URL\". (Its logs do not go through the VPC, and arrive.)

Nothing is wrong with a function that talks only to what is in its VPC, so this is a note. It is a warning where the \
function has a role to itself whose policies name actions that only its code can call, and the outputs of the template \
do not hand the VPC to others, who might add endpoints.

Example: private subnets without a route table of their own, and no AWS::EC2::VPCEndpoint.

To mend it, if the function calls AWS services, give the VPC an endpoint for each of them, or a NAT gateway. If it talks \
only to what is in the VPC, nothing is wrong.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, |variant| no_egress(examined, variant))
}

fn no_egress(examined: &Examined<'_>, variant: Variant<'_>) -> Option<Cause> {
    let Variant { config, network, function, .. } = variant;
    let first = config.subnets.items.first()?;
    if config.subnets.extent == Extent::Open || config.ipv6 == Ipv6::Possibly {
        return None;
    }
    let mut names: Vec<&str> = Vec::new();
    let mut sure = true;
    let mut related = Vec::new();
    for item in &config.subnets.items {
        let Id::Resource(id) = item.id else { return None };
        let subnet = &network.subnets[id.0];
        let Id::Resource(vpc) = subnet.vpc else { return None };
        let endpoints = network.vpcs[vpc.0].endpoints;
        if subnet.route != Route::Nowhere || endpoints == Endpoints::Some {
            return None;
        }
        sure &= endpoints == Endpoints::None;
        names.push(&subnet.name);
        related.push(Label { place: subnet.place.clone(), message: "this subnet has no default route".to_owned() });
    }
    let subnets = if names.len() == 1 { "subnet" } else { "subnets" };
    names.dedup();
    let way = format!("has no way out of its VPC from {subnets} {}", words::quoted(&names, "and"));
    let call = service_call(examined, function).filter(|_| sure);
    let (severity, predicate) = match &call {
        Some(call) => (Severity::Warning, format!("{way}, but its role is there to call `{}`", call.action)),
        None => (RULE.severity, way),
    };
    related.extend(call.and_then(|call| Label::new(call.place, "from these subnets this call times out")));
    Some(Cause {
        severity,
        predicate,
        primary: Label { place: first.place.clone(), message: "from here it reaches no AWS service".to_owned() },
        related,
        notes: Vec::new(),
        help: "if it calls AWS services, give the VPC endpoints for them, or a NAT gateway".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn every_subnet_has_to_be_closed_for_sure() {
        let own = || Id::Resource(VpcId(0));
        let network = |endpoints: Endpoints| Network {
            vpcs: vec![Vpc { endpoints, ..vpc(0) }],
            subnets: vec![
                subnet(0, own(), Route::Nowhere),
                subnet(1, own(), Route::Elsewhere),
                subnet(2, own(), Route::Unknown),
            ],
            security_groups: vec![group(0, Some(own()))],
        };
        let said = "function `F` has no way out of its VPC from subnet `S0`";
        let mut open = referring(&[0], &[0]);
        open.subnets.extent = Extent::Open;
        let mut elsewhere = referring(&[0], &[0]);
        elsewhere.subnets.items.push(item(7, Id::Unknown("Ref Subnet".into())));
        for (config, endpoints, expected) in [
            (referring(&[0], &[0]), Endpoints::None, vec![said]),
            (referring(&[0], &[0]), Endpoints::OfOthers, vec![said]),
            (referring(&[0], &[0]), Endpoints::Some, vec![]),
            (referring(&[0, 1], &[0]), Endpoints::None, vec![]),
            (referring(&[0, 2], &[0]), Endpoints::None, vec![]),
            (open, Endpoints::None, vec![]),
            (elsewhere, Endpoints::None, vec![]),
            (VpcConfig { ipv6: Ipv6::Possibly, ..referring(&[0], &[0]) }, Endpoints::None, vec![]),
        ] {
            assert_eq!(messages(&RULE, config, network(endpoints)), expected);
        }
    }
}
