//! The `Rules` section: combinations of parameters that CloudFormation refuses before it makes anything.
//!
//! Source: CloudFormation User Guide, "CloudFormation template Rules syntax"; CloudFormation Template Reference, "Rule
//! functions".

use super::evaluator::{Evaluator, Facts};
use super::value::{Kind, Value};
use super::{Node, Template};
use crate::document::Doc;

/// Rules of more nodes than this refuse nothing: every world asks all of them.
const MOST_NODES: usize = 500;

/// A world is many nodes, and what it asks of rules is soon answered: so many of their nodes cost as much as one.
const NODES_AS_ONE: usize = 16;

/// The section, if it is small enough to be asked.
pub(super) fn read<'d>(root: &Node<'d>) -> Option<Node<'d>> {
    root.get("Rules").filter(|rules| nodes(rules.doc) <= MOST_NODES)
}

fn nodes(doc: &Doc<'_>) -> usize {
    match doc {
        Doc::List(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Doc::Map(members) => 1 + members.iter().map(|(_, value)| nodes(value)).sum::<usize>(),
        _ => 1,
    }
}

/// Is there a rule that surely applies, and of which an assertion is surely false?
pub(super) fn refuse<'d>(template: &Template<'d>, facts: &dyn Facts<'d>) -> bool {
    let Some(rules) = &template.rules else { return false };
    let fuel = template.fuel.get();
    let evaluator = Evaluator::new(template, facts);
    let refused = rules.members().iter().any(|(_, rule)| {
        let applies = rule.get("RuleCondition").is_none_or(|condition| holds(&evaluator, &condition) == Some(true));
        let assertions = rule.get("Assertions").map(|assertions| assertions.items()).unwrap_or_default();
        let fails = |assertion: &Node<'d>| {
            assertion.get("Assert").is_some_and(|assert| holds(&evaluator, &assert) == Some(false))
        };
        applies && assertions.iter().any(fails)
    });
    template.fuel.set(fuel.saturating_sub(1 + (fuel - template.fuel.get()) / NODES_AS_ONE));
    refused
}

/// Does a rule-specific function hold? None if that is not known: of the values of what AWS looks up
/// (`Fn::ValueOfAll`, `Fn::RefAll`) nothing is.
fn holds<'d>(evaluator: &Evaluator<'_, 'd>, node: &Node<'d>) -> Option<bool> {
    let members = node.members();
    let [(name, argument)] = &members[..] else { return None };
    let operands = argument.items();
    match (*name, &operands[..]) {
        ("Fn::And", operands) => one_is(evaluator, false, operands).map(|found| !found),
        ("Fn::Or", operands) => one_is(evaluator, true, operands),
        ("Fn::Not", [operand]) => holds(evaluator, operand).map(|holds| !holds),
        ("Fn::Equals", [_, _]) => evaluator.holds(node),
        ("Fn::Contains", [list, text]) => {
            let (list, text) = (evaluator.value(list)?, evaluator.value(text)?);
            let equal = |item: &Value<'d>| evaluator.facts.equal(&item.as_text()?, &text.as_text()?);
            let Kind::List(items) = &list.kind else { return None };
            any(true, items.iter().map(equal))
        }
        _ => None,
    }
}

fn one_is<'d>(evaluator: &Evaluator<'_, 'd>, sought: bool, operands: &[Node<'d>]) -> Option<bool> {
    any(sought, operands.iter().map(|operand| holds(evaluator, operand)))
}

/// Is one of the answers `sought`?
fn any(sought: bool, answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut found = Some(false);
    for answer in answers {
        match answer {
            Some(answer) if answer == sought => return Some(true),
            Some(_) => {}
            None => found = None,
        }
    }
    found
}
