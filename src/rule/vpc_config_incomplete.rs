//! `vpc-config-incomplete`: a VPC configuration with subnets but no security groups, or the reverse.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, Variant, findings};
use crate::inventory::{Function, VpcConfig, VpcConfigKey};
use crate::template::Choice;

pub(super) static RULE: Rule = Rule {
    name: "vpc-config-incomplete",
    severity: Severity::Error,
    summary: "a VPC configuration with subnets but no security groups, or the reverse",
    explanation: "\
A VPC configuration has subnets and no security groups, or security groups and no subnets. Lambda needs both to make \
a network interface, and refuses one without the other: \"SubnetIds and SecurityIds must coexist or be both empty \
list.\" Two empty lists mean no VPC, and are fine.

Where it depends on the template's parameters, and other values give a function that works, this is a warning if the \
caller left a parameter empty or if each list has a condition of its own, and a note if both.

Example: VpcConfig: {SubnetIds: [subnet-0a1b2c3d]}.

To mend it, fill the other list with ids of the same VPC, or leave VpcConfig out.",
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, incomplete)
}

fn incomplete(variant: Variant<'_>) -> Option<Cause> {
    let config = variant.config;
    let subnets = (!config.subnets.items.is_empty(), config.subnets.is_surely_empty());
    let groups = (!config.security_groups.items.is_empty(), config.security_groups.is_surely_empty());
    let (there, lacks, key, place, other) = match (subnets, groups) {
        ((true, _), (_, true)) => (
            "subnets",
            "security group",
            VpcConfigKey::SecurityGroupIds,
            &config.security_groups.place,
            &config.subnets.place,
        ),
        ((_, true), (true, _)) => {
            ("security groups", "subnet", VpcConfigKey::SubnetIds, &config.subnets.place, &config.security_groups.place)
        }
        _ => return None,
    };
    // Under a wrong name the list is there, and that is `vpc-config-unknown-key`.
    if config.unknown_keys.iter().any(|unknown| unknown.meant == Some(key)) {
        return None;
    }
    let primary = match place {
        Some(place) => Label { place: place.clone(), message: "this list is empty".to_owned() },
        None => Label { place: config.place.clone(), message: format!("this has no {}", key.as_str()) },
    };
    Some(Cause {
        severity: severity(variant, key),
        predicate: format!("has {there} in its VPC configuration, but no {lacks}"),
        primary,
        related: Label::new(other.clone(), format!("the {there}")).into_iter().collect(),
        notes: vec!["AWS says: SubnetIds and SecurityIds must coexist or be both empty list.".to_owned()],
        help: format!("add {} with at least one {lacks} of the same VPC, or leave out VpcConfig", key.as_str()),
    })
}

/// A template that works with other values of its parameters is no error if the values have to agree: if each list hangs
/// on a condition of its own, or if the caller has left out what one of them needs.
fn severity(variant: Variant<'_>, lacking: VpcConfigKey) -> Severity {
    let both = |config: &VpcConfig| !config.subnets.is_surely_empty() && !config.security_groups.is_surely_empty();
    let other_lacks = |function: &&Function| match (&function.vpc_config, lacking) {
        (None, _) => true,
        (Some(config), VpcConfigKey::SubnetIds) => config.security_groups.is_surely_empty(),
        (Some(config), _) => config.subnets.is_surely_empty(),
    };
    if !variant.all.iter().any(|function| function.vpc_config.as_deref().is_some_and(both)) {
        return RULE.severity;
    }
    let apart = variant.all.iter().any(other_lacks);
    let left_out = variant.function.when.iter().any(|when| when.value == Choice::Is(String::new()));
    match (apart, left_out) {
        (false, false) => RULE.severity,
        (true, true) => Severity::Note,
        _ => Severity::Warning,
    }
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn a_template_that_works_with_other_values_is_no_error() {
        use super::super::vpc_samples::function;
        use crate::inventory::When;
        let variant = |value: &str, lists: Option<(&[&str], &[&str])>| {
            let when = vec![When { name: "P".to_owned(), value: Choice::Is(value.to_owned()) }];
            Function { when, ..function("F", lists.map(|(subnets, groups)| config(subnets, groups))) }
        };
        let (subnet, group): (&[&str], &[&str]) = (&["subnet-1"], &["sg-1"]);
        let complete = || variant("a", Some((subnet, group)));
        for (variants, expected, why) in [
            (vec![variant("a", Some((subnet, &[])))], Severity::Error, "it never works"),
            (vec![variant("", Some((subnet, &[]))), variant("b", None)], Severity::Error, "nor here"),
            (vec![variant("dev", Some((subnet, &[]))), complete()], Severity::Error, "dev fails, whoever deploys it"),
            (vec![variant("", Some((subnet, &[]))), complete()], Severity::Warning, "the caller gave no group"),
            (
                vec![variant("dev", Some((subnet, &[]))), complete(), variant("x", None)],
                Severity::Warning,
                "the subnets have a condition too",
            ),
            (
                vec![variant("", Some((subnet, &[]))), complete(), variant("x", None)],
                Severity::Note,
                "the caller gave one and not the other",
            ),
        ] {
            let found = checked_variants(&RULE, variants, Network::default());
            assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [expected], "{why}");
        }
    }

    #[test]
    fn both_lists_or_none() {
        let known = |subnets: &[&str], groups: &[&str]| config(subnets, groups);
        let mut open = known(&["subnet-1"], &[]);
        open.security_groups.extent = Extent::Open;
        let mut misspelt = known(&[], &["sg-1"]);
        misspelt.unknown_keys = vec![unknown_key("SubnetIDs", Some(VpcConfigKey::SubnetIds))];
        let mut other = known(&[], &["sg-1"]);
        other.unknown_keys = vec![unknown_key("VpcId", None)];
        let without = "function `F` has security groups in its VPC configuration, but no subnet";
        for (config, expected) in [
            (known(&[], &[]), vec![]),
            (known(&["subnet-1"], &["sg-1"]), vec![]),
            (
                known(&["subnet-1"], &[]),
                vec!["function `F` has subnets in its VPC configuration, but no security group"],
            ),
            (known(&[], &["sg-1"]), vec![without]),
            (open, vec![]),
            (misspelt, vec![]),
            (other, vec![without]),
        ] {
            assert_eq!(messages(&RULE, config, Network::default()), expected);
        }
    }
}
