//! `attachment-conflict`: resources of a plan take each other's policies away.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Subject};
use super::words;
use crate::inventory::{AttachmentConflict, Claim};

pub(super) static RULE: Rule = Rule {
    name: "attachment-conflict",
    severity: Severity::Warning,
    summary: "a Terraform resource takes away the policy that another one attaches",
    explanation: "\
Some Terraform resources and arguments claim to know all attachments, and remove every other one when they are applied: \
aws_iam_policy_attachment (everybody in the account who has the policy), inline_policy and managed_policy_arns of \
aws_iam_role, aws_iam_role_policies_exclusive, aws_iam_role_policy_attachments_exclusive. Beside a separate attachment \
of which they do not know, one apply attaches the policy and the next one takes it away; the function works until then, \
and every plan has something to change.

Example: managed_policy_arns = [AWSLambdaBasicExecutionRole] on a role, and an aws_iam_role_policy_attachment of \
AWSLambdaVPCAccessExecutionRole to it.

To mend it, attach in one way only: either list every policy with the resource that claims them all, or take the claim \
away and use aws_iam_role_policy_attachment and aws_iam_role_policy for each.",
    source: "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_policy_attachment",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    let conflicts = &examined.inventory.attachment_conflicts;
    if conflicts.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for subject in examined.subjects() {
        let mut own: Vec<&AttachmentConflict> =
            conflicts.iter().filter(|conflict| conflict.principal == subject.judged.principal).collect();
        while let Some(first) = own.first().copied() {
            let (same, rest): (Vec<_>, Vec<_>) = own
                .into_iter()
                .partition(|conflict| conflict.exclusive == first.exclusive && conflict.claim == first.claim);
            findings.push(conflict(&subject, first, &same));
            own = rest;
        }
    }
    findings
}

fn conflict(subject: &Subject<'_>, first: &AttachmentConflict, all: &[&AttachmentConflict]) -> Finding {
    let mut taken: Vec<&str> = Vec::new();
    for conflict in all {
        if !taken.contains(&conflict.taken.as_str()) {
            taken.push(&conflict.taken);
        }
    }
    let named = words::quoted(&taken, "and");
    let verb = if taken.len() == 1 { "attaches" } else { "attach" };
    let message = format!("{} takes away from {} what {named} {verb}", claims(first), subject.words());
    let mut finding = subject.finding(&RULE, Severity::Warning, message);
    finding.url = RULE.source.to_owned();
    finding.primary = Label::new(Some(first.place.clone()), said(first.claim));
    finding.related = all
        .iter()
        .filter_map(|conflict| {
            Label::new(Some(conflict.taken_place.clone()), "this attaches one that it does not know")
        })
        .collect();
    finding.notes = vec!["one apply attaches the policy, the next one takes it away".to_owned()];
    finding.help = Some(match first.claim {
        Claim::PolicyAttachment => {
            format!("use aws_iam_role_policy_attachment for each role instead of `{}`", first.exclusive)
        }
        Claim::ManagedPolicyArns => "attach all of them with aws_iam_role_policy_attachment, and take managed_policy_arns out of the role; or list all of them there".to_owned(),
        Claim::InlinePolicy => "write all of them as aws_iam_role_policy, and take inline_policy out of the role; or write all of them there".to_owned(),
        Claim::AttachmentsExclusive => format!("list its ARN in policy_arns of `{}`", first.exclusive),
        Claim::PoliciesExclusive => format!("list its name in policy_names of `{}`", first.exclusive),
    });
    finding
}

/// As the subject of a sentence.
fn claims(conflict: &AttachmentConflict) -> String {
    match conflict.claim {
        Claim::ManagedPolicyArns => format!("managed_policy_arns of `{}`", conflict.exclusive),
        Claim::InlinePolicy => format!("inline_policy of `{}`", conflict.exclusive),
        Claim::PolicyAttachment | Claim::AttachmentsExclusive | Claim::PoliciesExclusive => {
            format!("`{}`", conflict.exclusive)
        }
    }
}

fn said(claim: Claim) -> &'static str {
    match claim {
        Claim::PolicyAttachment => "only those that are listed here keep the policy, in the whole account",
        Claim::ManagedPolicyArns | Claim::AttachmentsExclusive => "only the managed policies that are listed here stay",
        Claim::InlinePolicy | Claim::PoliciesExclusive => "only the inline policies that are listed here stay",
    }
}
