//! `code-may-manage-interfaces`: the rights that the service needs are in the hands of the code, too.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Subject};
use crate::evaluate::{StatementRef, Verdict};
use crate::requirement::{Applicability, PackCode};

pub(super) static RULE: Rule = Rule {
    name: "code-may-manage-interfaces",
    severity: Severity::Note,
    summary: "the function's own code may use the network-interface rights of its role",
    explanation: "\
The rights that Lambda needs to connect a function to a VPC are granted to the execution role, and so to the function's \
code: it may make and delete network interfaces. AWS advises a Deny with ArnEquals lambda:SourceFunctionArn, a key that \
only calls of the code carry.

Nothing fails for it. A Deny that hits Lambda's own calls as well is denied-permission.

To mend it, deny ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, \
ec2:DescribeSubnets, ec2:DetachNetworkInterface, ec2:AssignPrivateIpAddresses and ec2:UnassignPrivateIpAddresses on \
\"*\" with the condition ArnEquals lambda:SourceFunctionArn = the function's ARN.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    examined
        .subjects()
        .filter(|subject| subject.judged.applicability == Applicability::Applies)
        .filter(|subject| subject.judged.code.contains(&Verdict::Granted))
        .filter_map(|subject| subject.kind().code.as_ref().map(|code| may_manage(&subject, code)))
        .collect()
}

fn may_manage(subject: &Subject<'_>, code: &PackCode) -> Finding {
    let message = match subject.name() {
        Some(name) => format!("{} (execution role `{name}`)", code.message),
        None => code.message.clone(),
    };
    let mut finding = subject.finding(&RULE, Severity::Note, message);
    finding.url.clone_from(&code.url);
    let granting = subject
        .actions()
        .filter(|(action, _)| code.actions.contains(&action.name))
        .flat_map(|(_, judged)| judged.outcome.decisive.iter().copied())
        .find_map(|statement: StatementRef| subject.statement_place(statement));
    finding.primary = Label::new(subject.place().or(granting), "its rights are the code's rights");
    finding.help = Some(code.help.clone());
    finding
}
