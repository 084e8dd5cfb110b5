//! Evaluating nodes of a template in one world.

use std::borrow::Cow;

use super::evaluator::Evaluator;
use super::{Existence, Kind, Node, Problem, Resource, ResourceId, Template, Value, World};
use crate::document::Doc;
use crate::source::Path;

/// A template in one world.
#[derive(Debug)]
pub struct Evaluation<'t, 'd> {
    template: &'t Template<'d>,
    world: &'t World,
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
    pub(super) fn new(template: &'t Template<'d>, world: &'t World) -> Self {
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
        let resource = self.resource_of(id);
        let evaluator = Evaluator::new(self.template, self.world);
        let nothing = || Value { origin: resource.node.path.clone(), kind: Kind::Map(Vec::new()) };
        let properties = resource.node.get("Properties").and_then(|node| evaluator.value(&node));
        let (mut mentions, problems) = evaluator.into_findings();
        let named = resource.depends_on.iter().map(|(id, path)| Mention { resource: id.clone(), path: path.clone() });
        mentions.extend(named);
        Evaluated { properties: properties.unwrap_or_else(nothing), mentions, problems }
    }

    /// Any node, evaluated; none if it is `AWS::NoValue`, which takes away what it stands for. What is wrong with it is
    /// reported by [`resource`](Self::resource).
    pub fn value(&self, node: &Node<'d>) -> Option<Value<'d>> {
        Evaluator::new(self.template, self.world).value(node)
    }

    /// The resources that a node names, as [`Evaluated::mentions`] has them.
    pub fn mentions(&self, node: &Node<'d>) -> Vec<Mention<'d>> {
        let evaluator = Evaluator::new(self.template, self.world);
        evaluator.value(node);
        evaluator.into_findings().0
    }

    /// The text of a pseudo parameter; empty if there is none of the name.
    pub fn pseudo(&self, name: &str) -> String {
        let root = Node { doc: &Doc::Null, path: Path::new(), loops: None };
        let value = Evaluator::new(self.template, self.world).pseudo(name, &root);
        value.and_then(|value| value.as_text().map(Cow::into_owned)).unwrap_or_default()
    }

    fn resource_of(&self, id: ResourceId) -> &'t Resource<'d> {
        self.template.resource(id)
    }
}
