//! Which conditions matter to some resources, and which parameters stand in their texts. In: resources, as they stand.
//! Out: names, found by looking through every node once.

use std::rc::Rc;

use foldhash::HashSet;

use super::for_each::substituted;
use super::read::scalar;
use super::{Loops, Resource, ResourceId, Template};
use crate::document::Doc;

/// What one resource, or a part of `Globals`, asks for.
#[derive(Debug, Default)]
pub(super) struct Relevant {
    /// Conditions, in the order in which they are met.
    conditions: Vec<String>,
    parameters: Vec<String>,
}

/// The conditions that these resources are under or that stand in them, in the order in which they are met; the
/// parameters that their texts name.
pub(super) fn of(template: &Template<'_>, resources: &[ResourceId]) -> (Vec<String>, HashSet<String>) {
    let mut found: Vec<Rc<Relevant>> = Vec::with_capacity(resources.len());
    let mut serverless: Vec<&str> = Vec::new();
    for id in resources {
        let resource = template.resource(*id);
        let kind = resource.resource_type.strip_prefix("AWS::Serverless::");
        serverless.extend(kind.filter(|kind| !serverless.contains(kind)));
        let mut known = template.relevant.borrow_mut();
        found.push(Rc::clone(known.entry(*id).or_insert_with(|| Rc::new(of_resource(template, resource)))));
    }
    for globals in serverless.iter().filter_map(|kind| template.globals.as_ref()?.get(kind)) {
        let mut looking = Looking::new(template);
        looking.look(globals.doc, &globals.loops);
        found.push(Rc::new(looking.found));
    }
    let mut known: HashSet<&str> = HashSet::default();
    let conditions = found.iter().flat_map(|found| &found.conditions).filter(|name| known.insert(name));
    let conditions = conditions.cloned().collect();
    let mut known: HashSet<&str> = HashSet::default();
    let parameters = found.iter().flat_map(|found| &found.parameters).filter(|name| known.insert(name));
    (conditions, parameters.cloned().collect())
}

fn of_resource<'d>(template: &Template<'d>, resource: &Resource<'d>) -> Relevant {
    let mut looking = Looking::new(template);
    if let Some(name) = &resource.condition {
        looking.condition(name);
    }
    looking.look(resource.node.doc, &resource.node.loops);
    looking.found
}

struct Looking<'t, 'd> {
    template: &'t Template<'d>,
    found: Relevant,
    known: HashSet<String>,
    known_parameters: HashSet<String>,
}

impl<'t, 'd> Looking<'t, 'd> {
    fn new(template: &'t Template<'d>) -> Self {
        let (known, known_parameters) = (HashSet::default(), HashSet::default());
        Looking { template, found: Relevant::default(), known, known_parameters }
    }

    fn condition(&mut self, name: &str) {
        if self.template.conditions.contains_key(name) && !self.known.contains(name) {
            self.known.insert(name.to_owned());
            self.found.conditions.push(name.to_owned());
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
        while let Some(dollar) = memchr::memchr(b'$', rest.as_bytes()) {
            rest = &rest[dollar + 1..];
            let Some(after) = rest.strip_prefix('{') else { continue };
            let Some((name, after)) = after.split_once('}') else { return };
            self.parameter(name.trim());
            rest = after;
        }
    }

    fn parameter(&mut self, name: &str) {
        if self.template.parameter(name).is_some() && !self.known_parameters.contains(name) {
            self.known_parameters.insert(name.to_owned());
            self.found.parameters.push(name.to_owned());
        }
    }
}
