//! What SAM writes into a role, with the node of the user's file that makes it do so.

use std::borrow::Cow;

use crate::source::Path;
use crate::template::{Kind, Member, Value};

/// The node of the file because of which SAM writes something.
#[derive(Clone, Debug)]
pub(super) struct Cause {
    /// What stands there.
    pub node: Path,
    /// The member whose key it is found by.
    pub key: Path,
}

impl Cause {
    /// A member of a map, or an element of a list.
    pub(super) fn at(path: &Path) -> Cause {
        Cause { node: path.clone(), key: path.clone() }
    }

    pub(super) fn value<'d>(&self, kind: Kind<'d>) -> Value<'d> {
        Value { origin: self.node.clone(), kind }
    }

    pub(super) fn text<'d>(&self, text: impl Into<Cow<'d, str>>) -> Value<'d> {
        self.value(Kind::Text(text.into()))
    }

    pub(super) fn list<'d>(&self, items: Vec<Value<'d>>) -> Value<'d> {
        self.value(Kind::List(items))
    }

    pub(super) fn member<'d>(&self, key: impl Into<Cow<'d, str>>, value: Value<'d>) -> Member<'d> {
        Member { key: key.into(), key_origin: self.key.clone(), value }
    }

    /// A statement that allows; without `Resource` if that comes to nothing.
    pub(super) fn allow<'d>(&self, actions: &[&'static str], resource: Option<Value<'d>>) -> Value<'d> {
        let actions = actions.iter().map(|action| self.text(*action)).collect();
        let mut members = vec![self.member("Effect", self.text("Allow")), self.member("Action", self.list(actions))];
        members.extend(resource.map(|resource| self.member("Resource", resource)));
        self.value(Kind::Map(members))
    }

    /// A document of these statements, without `Version`.
    pub(super) fn document<'d>(&self, statements: Vec<Value<'d>>) -> Value<'d> {
        self.value(Kind::Map(vec![self.member("Statement", self.list(statements))]))
    }

    /// A document of these statements in the newer version of the policy language.
    pub(super) fn document_of_2012<'d>(&self, statements: Vec<Value<'d>>) -> Value<'d> {
        let version = self.member("Version", self.text("2012-10-17"));
        self.value(Kind::Map(vec![version, self.member("Statement", self.list(statements))]))
    }

    /// An element of `Policies` of a role.
    pub(super) fn policy<'d>(&self, name: String, document: Option<Value<'d>>) -> Value<'d> {
        let mut members = vec![self.member("PolicyName", self.text(name))];
        members.extend(document.map(|document| self.member("PolicyDocument", document)));
        self.value(Kind::Map(members))
    }
}
