//! The answer, in the shape of SimulateCustomPolicy's.
//!
//! Source: IAM API Reference, "EvaluationResult", "ResourceSpecificResult", "Statement".

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::Input;
use super::request::{Field, ResourcesNamed};
use crate::evaluate::{Answer, Decision, Layer, StatementRef, Truth};
use crate::source::Position;

/// The answer to one request. Serializes as AWS's JSON.
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
    fn allowed_by(&self, decision: &Decision, layers: fn(Layer) -> bool) -> Option<bool> {
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

    fn missing_keys(&self) -> Vec<&str> {
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

impl Serialize for Matched<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Place {
            line: u32,
            column: u32,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Shape {
            #[serde(serialize_with = "shown")]
            source_policy_id: Field,
            source_policy_type: &'static str,
            start_position: Place,
            end_position: Place,
        }
        let place = |position: Position| Place { line: position.line, column: position.column };
        Shape {
            source_policy_id: self.field,
            source_policy_type: self.field.source_type(),
            start_position: place(self.start),
            end_position: place(self.end),
        }
        .serialize(serializer)
    }
}

fn shown<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(super) fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Allowed => "allowed",
        Answer::ImplicitDeny => "implicitDeny",
        Answer::ExplicitDeny => "explicitDeny",
    }
}

/// The statements of one decision.
struct Statements<'a>(&'a Answers<'a>, &'a [StatementRef]);

impl Serialize for Statements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.1.iter().filter_map(|statement| self.0.matched(*statement)))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AllowedByBoundary {
    allowed_by_permissions_boundary: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AllowedByOrganizations {
    allowed_by_organizations: bool,
}

fn boundary(answers: &Answers<'_>, decision: &Decision) -> Option<AllowedByBoundary> {
    let allowed = answers.allowed_by(decision, |layer| layer == Layer::Boundary);
    allowed.map(|allowed_by_permissions_boundary| AllowedByBoundary { allowed_by_permissions_boundary })
}

fn organizations(answers: &Answers<'_>, decision: &Decision) -> Option<AllowedByOrganizations> {
    let of_organization = |layer| matches!(layer, Layer::Organization(_) | Layer::ResourceControl(_));
    let allowed = answers.allowed_by(decision, of_organization);
    allowed.map(|allowed_by_organizations| AllowedByOrganizations { allowed_by_organizations })
}

impl Serialize for Answers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Shape<'a> {
            evaluation_results: Results<'a>,
            is_truncated: bool,
        }
        Shape { evaluation_results: Results(self), is_truncated: false }.serialize(serializer)
    }
}

struct Results<'a>(&'a Answers<'a>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.0.results.len()))?;
        for result in &self.0.results {
            sequence.serialize_element(&OfAction::new(self.0, result))?;
        }
        sequence.end()
    }
}

/// `EvaluationResult`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfAction<'a> {
    eval_action_name: &'a str,
    eval_resource_name: &'a str,
    eval_decision: &'static str,
    matched_statements: Statements<'a>,
    missing_context_values: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organizations_decision_detail: Option<AllowedByOrganizations>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary_decision_detail: Option<AllowedByBoundary>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_specific_results: Vec<OfResource<'a>>,
}

/// `ResourceSpecificResult`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfResource<'a> {
    eval_resource_name: &'a str,
    eval_resource_decision: &'static str,
    matched_statements: Statements<'a>,
    missing_context_values: &'a [Box<str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary_decision_detail: Option<AllowedByBoundary>,
}

impl<'a> OfAction<'a> {
    fn new(answers: &'a Answers<'a>, result: &'a ActionResult<'a>) -> OfAction<'a> {
        let ResourceResult { resource, decision } = result.deciding();
        let of_resource = |result: &'a ResourceResult<'a>| OfResource {
            eval_resource_name: &result.resource,
            eval_resource_decision: word(result.decision.answer),
            matched_statements: Statements(answers, result.decision.statements()),
            missing_context_values: &result.decision.missing_keys,
            permissions_boundary_decision_detail: boundary(answers, &result.decision),
        };
        OfAction {
            eval_action_name: &result.action,
            eval_resource_name: resource,
            eval_decision: word(decision.answer),
            matched_statements: Statements(answers, decision.statements()),
            missing_context_values: result.missing_keys(),
            organizations_decision_detail: organizations(answers, decision),
            permissions_boundary_decision_detail: boundary(answers, decision),
            resource_specific_results: match answers.named {
                ResourcesNamed::ByRequest => result.resources.iter().map(of_resource).collect(),
                ResourcesNamed::ByDefault => Vec::new(),
            },
        }
    }
}
