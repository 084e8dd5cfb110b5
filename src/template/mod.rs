//! CloudFormation templates: sections, intrinsic functions, conditions.
//!
//! In: a [`Doc`] (YAML or JSON) and what the caller knows of the deployment ([`Settings`]). Out: a [`Template`] with
//! its resources; the [`World`]s that its conditions make possible; and, in a world, the evaluated [`Value`] of any node
//! ([`Evaluation`]), in which every node knows where in the file it comes from. This room knows CloudFormation, but
//! neither what a policy means nor verdicts.
//!
//! Source: AWS CloudFormation User Guide, "Template reference": "Intrinsic functions", "Pseudo parameters", "Parameters",
//! "Conditions", "AWS::LanguageExtensions transform".

mod decide;
mod evaluation;
mod evaluator;
mod for_each;
mod functions;
mod parameters;
mod problem;
mod read;
mod references;
mod relevant;
mod remembered;
mod rules;
mod settings;
#[cfg(test)]
mod tests;
mod truth;
mod unknowns;
mod value;
mod way;
mod worlds;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use foldhash::HashMap;

pub use evaluation::{Evaluated, Evaluation, Mention};
pub use parameters::{Given, Parameter, Shape};
pub use problem::Problem;
pub use settings::Settings;
pub use value::{Kind, Member, Reference, Value};
pub use worlds::{Choice, Completeness, Existence, MOST_WORLDS, When, World, Worlds};

use remembered::Remembered;
use unknowns::Unknowns;

use crate::document::Doc;
use crate::policy::Unknown;
use crate::source::{Part, Path};

/// A node of the template's file, unevaluated.
#[derive(Clone, Debug)]
pub struct Node<'d> {
    pub doc: &'d Doc<'d>,
    pub path: Path,
    /// What loop variables around the node stand for.
    loops: Loops<'d>,
}

/// The loop variables of `Fn::ForEach` in force at a node, the innermost last.
type Loops<'d> = Option<Rc<[(&'d str, Cow<'d, str>)]>>;

impl<'d> Node<'d> {
    /// The root of a document.
    pub fn root(doc: &'d Doc<'d>) -> Node<'d> {
        Node { doc, path: Path::new(), loops: None }
    }

    /// The value of a map's member by name; of several the last.
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        let (ordinal, doc) = self.doc.get(key)?;
        Some(Node { doc, path: self.path.child(ordinal), loops: self.loops.clone() })
    }

    /// The members of a map by name, of several with one name the last; none of anything else.
    pub fn members(&self) -> Vec<(&'d str, Node<'d>)> {
        let Doc::Map(members) = self.doc else { return Vec::new() };
        let last: HashMap<&str, usize> = members.iter().enumerate().map(|(at, (key, _))| (&**key, at)).collect();
        // What a merge key brought stands in the map already.
        let counts = |at: usize, key: &str| key != "<<" && last.get(key) == Some(&at);
        let members = members.iter().zip(self.children()).enumerate();
        members.filter(|(at, ((key, _), _))| counts(*at, key)).map(|(_, ((key, _), node))| (&**key, node)).collect()
    }

    /// The names of a map's members, as they stand; none of anything else.
    pub fn keys(&self) -> impl Iterator<Item = &'d str> {
        self.doc.as_map().unwrap_or_default().iter().map(|(key, _)| &**key)
    }

    /// The elements of a list; none of anything else.
    pub fn items(&self) -> Vec<Node<'d>> {
        if matches!(self.doc, Doc::List(_)) { self.children().collect() } else { Vec::new() }
    }
}

/// A template, read but not evaluated.
#[derive(Debug)]
pub struct Template<'d> {
    /// In the order of the file; `Fn::ForEach` is expanded.
    pub resources: Vec<Resource<'d>>,
    /// SAM's `Globals`, as they stand.
    pub globals: Option<Node<'d>>,
    /// The names in `Transform`, `AWS::Serverless-2016-10-31` for SAM.
    pub transforms: Vec<Cow<'d, str>>,
    pub parameters: Vec<Parameter<'d>>,
    /// What is wrong with the sections.
    pub problems: Vec<Problem>,
    mappings: Option<Node<'d>>,
    rules: Option<Node<'d>>,
    conditions: HashMap<Cow<'d, str>, Node<'d>>,
    settings: Settings,
    by_id: HashMap<Cow<'d, str>, ResourceId>,
    by_parameter: HashMap<&'d str, usize>,
    by_unknown: HashMap<Unknown, usize>,
    /// Shared by all worlds, so that an unknown is the same in each.
    unknowns: RefCell<Unknowns>,
    remembered: Remembered<'d>,
    /// What resources ask for, by the resource.
    relevant: RefCell<HashMap<ResourceId, Rc<relevant::Relevant<'d>>>>,
    /// What may still be spent on evaluating it.
    fuel: Cell<usize>,
    /// How deep the evaluation is at the moment.
    depth: Cell<usize>,
}

/// Index in [`Template::resources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub usize);

/// A resource of a template.
#[derive(Clone, Debug)]
pub struct Resource<'d> {
    /// Its logical id. The place of the id is the key at `node.path`.
    pub id: Cow<'d, str>,
    /// `AWS::Lambda::Function`.
    pub resource_type: Cow<'d, str>,
    /// The whole resource as it stands: `Type`, `Properties` and their like.
    pub node: Node<'d>,
    /// The name of the condition under which it exists.
    pub condition: Option<Cow<'d, str>>,
    /// The logical ids in `DependsOn`, each with its place.
    pub depends_on: Vec<(Cow<'d, str>, Path)>,
    /// `aws:cdk:path` of its metadata: the name of the CDK construct.
    pub construct: Option<Cow<'d, str>>,
}

impl<'d> Resource<'d> {
    /// Where its logical id stands.
    pub fn place(&self) -> (Path, Part) {
        (self.node.path.clone(), Part::Key)
    }

    /// The `Fn::Transform` beside its members or its properties, in whose place AWS::Include puts others.
    pub fn include(&self) -> Option<Node<'d>> {
        self.node.get("Fn::Transform").or_else(|| self.property("Fn::Transform"))
    }

    /// A property as it stands, unevaluated.
    pub fn property(&self, name: &str) -> Option<Node<'d>> {
        self.node.get("Properties")?.get(name)
    }
}

impl<'d> Template<'d> {
    /// Is this a template, rather than some other document? It names its format version, or has `Resources`, and one of
    /// them a `Type` such as `AWS::…`, `Alexa::…` or `Custom::…`, or a `Transform`.
    pub fn recognize(doc: &Doc<'_>) -> bool {
        read::recognize(doc)
    }

    /// Reads a template. What is wrong with it is in [`problems`](Self::problems).
    pub fn read(doc: &'d Doc<'d>, settings: Settings) -> Template<'d> {
        read::read(doc, settings)
    }

    /// A resource by its logical id.
    pub fn find(&self, id: &str) -> Option<ResourceId> {
        self.by_id.get(id).copied()
    }

    pub fn resource(&self, id: ResourceId) -> &Resource<'d> {
        &self.resources[id.0]
    }

    /// The resources with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (ResourceId, &Resource<'d>)> {
        self.resources.iter().enumerate().map(|(index, resource)| (ResourceId(index), resource))
    }

    /// A parameter by its name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter<'d>> {
        self.by_parameter.get(name).map(|index| &self.parameters[*index])
    }

    /// What an unknown is, for messages: `Ref VpcId`, `Fn::ImportValue network-vpc`, `AWS::AccountId`.
    pub fn words(&self, unknown: Unknown) -> String {
        self.unknowns.borrow().words(unknown)
    }

    /// A text with its unknown pieces spelt out.
    pub fn spelt(&self, text: &str) -> String {
        let spell = |char: char| match Unknown::from_char(char) {
            Some(unknown) => self.words(unknown),
            None => char.to_string(),
        };
        text.chars().map(spell).collect()
    }

    /// The text that AWS will put where a resource is named: for `Ref`, or for an attribute of `Fn::GetAtt`.
    pub fn reference_to(&self, id: &str, attribute: Option<&str>) -> Unknown {
        let words = match attribute {
            None => format!("Ref {id}"),
            Some(attribute) => format!("Fn::GetAtt {id}.{attribute}"),
        };
        self.unknowns.borrow_mut().of(&words)
    }

    /// The worlds that these resources make necessary: every reachable combination of the conditions that they are
    /// under or that stand in them (and in what `Globals` say of their kind, if one of them is SAM's). Give all that matters to one question,
    /// a function with its role and the policies of that role, so that their conditions stay correlated.
    pub fn worlds(&self, resources: &[ResourceId]) -> Worlds {
        decide::worlds(self, &relevant::of(self, resources))
    }

    /// Evaluates in a world.
    pub fn in_world<'t>(&'t self, world: &'t World) -> Evaluation<'t, 'd> {
        Evaluation::new(self, world)
    }

    fn parameter_of(&self, unknown: Unknown) -> Option<&Parameter<'d>> {
        self.by_unknown.get(&unknown).map(|index| &self.parameters[*index])
    }
}
