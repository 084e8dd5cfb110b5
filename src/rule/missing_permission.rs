//! `missing-permission`: no identity policy allows the action.

use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Group, NearWords, Subject, near};
use super::{Rule, unknown_action};
use crate::evaluate::{Layer, StatementRef, Truth, Unmet, Verdict};
use crate::inventory::Ignored;
use crate::policy::Standing;
use crate::requirement::{JudgedAction, Level, PackAction};

pub(super) static RULE: Rule = Rule {
    name: "missing-permission",
    severity: Severity::Error,
    summary: "an action that is needed is allowed by no policy",
    explanation: "\
No identity policy of the principal allows an action that it needs, or not on what it is needed on: there is no Allow \
for it, the Allow has a condition that never holds in this call, or it names resources that the action does not act on.

What is not allowed is refused (an implicit deny). Lambda then refuses to create or update the function: \"The provided \
execution role does not have permissions to call CreateNetworkInterface on EC2\".

Example: an execution role that has AWSLambdaBasicExecutionRole only, which covers logs.

To mend it, attach the AWS managed policy AWSLambdaVPCAccessExecutionRole to the role, or allow the missing actions on \
\"*\" in a policy of your own.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    examined.subjects().filter_map(|subject| missing(&subject)).collect()
}

/// Is something required missing, and told by this rule?
pub(super) fn is_told(subject: &Subject<'_>) -> bool {
    let required = |group: Group<'_>| group.iter().any(|(action, _)| action.level == Level::Required);
    unexplained(subject).is_some_and(required)
}

/// The missing actions that no other rule tells of.
fn unexplained<'e>(subject: &Subject<'e>) -> Option<Group<'e>> {
    subject.actions().find(|(_, judged)| judged.outcome.verdict == Verdict::Missing)?;
    // What a misspelt name, a refused document or a policy that does not exist explains is told there.
    let misspelt = unknown_action::misspelt(subject);
    let lost = subject.judged.policies.iter().any(|judged| {
        judged.layer == Layer::Identity
            && judged.policy.as_ref().is_some_and(|policy| policy.standing == Standing::Refused)
    });
    let unexplained = |action: &PackAction, _: &JudgedAction| (!lost && !misspelt.contains(&action.name)).then_some(());
    let (_, group) = subject.groups(Verdict::Missing, unexplained).into_iter().next()?;
    Some(group)
}

fn missing(subject: &Subject<'_>) -> Option<Finding> {
    let group = unexplained(subject)?;
    let severity = subject.severity(&group, Severity::Error);
    let mut finding = subject.finding_about(&group, &RULE, severity, subject.may_not(&group));
    let words = NearWords {
        condition: "this condition does not hold in the call",
        resource: "this is not what the action acts on here",
    };
    let mut labels = subject.near_labels(&group, words);
    if labels.is_empty() {
        finding.primary = Label::new(subject.where_to_grant(&group), "nothing here allows it");
    } else {
        finding.primary = Some(labels.remove(0));
        finding.related = labels;
        finding.related.extend(Label::new(subject.place(), "the principal"));
    }
    let ignored = subject.functions().into_iter().find_map(|function| function.ignored_policies.clone());
    if let Some(Ignored { name, place }) = ignored.filter(|_| severity != Severity::Note) {
        finding.notes.push(format!("SAM adds nothing to a role that is given, and leaves the function's {name} out"));
        finding.related.extend(Label::new(Some(place), "SAM leaves this out, because Role is given"));
    }
    finding.notes.extend(subject.aws_says(&group));
    finding.notes.extend(why_near_misses_fail(subject, &group));
    finding.notes.extend(subject.notes(&group));
    finding.notes.extend(subject.granting_policy(&group));
    finding.help = Some(subject.mend(&group));
    Some(finding)
}

fn why_near_misses_fail(subject: &Subject<'_>, group: &Group<'_>) -> Vec<String> {
    let explain = |(statement, unmet): (StatementRef, Unmet)| {
        let found = subject.statement(statement)?;
        let words = subject.statement_words(statement);
        Some(match unmet {
            Unmet::Condition(ordinal, Truth::No) => {
                let key = &found.conditions[ordinal].key;
                format!("{words} allows it only under a condition on `{key}`, which does not hold in this call")
            }
            Unmet::Condition(ordinal, _) => {
                let key = &found.conditions[ordinal].key;
                format!("{words} allows it under a condition on `{key}`, of which the input says nothing")
            }
            Unmet::Resource => format!("{words} allows it on other resources only"),
            Unmet::Refused => return None,
        })
    };
    near(group).into_iter().filter_map(explain).collect()
}
