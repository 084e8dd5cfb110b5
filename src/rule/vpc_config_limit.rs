//! `vpc-config-limit`: more subnets or security groups than Lambda takes.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, findings};
use crate::inventory::IdList;

pub(super) static RULE: Rule = Rule {
    name: "vpc-config-limit",
    severity: Severity::Error,
    summary: "more subnets or security groups than Lambda takes",
    explanation: "\
A VPC configuration has at most 16 subnets and 5 security groups; Lambda refuses more: \"Value at \
'vpcConfig.securityGroupIds' failed to satisfy constraint: Member must have length less than or equal to 5\".

Example: SecurityGroupIds with six ids.

To mend it, leave some out; one group may hold the rules of several, and one subnet for each availability zone is \
enough.",
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html",
    check,
};

/// Source: Lambda API Reference, "VpcConfig", "Array Members".
const MOST_SUBNETS: usize = 16;
const MOST_SECURITY_GROUPS: usize = 5;

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, |variant| {
        let config = variant.config;
        let subnets = over(&config.subnets, MOST_SUBNETS, "subnets", "vpcConfig.subnetIds");
        let groups =
            over(&config.security_groups, MOST_SECURITY_GROUPS, "security groups", "vpcConfig.securityGroupIds");
        subnets.into_iter().chain(groups).collect::<Vec<_>>()
    })
}

fn over<R>(list: &IdList<R>, most: usize, what: &str, member: &str) -> Option<Cause> {
    let count = list.items.len();
    let first_too_many = list.items.get(most)?;
    Some(Cause {
        severity: RULE.severity,
        predicate: format!("has {count} {what}; Lambda takes {most}"),
        primary: Label {
            place: list.place.clone().unwrap_or_else(|| first_too_many.place.clone()),
            message: format!("these are {count}"),
        },
        related: vec![Label { place: first_too_many.place.clone(), message: "the first that is too many".to_owned() }],
        notes: vec![format!(
            "AWS says: Value at '{member}' failed to satisfy constraint: Member must have length less than or equal to \
             {most}"
        )],
        help: format!("leave out {} of them", count - most),
    })
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn sixteen_subnets_and_five_groups() {
        let ids = |start: &str, count: usize| (0..count).map(|number| format!("{start}-{number}")).collect::<Vec<_>>();
        let of = |subnets: usize, groups: usize| {
            let (subnets, groups) = (ids("subnet", subnets), ids("sg", groups));
            let texts = |ids: &[String]| -> Vec<String> { ids.to_vec() };
            let subnets = texts(&subnets);
            let groups = texts(&groups);
            let subnets: Vec<&str> = subnets.iter().map(String::as_str).collect();
            let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
            messages(&RULE, config(&subnets, &groups), Network::default())
        };
        assert_eq!(of(16, 5), Vec::<String>::new());
        assert_eq!(
            of(17, 6),
            ["function `F` has 17 subnets; Lambda takes 16", "function `F` has 6 security groups; Lambda takes 5"]
        );
    }
}
