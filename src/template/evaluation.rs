//! Evaluating nodes of a template in one world.

use std::borrow::Cow;

use super::{Existence, Kind, Node, Problem, Resource, ResourceId, Template, Value, World};
use crate::source::Path;

/// A template in one world.
#[derive(Debug)]
pub struct Evaluation<'t, 'd> {
    template: &'t Template<'d>,
    world: &'t World<'d>,
}

/// A resource in one world.
#[derive(Clone, Debug)]
pub struct Evaluated<'d> {
    /// `Properties`; an empty map if it has none.
    pub properties: Value<'d>,
    /// Every resource that it names, in the order of the file: through `Ref`, `Fn::GetAtt` and `Fn::Sub` in what was
    /// evaluated (not in the branches of `Fn::If` that this world does not take), and through `DependsOn`.
    pub mentions: Vec<Mention<'d>>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// A resource named by another.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention<'d> {
    /// The logical id.
    pub resource: Cow<'d, str>,
    pub path: Path,
}

impl<'t, 'd> Evaluation<'t, 'd> {
    pub(super) fn new(template: &'t Template<'d>, world: &'t World<'d>) -> Self {
        Evaluation { template, world }
    }

    /// Does a resource exist?
    pub fn existence(&self, id: ResourceId) -> Existence {
        match self.resource_of(id).condition.as_deref().map(|name| self.condition(name)) {
            None | Some(Some(true)) => Existence::Exists,
            Some(Some(false)) => Existence::Absent,
            Some(None) => Existence::Undecided,
        }
    }

    /// Does a condition hold? None if it is not decided in this world.
    pub fn condition(&self, name: &str) -> Option<bool> {
        self.world.conditions.get(name).copied()
    }

    /// A resource, evaluated.
    pub fn resource(&self, id: ResourceId) -> Evaluated<'d> {
        let node = self.resource_of(id).node.clone();
        Evaluated { properties: self.value(&node), mentions: Vec::new(), problems: Vec::new() }
    }

    /// Any node, evaluated; `Kind::Null` if it is `AWS::NoValue`.
    pub fn value(&self, node: &Node<'d>) -> Value<'d> {
        Value { origin: node.path.clone(), kind: Kind::Null }
    }

    fn resource_of(&self, id: ResourceId) -> &'t Resource<'d> {
        self.template.resource(id)
    }
}
