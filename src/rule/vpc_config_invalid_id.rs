//! `vpc-config-invalid-id`: something in a VPC configuration that can be no id of a subnet or security group.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::vpc_cause::{Cause, findings};
use crate::inventory::{Id, IdItem, IdList, Stray, VpcConfig};
use crate::policy::shown;
use crate::source::Place;

pub(super) static RULE: Rule = Rule {
    name: "vpc-config-invalid-id",
    severity: Severity::Error,
    summary: "something in a VPC configuration that can be no id of a subnet or security group",
    explanation: "\
The id of a subnet is `subnet-` with lower case letters and digits, that of a security group `sg-` with letters and \
digits. Lambda refuses anything else (\"failed to satisfy constraint: Member must satisfy regular expression pattern: \
^subnet-[0-9a-z]*$\"): the id of a VPC, the name of a group, the ids of the other list, or several ids in one text. What \
CloudFormation fills in later, such as parameters and imports, is not asked, and a placeholder that somebody has yet to \
replace (YOUR_SUBNET_ID, subnet-XXXXXXXX) is worth a note.

Example: SubnetIds: ['subnet-0a1b2c3d,subnet-4e5f6a7b'].

To mend it, write the ids, each as an element of its list.",
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    findings(&RULE, examined, |variant| invalid(variant.config))
}

fn invalid(config: &VpcConfig) -> Vec<Cause> {
    let subnets = wrong(&config.subnets, is_subnet);
    let groups = wrong(&config.security_groups, is_security_group);
    let all = |wrong: &[Wrong], is: Stray| !wrong.is_empty() && wrong.iter().all(|wrong| wrong.is == is);
    if all(&subnets, Stray::SecurityGroup) && all(&groups, Stray::Subnet) {
        let mut cause = cause(&subnets, "SubnetIds", "subnet");
        cause.predicate = "has its subnets and its security groups in each other's list".to_owned();
        cause.related.extend(groups.iter().map(|wrong| Label { place: wrong.place.clone(), message: wrong.words() }));
        cause.help = "swap the lists".to_owned();
        return vec![cause];
    }
    let subnets = (!subnets.is_empty()).then(|| cause(&subnets, "SubnetIds", "subnet"));
    let groups = (!groups.is_empty()).then(|| cause(&groups, "SecurityGroupIds", "security group"));
    subnets.into_iter().chain(groups).collect()
}

/// An element that can be no such id.
struct Wrong {
    what: String,
    is: Stray,
    is_placeholder: bool,
    place: Place,
}

impl Wrong {
    fn words(&self) -> String {
        let kind = match self.is {
            Stray::Subnet => "this is a subnet",
            Stray::SecurityGroup => "this is a security group",
            Stray::Other => "this is no such id",
        };
        kind.to_owned()
    }
}

fn wrong<R>(list: &IdList<R>, is_right: impl Fn(&str) -> bool) -> Vec<Wrong> {
    let wrong = |item: &IdItem<R>| {
        let (what, is, is_placeholder) = match &item.id {
            Id::Literal(text) if !is_right(text) => {
                (format!("`{}`", shown(text)), looks_like(text), is_placeholder(text))
            }
            Id::Stray { what, is } => (what.clone(), *is, false),
            Id::Literal(_) | Id::Resource(_) | Id::Unknown(_) => return None,
        };
        Some(Wrong { what, is, is_placeholder, place: item.place.clone() })
    };
    list.items.iter().filter_map(wrong).collect()
}

fn cause(wrong: &[Wrong], list: &str, kind: &str) -> Cause {
    let placeholder = wrong.iter().all(|wrong| wrong.is_placeholder);
    let labels = wrong.iter().map(|wrong| Label { place: wrong.place.clone(), message: wrong.words() });
    let mut labels: Vec<Label> = labels.collect();
    let primary = labels.remove(0);
    let pattern = if kind == "subnet" { "^subnet-[0-9a-z]*$" } else { "^sg-[0-9a-zA-Z]*$" };
    let several = wrong[0].what.contains(',');
    Cause {
        severity: if placeholder { Severity::Note } else { RULE.severity },
        predicate: match placeholder {
            true => format!("has the placeholder {} in {list}", wrong[0].what),
            false => format!("has {} in {list}, which can be no {kind}", wrong[0].what),
        },
        primary,
        related: labels,
        notes: vec![format!(
            "AWS says: failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
        )],
        help: match several {
            _ if placeholder => format!("put the id of a {kind} there before the deploy, or make it a parameter"),
            true => "write each id as an element of the list, or cut the text with Fn::Split".to_owned(),
            false => format!("write the id of a {kind} there"),
        },
    }
}

/// Did its author mean somebody to put an id there? AWS refuses it as it stands, but nobody deploys it so.
fn is_placeholder(text: &str) -> bool {
    let low = text.to_ascii_lowercase();
    const WORDS: [&str; 10] =
        ["xx", "your", "replace", "placeholder", "change", "todo", "example", "dummy", "insert", "..."];
    let shouted = text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'));
    shouted || WORDS.iter().any(|word| low.contains(word))
}

fn looks_like(text: &str) -> Stray {
    match text {
        text if is_subnet(text) => Stray::Subnet,
        text if is_security_group(text) => Stray::SecurityGroup,
        _ => Stray::Other,
    }
}

/// Source: Lambda API Reference, "VpcConfig", the patterns of the ids.
fn is_subnet(text: &str) -> bool {
    let rest = text.strip_prefix("subnet-");
    rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()))
}

fn is_security_group(text: &str) -> bool {
    text.strip_prefix("sg-").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::*;
    use super::*;

    #[test]
    fn ids_have_their_patterns() {
        for (subnets, groups, expected) in [
            (&["subnet-0a1b", "subnet-"][..], &["sg-0A1b"][..], vec![]),
            (
                &["sg-1"],
                &["subnet-1"],
                vec!["function `F` has its subnets and its security groups in each other's list"],
            ),
            (&["vpc-1"], &["sg-1"], vec!["function `F` has `vpc-1` in SubnetIds, which can be no subnet"]),
            (
                &["subnet-AB"],
                &["default"],
                vec![
                    "function `F` has `subnet-AB` in SubnetIds, which can be no subnet",
                    "function `F` has `default` in SecurityGroupIds, which can be no security group",
                ],
            ),
            (
                &["subnet-1,subnet-2"],
                &["sg-1"],
                vec!["function `F` has `subnet-1,subnet-2` in SubnetIds, which can be no subnet"],
            ),
        ] {
            assert_eq!(messages(&RULE, config(subnets, groups), Network::default()), expected);
        }
    }

    #[test]
    fn a_placeholder_is_worth_a_note() {
        for (text, expected) in [
            ("YOUR_SUBNET_ID", Severity::Note),
            ("SUBNET1", Severity::Note),
            ("subnet-XXXXXXXX", Severity::Note),
            ("your-subnet", Severity::Note),
            ("replace-me", Severity::Note),
            ("vpc-0123", Severity::Error),
            ("subnet1", Severity::Error),
            ("subnet-0A1B", Severity::Error),
            ("private", Severity::Error),
        ] {
            let found = checked(&RULE, config(&[text], &["sg-1"]), Network::default());
            assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [expected], "{text}");
        }
        let mixed = checked(&RULE, config(&["SUBNET1", "vpc-1"], &["sg-1"]), Network::default());
        assert_eq!(mixed[0].severity, Severity::Error, "one of them is none");
    }

    #[test]
    fn only_what_is_known_is_asked() {
        let mut config = config(&[], &["sg-1"]);
        config.subnets.items = vec![item(1, Id::Unknown("Ref Subnet".into()))];
        assert!(checked(&RULE, config.clone(), Network::default()).is_empty());
        config.subnets.items = vec![item(1, Id::Stray { what: "the AWS::EC2::VPC `Net`".into(), is: Stray::Other })];
        assert_eq!(
            messages(&RULE, config, Network::default()),
            ["function `F` has the AWS::EC2::VPC `Net` in SubnetIds, which can be no subnet"]
        );
    }
}
