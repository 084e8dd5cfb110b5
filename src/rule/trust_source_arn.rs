//! `trust-source-arn`: the trust policy asks for a key that the service does not send when it matters.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Subject};
use super::untrusted_role::{place_of, trust};
use crate::evaluate::Truth;
use crate::requirement::{JudgedTrust, NarrowTrust, PackTrust};

pub(super) static RULE: Rule = Rule {
    name: "trust-source-arn",
    severity: Severity::Warning,
    summary: "the trust policy asks for aws:SourceArn, which is absent when a VPC function is created",
    explanation: "\
The trust policy lets Lambda assume the role only with aws:SourceArn, the function's ARN. When a function is created in \
a VPC, or moved into one, Lambda assumes the role without it, and the call fails: \"The function's execution role \
doesn't have permission to perform this operation\". It works for functions without a VPC, and for VPC functions whose \
network interfaces exist already, so that it is noticed late.

To mend it, ask for aws:SourceAccount instead.",
    source: "https://github.com/aws/aws-parallelcluster/pull/6926",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    examined
        .subjects()
        .filter_map(|subject| {
            let (asked, answered) = trust(&subject)?;
            let narrow = asked.narrow.as_ref()?;
            let only_then = answered.usual != Truth::No && answered.narrow == Truth::No;
            only_then.then(|| narrower(&subject, asked, narrow, answered))
        })
        .collect()
}

fn narrower(subject: &Subject<'_>, asked: &PackTrust, narrow: &NarrowTrust, answered: &JudgedTrust) -> Finding {
    let message = format!(
        "the {} can be assumed only with `{}`, which is absent when a function is put into a VPC",
        subject.words(),
        narrow.key
    );
    let mut finding = subject.finding(&RULE, Severity::Warning, message);
    finding.url = RULE.source.to_owned();
    let condition = answered.about.iter().find_map(|(statement, _)| {
        let conditions = &answered.policy.statements.get(*statement)?.conditions;
        let ordinal = conditions.iter().position(|condition| condition.key.eq_ignore_ascii_case(&narrow.key))?;
        Some((*statement, ordinal))
    });
    finding.primary = condition
        .and_then(|(statement, ordinal)| place_of(subject, answered, statement, Some(ordinal)))
        .and_then(|place| Label::new(Some(place), "this key is absent then"))
        .or_else(|| Label::new(subject.place(), "the role"));
    finding.related.extend(Label::new(subject.place(), "the role"));
    finding.notes.push(format!("AWS says: {}", narrow.error));
    finding.notes.push(format!("more on who may assume it: {}", asked.url));
    finding.help = Some(narrow.help.clone());
    finding
}
