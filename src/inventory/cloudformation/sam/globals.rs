//! `Globals.Function`, merged into the properties of a function.
//!
//! Source: AWS SAM Developer Guide, "Globals section of the AWS SAM template": "Overridable"; the attribute
//! `IgnoreGlobals` in aws/serverless-application-model, `samtranslator/plugins/globals/globals.py`.

use crate::document::Doc;
use crate::source::Part;
use crate::template::{Node, Problem, Resource, Template};

use super::raw::{Raw, RawMember};

/// The properties that `Globals.Function` may hold; SAM refuses a template with another one.
static SUPPORTED: &str = include_str!("../../../../rules/sam/function-globals.txt");

/// The properties of a function that have to stand in the function itself. Who writes one into `Globals` means it for all
/// functions.
const OWN: [&str; 4] = ["Role", "Policies", "FunctionName", "Events"];

/// What SAM does not take from `Globals.Function`. It refuses such a template as a whole.
pub(super) fn problems(template: &Template<'_>) -> Vec<Problem> {
    let globals = template.globals.as_ref().and_then(|globals| globals.get("Function"));
    let members = globals.map(|globals| globals.members()).unwrap_or_default();
    let refused = members.into_iter().filter(|(name, _)| OWN.contains(name));
    refused
        .map(|(name, node)| Problem {
            path: node.path.clone(),
            part: Part::Key,
            message: format!("SAM cannot transform the template: `{name}` cannot stand in Globals"),
            help: Some(format!("write `{name}` in each function")),
        })
        .collect()
}

/// The properties of a function, as SAM sees them.
#[derive(Clone, Debug)]
pub(super) struct Properties<'d> {
    pub raw: Raw<'d>,
    own: Option<Node<'d>>,
}

impl<'d> Properties<'d> {
    pub(super) fn of(template: &Template<'d>, function: &Resource<'d>) -> Properties<'d> {
        let own = function.node.get("Properties").filter(|node| matches!(node.doc, Doc::Map(_)));
        let globals = template.globals.as_ref().and_then(|globals| globals.get("Function"));
        let globals = globals.map(|node| applying(&node, function)).unwrap_or_default();
        let raw = match &own {
            Some(own) if globals.is_empty() => Raw::Node(own.clone()),
            Some(own) => Raw::Map(own.path.clone(), merged_members(globals, own.members(), Depth::Properties)),
            None => Raw::Map(function.node.path.clone(), globals.into_iter().map(RawMember::of).collect()),
        };
        Properties { raw, own }
    }

    /// A property, wherever it stands.
    pub(super) fn get(&self, name: &str) -> Option<RawMember<'d>> {
        match &self.raw {
            Raw::Map(_, members) => members.iter().find(|member| member.name == name).cloned(),
            _ => self.own(name),
        }
    }

    /// A property that stands in the function itself.
    pub(super) fn own(&self, name: &str) -> Option<RawMember<'d>> {
        self.own.as_ref()?.members().into_iter().find(|(key, _)| *key == name).map(RawMember::of)
    }
}

/// The members of `Globals.Function` that a function does not ask to be spared.
fn applying<'d>(globals: &Node<'d>, function: &Resource<'d>) -> Vec<(&'d str, Node<'d>)> {
    let mut members = globals.members();
    members.retain(|(name, _)| SUPPORTED.lines().any(|line| line == *name) || OWN.contains(name));
    match function.node.get("IgnoreGlobals").map(|node| node.doc) {
        Some(Doc::Text(all)) if all == "*" => members.clear(),
        Some(Doc::List(names)) => members.retain(|(name, _)| !names.iter().any(|item| item.as_text() == Some(name))),
        _ => {}
    }
    members
}

/// Whose members are merged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Properties,
    Within,
}

/// What is in both is merged, the rest is taken from where it is.
fn merged_members<'d>(
    globals: Vec<(&'d str, Node<'d>)>,
    own: Vec<(&'d str, Node<'d>)>,
    depth: Depth,
) -> Vec<RawMember<'d>> {
    let mut members: Vec<RawMember<'d>> = Vec::with_capacity(globals.len() + own.len());
    for (name, global) in &globals {
        members.push(match own.iter().find(|(key, _)| key == name) {
            // A function runs on the architectures that it names itself.
            Some((_, own)) if depth == Depth::Properties && *name == "Architectures" => {
                RawMember::of((name, own.clone()))
            }
            Some((_, own)) => RawMember { name, key: own.path.clone(), value: merged(global, own) },
            None => RawMember::of((name, global.clone())),
        });
    }
    let only_own = own.into_iter().filter(|(name, _)| !globals.iter().any(|(key, _)| key == name));
    members.extend(only_own.map(RawMember::of));
    members
}

/// Two maps are one with the members of both; two lists are one after the other; anything else, functions included, is
/// replaced by the function's own.
fn merged<'d>(global: &Node<'d>, own: &Node<'d>) -> Raw<'d> {
    let is_function = |node: &Node<'d>| Raw::Node(node.clone()).function().is_some();
    match (global.doc, own.doc) {
        (Doc::Map(_), Doc::Map(_)) if !is_function(global) && !is_function(own) => {
            Raw::Map(own.path.clone(), merged_members(global.members(), own.members(), Depth::Within))
        }
        (Doc::List(_), Doc::List(_)) => Raw::List(own.path.clone(), [global.items(), own.items()].concat()),
        _ => Raw::Node(own.clone()),
    }
}
