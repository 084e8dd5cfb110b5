//! Condition functions: `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not`, `Condition`.
//!
//! Source: CloudFormation Template Reference, "Condition functions".

use super::Node;
use super::evaluator::Evaluator;
use super::for_each::brief;
use super::value::Value;
use crate::document::Doc;

impl<'d> Evaluator<'_, 'd> {
    /// Does an expression of the `Conditions` section hold? None if that is not known, or if it is no such expression.
    pub(super) fn holds(&self, node: &Node<'d>) -> Option<bool> {
        if !self.enter(node) {
            return None;
        }
        let answer = self.holds_within(node);
        self.leave();
        answer
    }

    fn holds_within(&self, node: &Node<'d>) -> Option<bool> {
        let Doc::Map(members) = node.doc else {
            self.problem(&node.path, format!("a condition is a function; this is {}", node.doc.kind()), None);
            return None;
        };
        let [(name, argument)] = &members[..] else {
            self.problem(&node.path, "a condition is one function".to_owned(), None);
            return None;
        };
        let argument = node.child(0, argument);
        match &**name {
            "Fn::Equals" => self.equals(&argument),
            "Fn::And" => self.any_is(false, &argument).map(|found| !found),
            "Fn::Or" => self.any_is(true, &argument),
            "Fn::Not" => match &argument.children().collect::<Vec<_>>()[..] {
                [operand] => self.holds(operand).map(|holds| !holds),
                _ => self.malformed(&argument, "Fn::Not takes a list of one condition"),
            },
            "Condition" => match self.name(&argument) {
                Some(name) if !self.template.conditions.contains_key(&*name) => {
                    self.malformed(&argument, &format!("the template has no condition `{}`", brief(&name)))
                }
                Some(name) => self.facts.condition(&name),
                None => self.malformed(&argument, "Condition takes the name of a condition"),
            },
            other => {
                let message = format!("`{}` is no condition function", brief(other));
                self.malformed(node, &message)
            }
        }
    }

    fn malformed(&self, node: &Node<'d>, message: &str) -> Option<bool> {
        self.problem(&node.path, message.to_owned(), None);
        None
    }

    /// Is one of the operands `sought`? What is not asked after that stays undecided.
    fn any_is(&self, sought: bool, argument: &Node<'d>) -> Option<bool> {
        if !matches!(argument.doc, Doc::List(_)) {
            return self.malformed(argument, "Fn::And and Fn::Or take a list of conditions");
        }
        let mut answer = Some(false);
        for operand in argument.children() {
            match self.holds(&operand) {
                Some(holds) if holds == sought => return Some(true),
                Some(_) => {}
                None => answer = None,
            }
        }
        answer
    }

    fn equals(&self, argument: &Node<'d>) -> Option<bool> {
        let operands: Vec<Node<'d>> = argument.children().collect();
        let [left, right] = &operands[..] else {
            return self.malformed(argument, "Fn::Equals takes a list of two values");
        };
        let text = |node: &Node<'d>| self.value(node).and_then(|value| self.comparable(&value));
        match (text(left), text(right)) {
            (Some(left), Some(right)) => self.facts.equal(&left, &right),
            _ => self.malformed(argument, "one of these values is none that can be compared"),
        }
    }

    /// Scalars as their texts; everything else as the text of its JSON.
    fn comparable(&self, value: &Value<'d>) -> Option<String> {
        match value.as_text() {
            Some(text) => Some(text.into_owned()),
            None => self.json(value),
        }
    }
}
