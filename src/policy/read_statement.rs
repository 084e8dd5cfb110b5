//! Reads one statement of a policy.

use std::borrow::Cow;

use super::read::Problems;
use super::{
    ActionPattern, Condition, Effect, ListAt, Operator, Pattern, Patterns, Polarity, PolicyType, PrincipalElement,
    PrincipalKind, PrincipalName, Statement, Unknown,
};
use crate::document::Doc;
use crate::source::Path;

const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// The elements of one statement as they are met; `Statement` is made of them when they are complete.
#[derive(Default)]
struct Elements {
    sid: Option<(Box<str>, usize)>,
    effect: Option<(Option<Effect>, usize)>,
    principal: Option<PrincipalElement>,
    actions: Option<Patterns<ActionPattern>>,
    resources: Option<Patterns<Pattern>>,
    conditions: Vec<Condition>,
}

/// Reads one statement; `None` if so much of it is wrong that nothing can be said of it.
pub(super) fn read_statement(
    value: &Doc<'_>,
    path: Path,
    index: usize,
    policy_type: PolicyType,
    problems: &mut Problems,
) -> Option<Statement> {
    let Doc::Map(members) = value else {
        problems.wrong_type(path, "a statement", "an object", value);
        return None;
    };
    problems.duplicate_keys(&path, members);
    let mut elements = Elements::default();
    for (ordinal, (name, value)) in members.iter().enumerate() {
        let at = path.child(ordinal);
        match &**name {
            "Sid" => elements.sid = read_sid(value, at, policy_type, problems).map(|sid| (sid, ordinal)),
            "Effect" => elements.effect = Some((read_effect(value, at, problems), ordinal)),
            "Principal" | "NotPrincipal" => {
                elements.principal = read_principal(name, value, at, policy_type, problems);
            }
            "Action" | "NotAction" => {
                if elements.actions.is_some() {
                    both(&at, "Action", problems);
                }
                elements.actions = read_actions(name, value, &at, ordinal, problems);
            }
            "Resource" | "NotResource" => {
                if elements.resources.is_some() {
                    both(&at, "Resource", problems);
                }
                elements.resources = read_resources(name, value, &at, ordinal, policy_type, problems);
            }
            "Condition" => elements.conditions = read_conditions(value, at, problems),
            unknown => problems.unknown_element(at, unknown, &ELEMENTS, "a statement"),
        }
    }
    complete(elements, members, path, index, policy_type, problems)
}

fn complete(
    elements: Elements,
    members: &[(Cow<'_, str>, Doc<'_>)],
    path: Path,
    index: usize,
    policy_type: PolicyType,
    problems: &mut Problems,
) -> Option<Statement> {
    let has = |names: [&str; 2]| members.iter().any(|(name, _)| names.contains(&&**name));
    let mut missing = |element: &str, help: &str| {
        problems.refused(
            path.clone(),
            format!("the statement has no {element}: AWS refuses the document"),
            Some(help.to_owned()),
        );
    };
    if elements.effect.is_none() {
        missing("Effect", "add \"Effect\": \"Allow\" or \"Effect\": \"Deny\"");
    }
    if !has(["Action", "NotAction"]) {
        missing("Action", "add \"Action\": [ … ]");
    }
    if policy_type == PolicyType::Trust {
        if !has(["Principal", "NotPrincipal"]) {
            missing(
                "Principal",
                "say who may assume the role, for example \"Principal\": {\"Service\": \"lambda.amazonaws.com\"}",
            );
        }
    } else if !has(["Resource", "NotResource"]) {
        missing("Resource", "add \"Resource\": \"*\" or the ARNs that the statement is about");
    }
    let (effect, effect_at) = elements.effect?;
    let (sid, head) = match elements.sid {
        Some((sid, ordinal)) => (Some(sid), ordinal),
        None => (None, effect_at),
    };
    if policy_type != PolicyType::Trust && elements.resources.is_none() {
        return None;
    }
    Some(Statement {
        sid,
        index,
        effect: effect?,
        principal: elements.principal,
        actions: elements.actions?,
        resources: elements.resources,
        conditions: elements.conditions,
        path,
        head,
    })
}

/// "Statements must include either an Action or NotAction element", never both; likewise Resource.
fn both(at: &Path, element: &str, problems: &mut Problems) {
    problems.refused(
        at.clone(),
        format!("{element} and Not{element} stand in one statement: AWS refuses the document"),
        Some("split it into two statements".to_owned()),
    );
}

/// "You can use any of A–Z, a–z and 0–9" in identity policies; services accept more elsewhere.
fn read_sid(value: &Doc<'_>, at: Path, policy_type: PolicyType, problems: &mut Problems) -> Option<Box<str>> {
    let Doc::Text(sid) = value else {
        problems.wrong_type(at, "Sid", "a string", value);
        return None;
    };
    let fits = |char: char| char.is_ascii_alphanumeric() || is_unknown(char);
    if policy_type == PolicyType::Identity && !sid.chars().all(fits) {
        problems.refused(
            at,
            format!("the Sid `{sid}` has characters other than A-Z, a-z and 0-9: AWS refuses the document"),
            Some("write it without spaces, hyphens and other signs".to_owned()),
        );
    }
    Some((&**sid).into())
}

fn read_effect(value: &Doc<'_>, at: Path, problems: &mut Problems) -> Option<Effect> {
    let found = match value {
        Doc::Text(text) => match &**text {
            "Allow" => return Some(Effect::Allow),
            "Deny" => return Some(Effect::Deny),
            other => format!("`{other}`"),
        },
        other => other.kind().to_owned(),
    };
    problems.refused(at, format!("Effect must be \"Allow\" or \"Deny\", exactly so; this is {found}"), None);
    None
}

/// The strings of a "string or list of strings"; wrong entries are reported and left out.
fn read_list<'d>(
    element: &str,
    value: &'d Doc<'_>,
    at: &Path,
    ordinal: usize,
    problems: &mut Problems,
) -> (Vec<(&'d str, Path)>, ListAt) {
    match value {
        Doc::Text(text) => (vec![(&**text, at.clone())], ListAt::Single(ordinal)),
        Doc::List(items) => {
            if items.is_empty() {
                problems.refused(at.clone(), format!("{element} is an empty list: it names nothing"), None);
            }
            let mut texts = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                match item {
                    Doc::Text(text) => texts.push((&**text, at.child(index))),
                    other => problems.wrong_type(at.child(index), element, "a list of strings", other),
                }
            }
            (texts, ListAt::List(ordinal))
        }
        other => {
            problems.wrong_type(at.clone(), element, "a string or a list of strings", other);
            (Vec::new(), ListAt::Single(ordinal))
        }
    }
}

fn is_unknown(char: char) -> bool {
    Unknown::from_char(char).is_some()
}

fn polarity(name: &str) -> Polarity {
    if name.starts_with("Not") { Polarity::AllBut } else { Polarity::Listed }
}

/// Ordinals in the model must be ordinals of the document, so a list with a wrong entry is given up as a whole
/// (AWS refuses it anyway).
fn read_actions(
    name: &str,
    value: &Doc<'_>,
    at: &Path,
    ordinal: usize,
    problems: &mut Problems,
) -> Option<Patterns<ActionPattern>> {
    let (texts, list_at) = read_list(name, value, at, ordinal, problems);
    (texts.len() == count(value)).then(|| Patterns {
        polarity: polarity(name),
        patterns: texts.iter().map(|(text, _)| ActionPattern::new(text)).collect(),
        at: list_at,
    })
}

fn read_resources(
    name: &str,
    value: &Doc<'_>,
    at: &Path,
    ordinal: usize,
    policy_type: PolicyType,
    problems: &mut Problems,
) -> Option<Patterns<Pattern>> {
    if policy_type == PolicyType::Trust {
        problems.refused(
            at.clone(),
            format!("a trust policy has no {name}: the role itself is the resource"),
            Some(format!("remove {name}")),
        );
        return None;
    }
    let (texts, list_at) = read_list(name, value, at, ordinal, problems);
    for (text, path) in &texts {
        if Unknown::is_in(text) && (policy_type == PolicyType::Session || text.starts_with(is_unknown)) {
            // It may be whatever AWS asks for.
            continue;
        }
        let wildcards_only = !text.is_empty() && text.bytes().all(|byte| byte == b'*');
        if !wildcards_only && !text.starts_with("arn:") && !text.starts_with("${") && !text.contains(['*', '?']) {
            problems.refused(path.clone(), format!("`{text}` is no ARN: {name} must hold ARNs or \"*\""), None);
        } else if policy_type == PolicyType::Session && !wildcards_only && text.split(':').count() < 6 {
            // "IAM JSON policy elements: Resource": short ARNs are completed, but not in session policies.
            problems.refused(
                path.clone(),
                format!("`{text}` has fewer than six parts, which AWS refuses in a session policy"),
                Some("write all six parts: arn:partition:service:region:account:resource".to_owned()),
            );
        }
    }
    (texts.len() == count(value)).then(|| Patterns {
        polarity: polarity(name),
        patterns: texts.iter().map(|(text, _)| Pattern::new(text)).collect(),
        at: list_at,
    })
}

fn count(value: &Doc<'_>) -> usize {
    match value {
        Doc::Text(_) => 1,
        Doc::List(items) if !items.is_empty() => items.len(),
        // Neither a string nor a list with entries: no count of strings is right.
        _ => usize::MAX,
    }
}

fn read_conditions(value: &Doc<'_>, at: Path, problems: &mut Problems) -> Vec<Condition> {
    let Doc::Map(operators) = value else {
        problems.wrong_type(at, "Condition", "an object of operators", value);
        return Vec::new();
    };
    problems.duplicate_keys(&at, operators);
    let mut conditions = Vec::new();
    for (ordinal, (name, keys)) in operators.iter().enumerate() {
        let operator_at = at.child(ordinal);
        let Some(operator) = Operator::parse(name) else {
            let known = Operator::nearest(name);
            problems.refused(
                operator_at,
                format!("`{name}` is no condition operator: AWS refuses the document"),
                known.map(|known| format!("write `{known}`")),
            );
            continue;
        };
        let Doc::Map(keys) = keys else {
            problems.wrong_type(operator_at, name, "an object of condition keys", keys);
            continue;
        };
        problems.duplicate_keys(&operator_at, keys);
        for (ordinal, (key, values)) in keys.iter().enumerate() {
            let path = operator_at.child(ordinal);
            if let Some(values) = read_values(key, values, &path, problems) {
                conditions.push(Condition { operator, key: (&**key).into(), values, path });
            }
        }
    }
    conditions
}

/// Condition values are strings; AWS also takes JSON numbers and booleans and reads them as their text.
fn read_values(key: &str, value: &Doc<'_>, at: &Path, problems: &mut Problems) -> Option<Vec<Pattern>> {
    let scalar = |value: &Doc<'_>| match value {
        Doc::Text(text) => Some(Pattern::new(text)),
        Doc::Bool(value) => Some(Pattern::new(if *value { "true" } else { "false" })),
        Doc::Number(number) => Some(Pattern::new(&number.to_string())),
        _ => None,
    };
    let expected = "a string, a number, a boolean or a list of these";
    match value {
        Doc::List(items) => {
            let mut values = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                match scalar(item) {
                    Some(value) => values.push(value),
                    None => problems.wrong_type(at.child(index), key, expected, item),
                }
            }
            (values.len() == items.len()).then_some(values)
        }
        value => match scalar(value) {
            Some(value) => Some(vec![value]),
            None => {
                problems.wrong_type(at.clone(), key, expected, value);
                None
            }
        },
    }
}

fn read_principal(
    name: &str,
    value: &Doc<'_>,
    at: Path,
    policy_type: PolicyType,
    problems: &mut Problems,
) -> Option<PrincipalElement> {
    if policy_type != PolicyType::Trust {
        problems.refused(
            at,
            format!("{name} has no place in this kind of policy: AWS refuses the document"),
            Some("only resource-based policies, such as a role's trust policy, name a principal".to_owned()),
        );
        return None;
    }
    let mut names = Vec::new();
    match value {
        Doc::Text(text) if &**text == "*" => {
            names.push(PrincipalName { kind: PrincipalKind::Everyone, name: "*".into() });
        }
        Doc::Map(members) => {
            problems.duplicate_keys(&at, members);
            for (ordinal, (kind, value)) in members.iter().enumerate() {
                let member_at = at.child(ordinal);
                let Some(kind) = PrincipalKind::parse(kind) else {
                    let known = ["AWS", "Service", "Federated", "CanonicalUser"];
                    problems.unknown_element(member_at, kind, &known, name);
                    continue;
                };
                let (texts, _) = read_list(name, value, &member_at, ordinal, problems);
                names.extend(texts.iter().map(|(text, _)| PrincipalName { kind, name: (*text).into() }));
            }
        }
        other => {
            problems.wrong_type(at, name, "\"*\" or an object such as {\"Service\": \"lambda.amazonaws.com\"}", other);
        }
    }
    Some(PrincipalElement { polarity: polarity(name), names })
}
