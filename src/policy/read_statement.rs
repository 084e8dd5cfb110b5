//! Reads one statement of a policy.

use std::borrow::Cow;

use super::read::{Problems, Reader};
use super::{
    ActionPattern, Condition, Effect, ListAt, Operator, Pattern, Patterns, Polarity, PolicyType, PrincipalElement,
    PrincipalKind, PrincipalName, Statement, Unknown, Use,
};
use crate::document::Doc;
use crate::source::Path;

const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// The elements of one statement as they are met; `Statement` is made of them when they are complete.
#[derive(Default)]
struct Elements<'d> {
    sid: Option<(&'d str, usize)>,
    effect: Option<(Option<Effect>, usize)>,
    principal: Option<PrincipalElement>,
    actions: Option<Listed<'d>>,
    resources: Option<Listed<'d>>,
    conditions: Vec<Condition>,
}

/// `Action`, `NotAction`, `Resource` or `NotResource` as it lies in the document.
struct Listed<'d> {
    polarity: Polarity,
    texts: Texts<'d>,
    at: ListAt,
}

impl Listed<'_> {
    fn patterns<P>(&self, pattern: fn(&str) -> P) -> Patterns<P> {
        Patterns {
            polarity: self.polarity,
            patterns: self.texts.iter().map(|(_, text)| pattern(text)).collect(),
            at: self.at,
        }
    }
}

/// The strings of a "string or list of strings", with their ordinals.
#[derive(Clone, Copy)]
pub(super) struct Texts<'d>(&'d [Doc<'d>]);

impl<'d> Texts<'d> {
    fn iter(self) -> impl Iterator<Item = (usize, &'d str)> {
        let texts = self.0.iter().enumerate();
        texts.filter_map(|(index, item)| item.as_text().map(|text| (index, text)))
    }
}

/// A statement of which it is known whether AWS takes it, before anything of it is copied.
pub struct Outline<'d> {
    pub(super) sid: Option<&'d str>,
    /// Its ordinal in the document, from 0.
    pub index: usize,
    pub(super) path: Path,
    pub(super) head: usize,
    /// Whether it is about the actions that it names, or about all others.
    pub polarity: Polarity,
    pub(super) actions: Actions<'d>,
}

/// The strings of `Action` or `NotAction`, in either reader's form.
pub(super) enum Actions<'d> {
    Nodes(Texts<'d>),
    Plain(&'d [&'d str]),
}

impl<'d> Outline<'d> {
    /// The patterns of `Action` or `NotAction`.
    pub fn actions(&self) -> impl Iterator<Item = &'d str> {
        let (nodes, plain) = match self.actions {
            Actions::Nodes(texts) => (texts, &[][..]),
            Actions::Plain(texts) => (Texts(&[]), texts),
        };
        nodes.iter().map(|(_, text)| text).chain(plain.iter().copied())
    }
}

/// Reads one statement, and the whole of it if it is wanted; `None` if so much of it is wrong that nothing can be said
/// of it.
pub(super) fn read_statement<'d>(
    value: &'d Doc<'d>,
    path: Path,
    index: usize,
    reader: &Reader<'_>,
    problems: &mut Problems,
) -> Option<(Outline<'d>, Option<Statement>)> {
    let policy_type = reader.policy_type;
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
    complete(elements, members, path, index, reader, problems)
}

fn complete<'d>(
    elements: Elements<'d>,
    members: &[(Cow<'_, str>, Doc<'_>)],
    path: Path,
    index: usize,
    reader: &Reader<'_>,
    problems: &mut Problems,
) -> Option<(Outline<'d>, Option<Statement>)> {
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
    if reader.policy_type.principal() == Use::Required && !has(["Principal", "NotPrincipal"]) {
        let help = match reader.policy_type {
            PolicyType::Trust => {
                "say who may assume the role, for example \"Principal\": {\"Service\": \"lambda.amazonaws.com\"}"
            }
            _ => "say whom the statement is about, for example \"Principal\": \"*\"",
        };
        missing("Principal", help);
    }
    if reader.policy_type.resource() == Use::Required && !has(["Resource", "NotResource"]) {
        missing("Resource", "add \"Resource\": \"*\" or the ARNs that the statement is about");
    }
    let (effect, effect_at) = elements.effect?;
    let (sid, head) = match elements.sid {
        Some((sid, ordinal)) => (Some(sid), ordinal),
        None => (None, effect_at),
    };
    // A `Resource` that could not be read would widen the statement if it were left out.
    let needed = match reader.policy_type.resource() {
        Use::Required => true,
        Use::Optional => has(["Resource", "NotResource"]),
        Use::Refused => false,
    };
    if needed && elements.resources.is_none() {
        return None;
    }
    let (effect, actions) = (effect?, elements.actions?);
    let outline =
        Outline { sid, index, path, head, polarity: actions.polarity, actions: Actions::Nodes(actions.texts) };
    let statement = (reader.wanted)(&outline).then(|| Statement {
        sid: sid.map(Box::from),
        index,
        effect,
        principal: elements.principal,
        actions: actions.patterns(ActionPattern::new),
        resources: elements.resources.map(|resources| resources.patterns(Pattern::new)),
        conditions: elements.conditions,
        path: outline.path.clone(),
        head,
    });
    Some((outline, statement))
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
fn read_sid<'d>(value: &'d Doc<'_>, at: Path, policy_type: PolicyType, problems: &mut Problems) -> Option<&'d str> {
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
    Some(sid)
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
    value: &'d Doc<'d>,
    at: &Path,
    ordinal: usize,
    problems: &mut Problems,
) -> (Texts<'d>, ListAt) {
    match value {
        Doc::Text(_) => (Texts(std::slice::from_ref(value)), ListAt::Single(ordinal)),
        Doc::List(items) => {
            if items.is_empty() {
                problems.refused(at.clone(), format!("{element} is an empty list: it names nothing"), None);
            }
            for (index, item) in items.iter().enumerate() {
                if item.as_text().is_none() {
                    problems.wrong_type(at.child(index), element, "a list of strings", item);
                }
            }
            (Texts(items), ListAt::List(ordinal))
        }
        other => {
            problems.wrong_type(at.clone(), element, "a string or a list of strings", other);
            (Texts(&[]), ListAt::Single(ordinal))
        }
    }
}

fn is_unknown(char: char) -> bool {
    Unknown::from_char(char).is_some()
}

pub(super) fn polarity(name: &str) -> Polarity {
    if name.starts_with("Not") { Polarity::AllBut } else { Polarity::Listed }
}

/// Ordinals in the model must be ordinals of the document, so a list with a wrong entry is given up as a whole
/// (AWS refuses it anyway).
fn whole<'d>(name: &str, texts: Texts<'d>, at: ListAt) -> Option<Listed<'d>> {
    let complete = !texts.0.is_empty() && texts.0.iter().all(|item| item.as_text().is_some());
    complete.then(|| Listed { polarity: polarity(name), texts, at })
}

fn read_actions<'d>(
    name: &str,
    value: &'d Doc<'d>,
    at: &Path,
    ordinal: usize,
    problems: &mut Problems,
) -> Option<Listed<'d>> {
    let (texts, list_at) = read_list(name, value, at, ordinal, problems);
    whole(name, texts, list_at)
}

/// An ARN, or something that may become one.
pub(crate) fn is_resource(text: &str) -> bool {
    text.starts_with("arn:") || text.starts_with("${") || text.contains(['*', '?'])
}

fn read_resources<'d>(
    name: &str,
    value: &'d Doc<'d>,
    at: &Path,
    ordinal: usize,
    policy_type: PolicyType,
    problems: &mut Problems,
) -> Option<Listed<'d>> {
    if policy_type.resource() == Use::Refused {
        problems.refused(
            at.clone(),
            format!("a trust policy has no {name}: the role itself is the resource"),
            Some(format!("remove {name}")),
        );
        return None;
    }
    let (texts, list_at) = read_list(name, value, at, ordinal, problems);
    // The place of an item is that of its string, if it is no list.
    let place = |index| if let ListAt::Single(_) = list_at { at.clone() } else { at.child(index) };
    for (index, text) in texts.iter() {
        if Unknown::is_in(text) && (policy_type == PolicyType::Session || text.starts_with(is_unknown)) {
            // It may be whatever AWS asks for.
            continue;
        }
        let wildcards_only = !text.is_empty() && text.bytes().all(|byte| byte == b'*');
        // Some services give the resources of their own policies other names (`execute-api:/prod/*`).
        if policy_type != PolicyType::Resource && !is_resource(text) {
            problems.refused(place(index), format!("`{text}` is no ARN: {name} must hold ARNs or \"*\""), None);
        } else if policy_type == PolicyType::Session && !wildcards_only && text.split(':').count() < 6 {
            // "IAM JSON policy elements: Resource": short ARNs are completed, but not in session policies.
            problems.refused(
                place(index),
                format!("`{text}` has fewer than six parts, which AWS refuses in a session policy"),
                Some("write all six parts: arn:partition:service:region:account:resource".to_owned()),
            );
        }
    }
    whole(name, texts, list_at)
}

pub(super) fn read_conditions(value: &Doc<'_>, at: Path, problems: &mut Problems) -> Vec<Condition> {
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

pub(super) fn read_principal(
    name: &str,
    value: &Doc<'_>,
    at: Path,
    policy_type: PolicyType,
    problems: &mut Problems,
) -> Option<PrincipalElement> {
    if policy_type.principal() == Use::Refused {
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
                names.extend(texts.iter().map(|(_, text)| PrincipalName { kind, name: text.into() }));
            }
        }
        other => {
            problems.wrong_type(at, name, "\"*\" or an object such as {\"Service\": \"lambda.amazonaws.com\"}", other);
        }
    }
    Some(PrincipalElement { polarity: polarity(name), names })
}
