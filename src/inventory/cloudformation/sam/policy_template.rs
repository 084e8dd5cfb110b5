//! SAM's policy templates: documents with parameters, which SAM fills in.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM policy templates"; the data is `rules/sam/policy-templates.json`.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::cause::Cause;
use crate::document::Doc;
use crate::template::{Evaluation, Kind, Member, Value};

static DATA: &str = include_str!("../../../../rules/sam/policy-templates.json");

/// The data is a part of the program; a test reads all of it.
static TEMPLATES: LazyLock<Doc<'static>> = LazyLock::new(|| Doc::parse(DATA).unwrap_or(Doc::Null));

/// A policy template.
#[derive(Clone, Copy, Debug)]
pub(super) struct PolicyTemplate {
    name: &'static str,
    template: &'static Doc<'static>,
}

impl PolicyTemplate {
    pub(super) fn named(name: &str) -> Option<PolicyTemplate> {
        let (known, template) = templates().iter().find(|(known, _)| known == name)?;
        Some(PolicyTemplate { name: known, template })
    }

    /// The names of its parameters, all of which have to be given.
    pub(super) fn parameters(self) -> impl Iterator<Item = &'static str> {
        let names = self.template.get("Parameters").and_then(|(_, names)| names.as_list());
        names.unwrap_or_default().iter().filter_map(Doc::as_text)
    }

    /// How it is written.
    pub(super) fn example(self) -> String {
        let parameters: Vec<String> = self.parameters().map(|name| format!("{name}: …")).collect();
        format!("{}: {{{}}}", self.name, parameters.join(", "))
    }

    /// The policy document that SAM makes of it, evaluated.
    pub(super) fn document<'d>(
        self,
        evaluation: &Evaluation<'_, 'd>,
        cause: &Cause,
        parameters: &[Member<'d>],
    ) -> Value<'d> {
        match self.template.get("Definition") {
            Some((_, definition)) => filled(evaluation, cause, parameters, definition),
            None => cause.value(Kind::Null),
        }
    }
}

fn templates() -> &'static [(Cow<'static, str>, Doc<'static>)] {
    TEMPLATES.as_map().unwrap_or_default()
}

/// The template whose name is spelt most like this one.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    if name.len() > 100 {
        return None;
    }
    let low = name.to_lowercase();
    let distance = |known: &'static str| (strsim::osa_distance(&known.to_lowercase(), &low), known);
    let (distance, known) = templates().iter().map(|(known, _)| distance(known)).min()?;
    (distance <= 3).then_some(known)
}

/// A node of a template, its functions evaluated: `Ref` of a parameter, and `Fn::Sub`. There are no others.
fn filled<'d>(
    evaluation: &Evaluation<'_, 'd>,
    cause: &Cause,
    parameters: &[Member<'d>],
    node: &'static Doc<'static>,
) -> Value<'d> {
    let parameter = |name: &str| parameters.iter().find(|parameter| parameter.key == name);
    match node {
        Doc::Null => cause.value(Kind::Null),
        Doc::Bool(value) => cause.value(Kind::Bool(*value)),
        Doc::Number(number) => cause.value(Kind::Number(*number)),
        Doc::Text(text) => cause.text(&**text),
        Doc::List(items) => cause.list(items.iter().map(|item| filled(evaluation, cause, parameters, item)).collect()),
        Doc::Map(members) => match &members[..] {
            [(name, Doc::Text(argument))] if name == "Ref" => {
                parameter(argument).map_or_else(|| cause.value(Kind::Null), |given| given.value.clone())
            }
            [(name, Doc::Text(text))] if name == "Fn::Sub" => evaluation.substituted(text, &[], &cause.node),
            [(name, Doc::List(parts))] if name == "Fn::Sub" => {
                let text = parts.first().and_then(Doc::as_text).unwrap_or_default();
                let names = parts.get(1).and_then(Doc::as_map).unwrap_or_default();
                let name = |(name, value): &'static (Cow<'static, str>, Doc<'static>)| {
                    cause.member(&**name, filled(evaluation, cause, parameters, value))
                };
                let names: Vec<Member<'d>> = names.iter().map(name).collect();
                evaluation.substituted(text, &names, &cause.node)
            }
            members => {
                let member = |(name, value): &'static (Cow<'static, str>, Doc<'static>)| {
                    cause.member(&**name, filled(evaluation, cause, parameters, value))
                };
                cause.value(Kind::Map(members.iter().map(member).collect()))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_whole() {
        assert_eq!(templates().len(), 81);
        for (name, _) in templates() {
            let template = PolicyTemplate::named(name).expect("there");
            let functions = DATA.lines().find(|line| line.contains(&format!("\"{name}\":"))).expect("a line");
            for parameter in template.parameters() {
                assert!(functions.contains(&format!("{{\"Ref\":\"{parameter}\"}}")), "{name} {parameter}");
            }
            assert!(!functions.replace("Fn::Sub", "").contains("Fn::"), "{name}: a function that is not filled in");
        }
    }

    #[test]
    fn names_are_guessed() {
        for (name, expected) in [
            ("DynamoDBCRUDPolicy", Some("DynamoDBCrudPolicy")),
            ("VpcAccessPolicy", Some("VPCAccessPolicy")),
            ("S3ReadPolicies", Some("S3ReadPolicy")),
            ("MyOwnThing", None),
        ] {
            assert_eq!(nearest(name), expected, "{name}");
        }
    }
}
