//! `untrusted-role`: the service may not assume the role, whatever the role may do.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Subject};
use crate::evaluate::Truth;
use crate::requirement::{Applicability, JudgedTrust, PackTrust};

pub(super) static RULE: Rule = Rule {
    name: "untrusted-role",
    severity: Severity::Error,
    summary: "the role's trust policy does not let the service assume it",
    explanation: "\
The trust policy has no Allow of sts:AssumeRole that holds for the service: it names another principal \
(edgelambda.amazonaws.com alone, an account), or its conditions ask for what the service does not send, such as \
sts:ExternalId. The role's permissions then never come into play: \"The role defined for the function cannot be assumed \
by Lambda\".

To mend it, allow sts:AssumeRole to {\"Service\": \"lambda.amazonaws.com\"}; the name is the same in all partitions.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    examined
        .subjects()
        .filter_map(|subject| {
            let (asked, answered) = trust(&subject)?;
            (answered.usual == Truth::No).then(|| untrusted(&subject, asked, answered))
        })
        .collect()
}

/// What a principal's trust policy was asked and what it answered, if it must be trusted.
pub(super) fn trust<'e>(subject: &Subject<'e>) -> Option<(&'e PackTrust, &'e JudgedTrust)> {
    let applies = subject.judged.applicability == Applicability::Applies;
    subject.kind().trust.as_ref().zip(subject.judged.trust.as_ref()).filter(|_| applies)
}

fn untrusted(subject: &Subject<'_>, asked: &PackTrust, answered: &JudgedTrust) -> Finding {
    let message = format!("`{}` may not assume the {}", asked.service, subject.words());
    let mut finding = subject.finding(&RULE, Severity::Error, message);
    finding.url.clone_from(&asked.url);
    let failing = answered.about.iter().find_map(|(statement, condition)| condition.map(|found| (*statement, found)));
    let statement = answered.about.first().map_or(0, |(statement, _)| *statement);
    let (place, reason) = match failing {
        Some((statement, condition)) => (
            place_of(subject, answered, statement, Some(condition)),
            "this does not hold when the service assumes the role",
        ),
        None if answered.about.is_empty() => {
            (place_of(subject, answered, statement, None), "this names other principals")
        }
        None => (place_of(subject, answered, statement, None), "this refuses the service"),
    };
    finding.primary = Label::new(place, reason).or_else(|| Label::new(subject.place(), "nobody may assume this role"));
    finding.related.extend(Label::new(subject.place(), "the role"));
    finding.notes.push(format!("AWS says: {}", asked.error));
    let key = failing.and_then(|(statement, condition)| {
        Some(answered.policy.statements.get(statement)?.conditions.get(condition)?.key.clone())
    });
    finding.help = Some(match key {
        Some(key) => {
            format!("drop the condition on `{key}`, or give it the value that the service sends, if it sends one")
        }
        None => format!("allow sts:AssumeRole to {{\"Service\": \"{}\"}} in the role's trust policy", asked.service),
    });
    finding
}

/// The place of a statement of the trust policy, or of a condition of it.
pub(super) fn place_of(
    subject: &Subject<'_>,
    answered: &JudgedTrust,
    statement: usize,
    condition: Option<usize>,
) -> Option<crate::source::Place> {
    let id = subject.inventory.principal(subject.judged.principal).trust?;
    let found = answered.policy.statements.get(statement)?;
    let (path, part) = match condition {
        Some(ordinal) => found.condition_place(ordinal),
        None => found.place(),
    };
    subject.inventory.policy(id).document.as_ref()?.place(path, part)
}
