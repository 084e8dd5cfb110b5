//! `partial-permission`: the action is allowed on some of what is needed, and refused on the rest.

use super::Rule;
use super::denied_permission::{layer_help, layer_labels, layer_words};
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Group, NearWords, Subject};
use crate::evaluate::{Left, Obstacle, Verdict};
use crate::requirement::{Asked, Chosen, JudgedAction, PackAction};

pub(super) static RULE: Rule = Rule {
    name: "partial-permission",
    severity: Severity::Error,
    summary: "a needed action is allowed on some of its resources only",
    explanation: "\
The policies allow the action on some resources that it is needed on and refuse it on others, so it works in some places \
and fails in others, or fails always because the call needs all of them: CreateNetworkInterface needs the interface, the \
subnet and the security groups, each allowed by itself.

Lambda tries DeleteNetworkInterface before there is any interface. AWS documents \"*\" for it (and documented \
arn:aws:ec2:REGION:ACCOUNT:*/*); a role that is allowed arn:...:network-interface/* only is refused, although linters \
ask for just that.

Example: ec2:DeleteNetworkInterface on \"arn:aws:ec2:*:*:network-interface/*\".

To mend it, widen Resource to \"*\". A policy that names certain subnets and groups fits only functions in these: then \
the finding is a warning, as long as the input does not show the function.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    examined
        .subjects()
        .flat_map(|subject| {
            let groups = subject
                .groups(Verdict::Partial, |_, judged| Some((judged.outcome.obstacle.clone(), judged.near.clone())));
            groups.into_iter().map(move |((obstacle, _), group)| partial(&subject, obstacle.as_ref(), &group))
        })
        .collect()
}

fn partial(subject: &Subject<'_>, obstacle: Option<&Obstacle>, group: &Group<'_>) -> Finding {
    let only_chosen = group.iter().all(|(action, judged)| lacks_only_what_is_chosen(action, judged));
    let severity = subject.severity(group, if only_chosen { Severity::Warning } else { Severity::Error });
    let uncovered: Vec<(&str, &str)> = group
        .iter()
        .filter_map(|(action, judged)| Some((&*action.name, judged.outcome.uncovered.as_deref()?)))
        .collect();
    let is_one = uncovered.iter().all(|(_, resource)| *resource == uncovered[0].1);
    let on = match uncovered.first() {
        Some((_, resource)) if is_one => format!(" on `{resource}`"),
        Some(_) => " on all that this needs".to_owned(),
        None => String::new(),
    };
    let mut finding = subject.finding_about(group, &RULE, severity, format!("{}{on}", subject.may_not(group)));
    let mut labels = match obstacle {
        Some(obstacle @ Obstacle::Denied(_)) => subject.deny_labels(obstacle),
        Some(Obstacle::Layer(layer)) => layer_labels(subject, *layer),
        _ => subject.near_labels(
            group,
            NearWords {
                condition: "this condition does not hold for all of it",
                resource: "this is not all that the action is needed on",
            },
        ),
    };
    if !labels.is_empty() {
        finding.primary = Some(labels.remove(0));
        finding.related = labels;
        finding.related.extend(Label::new(subject.place(), "the principal"));
    } else {
        finding.primary = Label::new(subject.where_to_grant(group), "this allows only part of it");
    }
    finding.notes.extend(subject.aws_says(group).filter(|_| severity == Severity::Error));
    if let Some(Obstacle::Layer(layer)) = obstacle {
        finding.notes.push(format!("{} does not allow all of it", layer_words(subject, *layer)));
    }
    if !is_one {
        let each = uncovered.iter().map(|(action, resource)| format!("{action} is not allowed on `{resource}`"));
        finding.notes.extend(each);
    }
    if only_chosen {
        finding.notes.push("it fits only where the configuration uses what the policy names".to_owned());
    }
    finding.notes.extend(subject.notes(group));
    finding.help = Some(match obstacle {
        Some(Obstacle::Layer(layer)) => layer_help(subject, *layer, group),
        Some(Obstacle::Denied(_)) => "narrow the Deny, so that it spares these resources".to_owned(),
        _ if only_chosen => "check that what the configuration uses is among them".to_owned(),
        _ => subject.mend(group),
    });
    finding
}

/// Is everything that is missing something that the function's configuration chooses, which the input does not show, and
/// some of it allowed?
fn lacks_only_what_is_chosen(action: &PackAction, judged: &JudgedAction) -> bool {
    let is_chosen =
        |cell: usize| action.on.get(cell).is_some_and(|resource| resource.chosen == Chosen::ByConfiguration);
    let is_open = |cell: usize| judged.asked.get(cell) == Some(&Asked::Everything);
    let mut short = judged.outcome.short.iter();
    short.all(|shortage| is_chosen(shortage.cell) && is_open(shortage.cell) && shortage.left == Left::Something)
}
