//! `Fn::ForEach`: one member of a map that stands for many.
//!
//! Source: CloudFormation Template Reference, "Fn::ForEach" (AWS::LanguageExtensions).

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::evaluator::Evaluator;
use super::{Loops, Node, Problem, Template, Value, World};
use crate::document::Doc;
use crate::policy::{Unknown, shown, without_unknowns};
use crate::source::Part;

/// A member of a section, its loops gone through.
pub(super) struct Entry<'d> {
    pub key: Cow<'d, str>,
    pub node: Node<'d>,
}

/// A section has no more members than this: twenty times as many resources as a stack may have.
const MOST_ENTRIES: usize = 10_000;

/// And its loops no more turns, whatever they make.
const MOST_TURNS: usize = 50_000;

/// A text does not grow by more than this.
const LONGEST: usize = 1 << 20;

/// The services whose resources are judged. A loop that makes others may stay unknown: it is right, and nothing is asked
/// of what it makes.
const JUDGED: [&str; 3] = ["AWS::IAM::", "AWS::Lambda::", "AWS::Serverless::"];

const PREFIX: &str = "Fn::ForEach::";

pub(super) fn is_loop(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// The members of a section, with the loops among them gone through.
pub(super) struct Expansion<'t, 'd> {
    template: &'t Template<'d>,
    entries: Vec<Entry<'d>>,
    turns: usize,
    problems: Vec<Problem>,
}

impl<'t, 'd> Expansion<'t, 'd> {
    pub(super) fn new(template: &'t Template<'d>) -> Self {
        Expansion { template, entries: Vec::new(), turns: 0, problems: Vec::new() }
    }

    pub(super) fn finish(self) -> (Vec<Entry<'d>>, Vec<Problem>) {
        (self.entries, self.problems)
    }

    /// Adds a member, or all that it stands for; stops at the bounds.
    pub(super) fn add(&mut self, key: &'d str, node: Node<'d>) -> ControlFlow<()> {
        if self.entries.len() >= MOST_ENTRIES || self.turns >= MOST_TURNS {
            self.problems.push(fault(&node, "the loops of this section make too many members".to_owned(), None));
            return ControlFlow::Break(());
        }
        if !is_loop(key) {
            let key = substituted(without_unknowns(key), &node.loops);
            self.entries.push(Entry { key, node });
            return ControlFlow::Continue(());
        }
        let world = World::default();
        let evaluator = Evaluator::new(self.template, &world);
        let turns = turns(&evaluator, &node);
        self.problems.append(&mut evaluator.into_problems());
        match turns {
            Ok(turns) => {
                self.turns += turns.len();
                let mut members = turns.iter().flat_map(Turn::members);
                members.try_for_each(|(name, member)| self.add(name, member))
            }
            Err(stop) => {
                let matters = matches!(stop, Stop::Malformed(_)) || names_service(node.doc);
                self.problems.extend(matters.then(|| stop.into_problem()));
                ControlFlow::Continue(())
            }
        }
    }
}

/// One turn of a loop: the template of its members, with the loop variable set.
pub(super) struct Turn<'d>(Node<'d>);

impl<'d> Turn<'d> {
    pub(super) fn members(&self) -> impl Iterator<Item = (&'d str, Node<'d>)> + '_ {
        let members: &'d [(Cow<'d, str>, Doc<'d>)] = match self.0.doc {
            Doc::Map(members) => members,
            _ => &[],
        };
        members.iter().zip(self.0.children()).map(|((key, _), node)| (&**key, node))
    }
}

/// Why a loop has no turns.
pub(super) enum Stop {
    /// It is no loop as CloudFormation takes it.
    Malformed(Problem),
    /// What it goes through is not in the template.
    Unknown(Problem),
}

impl Stop {
    pub(super) fn into_problem(self) -> Problem {
        match self {
            Stop::Malformed(problem) | Stop::Unknown(problem) => problem,
        }
    }
}

/// The turns of a loop: `[identifier, collection, {key: value}]`.
pub(super) fn turns<'d>(evaluator: &Evaluator<'_, 'd>, node: &Node<'d>) -> Result<Vec<Turn<'d>>, Stop> {
    let parts: Vec<Node<'d>> = node.children().collect();
    let (Doc::List(_), [identifier, collection, body]) = (node.doc, &parts[..]) else {
        let help = "write [identifier, collection, {key: value}]";
        return Err(Stop::Malformed(fault(node, "a loop has three parts".to_owned(), Some(help))));
    };
    let (Doc::Text(identifier), Doc::Map(_)) = (identifier.doc, body.doc) else {
        let help = "write [identifier, collection, {key: value}]";
        return Err(Stop::Malformed(fault(node, "a loop has a name, a collection and a map".to_owned(), Some(help))));
    };
    let items = evaluator.value(collection);
    let known = |item: &Value<'d>| item.known_text().map(|text| Cow::<'d, str>::Owned(text.into_owned()));
    let texts: Option<Vec<Cow<'d, str>>> = match &items {
        Some(items) if !items.is_unknown() => items.items().iter().map(known).collect(),
        _ => None,
    };
    let Some(texts) = texts else {
        let help = "give the parameter's value with --parameter NAME=VALUE";
        return Err(Stop::Unknown(fault(
            collection,
            "what this loop goes through is not known".to_owned(),
            Some(help),
        )));
    };
    let turn = |text: Cow<'d, str>| {
        let outer = node.loops.iter().flat_map(|loops| loops.iter().cloned());
        let loops: Loops<'d> = Some(outer.chain([(&**identifier, text)]).collect());
        Turn(body.clone().within(loops))
    };
    Ok(texts.into_iter().map(turn).collect())
}

/// Does a resource of one of the services that are judged stand in it?
fn names_service(doc: &Doc<'_>) -> bool {
    match doc {
        Doc::Text(text) => JUDGED.iter().any(|service| text.starts_with(service)),
        Doc::List(items) => items.iter().any(names_service),
        Doc::Map(members) => members.iter().any(|(_, value)| names_service(value)),
        Doc::Null | Doc::Bool(_) | Doc::Number(_) => false,
    }
}

fn fault(node: &Node<'_>, message: String, help: Option<&str>) -> Problem {
    Problem { path: node.path.clone(), part: Part::Value, message, help: help.map(str::to_owned) }
}

/// A text with `${Identifier}` and `&{Identifier}` replaced, wherever it stands: "all instances … in the OutputKey and
/// OutputValue parameters will be replaced". `&{…}` drops what a logical id may not hold.
pub(super) fn substituted<'d>(text: Cow<'d, str>, loops: &Loops<'d>) -> Cow<'d, str> {
    let Some(loops) = loops.as_ref().filter(|_| text.contains('{')) else { return text };
    let mut text = text;
    for (identifier, value) in loops.iter().rev() {
        for (mark, value) in [('$', value.clone()), ('&', value.chars().filter(char::is_ascii_alphanumeric).collect())]
        {
            let whole = format!("{mark}{{{identifier}}}");
            let more = text.matches(&whole).count().saturating_mul(value.len());
            if more > LONGEST {
                continue;
            }
            if text.contains(&whole) {
                text = Cow::Owned(text.replace(&whole, &value));
            }
        }
    }
    text
}

/// The value of a loop variable.
pub(super) fn variable<'d>(name: &str, loops: &Loops<'d>) -> Option<Cow<'d, str>> {
    loops.as_ref()?.iter().rev().find(|(identifier, _)| *identifier == name).map(|(_, value)| value.clone())
}

/// A text as a message shows it, cut short.
pub(super) fn brief(text: &str) -> String {
    let text = if Unknown::is_in(text) { shown(text) } else { Cow::Borrowed(text) };
    let mut brief: String = text.chars().take(60).collect();
    if brief.len() < text.len() {
        brief.push('…');
    }
    brief
}
