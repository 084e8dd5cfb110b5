//! `role-arn-without-path`: a function is given an ARN that lacks the path of its role.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::function_variants::said_once;
use super::role_ref_is_name::get_att;
use super::subject::Examined;
use crate::inventory::{Function, RoleReference};
use crate::source::Place;

pub(super) static RULE: Rule = Rule {
    name: "role-arn-without-path",
    severity: Severity::Error,
    summary: "the ARN in Role has another path than the role it is put together for",
    explanation: "\
A role's path is part of its ARN. An ARN that is put together from the role's name, without the path or with another one, \
is the ARN of no role: \"The role defined for the function cannot be assumed by Lambda.\"

Example: Role: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${OrdersRole}, where OrdersRole has Path: /service/.

To mend it, write !GetAtt OrdersRole.Arn.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    said_once(&examined.inventory.functions, |_, function| match &function.role_reference {
        RoleReference::OtherPath { place, role, path } => Some(without(function, place, role, path)),
        RoleReference::Arn | RoleReference::Name { .. } => None,
    })
}

fn without(function: &Function, place: &Place, role: &str, path: &str) -> Finding {
    Finding {
        rule: &RULE,
        severity: Severity::Error,
        message: format!("function `{}` is given an ARN without the path `{path}` of its role `{role}`", function.name),
        when: None,
        notes: vec!["AWS says: The role defined for the function cannot be assumed by Lambda.".to_owned()],
        help: Some(format!("write `{}`", get_att(place, role))),
        url: RULE.source.to_owned(),
        subject: function.role,
        principal: Some(role.to_owned()),
        function: Some(function.name.clone()),
        primary: Label::new(Some(place.clone()), "no role has this ARN"),
        related: Label::new(function.place.clone(), "the function").into_iter().collect(),
    }
}
