//! `role-policies-ignored`: a serverless function has a role of its own and policies, which SAM leaves out.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::function_variants::said_once;
use super::missing_permission;
use super::subject::Examined;
use crate::inventory::{Function, Ignored, PrincipalId};

pub(super) static RULE: Rule = Rule {
    name: "role-policies-ignored",
    severity: Severity::Warning,
    summary: "SAM leaves out the Policies of a function that is given a Role",
    explanation: "\
SAM makes a role of Policies, PermissionsBoundary and their like only if the function has no Role. With Role, it leaves \
them out without a word, and adds nothing to the role that is given: neither what Policies says nor the \
AWSLambdaVPCAccessExecutionRole that a function in a VPC gets otherwise. The deploy then fails with \"The provided \
execution role does not have permissions to call CreateNetworkInterface on EC2\", or the function's code is refused \
when it runs. (Where the role lacks what the VPC needs, missing-permission says so, and shows this as its cause. For a \
function without a VPC it is a note.)

Example: Role: !GetAtt R.Arn together with Policies: [AWSLambdaVPCAccessExecutionRole].

To mend it, move the policies into the role, or take Role away, so that SAM makes one.",
    source: "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    // What is missing for this cause is told there.
    let told: Vec<PrincipalId> = examined
        .subjects()
        .filter(|subject| missing_permission::is_told(subject))
        .map(|subject| subject.judged.principal)
        .collect();
    said_once(&examined.inventory.functions, |_, function| {
        let is_told = function.role.is_some_and(|role| told.contains(&role)) && function.needs_interfaces();
        let member = function.ignored_policies.as_ref().filter(|_| !is_told)?;
        Some(ignored(examined, function, member))
    })
}

fn ignored(examined: &Examined<'_>, function: &Function, member: &Ignored) -> Finding {
    let role = function.role.and_then(|role| examined.inventory.principal(role).name.as_deref());
    let severity = if function.needs_interfaces() { Severity::Warning } else { Severity::Note };
    Finding {
        rule: &RULE,
        severity,
        message: format!("SAM leaves out {} of function `{}`, because its Role is given", member.name, function.name),
        when: None,
        notes: Vec::new(),
        help: Some(match role {
            Some(role) => format!("move it into `{role}`, or take Role away"),
            None => "move it into the role, or take Role away".to_owned(),
        }),
        url: RULE.source.to_owned(),
        subject: function.role,
        principal: role.map(str::to_owned),
        function: Some(function.name.clone()),
        primary: Label::new(Some(member.place.clone()), "this makes no role"),
        related: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::{config, function, place};
    use super::*;
    use crate::inventory::Inventory;

    #[test]
    fn what_sam_leaves_out_is_said() {
        let in_vpc = || function("F", Some(config(&["subnet-1"], &["sg-1"])));
        let variants = |functions: Vec<Function>| {
            let inventory = Inventory { functions: functions.into(), ..Inventory::default() };
            let findings = check(&Examined {
                inventory: &inventory,
                packs: &[],
                judged: &[],
                problems: &[],
                partition: None,
                before: None,
            });
            findings.into_iter().map(|finding| (finding.severity, finding.message)).collect::<Vec<_>>()
        };
        let said = "SAM leaves out Policies of function `F`, because its Role is given".to_owned();
        let ignored = Some(Ignored { name: "Policies", place: place(70) });
        assert_eq!(variants(vec![in_vpc()]), []);
        let with = Function { ignored_policies: ignored.clone(), ..in_vpc() };
        assert_eq!(variants(vec![with.clone(), with]), [(Severity::Warning, said.clone())]);
        let without_vpc = Function { ignored_policies: ignored, ..function("F", None) };
        assert_eq!(variants(vec![without_vpc]), [(Severity::Note, said)]);
    }
}
