//! Which conditions matter to some resources, and which parameters stand in their texts. In: resources, as they stand.
//! Out: names, found by looking through every node once.

use foldhash::HashSet;

use super::for_each::substituted;
use super::read::scalar;
use super::{Loops, ResourceId, Template};
use crate::document::Doc;

/// The conditions that these resources are under or that stand in them, in the order in which they are met; the
/// parameters that their texts name.
pub(super) fn of(template: &Template<'_>, resources: &[ResourceId]) -> (Vec<String>, HashSet<String>) {
    let mut found =
        Found { template, conditions: Vec::new(), known: HashSet::default(), parameters: HashSet::default() };
    let mut serverless: Vec<&str> = Vec::new();
    for id in resources {
        let resource = template.resource(*id);
        let kind = resource.resource_type.strip_prefix("AWS::Serverless::");
        serverless.extend(kind.filter(|kind| !serverless.contains(kind)));
        if let Some(name) = &resource.condition {
            found.condition(name);
        }
        found.look(resource.node.doc, &resource.node.loops);
    }
    for globals in serverless.iter().filter_map(|kind| template.globals.as_ref()?.get(kind)) {
        found.look(globals.doc, &globals.loops);
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

    /// Goes through a node without counting where it is.
    fn look(&mut self, doc: &'d Doc<'d>, loops: &Loops<'d>) {
        let name_of = |doc: &'d Doc<'d>| scalar(doc).map(|text| substituted(text, loops));
        match doc {
            Doc::Text(text) => self.names_in(text),
            Doc::List(items) => items.iter().for_each(|item| self.look(item, loops)),
            Doc::Map(members) => {
                if let [(function, argument)] = &members[..] {
                    match (&**function, argument) {
                        ("Ref", name) => name_of(name).into_iter().for_each(|name| self.parameter(&name)),
                        // Among functions it names a condition; in a policy it is a map.
                        ("Condition", name) => name_of(name).into_iter().for_each(|name| self.condition(&name)),
                        ("Fn::If", Doc::List(parts)) => {
                            let name = parts.first().and_then(name_of);
                            name.into_iter().for_each(|name| self.condition(&name));
                        }
                        _ => {}
                    }
                }
                members.iter().for_each(|(_, value)| self.look(value, loops));
            }
            Doc::Null | Doc::Bool(_) | Doc::Number(_) => {}
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
