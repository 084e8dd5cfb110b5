//! `vpc-config-unknown-key`: a member of a VPC configuration that Lambda does not know.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, findings};
use crate::inventory::UnknownKey;

pub(super) static RULE: Rule = Rule {
    name: "vpc-config-unknown-key",
    severity: Severity::Error,
    summary: "a member of a VPC configuration that Lambda does not know",
    explanation: "\
A VPC configuration has the lists SubnetIds and SecurityGroupIds, and the switch Ipv6AllowedForDualStack. \
CloudFormation refuses any other member: \"Properties validation failed for resource F with message: #/VpcConfig: \
extraneous key [SubnetIDs] is not permitted\". VpcId is part of what Lambda answers, never of what it is told: the VPC \
follows from the subnets.

Example: VpcConfig: {SubnetIDs: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d]}.

To mend it, write the key as the help spells it, or take it out.",
    source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-vpcconfig.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, |variant| variant.config.unknown_keys.iter().map(unknown).collect::<Vec<_>>())
}

fn unknown(key: &UnknownKey) -> Cause {
    let name = &key.name;
    Cause {
        severity: RULE.severity,
        predicate: format!("has `{name}` in its VPC configuration, which Lambda does not know"),
        primary: Label { place: key.place.clone(), message: "there is no such key".to_owned() },
        related: Vec::new(),
        notes: vec![format!("AWS says: #/VpcConfig: extraneous key [{name}] is not permitted")],
        help: match key.meant {
            Some(meant) => format!("write `{}`", meant.as_str()),
            None if name.eq_ignore_ascii_case("VpcId") => "leave it out: the VPC follows from the subnets".to_owned(),
            None => "leave it out; the keys are SubnetIds, SecurityGroupIds and Ipv6AllowedForDualStack".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn each_key_is_said_with_its_right_spelling() {
        use crate::inventory::VpcConfigKey;
        let mut config = config(&[], &["sg-1"]);
        config.unknown_keys = vec![unknown_key("SubnetIDs", Some(VpcConfigKey::SubnetIds)), unknown_key("VpcId", None)];
        let found = checked(&RULE, config, Network::default());
        let said: Vec<(&str, &str)> =
            found.iter().map(|found| (&*found.message, found.help.as_deref().unwrap_or_default())).collect();
        assert_eq!(
            said,
            [
                (
                    "function `F` has `SubnetIDs` in its VPC configuration, which Lambda does not know",
                    "write `SubnetIds`"
                ),
                (
                    "function `F` has `VpcId` in its VPC configuration, which Lambda does not know",
                    "leave it out: the VPC follows from the subnets"
                ),
            ]
        );
    }
}
