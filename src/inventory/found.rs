//! What readers find, before it is joined with what others found: principals, what is attached to them, functions and
//! the roles that they name.

use std::borrow::Cow;

use super::{Attached, Function, PolicyId, PrincipalArn, PrincipalType, Tags, When};
use crate::source::Place;

/// A policy named by its ARN, before anybody knows whether the input holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attaching<'a> {
    pub name: Option<Cow<'a, str>>,
    pub arn: Cow<'a, str>,
    pub place: Option<Place>,
}

/// What is attached to one user, group or role, as far as one input shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings<'a> {
    pub inline: Vec<PolicyId>,
    /// Policies that are known already, with the way they come to it.
    pub direct: Vec<Attached>,
    /// None if no list of attachments was in the input.
    pub attached: Option<Vec<Attaching<'a>>>,
}

impl<'a> Holdings<'a> {
    pub(super) fn merge(&mut self, other: Holdings<'a>) {
        self.inline.extend(other.inline);
        self.direct.extend(other.direct);
        if let Some(more) = other.attached {
            self.attached.get_or_insert_default().extend(more);
        }
    }
}

/// A permissions boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bounding<'a> {
    ByArn(Attaching<'a>),
    Direct(Attached),
}

/// A user or role as one input shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub name: Cow<'a, str>,
    pub kind: PrincipalType,
    pub arn: Option<PrincipalArn<'a>>,
    pub unique_id: Option<Cow<'a, str>>,
    pub place: Option<Place>,
    pub tags: Tags<'a>,
    pub holdings: Holdings<'a>,
    pub boundary: Option<Bounding<'a>>,
    pub trust: Option<PolicyId>,
    /// Names of the groups that the user is in; none if no input says.
    pub groups: Option<Vec<Cow<'a, str>>>,
    /// The values under which all this holds.
    pub when: Vec<When>,
    /// The first of those that differ from it by such values only.
    pub variant_of: Option<FoundId>,
}

impl<'a> Found<'a> {
    /// A principal of which nothing but the name is known.
    pub fn named(name: Cow<'a, str>, kind: PrincipalType, place: Option<Place>) -> Found<'a> {
        Found {
            name,
            kind,
            arn: None,
            unique_id: None,
            place,
            tags: Tags::NOT_SHOWN,
            holdings: Holdings::default(),
            boundary: None,
            trust: None,
            groups: None,
            when: Vec::new(),
            variant_of: None,
        }
    }

    pub(super) fn account(&self) -> Option<&str> {
        self.arn.as_ref().map(PrincipalArn::account)
    }

    /// The same principal, as far as both say.
    pub(super) fn is(&self, other: &Found<'_>) -> bool {
        self.kind == other.kind
            && self.name == other.name
            && match (self.account(), other.account()) {
                (Some(own), Some(other)) => own == other,
                _ => true,
            }
    }

    pub(super) fn merge(&mut self, other: Found<'a>) {
        self.holdings.merge(other.holdings);
        self.arn = self.arn.take().or(other.arn);
        self.unique_id = self.unique_id.take().or(other.unique_id);
        if self.tags == Tags::NOT_SHOWN {
            self.tags = other.tags;
        }
        self.boundary = self.boundary.take().or(other.boundary);
        self.trust = self.trust.take().or(other.trust);
        if let Some(groups) = other.groups {
            self.groups.get_or_insert_default().extend(groups);
        }
    }
}

/// A principal among those that a [`Collector`](super::Collector) was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FoundId(pub(super) usize);

/// A function, and its role as the input names it.
#[derive(Debug)]
pub struct FoundFunction<'a> {
    /// Its `role` is filled when all inputs are read.
    pub function: Box<Function>,
    pub role: RoleNamed<'a>,
    /// Where the role is named.
    pub role_place: Option<Place>,
}

/// How an input names the role of a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RoleNamed<'a> {
    /// It holds the role.
    Found(FoundId),
    /// By an ARN, in which pieces may be unknown: another input may hold the role.
    Arn(Cow<'a, str>),
    /// By something that no input can be asked for; in words, as the report is to name it.
    Unknown(Cow<'a, str>),
    /// Not at all.
    Nothing,
}
