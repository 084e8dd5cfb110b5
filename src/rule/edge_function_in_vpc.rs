//! `edge-function-in-vpc`: a function that CloudFront runs at its edge, with a VPC configuration.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, findings};
use crate::inventory::{VpcConfig, VpcConflict};

pub(super) static RULE: Rule = Rule {
    name: "edge-function-in-vpc",
    severity: Severity::Error,
    summary: "a function that CloudFront runs at its edge, with a VPC configuration",
    explanation: "\
A function that a CloudFront distribution is associated with (Lambda@Edge) may have no VPC configuration: it runs where \
the viewer is. CloudFront refuses the distribution: \"InvalidLambdaFunctionAssociation: The function cannot have a VPC \
configuration.\"

Example: LambdaFunctionAssociations with !Ref F.Version, where F has VpcConfig.

To mend it, take VpcConfig away, also where it comes from SAM's Globals, or associate another function.",
    source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, |variant| edge(variant.config))
}

fn edge(config: &VpcConfig) -> Option<Cause> {
    let place = config.conflicts.iter().find_map(|conflict| match conflict {
        VpcConflict::Edge(place) => Some(place),
        VpcConflict::CapacityProvider(_) => None,
    })?;
    Some(Cause {
        severity: RULE.severity,
        predicate: "is run at CloudFront's edge, and has a VPC configuration".to_owned(),
        primary: Label { place: config.place.clone(), message: "at the edge there is no VPC".to_owned() },
        related: vec![Label { place: place.clone(), message: "the distribution runs it at the edge".to_owned() }],
        notes: vec![
            "AWS says: InvalidLambdaFunctionAssociation: The function cannot have a VPC configuration.".to_owned(),
        ],
        help: "leave out VpcConfig".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn an_association_is_a_conflict() {
        let config = config(&["subnet-1"], &["sg-1"]);
        assert!(checked(&RULE, config.clone(), Network::default()).is_empty());
        let at_edge = VpcConfig { conflicts: vec![VpcConflict::Edge(place(70))], ..config };
        let said = ["function `F` is run at CloudFront's edge, and has a VPC configuration"];
        assert_eq!(messages(&RULE, at_edge, Network::default()), said);
    }
}
