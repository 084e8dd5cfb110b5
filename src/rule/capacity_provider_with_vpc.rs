//! `capacity-provider-with-vpc`: a function with a capacity provider and a VPC configuration of its own.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, findings};
use crate::inventory::{VpcConfig, VpcConflict};

pub(super) static RULE: Rule = Rule {
    name: "capacity-provider-with-vpc",
    severity: Severity::Error,
    summary: "a function with a capacity provider and a VPC configuration of its own",
    explanation: "\
A function that runs on Lambda Managed Instances has a capacity provider (CapacityProviderConfig), and the capacity \
provider has the VPC configuration. A function may not have both: SAM says \"Cannot specify 'CapacityProviderConfig' and \
'VpcConfig' together.\"

Example: an AWS::Serverless::Function with CapacityProviderConfig, and VpcConfig in the Globals.

To mend it, take VpcConfig from the function and give it to the capacity provider. The network interfaces are then made \
by its operator role, and the execution role needs no rights to them.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-capacity-providers.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, |variant| capacity_provider(variant.config))
}

fn capacity_provider(config: &VpcConfig) -> Option<Cause> {
    let place = config.conflicts.iter().find_map(|conflict| match conflict {
        VpcConflict::CapacityProvider(place) => Some(place),
        VpcConflict::Edge(_) => None,
    })?;
    Some(Cause {
        severity: RULE.severity,
        predicate: "has a capacity provider, and a VPC configuration of its own".to_owned(),
        primary: Label { place: config.place.clone(), message: "the capacity provider has the VPC".to_owned() },
        related: vec![Label { place: place.clone(), message: "the function runs on its instances".to_owned() }],
        notes: vec!["SAM says: Cannot specify 'CapacityProviderConfig' and 'VpcConfig' together.".to_owned()],
        help: "leave out VpcConfig, and give it to the capacity provider".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn a_capacity_provider_is_a_conflict() {
        let config = config(&["subnet-1"], &["sg-1"]);
        let both = VpcConfig { conflicts: vec![VpcConflict::CapacityProvider(place(70))], ..config.clone() };
        let said = ["function `F` has a capacity provider, and a VPC configuration of its own"];
        assert_eq!(messages(&RULE, both, Network::default()), said);
        assert!(checked(&RULE, config, Network::default()).is_empty());
    }
}
