//! `role-ref-is-name`: a function is given the name of its role, where Lambda takes its ARN.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::function_variants::said_once;
use super::subject::Examined;
use crate::inventory::{Function, RoleReference};
use crate::source::{At, Place, Wrapping};

pub(super) static RULE: Rule = Rule {
    name: "role-ref-is-name",
    severity: Severity::Error,
    summary: "Role is the Ref of a role, which is its name and not its ARN",
    explanation: "\
The Role of a function is an ARN. Ref of an AWS::IAM::Role gives the role's name, and Lambda refuses it: \"1 validation \
error detected: Value 'stack-R-1ABC' at 'role' failed to satisfy constraint: Member must satisfy regular expression \
pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+\".

Example: Role: !Ref OrdersRole.

To mend it, write !GetAtt OrdersRole.Arn.",
    source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    said_once(&examined.inventory.functions, |_, function| match &function.role_reference {
        RoleReference::Name { place, role } => Some(named(function, place, role)),
        RoleReference::Arn | RoleReference::OtherPath { .. } => None,
    })
}

fn named(function: &Function, place: &Place, role: &str) -> Finding {
    Finding {
        rule: &RULE,
        severity: Severity::Error,
        message: format!("function `{}` is given the name of its role `{role}`, and Lambda takes its ARN", function.name),
        when: None,
        notes: vec![
            "AWS says: 1 validation error detected: Value '…' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:…".to_owned(),
        ],
        help: Some(format!("write `{}`", get_att(place, role))),
        url: RULE.source.to_owned(),
        subject: function.role,
        principal: Some(role.to_owned()),
        function: Some(function.name.clone()),
        primary: Label::new(Some(place.clone()), "Ref of a role is its name"),
        related: Label::new(function.place.clone(), "the function").into_iter().collect(),
    }
}

/// The ARN of a role, in the language of the file.
pub(super) fn get_att(place: &Place, role: &str) -> String {
    match place.at {
        At::Node { wrapping: Wrapping::Yaml, .. } => format!("!GetAtt {role}.Arn"),
        _ => format!("{{\"Fn::GetAtt\": [\"{role}\", \"Arn\"]}}"),
    }
}
