//! The answer to a request, before it is written.

use std::borrow::Cow;

use super::Input;
use super::request::{Field, ResourcesNamed};
use crate::evaluate::{Answer, Decision, Layer, StatementRef, Truth};
use crate::source::Position;

/// The answer to one request.
#[derive(Debug)]
pub struct Answers<'r> {
    pub(super) inputs: Vec<Input>,
    pub(super) named: ResourcesNamed,
    /// One an action, in the order of the request.
    pub(super) results: Vec<ActionResult<'r>>,
}

/// The answers to one action.
#[derive(Debug)]
pub(super) struct ActionResult<'r> {
    pub action: Cow<'r, str>,
    /// One a resource, at least one.
    pub resources: Vec<ResourceResult<'r>>,
}

/// The answer to one action on one resource.
#[derive(Debug)]
pub(super) struct ResourceResult<'r> {
    pub resource: Cow<'r, str>,
    pub decision: Decision,
}

impl Answers<'_> {
    /// The action of each result and the answer to it: the most restrictive over the resources.
    pub fn decisions(&self) -> impl Iterator<Item = (&str, Answer)> {
        self.results.iter().map(|result| (&*result.action, result.deciding().decision.answer))
    }

    pub(super) fn matched(&self, statement: StatementRef) -> Option<Matched<'_>> {
        let input = self.inputs.get(statement.policy)?;
        let found = input.known.policy().statements.get(statement.statement)?;
        let (start, end) = input.known.position(statement.statement)?;
        Some(Matched { field: input.field, layer: input.layer, sid: found.sid.as_deref(), start, end })
    }

    /// None if the request has no policies of the layers.
    pub(super) fn allowed_by(&self, decision: &Decision, layers: fn(Layer) -> bool) -> Option<bool> {
        let mut own = decision.layers.iter().filter(|answer| layers(answer.layer)).peekable();
        own.peek()?;
        let denied =
            decision.denies.iter().any(|at| self.inputs.get(at.policy).is_some_and(|input| layers(input.layer)));
        // Resource control policies only take away.
        Some(
            !denied
                && own.all(|answer| answer.allows == Truth::Yes || matches!(answer.layer, Layer::ResourceControl(_))),
        )
    }
}

impl<'r> ActionResult<'r> {
    /// The resource that decides: the first with the most restrictive answer.
    pub(super) fn deciding(&self) -> &ResourceResult<'r> {
        let worst = self.resources.iter().map(|result| result.decision.answer).max();
        let decides = |result: &&ResourceResult<'_>| Some(result.decision.answer) == worst;
        self.resources.iter().find(decides).expect("an action is asked on at least one resource")
    }

    pub(super) fn missing_keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for key in self.resources.iter().flat_map(|result| &result.decision.missing_keys) {
            if !keys.iter().any(|known| known.eq_ignore_ascii_case(key)) {
                keys.push(key);
            }
        }
        keys
    }
}

/// A statement that made an answer.
pub(super) struct Matched<'a> {
    pub field: Field,
    pub layer: Layer,
    pub sid: Option<&'a str>,
    pub start: Position,
    pub end: Position,
}

pub(super) fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Allowed => "allowed",
        Answer::ImplicitDeny => "implicitDeny",
        Answer::ExplicitDeny => "explicitDeny",
    }
}
