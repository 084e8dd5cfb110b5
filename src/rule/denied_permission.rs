//! `denied-permission`: an explicit Deny, or a layer around the identity policies, leaves nothing of the action.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Group, Subject};
use crate::evaluate::{Layer, Obstacle, StatementRef, Verdict};
use crate::policy::Effect;
use crate::requirement::Fact;

pub(super) static RULE: Rule = Rule {
    name: "denied-permission",
    severity: Severity::Error,
    summary: "a Deny, a permissions boundary or an SCP takes a needed action away",
    explanation: "\
The identity policies allow the action, and yet it is refused: a statement with Effect Deny hits the call, or a layer \
around the identity policies (permissions boundary, session policy, a level of service control policies) does not allow \
it. A Deny anywhere wins over every Allow, and each layer must allow by itself.

The calls that Lambda makes with the execution role come from an address of AWS, carry no aws:SourceVpc, no tags and no \
lambda:SourceFunctionArn, and aws:ViaAWSService is false. A negated operator, ...IfExists and Null \"true\" hold for a \
key that is absent, so Denies that are meant for people or for the function's code often hit Lambda itself.

Example: a network-perimeter SCP with StringNotEqualsIfExists aws:SourceVpc.

To mend it, exempt the role or the action from the Deny, or allow the action in the layer that lacks it.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    examined
        .subjects()
        .flat_map(|subject| {
            let groups = subject.groups(Verdict::Denied, |_, judged| judged.outcome.obstacle.clone());
            groups.into_iter().map(move |(obstacle, group)| denied(&subject, &obstacle, &group))
        })
        .collect()
}

fn denied(subject: &Subject<'_>, obstacle: &Obstacle, group: &Group<'_>) -> Finding {
    let severity = subject.severity(group, Severity::Error);
    let by = match obstacle {
        Obstacle::Denied(statements) => match statements.first() {
            Some(first) => format!(": {} denies it", subject.statement_words(*first)),
            None => String::new(),
        },
        Obstacle::Layer(layer) => format!(": {} does not allow it", layer_words(subject, *layer)),
        _ => String::new(),
    };
    let mut finding = subject.finding_about(group, &RULE, severity, format!("{}{by}", subject.may_not(group)));
    let mut labels = match obstacle {
        Obstacle::Layer(layer) => layer_labels(subject, *layer),
        _ => subject.deny_labels(obstacle),
    };
    if !labels.is_empty() {
        finding.primary = Some(labels.remove(0));
    }
    finding.related = labels;
    finding.related.extend(absent_key_labels(subject, obstacle));
    finding.related.extend(Label::new(subject.place(), "the principal that it hits"));
    finding.notes.extend(subject.aws_says(group));
    finding.help = Some(match obstacle {
        Obstacle::Layer(layer) => layer_help(subject, *layer, group),
        Obstacle::Denied(statements) => deny_help(subject, statements),
        _ => subject.kind().mend.clone(),
    });
    finding
}

/// The conditions of the Denies that hold because the call does not carry their key.
fn absent_key_labels(subject: &Subject<'_>, obstacle: &Obstacle) -> Vec<Label> {
    let Obstacle::Denied(statements) = obstacle else { return Vec::new() };
    let mut labels = Vec::new();
    for statement in statements {
        let Some(found) = subject.statement(*statement) else { continue };
        for (ordinal, condition) in found.conditions.iter().enumerate() {
            if matches!(subject.kind().context.get(&condition.key), Some(Fact::Absent)) {
                let place = subject.place_in(statement.policy, found.condition_place(ordinal));
                labels.extend(Label::new(place, "the call does not carry this key"));
            }
        }
    }
    labels
}

/// What would spare the call that a Deny hits.
fn deny_help(subject: &Subject<'_>, statements: &[StatementRef]) -> String {
    let kind = subject.kind();
    let found = || statements.iter().filter_map(|statement| subject.statement(*statement));
    let asks = |key: &str| {
        found().any(|found| found.conditions.iter().any(|condition| condition.key.eq_ignore_ascii_case(key)))
    };
    if let Some(code) = kind.code.as_ref().filter(|code| asks(&code.key)) {
        return code.key_help.clone();
    }
    if asks("aws:PrincipalArn") {
        return format!("exempt the {} by its ARN: aws:PrincipalArn is the role's own ARN, with its path", kind.title);
    }
    format!(
        "exempt the {} from the Deny, for example by ArnNotLike aws:PrincipalArn, or leave the action out of it",
        kind.title
    )
}

pub(super) fn layer_words(subject: &Subject<'_>, layer: Layer) -> String {
    let names: Vec<String> = members(subject, layer).map(|index| subject.policy_name(index)).collect();
    let names = super::words::list(&names, "and");
    match layer {
        Layer::Identity => "no identity policy".to_owned(),
        Layer::Boundary => format!("the permissions boundary {names}"),
        Layer::Session => format!("the session policy {names}"),
        Layer::Organization(level) => format!("level {} of the service control policies ({names})", level + 1),
        Layer::ResourceControl(level) => format!("level {} of the resource control policies ({names})", level + 1),
        Layer::Resource => format!("the resource's own policy {names}"),
        Layer::Endpoint => format!("the policy of the VPC endpoint {names}"),
    }
}

fn members(subject: &Subject<'_>, layer: Layer) -> impl Iterator<Item = usize> {
    let policies = &subject.judged.policies;
    (0..policies.len()).filter(move |index| policies[*index].layer == layer)
}

/// The first statement of each policy of the layer, where an Allow would have to be added, and the place that makes
/// the policy part of the layer.
pub(super) fn layer_labels(subject: &Subject<'_>, layer: Layer) -> Vec<Label> {
    let mut labels = Vec::new();
    for index in members(subject, layer) {
        let judged = subject.policy(index);
        let statements = judged.policy.as_deref().map_or(&[][..], |policy| &policy.statements);
        let allow = statements.iter().position(|statement| statement.effect == Effect::Allow).unwrap_or(0);
        let statement = StatementRef { policy: index, statement: allow };
        labels.extend(Label::new(subject.statement_place(statement), "this layer does not allow it, or not all of it"));
        labels.extend(Label::new(judged.attached.place.clone(), "this sets the limit"));
    }
    labels
}

pub(super) fn layer_help(subject: &Subject<'_>, layer: Layer, group: &Group<'_>) -> String {
    let actions: Vec<&str> = group.iter().map(|(action, _)| action.name.as_str()).collect();
    let actions = super::words::list(&actions, "and");
    let allows_nothing = members(subject, layer).all(|index| {
        subject
            .policy(index)
            .policy
            .as_deref()
            .is_some_and(|policy| policy.statements.iter().all(|statement| statement.effect == Effect::Deny))
    });
    match layer {
        Layer::Organization(_) if allows_nothing => {
            "this level has no Allow at all: FullAWSAccess is not among its policies; give it as one more --scp (or in --scp-level) if it is attached there".to_owned()
        }
        Layer::Organization(_) => format!("allow {actions} at this level, too: every level from the root to the account must allow"),
        Layer::Boundary => format!("allow {actions} on \"*\" in the boundary, too: it grants nothing, and what it does not allow is refused"),
        Layer::Session => format!("allow {actions} on \"*\" in the session policy, too"),
        Layer::ResourceControl(_) | Layer::Resource | Layer::Endpoint => format!("allow {actions} in that policy, too"),
        Layer::Identity => subject.kind().mend.clone(),
    }
}
