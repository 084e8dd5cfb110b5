//! The answer as AWS's JSON.
//!
//! Written by hand: the names are always the same, and to have a serializer look at each of their letters takes longer
//! than to decide the request.
//!
//! Source: IAM API Reference, "EvaluationResult", "ResourceSpecificResult", "Statement".

use std::io::Write;

use super::answer::{ActionResult, Answers, Matched, ResourceResult, word};
use super::request::ResourcesNamed;
use crate::evaluate::{Decision, Layer, StatementRef};

impl Answers<'_> {
    /// The answer in the shape of SimulateCustomPolicy's, on one line.
    pub fn to_json(&self) -> String {
        let mut out = Vec::new();
        self.write_json(&mut out);
        String::from_utf8(out).expect("JSON of texts is text")
    }

    pub(super) fn write_json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"EvaluationResults\":");
        list(out, &self.results, |out, result| self.action(out, result));
        out.extend_from_slice(b",\"IsTruncated\":false}");
    }

    /// `EvaluationResult`
    fn action(&self, out: &mut Vec<u8>, result: &ActionResult<'_>) {
        let ResourceResult { resource, decision } = result.deciding();
        out.extend_from_slice(b"{\"EvalActionName\":");
        string(out, &result.action);
        out.extend_from_slice(b",\"EvalResourceName\":");
        string(out, resource);
        out.extend_from_slice(b",\"EvalDecision\":");
        string(out, word(decision.answer));
        self.statements(out, decision.statements());
        out.extend_from_slice(b",\"MissingContextValues\":");
        list(out, &result.missing_keys(), |out, key| string(out, key));
        let of_organization = |layer| matches!(layer, Layer::Organization(_) | Layer::ResourceControl(_));
        if let Some(allowed) = self.allowed_by(decision, of_organization) {
            out.extend_from_slice(b",\"OrganizationsDecisionDetail\":{\"AllowedByOrganizations\":");
            out.extend_from_slice(if allowed { b"true}" } else { b"false}" });
        }
        self.boundary(out, decision);
        if self.named == ResourcesNamed::ByRequest {
            out.extend_from_slice(b",\"ResourceSpecificResults\":");
            list(out, &result.resources, |out, result| self.resource(out, result));
        }
        out.push(b'}');
    }

    /// `ResourceSpecificResult`
    fn resource(&self, out: &mut Vec<u8>, ResourceResult { resource, decision }: &ResourceResult<'_>) {
        out.extend_from_slice(b"{\"EvalResourceName\":");
        string(out, resource);
        out.extend_from_slice(b",\"EvalResourceDecision\":");
        string(out, word(decision.answer));
        self.statements(out, decision.statements());
        out.extend_from_slice(b",\"MissingContextValues\":");
        list(out, &decision.missing_keys, |out, key| string(out, key));
        self.boundary(out, decision);
        out.push(b'}');
    }

    fn boundary(&self, out: &mut Vec<u8>, decision: &Decision) {
        if let Some(allowed) = self.allowed_by(decision, |layer| layer == Layer::Boundary) {
            out.extend_from_slice(b",\"PermissionsBoundaryDecisionDetail\":{\"AllowedByPermissionsBoundary\":");
            out.extend_from_slice(if allowed { b"true}" } else { b"false}" });
        }
    }

    fn statements(&self, out: &mut Vec<u8>, statements: &[StatementRef]) {
        out.extend_from_slice(b",\"MatchedStatements\":");
        let matched = statements.iter().filter_map(|statement| self.matched(*statement));
        list(out, matched, |out, Matched { field, start, end, .. }| {
            // A Vec takes everything.
            let _ = write!(
                out,
                "{{\"SourcePolicyId\":\"{field}\",\"SourcePolicyType\":\"{}\",\"StartPosition\":{{\"Line\":{},\"Column\":{}}},\
                 \"EndPosition\":{{\"Line\":{},\"Column\":{}}}}}",
                field.source_type(),
                start.line,
                start.column,
                end.line,
                end.column,
            );
        });
    }
}

fn list<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (number, item) in items.into_iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

fn string(out: &mut Vec<u8>, text: &str) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        serde_json::to_writer(out, text).expect("a Vec takes everything");
    }
}
