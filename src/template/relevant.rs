//! Which conditions matter to some resources, and which parameters stand in their texts. In: resources, as they stand.
//! Out: names, found by looking through every node once.

use foldhash::HashSet;

use super::{Node, ResourceId, Template};
use crate::document::Doc;

/// The conditions that these resources are under or that stand in them, in the order in which they are met; the
/// parameters that their texts name.
pub(super) fn of(template: &Template<'_>, resources: &[ResourceId]) -> (Vec<String>, HashSet<String>) {
    let mut found =
        Found { template, conditions: Vec::new(), known: HashSet::default(), parameters: HashSet::default() };
    let mut serverless = false;
    for id in resources {
        let resource = template.resource(*id);
        serverless |= resource.resource_type.starts_with("AWS::Serverless::");
        if let Some(name) = &resource.condition {
            found.condition(name);
        }
        found.look(&resource.node);
    }
    if let Some(globals) = template.globals.as_ref().filter(|_| serverless) {
        found.look(globals);
    }
    (found.conditions, found.parameters)
}

struct Found<'t, 'd> {
    template: &'t Template<'d>,
    conditions: Vec<String>,
    known: HashSet<String>,
    parameters: HashSet<String>,
}

impl<'d> Found<'_, 'd> {
    fn condition(&mut self, name: &str) {
        if self.template.conditions.contains_key(name) && self.known.insert(name.to_owned()) {
            self.conditions.push(name.to_owned());
        }
    }

    fn look(&mut self, node: &Node<'d>) {
        if let Doc::Map(members) = node.doc
            && let [(name, argument)] = &members[..]
        {
            let argument = node.child(0, argument);
            match &**name {
                "Ref" => {
                    if let Some(name) = argument.text() {
                        self.parameter(&name);
                    }
                }
                "Fn::If" => {
                    if let Some(name) = argument.children().next().and_then(|name| name.text()) {
                        self.condition(&name);
                    }
                }
                // Among functions it names a condition; in a policy it is a map.
                "Condition" => {
                    if let Some(name) = argument.text() {
                        self.condition(&name);
                    }
                }
                _ => {}
            }
        }
        if let Doc::Text(text) = node.doc {
            return self.names_in(text);
        }
        for child in node.children() {
            self.look(&child);
        }
    }

    /// `${Name}` as `Fn::Sub` has it. A text that is no argument of it may look so, which costs but a world.
    fn names_in(&mut self, text: &str) {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else { return };
            self.parameter(name.trim());
            rest = after;
        }
    }

    fn parameter(&mut self, name: &str) {
        if self.template.parameter(name).is_some() {
            self.parameters.insert(name.to_owned());
        }
    }
}
