//! Evaluating nodes of a template in one world.

use std::borrow::Cow;
use std::rc::Rc;

use super::evaluator::{Evaluator, Facts, Weight};
use super::read::report_duplicates;
use super::remembered::Listening;
use super::{Existence, Kind, Loops, Member, Node, Problem, Resource, ResourceId, Template, Value, World};
use crate::document::Doc;
use crate::policy::Unknown;
use crate::source::Path;

/// A template in one world.
#[derive(Debug)]
pub struct Evaluation<'t, 'd> {
    template: &'t Template<'d>,
    world: &'t World,
}

/// A resource in one world. Worlds that are alike in all that it asks share it.
#[derive(Clone, Debug)]
pub struct Evaluated<'d> {
    /// `Properties`; an empty map if it has none.
    pub properties: Rc<Value<'d>>,
    /// What is wrong with it.
    pub problems: Rc<[Problem]>,
}

/// What is found in a property in one world, without its value. Worlds that are alike in all that decides it share it.
#[derive(Clone, Debug)]
pub(super) struct Findings<'d> {
    mentions: Rc<[Mention<'d>]>,
    problems: Rc<[Problem]>,
}

/// A property of a resource, by its ordinal; none for all of them together.
pub(super) type PartOf = (ResourceId, Option<usize>);

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
        let remembered = &self.template.remembered.evaluated;
        if let Some(known) = remembered.find(self.template, id, self.world) {
            return known;
        }
        let resource = self.resource_of(id);
        let listening = Listening::new(self.world);
        let evaluator = Evaluator::new(self.template, &listening);
        let nothing = || Value { origin: resource.node.path.clone(), kind: Kind::Map(Vec::new()) };
        let properties = resource.node.get("Properties").and_then(|node| evaluator.value(&node));
        let problems = evaluator.into_problems();
        let properties = Rc::new(properties.unwrap_or_else(nothing));
        let evaluated = Evaluated { properties, problems: problems.into() };
        remembered.keep(id, listening.into_answers(), evaluated.clone());
        evaluated
    }

    /// Every resource that a resource names, in the order of the file: through `Ref`, `Fn::GetAtt` and `Fn::Sub` in what
    /// is evaluated (not in the branches of `Fn::If` that this world does not take), and through `DependsOn`.
    pub fn mentions_of(&self, id: ResourceId) -> Vec<Mention<'d>> {
        let mut mentions = Vec::new();
        self.each_part(id, |part| mentions.extend_from_slice(&part.mentions));
        let resource = self.resource_of(id);
        let named = resource.depends_on.iter().map(|(id, path)| Mention { resource: id.clone(), path: path.clone() });
        mentions.extend(named);
        mentions
    }

    /// What is wrong with a resource.
    pub fn problems_of(&self, id: ResourceId) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(properties) = self.resource_of(id).node.get("Properties")
            && let Doc::Map(members) = properties.doc
        {
            report_duplicates(members, &properties.path, &mut problems);
        }
        self.each_part(id, |part| {
            let more = part.problems.iter().filter(|problem| !problems.contains(problem));
            problems.extend(more.cloned().collect::<Vec<_>>());
        });
        problems
    }

    /// The properties of a resource one by one: each is gone through again only in a world that changes it.
    fn each_part(&self, id: ResourceId, mut take: impl FnMut(&Findings<'d>)) {
        let Some(mut properties) = self.resource_of(id).node.get("Properties") else { return };
        let (doc, loops, path) = (properties.doc, &properties.loops, &mut properties.path);
        match doc {
            Doc::Map(members) if !members.iter().any(|(key, _)| key.starts_with("Fn::") || key == "Ref") => {
                for (ordinal, (key, value)) in members.iter().enumerate() {
                    // What a merge key brought stands in the map already.
                    if key != "<<" && matches!(value, Doc::List(_) | Doc::Map(_)) {
                        path.push(ordinal);
                        take(&self.findings((id, Some(ordinal)), value, path, loops));
                        path.pop();
                    }
                }
            }
            _ => take(&self.findings((id, None), doc, path, loops)),
        }
    }

    fn findings(&self, part: PartOf, doc: &'d Doc<'d>, path: &mut Path, loops: &Loops<'d>) -> Findings<'d> {
        let remembered = &self.template.remembered.findings;
        if let Some(known) = remembered.find(self.template, part, self.world) {
            return known;
        }
        let mut look = |weight| {
            let listening = Listening::new(self.world);
            listening.decide(weight);
            let evaluator = Evaluator::new(self.template, &listening);
            evaluator.look_through(doc, path, loops);
            let exhausted = evaluator.was_exhausted();
            let (mentions, problems) = evaluator.into_findings();
            let findings = Findings { mentions: mentions.into(), problems: problems.into() };
            (findings, listening.into_answers(), exhausted)
        };
        let (mut findings, mut answers, exhausted) = look(Weight::Idle);
        if exhausted {
            // Whether it comes to that hangs on how long every text is.
            (findings, answers, _) = look(Weight::Decisive);
        }
        remembered.keep(part, answers, findings.clone());
        findings
    }

    /// Any node, evaluated; none if it is `AWS::NoValue`, which takes away what it stands for. What is wrong with it is
    /// in [`problems_of`](Self::problems_of).
    pub fn value(&self, node: &Node<'d>) -> Option<Value<'d>> {
        Evaluator::new(self.template, self.world).value(node)
    }

    /// The resources that a node names, as [`mentions_of`](Self::mentions_of) has them.
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

    /// Something that the template does not say; in words, what.
    pub fn unknown(&self, words: &str) -> Unknown {
        Evaluator::new(self.template, self.world).unknown(words)
    }

    /// What `Fn::Sub` makes of a text that a transform puts in the place of a node of the file. `names` are the
    /// variables that come with it.
    pub fn substituted(&self, text: &str, names: &[Member<'d>], origin: &Path) -> Value<'d> {
        let node = Node { doc: &Doc::Null, path: origin.clone(), loops: None };
        Evaluator::new(self.template, self.world).substitute(text, names, &node)
    }

    fn resource_of(&self, id: ResourceId) -> &'t Resource<'d> {
        self.template.resource(id)
    }
}
