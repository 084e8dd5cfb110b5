//! IAM's policy language: what a policy document says, free of who it is attached to and what it is asked.
//!
//! In: a [`Doc`](crate::document::Doc). Out: a [`Policy`] (plain data) and every [`Problem`] of the document.
//! Nothing here knows accounts, requests or Lambda. The model holds no byte spans, it holds child ordinals
//! ([`Path`](crate::source::Path)), from which the report finds the text when there is something to show.
//!
//! Source of the grammar: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements".

mod condition;
mod pattern;
mod principal;
mod problem;
mod read;
mod read_sound;
mod read_statement;
mod unknown;

pub use condition::{Condition, Negation, Operator, Qualifier, Test, WhenAbsent};
pub use pattern::{ActionPattern, Pattern, Piece, split_action};
pub use principal::{PrincipalElement, PrincipalKind, PrincipalName};
pub use problem::{Gravity, Problem};
pub use read::{Reading, read, read_resolved, read_wanted};
pub use read_sound::read_sound;
pub use read_statement::Outline;
pub use unknown::{Unknown, shown, without_unknowns};

use crate::source::{Part, Path};

/// Where a policy document is used. The grammar differs: only resource-based policies name a principal, a trust policy
/// has no `Resource`, and a session policy may not use short ARNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyType {
    /// Attached to a user, group or role; a permissions boundary has the same grammar.
    Identity,
    /// Passed when a session is made.
    Session,
    /// A service control policy of AWS Organizations.
    ServiceControl,
    /// A resource control policy of AWS Organizations: it names `"Principal": "*"`.
    ResourceControl,
    /// The trust policy of a role: the resource-based policy that says who may assume it.
    Trust,
    /// The policy of a bucket, queue, key … Where the kind of resource is not known, it may be a trust policy, too, so
    /// `Resource` may be left out.
    Resource,
    /// The policy of a VPC endpoint: who may do what through it.
    VpcEndpoint,
}

/// Whether an element stands in a kind of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Required,
    Optional,
    Refused,
}

impl PolicyType {
    /// `Principal` or `NotPrincipal`.
    ///
    /// Source: IAM User Guide, "AWS JSON policy elements: Principal".
    fn principal(self) -> Use {
        match self {
            PolicyType::Identity | PolicyType::Session | PolicyType::ServiceControl => Use::Refused,
            PolicyType::Trust | PolicyType::Resource | PolicyType::ResourceControl => Use::Required,
            PolicyType::VpcEndpoint => Use::Optional,
        }
    }

    /// `Resource` or `NotResource`.
    fn resource(self) -> Use {
        match self {
            PolicyType::Trust => Use::Refused,
            PolicyType::Resource => Use::Optional,
            _ => Use::Required,
        }
    }
}

/// The language version of a document. It decides whether `${…}` is a policy variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Version {
    /// Also what a document without `Version` gets. `${aws:username}` is literal text.
    #[default]
    V2008,
    /// Policy variables are replaced.
    V2012,
}

/// One policy document.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub version: Version,
    /// The statements that could be understood, in the order of the document.
    pub statements: Vec<Statement>,
    pub standing: Standing,
}

impl Policy {
    /// A policy of which nothing is known but that AWS refuses it.
    pub fn refused() -> Policy {
        Policy { version: Version::V2012, statements: Vec::new(), standing: Standing::Refused }
    }
}

/// Whether AWS takes the document at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Accepted,
    /// `MalformedPolicyDocument`: no principal can carry it, so it grants nothing.
    Refused,
}

/// `Effect`: exactly these two words, case-sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    Allow,
    Deny,
}

impl Effect {
    /// The word as a policy writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        }
    }
}

/// `Action` names what a statement is about, `NotAction` everything else (likewise `Resource`, `NotResource`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polarity {
    Listed,
    AllBut,
}

/// An element that holds patterns: `Action`, `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq)]
pub struct Patterns<P> {
    pub polarity: Polarity,
    pub patterns: Vec<P>,
    at: ListAt,
}

/// How a "string or list of strings" stands in its parent: the ordinal of its member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListAt {
    Single(usize),
    List(usize),
}

impl ListAt {
    fn path(self, parent: &Path, item: usize) -> Path {
        match self {
            ListAt::Single(member) => parent.child(member),
            ListAt::List(member) => parent.child(member).child(item),
        }
    }
}

/// One statement of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// `Sid`, if it has one.
    pub sid: Option<Box<str>>,
    /// Its ordinal in the document, from 0.
    pub index: usize,
    pub effect: Effect,
    /// `Principal` or `NotPrincipal`; only resource-based policies and those of their kind have it.
    pub principal: Option<PrincipalElement>,
    pub actions: Patterns<ActionPattern>,
    /// `None` in a trust policy: the role that carries it is the resource.
    pub resources: Option<Patterns<Pattern>>,
    /// All of them must hold.
    pub conditions: Vec<Condition>,
    path: Path,
    /// Ordinal of the member that stands for the statement: its Sid, else its Effect.
    head: usize,
}

impl Statement {
    /// The small place that stands for the statement: its Sid, else its Effect.
    pub fn place(&self) -> (Path, Part) {
        (self.path.child(self.head), Part::Value)
    }

    /// The `item`-th pattern of `Action` or `NotAction`.
    pub fn action_place(&self, item: usize) -> (Path, Part) {
        (self.actions.at.path(&self.path, item), Part::Value)
    }

    /// The `item`-th pattern of `Resource` or `NotResource`; the statement's own place if it has none.
    pub fn resource_place(&self, item: usize) -> (Path, Part) {
        match &self.resources {
            Some(resources) => (resources.at.path(&self.path, item), Part::Value),
            None => self.place(),
        }
    }

    /// The key of the `item`-th condition.
    pub fn condition_place(&self, item: usize) -> (Path, Part) {
        (self.conditions[item].path.clone(), Part::Key)
    }
}
