//! Which conditions matter to some resources, which parameters stand in their texts, and which maps choose their rights.
//! In: resources, as they stand. Out: names and nodes, found by looking through every node once.

use std::rc::Rc;

use foldhash::HashSet;

use super::for_each::substituted;
use super::read::scalar;
use super::{Loops, Node, Resource, ResourceId, Template};
use crate::document::Doc;
use crate::source::Path;

/// What one resource, or a part of `Globals`, asks for.
#[derive(Debug, Default)]
pub(super) struct Relevant<'d> {
    /// Conditions, in the order in which they are met.
    conditions: Vec<String>,
    parameters: Vec<String>,
    choices: Vec<Node<'d>>,
}

/// What some resources ask for.
#[derive(Debug, Default)]
pub(super) struct Asked<'d> {
    /// The conditions that they are under or that stand in them, in the order in which they are met.
    pub conditions: Vec<String>,
    /// The parameters that their texts name.
    pub parameters: HashSet<String>,
    /// Each `Fn::FindInMap` by which a parameter chooses what they may do, or whether they are in a VPC.
    pub choices: Vec<Node<'d>>,
}

/// The properties, and the elements of statements, in which a map is gone through for every value of a parameter: what
/// decides rights. Elsewhere (memory, names, buckets) a value is as good as another.
const DECISIVE: [&str; 8] =
    ["Action", "Effect", "ManagedPolicyArns", "NotAction", "PermissionsBoundary", "Policies", "Role", "VpcConfig"];

pub(super) fn of<'d>(template: &Template<'d>, resources: &[ResourceId]) -> Asked<'d> {
    let mut found: Vec<Rc<Relevant<'d>>> = Vec::with_capacity(resources.len());
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
        looking.choices(globals.doc, &globals.loops, Decides::Nothing);
        found.push(Rc::new(looking.found));
    }
    let mut known: HashSet<&str> = HashSet::default();
    let conditions = found.iter().flat_map(|found| &found.conditions).filter(|name| known.insert(name));
    let conditions = conditions.cloned().collect();
    let mut known: HashSet<&str> = HashSet::default();
    let parameters = found.iter().flat_map(|found| &found.parameters).filter(|name| known.insert(name));
    let parameters = parameters.cloned().collect();
    Asked { conditions, parameters, choices: found.iter().flat_map(|found| &found.choices).cloned().collect() }
}

fn of_resource<'d>(template: &Template<'d>, resource: &Resource<'d>) -> Relevant<'d> {
    let mut looking = Looking::new(template);
    if let Some(name) = &resource.condition {
        looking.condition(name);
    }
    looking.look(resource.node.doc, &resource.node.loops);
    if let Some((_, properties)) = resource.node.doc.get("Properties") {
        looking.choices(properties, &resource.node.loops, Decides::Nothing);
    }
    looking.found
}

/// Does what stands somewhere decide rights?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decides {
    Rights,
    Nothing,
}

struct Looking<'t, 'd> {
    template: &'t Template<'d>,
    found: Relevant<'d>,
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

    /// Notes the maps that a parameter chooses from, where that decides rights.
    fn choices(&mut self, doc: &'d Doc<'d>, loops: &Loops<'d>, decides: Decides) {
        if self.template.mappings.is_none() {
            return;
        }
        match doc {
            Doc::List(items) => items.iter().for_each(|item| self.choices(item, loops, decides)),
            Doc::Map(members) => {
                if let ([(function, argument)], Decides::Rights) = (&members[..], decides)
                    && function == "Fn::FindInMap"
                {
                    if self.is_chosen_by_parameters(argument) {
                        // Where it is does not matter: what is wrong with it is said where it is evaluated.
                        self.found.choices.push(Node { doc, path: Path::new(), loops: loops.clone() });
                    }
                    return;
                }
                for (key, value) in members {
                    let decides = match &**key {
                        key if DECISIVE.contains(&key) => Decides::Rights,
                        // Of a policy only what the elements above say.
                        "PolicyDocument" | "Statement" | "Resource" | "NotResource" | "Condition" => Decides::Nothing,
                        _ => decides,
                    };
                    self.choices(value, loops, decides);
                }
            }
            _ => {}
        }
    }

    /// Are the map and the keys of a `Fn::FindInMap` names or parameters, and one of them a parameter?
    fn is_chosen_by_parameters(&self, argument: &Doc<'d>) -> bool {
        let parameter = |doc: &Doc<'d>| match doc.as_map() {
            Some([(function, Doc::Text(name))]) if function == "Ref" => self.template.parameter(name).is_some(),
            _ => false,
        };
        let parts = argument.as_list().unwrap_or_default();
        let all = parts.iter().take(3).all(|part| matches!(part, Doc::Text(_)) || parameter(part));
        all && parts.len() >= 3 && parts.iter().take(3).any(parameter)
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
