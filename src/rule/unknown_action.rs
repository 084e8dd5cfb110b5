//! `unknown-action`: a name that is no action of AWS, next to one that is needed.

use globset::GlobBuilder;

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Subject};
use crate::evaluate::glob::{Case, matches};
use crate::evaluate::{Layer, StatementRef, Verdict};
use crate::policy::{ActionPattern, Effect, Unknown, split_action};
use crate::reference::catalogue;
use crate::requirement::JudgedPolicy;

pub(super) static RULE: Rule = Rule {
    name: "unknown-action",
    severity: Severity::Warning,
    summary: "an action name that AWS does not know, next to one that is needed",
    explanation: "\
The policy names an action that does not exist, spelt almost like one that the principal needs. AWS accepts the name \
silently (or refuses the document, if the colon is missing) and it grants nothing.

Example: ec2:DescribeNetworkInterface; the action is ec2:DescribeNetworkInterfaces. ec2.CreateNetworkInterface; it is \
ec2:CreateNetworkInterface.

If a needed action is not granted because of it, the finding is an error and stands for the gap.

To mend it, write the name that the help gives.",
    source: "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for subject in examined.subjects() {
        for slip in slips(&subject) {
            let finding = describe(&subject, &slip);
            // One slip in a policy that many carry is one finding, unless it costs somebody a permission.
            let told = findings.iter().any(|known| {
                known.severity == finding.severity
                    && finding.severity != Severity::Error
                    && known.primary.as_ref().map(|label| &label.place)
                        == finding.primary.as_ref().map(|label| &label.place)
            });
            if !told {
                findings.push(finding);
            }
        }
    }
    findings
}

/// The actions that are not granted because an Allow misspells their names.
pub(super) fn misspelt(subject: &Subject<'_>) -> Vec<String> {
    let allows = slips(subject).into_iter().filter(|slip| slip.effect == Effect::Allow);
    allows.filter_map(|slip| slip.meant).collect()
}

/// A name that is no action.
struct Slip<'e> {
    statement: StatementRef,
    item: usize,
    effect: Effect,
    pattern: &'e ActionPattern,
    /// The action of the pack that it seems to mean.
    meant: Option<String>,
}

fn slips<'e>(subject: &Subject<'e>) -> Vec<Slip<'e>> {
    let mut slips = Vec::new();
    // What AWS publishes has no slips, and would be nobody's here to mend.
    let of_aws = |judged: &JudgedPolicy| {
        let arn = subject.inventory.policy(judged.attached.policy).arn.as_deref();
        arn.is_some_and(|arn| arn.contains(":iam::aws:policy/"))
    };
    let identity = subject.judged.policies.iter().enumerate();
    let identity = identity.filter(|(_, judged)| judged.layer == Layer::Identity && !of_aws(judged));
    for (policy, judged) in identity {
        for (statement, found) in judged.policy.iter().flat_map(|policy| policy.statements.iter().enumerate()) {
            for (item, pattern) in found.actions.patterns.iter().enumerate() {
                let Some(meant) = slip(subject, pattern) else { continue };
                let statement = StatementRef { policy, statement };
                slips.push(Slip { statement, item, effect: found.effect, pattern, meant });
            }
        }
    }
    slips
}

/// Is the pattern no action, and near enough to an action of the pack to be worth a word? The inner value is the
/// action that it means.
fn slip(subject: &Subject<'_>, pattern: &ActionPattern) -> Option<Option<String>> {
    if pattern.is_all() || Unknown::is_in(pattern.text()) {
        return None;
    }
    let actions = || subject.kind().actions.iter().map(|action| action.name.as_str());
    let of_service = |service: &str| {
        actions().any(|name| split_action(name).is_some_and(|(own, _)| own.eq_ignore_ascii_case(service)))
    };
    let needed = |name: String| actions().find(|action| action.eq_ignore_ascii_case(&name)).map(str::to_owned);
    match pattern.split() {
        Some((service, name)) if of_service(service) => {
            let known = catalogue().service(service)?;
            if pattern.has_wildcard() {
                let near_needed = actions().any(|action| near_wildcard(name, action));
                return (near_needed && !matches_any(name, known.action_names())).then_some(None);
            }
            let is_needed = actions().any(|action| action.eq_ignore_ascii_case(pattern.text()));
            if is_needed || catalogue().action(pattern.text()).is_some() {
                return None;
            }
            needed(format!("{service}:{}", known.nearest(name)?)).map(Some)
        }
        // "You can't use a wildcard in the service part": such an Allow is about nothing.
        Some((service, name)) if service.contains(['*', '?']) => {
            let reaches = |action: &str| {
                action.split_once(':').is_some_and(|(own, own_name)| {
                    matches(service, own, Case::Insensitive) && matches(name, own_name, Case::Insensitive)
                })
            };
            actions().any(reaches).then_some(None)
        }
        // The right name behind another service's colon: `vpc:DeleteNetworkInterface`.
        Some((_, name)) => {
            let same =
                actions().find(|action| split_action(action).is_some_and(|(_, own)| own.eq_ignore_ascii_case(name)));
            same.filter(|_| catalogue().action(pattern.text()).is_none()).map(|meant| Some(meant.to_owned()))
        }
        // No colon: `ec2.CreateNetworkInterface`, `ec2/CreateNetworkInterface`, or the name alone.
        None => {
            let text = pattern.text();
            let with_colon = text.replacen(['.', '/', ';', ' ', '-'], ":", 1);
            let glued = actions().find(|action| action.replacen(':', "", 1).eq_ignore_ascii_case(text));
            glued
                .map(str::to_owned)
                .or_else(|| needed(with_colon))
                .or_else(|| {
                    actions()
                        .find(|action| action.split_once(':').is_some_and(|(_, name)| name.eq_ignore_ascii_case(text)))
                        .map(str::to_owned)
                })
                .map(Some)
        }
    }
}

/// Does a pattern match an action of the catalogue?
fn matches_any<'n>(name: &str, mut actions: impl Iterator<Item = &'n str>) -> bool {
    // globset gives a meaning to more characters than IAM does, and to two stars in a row.
    let mut glob = String::with_capacity(name.len());
    for char in name.chars() {
        match char {
            '*' if glob.ends_with('*') => {}
            '[' | ']' | '{' | '}' | '\\' | ',' | '!' | '^' => glob.extend(['\\', char]),
            char => glob.push(char),
        }
    }
    let matcher = GlobBuilder::new(&glob).case_insensitive(true).backslash_escape(true).build();
    match matcher {
        Ok(glob) => {
            let matcher = glob.compile_matcher();
            actions.any(|action| matcher.is_match(action))
        }
        // What cannot be compiled is not known to match nothing.
        Err(_) => true,
    }
}

/// Is the text of a pattern, without its wildcards, near the name of an action?
fn near_wildcard(name: &str, action: &str) -> bool {
    let Some((_, wanted)) = action.split_once(':') else { return false };
    let plain: String = name.chars().filter(|char| !matches!(char, '*' | '?')).collect();
    let may_be = plain.len() > 3 && plain.len().abs_diff(wanted.len()) <= 2;
    may_be && strsim::osa_distance(&plain.to_ascii_lowercase(), &wanted.to_ascii_lowercase()) <= 2
}

fn describe(subject: &Subject<'_>, slip: &Slip<'_>) -> Finding {
    let text = slip.pattern.text();
    let gap = subject.actions().find(|(action, judged)| {
        Some(action.name.as_str()) == slip.meant.as_deref()
            && slip.effect == Effect::Allow
            && judged.outcome.verdict != Verdict::Granted
    });
    let (severity, consequence) = match &gap {
        Some((action, judged)) => {
            let group = vec![(*action, *judged)];
            (subject.severity(&group, Severity::Error), format!(", so {}", subject.may_not(&group)))
        }
        // "Actions must be prefaced by a vendor": AWS refuses the whole document.
        None if slip.pattern.split().is_none() => (Severity::Error, ", and refuses a name without a colon".to_owned()),
        None => (Severity::Warning, String::new()),
    };
    let mut finding = subject.finding(&RULE, severity, format!("AWS has no action `{text}`{consequence}"));
    if let Some((action, judged)) = gap {
        finding.notes.extend(subject.aws_says(&vec![(action, judged)]));
    }
    let place = subject.statement(slip.statement).map(|found| found.action_place(slip.item));
    let words = match (&slip.meant, slip.pattern.split()) {
        (None, Some((service, _))) if service.contains(['*', '?']) => "AWS takes no wildcard in front of the colon",
        (None, _) => "no action matches this",
        (Some(_), _) => "no action has this name",
    };
    finding.primary = place.and_then(|place| Label::new(subject.place_in(slip.statement.policy, place), words));
    finding.related.extend(Label::new(subject.place(), "the principal"));
    finding.help = slip.meant.as_ref().map(|meant| format!("write `{meant}`"));
    finding.url = RULE.source.to_owned();
    finding
}
