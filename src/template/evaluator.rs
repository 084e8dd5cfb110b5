//! Evaluates nodes: maps, lists and texts here, functions in [`functions`](super::functions) and
//! [`references`](super::references), conditions in [`truth`](super::truth).

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use foldhash::HashSet;

use super::for_each::{is_loop, substituted, turns};
use super::parameters::Parameter;
use super::read::{distinct, report_duplicates, scalar};
use super::value::{Kind, Member, Value};
use super::{Loops, Mention, Node, Problem, Template};
use crate::document::Doc;
use crate::policy::{Unknown, without_unknowns};
use crate::source::{Part, Path};

/// What is decided while nodes are evaluated: by a world, or on the way to one.
pub(super) trait Facts<'d> {
    /// The text of a parameter; none if it is unknown.
    fn parameter<'p>(&'p self, parameter: &'p Parameter<'d>) -> Option<Cow<'p, str>>;
    /// Does a condition hold?
    fn condition(&self, name: &str) -> Option<bool>;
    /// Are two texts equal, in which unknown pieces may stand?
    fn equal(&self, left: &str, right: &str) -> Option<bool>;
    /// Says whether the answers from here on decide anything that is asked after; gives what was said before.
    fn decide(&self, _: Weight) -> Weight {
        Weight::Decisive
    }
}

/// Does an answer matter?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Weight {
    Decisive,
    /// It only stands in a text.
    Idle,
}

/// How much one evaluation may cost: a node is one, and so are sixteen bytes of text that is put together. The largest
/// template that CloudFormation takes has some 100,000 nodes.
const FUEL: usize = 250_000;

/// Nodes within nodes, conditions that read conditions included: thrice what a document may nest.
const DEEPEST: usize = 384;

/// Evaluates, and collects what it meets on the way.
pub(super) struct Evaluator<'e, 'd> {
    pub(super) template: &'e Template<'d>,
    pub(super) facts: &'e dyn Facts<'d>,
    fuel: Cell<usize>,
    problems: RefCell<Vec<Problem>>,
    pub(super) mentions: RefCell<Vec<Mention<'d>>>,
    /// Was there something too large for it?
    exhausted: Cell<bool>,
}

impl<'e, 'd> Evaluator<'e, 'd> {
    pub(super) fn new(template: &'e Template<'d>, facts: &'e dyn Facts<'d>) -> Self {
        let (problems, mentions) = (RefCell::default(), RefCell::default());
        Evaluator { template, facts, fuel: Cell::new(FUEL), problems, mentions, exhausted: Cell::new(false) }
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    /// What was met on the way.
    pub(super) fn into_findings(self) -> (Vec<Mention<'d>>, Vec<Problem>) {
        (self.mentions.into_inner(), self.problems.into_inner())
    }

    /// Does what may find other mentions and problems with other answers.
    pub(super) fn deciding<T>(&self, act: impl FnOnce() -> T) -> T {
        let before = self.facts.decide(Weight::Decisive);
        let result = act();
        self.facts.decide(before);
        result
    }

    pub(super) fn was_exhausted(&self) -> bool {
        self.exhausted.get()
    }

    /// Goes through a node for what it names and what is wrong with it, without making a value of what is no function.
    pub(super) fn look_through(&self, doc: &'d Doc<'d>, path: &mut Path, loops: &Loops<'d>) {
        let node = |path: &Path| Node { doc, path: path.clone(), loops: loops.clone() };
        if !self.enter_at(path, loops) {
            self.exhausted(&node(path));
            return;
        }
        match doc {
            Doc::Null | Doc::Bool(_) | Doc::Number(_) | Doc::Text(_) => {}
            Doc::List(items) => {
                for (ordinal, item) in items.iter().enumerate() {
                    path.push(ordinal);
                    self.look_through(item, path, loops);
                    path.pop();
                }
            }
            Doc::Map(members) => match &members[..] {
                [(name, argument)] if is_function(name) => {
                    let node = node(path);
                    self.function(name, &node, &node.child(0, argument));
                }
                members if members.iter().any(|(key, _)| key.starts_with("Fn::")) => {
                    self.map(&node(path), members);
                }
                members => {
                    report_duplicates(members, path, &mut self.problems.borrow_mut());
                    for (ordinal, (key, value)) in members.iter().enumerate() {
                        // What a merge key brought stands in the map already.
                        if key != "<<" {
                            path.push(ordinal);
                            self.look_through(value, path, loops);
                            path.pop();
                        }
                    }
                }
            },
        }
        self.leave();
    }

    /// A node's value; none if it is `AWS::NoValue`, which takes away what it stands for.
    pub(super) fn value(&self, node: &Node<'d>) -> Option<Value<'d>> {
        self.value_of(node.clone())
    }

    /// The same of a node that nobody else needs: its path becomes that of the value.
    fn value_of(&self, node: Node<'d>) -> Option<Value<'d>> {
        if !self.enter(&node) {
            return Some(self.exhausted(&node));
        }
        let value = self.value_within(node);
        self.leave();
        value
    }

    fn value_within(&self, node: Node<'d>) -> Option<Value<'d>> {
        let kind = match node.doc {
            Doc::Null => Kind::Null,
            Doc::Bool(value) => Kind::Bool(*value),
            Doc::Number(number) => Kind::Number(*number),
            Doc::Text(text) => Kind::Text(substituted(without_unknowns(text), &node.loops)),
            Doc::List(_) => Kind::List(self.values(node.children())),
            Doc::Map(members) => match &members[..] {
                [(name, argument)] if is_function(name) => {
                    return self.function(name, &node, &node.child(0, argument));
                }
                members => self.map(&node, members),
            },
        };
        Some(Value { origin: node.path, kind })
    }

    fn values(&self, nodes: impl ExactSizeIterator<Item = Node<'d>>) -> Vec<Value<'d>> {
        let mut values = Vec::with_capacity(nodes.len());
        values.extend(nodes.filter_map(|node| self.value_of(node)));
        values
    }

    fn map(&self, node: &Node<'d>, members: &'d [(Cow<'d, str>, Doc<'d>)]) -> Kind<'d> {
        report_duplicates(members, &node.path, &mut self.problems.borrow_mut());
        let mut result: Vec<Member<'d>> = Vec::with_capacity(members.len());
        self.add_members(node, members.iter().map(|(key, _)| &**key).zip(node.children()), &mut result);
        without_duplicates(&mut result);
        Kind::Map(result)
    }

    fn add_members(
        &self,
        map: &Node<'d>,
        members: impl Iterator<Item = (&'d str, Node<'d>)>,
        result: &mut Vec<Member<'d>>,
    ) {
        for (key, node) in members {
            if !self.spend(cost(&node.path, &node.loops)) {
                self.exhausted(map);
                return;
            }
            if is_loop(key) {
                match self.deciding(|| turns(self, &node)) {
                    Ok(turns) => turns.iter().for_each(|turn| self.add_members(map, turn.members(), result)),
                    Err(stop) => {
                        self.add_problem(stop.into_problem());
                        let value = self.unknown_value(&node, format!("{key} at {:?}", node.path.as_slice()));
                        result.push(Member { key: Cow::Borrowed(key), key_origin: node.path.clone(), value });
                    }
                }
                continue;
            }
            // What a merge key brought stands in the map already.
            if key == "<<" {
                continue;
            }
            if is_function(key) && key != "Fn::Transform" {
                let message = format!("`{key}` stands beside other members; a function is the only member of its map");
                self.problem(&map.path, message, None);
            }
            let name = substituted(without_unknowns(key), &node.loops);
            let key_origin = node.path.clone();
            let value = if key == "Fn::Transform" { self.transform(&node, &node) } else { self.value_of(node) };
            if let Some(value) = value {
                result.push(Member { key: name, key_origin, value });
            }
        }
    }

    /// A value of the file that holds no functions, put where `origin` is.
    pub(super) fn literal(&self, doc: &'d Doc<'d>, origin: &Path) -> Value<'d> {
        let kind = match doc {
            Doc::Null => Kind::Null,
            Doc::Bool(value) => Kind::Bool(*value),
            Doc::Number(number) => Kind::Number(*number),
            Doc::Text(text) => Kind::Text(without_unknowns(text)),
            _ if !self.spend(1) => Kind::Unknown(Unknown::NAMELESS),
            Doc::List(items) => Kind::List(items.iter().map(|item| self.literal(item, origin)).collect()),
            Doc::Map(members) => {
                let member = |(key, value): &'d (Cow<'d, str>, Doc<'d>)| Member {
                    key: without_unknowns(key),
                    key_origin: origin.clone(),
                    value: self.literal(value, origin),
                };
                Kind::Map(members.iter().map(member).collect())
            }
        };
        Value { origin: origin.clone(), kind }
    }

    /// Takes fuel; false if there is none left.
    pub(super) fn spend(&self, amount: usize) -> bool {
        let take = |fuel: &Cell<usize>| {
            let left = fuel.get().saturating_sub(amount);
            fuel.set(left);
            left > 0
        };
        take(&self.fuel) & take(&self.template.fuel)
    }

    /// Goes down to a node, unless that costs too much or is too deep. Whoever went down has to [`leave`](Self::leave).
    pub(super) fn enter(&self, node: &Node<'d>) -> bool {
        self.enter_at(&node.path, &node.loops)
    }

    fn enter_at(&self, path: &Path, loops: &Loops<'d>) -> bool {
        let depth = &self.template.depth;
        if depth.get() >= DEEPEST || !self.spend(cost(path, loops)) {
            return false;
        }
        depth.set(depth.get() + 1);
        true
    }

    pub(super) fn leave(&self) {
        let depth = &self.template.depth;
        depth.set(depth.get().saturating_sub(1));
    }

    pub(super) fn exhausted(&self, node: &Node<'d>) -> Value<'d> {
        self.exhausted.set(true);
        let message = "what this template makes is too large to be evaluated; the rest is taken as unknown";
        self.problem(&node.path, message.to_owned(), Some("split the template, or shorten what it repeats"));
        Value { origin: node.path.clone(), kind: Kind::Unknown(Unknown::NAMELESS) }
    }

    /// The unknown that an expression stands for.
    pub(super) fn unknown(&self, words: &str) -> Unknown {
        self.template.unknowns.borrow_mut().of(words)
    }

    pub(super) fn unknown_value(&self, node: &Node<'d>, words: String) -> Value<'d> {
        Value { origin: node.path.clone(), kind: Kind::Unknown(self.unknown(&words)) }
    }

    /// A text of which the expression is known, but not the value.
    pub(super) fn unknown_text(&self, node: &Node<'d>, words: &str) -> Value<'d> {
        Value { origin: node.path.clone(), kind: Kind::Text(self.unknown(words).to_char().to_string().into()) }
    }

    /// Something is wrong, and what stands there is unknown.
    pub(super) fn wrong(&self, node: &Node<'d>, message: impl Into<String>, help: Option<&str>) -> Value<'d> {
        self.problem(&node.path, message.into(), help);
        self.unknown_value(node, format!("what is wrong at {:?}", node.path.as_slice()))
    }

    pub(super) fn problem(&self, path: &Path, message: String, help: Option<&str>) {
        let problem = Problem { path: path.clone(), part: Part::Value, message, help: help.map(str::to_owned) };
        self.add_problem(problem);
    }

    fn add_problem(&self, problem: Problem) {
        let mut problems = self.problems.borrow_mut();
        // Nobody reads more, and a template may be wrong in every line.
        if problems.len() < 1_000 && !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// A parameter's value as it stands in text.
    pub(super) fn parameter(&self, parameter: &Parameter<'d>, node: &Node<'d>) -> Value<'d> {
        use super::parameters::Shape;
        let text = || self.facts.parameter(parameter).map(|text| without_unknowns(&text).into_owned());
        let text = match parameter.shape {
            Shape::Text => text(),
            // One that is not known may stand where one that is known may not.
            Shape::List => self.deciding(text),
        };
        let kind = match (text, parameter.shape) {
            (Some(text), Shape::Text) => Kind::Text(Cow::Owned(text)),
            (Some(text), Shape::List) => {
                let item = |text: &str| Value {
                    origin: node.path.clone(),
                    kind: Kind::Text(Cow::Owned(text.trim().to_owned())),
                };
                self.spend(text.len() / 8);
                Kind::List(text.split(',').map(item).collect())
            }
            (None, shape) => {
                let unknown = parameter.unknown;
                match shape {
                    Shape::Text => Kind::Text(unknown.to_char().to_string().into()),
                    Shape::List => Kind::Unknown(unknown),
                }
            }
        };
        Value { origin: node.path.clone(), kind }
    }

    /// The argument of a function as a scalar's text, without evaluating it; a name.
    pub(super) fn name(&self, node: &Node<'d>) -> Option<Cow<'d, str>> {
        Some(substituted(scalar(node.doc)?, &node.loops))
    }
}

/// A node deep in the file or in many loops costs more to handle.
fn cost(path: &Path, loops: &Loops<'_>) -> usize {
    1 + path.as_slice().len() / 16 + loops.as_ref().map_or(0, |loops| loops.len())
}

/// CloudFormation goes by the last of two members with one name.
fn without_duplicates(members: &mut Vec<Member<'_>>) {
    if distinct(members, |member| &member.key) {
        return;
    }
    let mut seen: HashSet<&str> = HashSet::default();
    let last: Vec<bool> = members.iter().rev().map(|member| seen.insert(&member.key)).collect();
    if last.contains(&false) {
        let mut keep = last.into_iter().rev();
        members.retain(|_| keep.next().unwrap_or(true));
    }
}

pub(super) fn is_function(key: &str) -> bool {
    key == "Ref" || (key.starts_with("Fn::") && !is_loop(key))
}
