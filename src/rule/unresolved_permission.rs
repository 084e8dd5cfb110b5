//! `unresolved-permission`: a policy that the input names but does not hold could decide.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Group, Subject, said};
use super::words;
use crate::evaluate::{Layer, Obstacle, Verdict};

pub(super) static RULE: Rule = Rule {
    name: "unresolved-permission",
    severity: Severity::Note,
    summary: "a policy that is not in the input could decide about a needed action",
    explanation: "\
The principal carries a policy that the input names and does not hold, or the input has no list of what is attached to \
it. That policy may allow the action, and it may deny it. For an unseen permissions boundary, which can only take away, \
the finding is a warning.

Example: the output of `aws iam get-role` without that of `aws iam list-attached-role-policies`.

To mend it, give the missing document as another input: the output of `aws iam get-account-authorization-details` holds \
all of an account.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    examined
        .subjects()
        .flat_map(|subject| {
            let groups = subject.groups(Verdict::Unresolved, |_, judged| match &judged.outcome.obstacle {
                Some(Obstacle::Unseen(policies)) => Some(policies.clone()),
                _ => Some(Vec::new()),
            });
            groups.into_iter().map(move |(policies, group)| unresolved(&subject, &policies, &group))
        })
        .collect()
}

fn unresolved(subject: &Subject<'_>, policies: &[usize], group: &Group<'_>) -> Finding {
    let boundary = policies.iter().any(|index| subject.policy(*index).layer == Layer::Boundary);
    let severity = subject.severity(group, if boundary { Severity::Warning } else { Severity::Note });
    let names: Vec<String> = policies.iter().map(|index| subject.policy_name(*index)).collect();
    let because = if names.is_empty() {
        "the input has no list of the policies attached to it".to_owned()
    } else {
        format!("{} {} not in the input", words::list(&names, "and"), if names.len() == 1 { "is" } else { "are" })
    };
    let message =
        format!("cannot tell whether {} may {}: {because}", subject.words(), words::doing(&said(group), "and"));
    let mut finding = subject.finding(&RULE, severity, message);
    let mut labels: Vec<Label> = policies
        .iter()
        .filter_map(|index| {
            Label::new(subject.policy(*index).attached.place.clone(), "this policy is not in the input")
        })
        .collect();
    finding.primary = if labels.is_empty() {
        Label::new(subject.where_to_grant(group), "what is attached here is not in the input")
    } else {
        Some(labels.remove(0))
    };
    finding.related = labels;
    finding.help = Some("give the document as another input, for example with the output of `aws iam get-account-authorization-details`".to_owned());
    finding
}
