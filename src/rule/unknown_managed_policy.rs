//! `unknown-managed-policy`: an ARN of AWS under which there is no policy.

use foldhash::HashSet;

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Subject};
use crate::inventory::{PolicyEntry, PrincipalId};
use crate::requirement::JudgedPolicy;

pub(super) static RULE: Rule = Rule {
    name: "unknown-managed-policy",
    severity: Severity::Error,
    summary: "the ARN of an AWS managed policy that does not exist",
    explanation: "\
The principal is given an AWS managed policy by an ARN under which AWS publishes none; a policy of the same name exists \
under another path. The path is part of the ARN. IAM answers NoSuchEntity when it is to be attached, and nothing is \
granted. So it is with the name alone where an ARN belongs (SAM takes names, in Policies of its own functions).

Example: arn:aws:iam::aws:policy/AWSLambdaVPCAccessExecutionRole; it is \
arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole.

To mend it, write the ARN that the help gives.",
    source: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    // Who is an execution role and a deployer lacks the policy once.
    let mut seen: HashSet<PrincipalId> = HashSet::default();
    examined
        .subjects()
        .filter(|subject| seen.insert(subject.judged.principal))
        .flat_map(|subject| {
            missing(&subject).map(move |(judged, entry)| unknown(&subject, judged, entry)).collect::<Vec<_>>()
        })
        .collect()
}

/// The policies of a principal that do not exist.
pub(super) fn missing<'e>(subject: &Subject<'e>) -> impl Iterator<Item = (&'e JudgedPolicy, &'e PolicyEntry<'e>)> {
    let inventory = subject.inventory;
    let all = subject.judged.policies.iter().map(|judged| (judged, inventory.policy(judged.attached.policy)));
    all.filter(|(_, entry)| entry.meant.is_some())
}

fn unknown(subject: &Subject<'_>, judged: &JudgedPolicy, entry: &PolicyEntry<'_>) -> Finding {
    let arn = entry.arn.as_deref().unwrap_or_default();
    let message = match arn.starts_with("arn:") {
        true => format!("there is no AWS managed policy `{arn}`, and {} gets nothing from it", subject.words()),
        false => format!("`{arn}` is not the ARN of a managed policy, and {} gets nothing from it", subject.words()),
    };
    let mut finding = subject.finding(&RULE, Severity::Error, message);
    finding.url = RULE.source.to_owned();
    let words = if arn.starts_with("arn:") { "AWS publishes nothing under this ARN" } else { "this is no ARN" };
    finding.primary = Label::new(judged.attached.place.clone(), words);
    finding.related.extend(Label::new(subject.place(), "the principal"));
    finding.help = entry.meant.as_ref().map(|meant| format!("write `{meant}`"));
    finding
}
