//! `conditional-permission`: it depends on conditions that the input cannot decide.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Group, Subject, in_regions, said};
use super::words;
use crate::evaluate::{StatementRef, Verdict};
use crate::policy::{ActionPattern, Unknown};
use crate::requirement::Asked;

pub(super) static RULE: Rule = Rule {
    name: "conditional-permission",
    severity: Severity::Warning,
    summary: "whether a needed action is allowed depends on what the input does not say",
    explanation: "\
The policies allow the action in some circumstances and refuse it in others, and the input does not say which hold: the \
value of a condition key, or the account or region in which the principal lives. rolecall does not guess.

Example: an Allow with StringEquals aws:PrincipalOrgID, when nobody said in which organization the account is.

To mend it, say what you know (--context KEY=VALUE, --account, --region), or drop the condition. If only the account or \
region is open, the finding is a note.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html",
    check,
};

/// What `--account` and `--region` decide.
const LOCALITY: [&str; 3] = ["aws:PrincipalAccount", "aws:RequestedRegion", "ec2:Region"];

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    examined
        .subjects()
        .flat_map(|subject| {
            let groups = subject.groups(Verdict::Conditional, |_, judged| Some(judged.outcome.undecided.clone()));
            groups.into_iter().map(move |(keys, group)| conditional(&subject, &keys, &group))
        })
        .collect()
}

fn conditional(subject: &Subject<'_>, keys: &[Box<str>], group: &Group<'_>) -> Finding {
    let is_locality = |key: &str| LOCALITY.iter().any(|known| known.eq_ignore_ascii_case(key));
    let only_locality = !keys.is_empty() && keys.iter().all(|key| is_locality(key));
    let severity = subject.severity(group, if only_locality { Severity::Note } else { Severity::Warning });
    let on = if keys.is_empty() { String::new() } else { format!(", depending on {}", words::quoted(keys, "and")) };
    let doing = words::doing(&said(group), "or") + &in_regions(group);
    let message = format!("{} may or may not {doing}{on}", subject.words());
    let mut finding = subject.finding_about(group, &RULE, severity, message);
    let mut labels = labels(subject, keys, group);
    if !labels.is_empty() {
        finding.primary = Some(labels.remove(0));
        finding.related = labels;
        finding.related.extend(Label::new(subject.place(), "the principal"));
    } else {
        finding.primary = Label::new(subject.where_to_grant(group), "it depends on the policies of this principal");
    }
    finding.help = Some(if keys.is_empty() && !open_actions(subject, group).is_empty() {
        "which actions the policy names is known only after the deploy: write them out, or say what the parameter is with --parameter NAME=VALUE".to_owned()
    } else if keys.is_empty() && is_left_open(subject, group) {
        "whether the resource is one of those that the policy names is known only after the deploy: name it by the same reference as the configuration does, or allow \"*\"".to_owned()
    } else if keys.is_empty() {
        "AWS's own documents disagree about how this pattern is read: write the ARN with all its six parts, in the usual case".to_owned()
    } else {
        let mut ways: Vec<String> = Vec::new();
        let asks = |name: &str| keys.iter().any(|key| key.eq_ignore_ascii_case(name));
        if asks("aws:PrincipalAccount") {
            ways.push("--account".to_owned());
        }
        if asks("aws:RequestedRegion") || asks("ec2:Region") {
            ways.push("--region".to_owned());
        }
        ways.extend(keys.iter().filter(|key| !is_locality(key)).map(|key| format!("--context {key}=VALUE")));
        format!("say what you know with {}", words::list(&ways, "and"))
    });
    finding
}

/// Does the input leave open what the policies name, or what they have to name?
fn is_left_open(subject: &Subject<'_>, group: &Group<'_>) -> bool {
    let statements = group.iter().flat_map(|(_, judged)| &judged.outcome.decisive);
    let resources = statements.filter_map(|statement| subject.statement(*statement)?.resources.as_ref());
    resources.flat_map(|resources| &resources.patterns).any(|pattern| Unknown::is_in(pattern.text()))
        || group.iter().any(|(_, judged)| judged.asked.contains(&Asked::Configured))
}

/// The statements that decide, each once.
fn statements(group: &Group<'_>) -> Vec<StatementRef> {
    let mut statements: Vec<StatementRef> =
        group.iter().flat_map(|(_, judged)| judged.outcome.decisive.iter().copied()).collect();
    statements.sort();
    statements.dedup();
    statements
}

/// The patterns of actions, by their ordinals, of which the input leaves a piece open, so that they may name one of the
/// group.
fn open_actions(subject: &Subject<'_>, group: &Group<'_>) -> Vec<(StatementRef, usize)> {
    let may_be = |pattern: &ActionPattern| {
        let services = group.iter().filter_map(|(action, _)| Some(action.name.split_once(':')?.0));
        Unknown::is_in(pattern.text()) && services.into_iter().any(|service| !pattern.is_of_other_service(service))
    };
    let open = |statement: &StatementRef| {
        let patterns = subject.statement(*statement).map(|found| &found.actions.patterns[..]).unwrap_or_default();
        let open = patterns.iter().position(&may_be);
        open.map(|ordinal| (*statement, ordinal))
    };
    statements(group).iter().filter_map(open).collect()
}

/// The conditions that are open, first; if there are none, the Allows that fit only perhaps.
fn labels(subject: &Subject<'_>, keys: &[Box<str>], group: &Group<'_>) -> Vec<Label> {
    let statements = statements(group);
    let mut labels = Vec::new();
    for statement in &statements {
        for (ordinal, condition) in
            subject.statement(*statement).into_iter().flat_map(|found| found.conditions.iter().enumerate())
        {
            if keys.iter().any(|key| key.eq_ignore_ascii_case(&condition.key)) {
                let place = subject.statement(*statement).map(|found| found.condition_place(ordinal));
                let place = place.and_then(|place| subject.place_in(statement.policy, place));
                labels.extend(Label::new(place, "this decides, and its value is not known"));
            }
        }
    }
    if !labels.is_empty() {
        return labels;
    }
    for (statement, ordinal) in open_actions(subject, group) {
        let place = subject.statement(statement).map(|found| found.action_place(ordinal));
        let place = place.and_then(|place| subject.place_in(statement.policy, place));
        labels.extend(Label::new(place, "which actions this stands for is not known"));
    }
    if !labels.is_empty() {
        return labels;
    }
    let mut near: Vec<StatementRef> =
        group.iter().flat_map(|(_, judged)| &judged.near).map(|(statement, _)| *statement).collect();
    near.sort();
    near.dedup();
    let candidates = if near.is_empty() { statements } else { near };
    for statement in candidates {
        let place = subject.statement(statement).map(|found| found.resource_place(0));
        let place = place.and_then(|place| subject.place_in(statement.policy, place));
        labels.extend(Label::new(place, "whether this fits is not known"));
    }
    labels
}
